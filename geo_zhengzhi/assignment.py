"""The first stage: which incidents belong to which targets."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.corridors import CorridorIndex
from geo_zhengzhi.kernels import Floats, Ints, kernel
from geo_zhengzhi.polygon_index import PolygonIndex
from geo_zhengzhi.schema import (
    ASSIGNMENT_COLUMNS,
    CORRIDOR_HALF_WIDTH_M,
    EASTING_M,
    NORTHING_M,
    require_columns,
)
from geo_zhengzhi.segment_index import Near, SegmentIndex

Objects = npt.NDArray[np.object_]
POLYGON = 3  # shapely's type numbers
LINE_TYPES = (1, 5)  # LineString, MultiLineString
AREA_TYPES = (3, 6, 7)  # Polygon, MultiPolygon, a collection that holds some


def assign(incidents: pd.DataFrame, parts: gpd.GeoDataFrame, halo_m: npt.ArrayLike) -> pd.DataFrame:
    """
    Pair incidents with the targets they lie in or near.

    Targets may overlap, so an incident may be in several. An area holds the incidents inside it, on its edge included,
    and lists those within its halo beside them. A corridor holds the incidents within its half-width of the centre
    line, by true distance, and takes no halo; incidents beyond the line's ends are out.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With easting_m and northing_m; any index.
    parts : GeoDataFrame of m rows, in the incidents' metric frame
        Polygons, MultiPolygons, or LineStrings with corridor_half_width_m (metres; NaN takes nothing). A part without
        geometry, such as a trade, takes nothing.
    halo_m : array-like of m float64
        How far round each area incidents are listed, metres, the edge included; 0 or NaN for none.

    Returns
    -------
    DataFrame[ASSIGNMENT_COLUMNS]
        One row a pair, sorted by (part, incident). `inside` is False for the halo alone. `distance_m` is 0 inside an
        area, to the area in its halo, to the centre line in a corridor; `chainage_m` and `offset_m` are NaN for areas.

    Raises
    ------
    MissingColumn
        If a column is missing.
    InvalidParameter
        If a corridor is a line in several pieces.
    """
    require_columns(incidents, (EASTING_M, NORTHING_M))
    require_columns(parts, (CORRIDOR_HALF_WIDTH_M,))
    # Copies, so that the kernels always meet the one kind of array they were compiled for.
    x, y = (np.array(incidents[name], dtype=np.float64) for name in (EASTING_M, NORTHING_M))
    shapes = np.asarray(parts.geometry.array, dtype=object)
    half_width = parts[CORRIDOR_HALF_WIDTH_M].to_numpy(np.float64)
    areas, lines = _only(shapes, AREA_TYPES), _only(shapes, LINE_TYPES)
    near = _rims(areas).query(x, y, np.where(np.asarray(halo_m, np.float64) > 0, halo_m, np.nan))
    return _table(PolygonIndex(areas).query(x, y), near, CorridorIndex(lines).query(x, y, half_width), len(parts))


def _only(shapes: Objects, types: tuple[int, ...]) -> Objects:
    """The shapes of some types, None in the others' places."""
    kept = shapes.copy()
    kept[~np.isin(shapely.get_type_id(shapes), types)] = None
    return kept


def _rims(areas: Objects) -> SegmentIndex:
    """An index over the areas' rings, holes' included."""
    single, part = shapely.get_parts(areas, return_index=True)
    polygonal = shapely.get_type_id(single) == POLYGON
    rings, polygon = shapely.get_rings(single[polygonal], return_index=True)
    return SegmentIndex(rings, part[polygonal][polygon])


def _table(
    inside: tuple[Ints, Ints], near: Near, corridor: tuple[Ints, Ints, Floats, Floats, Floats], n_parts: int
) -> pd.DataFrame:
    """The three kinds of pair as one table."""
    parts = np.arange(n_parts + 1)
    starts = [np.searchsorted(part, parts) for part in (inside[1], near.line, corridor[1])]
    columns = _merge(inside[0], near.point, near.distance_m, corridor[0], *corridor[2:], *starts)
    # Without a copy: consolidating the columns would cost as much as finding them.
    return pd.DataFrame(dict(zip(ASSIGNMENT_COLUMNS, columns, strict=True)), copy=False)


@kernel
def _merge(
    inside: Ints, near: Ints, near_m: Floats,
    along: Ints, along_m: Floats, along_chainage: Floats, along_offset: Floats,
    inside_start: Ints, near_start: Ints, along_start: Ints,
) -> tuple[Ints, Ints, Ints, Floats, Floats, Floats]:  # fmt: skip
    """The assignment's columns, part by part; near an edge but inside is inside."""
    n = len(inside) + len(near) + len(along)
    incident, part, flag = np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.bool_)
    distance, chainage, offset = np.empty(n), np.empty(n), np.empty(n)
    n = 0
    for p in range(len(inside_start) - 1):
        a, b, c = inside_start[p], near_start[p], along_start[p]
        while a < inside_start[p + 1] or b < near_start[p + 1] or c < along_start[p + 1]:
            part[n], flag[n] = p, True
            distance[n], chainage[n], offset[n] = 0.0, np.nan, np.nan
            if c < along_start[p + 1]:
                incident[n], distance[n], chainage[n], offset[n] = (
                    along[c],
                    along_m[c],
                    along_chainage[c],
                    along_offset[c],
                )
                c += 1
            elif b == near_start[p + 1] or (a < inside_start[p + 1] and inside[a] <= near[b]):
                incident[n] = inside[a]
                b += b < near_start[p + 1] and near[b] == inside[a]
                a += 1
            else:
                incident[n], flag[n], distance[n] = near[b], False, near_m[b]
                b += 1
            n += 1
    return incident[:n], part[:n], flag[:n], distance[:n], chainage[:n], offset[:n]


def compile_kernels() -> None:
    """Compile and cache what an assignment runs, so that the first one does not wait."""
    parts = gpd.GeoDataFrame(
        {CORRIDOR_HALF_WIDTH_M: [np.nan, 1.0]}, geometry=[shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])]
    )
    assign(pd.DataFrame({EASTING_M: [0.0, 2.0], NORTHING_M: [0.0, 0.0]}), parts, [2.0, 0.0])
