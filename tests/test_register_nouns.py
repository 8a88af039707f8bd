"""The nouns of the register: what an entry takes, which step follows from which, when a deadline has passed."""

import itertools
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from geo_zhengzhi.errors import (
    GeoZhengzhiError,
    InvalidParameter,
    StepDateRefused,
    StepNotAllowed,
    TextMissing,
    TextTooLong,
    TextUnprintable,
)
from geo_zhengzhi.life import (
    STAGE_WORDS,
    STAGES,
    allowed_steps,
    check_step,
    check_step_date,
    days_to_deadline,
    is_overdue,
)
from geo_zhengzhi.register import COMMITMENTS, LONGEST, MEASURES, Entry
from geo_zhengzhi.words import catalogue, translator

DAY = date(2024, 3, 1)
ENTRY = Entry("2024-001", "武定苑", "residential_area", "city", 2024, "listed", DAY)
LIFE = ("screened", "listed", "treatment", "accepted", "consolidating", "delisted")
ALLOWED = {*itertools.pairwise(LIFE), *((stage, "relapsed") for stage in LIFE[3:]), ("relapsed", "treatment")}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("to_stage", STAGES)
def test_a_step_is_possible_exactly_where_the_life_goes_on_or_relapses(stage: str, to_stage: str) -> None:
    if (stage, to_stage) in ALLOWED:
        check_step(stage, to_stage)
        assert to_stage in allowed_steps(stage)
    else:
        with pytest.raises(StepNotAllowed):
            check_step(stage, to_stage)
        assert to_stage not in allowed_steps(stage)


def test_a_refused_step_names_the_allowed_ones_in_both_languages() -> None:
    with pytest.raises(StepNotAllowed) as refused:
        check_step("accepted", "listed")
    assert "that is accepted cannot become listed – allowed next: consolidating, relapsed" in str(refused.value)
    assert "验收" in refused.value.in_language(translator("zh"))
    assert "巩固, 反弹" in refused.value.in_language(translator("zh"))


def test_a_word_that_is_no_stage_has_no_steps() -> None:
    for call in (lambda: allowed_steps("dropped"), lambda: check_step("listed", "dropped")):
        with pytest.raises(InvalidParameter, match="dropped"):
            call()


def test_every_stage_measure_and_commitment_has_its_chinese() -> None:
    words = {*STAGE_WORDS.values(), *MEASURES.values(), *COMMITMENTS.values()}
    assert words <= set(catalogue("zh"))


@pytest.mark.parametrize("day", [date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 9)])
def test_a_step_may_be_dated_from_the_last_one_to_today(day: date) -> None:
    check_step_date(day, date(2024, 3, 1), date(2024, 3, 9))


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 3, 10)])
def test_a_step_before_the_last_one_or_after_today_is_refused_with_both_days(day: date) -> None:
    with pytest.raises(StepDateRefused, match=f"{day}.*2024-03-01.*2024-03-09"):
        check_step_date(day, date(2024, 3, 1), date(2024, 3, 9))


@pytest.mark.parametrize(
    ("stage", "today", "overdue"),
    [
        ("treatment", date(2024, 6, 30), False),
        ("treatment", date(2024, 7, 1), True),
        ("relapsed", date(2024, 7, 1), True),
        ("accepted", date(2024, 7, 1), False),
        ("delisted", date(2025, 7, 1), False),
    ],
)
def test_a_target_is_overdue_from_the_day_after_its_deadline_until_accepted(
    stage: str, today: date, overdue: bool
) -> None:
    assert is_overdue(stage, date(2024, 6, 30), today) is overdue
    assert is_overdue(stage, None, today) is False


def test_days_to_the_deadline_count_down_through_zero() -> None:
    days = [days_to_deadline(date(2024, 6, 30), date(2024, *day)) for day in ((6, 29), (6, 30), (7, 12))]
    assert days == [1, 0, -12]
    assert days_to_deadline(None, DAY) is None


def test_an_entry_comes_back_from_its_contents() -> None:
    full = replace(
        ENTRY, deadline=date(2024, 12, 31), measures={"police": "巡逻\n两班"}, commitments={"leadership": "副县级"},
        notes="注", version=7,
    )  # fmt: skip
    assert Entry.from_contents(full.contents()) == full
    assert Entry.from_contents(ENTRY.contents()) == ENTRY


WRONG: list[tuple[dict[str, Any], type[GeoZhengzhiError]]] = [
    ({"kind": "park"}, InvalidParameter),
    ({"level": "province"}, InvalidParameter),
    ({"level": ""}, InvalidParameter),
    ({"stage": "open"}, InvalidParameter),
    ({"year": 1999}, InvalidParameter),
    ({"year": 2100}, InvalidParameter),
    ({"year": "2024"}, InvalidParameter),
    ({"year": True}, InvalidParameter),
    ({"deadline": "2024-12-31"}, InvalidParameter),
    ({"deadline": datetime(2024, 12, 31)}, InvalidParameter),
    ({"measures": {"drones": "两架"}}, InvalidParameter),
    ({"measures": "巡逻"}, InvalidParameter),
    ({"measures": {"police": 3}}, InvalidParameter),
    ({"commitments": {"police": "x"}}, InvalidParameter),
    ({"works_in": "county"}, InvalidParameter),
    ({"target_id": "2024/001"}, InvalidParameter),
    ({"target_id": "2024 001"}, InvalidParameter),
    ({"target_id": "."}, InvalidParameter),
    ({"target_id": ".."}, InvalidParameter),
    ({"target_id": ""}, TextMissing),
    ({"name": "  "}, TextMissing),
    ({"name": None}, InvalidParameter),
    ({"name": "苑" * (LONGEST["name"] + 1)}, TextTooLong),
    ({"notes": "x" * (LONGEST["notes"] + 1)}, TextTooLong),
    ({"name": "武定\n苑"}, TextUnprintable),
    ({"notes": "a\x00b"}, TextUnprintable),
    ({"lead_unit": "所\x1b[2J"}, TextUnprintable),
    ({"notes": "\u202egnp.exe"}, TextUnprintable),
    ({"notes": "\ud83d"}, TextUnprintable),
]


@pytest.mark.parametrize(("change", "error"), WRONG)
def test_an_entry_refuses_what_its_fields_do_not_take(change: dict[str, Any], error: type[GeoZhengzhiError]) -> None:
    with pytest.raises(error):
        replace(ENTRY, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"year": 2000},
        {"year": 2099},
        {"name": "苑" * LONGEST["name"]},
        {"notes": "一\n二"},
        {"kind": "trade", "works_in": "county"},
        {"target_id": "蓟政法〔2024〕3号-1"},
        {"target_id": "..."},
        {"target_id": ".1"},
        {"name": "👮🏽‍♂️ 岗亭"},
        {"measures": dict.fromkeys(MEASURES, "x"), "commitments": dict.fromkeys(COMMITMENTS, "x")},
    ],
)
def test_an_entry_takes_what_lies_on_the_edge(change: dict[str, Any]) -> None:
    assert vars(replace(ENTRY, **change)).items() >= change.items()
