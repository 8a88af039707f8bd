"""Databases that tests use one after the other: each begins as the template is."""

import psycopg
import pytest

from geo_zhengzhi.store.opening import open_store
from tests.databases import MOST_USES, SCHEMA, Databases
from tests.store_rows import fill

ROWS = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


@pytest.fixture
def own(postgres_server: str) -> Databases:
    return Databases(postgres_server)


def rows(databases: Databases, name: str) -> dict[str, int]:
    with psycopg.connect(f"{databases.server}/{name}") as connection:
        tables = [table for (table,) in connection.execute(ROWS)]
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def there(databases: Databases, name: str) -> bool:
    with psycopg.connect(f"{databases.server}/postgres") as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None


def test_a_filled_database_comes_again_empty_and_under_another_name(own):
    first = own.take()
    new = rows(own, first)
    store = open_store(f"{own.server}/{first}")
    fill(store)
    store.close()
    assert sum(rows(own, first).values()) > sum(new.values())
    own.give_back(first)
    second = own.take()
    assert not there(own, first)
    assert rows(own, second) == new
    own.give_back(second)


def test_numbers_begin_anew(own):
    given = []
    for _ in range(2):
        name = own.take()
        with psycopg.connect(f"{own.server}/{name}") as connection:
            given.append(connection.execute("SELECT nextval('users_user_id_seq')").fetchone())
        own.give_back(name)
    assert given == [(1,), (1,)]


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE theirs (a integer)",
        "ALTER TABLE users ADD COLUMN theirs integer",
        "ALTER TABLE audit_log DISABLE TRIGGER ALL",
        "DROP INDEX {index}",
        "GRANT SELECT ON users TO public",
        "CREATE FUNCTION theirs() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA theirs",
        "CREATE SEQUENCE theirs",
        "DELETE FROM spatial_ref_sys WHERE srid = 4490",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER DATABASE {name} SET statement_timeout = 1",
        "REVOKE CONNECT ON DATABASE {name} FROM public",
    ],
)  # fmt: skip
def test_a_database_whose_schema_was_changed_does_not_come_again(own, change):
    name = own.take()
    with psycopg.connect(f"{own.server}/{name}", autocommit=True) as connection:
        index = connection.execute(
            "SELECT indexrelid::regclass FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE NOT indisunique "
            "AND c.relnamespace = 'public'::regnamespace LIMIT 1"
        ).fetchone()
        connection.execute(change.format(name=name, index=index[0]))
    own.give_back(name)
    assert not there(own, name)
    other = own.take()
    assert own._ask(other, SCHEMA) == own._schema
    own.give_back(other)


def test_who_is_still_connected_is_cut_off(own):
    name = own.take()
    with psycopg.connect(f"{own.server}/{name}") as connection:
        connection.execute("SELECT * FROM users FOR UPDATE")
        own.give_back(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    own.give_back(own.take())


def test_a_database_is_not_used_for_ever(own):
    name = own.take()
    own._uses[name] = MOST_USES
    own.give_back(name)
    assert not there(own, name)
