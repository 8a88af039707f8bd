"""Use case: let a role of PostgreSQL serve from the store without owning it."""

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.permissions import KEEP_STORE, require
from geo_zhengzhi.store import audit, granting
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.granting import Granted

__all__ = ["Granted", "grant_role"]


def grant_role(database: Database, role: str, actor: Actor) -> list[Granted]:
    """
    Give a role what serving needs and nothing else, and write that down.

    Raises
    ------
    GrantNotPossible, RoleMissing, NotTheOwner
        As `granting.grant`; nothing is changed then.
    NotAllowed
        If the actor is not the program itself.
    """
    require(actor, KEEP_STORE)
    with database.write() as connection:
        granted = granting.grant(database, connection, role)
        audit.append(connection, actor, "grant", f"role {role}")
    return granted
