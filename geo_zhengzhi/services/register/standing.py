"""Where each target stands in the register: its stage, its deadline and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geo_zhengzhi.life import allowed_steps, days_to_deadline, is_overdue
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.console.keeping import name_for
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.store import register, state
from geo_zhengzhi.store.database import Database


@dataclass(frozen=True)
class Standing:
    """
    A target's place in its life on a day.

    `days_left` is negative after the deadline and None without one; `is_overdue` only while it is not accepted;
    `next_steps` are the stages that may follow.
    """

    stage: str
    since: date
    deadline: date | None
    days_left: int | None
    is_overdue: bool
    lead_unit: str
    next_steps: tuple[str, ...]
    notes: str


@dataclass(frozen=True)
class Standings:
    """Every entry's standing, by `target_id`, and a name that changes with any of them."""

    of: Mapping[str, Standing]
    stamp: str


NO_STANDINGS = Standings({}, "")

_STANDINGS: ComputeOnce[Standings] = ComputeOnce(size=4)


def standings(database: Database, today: date) -> Standings:
    """Every entry's standing on a day; read again only where the register has changed since."""
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    return _STANDINGS.get((str(database.url), version, today), lambda: _read(database, today))


def _read(database: Database, today: date) -> Standings:
    """All entries in one query."""
    with database.read() as connection:
        entries = register.all_entries(connection)
    found = {target_id: standing_of(entry, today) for target_id, entry in entries.items()}
    return Standings(found, name_for(sorted(found.items())))


def standing_of(entry: Entry, today: date) -> Standing:
    """One entry's standing."""
    return Standing(
        entry.stage,
        entry.stage_since,
        entry.deadline,
        days_to_deadline(entry.deadline, today),
        is_overdue(entry.stage, entry.deadline, today),
        entry.lead_unit,
        allowed_steps(entry.stage),
        entry.notes,
    )
