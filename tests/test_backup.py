"""A backup is the whole store of one moment in one file, taken while others write; nothing is written over."""

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from geo_zhengzhi import errors
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.services import upkeep
from geo_zhengzhi.services.upkeep import back_up, migrate_store, restore
from geo_zhengzhi.store import audit, backup, state
from geo_zhengzhi.store.copying import tally
from geo_zhengzhi.store.database import Database, open_file
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import audit_log, entries, incidents, metadata, steps
from tests.store_rows import head, is_well, tallies


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a backup goes."""
    return tmp_path / "备份 100%?#.gpkg"


def test_it_holds_every_row_and_the_end_of_the_log(filled: Database, file: Path) -> None:
    wanted = tallies(filled, "audit_log", "state")
    told = back_up(filled, file, SYSTEM)
    assert (told.seq, told.hash) == head(filled)
    with open_file(file) as connection:
        assert state.get(connection, backup.KEY) == vars(told)
        assert audit.first_break(connection) is None
        assert {name: tally(connection, metadata.tables[name]).checksum for name in wanted} == {
            name: checksum for name, (_, checksum) in wanted.items()
        }
        last = list(audit.records(connection))[-1]
    assert (last.action, last.who, last.object) == ("backup", SYSTEM.name, file.name)


def test_it_is_one_private_file_that_is_a_store(filled: Database, file: Path) -> None:
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


def test_nothing_is_written_over(filled: Database, file: Path) -> None:
    file.write_text("mine")
    before = head(filled)
    with pytest.raises(errors.BackupExists, match="exists already"):
        back_up(filled, file, SYSTEM)
    assert (file.read_text(), head(filled)) == ("mine", before)


def test_a_file_that_appears_meanwhile_is_not_written_over(
    filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_late(*arguments: Any) -> backup.Head:
        file.write_text("mine")
        return backup.write_backup(*arguments)

    monkeypatch.setattr(upkeep, "write_backup", write_late)
    with pytest.raises(errors.BackupExists):
        back_up(filled, file, SYSTEM)
    assert file.read_text() == "mine"


def test_where_there_are_no_hard_links_it_is_moved(
    filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", lambda *_: os.stat(file))  # FileNotFoundError, an OSError
    back_up(filled, file, SYSTEM)
    assert backup.read_head(file, "x").seq == head(filled)[0]


def test_a_place_that_cannot_be_written_is_told(filled: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(errors.NotWritable, match="cannot be read or written"):
        back_up(filled, tmp_path / "file" / "backup.gpkg", SYSTEM)


def test_a_backup_taken_during_writes_is_of_one_moment(filled: Database, file: Path) -> None:
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


@pytest.mark.parametrize("role", ROLES)
def test_no_account_may_carry_a_store_away_or_put_another_in_its_place(filled: Database, file: Path, role: str) -> None:
    someone, before = Actor("值班室", role), head(filled)
    with pytest.raises(errors.NotAllowed):
        back_up(filled, file, someone)
    with pytest.raises(errors.NotAllowed):
        restore(filled, file, someone, replace=True)
    with pytest.raises(errors.NotAllowed):
        migrate_store(filled, f"sqlite:///{file}", someone)
    assert head(filled) == before
    assert not file.exists()
