"""Single incidents in Chromium: a switch for who may see them, rings close up, a word where they are not shown."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import QUICK
from browsing import faults, sign_in, until
from conftest import Watched
from playwright.sync_api import expect
from sites import NOW, accounts_of_every_role, running

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.services.console.points import LOOK
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.settings import REPOSITORY, Settings
from geo_zhengzhi.store.audit import Wanted
from geo_zhengzhi.store.opening import open_store
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
RINGS = "path.single-incident"
ROW = "#list-targets .item:not(.part)"
PICTURES = os.environ.get("GEO_ZHENGZHI_TEST_PICTURES")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = open_store(f"sqlite:///{tmp_path_factory.mktemp('points') / 'store.gpkg'}")
        accounts_of_every_role(database)
        yield database
        database.close()


@pytest.fixture(scope="module")
def site(store) -> Iterator[str]:
    settings = Settings(port=0, database_url="x")
    app = create_app(settings, open_demonstration(Settings(data_dir=REPOSITORY / "data")), store)
    app.extensions[CLOCK] = lambda: NOW
    with running(app, settings) as address:
        yield address


def open_map(watched: Watched, site: str, role: str, language: str = "en") -> None:
    """The map, signed in."""
    sign_in(watched, site, role)
    watched.page.goto(f"{site}?lang={language}")
    watched.page.wait_for_selector(".map.drawn")


def looks(store) -> int:
    """How many looks the log holds."""
    return sum(row.action == LOOK for row in read_log(store, Actor("a", "auditor"), Wanted()).records)


def close_up(page) -> None:
    """The first square at house level."""
    page.evaluate("""() => {
        const places = window.zhengzhi.places();
        const id = Object.keys(places).filter((one) => places[one].layer.type === 'hotspots')[0];
        window.zhengzhi.map.setView(places[id].feature.at, 16, { animate: false });
    }""")


def test_a_viewer_has_no_switch(watched, site):
    open_map(watched, site, "viewer")
    assert watched.page.locator(".points-switch").count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rings_come_close_up_and_each_look_is_written_down(watched, site, store, language):
    open_map(watched, site, "planner", language)
    page, before = watched.page, looks(store)
    switch, note = page.locator(".points-switch button"), page.locator(".points-switch p")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(note).to_contain_text("6 km")
    assert page.locator(RINGS).count() == 0
    assert looks(store) == before
    close_up(page)
    page.wait_for_selector(RINGS, state="attached")
    n = page.locator(RINGS).count()
    expect(note).to_contain_text(str(n))
    assert looks(store) > before
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"points-{language}.png"))
    seen = looks(store)
    switch.click()
    expect(page.locator(RINGS)).to_have_count(0)
    page.evaluate("window.zhengzhi.map.panBy([40, 0], { animate: false })")
    page.wait_for_timeout(600)
    assert looks(store) == seen, "a switch that is off asks for nothing"
    assert faults(watched) == []
    assert watched.foreign(site) == []


def test_a_change_of_filters_keeps_the_switch_and_asks_again(watched, site):
    open_map(watched, site, "planner")
    page = watched.page
    page.locator(".points-switch button").click()
    close_up(page)
    page.wait_for_selector(RINGS, state="attached")
    page.locator("#unit-year").click()
    switch = "(document.querySelector('.points-switch button') || document.body)"  # none while the map is replaced
    until(page, f"{switch}.getAttribute('aria-pressed') === 'true'")
    page.wait_for_selector(RINGS, state="attached")
    assert page.locator(".points-switch").count() == 1


def test_a_server_that_does_not_answer_is_said_and_the_map_stays(watched, site):
    open_map(watched, site, "planner")
    page = watched.page
    page.route("**/points?*", lambda route: route.abort())
    page.locator(".points-switch button").click()
    close_up(page)
    expect(page.locator(".points-switch p")).to_contain_text("could not be fetched")
    assert page.evaluate("window.zhengzhi.ready")
