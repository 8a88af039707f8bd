"""
Ways as a network of short edges, and the longest paths through it that run where no longer one does.

A path *covers* the edges beside it: those within the gap that run its way (within 30°). Parallel tracks, crossovers and
strays of drawing are so taken in by the longest path, while a way that crosses stays whole.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geo_zhengzhi.kernels import Floats, Ints

Mask = npt.NDArray[np.bool_]

SNAP_M = 1.0  # way ends this close to a vertex are the same place
STEPS_PER_GAP = 4
PARALLEL_COS = np.cos(np.radians(30))
NEIGHBOURS = 16  # path edges looked at when asking what covers an edge; a gap holds eight of one path
HOP_COST = 10.0  # a metre across costs ten along: a side line is followed in to where it is nearly on the main one
SLANT = 4.0  # metres along for a metre across, on either side of a hop
WALK_GAPS = 10.0


class Network(NamedTuple):
    """Nodes `xy` float64[n, 2]; edges (`ends` int64[m, 2]) with length, middle and direction (a unit vector)."""

    xy: Floats
    ends: Ints
    length: Floats
    middle: Floats
    direction: Floats


class Joint(NamedTuple):
    """Where a path's end meets an earlier path."""

    path: int
    chainage_m: float


class Path(NamedTuple):
    """A path's vertices float64[n, 2], and what its first and last meet."""

    xy: Floats
    first: Joint | None
    last: Joint | None


def build_network(pieces: Sequence[Floats], step_m: float) -> Network:
    """
    Cut ways into edges of at most `step_m` and join them where they share a vertex or an end meets one.

    Parameters
    ----------
    pieces : list of float64[k, 2]
        Distinct and in a fixed order and direction: the network's numbering follows from them.
    """
    vertices, way = np.concatenate(pieces), np.repeat(np.arange(len(pieces)), [len(p) for p in pieces])
    vertices = _snap(vertices, np.concatenate([[True], way[1:] != way[:-1]]) | np.append(way[1:] != way[:-1], True))
    inner = way[1:] == way[:-1]
    a, b = vertices[:-1][inner], vertices[1:][inner]
    n_steps = np.maximum(np.ceil(np.hypot(*(b - a).T) / step_m), 1).astype(np.int64)
    segment = np.repeat(np.arange(len(a)), n_steps)
    number = np.arange(len(segment)) - np.repeat(np.cumsum(n_steps) - n_steps, n_steps)
    starts, stops = (_between(a[segment], b[segment], k, n_steps[segment]) for k in (number, number + 1))
    # Ways meet in their own vertices alone: where these steps fall on each other by chance, they do not.
    own = np.where(np.append(number == 0, number + 1 == n_steps[segment]), 0, np.tile(way[:-1][inner][segment] + 1, 2))
    tagged, node = np.unique(np.column_stack([np.concatenate([starts, stops]), own]), axis=0, return_inverse=True)
    xy = np.ascontiguousarray(tagged[:, :2])
    ends = np.unique(np.sort(node.reshape(2, -1).T, axis=1), axis=0)
    ends = ends[ends[:, 0] != ends[:, 1]]
    span = xy[ends[:, 1]] - xy[ends[:, 0]]
    length = np.hypot(*span.T)
    return Network(xy, ends, length, xy[ends].mean(axis=1), span / length[:, None])


def junctions(network: Network) -> Floats:
    """The nodes float64[k, 2] at which more than two edges meet."""
    n_edges = np.bincount(network.ends.ravel(), minlength=len(network.xy))
    return network.xy[n_edges > 2]


def _between(a: Floats, b: Floats, number: Ints, n_steps: Ints) -> Floats:
    """The place `number` of `n_steps` from a to b; b itself where all are done."""
    place = a + (b - a) * (number / n_steps)[:, None]
    return np.where((number == n_steps)[:, None], b, place)


def _snap(vertices: Floats, is_end: Mask) -> Floats:
    """Vertices, with those that a way's end all but touches moved to one place, the first by coordinates."""
    places, number = np.unique(vertices, axis=0, return_inverse=True)
    end = np.zeros(len(places), bool)
    end[number[is_end]] = True
    pairs = cKDTree(places).query_pairs(SNAP_M, output_type="ndarray")
    pairs = pairs[end[pairs].any(axis=1)]
    graph = csr_array((np.ones(len(pairs)), pairs.T), shape=(len(places), len(places)))
    _, group = connected_components(graph, directed=False)
    _, first = np.unique(group, return_index=True)
    return places[first[group[number]]]  # type: ignore[no-any-return]


