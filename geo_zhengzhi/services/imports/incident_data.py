"""Use case: single incidents leave the store as data, by a role that may, for a reason that the audit log keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import pandas as pd

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.io.results import write_geojson, write_geopackage, write_table
from geo_zhengzhi.model import Actor, Period
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.access.permissions import TAKE_POINTS, require
from geo_zhengzhi.services.console.points import Points, wanted_incidents
from geo_zhengzhi.services.register.rules import checked_words
from geo_zhengzhi.services.studies.exporting import as_points
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

TAKEN = "incidents taken"
LAYER = "incidents"
WRITERS: Mapping[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": write_table,
    ".gpkg": lambda incidents, path: write_geopackage({LAYER: as_points(incidents)}, path),
    ".geojson": lambda incidents, path: write_geojson(as_points(incidents), path),
}


@dataclass(frozen=True)
class Taken:
    """
    A file of single incidents.

    Parameters
    ----------
    path : Path
    n : int
        Incidents in it.
    audit_head : str
        NUMBER:HASH of the row that says who took them, and why.
    """

    path: Path
    n: int
    audit_head: str


def take_incidents(
    database: Database, study: Study, actor: Actor, wanted: Points, folder: Path, *, ending: str, reason: str
) -> Taken:
    """
    Write the wanted incidents into a folder, and write down who took them and why before anybody gets them.

    Parameters
    ----------
    database : Database
        Keeps the audit log.
    study : Study
    actor : Actor
    wanted : Points
    folder : Path
        Where nobody else reads; the file is named by the period.
    ending : str
        .csv, .gpkg or .geojson: EPSG:4326, INCIDENT_COLUMNS, so that the file can be imported again.
    reason : str
        Why; it says no person.

    Raises
    ------
    NotAllowed
        If the actor's role may not take incidents along.
    InvalidParameter
        If the ending is none of those, the category does not occur, or no incident is wanted.
    TextMissing, TextTooLong, TextUnprintable, PersonalText
        For the reason.
    """
    require(actor, TAKE_POINTS)
    why = checked_words({"reason": reason}, needed=("reason",))["reason"]
    if ending not in WRITERS:
        raise InvalidParameter(name="format", given=ending[:20] or "–", allowed=", ".join(WRITERS))
    incidents = wanted_incidents(study, wanted)
    if incidents.empty:
        raise InvalidParameter(name="period", given=_days(wanted.period), allowed="a period that holds incidents")
    path = folder / f"incidents-{_days(wanted.period)}{ending}"
    WRITERS[ending](incidents, path)
    with path.open("rb") as file:
        said = {"reason": why, "n": len(incidents), "format": ending, "sha256": file_digest(file, "sha256").hexdigest()}
    detail = {**said, "period": _days(wanted.period), "category": wanted.category}
    return Taken(path, len(incidents), write_down(database, actor, TAKEN, "", detail))


def _days(period: Period | None) -> str:
    """The period as a file's name and the log have it."""
    return "all" if period is None else f"{period.first_day}-{period.last_day}"
