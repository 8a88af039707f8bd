"""Who may do what: one table from role to permissions, for the pages, the interface for programs and the use cases."""

from collections.abc import Mapping

from geo_zhengzhi.errors import NotAllowed, Terms
from geo_zhengzhi.model import SYSTEM, Actor

SEE = "see"  # map, register, hotspots, zones
SEE_POINTS = "see-points"  # single incidents
TAKE_POINTS = "take-points"  # the same as a file, for a reason; whoever imports had them before
EDIT_REGISTER = "edit-register"
IMPORT = "import"  # import, undo, batches
SEE_BATCHES = "see-batches"
MANAGE_USERS = "manage-users"
READ_AUDIT = "read-audit"
KEEP_STORE = "keep-store"  # back up, restore, move: whoever may use the command line, no account

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({SEE}),
    "planner": frozenset({SEE, SEE_POINTS, EDIT_REGISTER}),
    "importer": frozenset({SEE, SEE_POINTS, TAKE_POINTS, IMPORT, SEE_BATCHES}),
    "administrator": frozenset({SEE, MANAGE_USERS, SEE_BATCHES}),
    "auditor": frozenset({SEE, READ_AUDIT, SEE_BATCHES}),
}
ALL = frozenset().union(*PERMISSIONS.values())


def may(actor: Actor, permission: str) -> bool:
    """Whether an actor's role has a permission; the program itself, at the command line, has them all."""
    return actor == SYSTEM or permission in PERMISSIONS.get(actor.role, frozenset())


def require(actor: Actor, permission: str) -> None:
    """
    Refuse an actor without a permission.

    Raises
    ------
    NotAllowed
        If the role does not have it.
    """
    if not may(actor, permission):
        raise NotAllowed(role=Terms(actor.role))
