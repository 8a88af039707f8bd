"""Use case: an empty store filled with the demonstration of 蓟州区."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, func, insert, select

from geo_zhengzhi.errors import StoreNotEmpty
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    GEOMETRY,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_ID,
)
from geo_zhengzhi.services.county import County, keep_county, said_of_county
from geo_zhengzhi.services.importing import import_incidents
from geo_zhengzhi.services.listing import shared_name
from geo_zhengzhi.services.opening import OPENING_DAYS, open_demonstration
from geo_zhengzhi.services.study import Progress, Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, incidents, state
from geo_zhengzhi.store.context import LAYERS, put_layer
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import batches, entries, entry_versions, steps, targets

REASON = "demonstration"
YEAR, STAGE, SINCE = 2024, "listed", date(2024, 1, 1)


def seed_demonstration(database: Database, settings: Settings, progress: Progress | None = None) -> None:
    """
    Fill an empty store with the demonstration; one that holds it already is left as it is.

    Incidents come as a batch of the program's own. What an earlier call left undone because its process was killed is
    done now.

    Parameters
    ----------
    database : Database
    settings : Settings
        `data_dir` holds `boundaries/` and `incidents/`.
    progress : function of (stage, fraction in [0, 1]), optional

    Raises
    ------
    StoreNotEmpty
        If the store holds anything else.
    DemonstrationMissing
        If one of the demonstration's files is not there.
    """
    tell = progress or (lambda stage, fraction: None)
    with database.read() as connection:
        if _is_seeded(connection) and _count(connection, batches):
            return
    study = open_demonstration(settings, lambda stage, fraction: tell(stage, 0.6 * fraction))
    with database.write() as connection:
        incidents.take_turn(connection)  # one at a time, also where several workers start at once
        if not _is_seeded(connection):
            _seed(connection, study)
    assert study.report is not None
    import_incidents(
        database,
        settings.data_dir / "incidents" / study.report.file_name,
        actor=SYSTEM,
        datum=study.report.datum,
        timezone=study.timezone,
        study_area=study.study_area,
        progress=lambda stage, fraction: tell(stage, 0.6 + 0.4 * fraction),
    )


def _is_seeded(connection: Connection) -> bool:
    """
    Whether the store holds the demonstration; False of an empty one.

    Raises
    ------
    StoreNotEmpty
        If it holds anything else.
    """
    county = said_of_county(connection)
    if county is not None and county.demonstration:
        return True
    if county is not None or _count(connection, entries) or _count(connection, batches):
        raise StoreNotEmpty
    return False


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _seed(connection: Connection, study: Study) -> None:
    """Everything but the incidents."""
    keep_county(
        connection,
        County(
            name=study.name,
            timezone=study.timezone,
            demonstration=True,
            simulated=study.simulated,
            notes=study.context.notes,
            targets_notes=study.targets_notes,
            attributions=study.context.attributions,
            opening_days=OPENING_DAYS,
        ),
    )
    for layer in LAYERS:
        put_layer(connection, layer, getattr(study.context, layer))
    seed_targets(connection, study.targets)
    state.bump(connection, state.TARGETS_VERSION)
    audit.append(connection, SYSTEM, "seed", REASON, {"parts": len(study.targets)})


def seed_targets(connection: Connection, frame: gpd.GeoDataFrame) -> None:
    """
    Write a frame of targets into an empty register: entries of 2024, listed, with their parts.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    frame : GeoDataFrame of TARGET_COLUMNS, EPSG:4326
    """
    made = {"made_at": datetime.now(UTC), "made_by": SYSTEM.name}
    for target_id, rows in frame.groupby(TARGET_ID, sort=False):
        entry = _entry(str(target_id), rows)
        connection.execute(insert(entries).values(**entry, **made))
        connection.execute(
            insert(entry_versions).values(target_id=target_id, version=1, contents=entry, reason=REASON, **made)
        )
        step = {"to_stage": STAGE, "step_date": SINCE.isoformat(), "unit": entry["lead_unit"]}
        connection.execute(insert(steps).values(target_id=target_id, **step, **made))
        parts = [_part(row, entry) | {"version": 1, "reason": REASON, **made} for row in rows.to_dict("records")]
        connection.execute(insert(targets), parts)


def _entry(target_id: str, rows: pd.DataFrame) -> dict[str, Any]:
    """A target's entry: named by what its parts' names share."""
    first = rows.iloc[0]
    return {
        "target_id": target_id, "name": shared_name(list(rows[NAME])) or first[NAME],
        "name_en": shared_name(list(rows[NAME_EN])), "kind": first[KIND], "level": first[LEVEL], "year": YEAR,
        "lead_unit": first[LEAD_UNIT], "work_group": "", "guidance_group": "", "measures": {}, "commitments": {},
        "deadline": None, "notes": "", "works_in": None, "stage": STAGE, "stage_since": SINCE.isoformat(), "version": 1,
    }  # fmt: skip


def _part(row: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """A part, with a name only where that is its own."""
    width_m = row[CORRIDOR_HALF_WIDTH_M]
    return {
        "geom": row[GEOMETRY], "part_id": row[PART_ID], "target_id": row[TARGET_ID],
        "part_name": row[NAME] if row[NAME] != entry["name"] else "",
        "part_name_en": row[NAME_EN] if row[NAME_EN] != entry["name_en"] else "",
        "corridor_half_width_m": None if pd.isna(width_m) else width_m, "illustrative": bool(row[ILLUSTRATIVE]),
    }  # fmt: skip
