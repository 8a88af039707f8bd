"""What a trigger is here: a name, its table and the SQL that makes it, so that one can be put back and compared."""

from dataclasses import dataclass


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
