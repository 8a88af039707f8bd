"""Which lines pass near a point: every line's nearest segment within reach, by true distance, inclusive."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.box_grid import BoxGrid, build_grid, cells_at
from geo_zhengzhi.kernels import THREADS_PAY_FROM, Floats, Ints, even_blocks, kernel, kernel_part, run_in_threads
from geo_zhengzhi.pair_order import order_by_cell, sort_pairs

# Distances closer than this are a tie, which the earlier segment wins: rounding decides no tie.
TIE_M = 1e-9
MIN_BOX_M = 50.0
MAX_BOXES_PER_SEGMENT = 1000  # a segment across a country


class Segments(NamedTuple):
    """
    The segments of all lines, line after line.

    `ends` is float64[n, 4] (ax, ay, bx, by), `chainage` that of a; `length` and `line` are each segment's; `before` and
    `after` are the neighbours' numbers, -1 at an open end. On a closed line the last segment comes before the first.
    """

    ends: Floats
    chainage: Floats
    length: Floats
    line: Ints
    before: Ints
    after: Ints


class Near(NamedTuple):
    """Pairs within reach, sorted by (line, point): int64, int32, int32 and float64 of one length."""

    point: Ints
    line: Ints
    segment: Ints
    distance_m: Floats


class SegmentIndex:
    """
    An index over the segments of lines.

    Parameters
    ----------
    lines : object[n] of LineStrings or LinearRings, metres
        None, empty ones and those without length are near nothing.
    owner : int[n], not falling, optional
        What counts as one line: the area of each ring, say. Without it every line is its own.
    """

    def __init__(self, lines: npt.NDArray[np.object_], owner: Ints | None = None) -> None:
        self.segments = _cut(lines, np.arange(len(lines)) if owner is None else owner)

    def query(self, x: Floats, y: Floats, within_m: Floats, n_threads: int = 2) -> Near:
        """
        The lines near each point.

        Parameters
        ----------
        x, y : float64[n]
            Metres; a point with a NaN is near nothing.
        within_m : float64, one for each line (each owner)
            Metres, the edge included; a line with NaN or less than 0 is near nothing.
        n_threads : int
            Used above 200,000 points; never changes the result.

        Returns
        -------
        Near
            With the distance to the line, the very number that `shapely.distance` gives, and the segment it is taken
            to, the earliest of those equally near. Points beyond an end of an open line are left out: those whose
            nearest place is the end and that do not lie square to it.
        """
        reach = within_m[self.segments.line]
        used = np.flatnonzero((reach >= 0) & np.isfinite(reach))
        if not len(used) or not len(x):
            return Near(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
        grid = _grid(self.segments, used, reach)
        n_threads = n_threads if len(x) >= THREADS_PAY_FROM else 1
        tasks = [(x[a:b], y[a:b], grid, self.segments, reach) for a, b in even_blocks(len(x), n_threads)]
        found = run_in_threads(_near, tasks, n_threads)
        blocks = [(self.segments.line[segment], first, n_hits) for segment, _, first, n_hits in found]
        point, line, at = sort_pairs(blocks, len(within_m), n_threads)
        segment, distance = (np.concatenate([block[k] for block in found]) for k in (0, 1))
        return Near(point, line, segment[at], distance[at])


def _cut(lines: npt.NDArray[np.object_], owner: Ints) -> Segments:
    """The segments of lines, repeated vertices left out."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    ends = np.column_stack([xy[:-1], xy[1:]])
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    keep = (line[1:] == line[:-1]) & (length > 0)
    ends, length, line = ends[keep], length[keep], line[:-1][keep]
    first = np.searchsorted(line, line, side="left")
    last = np.searchsorted(line, line, side="right") - 1
    number = np.arange(len(line))
    closed = (ends[first, :2] == ends[last, 2:]).all(axis=1)
    before = np.where(number > first, number - 1, np.where(closed, last, -1))
    after = np.where(number < last, number + 1, np.where(closed, first, -1))
    return Segments(ends, _chainage(length, line), length, owner[line].astype(np.int32), before, after)


@kernel
def _chainage(length: Floats, line: Ints) -> Floats:
    """Chainage of each segment's start, summed line by line, so that no other line leaves rounding in it."""
    chainage = np.zeros(len(length))
    for s in range(1, len(length)):
        if line[s] == line[s - 1]:
            chainage[s] = chainage[s - 1] + length[s - 1]
    return chainage


def _grid(segments: Segments, used: Ints, reach: Floats) -> BoxGrid:
    """
    A grid of the segments with their reach.

    Long segments are cut into boxes about as long as they are wide, or a slanting one would be listed over a whole
    county.
    """
    side = np.maximum(4 * reach[used], MIN_BOX_M)
    n_boxes = np.clip(np.ceil(segments.length[used] / side), 1, MAX_BOXES_PER_SEGMENT).astype(np.int64)
    owner = np.repeat(used, n_boxes)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(n_boxes) - n_boxes, n_boxes)
    share = np.column_stack([number, number + 1]) / np.repeat(n_boxes, n_boxes)[:, None]
    a, b = segments.ends[owner, :2], segments.ends[owner, 2:]
    start, stop = a + (b - a) * share[:, :1], a + (b - a) * share[:, 1:]
    margin = (reach[owner] * (1 + 1e-9) + 1e-9 * np.abs(segments.ends[owner]).max(axis=1))[:, None]
    boxes = np.column_stack([np.minimum(start, stop) - margin, np.maximum(start, stop) + margin])
    return build_grid(boxes, owner.astype(np.int32))


