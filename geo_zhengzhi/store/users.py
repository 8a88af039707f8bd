"""The accounts of posts and units: one row each, never deleted, so that the audit log's names stay explained."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.store.tables import users


@dataclass(frozen=True)
class UserRow:
    """One account, in the order of the columns."""

    user_id: int
    name: str
    role: str
    password_hash: str | None
    made_at: datetime
    disabled_at: datetime | None
    n_failures: int
    locked_until: datetime | None

    @property
    def is_usable(self) -> bool:
        """Whether it is not disabled and has a password."""
        return self.disabled_at is None and self.password_hash is not None


def add(connection: Connection, name: str, role: str, made_at: datetime) -> int | None:
    """A new account without a password, by its number; None where the name is taken."""
    try:
        with connection.begin_nested():
            new = insert(users).values(name=name, role=role, made_at=made_at).returning(users.c.user_id)
            return int(connection.execute(new).scalar_one())
    except IntegrityError:
        return None


def one(connection: Connection, user_id: int, *, hold: bool = False) -> UserRow | None:
    """The account of a number; with `hold` nobody else changes it until the transaction ends."""
    return _first(connection, users.c.user_id == user_id, hold)


def named(connection: Connection, name: str, *, hold: bool = False) -> UserRow | None:
    """The account of a name; with `hold` nobody else changes it until the transaction ends."""
    return _first(connection, users.c.name == name, hold)


def listed(connection: Connection) -> Iterator[UserRow]:
    """Every account, by name."""
    for row in connection.execute(select(users).order_by(users.c.name)):
        yield UserRow(**row._mapping)


def change(connection: Connection, user_id: int, **values: Any) -> None:
    """Set columns of an account."""
    connection.execute(update(users).where(users.c.user_id == user_id).values(**values))


def hold_usable(connection: Connection, role: str) -> int:
    """How many accounts of a role can sign in; nobody else changes any of them until the transaction ends."""
    asked = select(users).where(users.c.role == role).order_by(users.c.user_id).with_for_update()
    return sum(UserRow(**row._mapping).is_usable for row in connection.execute(asked))


def _first(connection: Connection, condition: Any, hold: bool) -> UserRow | None:
    asked = select(users).where(condition)
    row = connection.execute(asked.with_for_update() if hold else asked).first()
    return None if row is None else UserRow(**row._mapping)
