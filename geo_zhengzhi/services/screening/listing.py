"""Use case: a planner lists a place that a screening found, as an entry in the state 排查 with its boundary."""

from dataclasses import replace
from datetime import date

from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import EntryExists, PlaceListed, PlaceUnknown, Terms
from geo_zhengzhi.life import STAGE_WORDS
from geo_zhengzhi.model import LEVELS, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.register.boundaries import free_part_id
from geo_zhengzhi.services.register.boundary_checks import checked_boundary
from geo_zhengzhi.services.register.rows import made_number
from geo_zhengzhi.services.register.rules import refuse_personal, tidied
from geo_zhengzhi.services.register.stored_targets import SCREENED
from geo_zhengzhi.services.screening.half_years import HalfYear
from geo_zhengzhi.services.screening.places import Place
from geo_zhengzhi.services.screening.ranking import Row, screen
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made, Step

HALVES = {1: ("上半年", "first half"), 2: ("下半年", "second half")}
REASON = "{year} 年{half_zh}排查，{n} 起（screening, {half_en} of {year}: {n} incidents）"


def list_place(database: Database, study: Study, half: HalfYear, key: str, *, actor: Actor, today: date) -> Entry:
    """
    Make a ranked place an entry of the register, screened today, with its outline as the boundary's first version.

    The entry is of the half-year's own year and of the level it was supplied with, else of township level; whoever
    lists it may change both.

    Parameters
    ----------
    database : Database
    study : Study
    half : HalfYear
    key : str
        Of the place.
    actor : Actor
        A planner.
    today : date
        Where the installation is.

    Returns
    -------
    Entry

    Raises
    ------
    PlaceUnknown
        If the screening ranks no such place, or no longer does.
    PlaceListed
        If the register has it and its life there goes on.
    NotAllowed, EntryExists, PersonalText, InvalidParameter, TextMissing, TextTooLong, TextUnprintable
    BoundaryTooFine, BoundaryInvalid, BoundaryEmpty
    """
    require(actor, EDIT_REGISTER)
    row = next((row for row in screen(database, study, half).rows if row.place.key == key), None)
    if row is None:
        raise PlaceUnknown(half=half, given=key[:80])
    _refuse_listed(row.place)
    entry = _entry_of(row.place, half, today)
    refuse_personal(vars(entry))
    shape, _ = checked_boundary(row.place.geometry, None, entry)
    made = Made.now(actor.name, _reason(row, half))
    try:
        with database.write() as connection:
            if register.find_entry(connection, entry.target_id) is not None:  # two villages may share a name
                entry = replace(entry, target_id=made_number(half.year, entry.level, f"{entry.name} {key}"))
            register.insert_entries(connection, [entry], made)
            register.insert_steps(connection, [(entry.target_id, Step(None, SCREENED, today, entry.lead_unit))], made)
            part = Boundary(entry.target_id, free_part_id(connection, entry), 1, shape, None, made)
            boundaries.insert_parts(connection, [replace(part, illustrative=row.place.illustrative)])
            state.bump(connection, state.TARGETS_VERSION)
            detail = {"stage": SCREENED, "half": str(half), "place": key, "incidents": row.n, "part": part.part_id}
            audit.append(connection, actor, "screen", f"target {entry.target_id}", detail)
    except IntegrityError:
        raise EntryExists(given=entry.target_id) from None
    return entry


def _refuse_listed(place: Place) -> None:
    """Refuse a place whose life in the register goes on; only a step moves that."""
    standing = place.standing
    if standing is not None and (not standing.is_over or place.geometry is None):
        stage = Terms(STAGE_WORDS[standing.stage])
        raise PlaceListed(name=standing.name, given=standing.target_id, stage=stage)


def _entry_of(place: Place, half: HalfYear, today: date) -> Entry:
    """The entry that a place becomes."""
    level = place.level if place.level in LEVELS else LEVELS[-1]
    fields = tidied({"name": place.name, "name_en": place.name_en, "lead_unit": place.lead_unit})
    return Entry(
        target_id=made_number(half.year, level, place.name),
        kind=place.kind,
        level=level,
        year=half.year,
        stage=SCREENED,
        stage_since=today,
        **fields,
    )


def _reason(row: Row, half: HalfYear) -> str:
    """What the history says of it."""
    half_zh, half_en = HALVES[half.half]
    return REASON.format(year=half.year, half_zh=half_zh, half_en=half_en, n=row.n)
