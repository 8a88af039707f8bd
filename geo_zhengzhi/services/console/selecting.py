"""Which incidents lie in one place that is selected, by the same rules by which the lists count them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, HOTSPOT_ID, LATITUDE, LONGITUDE, PART_ID, ZONE_ID
from geo_zhengzhi.services.console.counting import in_hotspot, in_parts, in_shape, placed_before
from geo_zhengzhi.services.console.rows import HotspotRow, Row, TargetRow
from geo_zhengzhi.services.console.situation import Situation

Positions = npt.NDArray[np.int64]
DEGREES_PER_M = 1.2 / 111_000  # with some room: what is near the place is tested exactly


def positions_in(situation: Situation, row: Row, positions: Positions) -> Positions:
    """
    Those incidents of a study that lie in a place.

    Parameters
    ----------
    situation : Situation
        Whose place it is.
    row : TargetRow, HotspotRow or ZoneRow
    positions : int64[n]
        Of the incidents in question, in `study.incidents`.

    Returns
    -------
    int64[m], ascending
    """
    result, incidents = situation.result, situation.study.incidents
    shape, reach_m = _ground(situation, row)
    near = positions[_is_near(incidents, positions, shape, reach_m)]
    placed = placed_before(incidents.iloc[near].reset_index(drop=True), result)
    if isinstance(row, TargetRow):
        held = in_parts(placed, result.targets, row.feature_ids)
    elif isinstance(row, HotspotRow):
        held = in_hotspot(placed, _record(result.hotspots, HOTSPOT_ID, row.hotspot_id), result.targets)
    else:
        held = in_shape(placed, shape)
    return np.sort(near[held])


def _ground(situation: Situation, row: Row) -> tuple[shapely.Geometry, float]:
    """A place's shape (EPSG:4326), and how far round it (m) incidents may belong to it."""
    result = situation.result
    if isinstance(row, TargetRow):
        parts = result.targets[result.targets[PART_ID].isin(row.feature_ids)]
    elif isinstance(row, HotspotRow):
        hotspot = _record(result.hotspots, HOTSPOT_ID, row.hotspot_id)
        parts = result.targets[result.targets[PART_ID] == hotspot[PART_ID]]  # a stretch is as wide as its corridor
        if parts.empty:
            return hotspot[GEOMETRY], 0.0
    else:
        zones = result.zones if (result.zones[ZONE_ID] == row.zone_id).any() else result.candidates
        return _record(zones, ZONE_ID, row.zone_id)[GEOMETRY], 0.0
    half_width_m = parts[CORRIDOR_HALF_WIDTH_M].max()
    return shapely.union_all(parts.geometry.array), 0.0 if np.isnan(half_width_m) else float(half_width_m)


def _record(frame: Any, column: str, wanted: str) -> dict[str, Any]:
    """The row of a frame with an id."""
    found: dict[str, Any] = frame[frame[column] == wanted].iloc[0].to_dict()
    return found


def _is_near(incidents: Any, positions: Positions, shape: shapely.Geometry, reach_m: float) -> npt.NDArray[np.bool_]:
    """Whether incidents lie in the box round a shape, widened by a reach."""
    west, south, east, north = shape.bounds
    up = reach_m * DEGREES_PER_M
    aside = up / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    longitude, latitude = (incidents[name].to_numpy(float)[positions] for name in (LONGITUDE, LATITUDE))
    return np.asarray(
        (longitude >= west - aside) & (longitude <= east + aside) & (latitude >= south - up) & (latitude <= north + up)
    )
