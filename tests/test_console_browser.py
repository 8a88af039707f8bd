"""The commander's screen in Chromium: a selection is everywhere, filters come in place, the old picture stays."""

import json
import re
from collections.abc import Iterator

import pytest
from browsing import CUT, ROW, faults, until
from conftest import Watched
from sites import served
from studies import area, days, incident, many, study_of

SETTLED = "body:not(.loading) .map.drawn"
ALL_IN_SIGHT = "(ids) => ids.every((id) => zhengzhi.map.getBounds().contains(zhengzhi.places()[id].bounds))"
BARS = "#time-line .bar.now"
MAIN = ".folium-map > .leaflet-map-pane"  # without what the inset shows
AREA = f"document.querySelector('{MAIN} .zz-heat-area')"
MARK = "document.documentElement.dataset.mark"  # lost with the document


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


@pytest.fixture
def page(watched: Watched, site: str):
    """The console in English, marked, so that a page that was left is noticed."""
    watched.page.goto(f"{site}?lang=en")
    watched.page.evaluate(f"void ({MARK} = 'same')")
    yield watched.page
    assert watched.foreign(site) == []


def settle(page, *parts: str) -> None:
    """Until the address has these parts and what was asked for stands on the page."""
    page.wait_for_url(lambda url: all(part in url for part in parts))
    page.wait_for_selector(SETTLED)


def is_same_document(page) -> bool:
    return page.evaluate(MARK) == "same"


def n(page) -> int:
    return int(re.sub(r"\D", "", page.locator("#key-figures .n").inner_text().splitlines()[0]))


def test_a_selected_row_has_its_own_figures_grid_and_months_and_esc_leads_back(page, watched):
    whole, row = n(page), page.locator(ROW).first
    count = int(row.locator(".c b").inner_text())
    row.locator("a").first.click()
    settle(page, "focus=")
    page.wait_for_selector("#key-figures.of-place")
    assert n(page) == count < whole
    name = row.locator("a").first.inner_text().strip()
    assert page.locator("#key-figures h1 b").inner_text() == name
    assert page.locator("#rhythms h2 em").all_inner_texts() == [name, name]
    assert page.locator("#time-line .of").inner_text() == name
    assert sum(int(t.rpartition(": ")[2]) for t in page.locator(f"{BARS} title").all_text_contents()) >= count
    assert sum(float(t) for t in page.locator("#rhythms .hw .n").all_text_contents()) == pytest.approx(count, abs=1)
    page.keyboard.press("Escape")
    page.wait_for_selector("#key-figures:not(.of-place)")
    assert n(page) == whole
    assert page.locator("#time-line .of").count() == 0
    assert "focus=" not in page.url
    assert is_same_document(page)
    assert watched.faults == []


def test_a_place_selected_on_the_map_filters_the_figures_and_the_link_leads_back_to_the_county(page):
    whole = n(page)
    page.locator(".zz-rank:visible").get_by_text("1", exact=True).first.click()
    page.wait_for_selector("#key-figures.of-place")
    row = page.locator("#list-hotspots .item.on")
    assert n(page) == int(row.locator(".c b").inner_text())
    assert "Hotspot 1" in page.locator("#key-figures h1").inner_text()
    page.locator("#back-to-county").click()
    page.wait_for_selector("#key-figures:not(.of-place)")
    assert n(page) == whole
    assert page.locator(".item.on").count() == 0


def test_a_link_with_a_focus_shows_a_colleague_the_same_even_without_scripts(browser, page, site):
    page.locator(ROW).nth(1).locator("a").first.click()
    settle(page, "focus=")
    page.wait_for_selector("#key-figures.of-place")
    address, count = page.url, n(page)
    other = browser.new_page(java_script_enabled=False)
    other.goto(address)
    assert n(other) == count
    assert other.locator("#key-figures.of-place").count() == 1
    other.locator("#back-to-county").click()
    assert other.locator("#key-figures.of-place").count() == 0
    other.locator("#unit-quarter").click()
    assert "from=2024-01-01&to=2024-03-31" in other.url
    other.close()


def test_a_filter_comes_without_leaving_and_the_map_keeps_its_view(page, watched):
    page.evaluate("void window.zhengzhi.map.setView([40.04, 117.4], 13, { animate: false })")
    page.locator(".zz-legend input").first.click()
    assert "heat" not in page.evaluate("window.zhengzhi.layers()")
    before = n(page)
    page.locator("#f-category").focus()
    page.locator("#f-category").select_option(index=1)
    settle(page, "category=", "layers=", "lang=en")
    assert n(page) < before
    assert is_same_document(page)
    assert page.evaluate("window.zhengzhi.map.getZoom()") == 13
    assert "heat" not in page.evaluate("window.zhengzhi.layers()")
    assert page.evaluate("window.zhengzhi.map.getCenter().lat") == pytest.approx(40.04, abs=0.001)
    assert page.locator(".leaflet-container.folium-map").count() == 1
    assert page.evaluate("document.activeElement.id") == "f-category"
    assert "loading" not in page.locator("body").get_attribute("class").split()
    assert faults(watched) == []


