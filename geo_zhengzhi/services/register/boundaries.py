"""Use cases on boundaries: drawn, changed, put back; every state of them is kept by the store's triggers."""

from dataclasses import dataclass, replace

import shapely
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import BoundaryVersionUnknown, PartUnknown, RegisterChanged
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR, checked_boundary
from geo_zhengzhi.services.register.rules import checked_words, conflict, is_storable, known_entry
from geo_zhengzhi.store import audit, boundaries, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made

RESTORED = "恢复第 {version} 版 (version {version} restored): {reason}"


def put_boundary(
    database: Database,
    target_id: str,
    part_id: str | None,
    geometry: shapely.Geometry,
    corridor_half_width_m: float | None,
    *,
    version: int | None,
    actor: Actor,
    reason: str,
) -> Boundary:
    """
    Save a boundary as a new version of a part, or as a new part.

    Parameters
    ----------
    database : Database
    target_id : str
    part_id : str or None
        None adds a part.
    geometry : Polygon, MultiPolygon, or LineString for a railway corridor; EPSG:4326
    corridor_half_width_m : float or None
        Of a line, metres, > 0; None for areas.
    version : int or None
        The version of the part that the writer saw; not looked at for a new part.
    actor : Actor
    reason : str
        Why; not empty.

    Returns
    -------
    Boundary
        As it now stands; the stored one where nothing differs.

    Raises
    ------
    VersionConflict
        If somebody saved since; it carries the stored boundary, and the given one.
    PartUnknown
        If the target has no such part.
    NotAllowed, EntryUnknown, TextMissing, TextTooLong, TextUnprintable, PersonalText
    BoundaryKindRefused, BoundaryEmpty, BoundaryNotDegrees, BoundaryInvalid, BoundaryTooFine, BoundaryFolds
    InvalidParameter
        For the half-width.
    """
    require(actor, EDIT_REGISTER)
    given = Given(part_id, geometry, corridor_half_width_m, version)
    try:
        with database.write() as connection:
            return put_in(connection, target_id, given, actor=actor, reason=reason)
    except IntegrityError:
        raise RegisterChanged(name=target_id) from None


@dataclass(frozen=True)
class Given:
    """A boundary as somebody gives it: which part (None: a new one), its shape, the version that was seen."""

    part_id: str | None
    geometry: shapely.Geometry
    half_width_m: float | None
    version: int | None


def put_in(connection: Connection, target_id: str, given: Given, *, actor: Actor, reason: str) -> Boundary:
    """Save a boundary inside a transaction of the caller's; see `put_boundary`."""
    words = checked_words({"reason": reason}, needed=("reason",))
    made = Made.now(actor.name, words["reason"])
    entry, _ = known_entry(connection, target_id, lock=True)  # one writer of a target's parts at a time
    flat, half_width_m = checked_boundary(given.geometry, given.half_width_m, entry)
    if given.part_id is None:
        return _add(connection, entry, flat, half_width_m, made, actor)
    stored = _known_part(connection, target_id, given.part_id)
    new = replace(stored, geometry=flat, corridor_half_width_m=half_width_m, made=made)
    if stored.version != given.version:
        theirs = replace(new, version=given.version or 0)
        raise conflict(given.part_id, stored, stored.version, stored.made, theirs, given.version)
    return stored if same_place(stored, new) else _save(connection, new, actor)


