"""
Use case: tokens that let nobody in, counted by the address that they come from, in the store.

After thirty within a minute that address is told to wait for the rest of it. Whoever has a token that lets in is let in
all the same, also from there: 256 random bits are not found by trying, and one broken program must not shut a whole
office out behind its proxy. What the limit keeps quiet is the store and the log.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from geo_zhengzhi.store import sessions, state
from geo_zhengzhi.store.database import Database

FAILURES, WINDOW = 30, timedelta(minutes=1)
MOST_ADDRESSES = 1000  # that are counted at once; the one that failed first makes room
KEY = "token_failures"
NO_BEARER = "no bearer token"


def wait_s(database: Database, address: str, now: datetime) -> int:
    """How many seconds an address that failed too often has to wait; 0 where it has not."""
    with database.read() as connection:
        known = _counted(state.get(connection, KEY, {}), now)
    began, n = known.get(address, (now.timestamp(), 0))
    rest_s = began + WINDOW.total_seconds() - now.timestamp()
    return max(1, round(rest_s)) if n >= FAILURES else 0


def count(database: Database, address: str, now: datetime) -> None:
    """Count one failure more; not where a request would wait for an import to end."""

    def work(connection: Connection) -> None:
        known = _counted(state.hold(connection, KEY, {}), now)
        began, n = known.get(address, (now.timestamp(), 0))
        kept = dict(sorted(known.items(), key=lambda item: item[1][0])[-MOST_ADDRESSES + 1 :])
        state.put(connection, KEY, kept | {address: (began, n + 1)})

    database.write_if_free(work)


def why_refused(database: Database, token: str | None, now: datetime) -> tuple[str, str]:
    """
    Why a token lets nobody in, for the log, and which one it is.

    Parameters
    ----------
    database : Database
    token : str or None
        None where the request has no bearer token.
    now : datetime

    Returns
    -------
    (reason, object)
        "unknown token", "revoked", "expired" or "disabled"; `session 12`, or "" of one that is none of ours.
    """
    if not token:
        return NO_BEARER, ""
    with database.read() as connection:
        found = sessions.why_not(connection, sessions.TOKEN, token, now)
    return ("unknown token", "") if found is None else (found[1], f"session {found[0]}")


def _counted(kept: Any, now: datetime) -> dict[str, tuple[float, int]]:
    """The addresses whose minute is not over: since when, and how many failures."""
    begins_after = now.timestamp() - WINDOW.total_seconds()
    return {address: (began, n) for address, (began, n) in kept.items() if began > begins_after}