def test_back_and_forward_bring_their_pictures(page, watched):
    first = n(page)
    page.locator("#unit-year").click()
    settle(page, "from=2024-01-01&to=2024-12-31")
    page.wait_for_selector("#unit-year.on")
    year = n(page)
    page.go_back()
    page.wait_for_selector("#unit-year:not(.on)")
    page.wait_for_selector(SETTLED)
    assert (n(page), "from=" in page.url) == (first, False)
    page.go_forward()
    page.wait_for_selector("#unit-year.on")
    page.wait_for_selector(SETTLED)
    assert (n(page), is_same_document(page)) == (year, True)
    assert page.evaluate("window.localStorage.getItem('htmx-history-cache')") is None
    assert faults(watched) == []


def test_an_analysis_that_fails_keeps_the_old_picture_and_says_why_until_it_is_tried_again(page, monkeypatch):
    whole, address = n(page), page.url
    with monkeypatch.context() as patch:
        patch.setattr("web.views.console_main", lambda *_: (_ for _ in ()).throw(RuntimeError("secret path")))
        page.locator("#unit-quarter").click()
        page.wait_for_selector("#fault:not([hidden])")
        said = page.locator("#fault p").inner_text()
        assert "Something went wrong on the server" in said
        assert "secret" not in said
        assert (n(page), page.url) == (whole, address)
        assert page.locator(SETTLED).count() == 1
        assert page.locator(".leaflet-container.folium-map path").count() > 10
        assert page.evaluate(CUT) == []
    page.locator("[data-retry]").click()
    settle(page, "from=2024-01-01&to=2024-03-31")
    assert not page.locator("#fault").is_visible()
    assert is_same_document(page)


@pytest.mark.parametrize(("status", "said"), [(404, "data-outdated"), (401, "data-outdated"), (500, "data-otherwise")])
def test_finer_heat_that_does_not_come_leaves_the_coarse_and_says_why(page, watched, status, said):
    held = re.compile(r"/heat/\w+/\d+/")
    page.route(held, lambda route: route.fulfill(status=status, body=""))  # 404: of data that have changed since
    whole = n(page)
    page.evaluate("void zhengzhi.map.setView([40.045, 117.41], 14, { animate: false })")
    page.wait_for_selector("#fault:not([hidden])")
    assert page.locator("#fault p").inner_text() == page.locator("#fault").get_attribute(said)
    until(page, f"{AREA} && {AREA}.naturalWidth > 1 && getComputedStyle({AREA}).visibility === 'visible'")
    assert page.locator(f"{MAIN} .zz-heat-tiles").count() == 0
    assert n(page) == whole
    page.evaluate("void zhengzhi.map.panBy([300, 100], { animate: false })")
    assert page.locator(f"{MAIN} .zz-heat-area").count() == 1
    assert page.evaluate(CUT) == []
    page.unroute(held)
    with page.expect_navigation():
        page.locator("[data-retry]").click()
    page.evaluate("void zhengzhi.map.setView([40.045, 117.41], 14, { animate: false })")
    page.wait_for_selector(f"{MAIN} .zz-heat-tiles img.leaflet-tile-loaded")
    assert not page.locator("#fault").is_visible()
    assert [one for one in watched.faults if "/heat/" not in one and f"status of {status}" not in one] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_possible_and_a_server_that_is_away_are_said_in_place(watched, site, language):
    page = watched.page
    page.goto(f"{site}?lang={language}")
    until(page, "window.zhengzhi && window.zhengzhi.ready")
    whole = n(page)
    page.evaluate(
        "void window.consoleParts.go('/?kind=palace&lang=' + new URLSearchParams(location.search).get('lang'))"
    )
    page.wait_for_selector("#fault:not([hidden])")
    assert "palace" in page.locator("#fault p").inner_text()
    page.keyboard.press("Escape")
    assert not page.locator("#fault").is_visible()
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.wait_for_selector("#fault:not([hidden])")
    assert page.locator("#fault p").inner_text() == page.locator("#fault").get_attribute("data-unreachable")
    assert n(page) == whole
    page.context.set_offline(False)
    page.locator("[data-retry]").click()
    settle(page, "focus=")
    assert n(page) < whole


