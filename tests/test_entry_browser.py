"""A target's page in Chromium: its maps come into sight together, print, and lead on; versions are told apart."""

import os
import re
from collections.abc import Iterator

import pytest
from browsing import CUT, faults, sign_in, until
from conftest import Watched
from playwright.sync_api import Page, expect
from sites import running

from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.store.database import Database
from tests.accounts import NOW, QUICK, account
from tests.plan_county import OTHER, RAIL, SQUARE, box, filled, settings_in
from tests.stores import SHARED_ON_SQLITE
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
DAYS = "from=2024-02-01&to=2024-03-31"
SIZES = ((1366, 768), (1920, 1080))
expect.set_options(timeout=20_000)  # the machine may be busy with other tests
PLACES = """() => Array.from(document.querySelectorAll('#maps .own-boundary')).map((one) => one.getBBox())
  .map((box) => [box.width, box.height].map(Math.round))"""


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = filled(module_store, tmp_path_factory.mktemp("entry"))
        for name, role in (("规划员", "planner"), ("指挥员", "viewer")):
            account(database, name, role, now=NOW)
        put_boundary(database, SQUARE, SQUARE, box(0, 0, 700, 300), None, version=1, actor=OTHER, reason="并入东侧")
        yield database


@pytest.fixture(scope="module")
def site(store, tmp_path_factory) -> Iterator[str]:
    settings = settings_in(tmp_path_factory.mktemp("site"))
    app = create_app(settings, None, store)
    app.extensions[CLOCK] = lambda: NOW
    with running(app, settings) as address:
        yield address


# Of this period's map: tiles of heat that are there, and how far, in pixels, the outline lies from its place.
PRINTED = """(() => {
  const { map } = window.zhengzhi;
  const heat = [...map.getContainer().querySelectorAll(':scope > .leaflet-map-pane img.leaflet-tile')];
  const outline = map.getContainer().querySelector('.own-boundary').getBoundingClientRect();
  const box = map.getContainer().getBoundingClientRect();
  const shape = JSON.parse(document.querySelector('.pair').dataset.shape);
  const corner = map.latLngToContainerPoint(L.geoJSON(shape).getBounds().getNorthWest());
  const off = [outline.left - box.left - corner.x, outline.top - box.top - corner.y];
  const there = heat.filter((one) => one.complete && getComputedStyle(one).visibility === 'visible');
  return { heat: there.length, off: Math.max(...off.map(Math.abs)), zoom: map.getZoom() };
})()"""


def entry_page(watched: Watched, site: str, path: str, name: str = "指挥员", language: str = "zh") -> Page:
    sign_in(watched, site, name)
    watched.page.goto(f"{site}register/{path}{'&' if '?' in path else '?'}lang={language}")
    return watched.page


