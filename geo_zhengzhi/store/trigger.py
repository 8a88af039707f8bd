"""What a trigger is here: a name, its table and the SQL that makes it, so that one can be put back and compared."""

from dataclasses import dataclass

SQLITE_NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"


@dataclass(frozen=True)
class Trigger:
    """
    A trigger as one engine spells it.

    Parameters
    ----------
    name, table : str
        Its own name and that of the table whose changes start it.
    sql : str
        The whole CREATE TRIGGER statement.
    function : str, optional
        On PostgreSQL the CREATE OR REPLACE FUNCTION that it runs.
    """

    name: str
    table: str
    sql: str
    function: str = ""


def sqlite_trigger(name: str, table: str, when: str, *actions: str) -> Trigger:
    """A trigger of SQLite: `when` reads `AFTER UPDATE OF … ON … WHEN …`, each action is one statement."""
    body = "".join(f"\n  {action};" for action in actions)
    return Trigger(name, table, f"CREATE TRIGGER {name} {when}\nBEGIN{body}\nEND")


def postgres_trigger(name: str, table: str, when: str, body: str) -> Trigger:
    """
    A trigger of PostgreSQL with a function of its own name.

    The function runs with the rights of the store's owner, so that whoever may edit the table need have none on what
    the function writes.
    """
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $${body}$$"
    )
    return Trigger(name, table, f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {name}()", function)


def sqlite_count_up(key: str, condition: str = "TRUE") -> tuple[str, str]:
    """Two statements: an upsert would turn into REPLACE, and so begin at 1 again, where the outer statement is one."""
    return (
        f"INSERT INTO state (key, value) SELECT '{key}', '0' "
        f"WHERE NOT EXISTS (SELECT 1 FROM state WHERE key = '{key}')",
        f"UPDATE state SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = '{key}' AND ({condition})",
    )


def postgres_count_up(key: str) -> str:
    """One statement."""
    return (
        f"INSERT INTO state (key, value) VALUES ('{key}', '1') ON CONFLICT (key) DO UPDATE SET "
        "value = CAST(CAST(state.value AS INTEGER) + 1 AS TEXT)"
    )
