"""From railway or road ways in pieces to centre lines, each cut at its junctions, and where their zero is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo_zhengzhi.centre_lines import centred
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.kernels import Floats
from geo_zhengzhi.way_network import STEPS_PER_GAP, Joint, Path, build_network, extract_paths, junctions

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
    paths = extract_paths(network, parallel_gap_m, spur_m)
    parts = _pruned(_cut_at_joints(paths, set(map(tuple, junctions(network).tolist()))), parallel_gap_m, spur_m)
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


def _cut_at_joints(paths: Sequence[Path], common: set[tuple[float, ...]]) -> list[Part]:
    """Paths cut where others meet or, in a common vertex, cross them; other ends get nodes of their own."""
    places = [(number, chainage) for number, path in enumerate(paths) for chainage in (0.0, _along(path.xy)[-1])]
    same = [((n, end), joint) for n, path in enumerate(paths) for end, joint in _ends(path) if joint is not None]
    same += _crossings(paths, common)
    places += [place for pair in same for place in pair]
    cuts = [np.unique([chainage for at, chainage in places if at == number]) for number in range(len(paths))]
    cuts = [own[np.append(True, np.diff(own) > SAME_PLACE_M)] for own in cuts]
    first = np.cumsum([0, *map(len, cuts)])
    ends = [[first[at] + np.abs(cuts[at] - chainage).argmin() for at, chainage in pair] for pair in same]
    links = np.array(ends, np.int64).reshape(-1, 2).T
    _, node = connected_components(csr_array((np.ones(links.shape[1]), links), shape=(first[-1], first[-1])))
    return [
        Part(int(node[first[number] + k]), int(node[first[number] + k + 1]), piece)
        for number, path in enumerate(paths)
        for k, piece in enumerate(_cut(path.xy, cuts[number]))
    ]


def _ends(path: Path) -> tuple[tuple[float, Joint | None], tuple[float, Joint | None]]:
    """Chainage and joint of a path's two ends."""
    return (0.0, path.first), (float(_along(path.xy)[-1]), path.last)


def _crossings(paths: Sequence[Path], common: set[tuple[float, ...]]) -> list[tuple[Joint, Joint]]:
    """Where a path goes through a vertex common to several ways, as an earlier one does."""
    seen: dict[tuple[float, ...], Joint] = {}
    found = []
    for number, path in enumerate(paths):
        places = zip(map(tuple, path.xy.tolist()), _along(path.xy).tolist(), strict=True)
        own = {place: Joint(number, chainage) for place, chainage in places if place in common}
        found += [(joint, seen[place]) for place, joint in own.items() if place in seen]
        seen = own | seen
    return found


def _along(xy: Floats) -> Floats:
    """Chainage of each vertex."""
    return np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))


def _cut(xy: Floats, cuts: Floats) -> list[Floats]:
    """A line's vertices cut at chainages, of which the first and the last are its ends."""
    along = _along(xy)
    inner = cuts[1:-1]
    everywhere = np.unique(np.concatenate([along, inner]))
    places = np.column_stack([np.interp(everywhere, along, xy[:, k]) for k in (0, 1)])
    edges = [0, *np.searchsorted(everywhere, inner), len(everywhere) - 1]
    return [places[a : b + 1] for a, b in pairwise(edges)]


def _length(part: Part) -> float:
    """Metres."""
    return float(_along(part.xy)[-1])


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
    joined = _chained(longest, bridge, longest.a if longest.a in (bridge.a, bridge.b) else longest.b)
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
        joints = [node for node, met in at.items() if len(met) == 2 and met[0] is not met[1]]
        if not joints:
            return parts
        node = joints[0]
        first, second = at[node]
        parts = [part for part in parts if part is not first and part is not second]
        parts.append(_chained(first, second, node))


def _chained(first: Part, second: Part, node: int) -> Part:
    """Two parts that meet in a node as one."""
    if first.b != node:
        first = Part(first.b, first.a, first.xy[::-1])
    if second.a != node:
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
