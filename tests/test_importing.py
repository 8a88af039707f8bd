"""A file becomes a batch, whole or not at all; the same file adds nothing; a batch can be taken back."""

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely
from sqlalchemy import func, select

from geo_zhengzhi.errors import (
    BatchNotDone,
    BatchUnknown,
    DatumNotDeclared,
    FileChanged,
    FileIsTheStore,
    NotAllowed,
    TextMissing,
)
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.imports.batches import (
    fail_stale_batches,
    find_batch,
    list_batches,
    rejects_of_batch,
    undo_batch,
)
from geo_zhengzhi.services.imports.importing import ImportOutcome, import_incidents
from geo_zhengzhi.store import audit, batches, state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.liveness import alive
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import incidents, rejects
from geo_zhengzhi.words import translator

IMPORTER = Actor("导入员甲", "importer")
HEADER = "案件编号,案件类别,发案时间,经度,纬度"
ROWS = ("A1,盗窃,2024-03-01 08:15,117.40,40.04", "A2,诈骗,2024-03-02 09:00,117.41,40.05")
CORRECTED = (ROWS[0], "A2,诈骗,2024-03-02 09:00,117.42,40.05", "A3,盗窃,2024-03-03 10:00,117.43,40.06")
Bring = Callable[..., ImportOutcome]
FACTS = {"file_name": "f.csv", "sha256": "0", "made_by": "导入员甲"}


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    return path


@pytest.fixture
def bring(store: Database, tmp_path: Path) -> Bring:
    def bring_rows(*rows: str, **options: object) -> ImportOutcome:
        path = write(tmp_path / "三月.csv", *rows)
        return import_incidents(store, path, actor=IMPORTER, **{"datum": "wgs84"} | options)  # type: ignore[arg-type]

    return bring_rows


def ids_and_places(store: Database) -> dict[str, tuple[float, float]]:
    with store.read() as connection:
        rows = connection.execute(select(incidents.c.incident_id, incidents.c.geom))
        return {row.incident_id: (row.geom.x, row.geom.y) for row in rows}


def log(store: Database) -> list[audit.Record]:
    with store.read() as connection:
        assert audit.first_break(connection) is None
        return list(audit.records(connection))


def version(store: Database) -> int:
    with store.read() as connection:
        return int(state.get(connection, state.INCIDENTS_VERSION, 0))


def test_a_file_becomes_a_batch_that_keeps_how_it_was_read(store: Database, bring: Bring) -> None:
    outcome = bring(*ROWS, ROWS[0], "A4,盗窃,某日,117.4,40.0")
    batch = find_batch(store, outcome.batch.batch_id, actor=IMPORTER)
    assert outcome.is_new
    assert (batch.file_name, batch.format, batch.encoding) == ("三月.csv", "CSV", "UTF-8")
    assert (batch.sha256, batch.datum, batch.timezone) == (outcome.report.sha256, "wgs84", "Asia/Shanghai")
    assert batch.mapping["occurred_at"] == "发案时间"
    assert set(batch.mapping) == {"incident_id", "category", "occurred_at", "longitude", "latitude"}
    assert (batch.n_read, batch.n_kept, batch.n_duplicates, batch.n_rejected) == (4, 2, 1, 1)
    assert (batch.n_inserted, batch.n_updated, batch.n_unchanged) == (2, 0, 0)
    assert (batch.status, batch.made_by, batch.reason) == ("done", "导入员甲", None)
    assert batch.finished_at is not None
    assert batch.finished_at >= batch.started_at
    assert batch.report == json.loads(json.dumps(outcome.report.to_dict()))
    assert ids_and_places(store) == {"A1": (117.40, 40.04), "A2": (117.41, 40.05)}


def test_refused_rows_are_kept_with_line_reason_and_fields(store: Database, bring: Bring) -> None:
    batch_id = bring("A4,盗窃,某日,117.4,40.0", *ROWS, "13912345678,盗窃,,117.4,40.0").batch.batch_id
    first, second = rejects_of_batch(store, batch_id, actor=IMPORTER)
    assert (first["line"], second["line"]) == (2, 5)
    assert first["fields"]["经度"] == "117.4"
    assert second["fields"]["案件编号"] == "…"
    assert first["reason_zh"] != first["reason_en"]
    assert rejects_of_batch(store, batch_id, actor=IMPORTER, limit=1) == [first]


def test_a_file_of_only_refused_rows_is_a_batch_too(store: Database, bring: Bring) -> None:
    batch = bring("A4,盗窃,某日,117.4,40.0").batch
    assert (batch.status, batch.n_inserted, batch.n_rejected) == ("done", 0, 1)


