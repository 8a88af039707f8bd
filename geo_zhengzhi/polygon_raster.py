"""
The compiled half of the polygon index: rasters over areas, and whether a point lies in one, exactly.

A point in a cell that the rim crosses is tested with the ray-crossing count and the orientation test of GEOS, step for
step [1]_: a floating-point filter and, where that cannot tell, double-double arithmetic [2]_, so a point on an edge is
found to be on it.

References
----------
.. [1] GEOS 3.14, `algorithm/RayCrossingCounter.cpp`, `algorithm/CGAlgorithmsDD.cpp`, `math/DD.cpp`.
.. [2] Dekker (1971), Numerische Mathematik 18, 224-242.
"""

from typing import NamedTuple

import numpy as np

from geo_zhengzhi.kernels import Flags, Floats, Ints, kernel, kernel_part

FILTER_ERROR = 1e-15  # safely above the rounding error of the determinant, relative to its two products
SPLIT = 134217729.0  # 2^27 + 1 cuts a double into two halves of 26 bits
OUTSIDE, INSIDE, RIM = 0, 1, 2
MAX_LISTED_PER_EDGE = 8  # mean number of slabs an edge may be listed in
RIM_CLEARANCE = 1e-6  # cells; rounding moves an edge by less than a thousandth of it


class Shapes(NamedTuple):
    """
    Single polygons, flattened.

    `box` is float64[n, 6]: xmin, ymin, xmax, ymax, raster cells per metre across and up; `raster_at` int64[n, 3]: first
    cell, columns, rows; `slab_at` int64[n, 2]: first slab, number; `slabs_per_m` float64[n]; `part` the caller's row.
    """

    x: Floats
    y: Floats
    edges: Ints  # first vertex of every edge, polygon after polygon
    edge_start: Ints
    part: Ints
    box: Floats
    raster_at: Ints
    slab_at: Ints
    slabs_per_m: Floats


class Rasters(NamedTuple):
    """Cell states, and the edges by slab: slab s lists slab_edges[slab_start[s]:slab_start[s + 1]]."""

    state: Flags
    slab_start: Ints
    slab_edges: Ints


@kernel
def _add(a_high: float, a_low: float, b_high: float, b_low: float) -> tuple[float, float]:
    """The sum of two double-doubles."""
    s_high = a_high + b_high
    s_low = a_low + b_low
    e = s_high - a_high
    f = s_low - a_low
    rest_high = (b_high - e) + (a_high - (s_high - e))
    rest_low = (b_low - f) + (a_low - (s_low - f))
    e = rest_high + s_low
    high = s_high + e
    e = rest_low + (e + (s_high - high))
    total = high + e
    return total, e + (high - total)


@kernel
def _multiply(a_high: float, a_low: float, b_high: float, b_low: float) -> tuple[float, float]:
    """The product of two double-doubles."""
    c = SPLIT * a_high
    a_top = c - (c - a_high)
    a_rest = a_high - a_top
    c = SPLIT * b_high
    b_top = c - (c - b_high)
    b_rest = b_high - b_top
    product = a_high * b_high
    rest = ((((a_top * b_top - product) + a_top * b_rest) + a_rest * b_top) + a_rest * b_rest) + (
        a_high * b_low + a_low * b_high
    )
    total = product + rest
    return total, rest + (product - total)


