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
    x: Floats, y: Floats, code: Ints, first: int, end: int, i: int, radius: float, column_starts: Ints
) -> bool:
    """
    Whether the i-th circle is hidden for a reason that is quick to see: another centre in each of the eight octants.

    Two neighbours are then at most 90° apart, and a disc whose centre is within √2 radii hides 45° to either side.
    `column_starts` (int64[7], kept from one centre to the next) is where its neighbours begin in the columns around.
    """
    octants = 0
    near = 2.0 * radius * radius * (1.0 - 1e-9)
    column, row = code[i] >> 32, code[i] & 0xFFFFFFFF
    same_column = i > first and code[i - 1] >> 32 == column
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
def hidden_bins(x: Floats, y: Floats, code: Ints, first: int, end: int, i: int, radius: float) -> Any:
    """The directions in which the i-th circle is hidden by others, until all are."""
    bins = np.uint64(0)
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
            if 0.0 < distance < 2.0 * radius:
                half, toward = math.acos(distance / (2.0 * radius)), math.atan2(dy, dx)
                bins |= bins_within(toward - half, toward + half)
                if bins == FULL:
                    return bins
            j += 1
    return bins


@kernel
def covered_intervals(
    x: Floats, y: Floats, code: Ints, first: int, end: int, i: int, radius: float, bins: Any,
    low: Floats, high: Floats, by: Ints, first_here: Ints,
) -> int:  # fmt: skip
    """
    Write the intervals of the i-th circle that others hide, those that meet a bin not hidden; their number.

    Also notes the first centre at the same place.
    """
    n = 0
    first_here[i] = i
    column, row = code[i] >> 32, code[i] & 0xFFFFFFFF
    for away in range(-min(REACH, column), REACH + 1):
        base = (column + away) << 32
        j = first_not_below(code, first, end, base + max(row - REACH, 0))
        while j < end and code[j] <= base + row + REACH:
            dx, dy = x[j] - x[i], y[j] - y[i]
            distance = math.sqrt(dx * dx + dy * dy)
            if distance == 0.0:
                first_here[i] = min(first_here[i], j)
            elif distance < 2.0 * radius:
                half, toward = math.acos(distance / (2.0 * radius)), math.atan2(dy, dx)
                if bins_touched(toward - half, toward + half) & ~bins:
                    from_angle = (toward - half) % TURN
                    low[n], high[n], by[n] = from_angle, from_angle + 2.0 * half, j
                    n += 1
            j += 1
    return n


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
def exposed_arcs(x: Floats, y: Floats, code: Ints, starts: Ints, radius: Floats) -> Any:
    """
    The arcs that bound unions of discs.

    Parameters
    ----------
    x, y : float64[n]
        Centres, union after union, sorted by `code` within each; centres may be repeated.
    code : int64[n]
        Cell of half a radius, column · 2³² + row, both >= 0.
    starts : int64[k + 1]
        Each union's first centre, and n.
    radius : float64[k]

    Returns
    -------
    first_arc : int64[n + 1]
        Each centre's first arc.
    arc_from, arc_to : float64[m]
        Angles, counter-clockwise, arc_from < arc_to.
    after, before : int64[m]
        The centres whose discs end the circle's hidden stretches before and after the arc.
    """
    widest = 0
    for u in range(radius.size):
        widest = max(widest, starts[u + 1] - starts[u])
    low, high, by = np.empty(widest), np.empty(widest), np.empty(widest, np.int64)
    room = 6 * x.size + widest  # a planar graph of N centres bounds a union by fewer than 6 N arcs
    arc_from, arc_to = np.empty(room), np.empty(room)
    after, before = np.empty(room, np.int64), np.empty(room, np.int64)
    first_arc, first_here = np.zeros(x.size + 1, np.int64), np.arange(x.size)
    column_starts = np.zeros(2 * NEAR + 1, np.int64)
    n = 0  # arcs so far
    for u in range(radius.size):
        first, end, r = starts[u], starts[u + 1], radius[u]
        for i in range(first, end):
            first_arc[i] = n
            if is_surrounded(x, y, code, first, end, i, r, column_starts):
                continue
            bins = hidden_bins(x, y, code, first, end, i, r)
            if bins == FULL:
                continue
            m = covered_intervals(x, y, code, first, end, i, r, bins, low, high, by, first_here)
            if first_here[i] < i:
                continue
            if m == 0:  # alone: the whole circle, which follows itself
                arc_from[n], arc_to[n], after[n], before[n] = 0.0, TURN, i, i
                n += 1
                continue
            n += gaps_between(low[:m], high[:m], by[:m], bins, arc_from[n:], arc_to[n:], after[n:], before[n:])
    first_arc[x.size] = n
    for arc in range(n):  # whose circles bound an arc are exposed themselves, so their first centres are known
        after[arc], before[arc] = first_here[after[arc]], first_here[before[arc]]
    return first_arc, arc_from[:n], arc_to[:n], after[:n], before[:n]
