"""The outline of a cluster: its members' discs, drawn together and taken in by half a radius."""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.corridors import stretch
from geo_zhengzhi.disc_rings import drawn_rings, linked_arcs
from geo_zhengzhi.discs import CELLS_IN_RADIUS, exposed_arcs
from geo_zhengzhi.kernels import even_blocks, run_in_threads
from geo_zhengzhi.polygonal import QUAD_SEGS, taken_in

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

HALF_STEP = math.pi / 4 / QUAD_SEGS
# How far out the vertices of the chords lie, in radii, so that a disc taken in by half its radius keeps the area of its
# circle; chords then stray by about 1 % of eps to either side.
BULGE = (1 + math.sqrt(HALF_STEP / math.tan(HALF_STEP))) / 2 / math.cos(HALF_STEP) - 1
BLOCKS_A_THREAD = 4
ATTEMPTS = 4
POLYGON = 3  # shapely's type id


def outlines(x: Floats, y: Floats, starts: Ints, eps_m: Floats, wanted: Bools, n_threads: int = 1) -> Objects:
    """
    Outline clusters.

    The union of the members' discs of radius eps, buffered by -eps/2: it contains every member, is connected and lies
    inside the union of the discs. Nothing is thinned: the union is bounded by exact arcs, and a place inside costs no
    more than noticing that it is. Arcs become chords that stray by about 1 % of eps.

    Parameters
    ----------
    x, y : float64[n]
        The members' places, metres, cluster after cluster; a place may be repeated.
    starts : int64[k]
        Each cluster's first row.
    eps_m : float64[k]
        The radius each was found with.
    wanted : bool[k]
        Which clusters are outlined; the others are None.
    n_threads : int

    Returns
    -------
    object[k] of Polygons, metres
    """
    shapes = np.full(len(starts), None, object)
    clusters = np.flatnonzero(wanted)
    x, y, edges = _distinct_places(x, y, np.append(starts, len(x)), clusters)
    radius = eps_m[clusters]
    code = _sorted_into_cells(x, y, edges, radius, n_threads)
    drawn = taken_in(_unions(x, y, code, edges, radius, n_threads), radius / 2, n_threads)
    for number in np.flatnonzero(shapely.get_type_id(drawn) != POLYGON):
        rows = slice(edges[number], edges[number + 1])
        drawn[number] = _holding(drawn[number], x[rows], y[rows])
    shapes[clusters] = drawn
    return shapes


def _distinct_places(x: Floats, y: Floats, edges: Ints, clusters: Ints) -> tuple[Floats, Floats, Ints]:
    """The wanted clusters' places, those that follow each other once, and where each cluster begins."""
    rows, begins = _rows_of(edges, clusters)
    x, y = x[rows], y[rows]
    new = np.ones(len(x), bool)
    new[1:] = (np.diff(x) != 0) | (np.diff(y) != 0)
    new[begins[:-1]] = True
    return x[new], y[new], np.append(0, np.cumsum(new))[begins]


