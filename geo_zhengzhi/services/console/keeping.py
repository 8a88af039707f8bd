"""
Results kept on disk, so that another start, or another worker, need not work them out again.

They are pickles, and reading a pickle runs what is in it: so they lie in a folder that only the program's own account
can enter, and are read from no other. What they are kept under names everything they were made of, the program's own
files and the libraries' versions among it. A file that cannot be read, or a folder that cannot be used, costs only
time.
"""

import hashlib
import os
import pickle
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.services.console.locks import locked

Value = TypeVar("Value")

PACKAGE = Path(__file__).resolve().parents[2]
VERSIONS = (np.__version__, pd.__version__, gpd.__version__, shapely.__version__)
SOURCES = (".py", ".csv", ".po", ".js", ".css")
UNREADABLE = (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, ValueError, TypeError, IndexError)
MAX_FILES, MAX_BYTES = 4096, 2**30
DRAFT, MAKING = ".draft-", ".making"
FORGOTTEN_S = 3600.0  # what a killed process left is swept up after an hour


@cache
def program() -> str:
    """A hash over the program's own files and the libraries' versions."""
    digest = hashlib.sha256("\n".join(VERSIONS).encode())
    for path in sorted(path for path in PACKAGE.rglob("*") if path.suffix in SOURCES):
        digest.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def name_for(*made_of: object) -> str:
    """Twenty hex digits for values with an exact `repr`, and for the program."""
    return hashlib.sha256(repr((program(), *made_of)).encode()).hexdigest()[:20]


def recall(path: Path, kind: type[Value]) -> Value | None:
    """What is kept in a file, if it is of the kind; None where there is nothing that can be read."""
    try:
        if not _is_ours(path.parent, stat.S_ISDIR) or not _is_ours(path, stat.S_ISREG):
            return None
        with path.open("rb") as stream:
            kept = pickle.load(stream)
        os.utime(path)  # the least recently used go first
    except UNREADABLE:
        return None
    return kept if isinstance(kept, kind) else None


def keep(value: object, path: Path) -> bool:
    """Keep a value in a file that only its owner can read; whether that could be done."""
    draft = None
    try:
        make_private(path.parent)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=DRAFT, delete=False) as stream:
            draft = Path(stream.name)
            pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)
        os.replace(draft, path)
    except OSError:
        return False
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
    return True


def made_once(path: Path, kind: type[Value], make: Callable[[], Value]) -> Value:
    """What is kept in a file, or else what is made now and kept; whoever wants it too, in any process, waits for it."""
    found = recall(path, kind)
    if found is not None:
        return found
    with _alone_at(path):
        found = recall(path, kind)
        if found is None:
            found = make()
            keep(found, path)
    return found


@contextmanager
def _alone_at(path: Path) -> Iterator[None]:
    """
    Keep out whoever else makes what a file will hold.

    A process that gives way to every other one keeps none of them waiting; where nothing can be kept, nobody waits.
    """
    own = path.with_suffix(MAKING)
    with ExitStack() as stack:
        if not _gives_way():
            with suppress(OSError):
                make_private(path.parent)
                stack.enter_context(locked(own, waits=True))
                stack.callback(own.unlink, missing_ok=True)
        yield


def _gives_way() -> bool:
    """Whether this process runs at a lower priority than others."""
    return os.name == "posix" and os.nice(0) > 0


def make_private(folder: Path) -> None:
    """
    Make a folder that only its owner can enter, or make it one.

    Raises
    ------
    OSError
        If it cannot be made, or belongs to somebody else.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_ours(folder, stat.S_ISDIR):
        folder.chmod(0o700)
        if not _is_ours(folder, stat.S_ISDIR):
            raise PermissionError(f"{folder} is not this account's own folder")


def _is_ours(path: Path, is_kind: Callable[[int], bool]) -> bool:
    """Whether a file or folder, no link, belongs to this account, and others can neither enter nor change it."""
    about = path.lstat()
    return is_kind(about.st_mode) and (
        os.name != "posix" or (about.st_uid == os.geteuid() and not about.st_mode & 0o077)
    )


def sweep(folder: Path, pattern: str, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES) -> None:
    """Remove the least recently used files of a pattern beyond so many, or so many bytes; and forgotten drafts."""
    with suppress(OSError):
        found = sorted(((path.stat(), path) for path in folder.glob(pattern)), key=lambda pair: -pair[0].st_mtime)
        total = 0
        for number, (about, path) in enumerate(found, start=1):
            total += about.st_size
            if number > max_files or (total > max_bytes and number > 1):
                path.unlink(missing_ok=True)
        for left in (*folder.glob(f"{DRAFT}*"), *folder.glob(f"*{MAKING}")):
            if left.stat().st_mtime < time.time() - FORGOTTEN_S:
                left.unlink(missing_ok=True)
