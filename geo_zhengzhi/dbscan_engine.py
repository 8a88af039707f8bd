"""The exact DBSCAN of points in a plane, from cells to labels."""

from typing import NamedTuple

import numpy as np

from geo_zhengzhi.dbscan_cells import Cells
from geo_zhengzhi.dbscan_cores import ALL_CORE, NO_CORE, find_cores, label_others
from geo_zhengzhi.dbscan_grid import blocks_of_points, blocks_of_runs, sort_into_cells
from geo_zhengzhi.dbscan_joining import join_cells, join_set_aside
from geo_zhengzhi.dbscan_labels import count_flags, find_lowest_cores, gather_cores, label_by_cell
from geo_zhengzhi.kernels import Flags, Floats, Ints, run_in_threads

RINGS = (1, 2)


class Clustering(NamedTuple):
    """What DBSCAN says of n points."""

    labels: Ints  # int64[n], cluster of each point, -1 = noise
    core_indices: Ints  # int64[k], ascending
    components: Floats  # (k, 2), the core points' coordinates
    n_distances: int  # distances and projections taken on the way


def cluster_points(
    points: Floats, eps: float, min_samples: int, weights: Ints | None = None, n_threads: int = 1
) -> Clustering | None:
    """
    Cluster points in a plane.

    A point is core when the points within `eps`, itself included, weigh at least `min_samples`; core points within
    `eps` of each other share a cluster; clusters are numbered by their lowest core point, and any other point takes
    the lowest cluster with a core point within `eps` [1]_. Cells with `min_samples` points are core without a single
    distance, and cells are joined instead of points [2]_ [3]_.

    Parameters
    ----------
    points : float64, (n, 2), C-contiguous, finite; n >= 1
        Any unit; not modified.
    eps : float
        In the same unit; eps² is a normal float64. The edge counts as inside: dx·dx + dy·dy <= eps·eps.
    min_samples : int
        From 1 to 2⁶³ - 1.
    weights : int64, (n,), >= 0, summing to less than 2⁵³, or None when every point counts once
    n_threads : int
        Does not change the result.

    Returns
    -------
    Clustering, or None where the points do not fit the grid (see `dbscan_grid.sort_into_cells`).

    References
    ----------
    .. [1] Ester et al. (1996), KDD-96, 226-231.
    .. [2] Gunawan (2013), A faster algorithm for DBSCAN, TU Eindhoven.
    .. [3] Gan & Tao (2015), SIGMOD '15, 519-530; Wang, Gu & Shun (2020), SIGMOD '20, 2555-2571.
    """
    cells = sort_into_cells(points, weights, eps, n_threads)
    if cells is None:
        return None
    labels, input_core, n_distances = _label_points(cells, eps, min_samples, n_threads)
    del cells  # as large as the points; the core points' copies take its place
    return Clustering(labels, *_gather(points, input_core, n_threads), n_distances)


def _label_points(cells: Cells, eps: float, min_samples: int, n_threads: int) -> tuple[Ints, Flags, int]:
    """Labels and core flags in input order, and the number of distances taken."""
    row_blocks = blocks_of_runs(cells.start[cells.row_start], n_threads)
    is_core, kind = np.zeros(len(cells.order), np.uint8), np.zeros(len(cells.column), np.uint8)
    core_rows = [(cells, eps * eps, min_samples, *block, is_core, kind) for block in row_blocks]
    n_distances = sum(run_in_threads(find_cores, core_rows, n_threads))
    parent, n_joining = _join(cells, eps, is_core, kind, row_blocks, n_threads)
    cluster = _number(cells, is_core, kind, parent)
    labels, input_core, n_labelling = _label(cells, eps, is_core, kind, cluster, row_blocks, n_threads)
    return labels, input_core, n_distances + n_joining + n_labelling


def _join(
    cells: Cells, eps: float, is_core: Flags, kind: Flags, row_blocks: list[tuple[int, int]], n_threads: int
) -> tuple[Ints, int]:
    """Union–find forest of the cells: blocks of rows side by side, then the seams between them, then the hard pairs."""
    n_rows = len(cells.row_start) - 1
    parent = np.arange(len(kind), dtype=np.int32)
    aside, n_distances = [], 0
    for ring in RINGS:
        within = [(cells, eps * eps, is_core, kind, parent, ring, *block, *block) for block in row_blocks]
        seams = [
            (cells, eps * eps, is_core, kind, parent, ring, max(0, seam - ring), seam, seam, n_rows)
            for seam, _ in row_blocks[1:]
        ]
        for pairs, n in run_in_threads(join_cells, within, n_threads) + run_in_threads(join_cells, seams, 1):
            aside.append(pairs)
            n_distances += n
    n_distances += join_set_aside(cells, eps, eps * eps, is_core, parent, np.concatenate(aside))
    return parent, n_distances


def _number(cells: Cells, is_core: Flags, kind: Flags, parent: Ints) -> Ints:
    """Cluster of each cell's core points, numbered by the clusters' lowest core points; -1 where there are none."""
    lowest = find_lowest_cores(cells, is_core, kind, parent)
    roots = np.flatnonzero(lowest < len(cells.order))
    cluster_of_root = np.full(len(parent), -1, np.int32)
    cluster_of_root[roots[np.argsort(lowest[roots])]] = np.arange(len(roots), dtype=np.int32)
    return np.where(kind == NO_CORE, np.int32(-1), cluster_of_root[parent])


def _label(
    cells: Cells,
    eps: float,
    is_core: Flags,
    kind: Flags,
    cluster: Ints,
    row_blocks: list[tuple[int, int]],
    n_threads: int,
) -> tuple[Ints, Flags, int]:
    """
    Labels and core flags in input order.

    Most points lie in cells that are all core and read their label from a table of cells that fits the cache; only the
    others are visited where they lie.
    """
    n_points = len(cells.order)
    label_of = np.full(cells.n_numbers, -1, np.int32)
    label_of[cells.number] = np.where(kind == ALL_CORE, cluster, np.int32(-1))
    labels, input_core = np.empty(n_points, np.int64), np.empty(n_points, np.uint8)
    by_cell = [(cells.cell_of, label_of, *block, labels, input_core) for block in blocks_of_points(n_points, n_threads)]
    run_in_threads(label_by_cell, by_cell, n_threads)
    before = np.concatenate(([0], np.cumsum(kind != NO_CORE)))
    others = [(cells, eps * eps, *block, is_core, kind, before, cluster, labels, input_core) for block in row_blocks]
    return labels, input_core, sum(run_in_threads(label_others, others, n_threads))


def _gather(points: Floats, input_core: Flags, n_threads: int) -> tuple[Ints, Floats]:
    """Positions and coordinates of the core points."""
    blocks = blocks_of_points(len(points), n_threads)
    counts = run_in_threads(count_flags, [(input_core, *block) for block in blocks], n_threads)
    places = np.concatenate(([0], np.cumsum(counts)))
    indices, components = np.empty(places[-1], np.int64), np.empty((places[-1], 2))
    rows = [
        (points, input_core, *block, place, indices, components) for block, place in zip(blocks, places, strict=False)
    ]
    run_in_threads(gather_cores, rows, n_threads)
    return indices, components
