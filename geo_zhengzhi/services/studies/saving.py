"""Use case: an analysis kept in the store, with its hotspots and zones as layers and the boundaries that it used."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.exc import IntegrityError

from geo_zhengzhi.errors import AnalysisUnknown
from geo_zhengzhi.model import Actor
from geo_zhengzhi.schema import EPS_M, GEOMETRY, MIN_SAMPLES, N_MEMBERS, NAME_EN, PEAK_HOURS, TOP_CATEGORIES
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE, require
from geo_zhengzhi.services.console.day_hours import written
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.console.stretches import STRETCH, STRETCH_EN, exported_hotspots
from geo_zhengzhi.services.console.week_days import written_weekdays
from geo_zhengzhi.services.studies.exporting import together
from geo_zhengzhi.store import analyses, audit
from geo_zhengzhi.store.analyses import Analysis
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import hotspots, zones

# Kept together, since none is asked for.
DETAILS = (NAME_EN, N_MEMBERS, TOP_CATEGORIES, PEAK_HOURS, EPS_M, MIN_SAMPLES, STRETCH, STRETCH_EN)
OWN = ("fid", "analysis_id", "geom", "details")  # columns of a feature that no frame has


def save_analysis(database: Database, situation: Situation, *, actor: Actor) -> Analysis:
    """
    Keep an analysis; the same one twice is kept once.

    Parameters
    ----------
    database : Database
    situation : Situation
        Of a study out of this store.
    actor : Actor

    Returns
    -------
    Analysis
        As it is kept, maybe since before.

    Raises
    ------
    NotAllowed
        If the actor is no planner.
    """
    require(actor, EDIT_REGISTER)
    facts = _facts(situation)
    try:
        with database.write() as connection:
            known = analyses.find_key(connection, facts["key"])
            if known is not None:
                return known
            made = {"made_at": datetime.now(UTC), "made_by": actor.name}
            number = analyses.add(connection, {**facts, **made}, _hotspot_rows(situation), _zone_rows(situation))
            n = {"hotspots": len(situation.result.hotspots), "zones": len(situation.result.zones)}
            audit.append(connection, actor, "analysis saved", f"analysis {number}", n)
    except IntegrityError:  # somebody saved the same at the same moment
        pass
    with database.read() as connection:
        saved = analyses.find_key(connection, facts["key"])
    assert saved is not None
    return saved


def list_analyses(
    database: Database, *, actor: Actor, limit: int | None = None, offset: int = 0, before: int | None = None
) -> list[Analysis]:
    """
    The saved analyses with a number below `before` (None: all), the newest first.

    Raises
    ------
    NotAllowed
        If the actor may see nothing.
    """
    require(actor, SEE)
    with database.read() as connection:
        return analyses.newest_first(connection, limit, offset, before)


def find_analysis(database: Database, analysis_id: int, *, actor: Actor) -> Analysis:
    """
    A saved analysis by its number.

    Raises
    ------
    NotAllowed
        If the actor may see nothing.
    AnalysisUnknown
        If there is none.
    """
    require(actor, SEE)
    with database.read() as connection:
        found = analyses.find(connection, analysis_id)
    if found is None:
        raise AnalysisUnknown(given=analysis_id)
    return found


def _facts(situation: Situation) -> dict[str, Any]:
    """What an analysis' row says, and the key that follows from it."""
    result, query = situation.result, situation.query
    parameters = {**asdict(result.parameters), "kind": query.kind, "hours": written(query.hours)}
    if query.weekdays is not None:  # what is not asked for is not there: analyses saved before this keep their keys
        parameters["weekdays"] = written_weekdays(query.weekdays)
    if query.level is not None:
        parameters["level"] = query.level
    parameters.pop("n_threads")  # nothing depends on it
    what = {
        "data_version": result.data_version,
        "parameters": parameters,
        "boundaries": dict(situation.study.boundaries),
        "period_from": situation.period.start,
        "period_to": situation.period.end,
        "category": query.category,
    }
    key = hashlib.sha256(repr(sorted(what.items())).encode()).hexdigest()
    return {**what, "key": key, "counts": dict(result.counts)}


def _hotspot_rows(situation: Situation) -> list[dict[str, Any]]:
    """Hotspots as rows of their table, their stretches counted as in every file."""
    named = [column.name for column in hotspots.c if column.name not in OWN]
    return [
        {
            "geom": row[GEOMETRY],
            **{name: _plain(row[name]) for name in named},
            "details": {name: _plain(row[name]) for name in DETAILS},
        }
        for row in exported_hotspots(situation).to_dict("records")
    ]


def _zone_rows(situation: Situation) -> list[dict[str, Any]]:
    """Zones and candidates as rows of their table."""
    named = [column.name for column in zones.c if column.name not in OWN]
    both = together(situation.result.zones, situation.result.candidates)
    return [{"geom": row[GEOMETRY], **{name: _plain(row[name]) for name in named}} for row in both.to_dict("records")]


def _plain(value: Any) -> Any:
    """A value as the columns take it: Python's own numbers, times and lists, None for what is not a number."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
