"""
A new store's register filled by the program itself: for demonstrations and trials.

It is the only way in which a target comes to a stage without a person, and only an empty register takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from geo_zhengzhi.errors import RegisterNotEmpty
from geo_zhengzhi.life import check_step, check_step_date
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.boundary_checks import checked_boundary
from geo_zhengzhi.services.register.rules import today_or
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Filter, Made, Step


@dataclass(frozen=True)
class Seed:
    """An entry as it is to stand, the steps that led there (without any: its stage is its first step), its parts."""

    entry: Entry
    steps: tuple[Step, ...] = ()
    parts: tuple[Boundary, ...] = ()


def seed_register(database: Database, seeds: Sequence[Seed], *, reason: str, today: date | None = None) -> None:
    """
    Fill an empty register in one transaction.

    Parameters
    ----------
    database : Database
    seeds : sequence of Seed
        Steps follow from each other, and the last one leads to the entry's stage on its `stage_since`. Entries and
        parts are taken as version 1.
    reason : str
        What is told in the history: "demonstration".
    today : date, optional

    Raises
    ------
    RegisterNotEmpty
    StepNotAllowed, StepDateRefused
        If a life is not possible.
    GeoZhengzhiError
        As `boundary_checks.checked_boundary`.
    ValueError
        If the last step does not lead to the entry's stage.
    """
    with database.write() as connection:
        counts = plant(connection, seeds, reason=reason, today=today)
        state.bump(connection, state.TARGETS_VERSION)
        audit.append(connection, SYSTEM, "seed", "register", counts | {"reason": reason})


def plant(connection: Connection, seeds: Sequence[Seed], *, reason: str, today: date | None = None) -> dict[str, int]:
    """
    The same within a transaction of the caller's, who counts the version up and tells the log.

    Returns
    -------
    {"entries": int, "parts": int}
    """
    made, day = Made.now(SYSTEM.name, reason), today_or(today)
    lives = [(seed.entry.target_id, step) for seed in seeds for step in _life(seed, day)]
    parts = [_checked(part, seed.entry, made) for seed in seeds for part in seed.parts]
    count = register.count_entries(connection, Filter())
    if count:
        raise RegisterNotEmpty(count=count)
    register.insert_entries(connection, [replace(seed.entry, version=1) for seed in seeds], made)
    register.insert_steps(connection, lives, made)
    boundaries.insert_parts(connection, parts)
    return {"entries": len(seeds), "parts": len(parts)}


def _life(seed: Seed, today: date) -> tuple[Step, ...]:
    """The steps of a seed, once they follow from each other."""
    entry = seed.entry
    life = seed.steps or (Step(None, entry.stage, entry.stage_since, entry.lead_unit),)
    last = date.min
    for before, step in zip((None, *life), life, strict=False):
        if before is not None:
            check_step(before.to_stage, step.to_stage)
        check_step_date(step.step_date, last, today)
        last = step.step_date
    if (life[-1].to_stage, last) != (entry.stage, entry.stage_since):
        raise ValueError(f"the steps of {entry.target_id} lead to {life[-1].to_stage}, not to {entry.stage}")
    return life


def _checked(part: Boundary, entry: Entry, made: Made) -> Boundary:
    flat, half_width_m = checked_boundary(part.geometry, part.corridor_half_width_m, entry)
    return replace(part, geometry=flat, corridor_half_width_m=half_width_m, version=1, made=made)
