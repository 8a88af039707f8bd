"""The one question that a target leaves open."""

from datetime import date, timedelta

import pytest

from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.open_questions import DAYS_TO_DELIST, open_question
from geo_zhengzhi.stats.comparison import compare

TODAY = date(2026, 2, 2)
WORSE, BETTER, SAME = compare(40, 12, 59, 59), compare(12, 40, 59, 59), compare(20, 21, 59, 59)


def asked(stage: str, comparison: object = SAME, has_boundary: bool = True, **fields: object) -> tuple[str, str, bool]:
    """The question's first words, the stage that says yes, and whether it should not wait."""
    given = {"kind": "village", "level": "county", "year": 2026, "stage_since": date(2026, 1, 5), **fields}
    found = open_question(Entry("T-1", "板桥村", stage=stage, **given), comparison, has_boundary, TODAY)
    return found.sentence, found.answer, found.is_alarm


@pytest.mark.parametrize("stage", ["accepted", "consolidating", "delisted"])
def test_a_rise_after_acceptance_is_a_suspected_relapse_and_only_suspected(stage: str) -> None:
    sentence, answer, is_alarm = asked(stage, WORSE)
    assert (sentence.startswith("Suspected"), answer, is_alarm) == (True, "relapsed", True)
    assert not asked(stage, SAME)[0].startswith("Suspected")
    assert not asked(stage, None)[0].startswith("Suspected")


@pytest.mark.parametrize("stage", ["screened", "listed", "treatment", "relapsed"])
def test_before_acceptance_a_rise_is_no_relapse(stage: str) -> None:
    assert asked(stage, WORSE)[1] != "relapsed"


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("screened", "listed"), ("listed", "treatment"), ("accepted", "consolidating"), ("relapsed", "treatment")],
)
def test_each_stage_asks_for_the_step_that_follows(stage: str, answer: str) -> None:
    assert asked(stage) == (asked(stage)[0], answer, False)


def test_treatment_asks_for_acceptance_only_once_it_has_improved() -> None:
    assert [asked("treatment", c)[1] for c in (BETTER, SAME, WORSE, None)] == ["accepted", "", "", ""]


def test_a_deadline_is_overdue_from_the_day_after_it() -> None:
    assert not asked("treatment", deadline=TODAY)[2]
    sentence, _, is_alarm = asked("treatment", deadline=TODAY - timedelta(days=1))
    assert (sentence.startswith("Overdue"), is_alarm) == (True, True)
    assert not asked("delisted", deadline=TODAY - timedelta(days=1))[2]


def test_a_relapsed_target_past_its_deadline_is_to_be_treated_and_not_accepted() -> None:
    sentence, answer, is_alarm = asked("relapsed", deadline=TODAY - timedelta(days=1))
    assert (sentence.startswith("Relapsed"), answer, is_alarm) == (True, "treatment", True)


def test_delisting_is_asked_for_after_half_a_year() -> None:
    since = TODAY - timedelta(days=DAYS_TO_DELIST)
    assert asked("consolidating", stage_since=since)[1] == "delisted"
    assert asked("consolidating", stage_since=since + timedelta(days=1))[1] == ""


def test_a_place_without_a_boundary_is_asked_where_it_is_but_a_trade_is_not() -> None:
    assert "no boundary" in asked("listed", None, has_boundary=False)[0]
    assert asked("listed", None, has_boundary=False, kind="trade")[1] == "treatment"
