"""Pasted texts and files are looked at feature by feature, and what cannot be taken says why."""

import json

import geopandas as gpd
import pytest
import shapely

from geo_zhengzhi.crs import to_wgs84, wgs84_to_gcj02
from geo_zhengzhi.errors import DatumNotDeclared, NothingToDraw
from geo_zhengzhi.services.drawing.files import read_shapes, read_text
from tests.plan_county import box, degrees

SHAPE = box(0, 0, 400, 400)
LINE = degrees(shapely.LineString([(-4000, -3000), (0, -3000)]))


def collection(*features: dict) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def feature(geometry: object, name: str = "") -> dict:
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def test_a_collection_is_told_feature_by_feature():
    spoilt = {"type": "Polygon", "coordinates": [[[117, 40], [118, 40]]]}
    text = collection(
        feature(shapely.geometry.mapping(SHAPE), "鼓楼"), feature(shapely.geometry.mapping(LINE)), feature(spoilt)
    )
    found = read_text(text, "wgs84", "square")
    assert [(one.name, one.shape) for one in found.shapes] == [("鼓楼", SHAPE)]
    assert len(found.report) == 3
    assert str(found.report[1]) == "Feature 2: a line; this kind of target takes polygons."
    assert "ring" in str(found.report[2])


@pytest.mark.parametrize("between", [", ", "  ", "，", "\t"])
def test_pairs_make_a_ring_or_a_line(between):
    pairs = "\n".join(f"{x}{between}{y}" for x, y in ((117.4, 40.0), (117.41, 40.0), (117.41, 40.01)))
    (ring,) = read_text(pairs, "wgs84", "square").shapes
    (line,) = read_text(pairs, "wgs84", "railway_corridor").shapes
    assert (ring.shape.geom_type, line.shape.geom_type) == ("Polygon", "LineString")
    assert shapely.get_coordinates(line.shape).tolist() == [[117.4, 40.0], [117.41, 40.0], [117.41, 40.01]]


def test_a_pasted_shape_in_gcj02_is_brought_home():
    moved = [wgs84_to_gcj02(x, y) for x, y in ((117.4, 40.0), (117.41, 40.0), (117.41, 40.01))]
    text = "\n".join(f"{float(x)!r} {float(y)!r}" for x, y in moved)
    (ring,) = read_text(text, "gcj02", "square").shapes
    assert shapely.get_coordinates(ring.shape)[0].tolist() == pytest.approx([117.4, 40.0], abs=1e-9)


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_a_pasted_text_is_read_in_each_datum_that_the_form_offers(datum):
    (ring,) = read_text("117.4, 40.0\n117.41, 40.0\n117.41, 40.01", datum, "square").shapes
    x, y = to_wgs84(117.4, 40.0, datum)
    assert shapely.get_coordinates(ring.shape)[0].tolist() == [float(x), float(y)]


@pytest.mark.parametrize(
    "text",
    [
        "40.0, 117.4\n40.0, 117.41\n40.1, 117.41",
        "",
        "hello",
        "117.4",
        "1 2\n3 4",
        "{",
        '{"type": "FeatureCollection"}',
        "1 2 3 4",
    ],
)
def test_a_text_without_a_shape_is_refused_with_the_place(text):
    with pytest.raises(NothingToDraw):
        read_text(text, "wgs84", "square")


