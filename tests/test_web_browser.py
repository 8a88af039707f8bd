"""The console in Chromium with name resolution off, served by waitress on a free port."""

from collections.abc import Iterator

import pytest
from browsing import CUT, ROW, SIZES, faults
from conftest import Watched
from sites import served

from tests.sites import DEMONSTRATION
from web.app import create_app
from web.serve import warm_up


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


def _open(watched: Watched, address: str) -> None:
    if watched.page.url != "about:blank":  # leaving a page earlier would cut off its icon, which is no fault
        watched.page.wait_for_load_state("networkidle")
    watched.page.goto(address)  # comes back after the page's scripts have run
    assert watched.page.evaluate("window.zhengzhi.ready")


def _zoom(watched: Watched) -> float:
    return watched.page.evaluate("window.zhengzhi.map.getZoom()")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_leaves_nothing_fails_and_nothing_is_cut(watched, site, language):
    _open(watched, f"{site}?lang={language}")
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        for tab in ("targets", "hotspots", "zones"):
            watched.page.locator(f"#tab-{tab}").click()
            watched.page.locator(f"#list-{tab} .item a").last.click()
            watched.page.wait_for_selector("body:not(.loading)")
            assert watched.page.evaluate(CUT) == [], (width, tab)
    assert faults(watched) == []
    assert watched.foreign(site) == []


@pytest.mark.parametrize(
    "query", ["from=2030-01-01&to=2030-01-31", "from=2022-03-01&to=2022-03-31", "kind=school&from=2024-02-01"]
)
def test_an_empty_an_early_and_a_bare_view_are_whole_too(watched, site, query):
    _open(watched, f"{site}?{query}&lang=en")
    assert watched.page.evaluate(CUT) == []
    assert watched.faults == []


def test_at_1366_the_map_takes_two_thirds_of_the_width(watched, site):
    _open(watched, f"{site}?lang=zh")
    assert watched.page.locator(".map").bounding_box()["width"] / 1366 == pytest.approx(2 / 3, abs=0.01)


def test_a_click_on_the_first_row_zooms_the_map_marks_the_row_and_is_in_the_address(watched, site):
    _open(watched, site)
    before, row = _zoom(watched), watched.page.locator(ROW).first
    row.locator("a").click()
    assert _zoom(watched) > before + 1
    assert watched.page.locator(".leaflet-popup-content").count() >= 1
    assert "on" in row.get_attribute("class").split()
    watched.page.wait_for_url(f"**focus={row.get_attribute('data-id')}**")
    assert row.locator(".more").is_visible()
    assert "loading" not in watched.page.locator("body").get_attribute("class")
    assert watched.faults == []


def test_an_impossible_address_leads_back_to_the_map(watched, site):
    watched.page.goto(f"{site}?from=2024-13-01&lang=en")
    watched.page.wait_for_load_state("networkidle")
    watched.faults.clear()  # the answer itself is a 400
    assert "2024-13-01" in watched.page.locator("h1").inner_text()
    with watched.page.expect_navigation():
        watched.page.locator("main a").click()
    assert watched.page.evaluate("window.zhengzhi.ready")
    assert watched.faults == []


def test_an_address_with_a_focus_opens_there(watched, site, demonstration):
    _open(watched, site)
    watched.page.locator("#tab-hotspots").click()
    watched.page.locator("#list-hotspots .item a").nth(2).click()
    watched.page.wait_for_url("**focus=**")
    address, zoom = watched.page.url, _zoom(watched)
    assert "tab=hotspots" in address
    _open(watched, address)
    assert _zoom(watched) == zoom
    assert watched.page.locator("#list-hotspots .item.on").count() == 1


def test_a_click_on_the_map_marks_the_row_and_opens_its_list(watched, site):
    _open(watched, site)
    watched.page.locator(".zz-rank:visible").get_by_text("1", exact=True).first.click()
    marked = watched.page.locator(".tabpanel:not([hidden]) .item.on")
    assert marked.count() == 1
    assert watched.page.locator("#list-hotspots").is_visible()
    assert marked.locator(".disc").inner_text() == "1"


