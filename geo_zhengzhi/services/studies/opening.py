"""Open a study: read its incidents, its targets and what lies around them."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo_zhengzhi.errors import DemonstrationMissing
from geo_zhengzhi.io.areas import read_areas
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.io.target_report import TargetReport
from geo_zhengzhi.io.targets import parse_targets_spec, read_targets
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, Context, Period
from geo_zhengzhi.schema import GEOMETRY, PART_ID, TARGET_COLUMNS, TARGET_ID
from geo_zhengzhi.services.register.corridor_widths import refuse_folded
from geo_zhengzhi.services.studies.study import Progress, Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.study_area import study_area_of

DEMONSTRATION_NAME = "Jizhou District"
SIMULATED_NOTE = "Incidents are simulated."
GENERALISED_NOTE = "The county outline is generalised; target outlines are illustrative."
OPENSTREETMAP = "© OpenStreetMap contributors (ODbL)"
OPENING_DAYS = (date(2024, 2, 1), date(2024, 3, 31))  # the two months whose counts are known: 174 against 262


def open_demonstration(settings: Settings, progress: Progress | None = None) -> Study:
    """
    The demonstration of 蓟州区: real railways, a generalised outline, illustrative targets, simulated incidents.

    Parameters
    ----------
    settings : Settings
        `data_dir` holds `boundaries/` and `incidents/`.
    progress : function of (stage, fraction in [0, 1]), optional

    Raises
    ------
    DemonstrationMissing
        If one of its files is not there.
    """
    boundaries, incidents = settings.data_dir / "boundaries", settings.data_dir / "incidents"
    about = json.loads(_present(incidents / "demo_incidents.json").read_text("utf-8"))
    study = open_study(
        _present(incidents / "demo_incidents.csv"),
        [str(_present(boundaries / "targets.geojson"))],
        datum=about["datum"],
        targets_datum="wgs84",
        timezone=about["timezone"],
        name=DEMONSTRATION_NAME,
        frame_center=settings.center,
        progress=progress,
        outline=_present(boundaries / "county_outline.geojson"),
        stations=_present(boundaries / "stations.geojson"),
        places=_present(boundaries / "places.geojson"),
        railways=_present(boundaries / "railways.geojson"),
    )
    notes = (SIMULATED_NOTE, GENERALISED_NOTE) if about["simulated"] else (GENERALISED_NOTE,)
    return replace(
        study,
        context=replace(study.context, notes=notes, attributions=(OPENSTREETMAP,)),
        simulated=bool(about["simulated"]),
        targets_notes=(GENERALISED_NOTE,),
        opening_period=Period.of_days(*OPENING_DAYS, study.timezone),
        areas=read_areas([str(_present(boundaries / "areas.geojson"))], datum="wgs84"),
    )


def _present(path: Path) -> Path:
    """A file of the demonstration, if it is there."""
    if not path.exists():
        raise DemonstrationMissing(path=path)
    return path


def open_study(
    incidents_file: Path,
    targets_specs: Sequence[str],
    *,
    datum: str | None = None,
    targets_datum: str | None = None,
    study_area: Path | None = None,
    timezone: str = "Asia/Shanghai",
    mapping: Mapping[str, str] | None = None,
    name_column: str | None = None,
    corridor_half_width_m: float = DEFAULT_CORRIDOR_HALF_WIDTH_M,
    outline: Path | None = None,
    stations: Path | None = None,
    places: Path | None = None,
    railways: Path | None = None,
    name: str = "",
    frame_center: tuple[float, float] | None = None,
    progress: Progress | None = None,
) -> Study:
    """
    Read a study from files.

    Parameters
    ----------
    incidents_file : Path
        See `io.incidents.read_incidents`.
    targets_specs : sequence of "FILE" or "FILE:KIND"
        KIND is given to targets that do not say their own.
    datum, targets_datum : str, optional
        Of the incidents; of targets and context layers.
    study_area : Path, optional
        Polygons; rows outside are rejected. Otherwise the targets' hull plus 20 km.
    timezone, mapping, name_column, corridor_half_width_m
        As the readers take them.
    outline, stations, places, railways : Path, optional
        Context layers.
    name : str
        What the study is called; the incidents file's name without one.
    frame_center : (longitude, latitude), optional
        Centre of the county frame; otherwise the study area's.
    progress : function of (stage, fraction in [0, 1]), optional

    Returns
    -------
    Study

    Raises
    ------
    GeoZhengzhiError
        Whatever a reader refuses, and InvalidParameter for a kind that does not exist.
    """
    around = _read_context((outline, stations, places, railways), targets_datum)
    targets, targets_reports = _read_all_targets(
        targets_specs, targets_datum, name_column, around.stations, corridor_half_width_m
    )
    refuse_folded(targets)
    area = (
        study_area_of(targets) if study_area is None else shapely.union_all(_layer(study_area, targets_datum).geometry)
    )
    incidents, report = read_incidents(
        incidents_file, datum=datum, timezone=timezone, mapping=mapping, study_area=area, progress=progress
    )
    named = name or Path(incidents_file).stem
    return Study(incidents, targets, around, area, timezone, named, report, targets_reports, frame_center=frame_center)


def _read_context(paths: Sequence[Path | None], datum: str | None) -> Context:
    """Outline, stations, places and railways, at once: each is read by a process of its own."""
    with ThreadPoolExecutor(max_workers=len(paths)) as pool:
        return Context(*pool.map(lambda path: _layer(path, datum), paths))


def _layer(path: Path | None, datum: str | None) -> Any:
    """A context layer, None where there is no file."""
    return None if path is None else read_layer(path, datum=datum)


def _read_all_targets(
    specs: Sequence[str],
    datum: str | None,
    name_column: str | None,
    stations: gpd.GeoDataFrame | None,
    corridor_half_width_m: float,
) -> tuple[gpd.GeoDataFrame, tuple[TargetReport, ...]]:
    """The parts of every file, with `target_id` and `part_id` told apart where two files use the same; and reports."""
    frames, reports = [], []
    for spec in specs:
        path, kind = parse_targets_spec(spec)
        frame, report = read_targets(
            path,
            kind=kind,
            datum=datum,
            name_column=name_column,
            stations=stations,
            corridor_half_width_m=corridor_half_width_m,
        )
        frames.append(frame)
        reports.append(report)
    together = pd.concat(_told_apart(frames), ignore_index=True)[list(TARGET_COLUMNS)]
    return gpd.GeoDataFrame(together, geometry=GEOMETRY, crs="EPSG:4326"), tuple(reports)


def _told_apart(frames: Sequence[gpd.GeoDataFrame]) -> list[gpd.GeoDataFrame]:
    """The frames, with a file's number before its ids where an earlier file has one of them."""
    seen: set[str] = set()
    apart = []
    for number, frame in enumerate(frames, start=1):
        if seen & (set(frame[PART_ID]) | set(frame[TARGET_ID])):
            frame = frame.assign(**{column: f"{number}-" + frame[column] for column in (TARGET_ID, PART_ID)})
        seen |= set(frame[PART_ID]) | set(frame[TARGET_ID])
        apart.append(frame)
    return apart
