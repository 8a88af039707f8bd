"""Planners in processes of their own, who save edits as fast as they can and tell each one that was kept."""

import multiprocessing
import random
import traceback
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from typing import NamedTuple

import shapely
from sqlalchemy import Connection, text

from geo_zhengzhi.errors import VersionConflict
from geo_zhengzhi.life import allowed_steps
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import change_entry, take_step
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import Shown, entry
from geo_zhengzhi.store import audit, boundaries, register, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.register import Made

TODAY = date(2024, 12, 31)
TARGETS = ("2024-001", "2024-002")  # few, so that planners meet
PROCESSES = multiprocessing.get_context("forkserver")  # forked from a process that has no store open
PROCESSES.set_forkserver_preload([__name__])


class Kept(NamedTuple):
    """An edit that the store has acknowledged: entry or part, its version, the planner's word that stands there."""

    what: str
    number: str
    version: int
    word: str
    conflicts: int


def seed(store: Database) -> None:
    """Two accepted targets, each with a boundary."""
    seeds = []
    for target_id in TARGETS:
        part = Boundary(target_id, target_id, 1, shapely.box(117.4, 40.0, 117.5, 40.1), None, Made.now("system"))
        new = Entry(target_id, "武定苑", "residential_area", "city", 2024, "accepted", date(2024, 3, 1))
        seeds.append(Seed(new, parts=(part,)))
    seed_register(store, seeds, reason="test", today=TODAY)


def edit(url: str, name: str, n_edits: int, pipe: Pipe) -> None:
    """Save `n_edits` edits one after the other and send each as `Kept`; then None, or what went wrong."""
    try:
        store, chance = open_store(url), random.Random(name)
        for number in range(n_edits):
            pipe.send(_saved(store, Actor(name, "planner"), f"{name}-{number}", chance))
        store.close()
        pipe.send(None)
    except Exception:
        pipe.send(traceback.format_exc())


def _saved(store: Database, actor: Actor, word: str, chance: random.Random) -> Kept:
    """One edit, tried again on the stored version until it is kept."""
    target_id, save = chance.choice(TARGETS), chance.choice((_words, _words, _step, _boundary))
    conflicts = 0
    while True:
        try:
            return save(store, actor, entry(store, target_id), word, conflicts)
        except VersionConflict:
            conflicts += 1


def _words(store: Database, actor: Actor, seen: Shown, word: str, conflicts: int) -> Kept:
    number, version = seen.entry.target_id, seen.entry.version
    new = change_entry(store, number, {"notes": word}, version=version, actor=actor, reason=word)
    return Kept("entry", number, new.version, word, conflicts)


def _step(store: Database, actor: Actor, seen: Shown, word: str, conflicts: int) -> Kept:
    number, version, to_stage = seen.entry.target_id, seen.entry.version, allowed_steps(seen.entry.stage)[-1]
    new = take_step(store, number, to_stage, TODAY, word, "", version=version, actor=actor, today=TODAY)
    return Kept("step", number, new.version, word, conflicts)


def _boundary(store: Database, actor: Actor, seen: Shown, word: str, conflicts: int) -> Kept:
    (part,) = seen.parts
    east = 117.5 + (part.version % 1000) * 1e-5
    box = shapely.box(117.4, 40.0, east, 40.1)
    new = put_boundary(store, part.target_id, part.part_id, box, None, version=part.version, actor=actor, reason=word)
    return Kept("part", part.part_id, new.version, word, conflicts)


def check_whole(connection: Connection, kept: Iterable[Kept]) -> Counter[str]:
    """
    Prove that nothing is half done and that whatever was acknowledged is there.

    Returns
    -------
    Counter
        Edits that the store holds, by what was edited.
    """
    said = {(edit.what == "part", edit.number, edit.version): edit for edit in kept}
    found: Counter[str] = Counter()
    for target_id in TARGETS:
        found += _check_entry(connection, target_id, said)
        found += _check_part(connection, target_id, said)
    assert not said, f"acknowledged, but not there: {said}"
    assert audit.first_break(connection) is None
    actions = Counter(row.action for row in audit.records(connection))
    assert actions == Counter({"seed": 1, "edit": found["entry"], "step": found["step"], "boundary": found["part"]})
    assert state.get(connection, state.TARGETS_VERSION) == 1 + found.total()
    return found


def _check_entry(connection: Connection, target_id: str, said: dict[tuple[bool, str, int], Kept]) -> Counter[str]:
    """Versions follow each other up to the entry as it stands; stages follow its steps."""
    stored, _ = register.find_entry(connection, target_id) or (None, None)
    versions, steps = register.versions_of(connection, target_id), register.steps_of(connection, target_id)
    assert [was.entry.version for was in versions] == list(range(1, len(versions) + 1))
    assert versions[-1].entry == stored
    moved = [was for before, was in pairwise(versions) if before.entry.stage != was.entry.stage]
    assert [was.entry.stage for was in moved] == [step.to_stage for step in steps[1:]]
    units = iter(steps[1:])
    for was in versions[1:]:
        word = next(units).unit if was in moved else was.made.reason
        acknowledged = said.pop((False, target_id, was.entry.version), None)
        assert acknowledged is None or acknowledged.word == word
    return Counter(entry=len(versions) - 1 - len(moved), step=len(moved))


def _check_part(connection: Connection, part_id: str, said: dict[tuple[bool, str, int], Kept]) -> Counter[str]:
    """Versions follow each other up to the boundary as it stands."""
    stored, versions = boundaries.find_part(connection, part_id), boundaries.versions_of_part(connection, part_id)
    assert stored is not None
    assert [was.version for was in versions] == list(range(1, len(versions) + 1))
    assert (versions[-1].geometry, versions[-1].made) == (stored.geometry, stored.made)
    for was in versions:
        acknowledged = said.pop((True, part_id, was.version), None)
        assert acknowledged is None or acknowledged.word == was.made.reason
    return Counter(part=len(versions) - 1)


def is_sound(store: Database) -> bool:
    """Whether the engine itself finds nothing wrong with what it keeps."""
    if not store.is_sqlite:
        return True
    with store.read() as connection:
        return bool(connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok")