def extract_paths(network: Network, gap_m: float, spur_m: float) -> list[Path]:
    """
    The longest paths, longest first, none of which runs beside an earlier one.

    Parameters
    ----------
    gap_m : float
        How far beside a path ways are part of it.
    spur_m : float
        A side line shorter than this is dropped; but one that continues a path's end is kept, and so is one that meets
        nothing and is longer than the gap.
    """
    search = _Search(network, gap_m)
    while (found := search.longest()) is not None:
        nodes, length = found
        path = search.attached(nodes)
        alone = path.first is None and path.last is None
        if not search.paths or length >= (gap_m if alone else spur_m) or search.continues(path):
            search.take(path)
        search.close(nodes)
    return search.paths


class _Search:
    """The paths found so far, and the edges that none of them covers."""

    def __init__(self, network: Network, gap_m: float) -> None:
        self.network, self.gap_m = network, gap_m
        self.paths: list[Path] = []
        self._lines: list[shapely.LineString] = []
        self._open = np.ones(len(network.ends), bool)
        self._known: dict[bytes, tuple[Ints, float]] = {}

    def longest(self) -> tuple[Ints, float] | None:
        """The nodes and length of the longest path through open edges; of equal ones the first."""
        edges = np.flatnonzero(self._open)
        if not len(edges):
            return None
        _, group = connected_components(self._graph(edges), directed=False)
        group = group[self.network.ends[edges, 0]]
        order = np.argsort(group, kind="stable")
        pieces = np.split(edges[order], np.flatnonzero(np.diff(group[order])) + 1)
        # Most components stay as they were from one path to the next.
        self._known = {key: self._known.get(key) or self._through(p) for p in pieces for key in (p.tobytes(),)}
        return max(self._known.values(), key=lambda found: (found[1], -found[0].min()))

    def attached(self, nodes: Ints) -> Path:
        """A path with its ends led to where they meet earlier paths."""
        xy = self.network.xy[nodes]
        if not self.paths:
            return Path(xy, None, None)
        xy, last = self._led(xy, int(nodes[-1]))
        xy, first = self._led(xy[::-1], int(nodes[0]))
        return Path(xy[::-1], first, last)

    def continues(self, path: Path) -> bool:
        """Whether a path goes on from the free end of an earlier one."""
        return any(joint is not None and self._free_end(joint) for joint in (path.first, path.last))

    def take(self, path: Path) -> None:
        """Keep a path, and close the edges that it covers."""
        self.paths.append(path)
        self._lines.append(shapely.LineString(path.xy))
        open_edges = np.flatnonzero(self._open)
        self._open[open_edges[_covered(self.network, open_edges, path.xy, self.gap_m)]] = False

    def close(self, nodes: Ints) -> None:
        """Close a path's own edges."""
        own = np.sort(np.column_stack([nodes[:-1], nodes[1:]]), axis=1)
        size = len(self.network.xy)
        self._open[np.isin(self.network.ends @ [size, 1], own @ [size, 1])] = False

    def _graph(self, edges: Ints) -> csr_array:
        """Some edges as a symmetric matrix of lengths."""
        a, b = self.network.ends[edges].T
        length, size = self.network.length[edges], len(self.network.xy)
        return csr_array((np.tile(length, 2), (np.append(a, b), np.append(b, a))), shape=(size, size))

    def _through(self, edges: Ints) -> tuple[Ints, float]:
        """
        The longest of the shortest ways between two terminals of a component, cut where it doubles back.

        Terminals are loose ends and nodes where covered edges begin. Three sweeps from farthest to farthest find the
        longest way in a tree, and a long one anywhere.
        """
        nodes, local = np.unique(self.network.ends[edges], return_inverse=True)
        local = local.reshape(-1, 2)
        length = np.tile(self.network.length[edges], 2)
        graph = csr_array((length, (local.T.ravel(), local[:, ::-1].T.ravel())), shape=(len(nodes), len(nodes)))
        here = np.bincount(local.ravel())
        everywhere = np.bincount(self.network.ends.ravel(), minlength=len(self.network.xy))[nodes]
        terminals = np.flatnonzero((here == 1) | (here < everywhere))
        start = int(terminals[0]) if len(terminals) else 0
        goals = terminals if len(terminals) > 1 else np.arange(len(nodes))
        for _ in range(3):
            distance, previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
            goal, begin = int(goals[np.argmax(distance[goals])]), start
            start = goal
        way = [goal]
        while way[-1] != begin:
            way.append(int(previous[way[-1]]))
        path = nodes[_before_doubling_back(self.network.xy[nodes[way]], self.gap_m, np.array(way))]
        return path, float(np.hypot(*np.diff(self.network.xy[path], axis=0).T).sum())

    def _led(self, xy: Floats, end: int) -> tuple[Floats, Joint | None]:
        """A path and what its last node, `end`, meets: on along covered edges, then across, within the gap."""
        walk = self._walk(end)
        place = self.network.xy[walk[-1]]
        joint, away_m = self._nearest(place)
        if away_m > self.gap_m:
            return xy, None
        meeting = shapely.get_coordinates(self._lines[joint.path].interpolate(joint.chainage_m))
        xy = np.concatenate([xy, self.network.xy[walk[1:]]])
        if away_m <= SNAP_M / 1000:
            return xy, joint
        if self._free_end(joint) and away_m > SNAP_M:
            joint = self._drawn_back(joint, away_m)
            meeting = shapely.get_coordinates(self._lines[joint.path].interpolate(joint.chainage_m))
        along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy[::-1], axis=0).T)))[::-1]
        keep = along >= min(SLANT * _lateral(xy, meeting[0]), along[0] / 2)
        return np.concatenate([xy[keep], meeting]), joint

    def _walk(self, end: int) -> Ints:
        """Nodes along covered edges from a path's end to where crossing to an earlier path is worth while."""
        covered = np.flatnonzero(~self._open)
        distance, previous = dijkstra(
            self._graph(covered), directed=False, indices=end, limit=WALK_GAPS * self.gap_m, return_predecessors=True
        )
        reached = np.flatnonzero(np.isfinite(distance))
        across = shapely.distance(shapely.points(self.network.xy[reached])[:, None], np.array(self._lines)).min(axis=1)
        node = int(reached[np.argmin(distance[reached] + HOP_COST * across)])
        walk = [node]
        while walk[-1] != end:
            walk.append(int(previous[walk[-1]]))
        return np.array(walk[::-1])

    def _nearest(self, place: Floats) -> tuple[Joint, float]:
        """The nearest place on the earlier paths, and how far it is."""
        point = shapely.Point(place)
        away = shapely.distance(self._lines, point)
        path = int(np.argmin(away))
        return Joint(path, float(self._lines[path].project(point))), float(away[path])

    def _free_end(self, joint: Joint) -> bool:
        """Whether a joint lies within the gap of an end that meets nothing."""
        path, length = self.paths[joint.path], self._lines[joint.path].length
        return (path.first is None and joint.chainage_m <= self.gap_m) or (
            path.last is None and joint.chainage_m >= length - self.gap_m
        )

    def _drawn_back(self, joint: Joint, away_m: float) -> Joint:
        """A joint near a free end moved inward, so that the line goes over to the other track at a slant."""
        length = self._lines[joint.path].length
        inward = min(SLANT * away_m, length / 4)
        chainage = joint.chainage_m
        return Joint(joint.path, chainage + inward if chainage < length / 2 else chainage - inward)


