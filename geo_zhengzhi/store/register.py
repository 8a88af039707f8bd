"""The register's rows: entries, every version they ever had, and the steps of their life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, case, collate, func, insert, or_, select, update

from geo_zhengzhi.life import BEFORE_ACCEPTANCE, STAGES
from geo_zhengzhi.model import LEVELS
from geo_zhengzhi.register import Entry
from geo_zhengzhi.store.entry_history import NOT_YET
from geo_zhengzhi.store.tables import entries, entry_versions, steps, targets

NOT_FIELDS = ("entry_id", "made_at", "made_by")  # the row number is GeoPackage's
FIELDS = [column for column in entries.c if column.name not in NOT_FIELDS]
SORTS = ("target_id", "name", "year", "level", "kind", "stage", "stage_since", "deadline", "lead_unit")


@dataclass(frozen=True)
class Made:
    """Who changed something, when and why."""

    by: str
    at: datetime
    reason: str = ""

    @classmethod
    def now(cls, by: str, reason: str = "") -> "Made":
        """Made at this moment, to the millisecond, which is what the store keeps."""
        now = datetime.now(UTC)
        return cls(by, now.replace(microsecond=now.microsecond // 1000 * 1000), reason)


@dataclass(frozen=True)
class Step:
    """One step of a target's life; the first has no stage before it."""

    from_stage: str | None
    to_stage: str
    step_date: date
    unit: str = ""
    note: str = ""
    made: Made | None = None


@dataclass(frozen=True)
class EntryVersion:
    """An entry as it was, and who made it so."""

    entry: Entry
    made: Made


@dataclass(frozen=True)
class Filter:
    """
    Which entries are listed; None and "" keep all.

    `text` is looked for in number, names and units, `unit` in the lead unit; `overdue_on` keeps what is overdue on that
    day.
    """

    year: int | None = None
    level: str | None = None
    kind: str | None = None
    stage: str | None = None
    text: str = ""
    overdue_on: date | None = None
    unit: str = ""


@dataclass(frozen=True)
class Listed:
    """An entry in a list, with the number of its boundaries."""

    entry: Entry
    n_parts: int


def find_entry(connection: Connection, target_id: str, *, lock: bool = False) -> tuple[Entry, Made] | None:
    """An entry and who made its version; with `lock`, nobody else changes it until the transaction ends."""
    asked = select(entries).where(entries.c.target_id == target_id)
    row = connection.execute(asked.with_for_update() if lock else asked).mappings().first()
    return None if row is None else (_entry(row), Made(row["made_by"], row["made_at"]))


def all_entries(connection: Connection, *, lock: bool = False) -> dict[str, Entry]:
    """Every entry by its number; locked in the order of the numbers, as every other writer of several does."""
    asked = select(*FIELDS).order_by(entries.c.target_id)
    rows = connection.execute(asked.with_for_update() if lock else asked).mappings()
    return {row["target_id"]: _entry(row) for row in rows}


def list_entries(
    connection: Connection, wanted: Filter, *, sort: str, descending: bool, limit: int | None, offset: int
) -> list[Listed]:
    """The entries that a filter keeps, in one query; equals are in the order of their numbers."""
    n_parts = select(func.count()).where(targets.c.target_id == entries.c.target_id).scalar_subquery()
    asked = select(*FIELDS, n_parts.label("n_parts")).where(*_conditions(wanted))
    asked = asked.order_by(*_order(connection, sort, descending)).limit(limit).offset(offset)
    return [Listed(_entry(row), int(row["n_parts"])) for row in connection.execute(asked).mappings()]


def count_entries(connection: Connection, wanted: Filter) -> int:
    """How many entries a filter keeps."""
    return int(connection.execute(select(func.count()).select_from(entries).where(*_conditions(wanted))).scalar_one())


def lead_units(connection: Connection) -> list[str]:
    """Every lead unit, the one of most entries first."""
    unit = entries.c.lead_unit
    asked = select(unit).where(unit != "").group_by(unit).order_by(func.count().desc(), unit)
    return list(connection.execute(asked).scalars())


def insert_entries(connection: Connection, new: Sequence[Entry], made: Made) -> None:
    """Add entries with their first versions; a number that is taken is an IntegrityError."""
    if new:
        connection.execute(insert(entries), [_row(entry, made) | {"version": NOT_YET} for entry in new])
        connection.execute(update(entries).where(entries.c.version == NOT_YET).values(version=1))
        _keep_versions(connection, new, made)