def _near(x: Floats, y: Floats, grid: BoxGrid, segments: Segments, reach: Floats) -> tuple[Ints, Floats, Ints, Ints]:
    """The pairs of a block of points."""
    cells = cells_at(x, y, grid.x, grid.y)
    order = order_by_cell(cells, len(grid.start) - 1)
    first, n_hits = np.zeros(len(x), np.int64), np.zeros(len(x), np.int32)
    room = len(x) + int(np.diff(grid.start).max())
    segment, distance = np.empty(room, np.int32), np.empty(room)
    done, n = 0, 0
    while done < len(order):
        if done:
            segment, distance = np.append(segment, np.empty_like(segment)), np.append(distance, np.empty_like(distance))
        done, n = _nearest(
            x, y, cells, order, grid.start, grid.owner, segments.ends, segments.line, segments.before, segments.after,
            reach, done, n, first, n_hits, segment, distance,
        )  # fmt: skip
    return segment[:n].copy(), distance[:n].copy(), first, n_hits


@kernel
def _nearest(
    x: Floats, y: Floats, cells: Ints, order: Ints, start: Ints, owner: Ints,
    ends: Floats, line: Ints, before: Ints, after: Ints, reach: Floats,
    done: int, n: int, first: Ints, n_hits: Ints, segment: Ints, distance: Floats,
) -> tuple[int, int]:  # fmt: skip
    """
    Nearest segment and distance of every pair of point and line within reach, with each point's first and number.

    Cell c lists segments owner[start[c]:start[c + 1]], rising: every one that a point in it may be in reach of. Goes on
    from order[done], with n pairs written, to the end or until there is no room for more pairs, and tells both anew:
    arrays that grow in the loop itself would have every step count references.
    """
    for at in range(done, len(order)):
        i = order[at]
        px, py = x[i], y[i]
        k, last = start[cells[i]], start[cells[i] + 1]
        if n + last - k > len(segment):
            return at, n
        first[i] = n
        while k < last:
            own = line[owner[k]]
            limit = reach[owner[k]]
            nearest, nearest_m, shortest_m, nearest_beyond = -1, np.inf, np.inf, True
            while k < last and line[owner[k]] == own:
                s = owner[k]
                k += 1
                if _clearly_farther(px, py, ends, s, min(limit, nearest_m) + 2 * TIE_M):
                    continue
                d, overshoot = _distance(px, py, ends, s)
                beyond = (overshoot < -TIE_M and before[s] < 0) or (overshoot > TIE_M and after[s] < 0)
                shortest_m = min(shortest_m, d)
                if d < nearest_m - TIE_M or (nearest_beyond and not beyond and d <= nearest_m + TIE_M):
                    nearest, nearest_m, nearest_beyond = s, d, beyond
            if shortest_m <= limit and not nearest_beyond:
                segment[n], distance[n] = nearest, shortest_m
                n += 1
        n_hits[i] = n - first[i]
    return len(order), n


@kernel_part
def _clearly_farther(px: float, py: float, ends: Floats, s: int, limit: float) -> bool:
    """Whether a segment's own box is farther than the limit: saves most of the divisions."""
    ax, ay, bx, by = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    beside = min(ax, bx) - px > limit or px - max(ax, bx) > limit
    above_or_below = min(ay, by) - py > limit or py - max(ay, by) > limit
    return bool(beside or above_or_below)


@kernel_part
def _distance(px: float, py: float, ends: Floats, s: int) -> tuple[float, float]:
    """
    Distance to a segment, in the arithmetic of GEOS (`Distance::pointToSegment`), and how far the foot lies beyond an
    end: negative before the first, 0 between them.
    """
    ax, ay, bx, by = ends[s, 0], ends[s, 1], ends[s, 2], ends[s, 3]
    square = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
    r = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / square
    if r <= 0.0:
        return np.sqrt((px - ax) * (px - ax) + (py - ay) * (py - ay)), r * np.sqrt(square)
    if r >= 1.0:
        return np.sqrt((px - bx) * (px - bx) + (py - by) * (py - by)), (r - 1.0) * np.sqrt(square)
    across = ((ay - py) * (bx - ax) - (ax - px) * (by - ay)) / square
    return abs(across) * np.sqrt(square), 0.0


@kernel
def track_coordinates(
    x: Floats, y: Floats, distance: Floats, segment: Ints, ends: Floats, length: Floats, start: Floats,
    before: Ints, after: Ints,
) -> tuple[Floats, Floats]:  # fmt: skip
    """
    Chainage and signed offset of points (float64[n]) from their nearest segments, left positive.

    Where a vertex is nearest, at an outer bend, the side is that of the mean of the two directions: the point may be
    left of one segment and right of the other.
    """
    chainage, offset = np.empty(len(x)), np.empty(len(x))
    for k in range(len(x)):
        s, px, py = segment[k], x[k], y[k]
        ux, uy = (ends[s, 2] - ends[s, 0]) / length[s], (ends[s, 3] - ends[s, 1]) / length[s]
        along = min(max((px - ends[s, 0]) * ux + (py - ends[s, 1]) * uy, 0.0), length[s])
        chainage[k] = start[s] + along
        neighbour, corner = -1, 0
        if along == 0.0:
            neighbour = before[s]
        elif along == length[s]:
            neighbour, corner = after[s], 2
        if neighbour >= 0:
            ux += (ends[neighbour, 2] - ends[neighbour, 0]) / length[neighbour]
            uy += (ends[neighbour, 3] - ends[neighbour, 1]) / length[neighbour]
        left = ux * (py - ends[s, corner + 1]) - uy * (px - ends[s, corner])
        offset[k] = -distance[k] if left < 0 else distance[k]
    return chainage, offset
