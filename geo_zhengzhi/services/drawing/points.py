"""Incidents as arrays in the county's frame, sorted by cell, so that what lies in a drawn shape is counted at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.corridors import CorridorIndex
from geo_zhengzhi.crs import Floats, MetricFrame
from geo_zhengzhi.polygon_index import PolygonIndex

CELLS_A_SIDE = 512
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PointGrid:
    """
    Points of one period.

    Parameters
    ----------
    x, y : float64[n]
        Easting and northing, metres, sorted by cell: row after row from the south, in a row from the west.
    start : int64[n_cells + 1]
        Where each cell's points begin.
    west_m, south_m, cell_m : float
        Corner of the first cell, and the side of all.
    """

    x: Floats
    y: Floats
    start: Ints
    west_m: float
    south_m: float
    cell_m: float

    @classmethod
    def of(cls, frame: MetricFrame, longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> "PointGrid":
        """Points (arrays of n, EPSG:4326) in a county's frame; those that lie nowhere are left out."""
        x, y = frame.to_metres(longitude, latitude)
        finite = np.isfinite(x) & np.isfinite(y)
        x, y = x[finite], y[finite]
        if not len(x):
            return cls(x, y, np.zeros(CELLS_A_SIDE**2 + 1, np.int64), 0.0, 0.0, 1.0)
        west_m, south_m = float(x.min()), float(y.min())
        reach_m = max(float(x.max()) - west_m, float(y.max()) - south_m, 1.0)
        cell_m = reach_m / CELLS_A_SIDE * (1 + 1e-9)
        cell = _number(x, west_m, cell_m) + CELLS_A_SIDE * _number(y, south_m, cell_m)
        order = np.argsort(cell, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=CELLS_A_SIDE**2))])
        return cls(x[order], y[order], start, west_m, south_m, cell_m)

    def __len__(self) -> int:
        return len(self.x)

    def count(self, shape: shapely.Geometry, half_width_m: float | None = None) -> int:
        """
        How many points lie in a shape, by the rule of `assignment.assign`.

        Parameters
        ----------
        shape : valid Polygon or MultiPolygon (edge and vertices included), or LineString; metres
        half_width_m : float, optional
            Of a line: by true distance, the edge included; points beyond its ends are out.
        """
        x, y = self.near(shapely.bounds(shape), half_width_m or 0.0)
        if not len(x):
            return 0
        if half_width_m is not None:
            return len(CorridorIndex([shape]).query(x, y, [half_width_m])[0])
        return len(PolygonIndex([shape]).query(x, y)[0])

    def near(self, bounds: Sequence[float], margin_m: float) -> tuple[Floats, Floats]:
        """The points in the cells that a box and a margin around it touch."""
        west, south, east, north = bounds
        columns = self._cells(west - margin_m, east + margin_m, self.west_m)
        rows = self._cells(south - margin_m, north + margin_m, self.south_m)
        if columns is None or rows is None:
            return np.empty(0), np.empty(0)
        if columns == rows == (0, CELLS_A_SIDE - 1):
            return self.x, self.y
        row = np.arange(rows[0], rows[1] + 1) * CELLS_A_SIDE
        first, end = self.start[row + columns[0]], self.start[row + columns[1] + 1]
        runs = [slice(a, b) for a, b in zip(first.tolist(), end.tolist(), strict=True) if b > a]
        if not runs:
            return np.empty(0), np.empty(0)
        return np.concatenate([self.x[run] for run in runs]), np.concatenate([self.y[run] for run in runs])

    def _cells(self, low: float, high: float, origin: float) -> tuple[int, int] | None:
        """The first and the last cell of a stretch along one side; None beyond the grid."""
        if not (low <= high and high >= origin and low <= origin + self.cell_m * CELLS_A_SIDE):
            return None
        first, last = (int(np.clip((v - origin) // self.cell_m, 0, CELLS_A_SIDE - 1)) for v in (low, high))
        return first, last


def _number(values: Floats, origin: float, cell_m: float) -> Ints:
    return np.clip((values - origin) // cell_m, 0, CELLS_A_SIDE - 1).astype(np.int64)
