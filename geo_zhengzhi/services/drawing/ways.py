"""The shortest way along centre lines that meet at junctions."""

import heapq
from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.ops import substring

REACH_M = 1000.0  # how far beside a centre line an end may be dropped
SAME_PLACE_M = 1.0  # ends of centre lines that are one junction
Node = tuple[int, int]


def way_along(
    lines: Sequence[shapely.LineString], start: shapely.Point, end: shapely.Point
) -> shapely.LineString | None:
    """
    The shortest way from a place on a network of lines to another.

    Parameters
    ----------
    lines : sequence of LineStrings, metres
        They meet where their ends do, to a metre.
    start, end : Point, metres
        At most a kilometre beside a line each; the way begins and ends on the lines, beside them.

    Returns
    -------
    LineString, or None where a place is beside no line or no way leads from one to the other.
    """
    first, last = _line_at(lines, start), _line_at(lines, end)
    if first is None or last is None:
        return None
    here_m, there_m = lines[first].project(start), lines[last].project(end)
    pieces = [substring(lines[first], here_m, there_m)] if first == last else []
    ways = [way for way in (_over_junctions(lines, first, here_m, last, there_m), *pieces) if way is not None]
    ways = [way for way in ways if way.geom_type == "LineString" and way.length > 0]
    return min(ways, key=lambda way: way.length, default=None)


def _line_at(lines: Sequence[shapely.LineString], place: shapely.Point) -> int | None:
    """The line that is nearest to a place, within reach."""
    away = [line.distance(place) for line in lines]
    best = min(range(len(away)), key=away.__getitem__, default=None)
    return None if best is None or away[best] > REACH_M else best


def _over_junctions(
    lines: Sequence[shapely.LineString], first: int, here_m: float, last: int, there_m: float
) -> shapely.LineString | None:
    """The shortest way from one line to another through junctions, after Dijkstra."""
    start, end = lines[first], lines[last]
    begin = {_node(start.coords[0]): substring(start, here_m, 0.0), _node(start.coords[-1]): _rest(start, here_m)}
    finish = {_node(end.coords[0]): substring(end, 0.0, there_m), _node(end.coords[-1]): _rest(end, there_m).reverse()}
    queue: list[tuple[float, Node, list[shapely.Geometry]]] = [(p.length, n, [p]) for n, p in begin.items()]
    heapq.heapify(queue)
    done: set[Node] = set()
    found: list[list[shapely.Geometry]] = []
    while queue:
        length, node, pieces = heapq.heappop(queue)
        if node in done:
            continue
        done.add(node)
        if node in finish:
            found.append([*pieces, finish[node]])
        for piece in _from(lines, node):
            heapq.heappush(queue, (length + piece.length, _node(piece.coords[-1]), [*pieces, piece]))
    best = min(found, key=lambda pieces: sum(piece.length for piece in pieces), default=None)
    return None if best is None else _chained(best)


def _rest(line: shapely.LineString, from_m: float) -> shapely.LineString:
    """A line from a place on."""
    return substring(line, from_m, line.length)


def _from(lines: Sequence[shapely.LineString], node: Node) -> Iterator[shapely.LineString]:
    """The lines that begin at a junction, and those that end there the other way round."""
    for line in lines:
        if _node(line.coords[0]) == node:
            yield line
        elif _node(line.coords[-1]) == node:
            yield line.reverse()


def _node(place: Sequence[float]) -> Node:
    return round(place[0] / SAME_PLACE_M), round(place[1] / SAME_PLACE_M)


def _chained(pieces: Sequence[shapely.Geometry]) -> shapely.LineString | None:
    """Pieces one after the other as one line; a piece may be a single place."""
    coordinates = np.concatenate([shapely.get_coordinates(piece) for piece in pieces])
    steps = np.hypot(*np.diff(coordinates, axis=0).T)
    kept = coordinates[np.concatenate([[True], steps > 1e-6])]
    return shapely.LineString(kept) if len(kept) > 1 else None
