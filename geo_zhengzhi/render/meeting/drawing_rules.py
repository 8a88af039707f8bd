"""How the drawing library draws, whatever a machine's own settings of it say: the same bytes everywhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import RLock
from typing import ParamSpec, TypeVar

import matplotlib

Given = ParamSpec("Given")
Made = TypeVar("Made")
RULES = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
RULES["text.hinting"] = "none"  # letters as wide as measured, however few pixels they have
_ONE_AT_A_TIME = RLock()  # the library's settings are the whole process's


@contextmanager
def default_rules() -> Iterator[None]:
    """The library's own rules in place of a user's `matplotlibrc`, which is back afterwards."""
    with _ONE_AT_A_TIME, matplotlib.rc_context(RULES):
        yield


def by_default_rules(draw: Callable[Given, Made]) -> Callable[Given, Made]:
    """A function that draws by the library's own rules."""

    @wraps(draw)
    def drawn(*given: Given.args, **named: Given.kwargs) -> Made:
        with default_rules():
            return draw(*given, **named)

    return drawn
