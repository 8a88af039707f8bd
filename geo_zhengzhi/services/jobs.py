"""
Work in the background: started once in a private folder, followed from any worker of the site.

How far it is stands in a note in the folder, written anew twice a second. The process that works holds the folder's
mark locked, which the system lets go when the process ends, however it ends; where files cannot be locked, a note that
has fallen silent is that of a process which has ended.
"""

import importlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.services.folders import read_note, write_note
from geo_zhengzhi.words import LANGUAGES, translator

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
NOTE, MARK = "progress.json", "started"
BEAT_S = 0.5
SILENT_S = 30.0

Progress = Callable[[str, float], None]
Work = Callable[[Progress], Mapping[str, Any]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """
    How far some work is.

    Parameters
    ----------
    status : str
        WAITING for other work of its kind, RUNNING, DONE or FAILED.
    stage, fraction : str, float
        What it is at, and how much of the whole is done.
    result : mapping
        What the work gave back, once it is done.
    fault : {language: sentence}
        Why it failed.
    """

    status: str
    stage: str = ""
    fraction: float = 0.0
    result: Mapping[str, Any] = field(default_factory=dict)
    fault: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in (DONE, FAILED)


BEGINNING = Job(RUNNING)  # before its first stage


@dataclass(frozen=True, eq=False)
class Kind:
    """
    A kind of work, of which a process does one at a time: each takes much memory.

    Parameters
    ----------
    name : str
        In the log, and of the thread.
    fault : class of error with `fault`
        What is said when the program itself failed.
    tidy : function of the folder
        Called once the work is done, before that is told.
    """

    name: str
    fault: type[GeoZhengzhiError]
    tidy: Callable[[Path], None] = lambda folder: None
    turn: threading.Lock = field(default_factory=threading.Lock)


def start(folder: Path, kind: Kind, work: Work) -> None:
    """
    Start some work in the background.

    Parameters
    ----------
    folder : Path
        A private folder, whose work it is.
    kind : Kind
    work : function of (progress) to a mapping of plain values
        Raises what is wrong; its mapping becomes `Job.result`.

    Raises
    ------
    FileExistsError
        If some runs in this folder, or is done.
    """
    note = read_note(folder, NOTE)
    if note is not None and (note["status"] == FAILED or _has_ended(folder, note)):
        (folder / MARK).unlink(missing_ok=True)
    mark = os.open(folder / MARK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    _hold(mark)
    teller = _Teller(folder, mark, Job(WAITING) if kind.turn.locked() else BEGINNING)
    teller.write()
    threading.Thread(target=_run, args=(teller, kind, work), name=f"{kind.name} {folder.name[:8]}", daemon=True).start()


def job_in(folder: Path, ended: GeoZhengzhiError) -> Job | None:
    """How far a folder's work is; None while none was started. `ended` says that its process is no more."""
    note = read_note(folder, NOTE)
    if note is None:
        return None
    if _has_ended(folder, note):
        return Job(FAILED, fault=in_languages(ended))
    note.pop("beat_at")
    return Job(**note)


def in_languages(error: GeoZhengzhiError) -> dict[str, str]:
    """An error's sentence in every language of the site."""
    return {language: error.in_language(translator(language)) for language in LANGUAGES}


def _has_ended(folder: Path, note: Mapping[str, Any]) -> bool:
    """Whether a note that does not say the end is that of a process which has ended."""
    if note["status"] in (DONE, FAILED):
        return False
    held = _is_held(folder / MARK)
    is_over = held is False and (read_note(folder, NOTE) or note)["status"] in (DONE, FAILED)  # it ended just now
    return not is_over and (not held if held is not None else time.time() - note["beat_at"] > SILENT_S)


def _hold(mark: int) -> None:
    """Lock a mark for as long as it is open, where the system can."""
    if os.name == "posix":
        with suppress(OSError):
            fcntl = importlib.import_module("fcntl")
            fcntl.flock(mark, fcntl.LOCK_EX)


def _is_held(mark: Path) -> bool | None:
    """Whether a process holds a mark; None where the system does not tell."""
    if os.name != "posix":
        return None
    fcntl = importlib.import_module("fcntl")
    try:
        with mark.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False


class _Teller:
    """Writes the note of one job: at once, and then at every beat until the work is over."""

    def __init__(self, folder: Path, mark: int, job: Job) -> None:
        self.folder, self.job, self._mark = folder, job, mark
        self._over = threading.Event()
        self._beating = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "_Teller":
        self._beating.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._beating.join()
        self.write()
        os.close(self._mark)  # and lets the mark go: by now the note says the end

    def tell(self, stage: str, fraction: float) -> None:
        """Note a stage; written at the next beat."""
        self.job = Job(RUNNING, stage, fraction)

    def write(self) -> None:
        """Put the note in its place."""
        with suppress(OSError):  # a folder that was removed by hand is told to nobody
            write_note(self.folder, NOTE, vars(self.job) | {"beat_at": time.time()})

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            self.write()


@contextmanager
def _turn_of(teller: _Teller, kind: Kind) -> Iterator[None]:
    """A kind's turn; that the job waits is told only where another one has it."""
    if not kind.turn.acquire(blocking=False):
        teller.job = Job(WAITING)
        teller.write()
        kind.turn.acquire()
    teller.job = BEGINNING
    try:
        yield
    finally:
        kind.turn.release()


def _run(teller: _Teller, kind: Kind, work: Work) -> None:
    """Work when it is this job's turn."""
    with teller, _turn_of(teller, kind):
        try:
            result = work(teller.tell)
        except GeoZhengzhiError as error:
            teller.job = Job(FAILED, fault=in_languages(error))
        except BaseException as error:
            log.exception("%s", kind.name)
            teller.job = Job(FAILED, fault=in_languages(kind.fault(fault=type(error).__name__)))
        else:
            kind.tidy(teller.folder)
            teller.job = Job(DONE, fraction=1.0, result=result)
