"""Corridors on the railway's centre lines: where their ends lie, and drawn on along the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.ops import substring

from geo_zhengzhi.corridor_stations import nearest_station
from geo_zhengzhi.errors import NoRailwayHere
from geo_zhengzhi.schema import GEOMETRY, NAME, NAME_EN
from geo_zhengzhi.services import late
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.drawing.ground import Ground, frame_of
from geo_zhengzhi.services.drawing.ways import REACH_M, way_along
from geo_zhengzhi.services.studies.study import Study

STEP_M = 20.0  # how far ahead is looked, to tell drawing on from drawing back
ON_LINE_M = 60.0  # shared geometry of one railway strays so far in itself
End = Literal["first", "last"]

_CENTRES: ComputeOnce[tuple[shapely.LineString, ...]] = ComputeOnce(size=4)


@dataclass(frozen=True)
class Chainage:
    """Where a corridor's ends lie: kilometres along its railway from a station; "" where the line has none."""

    station: str
    station_en: str
    from_km: float
    to_km: float


def centre_lines(study: Study) -> tuple[shapely.LineString, ...]:
    """The centre lines of the railways around the targets, in the county's frame; made once for a study."""
    return _CENTRES.get((id(study.context.railways), study.name), lambda: _joined(study))


def chainage_of(line: shapely.LineString, study: Study, ground: Ground) -> Chainage:
    """
    Where along its railway a corridor's line lies.

    Parameters
    ----------
    line : LineString in the county's frame
    study : Study
    ground : Ground

    Returns
    -------
    Chainage
        From the station on the line that is nearest to its middle; where it has none, from one of its railway's; else
        from the railway's, or the line's own, start.
    """
    names, places = _stations(study, ground)
    found = nearest_station(line, places, 0.0, line.length) if places else None
    if found is not None:
        number, from_km, to_km = found
        return Chainage(*names[number], from_km, to_km)
    ends = shapely.points(shapely.get_coordinates(line)[[0, -1]])
    railway = _nearest(centre_lines(study), ends, ON_LINE_M)
    from_m, to_m = (0.0, line.length) if railway is None else sorted(float(railway.project(end)) for end in ends)
    found = nearest_station(railway, places, from_m, to_m) if railway is not None and places else None
    if found is None:
        return Chainage("", "", from_m / 1000, to_m / 1000)
    number, from_km, to_km = found
    return Chainage(*names[number], from_km, to_km)


def extended(line: shapely.LineString, end: End, to: shapely.Point, study: Study, ground: Ground) -> shapely.LineString:
    """
    A corridor's line with one end moved along the railway.

    Parameters
    ----------
    line : LineString, EPSG:4326
    end : "first" or "last"
        Which of its ends was dragged.
    to : Point, EPSG:4326
        Where it was dropped; the end comes to lie on the centre line beside it.
    study : Study
    ground : Ground

    Returns
    -------
    LineString, EPSG:4326
        Drawn on along the centre line, or cut back to it; what lies between is left as it was, to the last digit.

    Raises
    ------
    NoRailwayHere
        If no railway leads from the end to the place where it was dropped.
    """
    flat = shapely.force_2d(line)
    metric = ground.metric(flat)
    back = metric if end == "last" else metric.reverse()
    target = ground.metric(to)
    tip = shapely.Point(back.coords[-1])
    way = way_along(centre_lines(study), tip, target)
    if way is None:
        raise NoRailwayHere(longitude=to.x, latitude=to.y, allowed=REACH_M)
    ahead = way.interpolate(min(STEP_M, way.length))
    is_back = 0 < back.project(ahead) < back.length - 1e-6 and back.distance(ahead) < ON_LINE_M / 2
    moved = _cut_back(back, shapely.Point(way.coords[-1])) if is_back else _drawn_on(back, way)
    kept = _with_own_digits(ground.degrees(moved), flat if end == "last" else flat.reverse())
    return kept if end == "last" else kept.reverse()


def _cut_back(line: shapely.LineString, to: shapely.Point) -> shapely.LineString:
    """A line up to the place beside a point, at least a metre of it."""
    return substring(line, 0.0, max(line.project(to), 1.0))


def _drawn_on(line: shapely.LineString, way: shapely.LineString) -> shapely.LineString:
    """A line and the way from its end on."""
    coordinates = np.concatenate([shapely.get_coordinates(line), shapely.get_coordinates(way)])
    steps = np.hypot(*np.diff(coordinates, axis=0).T)
    return shapely.LineString(coordinates[np.concatenate([[True], steps > 1e-3])])


def _with_own_digits(moved: shapely.LineString, own: shapely.LineString) -> shapely.LineString:
    """A line whose first vertices, as far as they are the old ones, have the old ones' digits."""
    new, old = shapely.get_coordinates(moved), shapely.get_coordinates(own)
    n = min(len(new), len(old))
    same = np.abs(new[:n] - old[:n]).max(axis=1) < 1e-9
    n_same = n if same.all() else int(np.argmin(same))
    new[:n_same] = old[:n_same]
    return shapely.LineString(new)


def _nearest(
    lines: Sequence[shapely.LineString], points: Sequence[shapely.Point], within_m: float
) -> shapely.LineString | None:
    """The line that is nearest to all of some points, none of which is farther than so much."""
    far = [max(line.distance(point) for point in points) for line in lines]
    best = min(range(len(far)), key=far.__getitem__, default=None)
    return None if best is None or far[best] > within_m else lines[best]


def _joined(study: Study) -> tuple[shapely.LineString, ...]:
    railways = study.context.railways
    if railways is None or railways.empty:
        return ()
    return tuple(late.join_ways(frame_of(study).project(railways)[GEOMETRY]))


def _stations(study: Study, ground: Ground) -> tuple[list[tuple[str, str]], list[shapely.Geometry]]:
    """Names (Chinese, English) and places in the county's frame of the named stations."""
    stations = study.context.stations
    rows = [] if stations is None else stations.to_dict("records")
    named = [row for row in rows if row.get(NAME)]
    names = [(str(row[NAME]), str(row.get(NAME_EN) or row[NAME])) for row in named]
    return names, [ground.metric(shapely.force_2d(row[GEOMETRY])) for row in named]
