"""Use cases: a drawn boundary is saved with what is said of its target, in one transaction; a candidate becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import CandidateUnknown, DrawingBlocked, EntryExists, OverlapNotConfirmed, Phrase
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import GEOMETRY, N_INCIDENTS, NAME, NAME_EN, ZONE_ID
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.drawing.looks import Drawing, look_at, placeholder
from geo_zhengzhi.services.register.boundaries import Given, put_in
from geo_zhengzhi.services.register.boundary_checks import checked_boundary
from geo_zhengzhi.services.register.entries import added_entry, changed_entry
from geo_zhengzhi.services.register.rules import today_or
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import register
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made

SCREENED, DELISTED = "screened", "delisted"
BLOCKING = {"slivers": "it has slivers", "outside": "it reaches beyond the county"}
FROM_CANDIDATE = "由拟列转入 (from a candidate): {zone}, {n}, {first} – {last}"
CANDIDATE_KIND, CANDIDATE_LEVEL, CANDIDATE_STAGE = "district", "township", "listed"
NAMED_AFTER = ("{place}附近", "Near {place}")
UNNAMED = ("对象外热点", "Outside targets")


@dataclass(frozen=True)
class Saved:
    """A target and its boundary as they now stand."""

    entry: Entry
    boundary: Boundary


@dataclass(frozen=True)
class Seen:
    """The versions that a planner saw: of the entry, and of the part (None for a new part)."""

    entry: int
    part: int | None


def save_drawing(
    database: Database,
    study: Study,
    drawing: Drawing,
    changes: Mapping[str, Any],
    seen: Seen,
    *,
    confirmed: bool,
    actor: Actor,
    reason: str,
) -> Saved:
    """
    Save a boundary as a new version of a target's part, with what else was changed of the target, or nothing at all.

    Parameters
    ----------
    database, study : Database, Study
    drawing : Drawing
        Of a target that is there; `part_id` "" adds a part.
    changes : mapping
        As `register.change_entry` takes them; empty changes nothing.
    seen : Seen
    confirmed : bool
        Whether the planner has confirmed overlaps with targets of the same year.
    actor : Actor
    reason : str
        Why; not empty.

    Raises
    ------
    VersionConflict
        If somebody saved since; it carries the stored entry or boundary, and the given one.
    DrawingBlocked, OverlapNotConfirmed
    GeoZhengzhiError
        As `register.change_entry` and `register_boundaries.put_boundary`.
    """
    require(actor, EDIT_REGISTER)
    require_savable(database, study, drawing, confirmed=confirmed)
    given = Given(drawing.part_id or None, drawing.shape, drawing.half_width_m, seen.part)
    try:
        with database.write() as connection:
            entry = changed_entry(
                connection, drawing.target_id, changes, version=seen.entry, actor=actor, reason=reason
            )
            return Saved(entry, put_in(connection, drawing.target_id, given, actor=actor, reason=reason))
    except IntegrityError:
        raise EntryExists(given=drawing.target_id) from None


def add_drawing(
    database: Database,
    study: Study,
    drawing: Drawing,
    entry: Entry,
    *,
    confirmed: bool,
    actor: Actor,
    reason: str,
    today: date | None = None,
) -> Saved:
    """
    Add a target with its first boundary, both or neither.

    Parameters
    ----------
    database, study, drawing
    entry : Entry
    confirmed, actor, reason, today
        As `save_drawing` and `register.add_entry` take them.

    Raises
    ------
    EntryExists
        If the number is taken.
    GeoZhengzhiError
        As `save_drawing`.
    """
    require(actor, EDIT_REGISTER)
    require_savable(database, study, replace(drawing, target_id=""), confirmed=confirmed)
    given = Given(None, drawing.shape, drawing.half_width_m, None)
    try:
        with database.write() as connection:
            new = added_entry(connection, entry, actor=actor, reason=reason, today=today)
            return Saved(new, put_in(connection, new.target_id, given, actor=actor, reason=reason))
    except IntegrityError:
        raise EntryExists(given=entry.target_id) from None


def adopt_candidate(
    database: Database, study: Study, zone_id: str, query: Query, *, actor: Actor, today: date | None = None
) -> Saved:
    """
    Make a target of a candidate: its outline is the first boundary, to be redrawn and renamed at leisure.

    It is listed in the newest year that is in force, as a district of township level named after the nearest place.

    Raises
    ------
    CandidateUnknown
        If the period has no such candidate.
    GeoZhengzhiError
        As `add_drawing`, overlaps excepted: candidates lie outside every target.
    """
    require(actor, EDIT_REGISTER)
    situation = assess(study, query)
    rows = {str(row[ZONE_ID]): row for row in situation.result.candidates.to_dict("records")}
    period = situation.period
    if zone_id not in rows:
        raise CandidateUnknown(given=zone_id[:60], first=period.first_day, last=period.last_day)
    row = rows[zone_id]
    reason = FROM_CANDIDATE.format(zone=zone_id, n=row[N_INCIDENTS], first=period.first_day, last=period.last_day)
    with database.read() as connection:
        year = newest_year(connection, today)
        number = free_number(connection, year)
    name, name_en = _named_after(row[GEOMETRY], study)
    entry = Entry(
        number, name, CANDIDATE_KIND, CANDIDATE_LEVEL, year, CANDIDATE_STAGE, today_or(today), name_en=name_en
    )
    drawing = Drawing(row[GEOMETRY], None, CANDIDATE_KIND, year)
    checked_boundary(drawing.shape, None, placeholder(drawing))
    return add_drawing(database, study, drawing, entry, confirmed=True, actor=actor, reason=reason, today=today)


def require_savable(database: Database, study: Study, drawing: Drawing, *, confirmed: bool) -> None:
    """
    Refuse a boundary that may not be saved.

    Raises
    ------
    DrawingBlocked, OverlapNotConfirmed
    GeoZhengzhiError
        As `boundary_checks.checked_boundary`.
    """
    checked_boundary(drawing.shape, drawing.half_width_m, placeholder(drawing))
    period = study.default_period
    if period is None:
        return
    look = look_at(database, study, drawing, period, wait_s=0)
    for fault in look.blocking:
        raise fault.error or DrawingBlocked(given=Phrase(BLOCKING[fault.kind]))
    for fault in () if confirmed else look.to_confirm:
        raise OverlapNotConfirmed(given=fault.values["target"].name, area_m2=fault.values["area_m2"])


def newest_year(connection: Connection, today: date | None = None) -> int:
    """The newest year with a target in force; this one where there is none."""
    entries = register.all_entries(connection).values()
    in_force = [entry.year for entry in entries if entry.stage not in (SCREENED, DELISTED)]
    return max(in_force, default=today_or(today).year)


def free_number(connection: Connection, year: int) -> str:
    """A number for a new entry that nobody has."""
    known = set(register.all_entries(connection))
    count = 1
    while f"{year}-{count:03d}" in known:
        count += 1
    return f"{year}-{count:03d}"


def suggestion(database: Database, today: date) -> tuple[str, int]:
    """A free number and a year for a new entry."""
    with database.read() as connection:
        year = newest_year(connection, today)
        return free_number(connection, year), year


def stored_as(drawing: Drawing, part: Boundary | None) -> Boundary:
    """A drawing as the boundary that it would be, to be shown beside the one that is stored."""
    made = Made.now("") if part is None else part.made
    return Boundary(drawing.target_id, drawing.part_id, 0, drawing.shape, drawing.half_width_m, made)


def _named_after(shape: shapely.Geometry, study: Study) -> tuple[str, str]:
    """A Chinese and an English name after the nearest place."""
    places = study.context.places
    rows = [] if places is None else [row for row in places.to_dict("records") if row.get(NAME)]
    if not rows:
        return UNNAMED
    near = min(rows, key=lambda row: shape.distance(row[GEOMETRY]))
    names = str(near[NAME]), str(near.get(NAME_EN) or near[NAME])
    return NAMED_AFTER[0].format(place=names[0]), NAMED_AFTER[1].format(place=names[1])
