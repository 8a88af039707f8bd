"""The picture of a file's rows under each datum: every row once a form, arrows that say how far, no foreign word."""

import re
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import shapely
from studies import FRAME, area, corridor, study_of

from geo_zhengzhi.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo_zhengzhi.model import Context
from geo_zhengzhi.render.datum_map import FORMS, DatumPicture, DatumScene, Placed, draw_datums
from geo_zhengzhi.render.datum_spots import MAX_SPOTS, SPOT_HEIGHT_M, SPOT_WIDTH_M, Window, choose_spots, spread_out
from tests.scenes import HOSTILE_WORDS

COUNTY = gpd.GeoDataFrame({"name": ["县"]}, geometry=[shapely.box(117.2, 39.9, 117.7, 40.2)], crs=4326)


def scene(x_m, y_m, context: Context | None = None) -> DatumScene:
    """Rows at metres from the frame's centre, and where they would be if they were read otherwise."""
    x, y = FRAME.to_degrees(x_m, y_m)
    readings = (Placed("WGS-84", x, y), Placed("GCJ-02", *wgs84_to_gcj02(x, y)), Placed("BD-09", *wgs84_to_bd09(x, y)))
    shifts = {(i, j): 100.0 * (i + j) for i in range(3) for j in range(3) if i != j}
    parts = study_of([], [area("甲", 0, 0), corridor("铁路", (3000, 0), (9000, 0))]).targets
    return DatumScene(FRAME, context or Context(outline=COUNTY), parts, readings, shifts, "zh")


def tree(picture: DatumPicture) -> ElementTree.Element:
    """The layers as a document, which they only are if every mark of theirs is closed."""
    return ElementTree.fromstring(f"<svg>{picture.layers}</svg>")


def group(picture: DatumPicture, css: str) -> list[ElementTree.Element]:
    return [g for g in tree(picture).iter("g") if g.get("class") == css]


def at(element: ElementTree.Element) -> tuple[float, float]:
    return tuple(float(v) for v in re.findall(r"-?\d+", element.get("transform"))[:2])


def test_every_row_is_drawn_once_a_form_for_each_reading_to_the_metre():
    picture = draw_datums(scene([100.0, -250.0], [50.0, 75.0]))
    (hollow,), (cross,) = group(picture, "hollow r0"), group(picture, "cross r0")
    assert [at(g) for g in hollow] == [at(g) for g in cross] == [(100, -50), (-250, -75)]
    assert [g[0].get("d") for g in hollow] == [FORMS[0]] * 2
    assert {g[0].get("d") for g in cross} == {picture.cross}
    assert picture.forms == FORMS[:3]


def test_a_row_without_a_place_is_drawn_nowhere():
    rows = scene([100.0, 200.0], [0.0, 0.0])
    rows.readings[0].longitude[1] = rows.readings[0].latitude[1] = np.nan
    picture = draw_datums(rows)
    assert len(group(picture, "hollow r0")[0]) == 1
    assert len(group(picture, "hollow r1")[0]) == 2
    assert "nan" not in picture.layers + picture.overview


def test_arrows_lead_from_the_chosen_reading_to_each_other_and_say_how_far():
    rows = scene(np.arange(8) * 40.0, np.zeros(8))
    picture = draw_datums(rows)
    lines, labels = group(picture, "arrows a1")
    shafts = [re.findall(r"-?\d+", line.get("d")) for line in lines.iter("path") if line.get("class") == "shaft"]
    assert len(shafts) == 2 * 5  # five rows, two other readings
    starts = {(int(x), int(y)) for x, y, _, _ in shafts}
    metric = FRAME.to_metres(rows.readings[1].longitude, rows.readings[1].latitude)
    assert starts <= {(round(float(x)), round(float(-y))) for x, y in zip(*metric, strict=True)}
    assert [text.text for text in labels.iter("text")] == ["100 m", "300 m"]


def test_the_forms_are_all_different_and_small():
    assert len(set(FORMS)) == len(FORMS) >= 8
    for form in FORMS:
        assert max(abs(float(v)) for v in re.findall(r"-?\d+(?:\.\d+)?", form)) <= 11  # relative steps included


def test_words_of_stations_cannot_leave_their_place():
    stations = gpd.GeoDataFrame(
        {"name": [HOSTILE_WORDS], "name_en": [""]}, geometry=[shapely.Point(117.4, 40)], crs=4326
    )
    picture = draw_datums(scene([0.0], [0.0], Context(outline=COUNTY, stations=stations)))
    (text,) = [t for t in tree(picture).iter("text") if "pwned" in t.text]
    assert "<img" in text.text
    assert "<img" not in picture.layers
    assert "${" not in picture.layers


def test_without_a_county_the_whole_is_where_the_rows_are():
    rows = scene([20_000.0, 21_000.0], [5000.0, 5000.0], Context())
    bare = DatumScene(rows.frame, Context(), rows.targets.iloc[:0], rows.readings, rows.shifts_m, "en")
    whole = draw_datums(bare).whole
    assert whole.width == pytest.approx(3000 * 1.08)
    assert abs(whole.x - 20_500) < 1500
    nothing = DatumScene(rows.frame, Context(), rows.targets.iloc[:0], (), {}, "en")
    assert draw_datums(nothing).spots == ()


def test_a_window_is_what_an_svg_reads_with_y_to_the_south():
    assert Window(100.0, 50.0, 20.0, 10.0).view_box == "90 -55 20 10"


def test_the_edge_of_a_window_is_inside():
    window = Window(0.0, 0.0, 20.0, 10.0)
    assert window.holds(np.array([10.0, 10.01]), np.array([5.0, 0.0])).tolist() == [True, False]


def test_spots_are_the_densest_places_one_of_them_near_a_railway():
    town, line, village = (0.0, 0.0), (20_000.0, 1000.0), (-20_000.0, 0.0)
    x = np.array([town[0]] * 9 + [line[0]] * 3 + [village[0]] * 5)
    y = np.array([town[1]] * 9 + [line[1]] * 3 + [village[1]] * 5)
    rails = [shapely.LineString([(15_000, 0), (25_000, 0)])]
    assert [(spot.x, spot.y) for spot in choose_spots(x, y, rails)] == [town, line, village]
    assert [(spot.x, spot.y) for spot in choose_spots(x, y)] == [town, village]
    assert len(choose_spots(np.arange(50) * 10_000.0, np.zeros(50))) == 0  # one row is no spot
    assert choose_spots(np.zeros(0), np.zeros(0), rails) == ()
    assert {(spot.width, spot.height) for spot in choose_spots(x, y)} == {(SPOT_WIDTH_M, SPOT_HEIGHT_M)}
    assert MAX_SPOTS == 3


def test_rows_that_get_arrows_lie_apart_the_middle_one_first():
    x = np.array([0.0, 1.0, 2.0, 3.0, 100.0])
    chosen = spread_out(x, np.zeros(5), 3)
    assert x[chosen].tolist() == [3.0, 100.0, 0.0]
    assert spread_out(np.zeros(4), np.zeros(4), 3).size == 1
    assert spread_out(np.zeros(0), np.zeros(0), 3).size == 0
