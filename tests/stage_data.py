"""Incidents and targets placed by hand in metres around one point, for the tests of the stages."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi import schema
from geo_zhengzhi.crs import MetricFrame

FRAME = MetricFrame(117.4, 40.0)
ZONE = "Asia/Shanghai"
NOON = pd.Timestamp("2024-02-03 12:00", tz=ZONE)


def located(xy: npt.ArrayLike, **columns: Any) -> pd.DataFrame:
    """Incidents at metric places (n, 2), with the columns every stage may read."""
    places = np.asarray(xy, float).reshape(-1, 2)
    longitude, latitude = FRAME.to_degrees(*places.T)
    n = len(places)
    frame = pd.DataFrame(
        {
            schema.INCIDENT_ID: pd.Series([f"A{i:04d}" for i in range(n)], dtype="str"),
            schema.OCCURRED_FROM: pd.DatetimeIndex([NOON] * n, dtype=f"datetime64[us, {ZONE}]"),
            schema.OCCURRED_TO: pd.DatetimeIndex([NOON] * n, dtype=f"datetime64[us, {ZONE}]"),
            schema.CATEGORY: pd.Series(["盗窃"] * n, dtype="str"),
            schema.WEIGHT: np.ones(n),
            schema.LONGITUDE: longitude,
            schema.LATITUDE: latitude,
            schema.EASTING_M: places[:, 0],
            schema.NORTHING_M: places[:, 1],
        }
    )
    return frame.assign(**columns)


def incidents(xy: npt.ArrayLike, **columns: Any) -> pd.DataFrame:
    """The same, in degrees alone, as the pipeline takes them."""
    frame = located(xy).drop(columns=[schema.EASTING_M, schema.NORTHING_M])
    return frame.assign(**columns)


def parts(*rows: tuple[str, str, shapely.Geometry] | tuple[str, str, shapely.Geometry, float]) -> gpd.GeoDataFrame:
    """Targets in metres from (part_id, kind, geometry) or (part_id, kind, line, half-width)."""
    frame = gpd.GeoDataFrame(
        {
            schema.TARGET_ID: [f"target {row[0]}" for row in rows],
            schema.PART_ID: [row[0] for row in rows],
            schema.NAME: [f"名 {row[0]}" for row in rows],
            schema.NAME_EN: [f"name {row[0]}" for row in rows],
            schema.KIND: [row[1] for row in rows],
            schema.LEVEL: ["county"] * len(rows),
            schema.LEAD_UNIT: [""] * len(rows),
            schema.CORRIDOR_HALF_WIDTH_M: np.array([row[3] if len(row) > 3 else np.nan for row in rows], float),
            schema.ILLUSTRATIVE: [True] * len(rows),
        },
        geometry=gpd.GeoSeries([row[2] for row in rows], crs=FRAME.crs),
    )
    return frame[list(schema.TARGET_COLUMNS)]


def targets(*rows: Any) -> gpd.GeoDataFrame:
    """The same in EPSG:4326."""
    return FRAME.unproject(parts(*rows))


def blob(center: tuple[float, float], n: int, spread_m: float, seed: int = 0) -> npt.NDArray[np.float64]:
    """`n` places about a centre."""
    return np.asarray(center) + np.random.default_rng(seed).normal(0, spread_m, (n, 2))
