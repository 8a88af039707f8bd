"""A progress bar for set-up, which runs before any package is installed."""

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType

WIDTH = 30


class Progress:
    """
    One line on standard error that shows how far a step has come.

    Parameters
    ----------
    title : str
        What is being done, in a few words.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.started = time.monotonic()
        self.fraction = 0.0
        self.live = sys.stderr.isatty()

    def __enter__(self) -> "Progress":
        self._draw()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is None:
            self.to(1.0)
        if self.live:
            sys.stderr.write("\n")
        elif kind is None:
            sys.stderr.write(f"{self.title}: done in {time.monotonic() - self.started:.0f} s\n")

    def to(self, fraction: float) -> None:
        """Move the bar to a share of the whole, 0 to 1."""
        self.fraction = min(max(fraction, self.fraction), 1.0)
        self._draw()

    def wait_for(self, work: Callable[[], object], seconds: float) -> None:
        """Do work that does not report, moving the bar towards its end as `seconds` pass."""
        failures: list[BaseException] = []
        thread = threading.Thread(target=_catching, args=(work, failures))
        thread.start()
        while thread.is_alive():
            thread.join(0.2)
            spent = time.monotonic() - self.started
            self.to(0.95 * spent / (spent + seconds / 3))
        if failures:
            raise failures[0]

    def fail(self) -> None:
        """Say which step failed."""
        sys.stderr.write(f"\n{self.title} failed.\n")

    def _draw(self) -> None:
        if self.live:
            full = round(self.fraction * WIDTH)
            spent = time.monotonic() - self.started
            line = f"\r{self.title:<28} [{'#' * full}{'.' * (WIDTH - full)}] {self.fraction:4.0%} {spent:4.0f} s"
            sys.stderr.write(line)
            sys.stderr.flush()


def _catching(work: Callable[[], object], failures: list[BaseException]) -> None:
    try:
        work()
    except BaseException as error:
        failures.append(error)
