"""A restore is the whole backup or nothing, on either engine; what is no whole backup is refused."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update

from geo_zhengzhi import errors
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.upkeep import back_up, restore
from geo_zhengzhi.store import audit, backup, copying, state, waiting
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import (
    entries,
    incidents,
    sessions,
    targets,
)
from tests.store_rows import head, is_well, square, tallies
from tests.stores import ON_POSTGRESQL, ON_SQLITE

Refusals = type[Exception] | tuple[type[Exception], ...]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup goes."""
    return tmp_path / "备份 100%?#.gpkg"


def test_everything_comes_back_on_either_engine(filled: Database, other: Database, file: Path) -> None:
    wanted = tallies(filled, "audit_log", "state", "sessions")
    told = back_up(filled, file, SYSTEM)
    copied = restore(other, file, SYSTEM)
    assert tallies(other, "audit_log", "state", "sessions") == wanted
    assert copied.head == told
    assert copied.n_rows["incidents"] == 20
    assert is_well(other)


def test_the_log_keeps_what_came_after_the_backup_and_says_what_was_replaced(filled: Database, file: Path) -> None:
    told = back_up(filled, file, SYSTEM)
    with filled.write() as connection:
        later = audit.append(connection, SYSTEM, "edit")
    seq, sealed = head(filled)
    restore(filled, file, SYSTEM, replace=True)
    with filled.read() as connection:
        assert audit.first_break(connection) is None
        kept, last = audit.records(connection, told.seq)
    assert kept == later
    assert (last.action, last.who) == ("restore", SYSTEM.name)
    assert f'"replaced": {{"hash": "{sealed}", "seq": {seq}}}' in last.detail


def test_a_log_that_is_not_the_backups_own_is_kept_in_it_row_by_row(
    filled: Database, other: Database, file: Path
) -> None:
    told = back_up(filled, file, SYSTEM)
    with other.write() as connection:
        own = [audit.append(connection, SYSTEM, "edit", f"target {n}") for n in range(3)]
    restore(other, file, SYSTEM, replace=True)
    with other.read() as connection:
        assert audit.first_break(connection) is None
        *kept, last = audit.records(connection, told.seq)
    assert [json.loads(record.detail) for record in kept] == [vars(record) for record in own]
    assert {record.action for record in kept} == {"kept"}
    assert last.action == "restore"


def test_versions_go_on_above_those_of_before_and_nobody_stays_signed_in(filled: Database, file: Path) -> None:
    back_up(filled, file, SYSTEM)
    with filled.write() as connection:
        state.put(connection, state.INCIDENTS_VERSION, 11)
    restore(filled, file, SYSTEM, replace=True)
    with filled.read() as connection:
        assert state.get(connection, state.INCIDENTS_VERSION) == 12
        assert state.get(connection, state.TARGETS_VERSION) == 5  # four parts were added from outside
        assert state.get(connection, backup.KEY) is None
        assert connection.execute(select(sessions.c.revoked_at)).scalar() is not None


def test_a_store_that_holds_anything_is_left_alone_unless_told(filled: Database, file: Path) -> None:
    back_up(filled, file, SYSTEM)
    before = tallies(filled)
    with pytest.raises(errors.StoreHoldsData, match="--replace"):
        restore(filled, file, SYSTEM)
    assert tallies(filled) == before


def test_rows_made_since_are_gone_and_history_and_counting_go_on(filled: Database, file: Path) -> None:
    back_up(filled, file, SYSTEM)
    with filled.write() as connection:
        connection.execute(update(targets).where(targets.c.part_id == "p0").values(geom=square(0, 0)))
        connection.execute(delete(incidents))
    restore(filled, file, SYSTEM, replace=True)
    assert is_well(filled)
    with filled.write() as connection:
        assert connection.execute(select(func.count()).select_from(incidents)).scalar() == 20
        connection.execute(update(targets).where(targets.c.part_id == "p0").values(geom=square(1, 1)))
        row = {
            "target_id": "new",
            **{"name": "x", "kind": "square", "level": "city", "stage": "listed", "stage_since": "2024-03-01"},
            "made_by": "x",
        }
        made_at = connection.execute(select(entries.c.made_at)).scalar_one()
        connection.execute(
            insert(entries).values(**row, year=2024, measures={}, commitments={}, version=1, made_at=made_at)
        )
        assert connection.execute(select(func.max(entries.c.entry_id))).scalar() == 2
        assert connection.execute(select(targets.c.version).where(targets.c.part_id == "p0")).scalar() == 2
    assert is_well(filled)


