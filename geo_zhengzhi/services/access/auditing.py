"""Use cases: read the audit log, prove that it is whole, and write down what no other use case does."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo_zhengzhi.errors import BadHead
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import READ_AUDIT, require
from geo_zhengzhi.services.given_text import storable
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.audit import Record, Wanted
from geo_zhengzhi.store.database import Database

PER_PAGE = 50
LONGEST_FILTER = 200
READ_AT_ONCE = 1000
_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True)
class AuditPage:
    """
    One page of the log, the newest row first.

    Parameters
    ----------
    records : tuple of Record
    n : int
        Rows that are wanted, on all pages.
    page, n_pages : int
        From 1.
    actions : tuple of str
        Every action that the log knows.
    head : str
        Number and hash of the last row, NUMBER:HASH, to be written down elsewhere.
    """

    records: tuple[Record, ...]
    n: int
    page: int
    n_pages: int
    actions: tuple[str, ...]
    head: str


@dataclass(frozen=True)
class ChainState:
    """
    Whether the log is whole.

    Parameters
    ----------
    n : int
        Rows there are.
    head : str
        NUMBER:HASH of the last one.
    first_break : int or None
        The first row that does not follow from the one before.
    expected : str or None
        The head that was written down elsewhere; None where none was given.
    holds_expected : bool
        Whether that row is there with that hash; False of a log that was cut off, or written anew.
    """

    n: int
    head: str
    first_break: int | None
    expected: str | None = None
    holds_expected: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed, taken out, put in or cut off."""
        return self.first_break is None and self.holds_expected


def read_log(database: Database, actor: Actor, wanted: Wanted, page: int = 1) -> AuditPage:
    """
    A page of the rows that are wanted.

    Parameters
    ----------
    database : Database
    actor : Actor
    wanted : Wanted
        By who, action, object and time.
    page : int
        From 1; one beyond the last is the last.

    Raises
    ------
    NotAllowed
        If the actor may not read the log.
    """
    require(actor, READ_AUDIT)
    who, action, target = (storable(text, LONGEST_FILTER) for text in (wanted.who, wanted.action, wanted.target))
    wanted = replace(wanted, who=who, action=action, target=target)
    with database.read() as connection:
        n = audit.n_found(connection, wanted)
        n_pages = max(1, -(-n // PER_PAGE))
        page = min(max(page, 1), n_pages)
        rows = audit.found(connection, wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
        return AuditPage(tuple(rows), n, page, n_pages, tuple(audit.actions(connection)), _text(audit.head(connection)))


def rows_before(database: Database, actor: Actor, wanted: Wanted, before: int | None, limit: int) -> list[Record]:
    """
    The newest of the wanted rows with a number below `before` (None: of all), the newest first.

    Raises
    ------
    NotAllowed
        If the actor may not read the log.
    """
    require(actor, READ_AUDIT)
    with database.read() as connection:
        return list(audit.found(connection, replace(wanted, before=before), limit=limit))


def all_records(database: Database, actor: Actor, after: int = 0) -> Iterator[Record]:
    """
    Every row with a number above `after`, in order, a thousand at a time.

    Raises
    ------
    NotAllowed
        If the actor may not read the log.
    """
    require(actor, READ_AUDIT)
    while True:
        with database.read() as connection:
            rows = list(audit.records(connection, after, READ_AT_ONCE))
        yield from rows
        if len(rows) < READ_AT_ONCE:
            return
        after = rows[-1].seq


def verify(database: Database, head: str | None = None) -> ChainState:
    """
    Whether the log is whole, against a head that was written down elsewhere if one is given.

    Parameters
    ----------
    database : Database
    head : str, optional
        NUMBER:HASH, as a backup, an export or this function gave it earlier.

    Raises
    ------
    BadHead
        If `head` is none.
    """
    expected = None if head is None else _parsed(head)
    with database.read() as connection:
        last = audit.head(connection)
        broken = audit.first_break(connection)
        holds = expected is None or audit.hash_of(connection, expected[0]) == expected[1]
    return ChainState(last[0], _text(last), broken, head, holds)


def audit_head(database: Database) -> str:
    """NUMBER:HASH of the last row; what a backup and an export carry, so that a cut-off log is noticed."""
    with database.read() as connection:
        return _text(audit.head(connection))


def write_down(
    database: Database, actor: Actor, action: str, target: str = "", detail: Mapping[str, Any] | None = None
) -> str:
    """Append one row of its own (a refusal, an export, a look at single incidents), and say the head after it."""
    with database.write() as connection:
        record = audit.append(connection, actor, action, target, detail)
    return _text((record.seq, record.hash))


def _text(head: tuple[int, str]) -> str:
    return f"{head[0]}:{head[1]}"


def _parsed(head: str) -> tuple[int, str]:
    """Number and hash out of NUMBER:HASH."""
    match = _HEAD.fullmatch(head.strip().lower())
    if match is None:
        raise BadHead(given=head[:100])
    return int(match[1]), match[2]