def _sorted_into_cells(x: Floats, y: Floats, starts: Ints, radius: Floats, n_threads: int) -> Ints:
    """Sort each cluster's places by cells of half a radius, in place, and tell the cells, column · 2³² + row."""
    sizes, side = np.diff(starts), np.repeat(radius / CELLS_IN_RADIUS, np.diff(starts))
    low = (np.repeat(np.minimum.reduceat(v, starts[:-1]), sizes) if len(v) else v for v in (x, y))
    column, row = ((v - corner) // side for v, corner in zip((x, y), low, strict=True))
    code = np.asarray((column.astype(np.int64) << 32) + row.astype(np.int64))

    edges = starts.tolist()

    def sort(first_cluster: int, end_cluster: int) -> None:
        for first, end in pairwise(edges[first_cluster : end_cluster + 1]):
            order = np.argsort(code[first:end], kind="stable")
            for values in (code, x, y):
                values[first:end] = values[first:end][order]

    run_in_threads(sort, even_blocks(len(sizes), n_threads * BLOCKS_A_THREAD), n_threads)
    return code


def _unions(x: Floats, y: Floats, code: Ints, starts: Ints, eps_m: Floats, n_threads: int) -> Objects:
    """
    The union of each cluster's discs.

    Where three circles meet in a point (squares of a grid whose diagonal is two radii), arcs may not link; a radius
    larger by a ten-millionth has no such point.
    """
    unions, todo = np.full(len(eps_m), None, object), np.arange(len(eps_m))
    for attempt in range(ATTEMPTS):
        if len(todo) == 0:
            break
        radius = eps_m[todo] * (1.0 + 1e-7 * attempt)
        if attempt == 0:  # all of them, as they lie
            unions = _linked_unions(x, y, code, starts, radius, n_threads)
        else:
            rows, edges = _rows_of(starts, todo)
            unions[todo] = _linked_unions(x[rows], y[rows], code[rows], edges, radius, n_threads)
        todo = todo[shapely.is_missing(unions[todo])]
    for number in todo:  # not met yet; the overlay of all discs is slow and always works
        here = slice(starts[number], starts[number + 1])
        places = shapely.multipoints(np.column_stack([x[here], y[here]]))
        unions[number] = shapely.buffer(places, eps_m[number], quad_segs=QUAD_SEGS)
    return unions


def _linked_unions(x: Floats, y: Floats, code: Ints, starts: Ints, radius: Floats, n_threads: int) -> Objects:
    """The unions (object[k]) whose arcs link into one outer ring and its holes; None for the others."""
    blocks = even_blocks(len(x), n_threads * BLOCKS_A_THREAD)
    first_here = np.arange(len(x))
    tasks = [(x, y, code, starts, radius, first, end, first_here) for first, end in blocks]
    per_place, *arcs = (
        np.concatenate(parts) for parts in zip(*run_in_threads(exposed_arcs, tasks, n_threads), strict=True)
    )
    arc_from, arc_to, after, before = arcs
    first_arc = np.append(0, np.cumsum(per_place))
    # Whose circles bound an arc are exposed themselves, so the first of the centres at their place is known.
    follows, links = linked_arcs(starts, first_arc, first_here[after], first_here[before])
    ring_x, ring_y, ring, union, area = drawn_rings(
        x, y, starts, radius, first_arc, arc_from, arc_to, follows, links, 4 * QUAD_SEGS, BULGE
    )
    unions = np.full(len(radius), None, object)
    sound = np.bincount(union[area > 0], minlength=len(radius)) == 1
    order = np.lexsort((-area, union))  # the outer ring first
    order = order[sound[union[order]] & (np.bincount(ring, minlength=len(union))[order] >= 3)]
    if len(order):
        rings = shapely.linearrings(ring_x, ring_y, indices=ring)
        unions[np.unique(union[order])] = shapely.polygons(rings[order], indices=pd.factorize(union[order])[0])
    return unions


def _holding(shape: shapely.Geometry, x: Floats, y: Floats) -> shapely.Geometry:
    """The pieces that hold members: taking in can leave islands between members too far apart to be linked."""
    pieces = shapely.get_parts(shape)
    _, held = shapely.STRtree(pieces).query(shapely.points(x, y), "within")
    return shapely.union_all(pieces[np.unique(held)])


def _rows_of(starts: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """The rows of some groups of consecutive rows, and where each begins among them (its last entry: how many)."""
    sizes = np.diff(starts)[numbers]
    edges = np.concatenate([[0], np.cumsum(sizes)])
    return np.repeat(starts[numbers] - edges[:-1], sizes) + np.arange(edges[-1]), edges


def corridor_outline(
    line: shapely.LineString, reach_m: Floats, x: Floats, y: Floats, offset: Floats, eps_m: float
) -> shapely.Polygon:
    """
    Outline a cluster along a line: its stretch, as wide as its furthest member and half an eps more.

    Parameters
    ----------
    line : LineString, metres
    reach_m : (from, to)
        Chainages of the stretch.
    x, y, offset : float64[n]
        The members' places and their signed distances from the line, metres.
    eps_m : float

    Returns
    -------
    Polygon
        Connected, containing every member.
    """
    shape = band(line, reach_m[0], reach_m[1], float(np.abs(offset).max()) + eps_m / 2)
    places = shapely.points(x, y)
    missed = places[~shapely.covers(shape, places)]
    if len(missed) == 0 and shape.geom_type == "Polygon":
        return shape
    # At a cap the polygon may fall short of its stretch: bring in what it misses, from the line on.
    ways = shapely.buffer(shapely.shortest_line(line, missed), eps_m / 2, quad_segs=QUAD_SEGS)
    return shapely.union_all([shape, *ways])


def band(line: shapely.LineString, from_m: float, to_m: float, half_width_m: float) -> shapely.Geometry:
    """
    The stretch of a line between two chainages, without the hairline cracks between the pieces it is put together from.

    They are closed by a belt of a centimetre, of which a millimetre stays, so that no place on the edge is lost.
    """
    wide = shapely.buffer(stretch(line, from_m, to_m, half_width_m), 0.010, join_style="mitre")
    return shapely.buffer(wide, -0.009, join_style="mitre")


def compile_kernels() -> None:
    """Compile the kernels that outlines need, or load them from the cache; seconds the first time."""
    places = np.array([0.0, 1.0])
    outlines(places, places, np.zeros(1, np.int64), np.ones(1), np.ones(1, bool))
