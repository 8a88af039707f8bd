"""Use cases: sessions and tokens, of one's own account and, for administrators, of all; and the own password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from geo_zhengzhi.errors import InvalidParameter, TokenByToken, UnknownSession
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.services.access.lock_out import with_password
from geo_zhengzhi.services.access.permissions import MANAGE_USERS, may
from geo_zhengzhi.services.access.signing_in import IDLE, LONGEST_LABEL, SignedIn
from geo_zhengzhi.services.given_text import plain
from geo_zhengzhi.store import audit, sessions, users
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.sessions import BROWSER, LINK, TOKEN
from geo_zhengzhi.store.users import UserRow

LONGEST_DAYS = 365
TOKEN_PREFIX = "gz_"  # so that a token in a file or a log is known for what it is


@dataclass(frozen=True)
class Session:
    """A session or token as it is shown; times in UTC."""

    session_id: int
    user_id: int
    name: str
    purpose: str
    label: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


def list_sessions(database: Database, signed_in: SignedIn, now: datetime, user_id: int | None = None) -> list[Session]:
    """
    Sessions and tokens that let in, the latest seen first.

    Parameters
    ----------
    database : Database
    signed_in : SignedIn
        Who asks.
    now : datetime
    user_id : int, optional
        Of this account; one's own otherwise.

    Raises
    ------
    UnknownSession
        If it is another's account and the actor may not manage accounts.
    """
    whose = signed_in.user_id if user_id is None else user_id
    _require_own(signed_in, whose)
    with database.read() as connection:
        found = sessions.alive(
            connection, now, purposes=(BROWSER, TOKEN), user_id=whose, browsers_seen_after=now - IDLE
        )
        return [
            Session(s.session_id, s.user_id, name, s.purpose, s.label, s.made_at, s.seen_at, s.expires_at)
            for s, name in found
        ]


def revoke_session(database: Database, signed_in: SignedIn, session_id: int, now: datetime) -> None:
    """
    End a session or token: one's own, or any for those who may manage accounts.

    Raises
    ------
    UnknownSession
        If there is none, it has ended, or it is another's.
    """
    with database.write() as connection:
        session = sessions.one(connection, session_id)
        if session is None or session.purpose == LINK:
            raise UnknownSession()
        _require_own(signed_in, session.user_id)
        if not sessions.revoke(connection, session_id, now):
            raise UnknownSession()
        owner = users.one(connection, session.user_id)
        detail = {"account": owner.name if owner else "", "purpose": session.purpose}
        audit.append(connection, signed_in.actor, "session ended", f"session {session_id}", detail)


def make_token(database: Database, signed_in: SignedIn, label: str, days: int, now: datetime) -> str:
    """
    A token for a program, with the account's own role; returns it, the only time it is seen.

    Parameters
    ----------
    database : Database
    signed_in : SignedIn
        A browser's session; a token makes no tokens.
    label : str
        What it is for.
    days : int
        How long it lets in, 1 to 365.
    now : datetime

    Raises
    ------
    TokenByToken
        If it is a token that asks.
    InvalidParameter
        If it has no label, or too few or too many days.
    """
    if signed_in.purpose == TOKEN:
        raise TokenByToken()
    label = plain(label, LONGEST_LABEL + 1)
    if not 1 <= len(label) <= LONGEST_LABEL:
        raise InvalidParameter(name="label", given=label[:LONGEST_LABEL] or "–", allowed=f"1–{LONGEST_LABEL}")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidParameter(name="days", given=days, allowed=f"1–{LONGEST_DAYS}")
    secret = sessions.new_secret(TOKEN_PREFIX)
    ends = now + timedelta(days=days)
    with database.write() as connection:
        number = sessions.add(connection, signed_in.user_id, TOKEN, secret, label=label, now=now, expires_at=ends)
        detail = {"label": label, "days": days}
        audit.append(connection, signed_in.actor, "token made", f"session {number}", detail)
    return secret


def change_password(database: Database, signed_in: SignedIn, old: str, new: str, now: datetime) -> None:
    """
    Set another password; the account's other browsers are signed out, its tokens stay.

    Raises
    ------
    PasswordTooShort, PasswordTooLong, PasswordIsName, PasswordTooCommon
        If the new one must not be one.
    SignInRefused
        If the old one is not right; it counts as a failure to sign in.
    """
    passwords.check_password(signed_in.actor.name, new)
    kept = passwords.kept_form(new)

    def keep(connection: Connection, user: UserRow) -> None:
        users.change(connection, user.user_id, password_hash=kept)
        others = (BROWSER, LINK)
        sessions.revoke_all(connection, user.user_id, now, purposes=others, but=signed_in.session_id)
        audit.append(connection, signed_in.actor, "password changed", f"account {user.name}")

    with_password(database, signed_in.actor.name, old, now, keep)


def _require_own(signed_in: SignedIn, user_id: int) -> None:
    """Refuse another's account to all but those who may manage accounts, as if there were none."""
    if user_id != signed_in.user_id and not may(signed_in.actor, MANAGE_USERS):
        raise UnknownSession()
