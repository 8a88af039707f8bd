"""
Which areas a point lies in, edge and vertices included.

Each area has a raster: its cells are wholly inside, wholly outside or crossed by the rim. Only a point in a crossed
cell is tested, and only against the edges at its height.
"""

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.box_grid import build_grid, cells_at
from geo_zhengzhi.kernels import THREADS_PAY_FROM, Floats, Ints, even_blocks, run_in_threads
from geo_zhengzhi.pair_order import order_by_cell, sort_pairs
from geo_zhengzhi.polygon_raster import Rasters, Shapes, query, rasterise

CELLS_PER_EDGE = 16
MIN_CELLS, MAX_CELLS = 64, 2**22
MAX_SLABS = 2**16


class PolygonIndex:
    """
    An index over areas.

    Parameters
    ----------
    polygons : sequence of n Polygons or MultiPolygons
        Valid, in any plane coordinates. None and empty ones hold no point; of a collection only the polygons count.
    """

    def __init__(self, polygons: npt.ArrayLike) -> None:
        self._shapes = _flatten(polygons)
        if not len(self._shapes.part):
            return
        self._rasters = Rasters(*rasterise(self._shapes))
        numbers = np.arange(len(self._shapes.part), dtype=np.int32)
        self._grid = build_grid(self._shapes.box[:, :4], numbers)

    def query(self, x: npt.ArrayLike, y: npt.ArrayLike, *, n_threads: int = 2) -> tuple[Ints, Ints]:
        """
        The areas that each point intersects.

        The pairs are those of `shapely.STRtree(polygons).query(points, "intersects")`: a point on an edge or a vertex,
        also of a hole, is in.

        Parameters
        ----------
        x, y : array-like of n float64
            In the polygons' coordinates; a point with a NaN is nowhere.
        n_threads : int
            Used above 200,000 points; never changes the result.

        Returns
        -------
        incident, part : int64[k], int32[k]
            Positions of point and area, sorted by (part, incident).
        """
        # One kind of array, whatever came: kernels are compiled anew for read-only or spaced-out ones.
        x, y = (np.require(v, np.float64, ("C", "W")) for v in (x, y))
        if not len(self._shapes.part) or not len(x):
            return np.empty(0, np.int64), np.empty(0, np.int32)
        n_threads = n_threads if len(x) >= THREADS_PAY_FROM else 1
        found = run_in_threads(
            self._query_block, [(x[a:b], y[a:b]) for a, b in even_blocks(len(x), n_threads)], n_threads
        )
        incident, part, _ = sort_pairs(found, int(self._shapes.part[-1]) + 1, n_threads)
        return incident, part

    def _query_block(self, x: Floats, y: Floats) -> tuple[Ints, Ints, Ints]:
        """The parts of a block of points, with each point's first and number."""
        cells = cells_at(x, y, self._grid.x, self._grid.y)
        order = order_by_cell(cells, len(self._grid.start) - 1)
        first, n_hits = np.zeros(len(x), np.int64), np.zeros(len(x), np.int32)
        part = np.empty(len(x) + int(np.diff(self._grid.start).max()), np.int32)
        done, n = 0, 0
        while done < len(order):
            if done:
                part = np.append(part, np.empty_like(part))
            done, n = query(
                x, y, cells, order, self._grid.start, self._grid.owner, self._shapes, self._rasters,
                done, n, first, n_hits, part,
            )  # fmt: skip
        return part[:n].copy(), first, n_hits


def _flatten(polygons: npt.ArrayLike) -> Shapes:
    """Polygons as arrays of vertices and edges, with the size of their rasters and slabs."""
    given = np.asarray(polygons, dtype=object)
    single, part = shapely.get_parts(given, return_index=True)
    while np.any(shapely.get_type_id(single) > 3):
        single, inner = shapely.get_parts(single, return_index=True)
        part = part[inner]
    keep = (shapely.get_type_id(single) == 3) & ~shapely.is_empty(single)
    single, part = single[keep], part[keep].astype(np.int32)
    rings, ring_polygon = shapely.get_rings(single, return_index=True)
    xy, vertex_ring = shapely.get_coordinates(rings, return_index=True)
    edges = np.flatnonzero(vertex_ring[1:] == vertex_ring[:-1]).astype(np.int32)
    n_edges = np.bincount(ring_polygon[vertex_ring[edges]], minlength=len(single))
    edge_start = np.concatenate([[0], np.cumsum(n_edges)]).astype(np.int64)
    box, raster_at = _raster_sizes(shapely.bounds(single).reshape(-1, 4), n_edges)
    n_slabs = np.clip(n_edges, 1, MAX_SLABS).astype(np.int64)
    slab_at = np.column_stack([np.cumsum(n_slabs) - n_slabs, n_slabs])
    slabs_per_m = _per_metre(n_slabs, box[:, 3] - box[:, 1])
    x, y = np.ascontiguousarray(xy.T)
    return Shapes(x, y, edges, edge_start, part, box, raster_at, slab_at, slabs_per_m)


def _raster_sizes(bounds: Floats, n_edges: Ints) -> tuple[Floats, Ints]:
    """Rasters of about square cells, some sixteen for every edge."""
    with np.errstate(all="ignore"):
        width, height = bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1]
        n_cells = np.clip(CELLS_PER_EDGE * n_edges, MIN_CELLS, MAX_CELLS)
        columns = np.nan_to_num(np.sqrt(n_cells * width / height), nan=1.0, posinf=1e9)
        columns = np.clip(columns, 1, np.sqrt(MAX_CELLS)).astype(np.int64)
        rows = np.clip(n_cells // columns, 1, int(np.sqrt(MAX_CELLS))).astype(np.int64)
    box = np.column_stack([bounds, _per_metre(columns, width), _per_metre(rows, height)])
    return box, np.column_stack([np.cumsum(columns * rows) - columns * rows, columns, rows])


def _per_metre(n: Ints, length: Floats) -> Floats:
    """Cells per metre; 0, so that there is in effect one cell, where the length is nothing or beyond all numbers."""
    with np.errstate(all="ignore"):
        rate = n / length
    return np.where(np.isfinite(rate) & np.isfinite(length), rate, 0.0)


def compile_kernels() -> None:
    """Compile and cache what a query runs, so that the first one does not wait."""
    PolygonIndex([shapely.box(0, 0, 1, 1)]).query(np.zeros(2), np.zeros(2))
