"""Small studies made by hand near 蓟州: every incident's place and time is said, so every count is known."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi import schema
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Context, Period
from geo_zhengzhi.services.studies.study import Study

ZONE = "Asia/Shanghai"
FRAME = MetricFrame(117.4, 40.0)
Place = tuple[float, float]


def at(text: str) -> datetime:
    """A moment in local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))


def days(first: str, last: str) -> Period:
    """A period by its first and last day."""
    return Period.of_days(datetime.fromisoformat(first).date(), datetime.fromisoformat(last).date(), ZONE)


def incident(place: Place, when: str, *, until: str | None = None, category: str = "盗窃") -> dict[str, Any]:
    """One incident at metres east and north of the frame's centre."""
    longitude, latitude = FRAME.to_degrees([place[0]], [place[1]])
    return {
        schema.OCCURRED_FROM: at(when),
        schema.OCCURRED_TO: at(until or when),
        schema.CATEGORY: category,
        schema.WEIGHT: 1.0,
        schema.LONGITUDE: longitude[0],
        schema.LATITUDE: latitude[0],
    }


def many(n: int, place: Place, first: str, *, spread_m: float = 5.0, **rest: Any) -> list[dict[str, Any]]:
    """n incidents in a small ring around a place, a day apart, at noon."""
    start = datetime.fromisoformat(first) + timedelta(hours=12)
    turns = np.arange(n) * 2 * np.pi / max(n, 1)
    return [
        incident(
            (place[0] + spread_m * np.cos(turn), place[1] + spread_m * np.sin(turn)),
            str(start + timedelta(days=day)),
            **rest,
        )
        for day, turn in enumerate(turns)
    ]


def frame_of(incidents: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """INCIDENT_COLUMNS."""
    rows = [{schema.INCIDENT_ID: f"i{number:04d}"} | row for number, row in enumerate(incidents)]
    frame = pd.DataFrame(rows, columns=list(schema.INCIDENT_COLUMNS))
    for column in (schema.OCCURRED_FROM, schema.OCCURRED_TO):
        frame[column] = pd.to_datetime(frame[column], utc=True).dt.tz_convert(ZONE).astype(f"datetime64[us, {ZONE}]")
    return frame.astype({schema.WEIGHT: float, schema.LONGITUDE: float, schema.LATITUDE: float})


def area(part_id: str, west: float, south: float, side: float = 400.0, **fields: Any) -> dict[str, Any]:
    """A square part by its south-western corner, metres."""
    return _part(part_id, shapely.box(west, south, west + side, south + side), "residential_area", np.nan, fields)


def rectangle(part_id: str, west: float, south: float, east: float, north: float, **fields: Any) -> dict[str, Any]:
    """A part that is no square, by its sides, metres."""
    return _part(part_id, shapely.box(west, south, east, north), "residential_area", np.nan, fields)


def corridor(part_id: str, *vertices: Place, half_width_m: float = 300.0, **fields: Any) -> dict[str, Any]:
    """A line part through vertices in metres."""
    return _part(part_id, shapely.LineString(vertices), "railway_corridor", half_width_m, fields)


def _part(part_id: str, metric: Any, kind: str, half_width_m: float, fields: dict[str, Any]) -> dict[str, Any]:
    geometry = shapely.transform(metric, lambda xy: np.column_stack(FRAME.to_degrees(xy[:, 0], xy[:, 1])))
    return {
        schema.TARGET_ID: part_id,
        schema.PART_ID: part_id,
        schema.NAME: part_id,
        schema.NAME_EN: "",
        schema.KIND: kind,
        schema.LEVEL: "county",
        schema.LEAD_UNIT: "某派出所",
        schema.CORRIDOR_HALF_WIDTH_M: half_width_m,
        schema.ILLUSTRATIVE: False,
        schema.GEOMETRY: geometry,
    } | fields


def study_of(incidents: Iterable[dict[str, Any]], parts: Sequence[dict[str, Any]], **fields: Any) -> Study:
    """A study of these incidents and parts."""
    targets = gpd.GeoDataFrame(list(parts), columns=list(schema.TARGET_COLUMNS), geometry="geometry", crs="EPSG:4326")
    given = {"context": Context(), "study_area": None, "timezone": ZONE, "name": "试验县"} | fields
    return Study(frame_of(incidents), targets, **given)
