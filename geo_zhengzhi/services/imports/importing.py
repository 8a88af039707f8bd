"""Use case: a file of incidents into the store as a batch, all of it or nothing."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo_zhengzhi.errors import FileChanged, FileIsTheStore, GeoZhengzhiError
from geo_zhengzhi.fingerprints import incidents_name
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.io.report import ImportReport, Progress
from geo_zhengzhi.model import Actor
from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services.access.permissions import IMPORT, require
from geo_zhengzhi.services.imports.batches import found
from geo_zhengzhi.services.register.rules import shown_file_name
from geo_zhengzhi.store import audit, batches, incidents, state
from geo_zhengzhi.store.batches import Batch
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.liveness import alive
from geo_zhengzhi.words import Translate

BROUGHT = "Batch {batch_id}: new incidents {n_inserted}, corrected {n_updated}, there already {n_unchanged}."
KNOWN = "The same file was imported already, as batch {batch_id}; nothing was added."
INTERRUPTED = "The import was interrupted; nothing of it was kept."
FAULT = "The import stopped on a fault of the program; nothing of it was kept."
STEPS = {"reading": 0.0, "keeping": 0.35, "comparing": 0.65, "done": 1.0}  # shares of the time on a million rows
AUDITED = ("sha256", "datum", "n_read", "n_kept", "n_duplicates", "n_rejected")


@dataclass(frozen=True, eq=False)
class ImportOutcome:
    """
    What became of a file.

    Parameters
    ----------
    batch : Batch
        The new one; where `is_new` is False, the one that had brought the same rows of the same file before.
    report : ImportReport
        How the file was read.
    is_new : bool
        Whether anything was written.
    """

    batch: Batch
    report: ImportReport
    is_new: bool

    def lines(self, translate: Translate) -> list[str]:
        """The report and what was written, in sentences of the reader's language."""
        said = translate(BROUGHT if self.is_new else KNOWN).format(**vars(self.batch))
        return [*self.report.lines(translate), said]


def import_incidents(
    database: Database,
    path: str | Path,
    *,
    actor: Actor,
    datum: str | None = None,
    timezone: str = "Asia/Shanghai",
    mapping: Mapping[str, str] | None = None,
    study_area: shapely.Polygon | shapely.MultiPolygon | None = None,
    expected_sha256: str | None = None,
    progress: Progress | None = None,
) -> ImportOutcome:
    """
    Bring a file's incidents into the store as a batch.

    Rows with an `incident_id` that is there already change it, and what they replaced is kept; rows that say the same
    again change nothing. Times are kept to the millisecond. The same rows of the same file add nothing at all.

    Parameters
    ----------
    database : Database
    path : str or Path
    actor : Actor
        Who imports.
    datum, timezone, mapping, study_area
        As `io.incidents.read_incidents`.
    expected_sha256 : str, optional
        Of the file that was looked at before.
    progress : function of (stage, fraction in [0, 1]), optional

    Returns
    -------
    ImportOutcome

    Raises
    ------
    NotAllowed
        If the actor may not import.
    FileIsTheStore, FileChanged
        If it is the store's own file, or not the one expected.
    GeoZhengzhiError
        Whatever `read_incidents` refuses; nothing but a row of the log is written then.
    """
    require(actor, IMPORT)
    _refuse_store(database, Path(path))
    tell = progress or (lambda stage, fraction: None)
    with _refusal_noted(database, Path(path), actor):
        reading = _share(tell, "reading")
        rows, report = read_incidents(
            path, datum=datum, timezone=timezone, mapping=mapping, study_area=study_area, progress=reading
        )
        if expected_sha256 not in (None, report.sha256):
            raise FileChanged(name=report.file_name, given=report.sha256, allowed=expected_sha256)
    rows = _to_milliseconds(rows)
    content = incidents_name(rows)
    with database.read() as connection:
        known = batches.find_same(connection, report.sha256, content)
    outcome = ImportOutcome(known, report, False) if known else _bring(database, rows, report, content, actor, tell)
    tell("done", 1.0)
    return outcome


def _refuse_store(database: Database, path: Path) -> None:
    """Refuse the store's own file: any other reader that closes it would drop the store's locks."""
    own = database.path
    with suppress(FileNotFoundError):
        if own is not None and os.path.samefile(path, own):
            raise FileIsTheStore(name=path.name)


