"""
Make the SQLite file a valid GeoPackage 1.4 (OGC 12-128r19), which GDAL and QGIS open and edit.

Features are what `tables.FEATURES` names; of the other tables those that say something to a person are listed as
attributes, so that GDAL shows them and hides the rest: accounts, sessions, the audit log.
"""

from sqlalchemy import Connection

from geo_zhengzhi.store import rtree
from geo_zhengzhi.store.columns import SRS_ID
from geo_zhengzhi.store.rtree import Box
from geo_zhengzhi.store.tables import FEATURES, INDEXED
from geo_zhengzhi.store.trigger import Trigger, sqlite_trigger

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10400
ATTRIBUTES = ("entries", "entry_versions", "steps", "batches", "rejects", "analyses")
WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],'
    'AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,'
    'AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)
SYSTEMS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ("WGS 84 geodetic", SRS_ID, "EPSG", SRS_ID, WGS84),
)
RTREE_EXTENSION = ("gpkg_rtree_index", "http://www.geopackage.org/spec120/#extension_rtree", "write-only")
NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
TABLES = (
    """CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
        srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
        organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)""",
    f"""CREATE TABLE IF NOT EXISTS gpkg_contents (
        table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT ({NOW}),
        min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
        CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
        table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
        srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
        CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE IF NOT EXISTS gpkg_extensions (
        table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
        scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))""",
)
COUNTED_BY_BATCH = "incidents"  # a trigger for each row of a million would cost more than the import itself


def ensure_geopackage(connection: Connection) -> None:
    """
    Make what is missing, refill the R-trees and tighten the bounding boxes; the tables themselves are there already.

    May be called again at any time in a transaction of `Database.write`; `triggers` are put in place by
    `store.triggers`.
    """
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {USER_VERSION}")
    for statement in TABLES:
        connection.exec_driver_sql(statement)
    _list_contents(connection)
    rtree.build(connection)
    tighten_boxes(connection)


def triggers() -> list[Trigger]:
    """Those of the R-trees, and those that keep `last_change` and a covering bounding box in gpkg_contents."""
    kept = [table for table in FEATURES if table != COUNTED_BY_BATCH]
    changed_batch = sqlite_trigger(
        "gpkg_contents_batches",
        "batches",
        "AFTER UPDATE OF status ON batches",
        f"UPDATE gpkg_contents SET last_change = {NOW} WHERE table_name IN ('batches', '{COUNTED_BY_BATCH}')",
    )
    return [*rtree.triggers(), *(trigger for table in kept for trigger in _contents_triggers(table)), changed_batch]


def widen_box(connection: Connection, table: str, box: Box) -> None:
    """
    Let the bounding box of a feature table cover another box, and note that it changed.

    For whoever writes `incidents`, which no trigger watches; does nothing on PostgreSQL.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"UPDATE gpkg_contents SET last_change = {NOW}, {_widened('?', '?', '?', '?')} WHERE table_name = ?",
            (*(side for side in box for _ in range(2)), table),
        )


def tighten_boxes(connection: Connection) -> None:
    """Take the bounding box of each table with an R-tree from its root."""
    for table in INDEXED:
        box = rtree.box_of(connection, table) or (None,) * 4
        connection.exec_driver_sql(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?", (*box, table)
        )


def _list_contents(connection: Connection) -> None:
    """Fill the tables that say what is where."""
    for name, srs_id, organization, number, definition in SYSTEMS:
        row = (name, srs_id, organization, number, definition)
        connection.exec_driver_sql("INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", row)
    listed = "INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)"
    for table in ATTRIBUTES:
        connection.exec_driver_sql(listed, (table, "attributes", table, None))
    for table, kind in FEATURES.items():
        connection.exec_driver_sql(listed, (table, "features", table, SRS_ID))
        column = (table, "geom", kind, SRS_ID)
        connection.exec_driver_sql("INSERT OR IGNORE INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)", column)
    for table in INDEXED:
        extension = (table, "geom", *RTREE_EXTENSION)
        connection.exec_driver_sql("INSERT OR IGNORE INTO gpkg_extensions VALUES (?, ?, ?, ?, ?)", extension)


def _contents_triggers(table: str) -> list[Trigger]:
    """A box that only grows costs a few microseconds a row, and an outside editor's ST_ functions can grow it."""
    sides = tuple(f"ST_{side}(NEW.geom)" for side in ("MinX", "MinY", "MaxX", "MaxY"))
    where = f"WHERE table_name = '{table}'"
    grow = f"UPDATE gpkg_contents SET last_change = {NOW}, {_widened(*sides)} {where}"
    touch = f"UPDATE gpkg_contents SET last_change = {NOW} {where}"
    return [
        sqlite_trigger(f"gpkg_contents_{table}_insert", table, f"AFTER INSERT ON {table}", grow),
        sqlite_trigger(f"gpkg_contents_{table}_update", table, f"AFTER UPDATE ON {table}", grow),
        sqlite_trigger(f"gpkg_contents_{table}_delete", table, f"AFTER DELETE ON {table}", touch),
    ]


def _widened(west: str, south: str, east: str, north: str) -> str:
    """SQL that widens a box; SQLite's min and max of two give NULL where one is NULL."""
    return ", ".join(
        f"{column} = coalesce({pick}({column}, {side}), {side}, {column})"
        for column, pick, side in (
            ("min_x", "min", west), ("min_y", "min", south), ("max_x", "max", east), ("max_y", "max", north),
        )
    )  # fmt: skip
