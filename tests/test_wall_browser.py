"""The wall in Chromium: a simulated hour with a restart and an import in it; what is said while nothing answers."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from accounts import PASSWORD, QUICK
from browsing import CUT
from conftest import Watched
from playwright.sync_api import Page, expect
from wall_sites import WATCHER, CountySite, ProcessSite, import_some, targets, watcher

from tests.stores import SHARED_ON_SQLITE

pytestmark = pytest.mark.usefixtures("quick_passwords")

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP_MS, STEPS_AN_HOUR = 15_000, 240
CYCLE = [0, 0, 1, 2, 3, 4, 5]  # the county has thirty seconds, each of the five places fifteen
SHOWN = "[...document.querySelectorAll('.wall-row')].findIndex((row) => row.classList.contains('on')) + 1"
PARTS = re.compile(r"/wall/parts")
OVERFLOWING = """() => ['.wall-head', '.wall-side', '.wall-figure', '.wall-places', '.wall-time'].filter((name) => {
  const element = document.querySelector(name);
  return element.scrollHeight > element.clientHeight + 1 || element.scrollWidth > element.clientWidth + 1;
})"""


@pytest.fixture(scope="module")
def county(module_store, tmp_path_factory) -> Iterator[CountySite]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        watcher(module_store)
        targets(module_store)
        import_some(module_store, tmp_path_factory.mktemp("first"), "a", 3)
        site = CountySite(module_store, tmp_path_factory.mktemp("cache"))
        yield site
        site.stop()


@pytest.fixture
def page(watched: Watched, county: CountySite) -> Page:
    """The wall in English, signed in, its clock in the test's hand."""
    return opened(watched.page, county)


