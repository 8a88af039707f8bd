"""Every page by the Tab key alone: each control is reached, shows that it has the focus, and answers."""

from collections.abc import Iterator

import pytest
from browsing import sign_in, until
from conftest import Watched
from planning import DAYS, planned, serve, wrong
from playwright.sync_api import Page, expect

from geo_zhengzhi.store.database import Database
from tests.plan_county import SQUARE
from tests.stores import SHARED_ON_SQLITE

pytestmark = [pytest.mark.usefixtures("quick_passwords"), SHARED_ON_SQLITE]
expect.set_options(timeout=20_000)  # the machine may be busy with other tests

# Opens what is folded, marks what the Tab key reaches, and tells what has the focus without looking so.
LISTEN = """() => {
  window.unseen = [];
  document.querySelectorAll('details').forEach((one) => { one.open = true; });
  const seen = (one) => {
    const style = getComputedStyle(one);
    if (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) { return true; }
    const after = getComputedStyle(one, '::after');
    if (after.content !== 'none' && parseFloat(after.borderTopWidth) >= 1) { return true; }
    return [...one.querySelectorAll('rect, .hit')].some((part) => parseFloat(getComputedStyle(part).strokeWidth) >= 2);
  };
  document.addEventListener('focusin', (event) => {
    event.target.dataset.reached = '1';
    if (!seen(event.target)) { window.unseen.push(event.target.outerHTML.slice(0, 120)); }
  });
}"""
# What can be operated, or shows itself as if it could, and was not reached. Of a group that arrows walk through one is
# enough; a shape on the map is a row of a list too, and the calendar beside a day only types what can be typed.
MISSED = """() => {
  const operated = 'a[href], button, input, select, textarea, summary, [tabindex="0"], [role=button]';
  const isShown = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility === 'visible';
  const ofRadios = (one) => one.type === 'radio' && document.querySelector(`[name="${one.name}"][data-reached]`);
  const reached = (one) => one.dataset.reached || ofRadios(one);
  const walked = (one) => one.closest('[data-rove]') && one.closest('[data-rove]').querySelector('[data-reached]');
  const missed = [...document.querySelectorAll(operated)].filter((one) => isShown(one) && !one.disabled
    && !one.closest('[aria-hidden=true]') && !reached(one) && !walked(one));
  const points = (one) => isShown(one) && getComputedStyle(one).cursor === 'pointer';
  const pointed = [...document.querySelectorAll('body *')].filter((one) => points(one)
    && !one.matches('path.leaflet-interactive') && !one.closest('[aria-hidden=true], label, option')
    && !one.closest(operated) && !one.querySelector(operated) && !one.closest('[disabled]')
    && !(one.closest('.item, tr') && one.closest('.item, tr').querySelector(operated)));
  return [...missed, ...pointed].map((one) => one.outerHTML.slice(0, 140));
}"""


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    yield from planned(module_store, tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def site(store, tmp_path_factory) -> Iterator[str]:
    yield from serve(store, tmp_path_factory.mktemp("site"))


@pytest.fixture
def page(watched: Watched, site: str) -> Page:
    sign_in(watched, site, "规划员")
    return watched.page


def through(page: Page, address: str) -> int:
    """Go through a page with the Tab key until it begins anew; how many stops there were."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate(LISTEN)
    for stops in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body || !document.hasFocus()"):
            return stops
    raise AssertionError("the Tab key never comes to the end of the page")


PAGES = {
    "console": f"?{DAYS}",
    "hotspots": f"?{DAYS}&tab=hotspots&focus={SQUARE}",
    "to do": f"?{DAYS}&tab=todo",
    "compare": f"compare?{DAYS}",
    "register": "register?sort=name",
    "target": f"register/{SQUARE}?{DAYS}",
    "entry": f"register/{SQUARE}/change?lang=en",
    "screening": "screening?half=2024-1",
    "plan": f"plan?{DAYS}",
    "made": "export/made?day=2026-03-12",
}


@pytest.mark.parametrize("name", PAGES)
def test_the_tab_key_reaches_every_control_and_each_shows_it(page, watched, site, name):
    address = f"{site}{PAGES[name]}&lang=en"
    assert through(page, address) > 10
    assert page.evaluate(MISSED) == []
    assert page.evaluate("window.unseen") == []
    assert wrong(watched) == []


def pressed(page: Page, selector: str, key: str) -> None:
    """Give a control the focus, and press a key on it."""
    control = page.locator(selector).first
    control.focus()
    assert control.evaluate("(one) => document.activeElement === one")
    page.keyboard.press(key)


def test_on_the_console_every_kind_of_control_answers_to_its_keys(page, watched, site):
    page.goto(f"{site}?{DAYS}&lang=en")
    page.wait_for_selector("body:not(.loading) .map.drawn")
    zoom = "window.zhengzhi.map.getZoom()"
    before = page.evaluate(zoom)
    pressed(page, ".leaflet-control-zoom-in", "Enter")
    until(page, f"(before) => {zoom} > before", arg=before)
    pressed(page, ".zz-legend > button", "Enter")
    expect(page.locator(".zz-legend > button")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    pressed(page, ".zz-legend input[value=hotspots]", "Space")
    page.wait_for_url("**layers=**")
    assert "hotspots" not in page.evaluate("window.zhengzhi.layers()")
    pressed(page, ".zz-around summary", "Enter")
    page.goto(f"{site}?{DAYS}&lang=en")
    for key in ("Space", "Enter"):
        pressed(page, ".map [role=button][aria-label='鼓楼广场']", key)
        expect(page.locator(".map .leaflet-popup-content h3")).to_have_text("鼓楼广场")
        page.keyboard.press("Escape")
        expect(page.locator(".map .leaflet-popup-content")).to_have_count(0)
    pressed(page, ".months-open", "Enter")
    expect(page.locator(".months-bar")).to_be_visible()
    told = page.locator(".months-told").inner_text()
    pressed(page, ".months-slider", "ArrowLeft")
    expect(page.locator(".months-told")).not_to_have_text(told)
    page.keyboard.press("Escape")
    pressed(page, "#tab-hotspots", "Enter")
    pressed(page, "#list-hotspots .item a", "Enter")
    page.wait_for_url("**focus=h**")
    page.wait_for_selector("body:not(.loading)")
    pressed(page, "#more-filters", "Enter")
    page.locator("#f-level").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.wait_for_url("**level=city**")
    assert wrong(watched) == []


def test_arrows_walk_through_every_hour_every_month_and_every_week(page, site):
    page.goto(f"{site}?{DAYS}&lang=en")
    page.wait_for_selector("body:not(.loading) .map.drawn")
    for box in page.locator("[data-rove]").all():
        links = box.locator("a").count()
        box.locator("a[tabindex='0']").focus()
        seen, is_row = set(), box.locator(".tl").count() == 1
        for way in ("ArrowLeft", "ArrowUp"):
            for _ in range(links if is_row else 24):
                page.keyboard.press(way)
        for row in range(1 if is_row else 8):
            for _ in range(links if is_row else links // 7 + 13):
                seen.add(page.evaluate("document.activeElement.id"))
                page.keyboard.press("ArrowLeft" if row % 2 else "ArrowRight")
            page.keyboard.press("ArrowDown")
        assert len(seen) == links > 10


def test_the_two_maps_of_a_comparison_go_by_keys(page, watched, site):
    page.goto(f"{site}compare?{DAYS}&lang=en")
    zooms = "[window.zhengzhiBefore.map.getZoom(), window.zhengzhi.map.getZoom()]"
    before = page.evaluate(zooms)
    pressed(page, "#map-before .leaflet-control-zoom-in", "Enter")
    until(page, f"(before) => {zooms}.every((zoom, n) => zoom > before[n])", arg=before)
    pressed(page, ".verdict .zz-legend input[value=heat]", "Space")
    page.wait_for_url("**layers=**")
    pressed(page, ".steps a", "Enter")
    page.wait_for_url("**from=2023-12-01**")
    assert wrong(watched) == []
