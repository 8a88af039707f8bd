"""
The exact boundary of unions of equal discs.

A union of discs of one radius is bounded by arcs: what is left of each circle when its neighbours' discs are taken off.
Where an arc ends, on a neighbour's circle, that neighbour's arc begins, so the arcs link into rings without any
floating-point overlay. Only three circles through one point (or two that touch) can be linked wrongly; that is noticed,
and the caller tries a radius that differs by a ten-millionth.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_zhengzhi.kernels import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELLS_IN_RADIUS = 2  # places are sorted into cells of half a radius
REACH = 4  # so a circle's neighbours, within two radii, are at most four cells away,
NEAR = 3  # and those within √2 radii three
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
TURN = 2.0 * math.pi


@kernel
def bins_within(low: float, high: float) -> Any:
    """The bins that an interval of angles (low < high < low + π) covers entirely, as bits."""
    first, after = math.ceil(low / TURN * 64), math.floor(high / TURN * 64)
    if after <= first:
        return np.uint64(0)
    bits = (np.uint64(1) << np.uint64(after - first)) - np.uint64(1)
    shift = np.uint64(first % 64)
    if shift == 0:
        return bits
    return (bits << shift) | (bits >> (np.uint64(64) - shift))


@kernel
def bins_touched(low: float, high: float) -> Any:
    """The bins that an interval of angles meets or stands beside, as bits."""
    first, last = math.floor(low / TURN * 64) - 1, math.floor(high / TURN * 64) + 1
    bits = (np.uint64(1) << np.uint64(last - first + 1)) - np.uint64(1)
    shift = np.uint64(first % 64)
    if shift == 0:
        return bits
    return (bits << shift) | (bits >> (np.uint64(64) - shift))


@kernel
def first_not_below(code: Ints, low: int, high: int, value: int) -> int:
    """The first position in [low, high) of ascending codes that is not below the value."""
    while low < high:
        middle = (low + high) // 2
        if code[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def is_surrounded(
    x: Floats, y: Floats, code: Ints, first: int, end: int, begin: int, i: int, radius: float, column_starts: Ints
) -> bool:
    """
    Whether the i-th circle is hidden for a reason that is quick to see: another centre in each of the eight octants.

    Two neighbours are then at most 90° apart, and a disc whose centre is within √2 radii hides 45° to either side.
    `column_starts` (int64[7], kept from one centre to the next, from `begin` on) is where its neighbours begin in the
    columns around.
    """
    octants = 0
    near = 2.0 * radius * radius * (1.0 - 1e-9)
    column, row = code[i] >> 32, code[i] & 0xFFFFFFFF
    same_column = i > begin and i > first and code[i - 1] >> 32 == column
    for step in range(2 * NEAR + 1):
        away = (step + 1) // 2 * (1 if step % 2 else -1)  # nearest columns first
        if column + away < 0:
            continue
        base = (column + away) << 32
        lowest = base + max(row - NEAR, 0)
        if not same_column:
            column_starts[step] = first_not_below(code, first, end, lowest)
        while column_starts[step] < end and code[column_starts[step]] < lowest:
            column_starts[step] += 1
        j = column_starts[step]
        while octants != 255 and j < end and code[j] <= base + row + NEAR:
            dx, dy = x[j] - x[i], y[j] - y[i]
            if 0.0 < dx * dx + dy * dy < near:
                octants |= 1 << ((dx > 0) + 2 * (dy > 0) + 4 * (abs(dx) > abs(dy)))
            j += 1
    return octants == 255


@kernel
def covered_intervals(
    x: Floats, y: Floats, code: Ints, first: int, end: int, i: int, radius: float,
    low: Floats, high: Floats, by: Ints, first_here: Ints,
) -> Any:  # fmt: skip
    """
    Write the intervals of the i-th circle that others hide, until they hide all of it.

    Returns
    -------
    n : int
        How many were written.
    bins : uint64
        The directions that are hidden as a whole by one of them.

    Also notes the first centre at the same place.
    """
    n, bins = 0, np.uint64(0)
    first_here[i] = i
    column, row = code[i] >> 32, code[i] & 0xFFFFFFFF
    for step in range(2 * REACH + 1):
        away = (step + 1) // 2 * (1 if step % 2 else -1)  # nearest columns first
        if column + away < 0:
            continue
        base = (column + away) << 32
        j = first_not_below(code, first, end, base + max(row - REACH, 0))
        while j < end and code[j] <= base + row + REACH:
            dx, dy = x[j] - x[i], y[j] - y[i]
            distance = math.sqrt(dx * dx + dy * dy)
            if distance == 0.0:
                first_here[i] = min(first_here[i], j)
            elif distance < 2.0 * radius:
                half, toward = math.acos(distance / (2.0 * radius)), math.atan2(dy, dx)
                low[n], high[n], by[n] = toward - half, toward + half, j
                n += 1
                bins |= bins_within(toward - half, toward + half)
                if bins == FULL:
                    return n, bins
            j += 1
    return n, bins


@kernel
def bounding_intervals(low: Floats, high: Floats, by: Ints, n: int, bins: Any) -> int:
    """Keep, in front, the intervals that meet a bin not hidden, from a turn's beginning on; their number."""
    kept = 0
    for k in range(n):
        if bins_touched(low[k], high[k]) & ~bins:
            from_angle, length = low[k] % TURN, high[k] - low[k]
            low[kept], high[kept], by[kept] = from_angle, from_angle + length, by[k]
            kept += 1
    return kept


