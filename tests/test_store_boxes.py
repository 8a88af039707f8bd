"""Rows in a box are found through the index, the same on both engines."""

from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, Table, insert, select, text

from geo_zhengzhi.store.boxes import bbox_clause
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.rtree import rtree_of
from geo_zhengzhi.store.tables import INDEXED, boundary_versions, incidents, metadata, targets, zones
from tests.store_rows import add_targets, square

HERE = (117.4, 40.0, 117.5, 40.1)
SHAPES = (
    square(117.45, 40.05),  # inside
    square(117.5, 40.1),  # touches the corner
    square(117.6, 40.0),  # beside
    square(117.0, 39.0, side=2.0),  # around
    None,
    shapely.Polygon(),
    shapely.Point(117.4, 40.0),
    shapely.LineString([(117.3, 40.05), (117.6, 40.05)]),
)


def found(store: Database, table: Table = targets) -> list[str]:
    with store.read() as connection:
        asked = select(table.c.part_id).where(bbox_clause(table, HERE)).order_by(table.c.part_id)
        return list(connection.execute(asked).scalars())


def test_both_engines_find_the_same(store: Database) -> None:
    add_targets(store, *SHAPES)
    assert found(store) == ["p0", "p1", "p3", "p6", "p7"]
    assert found(store, boundary_versions) == ["p0", "p1", "p3", "p6", "p7"]


def test_a_box_goes_with_other_conditions_and_without(store: Database) -> None:
    add_targets(store, *SHAPES)
    with store.read() as connection:
        both = select(targets.c.part_id).where(bbox_clause(targets, HERE) & (targets.c.part_id > "p5"))
        assert sorted(connection.execute(both).scalars()) == ["p6", "p7"]
        none = select(targets.c.part_id).where(~bbox_clause(targets, HERE), targets.c.part_id < "p3")
        assert list(connection.execute(none).scalars()) == ["p2"]


def test_another_box_of_the_same_statement_is_asked_anew(store: Database) -> None:
    add_targets(store, *SHAPES)
    with store.read() as connection:
        for box, n in ((HERE, 5), ((117.7, 39.9, 117.8, 40.0), 1), ((0, 0, 1, 1), 0)):
            assert len(connection.execute(select(targets).where(bbox_clause(targets, box))).all()) == n


def test_no_table_is_scanned(store: Database) -> None:
    with store.write() as connection:
        if not store.is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for name in INDEXED:
            asked = select(metadata.tables[name].c.fid).where(bbox_clause(metadata.tables[name], HERE))
            plan = plan_of(connection, asked)
            assert f"SCAN {name}" not in plan
            assert (f"ix_{name}_geom" if not store.is_sqlite else f"SCAN {rtree_of(name)} VIRTUAL TABLE") in plan


def plan_of(connection: Connection, asked: Any) -> str:
    compiled = asked.compile(connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.execute(text(f"{explain} {compiled}")))


def test_a_table_without_an_index_is_refused() -> None:
    with pytest.raises(ValueError, match="incidents has no index"):
        bbox_clause(incidents, HERE)


def test_rows_of_an_analysis_are_found(store: Database) -> None:
    with store.write() as connection:
        now = "2024-03-01T08:15:00.000Z"
        connection.execute(
            text(
                "INSERT INTO analyses (analysis_id, key, data_version, parameters, boundaries, counts, made_at, "
                f"made_by) VALUES (1, 'k', 'v', '{{}}', '{{}}', '{{}}', '{now}', 'x')"
            )
        )
        for number in range(2):
            shape = square(117.45 + number, 40.05)
            connection.execute(insert(zones).values(geom=shape, analysis_id=1, zone_id=f"z{number}", status="zone"))
        found = connection.execute(select(zones.c.zone_id).where(bbox_clause(zones, HERE))).scalars()
        assert list(found) == ["z0"]
