"""Planners who save at once, and planners who are killed, while somebody reads: nothing is lost or half done."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from geo_zhengzhi.services.register.views import entries, history
from geo_zhengzhi.store.database import Database
from tests.register_writers import PROCESSES, TARGETS, Kept, check_whole, edit, is_sound, seed

WAIT_S = 120


class Planner:
    """A process that edits, and what it has told."""

    def __init__(self, url: str, name: str, n_edits: int) -> None:
        self.kept: list[Kept] = []
        self.pipe, theirs = PROCESSES.Pipe(duplex=False)
        self.process = PROCESSES.Process(target=edit, args=(url, name, n_edits, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def listen(self) -> bool:
        """Take in one message; whether there was one before the process ended."""
        assert self.pipe.poll(WAIT_S), "the planner says nothing any more"
        try:
            told = self.pipe.recv()
        except (EOFError, OSError):  # it was killed, perhaps in the middle of a word
            return False
        assert not isinstance(told, str), told
        if told is not None:
            self.kept.append(told)
        return told is not None

    def listen_to_the_end(self) -> None:
        while self.listen():
            pass
        self.process.join(WAIT_S)


@contextmanager
def watched(store: Database) -> Iterator[list[str]]:
    """Somebody who reads all the time; what he sees is whole at every moment, and what he found wrong is listed."""
    wrong: list[str] = []
    over = threading.Event()

    def look() -> None:
        while not over.is_set() and not wrong:
            for row in entries(store).rows:
                past = history(store, row.entry.target_id)
                if past.versions[-1].entry.stage != past.steps[-1].to_stage or len(past.boundaries) < 1:
                    wrong.append(str(past))

    def look_and_tell() -> None:
        try:
            look()
        except Exception as error:
            wrong.append(repr(error))

    reader = threading.Thread(target=look_and_tell)
    reader.start()
    try:
        yield wrong
    finally:
        over.set()
        reader.join(WAIT_S)


class Raced(NamedTuple):
    """Edits that two planners saved at once, how often one was told that the other was first, and how long it took."""

    n_edits: int
    n_conflicts: int
    seconds: float


class Killed(NamedTuple):
    """Planners killed, edits that they had been told were kept, and edits kept beyond those."""

    n_kills: int
    n_told: int
    n_untold: int


def race(store: Database, url: str, n_edits: int) -> Raced:
    """Let two planners save so many edits each, and prove that every one of them is there."""
    seed(store)
    began = time.monotonic()
    planners = [Planner(url, name, n_edits) for name in ("甲", "乙")]
    listeners = [threading.Thread(target=planner.listen_to_the_end) for planner in planners]
    with watched(store) as wrong:
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join()
    seconds = time.monotonic() - began
    kept = [one for planner in planners for one in planner.kept]
    assert wrong == []
    assert len(kept) == 2 * n_edits
    with store.read() as connection:
        found = check_whole(connection, kept)
    assert found.total() == 2 * n_edits
    assert is_sound(store)
    return Raced(found.total(), sum(one.conflicts for one in kept), seconds)


def kill_planners(store: Database, url: str, n_kills: int) -> Killed:
    """Kill so many planners, one after the other, and prove after each that nothing is half done or lost."""
    seed(store)
    chance, kept, n_found = random.Random(7), list[Kept](), 0
    with watched(store) as wrong:
        for number in range(n_kills):
            kept += _kill_a_planner(url, f"第{number}人", chance)
            with store.read() as connection:
                n_found = check_whole(connection, kept).total()
            assert n_found - len(kept) <= number + 1  # at most one edit a kill was kept and not told any more
    assert wrong == []
    assert is_sound(store)
    assert {one.number for one in kept} <= set(TARGETS)
    return Killed(n_kills, len(kept), n_found - len(kept))


def _kill_a_planner(url: str, name: str, chance: random.Random) -> list[Kept]:
    """Let a planner save and kill it at any moment; what it had been told was kept."""
    planner = Planner(url, name, 1_000_000)
    assert planner.listen()
    time.sleep(chance.uniform(0.0, 0.3))
    planner.process.kill()
    planner.listen_to_the_end()
    return planner.kept