@kernel
def gaps_between(
    low: Floats, high: Floats, by: Ints, bins: Any, arc_from: Floats, arc_to: Floats, after: Ints, before: Ints
) -> int:
    """Write what intervals (at least one) leave of a circle: the gaps' angles and their neighbours; their number."""
    order = np.argsort(low)
    reach, last = high[order[0]], by[order[0]]
    for k in range(low.size):  # an interval may pass the zero angle and cover the beginning
        if high[k] - TURN > reach:
            reach, last = high[k] - TURN, by[k]
    n = 0
    for place in range(1, low.size + 1):
        k = order[place % low.size]
        begins = low[k] + (TURN if place == low.size else 0.0)
        if begins > reach:
            in_bin = np.uint64(math.floor((reach + begins) / 2.0 / TURN * 64) % 64)
            if not (bins >> in_bin) & np.uint64(1):  # otherwise an interval that was not written covers it
                arc_from[n], arc_to[n], after[n], before[n] = reach, begins, last, by[k]
                n += 1
        if place < low.size and high[k] > reach:
            reach, last = high[k], by[k]
    return n


@kernel
def exposed_arcs(
    x: Floats, y: Floats, code: Ints, starts: Ints, radius: Floats, begin: int, stop: int, first_here: Ints
) -> Any:
    """
    The arcs that some centres' circles give to the boundaries of unions of discs.

    Parameters
    ----------
    x, y : float64[n]
        Centres, union after union, sorted by `code` within each; centres may be repeated.
    code : int64[n]
        Cell of half a radius, column · 2³² + row, both >= 0.
    starts : int64[k + 1]
        Each union's first centre, and n.
    radius : float64[k]
    begin, stop : int
        The centres whose arcs are asked for.
    first_here : int64[n]
        Initially 0 to n - 1; of the exposed ones among `begin` to `stop`, the first centre at the same place is noted.

    Returns
    -------
    n_arcs : int64[stop - begin]
        Each centre's arcs.
    arc_from, arc_to : float64[m]
        Angles, counter-clockwise, arc_from < arc_to.
    after, before : int64[m]
        The centres whose discs end the circle's hidden stretches before and after the arc.
    """
    union = np.searchsorted(starts, begin, side="right") - 1
    widest = 0
    for u in range(union, radius.size):
        if starts[u] < stop:
            widest = max(widest, starts[u + 1] - starts[u])
    low, high, by = np.empty(widest), np.empty(widest), np.empty(widest, np.int64)
    room = 64 + (stop - begin) // 4  # grows where it is not enough
    arc_from, arc_to = np.empty(room), np.empty(room)
    after, before = np.empty(room, np.int64), np.empty(room, np.int64)
    n_arcs, column_starts = np.zeros(stop - begin, np.int64), np.zeros(2 * NEAR + 1, np.int64)
    n = 0  # arcs so far
    for i in range(begin, stop):
        while starts[union + 1] <= i:
            union += 1
        first, end, r = starts[union], starts[union + 1], radius[union]
        if is_surrounded(x, y, code, first, end, begin, i, r, column_starts):
            continue
        m, bins = covered_intervals(x, y, code, first, end, i, r, low, high, by, first_here)
        if bins == FULL or first_here[i] < i:
            continue
        m = bounding_intervals(low, high, by, m, bins)
        if n + m + 1 > arc_from.size:
            more = arc_from.size + m + 1
            arc_from, arc_to = np.append(arc_from, np.zeros(more)), np.append(arc_to, np.zeros(more))
            after, before = np.append(after, np.zeros(more, np.int64)), np.append(before, np.zeros(more, np.int64))
        if m == 0:  # alone: the whole circle, which follows itself
            arc_from[n], arc_to[n], after[n], before[n] = 0.0, TURN, i, i
            n_arcs[i - begin] = 1
        else:
            n_arcs[i - begin] = gaps_between(
                low[:m], high[:m], by[:m], bins, arc_from[n:], arc_to[n:], after[n:], before[n:]
            )
        n += n_arcs[i - begin]
    return n_arcs, arc_from[:n], arc_to[:n], after[:n], before[:n]
