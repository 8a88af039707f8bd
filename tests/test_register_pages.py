"""The register's pages as a browser without scripts meets them: list, entry, forms, and two planners at once."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest
import shapely
from accounts import PLANNER, actions
from flask import Flask
from registers import make_register
from sites import Visitor, accounts_of_every_role, site_of, small_study

from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register import change_entry, take_step
from geo_zhengzhi.services.register_boundaries import put_boundary
from geo_zhengzhi.services.register_seeding import Seed, seed_register
from geo_zhengzhi.services.register_views import entry, history
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.register import Made, Step

pytestmark = pytest.mark.usefixtures("quick_passwords")
TODAY = date(2026, 2, 2)  # of the sites' clock
SQUARE = shapely.box(117.4, 40.0, 117.41, 40.01)
WIDER = shapely.box(117.4, 40.0, 117.42, 40.01)
OTHER = Actor("规划二科", "planner")
NUMBER = "T-1"
PAGE = f"/register/{NUMBER}"


def target(**fields: object) -> Entry:
    given = {"target_id": NUMBER, "name": "武定苑", "kind": "residential_area", "level": "city", "year": 2026}
    return Entry(**{**given, "stage": "treatment", "stage_since": date(2026, 1, 10), **fields})


def boundary(number: str = NUMBER) -> Boundary:
    return Boundary(number, number, 1, SQUARE, None, Made.now("system"))


@pytest.fixture
def store(tmp_path):
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    accounts_of_every_role(database)
    yield database
    database.close()


@pytest.fixture
def seeded(store):
    lead = {"lead_unit": "城关派出所", "deadline": date(2026, 1, 21), "measures": {"police": "夜间巡逻"}}
    steps = (
        Step(None, "listed", date(2026, 1, 5)),
        Step("listed", "treatment", date(2026, 1, 10), "城关派出所", "进场"),
    )
    seeds = [Seed(target(**lead), steps, (boundary(),))]
    seeds += [
        Seed(target(target_id="T-2", name="板桥村", name_en="Banqiao", kind="village", level="county", year=2025))
    ]
    seed_register(store, seeds, reason="test", today=TODAY)
    return store


@pytest.fixture
def planner(store) -> Visitor:
    return Visitor(site(store)).sign_in("planner")


def site(store) -> Flask:
    return site_of(store, small_study())


def words(answer) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", html.unescape(text))


def rows(answer) -> list[str]:
    body = answer.get_data(as_text=True).partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def form_of(answer) -> dict[str, str]:
    """What the entry's form holds, as a browser would send it."""
    page = answer.get_data(as_text=True)
    form = page[page.index('<form class="entry-form"') :].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input (?:type="\w+" )?name="([^"]+)"[^>]*? value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    return {name: html.unescape(value) for name, value in found.items()}


# the list


def test_an_empty_register_says_why_and_what_to_do_next(store, planner):
    assert "The register is empty." in words(planner.get("/register"))
    assert 'href="/register-new"' in planner.get("/register").text
    assert "register-new" not in Visitor(planner.client.application).sign_in("viewer").get("/register").text


def test_the_list_tells_of_each_target_what_it_is_who_leads_and_by_when(seeded, planner):
    page = planner.get("/register")
    assert "2 entries" in words(page)
    first, second = rows(page)
    assert first == (
        "武定苑 T-1 residential area city level 2026 城关派出所 under treatment 2026-01-10 2026-01-21 overdue 12 days 1"
    )
    assert second.startswith("Banqiao T-2 village county level 2025 – under treatment")
    assert "逾期 12 天" in words(planner.get("/register?lang=zh"))
    assert "板桥村" in words(planner.get("/register?lang=zh"))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("year=2025", ["T-2"]), ("level=city", ["T-1"]), ("kind=village", ["T-2"]), ("stage=treatment", ["T-1", "T-2"]),
        ("overdue=1", ["T-1"]), ("text=banq", ["T-2"]), ("text=城关", ["T-1"]), ("text=%25", []),
        ("stage=relapsed", []),
        ("sort=name&order=up", ["T-2", "T-1"]), ("sort=name&order=down", ["T-1", "T-2"]), ("year=2025&level=city", []),
        ("sort=deadline", ["T-1", "T-2"]),
    ],
)  # fmt: skip
def test_filters_and_sorts_are_in_the_address(seeded, planner, asked, kept):
    page = planner.get(f"/register?{asked}")
    assert page.status_code == 200
    assert re.findall(r'href="/register/(T-\d)"', page.text) == kept


