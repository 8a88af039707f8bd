"""
The history of boundaries, written by triggers: every state of a row of `targets` is a row of `boundary_versions`.

The application says who, when and why in the row itself: an INSERT gives part_id, made_at, made_by, reason and a
version above every earlier one of that part (1 of a new part); an UPDATE sets `version = version + 1` and the other
three. To delete, it first updates `geom` to NULL in the same way, so that the removal is a version too.

What comes without these words comes from outside (QGIS, GDAL, a database client): its version is counted up here, it
is signed `outside`, and `targets_version` goes up, so that nobody computes with the old boundary.
"""

from geo_zhengzhi.store.state import TARGETS_VERSION
from geo_zhengzhi.store.trigger import (
    SQLITE_NOW,
    Trigger,
    postgres_count_up,
    postgres_trigger,
    sqlite_count_up,
    sqlite_trigger,
)

OUTSIDE = "outside"
ADDED, EDITED, DELETED = (f"{done} outside the application" for done in ("added", "edited", "deleted"))
CARRIED = "geom, part_id, target_id, version, corridor_half_width_m, made_at, made_by, reason"

_KNOWN = "coalesce((SELECT max(version) FROM boundary_versions WHERE part_id = NEW.part_id), 0)"
_BY_APPLICATION = (
    "NEW.part_id IS NOT NULL AND NEW.made_at IS NOT NULL AND NEW.made_by IS NOT NULL AND NEW.reason IS NOT NULL"
    f" AND NEW.version > {_KNOWN} AND (NEW.version = 1 OR {_KNOWN} > 0)"
)


def sqlite() -> list[Trigger]:
    """A row is corrected after the fact, since a trigger of SQLite cannot change what is being written."""
    return [_inserted(), _updated(), _deleted()]


_KEEP = f"INSERT INTO boundary_versions ({CARRIED}) SELECT {CARRIED} FROM targets WHERE fid = NEW.fid"


def _sqlite_sign(version: str, reason: str, condition: str, more: str = "") -> str:
    signed = f"version = {version}, made_at = {SQLITE_NOW}, made_by = '{OUTSIDE}', reason = '{reason}'"
    return f"UPDATE targets SET {more}{signed} WHERE fid = NEW.fid AND {condition}"


def _inserted() -> Trigger:
    outside = f"NOT ({_BY_APPLICATION})"
    named = "part_id = coalesce(part_id, 'part-' || lower(hex(randomblob(8)))), "
    return sqlite_trigger(
        "targets_inserted",
        "targets",
        "AFTER INSERT ON targets",
        *sqlite_count_up(TARGETS_VERSION, outside),
        _sqlite_sign(f"{_KNOWN} + 1", ADDED, outside, named),
        _KEEP,
    )


def _updated() -> Trigger:
    differs = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in ("geom", "corridor_half_width_m"))
    outside = "NEW.version = OLD.version"
    return sqlite_trigger(
        "targets_updated",
        "targets",
        f"AFTER UPDATE OF geom, corridor_half_width_m ON targets WHEN {differs}",
        *sqlite_count_up(TARGETS_VERSION, outside),
        _sqlite_sign("OLD.version + 1", EDITED, outside),
        _KEEP,
    )


def _deleted() -> Trigger:
    values = (
        f"NULL, OLD.part_id, OLD.target_id, OLD.version + 1, OLD.corridor_half_width_m, {SQLITE_NOW}, '{OUTSIDE}', "
        f"'{DELETED}'"
    )
    return sqlite_trigger(
        "targets_deleted",
        "targets",
        "AFTER DELETE ON targets WHEN OLD.geom IS NOT NULL",
        *sqlite_count_up(TARGETS_VERSION, "TRUE"),
        f"INSERT INTO boundary_versions ({CARRIED}) VALUES ({values})",
    )


def postgres() -> list[Trigger]:
    """A row is corrected before it is written and kept after it."""
    return [
        postgres_trigger(
            "targets_signed", "targets", "BEFORE INSERT OR UPDATE ON targets FOR EACH ROW", _POSTGRES_SIGN
        ),
        postgres_trigger(
            "targets_kept", "targets", "AFTER INSERT OR UPDATE OR DELETE ON targets FOR EACH ROW", _POSTGRES_KEEP
        ),
    ]


_POSTGRES_UNCHANGED = (
    "NEW.geom::bytea IS NOT DISTINCT FROM OLD.geom::bytea "
    "AND NEW.corridor_half_width_m IS NOT DISTINCT FROM OLD.corridor_half_width_m"
)
_POSTGRES_COUNT_UP = postgres_count_up(TARGETS_VERSION)

_POSTGRES_SIGN = f"""
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF {_BY_APPLICATION} THEN RETURN NEW; END IF;
    NEW.part_id := coalesce(NEW.part_id, 'part-' || substr(md5(gen_random_uuid()::text), 1, 16));
    NEW.version := {_KNOWN} + 1;
    NEW.reason := '{ADDED}';
  ELSIF NEW.version <> OLD.version OR ({_POSTGRES_UNCHANGED}) THEN
    RETURN NEW;
  ELSE
    NEW.version := OLD.version + 1;
    NEW.reason := '{EDITED}';
  END IF;
  NEW.made_at := date_trunc('milliseconds', now());
  NEW.made_by := '{OUTSIDE}';
  {_POSTGRES_COUNT_UP};
  RETURN NEW;
END
"""

_POSTGRES_KEEP = f"""
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.geom IS NULL THEN RETURN NULL; END IF;
    {_POSTGRES_COUNT_UP};
    OLD.geom := NULL;
    OLD.version := OLD.version + 1;
    OLD.made_at := date_trunc('milliseconds', now());
    OLD.made_by := '{OUTSIDE}';
    OLD.reason := '{DELETED}';
    NEW := OLD;
  ELSIF TG_OP = 'UPDATE' THEN
    IF {_POSTGRES_UNCHANGED} THEN RETURN NULL; END IF;
  END IF;
  INSERT INTO boundary_versions ({CARRIED})
    VALUES ({", ".join(f"NEW.{column.strip()}" for column in CARRIED.split(","))});
  RETURN NULL;
END
"""
