"""The map in a browser: how it looks, and how it answers."""

from pathlib import Path
from typing import Any

import pytest
import shapely

from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.page import standalone_html
from geo_zhengzhi.render.symbols import LEVEL_WEIGHTS
from tests.scenes import ASSETS, make_scene

# how it looks


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    paths = {}
    for language in ("zh", "en"):
        paths[language] = tmp_path_factory.mktemp("maps") / f"{language}.html"
        paths[language].write_text(standalone_html(draw_map(make_scene(language)), ASSETS), encoding="utf-8")
    return paths


@pytest.fixture(scope="module")
def opened(browser: Any, files: dict[str, Path]) -> Any:
    """One open page for the module, and what went wrong on it."""
    page, faults = browser.new_page(viewport={"width": 1366, "height": 768}), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(files["en"].as_uri())
    page.evaluate("window.first = [zhengzhi.layers(), zhengzhi.map.getCenter(), zhengzhi.map.getZoom()]; 0")
    yield page, faults
    page.close()


@pytest.fixture
def page(opened: Any) -> Any:
    """The page as it was when it was opened."""
    page, faults = opened
    page.evaluate("zhengzhi.map.closePopup(); zhengzhi.setLayers(first[0]); window.heard = []; 0")
    page.evaluate("zhengzhi.map.setView(first[1], first[2], {animate: false}); 0")
    come_to_rest(page)
    yield page
    assert faults == []


def come_to_rest(page: Any) -> None:
    """Symbols are arranged in the next frame."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def come_to(page: Any, latitude: float, longitude: float, zoom: float) -> None:
    page.evaluate(f"void zhengzhi.map.setView([{latitude}, {longitude}], {zoom}, {{animate: false}})")
    come_to_rest(page)


def computed(page: Any, selector: str, name: str) -> Any:
    return page.evaluate("([s, n]) => getComputedStyle(document.querySelector(s))[n]", [selector, name])


def test_heat_has_the_five_colours_at_86_per_cent(page: Any) -> None:
    assert computed(page, ".zz-pane-heat", "opacity") == "0.86"
    wanted = ["rgb(251, 227, 176)", "rgb(245, 188, 114)", "rgb(229, 135, 74)", "rgb(191, 76, 63)", "rgb(116, 32, 63)"]
    assert [computed(page, f"path.zz-heat-{n}", "fill") for n in range(1, 6)] == wanted
    assert page.inner_text(".zz-scale ol").split() == ["1", "3", "10", "30", "100"]


def test_the_legend_gives_unit_and_days_and_names_only_what_is_drawn(page: Any) -> None:
    assert "incidents per km², 59 days, fixed scale" in page.inner_text(".zz-scale")
    words = page.evaluate("[...document.querySelectorAll('.zz-entries label > span')].map((e) => e.textContent)")
    assert len(words) == 12
    assert not {"school", "district"} & set(words)


def test_the_weight_of_an_outline_is_its_level(page: Any) -> None:
    come_to(page, 40.045, 117.402, 15)
    assert computed(page, "path.zz-target.zz-city", "strokeWidth") == f"{LEVEL_WEIGHTS['city']:g}px"
    assert computed(page, "path.zz-target.zz-county", "strokeWidth") == f"{LEVEL_WEIGHTS['county']:g}px"


def test_a_target_under_24_px_is_a_badge_only(page: Any) -> None:
    hidden = "document.querySelectorAll('main > div > .leaflet-map-pane path.zz-target.zz-hidden').length"
    come_to(page, 40.04, 117.40, 10)
    assert page.evaluate(hidden) == 5
    come_to(page, 40.04, 117.40, 16)
    assert page.evaluate(hidden) == 0


def test_a_corridor_has_its_true_width_once_that_is_wide_enough_to_see(page: Any) -> None:
    hidden = "(c) => document.querySelector('path.' + c).classList.contains('zz-hidden')"
    come_to(page, 39.9, 117.44, 10)
    assert (page.evaluate(hidden, "zz-band"), page.evaluate(hidden, "zz-narrow-0")) == (True, False)
    come_to(page, 39.9, 117.44, 14)
    assert (page.evaluate(hidden, "zz-band"), page.evaluate(hidden, "zz-narrow-0")) == (False, True)


def test_ranks_one_to_three_are_solid_and_the_rest_hollow(page: Any) -> None:
    shown = page.evaluate(
        "[...new Set([...document.querySelectorAll('.zz-rank')].map((d) => d.textContent + d.className))]"
    )
    assert all(("zz-low" in text) == (int(text[0]) > 3) for text in shown)
    assert {text[0] for text in shown} == set("12345678")


TEXTS = """() => [...document.querySelectorAll('body *')].filter((e) => [...e.childNodes].some(
  (n) => n.nodeType === 3 && n.textContent.trim())
  && !['SCRIPT', 'STYLE'].includes(e.tagName)).map((e) => parseFloat(getComputedStyle(e).fontSize))"""


def test_no_text_is_below_12_px(page: Any) -> None:
    page.evaluate("zhengzhi.focus('H-03')")
    sizes = page.evaluate(TEXTS)
    assert len(sizes) > 30
    assert min(sizes) >= 12


NAMES = """() => [...document.querySelectorAll('.zz-name')].filter((e) => getComputedStyle(e).visibility === 'visible'
  && !e.closest('.zz-inset')).map((e) => e.getBoundingClientRect()).map((r) => [r.left, r.top, r.right, r.bottom])"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1366, 1920])