@pytest.mark.parametrize("name", ["in.geojson", "in.gpkg", "in.zip", "in.kml"])
def test_every_kind_of_file_is_read_by_the_fenced_child(tmp_path, name):
    path = tmp_path / name
    frame = gpd.GeoDataFrame({"Name": ["鼓楼"]}, geometry=[SHAPE], crs="EPSG:4326")
    if name.endswith("zip"):
        import zipfile

        frame.rename(columns={"Name": "name"}).to_file(tmp_path / "in.shp", encoding="utf-8")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("in.*"):
                if part.suffix != ".zip":
                    archive.write(part, part.name)
    elif name.endswith("kml"):
        at = " ".join(f"{x},{y}" for x, y in shapely.get_coordinates(SHAPE))
        ring = f"<outerBoundaryIs><LinearRing><coordinates>{at}</coordinates></LinearRing></outerBoundaryIs>"
        head = '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        path.write_text(f"{head}<Placemark><name>鼓楼</name><Polygon>{ring}</Polygon></Placemark></Document></kml>")
    else:
        frame.rename(columns={"Name": "name"}).to_file(path)
    found = read_shapes(path, "wgs84", "square")
    assert [(one.name, round(one.shape.area / SHAPE.area, 6)) for one in found.shapes] == [("鼓楼", 1.0)]
    assert read_shapes(path, "gcj02", "square").shapes[0].shape.distance(SHAPE) > 0
    with pytest.raises(DatumNotDeclared):
        read_shapes(path, None, "square")


def test_what_a_file_holds_of_another_type_is_told_and_a_corridor_keeps_its_width(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["线"]}, geometry=[LINE], crs="EPSG:4326")
    frame.to_file(tmp_path / "in.geojson")
    (one,) = read_shapes(tmp_path / "in.geojson", "wgs84", "railway_corridor").shapes
    assert (one.shape.geom_type, one.half_width_m) == ("LineString", 300.0)


def test_each_feature_of_a_file_is_told_under_its_own_number(tmp_path):
    shapes = [shapely.Point(117.4, 40.0), SHAPE, LINE, None, box(600, 0, 900, 300)]
    frame = gpd.GeoDataFrame(
        {"name": ["点", "鼓楼", "线", "空", "东"], "kind": "铁路"}, geometry=shapes, crs="EPSG:4326"
    )
    frame.to_file(tmp_path / "in.geojson")
    found = read_shapes(tmp_path / "in.geojson", "wgs84", "square")
    assert [str(one) for one in found.report] == [
        "Feature 1: a point; this kind of target takes polygons.",
        "Feature 2: can be taken.",
        "Feature 3: a line; this kind of target takes polygons.",
        "Feature 4: It has no geometry.",
        "Feature 5: can be taken.",
    ]
    assert [(one.number, one.name) for one in found.shapes] == [(2, "鼓楼"), (5, "东")]


def test_a_file_of_which_nothing_can_be_taken_is_told_feature_by_feature_too(tmp_path):
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[shapely.Point(117, 40), LINE], crs="EPSG:4326")
    frame.to_file(tmp_path / "in.gpkg")
    found = read_shapes(tmp_path / "in.gpkg", "wgs84", "square")
    assert (found.shapes, len(found.report)) == ((), 2)


def test_an_area_that_crosses_itself_comes_as_it_was_drawn(tmp_path):
    crossed = degrees(shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)]))
    gpd.GeoDataFrame({"name": ["8"]}, geometry=[crossed], crs="EPSG:4326").to_file(tmp_path / "in.geojson")
    (one,) = read_shapes(tmp_path / "in.geojson", "wgs84", "square").shapes
    assert not one.shape.is_valid
    assert shapely.get_coordinates(one.shape) == pytest.approx(shapely.get_coordinates(crossed), abs=1e-9)


def test_lines_that_were_joined_say_so_and_a_polygon_between_them_keeps_its_number(tmp_path):
    pieces = [degrees(shapely.LineString([(x, 0), (x + 500, 0)])) for x in (0, 500)]
    frame = gpd.GeoDataFrame({"name": ["线"] * 3}, geometry=[pieces[0], SHAPE, pieces[1]], crs="EPSG:4326")
    frame.to_file(tmp_path / "in.geojson")
    found = read_shapes(tmp_path / "in.geojson", "wgs84", "railway_corridor")
    assert [str(one) for one in found.report] == [
        "Feature 1: can be taken.",
        "Feature 2: a polygon; this kind of target takes lines.",
        "Feature 3: can be taken.",
        "The lines were joined: 1 can be taken.",
    ]
    assert [one.name for one in found.shapes] == ["线"]
