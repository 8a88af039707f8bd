""" "No relapse, keep watching": kept on both engines, not asked again, and asked anew of other counts."""

import re
from datetime import date
from functools import cache

import pytest
from accounts import PLANNER, actions
from programs import program
from register_sites import OTHER, target, words
from sites import Visitor, accounts_of_every_role, site_of
from studies import area
from test_screening import county as made_county

from geo_zhengzhi.errors import QuestionNotOpen, StepNeedsPlanner, TextMissing, VersionConflict
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.services.register.answering import Seen, keep_watching
from geo_zhengzhi.services.register.entries import change_entry
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.register import Made
from tests.stores import ON_SQLITE

pytestmark = pytest.mark.usefixtures("quick_passwords")

county = cache(made_county)  # one study, whose figures are kept
SEEN = Seen(date(2024, 2, 1), date(2024, 6, 30), 24, 11)
PAGE = "/register/T-1?from=2024-02-01&to=2024-06-30"
ASKED, STANDS = "Suspected relapse: has it relapsed?", "No relapse: keep watching"
WATCH = "/register/T-1/watch"
FORM = {"from": "2024-02-01", "to": "2024-06-30", "now": "24", "before": "11", "version": "1", "reason": "集市搬迁"}


@pytest.fixture
def store(store):
    """A store, on each engine, with an accepted target that has more incidents than a year before."""
    accounts_of_every_role(store)
    new = target(name="东庄", kind="village", stage="accepted", stage_since=date(2024, 1, 5))
    part = Boundary("T-1", "T-1", 1, area("x", 0, 0)["geometry"], None, Made.now("system"))
    seed_register(store, [Seed(new, (), (part,))], reason="test")
    return store


@pytest.fixture
def planner(store) -> Visitor:
    return Visitor(site_of(store, county())).sign_in("planner")


def say(store, seen=SEEN, reason="集市搬迁", version=1, actor=PLANNER):
    return keep_watching(store, county(), "T-1", seen, reason, version=version, actor=actor)


def test_the_answer_is_recorded_shown_in_the_life_and_not_asked_for_again(store, planner):
    page = planner.get(PAGE)
    assert ASKED in words(page)
    form = page.text.partition('action="/register/T-1/watch')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert {name: sent[name] for name in ("from", "to", "now", "before", "version")} == {
        name: FORM[name] for name in ("from", "to", "now", "before", "version")
    }
    answer = planner.post(WATCH + "?from=2024-02-01&to=2024-06-30", PAGE, **FORM)
    assert (answer.status_code, answer.location) == (303, PAGE)
    told = words(planner.get(PAGE))
    assert ASKED not in told
    assert f"{STANDS} " in told
    assert "24 against 11 (2024-02-01 – 2024-06-30)" in told
    assert "集市搬迁" in told
    assert "不是反弹，继续观察" in words(planner.get(f"{PAGE}&lang=zh"))
    assert entry(store, "T-1").entry.stage == "accepted", "it is no step"
    assert actions(store)[-1] == ("keep watching", "target T-1")


def test_other_counts_are_asked_about_anew(store, planner):
    say(store)
    shorter = planner.get("/register/T-1?from=2024-02-01&to=2024-05-31")
    assert ASKED in words(shorter)
    assert STANDS in words(shorter), "the answer stays in its life"
    with pytest.raises(QuestionNotOpen):
        say(store, Seen(SEEN.first_day, SEEN.last_day, 25, 11))


def test_the_same_answer_twice_is_one(store):
    assert say(store) == say(store, reason="again", actor=OTHER)
    assert [(one.seen, one.made.by, one.made.reason) for one in history(store, "T-1").answers] == [
        (SEEN, PLANNER.name, "集市搬迁")
    ]


@ON_SQLITE
@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"now": "23"}, 409, "nothing is asked about 23 / 11"), ({"before": "x"}, 409, "nothing is asked about"),
        ({"from": "x"}, 400, "YYYY-MM-DD"), ({"to": "2023-01-01"}, 409, "nothing is asked about"),
        ({"reason": " "}, 400, "reason is empty"), ({"reason": "津A12345"}, 400, "a plate"),
        ({"version": "7"}, 409, "version 7"), ({"from": "0001-01-01", "to": "9999-12-31"}, 409, "is asked about"),
        ({"now": "9" * 40}, 409, "nothing is asked about"), ({"now": "-1"}, 409, "nothing is asked about"),
    ],
)  # fmt: skip
def test_a_refused_answer_is_told_where_it_was_given_and_records_nothing(store, planner, wrong, status, said):
    answer = planner.post(WATCH, PAGE, **{**FORM, **wrong})
    assert answer.status_code == status
    assert said in words(answer)
    assert not history(store, "T-1").answers


def test_only_a_planner_answers_and_never_the_program(store):
    for actor in (SYSTEM, *(Actor(role, role) for role in ROLES if role != "planner")):
        with pytest.raises(StepNeedsPlanner):
            say(store, actor=actor)
    with pytest.raises(TextMissing):
        say(store, reason="")


def test_a_planner_who_comes_second_is_told(store):
    change_entry(store, "T-1", {"notes": "x"}, version=1, actor=OTHER, reason="y")
    with pytest.raises(VersionConflict):
        say(store)
    assert say(store, version=2).seen == SEEN


def test_programs_answer_with_the_version_that_they_saw(store):
    app = site_of(store, county())
    planner, viewer = program(app, store, "planner"), program(app, store, "viewer")
    body = {"period_from": "2024-02-01", "period_to": "2024-06-30", "n_now": 24, "n_before": 11, "reason": "集市"}
    viewer.refused(403, "POST", "/targets/T-1/answers", body, If_Match='"1"')
    planner.refused(428, "POST", "/targets/T-1/answers", body)
    assert planner.refused(412, "POST", "/targets/T-1/answers", body, If_Match='"3"')["given"]["n_now"] == 24
    planner.refused(409, "POST", "/targets/T-1/answers", body | {"n_now": 3}, If_Match='"1"')
    done = planner.ask("POST", "/targets/T-1/answers", body, If_Match='"1"')
    assert (done.status_code, done.json["reason"], done.headers["ETag"]) == (200, "集市", '"1"')
    assert [one["n_now"] for one in viewer.get("/targets/T-1/answers")["items"]] == [24]
