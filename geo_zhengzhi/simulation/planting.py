"""
Hotspots of a known strength, planted in an even background.

A scene holds an even background in every part of the targets and over the town, and hotspots evenly within a disc. The
rate inside a disc, background included, is a stated multiple of the background's rate around it. The background has the
same expected number of incidents within `eps_m` everywhere, so that one `min_samples` means the same in every kind.
"""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import OPEN_GROUND, AnalysisParameters
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, KIND, PART_ID
from geo_zhengzhi.simulation.drawing import COURSE_DAYS, SOURCE, Source, draw_incidents
from geo_zhengzhi.simulation.grounds import Area, Disc, Ground, Places
from geo_zhengzhi.simulation.recovery import Planted, Scene
from geo_zhengzhi.simulation.rhythm import all_days, day_weights

YEAR = all_days(date(2023, 1, 1), date(2023, 12, 31))
BACKGROUND_IN_DISC = 25.0  # incidents of the background within eps of a place, on average over the year
REPEATED_SHARE = 0.3
STANDARD_DEVIATIONS = 4.5  # above the background's mean; its tail is longer than the normal one's
RADIUS_IN_EPS = 1.25  # a planted disc's radius
N_IN_AREA, N_ON_LINE, N_ON_OPEN_GROUND = 1, 2, 3
APART_M = 1000.0  # centres on one line, and on open ground
MIX = {"盗窃": 0.6, "寻衅滋事": 0.4}
MAX_TRIES = 10_000
Points = npt.NDArray[np.object_]
OPEN = ""  # the part of open ground


def min_samples_above_background() -> int:
    """
    The `min_samples` that about one incident of the scene's background in ten thousand reaches by chance.

    Repeated addresses make counts vary more than a Poisson's: a place with one incident has 1 + Poisson(r / (1 − r)) of
    them, so that the variance is (mean² + mean − 1) / mean of the count, with mean 1 / (1 − r).
    """
    mean = 1.0 / (1.0 - REPEATED_SHARE)
    dispersion = (mean**2 + mean - 1.0) / mean
    return int(np.ceil(BACKGROUND_IN_DISC + STANDARD_DEVIATIONS * np.sqrt(dispersion * BACKGROUND_IN_DISC)))


def plant_scene(
    rng: np.random.Generator, targets: gpd.GeoDataFrame, town: shapely.Polygon, multiple: float, frame: MetricFrame
) -> Scene:
    """
    Draw a year of incidents with one hotspot in every area, two on every line and three on open ground.

    Parameters
    ----------
    rng : Generator
        The only source of chance; it also draws where hotspots lie.
    targets : GeoDataFrame of parts, EPSG:4326
        TARGET_COLUMNS.
    town : Polygon
        Where open ground has incidents, metres of `frame`.
    multiple : float
        Rate inside a planted disc over the background's rate, >= 1.
    frame : MetricFrame
    """
    parts = frame.project(targets)
    planted, sources = [], []
    for shape, part_id, eps_m, spots in _places(rng, parts, town):
        per_km2 = BACKGROUND_IN_DISC / (np.pi * (eps_m / 1000) ** 2)
        sources.append(_source(Area(shape), per_km2 * shape.area / 1e6))
        for x, y in spots:
            radius_m = RADIUS_IN_EPS * eps_m
            planted.append(Planted(part_id, x, y, radius_m, eps_m))
            extra = (multiple - 1.0) * per_km2 * np.pi * (radius_m / 1000) ** 2
            sources.append(_source(Disc(x, y, radius_m), extra))
    incidents = draw_incidents(rng, sources, YEAR, frame).drop(columns=SOURCE)
    return Scene(incidents, tuple(planted), frame)


_Place = tuple[shapely.Geometry, str, float, Sequence[tuple[float, float]]]


def _places(rng: np.random.Generator, parts: gpd.GeoDataFrame, town: shapely.Polygon) -> list[_Place]:
    """Each background's ground, its part, its eps, and the centres of the hotspots planted in it."""
    half_widths = parts[CORRIDOR_HALF_WIDTH_M].fillna(0.0)
    shapes = shapely.buffer(parts[GEOMETRY].to_numpy(), half_widths.to_numpy(), cap_style="flat")
    places: list[_Place] = []
    for i, (part_id, kind) in enumerate(zip(parts[PART_ID], parts[KIND], strict=True)):
        eps_m = AnalysisParameters().for_kind(kind).eps_m
        radius_m, others = RADIUS_IN_EPS * eps_m, shapely.union_all(np.delete(shapes, i))
        if half_widths.iloc[i] > 0:
            spots = _centres_on(rng, parts[GEOMETRY].iloc[i], radius_m, others, radius_m + eps_m)
        else:
            spots = _centres(rng, Area(shapes[i].buffer(-radius_m)), N_IN_AREA)
        # Where corridors cross, the background is laid once, or it would be double there.
        places.append((shapes[i].difference(shapely.union_all(shapes[:i])), part_id, eps_m, spots))
    eps_m, listed = OPEN_GROUND.eps_m, shapely.union_all(shapes)
    room_m = (RADIUS_IN_EPS + 1) * eps_m
    spots = _centres(rng, Area(town.buffer(-room_m), listed, room_m), N_ON_OPEN_GROUND)
    places.append((town.difference(listed), OPEN, eps_m, spots))
    return places


def _centres(rng: np.random.Generator, room: Area, n: int) -> list[tuple[float, float]]:
    """`n` places in the room, APART_M from each other."""
    for _ in range(MAX_TRIES):
        places = room.draw(rng, n)
        if n == 1 or shapely.distance(*_pairs(places)).min() >= APART_M:
            return [(float(x), float(y)) for x, y in places]
    raise ValueError("no room for the hotspots")


def _centres_on(
    rng: np.random.Generator, line: shapely.LineString, radius_m: float, others: shapely.Geometry, clear_m: float
) -> list[tuple[float, float]]:
    """Places on the line, clear of its ends and of other parts, and APART_M from each other."""
    for _ in range(MAX_TRIES):
        along = rng.uniform(2 * radius_m, line.length - 2 * radius_m, N_ON_LINE)
        places = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
        apart = shapely.distance(*_pairs(places)).min() >= APART_M
        if apart and not shapely.dwithin(others, shapely.points(places), clear_m).any():
            return [(float(x), float(y)) for x, y in places]
    raise ValueError("no room for the hotspots")


def _pairs(places: Places) -> tuple[Points, Points]:
    """Both ends of every pair of places, as points."""
    first, second = np.triu_indices(len(places), 1)
    points = shapely.points(places)
    return points[first], points[second]


def _source(ground: Ground, expected: float) -> Source:
    """A source that brings forth so many incidents a year, as the year has its rhythm."""
    level = expected * COURSE_DAYS / day_weights(YEAR).sum()
    return Source(ground, [(date(2023, 1, 1), level)], MIX, REPEATED_SHARE)
