"""
Who is next where new answers would only slow each other down: the one that is soonest done.

Answers that are made side by side in one process are all late. So each is made in its turn, short ones on a lane of
their own, which no long one blocks; kept answers need no turn.
"""

import heapq
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition

SHORT_ROWS = 100_000  # incidents of an answer that is there within a second: a quarter of a year of a large county
ROWS_A_SECOND = 60_000  # about, of a new answer


class Lane:
    """
    One turn at a time, given to who has waited and will work the shortest.

    What has waited as long as the other's work would take longer goes first, so that nobody waits for ever.

    Parameters
    ----------
    clock : function
        Seconds, never backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._changed = clock, Condition()
        self._waiting: list[tuple[float, int]] = []
        self._taken, self._n_asked = False, 0

    @property
    def n_waiting(self) -> int:
        """How many wait for a turn."""
        with self._changed:
            return len(self._waiting)

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Wait for a turn for work that takes about so long, and hold it."""
        self._take(seconds)
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def _take(self, seconds: float) -> None:
        """Wait until nobody holds the turn, and nobody who waits is sooner done."""
        with self._changed:
            self._n_asked += 1
            own = (self._clock() + seconds, self._n_asked)
            heapq.heappush(self._waiting, own)
            self._changed.wait_for(lambda: not self._taken and self._waiting[0] == own)
            heapq.heappop(self._waiting)
            self._taken = True


class Turns:
    """A lane for short answers and one for long ones."""

    def __init__(self) -> None:
        self._short, self._long = Lane(), Lane()

    def turn(self, n_rows: int) -> AbstractContextManager[None]:
        """
        Wait for a turn for an answer that is made of so many incidents, and hold it.

        Who holds it must ask for nothing that another one makes in a turn: both would wait for ever.
        """
        lane = self._short if n_rows <= SHORT_ROWS else self._long
        return lane.turn(n_rows / ROWS_A_SECOND)


TURNS = Turns()
