"""
Along-track geometry: distance, chainage and offset from centre lines in metres.

Chainage runs along the line from its first vertex; the offset is square to it, positive to the left.
"""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from geo_zhengzhi.errors import CorridorFolds, InvalidParameter
from geo_zhengzhi.kernels import Floats, Ints
from geo_zhengzhi.segment_index import SegmentIndex, track_coordinates

LINE_OR_NOTHING = (-1, 1, 2)  # None, LineString, LinearRing
STRETCH_MARGIN_M = 1e-3
ARC_STEP_RAD = np.pi / 128  # chords of such arcs cut off 0.75 of a ten-thousandth of the radius
ARC_ALLOWANCE = 1e-4
MIN_BEND_RAD = 0.5  # 29°: less is a kink of the drawing
STRAY_M = 50.0  # how far simplified geometry cuts a corner
STRAY_SHARE = 1 / 12  # of the half-width, where that is more: an arc of that radius drawn in steps of 45°
SMOOTHED_SHARE = 1 / 300  # of the half-width


class CorridorIndex:
    """
    An index over centre lines.

    Parameters
    ----------
    lines : sequence of n LineStrings, metres
        None, empty ones and those without length take no point.

    Raises
    ------
    InvalidParameter
        If one is anything else, for example a line in several pieces: it would have no one chainage.
    """

    def __init__(self, lines: npt.ArrayLike) -> None:
        given = np.asarray(lines, dtype=object)
        for wrong in given[~np.isin(shapely.get_type_id(given), LINE_OR_NOTHING) & ~shapely.is_empty(given)][:1]:
            raise InvalidParameter(name="lines", given=wrong.geom_type, allowed="LineString")
        self._index = SegmentIndex(given)

    def query(
        self, x: npt.ArrayLike, y: npt.ArrayLike, within_m: npt.ArrayLike, *, n_threads: int = 2
    ) -> tuple[Ints, Ints, Floats, Floats, Floats]:
        """
        Points near each line, by true distance.

        Parameters
        ----------
        x, y : array-like of n float64
            Metres; a point with a NaN is near nothing.
        within_m : array-like of float64, one for each line
            How far from the line, the edge included; a line with NaN takes no point.
        n_threads : int
            Used above 200,000 points; never changes the result.

        Returns
        -------
        incident, line : int64[k], int32[k]
            Positions, sorted by (line, incident).
        distance_m : float64[k]
            To the line, the very number that `shapely.distance` gives.
        chainage_m : float64[k]
            Of the nearest place on the line; of several equally near ones the lowest.
        offset_m : float64[k]
            The distance, negative to the right of the line.

        Notes
        -----
        A point beyond an end of an open line (its nearest place is the end, and it does not lie square to it) is out.
        At an outer bend, where a vertex is nearest, the side is that of the mean of the two directions.
        """
        # One kind of array, whatever came: kernels are compiled anew for read-only or spaced-out ones.
        x, y = (np.require(v, np.float64, ("C", "W")) for v in (x, y))
        incident, line, segment, distance = self._index.query(x, y, np.asarray(within_m, np.float64), n_threads)
        own = self._index.segments
        chainage, offset = track_coordinates(
            x[incident], y[incident], distance, segment, own.ends, own.length, own.chainage, own.before, own.after
        )
        return incident, line, distance, chainage, offset


def stretch(line: shapely.LineString, from_m: float, to_m: float, half_width_m: float) -> shapely.Polygon:
    """
    The area along a line between two chainages.

    Parameters
    ----------
    line : LineString, metres
    from_m, to_m : float
        Chainages, from_m <= to_m; cut to the line's own length.
    half_width_m : float
        To either side, > 0.

    Returns
    -------
    Polygon
        Valid; holds every point whose chainage and offset are within, ends and edges included, and no point farther
        from the stretch than the half-width and a ten-thousandth.

    Raises
    ------
    InvalidParameter
        If the chainages are in the wrong order or off the line, or the half-width is not positive.
    """
    length = line.length
    if not from_m <= to_m or to_m < 0 or from_m > length:
        raise InvalidParameter(
            name="stretch", given=f"{from_m} – {to_m} m", allowed=f"0 <= from <= to <= {length:.0f} m"
        )
    if not 0 < half_width_m < np.inf:
        raise InvalidParameter(name="half_width_m", given=half_width_m, allowed="metres > 0")
    # A millimetre more at both ends lets the points square to them in, and gives an empty stretch an area.
    piece = substring(_with_longer_ends(line), max(from_m, 0.0), min(to_m, length) + 2 * STRETCH_MARGIN_M)
    return shapely.union_all(_beside_and_around(piece, half_width_m * (1 + ARC_ALLOWANCE)))


