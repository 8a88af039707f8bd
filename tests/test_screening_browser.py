"""The screening and the register's list in Chromium: a village is listed, filters follow, nothing hostile runs."""

from collections.abc import Iterator

import pytest
from accounts import account
from browsing import CUT, LONG, SIZES, faults, sign_in
from playwright.sync_api import expect
from registers import TODAY, make_register
from sites import NOW, running
from test_screening import VILLAGES, county, supplied

from geo_zhengzhi.services.register.seeding import seed_register
from geo_zhengzhi.services.register.views import entries, entry
from geo_zhengzhi.settings import Settings
from tests.accounts import QUICK
from tests.hostile import MARKUP
from tests.stores import SHARED_ON_SQLITE
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
ODD = [(f"V-odd-{i}", name, 20_000.0 + 500 * i, 0.0) for i, name in enumerate(MARKUP[:4])]


@pytest.fixture(scope="module")
def store(module_store) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = module_store
        account(database, LONG, "planner", now=NOW)
        seed_register(database, make_register(), reason="test", today=TODAY)
        yield database


@pytest.fixture(scope="module")
def site(store) -> Iterator[str]:
    settings = Settings(port=0, database_url="x")
    app = create_app(settings, county(areas=supplied(*VILLAGES, *ODD)), store)
    app.extensions[CLOCK] = lambda: NOW
    with running(app, settings) as address:
        yield address


@pytest.mark.parametrize(("language", "name"), [("zh", "东庄"), ("en", "西庄")])
def test_a_planner_lists_a_village_from_the_screening(watched, site, store, language, name):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}?lang={language}")
    page.locator(".tabs a", has_text="半年排查" if language == "zh" else "Screening").click()
    row = page.locator(".ranking tbody tr", has=page.locator(f".place b:text-is('{name}')"))
    row.locator("button[name=place]").click()
    page.wait_for_url("**/screening?**#*")
    listed = page.locator(".ranking tr:target")
    expect(listed.locator(".state")).to_contain_text("排查" if language == "zh" else "Screened")
    [made] = [row.entry for row in entries(store, text=name, stage="screened").rows]
    shown = entry(store, made.target_id)
    assert (shown.entry.stage, len(shown.parts), shown.parts[0].version) == ("screened", 1, 1)
    listed.locator(".state a").click()
    page.wait_for_url(f"**/register/{made.target_id}?lang={language}#step")
    expect(page.locator("#step [name=to]")).to_have_attribute("value", "listed")
    assert faults(watched) == []
    assert watched.foreign(site) == []


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_of_the_screening_is_cut(watched, site, language):
    sign_in(watched, site, LONG)
    for path in ("screening?all=1", "screening?half=2023-1&least=3", "screening?least=0", "register"):
        watched.page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        for width, height in SIZES:
            watched.page.set_viewport_size({"width": width, "height": height})
            cut = watched.page.evaluate(CUT if width >= 1024 else CUT.replace("select,", "select, .plain-table,"))
            assert [found for found in cut if not found.startswith("A.me")] == [], (path, width)
    assert [fault for fault in faults(watched) if "400" not in fault] == []


@SHARED_ON_SQLITE
def test_hostile_names_of_areas_do_nothing_even_once_listed(watched, site, store):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}screening?all=1&lang=en")
    ran = "[window.pwned, document.querySelectorAll('main img, main [onload], main [onerror]').length]"
    assert page.evaluate(ran) == [None, 0]
    told = page.locator("main").inner_text()
    assert all(name in told for name in MARKUP[:4])
    row = page.locator(".ranking tbody tr", has_text=MARKUP[0])
    row.locator("button[name=place]").click()
    page.wait_for_url("**#*")
    for path in ("screening?all=1", "register?text=onerror"):
        page.goto(f"{site}{path}&lang=en")
        assert MARKUP[0] in page.locator("main").inner_text()
        assert page.evaluate(ran) == [None, 0]
    assert faults(watched) == []


@SHARED_ON_SQLITE
def test_the_list_follows_as_one_types_and_the_address_is_the_state(watched, site):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}register?lang=en")
    assert page.locator(".register-table tbody tr").count() == 50
    page.keyboard.press("/")
    page.keyboard.type("2019-city", delay=5)
    expect(page.locator("#found .found-line b")).to_have_text("4 entries match")
    page.wait_for_url(f"{site}register?lang=en&text=2019-city")
    page.locator("[name=level]").select_option("county")
    expect(page.locator("#found .none")).to_be_visible()
    page.locator("[name=text]").fill("")
    expect(page.locator("#found .found-line b")).to_have_text("35 entries match")
    page.reload()
    expect(page.locator("#found .found-line b")).to_have_text("35 entries match")
    page.locator("[name=text]").press("ArrowDown")
    page.keyboard.press("ArrowDown")
    second = page.locator(".register-table .name a").nth(1)
    assert second.evaluate("(link) => link === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/20*")
    assert faults(watched) == []


@SHARED_ON_SQLITE
def test_the_list_waits_for_a_year_that_is_possible(watched, site):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}register?lang=en")
    page.locator("[name=year]").fill("1")
    page.locator("[name=year]").fill("2024")
    expect(page.locator("#found .found-line b")).to_contain_text("entries match")
    assert not any("year=1&" in request for request in watched.requests)


@SHARED_ON_SQLITE
def test_an_ended_session_leads_to_the_sign_in_page(watched, site):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}register?lang=en")
    page.context.clear_cookies()
    page.locator("[name=text]").fill("x")
    page.wait_for_url("**/sign-in?**")


@SHARED_ON_SQLITE
def test_both_pages_print_on_a4_landscape(watched, site, store, tmp_path):
    sign_in(watched, site, LONG)
    page = watched.page
    for path in (
        "screening?half=2024-1&all=1",
        f"register/{entries(store, stage='listed').rows[0].entry.target_id}?x=1",
    ):
        page.goto(f"{site}{path}&lang=zh")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert b"/MediaBox [0 0 841" in printed
        if path.startswith("register"):
            assert b"/Count 1" in printed, "a target has one sheet"
