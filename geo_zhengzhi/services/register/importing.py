"""Use case: a register brought in from XLSX or CSV, with what became of every row, all of the file or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import GeoZhengzhiError, RegisterChanged
from geo_zhengzhi.io.register_words import STAGE, STAGE_SINCE, YEAR
from geo_zhengzhi.io.registers import RegisterFile, read_register
from geo_zhengzhi.io.report import Note
from geo_zhengzhi.io.target_report import Remark
from geo_zhengzhi.io.target_words import WORKS_IN
from geo_zhengzhi.life import check_step_date
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import EDITABLE, Entry
from geo_zhengzhi.schema import KIND, LEVEL
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.register.entries import refuse_misfit
from geo_zhengzhi.services.register.report import ADDED, CHANGED, REFUSED, UNCHANGED, Outcome, RegisterReport
from geo_zhengzhi.services.register.rows import (
    RAGGED,
    SAME_ENTRY,
    Numbers,
    RowRefused,
    Wish,
    refuse_missing,
    understand,
)
from geo_zhengzhi.services.register.rules import shown_file_name, today_or
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made, Step

NO_STAGE = "{n} new entries say no stage; they are taken as listed."
NO_STAGE_DATE = "{n} new entries say no day of their stage; 1 January of their year is taken."
OTHER_STAGE = "{n} rows say another stage than the register; only a person moves a target, so it was left: {lines}."


@dataclass
class Plan:
    """What a file would do to the register."""

    outcomes: list[Outcome] = field(default_factory=list)
    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    without_stage: int = 0
    without_date: int = 0
    other_stage: list[int] = field(default_factory=list)

    def notes(self) -> tuple[Note, ...]:
        """What a reader should know."""
        lines = ", ".join(map(str, sorted(self.other_stage)[:20]))
        said = (
            (self.without_stage, Note(NO_STAGE, {"n": self.without_stage})),
            (self.without_date, Note(NO_STAGE_DATE, {"n": self.without_date})),
            (len(self.other_stage), Note(OTHER_STAGE, {"n": len(self.other_stage), "lines": lines})),
        )
        return tuple(note for n, note in said if n)


def import_register(
    database: Database, path: str | Path, *, actor: Actor, dry_run: bool = False, today: date | None = None
) -> RegisterReport:
    """
    Add and change entries as a file says; what can be taken is kept in one transaction, or nothing is.

    A row is about the entry of its number, else of its year, level and name. An empty cell leaves what the register
    says; the stage of an entry that is there already is never changed, since only a person moves a target.

    Parameters
    ----------
    database : Database
    path : str or Path
        CSV, TSV or XLSX; headers as `io.register_words` knows them.
    actor : Actor
        A planner, or the program itself.
    dry_run : bool
        Say what would become of the rows, and keep nothing.
    today : date, optional

    Raises
    ------
    NotAllowed
    RegisterChanged
        If somebody added the same entry meanwhile.
    GeoZhengzhiError
        As `io.registers.read_register`.
    """
    require(actor, EDIT_REGISTER)
    file = read_register(path)
    try:
        with database.read() if dry_run else database.write() as connection:
            stored = register.all_entries(connection, lock=not dry_run)
            plan = _plan(file, stored, boundaries.all_parts(connection), today_or(today))
            report = _report(file, plan, dry_run)
            if not dry_run:
                _keep(connection, plan, report, actor)
    except IntegrityError:
        raise RegisterChanged(name=file.name) from None
    return report


def _plan(file: RegisterFile, stored: Mapping[str, Entry], parts: Mapping[str, Boundary], today: date) -> Plan:
    """Decide row by row; trades come last, since they may work in what the file adds."""
    plan, wishes = Plan(), []
    for line, found in file.ragged:
        plan.outcomes.append(Outcome(line, "", "", REFUSED, Remark(RAGGED, {"found": found})))
    for row in file.rows:
        try:
            wishes.append(understand(row))
        except RowRefused as refusal:
            plan.outcomes.append(Outcome(row.line, "", row.texts.get("name", ""), REFUSED, refusal.reason))
    numbers, seen, of_target = Numbers(stored.values()), dict[str, int](), _by_target(parts)
    for wish in sorted(wishes, key=lambda wish: WORKS_IN in wish.fields):
        try:
            number = numbers.number_of(wish)
            if number in seen:
                raise RowRefused(Remark(SAME_ENTRY, {"line": seen[number]}))
            _decide(plan, wish, number, stored.get(number), numbers, of_target, today)
            seen[number] = wish.line
        except RowRefused as refusal:
            plan.outcomes.append(Outcome(wish.line, wish.number, wish.name, REFUSED, refusal.reason))
        except GeoZhengzhiError as error:
            plan.outcomes.append(Outcome(wish.line, wish.number, wish.name, REFUSED, error))
    plan.outcomes.sort(key=lambda outcome: outcome.line)
    return plan


def _by_target(parts: Mapping[str, Boundary]) -> dict[str, list[Boundary]]:
    found: dict[str, list[Boundary]] = {}
    for part in parts.values():
        found.setdefault(part.target_id, []).append(part)
    return found


def _decide(
    plan: Plan,
    wish: Wish,
    number: str,
    stored: Entry | None,
    numbers: Numbers,
    parts: Mapping[str, Sequence[Boundary]],
    today: date,
) -> None:
    """Add the entry, change it, or leave it."""
    fields = dict(wish.fields)
    if WORKS_IN in fields:
        year = fields.get(YEAR, today.year if stored is None else stored.year)
        fields[WORKS_IN] = numbers.workplace(fields[WORKS_IN], year)
    if stored is None:
        entry = _new(plan, number, fields, today)
        plan.new.append(entry)
        numbers.add(entry)
        plan.outcomes.append(Outcome(wish.line, number, entry.name, ADDED))
        return
    changed = replace(stored, **_merged(stored, fields))
    differing = tuple(name for name in EDITABLE if getattr(changed, name) != getattr(stored, name))
    refuse_misfit(changed, parts.get(number, ()))
    if fields.get(STAGE, stored.stage) != stored.stage:
        plan.other_stage.append(wish.line)
    if differing:
        plan.changed.append(replace(changed, version=stored.version + 1))
    what = CHANGED if differing else UNCHANGED
    plan.outcomes.append(Outcome(wish.line, number, changed.name, what, fields=differing))


def _merged(stored: Entry, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the row says over what is stored; of a table of texts only the cells that are filled."""
    tables = {name: {**getattr(stored, name), **fields[name]} for name in ("measures", "commitments") if name in fields}
    return {name: fields[name] for name in EDITABLE if name in fields} | tables