def test_a_filter_that_keeps_nothing_offers_to_take_one_back(seeded, planner):
    page = planner.get("/register?year=2025&level=city")
    assert "No entry has all of this." in words(page)
    assert 'href="/register?level=city"' in page.text
    assert 'href="/register?year=2025"' in page.text


@pytest.mark.parametrize("asked", ["year=x", "year=1999", "year=²", "level=x", "kind=x", "stage=x", "sort=notes"])
def test_a_filter_that_is_not_possible_is_told_on_the_list(seeded, planner, asked):
    page = planner.get(f"/register?{asked}")
    assert page.status_code == 400
    assert "– allowed: " in words(page)
    assert '<form class="inline bar"' in page.text


def test_eleven_hundred_entries_come_fifty_a_page_and_small(store, planner):
    seed_register(store, make_register(), reason="test", today=TODAY)
    seen: list[str] = []
    for number in range(1, 23):
        page = planner.get(f"/register?page={number}")
        assert len(page.data) < 100_000
        found = re.findall(r'href="/register/([^"/]+)"', page.text)
        assert len(found) == (50 if number < 22 else 34)
        seen += found
    assert len(set(seen)) == 1084
    assert "page 22 of 22" in words(planner.get("/register?page=999"))
    assert "page 1 of 22" in words(planner.get("/register?page=-3"))


# an entry


def test_an_entry_tells_its_life_its_fields_and_its_boundary(seeded, planner):
    page = planner.get(PAGE)
    line = re.findall(r'<li class="(\w+)"', page.text.partition('class="life"')[2].partition("</ol>")[0])
    assert line == ["done", "done", "now", "ahead", "ahead", "ahead"]
    told = words(page)
    for said in (
        "since 2026-01-10",
        "by 2026-01-21",
        "夜间巡逻",
        "进场",
        "0.948 km²",
        "not filled in: civil prevention",
    ):
        assert said in told
    assert planner.get("/register/T-9").status_code == 404
    assert "The register has no entry T-9" in words(planner.get("/register/T-9"))


def test_a_relapse_sits_on_the_line_where_it_happened(store, planner):
    way = ("accepted", "consolidating", "relapsed")
    steps = [Step(None, "treatment", date(2026, 1, 1))]
    steps += [Step(steps[-1].to_stage if i == 0 else way[i - 1], to, date(2026, 1, 2 + i)) for i, to in enumerate(way)]
    relapsed = target(stage="relapsed", stage_since=date(2026, 1, 4))
    seed_register(store, [Seed(relapsed, tuple(steps))], reason="test", today=TODAY)
    line = planner.get(PAGE).text.partition('class="life"')[2].partition("</ol>")[0]
    assert re.findall(r'<li class="(\w+)"', line) == ["done"] * 5 + ["ahead"]
    assert 'class="relapse now"' in line.split("</li>")[4]
    take_step(store, NUMBER, "treatment", TODAY, "派出所", "", version=1, actor=PLANNER, today=TODAY)
    line = planner.get(PAGE).text.partition('class="life"')[2].partition("</ol>")[0]
    assert re.findall(r'<li class="(\w+)"', line) == ["done", "done", "now", "ahead", "ahead", "ahead"]
    assert 'class="relapse"' in line.split("</li>")[4]


