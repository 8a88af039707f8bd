"""Imports as batches: what was read, by whom, what became of it, and which rows were refused."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, insert, select, update

from geo_zhengzhi.store.bulk import Numbers, Texts, Values, insert_columns
from geo_zhengzhi.store.tables import batches, rejects

RUNNING, DONE, FAILED, UNDONE = "running", "done", "failed", "undone"
REJECT_COLUMNS = ("line", "reason_zh", "reason_en")  # every other column of a frame of rejects is a field of the row


@dataclass(frozen=True)
class Batch:
    """
    One import, as its row says.

    Parameters
    ----------
    batch_id : int
    file_name, sha256 : str
        Of the file, its folder left out.
    content : str
        Names the rows that were kept.
    format, encoding, datum, timezone : str
        As `ImportReport`.
    mapping : {column: header}
    report : dict
        `ImportReport.to_dict`.
    n_read, n_kept, n_duplicates, n_rejected : int
        read = kept + duplicates + rejected.
    n_inserted, n_updated, n_unchanged : int or None
        kept = inserted + updated + unchanged; None until it is done.
    status : "running", "done", "failed" or "undone"
    reason : str or None
        Why it failed.
    started_at, finished_at, made_by
        UTC; the account's name.
    undone_at, undone_by, undo_reason
        Of an undone one.
    """

    batch_id: int
    file_name: str
    sha256: str
    content: str
    format: str
    encoding: str
    datum: str
    timezone: str
    mapping: Mapping[str, str]
    report: Mapping[str, Any]
    n_read: int
    n_kept: int
    n_duplicates: int
    n_rejected: int
    n_inserted: int | None
    n_updated: int | None
    n_unchanged: int | None
    status: str
    reason: str | None
    started_at: datetime
    finished_at: datetime | None
    made_by: str
    undone_at: datetime | None
    undone_by: str | None
    undo_reason: str | None


def begin(connection: Connection, facts: Mapping[str, Any]) -> int:
    """A new running batch with what is known of its file; its number."""
    row = {**facts, "status": RUNNING, "started_at": datetime.now(UTC)}
    return int(connection.execute(insert(batches).values(**row).returning(batches.c.batch_id)).scalar_one())


def hold(connection: Connection, batch_id: int) -> None:
    """Lock a batch's row until the transaction ends: who wonders whether its process still lives finds it locked."""
    connection.execute(select(batches.c.batch_id).where(batches.c.batch_id == batch_id).with_for_update())


def finish(connection: Connection, batch_id: int, counts: Mapping[str, int]) -> None:
    """A batch is done, whatever was thought of it in the meantime."""
    _change(connection, batch_id, **counts, status=DONE, reason=None, finished_at=datetime.now(UTC))


def fail(connection: Connection, batch_id: int, reason: str) -> bool:
    """A running batch has failed; whether it was still running."""
    running = (batches.c.batch_id == batch_id) & (batches.c.status == RUNNING)
    values = {"status": FAILED, "reason": reason, "finished_at": datetime.now(UTC)}
    return connection.execute(update(batches).where(running).values(**values)).rowcount == 1


def mark_undone(connection: Connection, batch_id: int, by: str, reason: str) -> None:
    """A batch is undone."""
    _change(connection, batch_id, status=UNDONE, undone_at=datetime.now(UTC), undone_by=by, undo_reason=reason)


def _change(connection: Connection, batch_id: int, **values: Any) -> None:
    connection.execute(update(batches).where(batches.c.batch_id == batch_id).values(**values))


def find(connection: Connection, batch_id: int) -> Batch | None:
    """A batch by its number."""
    row = connection.execute(select(batches).where(batches.c.batch_id == batch_id)).first()
    return None if row is None else Batch(**row._mapping)


def find_same(connection: Connection, sha256: str, content: str) -> Batch | None:
    """The batch that brought the same rows of the same file, if it is done and not undone."""
    same = (batches.c.sha256 == sha256) & (batches.c.content == content) & (batches.c.status == DONE)
    row = connection.execute(select(batches).where(same).order_by(batches.c.batch_id).limit(1)).first()
    return None if row is None else Batch(**row._mapping)


def newest_first(
    connection: Connection, limit: int | None = None, offset: int = 0, before: int | None = None
) -> list[Batch]:
    """Every batch with a number below `before` (None: all), the last one first."""
    asked = select(batches).order_by(batches.c.batch_id.desc()).limit(limit).offset(offset)
    asked = asked if before is None else asked.where(batches.c.batch_id < before)
    return [Batch(**row._mapping) for row in connection.execute(asked)]


def running(connection: Connection, skip_held: bool = False) -> list[int]:
    """The numbers of running batches; with `skip_held` they are locked, those left out whose row another holds."""
    asked = select(batches.c.batch_id).where(batches.c.status == RUNNING).order_by(batches.c.batch_id)
    if skip_held:
        asked = asked.with_for_update(skip_locked=True)
    return [int(number) for number in connection.execute(asked).scalars()]


def keep_rejects(connection: Connection, batch_id: int, rows: pd.DataFrame) -> None:
    """Keep the refused rows of a batch: REJECT_COLUMNS and, as text, the fields that may be shown."""
    if rows.empty:
        return
    fields = rows.drop(columns=list(REJECT_COLUMNS)).to_dict("records")
    written = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in fields]
    columns: dict[str, Values] = {
        "batch_id": Numbers(np.full(len(rows), batch_id)),
        "line": Numbers(rows["line"].to_numpy(np.int64)),
        **{name: Texts(rows[name]) for name in REJECT_COLUMNS[1:]},
        "fields": Texts(written),
    }
    insert_columns(connection, "rejects", columns)


def rejects_of(
    connection: Connection, batch_id: int, limit: int | None = None, offset: int = 0
) -> Iterator[dict[str, Any]]:
    """The refused rows of a batch in the order of its file, which never changes: REJECT_COLUMNS and `fields`."""
    columns = [*(rejects.c[name] for name in REJECT_COLUMNS), rejects.c.fields]
    asked = select(*columns).where(rejects.c.batch_id == batch_id).order_by(rejects.c.reject_id)
    for row in connection.execute(asked.limit(limit).offset(offset)):
        yield dict(row._mapping)
