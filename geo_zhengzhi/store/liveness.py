"""
Who still works on a batch, so that one left behind by a killed process can be told from one that is under way.

On SQLite an importer holds a lock file beside the store, which the system lets go when the process ends, however it
ends. On PostgreSQL it holds its batch's row locked (`batches.hold`), which the server lets go.
"""

import glob
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from geo_zhengzhi.store.database import Database


@contextmanager
def alive(database: Database, batch_id: int) -> Iterator[None]:
    """Be seen to work on a batch; entered before anybody else can see the batch's row."""
    path = _lock_file(database, batch_id)
    if path is None:
        yield
        return
    with path.open("w") as lock:
        _lock(lock)
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def is_alive(database: Database, batch_id: int) -> bool:
    """
    Whether a process holds a batch's lock file; one that nobody holds is removed.

    False on PostgreSQL, where locked rows are skipped instead.
    """
    path = _lock_file(database, batch_id)
    if path is None:
        return False
    try:
        with path.open("r+") as lock:
            _lock(lock)
            path.unlink()
    except FileNotFoundError:
        return False
    except OSError:  # somebody holds it; Windows also refuses to unlink a file that is open elsewhere
        return True
    return False


def with_lock_file(database: Database) -> list[int]:
    """The batches that have a lock file, held or left behind; none on PostgreSQL."""
    path = database.path
    found = [] if path is None else path.parent.glob(f"{glob.escape(path.name)}.batch-*.lock")
    numbers = [other.name.removesuffix(".lock").rpartition("-")[2] for other in found]
    return sorted(int(number) for number in numbers if number.isdecimal())


def _lock_file(database: Database, batch_id: int) -> Path | None:
    """The lock file of a batch; None where rows are locked instead."""
    path = database.path
    return None if path is None else path.with_name(f"{path.name}.batch-{batch_id}.lock")


def _lock(file: IO[str]) -> None:
    """
    Lock a file for this process, at once.

    Raises
    ------
    OSError
        If it is locked.
    """
    if os.name == "posix":
        fcntl = importlib.import_module("fcntl")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
