"""
The store on both engines: a million rows in, corrected, undone, mapped and filtered.

The file is that of the import measurements, 100 bytes a row; corrected, one row in ten has another category. On
PostgreSQL each process starts a cluster of its own, whose memory is not counted.
"""

import atexit
import itertools
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import select

from benchmarks.bench_import import write_csv
from benchmarks.protocol import DATA, Engine, Measurement
from geo_zhengzhi.model import SYSTEM, Period
from geo_zhengzhi.services.imports.batches import undo_batch
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.reading import read_incidents
from geo_zhengzhi.store.snapshot import open_snapshot
from geo_zhengzhi.store.tables import incidents
from tests.postgres import cluster
from tools.find_postgres import find_postgres

NAMES = {"sqlite": "SQLite", "postgresql": "PostGIS"}
ZONE = "Asia/Shanghai"
MONTHS = [(year, month) for year in (2022, 2023, 2024) for month in range(1, 13)]
LIMIT_S = 60.0


def measurements(quick: bool) -> list[Measurement]:
    n = 10_000 if quick else 1_000_000
    engines = ["sqlite", *(["postgresql"] if find_postgres() else [])]
    return [measurement for engine in engines for measurement in (*_writing(engine, n), *_reading(engine, n))]


def _writing(engine: str, n: int) -> list[Measurement]:
    """What changes the store: once a process, since the next time it would be another store."""
    rounds = 3 if engine == "sqlite" else 1
    named = {
        f"Import {n:,} rows into {NAMES[engine]}": ("first", "file to done, checks included"),
        f"Import {n:,} rows again, one in ten corrected, {NAMES[engine]}": ("corrected", "what they replaced is kept"),
        f"Undo a batch of {n:,} rows, one in ten corrected, {NAMES[engine]}": ("undone", ""),
    }
    return [
        Measurement(
            name,
            subject=Engine(f"benchmarks.bench_store:{function}", engine=engine, n=n),
            seconds=LIMIT_S,
            rounds=rounds,
            warm=False,
            note=note,
        )
        for name, (function, note) in named.items()
    ]


def _reading(engine: str, n: int) -> list[Measurement]:
    """What reads it."""
    about = {"engine": engine, "n": n}
    making = Measurement(
        f"Make the snapshot of {n:,} incidents, {NAMES[engine]}",
        subject=Engine("benchmarks.bench_store:snapshot_made", **about),
        reference=Engine("benchmarks.bench_store:rows_read", **about),
        rounds=1,
        note="the reference only reads the rows",
    )
    opening = Measurement(
        f"Open a study of {n:,} incidents on its snapshot, {NAMES[engine]}",
        subject=Engine("benchmarks.bench_store:study_opened", **about),
        reference=Engine("benchmarks.bench_store:snapshot_made", **about),
        rounds=1,
        note="the reference makes the snapshot",
    )
    filtering = Measurement(
        f"Take another month out of {n:,} incidents, {NAMES[engine]}",
        subject=Engine("benchmarks.bench_store:month_filtered", **about),
        reference=Engine("benchmarks.bench_store:month_asked", **about),
        rounds=1,
        note="the reference asks the database for the month's rows",
    )
    return [making, opening, filtering]


def first(engine: str, n: int) -> Callable[[], object]:
    database, path = _new_store(engine), write_csv(n, dirty=False)
    return lambda: import_incidents(database, path, actor=SYSTEM, datum="wgs84")


def corrected(engine: str, n: int) -> Callable[[], object]:
    database, path = _filled(engine, n), _corrected_csv(n)
    return lambda: import_incidents(database, path, actor=SYSTEM, datum="wgs84")


def undone(engine: str, n: int) -> Callable[[], object]:
    database = _filled(engine, n)
    batch = import_incidents(database, _corrected_csv(n), actor=SYSTEM, datum="wgs84").batch
    return lambda: undo_batch(database, batch.batch_id, actor=SYSTEM, reason="measured")


def snapshot_made(engine: str, n: int) -> Callable[[], object]:
    database = _filled(engine, n)

    def make() -> object:
        with tempfile.TemporaryDirectory() as folder, database.read() as connection:
            return open_snapshot(connection, Path(folder), ZONE)

    return make


def rows_read(engine: str, n: int) -> Callable[[], object]:
    database = _filled(engine, n)

    def read() -> object:
        with database.read() as connection:
            return read_incidents(connection)

    return read


def study_opened(engine: str, n: int) -> Callable[[], object]:
    database, settings = _filled(engine, n), replace(Settings(), cache_dir=_folder())
    open_stored_study(database, settings)
    return lambda: open_stored_study(database, settings)


def month_filtered(engine: str, n: int) -> Callable[[], object]:
    study = open_stored_study(_filled(engine, n), replace(Settings(), cache_dir=_folder()))
    months = _months()
    return lambda: study.incidents.take(study.rows(next(months))).reset_index(drop=True)


def month_asked(engine: str, n: int) -> Callable[[], object]:
    database, months = _filled(engine, n), _months()

    def ask() -> object:
        month = next(months)
        within = (incidents.c.occurred_from >= month.start) & (incidents.c.occurred_from < month.end)
        with database.read() as connection:
            return connection.execute(select(incidents).where(within)).all()

    return ask


def _months() -> "itertools.cycle[Period]":
    """The months of the file, round and round."""
    return itertools.cycle(Period.of_days(date(y, m, 1), date(y, m, 28), ZONE) for y, m in MONTHS)


def _filled(engine: str, n: int) -> Database:
    """A store with the file in it."""
    database = _new_store(engine)
    import_incidents(database, write_csv(n, dirty=False), actor=SYSTEM, datum="wgs84")
    return database


def _new_store(engine: str) -> Database:
    """An empty store, gone with the process."""
    if engine == "sqlite":
        return open_store(f"sqlite:///{_folder() / 'store.gpkg'}")
    stack = ExitStack()
    atexit.register(stack.close)
    return open_store(f"{stack.enter_context(cluster())}/postgres")


def _folder() -> Path:
    """A folder, gone with the process."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _corrected_csv(n: int) -> Path:
    """The same rows, one in ten with another category; written once."""
    path = DATA / f"incidents_{n}_corrected.csv"
    if not path.exists():
        lines = write_csv(n, dirty=False).read_text("utf-8").splitlines(keepends=True)
        draft = path.with_suffix(".draft")
        draft.write_text("".join(_other(number, line) for number, line in enumerate(lines)), "utf-8")
        draft.replace(path)
    return path


def _other(number: int, line: str) -> str:
    """A row in ten with another category, the header left alone."""
    return line if number % 10 or number == 0 else line.replace(",", ",更正", 1)
