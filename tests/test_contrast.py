"""Every text of every page is legible, every control and every drawn line can be seen: contrast as WCAG 2.1 AA asks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import PASSWORD, QUICK, account
from conftest import Watched
from wall_sites import NOW, CountySite, import_some, targets

from tests.stores import SHARED_ON_SQLITE

JUDGE = (Path(__file__).parent / "contrast.js").read_text("utf-8")
# What has to be seen beside text, and the property that draws it.
MARKS = [
    (
        ".btn:not(.go):not(.find-button):not(:disabled), .seg, .field, .plain-table input, .line input, .line select",
        "borderTopColor",
    ),
    (".v.same, .v.unknown, .sim, .zz-legend input, .key.ref", "borderTopColor"),
    (".btn.go:not(:disabled), .key.now", "backgroundColor"),
    (".months path.now, .months path.before, .iv .ci, .iv .one, .glyph, .base, .feast, .bar.ref", "stroke"),
    (".bar:not(.ref), .months circle.before, .iv:not(.unknown) .pt", "fill"),
]
PAGES = {
    "importer": (
        "",
        "?tab=todo&focus=T-5",
        "wall",
        "import",
        "batches",
        "batches/1",
        "export/incidents",
    ),
    "planner": (
        "register",
        "compare",
        "register/T-5",
        "register/T-5/change",
        "register/T-5/parts/T-5/difference",
        "register/none",
        "register-new",
        "screening",
        "plan",
        "plan/target/T-5",
        "export",
        "export?look=1",
        "export/presets",
        "export/made",
        "export/new-preset",
    ),
    "auditor": ("audit", "account"),
    "administrator": ("users",),
}


@pytest.fixture(scope="module")
def county(module_store, tmp_path_factory) -> Iterator[CountySite]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        for role in PAGES:
            account(module_store, role, role, now=NOW)
        targets(module_store)
        import_some(module_store, tmp_path_factory.mktemp("first"), "a", 3)
        site = CountySite(module_store, tmp_path_factory.mktemp("cache"))
        yield site
        site.stop()


def too_weak(watched: Watched) -> list[str]:
    """What on the page is too weak; something was looked at."""
    found = watched.page.evaluate(JUDGE, MARKS)
    assert found["n"] > 3
    return [": ".join(pair) for pair in found["low"]]


@SHARED_ON_SQLITE
@pytest.mark.usefixtures("quick_passwords")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", PAGES)
def test_every_text_and_mark_of_every_page_has_contrast(watched, county, role, language):
    page = watched.page
    page.goto(f"{county.address}sign-in?lang={language}&next=/account?lang={language}")
    found = {"sign-in": too_weak(watched)}
    page.locator("input[name=name]").fill(role)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"**/account?lang={language}")
    page.set_viewport_size({"width": 1920, "height": 1080})
    for path in PAGES[role]:
        page.goto(f"{county.address}{path}{'&' if '?' in path else '?'}lang={language}")
        found[path] = too_weak(watched)
    assert {path: weak for path, weak in found.items() if weak} == {}


@SHARED_ON_SQLITE
@pytest.mark.usefixtures("quick_passwords")
def test_every_later_step_of_an_import_has_contrast(watched, county, tmp_path):
    page, found = watched.page, {}
    page.goto(f"{county.address}sign-in?lang=en&next=/import?lang=en")
    page.locator("input[name=name]").fill("importer")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url("**/import?lang=en")
    path = tmp_path / "march.csv"
    rows = [f"n{n},theft,2024-03-{1 + n % 28:02d} 08:00,{117.4 + n / 1000:.4f},40.002" for n in range(30)]
    path.write_text("\n".join(["incident_id,category,occurred_at,longitude,latitude", *rows, "x,,,,"]), "utf-8")
    page.set_input_files("input[type=file]", path)
    page.locator(".drop .btn").click()
    page.wait_for_url(re.compile(r"/import/[0-9a-f]{32}"))
    page.locator("input[value=wgs84]").first.check()
    found["fields"] = too_weak(watched)
    page.locator(".onward .btn").click()
    page.wait_for_url(re.compile("/check"))
    found["check"] = too_weak(watched)
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile(r"/batches/\d+"))
    found["batch"] = too_weak(watched)
    assert {step: weak for step, weak in found.items() if weak} == {}


def test_a_text_or_line_that_is_too_weak_would_be_found(watched):
    page = watched.page
    page.set_content(
        '<body><p style="color:#777">weak</p><p style="color:#767676">just enough</p>'
        '<div style="background:#1A4E8A"><b style="color:rgba(255,255,255,.5)">weak too</b></div>'
        '<svg><path class="ci" d="M0 9H50V20" style="stroke:#9AA5AF" stroke-width="3"/></svg></body>'
    )
    found = page.evaluate(JUDGE, [[".ci", "stroke"]])
    assert [text for _, text in found["low"]] == ["weak", "weak too", ""]
    assert found["n"] == 4
