"""The maps of pages and slides: what a window holds, where signs stand, what covers what; the glyphs as paths."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.path import Path
from meetings import county, draw
from studies import FRAME, many

from geo_zhengzhi.model import KINDS, Context
from geo_zhengzhi.render.meeting.canvas import path_of
from geo_zhengzhi.render.meeting.deck import SHOWN, Counts, Deck, Number, TargetPage
from geo_zhengzhi.render.meeting.glyph_paths import glyph_path
from geo_zhengzhi.render.meeting.map_windows import Window, bar_words
from geo_zhengzhi.render.meeting.sheet_maps import INSET_PX, KEY_PX, MapPlan
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.meeting.month_runs import Months

COUNTS = Counts(Number(SHOWN, 9), Number(SHOWN, 9), Number(SHOWN, 9), None, None, [])


def degrees(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: np.column_stack(FRAME.to_degrees(*xy.T)))


def layer(shapes: list[shapely.Geometry], names: list[str]) -> gpd.GeoDataFrame:
    frame = {"name": names, "name_en": names, "geometry": [degrees(shape) for shape in shapes]}
    return gpd.GeoDataFrame(frame, crs="EPSG:4326")


@pytest.fixture(scope="module")
def result() -> Any:
    crowds = [many(28, (x, -5000), "2024-02-01") for x in (-5000, 5000)]
    study = county([*draw(), *crowds[0], *crowds[1][:20]])
    return assess(study, Query(Months.written("2024-02", "2024-03").period(study.timezone))).result


def page(name: str, x: float, y: float, side: float = 400.0) -> TargetPage:
    shape = shapely.box(x, y, x + side, y + side)
    return TargetPage(name, name, "square", "city", 2024, (name,), COUNTS, [], (), (), "", shape)


def plan(result: Any, targets: list[TargetPage], *, spots: bool = False, **around: Any) -> MapPlan:
    outline = layer([shapely.box(-20_000, -20_000, 20_000, 20_000)], ["county"])
    shown = result if spots else replace(result, hotspots=result.hotspots.iloc[:0])
    scene = Scene(result=shown, context=Context(outline, **around))
    words = dict.fromkeys(
        ("title", "county", "classification", "period", "before", "year", "made_on", "data_version"), "x"
    )
    return MapPlan(scene, Deck(language="zh", **words, n_days=60, notes=(), attributions=(), county_counts=COUNTS,
                               targets=targets, n_ranked=0, k=5, n_small=0, n_withheld=0, n_changed=0, n_earlier=0,
                               method=()))  # fmt: skip


def test_small_targets_that_lie_together_are_enlarged_and_named_there_alone(result: Any) -> None:
    sheet = plan(result, [page("a", 0, 0), page("b", 900, 0), page("far", 15_000, 15_000)]).county(800, 840)
    assert sheet.inset is not None
    assert {sign.words for sign in sheet.inset.signs} == {"a", "b"}
    assert {sign.words for sign in sheet.signs} == {"far"}
    assert sheet.inset.window.m_per_px < sheet.window.m_per_px / 5


def test_a_single_target_has_no_inset(result: Any) -> None:
    assert plan(result, [page("a", 0, 0)]).county(800, 840).inset is None
    assert plan(result, []).county(800, 840).signs == []


@pytest.mark.parametrize(("y", "is_up"), [(-15_000, True), (15_000, False)])
def test_the_inset_stands_where_it_covers_fewer_signs_and_no_name_lies_under_it(
    result: Any, y: float, is_up: bool
) -> None:
    station = shapely.Point(14_000, y)
    made = plan(result, [page("a", 0, 0), page("b", 900, 0)], stations=layer([station], ["站"]))
    sheet = made.county(800, 840)
    assert sheet.is_up is is_up
    assert {sign.words for sign in sheet.signs} == {"站"}
    both = layer([shapely.Point(14_000, 15_000), shapely.Point(14_000, -15_000)], ["北", "南"])
    sheet = plan(result, [page("a", 0, 0), page("b", 900, 0)], stations=both).county(800, 840)
    assert len([sign for sign in sheet.signs if sign.form == "station"]) == 1


def test_names_of_signs_that_are_drawn_do_not_cover_each_other(result: Any) -> None:
    points = [shapely.Point(x * 700, y * 700) for x in range(-5, 6) for y in range(-5, 6)]
    sheet = plan(result, [], places=layer(points, [f"地方{i}" for i in range(len(points))])).county(800, 840)
    named = [sign for sign in sheet.signs if sign.words]
    assert len(sheet.signs) == len(points)
    assert 5 < len(named) < len(points)
    px = sheet.window.m_per_px
    boxes = [
        shapely.box(sign.words_x + 1, sign.y - 7 * px, sign.words_x + 12 * px * 2, sign.y + 7 * px) for sign in named
    ]
    tree = shapely.STRtree(boxes)
    assert all(len(tree.query(box, "intersects")) == 1 for box in boxes)


def test_discs_are_drawn_last_and_the_first_rank_over_the_others(result: Any) -> None:
    assert len(result.hotspots) >= 2
    signs = plan(result, [], spots=True, stations=layer([shapely.Point(0, 0)], ["站"])).county(800, 840).signs
    assert signs[0].form == "station"
    ranks = [int(sign.words) for sign in signs if sign.form == "disc"]
    assert ranks == sorted(ranks, reverse=True)
    assert [sign.form for sign in signs[-len(ranks) :]] == ["disc"] * len(ranks)


@pytest.mark.parametrize("size", [(340.0, 262.0), (800.0, 840.0), (1366.0, 660.0)])
def test_a_window_holds_its_box_and_its_bar_is_a_round_length_that_has_room(size: tuple[float, float]) -> None:
    for side in (30.0, 500.0, 80_000.0):
        window = Window.around((0, 0, side, side / 3), *size)
        assert window.west < 0 < side < window.east
        assert window.south < 0 < side / 3 < window.north
        assert window.bar_m / window.m_per_px <= 90 or window.bar_m == 1
        assert (window.east - window.west) / (window.north - window.south) == pytest.approx(size[0] / size[1])
    assert (bar_words(500.0), bar_words(1000.0), bar_words(20_000.0)) == ("500 m", "1 km", "20 km")
    assert INSET_PX[0] < 800


@pytest.mark.parametrize("kind", KINDS)
def test_every_glyph_is_a_path_inside_its_square(kind: str) -> None:
    path = glyph_path(kind)
    assert len(path.vertices) == len(path.codes) > 3
    drawn = path.vertices[path.codes != Path.CLOSEPOLY]  # a closing mark has no place
    assert drawn.min() >= 0
    assert drawn.max() <= 16


def test_a_hole_turns_against_its_outline_and_nothing_is_no_path() -> None:
    ring = shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 6, 6))
    path = path_of(ring)
    assert path is not None
    starts = [*np.flatnonzero(path.codes == Path.MOVETO), len(path.codes)]
    outer, hole = (shapely.LinearRing(path.vertices[a:b]) for a, b in pairwise(starts))
    assert outer.is_ccw is not hole.is_ccw
    assert path_of(shapely.Polygon()) is None
    assert path_of(shapely.Point(1, 1)) is None


def test_a_target_between_many_others_keeps_its_badge_and_a_long_name_is_cut(result: Any) -> None:
    crowd = [page(f"a place with a long name {i} " * 3, 60.0 * (i % 6), 60.0 * (i // 6), 20.0) for i in range(36)]
    sheet = plan(result, crowd).county(800, 840)
    assert sheet.inset is not None
    badges = [sign for sign in sheet.inset.signs if sign.form == "badge"]
    assert len(badges) == len(crowd)
    assert {sign.words == "" or sign.words.endswith("…") for sign in badges} == {True}
    assert 0 < sum(sign.words != "" for sign in badges) < len(crowd)


def test_a_station_s_name_stands_where_no_railway_crosses_it(result: Any) -> None:
    railway = shapely.LineString([(-18_000, 0), (18_000, 0)])
    made = plan(result, [], stations=layer([shapely.Point(0, 0)], ["站名"]), railways=layer([railway], ["铁路"]))
    (sign,) = made.county(800, 840).signs
    assert sign.words == "站名"
    assert abs(sign.words_dy) >= 8 * made.county(800, 840).window.m_per_px


def test_the_key_s_corner_is_kept_clear_of_targets_and_no_inset_shows_the_same_again(result: Any) -> None:
    targets = [page("a", 0, 0), page("b", 900, 0), page("c", 1500, 1500)]
    made = plan(result, targets)
    made._scene = replace(made._scene, context=Context())  # without an outline the targets fill the map
    sheet = made.county(800, 840)
    assert sheet.inset is None
    px, (wide, high) = sheet.window.m_per_px, KEY_PX
    corner = shapely.box(*(sheet.window.west, sheet.window.south), *(
        sheet.window.west + wide * px, sheet.window.south + high * px))  # fmt: skip
    assert not any(target.shape.intersects(corner) for target in targets)
    assert all(
        sheet.window.holds(point) for target in targets for point in shapely.points(target.shape.exterior.coords)
    )
    assert sheet.window.east - sheet.window.west == pytest.approx(800 * px)
    assert sheet.window.north - sheet.window.south == pytest.approx(840 * px)
