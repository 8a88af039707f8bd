"""Which step of its schema a store is at, asked without loading what could take the next step."""

from sqlalchemy import Column, Connection, MetaData, String, Table, inspect, select

NEWEST = "0007"  # the last module of `migrations/versions`
_version = Table("alembic_version", MetaData(), Column("version_num", String(32)))


def schema_version(connection: Connection) -> str | None:
    """The number of the last step taken; None of an empty database."""
    if not inspect(connection).has_table(_version.name):
        return None
    return connection.execute(select(_version.c.version_num)).scalar()
