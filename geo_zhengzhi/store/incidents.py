"""
Incidents by batch: what a batch brings is laid over what is there, and can be taken away again.

The rows that name one `incident_id` make a chain: `incidents` holds its last link, owned by the batch that said it;
`replaced_incidents` holds, under the batch that came after, each link before it; `confirmed_incidents` holds who said a
link again without change. Undoing a batch takes its links out of the chains: one that was confirmed passes to who
confirmed it, the last one gives way to the one before, one in the middle is spliced out. So the incidents are always
those of the batches that were not undone, in the order in which they came.

The statements mean the same on both engines; the caller serialises them (`Database.write` on SQLite, `take_turn` on
PostgreSQL).
"""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, func, select, text

from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, WEIGHT
from geo_zhengzhi.store.bulk import Moments, Numbers, Points, Tell, Texts, Values, insert_columns
from geo_zhengzhi.store.geopackage import widen_box
from geo_zhengzhi.store.incident_edits import own_hand
from geo_zhengzhi.store.tables import incidents

POSTGRES_TURN = 0x6765_6F69  # "geoi"; any number that nothing else locks
CONTENT = "geom, occurred_from, occurred_to, category, weight"
DIFFERS = (
    "(s.occurred_from <> i.occurred_from OR s.occurred_to <> i.occurred_to OR s.category <> i.category "
    "OR s.weight <> i.weight OR NOT s.geom = i.geom)"
)
TO_PREVIOUS = ", ".join(f"{column} = previous.{column}" for column in CONTENT.split(", "))
STAGED = {
    "sqlite": "CREATE TEMPORARY TABLE staged (position INTEGER PRIMARY KEY, incident_id TEXT, geom BLOB, "
    "occurred_from DATETIME, occurred_to DATETIME, category TEXT, weight DOUBLE)",
    "postgresql": "CREATE TEMPORARY TABLE staged (position bigserial, incident_id text, geom geometry(POINT, 4326), "
    "occurred_from timestamptz, occurred_to timestamptz, category text, weight double precision) ON COMMIT DROP",
}


@dataclass(frozen=True)
class Laid:
    """How many rows a batch brought anew, changed, and said again."""

    n_inserted: int
    n_updated: int
    n_unchanged: int


@dataclass(frozen=True)
class Undone:
    """How many rows an undo took away, gave back their old content, and left as another batch has them."""

    n_removed: int
    n_restored: int
    n_left: int


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction lays or undoes a batch; SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": POSTGRES_TURN})


def stage(connection: Connection, rows: pd.DataFrame, tell: Tell | None = None) -> None:
    """
    Put incidents beside the store, in this transaction's own table `staged`.

    Parameters
    ----------
    connection : Connection
    rows : DataFrame of n incidents, EPSG:4326
        INCIDENT_COLUMNS, no `incident_id` twice.
    tell : function of a fraction in [0, 1], optional
    """
    connection.exec_driver_sql("DROP TABLE IF EXISTS staged")
    connection.exec_driver_sql(STAGED[connection.dialect.name])
    columns: dict[str, Values] = {
        "incident_id": Texts(rows[INCIDENT_ID]),
        "geom": Points(rows[LONGITUDE].to_numpy(float), rows[LATITUDE].to_numpy(float)),
        "occurred_from": _moments(rows[OCCURRED_FROM]),
        "occurred_to": _moments(rows[OCCURRED_TO]),
        "category": Texts(rows[CATEGORY]),
        "weight": Numbers(rows[WEIGHT].to_numpy(float)),
    }
    insert_columns(connection, "staged", columns, tell)
    if len(rows):
        west, east = float(rows[LONGITUDE].min()), float(rows[LONGITUDE].max())
        south, north = float(rows[LATITUDE].min()), float(rows[LATITUDE].max())
        widen_box(connection, incidents.name, (west, south, east, north))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE staged")