def replace_entry(connection: Connection, entry: Entry, made: Made) -> None:
    """Put an entry in the place of its version before, which the caller holds locked, and keep it as a version."""
    values = _row(entry, made)
    done = connection.execute(
        update(entries)
        .where(entries.c.target_id == entry.target_id, entries.c.version == entry.version - 1)
        .values(values)
    )
    if done.rowcount != 1:
        raise RuntimeError(f"{entry.target_id} was not at version {entry.version - 1}")
    _keep_versions(connection, [entry], made)


def insert_steps(connection: Connection, taken: Iterable[tuple[str, Step]], made: Made) -> None:
    """Add steps, each with the number of its target."""
    rows = [
        {
            "target_id": target_id, "from_stage": step.from_stage, "to_stage": step.to_stage,
            "step_date": step.step_date.isoformat(), "unit": step.unit, "note": step.note,
            "made_at": made.at, "made_by": made.by,
        }
        for target_id, step in taken
    ]  # fmt: skip
    if rows:
        connection.execute(insert(steps), rows)


def steps_of(connection: Connection, target_id: str) -> list[Step]:
    """A target's steps, the first first."""
    asked = select(steps).where(steps.c.target_id == target_id).order_by(steps.c.step_id)
    return [
        Step(
            row.from_stage, row.to_stage, date.fromisoformat(row.step_date), row.unit, row.note,
            Made(row.made_by, row.made_at),
        )
        for row in connection.execute(asked)
    ]  # fmt: skip


def versions_of(connection: Connection, target_id: str) -> list[EntryVersion]:
    """Every version of an entry, the first first."""
    asked = select(entry_versions).where(entry_versions.c.target_id == target_id).order_by(entry_versions.c.version)
    return [
        EntryVersion(Entry.from_contents(row.contents), Made(row.made_by, row.made_at, row.reason))
        for row in connection.execute(asked)
    ]


def _keep_versions(connection: Connection, kept: Iterable[Entry], made: Made) -> None:
    rows = [
        {
            "target_id": entry.target_id, "version": entry.version, "contents": entry.contents(),
            "made_at": made.at, "made_by": made.by, "reason": made.reason,
        }
        for entry in kept
    ]  # fmt: skip
    connection.execute(insert(entry_versions), rows)


def _row(entry: Entry, made: Made) -> dict[str, Any]:
    """An entry as its columns."""
    return entry.contents() | {"made_at": made.at, "made_by": made.by}


def _entry(row: RowMapping) -> Entry:
    """Columns as an entry."""
    return Entry.from_contents({column.name: row[column.name] for column in FIELDS})


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """A filter as conditions on entries."""
    given = {"year": wanted.year, "level": wanted.level, "kind": wanted.kind, "stage": wanted.stage}
    conditions = [entries.c[name] == value for name, value in given.items() if value is not None]
    if wanted.text.strip():
        looked_in = (entries.c.target_id, entries.c.name, entries.c.name_en, entries.c.lead_unit, entries.c.work_group)
        conditions.append(or_(*(column.icontains(wanted.text.strip(), autoescape=True) for column in looked_in)))
    if wanted.unit.strip():
        conditions.append(entries.c.lead_unit.icontains(wanted.unit.strip(), autoescape=True))
    if wanted.overdue_on is not None:
        conditions += [
            entries.c.deadline < wanted.overdue_on.isoformat(),
            entries.c.stage.in_(BEFORE_ACCEPTANCE),
        ]
    return conditions


def _order(connection: Connection, sort: str, descending: bool) -> list[ColumnElement[Any]]:
    """How a list is sorted: stages and levels in their own order, texts by code point, no deadline last."""
    own_order: Mapping[str, tuple[str, ...]] = {"level": LEVELS, "stage": STAGES}
    by_number = collate(entries.c.target_id, "BINARY" if connection.dialect.name == "sqlite" else "C")
    if sort in own_order:
        places = {word: place for place, word in enumerate(own_order[sort])}
        key: ColumnElement[Any] = case(places, value=entries.c[sort], else_=len(places))
    elif sort == "year":
        key = entries.c.year
    else:
        key = collate(entries.c[sort], "BINARY" if connection.dialect.name == "sqlite" else "C")
    nothing = entries.c[sort].is_(None)
    return [nothing, key.desc() if descending else key.asc(), by_number]