@kernel
def _determinant_exact(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> float:
    """The determinant's leading double, with the right sign, from double-double arithmetic."""
    ux, ux_low = _add(bx, 0.0, -ax, 0.0)
    uy, uy_low = _add(by, 0.0, -ay, 0.0)
    vx, vx_low = _add(px, 0.0, -bx, 0.0)
    vy, vy_low = _add(py, 0.0, -by, 0.0)
    left, left_low = _multiply(ux, ux_low, vy, vy_low)
    right, right_low = _multiply(uy, uy_low, vx, vx_low)
    d, d_low = _add(left, left_low, -right, -right_low)
    return d if d != 0 else d_low  # type: ignore[no-any-return]


@kernel_part
def orientation(ax: float, ay: float, bx: float, by: float, px: float, py: float) -> int:
    """1 where p is left of the line from a to b, -1 right of it, 0 on it."""
    left = (ax - px) * (by - py)
    right = (ay - py) * (bx - px)
    d = left - right
    bound = FILTER_ERROR * abs(left + right)
    if not ((left > 0 and right <= 0) or (left < 0 and right >= 0) or abs(d) >= bound > 0):
        d = _determinant_exact(ax, ay, bx, by, px, py)
    return 1 if d > 0 else -1 if d < 0 else 0


@kernel_part
def covers(
    px: float,
    py: float,
    edges: Ints,
    first: int,
    last: int,
    x: Floats,
    y: Floats,
) -> bool:
    """
    Whether a point is inside, on an edge or on a vertex of the rings given by some of their edges.

    Parameters
    ----------
    edges : int32
        Edge e runs from vertex e to vertex e + 1; edges[first:last] hold every edge whose y range includes `py`.
    x, y : float64
        The vertices.
    """
    inside = False
    for k in range(first, last):
        e = edges[k]
        ax, ay, bx, by = x[e], y[e], x[e + 1], y[e + 1]
        if ax < px and bx < px:
            continue
        if px == bx and py == by:
            return True
        if ay == py and by == py:
            if min(ax, bx) <= px <= max(ax, bx):
                return True
            continue
        if (ay > py and by <= py) or (by > py and ay <= py):
            side = orientation(ax, ay, bx, by, px, py)
            if side == 0:
                return True
            if (side > 0) == (by > ay):
                inside = not inside
    return inside


@kernel_part
def _step(v: float, origin: float, rate: float, n: int) -> int:
    """The cell of a value along one axis; rounding keeps the order of values, so an edge's cells hold its points."""
    return min(int((v - origin) * rate), n - 1)


@kernel
def rasterise(shapes: Shapes) -> tuple[Flags, Ints, Ints]:
    """The rasters and slabs of all polygons."""
    last = len(shapes.part) - 1
    state = np.zeros(shapes.raster_at[last, 0] + shapes.raster_at[last, 1] * shapes.raster_at[last, 2], np.uint8)
    slab_start = np.zeros(shapes.slab_at[last, 0] + shapes.slab_at[last, 1] + 1, np.int64)
    for p in range(last + 1):
        _count_slabs(p, shapes, slab_start)
    slab_start = np.cumsum(slab_start)
    slab_edges = np.empty(slab_start[-1], np.int32)
    filled = slab_start[:-1].copy()
    for p in range(last + 1):
        _fill_slabs(p, shapes, filled, slab_edges)
        _mark_rim(p, shapes, state)
        _fill_runs(p, shapes, state, slab_start, slab_edges)
    return state, slab_start, slab_edges


@kernel
def _slab_range(p: int, e: int, shapes: Shapes) -> tuple[int, int]:
    """First and last slab that an edge reaches."""
    y, bottom, rate, n = shapes.y, shapes.box[p, 1], shapes.slabs_per_m[p], shapes.slab_at[p, 1]
    low, high = min(y[e], y[e + 1]), max(y[e], y[e + 1])
    return _step(low, bottom, rate, n), _step(high, bottom, rate, n)


@kernel
def _count_slabs(p: int, shapes: Shapes, slab_start: Ints) -> None:
    """Count the edges in each slab, with fewer, higher slabs where a ragged rim would be listed too often."""
    edges = shapes.edges[shapes.edge_start[p] : shapes.edge_start[p + 1]]
    while True:
        total = 0
        for e in edges:
            low, high = _slab_range(p, e, shapes)
            total += high - low + 1
        if total <= MAX_LISTED_PER_EDGE * len(edges) or shapes.slab_at[p, 1] == 1:
            break
        shapes.slabs_per_m[p] *= (shapes.slab_at[p, 1] // 2) / shapes.slab_at[p, 1]
        shapes.slab_at[p, 1] //= 2
    for e in edges:
        low, high = _slab_range(p, e, shapes)
        for slab in range(low, high + 1):
            slab_start[shapes.slab_at[p, 0] + slab + 1] += 1


@kernel
def _fill_slabs(p: int, shapes: Shapes, filled: Ints, slab_edges: Ints) -> None:
    """List the edges of each slab."""
    for e in shapes.edges[shapes.edge_start[p] : shapes.edge_start[p + 1]]:
        low, high = _slab_range(p, e, shapes)
        for slab in range(shapes.slab_at[p, 0] + low, shapes.slab_at[p, 0] + high + 1):
            slab_edges[filled[slab]] = e
            filled[slab] += 1


@kernel
def _mark_rim(p: int, shapes: Shapes, state: Flags) -> None:
    """Mark every cell that an edge touches, and those it passes within the clearance."""
    left, bottom, across, up = shapes.box[p, 0], shapes.box[p, 1], shapes.box[p, 4], shapes.box[p, 5]
    first, n_columns, n_rows = shapes.raster_at[p]
    for e in shapes.edges[shapes.edge_start[p] : shapes.edge_start[p + 1]]:
        ax, ay = (shapes.x[e] - left) * across, (shapes.y[e] - bottom) * up
        bx, by = (shapes.x[e + 1] - left) * across, (shapes.y[e + 1] - bottom) * up
        if ay > by:
            ax, ay, bx, by = bx, by, ax, ay
        slope = (bx - ax) / (by - ay) if by > ay else 0.0
        low = max(int(ay - RIM_CLEARANCE), 0)
        for row in range(low, min(int(by + RIM_CLEARANCE), n_rows - 1) + 1):
            from_x, to_x = ax, bx
            if row > ay:
                from_x = ax + (row - ay) * slope
            if row + 1 < by:
                to_x = ax + (row + 1 - ay) * slope
            # The bend that a steep slope's rounding could make stays inside the edge's own extent.
            lowest = max(min(from_x, to_x), min(ax, bx)) - RIM_CLEARANCE
            highest = min(max(from_x, to_x), max(ax, bx)) + RIM_CLEARANCE
            for column in range(max(int(lowest), 0), min(int(highest), n_columns - 1) + 1):
                state[first + row * n_columns + column] = RIM


@kernel
def _fill_runs(p: int, shapes: Shapes, state: Flags, slab_start: Ints, slab_edges: Ints) -> None:
    """Give each run of cells between rim cells the state of its first middle; runs at the box's sides are out."""
    first, n_columns, n_rows = shapes.raster_at[p]
    if shapes.box[p, 4] == 0 or shapes.box[p, 5] == 0:
        state[first : first + n_columns * n_rows] = RIM
        return
    for row in range(n_rows):
        begin = first + row * n_columns
        left, right = 0, n_columns
        while left < right and state[begin + left] != RIM:
            left += 1
        while right > left and state[begin + right - 1] != RIM:
            right -= 1
        known = OUTSIDE
        for column in range(left, right):
            if state[begin + column] == RIM:
                continue
            if state[begin + column - 1] == RIM:
                x = shapes.box[p, 0] + (column + 0.5) / shapes.box[p, 4]
                y = shapes.box[p, 1] + (row + 0.5) / shapes.box[p, 5]
                known = INSIDE if _in_shape(p, x, y, shapes, slab_start, slab_edges) else OUTSIDE
            state[begin + column] = known


@kernel
def _in_shape(p: int, x: float, y: float, shapes: Shapes, slab_start: Ints, slab_edges: Ints) -> bool:
    """The exact test, against the edges of the point's slab."""
    n_slabs = shapes.slab_at[p, 1]
    slab = shapes.slab_at[p, 0] + _step(y, shapes.box[p, 1], shapes.slabs_per_m[p], n_slabs)
    return covers(x, y, slab_edges, slab_start[slab], slab_start[slab + 1], shapes.x, shapes.y)  # type: ignore[no-any-return]


@kernel
def query(
    x: Floats, y: Floats, cells: Ints, order: Ints, start: Ints, owner: Ints, shapes: Shapes, rasters: Rasters,
    done: int, n: int, first: Ints, n_hits: Ints, part: Ints,
) -> tuple[int, int]:  # fmt: skip
    """
    The parts that hold each point, with the point's first place among them and their number.

    Cell c lists polygons owner[start[c]:start[c + 1]], rising; points are looked up in the given order. Goes on from
    order[done], with n parts written, to the end or until there is no room for more parts, and tells both anew: an
    array that grows in the loop itself would have every step count references.
    """
    # Taken out of their tuples once: each look inside one counts references, which costs more than the test itself.
    part_of, box, raster_at, state = shapes.part, shapes.box, shapes.raster_at, rasters.state
    vertex_x, vertex_y, slab_at, slabs_per_m = shapes.x, shapes.y, shapes.slab_at, shapes.slabs_per_m
    slab_start, slab_edges = rasters.slab_start, rasters.slab_edges
    for at in range(done, len(order)):
        i = order[at]
        px, py = x[i], y[i]
        latest = -1
        begin, end = start[cells[i]], start[cells[i] + 1]
        if n + end - begin > len(part):
            return at, n
        first[i] = n
        for k in range(begin, end):
            p = owner[k]
            # Polygons of one part follow each other; touching ones may both hold the point.
            if px < box[p, 0] or px > box[p, 2] or py < box[p, 1] or py > box[p, 3] or part_of[p] == latest:
                continue
            column = _step(px, box[p, 0], box[p, 4], raster_at[p, 1])
            row = _step(py, box[p, 1], box[p, 5], raster_at[p, 2])
            here = state[raster_at[p, 0] + row * raster_at[p, 1] + column]
            if here == RIM:
                slab = slab_at[p, 0] + _step(py, box[p, 1], slabs_per_m[p], slab_at[p, 1])
                if covers(px, py, slab_edges, slab_start[slab], slab_start[slab + 1], vertex_x, vertex_y):
                    here = INSIDE
            if here == INSIDE:
                latest = part_of[p]
                part[n] = latest
                n += 1
        n_hits[i] = n - first[i]
    return len(order), n
