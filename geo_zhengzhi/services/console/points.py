"""Use cases: look at single incidents and at rejected rows, page by page; every look is written down."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import Actor, Period
from geo_zhengzhi.schema import CATEGORY, INCIDENT_COLUMNS, INCIDENT_ID, LATITUDE, LONGITUDE
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.access.permissions import SEE_POINTS, require
from geo_zhengzhi.services.imports.batches import rejects_of_batch
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

LOOK, LOOK_AT_REJECTS, LOOK_AT_UPLOAD = "incidents seen", "rejects seen", "upload seen"
MOST_A_PAGE = 1000
Box = tuple[float, float, float, float]
Key = tuple[int, str]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """
    Which incidents are wanted.

    Parameters
    ----------
    period : Period or None
        By their midpoints; None for all.
    category : str or None
    box : (west, south, east, north) or None
        Degrees, EPSG:4326; the edge counts as inside.
    """

    period: Period | None = None
    category: str | None = None
    box: Box | None = None


@dataclass(frozen=True, eq=False)
class PointsPage:
    """
    Some of the wanted incidents, by the middle of their time and then by id.

    Parameters
    ----------
    incidents : DataFrame of INCIDENT_COLUMNS, EPSG:4326
    next_key : (microseconds since 1970, incident_id) or None
        Of the last one; None where none follows.
    """

    incidents: pd.DataFrame
    next_key: Key | None


def look_at_incidents(
    database: Database,
    study: Study,
    actor: Actor,
    wanted: Points,
    *,
    reason: str,
    limit: int,
    after: Key | None = None,
) -> PointsPage:
    """
    A page of single incidents, once it is written down that the actor saw it.

    Parameters
    ----------
    database : Database
        Keeps the audit log.
    study : Study
    actor : Actor
    wanted : Points
    reason : str
        Why, in words for the audit log: a program takes the rows along.
    limit : int
        1 to 1,000.
    after : key of the page before, optional
        An import in between moves nothing: what is new stands where its time puts it.

    Raises
    ------
    NotAllowed
        If the actor may not see single incidents.
    InvalidParameter
        If the category does not occur.
    """
    require(actor, SEE_POINTS)
    _check_category(study, wanted)
    page = _page(study, wanted, min(max(limit, 1), MOST_A_PAGE), after)
    write_down(database, actor, LOOK, "", {"reason": reason, **_detail(wanted, len(page.incidents))})
    return page


def wanted_incidents(study: Study, wanted: Points) -> pd.DataFrame:
    """
    All the wanted incidents, INCIDENT_COLUMNS, in the study's order; whoever gives them to somebody writes it down.

    Raises
    ------
    InvalidParameter
        If the category does not occur.
    """
    _check_category(study, wanted)
    mask = _mask(study, wanted, microseconds(study), None)
    return study.incidents.loc[mask, list(INCIDENT_COLUMNS)].reset_index(drop=True)


def _check_category(study: Study, wanted: Points) -> None:
    if wanted.category is not None and wanted.category not in study.categories:
        raise InvalidParameter(name="category", given=wanted.category, allowed=", ".join(study.categories) or "–")


def look_at_rejects(
    database: Database, batch_id: int, actor: Actor, *, limit: int, offset: int = 0
) -> tuple[list[dict[str, Any]], bool]:
    """
    Some of the rows that a batch refused, once it is written down that the actor saw them; and whether more follow.

    Raises
    ------
    NotAllowed, BatchUnknown
        As `batches.rejects_of_batch`.
    """
    found = rejects_of_batch(database, batch_id, actor=actor, limit=limit + 1, offset=offset)
    page = found[:limit]
    write_down(database, actor, LOOK_AT_REJECTS, f"batch {batch_id}", {"n": len(page)})
    return page, len(found) > limit


def look_at_upload(
    database: Database, actor: Actor, upload_id: str, action: str = LOOK_AT_UPLOAD, n: int | None = None
) -> None:
    """Write down that the actor sees rows, or places, of a file that is not imported yet: once a page, or a file."""
    write_down(database, actor, action, f"upload {upload_id[:8]}", {} if n is None else {"n": n})


def _page(study: Study, wanted: Points, limit: int, after: Key | None) -> PointsPage:
    """The first of the wanted rows after a key, without sorting all of them."""
    moments = microseconds(study)
    rows = _later(study, np.flatnonzero(_mask(study, wanted, moments, after)), moments, after)
    if len(rows) > limit + 1:
        last = np.partition(moments[rows], limit)[limit]  # whatever is later cannot be among the first
        rows = rows[moments[rows] <= last]
    order = np.lexsort((_ids(study, rows), moments[rows]))
    chosen = rows[order[:limit]]
    found = study.incidents.iloc[chosen][list(INCIDENT_COLUMNS)].reset_index(drop=True)
    key = (int(moments[chosen[-1]]), str(found[INCIDENT_ID].iloc[-1])) if len(order) > limit else None
    return PointsPage(found, key)


def microseconds(study: Study) -> Rows:
    """The incidents' midpoints as microseconds since 1970, UTC (n)."""
    naive = study.midpoints.dt.tz_convert("UTC").dt.tz_localize(None)
    return np.asarray(naive.to_numpy().astype("datetime64[us]"), np.int64)


def _later(study: Study, rows: Rows, moments: Rows, after: Key | None) -> Rows:
    """Without the rows of the key's own moment that came before it, or are it."""
    if after is None:
        return rows
    same = moments[rows] == after[0]
    seen = np.zeros(len(rows), bool)
    seen[same] = _ids(study, rows[same]) <= after[1]
    return rows[~seen]


def _ids(study: Study, rows: Rows) -> npt.NDArray[np.str_]:
    """The ids of these rows."""
    return study.incidents[INCIDENT_ID].iloc[rows].to_numpy(object).astype(str)


def _mask(study: Study, wanted: Points, moments: Rows, after: Key | None) -> npt.NDArray[np.bool_]:
    """Which incidents (n) are wanted; of the moment of the key itself all, since their ids decide."""
    mask = np.ones(len(moments), bool)
    if wanted.period is not None:
        start, end = (_since_1970(moment) for moment in (wanted.period.start, wanted.period.end))
        mask &= (moments >= start) & (moments < end)
    if wanted.category is not None:
        mask &= (study.incidents[CATEGORY] == wanted.category).to_numpy(bool)
    if wanted.box is not None:
        west, south, east, north = wanted.box
        longitude, latitude = (study.incidents[name].to_numpy(float) for name in (LONGITUDE, LATITUDE))
        mask &= (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    return mask if after is None else mask & (moments >= after[0])


def _since_1970(moment: Any) -> int:
    naive = pd.Timestamp(moment).tz_convert("UTC").tz_localize(None)
    return int(naive.to_datetime64().astype("datetime64[us]").astype(np.int64))


def _detail(wanted: Points, n: int) -> dict[str, Any]:
    """What the log says of a look: never where."""
    days = {} if wanted.period is None else {"from": wanted.period.first_day, "to": wanted.period.last_day}
    return {"n": n, **days, "category": wanted.category, "in_box": wanted.box is not None}
