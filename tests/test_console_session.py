"""The console in Chromium when the session has ended: the sign-in, and from there back to what was asked for."""

from collections.abc import Iterator

import pytest
from accounts import PASSWORD, QUICK
from playwright.sync_api import Page
from wall_sites import WATCHER, CountySite, import_some, targets, watcher

from tests.stores import SHARED_ON_SQLITE

pytestmark = [pytest.mark.usefixtures("quick_passwords"), SHARED_ON_SQLITE]


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


def sign_in(page: Page) -> None:
    page.locator("input[name=name]").fill(WATCHER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()


@pytest.fixture
def page(watched, county) -> Page:
    """The console in English, whose session ends after it was opened."""
    page = watched.page
    page.goto(f"{county.address}sign-in?lang=en&next=/?lang=en")
    sign_in(page)
    page.wait_for_selector(".map.drawn")
    page.context.clear_cookies()
    return page


def test_a_filter_after_the_session_ended_leads_by_the_sign_in_to_that_very_address(page, county):
    page.locator("#f-weekdays").select_option("6,7")
    page.wait_for_url("**/sign-in?**")
    sign_in(page)
    page.wait_for_url(f"{county.address}?weekdays=6,7&lang=en")
    page.wait_for_selector(".map.drawn")
    assert page.locator("#f-weekdays").input_value() == "6,7"


def test_a_selection_after_the_session_ended_leads_back_to_the_whole_console_and_not_to_its_part(page, county):
    page.locator("#list-targets .item a").first.click()
    page.wait_for_url("**/sign-in?**")
    sign_in(page)
    page.wait_for_url(f"{county.address}?lang=en&focus=T-5")
    page.wait_for_selector(".map.drawn")
    assert page.locator("#key-figures.of-place").count() == 1
    assert page.locator("#list-targets .item.on").get_attribute("data-id") == "T-5"
