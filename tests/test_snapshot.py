"""The snapshot holds every incident of one state of the store, mapped, never changed, and made once."""

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import text, update

from geo_zhengzhi.fingerprints import incidents_name
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.model import Actor
from geo_zhengzhi.schema import CATEGORY, INCIDENT_COLUMNS, INCIDENT_ID, LONGITUDE, OCCURRED_FROM, WEIGHT
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.store import snapshot, state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.snapshot import Snapshot, open_snapshot
from geo_zhengzhi.store.tables import batches

IMPORTER = Actor("导入员甲", "importer")
ZONE = "Asia/Shanghai"
HEADER = "案件编号,案件类别,发案时间,截止时间,经度,纬度,权重"
ROWS = (
    "A1,盗窃,2024-03-01 08:15:00.123,2024-03-01 09:00,117.4000001,40.04,1\n"
    '"A,\n""2",NULL,2024-03-02,,117.41,40.05,0.1\n'
    "na,,2023-12-31 23:59,,117.3,40.1,2.5\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "snapshots").mkdir(mode=0o700)
    return tmp_path / "snapshots"


@pytest.fixture
def bring(store: Database, tmp_path: Path) -> Callable[[str], Path]:
    def bring_rows(rows: str) -> Path:
        path = tmp_path / "in.csv"
        path.write_text(f"{HEADER}\n{rows}", "utf-8")
        import_incidents(store, path, actor=IMPORTER, datum="wgs84")
        return path

    return bring_rows


def look(store: Database, folder: Path) -> Snapshot:
    with store.read() as connection:
        return open_snapshot(connection, folder, ZONE)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_snapshot_holds_what_the_file_held_to_the_bit(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    expected, report = read_incidents(bring(ROWS), datum="wgs84", timezone=ZONE)
    assert report.n_kept == 3
    for _ in ("made", "mapped"):
        found = look(store, folder)
        pd.testing.assert_frame_equal(found.incidents, expected, check_exact=True)
        assert found.name == incidents_name(expected)


def test_an_empty_store_gives_an_empty_frame_of_the_same_columns(store: Database, folder: Path) -> None:
    found = look(store, folder)
    assert list(found.incidents.columns) == list(INCIDENT_COLUMNS)
    assert len(found.incidents) == 0
    assert str(found.incidents[OCCURRED_FROM].dtype) == f"datetime64[us, {ZONE}]"
    assert found.name == incidents_name(found.incidents)


def test_it_is_made_once_and_again_only_after_a_change(
    store: Database, folder: Path, bring: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(ROWS)
    first = look(store, folder)
    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "read_incidents", lambda _: pytest.fail("the rows were read again"))
        assert look(store, folder).path == first.path
    bring("B1,盗窃,2024-03-01 08:15,,117.4,40.04,1\n")
    second = look(store, folder)
    assert (len(first.incidents), len(second.incidents)) == (3, 4)
    undo_batch(store, 2, actor=IMPORTER, reason="误传")
    third = look(store, folder)
    assert third.name == first.name
    assert len({first.path, second.path, third.path}) == 3


def test_what_is_mapped_can_be_read_after_its_file_was_removed(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    bring(ROWS)
    first = look(store, folder)
    bring("B1,盗窃,2024-03-01 08:15,,117.4,40.04,1\n")
    second = look(store, folder)
    assert files(folder) == [second.path.name]
    assert list(first.incidents[INCIDENT_ID]) == ["A1", 'A,\n"2', "na"]
    assert first.incidents[LONGITUDE].sum() == pytest.approx(352.1100001)


def test_a_worker_whose_view_is_older_takes_nothing_away_from_the_others(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    bring(ROWS)
    with store.read() as connection:
        state.get(connection, state.INCIDENTS_VERSION)  # the view begins with the first read
        bring("B1,盗窃,2024-03-01 08:15,,117.4,40.04,1\n")
        newer = look(store, folder)
        older = open_snapshot(connection, folder, ZONE)
    assert (len(older.incidents), len(newer.incidents)) == (3, 4)
    assert files(folder) == sorted([older.path.name, newer.path.name])


def test_another_history_of_the_same_version_has_another_file(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    bring(ROWS)
    first = look(store, folder)
    with store.write() as connection:  # as after a restore, then another import
        connection.execute(update(batches).values(sha256="f" * 64))
    assert look(store, folder).path != first.path


def test_only_the_owner_can_read_the_file_and_its_numbers_lie_in_it(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    bring(ROWS)
    found = look(store, folder)
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert not found.incidents[WEIGHT].to_numpy().flags.writeable
    changed = found.incidents.assign(weight=9.0)
    changed.loc[0, CATEGORY] = "诈骗"
    assert list(look(store, folder).incidents[WEIGHT]) == [1.0, 0.1, 2.5]


@pytest.mark.parametrize("content", [b"", b"ARROW1\0\0", b"no snapshot"])
def test_a_file_that_is_no_snapshot_is_made_again(
    store: Database, folder: Path, bring: Callable[[str], Path], content: bytes
) -> None:
    bring(ROWS)
    path = look(store, folder).path
    path.write_bytes(content)
    assert len(look(store, folder).incidents) == 3
    assert path.stat().st_size > 1000


def test_what_a_killed_process_left_half_written_goes_once_it_is_old(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    young, old = folder / f"{snapshot.DRAFT}1", folder / f"{snapshot.DRAFT}2"
    for draft in (young, old):
        draft.touch()
    os.utime(old, (0, time.time() - snapshot.FORGOTTEN_S - 1))
    bring(ROWS)
    found = look(store, folder)
    assert files(folder) == sorted([young.name, found.path.name])


def test_rows_that_a_desktop_program_edited_are_read_too(
    store: Database, folder: Path, bring: Callable[[str], Path]
) -> None:
    bring(ROWS)
    if store.is_sqlite:  # a bounding box in the blob, a moment without milliseconds
        boxed = b"GP\0\x03" + struct.pack("<i4d", 4326, 1, 1, 2, 2) + struct.pack("<BIdd", 1, 1, 1, 2)
        change = text("UPDATE incidents SET geom = :geom, occurred_from = '2024-03-01T00:15:00Z' WHERE fid = 1")
    else:
        boxed = b""
        change = text(
            "UPDATE incidents SET geom = ST_SetSRID(ST_MakePoint(1, 2), 4326), "
            "occurred_from = '2024-03-01T00:15:00Z' WHERE fid = 1"
        ).bindparams()
    with store.write() as connection:
        connection.execute(change, {"geom": boxed} if boxed else {})
    row = look(store, folder).incidents.iloc[0]
    assert (row.longitude, row.latitude, row.occurred_from.isoformat()) == (1, 2, "2024-03-01T08:15:00+08:00")
