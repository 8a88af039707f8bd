"""
Use cases: one-time links. One lets an account's post set its password; in the demonstration one signs in at once.

A link works once and for 24 hours, and a newer one of the same account ends it. Looking at it does not use it up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from geo_zhengzhi.errors import AccountDisabled, LinkSpent
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.services.access.permissions import MANAGE_USERS, require
from geo_zhengzhi.services.access.signing_in import begin_session
from geo_zhengzhi.services.access.users import held
from geo_zhengzhi.store import audit, sessions, users
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.sessions import BROWSER, LINK, TOKEN, SessionRow
from geo_zhengzhi.store.users import UserRow

HOURS = 24
SETS_PASSWORD, SIGNS_IN = "sets password", "signs in"  # what a link does is its row's label


@dataclass(frozen=True)
class Link:
    """Whose link it is, and whether it sets a password or signs in as it is."""

    name: str
    role: str
    sets_password: bool


def make_link(database: Database, actor: Actor, user_id: int, now: datetime) -> str:
    """
    A link with which an account's post sets its password; returns the secret, which is kept nowhere.

    Raises
    ------
    NotAllowed, UnknownAccount, AccountDisabled
        If the actor may not manage accounts, there is none, or it is disabled.
    """
    require(actor, MANAGE_USERS)
    with database.write() as connection:
        user = held(connection, user_id)
        if user.disabled_at is not None:
            raise AccountDisabled(name=user.name)
        secret = new_link(connection, user, SETS_PASSWORD, now)
        audit.append(connection, actor, "link made", f"account {user.name}")
    return secret


def new_link(connection: Connection, user: UserRow, label: str, now: datetime) -> str:
    """A link in the caller's transaction; older ones of the account end."""
    sessions.revoke_all(connection, user.user_id, now, purposes=(LINK,))
    secret = sessions.new_secret()
    ends = now + timedelta(hours=HOURS)
    sessions.add(connection, user.user_id, LINK, secret, label=label, now=now, expires_at=ends)
    return secret


def look_at_link(database: Database, secret: str, now: datetime) -> Link:
    """
    What a link would do.

    Raises
    ------
    LinkSpent
        If it can no longer be used.
    """
    with database.read() as connection:
        session, user = _good(sessions.of_secret(connection, LINK, secret, now))
    return Link(user.name, user.role, session.label == SETS_PASSWORD)


def use_link(database: Database, secret: str, password: str, label: str, now: datetime) -> str:
    """
    Use a link up: keep the password where it sets one, sign in, and return the new session's secret.

    Everything that let in before with an old password ends: sessions, tokens, and the lock-out.

    Parameters
    ----------
    database : Database
    secret : str
        Of the link.
    password : str
        Not looked at where the link only signs in.
    label : str
        What the browser is.
    now : datetime

    Raises
    ------
    LinkSpent
        If it can no longer be used.
    PasswordTooShort, PasswordTooLong, PasswordIsName, PasswordTooCommon
        If the password must not be one; the link is still good then.
    """
    link = look_at_link(database, secret, now)
    kept = None
    if link.sets_password:
        passwords.check_password(link.name, password)
        kept = passwords.kept_form(password)
    with database.write() as connection:
        session, user = _good(sessions.of_secret(connection, LINK, secret, now, hold=True))
        if not sessions.revoke(connection, session.session_id, now):
            raise LinkSpent(hours=HOURS)
        if kept is not None:
            sessions.revoke_all(connection, user.user_id, now, purposes=(BROWSER, TOKEN, LINK))
            users.change(connection, user.user_id, password_hash=kept, n_failures=0, locked_until=None)
        audit.append(
            connection, Actor(user.name, user.role), "link used", f"account {user.name}", {"what": session.label}
        )
        return begin_session(connection, user, label, now)


def _good(found: tuple[SessionRow, UserRow] | None) -> tuple[SessionRow, UserRow]:
    if found is None:
        raise LinkSpent(hours=HOURS)
    return found