@contextmanager
def _refusal_noted(database: Database, path: Path, actor: Actor) -> Iterator[None]:
    """A file that is refused before there is a batch: which sentence, and how large it is."""
    try:
        yield
    except GeoZhengzhiError as error:
        detail: dict[str, Any] = {"error": type(error).__name__, "file_name": shown_file_name(path.name)}
        with suppress(OSError):
            detail["n_bytes"] = path.stat().st_size
        with database.write() as connection:
            audit.append(connection, actor, "import refused", "", detail)
        raise


def _share(tell: Progress, step: str) -> Progress:
    """Progress of one step as progress of the whole."""
    starts = list(STEPS.values())
    first = STEPS[step]
    width = starts[starts.index(first) + 1] - first
    return lambda _, fraction: tell(step, first + width * fraction)


def _to_milliseconds(rows: pd.DataFrame) -> pd.DataFrame:
    """The incidents with their times as the store keeps them."""
    return rows.assign(**{column: rows[column].dt.floor("ms") for column in (OCCURRED_FROM, OCCURRED_TO)})


def _bring(
    database: Database, rows: pd.DataFrame, report: ImportReport, content: str, actor: Actor, tell: Progress
) -> ImportOutcome:
    """Announce the batch, then bring all of it in one transaction."""
    with _announced(database, _facts(report, content, actor), actor) as batch_id, database.write() as connection:
        batches.hold(connection, batch_id)
        incidents.take_turn(connection)
        known = batches.find_same(connection, report.sha256, content)
        if known is not None:  # brought by somebody else since we looked
            batches.fail(connection, batch_id, KNOWN.format(batch_id=known.batch_id))
            return ImportOutcome(known, report, False)
        keeping = _share(tell, "keeping")
        incidents.stage(connection, rows, lambda fraction: keeping("", fraction))
        tell("comparing", STEPS["comparing"])
        counts = asdict(incidents.lay(connection, batch_id))
        batches.keep_rejects(connection, batch_id, report.rejects)
        batches.finish(connection, batch_id, counts)
        state.bump(connection, state.INCIDENTS_VERSION)
        audit.append(connection, actor, "import", f"batch {batch_id}", _audited(report) | counts)
        brought = found(connection, batch_id)
    return ImportOutcome(brought, report, True)


@contextmanager
def _announced(database: Database, facts: Mapping[str, Any], actor: Actor) -> Iterator[int]:
    """A running batch, seen to be alive; what goes wrong within makes it a failed one."""
    with _held(database, facts) as batch_id:
        try:
            yield batch_id
        except BaseException as error:
            with suppress(Exception):  # a store that is gone is told by the first error; the next start notes the batch
                _note_failure(database, batch_id, error, actor)
            raise


@contextmanager
def _held(database: Database, facts: Mapping[str, Any]) -> Iterator[int]:
    """Write the batch's row, and hold its lock before anybody can see the row."""
    with ExitStack() as lock:
        with database.write() as connection:
            batch_id = batches.begin(connection, facts)
            lock.enter_context(alive(database, batch_id))
        yield batch_id


def _facts(report: ImportReport, content: str, actor: Actor) -> dict[str, Any]:
    """What a batch's row says of its file."""
    plain = report.to_dict() | {"file_name": shown_file_name(report.file_name)}
    same = ("file_name", "sha256", "format", "encoding", "datum", "timezone", "mapping")
    counts = ("n_read", "n_kept", "n_duplicates", "n_rejected")
    told = {name: plain[name] for name in (*same, *counts)}
    return {**told, "content": content, "report": plain, "made_by": actor.name}


def _audited(report: ImportReport) -> dict[str, Any]:
    """What the audit log says of a file."""
    return {"file_name": shown_file_name(report.file_name), **{name: getattr(report, name) for name in AUDITED}}


def _reason(error: BaseException) -> str:
    """Why an import failed: a sentence of our own, never a driver's, which may quote a row."""
    if isinstance(error, GeoZhengzhiError):
        return str(error)
    return FAULT if isinstance(error, Exception) else INTERRUPTED


def _note_failure(database: Database, batch_id: int, error: BaseException, actor: Actor) -> None:
    """A running batch has failed."""
    reason = _reason(error)
    with database.write() as connection:
        if batches.fail(connection, batch_id, reason):
            detail = {"reason": reason, "fault": type(error).__name__}
            audit.append(connection, actor, "import failed", f"batch {batch_id}", detail)