def test_the_page_works_from_the_keyboard(watched, site):
    _open(watched, site)
    page, zoom = watched.page, _zoom(watched)
    page.keyboard.press("1")
    assert _zoom(watched) > zoom
    page.wait_for_url("**focus=**")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "focus=" not in url)
    assert page.locator(".item.on").count() == 0
    assert "focus=" not in page.url
    page.keyboard.press("?")
    assert page.locator(".help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".help").is_visible()
    page.keyboard.press("[")
    page.wait_for_url("**from=2023-12-01&to=2024-01-31**")
    page.keyboard.press("]")
    page.wait_for_url("**from=2024-02-01&to=2024-03-31**")
    assert watched.faults == []


def test_the_tab_key_passes_over_the_map_to_the_rows_and_shows_where_it_is(watched, site):
    _open(watched, site)
    page = watched.page
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    zoom = _zoom(watched)
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('.item'))"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert _zoom(watched) > zoom


def test_a_filter_goes_at_once_and_keeps_the_rest_of_the_address(watched, site):
    _open(watched, f"{site}?lang=en&from=2024-01-01&to=2024-06-30&tab=hotspots")
    watched.page.locator(".more-fields summary").click()
    watched.page.locator("select[name=kind]").select_option("railway_corridor")
    watched.page.wait_for_url("**kind=railway_corridor**")
    for part in ("lang=en", "from=2024-01-01", "to=2024-06-30", "tab=hotspots", "kind=railway_corridor"):
        assert part in watched.page.url
    assert "category=" not in watched.page.url


def test_a_day_that_is_typed_goes_with_enter(watched, site):
    _open(watched, f"{site}?lang=en")
    first = watched.page.locator("input[name=from]")
    first.fill("2024-03-01")
    first.press("Enter")
    watched.page.wait_for_url("**from=2024-03-01&to=2024-03-31**")


def test_hours_that_are_typed_go_with_enter_and_impossible_ones_stay(watched, site):
    _open(watched, f"{site}?lang=en&kind=square")
    hours = watched.page.locator("input[name=hours]")
    hours.fill("22-25")
    hours.press("Enter")
    assert "hours=" not in watched.page.url
    hours.fill("22-4")
    hours.press("Enter")
    watched.page.wait_for_url("**hours=22-4**")
    assert "kind=square" in watched.page.url
    assert "hours=22-4" in watched.page.url
    assert "from=" not in watched.page.url
    assert watched.page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [1366, 390])
def test_parameters_open_are_whole_and_go_with_enter(watched, site, width):
    watched.page.set_viewport_size({"width": width, "height": 768})
    _open(watched, f"{site}?lang=en&hours=22-4")
    watched.page.locator(".more-fields summary").click()
    assert watched.page.evaluate(CUT) == []
    box = watched.page.locator(".more-fields .card").bounding_box()
    assert 0 <= box["x"] <= width - box["width"]
    radius = watched.page.locator("input[name=eps]")
    radius.fill("auto")
    radius.press("Enter")
    watched.page.wait_for_url("**eps=auto**")
    assert "hours=22-4" in watched.page.url
    assert "eps=auto" in watched.page.url
    assert "min_samples" not in watched.page.url
    watched.page.locator(".more-fields summary").click()
    watched.page.locator(".time b").first.click()
    assert not watched.page.locator(".more-fields .card").is_visible()
    assert watched.page.evaluate(CUT) == []


def test_the_layers_are_in_the_address(watched, site):
    _open(watched, site)
    shown = watched.page.evaluate("window.zhengzhi.layers()")
    watched.page.locator(".zz-legend input").first.click()
    assert "layers=" in watched.page.url
    left = watched.page.evaluate("window.zhengzhi.layers()")
    assert len(left) == len(shown) - 1
    _open(watched, watched.page.url)
    assert sorted(watched.page.evaluate("window.zhengzhi.layers()")) == sorted(left)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_download_opens_from_disk_without_a_network(watched, site, tmp_path, language):
    _open(watched, f"{site}?lang={language}")
    with watched.page.expect_download() as download:
        watched.page.locator("a[download]").first.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert "loading" not in watched.page.locator("body").get_attribute("class").split()
    watched.requests.clear()
    _open(watched, path.as_uri())
    assert watched.foreign(path.as_uri()) == []
    assert watched.faults == []


def test_without_scripts_the_lists_and_figures_are_there(browser, site):
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}?lang=en&tab=hotspots")
    assert page.locator("#list-hotspots .item").count() >= 3
    assert page.locator(".apply").is_visible()
    page.locator(".ptabs a").first.click()
    assert page.locator("#list-targets").is_visible()
    page.close()


def test_what_was_warmed_up_answers_at_once(demonstration, capsys):
    app, told = create_app(DEMONSTRATION, demonstration), []
    warm_up(app, lambda stage, fraction: told.append(fraction))
    assert told[-1] == 1.0
    assert app.test_client().get("/").status_code == 200