def _new(plan: Plan, number: str, fields: Mapping[str, Any], today: date) -> Entry:
    """A new entry, in the stage that the row says."""
    for column in (KIND, LEVEL, YEAR):
        if column not in fields:
            raise refuse_missing(column)
    since = fields.get(STAGE_SINCE, min(date(fields[YEAR], 1, 1), today))
    entry = Entry(**({"target_id": number, STAGE: "listed"} | dict(fields) | {STAGE_SINCE: since}))
    check_step_date(since, date.min, today)
    plan.without_stage += STAGE not in fields
    plan.without_date += STAGE_SINCE not in fields
    return entry


def _report(file: RegisterFile, plan: Plan, dry_run: bool) -> RegisterReport:
    return RegisterReport(
        file_name=file.name,
        sha256=file.sha256,
        dry_run=dry_run,
        outcomes=tuple(plan.outcomes),
        mapping=file.mapping,
        dropped=file.dropped,
        unused=file.unused,
        notes=plan.notes(),
    )


def _keep(connection: Connection, plan: Plan, report: RegisterReport, actor: Actor) -> None:
    """Write what was decided; the log says that a file was read even where it changed nothing."""
    made = Made.now(actor.name, shown_file_name(report.file_name))
    # In the order of the numbers, so that two files that are read in at once wait for each other and not in a circle.
    register.insert_entries(connection, sorted(plan.new, key=lambda entry: entry.target_id), made)
    first = [(entry.target_id, Step(None, entry.stage, entry.stage_since, entry.lead_unit)) for entry in plan.new]
    register.insert_steps(connection, first, made)
    for entry in plan.changed:
        register.replace_entry(connection, entry, made)
    if plan.new or plan.changed:
        state.bump(connection, state.TARGETS_VERSION)
    audit.append(connection, actor, "import", f"register {made.reason}", {"sha256": report.sha256, **report.counts})
