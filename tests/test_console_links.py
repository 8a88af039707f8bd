"""What the page has changed in its address since the server wrote its links goes along where they lead."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import ROW, faults
from sites import served

DAYS = "from=2024-02-01&to=2024-03-31"
SETTLED = "body:not(.loading) .map.drawn"


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


@pytest.fixture
def page(watched, site):
    watched.page.goto(f"{site}?{DAYS}&lang=zh")
    watched.page.wait_for_selector(SETTLED)
    yield watched.page
    assert faults(watched) == []


def asked(page) -> dict[str, str]:
    """The address's names and values."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def select(page, row) -> str:
    """Select a row; what the address calls it."""
    row.locator("a").first.click()
    page.wait_for_selector("#key-figures.of-place")
    page.wait_for_selector(SETTLED)
    return asked(page)["focus"]


@pytest.mark.parametrize(
    ("act", "reached"),
    [
        ("document.querySelector('#unit-quarter').click()", "to=2024-03-31"),
        ("document.querySelector('#step-before').click()", "to=2024-01-31"),
        ("document.querySelector('#against-prior').click()", "against=prior"),
    ],
)
def test_a_target_that_was_selected_stays_selected_whatever_is_asked_next(page, act, reached):
    focus = select(page, page.locator(ROW).nth(1))
    page.evaluate(act)
    page.wait_for_url(lambda url: reached in url and url.partition("?")[2] != f"{DAYS}&lang=zh&focus={focus}")
    page.wait_for_selector(f"{SETTLED}")
    assert asked(page)["focus"] == focus
    assert page.locator("#key-figures.of-place").count() == 1


def test_a_filter_keeps_the_target_selected_last_and_not_the_one_the_page_came_with(page, site):
    first = select(page, page.locator(ROW).nth(0))
    page.goto(page.url)
    page.wait_for_selector(SETTLED)
    second = select(page, page.locator(ROW).nth(1))
    assert first != second
    page.locator("#f-category").select_option(index=1)
    page.wait_for_url("**category=**")
    page.wait_for_selector(SETTLED)
    assert asked(page)["focus"] == second
    page.locator("#back-to-county").click()
    page.wait_for_selector("#key-figures:not(.of-place)")
    page.locator("#unit-year").click()
    page.wait_for_url("**to=2024-12-31**")
    assert "focus" not in asked(page)


def test_a_weeks_bar_leads_to_its_week_with_the_target_still_selected(page):
    focus = select(page, page.locator(ROW).nth(0))
    page.locator("#week-2024-02-19").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2024-02-26&to=2024-03-03**")
    page.wait_for_selector("#unit-week.on")
    assert asked(page)["focus"] == focus
    assert page.evaluate("document.activeElement.id") == "week-2024-02-26"


def test_a_hotspot_is_left_behind_with_its_period_but_not_with_the_language(page):
    page.locator("#tab-hotspots").click()
    focus = select(page, page.locator("#list-hotspots .item").first)
    page.locator(".zz-legend input[value=heat]").click()
    page.locator("[hreflang=en]").click()
    page.wait_for_url("**lang=en**")
    page.wait_for_selector(SETTLED)
    there = asked(page)
    assert (there["focus"], there["tab"], "heat" in there["layers"].split(",")) == (focus, "hotspots", False)
    assert page.locator("#key-figures.of-place").count() == 1
    assert "heat" not in page.evaluate("window.zhengzhi.layers()")
    page.locator("#unit-year").click()
    page.wait_for_url("**to=2024-12-31**")
    assert "focus" not in asked(page)


def test_the_month_that_is_shown_stays_when_a_filter_changes(page):
    page.locator(".months-open").click()
    page.wait_for_selector(".heat-months[data-shown='2024-03']")
    page.locator(".months-slider").press("ArrowLeft")
    page.wait_for_selector(".heat-months[data-shown='2024-02']")
    page.locator("#f-category").select_option(index=1)
    page.wait_for_url("**category=**")
    page.wait_for_selector(".heat-months[data-shown='2024-02']")
    assert "category=" in page.evaluate("document.querySelector('.zz-heat-area').src")
    page.locator(".months-close").click()
    page.wait_for_url(lambda url: "month=" not in url)


STANDS = "(({ lat, lng }, zoom) => [lat, lng, zoom])(zhengzhi.map.getCenter(), zhengzhi.map.getZoom())"


def moved_by_hand(page) -> list[float]:
    """Where the map stands once a hand has zoomed it by its button and moved it by its keys."""
    page.locator(".map .leaflet-control-zoom-in").click()
    page.wait_for_url("**at=**")
    page.locator(".map .folium-map").focus()
    before = asked(page)["at"]
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "at=" in url and before.replace(",", "%2C") not in url and before not in url)
    return page.evaluate(STANDS)


def test_a_link_shows_a_colleague_the_ground_that_a_hand_has_moved_the_map_to(page, site):
    assert "at" not in asked(page)
    stands = moved_by_hand(page)
    page.locator("#unit-quarter").click()
    page.wait_for_url("**to=2024-03-31**")
    page.wait_for_selector(SETTLED)
    link = page.url
    page.goto("about:blank")
    page.goto(link.replace("lang=zh", "lang=en"))
    page.wait_for_selector(SETTLED)
    assert page.evaluate(STANDS) == pytest.approx(stands, abs=2e-3)


def test_what_is_selected_afterwards_is_shown_and_not_the_ground_from_before(page):
    moved_by_hand(page)
    select(page, page.locator(ROW).nth(1))
    assert "at" not in asked(page)


@pytest.mark.parametrize("at", ["", "x", "1,2", "nan,1,2", "1,2,3,4", "9999,9999,99", "%3Cb%3E,1,2"])
def test_a_place_that_is_none_does_no_harm(page, site, at):
    page.goto(f"{site}?{DAYS}&lang=zh&at={at}")
    page.wait_for_selector(SETTLED)
    assert page.evaluate("zhengzhi.ready")
