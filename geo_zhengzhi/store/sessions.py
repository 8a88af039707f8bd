"""
What lets someone in: sessions of browsers, tokens of programs, one-time links; of each only the secret's sha256.

A row ends by being revoked or by its time; a link that was used is revoked by its use.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from geo_zhengzhi.store.tables import sessions, users
from geo_zhengzhi.store.users import UserRow

BROWSER, TOKEN, LINK = "browser", "token", "link"


@dataclass(frozen=True)
class SessionRow:
    """One row, in the order of the columns, without its hash."""

    session_id: int
    user_id: int
    purpose: str
    label: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


OWN = tuple(sessions.c[name] for name in SessionRow.__dataclass_fields__)


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits, in letters that an address may hold."""
    return prefix + secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """What is kept of a secret. Random as it is, it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def add(
    connection: Connection, user_id: int, purpose: str, secret: str, *, label: str, now: datetime, expires_at: datetime
) -> int:
    """A new row, by its number."""
    values = {"user_id": user_id, "purpose": purpose, "label": label, "secret_hash": hashed(secret)}
    new = insert(sessions).values(**values, made_at=now, seen_at=now, expires_at=expires_at)
    return int(connection.execute(new.returning(sessions.c.session_id)).scalar_one())


def of_secret(
    connection: Connection, purpose: str, secret: str, now: datetime, *, hold: bool = False
) -> tuple[SessionRow, UserRow] | None:
    """
    The row of a secret with its account, where it is neither revoked nor over and the account is not disabled.

    Parameters
    ----------
    connection : Connection
    purpose : "browser", "token" or "link"
    secret : str
    now : datetime
        With a time zone.
    hold : bool
        Nobody else changes the row until the transaction ends.
    """
    kept = hashed(secret)
    alive = (sessions.c.revoked_at.is_(None), sessions.c.expires_at > now, users.c.disabled_at.is_(None))
    asked = select(sessions.c.secret_hash, *OWN, *_prefixed_users()).join(users)
    asked = asked.where(sessions.c.secret_hash == kept, sessions.c.purpose == purpose, *alive)
    row = connection.execute(asked.with_for_update() if hold else asked).first()
    if row is None or not hmac.compare_digest(row.secret_hash, kept):
        return None
    return _session(row), UserRow(**{name: getattr(row, f"of_{name}") for name in UserRow.__dataclass_fields__})


def why_not(connection: Connection, purpose: str, secret: str, now: datetime) -> tuple[int, str] | None:
    """The number of a row that lets nobody in any more, and why; None of a secret that never did."""
    asked = select(*OWN, users.c.disabled_at).join(users)
    asked = asked.where(sessions.c.secret_hash == hashed(secret), sessions.c.purpose == purpose)
    row = connection.execute(asked).first()
    if row is None:
        return None
    if row.disabled_at is not None:
        return row.session_id, "disabled"
    return row.session_id, "expired" if row.revoked_at is None and row.expires_at <= now else "revoked"


def one(connection: Connection, session_id: int) -> SessionRow | None:
    """The row of a number."""
    row = connection.execute(select(*OWN).where(sessions.c.session_id == session_id)).first()
    return None if row is None else _session(row)


def alive(
    connection: Connection,
    now: datetime,
    *,
    purposes: Sequence[str],
    user_id: int | None = None,
    browsers_seen_after: datetime | None = None,
) -> Iterator[tuple[SessionRow, str]]:
    """
    Rows that still let in, each with its account's name, the latest seen first.

    Parameters
    ----------
    connection : Connection
    now : datetime
    purposes : sequence of "browser", "token", "link"
    user_id : int, optional
        Of this account alone.
    browsers_seen_after : datetime, optional
        Leaves out browsers that have been idle since.
    """
    conditions = [sessions.c.revoked_at.is_(None), sessions.c.expires_at > now, sessions.c.purpose.in_(purposes)]
    conditions += [users.c.disabled_at.is_(None)]
    conditions += [] if user_id is None else [sessions.c.user_id == user_id]
    if browsers_seen_after is not None:
        conditions.append((sessions.c.purpose != BROWSER) | (sessions.c.seen_at > browsers_seen_after))
    order = (sessions.c.seen_at.desc(), sessions.c.session_id.desc())
    for row in connection.execute(select(*OWN, users.c.name).join(users).where(*conditions).order_by(*order)):
        yield _session(row), row.name


def revoke(connection: Connection, session_id: int, now: datetime) -> bool:
    """End one row; False where it had ended before, also where another did so in this moment."""
    condition = (sessions.c.session_id == session_id, sessions.c.revoked_at.is_(None))
    return connection.execute(update(sessions).where(*condition).values(revoked_at=now)).rowcount == 1


def revoke_all(
    connection: Connection, user_id: int, now: datetime, *, purposes: Sequence[str], but: int | None = None
) -> int:
    """End an account's rows of these purposes, one aside, and say how many."""
    conditions = [sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None), sessions.c.purpose.in_(purposes)]
    conditions += [] if but is None else [sessions.c.session_id != but]
    return connection.execute(update(sessions).where(*conditions).values(revoked_at=now)).rowcount


def last_seen(connection: Connection) -> dict[int, datetime]:
    """When each account was last seen, by its number."""
    asked = select(sessions.c.user_id, func.max(sessions.c.seen_at)).where(sessions.c.purpose != LINK)
    return {row[0]: row[1] for row in connection.execute(asked.group_by(sessions.c.user_id))}


def touch(connection: Connection, session_id: int, now: datetime) -> None:
    """Note that a row was seen; never back in time."""
    condition = (sessions.c.session_id == session_id, sessions.c.seen_at < now)
    connection.execute(update(sessions).where(*condition).values(seen_at=now))


def forget(connection: Connection, ended_before: datetime) -> int:
    """Take out rows that ended long ago, whose story the audit log tells."""
    return connection.execute(delete(sessions).where(sessions.c.expires_at < ended_before)).rowcount


def _session(row: Any) -> SessionRow:
    return SessionRow(**{name: row._mapping[sessions.c[name]] for name in SessionRow.__dataclass_fields__})


def _prefixed_users() -> list[Any]:
    """An account's columns under names that no column of a session has."""
    return [users.c[name].label(f"of_{name}") for name in UserRow.__dataclass_fields__]
