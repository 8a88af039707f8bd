"""Use case: what a start of the site prepares, so that somebody can get in."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from geo_zhengzhi.errors import AccountExists
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.links import SETS_PASSWORD, SIGNS_IN, new_link
from geo_zhengzhi.services.access.users import ADMINISTRATOR, new_account
from geo_zhengzhi.store import audit, state, users
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.sessions import new_secret

PLANNER = "planner"
SITE_KEY = "site_key"


@dataclass(frozen=True)
class FirstLink:
    """A one-time link to print: of which account, and its secret."""

    name: str
    role: str
    secret: str


def first_start(database: Database, *, is_demonstration: bool, now: datetime) -> list[FirstLink]:
    """
    Links that let somebody in; every start makes new ones and ends those of the starts before.

    Parameters
    ----------
    database : Database
    is_demonstration : bool
        Whether the planner of the demonstration gets a link too, with which it signs in without a password.
    now : datetime

    Returns
    -------
    list of FirstLink
        The administrator's while no administrator has a password; the planner's in the demonstration.
    """
    links = []
    with database.write() as connection:
        if users.hold_usable(connection, ADMINISTRATOR) == 0:
            links += _link(connection, ADMINISTRATOR, ADMINISTRATOR, SETS_PASSWORD, now)
        if is_demonstration:
            links += _link(connection, PLANNER, "planner", SIGNS_IN, now)
        for link in links:
            audit.append(connection, SYSTEM, "link made", f"account {link.name}", {"by": "start"})
    return links


def site_key(database: Database) -> str:
    """The key that signs the cookies, made at the first start and shared by every worker."""
    with database.read() as connection:
        known = state.get(connection, SITE_KEY)
    if known is not None:
        return str(known)
    with database.write() as connection:
        return str(state.put_first(connection, SITE_KEY, new_secret()))


def _link(connection: Connection, name: str, role: str, label: str, now: datetime) -> list[FirstLink]:
    """A new link of a start's own account, which is made where it is not there; none where somebody changed it."""
    if users.named(connection, name) is None:
        with suppress(AccountExists):  # another account's name reads the same
            new_account(connection, name, role, now)
    user = users.named(connection, name, hold=True)
    if user is None or user.disabled_at is not None or user.role != role:
        return []
    return [FirstLink(name, role, new_link(connection, user, label, now))]
