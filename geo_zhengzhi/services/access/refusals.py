"""
Use case: write refusals down without letting whoever is refused fill the log.

Of one caller, action, object and reason a minute has one row; of one caller at most thirty, and of all who are not
signed in together at most sixty. What is left out is counted, and the first refusal of a later minute is written
together with one row a caller that says how many there were. The counts are those of one process: nothing that a
stranger repeats reaches the store.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection

from geo_zhengzhi.model import ANONYMOUS, Actor
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.columns import iso_utc
from geo_zhengzhi.store.database import Database

MOST_OF_ONE = 30  # rows a minute
MOST_OF_STRANGERS = 60  # rows a minute, whatever their addresses
OTHERS = ""  # the caller under whom strangers without a row of their own are counted


@dataclass(frozen=True)
class Refusal:
    """
    What was refused to whom.

    Parameters
    ----------
    actor : Actor
        `ANONYMOUS` for somebody who is not signed in.
    caller : str
        Whom it is counted for: an account, or the address of a stranger.
    action, target, reason : str
        As the row says them; with the caller they make one refusal the same as another. A reason that is the name of
        the sentence, `error` of the details, is said once.
    detail : mapping
        What the row says beside its reason: no content of a file, no name of a person.
    """

    actor: Actor
    caller: str
    action: str
    target: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_strangers(self) -> bool:
        """Whether nobody is signed in."""
        return self.actor == ANONYMOUS


@dataclass
class _Minute:
    """What one minute has brought: which rows it has, and what was left out, by caller."""

    number: int
    seen: set[tuple[str, str, str, str]] = field(default_factory=set)
    rows: Counter[str] = field(default_factory=Counter)
    n_of_strangers: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)
    left_out: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def takes(self, refusal: Refusal) -> bool:
        """Whether a refusal has a row of its own; otherwise it is counted."""
        key = (refusal.caller, refusal.action, refusal.target, refusal.reason)
        is_full = refusal.is_strangers and self.n_of_strangers >= MOST_OF_STRANGERS
        if key in self.seen or self.rows[refusal.caller] >= MOST_OF_ONE or is_full:
            self.leave_out(refusal)
            return False
        self.seen.add(key)
        self.rows[refusal.caller] += 1
        self.n_of_strangers += refusal.is_strangers
        return True

    def leave_out(self, refusal: Refusal) -> None:
        """Count a refusal."""
        known = not refusal.is_strangers or self.rows[refusal.caller]
        caller = refusal.caller if known else OTHERS
        self.actors[caller] = refusal.actor
        self.left_out[caller][refusal.action] += 1


class Refusals:
    """The refusals of one application."""

    def __init__(self) -> None:
        self._lock, self._minute = Lock(), _Minute(0)
        self._due: list[_Minute] = []  # over, with something left out

    def note(self, database: Database, refusal: Refusal, now: datetime) -> None:
        """
        Write a refusal down, or count it.

        A stranger's does not wait for an import that has the store to itself: it is counted until the next one.

        Parameters
        ----------
        database : Database
        refusal : Refusal
        now : datetime
            With a time zone.
        """
        with self._lock:
            self._turn_to(int(now.timestamp() // 60))
            if not self._minute.takes(refusal):
                return
            due, self._due = self._due, []

        def work(connection: Connection) -> None:
            for minute in due:
                _append_left_out(connection, minute)
            is_said = refusal.detail.get("error") == refusal.reason
            detail = {**({} if is_said else {"reason": refusal.reason}), **refusal.detail}
            audit.append(connection, refusal.actor, refusal.action, refusal.target, detail)

        kept = False
        try:
            kept = self._write(database, refusal, work)
        finally:
            if not kept:
                self._take_back(refusal, due)

    def _turn_to(self, number: int) -> None:
        """Begin a minute where it is another one."""
        if number != self._minute.number:
            if self._minute.left_out:
                self._due.append(self._minute)
            self._minute = _Minute(number)

    @staticmethod
    def _write(database: Database, refusal: Refusal, work: Any) -> bool:
        if refusal.is_strangers:
            return database.write_if_free(work)
        with database.write() as connection:
            work(connection)
        return True

    def _take_back(self, refusal: Refusal, due: list[_Minute]) -> None:
        """Keep what could not be written, for the next time."""
        with self._lock:
            self._due = due + self._due
            self._minute.leave_out(refusal)
            self._minute.seen.discard((refusal.caller, refusal.action, refusal.target, refusal.reason))


def _append_left_out(connection: Connection, minute: _Minute) -> None:
    """One row a caller: how many refusals of a minute have none of their own."""
    since = iso_utc(datetime.fromtimestamp(minute.number * 60, UTC))
    for caller, counts in minute.left_out.items():
        detail = {"n_left_out": counts.total(), "of": dict(counts), "since": since}
        actor = minute.actors[caller]
        detail |= {"with": caller or "other addresses"} if actor == ANONYMOUS else {}
        audit.append(connection, actor, "refusals left out", "", detail)
