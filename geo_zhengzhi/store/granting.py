"""
Two roles on PostgreSQL: one owns the store, the other serves from it and can only append to what is only appended to.

Triggers refuse changes of the log whoever asks, but who owns a table may take its triggers away, or the table. So the
site connects as a role that owns nothing and is given what it needs, and nothing else: a right that it had before goes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from geo_zhengzhi.errors import GrantNotPossible, NotTheOwner, Phrase, RoleMissing
from geo_zhengzhi.store.append_only import APPEND_ONLY
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import metadata
from geo_zhengzhi.store.triggers import wanted

BY_TRIGGERS = ("boundary_versions",)  # what nobody but the triggers of `targets` writes
READ, APPEND, CHANGE = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
VERSION = "alembic_version"

SUPERUSER = "{role} is a superuser"
OWNS = "{role} owns {tables}, or is a member of who does"
CHANGES = "{role} may change or empty {table}"
OWNERS = (
    "SELECT c.relname FROM pg_class c WHERE c.oid = ANY(CAST(:tables AS oid[])) "
    "AND pg_has_role(:role, c.relowner, 'MEMBER')"
)


@dataclass(frozen=True)
class Granted:
    """
    What a role may do now.

    Parameters
    ----------
    right : str
        "SELECT, INSERT, UPDATE, DELETE".
    names : tuple of str
        On which tables.
    """

    right: str
    names: tuple[str, ...]


def grant(database: Database, connection: Connection, role: str) -> list[Granted]:
    """
    Give a role what serving needs, and take everything else away from it; as the store's owner.

    Parameters
    ----------
    database : Database
    connection : Connection
        Of `Database.write`.
    role : str
        Of the cluster; neither a superuser nor the owner.

    Raises
    ------
    GrantNotPossible
        If the store is on SQLite, or the role is a superuser or an owner.
    RoleMissing
        If there is no such role.
    NotTheOwner
        If whoever runs this owns not every table.
    """
    if database.is_sqlite:
        raise GrantNotPossible(role=role, reason=Phrase("the store is a file, and a file has no roles"))
    _refuse_unfit(database, connection, role)
    _take_away(connection, role)
    run, name = connection.exec_driver_sql, _quoted(connection, role)
    granted = [Granted(right, names) for right, names in _rights().items()]
    for one in granted:
        run(f"GRANT {one.right} ON {', '.join(one.names)} TO {name}")
    run(f"GRANT USAGE ON SEQUENCE {', '.join(_sequences(connection, but=BY_TRIGGERS))} TO {name}")
    _shut_functions(connection)
    _allow_temporary(connection, role)
    for fault in _beyond(connection, role):
        raise GrantNotPossible(role=role, reason=fault)
    return granted


def faults_of_role(connection: Connection) -> Iterator[Phrase]:
    """What keeps the role of a connection from being one that can only append; nothing on SQLite."""
    if connection.dialect.name == "postgresql":
        me = str(connection.exec_driver_sql("SELECT current_user").scalar_one())
        yield from list(_faults(connection, me)) or _beyond(connection, me)


def _rights() -> dict[str, tuple[str, ...]]:
    """Right → tables."""
    appended = tuple(name for name in APPEND_ONLY if name not in BY_TRIGGERS)
    changed = tuple(name for name in metadata.tables if name not in APPEND_ONLY)
    return {READ: (*BY_TRIGGERS, VERSION), APPEND: appended, CHANGE: changed}


def _take_away(connection: Connection, role: str) -> None:
    """Every right of a role on the store's tables and sequences, and to make something beside them."""
    run, name = connection.exec_driver_sql, _quoted(connection, role)
    schema = _quoted(connection, str(run("SELECT current_schema()").scalar_one()))
    run(f"REVOKE ALL ON {', '.join([*metadata.tables, VERSION])} FROM {name}")
    run(f"REVOKE ALL ON SEQUENCE {', '.join(_sequences(connection))} FROM {name}")
    run(f"REVOKE CREATE ON SCHEMA {schema} FROM {name}")
    run(f"GRANT USAGE ON SCHEMA {schema} TO {name}")


