"""Use cases on the register: entries added and changed, and the steps of their life."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import EntryExists, InvalidParameter, KindHoldsBoundary, StepNeedsPlanner, Terms
from geo_zhengzhi.life import check_step, check_step_date
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.register import EDITABLE, Entry
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, may, require
from geo_zhengzhi.services.labels import KIND_WORDS
from geo_zhengzhi.services.register.boundary_checks import TYPE_WORDS, types_of_kind
from geo_zhengzhi.services.register.rules import (
    check_works_in,
    checked_words,
    conflict,
    known_entry,
    refuse_personal,
    tidied,
    today_or,
)
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made, Step


def add_entry(database: Database, entry: Entry, *, actor: Actor, reason: str = "", today: date | None = None) -> Entry:
    """
    Add an entry to the register in the stage it says, which becomes the first step of its life.

    Parameters
    ----------
    database : Database
    entry : Entry
        Its version is taken as 1.
    actor : Actor
        A planner, or the program itself.
    reason : str
    today : date, optional
        By default today in the county's time.

    Raises
    ------
    NotAllowed, EntryExists, PersonalText, WorksInUnknown
    StepDateRefused
        If `stage_since` lies in the future.
    """
    require(actor, EDIT_REGISTER)
    try:
        with database.write() as connection:
            return added_entry(connection, entry, actor=actor, reason=reason, today=today)
    except IntegrityError:
        raise EntryExists(given=entry.target_id) from None


def added_entry(
    connection: Connection, entry: Entry, *, actor: Actor, reason: str = "", today: date | None = None
) -> Entry:
    """
    Add an entry inside a transaction of the caller's; see `add_entry`.

    Raises
    ------
    sqlalchemy.exc.IntegrityError
        If its number is taken.
    """
    words = checked_words({"reason": reason})
    new = replace(entry, **(tidied(vars(entry)) | {"version": 1}))
    refuse_personal(vars(new))
    check_step_date(new.stage_since, date.min, today_or(today))
    made = Made.now(actor.name, words["reason"])
    check_works_in(connection, new)
    register.insert_entries(connection, [new], made)
    first = Step(None, new.stage, new.stage_since, new.lead_unit)
    register.insert_steps(connection, [(new.target_id, first)], made)
    state.bump(connection, state.TARGETS_VERSION)
    audit.append(connection, actor, "add", f"target {new.target_id}", {"stage": new.stage, **words})
    return new


def change_entry(
    database: Database, target_id: str, changes: Mapping[str, Any], *, version: int, actor: Actor, reason: str
) -> Entry:
    """
    Change what is said of a target; its stage is changed by `take_step` only.

    Parameters
    ----------
    database : Database
    target_id : str
    changes : mapping
        Of `register.EDITABLE`; tables of measures and commitments are given as a whole.
    version : int
        The version that the writer saw.
    actor : Actor
    reason : str
        Why; not empty.

    Returns
    -------
    Entry
        The new version; the stored one where nothing differs.

    Raises
    ------
    VersionConflict
        If somebody saved since; it carries the stored entry and the changes.
    NotAllowed, EntryUnknown, PersonalText, WorksInUnknown, KindHoldsBoundary
    InvalidParameter, TextMissing, TextTooLong, TextUnprintable
    """
    require(actor, EDIT_REGISTER)
    with database.write() as connection:
        return changed_entry(connection, target_id, changes, version=version, actor=actor, reason=reason)


def changed_entry(
    connection: Connection, target_id: str, changes: Mapping[str, Any], *, version: int, actor: Actor, reason: str
) -> Entry:
    """Change what is said of a target inside a transaction of the caller's; see `change_entry`."""
    words = checked_words({"reason": reason}, needed=("reason",))
    _refuse_unknown(changes)
    stored, made = known_entry(connection, target_id, lock=True)
    if stored.version != version:
        raise conflict(target_id, stored, stored.version, made, dict(changes), version)
    changed = replace(stored, **tidied(changes))
    differing = sorted(name for name in changes if getattr(changed, name) != getattr(stored, name))
    if not differing:
        return stored
    refuse_personal({name: getattr(changed, name) for name in differing})
    check_works_in(connection, changed)
    refuse_misfit(changed, boundaries.parts_of(connection, target_id))
    new = replace(changed, version=version + 1)
    register.replace_entry(connection, new, Made.now(actor.name, words["reason"]))
    state.bump(connection, state.TARGETS_VERSION)
    detail = {"version": new.version, "fields": differing, **words}
    audit.append(connection, actor, "edit", f"target {target_id}", detail)
    return new


def take_step(
    database: Database,
    target_id: str,
    to_stage: str,
    step_date: date,
    unit: str,
    note: str,
    *,
    version: int,
    actor: Actor,
    today: date | None = None,
) -> Entry:
    """
    Move a target one step on in its life. Only a person does.

    Parameters
    ----------
    database : Database
    target_id : str
    to_stage : str
        One of `register.allowed_steps`.
    step_date : date
        The day it was taken: not before the last step's, not in the future.
    unit : str
        Which unit says so; not empty.
    note : str
    version : int
        The version of the entry that the writer saw.
    actor : Actor
        An account with the role planner.
    today : date, optional

    Returns
    -------
    Entry
        In its new stage, one version on.

    Raises
    ------
    StepNeedsPlanner
        For every other role, and for the program itself.
    StepNotAllowed, StepDateRefused
    VersionConflict
        It carries the stored entry and the step.
    EntryUnknown, TextMissing, TextTooLong, TextUnprintable, PersonalText
    """
    if actor == SYSTEM or not may(actor, EDIT_REGISTER):
        raise StepNeedsPlanner(actor=actor.name, role=Terms(actor.role))
    words = checked_words({"unit": unit, "note": note}, needed=("unit",))
    with database.write() as connection:
        stored, made = known_entry(connection, target_id, lock=True)
        step = Step(stored.stage, to_stage, step_date, words["unit"], words["note"])
        if stored.version != version:
            raise conflict(target_id, stored, stored.version, made, step, version)
        check_step(stored.stage, to_stage)
        check_step_date(step_date, stored.stage_since, today_or(today))
        new = replace(stored, stage=to_stage, stage_since=step_date, version=version + 1)
        now = Made.now(actor.name, f"{stored.stage} → {to_stage}")
        register.replace_entry(connection, new, now)
        register.insert_steps(connection, [(target_id, step)], now)
        state.bump(connection, state.TARGETS_VERSION)
        detail = {"version": new.version, "from": stored.stage, "to": to_stage, "on": step_date.isoformat()}
        audit.append(connection, actor, "step", f"target {target_id}", detail)
    return new


def _refuse_unknown(changes: Mapping[str, Any]) -> None:
    for name in changes:
        if name not in EDITABLE:
            raise InvalidParameter(name="changes", given=name, allowed=", ".join(EDITABLE))


def refuse_misfit(changed: Entry, parts: Sequence[Boundary]) -> None:
    """Refuse a kind that the boundaries do not fit."""
    fitting = types_of_kind(changed.kind)
    for part in parts:
        if part.geometry is not None and part.geometry.geom_type not in fitting:
            raise KindHoldsBoundary(
                name=changed.name,
                kind=Terms(KIND_WORDS[changed.kind]),
                given=Terms(TYPE_WORDS[part.geometry.geom_type]),
                allowed=Terms(*(TYPE_WORDS[name] for name in fitting)),
            )
