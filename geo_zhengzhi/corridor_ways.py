"""From railway or road ways in pieces to centre lines, each cut at its junctions, and where their zero is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.centre_lines import centred
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.kernels import Floats
from geo_zhengzhi.way_network import STEPS_PER_GAP, Path, build_network, extract_paths

PARALLEL_GAP_M = 100.0  # tracks of one line lie 4 to 25 m apart, and their simplified drawings stray
SPUR_M = 500.0
SAME_PLACE_M = 1e-6
STATION_REACH_M = 500.0
DIRECTIONS = {"east": (1, 0), "west": (-1, 0), "north": (0, 1), "south": (0, -1)}


class Part(NamedTuple):
    """A stretch of line between two nodes: free ends, or junctions, by number."""

    a: int
    b: int
    xy: Floats


def join_ways(
    lines: Iterable[object], *, parallel_gap_m: float = PARALLEL_GAP_M, spur_m: float = SPUR_M
) -> list[shapely.LineString]:
    """
    Join ways in pieces into centre lines, cut at junctions.

    Ways that share a vertex, or whose end lies within a metre of one, are connected; gaps in a line up to
    `parallel_gap_m` are bridged. What runs beside a longer line, within the gap and within 30° of its direction, is
    part of it, and the centre line goes along the middle of the outermost tracks. Ways that cross without a common
    vertex stay two lines. A side line that leads away for less than `spur_m` is dropped, as is a dead end shorter than
    that beyond a junction; two junctions less than twice the gap apart are one.

    Parameters
    ----------
    lines : iterable of LineStrings or MultiLineStrings, metres
        Any order and direction: neither changes the result in any bit. None and empty ones are passed over.
    parallel_gap_m : float
        Metres, > 0.
    spur_m : float
        Metres, >= 0.

    Returns
    -------
    list of LineString
        Sorted by their western, then southern edge, each directed as `orient` does.
    """
    if not (0 < parallel_gap_m < np.inf and 0 <= spur_m < np.inf):
        raise InvalidParameter(
            name="parallel_gap_m, spur_m", given=(parallel_gap_m, spur_m), allowed="metres > 0, >= 0"
        )
    pieces = _canonical(lines)
    if not pieces:
        return []
    network = build_network(pieces, parallel_gap_m / STEPS_PER_GAP)
    parts = _pruned(_cut_at_joints(extract_paths(network, parallel_gap_m, spur_m)), parallel_gap_m, spur_m)
    n_meeting = Counter(node for part in parts for node in (part.a, part.b))
    at_junction = [(n_meeting[part.a] > 2, n_meeting[part.b] > 2) for part in parts]
    joined = centred([part.xy for part in parts], at_junction, network, parallel_gap_m)
    return sorted((orient(line) for line in joined), key=lambda line: (line.bounds, line.wkb))


def _canonical(lines: Iterable[object]) -> list[Floats]:
    """The distinct pieces as vertices, in one order and direction whatever theirs was."""
    found: dict[tuple[tuple[float, ...], ...], None] = {}
    for line in shapely.get_parts(np.array(list(lines), dtype=object)):
        xy = shapely.get_coordinates(shapely.remove_repeated_points(line))
        if len(xy) < 2 or (len(xy) == 2 and (xy[0] == xy[1]).all()):
            continue
        if (xy[0] == xy[-1]).all():
            ring = np.roll(xy[:-1], -int(np.lexsort(xy[:-1].T[::-1])[0]), axis=0)
            xy = np.concatenate([ring, ring[:1]])
        forward, backward = tuple(map(tuple, xy)), tuple(map(tuple, xy[::-1]))
        found[min(forward, backward)] = None
    return [np.array(xy) for xy in sorted(found)]


def _cut_at_joints(paths: Sequence[Path]) -> list[Part]:
    """Paths cut where others meet them; ends that meet nothing get nodes of their own."""
    places: dict[tuple[int, float], int] = {}  # (path, chainage): node
    meeting: list[list[float]] = [[] for _ in paths]
    for path in paths:
        for joint in (path.first, path.last):
            if joint is not None:
                meeting[joint.path].append(joint.chainage_m)

    def node_at(path: int, chainage_m: float) -> int:
        """The node on a path near a chainage, one for all within a hair's breadth."""
        for (known_path, known_m), node in places.items():
            if known_path == path and abs(known_m - chainage_m) <= SAME_PLACE_M:
                return node
        length = float(shapely.LineString(paths[path].xy).length)
        end = paths[path].first if chainage_m <= SAME_PLACE_M else paths[path].last
        at_end = chainage_m <= SAME_PLACE_M or chainage_m >= length - SAME_PLACE_M
        node = node_at(*end) if at_end and end is not None else len(places)
        places[(path, chainage_m)] = node
        return node

    parts = []
    for number, path in enumerate(paths):
        length = float(shapely.LineString(path.xy).length)
        cuts = np.array(sorted([0.0, *meeting[number], length]))
        cuts = cuts[np.append(True, np.diff(cuts) > SAME_PLACE_M)]
        nodes = [node_at(number, float(cut)) for cut in cuts]
        pieces = _cut(path.xy, cuts)
        parts += [Part(a, b, xy) for a, b, xy in zip(nodes[:-1], nodes[1:], pieces, strict=True)]
    return parts


