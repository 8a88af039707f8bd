"""What a boundary must be before it is saved: of the kind's type, finite, in degrees, valid, with the place if not."""

import math
import re

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.errors import (
    BoundaryEmpty,
    BoundaryFolds,
    BoundaryInvalid,
    BoundaryKindRefused,
    BoundaryNotDegrees,
    BoundaryTooFine,
    CorridorsFold,
    InvalidParameter,
    Terms,
)
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, NAME, PART_ID
from geo_zhengzhi.services.labels import KIND_WORDS
from geo_zhengzhi.services.register.corridor_widths import refuse_folded

CORRIDOR = "railway_corridor"
TYPE_WORDS = {
    "Polygon": "polygon", "MultiPolygon": "multipolygon", "LineString": "line", "MultiLineString": "several lines",
    "Point": "point", "MultiPoint": "several points", "GeometryCollection": "collection", "LinearRing": "ring",
}  # fmt: skip
MOST_VERTICES = 20_000
WIDEST_M = 5000.0
_PLACED = re.compile(r"(?P<reason>.*)\[(?P<x>\S+) (?P<y>\S+)\]")  # GEOS: Self-intersection[117.4 40.0]


def types_of_kind(kind: str) -> tuple[str, ...]:
    """The types of geometry that a kind of target takes."""
    return ("LineString",) if kind == CORRIDOR else ("Polygon", "MultiPolygon")


def checked_boundary(
    geometry: shapely.Geometry, half_width_m: float | None, entry: Entry
) -> tuple[shapely.Geometry, float | None]:
    """
    A boundary as it is saved: two-dimensional, with its half-width as a float where it is a line.

    Parameters
    ----------
    geometry : Polygon, MultiPolygon, or LineString for a railway corridor; EPSG:4326
    half_width_m : float or None
        Metres to either side of a line, > 0 and at most 5,000; None for areas.
    entry : Entry
        Whose boundary it is.

    Raises
    ------
    BoundaryKindRefused
        If it is of a type that the kind does not take.
    BoundaryTooFine
        Above 20,000 vertices.
    BoundaryNotDegrees
        Naming the first vertex that is not finite or not within ±180 and ±90 degrees.
    BoundaryInvalid
        Naming the place.
    BoundaryEmpty
        Without an area or a length.
    InvalidParameter
        If `half_width_m` is out of range, or given for an area.
    BoundaryFolds
        If a corridor is wider than a bend allows, naming the place and the widest that is.
    """
    _check_type(geometry, entry)
    if geometry.is_empty:
        raise BoundaryEmpty(name=entry.name)
    flat = shapely.force_2d(geometry)
    _check_vertices(shapely.get_coordinates(flat))
    _check_validity(flat)
    if (flat.length if entry.kind == CORRIDOR else flat.area) <= 0:
        raise BoundaryEmpty(name=entry.name)
    width = _checked_width(half_width_m, entry)
    if width is not None:
        _check_bends(flat, width)
    return flat, width


def _check_type(geometry: shapely.Geometry, entry: Entry) -> None:
    allowed = types_of_kind(entry.kind)
    if geometry is None or geometry.geom_type not in allowed:
        given = "nothing" if geometry is None else TYPE_WORDS[geometry.geom_type]
        raise BoundaryKindRefused(
            given=Terms(given),
            name=entry.name,
            kind=Terms(KIND_WORDS[entry.kind]),
            allowed=Terms(*(TYPE_WORDS[name] for name in allowed)),
        )


def _check_vertices(degrees: np.ndarray) -> None:
    """Few enough, finite and on earth; array of shape (n, 2), longitude first."""
    if len(degrees) > MOST_VERTICES:
        raise BoundaryTooFine(given=len(degrees), allowed=MOST_VERTICES)
    on_earth = (np.abs(degrees) <= (180.0, 90.0)).all(axis=1)  # NaN compares false
    if not on_earth.all():
        number = int(np.argmin(on_earth))
        longitude, latitude = degrees[number].tolist()
        raise BoundaryNotDegrees(number=number + 1, longitude=longitude, latitude=latitude)


def _check_validity(geometry: shapely.Geometry) -> None:
    if geometry.is_valid:
        return
    found = _PLACED.fullmatch(shapely.is_valid_reason(geometry))
    if found is None:
        x, y = shapely.get_coordinates(geometry)[0].tolist()
        raise BoundaryInvalid(reason=Terms(shapely.is_valid_reason(geometry)), longitude=x, latitude=y)
    x, y = float(found["x"]), float(found["y"])
    raise BoundaryInvalid(reason=Terms(found["reason"]), longitude=x, latitude=y)


def _checked_width(half_width_m: float | None, entry: Entry) -> float | None:
    if entry.kind != CORRIDOR:
        if half_width_m is not None:
            raise InvalidParameter(name="corridor_half_width_m", given=half_width_m, allowed="none for an area")
        return None
    is_number = isinstance(half_width_m, int | float) and not isinstance(half_width_m, bool)
    if half_width_m is None or not is_number or not 0 < half_width_m <= WIDEST_M or math.isnan(half_width_m):
        raise InvalidParameter(
            name="corridor_half_width_m", given=half_width_m, allowed=f"metres > 0, at most {WIDEST_M:.0f}"
        )
    return float(half_width_m)


def _check_bends(line: shapely.LineString, half_width_m: float) -> None:
    columns = {NAME: [""], PART_ID: [""], CORRIDOR_HALF_WIDTH_M: [half_width_m], GEOMETRY: [line]}
    try:
        refuse_folded(gpd.GeoDataFrame(columns, geometry=GEOMETRY, crs="EPSG:4326"))
    except CorridorsFold as fold:
        raise BoundaryFolds(**fold.values) from None
