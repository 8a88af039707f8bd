"""The map: what is drawn, what it says, how it is written."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from babel.messages.extract import extract

from geo_zhengzhi import schema
from geo_zhengzhi.crs import GEODESIC, wgs84_to_gcj02
from geo_zhengzhi.model import KINDS, Context
from geo_zhengzhi.render.background import parse_background
from geo_zhengzhi.render.corridor_marks import corridor_marks, to_metres
from geo_zhengzhi.render.elements import SCRIPTS, CountyMap, LayerElement, front_file
from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.layers import scene_layers
from geo_zhengzhi.render.page import standalone_html
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import GLYPHS
from geo_zhengzhi.render.targets import KIND_WORDS
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.words import catalogue
from tests.scenes import ASSETS, CENTER, make_scene

RENDER = Path(__file__).parent.parent / "geo_zhengzhi" / "render"


@cache
def plain_scene(language: str = "zh", background: str = "") -> Scene:
    return make_scene(language, background=parse_background(background))


@cache
def layers(scene_key: tuple[str, str]) -> dict[str, Any]:
    return {layer.layer_id: layer for layer in scene_layers(plain_scene(*scene_key))}


def features(layer_id: str, language: str = "zh", background: str = "") -> list[dict[str, Any]]:
    """The features of a layer of the unchanged scene."""
    found: list[dict[str, Any]] = layers((language, background))[layer_id].features
    return found


# what is drawn


def test_it_is_a_folium_map_with_one_element_for_each_layer() -> None:
    county_map = draw_map(make_scene())
    assert isinstance(county_map, folium.Map)
    layers = [child.layer for child in county_map._children.values() if isinstance(child, LayerElement)]
    assert [layer.layer_id for layer in layers] == [
        "outline", "heat", "railways", "target-residential_area", "target-square", "target-village",
        "target-railway_corridor", "target-trade", "zones", "candidates", "hotspots", "stations", "places",
    ]  # fmt: skip


def test_a_layer_with_nothing_in_it_is_not_there() -> None:
    scene = make_scene(context=Context())
    result = replace(scene.result, candidates=scene.result.candidates.iloc[:0], zones=scene.result.zones.iloc[:0])
    ids = {layer.layer_id for layer in scene_layers(replace(scene, result=result))}
    assert not ids & {"outline", "railways", "stations", "places", "zones", "candidates"}


def test_an_empty_result_still_makes_a_map() -> None:
    scene = make_scene(context=Context())
    result = scene.result
    surface = replace(result.surface, incidents_per_km2=np.zeros((3, 3)))
    empty = {
        name: getattr(result, name).iloc[:0] for name in ("targets", "hotspots", "zones", "candidates", "assignments")
    }
    county_map = draw_map(replace(scene, result=replace(result, surface=surface, **empty)))
    assert county_map.location == pytest.approx(CENTER[::-1])


def test_every_kind_of_target_has_a_glyph_and_a_word() -> None:
    assert set(GLYPHS) == set(KIND_WORDS) == set(KINDS)


def test_every_word_of_a_map_is_translated() -> None:
    words = set(KIND_WORDS.values())
    for path in RENDER.rglob("*.py"):
        with path.open("rb") as file:
            words |= {word for _, word, _, _ in extract("python", file, {"_": None, "translate": None})}
    assert len(words) > 100
    assert words - set(catalogue("zh")) == set()


def test_a_target_names_its_counts_and_measures() -> None:
    shown = {
        f["id"]: f["popup"] for layer in layers(("en", "")).values() if layer.type == "targets" for f in layer.features
    }
    village = shown["T-2024-banqiao"]
    assert village["title"] == "Banqiao Village"
    assert village["subtitle"] == "village · county level"
    assert village["amounts"][0] == "21 incidents"
    assert village["amounts"][1].endswith(" per km²")
    assert ["Categories", "burglary 14 · theft 7"] in village["rows"]
    assert ["Peak hours", "18:00–21:00"] in village["rows"]
    assert ["Hotspots", "1"] in village["rows"]
    assert "Illustrative boundary, not surveyed" in village["notes"]
    assert shown["T-2024-tieluyanxian-jinji"]["amounts"][1].endswith(" per km")


def test_incidents_in_a_halo_do_not_count_for_the_target() -> None:
    scene = make_scene("en")
    outside = scene.result.assignments.assign(**{schema.INSIDE: False})
    found = scene_layers(replace(scene, result=replace(scene.result, assignments=outside)))
    shown = next(layer.features for layer in found if layer.layer_id == "target-village")
    assert shown[0]["popup"]["amounts"][0] == "0 incidents"


def test_a_hotspot_says_count_density_area_categories_hours_and_period() -> None:
    popup = features("hotspots", "en")[0]["popup"]
    assert popup["title"] == "Hotspot 1"
    assert popup["amounts"][0] == "32 incidents"
    assert popup["amounts"][2].endswith(" km²")
    assert ["Categories", "burglary 16 · theft 8"] in popup["rows"]
    assert ["Peak hours", "23:00–02:00"] in popup["rows"]
    assert ["Period", "2026-02-01 – 2026-03-31 (59 days)"] in popup["rows"]


def test_zones_and_candidates_say_count_density_area_categories_hours_and_period() -> None:
    for popup in (features("zones", "en")[1]["popup"], features("candidates", "en")[0]["popup"]):
        n = int(popup["amounts"][0].removesuffix(" incidents"))
        assert popup["amounts"][1].endswith(" per km²")
        assert popup["amounts"][2].endswith(" km²")
        rows = dict(popup["rows"])
        assert sum(int(part.rsplit(" ", 1)[1]) for part in rows["Categories"].split(" · ")) == n
        assert rows["Peak hours"] == "18:00–21:00"
        assert rows["Period"] == "2026-02-01 – 2026-03-31 (59 days)"


def test_zones_and_candidates_say_their_change_against_last_year() -> None:
    scene = plain_scene("en")
    zone, candidate = scene.result.zones.iloc[1], scene.result.candidates.iloc[0]
    changes = {zone["zone_id"]: compare(21, 9, 59, 59), candidate["zone_id"]: compare(8, 12, 59, 59)}
    layers = {layer.layer_id: layer.features for layer in scene_layers(replace(scene, zone_changes=changes))}
    told = layers["zones"][1]["popup"]["change"]
    assert (told["now"], told["before"], told["verdict"]) == (21, 9, "worse")
    assert told["lines"][0] == "fewer than 10 in the same period last year: no percentage"
    assert layers["candidates"][0]["popup"]["change"]["percent"] == "−33.3 %"
    assert layers["zones"][0]["popup"]["change"] is None


def test_where_nothing_happened_there_are_no_categories_and_no_hours() -> None:
    scene = make_scene("en")
    nobody = scene.result.assignments.iloc[:0]
    found = scene_layers(replace(scene, result=replace(scene.result, assignments=nobody)))
    shown = next(layer.features for layer in found if layer.layer_id == "target-village")
    assert {label for label, _ in shown[0]["popup"]["rows"]} == {"Lead unit", "Hotspots", "Period"}


def test_a_change_gives_both_counts_the_percentage_the_interval_and_the_verdict() -> None:
    change = features("hotspots")[0]["popup"]["change"]
    assert (change["now"], change["before"], change["percent"]) == (32, 58, "\u221244.8 %")
    assert change["lines"] == ["\u221244.8 %", "率比 0.55，95 % 区间 0.36–0.85"]
    assert (change["mark"], change["word"]) == ("▼", "改善")


def test_below_ten_last_year_no_percentage_is_given() -> None:
    change = features("hotspots")[2]["popup"]["change"]
    assert (change["now"], change["before"], change["percent"]) == (21, 9, "")
    assert change["lines"][0] == "去年同期不足 10 起，不计百分比"
    assert (change["mark"], change["word"]) == ("▲", "恶化")


def test_a_hotspot_on_a_line_is_told_from_its_nearest_station_never_by_a_post() -> None:
    shown = features("hotspots", "en")[5]["popup"]["subtitle"]
    assert re.search(r"· \d+\.\d\d–\d+\.\d\d km from (Shangcang|Xiacang)$", shown)
    assert "K1" not in shown


def test_a_hotspot_on_open_ground_is_outside_the_targets() -> None:
    assert features("hotspots")[7]["popup"]["subtitle"] == "对象外"


def test_ticks_stand_at_every_step_along_the_line() -> None:
    ticks = features("target-railway_corridor")[0]["ticks"]
    at = {step: {tick[3]: tick[:2] for tick in pieces[0]} for step, pieces in ticks.items()}
    assert at["5000"]
    assert all(at["1000"][metres] == place for metres, place in at["5000"].items())
    assert 0 not in at["100"]
    latitude, longitude, _, metres = np.array(ticks["100"][0]).T
    _, _, apart_m = GEODESIC.inv(longitude[:-1], latitude[:-1], longitude[1:], latitude[1:])
    apart_m = apart_m[np.diff(metres) == 100]
    assert np.median(apart_m) == pytest.approx(100, rel=0.02)


def test_ticks_count_from_the_first_station_and_are_negative_before_it() -> None:
    given = plain_scene()
    line, *_ = given.result.targets.geometry[given.result.targets[schema.KIND] == "railway_corridor"]
    fifth = shapely.line_interpolate_point(line, 0.2, normalized=True)
    stations = gpd.GeoDataFrame({"name": ["甲"], "name_en": ["A"]}, geometry=[fifth], crs="EPSG:4326")
    moved = replace(given, context=replace(given.context, stations=stations))
    metres = np.array(corridor_marks(line, 300.0, moved)["ticks"]["100"][0])[:, 3]
    metric = to_metres(line, moved)
    zero = float(shapely.line_locate_point(metric, to_metres(fifth, moved)))
    assert metres.min() == -100 * (zero // 100)
    assert metres.max() == 100 * ((metric.length - zero) // 100)


def test_a_corridors_band_has_the_true_half_width() -> None:
    corridor = features("target-railway_corridor")[0]
    band, line = shapely.geometry.shape(corridor["band"]), shapely.geometry.shape(corridor["shape"])
    degrees_north = shapely.hausdorff_distance(line, band.exterior)
    assert corridor["half_width_m"] == 300
    assert degrees_north * 111_195 * np.cos(np.radians(40)) <= 310


def test_nothing_is_shifted_without_a_background_in_gcj02() -> None:
    with_tiles = features("target-square", background="https://t.example/{z}/{x}/{y}")
    assert with_tiles[0]["shape"] == features("target-square")[0]["shape"]


@pytest.mark.parametrize("layer_id", ["outline", "heat", "railways", "target-square", "zones", "hotspots"])
def test_with_amap_every_shape_is_drawn_in_gcj02(layer_id: str) -> None:
    before = shapely.get_coordinates(shapely.geometry.shape(features(layer_id)[0]["shape"]))
    after = shapely.get_coordinates(shapely.geometry.shape(features(layer_id, background="amap")[0]["shape"]))
    assert after == pytest.approx(np.column_stack(wgs84_to_gcj02(*before.T)), abs=2e-5)


def test_with_amap_points_and_ticks_are_shifted_too_and_the_map_says_so() -> None:
    for layer_id in ("stations", "places", "hotspots", "target-railway_corridor"):
        lat, lng = features(layer_id, "en")[0]["at"]
        assert features(layer_id, "en", "amap")[0]["at"] == pytest.approx(
            [float(v) for v in wgs84_to_gcj02(lng, lat)][::-1], abs=2e-4
        )
    tick = features("target-railway_corridor")[0]["ticks"]["5000"][0][0]
    shifted = features("target-railway_corridor", "en", "amap")[0]["ticks"]["5000"][0][0]
    assert shifted[:2] == pytest.approx([float(v) for v in wgs84_to_gcj02(tick[1], tick[0])][::-1], abs=2e-5)
    assert "Drawn in GCJ-02" in standalone_html(draw_map(plain_scene("en", "amap")), ASSETS)


# how it is written


@pytest.mark.parametrize("name", [*SCRIPTS, "map.css"])
def test_the_front_end_keeps_to_browsers_of_2019(name: str) -> None:
    text = front_file(name)
    assert not re.search(r"\?\.[a-z]|\?\?|\|\|=|\breplaceAll\b|\.at\(|^\s+#\w+|[^.]\bstatic ", text, re.MULTILINE)
    if name.endswith(".css"):
        assert not re.search(r"[^-]\bgap:|inset:|clamp\(|\bmin\(|\bmax\(|:is\(|focus-visible|aspect-ratio", text)


@pytest.mark.parametrize("name", [*SCRIPTS, "map.css"])
def test_the_front_end_holds_no_mark_of_a_template(name: str) -> None:
    assert not re.search(r"{{|{%|{#", front_file(name))


def test_only_constants_are_ever_written_as_markup() -> None:
    uses = [line for name in SCRIPTS for line in front_file(name).splitlines() if "innerHTML" in line]
    assert len(uses) == 1
    assert "' + content + '" in uses[0]  # the swatches of symbols.py


def test_two_maps_of_one_process_do_not_share_their_scenes() -> None:
    one, other = draw_map(make_scene("zh")), draw_map(make_scene("en"))
    assert isinstance(one, CountyMap)
    assert (one.html_language, other.html_language) == ("zh-CN", "en")
    assert one.default_js is not other.default_js
