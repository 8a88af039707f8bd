"""Use cases: sign in, sign out, and who somebody is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.lock_out import with_password
from geo_zhengzhi.services.access.users import plain_name
from geo_zhengzhi.services.given_text import storable
from geo_zhengzhi.store import audit, sessions
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.sessions import BROWSER, SessionRow
from geo_zhengzhi.store.users import UserRow

LONGEST, IDLE = timedelta(hours=12), timedelta(minutes=30)
SEEN_EVERY = timedelta(minutes=1)  # so that reading does not become writing
KEPT_AFTER = timedelta(days=30)
LONGEST_LABEL = 120


@dataclass(frozen=True)
class SignedIn:
    """
    Somebody who is signed in.

    Parameters
    ----------
    actor : Actor
        The account's name, and its role as it is now.
    user_id, session_id : int
        The account and the session or token.
    purpose : "browser" or "token"
    expires_at : datetime
        UTC.
    """

    actor: Actor
    user_id: int
    session_id: int
    purpose: str
    expires_at: datetime


def sign_in(database: Database, name: str, password: str, label: str, now: datetime) -> str:
    """
    Begin a browser's session, and return its secret, of which only the hash is kept.

    Parameters
    ----------
    database : Database
    name, password : str
        Of the account.
    label : str
        What the browser is, for the list of sessions.
    now : datetime
        With a time zone.

    Raises
    ------
    SignInRefused
        If they do not let in, for whatever reason; failures are counted and written down.
    """
    label = storable(label, LONGEST_LABEL)
    return with_password(
        database, plain_name(name), password, now, lambda c, user: begin_session(c, user, label, now), label=label
    )


def begin_session(connection: Connection, user: UserRow, label: str, now: datetime) -> str:
    """A new session in the caller's transaction, whose last act this is; returns its secret."""
    secret, label = sessions.new_secret(), storable(label, LONGEST_LABEL)
    number = sessions.add(connection, user.user_id, BROWSER, secret, label=label, now=now, expires_at=now + LONGEST)
    sessions.forget(connection, now - KEPT_AFTER)
    audit.append(connection, Actor(user.name, user.role), "sign-in", f"session {number}", {"with": label})
    return secret


def sign_out(database: Database, secret: str, now: datetime) -> None:
    """End a browser's session; nothing happens where it has ended."""
    with database.write() as connection:
        found = sessions.of_secret(connection, BROWSER, secret, now, hold=True)
        if found is not None:
            session, user = found
            sessions.revoke(connection, session.session_id, now)
            audit.append(connection, Actor(user.name, user.role), "sign-out", f"session {session.session_id}")


def who_is(database: Database, secret: str, now: datetime, *, purpose: str = BROWSER) -> SignedIn | None:
    """
    Who holds a secret; None where it lets nobody in, or no longer.

    A browser's session ends after 30 minutes without a request and after 12 hours in any case; a token when it says.

    Parameters
    ----------
    database : Database
    secret : str
    now : datetime
        With a time zone.
    purpose : "browser" or "token"
    """
    with database.read() as connection:
        found = sessions.of_secret(connection, purpose, secret, now)
    if found is None:
        return None
    session, user = found
    if purpose == BROWSER and session.seen_at <= now - IDLE:
        return None
    _note_seen(database, session, now)
    return SignedIn(Actor(user.name, user.role), user.user_id, session.session_id, session.purpose, session.expires_at)


def _note_seen(database: Database, session: SessionRow, now: datetime) -> None:
    """Keep when it was last seen, at most once a minute, and not where a page would wait for an import to end."""
    if now - session.seen_at >= SEEN_EVERY:
        database.write_if_free(lambda connection: sessions.touch(connection, session.session_id, now))
