"""The map as one file: opens from disk with no network, and asks for nothing."""

import re
from pathlib import Path
from typing import Any

import folium
import pytest
from browsing import until
from folium.plugins import Fullscreen

from geo_zhengzhi.errors import AssetsMissing, UnknownAsset
from geo_zhengzhi.render.background import parse_background
from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.page import MapParts, map_parts, standalone_html
from tests.scenes import ASSETS, make_scene

SIZES = ((1366, 768), (1920, 1080))


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return {language: standalone_html(draw_map(make_scene(language)), ASSETS) for language in ("zh", "en")}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids=["1366", "1920"])
def test_the_file_opens_from_disk_without_any_request_or_fault(
    watched: Any, tmp_path: Path, files: dict[str, str], language: str, size: tuple[int, int]
) -> None:
    path = tmp_path / "map.html"
    path.write_text(files[language], encoding="utf-8")
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.ready")
    page.evaluate("zhengzhi.focus('H-03')")
    page.wait_for_selector(".zz-pop")
    page.wait_for_timeout(200)
    assert watched.requests == [path.as_uri()]
    assert watched.faults == []
    assert page.evaluate("document.documentElement.lang") == ("zh-CN" if language == "zh" else "en")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "对比 2025-02-01 至 2025-03-31（59 天）；日均率比，95% 区间（Wald），exact。"),
        ("en", "Compared with 2025-02-01 – 2025-03-31 (59 days); rate ratio per day, 95 % interval (Wald), exact."),
    ],
)
def test_the_file_names_the_days_compared_the_interval_and_the_test(
    files: dict[str, str], language: str, said: str
) -> None:
    assert said in files[language]
    assert "95 % interval (" not in standalone_html(draw_map(make_scene("en", county_change=None)), ASSETS)


def test_the_file_is_far_below_three_megabytes(files: dict[str, str]) -> None:
    assert max(len(html.encode()) for html in files.values()) < 1_000_000


def test_the_same_scene_gives_the_same_bytes(files: dict[str, str]) -> None:
    assert standalone_html(draw_map(make_scene("zh")), ASSETS) == files["zh"]


def test_making_the_page_twice_from_one_map_gives_the_same_bytes() -> None:
    county_map = draw_map(make_scene())
    assert standalone_html(county_map, ASSETS) == standalone_html(county_map, ASSETS)


def test_the_policy_in_the_file_allows_its_own_scripts_and_no_host(files: dict[str, str]) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', files["zh"])
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    assert "'unsafe-inline'" not in policy[1].split("script-src")[1]


def test_title_period_counts_and_notes_stand_at_the_head(files: dict[str, str]) -> None:
    head = files["zh"].split("<header")[1].split("</header>")[0]
    for words in (
        "蓟州区重点整治一张图",
        "2026-02-01 至 2026-03-31（59 天）",
        "174",
        "262",
        "\u221233.6 %",
        "改善",
        "模拟数据",
    ):
        assert words in head
    assert "<title>蓟州区重点整治一张图</title>" in files["zh"]


def test_a_layer_that_asks_another_host_fails_page_and_file() -> None:
    county_map = draw_map(make_scene())
    folium.TileLayer("https://tiles.example/{z}/{x}/{y}.png", attr="x").add_to(county_map)
    with pytest.raises(UnknownAsset, match=r"tiles\.example"):
        standalone_html(county_map, ASSETS)
    with pytest.raises(UnknownAsset, match=r"tiles\.example"):
        map_parts(county_map)


def test_a_plugin_whose_files_are_not_in_the_table_fails_page_and_file() -> None:
    county_map = draw_map(make_scene())
    Fullscreen().add_to(county_map)
    with pytest.raises(UnknownAsset, match="fullscreen"):
        map_parts(county_map)
    with pytest.raises(UnknownAsset, match="fullscreen"):
        standalone_html(county_map, ASSETS)


def test_a_plain_folium_map_is_refused_for_its_hosts() -> None:
    with pytest.raises(UnknownAsset):
        standalone_html(folium.Map(tiles=None), ASSETS)


def test_a_default_marker_of_folium_finds_its_picture_inside_the_file(watched: Any, tmp_path: Path) -> None:
    county_map = draw_map(make_scene())
    folium.Marker((40.0, 117.4)).add_to(county_map)
    path = tmp_path / "map.html"
    path.write_text(standalone_html(county_map, ASSETS), encoding="utf-8")
    watched.page.goto(path.as_uri())
    watched.page.wait_for_selector("img.leaflet-marker-icon")
    assert watched.page.evaluate("document.querySelector('img.leaflet-marker-icon').naturalWidth") == 25
    assert watched.foreign("file://") == []
    assert watched.faults == []


def test_missing_assets_are_named(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make setup"):
        standalone_html(draw_map(make_scene()), tmp_path)


def test_parts_link_the_assets_below_the_prefix_with_the_nonce() -> None:
    parts = map_parts(draw_map(make_scene()), prefix="/static/v/", nonce="n0nce")
    assert '<script src="/static/v/leaflet/leaflet.js" nonce="n0nce"></script>' in parts.head
    assert '<link rel="stylesheet" href="/static/v/leaflet/leaflet.css" nonce="n0nce">' in parts.head
    assert '<style nonce="n0nce">' in parts.head
    assert "<script" not in parts.body
    assert "/static/v/leaflet/images/marker-icon.png" in parts.script.replace("\\/", "/")


def test_drawing_changes_nothing_for_other_folium_maps() -> None:
    before = list(folium.Map.default_js), list(folium.Map.default_css)
    map_parts(draw_map(make_scene()))
    assert (list(folium.Map.default_js), list(folium.Map.default_css)) == before


def whole_page(parts: MapParts) -> str:
    head = f"<!DOCTYPE html><html><head><link rel='icon' href='data:,'>{parts.head}</head>"
    return f"{head}<body><div style='height:700px'>{parts.body}</div><script>{parts.script}</script></body></html>"


def test_with_tiles_the_page_asks_the_applications_own_address_alone(watched: Any) -> None:
    parts = map_parts(draw_map(make_scene(background=parse_background("tianditu:5ecre7"))))
    assert "5ecre7" not in "".join((parts.head, parts.body, parts.script))
    assert "tianditu.gov" not in parts.script
    page, asked = watched.page, []

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("http://127.0.0.1:9")
        if path.startswith("/tiles/"):
            asked.append(path)
            route.fulfill(body=b"", content_type="image/png", status=204)
        elif path.startswith("/static/vendor/"):
            route.fulfill(path=ASSETS / path.removeprefix("/static/vendor/"))
        elif path == "/":
            route.fulfill(body=whole_page(parts), content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto("http://127.0.0.1:9/")
    until(page, "window.zhengzhi && window.zhengzhi.ready")
    page.wait_for_timeout(300)
    assert asked
    assert all(re.fullmatch(r"/tiles/\d+/\d+/\d+", path) for path in asked)
    assert watched.foreign("http://127.0.0.1:9/") == []
    assert page.evaluate("document.querySelectorAll('.zz-cross').length") == 0
    assert "天地图" in page.inner_text(".leaflet-control-attribution")


def test_the_file_has_no_tiles_even_if_the_map_has() -> None:
    html = standalone_html(draw_map(make_scene(background=parse_background("amap"))), ASSETS)
    assert "zhengzhi.tiles({" not in html
    assert "autonavi" not in html.lower()
