"""Incidents and entries edited from outside: nobody computes with what was there, and no entry's past is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from register_sites import NUMBER, OTHER
from register_sites import filled as with_register
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from geo_zhengzhi.errors import VersionConflict
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.entries import change_entry
from geo_zhengzhi.services.register.restoring import restore_entry
from geo_zhengzhi.services.register.views import entries, entry, history
from geo_zhengzhi.services.studies.stored_study import StudyHolder
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import state, triggers
from geo_zhengzhi.store.boundary_history import ADDED, EDITED, OUTSIDE
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.doctor import examine
from tests.importers import N_ROWS, write_generation
from tests.store_rows import is_well

OF_A_ROW = (
    "UPDATE incidents SET weight = 9 WHERE incident_id = 'A7'",
    "DELETE FROM incidents WHERE incident_id = 'A7'",
    "INSERT INTO incidents (geom, incident_id, occurred_from, occurred_to, category, weight, batch_id) "
    "SELECT geom, 'outside', occurred_from, occurred_to, category, weight, batch_id FROM incidents "
    "WHERE incident_id = 'A7'",
)


def outside(store: Database, statement: str, **values: Any) -> None:
    with store.write() as connection:
        connection.execute(text(statement), values)


def version(store: Database, key: str = state.INCIDENTS_VERSION) -> int:
    with store.read() as connection:
        return int(state.get(connection, key, 0))


def brought(store: Database, folder: Path, generation: int = 1) -> int:
    return import_incidents(store, write_generation(folder, generation), actor=SYSTEM, datum="wgs84").batch.batch_id


# incidents


@pytest.mark.parametrize("statement", OF_A_ROW, ids=["update", "delete", "insert"])
def test_an_incident_that_was_edited_outside_is_analysed_as_it_stands(
    store: Database, tmp_path: Path, statement: str
) -> None:
    brought(store, tmp_path)
    holder = StudyHolder(store, Settings(cache_dir=tmp_path / "cache"))
    before = holder.current()
    assert holder.current() is before
    outside(store, statement)
    after = holder.current()
    ids = ["outside"] if "INSERT" in statement else [] if "DELETE" in statement else ["A7"]
    found = after.incidents[after.incidents["incident_id"].isin(["A7", "outside"])]
    assert len(after.incidents) - len(before.incidents) == statement.count("INSERT") - statement.count("DELETE")
    assert set(ids) <= set(found["incident_id"])
    assert ("UPDATE" in statement) == bool((found["weight"] == 9).any())
    assert before.data_version != after.data_version


def test_an_import_and_an_undo_count_up_once_each_and_leave_every_trigger(store: Database, tmp_path: Path) -> None:
    brought(store, tmp_path)
    assert version(store) == 1
    second = brought(store, tmp_path, 2)
    assert version(store) == 2
    undo_batch(store, second, actor=SYSTEM, reason="误传")
    assert version(store) == 3
    with store.read() as connection:
        assert triggers.missing(connection) == []
    outside(store, "UPDATE incidents SET weight = 2 WHERE incident_id = 'A1'")
    assert version(store) == 4


def test_an_import_that_fails_leaves_the_triggers_and_what_was_there(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(store, tmp_path)

    def fail(connection: Connection, key: str) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(state, "bump", fail)
        with pytest.raises(KeyboardInterrupt):
            brought(store, tmp_path, 2)
    outside(store, "DELETE FROM incidents WHERE incident_id = 'A1'")
    assert version(store) == 2
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM incidents")).scalar_one() == N_ROWS - 1
        assert triggers.missing(connection) == []


# entries


@pytest.fixture
def register(store: Database) -> Database:
    return with_register(store)


def last(store: Database, number: str = NUMBER) -> tuple[int, str, str]:
    found = history(store, number).versions[-1]
    return found.entry.version, found.made.by, found.made.reason


def test_an_edit_of_an_entry_from_outside_is_a_version_signed_outside(register: Database) -> None:
    before, seen = version(register, state.TARGETS_VERSION), entry(register, NUMBER).entry
    outside(register, "UPDATE entries SET lead_unit = :unit, measures = :said WHERE target_id = :number",
            unit="市场监管局", said=json.dumps({"civil": "巡防队"}), number=NUMBER)  # fmt: skip
    now = entry(register, NUMBER)
    assert (now.entry.lead_unit, now.entry.measures, now.made.by) == ("市场监管局", {"civil": "巡防队"}, OUTSIDE)
    assert last(register) == (2, OUTSIDE, EDITED)
    assert history(register, NUMBER).versions[-1].entry == now.entry
    assert history(register, NUMBER).versions[0].entry == seen
    assert version(register, state.TARGETS_VERSION) == before + 1
    assert is_well(register)


def test_a_planner_who_saves_after_an_edit_from_outside_is_told_and_can_put_it_back(register: Database) -> None:
    outside(register, "UPDATE entries SET name = 'x', stage = 'accepted' WHERE target_id = 'T-1'")
    with pytest.raises(VersionConflict, match=OUTSIDE):
        change_entry(register, NUMBER, {"notes": "n"}, version=1, actor=OTHER, reason="r")
    restore_entry(register, NUMBER, 1, version=2, actor=OTHER, reason="误改")
    assert entry(register, NUMBER).entry.name == "武定苑"
    assert [was.entry.version for was in history(register, NUMBER).versions] == [1, 2, 3]


def test_an_edit_from_outside_that_changes_nothing_is_no_version(register: Database) -> None:
    outside(register, "UPDATE entries SET name = name, made_by = 'x' WHERE target_id = 'T-1'")
    assert last(register)[0] == 1


def test_an_entry_added_outside_has_a_first_version_and_a_first_step(register: Database) -> None:
    before = version(register, state.TARGETS_VERSION)
    outside(register, "INSERT INTO entries (target_id, name, kind, level, year, measures, commitments, stage, "
            "stage_since, version, made_at, made_by) VALUES ('T-9', '鼓楼', 'square', 'city', 2026, '{}', '{}', "
            "'listed', '2026-01-05', 7, '2026-01-05T00:00:00.000Z', '规划一科')")  # fmt: skip
    assert last(register, "T-9") == (1, OUTSIDE, ADDED)
    assert [step.to_stage for step in history(register, "T-9").steps] == ["listed"]
    assert entry(register, "T-9").entry.version == 1
    assert version(register, state.TARGETS_VERSION) == before + 1
    assert len(entries(register).rows) == 3
    assert is_well(register)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entries WHERE target_id = 'T-1'",
        "UPDATE entries SET target_id = 'T-7' WHERE target_id = 'T-1'",
        "UPDATE entries SET measures = '{not json' WHERE target_id = 'T-1'",
    ],
)
def test_what_would_take_an_entrys_past_away_is_refused(register: Database, statement: str) -> None:
    with pytest.raises(DBAPIError):
        outside(register, statement)
    assert entry(register, NUMBER).entry.version == 1
    assert is_well(register)


def test_doctor_tells_of_an_entry_that_went_round_the_triggers_or_cannot_be_read(register: Database) -> None:
    with register.write() as connection, triggers.suspended_triggers(connection):
        connection.execute(text("UPDATE entries SET name = 'x' WHERE target_id = 'T-1'"))
    outside(register, "UPDATE entries SET kind = 'moon' WHERE target_id = 'T-2'")
    (found,) = (finding for finding in examine(register) if finding.check == "Register history")
    assert "T-1 1: not as in the history" in found.problems
    assert any(problem.startswith("T-2 2:") and "moon" in problem for problem in found.problems)
