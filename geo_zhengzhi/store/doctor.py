"""Examine a store, on either engine, without changing it: every check says what it found, and none stops another."""

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from geo_zhengzhi.errors import GeoZhengzhiError, Phrase
from geo_zhengzhi.register import Entry
from geo_zhengzhi.store import audit, export_contents, geopackage, rtree, triggers
from geo_zhengzhi.store.columns import SRS_ID
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.granting import faults_of_role
from geo_zhengzhi.store.register import FIELDS
from geo_zhengzhi.store.schema_version import NEWEST, schema_version
from geo_zhengzhi.store.tables import FEATURES, INDEXED, boundary_versions, entries, entry_versions, targets

AT_MOST = 20  # problems told of one check
KEPT = "{n} of {made} kept, {mib} MiB"
Check = Callable[[Connection], Iterator[str]]


@dataclass(frozen=True)
class Finding:
    """
    What one check found.

    Parameters
    ----------
    check : str
        Its name, English; the key of its Chinese name.
    problems : tuple of str
        Where something is wrong, the first twenty; empty where nothing.
    warnings : tuple of Phrase
        What works, and could be safer.
    notes : tuple of Phrase
        What else is worth knowing.
    """

    check: str
    problems: tuple[str, ...]
    warnings: tuple[Phrase, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def examine(database: Database, more: Mapping[str, Check] | None = None) -> list[Finding]:
    """Every check that means something on the store's engine, and more, each in a view of its own."""
    checks = {**(SQLITE_CHECKS if database.is_sqlite else POSTGRES_CHECKS), **COMMON_CHECKS, **(more or {})}
    found = [Finding(name, _problems(database, check)) for name, check in checks.items()]
    found.append(_meeting_files(database))
    return found if database.is_sqlite else [*found, _role(database)]


def _role(database: Database) -> Finding:
    """Whether whoever is connected can do more to the log than append to it."""
    with database.read() as connection:
        return Finding("Role", (), tuple(faults_of_role(connection)))


def _meeting_files(database: Database) -> Finding:
    """Whether what is kept of meeting files is what was made, and how much it is."""
    notes: list[Phrase] = []

    def check(connection: Connection) -> Iterator[str]:
        kept = export_contents.kept(connection)
        notes.append(Phrase(KEPT, n=kept.n, made=kept.n_made, mib=f"{kept.n_bytes / 2**20:.1f}"))
        yield from export_contents.faults(connection)

    return Finding("Meeting files", _problems(database, check), (), tuple(notes))


def _problems(database: Database, check: Check) -> tuple[str, ...]:
    """A check that cannot even be made has found something."""
    try:
        with database.read() as connection:
            return tuple(problem for problem, _ in zip(check(connection), range(AT_MOST), strict=False))
    except (DBAPIError, ValueError) as error:
        return (str(getattr(error, "orig", error)).strip(),)


def _schema(connection: Connection) -> Iterator[str]:
    """The step of the schema, and every difference from what the program expects."""
    version = schema_version(connection)
    if version != NEWEST:
        yield f"schema {version}, expected {NEWEST}"
        return
    comparison = importlib.import_module("geo_zhengzhi.store.schema_comparison")  # with Alembic, which takes time
    yield from (str(difference) for difference in comparison.differences(connection))


def _triggers(connection: Connection) -> Iterator[str]:
    """Triggers that are not there or were changed."""
    yield from triggers.missing(connection)


def _history(connection: Connection) -> Iterator[str]:
    """Parts that do not stand as the last row of their history says."""
    history = boundary_versions
    last = {
        row.part_id: row for row in connection.execute(select(history).order_by(history.c.part_id, history.c.version))
    }
    for part in connection.execute(select(targets).order_by(targets.c.part_id)):
        kept = last.get(part.part_id)
        if kept is None or kept.version < part.version:
            yield f"{part.part_id} {part.version}: not in the history"
        elif (kept.geom, kept.corridor_half_width_m) != (part.geom, part.corridor_half_width_m):
            yield f"{part.part_id} {part.version}: other than in the history"


def _register(connection: Connection) -> Iterator[str]:
    """Entries that do not stand as their last version says, or that cannot be read at all."""
    kept = entry_versions
    last = {
        row.target_id: row.contents
        for row in connection.execute(select(kept.c.target_id, kept.c.contents).order_by(kept.c.version))
    }
    for row in connection.execute(select(*FIELDS).order_by(entries.c.target_id)).mappings():
        if last.get(row["target_id"]) != dict(row):
            yield f"{row['target_id']} {row['version']}: not as in the history"
        try:
            Entry.from_contents(dict(row))
        except GeoZhengzhiError as error:
            yield f"{row['target_id']} {row['version']}: {error}"


def _audit(connection: Connection) -> Iterator[str]:
    """The first row that breaks the chain."""
    if (broken := audit.first_break(connection)) is not None:
        yield f"audit_log {broken}"


def _integrity(connection: Connection) -> Iterator[str]:
    """Pages, indexes, NOT NULL and CHECK, by SQLite itself."""
    for line in connection.exec_driver_sql(f"PRAGMA integrity_check({AT_MOST})").scalars():
        if line != "ok":
            yield str(line)


def _foreign_keys(connection: Connection) -> Iterator[str]:
    """Rows without what they belong to."""
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{table} {row}: no {parent}"


def _geopackage(connection: Connection) -> Iterator[str]:
    """What makes the file a GeoPackage."""
    for name, wanted in (("application_id", geopackage.APPLICATION_ID), ("user_version", geopackage.USER_VERSION)):
        if (found := connection.exec_driver_sql(f"PRAGMA {name}").scalar()) != wanted:
            yield f"{name} {found}, expected {wanted}"
    yield from _contents(connection)
    for table in FEATURES:
        yield from _blobs(connection, table)


def _contents(connection: Connection) -> Iterator[str]:
    """Tables that are not listed as what they are."""
    listed = connection.exec_driver_sql(
        "SELECT c.table_name, data_type, geometry_type_name, extension_name FROM gpkg_contents c "
        "LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name AND g.srs_id = c.srs_id "
        "LEFT JOIN gpkg_extensions e ON e.table_name = c.table_name AND e.column_name = 'geom'"
    )
    found = {row[0]: tuple(row[1:]) for row in listed}
    extension = geopackage.RTREE_EXTENSION[0]
    for table, kind in FEATURES.items():
        if found.get(table) != ("features", kind, extension if table in INDEXED else None):
            yield f"gpkg_contents: {table} {found.get(table)}"
    for table in geopackage.ATTRIBUTES:
        if found.get(table) != ("attributes", None, None):
            yield f"gpkg_contents: {table} {found.get(table)}"


def _blobs(connection: Connection, table: str) -> Iterator[str]:
    """Geometries that are no blob of the standard, or in another reference system."""
    little, big = (SRS_ID.to_bytes(4, order).hex().upper() for order in ("little", "big"))
    wrong = (
        f"SELECT fid FROM {table} WHERE geom NOT NULL AND (substr(geom, 1, 2) <> x'4750' "
        f"OR hex(substr(geom, 5, 4)) NOT IN ('{little}', '{big}'))"
    )
    for fid in connection.exec_driver_sql(wrong).scalars():
        yield f"{table} {fid}: geometry"


def _rtree(connection: Connection) -> Iterator[str]:
    """R-trees that are broken in themselves or hold something else than their tables."""
    for table in INDEXED:
        tree = rtree.rtree_of(table)
        if (inside := connection.exec_driver_sql("SELECT rtreecheck(?)", (tree,)).scalar()) != "ok":
            yield f"{tree}: {inside}"
        missing = (
            f"SELECT fid FROM {table} LEFT JOIN {tree} ON id = fid WHERE geom NOT NULL AND NOT ST_IsEmpty(geom) "
            f"AND (id IS NULL OR minx > ST_MinX(geom) OR maxx < ST_MaxX(geom) OR miny > ST_MinY(geom) "
            f"OR maxy < ST_MaxY(geom))"
        )
        surplus = f"SELECT id FROM {tree} WHERE id NOT IN (SELECT fid FROM {table} WHERE geom NOT NULL)"
        for asked in (missing, surplus):
            for fid in connection.exec_driver_sql(asked).scalars():
                yield f"{tree} {fid}"


def _postgres_indexes(connection: Connection) -> Iterator[str]:
    """Indexes and constraints that PostgreSQL does not vouch for."""
    invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    unproven = "SELECT conrelid::regclass::text || ' ' || conname FROM pg_constraint WHERE NOT convalidated"
    for asked in (invalid, unproven):
        yield from (str(name) for name in connection.exec_driver_sql(asked).scalars())


def _postgis(connection: Connection) -> Iterator[str]:
    """Geometries that PostGIS cannot read, and PostGIS itself."""
    connection.exec_driver_sql("SELECT PostGIS_Lib_Version()")
    for table in FEATURES:
        asked = f"SELECT fid FROM {table} WHERE geom IS NOT NULL AND ST_SRID(geom) <> {SRS_ID}"
        for fid in connection.exec_driver_sql(asked).scalars():
            yield f"{table} {fid}: geometry"


SQLITE_CHECKS: dict[str, Check] = {
    "Pages and indexes": _integrity,
    "Foreign keys": _foreign_keys,
    "GeoPackage": _geopackage,
    "R-trees": _rtree,
}
POSTGRES_CHECKS: dict[str, Check] = {"Pages and indexes": _postgres_indexes, "PostGIS": _postgis}
COMMON_CHECKS: dict[str, Check] = {
    "Schema": _schema,
    "Triggers": _triggers,
    "Boundary history": _history,
    "Register history": _register,
    "Audit log": _audit,
}
