"""A frame of targets as seeds of a register: what an entry says comes from the rows of its parts."""

from collections.abc import Sequence
from datetime import date
from itertools import chain, repeat, takewhile

import geopandas as gpd
import numpy as np

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    GEOMETRY,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_ID,
)
from geo_zhengzhi.services.register.seeding import Seed
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.register import Made


def seeds_of(
    targets: gpd.GeoDataFrame,
    *,
    year: int,
    stage: str,
    since: date,
    deadlines: Sequence[date | None] = (),
    notes: str = "",
) -> list[Seed]:
    """
    One seed a target of a frame.

    Parameters
    ----------
    targets : GeoDataFrame of TARGET_COLUMNS, EPSG:4326
        As `io.targets.read_targets` gives them.
    year, stage, since
        Of every entry.
    deadlines : sequence of date or None
        One a target, in the frame's order; those beyond its end have none.
    notes : str
        Of every entry with a deadline.
    """
    made = Made.now(SYSTEM.name)
    seeds = []
    groups = targets.groupby(TARGET_ID, sort=False)
    for (target_id, rows), deadline in zip(groups, chain(deadlines, repeat(None)), strict=False):
        first = rows.iloc[0]
        entry = Entry(
            target_id=str(target_id),
            name=_common(list(rows[NAME])),
            name_en=_common(list(rows[NAME_EN])),
            kind=first[KIND],
            level=first[LEVEL] or "township",
            year=year,
            lead_unit=first[LEAD_UNIT],
            deadline=deadline,
            notes="" if deadline is None else notes,
            stage=stage,
            stage_since=since,
        )
        parts = tuple(_part(row, entry, made) for row in rows.to_dict("records"))
        seeds.append(Seed(entry, parts=parts))
    return seeds


def _common(names: list[str]) -> str:
    """What the names of all parts begin with, up to a bracket: 铁路沿线 of 铁路沿线（大秦铁路）."""
    if len(set(names)) == 1:
        return names[0]
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same).rstrip(" （(-·") or names[0]


def _part(row: dict[str, object], entry: Entry, made: Made) -> Boundary:
    width = float(str(row[CORRIDOR_HALF_WIDTH_M]))
    return Boundary(
        target_id=entry.target_id,
        part_id=str(row[PART_ID]),
        version=1,
        geometry=row[GEOMETRY],
        corridor_half_width_m=None if np.isnan(width) else width,
        made=made,
        name=str(row[NAME]) if row[NAME] != entry.name else "",
        name_en=str(row[NAME_EN]) if row[NAME_EN] != entry.name_en else "",
        illustrative=bool(row[ILLUSTRATIVE]),
    )
