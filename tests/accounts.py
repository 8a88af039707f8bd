"""What tests of accounts share: a clock that stands still, quick hashing, accounts with a password."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, update

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access import passwords
from geo_zhengzhi.services.access.links import make_link, use_link
from geo_zhengzhi.services.access.signing_in import SignedIn, sign_in, sign_out, who_is
from geo_zhengzhi.services.access.users import account_of, add_user
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.tables import audit_log
from geo_zhengzhi.store.triggers import ensure_triggers, remove_triggers
from tests.stores import SITE

NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
PASSWORD = "四条大河 向东 流入 渤海"
MINUTE = timedelta(minutes=1)
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with next to no work."""
    monkeypatch.setattr(passwords, "HASHER", QUICK)


def account(store: Database, name: str, role: str, *, now: datetime = NOW, password: str = PASSWORD) -> int:
    """An account that has set its password, by its number; nobody is signed in."""
    number = add_user(store, SYSTEM, name, role, now)
    sign_out(store, use_link(store, make_link(store, SYSTEM, number, now), password, "", now), now)
    return number


def signed_in(store: Database, name: str, *, now: datetime = NOW, password: str = PASSWORD) -> SignedIn:
    """A new session of an account."""
    who = who_is(store, sign_in(store, name, password, "a browser", now), now)
    assert who is not None
    return who


def actions(store: Database) -> list[tuple[str, str]]:
    """Action and object of every row of the audit log."""
    with store.read() as connection:
        return [(row.action, row.object) for row in audit.records(connection)]


def role_of(store: Database, name: str) -> str:
    """An account's role."""
    return account_of(store, SYSTEM, name, NOW).role


def tamper(store: Database, seq: int, **values: str) -> None:
    """Change a row of the audit log by force, or take it out where no value is given."""
    row = audit_log.c.seq == seq
    with _owners(store) as owned, owned.write() as connection:
        remove_triggers(connection)
        connection.execute(update(audit_log).where(row).values(**values) if values else delete(audit_log).where(row))
        ensure_triggers(connection)


@contextmanager
def _owners(store: Database) -> Iterator[Database]:
    """The store as its owner opens it; only he can take the triggers away."""
    url = store.url.render_as_string(hide_password=False)
    if f"{SITE}@" not in url:
        yield store
        return
    owned = open_store(url.replace(f"{SITE}@", "postgres@"))
    yield owned
    owned.close()


PLANNER = Actor("规划一科", "planner")
