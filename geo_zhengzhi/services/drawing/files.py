"""Shapes from elsewhere, to be looked at before one is taken: a pasted text, or a city's own file."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

from geo_zhengzhi.errors import GeometryUnreadable, GeoZhengzhiError, NothingToDraw
from geo_zhengzhi.io.target_report import Remark
from geo_zhengzhi.io.targets import read_targets
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, NAME
from geo_zhengzhi.services.drawing.datum import to_stored
from geo_zhengzhi.services.geojson import geometry_of
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR

LONGEST_TEXT = 2_000_000
MOST_SHAPES = 200
OF_KIND = "district"  # so that a feature that says no kind is taken too
TAKEN = "Feature {n}: can be taken."
OTHER_TYPE = "Feature {n}: a {given}; this kind of target takes {allowed}."
MORE = "{n} features more are not shown."
UNREADABLE = "Feature {n}: {reason}"
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Brought:
    """A shape that can be taken (EPSG:4326), under the name its file has for it; a line's half-width in metres."""

    name: str
    shape: shapely.Geometry
    half_width_m: float | None = None


@dataclass(frozen=True)
class Preview:
    """What a text or a file holds, and a sentence for each of its features."""

    shapes: tuple[Brought, ...]
    report: tuple[Remark, ...]


def read_text(text: str, datum: str, kind: str) -> Preview:
    """
    Read a pasted text: GeoJSON (a geometry, a feature, a collection), or coordinates, one pair a line.

    Parameters
    ----------
    text : str
    datum : str
        In which its coordinates are: "wgs84" or "gcj02".
    kind : str
        Of the target, which decides between a ring and a line.

    Raises
    ------
    NothingToDraw
        If it is neither, with the place.
    """
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise NothingToDraw(place=f"{LONGEST_TEXT}")
    found = list(_of_json(text) if text.startswith("{") else [_of_pairs(text, kind)])
    shapes, report = [], []
    for number, (name, shape) in enumerate(found, start=1):
        if isinstance(shape, GeometryUnreadable):
            report.append(Remark(UNREADABLE, {"n": number, "reason": shape}))
            continue
        report.append(_remark(number, shape, kind))
        if report[-1].msgid == TAKEN:
            shapes.append(Brought(name, to_stored(shape, datum)))
    return _limited(shapes, report)


def read_shapes(path: Path, datum: str | None, kind: str) -> Preview:
    """
    Read GeoJSON, GeoPackage, a zipped Shapefile or KML, in the fenced child process that reads targets too.

    Parameters
    ----------
    path : Path
    datum : str or None
        As `io.targets.read_targets` takes it.
    kind : str
        Of the target.

    Raises
    ------
    GeoZhengzhiError
        Whatever `io.targets.read_targets` refuses.
    """
    of_kind = kind if kind == CORRIDOR else OF_KIND
    parts, read = read_targets(
        path, kind=of_kind, datum=datum, corridor_half_width_m=DEFAULT_CORRIDOR_HALF_WIDTH_M, known_kinds={}
    )
    rows: list[Mapping[str, Any]] = parts.to_dict("records")
    shapes, report = [], []
    for number, row in enumerate(rows, start=1):
        report.append(_remark(number, row[GEOMETRY], kind))
        if report[-1].msgid == TAKEN:
            width = float(row[CORRIDOR_HALF_WIDTH_M])
            shapes.append(Brought(str(row[NAME]), row[GEOMETRY], width if width > 0 else None))
    report += [Remark(UNREADABLE, {"n": one.feature, "reason": one.reason}) for one in read.refused]
    return _limited(shapes, [*report, *read.remarks])


def _limited(shapes: list[Brought], report: list[Remark]) -> Preview:
    more = [Remark(MORE, {"n": len(shapes) - MOST_SHAPES})] if len(shapes) > MOST_SHAPES else []
    return Preview(tuple(shapes[:MOST_SHAPES]), (*report[:MOST_SHAPES], *more))


def _remark(number: int, shape: shapely.Geometry, kind: str) -> Remark:
    """Whether a kind of target takes a shape."""
    is_line = shape.geom_type == "LineString"
    if is_line != (kind == CORRIDOR):
        allowed = "LineString" if kind == CORRIDOR else "Polygon, MultiPolygon"
        return Remark(OTHER_TYPE, {"n": number, "given": shape.geom_type, "allowed": allowed})
    return Remark(TAKEN, {"n": number})


def _of_json(text: str) -> Iterator[tuple[str, shapely.Geometry | GeoZhengzhiError]]:
    """Name and shape of each feature; the refusal of one that is none."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NothingToDraw(place=str(error)[:80]) from None
    features = given.get("features") if given.get("type") == "FeatureCollection" else [given]
    if not isinstance(features, list) or not features:
        raise NothingToDraw(place="features")
    for feature in features:
        is_feature = isinstance(feature, dict) and feature.get("type") == "Feature"
        said = feature.get("properties") if is_feature else None
        name = str(said.get("name", ""))[:100] if isinstance(said, dict) else ""
        geometry = feature.get("geometry") if is_feature else feature
        try:
            yield name, geometry_of(geometry if isinstance(geometry, dict) else {})
        except GeometryUnreadable as error:
            yield name, error


def _of_pairs(text: str, kind: str) -> tuple[str, shapely.Geometry]:
    """A ring or a line of the pairs of a text, longitude first."""
    pairs = []
    for number, line in enumerate((line for line in re.split(r"[\n;；]", text) if line.strip()), start=1):
        figures = _NUMBER.findall(line)
        if len(figures) not in (2, 3):
            raise NothingToDraw(place=f"{number}: {line.strip()[:40]}")
        pairs.append((float(figures[0]), float(figures[1])))
    if len(pairs) < (2 if kind == CORRIDOR else 3):
        raise NothingToDraw(place=f"{len(pairs)}")
    if kind == CORRIDOR:
        return "", shapely.LineString(pairs)
    return "", shapely.Polygon(pairs)
