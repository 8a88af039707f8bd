"""
The history of entries, where somebody edits the register from outside (QGIS, GDAL, a database client).

The application keeps each version itself: it inserts an entry as version 0 and makes that 1 with its first row of
`entry_versions`, and an UPDATE of its own sets `version = version + 1`. What comes otherwise comes from outside: its
version is counted up here, it is signed `outside` and kept as a row of `entry_versions`, and `targets_version` goes
up. The number of an entry never changes, and no entry is ever deleted: its history would go with it.
"""

from geo_zhengzhi.store.boundary_history import ADDED, EDITED, OUTSIDE
from geo_zhengzhi.store.columns import Json
from geo_zhengzhi.store.state import TARGETS_VERSION
from geo_zhengzhi.store.tables import entries
from geo_zhengzhi.store.trigger import (
    SQLITE_NOW,
    Trigger,
    postgres_count_up,
    postgres_trigger,
    sqlite_count_up,
    sqlite_trigger,
)

NOT_YET = 0  # the version of an entry of the application's until it has kept the first
FIELDS = tuple(column.name for column in entries.c if column.name not in ("entry_id", "made_at", "made_by"))
KEPT = "An entry is never deleted and keeps its number"
_TABLES = tuple(column.name for column in entries.c if isinstance(column.type, Json))
_DIFFER = tuple(name for name in FIELDS if name not in ("target_id", "version"))
_STEP = "target_id, from_stage, to_stage, step_date, unit, made_at, made_by"
_VERSION = "target_id, version, contents, made_at, made_by, reason"


def sqlite() -> list[Trigger]:
    """A row is corrected after the fact, since a trigger of SQLite cannot change what is being written."""
    refuse = f"SELECT RAISE(ABORT, '{KEPT}')"
    same = "entry_id = NEW.entry_id OR target_id = NEW.target_id"
    return [
        _sqlite_inserted(),
        _sqlite_updated(),
        sqlite_trigger("entries_no_delete", "entries", "BEFORE DELETE ON entries", refuse),
        sqlite_trigger(
            "entries_no_number", "entries",
            "BEFORE UPDATE OF target_id ON entries WHEN NEW.target_id IS NOT OLD.target_id", refuse,
        ),
        sqlite_trigger(  # INSERT OR REPLACE deletes without ever starting a DELETE trigger
            "entries_no_replace", "entries",
            f"BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries WHERE {same})", refuse,
        ),
    ]  # fmt: skip


def _sqlite_keep(version: str, reason: str) -> tuple[str, str]:
    """Sign the row, and keep it as it then stands."""
    values = ", ".join(f"'{name}', {f'json({name})' if name in _TABLES else name}" for name in FIELDS)
    return (
        f"UPDATE entries SET version = {version}, made_at = {SQLITE_NOW}, made_by = '{OUTSIDE}' "
        "WHERE entry_id = NEW.entry_id",
        f"INSERT INTO entry_versions ({_VERSION}) SELECT target_id, version, json_object({values}), made_at, made_by, "
        f"'{reason}' FROM entries WHERE entry_id = NEW.entry_id",
    )


def _sqlite_inserted() -> Trigger:
    first = f"NEW.target_id, NULL, NEW.stage, NEW.stage_since, NEW.lead_unit, {SQLITE_NOW}, '{OUTSIDE}'"
    return sqlite_trigger(
        "entries_inserted",
        "entries",
        f"AFTER INSERT ON entries WHEN NEW.version <> {NOT_YET}",
        *sqlite_count_up(TARGETS_VERSION),
        *_sqlite_keep("1", ADDED),
        f"INSERT INTO steps ({_STEP}) VALUES ({first})",
    )


def _sqlite_updated() -> Trigger:
    differs = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _DIFFER)
    return sqlite_trigger(
        "entries_updated",
        "entries",
        f"AFTER UPDATE ON entries WHEN NEW.version = OLD.version AND ({differs})",
        *sqlite_count_up(TARGETS_VERSION),
        *_sqlite_keep("OLD.version + 1", EDITED),
    )


def postgres() -> list[Trigger]:
    """A row is corrected before it is written; a new one is kept after it, since its versions refer to it."""
    before = "BEFORE INSERT OR UPDATE OR DELETE ON entries FOR EACH ROW"
    return [
        postgres_trigger("entries_signed", "entries", before, _POSTGRES_SIGN),
        postgres_trigger("entries_kept", "entries", "AFTER INSERT ON entries FOR EACH ROW", _POSTGRES_KEEP),
    ]


_POSTGRES_DIFFERS = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _DIFFER)
_POSTGRES_CONTENTS = ", ".join(
    f"'{name}', {f'NEW.{name}::json' if name in _TABLES else f'NEW.{name}'}" for name in FIELDS
)
_POSTGRES_VERSION = (
    f"INSERT INTO entry_versions ({_VERSION}) VALUES (NEW.target_id, NEW.version, "
    f"json_build_object({_POSTGRES_CONTENTS})::text, NEW.made_at, NEW.made_by, '{{reason}}')"
)
_POSTGRES_SIGN = f"""
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND NEW.target_id IS DISTINCT FROM OLD.target_id) THEN
    RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation';
  ELSIF TG_OP = 'INSERT' THEN
    IF NEW.version = {NOT_YET} THEN RETURN NEW; END IF;
    NEW.version := 1;
  ELSIF NEW.version <> OLD.version OR NOT ({_POSTGRES_DIFFERS}) THEN
    RETURN NEW;
  ELSE
    NEW.version := OLD.version + 1;
  END IF;
  NEW.made_at := date_trunc('milliseconds', now());
  NEW.made_by := '{OUTSIDE}';
  IF TG_OP = 'UPDATE' THEN
    {_POSTGRES_VERSION.format(reason=EDITED)};
  END IF;
  {postgres_count_up(TARGETS_VERSION)};
  RETURN NEW;
END
"""
_POSTGRES_KEEP = f"""
BEGIN
  IF NEW.version = {NOT_YET} THEN RETURN NULL; END IF;
  {_POSTGRES_VERSION.format(reason=ADDED)};
  INSERT INTO steps ({_STEP})
    VALUES (NEW.target_id, NULL, NEW.stage, NEW.stage_since, NEW.lead_unit, NEW.made_at, NEW.made_by);
  RETURN NULL;
END
"""
