"""
The very bytes of the files that were made for meetings, under their sha256: once each, only ever appended to.

They lie in pieces of a mebibyte, each deflated where that makes it smaller: whoever copies a store holds a few pieces
at a time and never a whole file, and no row comes near to what either engine takes.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, ScalarSelect, distinct, func, insert, select

from geo_zhengzhi.store.tables import export_contents, exports

PIECE_BYTES = 2**20
WORTH_TRYING = 0.9  # of its size, to which the head of a piece shrinks at the least where the piece is deflated
HEAD_BYTES = 2**15
ASIDE = "contents_laid_aside"
COLUMNS = "sha256, piece, n_bytes, is_deflated, content"


@dataclass(frozen=True)
class Piece:
    """A part of a file: its place, its bytes' number as they were, and the bytes, deflated or not."""

    piece: int
    n_bytes: int
    is_deflated: bool
    content: bytes


@dataclass(frozen=True)
class Kept:
    """How many distinct files are kept, of how many that were made, and how many bytes they take in the store."""

    n: int
    n_made: int
    n_bytes: int


def pieces_of(content: bytes) -> list[Piece]:
    """A file in pieces; of an empty one a single empty piece."""
    starts = range(0, max(1, len(content)), PIECE_BYTES)
    return [_piece(number, content[start : start + PIECE_BYTES]) for number, start in enumerate(starts)]


def add_once(connection: Connection, name: str, pieces: Sequence[Piece]) -> None:
    """Keep a file under its sha256 unless it is kept already; in a transaction in which others wait for their turn."""
    is_there = select(export_contents.c.content_id).where(export_contents.c.sha256 == name).limit(1)
    if connection.execute(is_there).first() is None:
        for piece in pieces:  # one by one: together they would be in memory once more
            connection.execute(insert(export_contents).values(sha256=name, **vars(piece)))


def read(connection: Connection, name: str) -> bytes | None:
    """
    The file of this sha256; None where none is kept.

    Raises
    ------
    ValueError
        If what is kept is not that file.
    """
    asked = select(export_contents).where(export_contents.c.sha256 == name).order_by(export_contents.c.piece)
    parts = [_inflated(row.n_bytes, row.is_deflated, row.content) for row in connection.execute(asked)]
    if not parts:
        return None
    content = b"".join(parts)
    if sha256(content).hexdigest() != name:
        raise ValueError(name)
    return content


def set_aside(connection: Connection, export_ids: Sequence[int]) -> None:
    """Lay what is kept of these exports aside, in this transaction's own table."""
    numbers = ", ".join(str(int(number)) for number in export_ids) or "0"
    later = f"SELECT sha256 FROM {exports.name} WHERE export_id IN ({numbers})"
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {ASIDE}")
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {ASIDE} AS SELECT {COLUMNS} FROM {export_contents.name} WHERE sha256 IN ({later})"
    )


def bring_back(connection: Connection) -> None:
    """Keep again what was laid aside and has gone since."""
    there = f"SELECT sha256 FROM {export_contents.name}"
    connection.exec_driver_sql(
        f"INSERT INTO {export_contents.name} ({COLUMNS}) SELECT {COLUMNS} FROM {ASIDE} "
        f"WHERE sha256 NOT IN ({there}) ORDER BY sha256, piece"
    )
    connection.exec_driver_sql(f"DROP TABLE {ASIDE}")


def size_of(name: object) -> ScalarSelect[int]:
    """SQL that says how many bytes the file of a sha256 has; NULL where it is not kept."""
    return select(func.sum(export_contents.c.n_bytes)).where(export_contents.c.sha256 == name).scalar_subquery()


def kept(connection: Connection) -> Kept:
    """How much is kept; no content is read for it."""
    lengths = func.coalesce(func.sum(func.length(export_contents.c.content)), 0)
    n, n_bytes = connection.execute(select(func.count(distinct(export_contents.c.sha256)), lengths)).one()
    n_made = connection.execute(select(func.count(distinct(exports.c.sha256)))).scalar_one()
    return Kept(int(n), int(n_made), int(n_bytes))


def faults(connection: Connection) -> Iterator[str]:
    """Which kept files are not what their sha256 says, or belong to nothing that was made."""
    made = set(connection.execute(select(exports.c.sha256).distinct()).scalars())
    names = connection.execute(select(export_contents.c.sha256).distinct().order_by(export_contents.c.sha256))
    for name in names.scalars().all():
        try:
            read(connection, name)
        except ValueError:
            yield f"{name}: other bytes"
        if name not in made:
            yield f"{name}: of no file that was made"


def _piece(number: int, part: bytes) -> Piece:
    head = part[:HEAD_BYTES]
    deflated = zlib.compress(part) if len(zlib.compress(head, 1)) < WORTH_TRYING * len(head) else part
    is_smaller = len(deflated) < len(part)
    return Piece(number, len(part), is_smaller, deflated if is_smaller else part)


def _inflated(n_bytes: int, is_deflated: bool, content: bytes) -> bytes:
    """
    A piece as it was; no more of it than it says, whatever somebody put there.

    Raises
    ------
    ValueError
        If it is damaged.
    """
    if not is_deflated:
        return bytes(content)
    try:
        return zlib.decompressobj().decompress(bytes(content), min(n_bytes, PIECE_BYTES) or 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
