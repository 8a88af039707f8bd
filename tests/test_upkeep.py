"""Backups, restoring and moving: the whole store or nothing, on both engines, while others work."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import delete, func, insert, select, update

from geo_zhengzhi import errors
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services import upkeep
from geo_zhengzhi.services.upkeep import back_up, examine_store, migrate_store, restore
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, backup, copying, state, waiting
from geo_zhengzhi.store.copying import holding, tally
from geo_zhengzhi.store.database import Database, open_file
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import audit_log, entries, incidents, metadata, sessions, steps, targets
from tests.store_rows import PLANNER, fill, square
from tests.stores import ENGINES, ON_POSTGRESQL, ON_SQLITE, new_store_url

Refusals = type[Exception] | tuple[type[Exception], ...]
Tallies = dict[str, tuple[int, str]]


def url_of(store: Database) -> str:
    return store.url.render_as_string(hide_password=False)


def tallies(store: Database, *but: str) -> Tallies:
    with store.read() as connection:
        return {
            name: (counted.n, counted.checksum)
            for name, table in metadata.tables.items()
            if name not in but
            for counted in [tally(connection, table)]
        }


def head(store: Database) -> tuple[int, str]:
    with store.read() as connection:
        return audit.head(connection)


def is_well(store: Database) -> bool:
    found = examine_store(url_of(store), Settings())
    assert [finding for finding in found if finding.problems] == []
    return True


@pytest.fixture
def filled(store: Database) -> Database:
    fill(store)
    return store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "备份 100%?#.gpkg"


@pytest.fixture(params=ENGINES)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A second, empty store, on each engine."""
    (tmp_path / "other").mkdir()
    database = open_store(new_store_url(request, tmp_path / "other", request.param))
    yield database
    database.close()


