"""
Prove a password, with a lock-out that is kept in the store, so that every worker and every start knows it.

Five failures lock an account for fifteen minutes, each further one for twice as long, a day at most; success begins
anew. The work of hashing is done outside the transaction; whether it counts is decided inside.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from geo_zhengzhi.errors import SignInRefused
from geo_zhengzhi.model import ANONYMOUS
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.store import audit, users
from geo_zhengzhi.store.columns import iso_utc
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.users import UserRow

FAILURES = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(days=1)
Done = TypeVar("Done")

WRONG, UNKNOWN, LOCKED, DISABLED, CHANGED = "password", "unknown account", "locked", "disabled", "changed meanwhile"


def with_password(
    database: Database,
    name: str,
    password: str,
    now: datetime,
    then: Callable[[Connection, UserRow], Done],
    *,
    label: str = "",
) -> Done:
    """
    Do something in one transaction for whoever proves an account's password.

    Parameters
    ----------
    database : Database
    name, password : str
    now : datetime
        With a time zone.
    then : function of (connection, account)
        What is done; the failures have been cleared by then.
    label : str
        From where, for the audit log.

    Raises
    ------
    SignInRefused
        If the name is unknown, the password wrong, or the account locked, disabled or without a password.
    """
    with database.read() as connection:
        known = users.named(connection, name)
    fits = passwords.fits(known.password_hash if known else None, password)
    newer = passwords.kept_form(password) if fits and known and passwords.is_outdated(known.password_hash) else None
    with database.write() as connection:
        user = users.named(connection, name, hold=True)
        reason = _refusal(user, known, fits, now)
        if user is not None and reason is None:
            kept = {} if newer is None else {"password_hash": newer}
            users.change(connection, user.user_id, n_failures=0, locked_until=None, **kept)
            return then(connection, user)
        _note(connection, user, str(reason), label, now)
    raise SignInRefused(failures=FAILURES, minutes=FIRST_LOCK.seconds // 60)


def lock_after(n_failures: int) -> timedelta | None:
    """How long an account is shut after so many failures in a row; None where it is not."""
    if n_failures < FAILURES:
        return None
    doublings = min(n_failures - FAILURES, 20)  # more would be no timedelta any more
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _refusal(user: UserRow | None, known: UserRow | None, fits: bool, now: datetime) -> str | None:
    """Why somebody is not let in; None for those who are."""
    if user is None or known is None:
        return UNKNOWN
    if user.disabled_at is not None:
        return DISABLED
    if user.locked_until is not None and now < user.locked_until:
        return LOCKED
    if user.password_hash != known.password_hash:
        return CHANGED
    return None if fits else WRONG


def _note(connection: Connection, user: UserRow | None, reason: str, label: str, now: datetime) -> None:
    """
    Count a failure, lock where it is one too many, and write it down.

    A name that is no account's is not written down: now and then it is a password in the wrong field.
    """
    until = None
    if user is not None and reason == WRONG:
        n_failures = user.n_failures + 1
        lock = lock_after(n_failures)
        until = None if lock is None else now + lock
        users.change(connection, user.user_id, n_failures=n_failures, locked_until=until)
    whose = "" if user is None else f"account {user.name}"
    audit.append(connection, ANONYMOUS, "sign-in refused", whose, {"reason": reason, "with": label})
    if until is not None and user is not None:
        detail = {"n_failures": user.n_failures + 1, "until": iso_utc(until)}
        audit.append(connection, ANONYMOUS, "lock-out", whose, detail)
