"""Clipping polygons: what is left is polygons again, and nothing of lower dimension."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.kernels import even_blocks, run_in_threads

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
QUAD_SEGS = 4  # chords of a quarter circle of a belt's corners; they stray by 2 % of its width
BLOCKS_A_THREAD = 4
MANY_HOLES = 50


def in_threads(function: Callable[..., Objects], n_threads: int, *arrays: npt.NDArray[Any]) -> Objects:
    """`function(*arrays)`, which works on each row alone, on blocks of rows in threads; shapely lets go of the lock."""
    blocks = even_blocks(len(arrays[0]), n_threads * BLOCKS_A_THREAD)
    rows = [tuple(array[first:end] for array in arrays) for first, end in blocks]
    return np.concatenate([np.zeros(0, object), *run_in_threads(function, rows, n_threads)])


def grown(polygons: Objects, distance_m: Floats, n_threads: int = 1) -> Objects:
    """Each polygon (object[n], metres) and a belt of its own width (float64[n], >= 0) around it."""
    return _all_buffered(polygons, distance_m, n_threads)


def taken_in(polygons: Objects, distance_m: Floats, n_threads: int = 1) -> Objects:
    """Each polygon (object[n], metres) without a belt of its own width (float64[n], >= 0) along its inner side."""
    return _all_buffered(polygons, -distance_m, n_threads)


def _all_buffered(polygons: Objects, distance_m: Floats, n_threads: int) -> Objects:
    """
    Each polygon's buffer; those with many holes by their rings.

    GEOS compares every hole of a buffer with every other. Growing a shell shrinks its holes, and the other way round,
    so the rings of such a polygon are buffered one by one. They take longest, so they are begun first.
    """
    many = shapely.get_num_interior_rings(polygons) > MANY_HOLES
    few = np.flatnonzero(~many)
    blocks = [few[first:end] for first, end in even_blocks(len(few), n_threads * BLOCKS_A_THREAD)]
    shapes = np.empty(len(polygons), object)

    def buffer(rows: Any, function: Callable[[Any, Any], Any]) -> None:
        shapes[rows] = function(polygons[rows], distance_m[rows])

    large = [(number, _buffered_by_rings) for number in np.flatnonzero(many)]
    run_in_threads(buffer, [*large, *((rows, _buffered) for rows in blocks)], n_threads)
    return shapes


def _buffered(polygons: Any, distance_m: Any) -> Any:
    """GEOS's buffer with few chords."""
    return shapely.buffer(polygons, distance_m, quad_segs=QUAD_SEGS)


def _buffered_by_rings(polygon: shapely.Polygon, distance_m: float) -> shapely.Geometry:
    """A polygon's buffer, without the points and lines that taking in may leave."""
    shell, holes = _shell_and_holes(polygon)
    left = shapely.difference(_buffered(shell, distance_m), shapely.union_all(_buffered(holes, -distance_m)))
    return polygonal(np.array([left], object))[0]


def _shell_and_holes(polygon: shapely.Polygon) -> tuple[shapely.Polygon, Objects]:
    """A polygon's outer ring and its holes, filled."""
    rings = shapely.polygons(shapely.get_rings(polygon))
    return rings[0], rings[1:]


def clipped(polygons: Objects, masks: Objects, n_threads: int = 1) -> Objects:
    """
    The part of each polygon inside its mask.

    Parameters
    ----------
    polygons, masks : object[n] of Polygons and MultiPolygons, one plane
        One that is its own mask stays as it is.
    n_threads : int

    Returns
    -------
    object[n]
        Polygons and MultiPolygons; empty where only an edge or a corner is shared.
    """
    result = np.array(polygons, object)
    cut = np.array([mask is not polygon for mask, polygon in zip(masks, polygons, strict=True)], bool)
    shapely.prepare(masks[cut])
    cut[cut] = ~shapely.covers(masks[cut], result[cut])
    result[cut] = polygonal(in_threads(shapely.intersection, n_threads, result[cut], masks[cut]))
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


def unions(polygons: Objects, groups: list[npt.NDArray[np.int64]], n_threads: int = 1) -> Objects:
    """The union of each group of polygons, named by their positions."""
    result = np.empty(len(groups), object)
    result[:] = [polygons[group[0]] for group in groups]
    several = [number for number, group in enumerate(groups) if len(group) > 1]
    result[several] = run_in_threads(
        lambda number: shapely.union_all(polygons[groups[number]]), [(n,) for n in several], n_threads
    )
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


def without_slivers(shapes: Objects) -> Objects:
    """Mended polygons (object[n]), without the pieces that are less than a millionth of the whole."""
    mended = polygonal(shapely.make_valid(shapes))
    for number in np.flatnonzero(shapely.get_type_id(mended) == MULTIPOLYGON):
        pieces = shapely.get_parts(mended[number])
        large = pieces[shapely.area(pieces) > 1e-6 * shapely.area(mended[number])]
        mended[number] = large[0] if len(large) == 1 else shapely.multipolygons(large)
    return mended
