"""Use case: an analysis as files in a folder."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_zhengzhi import __version__
from geo_zhengzhi.io.replacing import replacing_directory
from geo_zhengzhi.io.report import write_rejects
from geo_zhengzhi.io.results import write_geojson, write_geopackage, write_json, write_table
from geo_zhengzhi.io.target_report import write_target_rejects
from geo_zhengzhi.model import Period
from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.console.day_hours import written
from geo_zhengzhi.services.console.maps import map_file
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.console.stretches import exported_hotspots
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings

STATUS = "status"  # zones.geojson holds both: "zone" is inside a target, "candidate" on open ground


def export_analysis(
    situation: Situation,
    directory: Path,
    *,
    language: str = "zh",
    settings: Settings | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> dict[str, Any]:
    """
    Write map, layers, tables, summary and rejects of a situation into a folder.

    Parameters
    ----------
    situation : Situation
    directory : Path
        Made if absent; files of the same names are replaced, together, at the end.
    language : str
        Of the map.
    settings : Settings, optional
        Where the front-end files are; from the environment otherwise.
    progress : function of (stage, fraction in [0, 1]), optional

    Returns
    -------
    dict
        What `summary.json` holds.

    Raises
    ------
    AssetsMissing
        If set-up has not fetched the front end.
    """
    report = progress or (lambda stage, fraction: None)
    summary = summarise(situation)
    with replacing_directory(directory) as draft:
        result = situation.result
        page = map_file(situation, language, settings or Settings.from_environment())
        (draft / "map.html").write_text(page, "utf-8")
        report("map", 0.3)
        hotspots, zones = exported_hotspots(situation), together(result.zones, result.candidates)
        used = boundaries_member(situation.study)
        write_geojson(hotspots, draft / "hotspots.geojson", used)
        write_geojson(zones, draft / "zones.geojson", used)
        write_table(result.incidents, draft / "incidents.csv")
        report("layers", 0.5)
        layers = {"targets": result.targets, "hotspots": hotspots, "zones": zones}
        write_geopackage({**layers, "incidents": as_points(result.incidents)}, draft / "analysis.gpkg")
        report("geopackage", 0.9)
        write_json(summary, draft / "summary.json")
        if situation.study.report is not None:
            write_rejects(situation.study.report, draft / "rejects.csv")
        write_target_rejects(situation.study.targets_reports, draft / "target_rejects.csv")
    report("done", 1.0)
    return summary


def export_rejects(study: Study, directory: Path) -> None:
    """Write only `rejects.csv`: what is left to give where no row of a file was usable."""
    if study.report is not None:
        with replacing_directory(directory) as draft:
            write_rejects(study.report, draft / "rejects.csv")


def summarise(situation: Situation) -> dict[str, Any]:
    """The figures of a situation with what they were computed from, as plain values."""
    result, study = situation.result, situation.study
    found = {"n_hotspots": len(result.hotspots), "n_zones": len(result.zones), "n_candidates": len(result.candidates)}
    return {
        "program": f"geo_zhengzhi {__version__}",
        "study": study.name,
        "simulated": study.simulated,
        "period": _days(situation.period),
        "earlier_period": None if situation.earlier is None else _days(situation.earlier),
        "category": situation.query.category,
        "hours": None if situation.query.hours is None else written(situation.query.hours),
        "weekdays": situation.query.weekdays,
        "level": situation.query.level,
        "against": situation.query.against,
        "n_uncertain": situation.n_uncertain,
        "n_uncertain_before": situation.n_uncertain_before,
        "timezone": study.timezone,
        "data_version": result.data_version,
        "boundaries": dict(study.boundaries),
        "parameters": asdict(result.parameters),
        "eps_used_m": dict(result.eps_used_m),
        "frame_center": result.frame_center,
        "counts": {**result.counts, **found},
        "county": _change(situation.county),
        "outside_targets": _change(situation.outside),
        "targets": {part_id: _change(change) for part_id, change in situation.target_changes.items()},
        "import": None if study.report is None else study.report.to_dict(),
        "targets_import": [report.to_dict() for report in study.targets_reports],
        "notes": [message.format(**values) for message, values in situation.notes],
    }


def boundaries_member(study: Study) -> dict[str, Mapping[str, int]]:
    """What a layer's file says of the boundaries used: part → version; nothing where they are of a file."""
    return {"boundaries": dict(study.boundaries)} if study.boundaries else {}


def together(zones: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Zones and candidates as one frame with their status."""
    frames = [zones.assign(**{STATUS: "zone"}), candidates.assign(**{STATUS: "candidate"})]
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs="EPSG:4326")


def as_points(incidents: pd.DataFrame) -> gpd.GeoDataFrame:
    """Incidents with points for geometry: what a GeoPackage needs."""
    points = gpd.points_from_xy(incidents[LONGITUDE], incidents[LATITUDE], crs="EPSG:4326")
    return gpd.GeoDataFrame(incidents, geometry=points)


def _days(period: Period) -> dict[str, Any]:
    """A period by its first and last day."""
    return {"from": str(period.first_day), "to": str(period.last_day), "n_days": period.n_days}


def _change(change: Change) -> Mapping[str, Any]:
    """Both counts, and what may be said of the change."""
    return {"n_now": change.n_now, "n_before": change.n_before} | (
        {} if change.comparison is None else asdict(change.comparison)
    )
