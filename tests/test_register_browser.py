"""The register's pages in Chromium: filled in and sent, nothing is cut, nothing hostile runs."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
import shapely
from accounts import PLANNER, account
from browsing import CUT, LONG, SIZES, faults, sign_in, until
from conftest import Watched
from playwright.sync_api import expect
from sites import NOW, running, small_study

from geo_zhengzhi.model import KINDS, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import change_entry
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.register import Made, Step
from tests.accounts import QUICK
from tests.hostile import MARKUP, TEMPLATES
from tests.stores import SHARED_ON_SQLITE
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
TODAY = date(2026, 2, 2)
SQUARE = shapely.box(117.4, 40.0, 117.41, 40.01)
LINE = shapely.LineString([(117.3, 40.0), (117.32, 40.004), (117.35, 40.0)])
HOSTILE = (MARKUP[0], MARKUP[1], MARKUP[2], TEMPLATES[0])
ODD = " ".join(HOSTILE)
WIDE = "渔阳镇派出所与城关派出所联合工作专班" * 3
WAY = ("screened", "listed", "treatment", "accepted", "consolidating", "relapsed", "treatment")


def texts(text: str) -> dict[str, object]:
    """A text in every field that takes one."""
    said = dict.fromkeys(("name", "name_en", "lead_unit", "work_group", "guidance_group", "notes"), text)
    measures = dict.fromkeys(("police", "civil", "technical", "patrols", "facilities", "publicity"), text)
    return {**said, "measures": measures, "commitments": {"leadership": text, "personnel": text}}


def seed_of(number: str, text: str, kind: str, **fields: object) -> Seed:
    """A target with a whole life, one of its names and notes everywhere, and a boundary."""
    days = [date(2026, 1, 1 + place) for place in range(len(WAY))]
    steps = [Step(before, to, day, text, text) for before, to, day in zip((None, *WAY), WAY, days, strict=False)]
    new = Entry(number, kind=kind, level="city", year=2026, stage=WAY[-1], stage_since=days[-1],
                deadline=date(2026, 1, 21), **{**texts(text), "name": text[:100], **fields})  # fmt: skip
    line = kind == "railway_corridor"
    part = Boundary(
        number, number, 1, LINE if line else SQUARE, 300.0 if line else None, Made.now("system"), text, text
    )
    return Seed(new, tuple(steps), (part,))


@pytest.fixture(scope="module")
def store(module_store) -> Iterator[object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = module_store
        account(database, LONG, "planner", now=NOW)
        account(database, "指挥员", "viewer", now=NOW)
        seeds = [seed_of("T-odd", ODD, "village"), seed_of("T-" + "9" * 60, WIDE, "railway_corridor")]
        seeds += [seed_of("T-2", "武定苑", "square"), seed_of("T-3", "鼓楼", "square")]
        seeds += [Seed(Entry(f"K-{kind}", kind, kind, "county", 2025, "listed", TODAY)) for kind in KINDS]
        seed_register(database, seeds, reason="demonstration", today=TODAY)
        for number in ("T-odd", "T-2"):
            hostile = Actor(ODD[:40], "planner")
            put_boundary(database, number, number, SQUARE.buffer(0.001), None, version=1, actor=hostile, reason=ODD)
            change_entry(database, number, {"notes": ODD * 8}, version=1, actor=hostile, reason=ODD)
        yield database


@pytest.fixture(scope="module")
def site(store) -> Iterator[str]:
    settings = Settings(port=0, database_url="x")
    app = create_app(settings, small_study(), store)
    app.extensions[CLOCK] = lambda: NOW
    with running(app, settings) as address:
        yield address


def look(watched: Watched, told: object) -> None:
    """At every size nothing is cut or reaches beyond the page; on a phone, tables scroll by intent."""
    for width, height in SIZES:
        watched.page.set_viewport_size({"width": width, "height": height})
        cut = watched.page.evaluate(CUT if width >= 1024 else CUT.replace("select,", "select, .plain-table,"))
        assert [found for found in cut if not found.startswith("A.me")] == [], (told, width)


PAGES = ("register", "register?overdue=1&sort=deadline", "register?kind=village&year=2030", "register?year=1")
PAGES += ("register/T-odd", "register/T-2?all=1", "register/T-" + "9" * 60, "register/K-trade", "register/T-2/change")
PAGES += ("register-new",)


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_nothing_fails_and_nothing_leaves(watched, site, language):
    sign_in(watched, site, LONG)
    for path in PAGES:
        watched.page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={language}")
        watched.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        look(watched, path)
    assert [fault for fault in faults(watched) if "400" not in fault] == []
    assert watched.foreign(site) == []


@SHARED_ON_SQLITE
def test_hostile_text_does_nothing_where_two_planners_collide(watched, site):
    ran = "[window.pwned, document.querySelectorAll('main img, main [onload], main [onerror], main script').length]"
    sign_in(watched, site, LONG)
    page = watched.page
    found = {}
    page.goto(f"{site}register/T-odd?lang=en")
    told = page.locator("main").inner_text()
    assert all(told.count(hostile) > 10 for hostile in HOSTILE)
    page.goto(f"{site}register/T-odd/change?lang=en")
    page.locator("[name=name]").fill(ODD[:80])
    page.locator("[name=reason]").fill(ODD)
    page.locator("input[name=version]").evaluate("(field) => { field.value = '1'; }")
    page.locator(".entry-form .btn.go").click()
    expect(page.locator(".collision")).to_be_visible()
    found["conflict"] = page.evaluate(ran)
    assert all(state == [None, 0] for state in found.values()), found
    assert [fault for fault in faults(watched) if not fault.startswith(("400 ", "409 ", "console Failed"))] == []


@SHARED_ON_SQLITE
def test_the_enter_key_in_a_step_moves_nothing(watched, site, store):
    sign_in(watched, site, LONG)
    page = watched.page
    page.goto(f"{site}register/T-3?lang=en")
    page.locator("#step [name=unit]").press("Enter")
    page.wait_for_timeout(200)
    assert entry(store, "T-3").entry.stage == "treatment"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_planner_adds_changes_collides_and_steps(watched, site, store, language):
    sign_in(watched, site, LONG)
    page, number = watched.page, f"N-{language}"
    page.goto(f"{site}register?lang={language}")
    page.locator(".title .btn.go").click()
    for name, text in (("target_id", number), ("name", "鼓楼"), ("lead_unit", "城关派出所")):
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=kind]").select_option("square")
    page.locator("[name=stage_since]").fill("2026-01-01")
    page.locator(".entry-form .btn.go").click()
    page.wait_for_url(f"{site}register/{number}?lang={language}")
    page.locator(".chapter h2 .btn[href*='/change']").click()
    change_entry(store, number, {"notes": "甲" * 300, "work_group": "甲组"}, version=1, actor=PLANNER, reason="先到")
    page.locator("[name=notes]").fill("乙的说明")
    page.locator("[name=reason]").fill("后到")
    page.locator(".entry-form .btn.go").click()
    expect(page.locator(".collision")).to_be_visible()
    look(watched, "conflict")
    assert page.locator(".clash tr.both td").count() == 3
    watched.page.set_viewport_size({"width": 1366, "height": 768})
    assert all(cell.bounding_box()["width"] > 200 for cell in page.locator(".clash tr.both td").all())
    assert page.locator("[name=notes]").input_value() == "乙的说明"
    assert page.locator("[name=work_group]").input_value() == "甲组"
    page.locator(".entry-form .btn.go").click()
    page.wait_for_url(f"{site}register/{number}?lang={language}")
    assert (entry(store, number).entry.notes, entry(store, number).entry.work_group) == ("乙的说明", "甲组")
    page.locator("#step [name=unit]").fill("政法委")
    page.locator("#step [name=to]").click()
    expect(page.locator(".life .now")).to_have_count(1)
    expect(page.locator("#step [name=to]")).to_have_attribute("value", "treatment")
    assert [step.to_stage for step in history(store, number).steps] == ["screened", "listed"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_boundary_is_put_back_and_a_second_planner_sees_both(watched, site, store, language):
    sign_in(watched, site, LONG)
    page = watched.page
    number = {"zh": "T-3", "en": "T-2"}[language]
    last = entry(store, number).parts[0].version
    put_boundary(store, number, number, SQUARE.buffer(0.002), None, version=last, actor=PLANNER, reason="扩大")
    page.goto(f"{site}register/{number}?lang={language}")
    put_boundary(store, number, number, SQUARE.buffer(0.003), None, version=last + 1, actor=PLANNER, reason="再扩大")
    page.locator("#boundaries .act > summary").last.click()
    page.locator(".act[open] [name=reason]").fill("画错了")
    page.locator(".act[open] .btn.go").click()
    expect(page.locator(".pair .shape")).to_be_visible()
    look(watched, "boundary conflict")
    assert page.locator(".act[open] [name=reason]").input_value() == "画错了"
    page.locator(".act[open] .btn.go").click()
    page.wait_for_url(f"{site}register/{number}?lang={language}#boundaries")
    assert entry(store, number).parts[0].geometry.equals(SQUARE)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_earlier_version_of_an_entry_is_put_back_and_a_second_planner_sees_all_three(watched, site, store, language):
    sign_in(watched, site, LONG)
    page, number = watched.page, {"zh": "K-square", "en": "K-village"}[language]
    for version, unit in ((1, "城关派出所"), (2, "渔阳派出所")):
        change_entry(store, number, {"lead_unit": unit}, version=version, actor=PLANNER, reason="改派")
    page.goto(f"{site}register/{number}?lang={language}")
    change_entry(store, number, {"notes": "先到的说明"}, version=3, actor=PLANNER, reason="先到")
    back = page.locator("#versions .change", has_text=re.compile("第 ?2 ?版|version 2")).locator("details.back")
    back.locator("summary").click()
    expect(back.locator("dl ins")).to_contain_text("城关派出所")
    back.locator("[name=reason]").fill("改回城关")
    back.locator(".btn.go").click()
    expect(page.locator("#versions .clash")).to_be_visible()
    look(watched, "entry conflict")
    assert entry(store, number).entry.version == 4
    again = page.locator("#versions details.back[open]")
    assert again.locator("[name=reason]").input_value() == "改回城关"
    again.locator(".btn.go").click()
    page.wait_for_url(f"{site}register/{number}?lang={language}#versions")
    now = entry(store, number).entry
    assert (now.version, now.lead_unit, now.notes, now.stage) == (5, "城关派出所", "", "listed")
    expect(page.locator("#versions .change").first).to_contain_text("改回城关")
    assert [fault for fault in faults(watched) if "409" not in fault] == []


@SHARED_ON_SQLITE
def test_the_head_of_the_list_stays_in_sight_and_a_viewer_sees_no_control(watched, site):
    sign_in(watched, site, "指挥员")
    page = watched.page
    page.goto(f"{site}register?lang=en")
    page.set_viewport_size({"width": 1366, "height": 300})
    page.mouse.wheel(0, 400)
    until(page, "() => window.scrollY > 100")
    assert page.locator("th").first.bounding_box()["y"] == pytest.approx(0, abs=1)
    page.goto(f"{site}register/T-2?lang=en")
    assert page.locator("main form, main .btn").count() == 0