def test_a_journey_by_keyboard_alone(page, watched):
    page.keyboard.press("/")
    page.keyboard.type("banqiao")
    page.keyboard.press("Enter")
    settle(page, "focus=")
    page.wait_for_selector("#key-figures.of-place")
    assert "Banqiao Village" in page.locator("#key-figures h1").inner_text()
    assert page.evaluate("document.activeElement.closest('.item').classList.contains('on')")
    page.locator("#rhythms .hw a[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    chosen = page.evaluate("document.activeElement.id")
    assert chosen == "cell-1-1"
    page.keyboard.press("Enter")
    settle(page, "hours=4-8", "weekdays=6,7", "focus=")
    assert page.evaluate("document.activeElement.id") == chosen
    assert page.locator("#cell-1-1 .chosen").count() == 1
    page.keyboard.press("Enter")  # again: every hour
    page.wait_for_url(lambda url: "hours=" not in url)
    page.wait_for_selector(SETTLED)
    page.locator(".months a[tabindex='0']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    settle(page, "from=2024-02-01&to=2024-02-29")
    page.keyboard.press("[")
    settle(page, "from=2024-01-01&to=2024-01-31")
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.classList.contains('zhengzhi-map')")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "focus=" not in url)
    page.keyboard.press("?")
    assert page.locator(".help").is_visible()
    page.keyboard.press("Escape")
    assert is_same_document(page)
    assert faults(watched) == []


def test_every_kind_of_place_can_be_selected_and_a_whole_target_is_more_than_its_part(page):
    railway = page.locator("#list-targets .item.whole")
    railway.locator("a").first.click()
    page.wait_for_selector("#key-figures.of-place")
    whole = n(page)
    assert whole == int(railway.locator(".c b").inner_text())
    popup = page.locator(".map .leaflet-popup-content")
    assert popup.locator("h3").inner_text() == railway.locator("a").first.inner_text().strip()
    assert popup.locator("dt").all_inner_texts() == ["Jinji Railway", "Daqin Railway", "Jingqin Railway", "Period"]
    assert page.evaluate(ALL_IN_SIGHT, json.loads(railway.get_attribute("data-map")))
    page.locator("#list-targets .item.part a").first.click()
    settle(page, "focus=T-2024-tieluyanxian-")
    assert n(page) == int(page.locator("#list-targets .item.part.on .c b").inner_text())
    page.locator("#tab-zones").click()
    page.locator("#list-zones .item a").first.click()
    page.wait_for_selector("#key-figures h1 b:has-text('Zone of')")
    assert n(page) == int(page.locator("#list-zones .item.on .c b").inner_text())


def test_against_the_period_before_every_word_says_so(page):
    page.locator("#against-prior").click()
    settle(page, "against=prior")
    assert "period before" in page.locator("#key-figures").inner_text()
    assert "last year" not in page.locator("#console").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)])
def test_signs_and_deadlines_are_tabs_when_narrow_and_open_when_wide_and_nothing_is_cut(watched, site, language, size):
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    for tab in ("signs", "todo"):
        watched.page.goto(f"{site}?lang={language}&tab={tab}&hours=22-4&weekdays=1-5&against=prior")
        is_wide = size[0] >= 1680
        assert watched.page.locator(f"#list-{tab}").is_visible()
        assert watched.page.locator("#list-signs").is_visible() == (is_wide or tab == "signs")
        assert watched.page.locator("#list-targets").is_visible() == is_wide
        assert watched.page.locator("#tab-todo").is_visible() != is_wide
        assert watched.page.evaluate(CUT) == []
    assert watched.faults == []


def test_one_incident_everything_in_one_place_and_nothing_at_all_are_whole(watched):
    incidents = [incident((9000, 9000), "2022-01-01T12:00"), incident((100, 100), "2024-01-05T08:00")]
    incidents += many(29, (100, 100), "2024-02-01", spread_m=0.0)
    study = study_of(
        incidents, [area("武定苑", 0, 0), area("空", 3000, 0)], opening_period=days("2024-02-01", "2024-02-29")
    )
    with served(study) as address:
        for query, told in (
            ("", "29"),
            ("focus=武定苑", "29"),
            ("focus=空", "No incident here"),
            ("from=2024-01-01&to=2024-01-31", "One single incident, on 2024-01-05"),
            ("from=2024-03-01&to=2024-03-31", "No incident in this period"),
        ):
            watched.page.goto(f"{address}?lang=en&{query}")
            assert told in watched.page.locator("#key-figures").inner_text()
            assert watched.page.evaluate(CUT) == []
    assert watched.faults == []


def test_the_page_stays_below_a_megabyte(page, site):
    assert len(page.request.get(f"{site}?from=2022-01-01&to=2024-12-31").body()) < 1_000_000
