"""The audit log is a chain: whatever is changed, taken out or put in breaks it at that row."""

import pytest

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.database import Database

PLANNER = Actor("规划一科", "planner")


def filled(store: Database, n: int = 5) -> None:
    for number in range(n):
        with store.write() as connection:
            audit.append(connection, PLANNER, "edit", f"target {number}", {"why": "测试"})


def endless() -> dict[str, object]:
    """Something that JSON cannot say."""
    table: dict[str, object] = {}
    table["itself"] = table
    return table


def test_an_empty_log_is_whole(store: Database) -> None:
    with store.read() as connection:
        assert audit.first_break(connection) is None
        assert audit.head(connection) == (0, audit.FIRST)


def test_rows_follow_each_other_and_keep_what_was_said(store: Database) -> None:
    filled(store)
    with store.read() as connection:
        rows = list(audit.records(connection))
        assert audit.first_break(connection) is None
        assert audit.head(connection) == (5, rows[-1].hash)
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert (rows[0].who, rows[0].role, rows[0].object, rows[0].detail) == (
        "规划一科", "planner", "target 0", '{"why": "测试"}',
    )  # fmt: skip


def append_two_of_which_one_fails(store: Database) -> None:
    with store.write() as connection:
        audit.append(connection, SYSTEM, "import")
        audit.append(connection, SYSTEM, "import", detail=endless())


def test_what_a_transaction_throws_away_is_not_in_the_log(store: Database) -> None:
    with pytest.raises(ValueError, match="Circular"):
        append_two_of_which_one_fails(store)
    with store.read() as connection:
        assert audit.head(connection)[0] == 0


def test_a_version_counts_up(store: Database) -> None:
    with store.write() as connection:
        assert [state.bump(connection, state.INCIDENTS_VERSION) for _ in range(3)] == [1, 2, 3]
        assert state.get(connection, state.TARGETS_VERSION, 0) == 0
