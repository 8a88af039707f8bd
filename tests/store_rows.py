"""Rows that several tests of the store put in."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import shapely
from sqlalchemy import insert, update

from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.copying import tally
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.doctor import examine
from geo_zhengzhi.store.entry_history import NOT_YET
from geo_zhengzhi.store.export_contents import pieces_of
from geo_zhengzhi.store.tables import entries, metadata, targets

PLANNER = Actor("规划一科", "planner")
NOW = datetime(2024, 3, 1, 8, 15, 0, 123_000, UTC)
MADE = {"made_at": NOW, "made_by": PLANNER.name}
CONTENT = bytes(range(256)) * 4 + b"<html>" * 300_000  # a file of two pieces, with every byte in it
CONTENT_NAME = sha256(CONTENT).hexdigest()
SAID = {**MADE, "reason": "测试 \"'\\\n\t🚲"}


def square(west: float, south: float, side: float = 0.01) -> shapely.Polygon:
    """A square by its south-western corner, degrees."""
    return shapely.box(west, south, west + side, south + side)


def add_targets(store: Database, *shapes: shapely.Geometry | None) -> None:
    """A part p0, p1, … of each shape, as if from outside."""
    with store.write() as connection:
        for number, shape in enumerate(shapes):
            connection.execute(insert(targets).values(geom=shape, part_id=f"p{number}", target_id="t"))


def fill(store: Database, n: int = 20) -> None:
    """Some rows in every table, edges of every type among them."""
    add_targets(store, square(117.4, 40.0), None, shapely.Polygon(), shapely.LineString([(117, 40), (118, 41)]))
    with store.write() as connection:
        for name, rows in _rows(n).items():
            connection.execute(insert(metadata.tables[name]), rows)
        connection.execute(update(entries).values(version=1))
        for _ in range(3):
            audit.append(connection, SYSTEM, "edit", "target t", {"why": "测试"})
        state.put(connection, state.INCIDENTS_VERSION, 7)


def _rows(n: int) -> dict[str, list[dict[str, Any]]]:
    content = {"occurred_from": NOW, "occurred_to": NOW, "category": "盗窃", "weight": 0.1 + 0.2}
    entry = {
        "target_id": "t", "name": "武定苑", "kind": "residential_area", "level": "city", "year": 2024,
        "measures": {"technical": "摄像头"}, "commitments": {}, "stage": "listed", "stage_since": "2024-03-01",
        "version": NOT_YET, **MADE,
    }  # fmt: skip
    said = {name: value for name, value in entry.items() if name not in MADE}
    contents = Entry.from_contents({"deadline": None, **said, "version": 1}).contents()
    analysis = {
        "analysis_id": 3, "key": "k", "data_version": "v", "parameters": {"eps_m": 0.1}, "boundaries": {}, "counts": {},
        "category": None, **MADE,
    }  # fmt: skip
    found = {"geom": square(117.4, 40.0), "analysis_id": 3, "n_incidents": 3, "area_km2": 1 / 3}
    return {
        "batches": [
            {"batch_id": b, "file_name": "案件.csv", "sha256": "0", "status": "done", "started_at": NOW, "made_by": "x"}
            for b in (1, 9)
        ],
        "rejects": [{"batch_id": 1, "line": 2, "reason_zh": "缺经度", "fields": ["a", None]}],
        "incidents": [
            {"geom": shapely.Point(117.4 + i / 7, 40.0), "incident_id": f"i{i}", "batch_id": 1, **content}
            for i in range(n)
        ],
        "replaced_incidents": [
            {"geom": shapely.Point(117.4, 40.0), "incident_id": "i0", "batch_id": 9, "old_batch_id": 1, **content}
        ],
        "entries": [entry],
        "entry_versions": [{"target_id": "t", "version": 1, "contents": contents, **SAID}],
        "steps": [{"target_id": "t", "to_stage": "listed", "step_date": "2024-03-01", "unit": "u", **MADE}],
        "answers": [
            {
                "target_id": "t", "period_from": "2024-01-01", "period_to": "2024-06-30", "n_now": 9, "n_before": 2,
                **SAID,
            }
        ],
        "analyses": [analysis],
        "exports": [
            {
                "key": "k", "sha256": CONTENT_NAME, "data_version": "v", "parameters": {"k": 5},
                "boundaries": {"p0": 1}, "figures": [["county", 24289, 24290, None, 0, 174]],
                "audit_head": f"0:{'0' * 64}", **SAID,
            }
        ],
        "export_contents": [{"sha256": CONTENT_NAME, **vars(piece)} for piece in pieces_of(CONTENT)],
        "preset_versions": [{"name": "weekly", "version": 1, "contents": {"ending": ".html"}, **MADE}],
        "hotspots": [{**found, "hotspot_id": "h", "details": {"hours": [0, 1]}, "first_at": NOW}],
        "zones": [{**found, "zone_id": "z", "status": "zone", "hotspot_ids": ["h"]}],
        "context": [{"layer": "station", "geom": shapely.Point(117.4, 40.0), "name": "蓟州站", "properties": None}],
        "users": [{"user_id": 4, "name": "值班室", "role": "planner", "made_at": NOW}],
        "sessions": [
            {"secret_hash": "s", "user_id": 4, "purpose": "link", "made_at": NOW, "seen_at": NOW, "expires_at": NOW}
        ],
    }  # fmt: skip


def url_of(store: Database) -> str:
    """The URL of a store, as it is given."""
    return store.url.render_as_string(hide_password=False)


def tallies(store: Database, *but: str) -> dict[str, tuple[int, str]]:
    """Number of rows and checksum of each table but some."""
    with store.read() as connection:
        counted = {name: tally(connection, table) for name, table in metadata.tables.items() if name not in but}
    return {name: (tallied.n, tallied.checksum) for name, tallied in counted.items()}


def head(store: Database) -> tuple[int, str]:
    """Where the audit log ends."""
    with store.read() as connection:
        return audit.head(connection)


def is_well(store: Database) -> bool:
    """Whether every check of `doctor` finds nothing."""
    assert [finding for finding in examine(store) if finding.problems] == []
    return True
