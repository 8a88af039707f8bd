"""Before and after in Chromium: the maps move together; the months' slider goes, plays and stops."""

import json
import os
from collections.abc import Iterator

import pytest
from browsing import CUT, ROW, faults, until
from conftest import Watched
from sites import served
from studies import area, many, study_of

SIZES = ((1366, 768), (1920, 1080), (390, 844))
PLACES = """() => [window.zhengzhiBefore, window.zhengzhi].map((side) => {
  const center = side.map.getCenter();
  return [center.lat.toFixed(6), center.lng.toFixed(6), side.map.getZoom()];
})"""
GROUND = """(() => { const center = zhengzhi.map.getCenter();
  return [center.lat.toFixed(5) + '0', center.lng.toFixed(5) + '0', zhengzhi.map.getZoom()]; })()"""
FOCUS = "new URL(location.href).searchParams.get('focus')"
PICTURED = "Array.prototype.every.call(document.images, (image) => image.complete)"
HEAT = "document.querySelector('.zz-heat-area').src"


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


def opened(watched: Watched, address: str) -> Watched:
    if watched.page.url != "about:blank":
        watched.page.wait_for_load_state("networkidle")
    watched.page.goto(address)
    assert watched.page.evaluate("window.zhengzhi.ready")
    return watched


def both(watched: Watched) -> list[list[object]]:
    """Where the two maps stand."""
    return watched.page.evaluate(PLACES)


def shows(watched: Watched, month: str) -> None:
    """Wait until a month's heat is on the map."""
    watched.page.wait_for_selector(f".heat-months[data-shown='{month}']")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_comparison_fits_every_screen_and_asks_nobody_else(watched, site, language):
    opened(watched, f"{site}compare?lang={language}")
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        assert watched.page.evaluate(CUT) == [], (language, width)
        until(watched.page, PICTURED)
        if "PICTURES" in os.environ:
            watched.page.screenshot(path=f"{os.environ['PICTURES']}/compare-{language}-{width}.png")
    assert faults(watched) == []
    assert watched.foreign(site) == []


def test_what_one_map_does_the_other_does_too(watched, site):
    opened(watched, f"{site}compare")
    first = both(watched)
    assert first[0] == first[1]
    watched.page.evaluate("window.zhengzhi.map.setView([40.05, 117.42], 13, { animate: false })")
    assert both(watched) == [["40.050000", "117.420000", 13]] * 2
    box = watched.page.locator("#map-before").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    watched.page.mouse.move(x, y)
    watched.page.mouse.down()
    watched.page.mouse.move(x + 60, y + 40, steps=4)
    watched.page.mouse.up()
    moved = both(watched)
    (left_lat, left_lng, _), (right_lat, right_lng, zoom) = [[float(value) for value in one] for one in moved]
    a_pixel = 1.01 * 360 / 256 / 2**13
    assert (left_lat, left_lng) == pytest.approx((right_lat, right_lng), abs=a_pixel)
    assert (zoom, abs(right_lng - 117.42) > 30 * a_pixel, abs(right_lat - 40.05) > 20 * a_pixel) == (13, True, True)
    assert faults(watched) == []


def test_the_address_says_where_the_maps_stand_and_brings_them_there_again(watched, site):
    opened(watched, f"{site}compare?from=2024-02-01&to=2024-03-31")
    watched.page.evaluate("window.zhengzhi.map.setView([40.05, 117.42], 12.5, { animate: false })")
    address = watched.page.evaluate("window.location.href")
    assert "at=40.05000%2C117.42000%2C12.5" in address
    opened(watched, address)
    assert both(watched) == [["40.050000", "117.420000", 12.5]] * 2
    watched.page.keyboard.press("[")
    watched.page.wait_for_url("**/compare?from=2023-12-01**")
    assert "at=40.05" in watched.page.url


def test_what_is_selected_and_its_ground_go_along_to_the_comparison_and_back(watched, site):
    opened(watched, f"{site}?lang=en")
    page = watched.page
    page.locator(f"{ROW} a").nth(1).click()
    page.wait_for_selector("#key-figures.of-place")
    page.locator(".zz-legend input").first.click()
    page.wait_for_timeout(400)  # the popup moves the map until it is in sight
    ground, layers, focus = (page.evaluate(one) for one in (GROUND, "zhengzhi.layers().sort()", FOCUS))
    page.get_by_role("link", name="Before and after").click()
    page.wait_for_url("**/compare?**")
    page.wait_for_load_state("load")
    assert both(watched) == [ground] * 2
    assert page.evaluate("zhengzhi.layers().sort()") == layers
    page.get_by_role("link", name="Back to the map").click()
    page.wait_for_url("**/?**")
    page.wait_for_load_state("load")
    assert page.locator("#key-figures.of-place").count() == 1
    assert (page.evaluate(FOCUS), page.evaluate(GROUND)) == (focus, ground)
    assert page.evaluate("zhengzhi.layers().sort()") == layers
    assert faults(watched) == []


def test_a_layer_that_is_switched_off_goes_from_both_maps(watched, site):
    opened(watched, f"{site}compare")
    watched.page.evaluate("window.zhengzhi.setLayers(['heat', 'hotspots'])")
    layers = watched.page.evaluate("[window.zhengzhiBefore, window.zhengzhi].map((side) => side.layers().sort())")
    assert layers == [["heat", "hotspots"]] * 2
    assert "layers=heat%2Chotspots" in watched.page.url