def test_versions_are_told_field_by_field(seeded, planner):
    change_entry(seeded, NUMBER, {"notes": "每周通报", "year": 2025}, version=1, actor=PLANNER, reason="县里批复")
    told = words(planner.get(PAGE))
    assert "县里批复" in told
    assert "Year 2026 → 2025" in told
    assert "Notes – → 每周通报" in told


def test_a_page_shows_the_last_versions_and_all_when_asked(seeded, planner):
    for number in range(1, 31):
        change_entry(seeded, NUMBER, {"notes": f"说明{number}"}, version=number, actor=PLANNER, reason="改")
    assert planner.get(PAGE).text.count('<article class="change">') == 20
    assert planner.get(f"{PAGE}?all=1").text.count('<article class="change">') == 31


def test_a_viewer_sees_no_control(seeded, planner):
    put_boundary(seeded, NUMBER, NUMBER, WIDER, None, version=1, actor=PLANNER, reason="扩大")
    viewer = Visitor(planner.client.application).sign_in("viewer")
    for path in (PAGE, "/register"):
        page = viewer.get(path).text.partition("<main")[2]
        assert 'method="post"' not in page
        assert "register-new" not in page
        assert "/change" not in page
    assert 'action="/register/T-1/step"' in planner.get(PAGE).text


# the planners' forms


NEW = {"target_id": "T-9", "name": " 鼓楼广场 ", "kind": "square", "level": "city", "year": "2026", "stage": "screened"}
NEW |= {"stage_since": "2026-02-01", "lead_unit": "城关派出所", "measures.police": "巡逻\r\n两次", "deadline": ""}


def test_an_entry_is_added_and_its_first_step_recorded(store, planner):
    form = form_of(planner.get("/register-new"))
    assert (form["year"], form["stage"], form["stage_since"]) == ("2026", "screened", "2026-02-02")
    answer = planner.post("/register-new", "/register-new", **{**form, **NEW})
    assert (answer.status_code, answer.location) == (303, "/register/T-9")
    found = entry(store, "T-9").entry
    assert (found.name, found.measures, found.deadline, found.version) == (
        "鼓楼广场",
        {"police": "巡逻\n两次"},
        None,
        1,
    )
    assert [step.to_stage for step in history(store, "T-9").steps] == ["screened"]
    assert actions(store)[-1] == ("add", "target T-9")


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"target_id": NUMBER}, 409, ""), ({"target_id": "a/b"}, 400, "target_id"), ({"name": ""}, 400, "name"),
        ({"kind": ""}, 400, "kind"), ({"year": "next"}, 400, "year"), ({"year": ""}, 400, "year"),
        ({"deadline": "soon"}, 400, "deadline"), ({"stage_since": "2026-02-03"}, 400, ""),
        ({"stage_since": ""}, 400, "stage_since"), ({"works_in": "county"}, 400, "works_in"),
        ({"notes": "13800138000"}, 400, "notes"), ({"measures.civil": "x" * 2001}, 400, "measures.civil"),
        ({"name": "a\u202eb"}, 400, "name"), ({"kind": "trade", "works_in": "T-77"}, 400, ""),
    ],
)  # fmt: skip
def test_a_refused_entry_keeps_what_was_typed_and_says_why_in_place(seeded, planner, wrong, status, field):
    answer = planner.post("/register-new", "/register-new", **{**NEW, **wrong})
    assert answer.status_code == status
    assert " – allowed: " in words(answer)
    kept = form_of(answer)
    assert kept["lead_unit"] == "城关派出所"
    for name in wrong:
        assert kept[name] == wrong[name].strip() or name in ("kind", "stage_since", "deadline", "year")
    assert re.findall(r'name="([^"]+)" aria-invalid="true"', answer.text) == ([field] if field else [])
    assert ("add", "target T-9") not in actions(seeded)