def with_maps(page: Page) -> Page:
    page.locator("#maps").scroll_into_view_if_needed()
    expect(page.locator("#maps.drawn .map")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    return page


def wrong(watched: Watched) -> list[str]:
    """What went wrong, but for heat that a page left behind did not wait for."""
    return [fault for fault in faults(watched) if not re.match(r"failed request \S+/heat/", fault)]


def picture(page: Page, name: str) -> None:
    if "PICTURES" in os.environ:
        page.screenshot(path=f"{os.environ['PICTURES']}/{name}.png", full_page=True)


def test_both_maps_of_a_target_come_into_sight_on_one_scale_with_one_legend(watched, site):
    page = with_maps(entry_page(watched, site, f"{SQUARE}?{DAYS}"))
    assert page.locator("#maps .zz-scale").count() == 1
    told = page.locator("#maps figcaption b").all_inner_texts()
    assert told == ["2023-02-01 – 2023-03-31", "2024-02-01 – 2024-03-31"]
    for side, year in (("before", 2023), ("now", 2024)):
        heat = page.locator(f"#map-{side} img[src*='/heat/']").first
        expect(heat).to_have_attribute("src", re.compile(f"from={year}-02-01&to={year}-03-31"))
    one, two = page.evaluate(PLACES)
    assert one == two
    assert min(one) > 50, "the target fills a good part of its map"
    page.locator("#map-before .leaflet-control-zoom-in").click()
    page.wait_for_timeout(400)
    larger, other = page.evaluate(PLACES)
    assert (larger == other, larger[0] > 1.5 * one[0]) == (True, True)
    page.locator("#maps .map-key label", has_text=re.compile("热点")).locator("input").uncheck()
    assert page.locator("#maps .zz-pane-hotspots path:visible").count() == 0
    assert wrong(watched) == []
    assert watched.foreign(site) == []


@SHARED_ON_SQLITE
def test_the_maps_print_on_a_sheet_of_their_own_and_only_once_they_are_seen(watched, site):
    watched.page.set_viewport_size({"width": 1280, "height": 400})  # the maps are below what is seen
    page = entry_page(watched, site, f"{SQUARE}?{DAYS}")
    n_sheets = []
    for _ in range(2):
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        n_sheets.append(len(re.findall(rb"/Type /Page\b", printed)))
        if "PICTURES" in os.environ:
            with open(f"{os.environ['PICTURES']}/entry-{len(n_sheets)}.pdf", "wb") as file:
                file.write(printed)
        with_maps(page)
    if "PICTURES" in os.environ:
        page.set_viewport_size({"width": 1055, "height": 740})
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.wait_for_load_state("networkidle")
        picture(page, "printed")
    assert n_sheets == [1, 2]


def test_paper_keeps_the_heat_and_its_place_for_which_it_does_not_wait(watched, site):
    watched.page.set_viewport_size({"width": 1920, "height": 1080})  # paper is smaller, and so is the zoom on it
    page = entry_page(watched, site, f"{SQUARE}?{DAYS}")
    with_maps(page)
    until(page, PRINTED + ".heat > 0")
    zoom = page.evaluate("zhengzhi.map.getZoom()")
    page.evaluate(f"() => window.addEventListener('beforeprint', () => {{ window.printed = {PRINTED}; }})")
    page.pdf(prefer_css_page_size=True)
    found = page.evaluate("window.printed")
    assert found["zoom"] < zoom
    assert found["heat"] > 0
    assert found["off"] < 4  # half a line


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_with_maps_and_differences(watched, site, language):
    for path in (f"{SQUARE}?{DAYS}", f"{RAIL}?{DAYS}", f"{SQUARE}/parts/{SQUARE}/difference?{DAYS}"):
        page = entry_page(watched, site, path, language=language)
        if "difference" not in path:
            with_maps(page)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            cut = [found for found in page.evaluate(CUT) if not found.startswith("A.me")]
            picture(page, f"{language}-{width}-{'difference' if 'difference' in path else path[:6]}")
            assert cut == [], (path, width)
    assert wrong(watched) == []


def test_a_viewer_sees_what_two_versions_differ_by(watched, site):
    page = entry_page(watched, site, f"{SQUARE}?{DAYS}")
    page.locator("#boundaries .versions a", has_text="差异").first.click()
    page.wait_for_url("**/difference?**")
    cells = {name: page.locator(f"[data-piece={name}] td").all_inner_texts() for name in ("kept", "added", "removed")}
    assert cells == {"kept": ["120,000 m²", "12"], "added": ["90,000 m²", "6"], "removed": ["40,000 m²", "0"]}
    assert page.locator("svg.shape .piece").count() == 3
    assert page.locator("main form, main .btn").count() == 0
    assert wrong(watched) == []


@SHARED_ON_SQLITE
def test_hotspots_inside_are_told_by_the_unit_that_is_chosen_and_lead_to_the_map(watched, site):
    page = entry_page(watched, site, f"{SQUARE}?{DAYS}", language="en")
    page.locator(".fig .seg a", has_text="Month").click()
    page.wait_for_url("**by=month**")
    table = page.locator(".halves")
    assert [row.locator("td").all_inner_texts()[0][:7] for row in table.locator("tbody tr").all()] == [
        "2024-03", "2024-02", "2024-01", "2023-12", "2023-11", "2023-10",
    ]  # fmt: skip
    assert table.locator("tbody tr").nth(1).locator("td").all_inner_texts()[1:] == ["18", "2", "12"]
    table.locator("a", has_text="2024-02").click()
    page.wait_for_url(f"{site}?*focus={SQUARE}*from=2024-02-01&to=2024-02-29")
    expect(page.locator(".item.on")).to_have_attribute("data-id", SQUARE)