def _refuse_unfit(database: Database, connection: Connection, role: str) -> None:
    """Refuse a role that could do everything anyway, and somebody who may not grant."""
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first() is None:
        raise RoleMissing(role=role)
    for fault in _faults(connection, role):
        raise GrantNotPossible(role=role, reason=fault)
    me = str(connection.exec_driver_sql("SELECT current_user").scalar_one())
    if len(_owned(connection, me)) < len(_tables(connection)):
        raise NotTheOwner(name=database.name, role=me)


def _faults(connection: Connection, role: str) -> Iterator[Phrase]:
    """Why a role can do more than append."""
    asked = text("SELECT rolsuper FROM pg_roles WHERE rolname = :role")
    if connection.execute(asked, {"role": role}).scalar():
        yield Phrase(SUPERUSER, role=role)
    elif owned := [name for name in _owned(connection, role) if name in APPEND_ONLY]:
        yield Phrase(OWNS, role=role, tables=", ".join(sorted(owned)))


def _beyond(connection: Connection, role: str) -> Iterator[Phrase]:
    """Rights on the append-only tables that a role has otherwise: as a member of another role, or as everybody."""
    for table in APPEND_ONLY:
        asked = text("SELECT has_table_privilege(:role, :table, 'UPDATE, DELETE, TRUNCATE, TRIGGER')")
        if connection.execute(asked, {"role": role, "table": table}).scalar():
            yield Phrase(CHANGES, role=role, table=table)


def _owned(connection: Connection, role: str) -> list[str]:
    """Which of the store's tables a role owns, or may act as the owner of."""
    found = connection.execute(text(OWNERS), {"tables": _tables(connection), "role": role})
    return [str(name) for name in found.scalars()]


def _tables(connection: Connection) -> list[int]:
    """The store's tables, by PostgreSQL's own numbers."""
    names = [*metadata.tables, VERSION]
    asked = text(
        "SELECT to_regclass(n)::oid::bigint FROM unnest(CAST(:names AS text[])) n WHERE to_regclass(n) NOTNULL"
    )
    return [int(oid) for oid in connection.execute(asked, {"names": names}).scalars()]


def _sequences(connection: Connection, but: Sequence[str] = ()) -> list[str]:
    """The sequences that number the rows of the store's tables, some aside."""
    found = []
    for table in metadata.tables.values():
        column = table._autoincrement_column
        if column is not None and table.name not in but:
            asked = text("SELECT pg_get_serial_sequence(:table, :column)")
            found.append(connection.execute(asked, {"table": table.name, "column": column.name}).scalar())
    return [str(name) for name in found if name is not None]


def _shut_functions(connection: Connection) -> None:
    """
    Let nobody use the triggers' functions, which act for the owner, on tables of his own.

    A temporary table, which everybody may make, is never taken for one of theirs: their path names it last.
    """
    path = connection.exec_driver_sql("SELECT string_agg(quote_ident(s), ', ') FROM unnest(current_schemas(false)) s")
    schemas = str(path.scalar_one())
    for trigger in wanted(connection):
        if trigger.function:
            connection.exec_driver_sql(f"REVOKE ALL ON FUNCTION {trigger.name}() FROM PUBLIC")
            connection.exec_driver_sql(f"ALTER FUNCTION {trigger.name}() SET search_path = {schemas}, pg_temp")


def _allow_temporary(connection: Connection, role: str) -> None:
    """An import needs temporary tables; everybody may make some unless an administrator has taken that away."""
    asked = text("SELECT current_database(), has_database_privilege(:role, current_database(), 'TEMPORARY')")
    database, may = connection.execute(asked, {"role": role}).one()
    if not may:
        database, name = (_quoted(connection, each) for each in (str(database), role))
        connection.exec_driver_sql(f"GRANT TEMPORARY ON DATABASE {database} TO {name}")


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