def test_one_that_fails_half_way_leaves_the_store_as_it_was(
    filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(filled, file, SYSTEM)
    with filled.write() as connection:
        connection.execute(delete(incidents))
    before = tallies(filled)
    monkeypatch.setattr(copying, "tally", lambda *_: copying.Tally(-1))
    with pytest.raises(errors.CopyDiffers, match="differs"):
        restore(filled, file, SYSTEM, replace=True)
    monkeypatch.undo()
    assert tallies(filled) == before
    assert is_well(filled)


def test_readers_go_on_and_writers_wait(filled: Database, file: Path) -> None:
    back_up(filled, file, SYSTEM)
    seen: list[int] = []

    def watch(_stage: str, _fraction: float) -> None:
        with filled.read() as connection:
            seen.append(connection.execute(select(func.count()).select_from(incidents)).scalar_one())

    restore(filled, file, SYSTEM, replace=True, progress=watch)
    assert len(seen) > 10
    assert set(seen) == {20}


@ON_POSTGRESQL
def test_a_writer_who_does_not_end_is_told_of(filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    back_up(filled, file, SYSTEM)
    monkeypatch.setattr(waiting, "PATIENCE_S", 0.2)
    with filled.write() as connection:
        connection.execute(delete(incidents))
        with pytest.raises(errors.StoreBusy):
            restore(filled, file, SYSTEM, replace=True)


@ON_SQLITE
class TestRefusedFiles:
    @pytest.fixture
    def saved(self, filled: Database, file: Path) -> Path:
        back_up(filled, file, SYSTEM)
        return file

    def refused(
        self,
        store: Database,
        path: Path,
        error: type[Exception] | tuple[type[Exception], ...],
        words: str | None = None,
    ) -> None:
        before = tallies(store)
        with pytest.raises(error, match=words):
            restore(store, path, SYSTEM, replace=True)
        assert tallies(store) == before

    def change(self, path: Path, *statements: str) -> None:
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def test_the_live_file_itself_by_whatever_name(self, saved: Path, filled: Database) -> None:
        live = filled.path
        assert live is not None
        os.link(live, saved.with_name("link.gpkg"))
        for path in (live, saved.with_name("link.gpkg")):
            self.refused(filled, path, errors.NotABackup, "is not a backup")

    @pytest.mark.parametrize("content", [b"", b"text", b"SQLite format 3\0" + b"\0" * 5000])
    def test_something_else(self, saved: Path, filled: Database, content: bytes) -> None:
        saved.write_bytes(content)
        self.refused(filled, saved, errors.NotABackup, "is not a backup")

    def test_no_file(self, saved: Path, filled: Database) -> None:
        self.refused(filled, saved.with_name("no"), errors.FileMissing, "is not a file")
        self.refused(filled, saved.parent, errors.FileMissing, "is not a file")

    def test_a_store_that_is_no_backup(self, saved: Path, filled: Database) -> None:
        self.change(saved, "DELETE FROM state WHERE key = 'backup'")
        self.refused(filled, saved, errors.NotABackup, "is not a backup")

    def test_a_log_that_was_changed(self, saved: Path, filled: Database) -> None:
        self.change(saved, "DROP TRIGGER audit_log_no_update", "UPDATE audit_log SET who = 'nobody' WHERE seq = 2")
        self.refused(filled, saved, errors.BackupDamaged, "audit_log 2")

    def test_a_log_that_was_cut_off(self, saved: Path, filled: Database) -> None:
        self.change(saved, "DROP TRIGGER audit_log_no_delete", "DELETE FROM audit_log WHERE seq = 4")
        self.refused(filled, saved, errors.BackupDamaged, "audit_log 4")

    def test_a_row_without_what_it_belongs_to(self, saved: Path, filled: Database) -> None:
        self.change(saved, "UPDATE incidents SET batch_id = 77 WHERE fid = 3")
        self.refused(filled, saved, errors.BackupDamaged, "incidents 3: no batches")

    def test_a_damaged_page(self, saved: Path, filled: Database) -> None:
        data = bytearray(saved.read_bytes())
        at = data.index("案件.csv".encode())
        page = at // 4096 * 4096
        data[page : page + 4096] = bytes(4096)
        saved.write_bytes(bytes(data))
        self.refused(filled, saved, (errors.BackupDamaged, errors.NotABackup))

    def test_half_a_file(self, saved: Path, filled: Database) -> None:
        saved.write_bytes(saved.read_bytes()[: saved.stat().st_size // 2])
        self.refused(filled, saved, (errors.BackupDamaged, errors.NotABackup))

    def test_one_of_a_newer_program(self, saved: Path, filled: Database) -> None:
        self.change(saved, "UPDATE alembic_version SET version_num = '9999'")
        self.refused(filled, saved, errors.StoreTooNew, "schema 9999")

    def test_nothing_is_left_beside_the_store(self, saved: Path, filled: Database) -> None:
        restore(filled, saved, SYSTEM, replace=True)
        self.test_half_a_file(saved, filled)
        assert {path.name for path in saved.parent.iterdir()} == {
            saved.name, "store.gpkg", "store.gpkg-wal", "store.gpkg-shm",
        }  # fmt: skip
