"""From railway or road ways in pieces to centre lines."""

from collections.abc import Sequence

import shapely

PARALLEL_GAP_M = 150.0


def join_ways(lines: Sequence[object], *, parallel_gap_m: float = PARALLEL_GAP_M) -> list[shapely.LineString]:
    """Join pieces (LineStrings in metres, any order and direction) into centre lines."""
    merged = shapely.line_merge(shapely.union_all(shapely.normalize(lines)))
    return list(shapely.get_parts(merged))


def orient(
    line: shapely.LineString, stations: object = None, *, direction: str | None = None
) -> shapely.LineString:
    """The line so that it starts at its western (or southern) end."""
    (x0, y0), (x1, y1) = line.coords[0][:2], line.coords[-1][:2]
    forward = x1 >= x0 if abs(x1 - x0) >= abs(y1 - y0) else y1 >= y0
    return line if forward else shapely.reverse(line)