def test_both_halves_have_the_one_scale_which_covers_neither(watched, site):
    opened(watched, f"{site}compare")
    scales = watched.page.evaluate(
        "Array.from(document.querySelectorAll('.zz-scale')).map((s) => s.querySelector('ol').textContent)"
    )
    assert scales == ["131030100"]
    assert watched.page.locator(".verdict .zz-legend").is_visible()
    watched.page.locator(".verdict .zz-legend input[value=hotspots]").uncheck()
    for side in ("zhengzhiBefore", "zhengzhi"):
        assert "hotspots" not in watched.page.evaluate(f"window.{side}.layers()")
    assert watched.page.evaluate("document.querySelectorAll('.zz-heat-area').length") >= 2


def test_without_an_earlier_year_the_page_says_why(watched):
    with served(study_of(many(12, (100, 100), "2024-02-05"), [area("武定苑", 0, 0)])) as address:
        opened(watched, f"{address}compare?lang=en")
        assert "nothing to compare with" in watched.page.locator(".nothing").inner_text()
        assert faults(watched) == []


def test_close_by_the_heat_comes_as_tiles_that_reach_under_each_other(watched, site):
    opened(watched, site)
    watched.page.evaluate("window.zhengzhi.map.setView([40.045, 117.41], 14.25, { animate: false })")
    watched.page.wait_for_selector(".folium-map .zz-heat-tiles img.leaflet-tile-loaded >> nth=1")
    watched.page.wait_for_selector(".folium-map > .leaflet-map-pane .zz-heat-area", state="detached")
    style = watched.page.evaluate(
        """() => { const style = getComputedStyle(document.querySelector('.zz-heat-tiles img'));
        return [style.width, style.height, style.marginLeft, style.mixBlendMode]; }"""
    )
    assert style == ["516px", "516px", "-2px", "normal"]
    if "PICTURES" in os.environ:
        watched.page.screenshot(path=f"{os.environ['PICTURES']}/close.png")
    watched.page.evaluate("window.zhengzhi.map.setView([40.045, 117.41], 10, { animate: false })")
    watched.page.wait_for_selector(".zz-heat-area", state="attached")
    assert faults(watched) == []


def test_the_slider_swaps_the_heat_says_the_count_and_keeps_the_address(watched, site):
    opened(watched, f"{site}?lang=en")
    own = watched.page.evaluate(HEAT)
    heading = watched.page.locator(".zz-scale h3 span")
    first = heading.inner_text()
    watched.page.locator(".months-open").click()
    watched.page.wait_for_selector(".heat-months[data-shown]")
    months = json.loads(watched.page.evaluate("fetch('/months?lang=en').then((answer) => answer.text())"))["months"]
    assert len(months) == 24
    shows(watched, "2024-03")  # the last of the period, not of the data
    watched.page.locator(".months-slider").focus()
    watched.page.keyboard.press("Home")
    shows(watched, f"{months[0]['month']}")
    watched.page.keyboard.press("ArrowRight")
    shows(watched, f"{months[1]['month']}")
    assert watched.page.evaluate(HEAT).endswith(months[1]["area"])
    assert watched.page.locator(".months-told").inner_text() == months[1]["told"]
    assert heading.inner_text() == months[1]["title"]
    assert f"month={months[1]['month']}" in watched.page.url
    if "PICTURES" in os.environ:
        watched.page.screenshot(path=f"{os.environ['PICTURES']}/months-en.png")
    watched.page.keyboard.press("Escape")
    assert watched.page.evaluate(HEAT) == own
    assert heading.inner_text() == first
    assert "month=" not in watched.page.url
    assert faults(watched) == []


def test_an_address_with_a_month_shows_it_and_space_plays_on_to_the_last(watched, site):
    months = json.loads(opened(watched, site).page.evaluate("fetch('/months').then((answer) => answer.text())"))[
        "months"
    ]
    opened(watched, f"{site}?month={months[-3]['month']}")
    shows(watched, f"{months[-3]['month']}")
    watched.page.locator(".months-slider").focus()
    watched.page.keyboard.press(" ")
    assert watched.page.locator(".months-play").get_attribute("aria-pressed") == "true"
    shows(watched, f"{months[-1]['month']}")
    watched.page.wait_for_selector(".months-play[aria-pressed=false]")
    asked = [url for url in watched.requests if "area.png" in url]
    assert sum(months[-1]["area"] in url for url in asked) <= 2  # fetched ahead, and never anew
    if "PICTURES" in os.environ:
        watched.page.set_viewport_size({"width": 1366, "height": 768})
        watched.page.screenshot(path=f"{os.environ['PICTURES']}/months-zh.png")
    assert faults(watched) == []


def test_moving_by_hand_stops_the_play(watched, site):
    opened(watched, f"{site}?month=2024-01")
    shows(watched, "2024-01")
    watched.page.locator(".months-play").click()
    watched.page.keyboard.press("ArrowLeft")
    assert watched.page.locator(".months-play").get_attribute("aria-pressed") == "false"
