"""A target whose number holds blanks, quotes, angle brackets is selected like any other: list, map, address, wall."""

from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browsing import faults
from sites import served
from studies import area, days, many, study_of

ODD = """T 2024 "鼓楼" 'north' <b>&amp;"""
PLAIN = "T-plain"
ON_MAP = "(id) => window.zhengzhi.map.getBounds().contains(window.zhengzhi.places()[id].bounds)"
ROW = "#list-targets .item[data-id*='鼓楼']"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    incidents = many(12, (100, 100), "2024-02-05") + many(14, (3100, 100), "2024-02-06")
    study = study_of(
        incidents, [area(ODD, 0, 0), area(PLAIN, 3000, 0)], opening_period=days("2024-02-01", "2024-02-29")
    )
    with served(study) as address:
        yield address


def focus_of(url: str) -> list[str] | None:
    return parse_qs(urlsplit(url).query).get("focus")


def test_an_odd_number_is_selected_in_the_list_on_the_map_and_by_its_address(watched, site):
    page = watched.page
    page.goto(f"{site}?lang=en")
    page.locator(f"{ROW} a").first.click()
    page.wait_for_selector("#key-figures.of-place")
    assert focus_of(page.url) == [ODD]
    assert page.locator("#list-targets .item.on").count() == 1
    assert page.locator(".map .leaflet-popup-content h3").inner_text() == ODD
    assert page.evaluate(ON_MAP, ODD)
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: focus_of(url) is None)
    page.evaluate(f"window.zhengzhi.focus({PLAIN!r})")
    page.evaluate("(id) => window.zhengzhi.map.fitBounds(window.zhengzhi.places()[id].bounds.pad(1))", ODD)
    page.locator(".map [role=button]").evaluate_all("(all, id) => all.find((one) => one.ariaLabel === id).focus()", ODD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: focus_of(url) == [ODD])
    assert "on" in page.locator(ROW).get_attribute("class").split()
    page.goto(f"{site}?lang=en&focus={quote(ODD)}")
    assert page.locator("#list-targets .item.on .nm").first.inner_text().strip() == ODD
    assert page.locator(".map .leaflet-popup-content h3").inner_text() == ODD
    assert page.evaluate("document.querySelectorAll('.item b b, .leaflet-popup b b').length") == 0
    assert faults(watched) == []


def test_the_wall_turns_to_an_odd_number(watched, site):
    watched.page.set_viewport_size({"width": 1920, "height": 1080})
    watched.page.goto(f"{site}wall?lang=en&focus={quote(ODD)}")
    assert watched.page.locator("[data-place]").inner_text() == ODD
    assert watched.page.evaluate(ON_MAP, ODD)
    assert watched.page.evaluate("window.zhengzhi.map.getZoom()") > 12
    assert faults(watched) == []
