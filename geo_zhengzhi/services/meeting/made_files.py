"""Use case: which meeting files were made, the newest first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import SEE, require
from geo_zhengzhi.services.meeting.files import HTML, file_name
from geo_zhengzhi.services.meeting.printing import ZIP
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.exports import Made, Wanted

FIRST_YEAR, LAST_YEAR = 1900, 2200


@dataclass(frozen=True)
class MadeFile:
    """
    A file that was made.

    Parameters
    ----------
    number : int
    sha256 : str
    day : str
        Of its meeting, YYYY-MM-DD: the day that the file names.
    first, last : str
        Months that it is about, YYYY-MM.
    ending, language, classification : str
    n_targets : int
    made_at : datetime
        UTC.
    made_by : str
    n_bytes : int or None
        None where its bytes are not kept, and it cannot be given again.
    has_changed : bool or None
        Whether the store holds other data or boundaries now than the file tells of; None where nobody looked.
    """

    number: int
    sha256: str
    day: str
    first: str
    last: str
    ending: str
    language: str
    classification: str
    n_targets: int
    made_at: datetime
    made_by: str
    n_bytes: int | None
    has_changed: bool | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it can be given again."""
        return self.n_bytes is not None

    @property
    def months(self) -> str:
        """The same in words."""
        return self.first if self.first == self.last else f"{self.first} – {self.last}"

    @property
    def name(self) -> str:
        """What it is called; whatever a row says, no path."""
        return re.sub(r"[^\w.-]", "", file_name(self.first, self.last, self.language, self.ending))

    def plain(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        more = {"made_at": self.made_at.isoformat(), "name": self.name, "is_kept": self.is_kept}
        return {**vars(self), **more}


def list_made(
    database: Database,
    *,
    actor: Actor,
    timezone: str,
    day: date | None = None,
    study: Study | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[MadeFile], int]:
    """
    The files that were made, the newest first, and how many there are without `limit`.

    Parameters
    ----------
    database : Database
    actor : Actor
    timezone : str
        In which a day begins.
    day : date, optional
        Only files of a meeting on that day, and files made on it.
    study : Study, optional
        What the store holds now; it then is said of each file whether that is still what it tells of.
    limit, offset : int

    Raises
    ------
    NotAllowed
        If the actor may make none.
    InvalidParameter
        If the day is none on which a file can have been made.
    """
    require(actor, SEE)
    wanted = Wanted() if day is None else replace(made_on(day, timezone), day=day)
    with database.read() as connection:
        found = exports.made(connection, wanted, limit=limit, offset=offset)
        return [made_file(row, study) for row in found], exports.n_made(connection, wanted)


def count_made(database: Database, *, actor: Actor) -> int:
    """
    How many files were made.

    Raises
    ------
    NotAllowed
        If the actor may make none.
    """
    require(actor, SEE)
    with database.read() as connection:
        return exports.n_made(connection, Wanted())


def day_of(text: str) -> date:
    """
    A day as YYYY-MM-DD.

    Raises
    ------
    InvalidParameter
        If it is written otherwise, or there is none.
    """
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else date.min
    except ValueError:
        day = date.min
    return _possible(day, text)


def made_on(day: date, timezone: str) -> Wanted:
    """
    Files that were made on a day of this zone.

    Raises
    ------
    InvalidParameter
        If no file can have been: a moment of such a day may not even be told in UTC.
    """
    _possible(day, str(day))
    zone = ZoneInfo(timezone)
    since, until = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
    return Wanted(since=since, until=until)


def _possible(day: date, given: str) -> date:
    """A day on which something may have been, as it was given."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        allowed = f"YYYY-MM-DD, {FIRST_YEAR}-01-01 – {LAST_YEAR}-12-31"
        raise InvalidParameter(name="day", given=given[:20] or "–", allowed=allowed)
    return day


def made_file(row: Made, study: Study | None = None) -> MadeFile:
    """A row in words; whatever an early row does not say is left empty."""
    said = row.parameters
    day, first, last, language, classification = (
        str(said.get(name, "")) for name in ("made_on", "from", "to", "lang", "classification")
    )
    return MadeFile(
        row.export_id,
        row.sha256,
        day,
        first,
        last,
        _ending(row),
        language,
        classification,
        len(said.get("targets", ())),
        row.made_at,
        row.made_by,
        row.n_bytes,
        None if study is None else _differs(row, study),
    )


def _ending(row: Made) -> str:
    """The kind of the file: that of the one that is named, or of the archive of all; the first ones were HTML."""
    alone = next((name for name, digest in row.files.items() if digest == row.sha256), None)
    return PurePath(alone).suffix if alone else ZIP if row.files else HTML


def _differs(row: Made, study: Study) -> bool:
    """Whether data or boundaries are others now."""
    now: Mapping[str, int | None] = {part: study.boundaries.get(part) for part in row.boundaries}
    return row.data_version != study.data_version or now != row.boundaries
