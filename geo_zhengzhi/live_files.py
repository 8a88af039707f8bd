"""
The files that this process holds open through SQLite, which nothing else in it may open.

When a process closes any descriptor of a file, POSIX drops all the locks that it holds on it, SQLite's among them: the
next commits, though acknowledged, may be lost. So the store says which files are its own, and every reader of files
asks first.
"""

import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from geo_zhengzhi.errors import FileIsTheStore

BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite keeps beside its file is locked with it

_HELD: Counter[Path] = Counter()
_LOCK = threading.Lock()


def hold(path: Path) -> None:
    """Say that a file is open through SQLite, once for each time it is opened."""
    with _LOCK:
        _HELD[path.absolute()] += 1


def let_go(path: Path) -> None:
    """Say that a file was closed, once for each time."""
    with _LOCK:
        _HELD[path.absolute()] -= 1
        if _HELD[path.absolute()] <= 0:
            del _HELD[path.absolute()]


def refuse_live(path: Path) -> None:
    """
    Refuse a file that is open through SQLite, by whatever name or link; looking at names opens nothing.

    Raises
    ------
    FileIsTheStore
    """
    with _LOCK:
        held = list(_HELD)
    for own in held:
        for ending in BESIDE:
            with suppress(FileNotFoundError, NotADirectoryError):
                if path.samefile(own.with_name(own.name + ending)):
                    raise FileIsTheStore(name=path.name)
