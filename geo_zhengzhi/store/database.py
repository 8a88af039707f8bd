"""
One way to open the store and to read and write in it.

Writes take turns: a `BEGIN IMMEDIATE` behind one lock of the process on SQLite, plain transactions on PostgreSQL.
Nothing but this module's own SQLite may open the live file inside a process of the application: closing any other
descriptor of it would drop the locks that this one holds.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import OperationalError

from geo_zhengzhi import live_files
from geo_zhengzhi.errors import UnknownDatabase
from geo_zhengzhi.store.columns import blob_bounds

BUSY_MS = 30_000
PRIVATE = 0o600
POOL = {"max_overflow": 20}  # with the five that stay open, more connections than a server has threads
CACHE_KIB = 65_536
ENGINES = ("sqlite", "postgresql")
WRITING = "geo_zhengzhi_writing"
AT_ONCE = "geo_zhengzhi_at_once"


class Database:
    """
    An opened store.

    Parameters
    ----------
    url : str or URL
        `sqlite:///PATH` or `postgresql://…`.

    Raises
    ------
    UnknownDatabase
        If the URL is of neither engine.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = _checked(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self._turn = threading.RLock()
        self._kept = self.engine.connect() if self.is_sqlite else None  # else a visiting QGIS turns WAL off
        if self.path is not None:
            live_files.hold(self.path)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(str(self.url.database)) if self.is_sqlite else None

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return shown(self.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection with one consistent view."""
        with self.engine.connect() as plain:
            snapshot = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            connection = plain.execution_options(**snapshot)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is kept as a whole or not at all; on SQLite one at a time."""
        with self._turn if self.is_sqlite else _no_turn(), self.engine.connect() as plain:
            connection = plain.execution_options(**{WRITING: True})
            with connection.begin():
                yield connection

    def write_if_free(self, work: Callable[[Connection], None]) -> bool:
        """Do what can wait in a write of its own; on SQLite not, and False, while somebody else writes."""
        if not self.is_sqlite:
            with self.write() as connection:
                work(connection)
            return True
        if not self._turn.acquire(blocking=False):
            return False
        try:
            return self._write_at_once(work)
        finally:
            self._turn.release()

    def _write_at_once(self, work: Callable[[Connection], None]) -> bool:
        """A write on SQLite that does not wait for another process."""
        with self.engine.connect() as plain:
            try:
                connection = plain.execution_options(**{WRITING: True, AT_ONCE: True})
                with connection.begin():
                    work(connection)
                return True
            except OperationalError as error:
                if "locked" not in str(error.orig):
                    raise
                return False
            finally:
                plain.connection.cursor().execute(f"PRAGMA busy_timeout = {BUSY_MS}")

    def close(self) -> None:
        """Let go of every connection."""
        if self._kept is not None and self.path is not None:
            self._kept.close()
            self._kept = None
            live_files.let_go(self.path)
        self.engine.dispose()


@contextmanager
def open_file(path: Path) -> Iterator[Connection]:
    """Read a SQLite file that nobody writes, without leaving a trace beside it; never the live one."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def make_single_file(path: Path) -> None:
    """Make a closed store complete in its one file, so that it can be carried and read where nothing can be written."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()


@contextmanager
def _no_turn() -> Iterator[None]:
    yield


def shown(url: str | URL) -> str:
    """A URL as it may be shown: a file's path, or a server's address without its password."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return str(parsed.database)
    return parsed.set(drivername=parsed.get_backend_name()).render_as_string(hide_password=True)


def _checked(url: str | URL) -> URL:
    """The URL with the driver that is installed."""
    try:
        parsed = make_url(url)
    except Exception:
        raise UnknownDatabase(given=str(url)) from None
    backend = parsed.get_backend_name()
    if backend not in ENGINES or (backend == "sqlite" and not parsed.database):
        raise UnknownDatabase(given=parsed.render_as_string(hide_password=True))
    return parsed.set(drivername="sqlite+pysqlite" if backend == "sqlite" else "postgresql+psycopg")


def _sqlite_engine(url: URL) -> Engine:
    _make_private(Path(str(url.database)))
    engine = create_engine(url, **POOL, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """
    A new file, and a new folder around it, that only this account reads: it will hold incidents and password hashes.

    A file that is there is not touched: opening it here would let go of the locks that SQLite holds on it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))


def _postgres_engine(url: URL) -> Engine:
    options = "-c timezone=UTC -c client_connection_check_interval=1000"  # an orphan's work ends with its client
    return create_engine(url, **POOL, pool_pre_ping=True, connect_args={"options": options})


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """The pragmas and the functions that the R-tree triggers of GeoPackage call."""
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`
    _use_wal(connection)
    for pragma in (
        "synchronous = FULL", f"busy_timeout = {BUSY_MS}", "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    for name, function in SPATIAL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Wait as long as for any lock: SQLite itself gives up at once where another process turns a new file to WAL."""
    give_up_at = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)


def _begin_sqlite(connection: Connection) -> None:
    """A write takes its lock at the start: one that takes it later fails at once when another writes."""
    options = connection.get_execution_options()
    writing = options.get(WRITING, False)
    if options.get(AT_ONCE, False):
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _bound(position: int) -> Any:
    """ST_MinX and its like, of a blob."""

    def of_blob(blob: bytes | None) -> float | None:
        bounds = blob_bounds(blob)
        return None if bounds is None else bounds[position]

    return of_blob


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(blob_bounds(blob) is None)


SPATIAL_FUNCTIONS = {
    "ST_MinX": _bound(0), "ST_MinY": _bound(1), "ST_MaxX": _bound(2), "ST_MaxY": _bound(3), "ST_IsEmpty": _is_empty,
}  # fmt: skip
