"""Presets of meeting files: rows that are only ever appended to, of each name the last one counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from geo_zhengzhi.store.tables import preset_versions


@dataclass(frozen=True)
class PresetVersion:
    """
    One state of a preset.

    Parameters
    ----------
    name : str
    version : int
        From 1, without gaps.
    contents : dict
        What is asked of the file; {} of a preset that was taken away.
    made_at, made_by
    """

    name: str
    version: int
    contents: Mapping[str, Any]
    made_at: datetime
    made_by: str


COLUMNS = [column for column in preset_versions.c if column.name != "preset_version_id"]


def newest(connection: Connection) -> list[PresetVersion]:
    """The last version of every preset, by name, those taken away among them."""
    last = select(func.max(preset_versions.c.preset_version_id)).group_by(preset_versions.c.name)
    asked = select(*COLUMNS).where(preset_versions.c.preset_version_id.in_(last))
    return sorted((PresetVersion(**row._mapping) for row in connection.execute(asked)), key=lambda one: one.name)


def versions_of(connection: Connection, name: str) -> list[PresetVersion]:
    """Every version of a preset, the first first; none where there never was one."""
    asked = select(*COLUMNS).where(preset_versions.c.name == name).order_by(preset_versions.c.version)
    return [PresetVersion(**row._mapping) for row in connection.execute(asked)]


def add(connection: Connection, new: PresetVersion) -> None:
    """Append a version; one that somebody else was first with is an IntegrityError."""
    connection.execute(insert(preset_versions).values(**vars(new)))
