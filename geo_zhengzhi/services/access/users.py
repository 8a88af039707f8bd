"""
Use cases: the accounts of posts and units. None is ever deleted; one that is not needed is disabled.

Every change is one transaction with its audit row, by an actor who may manage accounts.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from geo_zhengzhi.errors import (
    AccountExists,
    InvalidParameter,
    LastAdministrator,
    OwnAccount,
    UnfitAccountName,
    UnknownAccount,
)
from geo_zhengzhi.io.persons import without_personal_words
from geo_zhengzhi.model import ANONYMOUS, ROLES, SYSTEM, Actor
from geo_zhengzhi.services.access.permissions import MANAGE_USERS, require
from geo_zhengzhi.services.given_text import UNKEEPABLE, plain
from geo_zhengzhi.store import audit, sessions, users
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.sessions import BROWSER, LINK, TOKEN
from geo_zhengzhi.store.users import UserRow

LONGEST_NAME = 40
RESERVED = (SYSTEM.name, ANONYMOUS.name)
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Account:
    """
    An account as it is shown.

    Parameters
    ----------
    user_id, name, role
        Of the account.
    made_at, disabled_at, locked_until, last_seen_at : datetime or None
        UTC; `locked_until` is None where it is past.
    has_password : bool
        Whether it can sign in with one.
    """

    user_id: int
    name: str
    role: str
    made_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None
    last_seen_at: datetime | None
    has_password: bool

    @property
    def state(self) -> str:
        """In a word, an English msgid: whether and how it can be used."""
        if self.disabled_at is not None:
            return "disabled"
        if self.locked_until is not None:
            return "locked"
        return "in use" if self.has_password else "no password yet"


def list_accounts(database: Database, actor: Actor, now: datetime) -> list[Account]:
    """
    Every account, by name.

    Raises
    ------
    NotAllowed
        If the actor may not manage accounts.
    """
    require(actor, MANAGE_USERS)
    with database.read() as connection:
        seen = sessions.last_seen(connection)
        return [_account(user, seen.get(user.user_id), now) for user in users.listed(connection)]


def account_of(database: Database, actor: Actor, which: int | str, now: datetime) -> Account:
    """
    One account, by its number or its name.

    Raises
    ------
    NotAllowed
        If the actor may not manage accounts.
    UnknownAccount
        If there is none.
    """
    require(actor, MANAGE_USERS)
    with database.read() as connection:
        user = users.one(connection, which) if isinstance(which, int) else users.named(connection, plain_name(which))
        if user is None:
            raise UnknownAccount(name=which)
        return _account(user, sessions.last_seen(connection).get(user.user_id), now)


def add_user(database: Database, actor: Actor, name: str, role: str, now: datetime) -> int:
    """
    A new account without a password, by its number; a one-time link lets its post set one.

    Raises
    ------
    NotAllowed, UnfitAccountName, AccountExists, InvalidParameter
        If the actor may not, the name cannot be one or is taken, or there is no such role.
    """
    require(actor, MANAGE_USERS)
    name, role = _fit_name(name), _known_role(role)
    with database.write() as connection:
        number = new_account(connection, name, role, now)
        audit.append(connection, actor, "account added", f"account {name}", {"role": role})
    return number


def disable_user(database: Database, actor: Actor, user_id: int, now: datetime) -> None:
    """
    Shut an account: its sessions, tokens and links end at once.

    Raises
    ------
    NotAllowed, UnknownAccount, OwnAccount, LastAdministrator
        If the actor may not, there is none, it is the actor's own, or nobody could manage accounts then.
    """
    require(actor, MANAGE_USERS)
    with database.write() as connection:
        n_administrators = users.hold_usable(connection, ADMINISTRATOR)
        user = _others(connection, actor, user_id)
        _keep_an_administrator(user, n_administrators)
        users.change(connection, user_id, disabled_at=now)
        ended = sessions.revoke_all(connection, user_id, now, purposes=(BROWSER, TOKEN, LINK))
        audit.append(connection, actor, "account disabled", f"account {user.name}", {"n_ended": ended})


def enable_user(database: Database, actor: Actor, user_id: int) -> None:
    """
    Open an account again, from being disabled and from a lock-out.

    Raises
    ------
    NotAllowed, UnknownAccount
        If the actor may not, or there is none.
    """
    require(actor, MANAGE_USERS)
    with database.write() as connection:
        user = held(connection, user_id)
        users.change(connection, user_id, disabled_at=None, n_failures=0, locked_until=None)
        audit.append(connection, actor, "account enabled", f"account {user.name}")


def change_role(database: Database, actor: Actor, user_id: int, role: str) -> None:
    """
    Give an account another role, from its next request on.

    Raises
    ------
    NotAllowed, UnknownAccount, OwnAccount, LastAdministrator, InvalidParameter
        If the actor may not, there is none, it is the actor's own, nobody could manage accounts then, or there is no
        such role.
    """
    require(actor, MANAGE_USERS)
    role = _known_role(role)
    with database.write() as connection:
        n_administrators = users.hold_usable(connection, ADMINISTRATOR)
        user = _others(connection, actor, user_id)
        if role != ADMINISTRATOR:
            _keep_an_administrator(user, n_administrators)
        users.change(connection, user_id, role=role)
        audit.append(connection, actor, "role changed", f"account {user.name}", {"from": user.role, "to": role})


def new_account(connection: Connection, name: str, role: str, now: datetime) -> int:
    """
    A new account in the caller's transaction, by its number.

    Raises
    ------
    AccountExists
        If the name is taken, or reads like one that is.
    """
    if any(user.name.casefold() == name.casefold() for user in users.listed(connection)):
        raise AccountExists(name=name)
    number = users.add(connection, name, role, now)
    if number is None:
        raise AccountExists(name=name)
    return number


def held(connection: Connection, user_id: int) -> UserRow:
    """
    An account that nobody else changes until the transaction ends.

    Raises
    ------
    UnknownAccount
        If there is none.
    """
    user = users.one(connection, user_id, hold=True)
    if user is None:
        raise UnknownAccount(name=user_id)
    return user


def plain_name(name: str) -> str:
    """A name in the one form in which it is kept and looked for."""
    return plain(name, 4 * LONGEST_NAME)


def _fit_name(name: str) -> str:
    """The name as it is kept, where an account may have it: nothing in it hides letters or turns them round."""
    kept = plain_name(name)
    visible = all(unicodedata.category(letter)[0] != "C" for letter in kept) and UNKEEPABLE not in kept
    personal = kept and not without_personal_words([kept])[0]
    if not 1 <= len(kept) <= LONGEST_NAME or not visible or personal or kept.casefold() in RESERVED:
        raise UnfitAccountName(given=kept[:LONGEST_NAME] or "–", allowed=LONGEST_NAME)
    return kept


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise InvalidParameter(name="role", given=role, allowed=", ".join(ROLES))
    return role


def _others(connection: Connection, actor: Actor, user_id: int) -> UserRow:
    """An account that is not the actor's own."""
    user = held(connection, user_id)
    if user.name == actor.name:
        raise OwnAccount(name=user.name)
    return user


def _keep_an_administrator(user: UserRow, n_administrators: int) -> None:
    """Refuse to lose the last administrator who can sign in."""
    if user.role == ADMINISTRATOR and user.is_usable and n_administrators < 2:
        raise LastAdministrator(name=user.name)


def _account(user: UserRow, last_seen_at: datetime | None, now: datetime) -> Account:
    locked_until = user.locked_until if user.locked_until is not None and user.locked_until > now else None
    return Account(
        user.user_id,
        user.name,
        user.role,
        user.made_at,
        user.disabled_at,
        locked_until,
        last_seen_at,
        user.password_hash is not None,
    )