def _cut(xy: Floats, cuts: Floats) -> list[Floats]:
    """A line's vertices cut at chainages, of which the first and the last are its ends."""
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
    inner = cuts[1:-1]
    everywhere = np.unique(np.concatenate([along, inner]))
    places = np.column_stack([np.interp(everywhere, along, xy[:, k]) for k in (0, 1)])
    edges = [0, *np.searchsorted(everywhere, inner), len(everywhere) - 1]
    return [places[a : b + 1] for a, b in pairwise(edges)]


def _length(part: Part) -> float:
    """Metres."""
    return float(np.hypot(*np.diff(part.xy, axis=0).T).sum())


def _pruned(parts: list[Part], gap_m: float, spur_m: float) -> list[Part]:
    """Parts without short dead ends and short pieces between junctions, joined where only two meet."""
    parts = _dissolved(parts)
    while True:
        n_meeting = Counter(node for part in parts for node in (part.a, part.b))
        short = [part for part in parts if _is_spur(part, n_meeting, spur_m) or _is_bridge(part, n_meeting, 2 * gap_m)]
        if not short:
            return parts
        shortest = min(short, key=lambda part: (_length(part), part.xy.tolist()))
        parts = [part for part in parts if part is not shortest]
        if _is_bridge(shortest, n_meeting, 2 * gap_m):
            parts = _bridged(parts, shortest)
        parts = _dissolved(parts)


def _is_spur(part: Part, n_meeting: Counter[int], spur_m: float) -> bool:
    """Whether a part is a short dead end at a junction, or a short loop at one."""
    ends = sorted((n_meeting[part.a], n_meeting[part.b]))
    loop = part.a == part.b and ends[0] > 2
    return (loop or (ends[0] == 1 and ends[1] > 2)) and _length(part) < spur_m


def _is_bridge(part: Part, n_meeting: Counter[int], reach_m: float) -> bool:
    """Whether a part is a short piece between two junctions."""
    return part.a != part.b and min(n_meeting[part.a], n_meeting[part.b]) > 2 and _length(part) < reach_m


def _bridged(parts: list[Part], bridge: Part) -> list[Part]:
    """Parts with a bridge's two junctions made one, and the bridge added to the longest part that meets it."""
    longest = max(
        (part for part in parts if {part.a, part.b} & {bridge.a, bridge.b}),
        key=lambda part: (_length(part), part.xy.tolist()),
    )
    joined = _chained(longest, bridge)
    others = [part for part in parts if part is not longest]
    renamed = {bridge.b: bridge.a}
    return [Part(renamed.get(p.a, p.a), renamed.get(p.b, p.b), p.xy) for p in [*others, joined]]


def _dissolved(parts: list[Part]) -> list[Part]:
    """Parts joined wherever exactly two ends meet."""
    parts = list(parts)
    while True:
        at: dict[int, list[Part]] = {}
        for part in parts:
            for node in (part.a, part.b):
                at.setdefault(node, []).append(part)
        pair = next((met for met in at.values() if len(met) == 2 and met[0] is not met[1]), None)
        if pair is None:
            return parts
        parts = [part for part in parts if part is not pair[0] and part is not pair[1]]
        parts.append(_chained(*pair))


def _chained(first: Part, second: Part) -> Part:
    """Two parts that meet as one."""
    if first.b not in (second.a, second.b):
        first = Part(first.b, first.a, first.xy[::-1])
    if second.a != first.b:
        second = Part(second.b, second.a, second.xy[::-1])
    skip = 1 if np.hypot(*(first.xy[-1] - second.xy[0])) <= SAME_PLACE_M else 0
    return Part(first.a, second.b, np.concatenate([first.xy, second.xy[skip:]]))


def orient(line: shapely.LineString, stations: object = None, *, direction: str | None = None) -> shapely.LineString:
    """
    The line so that its chainage starts at the right end.

    Parameters
    ----------
    line : LineString, metres
    stations : sequence of points, optional
        Without a stated direction, an end with a station within 500 m goes before one without.
    direction : "east", "west", "north" or "south", optional
        Where chainage grows to.

    Returns
    -------
    LineString
        From the end that the direction leads away from; without one from the western end, or the southern where the
        ends lie farther apart northward than eastward. A closed line starts at its westernmost vertex and runs
        anticlockwise.
    """
    if direction is not None and direction not in DIRECTIONS:
        raise InvalidParameter(name="direction", given=direction, allowed=", ".join(DIRECTIONS))
    xy = shapely.get_coordinates(line)
    if line.is_closed:
        ring = xy[:-1] if shapely.is_ccw(line) else xy[:0:-1]
        start = int(np.lexsort(ring.T[::-1])[0])
        return shapely.LineString(np.concatenate([ring[start:], ring[: start + 1]]))
    span = xy[-1] - xy[0]
    if direction is not None:
        forward = float(span @ DIRECTIONS[direction]) >= 0
    else:
        forward = bool(span[0] > 0 if abs(span[0]) >= abs(span[1]) else span[1] > 0)
        served = [_has_station(shapely.Point(end), stations) for end in (xy[0], xy[-1])]
        if served[0] != served[1]:
            forward = served[0]
    return line if forward else shapely.reverse(line)


def _has_station(place: shapely.Point, stations: object) -> bool:
    """Whether a station lies within reach."""
    if stations is None:
        return False
    return bool(np.any(shapely.distance(_points(stations), place) <= STATION_REACH_M))


def _points(stations: object) -> npt.NDArray[np.object_]:
    """Stations as an array of points, whatever they came in."""
    return np.asarray(getattr(stations, "geometry", stations), dtype=object)
