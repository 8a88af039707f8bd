"""What is shown of the register: one entry, a page of the list, everything an entry ever was."""

from dataclasses import dataclass
from datetime import date

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.life import STAGES
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.register import FIRST_YEAR, LAST_YEAR, Entry
from geo_zhengzhi.services.register.rules import is_storable, known_entry, today_or
from geo_zhengzhi.store import answers, boundaries, register
from geo_zhengzhi.store.answers import Answer, Seen
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import SORTS, EntryVersion, Filter, Listed, Made, Step

__all__ = [
    "SORTS",
    "Answer",
    "Boundary",
    "EntryVersion",
    "History",
    "Listed",
    "Made",
    "Page",
    "Seen",
    "Shown",
    "Step",
    "entries",
    "entry",
    "history",
    "lead_units",
]

MOST_A_PAGE = 2000
LAST_PAGE = 1_000_000


@dataclass(frozen=True)
class Shown:
    """An entry as it stands, who made it so, and its boundaries."""

    entry: Entry
    made: Made
    parts: tuple[Boundary, ...]


@dataclass(frozen=True)
class Page:
    """Some of the entries that a filter keeps; `total` is how many it keeps in all."""

    rows: tuple[Listed, ...]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True)
class History:
    """Everything an entry ever was: its versions, steps, boundaries' versions and answers, the first first."""

    versions: tuple[EntryVersion, ...]
    steps: tuple[Step, ...]
    boundaries: tuple[Boundary, ...]
    answers: tuple[Answer, ...] = ()


def entry(database: Database, target_id: str) -> Shown:
    """
    An entry with its boundaries.

    Raises
    ------
    EntryUnknown
    """
    with database.read() as connection:
        found, made = known_entry(connection, target_id)
        return Shown(found, made, tuple(boundaries.parts_of(connection, target_id)))


def entries(
    database: Database,
    *,
    year: int | None = None,
    level: str | None = None,
    kind: str | None = None,
    stage: str | None = None,
    text: str = "",
    unit: str = "",
    overdue: bool = False,
    sort: str = "year",
    descending: bool = True,
    page: int = 1,
    per_page: int = 50,
    today: date | None = None,
) -> Page:
    """
    A page of the register, in two queries however long it is.

    Parameters
    ----------
    database : Database
    year, level, kind, stage
        Keep only these.
    text : str
        Keep what has it in number, name, English name, lead unit or work group.
    unit : str
        Keep what has it in its lead unit.
    overdue : bool
        Keep only what is past its deadline and not accepted.
    sort, descending
        One of `SORTS`; equals follow their numbers.
    page, per_page : int
        From 1; at most 2,000 a page.

    Raises
    ------
    InvalidParameter
        For the first that is not possible.
    """
    _check("year", year, year is None or FIRST_YEAR <= year <= LAST_YEAR, f"{FIRST_YEAR}–{LAST_YEAR}")
    for name, given, allowed in (("level", level, LEVELS), ("kind", kind, KINDS), ("stage", stage, STAGES)):
        _check(name, given, given is None or given in allowed, ", ".join(allowed))
    _check("sort", sort, sort in SORTS, ", ".join(SORTS))
    _check("page", page, 1 <= page <= LAST_PAGE, f"1–{LAST_PAGE}")
    _check("per_page", per_page, 1 <= per_page <= MOST_A_PAGE, f"1–{MOST_A_PAGE}")
    for name, given in (("text", text), ("lead_unit", unit)):
        _check(name, "…", not given or (is_storable(given) and len(given) <= 200), "at most 200 printable characters")
    wanted = Filter(year, level, kind, stage, text, today_or(today) if overdue else None, unit)
    with database.read() as connection:
        total = register.count_entries(connection, wanted)
        rows = register.list_entries(
            connection, wanted, sort=sort, descending=descending, limit=per_page, offset=(page - 1) * per_page
        )
    return Page(tuple(rows), total, page, per_page)


def lead_units(database: Database) -> tuple[str, ...]:
    """Every lead unit of the register, the one of most entries first."""
    with database.read() as connection:
        return tuple(register.lead_units(connection))


def history(database: Database, target_id: str) -> History:
    """
    Everything an entry ever was.

    Raises
    ------
    EntryUnknown
    """
    with database.read() as connection:
        known_entry(connection, target_id)
        return History(
            tuple(register.versions_of(connection, target_id)),
            tuple(register.steps_of(connection, target_id)),
            tuple(boundaries.versions_of_target(connection, target_id)),
            tuple(answers.answers_of(connection, target_id)),
        )


def _check(name: str, given: object, holds: bool, allowed: str) -> None:
    if not holds:
        raise InvalidParameter(name=name, given=given, allowed=allowed)
