"""
Two planners at once lose nothing, and one that is killed leaves nothing half done, on both engines.

GEO_ZHENGZHI_TEST_EDITS and GEO_ZHENGZHI_TEST_KILLS make it more than the few that a run of all tests has time for.
"""

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from geo_zhengzhi.services.register_views import entries, history
from geo_zhengzhi.store.database import Database
from tests.register_writers import PROCESSES, TARGETS, Kept, check_whole, edit, is_sound, seed

N_EDITS = int(os.environ.get("GEO_ZHENGZHI_TEST_EDITS", "60"))
N_KILLS = int(os.environ.get("GEO_ZHENGZHI_TEST_KILLS", "10"))
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


def test_two_planners_who_save_at_once_lose_no_edit(store: Database, store_url: str) -> None:
    seed(store)
    began = time.monotonic()
    planners = [Planner(store_url, name, N_EDITS) for name in ("甲", "乙")]
    listeners = [threading.Thread(target=planner.listen_to_the_end) for planner in planners]
    with watched(store) as wrong:
        for listener in listeners:
            listener.start()
        for listener in listeners:
            listener.join()
    kept = [one for planner in planners for one in planner.kept]
    assert wrong == []
    assert len(kept) == 2 * N_EDITS
    with store.read() as connection:
        found = check_whole(connection, kept)
    assert found.total() == 2 * N_EDITS
    assert is_sound(store)
    told = sum(one.conflicts for one in kept)
    print(f"{2 * N_EDITS} edits in {time.monotonic() - began:.1f} s, {told} conflicts told, {dict(found)}")


def test_a_killed_planner_leaves_nothing_half_done(store: Database, store_url: str) -> None:
    seed(store)
    chance, kept = random.Random(7), list[Kept]()
    with watched(store) as wrong:
        for number in range(N_KILLS):
            planner = Planner(store_url, f"第{number}人", 1_000_000)
            assert planner.listen()
            time.sleep(chance.uniform(0.0, 0.3))
            planner.process.kill()
            planner.listen_to_the_end()
            kept += planner.kept
            with store.read() as connection:
                found = check_whole(connection, kept)
            assert found.total() - len(kept) <= number + 1  # at most one edit a kill was kept and not told any more
    assert wrong == []
    assert is_sound(store)
    assert {one.number for one in kept} <= set(TARGETS)
    print(f"{N_KILLS} kills, {len(kept)} edits acknowledged, {found.total() - len(kept)} kept without being told")
