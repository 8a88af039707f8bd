"""Geometries as RFC 7946 GeoJSON: read strictly, written to the last digit."""

import math
from collections.abc import Mapping
from typing import Any

import shapely
import shapely.geometry

from geo_zhengzhi.errors import GeometryUnreadable, Phrase

MEMBERS = ("type", "coordinates", "bbox")
# Type → how deep its positions lie in lists.
DEPTHS = {"LineString": 1, "Polygon": 2, "MultiPolygon": 3}
MOST_POSITIONS = 50_000  # read at all; what a boundary may have is fewer, and told by its own sentence


def geometry_of(given: Mapping[str, Any]) -> shapely.Geometry:
    """
    Read a geometry: a LineString, Polygon or MultiPolygon, EPSG:4326.

    Parameters
    ----------
    given : mapping
        A GeoJSON geometry; a third coordinate is left out, `bbox` is not looked at.

    Raises
    ------
    GeometryUnreadable
        For the first thing that is none, with its place: another type, a member that is not of RFC 7946 (`crs`), a
        position that is no two or three finite numbers, a ring of fewer than four positions or not closed.
    """
    kind = given.get("type")
    _require(isinstance(kind, str) and kind in DEPTHS, "type", ", ".join(DEPTHS))
    strange = next((name for name in given if name not in MEMBERS), None)
    _require(strange is None, str(strange)[:50], ", ".join(MEMBERS))
    depth = DEPTHS[str(kind)]
    coordinates = _lists(given.get("coordinates"), "coordinates", depth, [0])
    if depth == 1:
        return shapely.LineString(coordinates)
    if depth == 2:
        return shapely.Polygon(coordinates[0], coordinates[1:])
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in coordinates])


def geojson_of(geometry: shapely.Geometry | None) -> dict[str, Any] | None:
    """A geometry as GeoJSON; None of none."""
    return None if geometry is None else dict(shapely.geometry.mapping(geometry))


def _lists(given: Any, place: str, depth: int, n_read: list[int]) -> list[Any]:
    """Positions, or lists of them; `n_read` counts the positions of the whole geometry."""
    _require(isinstance(given, list) and len(given) > 0, place, Phrase("a list that is not empty"))
    if depth > 1:
        return [_lists(inner, f"{place}[{i}]", depth - 1, n_read) for i, inner in enumerate(given)]
    n_read[0] += len(given)
    _require(n_read[0] <= MOST_POSITIONS, place, Phrase("at most {n} positions", n=MOST_POSITIONS))
    positions = [_position(inner, f"{place}[{i}]") for i, inner in enumerate(given)]
    if place == "coordinates":
        _require(len(positions) >= 2, place, Phrase("two positions or more"))
    else:
        is_ring = len(positions) >= 4 and positions[0] == positions[-1]
        _require(is_ring, place, Phrase("a ring: four positions or more, the last the same as the first"))
    return positions


def _position(given: Any, place: str) -> tuple[float, float]:
    """Longitude and latitude."""
    allowed = Phrase("longitude and latitude, two finite numbers")
    _require(isinstance(given, list) and len(given) in (2, 3) and all(map(_is_number, given)), place, allowed)
    return float(given[0]), float(given[1])


def _is_number(value: Any) -> bool:
    """Whether a value is a number that a coordinate can be."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value)


def _require(holds: bool, place: str, allowed: object) -> None:
    if not holds:
        raise GeometryUnreadable(place=place, allowed=allowed)
