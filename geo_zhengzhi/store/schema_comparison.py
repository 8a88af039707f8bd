"""Compare the schema of a database with `tables.metadata`, in Alembic's terms."""

import warnings
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Index

from geo_zhengzhi.store.columns import SRS_ID, Geometry
from geo_zhengzhi.store.tables import metadata

NOT_OURS = ("gpkg_", "rtree_", "sqlite_", "spatial_ref_sys", "alembic_version")


def differences(connection: Connection) -> list[Any]:
    """What the schema of a store has otherwise than `tables.metadata`; an empty list where nothing."""
    context = MigrationContext.configure(connection, opts=comparison_options(connection.dialect.name))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Did not recognize type 'geometry'")  # compared below
        return [*compare_metadata(context, metadata), *_other_geometries(connection)]


def is_ours(table: str) -> bool:
    """Whether a table is one of ours to compare: GeoPackage, R-trees and PostGIS bring their own."""
    return not table.startswith(NOT_OURS)


def comparison_options(engine: str) -> dict[str, Any]:
    """What Alembic must know to compare: what to leave out, and what an engine spells otherwise."""

    def include_object(thing: Any, _name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        """GiST indexes are PostgreSQL's."""
        is_index = kind == "index" and isinstance(thing, Index)
        return not (is_index and engine == "sqlite" and thing.dialect_options["postgresql"]["using"])

    return {
        "include_name": lambda name, kind, _parents: kind != "table" or is_ours(str(name)),
        "include_object": include_object,
        "compare_type": lambda _c, _ic, _mc, _it, wanted: False if isinstance(wanted, Geometry) else None,
        "compare_server_default": _other_default if engine == "sqlite" else True,
    }


def _other_default(
    _context: object, _inspected: object, column: Any, found: str | None, _default: object, _rendered: object
) -> bool:
    """SQLite gives a default back with its quotes and brackets; Alembic takes an empty text for none."""
    wanted = None if column.server_default is None else str(column.server_default.arg)
    return (None if found is None else found.strip("()'")) != wanted


def _other_geometries(connection: Connection) -> list[tuple[str, str, str]]:
    """Geometry columns of another type or reference system, which SQLAlchemy cannot read."""
    wanted = {t.name: c.type.kind for t in metadata.tables.values() for c in t.columns if isinstance(c.type, Geometry)}
    found = _sqlite_kinds(connection, wanted) if connection.dialect.name == "sqlite" else _postgis_kinds(connection)
    return [("geometry", name, f"{found.get(name)}") for name, kind in wanted.items() if found.get(name) != kind]


def _sqlite_kinds(connection: Connection, names: dict[str, str]) -> dict[str, str]:
    asked = "SELECT type FROM pragma_table_info(?) WHERE name = 'geom'"
    return {name: str(connection.exec_driver_sql(asked, (name,)).scalar()) for name in names}


def _postgis_kinds(connection: Connection) -> dict[str, str]:
    asked = f"SELECT f_table_name, type FROM geometry_columns WHERE srid = {SRS_ID}"
    return {str(name): str(kind) for name, kind in connection.exec_driver_sql(asked).all()}
