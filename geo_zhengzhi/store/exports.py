"""What was taken to meetings: one row a file, only ever appended to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

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


def all_exports(connection: Connection) -> list[Export]:
    """Every export, the first first."""
    return [Export(**row._mapping) for row in connection.execute(select(exports).order_by(exports.c.export_id))]


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


def last_id(connection: Connection) -> int:
    """The number of the last export; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(exports.c.export_id), 0))).scalar_one())
