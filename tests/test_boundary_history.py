"""The history of boundaries: whoever changes a boundary, its state before and after is kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, Row, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.store import state
from geo_zhengzhi.store.boundary_history import ADDED, DELETED, EDITED, OUTSIDE
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import boundary_versions, targets
from tests.stores import ON_SQLITE

SQUARE, WIDER = shapely.box(117.4, 40.0, 117.41, 40.01), shapely.box(117.4, 40.0, 117.42, 40.01)
SIGNED = {"made_at": datetime(2024, 3, 1, 8, 15, tzinfo=UTC), "made_by": "规划一科", "reason": "测试"}


def add(store: Database, **values: Any) -> None:
    row = {"geom": SQUARE, "part_id": "p", "target_id": "t", **SIGNED, **values}
    with store.write() as connection:
        connection.execute(insert(targets).values(**row))


def change(store: Database, **values: Any) -> None:
    with store.write() as connection:
        connection.execute(update(targets).values(**values))


def history(connection: Connection, part_id: str = "p") -> list[Row[Any]]:
    versions = boundary_versions.c
    return list(
        connection.execute(select(boundary_versions).where(versions.part_id == part_id).order_by(versions.version))
    )


def kept(store: Database, part_id: str = "p") -> list[tuple[int, str, str]]:
    with store.read() as connection:
        return [(row.version, row.made_by, row.reason) for row in history(connection, part_id)]


def standing(store: Database) -> Row[Any]:
    with store.read() as connection:
        return connection.execute(select(targets)).one()


def targets_version(store: Database) -> int:
    with store.read() as connection:
        return int(state.get(connection, state.TARGETS_VERSION, 0))


def test_a_new_part_of_the_application_is_version_1_as_it_signed_it(store: Database) -> None:
    add(store, version=1, corridor_half_width_m=300.0)
    with store.read() as connection:
        (row,) = history(connection)
    assert (row.version, row.made_at, row.made_by, row.reason) == (1, *SIGNED.values())
    assert (row.target_id, row.corridor_half_width_m) == ("t", 300.0)
    assert shapely.equals_identical(row.geom, SQUARE)
    assert targets_version(store) == 0  # the use case counts it up itself


def test_a_new_part_from_outside_is_version_1_signed_outside_and_counts_up(store: Database) -> None:
    add(store, made_at=None, made_by=None, reason=None)
    assert kept(store) == [(1, OUTSIDE, ADDED)]
    row = standing(store)
    assert (row.version, row.made_by, row.reason) == (1, OUTSIDE, ADDED)
    assert abs((row.made_at - datetime.now(UTC)).total_seconds()) < 60
    assert targets_version(store) == 1


def test_a_part_that_comes_without_a_name_is_given_one(store: Database) -> None:
    for _ in range(2):
        add(store, part_id=None, made_by=None)
    with store.read() as connection:
        names = connection.execute(select(targets.c.part_id)).scalars().all()
    assert len(set(names)) == 2
    assert all(name.startswith("part-") and kept(store, name) == [(1, OUTSIDE, ADDED)] for name in names)


def test_a_copy_of_another_part_is_not_signed_by_who_made_that_one(store: Database) -> None:
    add(store, part_id="copy", version=7)
    assert kept(store, "copy") == [(1, OUTSIDE, ADDED)]
    assert standing(store).version == 1


def test_an_edit_of_the_application_is_kept_as_it_signed_it(store: Database) -> None:
    add(store)
    change(store, geom=WIDER, version=2, made_by="规划二科", made_at=SIGNED["made_at"], reason="扩大")
    with store.read() as connection:
        first, second = history(connection)
    assert (second.version, second.made_by, second.reason) == (2, "规划二科", "扩大")
    assert shapely.equals_identical(first.geom, SQUARE)
    assert shapely.equals_identical(second.geom, WIDER)
    assert targets_version(store) == 0


def test_an_edit_from_outside_is_counted_up_and_signed_outside(store: Database) -> None:
    add(store)
    change(store, geom=WIDER)
    assert kept(store) == [(1, "规划一科", "测试"), (2, OUTSIDE, EDITED)]
    row = standing(store)
    assert (row.version, row.made_by, row.reason) == (2, OUTSIDE, EDITED)
    assert targets_version(store) == 1


def test_another_half_width_is_another_version(store: Database) -> None:
    add(store)
    change(store, corridor_half_width_m=300.0)
    change(store, corridor_half_width_m=None)
    assert [version for version, _, _ in kept(store)] == [1, 2, 3]


@pytest.mark.parametrize("values", [{"part_name": "武定苑"}, {"geom": SQUARE}, {"geom": SQUARE, "part_name": "x"}])
def test_an_edit_that_leaves_the_boundary_as_it_is_makes_no_version(store: Database, values: dict[str, Any]) -> None:
    add(store)
    change(store, **values)
    assert kept(store) == [(1, "规划一科", "测试")]
    assert (standing(store).version, targets_version(store)) == (1, 0)


def test_a_boundary_may_be_taken_away_and_given_back(store: Database) -> None:
    add(store)
    change(store, geom=None)
    change(store, geom=shapely.Polygon())
    change(store, geom=SQUARE)
    with store.read() as connection:
        assert [row.geom for row in history(connection)] == [SQUARE, None, shapely.Polygon(), SQUARE]


def test_a_part_deleted_outside_leaves_a_last_version_without_a_boundary(store: Database) -> None:
    add(store, corridor_half_width_m=300.0)
    with store.write() as connection:
        connection.execute(delete(targets))
    with store.read() as connection:
        _, last = history(connection)
    assert (last.version, last.geom, last.made_by, last.reason) == (2, None, OUTSIDE, DELETED)
    assert last.corridor_half_width_m == 300.0
    assert targets_version(store) == 1


def test_the_application_deletes_in_two_steps_and_the_second_adds_nothing(store: Database) -> None:
    add(store)
    with store.write() as connection:
        connection.execute(update(targets).values(geom=None, version=2, made_by="规划二科", reason="撤销"))
        connection.execute(delete(targets))
    assert kept(store) == [(1, "规划一科", "测试"), (2, "规划二科", "撤销")]
    assert targets_version(store) == 0


def test_a_deleted_part_that_comes_back_goes_on_counting(store: Database) -> None:
    add(store)
    with store.write() as connection:
        connection.execute(delete(targets))
    add(store, made_by=None)
    assert kept(store) == [(1, "规划一科", "测试"), (2, OUTSIDE, DELETED), (3, OUTSIDE, ADDED)]
    with store.write() as connection:
        connection.execute(delete(targets))
    add(store, version=5)
    assert kept(store)[-1] == (5, "规划一科", "测试")


def test_an_older_version_cannot_be_written_over(store: Database) -> None:
    add(store)
    change(store, geom=WIDER)
    with pytest.raises(IntegrityError):
        change(store, geom=SQUARE, version=1)
    assert len(kept(store)) == 2


def test_several_rows_in_one_statement_are_kept_each_for_itself(store: Database) -> None:
    for name in ("p", "q"):
        add(store, part_id=name)
    change(store, geom=WIDER)
    for name in ("p", "q"):
        assert kept(store, name) == [(1, "规划一科", "测试"), (2, OUTSIDE, EDITED)]
    assert targets_version(store) == 2


def test_an_edit_that_is_rolled_back_leaves_no_version(store: Database) -> None:
    add(store)
    with store.write() as connection:
        undone = connection.begin_nested()
        connection.execute(update(targets).values(geom=WIDER))
        assert len(history(connection)) == 2
        undone.rollback()
    assert len(kept(store)) == 1


@ON_SQLITE
def test_a_part_replaced_by_insert_or_replace_keeps_its_history(store: Database) -> None:
    add(store)
    for _ in range(2):
        with store.write() as connection:
            connection.execute(
                text("INSERT OR REPLACE INTO targets (geom, part_id, target_id) SELECT geom, part_id, 't' FROM targets")
            )
    assert kept(store) == [(1, "规划一科", "测试"), (2, OUTSIDE, ADDED), (3, OUTSIDE, ADDED)]
    assert targets_version(store) == 2
