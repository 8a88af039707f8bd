"""
Databases of the tests' cluster that are used again: to empty one costs a tenth of copying the template anew.

One goes back only where nothing but rows was changed in it; whatever a test did to its schema goes with it.
"""

import uuid
from contextlib import suppress
from typing import Any

import psycopg

TEMPLATE = "template_gz"
PATIENCE = "-c lock_timeout=10s"  # with who was not cut off
MOST_USES = 40  # deleted rows stay in its files
# Of these no row may be another than in the template; each change of a row gives it a later xmin.
WATCHED = (
    "pg_attrdef", "pg_attribute", "pg_cast", "pg_class", "pg_collation", "pg_constraint", "pg_default_acl", "pg_depend",
    "pg_description", "pg_event_trigger", "pg_extension", "pg_index", "pg_largeobject_metadata", "pg_policy", "pg_proc",
    "pg_publication", "pg_rewrite", "pg_trigger", "pg_type", "spatial_ref_sys", "alembic_version",
)  # fmt: skip
COUNTED = "SELECT '{0}', count(*)::text, coalesce(sum(xmin::text::bigint), 0)::text FROM {0}"
SCHEMA = (
    " UNION ALL ".join([COUNTED.format(table) for table in WATCHED])
    + """
    UNION ALL SELECT 'schema', nspname, coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_.*temp_'
    UNION ALL SELECT 'rights', coalesce(datacl::text, ''), '' FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT 'setting', setrole::text, setconfig::text FROM pg_db_role_setting
    UNION ALL SELECT 'sequence', sequencename, '' FROM pg_sequences ORDER BY 1, 2"""
)
EMPTY = """DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences;
END $$"""
OTHERS = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = %s"


class Databases:
    """
    Copies of the template, handed out and taken back.

    Parameters
    ----------
    server : str
        URL of a cluster with the template.
    """

    def __init__(self, server: str) -> None:
        self.server = server
        self._free: list[str] = []
        self._uses: dict[str, int] = {}
        self._schema = self._ask(TEMPLATE, SCHEMA)

    def take(self) -> str:
        """The name of an empty database, which no other has had: who still knows a former one finds nothing there."""
        name = f"gz_{uuid.uuid4().hex[:12]}"
        if not self._again(name):
            self._ask("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
            self._uses[name] = 1
        return name

    def _again(self, name: str) -> bool:
        """Give a free database this name, unless there is none, or somebody of a former test will not let go of it."""
        while self._free:
            former = self._free.pop()
            uses = self._uses.pop(former)
            try:
                self._ask("postgres", f"ALTER DATABASE {former} RENAME TO {name}")
            except psycopg.errors.ObjectInUse:
                self._ask("postgres", f"DROP DATABASE {former} WITH (FORCE)")
            else:
                self._uses[name] = uses + 1
                return True
        return False

    def give_back(self, name: str) -> None:
        """Empty a database for the next one, or drop it; whoever is still connected is cut off."""
        self._ask("postgres", OTHERS, (name,))
        with suppress(psycopg.Error):
            if self._uses[name] < MOST_USES and self._ask(name, SCHEMA) == self._schema:
                self._ask(name, "SET session_replication_role = replica", None, EMPTY)
                self._free.append(name)
                return
        self._ask("postgres", f"DROP DATABASE {name} WITH (FORCE)")
        del self._uses[name]

    def _ask(self, database: str, sql: str, given: Any = None, *more: str) -> list[Any]:
        with psycopg.connect(f"{self.server}/{database}", autocommit=True, options=PATIENCE) as connection:
            cursor = connection.execute(sql, given)  # type: ignore[arg-type]
            found = cursor.fetchall() if cursor.description else []
            for one in more:
                connection.execute(one)  # type: ignore[arg-type]
        return found