def _with_longer_ends(line: shapely.LineString) -> shapely.LineString:
    """The line with both ends drawn out straight by the margin."""
    xy = shapely.get_coordinates(shapely.remove_repeated_points(line))
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    start = xy[0] + first * (STRETCH_MARGIN_M / np.hypot(*first))
    end = xy[-1] + last * (STRETCH_MARGIN_M / np.hypot(*last))
    return shapely.LineString(np.concatenate([[start], xy, [end]]))


def _beside_and_around(line: shapely.LineString, half_width_m: float) -> list[shapely.Polygon]:
    """
    A rectangle over each segment and a sector outside each vertex, which together hold what is nearest to the line.

    A buffer with flat ends is not it: GEOS leaves parts out where a line bends sharply near its ends.
    """
    xy = shapely.get_coordinates(shapely.remove_repeated_points(line))
    step = np.diff(xy, axis=0)
    heading = np.arctan2(step[:, 1], step[:, 0])
    left = half_width_m * np.column_stack([-np.sin(heading), np.cos(heading)])
    corners = np.stack([xy[:-1] + left, xy[:-1] - left, xy[1:] - left, xy[1:] + left], axis=1)
    areas = list(shapely.polygons(corners))
    for vertex, before, turn in zip(xy[1:-1], heading, _turns(heading), strict=False):
        square = before - np.copysign(np.pi / 2, turn)  # the outer side's normal, which turns with the line
        angle = square + np.linspace(0, turn, 2 + int(abs(turn) / ARC_STEP_RAD))
        arc = vertex + half_width_m * np.column_stack([np.cos(angle), np.sin(angle)])
        areas.append(shapely.Polygon([vertex, *arc]))
    return areas


def _turns(heading: Floats) -> Floats:
    """The angle from each heading to the next, radians in [-π, π), left positive."""
    return (np.diff(heading) + np.pi) % (2 * np.pi) - np.pi


def require_unfolded(line: shapely.LineString, half_width_m: float) -> None:
    """
    Refuse a corridor that is wider than its line's bends allow.

    Inside a bend of radius r, places farther than r from the line have no single nearest chainage. The bend radius of a
    line of straight pieces is length over angle: the shortest that any run of vertices has which turns through at least
    half a radian (29°), its length reaching halfway into the pieces before and after it, yet no farther than an arc
    could that strays 50 m, or a twelfth of the half-width, from the corner. So an arc has its own radius however
    coarsely it is drawn, a sharp corner has a small one however long its legs are, and the small kinks of drawn lines
    are no bends. What strays less than a three-hundredth of the half-width is smoothed away beforehand.

    Parameters
    ----------
    line : LineString, metres
    half_width_m : float
        To either side, > 0.

    Raises
    ------
    CorridorFolds
        Naming the place and the widest half-width that this check accepts.
    """
    radius, at_m = _bend_radius(line, half_width_m)
    if half_width_m <= radius:
        return
    widest = np.floor(radius)
    while widest > _bend_radius(line, widest)[0]:  # a narrower corridor is smoothed less and may show a tighter bend
        widest = np.floor(_bend_radius(line, widest)[0])
    place = line.interpolate(at_m)
    raise CorridorFolds(
        half_width_m=half_width_m, chainage_km=at_m / 1000, easting_m=place.x, northing_m=place.y, widest_m=widest
    )


def _bend_radius(line: shapely.LineString, half_width_m: float) -> tuple[float, float]:
    """The bend radius for a half-width (infinite where nothing bends), and the chainage of the bend's middle."""
    xy = shapely.get_coordinates(line.simplify(half_width_m * SMOOTHED_SHARE))
    if line.is_closed:
        xy = np.concatenate([xy, xy[1:]])  # once more round, for the bend at the seam
    steps = np.diff(xy, axis=0)
    steps = steps[np.hypot(*steps.T) > 0]
    length, heading = np.hypot(*steps.T), np.arctan2(steps[:, 1], steps[:, 0])
    turn = _turns(heading)
    at = np.cumsum(length)[:-1]
    with np.errstate(divide="ignore"):
        leg = max(STRAY_M, half_width_m * STRAY_SHARE) / np.tan(np.abs(turn) / 4)
    before, after = np.minimum(length[:-1] / 2, leg), np.minimum(length[1:] / 2, leg)
    radius, middle = np.inf, 0.0
    for first in range(len(turn)):
        turned = np.abs(np.cumsum(turn[first:]))
        with np.errstate(divide="ignore"):
            candidates = (before[first] + (at[first:] - at[first]) + after[first:]) / turned
        candidates[turned < MIN_BEND_RAD] = np.inf
        last = int(np.argmin(candidates))
        if candidates[last] < radius:
            radius, middle = float(candidates[last]), float(at[first] + at[first + last]) / 2
    return radius, middle % line.length


def compile_kernels() -> None:
    """Compile and cache what a query runs, so that the first one does not wait."""
    CorridorIndex([shapely.LineString([(0, 0), (1, 0)])]).query(np.zeros(2), np.zeros(2), np.ones(1))
