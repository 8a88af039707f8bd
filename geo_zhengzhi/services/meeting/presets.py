"""Use cases: keep a preset of meeting files, change it, take it away, bring an earlier version back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import GeoZhengzhiError, PresetUnknown, PresetVersionUnknown
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE, require
from geo_zhengzhi.services.meeting.preset_rules import Preset, preset_name
from geo_zhengzhi.services.register.rules import conflict, refuse_personal
from geo_zhengzhi.store import audit, presets
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.presets import PresetVersion
from geo_zhengzhi.store.register import Made


@dataclass(frozen=True)
class Kept:
    """
    One version of a preset.

    Parameters
    ----------
    name : str
    version : int
    preset : Preset or None
        None where it was taken away, or where this release cannot read it.
    made_at, made_by
    """

    name: str
    version: int
    preset: Preset | None
    made_at: datetime
    made_by: str


def list_presets(database: Database, *, actor: Actor) -> list[Kept]:
    """
    The last version of every preset by name, those taken away among them.

    Raises
    ------
    NotAllowed
        If the actor may see nothing.
    """
    require(actor, SEE)
    with database.read() as connection:
        return [_kept(one) for one in presets.newest(connection)]


def preset_history(database: Database, name: str, *, actor: Actor) -> list[Kept]:
    """
    Every version of a preset, the newest first.

    Raises
    ------
    NotAllowed, InvalidParameter
    PresetUnknown
        If there never was one of that name.
    """
    require(actor, SEE)
    with database.read() as connection:
        found = presets.versions_of(connection, preset_name(name))
        if not found:
            raise _unknown(connection, name)
    return [_kept(one) for one in reversed(found)]


def find_preset(database: Database, name: str, *, actor: Actor) -> Preset:
    """
    A preset as it stands.

    Raises
    ------
    NotAllowed, InvalidParameter
    PresetUnknown
        If there is none, or it was taken away.
    """
    require(actor, SEE)
    with database.read() as connection:
        found = presets.versions_of(connection, preset_name(name))
        if not found or not found[-1].contents:
            raise _unknown(connection, name)
    return Preset.from_contents(found[-1].name, found[-1].contents)


def save_preset(database: Database, preset: Preset, *, version: int, actor: Actor) -> Kept:
    """
    Keep a preset; the same again is kept once.

    Parameters
    ----------
    database : Database
    preset : Preset
    version : int
        The version that the writer saw; 0 for a new name.
    actor : Actor
        A planner, or the program itself.

    Raises
    ------
    NotAllowed, PersonalText
    VersionConflict
        If the name has another version by now.
    """
    require(actor, EDIT_REGISTER)
    refuse_personal({"name": preset.name, "notes": preset.classification})
    return _append(database, preset.name, preset.contents(), version, actor)


def remove_preset(database: Database, name: str, *, version: int, actor: Actor) -> Kept:
    """
    Take a preset away; its versions stay, and can be brought back.

    Raises
    ------
    NotAllowed, InvalidParameter, PresetUnknown, VersionConflict
    """
    require(actor, EDIT_REGISTER)
    find_preset(database, name, actor=actor)
    return _append(database, preset_name(name), {}, version, actor)


def restore_preset(database: Database, name: str, to_version: int, *, version: int, actor: Actor) -> Kept:
    """
    Bring an earlier version back, as a new one.

    Parameters
    ----------
    database : Database
    name : str
    to_version : int
        Which one comes back.
    version : int
        The version that the writer saw.
    actor : Actor

    Raises
    ------
    NotAllowed, InvalidParameter, PresetUnknown, VersionConflict
    PresetVersionUnknown
        If there is no such version, or it was the taking away.
    """
    require(actor, EDIT_REGISTER)
    history = {one.version: one.preset for one in preset_history(database, name, actor=actor)}
    preset = history.get(to_version)
    if preset is None:
        allowed = ", ".join(str(number) for number, one in sorted(history.items()) if one is not None)
        raise PresetVersionUnknown(given=to_version, name=preset_name(name), allowed=allowed or "–")
    return _append(database, preset.name, preset.contents(), version, actor)


def _append(database: Database, name: str, contents: Mapping[str, Any], version: int, actor: Actor) -> Kept:
    """The next version, written down; the version that stands where nothing differs."""
    made = Made.now(actor.name)
    new = PresetVersion(name, version + 1, contents, made.at, made.by)
    try:
        with database.write() as connection:
            there = presets.versions_of(connection, name)
            if len(there) != version:
                raise _conflict(there, version, contents)
            if there and there[-1].contents == contents:
                return _kept(there[-1])
            presets.add(connection, new)
            detail = {"version": new.version, **contents}
            audit.append(connection, actor, "preset saved" if contents else "preset removed", f"preset {name}", detail)
    except IntegrityError:  # somebody saved at the same moment
        with database.read() as connection:
            raise _conflict(presets.versions_of(connection, name), version, contents) from None
    return _kept(new)


def _conflict(there: list[PresetVersion], version: int, contents: Mapping[str, Any]) -> Exception:
    """Somebody else was first, or nobody was."""
    if not there:
        return PresetUnknown(given="–", allowed="–")
    last = there[-1]
    made = Made(last.made_by, last.made_at)
    return conflict(last.name, _kept(last), last.version, made, dict(contents), version)


def _unknown(connection: Connection, name: str) -> PresetUnknown:
    there = [one.name for one in presets.newest(connection) if one.contents]
    return PresetUnknown(given=name[:60], allowed=", ".join(there) or "–")


def _kept(row: PresetVersion) -> Kept:
    """A row with its preset; a row that this release cannot read counts as taken away, and is not lost."""
    try:
        preset = Preset.from_contents(row.name, row.contents) if row.contents else None
    except (GeoZhengzhiError, KeyError, TypeError):
        preset = None
    return Kept(row.name, row.version, preset, row.made_at, row.made_by)
