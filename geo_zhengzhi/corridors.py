"""Along-track geometry: distance, chainage and offset from centre lines in metres."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

Floats = npt.NDArray[np.float64]
Pairs = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Floats, Floats, Floats]


class CorridorIndex:
    """
    An index over centre lines.

    Parameters
    ----------
    lines : sequence of n LineStrings, metres
        None and empty ones take no point.
    """

    def __init__(self, lines: Sequence[object]) -> None:
        self._lines = np.asarray(lines, dtype=object)

    def query(self, x: Floats, y: Floats, within_m: Floats) -> Pairs:
        """
        Points near each line.

        Returns (incident int64, line int32, distance_m, chainage_m, offset_m), sorted by (line, incident). The distance
        is true and inclusive; offsets are positive to the left; points beyond the ends are left out.
        """
        points = shapely.points(x, y)
        incident, line = shapely.STRtree(points).query(self._lines, "dwithin", within_m)[::-1]
        order = np.lexsort((incident, line))
        incident, line = incident[order], line[order]
        here, lines = points[incident], self._lines[line]
        distance, chainage = shapely.distance(here, lines), shapely.line_locate_point(lines, here)
        before = shapely.line_interpolate_point(lines, np.maximum(chainage - 0.01, 0))
        after = shapely.line_interpolate_point(lines, np.minimum(chainage + 0.01, shapely.length(lines)))
        along = shapely.get_coordinates(after) - shapely.get_coordinates(before)
        away = shapely.get_coordinates(here) - shapely.get_coordinates(shapely.line_interpolate_point(lines, chainage))
        length = shapely.length(lines)
        beyond = ((chainage <= 0) | (chainage >= length)) & (np.abs((along * away).sum(axis=1)) > 1e-9)
        offset = np.where(along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0] < 0, -distance, distance)
        keep = ~beyond & (distance <= np.asarray(within_m, float)[line])
        return incident[keep].astype(np.int64), line[keep].astype(np.int32), distance[keep], chainage[keep], offset[keep]


def stretch(line: shapely.LineString, from_m: float, to_m: float, half_width_m: float) -> shapely.Polygon:
    """The area along a line between two chainages, `half_width_m` to either side."""
    return substring(line, from_m, to_m).buffer(half_width_m, cap_style="flat")


def compile_kernels() -> None:
    """Compile what this module needs, so that the first query does not wait."""
    line = shapely.LineString([(0, 0), (1, 0)])
    CorridorIndex([line]).query(np.zeros(1), np.zeros(1), np.ones(1))
