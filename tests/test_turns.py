"""New answers are made in turn, the short ones before and beside the long ones; nobody waits for ever."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from geo_zhengzhi.services.console.turns import SHORT_ROWS, Lane, Turns

WAIT_S = 30.0


class Clock:
    """Seconds that go on when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def in_turn(lane: Lane, clock: Clock, asked: list[tuple[str, float, float]]) -> list[str]:
    """The names in the order of their turns, each asked at a time for so long, behind one that is held meanwhile."""
    done: list[str] = []

    def work(name: str, seconds: float) -> None:
        with lane.turn(seconds):
            done.append(name)

    with ThreadPoolExecutor(len(asked)) as pool, lane.turn(1.0):
        for number, (name, at_s, seconds) in enumerate(asked, start=1):
            clock.now = at_s
            pool.submit(work, name, seconds)
            until(lambda number=number: lane.n_waiting == number)
    return done


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ([("year", 0, 5.0), ("month", 0, 0.5), ("week", 0, 0.1)], ["week", "month", "year"]),
        ([("first", 0, 0.5), ("second", 0, 0.5), ("third", 0, 0.5)], ["first", "second", "third"]),
        ([("year", 0, 5.0), ("late month", 5.0, 0.5)], ["year", "late month"]),
        ([("year", 0, 5.0), ("month", 4.0, 0.5)], ["month", "year"]),
    ],
    ids=["the shortest first", "equals as they came", "who has waited long enough first", "not yet long enough"],
)
def test_the_next_turn_is_of_whoever_is_soonest_done(asked: list[tuple[str, float, float]], order: list[str]) -> None:
    clock = Clock()
    assert in_turn(Lane(clock), clock, asked) == order


def test_work_that_fails_gives_its_turn_back() -> None:
    lane = Lane()
    with pytest.raises(MemoryError), lane.turn(1.0):
        raise MemoryError
    with lane.turn(1.0):
        assert lane.n_waiting == 0


def test_a_short_answer_does_not_wait_for_a_long_one() -> None:
    turns = Turns()
    with turns.turn(SHORT_ROWS + 1), turns.turn(SHORT_ROWS):
        held: list[AbstractContextManager[None]] = [turns.turn(SHORT_ROWS + 1), turns.turn(SHORT_ROWS)]
    for again in held:  # both were given back
        with again:
            pass
