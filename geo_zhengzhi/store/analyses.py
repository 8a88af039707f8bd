"""Analyses that were saved, with their hotspots and zones as features that GDAL and QGIS open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from geo_zhengzhi.store.tables import analyses, hotspots, zones


@dataclass(frozen=True)
class Analysis:
    """
    One saved analysis.

    Parameters
    ----------
    analysis_id : int
    key : str
        Names what was analysed and how.
    data_version : str
        `fingerprints.data_version` of the incidents and targets.
    parameters : dict
        As `AnalysisParameters`, and the `kind` that it is limited to.
    boundaries : {part_id: version}
        The boundary versions that it used.
    counts : {stage: int}
    period_from, period_to : datetime
        Half-open, UTC.
    category : str or None
    made_at, made_by
    """

    analysis_id: int
    key: str
    data_version: str
    parameters: Mapping[str, Any]
    boundaries: Mapping[str, int]
    counts: Mapping[str, int]
    period_from: datetime
    period_to: datetime
    category: str | None
    made_at: datetime
    made_by: str


def find(connection: Connection, analysis_id: int) -> Analysis | None:
    """An analysis by its number."""
    row = connection.execute(select(analyses).where(analyses.c.analysis_id == analysis_id)).first()
    return None if row is None else Analysis(**row._mapping)


def find_key(connection: Connection, key: str) -> Analysis | None:
    """An analysis by what it is of."""
    row = connection.execute(select(analyses).where(analyses.c.key == key)).first()
    return None if row is None else Analysis(**row._mapping)


def newest_first(
    connection: Connection, limit: int | None = None, offset: int = 0, before: int | None = None
) -> list[Analysis]:
    """Every analysis with a number below `before` (None: all), the last one first."""
    asked = select(analyses).order_by(analyses.c.analysis_id.desc()).limit(limit).offset(offset)
    asked = asked if before is None else asked.where(analyses.c.analysis_id < before)
    return [Analysis(**row._mapping) for row in connection.execute(asked)]


def hotspots_of(connection: Connection, analysis_id: int) -> list[Mapping[str, Any]]:
    """The hotspots of an analysis as rows of their table, by rank."""
    asked = select(hotspots).where(hotspots.c.analysis_id == analysis_id).order_by(hotspots.c.rank, hotspots.c.fid)
    return [dict(row._mapping) for row in connection.execute(asked)]


def zones_of(connection: Connection, analysis_id: int) -> list[Mapping[str, Any]]:
    """The zones and candidates of an analysis as rows of their table, in the order in which they were found."""
    asked = select(zones).where(zones.c.analysis_id == analysis_id).order_by(zones.c.fid)
    return [dict(row._mapping) for row in connection.execute(asked)]


def add(
    connection: Connection,
    facts: Mapping[str, Any],
    hotspot_rows: Sequence[Mapping[str, Any]],
    zone_rows: Sequence[Mapping[str, Any]],
) -> int:
    """A new analysis with its features, each a row of the table's columns; its number."""
    added = insert(analyses).values(**facts).returning(analyses.c.analysis_id)
    analysis_id = int(connection.execute(added).scalar_one())
    for table, rows in ((hotspots, hotspot_rows), (zones, zone_rows)):
        if rows:
            connection.execute(insert(table), [{**row, "analysis_id": analysis_id} for row in rows])
    return analysis_id