def test_the_same_file_twice_adds_nothing_and_names_the_batch(store: Database, bring: Bring) -> None:
    first, second = bring(*ROWS), bring(*ROWS)
    assert not second.is_new
    assert second.batch == first.batch
    assert second.lines(str)[-1] == "The same file was imported already, as batch 1; nothing was added."
    assert "批次 1 导入" in second.lines(translator("zh"))[-1]
    assert (len(list_batches(store, actor=IMPORTER)), version(store), len(log(store))) == (1, 1, 1)


def test_the_same_file_in_another_datum_moves_its_incidents(store: Database, bring: Bring) -> None:
    bring(*ROWS)
    second = bring(*ROWS, datum="gcj02")
    assert second.is_new
    assert (second.batch.datum, second.batch.n_updated) == ("gcj02", 2)
    assert ids_and_places(store)["A1"][0] == pytest.approx(117.394, abs=0.001)


def test_the_same_file_is_taken_again_once_its_batch_is_undone(store: Database, bring: Bring) -> None:
    undo_batch(store, bring(*ROWS).batch.batch_id, actor=IMPORTER, reason="误传")
    assert bring(*ROWS).is_new
    assert len(ids_and_places(store)) == 2


def test_a_corrected_file_updates_and_its_undo_brings_back_what_it_replaced(store: Database, bring: Bring) -> None:
    bring(*ROWS)
    outcome = bring(*CORRECTED)
    assert (outcome.batch.n_inserted, outcome.batch.n_updated, outcome.batch.n_unchanged) == (1, 1, 1)
    assert outcome.lines(str)[-1] == "Batch 2: new incidents 1, corrected 1, there already 1."
    assert ids_and_places(store)["A2"] == (117.42, 40.05)
    batch, undone = undo_batch(store, outcome.batch.batch_id, actor=IMPORTER, reason="坐标有误")
    assert (undone.n_removed, undone.n_restored, undone.n_left) == (1, 1, 1)
    assert (batch.status, batch.undone_by, batch.undo_reason) == ("undone", "导入员甲", "坐标有误")
    assert ids_and_places(store) == {"A1": (117.40, 40.04), "A2": (117.41, 40.05)}


def test_rows_without_numbers_are_never_merged(store: Database, tmp_path: Path) -> None:
    header, row = HEADER.removeprefix("案件编号,"), "盗窃,2024-03-01 08:15,117.4,40.04"
    for name, n in (("a.csv", 2), ("b.csv", 1)):
        (tmp_path / name).write_text("\n".join([header, *[row] * n]), "utf-8")
        assert import_incidents(store, tmp_path / name, actor=IMPORTER, datum="wgs84").is_new
    assert len(ids_and_places(store)) == 3


def test_times_are_kept_to_the_millisecond_and_a_finer_one_is_no_correction(store: Database, bring: Bring) -> None:
    bring("A1,盗窃,2024-03-01 08:15:00.123,117.40,40.04")
    again = bring("A1,盗窃,2024-03-01 08:15:00.123456,117.40,40.04")
    assert again.batch.n_unchanged == 1


def test_every_import_and_undo_is_in_the_log_without_a_single_place(store: Database, bring: Bring) -> None:
    batch_id = bring(*ROWS).batch.batch_id
    undo_batch(store, batch_id, actor=IMPORTER, reason="误传")
    brought, undone = log(store)
    assert [(r.who, r.role, r.action, r.object) for r in (brought, undone)] == [
        ("导入员甲", "importer", "import", "batch 1"),
        ("导入员甲", "importer", "undo", "batch 1"),
    ]
    assert json.loads(brought.detail)["n_inserted"] == 2
    assert json.loads(undone.detail) == {"reason": "误传", "n_removed": 2, "n_restored": 0, "n_left": 0}
    assert "117.4" not in brought.detail + undone.detail
    assert version(store) == 2


def test_progress_only_rises_and_ends_at_one(bring: Bring) -> None:
    told: list[tuple[str, float]] = []
    bring(*ROWS, progress=lambda stage, fraction: told.append((stage, fraction)))
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)
    assert list(dict.fromkeys(stage for stage, _ in told)) == ["reading", "keeping", "comparing", "done"]
    assert told[-1] == ("done", 1.0)


def test_rows_outside_the_study_area_are_refused(store: Database, bring: Bring) -> None:
    outcome = bring(*ROWS, study_area=shapely.box(117.405, 40.0, 118, 41))
    assert (outcome.batch.n_inserted, outcome.batch.n_rejected) == (1, 1)
    assert bring(*ROWS).batch.n_inserted == 1  # the same file, read otherwise, is not the same


