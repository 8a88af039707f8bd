"""The study area: given, or the targets' hull and twenty kilometres around it."""

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame

MARGIN_M = 20_000.0
ROUNDED_TO_DEG = 0.1


def study_area_of(targets: gpd.GeoDataFrame) -> shapely.Polygon:
    """
    The targets' convex hull plus 20 km.

    Parameters
    ----------
    targets : GeoDataFrame, EPSG:4326
        Polygons and lines; empty geometries take no part.

    Returns
    -------
    Polygon, EPSG:4326
        Empty when no target has a geometry.

    Raises
    ------
    StudyAreaTooWide
        If the targets lie too far apart for one frame in metres.
    """
    hull = _hull(targets)
    if hull.is_empty:
        return shapely.Polygon()
    frame = MetricFrame.for_bounds(hull.bounds)
    metric = shapely.transform(hull, lambda xy: np.column_stack(frame.to_metres(xy[:, 0], xy[:, 1])))
    wide = shapely.buffer(metric, MARGIN_M, quad_segs=32)
    return shapely.transform(wide, lambda xy: np.column_stack(frame.to_degrees(xy[:, 0], xy[:, 1])))


def _hull(targets: gpd.GeoDataFrame) -> shapely.Geometry:
    """The convex hull of all the targets' vertices."""
    vertices = shapely.get_coordinates(np.asarray(targets.geometry.array, object))
    if len(vertices) < 2:
        return shapely.convex_hull(shapely.multipoints(vertices))
    return shapely.convex_hull(shapely.linestrings(vertices))  # one line holds them a hundred times faster than points


def box_around(longitude: np.ndarray, latitude: np.ndarray) -> shapely.Polygon:
    """
    The box of points (degrees, arrays of n), rounded outward to 0.1°.

    For an analysis without targets and without a study area; it alone depends on the incidents. Without incidents it
    is a box at (0, 0).
    """
    if len(longitude) == 0:
        return shapely.box(0.0, 0.0, ROUNDED_TO_DEG, ROUNDED_TO_DEG)
    low = np.floor(np.array([longitude.min(), latitude.min()]) / ROUNDED_TO_DEG) * ROUNDED_TO_DEG
    high = (np.floor(np.array([longitude.max(), latitude.max()]) / ROUNDED_TO_DEG) + 1) * ROUNDED_TO_DEG
    return shapely.box(*low, *high)
