"""Use cases: the steps of an import by hand that follow a look at the file: dry run, import, or none of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import DatumNotChosen
from geo_zhengzhi.io.report import LINE, REASON_EN, REASON_ZH, ImportReport, Note, Progress
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.imports import jobs as import_jobs
from geo_zhengzhi.services.imports.checking import dry_run
from geo_zhengzhi.services.imports.choices import Choices
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.imports.looking import forget_sample, look_at, mapping_of, sample_of
from geo_zhengzhi.services.imports.uploads import Upload
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

__all__ = ["Checked", "begin", "check", "discard", "look_at", "mapping_of", "rejects_path", "sample_of"]

N_SHOWN_REJECTS = 200

_checked: ComputeOnce["Checked"] = ComputeOnce(size=8)


@dataclass(frozen=True, eq=False)
class Checked:
    """
    The third step: what an import would do to every row.

    Parameters
    ----------
    facts : mapping
        `ImportReport.to_dict`.
    notes : tuple of Note
    rejects : tuple of mappings
        The first two hundred: line, reasons, and the row's fields.
    """

    facts: Mapping[str, Any]
    notes: tuple[Note, ...]
    rejects: tuple[Mapping[str, Any], ...]

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The headers of the fields that are shown of rejected rows."""
        first = self.rejects[0] if self.rejects else {}
        return tuple(name for name in first if name not in (LINE, REASON_ZH, REASON_EN))


def check(upload: Upload, study: Study, choices: Choices) -> Checked:
    """
    The third step: read every row and keep none. The rejected rows are left at `rejects_path` as CSV.

    Raises
    ------
    DatumNotChosen
        If no datum was said.
    GeoZhengzhiError
        If the file cannot be used at all.
    """
    mapping, path = _settled(upload, choices), rejects_path(upload, choices)

    def look() -> Checked:
        report = dry_run(
            upload.path,
            datum=choices.datum,
            timezone=choices.timezone,
            mapping=mapping,
            study_area=study.study_area,
            rejects=path,
        )
        return _checked_of(report)

    if not path.exists():  # looked at by another worker only
        _checked.forget(path)
    return _checked.get(path, look)


def _settled(upload: Upload, choices: Choices) -> dict[str, str]:
    """The mapping of choices with which a file can be read."""
    if not choices.datum:
        raise DatumNotChosen(name=upload.path.name)
    return mapping_of(upload, choices)


def rejects_path(upload: Upload, choices: Choices) -> Path:
    """Where the rejected rows of a dry run with these choices lie, in the upload's folder."""
    said = repr((choices.datum, choices.timezone, sorted(choices.columns.items())))
    return upload.folder / f"rejects-{hashlib.sha256(said.encode()).hexdigest()[:16]}.csv"


def _checked_of(report: ImportReport) -> Checked:
    """What of a report a page shows; a million rejected rows would not."""
    rows = report.rejects.head(N_SHOWN_REJECTS).to_dict("records")
    rejects = tuple({str(name): value for name, value in row.items()} for row in rows)
    return Checked(report.to_dict(), report.notes, rejects)


def begin(database: Database, upload: Upload, study: Study, choices: Choices, actor: Actor) -> None:
    """
    The fourth step: import in the background. How far it is says `import_jobs.job_of`; its result has `batch_id` and
    `is_new`.

    Raises
    ------
    DatumNotChosen
        If no datum was said.
    UploadInUse
        If the file is being imported already.
    """
    mapping, sha256 = _settled(upload, choices), sample_of(upload).table.sha256
    area = study.study_area if study.study_area is not None and not study.study_area.is_empty else None

    def work(tell: Progress) -> Mapping[str, Any]:
        outcome = import_incidents(
            database,
            upload.path,
            actor=actor,
            datum=choices.datum,
            timezone=choices.timezone,
            mapping=mapping,
            study_area=area,
            expected_sha256=sha256,
            progress=tell,
        )
        _forget(upload)
        return {"batch_id": outcome.batch.batch_id, "is_new": outcome.is_new}

    import_jobs.start(upload, work)


def discard(upload: Upload) -> None:
    """
    Leave nothing of an upload that is not to be imported.

    Raises
    ------
    UploadInUse
        While it is being imported.
    """
    _forget(upload)
    import_jobs.discard(upload)


def _forget(upload: Upload) -> None:
    """Keep nothing of an upload in memory."""
    forget_sample(upload)
    for path in upload.folder.glob("rejects-*.csv"):
        _checked.forget(path)