def _lateral(xy: Floats, place: Floats) -> float:
    """How far a place lies beside the direction in which a path ends."""
    heading = xy[-1] - xy[-min(len(xy), 1 + STEPS_PER_GAP)]
    span = np.hypot(*heading)
    hop = place - xy[-1]
    return float(abs(heading[0] * hop[1] - heading[1] * hop[0]) / span) if span > 0 else 0.0


def _edges_along(xy: Floats) -> tuple[Floats, Floats]:
    """Middles and directions of a path's edges."""
    span = np.diff(xy, axis=0)
    return (xy[1:] + xy[:-1]) / 2, span / np.maximum(np.hypot(*span.T), 1e-12)[:, None]


def _covered(network: Network, edges: Ints, xy: Floats, gap_m: float) -> Mask:
    """Which edges run beside a path."""
    longest = network.length.max()
    middle, direction = _edges_along(shapely.get_coordinates(shapely.segmentize(shapely.LineString(xy), longest)))
    _, near = cKDTree(middle).query(network.middle[edges], k=NEIGHBOURS, distance_upper_bound=gap_m)
    parallel = np.abs(np.einsum("ijk,ik->ij", np.append(direction, [[0, 0]], axis=0)[near], network.direction[edges]))
    return np.asarray((parallel >= PARALLEL_COS).any(axis=1))


def _before_doubling_back(xy: Floats, gap_m: float, way: Ints) -> Ints:
    """The longer side of a way from the place where it turns to come back beside itself; all of it if it does not."""
    middle, direction = _edges_along(xy)
    along = np.cumsum(np.hypot(*np.diff(xy, axis=0).T))
    pairs = cKDTree(middle).query_pairs(gap_m, output_type="ndarray")
    parallel = np.abs((direction[pairs[:, 0]] * direction[pairs[:, 1]]).sum(axis=1)) >= PARALLEL_COS
    pairs = np.sort(pairs[parallel], axis=1)
    pairs = pairs[along[pairs[:, 1]] - along[pairs[:, 0]] > 4 * gap_m]
    if not len(pairs):
        return way
    first = pairs[np.lexsort((-pairs[:, 0], pairs[:, 1]))[0]]
    apex = int(np.searchsorted(along, along[first].mean())) + 1
    return way[: apex + 1] if along[apex - 1] >= along[-1] / 2 else way[apex:]
