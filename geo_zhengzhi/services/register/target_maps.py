"""Before and after around one target: two small maps of its surroundings, on the one heat scale of every map."""

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.model import AnalysisResult, Period
from geo_zhengzhi.render.page import MapParts
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, PART
from geo_zhengzhi.services.console.maps import map_parts
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.place_counts import frame_of
from geo_zhengzhi.services.console.situation import Query, Situation, assess
from geo_zhengzhi.services.drawing.datum import page_datum, to_drawn
from geo_zhengzhi.services.register.target_figures import parts_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database

AROUND = 0.6  # of the larger side of the target, on every side of it
LEAST_AROUND_M = 350.0
BEYOND_M = 1500.0  # what a map shows further off, for whoever moves it a little


@dataclass(frozen=True, eq=False)
class TargetMaps:
    """
    The maps of a target.

    Parameters
    ----------
    period, earlier : Period, Period or None
        None where the data do not reach back a year; then there is no map "before".
    maps : {"before", "now"} to MapParts
    view : ((south, west), (north, east))
        What the maps show at first, in the datum of the page.
    shape : GeoJSON geometry
        The target itself, in the datum of the page.
    """

    period: Period
    earlier: Period | None
    maps: dict[str, MapParts]
    view: tuple[tuple[float, float], tuple[float, float]]
    shape: dict[str, Any]


_MAPS: ComputeOnce[TargetMaps | None] = ComputeOnce(size=8)


def target_maps(
    database: Database,
    study: Study,
    target_id: str,
    period: Period | None,
    language: str,
    settings: Settings,
    prefix: str,
) -> TargetMaps | None:
    """
    The surroundings of a target in a period and in the same one last year; kept until incidents or boundaries change.

    Parameters
    ----------
    database, study : Database, Study
    target_id : str
    period : Period or None
        The study's own without one.
    language, settings, prefix
        As `maps.map_parts` takes them.

    Returns
    -------
    TargetMaps, or None
        None of a target without a boundary, and without any incident in the study.
    """
    asked = period or study.default_period
    if asked is None:
        return None
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    shown = (target_id, asked, language, settings.tiles, prefix)
    key = (id(study), study.data_version, str(database.url), version, *shown)
    return _MAPS.get(key, lambda: _maps(database, study, target_id, asked, language, settings, prefix))


def _maps(
    database: Database, study: Study, target_id: str, period: Period, language: str, settings: Settings, prefix: str
) -> TargetMaps | None:
    parts = parts_of(database, study, target_id)
    if parts.empty:
        return None
    view, wide = _boxes(study, parts)
    now = assess(study, Query(period))
    sides = {"now": now}
    if now.earlier is not None:
        sides["before"] = assess(study, Query(now.earlier))
    datum = page_datum(settings)
    west, south, east, north = to_drawn(view, datum).bounds
    return TargetMaps(
        period=now.period,
        earlier=now.earlier,
        maps={
            name: map_parts(_around(one, wide), language, settings, prefix=prefix, name=name)
            for name, one in sides.items()
        },
        view=((south, west), (north, east)),
        shape=shapely.geometry.mapping(to_drawn(shapely.force_2d(shapely.union_all(parts.geometry)), datum)),
    )


def _boxes(study: Study, parts: gpd.GeoDataFrame) -> tuple[shapely.Polygon, shapely.Polygon]:
    """What is in view, and what is drawn at all; EPSG:4326."""
    frame = frame_of(study, parts)
    west, south, east, north = frame.project(parts).total_bounds
    wide_m = float(np.nan_to_num(parts[CORRIDOR_HALF_WIDTH_M].to_numpy(float)).max())
    around_m = max(AROUND * max(east - west, north - south), LEAST_AROUND_M) + wide_m

    def box(margin_m: float) -> shapely.Polygon:
        metric = shapely.box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
        degrees: shapely.Polygon = shapely.transform(
            metric, lambda xy: np.column_stack(frame.to_degrees(xy[:, 0], xy[:, 1]))
        )
        return degrees

    return box(around_m), box(2 * around_m + BEYOND_M)


def _around(situation: Situation, box: shapely.Polygon) -> Situation:
    """The situation with the places that reach into a box; counts stay those of all incidents."""
    return replace(situation, result=_near(situation.result, box))


def _near(result: AnalysisResult, box: shapely.Polygon) -> AnalysisResult:
    """What reaches into a box; pairs name targets by position, so they are numbered anew."""
    kept = result.targets.intersects(box).to_numpy(bool)
    part = result.assignments[PART].to_numpy()
    pairs = result.assignments[(part >= 0) & kept[part]]
    position = np.cumsum(kept) - 1

    def near(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame[frame.intersects(box)].reset_index(drop=True)

    return replace(
        result,
        targets=near(result.targets),
        assignments=pairs.assign(**{PART: position[pairs[PART].to_numpy()]}),
        hotspots=near(result.hotspots),
        zones=near(result.zones),
        candidates=near(result.candidates),
    )