def opened(page: Page, county: CountySite) -> Page:
    """The wall of a site, signed in."""
    page.clock.install(time=BEGAN)
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{county.address}sign-in?lang=en&next=/wall?lang=en")
    page.clock.pause_at(BEGAN + timedelta(minutes=5))  # from now on only the test moves it
    page.locator("input[name=name]").fill(WATCHER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/wall?lang=en")
    assert page.evaluate("window.zhengzhi.ready")
    return page


def n(page: Page) -> int:
    return int(page.locator(".wall-main-figure .n").inner_text().replace(",", ""))


def step(page: Page) -> None:
    page.clock.run_for(STEP_MS)


def minute(page: Page) -> None:
    """Four steps, and the answer of the poll that the last of them makes."""
    for _ in range(3):
        step(page)
    with page.expect_response(PARTS):
        step(page)


def counters(page: Page) -> dict[str, int]:
    """Nodes and listeners that the page keeps alive, after the rubbish was taken out."""
    tools = page.context.new_cdp_session(page)
    for _ in range(2):  # what one round has let go of may hold more
        tools.send("HeapProfiler.collectGarbage")
    found = tools.send("Memory.getDOMCounters")
    return {name: found[name] for name in ("documents", "nodes", "jsEventListeners")}


def test_the_wall_display_runs_a_simulated_hour(page, watched, county, tmp_path):
    assert page.locator(".wall-row").count() == 5
    first, added, shown, before = n(page), 0, [page.evaluate(SHOWN)], {}
    watched.requests.clear()
    for number in range(1, 61):
        if number == 20:
            added = import_some(county.store, tmp_path, "b", 20)
        for _ in range(3):
            step(page)
            shown.append(page.evaluate(SHOWN))
        with page.expect_response(PARTS):
            step(page)
        shown.append(page.evaluate(SHOWN))
        if number == 20:
            expect(page.locator(".wall-main-figure .n")).to_have_text(str(first + added))
            expect(page.locator(".wall-map .ground")).to_have_count(1)
        if number in (25, 60):
            before[number] = counters(page)
    assert n(page) == first + added
    assert len([url for url in watched.requests if PARTS.search(url)]) == 60
    assert shown[:STEPS_AN_HOUR] == (CYCLE * 40)[:STEPS_AN_HOUR]
    assert before[60]["documents"] <= before[25]["documents"]
    assert before[60]["nodes"] <= before[25]["nodes"] * 1.1
    assert before[60]["jsEventListeners"] <= before[25]["jsEventListeners"] * 1.1
    assert page.locator(".wall-map .ground").count() == 1
    # A tile of heat that the next turn comes before is left by the map, one of the data before the import is refused
    # until the next poll: coarser heat stands in for both.
    heat = r"(failed request|404) \S+/heat/|console Failed to load resource: the server responded with a status of 404"
    assert [fault for fault in watched.faults if not re.match(heat, fault)] == []
    assert watched.foreign(county.address) == []


def test_a_restarted_server_shows_the_strip_on_the_old_picture_and_the_wall_heals_by_itself(page, county):
    before = n(page)
    page.evaluate("void (document.documentElement.dataset.mark = 'same')")
    county.stop()
    try:
        for _ in range(3):
            step(page)
        with page.expect_event("requestfailed", lambda request: PARTS.search(request.url) is not None):
            step(page)
        page.wait_for_selector("#strip:not([hidden])")
        clock = page.locator("[data-clock]").inner_text()
        assert page.locator("#strip b").inner_text() == f"Data stopped at {clock}"
        assert "nothing to be done here" in page.locator("#strip").inner_text()
        strip, figure = (page.locator(one).bounding_box() for one in ("#strip", ".wall-figure"))
        assert figure["y"] >= strip["y"] + strip["height"], "what is old can still be read"
        assert page.evaluate(OVERFLOWING) == []
        assert n(page) == before
        with page.expect_event("requestfailed", lambda request: PARTS.search(request.url) is not None):
            step(page)  # now it asks at each step, and turns on meanwhile
    finally:
        county.start()
    with page.expect_response(PARTS):
        step(page)
    page.wait_for_selector("#strip", state="hidden")
    assert n(page) == before
    assert page.evaluate("document.documentElement.dataset.mark") == "same"


@SHARED_ON_SQLITE
def test_a_killed_server_process_that_starts_anew_on_its_port_heals_the_wall(watched, county, tmp_path):
    server = ProcessSite(county.store, tmp_path)
    try:
        page = opened(watched.page, server)
        before = n(page)
        page.evaluate("void (document.documentElement.dataset.mark = 'same')")
        server.stop()
        for _ in range(3):
            step(page)
        with page.expect_event("requestfailed", lambda request: PARTS.search(request.url) is not None):
            step(page)
        page.wait_for_selector("#strip:not([hidden])")
        assert n(page) == before
        server.start()
        with page.expect_response(PARTS):
            step(page)
        page.wait_for_selector("#strip", state="hidden")
        assert n(page) == before
        assert page.evaluate("document.documentElement.dataset.mark") == "same", "the page was never left"
    finally:
        server.stop()


@SHARED_ON_SQLITE
def test_a_session_that_ended_is_said_and_esc_leads_by_the_sign_in_back_to_the_wall(page, county):
    page.context.clear_cookies()
    minute(page)
    page.wait_for_selector("#strip:not([hidden])")
    assert "press Esc and sign in" in page.locator("#strip").inner_text()
    assert page.locator(".wall-main-figure .n").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_url("**/sign-in?**")
    page.locator("input[name=name]").fill(WATCHER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/wall?lang=en")


@SHARED_ON_SQLITE
def test_there_is_nothing_to_operate_and_only_esc_leads_to_the_console_with_the_same_view(page, county):
    page.goto(f"{county.address}wall?lang=en&kind=residential_area&hours=6-12")
    operated = "a[href], button, input, select, textarea, summary, [contenteditable]"
    visible = (
        f"[...document.querySelectorAll('{operated}')].filter((one) => one.offsetWidth && !one.closest('.wall-map'))"
    )
    assert page.evaluate(f"{visible}.length") == 0
    assert page.locator(".wall-map input:visible, .wall-map button:visible, .leaflet-control-zoom").count() == 0
    for key in ("Tab", "Enter", "m", "L", "1", "/", "?", "[", "ArrowLeft"):
        page.keyboard.press(key)
    assert page.url.endswith("wall?lang=en&kind=residential_area&hours=6-12")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("Escape")
    page.wait_for_url(f"{county.address}?lang=en&kind=residential_area&hours=6-12")
    assert page.locator(".wall-link").get_attribute("href") == "/wall?kind=residential_area&hours=6-12&lang=en"


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("query", ["", "&hours=22-4&weekdays=1-5&against=prior", "&from=2030-01-01&to=2030-01-31"])
def test_nothing_is_cut_and_type_has_the_sizes_of_a_wall(page, county, language, size, query):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{county.address}wall?lang={language}{query}")
    assert page.evaluate(CUT.replace("svg, .map", "svg, .name, .wall-signs, .wall-map")) == []
    assert page.evaluate(OVERFLOWING) == []
    px = size[0] / 1920
    for selector, wanted in ((".why", 20), (".wall-row", 24), (".wall-side h2", 28), (".wall-main-figure .n", 96)):
        if page.locator(selector).count():
            found = page.locator(selector).first.evaluate("(one) => parseFloat(getComputedStyle(one).fontSize)")
            assert found == pytest.approx(wanted * px, rel=0.02)
    share = page.locator(".wall-map").bounding_box()["width"] / size[0]
    assert share == pytest.approx(0.62, abs=0.005)
