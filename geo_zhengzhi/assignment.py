"""The first stage: which incidents belong to which targets."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.corridors import CorridorIndex
from geo_zhengzhi.polygon_index import PolygonIndex
from geo_zhengzhi.schema import (
    ASSIGNMENT_COLUMNS,
    CHAINAGE_M,
    CORRIDOR_HALF_WIDTH_M,
    DISTANCE_M,
    EASTING_M,
    INCIDENT,
    INSIDE,
    NORTHING_M,
    OFFSET_M,
    PART,
    require_columns,
)

Floats = npt.NDArray[np.float64]


def assign(incidents: pd.DataFrame, parts: gpd.GeoDataFrame, halo_m: Floats) -> pd.DataFrame:
    """
    Pair incidents with the targets they lie in or near.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With easting_m and northing_m, metres.
    parts : GeoDataFrame of m rows, in the same metric frame
        Polygons, or lines with corridor_half_width_m; a part without geometry takes nothing.
    halo_m : float64[m]
        How far round an area incidents are also listed, with inside = False; metres, the edge included. Corridors take none.

    Returns
    -------
    DataFrame[ASSIGNMENT_COLUMNS]
        One row a pair, sorted by (part, incident).
    """
    require_columns(incidents, (EASTING_M, NORTHING_M))
    require_columns(parts, (CORRIDOR_HALF_WIDTH_M,))
    x, y = incidents[EASTING_M].to_numpy(float), incidents[NORTHING_M].to_numpy(float)
    geometry = np.asarray(parts.geometry.array, dtype=object)
    is_line = np.isin(shapely.get_type_id(geometry), (1, 5))
    pairs = pd.concat([_areas(x, y, geometry, is_line, halo_m), _corridors(x, y, parts, geometry, is_line)])
    return pairs.sort_values([PART, INCIDENT], ignore_index=True)[list(ASSIGNMENT_COLUMNS)]


def _areas(
    x: Floats, y: Floats, geometry: npt.NDArray[np.object_], is_line: npt.NDArray[np.bool_], halo_m: Floats
) -> pd.DataFrame:
    """Pairs of areas: inside, and within the halo."""
    areas = np.where(is_line, None, geometry)
    inside, part = PolygonIndex(areas).query(x, y)
    points = shapely.points(x, y)
    near_part, near = shapely.STRtree(points).query(areas, "dwithin", np.asarray(halo_m, float))
    known = pd.MultiIndex.from_arrays([part, inside])
    new = ~pd.MultiIndex.from_arrays([near_part, near]).isin(known)
    near, near_part = near[new], near_part[new]
    distance = shapely.distance(points[near], areas[near_part])
    return pd.DataFrame({
        INCIDENT: np.concatenate([inside, near]).astype(np.int64),
        PART: np.concatenate([part, near_part]).astype(np.int32),
        INSIDE: np.concatenate([np.ones(len(inside), bool), np.zeros(len(near), bool)]),
        DISTANCE_M: np.concatenate([np.zeros(len(inside)), distance]),
        CHAINAGE_M: np.nan,
        OFFSET_M: np.nan,
    })


def _corridors(
    x: Floats,
    y: Floats,
    parts: gpd.GeoDataFrame,
    geometry: npt.NDArray[np.object_],
    is_line: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """Pairs of corridors."""
    half_width = np.nan_to_num(parts[CORRIDOR_HALF_WIDTH_M].to_numpy(float))
    incident, part, distance, chainage, offset = CorridorIndex(np.where(is_line, geometry, None)).query(
        x, y, half_width
    )
    return pd.DataFrame({
        INCIDENT: incident,
        PART: part,
        INSIDE: True,
        DISTANCE_M: distance,
        CHAINAGE_M: chainage,
        OFFSET_M: offset,
    })
