"""Where simulated incidents fall: kinds of ground, each of which draws places in metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.float64]  # shape (n, 2): easting, northing in metres

MAX_ROUNDS = 1000


class Ground(Protocol):
    """Something that places can be drawn on."""

    def draw(self, rng: np.random.Generator, n: int) -> Places:
        """`n` places, easting and northing in metres."""


@dataclass(frozen=True)
class Disc:
    """Evenly within `radius_m` of a centre."""

    easting_m: float
    northing_m: float
    radius_m: float

    def draw(self, rng: np.random.Generator, n: int) -> Places:
        """`n` places, easting and northing in metres."""
        radius = self.radius_m * np.sqrt(rng.random(n))
        angle = 2 * np.pi * rng.random(n)
        return np.column_stack([self.easting_m + radius * np.cos(angle), self.northing_m + radius * np.sin(angle)])


@dataclass(frozen=True)
class Area:
    """Evenly in a polygon (metres), but for `avoided` geometries and what is near them."""

    polygon: shapely.Geometry
    avoided: shapely.Geometry | None = None
    avoided_within_m: float = 0.0

    def draw(self, rng: np.random.Generator, n: int) -> Places:
        """`n` places, easting and northing in metres."""
        west, south, east, north = self.polygon.bounds

        def anywhere(m: int) -> Places:
            return np.column_stack([rng.uniform(west, east, m), rng.uniform(south, north, m)])

        return _drawn_until(n, anywhere, lambda xy: _holds(self.polygon, self.avoided, self.avoided_within_m, xy))


@dataclass(frozen=True)
class Streets:
    """
    Evenly along lines and a little to either side, in a polygon (metres) and clear of `avoided`.

    Parameters
    ----------
    lines : sequence of LineString, metres
    sideways_m : float
        Houses stand up to this far from the middle of the street.
    """

    lines: Sequence[shapely.LineString]
    sideways_m: float
    polygon: shapely.Geometry
    avoided: shapely.Geometry | None = None
    avoided_within_m: float = 0.0

    def draw(self, rng: np.random.Generator, n: int) -> Places:
        """`n` places, easting and northing in metres."""
        lines = np.asarray(self.lines, dtype=object)
        shares = shapely.length(lines) / shapely.length(lines).sum()

        def anywhere(m: int) -> Places:
            line = lines[rng.choice(lines.size, m, p=shares)]
            along = rng.random(m) * shapely.length(line)
            return beside(line, along, rng.uniform(-self.sideways_m, self.sideways_m, m))

        return _drawn_until(n, anywhere, lambda xy: _holds(self.polygon, self.avoided, self.avoided_within_m, xy))


@dataclass(frozen=True)
class Corridor:
    """Evenly along a line (metres), up to `half_width_m` to either side."""

    line: shapely.LineString
    half_width_m: float

    def draw(self, rng: np.random.Generator, n: int) -> Places:
        """`n` places, easting and northing in metres."""
        offset = rng.uniform(-self.half_width_m, self.half_width_m, n)
        return beside(self.line, rng.random(n) * self.line.length, offset)


def beside(line: npt.ArrayLike | shapely.LineString, along_m: Floats, offset_m: Floats) -> Places:
    """The places at a chainage and a signed offset (left positive) of a line, or of n lines; metres, shape (n, 2)."""
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, along_m))
    length = shapely.length(line)
    before = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along_m - 1.0, 0.0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(along_m + 1.0, length)))
    way = after - before
    way = way / np.hypot(way[:, 0], way[:, 1])[:, np.newaxis]
    places: Places = here + np.column_stack([-way[:, 1], way[:, 0]]) * offset_m[:, np.newaxis]
    return places


def street_grid(
    polygon: shapely.Geometry, spacing_m: tuple[float, float], angle_deg: float
) -> tuple[shapely.LineString, ...]:
    """
    Two families of parallel streets across a polygon.

    Parameters
    ----------
    polygon : Polygon, metres
    spacing_m : (float, float)
        Between the streets of the one and of the other family.
    angle_deg : float
        Of the first family against east, counter-clockwise.

    Returns
    -------
    tuple of LineString, metres, clipped to the polygon
    """
    centre = polygon.centroid
    reach = float(np.hypot(polygon.bounds[2] - polygon.bounds[0], polygon.bounds[3] - polygon.bounds[1]))
    streets: list[shapely.LineString] = []
    for spacing, turn in zip(spacing_m, (angle_deg, angle_deg + 90.0), strict=True):
        along = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
        across = np.array([-along[1], along[0]])
        for step in np.arange(-reach // spacing * spacing, reach, spacing) + spacing / 2:
            middle = np.array([centre.x, centre.y]) + across * step
            line = shapely.LineString([middle - along * reach, middle + along * reach]).intersection(polygon)
            streets += [part for part in shapely.get_parts(line) if part.geom_type == "LineString" and part.length > 1]
    return tuple(streets)


def _holds(
    polygon: shapely.Geometry, avoided: shapely.Geometry | None, within_m: float, places: Places
) -> npt.NDArray[np.bool_]:
    """Which places lie in the polygon and further than `within_m` from what is avoided."""
    shapely.prepare(polygon)
    holds = shapely.contains_xy(polygon, places[:, 0], places[:, 1])
    if avoided is not None:
        shapely.prepare(avoided)
        holds &= ~shapely.dwithin(avoided, shapely.points(places), within_m)
    return np.asarray(holds)


class _Draw(Protocol):
    def __call__(self, m: int, /) -> Places: ...


class _Test(Protocol):
    def __call__(self, places: Places, /) -> npt.NDArray[np.bool_]: ...


def _drawn_until(n: int, anywhere: _Draw, holds: _Test) -> Places:
    """Draw and reject until `n` places hold."""
    kept = [np.empty((0, 2))]
    found = 0
    for _ in range(MAX_ROUNDS):
        if found >= n:
            return np.concatenate(kept)[:n]
        places = anywhere(2 * (n - found) + 8)
        kept.append(places[holds(places)])
        found += len(kept[-1])
    raise ValueError("the ground has no room for a place")
