"""What a bench module hands to the runner."""

from dataclasses import dataclass
from pathlib import Path

# Input files; written when missing, not kept in the repository.
DATA = Path(__file__).parent / ".data"


class Engine:
    """A function `module:name` with its arguments; called in a process of its own, it returns what is timed."""

    def __init__(self, function: str, **arguments: object) -> None:
        self.function = function
        self.arguments = arguments


@dataclass(frozen=True)
class Measurement:
    """One line of the report; see the package's docstring."""

    name: str
    subject: Engine
    reference: Engine | None = None
    at_least: float | None = None  # the subject must be this many times as fast as the reference
    at_most: float | None = None  # the subject may take this many times the reference's time
    seconds: float | None = None  # the subject may take this long
    mib: float | None = None  # the subject's process may grow to this size
    rounds: int = 5
    warm: bool = True
    note: str = ""
