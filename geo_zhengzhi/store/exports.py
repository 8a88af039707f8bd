"""What was taken to meetings: one row a file, only ever appended to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, func, insert, or_, select, true, type_coerce

from geo_zhengzhi.store.copying import set_sequence
from geo_zhengzhi.store.export_contents import size_of
from geo_zhengzhi.store.tables import exports


@dataclass(frozen=True)
class Export:
    """
    One file that was made.

    Parameters
    ----------
    export_id : int
    key : str
        Names what was asked of which state of the store: files of one key, kind and form have the same bytes.
    sha256 : str
        Of the file, hexadecimal.
    data_version : str
        Of incidents and targets.
    parameters : dict
        What was asked for.
    boundaries : {part_id: version}
        The boundary versions that the file draws.
    figures : list
        Every count of the file: place, first month, last month, cell, state, and the count where it is shown.
    audit_head : str
        NUMBER:HASH of the audit log's last row, which the file carries.
    made_at, made_by, reason
    files : {name: sha256}
        The file under the usual name of its kind, or those inside an archive; {} of rows before this was kept.
    """

    export_id: int
    key: str
    sha256: str
    data_version: str
    parameters: Mapping[str, Any]
    boundaries: Mapping[str, int]
    figures: list[list[Any]]
    audit_head: str
    made_at: datetime
    made_by: str
    reason: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Made:
    """
    The same file without what it told: its figures are many, and a list shows none.

    Parameters
    ----------
    export_id, sha256, data_version, parameters, boundaries, made_at, made_by, files
        As of `Export`.
    n_bytes : int or None
        None where its bytes are not kept.
    """

    export_id: int
    sha256: str
    data_version: str
    parameters: Mapping[str, Any]
    boundaries: Mapping[str, int]
    made_at: datetime
    made_by: str
    files: Mapping[str, str]
    n_bytes: int | None


@dataclass(frozen=True)
class Wanted:
    """
    Which files are looked for: those that answer to every one of these that is given.

    Parameters
    ----------
    export_id : int or None
    sha256 : str
        Its first digits, lower case.
    day : date or None
        The day that a file names, of its meeting.
    since, until : datetime or None
        When it was made, half-open; with a day it is enough that one of the two is so.
    """

    export_id: int | None = None
    sha256: str = ""
    day: date | None = None
    since: datetime | None = None
    until: datetime | None = None


def made(connection: Connection, wanted: Wanted, *, limit: int | None = None, offset: int = 0) -> list[Made]:
    """The wanted files, the newest first."""
    columns = [exports.c[name] for name in Made.__dataclass_fields__ if name != "n_bytes"]
    asked = select(*columns, size_of(exports.c.sha256).label("n_bytes")).where(_is_wanted(wanted))
    asked = asked.order_by(exports.c.export_id.desc()).limit(limit).offset(offset)
    return [Made(**row._mapping) for row in connection.execute(asked)]


def n_made(connection: Connection, wanted: Wanted) -> int:
    """How many files are wanted."""
    return int(connection.execute(select(func.count()).select_from(exports).where(_is_wanted(wanted))).scalar_one())


def _is_wanted(wanted: Wanted) -> ColumnElement[bool]:
    """The condition; the meeting's day stands in the text that `columns.Json` writes, where own quotes are escaped."""
    condition: ColumnElement[bool] = true()
    if wanted.export_id is not None:
        condition &= exports.c.export_id == wanted.export_id
    if wanted.sha256:
        condition &= exports.c.sha256.startswith(wanted.sha256, autoescape=True)
    days = []
    if wanted.day is not None:
        days.append(type_coerce(exports.c.parameters, Text).contains(f'"made_on": "{wanted.day}"', autoescape=True))
    if wanted.since is not None and wanted.until is not None:
        days.append((exports.c.made_at >= wanted.since) & (exports.c.made_at < wanted.until))
    return condition & or_(*days) if days else condition


def all_exports(connection: Connection) -> list[Export]:
    """Every export, the first first."""
    return [Export(**row._mapping) for row in connection.execute(select(exports).order_by(exports.c.export_id))]


def lacking(source: Connection, target: Connection) -> list[Export]:
    """The exports of one store, the first first, that another does not know: its numbers may be of other files."""
    columns = (exports.c.key, exports.c.sha256, exports.c.made_at, exports.c.made_by)
    there = {tuple(row) for row in source.execute(select(*columns))}
    return [one for one in all_exports(target) if (one.key, one.sha256, one.made_at, one.made_by) not in there]


def first_with_sha256(connection: Connection, sha256: str) -> Export | None:
    """The first export whose file has this sha256."""
    asked = select(exports).where(exports.c.sha256 == sha256).order_by(exports.c.export_id).limit(1)
    row = connection.execute(asked).first()
    return None if row is None else Export(**row._mapping)


def first_with_files(connection: Connection, sha256s: Collection[str]) -> Export | None:
    """The first export among whose files are all of these; None for none, or if none is asked for."""
    found = (one for one in all_exports(connection) if set(sha256s) <= {one.sha256, *one.files.values()})
    return next(found, None) if sha256s else None


def add(connection: Connection, facts: Mapping[str, Any]) -> int:
    """A new row; its number."""
    return int(connection.execute(insert(exports).values(**facts).returning(exports.c.export_id)).scalar_one())


def put_back(connection: Connection, rows: Iterable[Export]) -> None:
    """Rows as they stood, with their numbers, where others have gone in by copying."""
    for row in rows:
        connection.execute(insert(exports).values(**vars(row)))
    set_sequence(connection, exports)


def last_id(connection: Connection) -> int:
    """The number of the last export; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(exports.c.export_id), 0))).scalar_one())
