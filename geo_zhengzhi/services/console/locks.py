"""Locks between processes: each goes with the process that holds it, however that ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def locked(path: Path, *, waits: bool) -> Iterator[bool]:
    """
    Hold the lock of a file, which is made where it is missing.

    Parameters
    ----------
    path : Path
    waits : bool
        For whoever holds it; otherwise the lock is taken only where it is free.

    Yields
    ------
    bool
        Whether it is held now; always where the system has no such locks.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(descriptor, waits)
    finally:
        os.close(descriptor)


def _taken(descriptor: int, waits: bool) -> bool:
    """Take the lock of an open file; where the system has none of this kind, each process is alone."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
