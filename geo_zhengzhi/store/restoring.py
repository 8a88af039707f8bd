"""Put a backup in the place of what a store holds, so that nobody goes on with what they remember of it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, update

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.backup import Head, take_out_head
from geo_zhengzhi.store.copying import Tally, replace_all
from geo_zhengzhi.store.tables import audit_log, sessions

VERSIONS = (state.INCIDENTS_VERSION, state.TARGETS_VERSION)


def restore_all(
    source: Connection, target: Connection, head: Head, actor: Actor, tell: Callable[[float], None] | None = None
) -> dict[str, Tally]:
    """
    Replace everything but the log's rows in the caller's transaction, and note in the log what was replaced.

    Versions go on above those of before, since workers keep results under them; whoever was signed in is so no longer,
    since a session that was ended after the backup would be alive again.

    Parameters
    ----------
    source : Connection
        Of the backup.
    target : Connection
        Of `Database.write`.
    head : Head
        What the backup says of itself.
    """
    replaced, log = audit.head(target), list(audit.records(target))
    before = {key: int(state.get(target, key, 0)) for key in VERSIONS}
    tallies = replace_all(source, target, tell)
    take_out_head(target)
    _keep_log(target, log, head)
    for key in VERSIONS:
        state.put(target, key, max(before[key], int(state.get(target, key, 0))) + 1)
    now = datetime.now(UTC)
    target.execute(update(sessions).where(sessions.c.revoked_at.is_(None)).values(revoked_at=now))
    detail = {"backup": asdict(head), "replaced": {"seq": replaced[0], "hash": replaced[1]}}
    audit.append(target, actor, "restore", "store", detail, alone=True)
    return tallies


def _keep_log(target: Connection, log: Sequence[audit.Record], head: Head) -> None:
    """
    Nothing is lost from the log: rows that follow from the backup's last one stay as they were.

    Those of a log that is not the backup's own are kept as rows of this one, whole, in their order.
    """
    if (head.seq, head.hash) in {(record.seq, record.hash) for record in log}:
        later = [vars(record) for record in log if record.seq > head.seq]
        if later:
            target.execute(insert(audit_log), later)
        return
    for record in log:
        audit.append(target, SYSTEM, "kept", f"row {record.seq}", vars(record), alone=True)