def test_an_entry_is_changed_with_its_reason(seeded, planner):
    form = form_of(planner.get(f"{PAGE}/change"))
    assert (form["version"], form["measures.police"], form["deadline"]) == ("1", "夜间巡逻", "2026-01-21")
    answer = planner.post(
        f"{PAGE}/change", PAGE, **{**form, "notes": "每周通报", "measures.civil": "护村队", "reason": "批复"}
    )
    assert (answer.status_code, answer.location) == (303, PAGE)
    found = entry(seeded, NUMBER)
    assert (found.entry.notes, found.entry.version, history(seeded, NUMBER).versions[-1].made.reason) == (
        "每周通报",
        2,
        "批复",
    )
    assert found.entry.measures == {"police": "夜间巡逻", "civil": "护村队"}


def test_a_change_without_a_reason_is_refused_and_kept(seeded, planner):
    form = form_of(planner.get(f"{PAGE}/change")) | {"notes": "每周通报", "reason": " "}
    answer = planner.post(f"{PAGE}/change", PAGE, **form)
    assert answer.status_code == 400
    assert "reason is empty" in words(answer)
    assert form_of(answer)["notes"] == "每周通报"
    assert entry(seeded, NUMBER).entry.version == 1


def test_two_planners_at_once_lose_nothing(seeded, planner):
    form = form_of(planner.get(f"{PAGE}/change"))
    first = {"notes": "甲的说明", "lead_unit": "渔阳派出所", "measures": {"police": "夜间巡逻", "patrols": "甲的巡逻"}}
    change_entry(seeded, NUMBER, first, version=1, actor=OTHER, reason="先到")
    own = {"notes": "乙的说明", "work_group": "第二工作组", "measures.civil": "护村队", "reason": "后到"}
    answer = planner.post(f"{PAGE}/change", PAGE, **{**form, **own})
    assert answer.status_code == 409
    told = words(answer)
    assert "You saw version 1; 规划二科 saved version 2" in told
    assert "Notes both changed it – 甲的说明 乙的说明" in told
    assert "Lead unit 城关派出所 渔阳派出所 not changed" in told
    assert "County work group – as before 第二工作组" in told
    kept = form_of(answer)
    assert (kept["version"], kept["notes"], kept["lead_unit"], kept["reason"]) == (
        "2",
        "乙的说明",
        "渔阳派出所",
        "后到",
    )
    assert planner.post(f"{PAGE}/change", PAGE, **kept).status_code == 303
    found = entry(seeded, NUMBER).entry
    assert (found.version, found.notes, found.lead_unit, found.work_group) == (
        3,
        "乙的说明",
        "渔阳派出所",
        "第二工作组",
    )
    assert found.measures == {"police": "夜间巡逻", "patrols": "甲的巡逻", "civil": "护村队"}


@pytest.mark.parametrize("version", ["", "x", "0", "-1", "99", "9" * 30])
def test_a_version_that_never_was_is_a_conflict_and_keeps_the_input(seeded, planner, version):
    form = form_of(planner.get(f"{PAGE}/change")) | {"version": version, "notes": "乙", "reason": "x"}
    answer = planner.post(f"{PAGE}/change", PAGE, **form)
    assert answer.status_code == 409
    assert (form_of(answer)["notes"], form_of(answer)["version"]) == ("乙", "1")


STEP = {"to": "accepted", "day": "2026-02-01", "unit": "渔阳派出所", "note": "现场核验", "version": "1"}


