"""Use cases: find a meeting file that was made, and give it again byte for byte, whatever has changed since."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from geo_zhengzhi.errors import (
    ContentDamaged,
    ContentNotKept,
    InvalidParameter,
    MadeFilesSeveral,
    MadeFileUnknown,
    Phrase,
)
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.access.permissions import SEE, require
from geo_zhengzhi.services.meeting.made_files import MadeFile, day_of, made_file, made_on
from geo_zhengzhi.services.meeting.making import MOST_KEPT_BYTES
from geo_zhengzhi.store import export_contents, exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.exports import Wanted

FORMS = "a day as YYYY-MM-DD, a number of at most 7 digits, or the first 8 digits or more of a sha256"
MOST_NAMED, DAYS_NAMED = 20, 5  # in a sentence
LOOKED_AT = 200  # files, for the days that a sentence names


@dataclass(frozen=True)
class Again:
    """A file as it was made, its bytes, and where the audit log ends now that they were given."""

    file: MadeFile
    content: bytes
    audit_head: str


def find_made(database: Database, which: str, *, actor: Actor, timezone: str) -> MadeFile:
    """
    The one file that is meant.

    Parameters
    ----------
    database : Database
    which : str
        The day of its meeting, or else the day on which it was made, as YYYY-MM-DD; its number; or at least eight
        digits of its sha256.
    actor, timezone
        As `list_made`.

    Raises
    ------
    NotAllowed
    InvalidParameter
        If it is none of these.
    MadeFileUnknown
        If there is no such file.
    MadeFilesSeveral
        If there are several that differ.
    """
    require(actor, SEE)
    with database.read() as connection:
        for wanted in _meant(which.strip().lower(), timezone):
            found = [made_file(row) for row in exports.made(connection, wanted)]
            if found:
                return _only(which, found, timezone)
        raise _unknown(connection, which)


def file_again(database: Database, number: int, *, actor: Actor) -> Again:
    """
    A file's very bytes, proved by their sha256; that they were given is written down, and is no export anew.

    Parameters
    ----------
    database : Database
    number : int
    actor : Actor

    Raises
    ------
    NotAllowed
    MadeFileUnknown
        If there is no such file.
    ContentNotKept
        If it was made before bytes were kept, or is too large.
    ContentDamaged
        If what is kept is not what was made.
    """
    require(actor, SEE)
    with database.read() as connection:
        found = exports.made(connection, Wanted(export_id=number)) if 0 < number < 2**31 else []
        if not found:
            raise _unknown(connection, str(number))
        file = made_file(found[0])
        content = _content(connection, file)
    head = write_down(database, actor, "export again", f"meeting {number}", {"sha256": file.sha256})
    return Again(file, content, head)


def _meant(which: str, timezone: str) -> list[Wanted]:
    """What may be meant, the likeliest first."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", which):
        day = day_of(which)
        return [Wanted(day=day), made_on(day, timezone)]
    if re.fullmatch(r"[1-9]\d{0,6}", which):
        return [Wanted(export_id=int(which))]
    if re.fullmatch(r"[0-9a-f]{8,64}", which):
        return [Wanted(sha256=which)]
    raise InvalidParameter(name="--again", given=which[:70] or "–", allowed=Phrase(FORMS))


def _only(which: str, found: Sequence[MadeFile], timezone: str) -> MadeFile:
    """The first making of the one file; a file that was made twice with the same bytes is one."""
    files = {file.sha256: file for file in found}
    if len(files) == 1:
        return found[-1]
    named = [_named(file, timezone) for file in list(files.values())[:MOST_NAMED]]
    more = ["…"] if len(files) > MOST_NAMED else []
    raise MadeFilesSeveral(given=which, n=len(files), files="; ".join([*named, *more]), number=found[0].number)


def _named(file: MadeFile, timezone: str) -> str:
    """Number, kind, name and when it was made."""
    at = file.made_at.astimezone(ZoneInfo(timezone))
    return f"{file.number} = {file.ending[1:].upper()} {file.name} ({at:%Y-%m-%d %H:%M})"


def _unknown(connection: Connection, which: str) -> MadeFileUnknown:
    """No such file; the days and the numbers that there are."""
    last = [made_file(row) for row in exports.made(connection, Wanted(), limit=LOOKED_AT)]
    days = sorted({file.day for file in last if file.day}, reverse=True)[:DAYS_NAMED]
    numbers = [f"1 … {last[0].number}"] if last else []
    return MadeFileUnknown(given=which[:70], allowed=", ".join([*numbers, *days]) or "–")


def _content(connection: Connection, file: MadeFile) -> bytes:
    """What is kept of a file."""
    try:
        content = export_contents.read(connection, file.sha256)
    except ValueError:
        raise ContentDamaged(number=file.number, sha256=file.sha256) from None
    if content is None:
        at = f"{file.made_at:%Y-%m-%d %H:%M} UTC"
        raise ContentNotKept(number=file.number, made_at=at, most=MOST_KEPT_BYTES // 2**20)
    return content