class TestBackup:
    def test_it_holds_every_row_and_the_end_of_the_log(self, filled: Database, file: Path) -> None:
        wanted = tallies(filled, "audit_log", "state")
        told = back_up(filled, file, PLANNER)
        assert (told.seq, told.hash) == head(filled)
        with open_file(file) as connection:
            assert state.get(connection, backup.KEY) == vars(told)
            assert audit.first_break(connection) is None
            assert {name: tally(connection, metadata.tables[name]).checksum for name in wanted} == {
                name: checksum for name, (_, checksum) in wanted.items()
            }
            last = list(audit.records(connection))[-1]
        assert (last.action, last.who, last.object) == ("backup", PLANNER.name, file.name)

    def test_it_is_one_private_file_that_is_a_store(self, filled: Database, file: Path) -> None:
        back_up(filled, file, SYSTEM)
        assert [p.name for p in file.parent.iterdir() if "store.gpkg" not in p.name] == [file.name]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name == "nt"
        before = file.read_bytes()
        with open_file(file) as connection:
            assert connection.execute(select(func.count()).select_from(incidents)).scalar() == 20
        assert file.read_bytes() == before
        again = open_store(backup.file_url(file))
        assert is_well(again)
        again.close()

    def test_nothing_is_written_over(self, filled: Database, file: Path) -> None:
        file.write_text("mine")
        before = head(filled)
        with pytest.raises(errors.BackupExists, match="exists already"):
            back_up(filled, file, SYSTEM)
        assert (file.read_text(), head(filled)) == ("mine", before)

    def test_a_file_that_appears_meanwhile_is_not_written_over(
        self, filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def write_late(*arguments: Any) -> backup.Head:
            file.write_text("mine")
            return backup.write_backup(*arguments)

        monkeypatch.setattr(upkeep, "write_backup", write_late)
        with pytest.raises(errors.BackupExists):
            back_up(filled, file, SYSTEM)
        assert file.read_text() == "mine"

    def test_where_there_are_no_hard_links_it_is_moved(
        self, filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "link", lambda *_: os.stat(file))  # FileNotFoundError, an OSError
        back_up(filled, file, SYSTEM)
        assert backup.read_head(file, "x").seq == head(filled)[0]

    def test_a_place_that_cannot_be_written_is_told(self, filled: Database, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(errors.NotWritable, match="cannot be read or written"):
            back_up(filled, tmp_path / "file" / "backup.gpkg", SYSTEM)

    def test_a_backup_taken_during_writes_is_of_one_moment(self, filled: Database, file: Path) -> None:
        """Each write adds a step and a row of the log: a backup that has one of a pair only is of no moment."""
        ended = threading.Event()

        def write() -> None:
            while not ended.wait(0.001):
                with filled.write() as connection:
                    step = {"target_id": "t", "to_stage": "x", "step_date": "2024-03-01", "unit": "", "made_by": "x"}
                    now = connection.execute(select(entries.c.made_at)).scalar_one()
                    connection.execute(insert(steps).values(**step, made_at=now))
                    audit.append(connection, SYSTEM, "step")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            heads = [back_up(filled, file.with_name(f"{number}.gpkg"), SYSTEM) for number in range(3)]
        finally:
            ended.set()
            writer.join()
        for number, told in enumerate(heads):
            with open_file(file.with_name(f"{number}.gpkg")) as connection:
                n_steps = connection.execute(select(func.count()).select_from(steps)).scalar_one() - 1
                actions = connection.execute(select(audit_log.c.action)).scalars().all()
                assert actions.count("step") == n_steps
                assert (told.seq, told.hash) == audit.head(connection)
                assert audit.first_break(connection) is None
        assert heads[0].seq + 1 < heads[2].seq


class TestRestore:
    def test_everything_comes_back_on_either_engine(self, filled: Database, other: Database, file: Path) -> None:
        wanted = tallies(filled, "audit_log", "state", "sessions")
        told = back_up(filled, file, SYSTEM)
        copied = restore(other, file, PLANNER)
        assert tallies(other, "audit_log", "state", "sessions") == wanted
        assert copied.head == told
        assert copied.n_rows["incidents"] == 20
        assert is_well(other)

    def test_the_log_goes_on_and_says_what_was_replaced(self, filled: Database, file: Path) -> None:
        told = back_up(filled, file, SYSTEM)
        with filled.write() as connection:
            audit.append(connection, SYSTEM, "edit")
        lost = head(filled)
        restore(filled, file, PLANNER, replace=True)
        with filled.read() as connection:
            assert audit.first_break(connection) is None
            (last,) = audit.records(connection, told.seq)
        assert (last.action, last.who) == ("restore", PLANNER.name)
        assert f'"replaced": {{"hash": "{lost[1]}", "seq": {lost[0]}}}' in last.detail

    def test_versions_go_on_above_those_of_before_and_nobody_stays_signed_in(
        self, filled: Database, file: Path
    ) -> None:
        back_up(filled, file, SYSTEM)
        with filled.write() as connection:
            state.put(connection, state.INCIDENTS_VERSION, 11)
        restore(filled, file, SYSTEM, replace=True)
        with filled.read() as connection:
            assert state.get(connection, state.INCIDENTS_VERSION) == 12
            assert state.get(connection, state.TARGETS_VERSION) == 5  # four parts were added from outside
            assert state.get(connection, backup.KEY) is None
            assert connection.execute(select(sessions.c.revoked_at)).scalar() is not None

    def test_a_store_that_holds_anything_is_left_alone_unless_told(self, filled: Database, file: Path) -> None:
        back_up(filled, file, SYSTEM)
        before = tallies(filled)
        with pytest.raises(errors.StoreHoldsData, match="--replace"):
            restore(filled, file, SYSTEM)
        assert tallies(filled) == before

    def test_rows_made_since_are_gone_and_history_and_counting_go_on(self, filled: Database, file: Path) -> None:
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
                **dict.fromkeys(("name", "kind", "level", "stage", "stage_since", "made_by"), "x"),
            }
            made_at = connection.execute(select(entries.c.made_at)).scalar_one()
            connection.execute(
                insert(entries).values(**row, year=2024, measures={}, commitments={}, version=1, made_at=made_at)
            )
            assert connection.execute(select(func.max(entries.c.entry_id))).scalar() == 2
            assert connection.execute(select(targets.c.version).where(targets.c.part_id == "p0")).scalar() == 2
        assert is_well(filled)

    def test_one_that_fails_half_way_leaves_the_store_as_it_was(
        self, filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
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

    def test_readers_go_on_and_writers_wait(self, filled: Database, file: Path) -> None:
        back_up(filled, file, SYSTEM)
        seen: list[int] = []

        def watch(_stage: str, _fraction: float) -> None:
            with filled.read() as connection:
                seen.append(connection.execute(select(func.count()).select_from(incidents)).scalar_one())

        restore(filled, file, SYSTEM, replace=True, progress=watch)
        assert len(seen) > 10
        assert set(seen) == {20}

    @ON_POSTGRESQL
    def test_a_writer_who_does_not_end_is_told_of(
        self, filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
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


class TestMigrate:
    def test_counts_and_checksums_are_equal_on_every_pair_of_engines(self, filled: Database, other: Database) -> None:
        copied = migrate_store(filled, url_of(other), PLANNER)
        assert tallies(other) == tallies(filled)
        assert {name: (copied.n_rows[name], copied.checksums[name]) for name in copied.n_rows} == tallies(other)
        assert is_well(other)
        assert head(other) == head(filled)
        with other.read() as connection:
            assert (
                connection.execute(select(audit_log.c.action).order_by(audit_log.c.seq)).scalars().all()[-1]
                == "migrate"
            )

    def test_a_store_that_holds_anything_is_refused(self, filled: Database, other: Database) -> None:
        with other.write() as connection:
            audit.append(connection, SYSTEM, "sign-in")
        before = tallies(filled), tallies(other)
        with pytest.raises(errors.TargetHoldsData, match="audit_log"):
            migrate_store(filled, url_of(other), SYSTEM)
        assert (tallies(filled), tallies(other)) == before

    def test_triggers_and_numbers_go_on_there(self, filled: Database, other: Database) -> None:
        migrate_store(filled, url_of(other), SYSTEM)
        with other.write() as connection:
            connection.execute(insert(targets).values(target_id="t", geom=square(1, 1)))
            row = connection.execute(select(targets).order_by(targets.c.fid.desc()).limit(1)).one()
            assert (row.fid, row.version) == (5, 1)
        assert is_well(other)

    def test_a_difference_is_found_and_leaves_nothing(
        self, filled: Database, other: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(copying, "to_wkb", lambda shape: os.urandom(4))
        with pytest.raises(errors.CopyDiffers):
            migrate_store(filled, url_of(other), SYSTEM)
        monkeypatch.undo()
        with other.read() as connection:
            assert holding(connection) is None

    def test_heights_are_left_out(self, filled: Database, other: Database) -> None:
        with filled.write() as connection:
            connection.execute(update(incidents).values(geom=shapely.Point(117.4, 40.0, 12.5)))
        migrate_store(filled, url_of(other), SYSTEM)
        with other.read() as connection:
            assert connection.execute(select(incidents.c.geom)).scalars().first() == shapely.Point(117.4, 40.0)
