"""Use cases on batches that are there: list them, take one back, mark what a killed process left behind."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from geo_zhengzhi.errors import BatchNotDone, BatchUnknown
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.access.permissions import IMPORT, SEE_BATCHES, require
from geo_zhengzhi.services.register.rules import checked_words
from geo_zhengzhi.store import audit, batches, incidents, state
from geo_zhengzhi.store.batches import Batch
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.incidents import Undone
from geo_zhengzhi.store.liveness import is_alive, with_lock_file

__all__ = [
    "Batch",
    "Undone",
    "fail_stale_batches",
    "find_batch",
    "found",
    "list_batches",
    "rejects_of_batch",
    "undo_batch",
]

LEFT_BEHIND = "Its process ended before it was done; nothing of it was kept."


def fail_stale_batches(database: Database) -> list[int]:
    """
    Mark what killed processes left running as failed; called when a process starts.

    Safe while others import: their lock file, or on PostgreSQL their batch's row, is held. On PostgreSQL a batch can be
    taken for dead in the instant between its two transactions; it then becomes done all the same.

    Returns
    -------
    list of int
        The batches that were marked.
    """
    with database.read() as connection:
        running = batches.running(connection)
        over = [n for n in with_lock_file(database) if n not in running and batches.find(connection, n) is not None]
    dead = [batch_id for batch_id in running if not is_alive(database, batch_id)]
    for batch_id in over:  # killed between its last word and taking its lock file away
        is_alive(database, batch_id)
    if not dead:
        return []
    with database.write() as connection:
        free = batches.running(connection, skip_held=True)
        failed = [n for n in dead if n in free and batches.fail(connection, n, LEFT_BEHIND)]
        for batch_id in failed:
            audit.append(connection, SYSTEM, "import failed", f"batch {batch_id}", {"reason": LEFT_BEHIND})
    return failed


def undo_batch(database: Database, batch_id: int, *, actor: Actor, reason: str) -> tuple[Batch, Undone]:
    """
    Take a batch back: its rows become what they had replaced, or go; those that a later batch changed stay so.

    Afterwards the incidents are as if the batch had never come.

    Parameters
    ----------
    database : Database
    batch_id : int
    actor : Actor
    reason : str
        Why, not empty.

    Returns
    -------
    Batch, Undone

    Raises
    ------
    NotAllowed
        If the actor may not import.
    BatchUnknown, BatchNotDone
        If there is no such batch, or it failed, still runs or was undone already.
    TextMissing, TextTooLong, TextUnprintable, PersonalText
        For the reason.
    """
    require(actor, IMPORT)
    why = checked_words({"reason": reason}, needed=("reason",))["reason"]
    with database.write() as connection:
        incidents.take_turn(connection)
        batch = found(connection, batch_id)
        if batch.status != batches.DONE:
            raise BatchNotDone(batch_id=batch_id, status=batch.status)
        undone = incidents.undo(connection, batch_id)
        batches.mark_undone(connection, batch_id, actor.name, why)
        state.bump(connection, state.INCIDENTS_VERSION)
        detail = {"reason": why, **asdict(undone)}
        audit.append(connection, actor, "undo", f"batch {batch_id}", detail)
        return found(connection, batch_id), undone


def list_batches(
    database: Database, *, actor: Actor, limit: int | None = None, offset: int = 0, before: int | None = None
) -> list[Batch]:
    """
    The batches with a number below `before` (None: all), the newest first.

    Raises
    ------
    NotAllowed
        If the actor may not see batches.
    """
    require(actor, SEE_BATCHES)
    with database.read() as connection:
        return batches.newest_first(connection, limit, offset, before)


def find_batch(database: Database, batch_id: int, *, actor: Actor) -> Batch:
    """
    A batch by its number.

    Raises
    ------
    NotAllowed
        If the actor may not see batches.
    BatchUnknown
        If there is none.
    """
    require(actor, SEE_BATCHES)
    with database.read() as connection:
        return found(connection, batch_id)


def rejects_of_batch(
    database: Database, batch_id: int, *, actor: Actor, limit: int | None = None, offset: int = 0
) -> list[dict[str, Any]]:
    """
    The refused rows of a batch, as its file has them: `line`, `reason_zh`, `reason_en` and `fields`.

    No field holds personal data.

    Raises
    ------
    NotAllowed
        If the actor may not import: the fields tell single incidents.
    BatchUnknown
        If there is no such batch.
    """
    require(actor, IMPORT)
    with database.read() as connection:
        found(connection, batch_id)
        return list(batches.rejects_of(connection, batch_id, limit, offset))


def found(connection: Connection, batch_id: int) -> Batch:
    """
    A batch by its number, in a transaction that is open.

    Raises
    ------
    BatchUnknown
        If there is none.
    """
    batch = batches.find(connection, batch_id)
    if batch is None:
        raise BatchUnknown(given=batch_id)
    return batch
