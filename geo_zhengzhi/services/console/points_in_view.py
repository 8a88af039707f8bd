"""
Use case: the single incidents in the part of the map that is on the screen; every look is written down.

Only close up: whoever wants a place's incidents moves there and sees those in view, not the county's.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.crs import geodesic_length_km, wgs84_to_gcj02
from geo_zhengzhi.errors import ViewTooWide
from geo_zhengzhi.model import Actor
from geo_zhengzhi.schema import CATEGORY, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.access.permissions import SEE_POINTS, require
from geo_zhengzhi.services.backgrounds import background_of
from geo_zhengzhi.services.console.points import LOOK, Box, Rows
from geo_zhengzhi.services.console.situation import Query, checked, rows_asked
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database

MOST_SHOWN = 1000
WIDEST_KM = 6.0  # a large screen at zoom 15, where single houses can be told apart
Floats = npt.NDArray[np.float64]
COLUMNS = (LONGITUDE, LATITUDE, OCCURRED_FROM, OCCURRED_TO, CATEGORY)


@dataclass(frozen=True, eq=False)
class PointsInView:
    """
    The incidents in view.

    Parameters
    ----------
    incidents : DataFrame of k <= MOST_SHOWN rows
        COLUMNS, the latest first; degrees in the datum of the map that shows them, times in the study's zone.
    n_in_view : int
        How many there are, shown or not.
    """

    incidents: pd.DataFrame
    n_in_view: int


def look_at_view(
    database: Database, study: Study, actor: Actor, query: Query, box: Box, settings: Settings
) -> PointsInView:
    """
    The incidents that a query's period and filters keep in a box, once it is written down that the actor saw them.

    Parameters
    ----------
    database : Database
        Keeps the audit log.
    study : Study
    actor : Actor
    query : Query
        Its kind and level narrow targets, not incidents.
    box : (west, south, east, north)
        Degrees, EPSG:4326, or GCJ-02 where the map is drawn in it; the edge counts as inside.
    settings : Settings
        Its background says in which datum the map is drawn.

    Raises
    ------
    NotAllowed
        If the actor may not see single incidents.
    ViewTooWide
        If a side of the box is longer than WIDEST_KM.
    InvalidParameter, NoIncidents
        As `situation.checked`.
    """
    require(actor, SEE_POINTS)
    _refuse_wide(box)
    asked = checked(study, query)
    assert asked.period is not None
    rows, x, y = _inside(study, rows_asked(study, asked, asked.period), box, _is_gcj02(settings))
    latest = np.argsort(-study.midpoints.iloc[rows].astype("int64").to_numpy(), kind="stable")[:MOST_SHOWN]
    shown = _told(study, rows[latest]).assign(**{LONGITUDE: x[latest], LATITUDE: y[latest]})
    days = {"from": asked.period.first_day, "to": asked.period.last_day}
    write_down(database, actor, LOOK, "", {"n": len(shown), **days, "category": asked.category, "in_box": True})
    return PointsInView(shown, len(rows))


def _refuse_wide(box: Box) -> None:
    """Refuse a box that is no close-up."""
    west, south, east, north = box
    middle = (south + north) / 2
    sides = ([(west, middle), (east, middle)], [(west, south), (west, north)])
    wide_km, high_km = geodesic_length_km([shapely.LineString(side) for side in sides])
    if max(wide_km, high_km) > WIDEST_KM:
        raise ViewTooWide(wide_km=wide_km, high_km=high_km, allowed=WIDEST_KM)


def _is_gcj02(settings: Settings) -> bool:
    """Whether the map is drawn in GCJ-02."""
    background = background_of(settings)
    return background is not None and background.crs == "gcj02"


def _inside(study: Study, rows: Rows, box: Box, gcj02: bool) -> tuple[Rows, Floats, Floats]:
    """Which of the rows (k) lie in a box of the map's datum, and where in it."""
    west, south, east, north = box
    x, y = (study.incidents[column].to_numpy(np.float64)[rows] for column in (LONGITUDE, LATITUDE))
    if gcj02:
        x, y = wgs84_to_gcj02(x, y)
    kept = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
    return rows[kept], x[kept], y[kept]


def _told(study: Study, rows: Rows) -> pd.DataFrame:
    """What is said of these incidents (k), their times in the study's zone."""
    told = study.incidents.iloc[rows][list(COLUMNS)].reset_index(drop=True)
    moments = (OCCURRED_FROM, OCCURRED_TO)
    return told.assign(**{column: told[column].dt.tz_convert(study.timezone) for column in moments})
