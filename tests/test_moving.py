"""A store moves to the other engine and back, and proves that it is the same."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
import shapely
from sqlalchemy import Connection, Table, insert, select, update

from geo_zhengzhi import errors
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.upkeep import migrate_store
from geo_zhengzhi.store import audit, copying, plain_rows
from geo_zhengzhi.store.copying import holding
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import (
    audit_log,
    context,
    hotspots,
    incidents,
    targets,
)
from tests.store_rows import head, is_well, square, tallies, url_of


def test_counts_and_checksums_are_equal_on_every_pair_of_engines(filled: Database, other: Database) -> None:
    copied = migrate_store(filled, url_of(other), SYSTEM)
    assert tallies(other) == tallies(filled)
    assert {name: (copied.n_rows[name], copied.checksums[name]) for name in copied.n_rows} == tallies(other)
    assert is_well(other)
    assert head(other) == head(filled)
    with other.read() as connection:
        assert connection.execute(select(audit_log.c.action).order_by(audit_log.c.seq)).scalars().all()[-1] == "migrate"


def test_a_store_that_holds_anything_is_refused(filled: Database, other: Database) -> None:
    with other.write() as connection:
        audit.append(connection, SYSTEM, "sign-in")
    before = tallies(filled), tallies(other)
    with pytest.raises(errors.TargetHoldsData, match="audit_log"):
        migrate_store(filled, url_of(other), SYSTEM)
    assert (tallies(filled), tallies(other)) == before


def test_triggers_and_numbers_go_on_there(filled: Database, other: Database) -> None:
    migrate_store(filled, url_of(other), SYSTEM)
    with other.write() as connection:
        connection.execute(insert(targets).values(target_id="t", geom=square(1, 1)))
        row = connection.execute(select(targets).order_by(targets.c.fid.desc()).limit(1)).one()
        assert (row.fid, row.version) == (5, 1)
    assert is_well(other)


def test_a_difference_is_found_and_leaves_nothing(
    filled: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_other(target: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
        """One weight changes by the smallest step that a double can make."""
        if table is incidents:
            weight = [column.name for column in table.columns].index("weight")
            first = list(rows[0])
            first[weight] = math.nextafter(first[weight], 1)
            rows = [tuple(first), *rows[1:]]
        plain_rows.write_plain(target, table, rows)

    monkeypatch.setattr(copying, "write_plain", write_other)
    with pytest.raises(errors.CopyDiffers, match="incidents differs"):
        migrate_store(filled, url_of(other), SYSTEM)
    monkeypatch.undo()
    with other.read() as connection:
        assert holding(connection) is None


def test_heights_are_left_out(filled: Database, other: Database) -> None:
    with filled.write() as connection:
        connection.execute(update(incidents).values(geom=shapely.Point(117.4, 40.0, 12.5)))
        if filled.is_sqlite:  # as GDAL writes them; PostGIS refuses them
            high = b"GP\0\1" + (4326).to_bytes(4, "little")
            high += shapely.to_wkb(shapely.from_wkt("POLYGON Z ((1 2 3, 2 2 3, 2 3 3, 1 2 3))"), flavor="iso")
            connection.exec_driver_sql("UPDATE context SET geom = ?", (high,))
    migrate_store(filled, url_of(other), SYSTEM)
    with other.read() as connection:
        assert connection.execute(select(incidents.c.geom)).scalars().first() == shapely.Point(117.4, 40.0)
        assert not shapely.has_z(connection.execute(select(context.c.geom)).scalar_one())


def test_numbers_that_are_none_and_times_of_others_are_the_same_everywhere(filled: Database, other: Database) -> None:
    with filled.write() as connection:
        connection.execute(update(hotspots).values(area_km2=math.nan, from_m=math.inf))
        if filled.is_sqlite:  # as others write them
            connection.exec_driver_sql("UPDATE hotspots SET first_at = '2024-03-01T08:15:00'")
        else:
            connection.exec_driver_sql("UPDATE hotspots SET first_at = '2024-03-01T16:15:00.0004+08'")
    migrate_store(filled, url_of(other), SYSTEM)
    with other.read() as connection:
        row = connection.execute(select(hotspots)).one()
    assert (row.area_km2, row.from_m) == (None, math.inf)
    assert row.first_at == datetime(2024, 3, 1, 8, 15, tzinfo=UTC)
