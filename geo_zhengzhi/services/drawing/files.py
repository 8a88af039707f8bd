"""Shapes from elsewhere, to be looked at before one is taken: a pasted text, or a city's own file."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import to_wgs84
from geo_zhengzhi.errors import GeometryUnreadable, GeoZhengzhiError, NothingToDraw, Phrase
from geo_zhengzhi.io.declared import in_wgs84
from geo_zhengzhi.io.gdal import read_features
from geo_zhengzhi.io.persons import without_personal_words
from geo_zhengzhi.io.target_features import NO_GEOMETRY, sift
from geo_zhengzhi.io.target_parts import make_parts
from geo_zhengzhi.io.target_report import Remark
from geo_zhengzhi.io.target_words import DIRECTION, find_columns, personal_columns
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, NAME
from geo_zhengzhi.services.drawing.datum import WGS84
from geo_zhengzhi.services.geojson import geometry_of
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR

LONGEST_TEXT = 2_000_000
MOST_SHAPES = 200
OPTION = Phrase("Datum of its coordinates")  # what sentences call the field of the form
OF_LINES = (NAME, CORRIDOR_HALF_WIDTH_M, DIRECTION)  # columns of a file that a corridor takes along
TAKEN = "Feature {n}: can be taken."
OTHER_TYPE = "Feature {n}: {given}; this kind of target takes {allowed}."
MORE = "{n} features more are not shown."
UNREADABLE = "Feature {n}: {reason}"
JOINED = "The lines were joined: {n} can be taken."
AREAS, LINES = "polygons", "lines"
TYPES = {
    "Point": "a point",
    "MultiPoint": "several points",
    "LineString": "a line",
    "LinearRing": "a line",
    "MultiLineString": "several lines",
    "Polygon": "a polygon",
    "MultiPolygon": "several polygons",
    "GeometryCollection": "a mixture of shapes",
}
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Brought:
    """
    A shape that can be taken (EPSG:4326), as it was drawn: what is wrong with it is said once it is looked at.

    Parameters
    ----------
    number : int
        Of its feature; of lines that were joined, of the line.
    name : str
        Which its file has for it; "" for none.
    shape : geometry, EPSG:4326
    half_width_m : float or None
        Of a line, metres.
    """

    number: int
    name: str
    shape: shapely.Geometry
    half_width_m: float | None = None

    @property
    def type(self) -> Phrase:
        """What sort of shape it is, in words."""
        return _type_of(self.shape)


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
        In which its coordinates are: "wgs84", "cgcs2000", "gcj02" or "bd09".
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
            shapes.append(Brought(number, name, _in_wgs84(shape, datum)))
    return _limited(shapes, report)


def _in_wgs84(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    """A pasted shape as it is stored; with every digit where nothing has to be converted."""
    if datum == WGS84:
        return shape
    return shapely.transform(shape, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], datum)))


def read_shapes(path: Path, datum: str | None, kind: str) -> Preview:
    """
    Read GeoJSON, GeoPackage, a zipped Shapefile or KML, in the fenced child process that reads targets too.

    An area is left as the file has it, also where it crosses itself; lines of one name are joined, as for the register.

    Parameters
    ----------
    path : Path
    datum : str or None
        As `io.declared.in_wgs84` takes it.
    kind : str
        Of the target; what a feature says of its own kind does not count.

    Raises
    ------
    GeoZhengzhiError
        Whatever `io.gdal.read_features` and `io.declared.in_wgs84` refuse.
    """
    frame = in_wgs84(read_features(path), path.name, datum, OPTION)
    headers = [str(header) for header in frame.columns if header != frame.geometry.name]
    personal = set(personal_columns(headers))
    columns = find_columns([header for header in headers if header not in personal])
    if kind == CORRIDOR:
        return _limited(*_lines(frame, {name: columns[name] for name in OF_LINES if name in columns}, path.stem))
    return _limited(*_areas(frame, columns.get(NAME), kind))


def _areas(frame: gpd.GeoDataFrame, header: str | None, kind: str) -> tuple[list[Brought], list[Remark]]:
    """The areas among the features, and a sentence for each feature."""
    said = [""] * len(frame) if header is None else frame[header].astype(object).where(frame[header].notna(), "")
    names = without_personal_words([str(one).strip() for one in said])
    shapes, report = [], []
    for number, (name, shape) in enumerate(zip(names, map(_area_of, frame.geometry), strict=True), start=1):
        report.append(_remark(number, shape, kind))
        if report[-1].msgid == TAKEN:
            shapes.append(Brought(number, name[:100], shape))
    return shapes, report


def _area_of(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """What of a collection has an area; anything else as it is."""
    if shape is None or shape.geom_type != "GeometryCollection":
        return shape
    areas = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(areas) if areas else shape


def _lines(frame: gpd.GeoDataFrame, columns: dict[str, str], stem: str) -> tuple[list[Brought], list[Remark]]:
    """The centre lines that the features make, a sentence for each feature, and what became of the taken ones."""
    sifted = sift(frame, columns, CORRIDOR, stem)
    refused = {one.feature: one.reason for one in sifted.rejects}
    report = [
        _remark(number, shape, CORRIDOR, refused.get(number)) for number, shape in enumerate(frame.geometry, start=1)
    ]
    parts = make_parts(sifted.kept, stem, DEFAULT_CORRIDOR_HALF_WIDTH_M, None).to_dict("records")
    if len(parts) != len(sifted.kept):
        report.append(Remark(JOINED, {"n": len(parts)}))
    shapes = [
        Brought(number, str(row[NAME]), row[GEOMETRY], float(row[CORRIDOR_HALF_WIDTH_M]))
        for number, row in enumerate(parts, start=1)
    ]
    return shapes, [*report, *sifted.remarks]


def _limited(shapes: list[Brought], report: list[Remark]) -> Preview:
    more = [Remark(MORE, {"n": len(shapes) - MOST_SHAPES})] if len(shapes) > MOST_SHAPES else []
    return Preview(tuple(shapes[:MOST_SHAPES]), (*report[:MOST_SHAPES], *more))


def _remark(number: int, shape: shapely.Geometry | None, kind: str, refusal: Remark | None = None) -> Remark:
    """Whether a kind of target takes a shape, or why it was refused otherwise."""
    if shape is None or shape.is_empty:
        return Remark(UNREADABLE, {"n": number, "reason": Remark(NO_GEOMETRY, {})})
    wanted, allowed = (1, LINES) if kind == CORRIDOR else (2, AREAS)
    if shapely.get_dimensions(shape) != wanted:
        return Remark(OTHER_TYPE, {"n": number, "given": _type_of(shape), "allowed": Phrase(allowed)})
    return Remark(TAKEN, {"n": number}) if refusal is None else Remark(UNREADABLE, {"n": number, "reason": refusal})


def _type_of(shape: shapely.Geometry) -> Phrase:
    """The type of a geometry in words."""
    return Phrase(TYPES[shape.geom_type])


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
        x, y = map(float, figures[:2]) if len(figures) in (2, 3) else (inf, inf)
        if not (abs(x) <= 180 and abs(y) <= 90):
            raise NothingToDraw(place=f"{number}: {line.strip()[:40]}")
        pairs.append((x, y))
    if len(pairs) < (2 if kind == CORRIDOR else 3):
        raise NothingToDraw(place=f"{len(pairs)}")
    if kind == CORRIDOR:
        return "", shapely.LineString(pairs)
    return "", shapely.Polygon(pairs)
