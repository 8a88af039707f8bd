"""Clipping polygons: what is left is polygons again, and nothing of lower dimension."""

import numpy as np
import numpy.typing as npt
import shapely

Objects = npt.NDArray[np.object_]

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7


def clipped(polygons: Objects, masks: Objects) -> Objects:
    """
    The part of each polygon inside its mask.

    Parameters
    ----------
    polygons, masks : object[n] of Polygons and MultiPolygons, one plane

    Returns
    -------
    object[n]
        Polygons and MultiPolygons; empty where only an edge or a corner is shared.
    """
    shapely.prepare(masks)
    result = np.array(polygons, object)
    cut = ~np.asarray(shapely.covers(masks, polygons), bool)
    result[cut] = polygonal(shapely.intersection(result[cut], masks[cut]))
    return result


def clipped_out(polygons: Objects, masks: Objects) -> Objects:
    """
    The part of each polygon (object[n]) outside all of the masks (object[m]).

    Returns
    -------
    object[n]
        Polygons and MultiPolygons; empty where nothing is left.
    """
    result = np.array(polygons, object)
    here, near = shapely.STRtree(masks).query(result, "intersects")
    for number in np.unique(here):
        mask = shapely.union_all(masks[near[here == number]])
        result[number] = polygonal(np.array([shapely.difference(result[number], mask)], object))[0]
    return result


def polygonal(geometries: Objects) -> Objects:
    """Each geometry (object[n]) without its points and lines."""
    result = np.array(geometries, object)
    kind = shapely.get_type_id(result)
    for number in np.flatnonzero(kind == COLLECTION):
        parts = shapely.get_parts(result[number])
        result[number] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), (POLYGON, MULTIPOLYGON))])
    result[~np.isin(shapely.get_type_id(result), (POLYGON, MULTIPOLYGON))] = shapely.Polygon()
    return result
