"""Count incidents in periods, targets and hotspots by one rule, so that two years can be laid side by side."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.assignment import assign
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import AnalysisResult, Period
from geo_zhengzhi.polygon_index import PolygonIndex
from geo_zhengzhi.schema import (
    CHAINAGE_M,
    EASTING_M,
    FROM_M,
    GEOMETRY,
    HOTSPOT_ID,
    INCIDENT,
    INSIDE,
    LATITUDE,
    LONGITUDE,
    NORTHING_M,
    PART,
    PART_ID,
    TARGET_ID,
    TO_M,
    WEIGHT,
    ZONE_ID,
)

Integers = npt.NDArray[np.int64]

OPEN, NOWHERE = -1, -2  # instead of a part: open ground; a part that is not among the targets


@dataclass(frozen=True)
class Placed:
    """
    Incidents of one period with the parts that they lie in.

    Parameters
    ----------
    longitude, latitude : arrays of n, EPSG:4326
    pairs : DataFrame of INCIDENT (position in the arrays), PART and CHAINAGE_M
        Only those inside; an incident may be in several parts.
    """

    longitude: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]
    pairs: pd.DataFrame

    @property
    def n(self) -> int:
        """How many incidents."""
        return len(self.longitude)

    @property
    def outside(self) -> npt.NDArray[np.bool_]:
        """Which incidents lie in no part (n)."""
        free = np.ones(self.n, bool)
        free[self.pairs[INCIDENT].to_numpy()] = False
        return free


def during(midpoints: "pd.Series[Any]", period: Period) -> npt.NDArray[np.bool_]:
    """Which incidents (n) belong to a period: those whose midpoint is in [start, end)."""
    return np.asarray((midpoints >= pd.Timestamp(period.start)) & (midpoints < pd.Timestamp(period.end)))


def placed_now(result: AnalysisResult) -> Placed:
    """The incidents of an analysis with the parts that they lie in."""
    return _placed(result.incidents, result.assignments)


def placed_before(incidents: pd.DataFrame, result: AnalysisResult) -> Placed:
    """Other incidents (EPSG:4326), laid on the parts of an analysis by the same rule."""
    frame = MetricFrame(*result.frame_center)
    easting_m, northing_m = frame.to_metres(incidents[LONGITUDE].to_numpy(), incidents[LATITUDE].to_numpy())
    located = incidents.assign(**{EASTING_M: easting_m, NORTHING_M: northing_m})
    no_halo = np.zeros(len(result.targets))
    return _placed(incidents, assign(located, frame.project(result.targets), no_halo))


def _placed(incidents: pd.DataFrame, assignments: pd.DataFrame) -> Placed:
    """Coordinates as arrays, and of the assignments those inside a part."""
    inside = assignments[INSIDE].to_numpy(bool) & (assignments[PART].to_numpy() >= 0)
    pairs = assignments.loc[inside, [INCIDENT, PART, CHAINAGE_M]].reset_index(drop=True)
    return Placed(incidents[LONGITUDE].to_numpy(float), incidents[LATITUDE].to_numpy(float), pairs)


def count_by_part(placed: Placed, targets: gpd.GeoDataFrame) -> dict[str, int]:
    """Incidents in each part, by `part_id`."""
    counts = np.bincount(placed.pairs[PART].to_numpy(), minlength=len(targets))
    return {part_id: int(n) for part_id, n in zip(targets[PART_ID], counts, strict=True)}


def count_by_target(placed: Placed, targets: gpd.GeoDataFrame) -> dict[str, int]:
    """Incidents in each target, by `target_id`; one that lies in several of its parts counts once."""
    target_of_part = targets[TARGET_ID].to_numpy()
    pairs = pd.DataFrame({INCIDENT: placed.pairs[INCIDENT], TARGET_ID: target_of_part[placed.pairs[PART].to_numpy()]})
    counts = pairs.drop_duplicates()[TARGET_ID].value_counts()
    return {str(target_id): int(counts.get(target_id, 0)) for target_id in dict.fromkeys(target_of_part)}


def weigh(result: AnalysisResult, column: str) -> dict[str, float]:
    """This period's summed weight in each part (`PART_ID`) or target (`TARGET_ID`), an incident once in each."""
    placed = placed_now(result)
    names = result.targets[column].to_numpy()
    pairs = pd.DataFrame({INCIDENT: placed.pairs[INCIDENT], column: names[placed.pairs[PART].to_numpy()]})
    pairs = pairs.drop_duplicates().sort_values([column, INCIDENT])
    weights = result.incidents[WEIGHT].to_numpy(float)[pairs[INCIDENT].to_numpy()]
    sums = pd.Series(weights).groupby(pairs[column].to_numpy()).sum()
    return {str(name): float(sums.get(name, 0.0)) for name in dict.fromkeys(names)}


