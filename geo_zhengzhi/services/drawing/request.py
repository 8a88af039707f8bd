"""Between what a page sends and the drawing that it means: GeoJSON in the page's datum, and back."""

from collections.abc import Mapping
from typing import Any

import shapely

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import KINDS
from geo_zhengzhi.register import FIRST_YEAR, LAST_YEAR
from geo_zhengzhi.services.drawing.datum import to_drawn, to_stored
from geo_zhengzhi.services.drawing.ground import ground_of
from geo_zhengzhi.services.drawing.lines import End, extended
from geo_zhengzhi.services.drawing.looks import Drawing
from geo_zhengzhi.services.geojson import geojson_of, geometry_of
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR
from geo_zhengzhi.services.studies.study import Study

ENDS: tuple[End, ...] = ("first", "last")


def drawing_of(given: Mapping[str, Any]) -> Drawing:
    """
    The drawing that a page sends.

    Parameters
    ----------
    given : mapping
        `shape` (GeoJSON, in `datum`), `half_width` (metres or None), `kind`, `year`, `target_id`, `part_id`.

    Raises
    ------
    GeometryUnreadable, InvalidParameter
    """
    kind, year = given.get("kind"), given.get("year")
    if kind not in KINDS:
        raise InvalidParameter(name="kind", given=str(kind)[:40], allowed=", ".join(KINDS))
    if type(year) is not int or not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidParameter(name="year", given=str(year)[:40], allowed=f"{FIRST_YEAR}–{LAST_YEAR}")
    shape = given.get("shape")
    stored = to_stored(geometry_of(shape if isinstance(shape, dict) else {}), str(given.get("datum")))
    width = given.get("half_width") if kind == CORRIDOR else None
    return Drawing(stored, width, str(kind), year, _text(given, "target_id"), _text(given, "part_id"))


def drawn(shape: shapely.Geometry | None, datum: str) -> dict[str, Any] | None:
    """A stored shape as a page draws it; None of none."""
    return None if shape is None else geojson_of(to_drawn(shape, datum))


def drawn_place(place: tuple[float, float], datum: str) -> list[float]:
    """A stored place (longitude, latitude) as a page draws it, latitude first as Leaflet takes it."""
    moved = to_drawn(shapely.Point(place), datum)
    return [float(moved.y), float(moved.x)]


def extension(given: Mapping[str, Any], study: Study) -> Drawing:
    """
    A corridor after one of its ends was dragged.

    Parameters
    ----------
    given : mapping
        As `drawing_of` takes it, with `end` ("first" or "last") and `to` ([longitude, latitude]).
    study : Study

    Raises
    ------
    NoRailwayHere, GeometryUnreadable, InvalidParameter
    """
    drawing, end = drawing_of(given), given.get("end")
    if end not in ENDS or drawing.shape.geom_type != "LineString":
        raise InvalidParameter(name="end", given=str(end)[:20], allowed=", ".join(ENDS))
    line = geometry_of({"type": "LineString", "coordinates": [given.get("to"), given.get("to")]})
    to = to_stored(shapely.Point(line.coords[0]), str(given.get("datum")))
    period = study.default_period or study.span
    if period is None:
        return drawing
    moved = extended(drawing.shape, end, to, study, ground_of(study, period))
    return Drawing(moved, drawing.half_width_m, drawing.kind, drawing.year, drawing.target_id, drawing.part_id)


def _text(given: Mapping[str, Any], name: str) -> str:
    text = given.get(name)
    return text if isinstance(text, str) else ""
