"""Imports in the background: started once for an upload, and nothing left of the file after it."""

import shutil
from pathlib import Path

from geo_zhengzhi.errors import ImportFault, ImportSilent, UploadInUse
from geo_zhengzhi.services import jobs
from geo_zhengzhi.services.folders import FILE
from geo_zhengzhi.services.imports.uploads import Upload, remove
from geo_zhengzhi.services.jobs import DONE, FAILED, RUNNING, WAITING, Job

__all__ = ["DONE", "FAILED", "RUNNING", "WAITING", "Job", "collect", "discard", "job_of", "start"]


def start(upload: Upload, work: jobs.Work) -> None:
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
    try:
        jobs.start(upload.folder, _KIND, work)
    except FileExistsError:
        raise UploadInUse(name=upload.path.name) from None


def job_of(upload: Upload) -> Job | None:
    """How far an upload's import is; None while none was started."""
    return jobs.job_in(upload.folder, ImportSilent(name=upload.path.name))


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


def _remove_contents(folder: Path) -> None:
    """Remove the file and all that was taken out of it; the note stays until its owner has seen it."""
    shutil.rmtree(folder / FILE, ignore_errors=True)
    for path in folder.glob("*.csv"):
        path.unlink(missing_ok=True)


_KIND = jobs.Kind("import", ImportFault, _remove_contents)
