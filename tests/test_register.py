"""The register's use cases on both engines: entries, versions, steps, lists, and who may do what."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from geo_zhengzhi.errors import (
    EntryExists,
    EntryUnknown,
    GeoZhengzhiError,
    InvalidParameter,
    KindHoldsBoundary,
    NotAllowed,
    PersonalText,
    RegisterNotEmpty,
    StepDateRefused,
    StepNeedsPlanner,
    StepNotAllowed,
    TextMissing,
    TextUnprintable,
    VersionConflict,
    WorksInUnknown,
)
from geo_zhengzhi.life import STAGES
from geo_zhengzhi.model import KINDS, ROLES, SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.entries import add_entry, change_entry, take_step
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entries, entry, history
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Step
from geo_zhengzhi.words import translator
from tests.registers import N_AT_LEVEL, TODAY, YEARS, make_register

PLANNER = Actor("规划一科", "planner")
OTHER = Actor("规划二科", "planner")
NEW = Entry("2024-001", "武定苑", "residential_area", "city", 2024, "listed", date(2024, 1, 10), lead_unit="派出所")


@pytest.fixture
def one(store: Database) -> Database:
    """A store with the entry NEW."""
    add_entry(store, NEW, actor=PLANNER, today=TODAY)
    return store


def logged(store: Database) -> list[tuple[str, str, str]]:
    with store.read() as connection:
        assert audit.first_break(connection) is None
        return [(row.who, row.action, row.object) for row in audit.records(connection)]


def targets_version(store: Database) -> int:
    with store.read() as connection:
        return int(state.get(connection, state.TARGETS_VERSION, 0))


def change(store: Database, changes: dict[str, Any], version: int = 1, actor: Actor = PLANNER) -> Entry:
    return change_entry(store, "2024-001", changes, version=version, actor=actor, reason="核实")


def step(store: Database, to_stage: str, day: date, version: int, actor: Actor = PLANNER, **words: str) -> Entry:
    said = {"unit": "政法委", "note": ""} | words
    return take_step(store, "2024-001", to_stage, day, **said, version=version, actor=actor, today=TODAY)


def test_a_new_entry_is_version_one_with_its_first_step_and_a_row_in_the_log(one: Database) -> None:
    shown, past = entry(one, "2024-001"), history(one, "2024-001")
    assert shown.entry == NEW
    assert (shown.made.by, shown.parts) == ("规划一科", ())
    assert [(v.entry, v.made.by) for v in past.versions] == [(NEW, "规划一科")]
    assert [(s.from_stage, s.to_stage, s.step_date, s.unit) for s in past.steps] == [
        (None, "listed", date(2024, 1, 10), "派出所")
    ]
    assert logged(one) == [("规划一科", "add", "target 2024-001")]
    assert targets_version(one) == 1


def test_a_number_that_is_taken_is_refused_and_leaves_the_first_entry(one: Database) -> None:
    with pytest.raises(EntryExists, match="2024-001"):
        add_entry(one, replace(NEW, name="富裕家园"), actor=OTHER, today=TODAY)
    assert entry(one, "2024-001").entry.name == "武定苑"
    assert len(logged(one)) == 1


def test_a_new_entry_cannot_have_come_to_its_stage_tomorrow(store: Database) -> None:
    with pytest.raises(StepDateRefused):
        add_entry(store, replace(NEW, stage_since=date(2025, 1, 1)), actor=PLANNER, today=TODAY)
    assert entries(store).total == 0


def test_a_change_is_a_new_version_that_keeps_the_old_one(one: Database) -> None:
    changed = change(one, {"notes": " 南门加灯\r\n东门加锁 ", "measures": {"patrols": "夜间两班", "civil": " "}})
    assert (changed.version, changed.notes, changed.measures) == (2, "南门加灯\n东门加锁", {"patrols": "夜间两班"})
    versions = history(one, "2024-001").versions
    assert [(v.entry.version, v.entry.notes, v.made.reason) for v in versions] == [
        (1, "", ""),
        (2, "南门加灯\n东门加锁", "核实"),
    ]
    assert entry(one, "2024-001").entry == changed == versions[-1].entry
    assert targets_version(one) == 2
    assert logged(one)[-1] == ("规划一科", "edit", "target 2024-001")


def test_a_change_that_changes_nothing_is_no_version(one: Database) -> None:
    assert change(one, {"name": "武定苑 ", "notes": ""}) == NEW
    assert (targets_version(one), len(logged(one))) == (1, 1)


def test_the_second_of_two_writers_is_told_sees_both_and_can_save_again(one: Database) -> None:
    change(one, {"notes": "甲的话", "deadline": date(2024, 6, 30)}, actor=OTHER)
    with pytest.raises(VersionConflict) as refused:
        change(one, {"notes": "乙的话"})
    assert refused.value.stored == entry(one, "2024-001").entry
    assert refused.value.given == {"notes": "乙的话"}
    assert "规划二科" in refused.value.in_language(translator("zh"))
    merged = change(one, {"notes": "甲的话；乙的话"}, version=refused.value.stored.version)  # type: ignore[attr-defined]
    assert (merged.version, merged.notes, merged.deadline) == (3, "甲的话；乙的话", date(2024, 6, 30))
    assert len(logged(one)) == 3


def test_a_version_that_is_not_the_stored_one_is_a_conflict(one: Database) -> None:
    for version in (0, 2, -1):
        with pytest.raises(VersionConflict):
            change(one, {"notes": "x"}, version=version)
        with pytest.raises(VersionConflict) as refused:
            step(one, "treatment", date(2024, 2, 1), version=version)
        assert refused.value.given == Step("listed", "treatment", date(2024, 2, 1), "政法委")


WRONG: list[tuple[dict[str, Any], type[GeoZhengzhiError]]] = [
    ({"stage": "accepted"}, InvalidParameter),
    ({"target_id": "2024-002"}, InvalidParameter),
    ({"version": 9}, InvalidParameter),
    ({"owner": "x"}, InvalidParameter),
    ({"kind": "park"}, InvalidParameter),
    ({"name": ""}, TextMissing),
    ({"notes": "\x00"}, TextUnprintable),
    ({"notes": 5}, InvalidParameter),
    ({"notes": "联系 13812345678"}, PersonalText),
    ({"lead_unit": "110101199003070038"}, PersonalText),
    ({"measures": {"patrols": "津A·12345 巡逻车"}}, PersonalText),
    ({"kind": "trade", "works_in": "nowhere"}, WorksInUnknown),
    ({"kind": "trade", "works_in": "a\x00"}, TextUnprintable),
]


def test_a_change_that_does_not_hold_leaves_no_trace(one: Database, subtests: pytest.Subtests) -> None:
    for changes, error in WRONG:
        with subtests.test(changes=changes), pytest.raises(error):
            change(one, changes)
    assert entry(one, "2024-001").entry == NEW
    assert (targets_version(one), len(logged(one))) == (1, 1)


def test_what_tells_a_person_is_not_repeated_in_the_refusal(one: Database) -> None:
    with pytest.raises(PersonalText) as refused:
        change(one, {"measures": {"patrols": "组长 13812345678"}})
    assert "patrols holds" in str(refused.value)
    assert "138" not in str(refused.value)


def test_a_change_needs_its_reason(one: Database) -> None:
    for reason in ("", "  "):
        with pytest.raises(TextMissing, match="reason"):
            change_entry(one, "2024-001", {"notes": "x"}, version=1, actor=PLANNER, reason=reason)


def test_a_trade_works_in_the_county_or_in_a_target_that_is_none(one: Database) -> None:
    trade = replace(NEW, target_id="2024-002", name="三轮车", kind="trade", works_in="county")
    add_entry(one, trade, actor=PLANNER, today=TODAY)
    add_entry(one, replace(trade, target_id="2024-003", works_in="2024-001"), actor=PLANNER, today=TODAY)
    with pytest.raises(WorksInUnknown):
        add_entry(one, replace(trade, target_id="2024-004", works_in="2024-002"), actor=PLANNER, today=TODAY)
    assert entry(one, "2024-003").entry.works_in == "2024-001"


def test_a_number_that_is_not_there_is_said_to_be_unknown(one: Database) -> None:
    for number in ("2024-999", "", "\x00", "\ud800", "x" * 5000, "'; DROP TABLE entries; --"):
        with pytest.raises(EntryUnknown):
            entry(one, number)
        with pytest.raises(EntryUnknown):
            history(one, number)
        with pytest.raises(EntryUnknown):
            change_entry(one, number, {"notes": "x"}, version=1, actor=PLANNER, reason="r")


def test_a_target_goes_through_its_life_relapses_and_is_treated_again(one: Database) -> None:
    way = ("treatment", "accepted", "consolidating", "delisted", "relapsed", "treatment", "accepted", "relapsed")
    for number, stage in enumerate(way, start=1):
        moved = step(one, stage, date(2024, 1 + number, 1), version=number, note=f"第{number}步")
        assert (moved.stage, moved.stage_since, moved.version) == (stage, date(2024, 1 + number, 1), number + 1)
    past = history(one, "2024-001")
    assert [s.to_stage for s in past.steps] == ["listed", *way]
    assert [s.from_stage for s in past.steps] == [None, "listed", *way[:-1]]
    assert [v.entry.stage for v in past.versions] == ["listed", *way]
    assert past.steps[-1].note == "第8步"
    assert logged(one)[-1] == ("规划一科", "step", "target 2024-001")
    assert targets_version(one) == 9


def test_an_illegal_step_is_refused_with_the_allowed_ones_and_leaves_no_trace(one: Database) -> None:
    with pytest.raises(StepNotAllowed, match="under treatment"):
        step(one, "delisted", date(2024, 2, 1), version=1)
    with pytest.raises(InvalidParameter):
        step(one, "dropped", date(2024, 2, 1), version=1)
    assert entry(one, "2024-001").entry == NEW
    assert len(history(one, "2024-001").steps) == 1


def test_a_step_may_be_of_the_last_steps_day_and_of_today_but_not_beyond(one: Database) -> None:
    for day in (date(2024, 1, 9), date(2025, 1, 1)):
        with pytest.raises(StepDateRefused):
            step(one, "treatment", day, version=1)
    step(one, "treatment", date(2024, 1, 10), version=1)
    step(one, "accepted", TODAY, version=2)


OTHERS = [Actor("某账号", role) for role in ROLES if role != "planner"]


def test_only_a_planner_moves_a_target(one: Database) -> None:
    for actor in (SYSTEM, *OTHERS):
        with pytest.raises(StepNeedsPlanner, match=actor.role):
            step(one, "treatment", date(2024, 2, 1), version=1, actor=actor)
    assert entry(one, "2024-001").entry.stage == "listed"


def test_only_a_planner_or_the_program_edits_the_register(one: Database) -> None:
    for actor in OTHERS:
        with pytest.raises(NotAllowed, match=actor.role):
            change(one, {"notes": "x"}, actor=actor)
        with pytest.raises(NotAllowed, match=actor.role):
            add_entry(one, replace(NEW, target_id="2024-9"), actor=actor)
    assert change(one, {"notes": "x"}, actor=SYSTEM).version == 2


def test_a_step_says_its_unit_and_no_person(one: Database) -> None:
    for words in ({"unit": " "}, {"unit": "政法委\n二处"}, {"note": "x" * 2001}, {"note": "13812345678"}):
        with pytest.raises(GeoZhengzhiError):
            step(one, "treatment", date(2024, 2, 1), version=1, **words)
    assert entry(one, "2024-001").entry.version == 1


@contextmanager
def counted(store: Database) -> Iterator[list[str]]:
    """The statements that are run meanwhile, those that begin and end a transaction aside."""
    said: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "SET", "SHOW")):
            said.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    yield said
    event.remove(store.engine, "before_cursor_execute", note)


@pytest.fixture
def eleven_years(store: Database) -> Database:
    """A store with the register of 1,084 entries."""
    seed_register(store, make_register(), reason="test", today=TODAY)
    return store


def test_a_page_of_eleven_years_takes_two_queries_and_can_be_read_in_any_order(eleven_years: Database) -> None:
    with counted(eleven_years) as said:
        page = entries(eleven_years, per_page=2000)
    assert len(said) == 2
    assert (page.total, len(page.rows)) == (1084, 1084) == (sum(N_AT_LEVEL.values()),) * 2
    assert {row.entry.year for row in page.rows} == set(YEARS)
    assert 800 < sum(row.n_parts for row in page.rows) < 930
    keys = [(-row.entry.year, row.entry.target_id) for row in page.rows]
    assert keys == sorted(keys)
    for sort in ("level", "stage", "name", "deadline", "target_id"):
        up = [row.entry for row in entries(eleven_years, sort=sort, descending=False, per_page=2000).rows]
        own = {"level": tuple(N_AT_LEVEL).index, "stage": STAGES.index}
        order = [own.get(sort, str)(getattr(e, sort)) for e in up if getattr(e, sort) is not None]
        assert order == sorted(order)
        assert all(e.deadline is None for e in up[len(order) :])


def test_pages_follow_each_other_without_gap_or_overlap(eleven_years: Database) -> None:
    whole = entries(eleven_years, sort="stage", per_page=2000).rows
    pages = [entries(eleven_years, sort="stage", page=number, per_page=300) for number in range(1, 6)]
    assert tuple(row for page in pages for row in page.rows) == whole
    assert [len(page.rows) for page in pages] == [300, 300, 300, 184, 0]
    assert {page.total for page in pages} == {1084}


def test_filters_keep_what_they_say_and_all_of_it(eleven_years: Database) -> None:
    known = [seed.entry for seed in make_register()]
    late = [e for e in known if e.deadline and e.deadline < TODAY and e.stage in ("listed", "treatment", "relapsed")]
    cases: list[tuple[dict[str, Any], list[Entry]]] = [
        ({"year": 2019}, [e for e in known if e.year == 2019]),
        ({"level": "city", "stage": "treatment"}, [e for e in known if (e.level, e.stage) == ("city", "treatment")]),
        ({"kind": KINDS[3]}, [e for e in known if e.kind == KINDS[3]]),
        ({"text": "村"}, [e for e in known if "村" in e.name]),
        ({"text": "2014-CITY"}, [e for e in known if e.target_id.startswith("2014-city")]),
        ({"text": "护路联防"}, [e for e in known if e.lead_unit == "护路联防办公室"]),
        ({"text": "%"}, []),
        ({"text": "_"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"overdue": True}, late),
    ]
    for asked, kept in cases:
        page = entries(eleven_years, **asked, today=TODAY, per_page=2000)
        assert {row.entry.target_id for row in page.rows} == {e.target_id for e in kept}, asked
        assert page.total == len(kept)
    assert late


IMPOSSIBLE: list[dict[str, Any]] = [
    {"year": 1}, {"year": 10**30}, {"level": "x"}, {"kind": "x"}, {"stage": "x"}, {"sort": "made_by"}, {"page": 0},
    {"page": 10**18}, {"per_page": 0}, {"per_page": 2001}, {"text": "\x00"}, {"text": "x" * 201},
]  # fmt: skip


def test_a_list_that_cannot_be_is_refused(one: Database, subtests: pytest.Subtests) -> None:
    for asked in IMPOSSIBLE:
        with subtests.test(asked=asked), pytest.raises(InvalidParameter):
            entries(one, **asked)


def test_a_register_is_seeded_once_and_with_lives_that_can_be(store: Database) -> None:
    delisted = replace(NEW, stage="delisted", stage_since=date(2024, 3, 1))
    leap = (Step(None, "listed", date(2024, 1, 10)), Step("listed", "delisted", date(2024, 3, 1)))
    with pytest.raises(StepNotAllowed):
        seed_register(store, [Seed(delisted, leap)], reason="test", today=TODAY)
    with pytest.raises(ValueError, match="lead to listed"):
        seed_register(store, [Seed(delisted, leap[:1])], reason="test", today=TODAY)
    seed_register(store, [Seed(delisted)], reason="test", today=TODAY)
    assert entry(store, "2024-001").entry == delisted
    with pytest.raises(RegisterNotEmpty, match="1 entries"):
        seed_register(store, [Seed(replace(NEW, target_id="2"))], reason="test", today=TODAY)
    assert logged(store) == [("system", "seed", "register")]


def test_the_test_register_is_the_same_for_the_same_seed() -> None:
    def plain(seed: int) -> list[object]:
        return [(s.entry, s.steps, [(p.part_id, p.geometry.wkt) for p in s.parts]) for s in make_register(seed)]

    assert plain(1) == plain(1) != plain(2)


def test_a_kind_that_its_boundaries_do_not_fit_is_refused(eleven_years: Database) -> None:
    corridor = next(s.entry for s in make_register() if s.entry.kind == "railway_corridor" and s.parts)
    with pytest.raises(KindHoldsBoundary, match="line"):
        change_entry(eleven_years, corridor.target_id, {"kind": "village"}, version=1, actor=PLANNER, reason="更正类别")
    square = next(s.entry for s in make_register() if s.entry.kind == "square" and s.parts)
    changed = change_entry(eleven_years, square.target_id, {"kind": "village"}, version=1, actor=PLANNER, reason="更正")
    assert changed.kind == "village"
