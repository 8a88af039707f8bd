"""The planners' forms: filled in, refused with their input kept, and sent by two planners at once."""

import html
import re
from datetime import date

import pytest
from accounts import actions
from register_sites import NUMBER, OTHER, PAGE, SQUARE, TODAY, WIDER, form_of, site, words
from sites import Visitor

from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import change_entry, take_step
from geo_zhengzhi.services.register.views import entry, history

pytestmark = pytest.mark.usefixtures("quick_passwords")


# entries


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
    assert re.findall(r'name="([^"]+)"[^>]*? aria-invalid="true"', answer.text) == ([field] if field else [])
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


# versions of the entry


def with_two_versions(store):
    """武定苑 as it was, then led by another unit under another name."""
    change_entry(
        store, NUMBER, {"lead_unit": "文昌街道派出所", "name": "武定小区"}, version=1, actor=OTHER, reason="分工"
    )
    return store


def article(answer, version):
    """What the page says of one version, with its form."""
    (found,) = (part for part in answer.text.split('<article class="change">') if f">version {version}<" in part)
    return found.partition("</article>")[0]


def test_an_earlier_version_is_put_back_once_it_is_seen_what_would_change(seeded, planner):
    with_two_versions(seeded)
    take_step(seeded, NUMBER, "accepted", date(2026, 1, 30), "县专班", "", version=2, actor=OTHER, today=TODAY)
    page = planner.get(PAGE)
    form = article(page, 1).partition("<form")[2]
    assert "<del>文昌街道派出所</del>" in form
    assert "<ins>城关派出所</ins>" in form
    assert "stage" not in re.findall(r"<dt>(.*?)</dt>", form.lower())
    assert "<form" not in article(page, 3)
    assert "<form" not in article(page, 2)  # the step after it changed nothing that could be put back
    answer = planner.post(f"{PAGE}/restore", PAGE, version="3", wanted="1", reason="改错了")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}#versions")
    now = entry(seeded, NUMBER).entry
    assert (now.lead_unit, now.name, now.stage, now.version) == ("城关派出所", "武定苑", "accepted", 4)
    assert "改错了" in words(planner.get(PAGE))
    assert actions(seeded)[-1] == ("edit", f"target {NUMBER}")


def test_putting_a_version_back_on_an_old_one_shows_both_and_can_be_sent_again(seeded, planner):
    with_two_versions(seeded)
    change_entry(seeded, NUMBER, {"lead_unit": "市场监管局"}, version=2, actor=OTHER, reason="再调整")
    answer = planner.post(f"{PAGE}/restore", PAGE, version="2", wanted="1", reason="改错了")
    assert answer.status_code == 409
    told = words(answer)
    assert "Lead unit both changed it 文昌街道派出所 市场监管局 城关派出所" in told
    assert "Place name 武定小区 as before 武定苑" in told
    again = article(answer, 1)
    assert 'name="version" value="3"' in again
    assert 'value="改错了"' in again
    assert entry(seeded, NUMBER).entry.lead_unit == "市场监管局"
    assert planner.post(f"{PAGE}/restore", PAGE, version="3", wanted="1", reason="改错了").status_code == 303
    assert entry(seeded, NUMBER).entry.lead_unit == "城关派出所"


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"reason": ""}, 400, "reason is empty"), ({"wanted": "9"}, 404, "never had a version 9"),
        ({"wanted": "x"}, 404, "never had a version 0"), ({"reason": "13812345678"}, 400, "reason"),
    ],
)  # fmt: skip
def test_a_version_that_cannot_be_put_back_says_why_and_keeps_the_reason(seeded, planner, sent, status, said):
    with_two_versions(seeded)
    given = {"version": "2", "wanted": "1", "reason": "改错了", **sent}
    answer = planner.post(f"{PAGE}/restore", PAGE, **given)
    assert answer.status_code == status
    assert said in words(answer)
    assert entry(seeded, NUMBER).entry.version == 2


def test_who_may_not_edit_sees_no_form_at_a_version_and_sends_none(seeded):
    viewer = Visitor(site(with_two_versions(seeded))).sign_in("viewer")
    assert "<form" not in article(viewer.get(PAGE), 1)
    assert viewer.post(f"{PAGE}/restore", PAGE, version="2", wanted="1", reason="r").status_code == 403
    assert viewer.get("/register/T-404").status_code == 404
    planner = Visitor(viewer.client.application).sign_in("planner")
    assert planner.post("/register/T-404/restore", PAGE, version="2", wanted="1", reason="r").status_code == 404


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
