"""
A backup is a store in one SQLite file, whichever engine it came from, that says where its audit log ended.

It is taken in one consistent view while others go on writing. The end of the log is kept in the file and told to the
caller, so that a log that was cut off later, here or there, is noticed.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection
from sqlalchemy.exc import DatabaseError, DBAPIError

from geo_zhengzhi.errors import BackupDamaged, NotABackup
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.columns import iso_utc
from geo_zhengzhi.store.copying import replace_all
from geo_zhengzhi.store.database import Database, make_single_file, open_file
from geo_zhengzhi.store.geopackage import tighten_boxes
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.schema_version import schema_version

KEY = "backup"  # in `state` of a backup, never of a store
PRIVATE = 0o600
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Head:
    """When a backup was taken and where the audit log then ended."""

    made_at: str
    seq: int
    hash: str


def write_backup(database: Database, path: Path, tell: Tell | None = None) -> Head:
    """
    Copy a store into a new file that only this account may read.

    Parameters
    ----------
    database : Database
        May be written to meanwhile.
    path : Path
        Where nothing is yet.
    tell : function of a fraction in [0, 1], optional

    Raises
    ------
    OSError
        If there is no space or no right to write.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    try:
        if database.is_sqlite:
            _vacuum_into(database, path)
        else:
            _copy_into(database, path, tell)
        head = _seal(path)
    except DBAPIError as error:
        raise OSError(errno.EIO, str(error.orig)) from error
    make_single_file(path)
    _flush(path)
    return head


def read_head(path: Path, name: str) -> Head:
    """
    Check a backup and say what it says of itself.

    Parameters
    ----------
    path : Path
        The file, or a copy of it; nobody writes into it.
    name : str
        What to call it in a sentence.

    Raises
    ------
    NotABackup
        If it is something else.
    BackupDamaged
        If a page, a row or the audit log in it is not as it was written.
    """
    try:
        with open_file(path) as connection:
            kept = state.get(connection, KEY) if schema_version(connection) else None
            if kept is None:
                raise NotABackup(name=name)
            _refuse_damaged(connection, Head(**kept), name)
            return Head(**kept)
    except (DatabaseError, OSError) as error:
        raise NotABackup(name=name) from error


def take_out_head(connection: Connection) -> None:
    """Make what was copied from a backup a store again."""
    state.remove(connection, KEY)


def file_url(path: Path) -> URL:
    """The URL of a file, whatever letters are in its name."""
    return URL.create("sqlite", database=str(path.absolute()))


def _refuse_damaged(connection: Connection, head: Head, name: str) -> None:
    """Pages, foreign keys, the chain, and that the log ends where the backup says."""
    pages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if list(pages) != ["ok"]:
        raise BackupDamaged(name=name, detail=str(pages[0]))
    if (orphan := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
        raise BackupDamaged(name=name, detail=f"{orphan[0]} {orphan[1]}: no {orphan[2]}")
    if (broken := audit.first_break(connection)) is not None:
        raise BackupDamaged(name=name, detail=f"audit_log {broken}")
    if audit.head(connection) != (head.seq, head.hash):
        raise BackupDamaged(name=name, detail=f"audit_log {head.seq}")


def _vacuum_into(database: Database, path: Path) -> None:
    """SQLite copies its own file in one read transaction of its own, which SQLAlchemy knows nothing of."""
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        try:
            raw.execute("VACUUM INTO ?", (str(path),))
        except connection.dialect.loaded_dbapi.Error as error:
            raise OSError(errno.EIO, str(error)) from error


def _copy_into(database: Database, path: Path, tell: Tell | None) -> None:
    """From PostgreSQL row by row, in one snapshot."""
    copy = open_store(file_url(path))
    try:
        with database.read() as source, copy.write() as target:
            replace_all(source, target, tell)
    finally:
        copy.close()


def _seal(path: Path) -> Head:
    """Write the end of the audit log into the copy."""
    copy = Database(file_url(path))
    try:
        with copy.write() as connection:
            head = Head(iso_utc(datetime.now(UTC)), *audit.head(connection))
            state.put(connection, KEY, asdict(head))
            tighten_boxes(connection)
    finally:
        copy.close()
    return head


def _flush(path: Path) -> None:
    """Wait until the file is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