def test_only_the_steps_that_may_follow_have_a_button_and_one_is_taken(seeded, planner):
    assert re.findall(r'name="to" value="(\w+)"', planner.get(PAGE).text) == ["accepted"]
    assert planner.post(f"{PAGE}/step", PAGE, **STEP).status_code == 303
    assert re.findall(r'name="to" value="(\w+)"', planner.get(PAGE).text) == ["consolidating", "relapsed"]
    last = history(seeded, NUMBER).steps[-1]
    taken = (last.from_stage, last.to_stage, last.step_date, last.unit, last.note)
    assert taken == ("treatment", "accepted", date(2026, 2, 1), "渔阳派出所", "现场核验")


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"to": "delisted"}, 409, "cannot become delisted"), ({"to": ""}, 400, "allowed: screened, listed"),
        ({"day": "2026-02-03"}, 400, "to 2026-02-02, today"), ({"day": "2026-01-09"}, 400, "from 2026-01-10"),
        ({"day": "x"}, 400, "YYYY-MM-DD"), ({"unit": " "}, 400, "unit is empty"),
        ({"note": "津A12345"}, 400, "a plate"),
    ],
)  # fmt: skip
def test_a_refused_step_is_kept_and_told_in_place(seeded, planner, wrong, status, said):
    answer = planner.post(f"{PAGE}/step", PAGE, **{**STEP, **wrong})
    assert answer.status_code == status
    assert said in words(answer)
    form = answer.text.partition('id="step"')[2].partition("</section>")[0]
    assert html.escape({**STEP, **wrong}["note"]) in form
    assert entry(seeded, NUMBER).entry.stage == "treatment"


def test_a_step_that_came_second_is_shown_beside_what_is_stored(seeded, planner):
    take_step(seeded, NUMBER, "accepted", date(2026, 1, 30), "县专班", "", version=1, actor=OTHER, today=TODAY)
    answer = planner.post(f"{PAGE}/step", PAGE, **STEP)
    assert answer.status_code == 409
    told = words(answer)
    assert "Stage under treatment accepted accepted" in told
    assert "2026-01-10 2026-01-30 2026-02-01" in told
    assert "现场核验" in answer.text
    assert 'name="version" value="2"' in answer.text


# boundaries


def test_an_earlier_boundary_is_drawn_over_the_present_one_and_put_back(seeded, planner):
    put_boundary(seeded, NUMBER, NUMBER, WIDER, None, version=1, actor=OTHER, reason="扩大")
    page = planner.get(PAGE).text
    assert page.count('class="area present"') == 2
    assert page.count('class="area before"') == 1
    restore = f"{PAGE}/parts/{NUMBER}/restore"
    assert planner.post(restore, PAGE, version="2", wanted="1", reason="画错了").status_code == 303
    part = entry(seeded, NUMBER).parts[0]
    assert (part.version, part.geometry.equals(SQUARE)) == (3, True)
    assert "画错了" in words(planner.get(PAGE))


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"reason": ""}, 400, "reason is empty"), ({"wanted": "9"}, 404, "never had a version 9"),
        ({"wanted": ""}, 404, "never had a version 0"), ({"version": "1"}, 409, "stored: version 2 by 规划二科"),
    ],
)  # fmt: skip
def test_a_refused_restoring_is_told_at_its_part(seeded, planner, sent, status, said):
    put_boundary(seeded, NUMBER, NUMBER, WIDER, None, version=1, actor=OTHER, reason="扩大")
    given = {"version": "2", "wanted": "1", "reason": "画错了", **sent}
    answer = planner.post(f"{PAGE}/parts/{NUMBER}/restore", PAGE, **given)
    assert answer.status_code == status
    assert said in words(answer)
    assert ("画错了" in answer.text) == (given["wanted"] == "1" and bool(given["reason"]))
    assert entry(seeded, NUMBER).parts[0].version == 2


# roles


@pytest.mark.parametrize("role", ["viewer", "importer", "administrator", "auditor"])
def test_only_a_planner_writes(seeded, role):
    visitor = Visitor(site(seeded)).sign_in(role)
    assert visitor.get(PAGE).status_code == 200
    for path in ("/register-new", f"{PAGE}/change"):
        assert visitor.get(path).status_code == 403
    for path in ("/register-new", f"{PAGE}/change", f"{PAGE}/step", f"{PAGE}/parts/{NUMBER}/restore"):
        assert visitor.post(path, "/account", **STEP).status_code == 403
    assert entry(seeded, NUMBER).entry == replace(entry(seeded, NUMBER).entry, version=1, stage="treatment")