def count_by_hotspot(placed: Placed, hotspots: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> dict[str, int]:
    """
    Incidents in each hotspot's place, by `hotspot_id`, members of its cluster or not.

    The place is the outline within its part; for a corridor the stretch, across the corridor's width; on open ground
    the outline without the targets.
    """
    position = {part_id: i for i, part_id in enumerate(targets[PART_ID])}
    part = np.array([position.get(part_id, NOWHERE) if part_id else OPEN for part_id in hotspots[PART_ID]], np.int64)
    along = np.isfinite(hotspots[FROM_M].to_numpy(float)) & (part != OPEN)
    counts = _n_within(hotspots.geometry.array, np.where(along, NOWHERE, part), placed, len(targets))
    by_part = dict(tuple(placed.pairs.groupby(PART)[CHAINAGE_M]))
    for i in np.flatnonzero(along & (part != NOWHERE)):
        if part[i] in by_part:
            counts[i] = by_part[part[i]].between(hotspots[FROM_M].iloc[i], hotspots[TO_M].iloc[i]).sum()
    return {hotspot_id: int(n) for hotspot_id, n in zip(hotspots[HOTSPOT_ID], counts, strict=True)}


def in_parts(placed: Placed, targets: gpd.GeoDataFrame, part_ids: Collection[str]) -> Integers:
    """Positions of the incidents that lie in any of some parts."""
    wanted = np.flatnonzero(targets[PART_ID].isin(part_ids))
    return np.unique(placed.pairs.loc[placed.pairs[PART].isin(wanted), INCIDENT].to_numpy(np.int64))


def in_hotspot(placed: Placed, hotspot: Mapping[str, Any], targets: gpd.GeoDataFrame) -> Integers:
    """Positions of the incidents in one hotspot's place, as `count_by_hotspot` counts them."""
    (part,) = np.flatnonzero(targets[PART_ID] == hotspot[PART_ID])[:1].tolist() or [-1]
    pairs = placed.pairs[placed.pairs[PART] == part]
    return np.unique(_inside(hotspot, placed, pairs if len(pairs) else None, np.flatnonzero(placed.outside)))


def in_shape(placed: Placed, shape: shapely.Geometry) -> Integers:
    """Positions of the incidents that a shape holds, the edge included, as `count_by_zone` counts them."""
    found, _ = PolygonIndex(np.asarray([shape], object)).query(placed.longitude, placed.latitude)
    return np.unique(found).astype(np.int64)


def count_by_zone(placed: Placed, zones: gpd.GeoDataFrame) -> dict[str, int]:
    """Incidents in each zone or candidate, by `zone_id`: all that its shape holds, the edge included."""
    _, zone = PolygonIndex(np.asarray(zones.geometry.array, object)).query(placed.longitude, placed.latitude)
    counts = np.bincount(zone, minlength=len(zones))
    return {zone_id: int(n) for zone_id, n in zip(zones[ZONE_ID], counts, strict=True)}


def _n_within(outlines: Any, part: Integers, placed: Placed, n_parts: int) -> Integers:
    """
    How many incidents (n) lie in each outline, its edge included, and in its part too; for OPEN in no part at all.

    All outlines are asked at once: a county has hundreds of them, and each would look at every incident.
    """
    asked = np.flatnonzero(part != NOWHERE)
    incident, found = PolygonIndex(np.asarray(outlines, object)[asked]).query(placed.longitude, placed.latitude)
    hotspot = asked[found]
    pairs = placed.pairs[INCIDENT].to_numpy(np.int64) * n_parts + placed.pairs[PART].to_numpy(np.int64)
    inside = np.isin(incident * n_parts + part[hotspot], pairs)
    counted = np.where(part[hotspot] == OPEN, placed.outside[incident], inside)
    return np.bincount(hotspot[counted], minlength=len(part))


def _inside(hotspot: Mapping[str, Any], placed: Placed, pairs: pd.DataFrame | None, free: Integers) -> Integers:
    """Positions of those in one hotspot's place; `pairs` are its part's, `free` the incidents in no part."""
    if not hotspot[PART_ID]:
        return _within(hotspot[GEOMETRY], placed, free)
    if pairs is None:
        return np.zeros(0, np.int64)
    if np.isfinite(hotspot[FROM_M]):
        stretch = pairs[CHAINAGE_M].between(hotspot[FROM_M], hotspot[TO_M])
        return pairs.loc[stretch, INCIDENT].to_numpy(np.int64)
    return _within(hotspot[GEOMETRY], placed, pairs[INCIDENT].to_numpy(np.int64))


def _within(outline: shapely.Geometry, placed: Placed, positions: Integers) -> Integers:
    """Of the incidents at these positions those that lie in the outline, its edge included."""
    shapely.prepare(outline)
    held = shapely.intersects_xy(outline, placed.longitude[positions], placed.latitude[positions])
    return np.asarray(positions[held], np.int64)
