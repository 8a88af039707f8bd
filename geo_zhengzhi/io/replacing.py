"""
Files that are replaced together, and what is swept up after a run that was killed while it wrote them.

Everything is written into a folder beside the destination first and moved into place at the end, so that a run that is
killed leaves the last good files. It also leaves that folder, in which there may be incidents: the next run into the
same destination takes it away.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

DRAFT = ".geo-zhengzhi-draft-"  # how the names of such folders begin; nobody else's do
ABANDONED_AFTER_S = 86_400.0  # where folders cannot be locked: no run writes nothing for a day


@contextmanager
def replacing_directory(directory: Path) -> Iterator[Path]:
    """
    A folder to write into whose files replace those of `directory` when the block ends without an error.

    Other files in `directory` are left alone, but for the drafts of runs that were killed. A run that is alive holds
    a lock on its draft, which the system takes back however the run ends. Where there are no such locks (Windows, some
    network file systems) a draft counts as abandoned when nothing in it has changed for a day.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as end:
        with _locked(directory, wait=True):  # nobody sweeps between a draft's making and its locking
            _sweep(directory)
            draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=directory))
            end.callback(shutil.rmtree, draft, ignore_errors=True)
            end.enter_context(_locked(draft, wait=False))
        yield draft
        for path in sorted(draft.iterdir()):
            os.replace(path, directory / path.name)


def _sweep(directory: Path) -> None:
    """Remove the drafts that no living run is writing; what cannot be removed stays."""
    for draft in directory.glob(f"{DRAFT}*"):
        if draft.is_symlink() or not draft.is_dir():
            continue
        with _locked(draft, wait=False) as held:
            if held or (held is None and _unchanged_s(draft) > ABANDONED_AFTER_S):
                shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[bool | None]:
    """Hold a folder's lock: True if held, False if another process holds it, None where there are no locks."""
    descriptor = _opened(folder)
    if descriptor is None:
        yield None
        return
    try:
        yield _lock(descriptor, wait)
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int | None:
    """A descriptor of a folder; None where it has none (Windows) or may not be read."""
    try:
        return os.open(folder, os.O_RDONLY)
    except OSError:
        return None


def _lock(descriptor: int, wait: bool) -> bool | None:
    """Lock until the descriptor is closed or the process ends: True, False if another process has it, None if never."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # NFS locks no folders
        return None
    return True


def _unchanged_s(draft: Path) -> float:
    """Seconds since anything in a draft changed; none where it changes under our eyes, or may not be read."""
    try:
        return time.time() - max(path.stat().st_mtime for path in (draft, *draft.iterdir()))
    except OSError:
        return 0.0