def restore_boundary(
    database: Database,
    target_id: str,
    part_id: str,
    version_to_restore: int,
    *,
    version: int,
    actor: Actor,
    reason: str,
) -> Boundary:
    """
    Put an earlier state of a boundary back, as a new version; a part that was deleted comes back too.

    Parameters
    ----------
    database : Database
    target_id, part_id : str
    version_to_restore : int
    version : int
        The last version of the part that the writer saw.
    actor : Actor
    reason : str
        Why; not empty.

    Raises
    ------
    EntryUnknown, PartUnknown
        If there is no such target, or the version was of another one's.
    BoundaryVersionUnknown
        If the part never had that version, or had no boundary in it.
    VersionConflict, NotAllowed, TextMissing, TextTooLong, TextUnprintable, PersonalText
    BoundaryKindRefused, BoundaryEmpty, BoundaryNotDegrees, BoundaryInvalid, BoundaryFolds
        If what the part once was could no longer be saved.
    """
    require(actor, EDIT_REGISTER)
    words = checked_words({"reason": reason}, needed=("reason",))
    with database.write() as connection:
        entry, _ = known_entry(connection, target_id, lock=True)
        wanted = _version(connection, part_id, version_to_restore)
        if wanted.target_id != target_id:
            raise _unknown(connection, target_id, part_id)
        flat, half_width_m = checked_boundary(wanted.geometry, wanted.corridor_half_width_m, entry)
        stored = boundaries.find_part(connection, part_id, lock=True)
        last = boundaries.versions_of_part(connection, part_id)[-1] if stored is None else stored
        made = Made.now(actor.name, RESTORED.format(version=version_to_restore, reason=words["reason"]))
        given = replace(last, geometry=flat, corridor_half_width_m=half_width_m, made=made)
        if last.version != version:
            raise conflict(part_id, last, last.version, last.made, replace(given, version=version), version)
        if stored is None:
            return _insert(connection, replace(given, version=version + 1), actor)
        return stored if same_place(stored, given) else _save(connection, given, actor)


def same_place(one: Boundary, other: Boundary) -> bool:
    """Whether two boundaries are the same to the last digit."""
    return one.corridor_half_width_m == other.corridor_half_width_m and bool(
        shapely.equals_exact(one.geometry, other.geometry, tolerance=0.0)
    )


def free_part_id(connection: Connection, entry: Entry) -> str:
    """The id of a new part: the target's own for the first area, otherwise numbered; never one that was used before."""
    used = boundaries.ids_like(connection, entry.target_id)
    if entry.kind != CORRIDOR and entry.target_id not in used:
        return entry.target_id
    number = 1
    while f"{entry.target_id}-{number}" in used:
        number += 1
    return f"{entry.target_id}-{number}"


def _add(
    connection: Connection,
    entry: Entry,
    geometry: shapely.Geometry,
    half_width_m: float | None,
    made: Made,
    actor: Actor,
) -> Boundary:
    part_id = free_part_id(connection, entry)
    return _insert(connection, Boundary(entry.target_id, part_id, 1, geometry, half_width_m, made), actor)


def _insert(connection: Connection, part: Boundary, actor: Actor) -> Boundary:
    boundaries.insert_parts(connection, [part])
    _record(connection, part, actor)
    return part


def _save(connection: Connection, given: Boundary, actor: Actor) -> Boundary:
    part = replace(given, version=given.version + 1)
    boundaries.replace_part(connection, part)
    _record(connection, part, actor)
    return part


def _record(connection: Connection, part: Boundary, actor: Actor) -> None:
    state.bump(connection, state.TARGETS_VERSION)
    detail = {"target": part.target_id, "version": part.version, "reason": part.made.reason}
    audit.append(connection, actor, "boundary", f"part {part.part_id}", detail)


def _known_part(connection: Connection, target_id: str, part_id: str) -> Boundary:
    """A part of this target, locked."""
    found = boundaries.find_part(connection, part_id, lock=True) if is_storable(part_id) else None
    if found is None or found.target_id != target_id:
        raise _unknown(connection, target_id, part_id if found is not None else "…")
    return found


def _unknown(connection: Connection, target_id: str, part_id: str) -> PartUnknown:
    """The refusal of a part that is not this target's."""
    known = ", ".join(part.part_id for part in boundaries.parts_of(connection, target_id))
    return PartUnknown(given=part_id, target=target_id, allowed=known or "–")


def _version(connection: Connection, part_id: str, version: int) -> Boundary:
    """A state in which the part had a boundary."""
    known = boundaries.versions_of_part(connection, part_id) if is_storable(part_id) else []
    with_place = {was.version: was for was in known if was.geometry is not None}
    if version not in with_place:
        raise BoundaryVersionUnknown(
            part=part_id if known else "…", given=version, allowed=", ".join(map(str, with_place)) or "–"
        )
    return with_place[version]
