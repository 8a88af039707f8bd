"""
R-trees on SQLite as GeoPackage 1.4 wants them (OGC 12-128r19, annex F.3): a virtual table and seven triggers a table.

GDAL and QGIS keep the same triggers running with ST_ functions of their own.
"""

import numpy as np
from sqlalchemy import Connection

from geo_zhengzhi.store.tables import INDEXED
from geo_zhengzhi.store.trigger import Trigger, sqlite_trigger

Box = tuple[float, float, float, float]
CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])  # SQLite's node: depth, count (2 bytes each), then cells
IN_NODE_ORDER = (0, 2, 1, 3)  # minx, maxx, miny, maxy


def rtree_of(table: str) -> str:
    """The name that GeoPackage gives a table's R-tree."""
    return f"rtree_{table}_geom"


def triggers() -> list[Trigger]:
    """The triggers of every R-tree."""
    return [trigger for table in INDEXED for trigger in _triggers(table)]


def build(connection: Connection) -> None:
    """Make each R-tree where it is missing, and fill it from its table anew."""
    for table in INDEXED:
        tree = rtree_of(table)
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE IF NOT EXISTS {tree} USING rtree(id, minx, maxx, miny, maxy)")
        connection.exec_driver_sql(f"DELETE FROM {tree}")
        connection.exec_driver_sql(
            f"INSERT INTO {tree} SELECT fid, {_box('geom')} FROM {table} WHERE geom NOT NULL AND NOT ST_IsEmpty(geom)"
        )


def box_of(connection: Connection, table: str) -> Box | None:
    """West, south, east, north of a whole table, from the root of its R-tree, to seven digits; None of nothing."""
    root = connection.exec_driver_sql(f"SELECT data FROM {rtree_of(table)}_node WHERE nodeno = 1").scalar() or b""
    count = int.from_bytes(root[2:4], "big")
    if count == 0:
        return None
    boxes = np.frombuffer(root, CELL, count, offset=4)["box"][:, IN_NODE_ORDER].astype(float)
    west, south = boxes[:, :2].min(axis=0)
    east, north = boxes[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _box(geom: str) -> str:
    return ", ".join(f"ST_{side}({geom})" for side in ("MinX", "MaxX", "MinY", "MaxY"))


def _triggers(table: str) -> list[Trigger]:
    """As the specification spells them; the numbers in their names are its own."""
    tree = rtree_of(table)
    full, was_full = (f"({row}.geom NOTNULL AND NOT ST_IsEmpty({row}.geom))" for row in ("NEW", "OLD"))
    empty, was_empty = (f"({row}.geom ISNULL OR ST_IsEmpty({row}.geom))" for row in ("NEW", "OLD"))
    same, moved = "OLD.fid = NEW.fid", "OLD.fid != NEW.fid"
    put = f"INSERT OR REPLACE INTO {tree} VALUES (NEW.fid, {_box('NEW.geom')})"
    take = f"DELETE FROM {tree} WHERE id = OLD.fid"
    change = (
        f"UPDATE {tree} SET minx = ST_MinX(NEW.geom), maxx = ST_MaxX(NEW.geom), "
        f"miny = ST_MinY(NEW.geom), maxy = ST_MaxY(NEW.geom) WHERE id = NEW.fid"
    )
    of_geom, of_any = f"AFTER UPDATE OF geom ON {table}", f"AFTER UPDATE ON {table}"
    rules: dict[str, tuple[str, ...]] = {
        "insert": (f"AFTER INSERT ON {table} WHEN {full}", put),
        "update6": (f"{of_geom} WHEN {same} AND {full} AND {was_full}", change),
        "update7": (f"{of_geom} WHEN {same} AND {full} AND {was_empty}", put.replace(" OR REPLACE", "")),
        "update2": (f"{of_geom} WHEN {same} AND {empty}", take),
        "update5": (f"{of_any} WHEN {moved} AND {full}", take, put),
        "update4": (f"{of_any} WHEN {moved} AND {empty}", f"DELETE FROM {tree} WHERE id IN (OLD.fid, NEW.fid)"),
        "delete": (f"AFTER DELETE ON {table} WHEN OLD.geom NOT NULL", take),
    }
    return [sqlite_trigger(f"{tree}_{name}", table, *rule) for name, rule in rules.items()]
