"""Use case: an empty store filled with the demonstration of 蓟州区."""

from datetime import date, timedelta
from typing import Any

import geopandas as gpd
from sqlalchemy import Connection, func, select

from geo_zhengzhi.errors import StoreNotEmpty
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.rules import today_or
from geo_zhengzhi.services.register.seeding import plant
from geo_zhengzhi.services.register.seeds import seeds_of
from geo_zhengzhi.services.studies.county import County, keep_county, said_of_county
from geo_zhengzhi.services.studies.opening import OPENING_DAYS, open_demonstration
from geo_zhengzhi.services.studies.study import Progress, Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, incidents, state
from geo_zhengzhi.store.context import AREAS, LAYERS, put_layer
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import batches, entries

REASON = "demonstration"
YEAR, STAGE, SINCE = 2024, "listed", date(2024, 1, 1)
# Deadlines of the demonstration, as days from the day on which its store is filled, since that is from when they are
# counted: one is past, one near, some ahead, the rest of the targets have none. Made up, and the entries say so.
DAYS_TO_DEADLINE = (45, -12, 19, 90, None, 60)
ILLUSTRATIVE_DEADLINE = "期限为演示示例，并非真实期限。 Illustrative deadline, not a real one."


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
    if study.areas is not None:
        put_layer(connection, AREAS, study.areas)
    counts = seed_targets(connection, study.targets)
    state.bump(connection, state.TARGETS_VERSION)
    audit.append(connection, SYSTEM, "seed", REASON, counts)


def seed_targets(connection: Connection, frame: gpd.GeoDataFrame, today: date | None = None) -> dict[str, int]:
    """
    Put a frame of targets into an empty register, as entries of 2024 that are listed, with illustrative deadlines.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    frame : GeoDataFrame of TARGET_COLUMNS, EPSG:4326
    today : date, optional
        From when the deadlines are counted.

    Returns
    -------
    {"entries": int, "parts": int}
    """
    day = today_or(today)
    deadlines = [None if n_days is None else day + timedelta(days=n_days) for n_days in DAYS_TO_DEADLINE]
    seeds = seeds_of(frame, year=YEAR, stage=STAGE, since=SINCE, deadlines=deadlines, notes=ILLUSTRATIVE_DEADLINE)
    return plant(connection, seeds, reason=REASON, today=day)