def test_names_never_cover_each_other(watched: Any, files: dict[str, Path], language: str, width: int) -> None:
    watched.page.set_viewport_size({"width": width, "height": width * 9 // 16})
    watched.page.goto(files[language].as_uri())
    for zoom in (9, 10.5, 13, 16):
        come_to(watched.page, 40.03, 117.40, zoom)
        boxes = [shapely.box(*corners) for corners in watched.page.evaluate(NAMES)]
        assert boxes
        assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if shapely.intersection(a, b).area > 0.5]


def test_the_scale_bar_is_as_long_as_it_says(page: Any) -> None:
    come_to(page, 40.0, 117.4, 12)
    words = page.inner_text(".zz-foot .zz-scalebar span").split()
    metres = float(words[0]) * (1000 if words[1] == "km" else 1)
    drawn = page.evaluate("document.querySelector('.zz-foot .zz-scalebar i').getBoundingClientRect().width")
    on_ground = page.evaluate(
        "(w) => zhengzhi.map.distance(zhengzhi.map.containerPointToLatLng([300, zhengzhi.map.getSize().y / 2]),"
        "zhengzhi.map.containerPointToLatLng([300 + w, zhengzhi.map.getSize().y / 2]))", drawn)  # fmt: skip
    assert on_ground == pytest.approx(metres, rel=0.01)


def test_attributions_stand_on_the_map_without_the_librarys_own(page: Any) -> None:
    assert page.inner_text(".leaflet-control-attribution") == "© OpenStreetMap contributors (ODbL)"


def test_grid_crosses_stand_in_for_a_background(page: Any) -> None:
    assert page.evaluate("document.querySelectorAll('.zz-cross').length") > 10


def test_the_inset_enlarges_the_crowd_and_gives_way_when_the_map_comes_close(page: Any) -> None:
    shown = "getComputedStyle(document.querySelector('.zz-inset')).display"
    assert page.evaluate(shown) != "none"
    assert page.evaluate("document.querySelectorAll('.zz-inset .zz-rank').length") == 8
    come_to(page, 40.04, 117.40, 14)
    assert page.evaluate(shown) == "none"


def test_no_place_grows_when_the_inset_is_laid_around_the_crowd(page: Any) -> None:
    grown = page.evaluate(
        "() => Object.keys(zhengzhi.places()).map((id) => zhengzhi.places()[id])"
        ".filter((place) => !L.geoJSON(place.feature.shape).getBounds().equals(place.bounds))"
        ".map((place) => place.feature.id)")  # fmt: skip
    assert grown == []


# how it answers


def test_focus_comes_close_and_opens_the_popup(page: Any) -> None:
    assert page.evaluate("zhengzhi.focus('H-03')") is True
    assert page.inner_text(".zz-pop h3") == "Hotspot 3"
    assert page.evaluate("zhengzhi.map.getZoom()") >= 15
    assert page.evaluate("zhengzhi.focus('nowhere')") is False
    assert page.evaluate("zhengzhi.focus('__proto__')") is False


def test_focus_shows_a_layer_that_was_off(page: Any) -> None:
    page.evaluate("zhengzhi.setLayers(['outline'])")
    page.evaluate("zhengzhi.focus('H-01')")
    assert page.evaluate("zhengzhi.layers()") == ["outline", "hotspots"]


def test_a_click_tells_the_page_what_was_selected(page: Any) -> None:
    page.evaluate("window.addEventListener('zhengzhi:select', (e) => heard.push(e.detail.id))")
    come_to(page, 40.0322, 117.4345, 15.5)
    page.locator(".zz-rank", has_text="3").first.click()
    assert page.evaluate("heard") == ["H-03"]
    assert page.inner_text(".zz-pop h3") == "Hotspot 3"


def test_a_symbol_answers_to_the_keyboard(page: Any) -> None:
    come_to(page, 40.0322, 117.4345, 15.5)
    page.evaluate("[...document.querySelectorAll('[role=button]')].find((e) => e.textContent.startsWith('3')).focus()")
    page.keyboard.press("Enter")
    assert page.inner_text(".zz-pop h3") == "Hotspot 3"


def test_escape_closes_the_popup_and_l_folds_the_legend(page: Any) -> None:
    page.evaluate("zhengzhi.focus('H-03')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".zz-pop", state="detached")
    page.keyboard.press("l")
    assert not page.is_visible(".zz-entries")
    page.keyboard.press("l")
    assert page.is_visible(".zz-entries")


def test_the_legend_switches_layers_and_tells_the_page(page: Any) -> None:
    page.evaluate("window.addEventListener('zhengzhi:layers', (e) => heard.push(e.detail.layers))")
    page.uncheck(".zz-legend input[value=heat]")
    assert page.evaluate("document.querySelectorAll('path.zz-heat').length") == 0
    page.check(".zz-legend input[value=heat]")
    assert page.evaluate("document.querySelectorAll('path.zz-heat').length") == 10  # map and inset
    assert page.evaluate("heard.map((l) => l.includes('heat'))") == [False, True]


def test_setting_the_layers_ticks_the_legend(page: Any) -> None:
    page.evaluate("zhengzhi.setLayers(['heat', 'hotspots', 'unknown'])")
    ticked = page.evaluate("[...document.querySelectorAll('.zz-legend input:checked')].map((b) => b.value)")
    assert sorted(ticked) == ["heat", "hotspots"]


def test_paper_gets_the_whole_map_without_controls(page: Any) -> None:
    before = page.evaluate("zhengzhi.map.getBounds().toBBoxString()")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    box = page.evaluate("document.querySelector('main').getBoundingClientRect().toJSON()")
    assert box["width"] == pytest.approx(277 / 25.4 * 96, abs=2)
    assert not page.is_visible(".leaflet-control-zoom")
    assert page.is_visible(".zz-scale")
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("zhengzhi.map.getBounds().toBBoxString()") == before
