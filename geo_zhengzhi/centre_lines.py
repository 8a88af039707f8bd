"""One line along the middle of the tracks that run beside each other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geo_zhengzhi.kernels import Floats
from geo_zhengzhi.way_network import PARALLEL_COS, STEPS_PER_GAP, Network

OWN_M = 1e-6
TOLERANCE_M = 0.5


def centred(
    lines: Sequence[Floats], at_junction: Sequence[tuple[bool, bool]], network: Network, gap_m: float
) -> list[shapely.LineString]:
    """
    Move each line to the middle between the outermost tracks beside it.

    Parameters
    ----------
    lines : list of float64[k, 2]
        Each along one track, with a vertex at least every `gap_m` / 4.
    at_junction : list of (first, last)
        Whether others meet the line's ends, which then stay where they are.
    network : Network
        All tracks. Those that another of the lines runs along are not taken for tracks of this one.
    gap_m : float
        How far beside the line tracks belong to it.

    Returns
    -------
    list of LineString
        A line without other tracks keeps its own vertices; the others are drawn to half a metre.
    """
    drawn = np.array([shapely.LineString(xy) for xy in lines], dtype=object)
    middles = shapely.points(network.middle)
    owned = np.array([shapely.dwithin(line, middles, OWN_M) for line in drawn]).reshape(len(lines), -1)
    result = []
    for number, (xy, fixed) in enumerate(zip(lines, at_junction, strict=True)):
        others = np.delete(owned, number, axis=0).any(axis=0)
        offset, normal = _middle_offsets(xy, network, np.flatnonzero(~others), gap_m)
        if not offset.any():
            result.append(shapely.LineString(xy).simplify(OWN_M))
            continue
        offset = _eased(offset, bool((xy[0] == xy[-1]).all()))
        along = np.append(0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T)))
        for end, held in zip((along, along[-1] - along), fixed, strict=True):
            offset = offset * np.minimum(end / gap_m, 1) if held else offset
        result.append(shapely.LineString(xy + offset[:, None] * normal).simplify(TOLERANCE_M))
    return result


def _middle_offsets(xy: Floats, network: Network, tracks: np.ndarray, gap_m: float) -> tuple[Floats, Floats]:
    """For every vertex the offset of the middle of the tracks abreast of it, left positive, and the unit normal."""
    closed = bool((xy[0] == xy[-1]).all())
    behind, ahead = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
    behind[0], ahead[-1] = (xy[-2], xy[1]) if closed else (xy[0], xy[-1])
    along = ahead - behind
    along = along / np.maximum(np.hypot(*along.T), 1e-12)[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    near = cKDTree(network.middle[tracks]).query_ball_point(xy, gap_m * (1 + 1 / STEPS_PER_GAP)) if len(tracks) else []
    vertex = np.repeat(np.arange(len(xy)), [len(n) for n in near]) if len(tracks) else np.empty(0, np.int64)
    edge = tracks[np.concatenate([np.array(n, np.int64) for n in near])] if len(vertex) else np.empty(0, np.int64)
    start, stop = (network.xy[network.ends[edge, k]] - xy[vertex] for k in (0, 1))
    a, b = (start * along[vertex]).sum(axis=1), (stop * along[vertex]).sum(axis=1)
    parallel = np.abs((network.direction[edge] * along[vertex]).sum(axis=1)) >= PARALLEL_COS
    abreast = parallel & (a * b <= 0) & (a != b)
    share = (a / np.where(a == b, 1.0, a - b))[:, None]
    across = ((start + share * (stop - start)) * normal[vertex]).sum(axis=1)
    abreast &= np.abs(across) <= gap_m
    low, high = np.zeros(len(xy)), np.zeros(len(xy))
    np.minimum.at(low, vertex[abreast], across[abreast])
    np.maximum.at(high, vertex[abreast], across[abreast])
    middle = (low + high) / 2
    middle[np.abs(middle) <= OWN_M] = 0.0
    return _filled_ends(middle, high - low > OWN_M), normal


def _filled_ends(offset: Floats, abreast: npt.NDArray[np.bool_]) -> Floats:
    """Offsets with the first and last vertices, where another track just fails to be abreast, like their neighbours."""
    first, last = np.flatnonzero(abreast)[[0, -1]] if abreast.any() else (0, len(offset) - 1)
    if first <= STEPS_PER_GAP:
        offset[:first] = offset[first]
    if last >= len(offset) - 1 - STEPS_PER_GAP:
        offset[last:] = offset[last]
    return offset


def _eased(offset: Floats, closed: bool) -> Floats:
    """Offsets without jumps where a track begins or ends: the mean over a gap to either side, done twice."""
    width = STEPS_PER_GAP
    kernel = np.full(2 * width + 1, 1 / (2 * width + 1))
    for _ in range(2):
        padded = np.pad(offset[:-1] if closed else offset, width, mode="wrap" if closed else "edge")
        smooth = np.convolve(padded, kernel, mode="valid")
        offset = np.append(smooth, smooth[0]) if closed else smooth
    return offset
