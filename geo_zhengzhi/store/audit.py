"""
The audit log: rows that are only ever appended, each sealed with the hash of the one before.

`hash = sha256(previous_hash + "\\n" + the row as JSON with sorted keys)`. A row that was changed, taken out or put in
breaks the chain; a log that was cut off at its end is noticed by a head hash that was written down elsewhere.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, text

from geo_zhengzhi.model import Actor
from geo_zhengzhi.store.columns import iso_utc
from geo_zhengzhi.store.tables import audit_log

FIRST = "0" * 64
POSTGRES_LOCK = 0x6765_6F7A  # "geoz"; any number that nothing else locks


@dataclass(frozen=True)
class Record:
    """One row of the log, in the order of the columns."""

    seq: int
    at: str
    who: str
    role: str
    action: str
    object: str
    detail: str
    previous_hash: str
    hash: str


def append(
    connection: Connection,
    actor: Actor,
    action: str,
    target: str = "",
    detail: Mapping[str, Any] | None = None,
    *,
    alone: bool = False,
) -> Record:
    """
    Append a row in the caller's transaction; appended last, since on PostgreSQL other writers then wait for it.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    actor : Actor
        Who did it.
    action : str
        `import`, `undo`, `edit`, `sign-in`, …
    target : str
        What it was done to: `batch 12`, `target 2024-001`.
    detail : mapping, optional
        Plain values; no names of persons, no coordinates.
    alone : bool
        The caller has locked the table, so that waiting for the others would never end.
    """
    if not alone and connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_LOCK})
    last = head(connection)
    fields: dict[str, Any] = {
        "seq": last[0] + 1,
        "at": iso_utc(datetime.now(UTC)),
        "who": actor.name,
        "role": actor.role,
        "action": action,
        "object": target,
        "detail": json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True, default=str),
        "previous_hash": last[1],
    }
    record = Record(**fields, hash=seal(fields))
    connection.execute(insert(audit_log).values(**vars(record)))
    return record


def seal(fields: Mapping[str, Any]) -> str:
    """The hash of a row's fields, its `previous_hash` among them, its own `hash` not."""
    plain = {name: value for name, value in fields.items() if name not in ("hash", "previous_hash")}
    return hashlib.sha256(f"{fields['previous_hash']}\n{json.dumps(plain, sort_keys=True)}".encode()).hexdigest()


def head(connection: Connection) -> tuple[int, str]:
    """The number and the hash of the last row; 0 and 64 zeros of an empty log."""
    columns = (audit_log.c.seq, audit_log.c.hash)
    row = connection.execute(select(*columns).order_by(audit_log.c.seq.desc()).limit(1)).first()
    return (0, FIRST) if row is None else (int(row.seq), str(row.hash))


def records(connection: Connection, after: int = 0, limit: int | None = None) -> Iterator[Record]:
    """The rows with a number above `after`, in their order."""
    asked = select(audit_log).where(audit_log.c.seq > after).order_by(audit_log.c.seq).limit(limit)
    for row in connection.execute(asked):
        yield Record(**row._mapping)


@dataclass(frozen=True)
class Wanted:
    """
    Which rows are asked for.

    Parameters
    ----------
    who, action : str
        Exactly these; "" for any.
    target : str
        A part of the object; "" for any.
    since, until : datetime or None
        The first moment, and the one after the last.
    before : int or None
        Above the last number.
    """

    who: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as SQL."""
        rules = [audit_log.c.who == self.who] if self.who else []
        rules += [audit_log.c.action == self.action] if self.action else []
        rules += [audit_log.c.object.contains(self.target, autoescape=True)] if self.target else []
        rules += [] if self.before is None else [audit_log.c.seq < self.before]
        rules += [] if self.since is None else [audit_log.c.at >= iso_utc(self.since)]
        return rules + ([] if self.until is None else [audit_log.c.at < iso_utc(self.until)])


def found(connection: Connection, wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> Iterator[Record]:
    """The wanted rows, the newest first."""
    asked = select(audit_log).where(*wanted.conditions()).order_by(audit_log.c.seq.desc())
    for row in connection.execute(asked.limit(limit).offset(offset)):
        yield Record(**row._mapping)


def n_found(connection: Connection, wanted: Wanted) -> int:
    """How many rows are wanted."""
    asked = select(func.count()).select_from(audit_log).where(*wanted.conditions())
    return int(connection.execute(asked).scalar_one())


def actions(connection: Connection) -> list[str]:
    """Every action that the log knows, in order."""
    return list(connection.execute(select(audit_log.c.action).distinct().order_by(audit_log.c.action)).scalars())


def hash_of(connection: Connection, seq: int) -> str | None:
    """The hash of a row; 64 zeros of row 0, before the first; None where there is none."""
    if seq == 0:
        return FIRST
    return connection.execute(select(audit_log.c.hash).where(audit_log.c.seq == seq)).scalar()


def first_break(connection: Connection) -> int | None:
    """The number of the first row that does not follow from the one before; None of a whole chain."""
    expected, previous = 1, FIRST
    for record in records(connection):
        if record.seq != expected or record.previous_hash != previous or record.hash != seal(vars(record)):
            return expected
        expected, previous = expected + 1, record.hash
    return None