def test_a_file_that_cannot_be_read_leaves_no_batch(store: Database, bring: Bring) -> None:
    with pytest.raises(DatumNotDeclared):
        bring(*ROWS, datum=None)
    assert list_batches(store, actor=IMPORTER) == []


def test_a_file_that_changed_since_it_was_checked_is_refused(store: Database, bring: Bring) -> None:
    checked = bring(*ROWS).report.sha256
    assert not bring(*ROWS, expected_sha256=checked).is_new
    with pytest.raises(FileChanged, match=checked):
        bring(*CORRECTED, expected_sha256=checked)


def test_the_stores_own_file_is_refused_before_anything_opens_it(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    (tmp_path / "other.gpkg").symlink_to(tmp_path / "store.gpkg")
    for name in ("store.gpkg", "other.gpkg"):
        with pytest.raises(FileIsTheStore, match=name):
            import_incidents(database, tmp_path / name, actor=IMPORTER)
    database.close()


def test_what_goes_wrong_in_the_middle_leaves_a_failed_batch_and_no_row(
    store: Database, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("row A1 at 117.40, 40.04")

    monkeypatch.setattr(batches, "finish", break_down)
    with pytest.raises(RuntimeError):
        bring(*ROWS, "A4,盗窃,某日,117.4,40.0")
    (batch,) = list_batches(store, actor=IMPORTER)
    assert (batch.status, batch.n_inserted) == ("failed", None)
    assert batch.reason == "The import stopped on a fault of the program; nothing of it was kept."
    assert ids_and_places(store) == {}
    with store.read() as connection:
        assert connection.execute(select(func.count()).select_from(rejects)).scalar_one() == 0
    assert [(r.action, r.object) for r in log(store)] == [("import failed", "batch 1")]
    assert version(store) == 0


def test_an_interrupted_import_is_a_failed_batch(
    store: Database, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "finish", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bring(*ROWS)
    assert list_batches(store, actor=IMPORTER)[0].reason == "The import was interrupted; nothing of it was kept."
    monkeypatch.undo()
    assert bring(*ROWS).is_new


def test_two_who_import_the_same_file_at_once_bring_it_once(store: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", *ROWS)
    outcomes: list[ImportOutcome] = []
    threads = [
        Thread(target=lambda: outcomes.append(import_incidents(store, path, actor=IMPORTER, datum="wgs84")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.is_new for outcome in outcomes) == [False, False, False, True]
    done = [batch for batch in list_batches(store, actor=IMPORTER) if batch.status == "done"]
    assert [batch.n_inserted for batch in done] == [2]
    assert {outcome.batch.batch_id for outcome in outcomes} == {done[0].batch_id}


def begin(store: Database) -> int:
    with store.write() as connection:
        return batches.begin(connection, FACTS)


def test_a_batch_that_a_dead_process_left_running_is_failed_once(store: Database) -> None:
    batch_id = begin(store)
    assert fail_stale_batches(store) == [batch_id]
    assert fail_stale_batches(store) == []
    batch = find_batch(store, batch_id, actor=IMPORTER)
    assert (batch.status, batch.reason) == ("failed", "Its process ended before it was done; nothing of it was kept.")
    assert [(r.who, r.action) for r in log(store)] == [("system", "import failed")]


def test_a_batch_under_way_is_not_taken_for_dead(store: Database) -> None:
    batch_id = begin(store)
    with alive(store, batch_id):
        if store.is_sqlite:
            assert fail_stale_batches(store) == []
        else:
            with store.write() as connection:
                batches.hold(connection, batch_id)
                assert fail_stale_batches(store) == []
    assert fail_stale_batches(store) == [batch_id]


def test_a_batch_under_way_in_another_process_is_not_taken_for_dead_until_that_is_killed(
    store_url: str, store: Database
) -> None:
    batch_id = begin(store)
    spawn = multiprocessing.get_context("spawn")
    ready = spawn.Event()
    process = spawn.Process(target=work_for_ever, args=(store_url, batch_id, ready))
    process.start()
    assert ready.wait(30)
    assert fail_stale_batches(store) == []
    process.kill()
    process.join()
    for _ in range(100):  # a server needs a moment to see that its client is gone
        if fail_stale_batches(store):
            break
        Event().wait(0.05)
    assert find_batch(store, batch_id, actor=IMPORTER).status == "failed"


def work_for_ever(url: str, batch_id: int, ready: "Event") -> None:
    database = open_store(url)
    with alive(database, batch_id), database.engine.connect() as connection, connection.begin():
        if not database.is_sqlite:
            batches.hold(connection, batch_id)
        ready.set()
        Event().wait(60)


def test_no_lock_file_stays_beside_the_store(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    import_incidents(database, write(tmp_path / "a.csv", *ROWS), actor=IMPORTER, datum="wgs84")
    begin(database)
    fail_stale_batches(database)
    database.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "store.gpkg"]


def test_a_lock_file_that_outlived_its_batch_goes_at_the_next_start(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    import_incidents(database, write(tmp_path / "a.csv", *ROWS), actor=IMPORTER, datum="wgs84")
    left, unborn = (tmp_path / f"store.gpkg.batch-{number}.lock" for number in (1, 2))
    for path in (left, unborn):
        path.touch()
    with alive(database, 1):
        fail_stale_batches(database)
        assert left.exists()
    left.touch()
    fail_stale_batches(database)
    assert (left.exists(), unborn.exists()) == (False, True)
    assert import_incidents(database, write(tmp_path / "b.csv", ROWS[0]), actor=IMPORTER, datum="wgs84").is_new
    assert not unborn.exists()
    database.close()


@pytest.mark.parametrize("status", ["failed", "undone"])
def test_only_a_done_batch_can_be_undone(store: Database, bring: Bring, status: str) -> None:
    if status == "failed":
        begin(store)
        fail_stale_batches(store)
    else:
        undo_batch(store, bring(*ROWS).batch.batch_id, actor=IMPORTER, reason="误传")
    with pytest.raises(BatchNotDone, match=f"Batch 1 is {status}"):
        undo_batch(store, 1, actor=IMPORTER, reason="再次")


def test_an_unknown_batch_is_named(store: Database) -> None:
    for ask in (
        lambda: undo_batch(store, 7, actor=IMPORTER, reason="误传"),
        lambda: find_batch(store, 7, actor=IMPORTER),
        lambda: rejects_of_batch(store, 7, actor=IMPORTER),
    ):
        with pytest.raises(BatchUnknown, match="no batch 7"):
            ask()


def test_an_undo_needs_a_reason(store: Database, bring: Bring) -> None:
    batch_id = bring(*ROWS).batch.batch_id
    with pytest.raises(TextMissing):
        undo_batch(store, batch_id, actor=IMPORTER, reason=" ")
    assert find_batch(store, batch_id, actor=IMPORTER).status == "done"


def test_batches_are_listed_newest_first_and_by_the_page(store: Database, bring: Bring) -> None:
    for row in ("A1", "A2", "A3"):
        bring(f"{row},盗窃,2024-03-01 08:15,117.40,40.04")
    assert [batch.batch_id for batch in list_batches(store, actor=IMPORTER)] == [3, 2, 1]
    assert [batch.batch_id for batch in list_batches(store, actor=IMPORTER, limit=1, offset=1)] == [2]


def test_words_that_only_parquet_can_hold_are_taken(store: Database, tmp_path: Path) -> None:
    columns = {
        "incident_id": ["a\0b", "l\u2028"],
        "category": ["\0", "\ufeff盗窃"],
        "occurred_at": ["2024-03-01 08:15", "2024-03-02"],
        "longitude": [117.4, 117.5],
        "latitude": [40.04, 40.05],
    }
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert import_incidents(store, tmp_path / "a.parquet", actor=IMPORTER, datum="wgs84").batch.n_inserted == 2


@pytest.mark.parametrize("role", ["viewer", "planner", "administrator", "auditor", "nobody"])
def test_only_an_importer_imports_undoes_and_sees_refused_rows(store: Database, bring: Bring, role: str) -> None:
    batch_id, other = bring(*ROWS).batch.batch_id, Actor("某人", role)
    for ask in (
        lambda: import_incidents(store, "any.csv", actor=other),
        lambda: undo_batch(store, batch_id, actor=other, reason="误传"),
        lambda: rejects_of_batch(store, batch_id, actor=other),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert [batch.status for batch in list_batches(store, actor=SYSTEM)] == ["done"]
    if role in ("administrator", "auditor"):
        assert find_batch(store, batch_id, actor=other).batch_id == batch_id
    else:
        with pytest.raises(NotAllowed):
            list_batches(store, actor=other)


def test_a_file_named_after_a_persons_number_keeps_its_name_to_itself(store: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "13912345678.csv", *ROWS)
    batch = import_incidents(store, path, actor=IMPORTER, datum="wgs84").batch
    assert (batch.file_name, batch.report["file_name"]) == ("…", "…")
    assert "139" not in log(store)[0].detail
