"""Which areas a point lies in, edge and vertices included."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely


class PolygonIndex:
    """
    An index over areas.

    Parameters
    ----------
    polygons : sequence of n polygons or multipolygons, metres
        None and empty ones hold no point.
    """

    def __init__(self, polygons: Sequence[object]) -> None:
        self._tree = shapely.STRtree(np.asarray(polygons, dtype=object))

    def query(
        self, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Pairs (incident int64[k], part int32[k]) of points that intersect an area, sorted by (part, incident)."""
        incident, part = self._tree.query(shapely.points(x, y), "intersects")
        order = np.lexsort((incident, part))
        return incident[order].astype(np.int64), part[order].astype(np.int32)


def compile_kernels() -> None:
    """Compile what this module needs, so that the first query does not wait."""
    PolygonIndex([shapely.box(0, 0, 1, 1)]).query(np.zeros(1), np.zeros(1))
