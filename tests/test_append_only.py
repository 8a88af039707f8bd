"""Histories and the audit log are only ever appended to, whoever asks; what breaks that by force is found."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.store import audit
from geo_zhengzhi.store.append_only import APPEND_ONLY
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.export_contents import pieces_of
from geo_zhengzhi.store.tables import export_contents
from tests.stores import ON_POSTGRESQL, ON_SQLITE

CHANGES = {
    "answers": "UPDATE answers SET n_now = 0",
    "audit_log": "UPDATE audit_log SET who = 'nobody'",
    "boundary_versions": "UPDATE boundary_versions SET geom = NULL",
    "entry_versions": "UPDATE entry_versions SET reason = ''",
    "export_contents": "UPDATE export_contents SET n_bytes = 0",
    "exports": "UPDATE exports SET figures = '[]'",
    "preset_versions": "UPDATE preset_versions SET contents = '{}'",
    "steps": "UPDATE steps SET unit = ''",
}
REPLACEMENTS = {
    "answers": "SELECT answer_id, target_id, period_from, period_to, 0, 0, made_at, 'nobody', reason FROM answers",
    "audit_log": "SELECT seq, at, 'nobody', role, action, object, detail, previous_hash, '' FROM audit_log",
    "boundary_versions": "SELECT NULL, NULL, part_id, target_id, version, NULL, made_at, 'nobody', '' "
    "FROM boundary_versions",
    "entry_versions": "SELECT NULL, target_id, version, '{}', made_at, 'nobody', '' FROM entry_versions",
    "export_contents": "SELECT NULL, sha256, piece, 0, is_deflated, content FROM export_contents",
    "exports": "SELECT export_id, key, sha256, data_version, parameters, boundaries, '[]', audit_head, made_at, "
    "'nobody', reason, files FROM exports",
    "preset_versions": "SELECT NULL, name, version, '{}', made_at, 'nobody' FROM preset_versions",
    "steps": "SELECT step_id, target_id, from_stage, 'delisted', step_date, unit, note, made_at, 'nobody' FROM steps",
}
TAMPER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
asked = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'"
for (name,) in connection.execute(asked).fetchall():
    connection.execute(f"DROP TRIGGER {name}")
connection.execute("UPDATE audit_log SET who = 'nobody' WHERE seq = 3")
connection.commit()
connection.close()
"""


@pytest.fixture
def filled(store: Database) -> Database:
    """A store with a row in each of the tables; what comes from outside is kept by triggers."""
    now = "2024-03-01T08:15:00.000Z"
    with store.write() as connection:
        connection.execute(
            text(
                "INSERT INTO entries (target_id, name, kind, level, year, measures, commitments, stage, stage_since, "
                f"version, made_at, made_by) VALUES ('t', 'x', 'square', 'city', 2024, '{{}}', '{{}}', 'screened', "
                f"'2024-03-01', 1, '{now}', 'x')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO exports (key, sha256, data_version, parameters, boundaries, figures, audit_head, made_at, "
                f"made_by) VALUES ('k', '0', 'v', '{{}}', '{{}}', '[]', '', '{now}', 'x')"
            )
        )
        connection.execute(insert(export_contents).values(sha256="0", **vars(pieces_of(b"x")[0])))
        connection.execute(
            text(
                "INSERT INTO preset_versions (name, version, contents, made_at, made_by) "
                f"VALUES ('weekly', 1, '{{}}', '{now}', 'x')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO answers (target_id, period_from, period_to, n_now, n_before, made_at, made_by, reason) "
                f"VALUES ('t', '2024-01-01', '2024-06-30', 9, 2, '{now}', 'x', 'y')"
            )
        )
        connection.execute(text("INSERT INTO targets (part_id, target_id) VALUES ('p', 't')"))
        for _ in range(5):
            audit.append(connection, SYSTEM, "edit")
    return store


def refused(store: Database, table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match=f"{table} is only ever appended to"), store.write() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_changed_or_deleted(filled: Database, table: str) -> None:
    refused(filled, table, CHANGES[table])
    refused(filled, table, f"DELETE FROM {table}")


@ON_POSTGRESQL
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_table_is_emptied_at_once(filled: Database, table: str) -> None:
    refused(filled, table, f"TRUNCATE {table} CASCADE")


@ON_SQLITE
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_put_in_the_place_of_another(filled: Database, table: str) -> None:
    refused(filled, table, f"INSERT OR REPLACE INTO {table} {REPLACEMENTS[table]}")
    with filled.read() as connection:
        assert audit.first_break(connection) is None


@ON_SQLITE
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_bare_sqlite_in_another_process_is_refused_too(filled: Database, table: str) -> None:
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(filled.path), f"DELETE FROM {table}"], capture_output=True, text=True
    )
    assert sqlite3.IntegrityError.__name__ in done.stderr
    assert "only ever appended to" in done.stderr


@ON_SQLITE
def test_a_row_changed_by_force_is_found(filled: Database, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", TAMPER, str(filled.path)], check=True)
    with filled.read() as connection:
        assert audit.first_break(connection) == 3


@ON_POSTGRESQL
def test_a_row_changed_by_force_on_postgresql_is_found(filled: Database) -> None:
    with filled.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER ALL")
        connection.exec_driver_sql("DELETE FROM audit_log WHERE seq = 3")
        connection.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER ALL")
    with filled.read() as connection:
        assert audit.first_break(connection) == 3
