"""The rings that the arcs of a union of discs make."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_zhengzhi.kernels import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TURN = 2.0 * math.pi


@kernel
def linked_arcs(starts: Ints, first_arc: Ints, after: Ints, before: Ints) -> Any:
    """
    The arc that follows each arc (int64[m]), and whether each union's arcs all link (bool[k]).

    An arc that ends on another disc is followed by that disc's arc that begins where this one's disc ends.
    """
    follows = np.full(after.size, -1, np.int64)
    links = np.ones(starts.size - 1, np.bool_)
    taken = np.zeros(after.size, np.bool_)
    for u in range(starts.size - 1):
        for i in range(starts[u], starts[u + 1]):
            for arc in range(first_arc[i], first_arc[i + 1]):
                for other in range(first_arc[before[arc]], first_arc[before[arc] + 1]):
                    if after[other] == i and not taken[other]:
                        follows[arc], taken[other] = other, True
                        break
                links[u] &= follows[arc] >= 0
    return follows, links


@kernel
def drawn_rings(
    x: Floats, y: Floats, starts: Ints, radius: Floats, first_arc: Ints, arc_from: Floats, arc_to: Floats,
    follows: Ints, links: Any, steps_in_turn: int, bulge: float,
) -> Any:  # fmt: skip
    """
    The rings that linked arcs make, with chords of at most a turn's share.

    Vertices between an arc's ends lie outside the circle by `bulge` radii where the chords are the longest, and by the
    square of their share where they are shorter, so that chords need not lose area.

    Returns
    -------
    ring_x, ring_y : float64[p]
        Vertices, ring after ring, not closed; outer rings counter-clockwise, holes clockwise.
    ring : int64[p]
        Each vertex's ring.
    union : int64[r]
        Each ring's union.
    area : float64[r]
        Its signed area, m²; positive for outer rings.
    """
    owner = np.empty(arc_from.size, np.int64)
    room = arc_from.size
    for i in range(x.size):
        for arc in range(first_arc[i], first_arc[i + 1]):
            owner[arc] = i
            room += int((arc_to[arc] - arc_from[arc]) / TURN * steps_in_turn) + 1
    ring_x, ring_y, ring = np.empty(room), np.empty(room), np.empty(room, np.int64)
    union, area = np.empty(arc_from.size, np.int64), np.empty(arc_from.size)
    drawn = np.zeros(arc_from.size, np.bool_)
    n, n_rings = 0, 0
    for u in range(radius.size):
        if not links[u]:
            continue
        for begin in range(first_arc[starts[u]], first_arc[starts[u + 1]]):
            if drawn[begin]:
                continue
            ring_begin, arc = n, begin
            while not drawn[arc]:
                drawn[arc] = True
                length = arc_to[arc] - arc_from[arc]
                n_steps = math.ceil(length / TURN * steps_in_turn)
                for step in range(n_steps):
                    angle = arc_from[arc] + length * step / n_steps
                    out = bulge * (length / n_steps / TURN * steps_in_turn) ** 2 if step or length == TURN else 0.0
                    ring_x[n] = x[owner[arc]] + radius[u] * (1.0 + out) * math.cos(angle)
                    ring_y[n] = y[owner[arc]] + radius[u] * (1.0 + out) * math.sin(angle)
                    ring[n] = n_rings
                    n += 1
                arc = follows[arc]
            union[n_rings], area[n_rings] = u, 0.0
            for k in range(ring_begin, n):
                to = k + 1 if k + 1 < n else ring_begin
                area[n_rings] += (ring_x[k] - ring_x[ring_begin]) * (ring_y[to] - ring_y[ring_begin]) / 2.0
                area[n_rings] -= (ring_x[to] - ring_x[ring_begin]) * (ring_y[k] - ring_y[ring_begin]) / 2.0
            n_rings += 1
    return ring_x[:n], ring_y[:n], ring[:n], union[:n_rings], area[:n_rings]