def _moments(times: "pd.Series[pd.Timestamp]") -> Moments:
    """Times of a zone as UTC, to the millisecond."""
    return Moments(times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[ms]"))


def lay(connection: Connection, batch_id: int) -> Laid:
    """Lay what is staged over the incidents as a batch's, and keep what it replaces."""
    with own_hand(connection):
        return _lay(connection, batch_id)


def _lay(connection: Connection, batch_id: int) -> Laid:
    batch = {"batch": batch_id}
    n = int(connection.execute(text("SELECT count(*) FROM staged")).scalar_one())
    n_updated = connection.execute(
        text(
            f"INSERT INTO replaced_incidents (batch_id, incident_id, old_batch_id, {CONTENT}) "
            "SELECT :batch, i.incident_id, i.batch_id, i.geom, i.occurred_from, i.occurred_to, i.category, i.weight "
            f"FROM staged s JOIN incidents i ON i.incident_id = s.incident_id WHERE {DIFFERS}"
        ),
        batch,
    ).rowcount
    n_unchanged = connection.execute(
        text(
            "INSERT INTO confirmed_incidents (batch_id, incident_id, owner_id) "
            "SELECT :batch, i.incident_id, i.batch_id "
            f"FROM staged s JOIN incidents i ON i.incident_id = s.incident_id WHERE NOT {DIFFERS}"
        ),
        batch,
    ).rowcount
    if n_updated:
        connection.execute(
            text(
                f"UPDATE incidents AS i SET batch_id = :batch, {TO_PREVIOUS.replace('previous.', 's.')} "
                f"FROM staged s WHERE i.incident_id = s.incident_id AND {DIFFERS}"
            ),
            batch,
        )
    if n > n_updated + n_unchanged:
        connection.execute(
            text(
                f"INSERT INTO incidents (batch_id, incident_id, {CONTENT}) "
                "SELECT :batch, s.incident_id, s.geom, s.occurred_from, s.occurred_to, s.category, s.weight "
                "FROM staged s LEFT JOIN incidents i ON i.incident_id = s.incident_id WHERE i.fid IS NULL "
                "ORDER BY s.position"
            ),
            batch,
        )
    connection.exec_driver_sql("DROP TABLE staged")
    return Laid(n - n_updated - n_unchanged, n_updated, n_unchanged)


def undo(connection: Connection, batch_id: int) -> Undone:
    """Take a batch's links out of the chains."""
    with own_hand(connection):
        return _undo(_Runner(connection, batch_id))


def _undo(run: "_Runner") -> Undone:
    n_left = run("DELETE FROM confirmed_incidents WHERE batch_id = :batch")
    n_left += _pass_on(run)
    n_left += _splice_out(run)
    n_removed, n_restored = _step_back(run)
    return Undone(n_removed, n_restored, n_left)


class _Runner:
    """Run statements about one batch and say how many rows each touched."""

    def __init__(self, connection: Connection, batch_id: int) -> None:
        self._connection, self._batch_id = connection, batch_id

    def __call__(self, statement: str) -> int:
        return int(self._connection.execute(text(statement), {"batch": self._batch_id}).rowcount)


def _pass_on(run: _Runner) -> int:
    """Links that other batches confirmed become those of the first who did."""
    run("DROP TABLE IF EXISTS heirs")
    run("CREATE TEMPORARY TABLE heirs (incident_id TEXT PRIMARY KEY, heir BIGINT)")
    n = run(
        "INSERT INTO heirs SELECT incident_id, min(batch_id) FROM confirmed_incidents WHERE owner_id = :batch "
        "GROUP BY incident_id"
    )
    if n:
        for table, column in (
            ("incidents", "batch_id"), ("replaced_incidents", "old_batch_id"), ("replaced_incidents", "batch_id"),
        ):  # fmt: skip
            run(
                f"UPDATE {table} AS t SET {column} = h.heir FROM heirs h "
                f"WHERE t.{column} = :batch AND t.incident_id = h.incident_id"
            )
        run(
            "DELETE FROM confirmed_incidents WHERE owner_id = :batch AND EXISTS (SELECT 1 FROM heirs h "
            "WHERE h.incident_id = confirmed_incidents.incident_id AND h.heir = confirmed_incidents.batch_id)"
        )
        run(
            "UPDATE confirmed_incidents AS c SET owner_id = h.heir FROM heirs h "
            "WHERE c.owner_id = :batch AND c.incident_id = h.incident_id"
        )
    run("DROP TABLE heirs")
    return n


def _splice_out(run: _Runner) -> int:
    """What a later batch replaced becomes what the batch had replaced, or nothing where it had replaced nothing."""
    n = run(
        "DELETE FROM replaced_incidents AS later WHERE old_batch_id = :batch AND NOT EXISTS (SELECT 1 FROM "
        "replaced_incidents previous WHERE previous.batch_id = :batch AND previous.incident_id = later.incident_id)"
    )
    n += run(
        f"UPDATE replaced_incidents AS later SET old_batch_id = previous.old_batch_id, {TO_PREVIOUS} "
        "FROM replaced_incidents previous WHERE later.old_batch_id = :batch AND previous.batch_id = :batch "
        "AND previous.incident_id = later.incident_id"
    )
    return n


def _step_back(run: _Runner) -> tuple[int, int]:
    """Rows whose last link is the batch's: deleted where it replaced nothing, else as they were before it."""
    n_removed = run(
        "DELETE FROM incidents WHERE batch_id = :batch AND NOT EXISTS (SELECT 1 FROM replaced_incidents previous "
        "WHERE previous.batch_id = :batch AND previous.incident_id = incidents.incident_id)"
    )
    n_restored = run(
        f"UPDATE incidents AS i SET batch_id = previous.old_batch_id, {TO_PREVIOUS} FROM replaced_incidents previous "
        "WHERE i.batch_id = :batch AND previous.batch_id = :batch AND previous.incident_id = i.incident_id"
    )
    run("DELETE FROM replaced_incidents WHERE batch_id = :batch")
    return n_removed, n_restored


def count(connection: Connection) -> int:
    """How many incidents there are."""
    return int(connection.execute(select(func.count()).select_from(incidents)).scalar_one())
