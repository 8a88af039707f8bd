"""Use case: boundaries for a register out of a geometry file, matched by number or name."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.categories import plain
from geo_zhengzhi.errors import EntryUnknown, GeoZhengzhiError, RegisterChanged
from geo_zhengzhi.io.report import Note
from geo_zhengzhi.io.target_report import LEFT_OUT, Remark, TargetReport
from geo_zhengzhi.io.targets import read_targets
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, Actor
from geo_zhengzhi.register import Entry, check_number, check_text
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, ILLUSTRATIVE, NAME, NAME_EN, PART_ID, TARGET_ID
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, require
from geo_zhengzhi.services.register.boundaries import same_place
from geo_zhengzhi.services.register.boundary_checks import checked_boundary
from geo_zhengzhi.services.register.report import ADDED, CHANGED, REFUSED, UNCHANGED, Outcome, RegisterReport
from geo_zhengzhi.services.register.rows import RowRefused
from geo_zhengzhi.services.register.rules import shown_file_name
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made

SEVERAL_OF_NAME = (
    "The register has several entries of that name: {given}; put the number into the file, or say the year."
)
OTHER_TARGET = "The part {part} belongs to {target} already; give it another part number."
TWICE = "The part {part} occurs twice in the file."
BORROWED = "{n} trades have no boundary of their own in the file; what they work in stands in the register."
UNMATCHED_KIND = "district"  # lets a feature that the register does not know pass until it is told so


@dataclass
class Attached:
    """What a file would do to the boundaries."""

    outcomes: list[Outcome]
    new: list[Boundary]
    changed: list[Boundary]
    n_borrowed: int = 0


def attach_boundaries(
    database: Database,
    path: str | Path,
    datum: str | None,
    *,
    actor: Actor,
    year: int | None = None,
    corridor_half_width_m: float = DEFAULT_CORRIDOR_HALF_WIDTH_M,
    stations: gpd.GeoDataFrame | None = None,
    dry_run: bool = False,
) -> RegisterReport:
    """
    Give targets of the register the boundaries of a file, in one transaction; parts that are there get a new version.

    A feature belongs to the entry of its number, else to the one of its name. Ways of a railway in pieces are joined
    to centre lines. Parts that the file does not hold stay.

    Parameters
    ----------
    database : Database
    path : str or Path
        GeoJSON, GeoPackage, zipped Shapefile or KML.
    datum : str or None
        Of the file: "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n".
    actor : Actor
        A planner, or the program itself.
    year : int, optional
        Only entries of this year are matched by name.
    corridor_half_width_m : float
        For lines that say none, metres.
    stations : GeoDataFrame of points, EPSG:4326, optional
        Where a corridor's chainage may begin.
    dry_run : bool

    Returns
    -------
    RegisterReport
        One outcome a part, and one a feature that could not be read.

    Raises
    ------
    NotAllowed
    RegisterChanged
        If somebody added the same part meanwhile.
    GeoZhengzhiError
        As `io.targets.read_targets`.
    """
    require(actor, EDIT_REGISTER)
    with database.read() as connection:
        known_kinds = _kinds(register.all_entries(connection).values(), year)
    parts, read = read_targets(
        path,
        kind=UNMATCHED_KIND,
        datum=datum,
        corridor_half_width_m=corridor_half_width_m,
        stations=stations,
        known_kinds=known_kinds,
        option="--datum",
    )
    made = Made.now(actor.name, shown_file_name(Path(path).name))
    try:
        with database.read() if dry_run else database.write() as connection:
            attached = _plan(connection, parts, year, made, lock=not dry_run)
            report = _report(read, attached, dry_run)
            if not dry_run:
                _keep(connection, attached, report, actor, made)
    except IntegrityError:
        raise RegisterChanged(name=read.file_name) from None
    return report


def _kinds(entries: Any, year: int | None) -> dict[str, str]:
    """What the register says of kinds, by number and by name."""
    named = {entry.name: entry.kind for entry in entries if year in (None, entry.year)}
    return named | {entry.target_id: entry.kind for entry in entries}


def _plan(connection: Connection, parts: gpd.GeoDataFrame, year: int | None, made: Made, *, lock: bool) -> Attached:
    """Decide part by part."""
    entries = register.all_entries(connection, lock=lock)
    stored, last = boundaries.all_parts(connection), boundaries.last_versions(connection)
    borrowed = _borrowed(parts)
    attached, seen = Attached([], [], []), set[str]()
    for number, row in enumerate(parts.to_dict("records"), start=1):
        try:
            entry = _entry_of(row, entries, year)
            if entry.kind == "trade" and number - 1 in borrowed:
                attached.n_borrowed += 1
                attached.outcomes.append(Outcome(number, entry.target_id, row[NAME], UNCHANGED))
                continue
            given = _boundary(row, entry, made)
            if given.part_id in seen:
                raise RowRefused(Remark(TWICE, {"part": given.part_id}))
            seen.add(given.part_id)
            what = _decide(attached, given, stored.get(given.part_id), last.get(given.part_id, 0))
            attached.outcomes.append(Outcome(number, entry.target_id, row[NAME], what))
        except RowRefused as refusal:
            attached.outcomes.append(Outcome(number, "", row[NAME], REFUSED, refusal.reason))
        except GeoZhengzhiError as error:
            attached.outcomes.append(Outcome(number, "", row[NAME], REFUSED, error))
    return attached


def _borrowed(parts: gpd.GeoDataFrame) -> set[int]:
    """Positions of parts whose geometry is that of another target too: trades take that of where they work."""
    shapes: dict[bytes, set[str]] = {}
    wkb = shapely.to_wkb(np.asarray(parts.geometry.array, object))
    for shape, target_id in zip(wkb, parts[TARGET_ID], strict=True):
        shapes.setdefault(shape, set()).add(target_id)
    return {position for position, shape in enumerate(wkb) if len(shapes[shape]) > 1}


def _entry_of(row: Mapping[str, Any], entries: Mapping[str, Entry], year: int | None) -> Entry:
    """The entry that a part belongs to: of its number, else the only one of its name."""
    if row[TARGET_ID] in entries:
        return entries[row[TARGET_ID]]
    word = plain(row[NAME])
    named = [e for e in entries.values() if plain(e.name) == word and year in (None, e.year)]
    if not named:
        raise EntryUnknown(given=row[NAME])
    if len(named) > 1:
        raise RowRefused(Remark(SEVERAL_OF_NAME, {"given": ", ".join(entry.target_id for entry in named)}))
    return named[0]


def _boundary(row: Mapping[str, Any], entry: Entry, made: Made) -> Boundary:
    """The part as it would be saved; an id that was made of the file's own number is made of the register's."""
    part_id = str(row[PART_ID])
    if part_id.startswith(row[TARGET_ID]):
        part_id = entry.target_id + part_id.removeprefix(row[TARGET_ID])
    check_number("part_id", part_id)
    for text in (row[NAME], row[NAME_EN]):
        check_text("name", text)
    width = row[CORRIDOR_HALF_WIDTH_M]
    flat, half_width_m = checked_boundary(row[GEOMETRY], None if np.isnan(width) else width, entry)
    names = {"name": row[NAME], "name_en": row[NAME_EN]} if row[NAME] != entry.name else {}
    illustrative = bool(row[ILLUSTRATIVE])
    return Boundary(entry.target_id, part_id, 1, flat, half_width_m, made, illustrative=illustrative, **names)


def _decide(attached: Attached, given: Boundary, stored: Boundary | None, last_version: int) -> str:
    """Add the part, save it as a new version, or leave it."""
    if stored is None:
        attached.new.append(replace(given, version=last_version + 1))
        return ADDED
    if stored.target_id != given.target_id:
        raise RowRefused(Remark(OTHER_TARGET, {"part": given.part_id, "target": stored.target_id}))
    if same_place(stored, given):
        return UNCHANGED
    attached.changed.append(replace(given, version=stored.version + 1))
    return CHANGED


def _report(read: TargetReport, attached: Attached, dry_run: bool) -> RegisterReport:
    """Parts by what became of them, then the features that could not be read."""
    unread = [Outcome(reject.feature, "", reject.name, REFUSED, reject.reason) for reject in read.refused]
    notes = [Note(remark.msgid, remark.values) for remark in read.remarks]
    if read.dropped_columns:
        notes.append(Note(LEFT_OUT, {"headers": ", ".join(read.dropped_columns)}))
    if attached.n_borrowed:
        notes.append(Note(BORROWED, {"n": attached.n_borrowed}))
    return RegisterReport(
        file_name=read.file_name,
        sha256=read.sha256,
        dry_run=dry_run,
        outcomes=(*attached.outcomes, *unread),
        mapping=read.mapping,
        notes=tuple(notes),
    )


def _keep(connection: Connection, attached: Attached, report: RegisterReport, actor: Actor, made: Made) -> None:
    boundaries.insert_parts(connection, sorted(attached.new, key=lambda part: part.part_id))
    for part in attached.changed:
        boundaries.replace_part(connection, part)
    if attached.new or attached.changed:
        state.bump(connection, state.TARGETS_VERSION)
    detail = {"sha256": report.sha256, **report.counts}
    audit.append(connection, actor, "boundaries", f"register {made.reason}", detail)
