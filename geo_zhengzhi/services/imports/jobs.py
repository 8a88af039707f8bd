"""
Imports in the background: started once for an upload, followed from any worker, and nothing left of the file after it.

How far one is stands in a note in the upload's folder, written anew twice a second; a note that has fallen silent is
that of a process which has ended.
"""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from geo_zhengzhi.errors import GeoZhengzhiError, ImportFault, ImportSilent, UploadInUse
from geo_zhengzhi.io.report import Progress
from geo_zhengzhi.services.imports.uploads import Upload, read_note, remove, write_note
from geo_zhengzhi.words import LANGUAGES, translator

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
NOTE, MARK = "progress.json", "started"
BEAT_S = 0.5
SILENT_S = 30.0

log = logging.getLogger(__name__)
_turn = threading.Lock()  # one import at a time in a process: each takes a gigabyte for a million rows


@dataclass(frozen=True)
class Job:
    """
    How far an import is.

    Parameters
    ----------
    status : str
        WAITING for another import, RUNNING, DONE or FAILED.
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


def start(upload: Upload, work: Callable[[Progress], Mapping[str, Any]]) -> None:
    """
    Start an import in the background; the upload's file is removed once it is done.

    Parameters
    ----------
    upload : Upload
    work : function of (progress) to a mapping of plain values
        Raises what is wrong; its mapping becomes `Job.result`.

    Raises
    ------
    UploadInUse
        If one runs for this upload, or is done.
    """
    job = job_of(upload)
    if job is not None and job.status == FAILED:  # of a process that has ended: a living one took its mark away
        (upload.folder / MARK).unlink(missing_ok=True)
    try:
        os.close(os.open(upload.folder / MARK, os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise UploadInUse(name=upload.path.name) from None
    teller = _Teller(upload)
    teller.write()
    threading.Thread(target=_run, args=(teller, work), name=f"import {upload.upload_id[:8]}", daemon=True).start()


def job_of(upload: Upload) -> Job | None:
    """How far an upload's import is; None while none was started."""
    note = read_note(upload.folder, NOTE)
    if note is None:
        return None
    beat_at = note.pop("beat_at")
    job = Job(**note)
    if not job.is_over and time.time() - beat_at > SILENT_S:
        return Job(FAILED, fault=_in_languages(ImportSilent(name=upload.path.name)))
    return job


def collect(upload: Upload) -> Job | None:
    """How far an upload's import is; when it is done, nothing is left of the upload afterwards."""
    job = job_of(upload)
    if job is not None and job.status == DONE:
        remove(upload)
    return job


def discard(upload: Upload) -> None:
    """
    Remove an upload unimported.

    Raises
    ------
    UploadInUse
        While it is being imported.
    """
    job = job_of(upload)
    if job is not None and not job.is_over:
        raise UploadInUse(name=upload.path.name)
    remove(upload)


class _Teller:
    """Writes the note of one import: at once, and then at every beat until the work is over."""

    def __init__(self, upload: Upload) -> None:
        self.upload, self.job = upload, Job(WAITING)
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

    def tell(self, stage: str, fraction: float) -> None:
        """Note a stage; written at the next beat."""
        self.job = Job(RUNNING, stage, fraction)

    def write(self) -> None:
        """Put the note in its place."""
        with suppress(OSError):  # a folder that was removed by hand is told to nobody
            write_note(self.upload.folder, NOTE, vars(self.job) | {"beat_at": time.time()})

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S):
            self.write()


def _run(teller: _Teller, work: Callable[[Progress], Mapping[str, Any]]) -> None:
    """Work when it is this import's turn; leave nothing of the file when it is done."""
    with teller, _turn:
        teller.tell("", 0.0)
        try:
            result = work(teller.tell)
        except GeoZhengzhiError as error:
            teller.job = Job(FAILED, fault=_in_languages(error))
        except BaseException as error:
            log.exception("import")
            teller.job = Job(FAILED, fault=_in_languages(ImportFault(fault=type(error).__name__)))
        else:
            _remove_contents(teller.upload)
            teller.job = Job(DONE, fraction=1.0, result=result)
            return
        (teller.upload.folder / MARK).unlink(missing_ok=True)


def _remove_contents(upload: Upload) -> None:
    """Remove the file and all that was taken out of it; the note stays until its owner has seen it."""
    shutil.rmtree(upload.path.parent, ignore_errors=True)
    for path in upload.folder.glob("*.csv"):
        path.unlink(missing_ok=True)


def _in_languages(error: GeoZhengzhiError) -> dict[str, str]:
    """An error's sentence in every language of the site."""
    return {language: error.in_language(translator(language)) for language in LANGUAGES}
