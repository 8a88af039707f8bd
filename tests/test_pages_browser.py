"""The pages of words and forms in Chromium: they are filled in and sent, nothing is cut."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from accounts import PASSWORD, QUICK, account
from browsing import CUT, LONG, SCROLLED, SIZES, faults, sign_in
from conftest import Watched
from sites import running, small_study

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.links import make_link
from geo_zhengzhi.services.access.users import add_user
from geo_zhengzhi.settings import Settings
from tests.stores import SHARED_ON_SQLITE
from web.app import create_app

pytestmark = [pytest.mark.usefixtures("quick_passwords"), SHARED_ON_SQLITE]


@pytest.fixture(scope="module")
def store(module_store) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        now = datetime.now(UTC)
        for name, role in (("系统管理员", "administrator"), ("督察", "auditor"), (LONG, "planner")):
            account(module_store, name, role, now=now)
        yield module_store


@pytest.fixture(scope="module")
def site(store) -> Iterator[str]:
    settings = Settings(port=0, database_url="x")
    with running(create_app(settings, small_study(), store), settings) as address:
        yield address


def look(watched: Watched, told: object) -> None:
    """At every size: nothing is cut or reaches beyond the page, but what scrolls by intent."""
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        cut = watched.page.evaluate(CUT)
        by_intent = ("A.me", *(SCROLLED if width < 1024 else ()))
        assert [found for found in cut if not found.startswith(by_intent)] == [], (told, width)
        assert watched.page.evaluate(SQUASHED) == [], (told, width)


# Fields of a form that nobody could read what they type in, or that lie on another line's.
SQUASHED = """() => {
  const lines = Array.from(document.querySelectorAll('label.line')).filter((one) => one.offsetParent);
  return lines.filter((one) => {
    const field = one.querySelector('input, select, textarea').getBoundingClientRect();
    const line = one.getBoundingClientRect();
    return field.width < 120 || field.bottom > line.bottom + 1;
  }).map((one) => one.textContent.trim());
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("系统管理员", ("account", "users", "users/1", "users/3")),
        ("督察", ("audit", "audit?from=2030-01-01")),
        (LONG, ("account", "")),
    ],
)
def test_nothing_is_cut_nothing_fails_and_nothing_leaves(watched, site, name, paths, language):
    sign_in(watched, site, name)
    for path in paths:
        watched.page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        look(watched, path)
        assert faults(watched) == []
    assert watched.foreign(site) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_before_signing_in_are_whole(watched, site, store, language):
    link = make_link(
        store, SYSTEM, add_user(store, SYSTEM, f"新岗位 {language}", "viewer", datetime.now(UTC)), datetime.now(UTC)
    )
    for path in ("sign-in", f"link/{link}"):
        watched.page.goto(f"{site}{path}?lang={language}")
        look(watched, path)
        assert faults(watched) == []


def test_an_account_is_added_handed_over_used_and_signed_out(watched, site):
    sign_in(watched, site, "系统管理员")
    page = watched.page
    page.goto(f"{site}users?lang=en")
    page.locator("form.bar input[name=name]").fill("铁路派出所")
    page.locator("form.bar select").select_option("planner")
    page.get_by_role("button", name="Add").click()
    link = page.locator(".secret").inner_text()
    assert re.fullmatch(rf"{re.escape(site)}link/[\w-]{{43}}", link)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?**")
    page.goto(f"{link}?lang=en")
    for field in ("password", "again"):
        page.locator(f"input[name={field}]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{site}?lang=en")
    assert page.evaluate("window.zhengzhi.ready")
    assert page.locator(".me").inner_text() == "铁路派出所"
    assert page.locator(".tabs a").all_inner_texts() == ["Map", "Register", "Screening", "Meeting file"]
    assert page.evaluate("document.cookie") == ""
    assert faults(watched) == []


def test_after_signing_out_the_back_button_shows_nothing_of_the_account(watched, site):
    sign_in(watched, site, "督察")
    page = watched.page
    page.goto(f"{site}audit?lang=en")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in?**")
    page.go_back()
    page.wait_for_url("**/sign-in?**")
    assert page.locator(".log").count() == 0
