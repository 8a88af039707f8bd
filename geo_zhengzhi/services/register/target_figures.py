"""What one target's page tells in figures: its counts, its hours, and its hotspots period by period."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.assignment import assign
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.hours import hour_weekday_grid
from geo_zhengzhi.model import AnalysisParameters, Period
from geo_zhengzhi.schema import (
    EASTING_M,
    INCIDENT,
    INSIDE,
    LATITUDE,
    LONGITUDE,
    N_INCIDENTS,
    NORTHING_M,
    OCCURRED_FROM,
    OCCURRED_TO,
    PART_ID,
    TARGET_ID,
)
from geo_zhengzhi.services import late
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.periods import containing, shifted
from geo_zhengzhi.services.console.place_counts import change_between, frame_of, if_covered
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.register.stored_targets import usable_targets
from geo_zhengzhi.services.screening.half_years import UNIT as HALF_YEAR
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import read_parts

Rows = npt.NDArray[np.int64]
N_STRETCHES = 6
AROUND_M = 1500.0  # more than any half-width and the halo of twice the largest eps


@dataclass(frozen=True)
class StretchFigures:
    """A calendar unit of a target: its incidents, its hotspots, and the incidents of the largest one."""

    period: Period
    is_whole: bool
    n: int
    n_hotspots: int
    n_largest: int


@dataclass(frozen=True, eq=False)
class Figures:
    """
    The figures of one target.

    `last_year` and `before` compare the period with the same one last year and with the one before it; `hours` is
    float64[7, 24]; `stretches` are the last weeks, months, quarters, half-years or years, the last first; `part_ids`
    are its parts as the map knows them.
    """

    study: Study
    period: Period
    last_year: Change
    before: Change
    hours: npt.NDArray[np.float64]
    unit: str
    stretches: tuple[StretchFigures, ...]
    part_ids: tuple[str, ...]


_FIGURES: ComputeOnce[Figures | None] = ComputeOnce(size=64)


def figures_of(
    database: Database, study: Study, target_id: str, period: Period | None = None, unit: str = HALF_YEAR
) -> Figures | None:
    """
    The figures of a target in a period, by default the study's own; kept until incidents or boundaries change.

    Parameters
    ----------
    database : Database
        Whose register has the target's boundaries.
    study : Study
    target_id : str
    period : Period, optional
    unit : str
        One of `periods.UNITS`: what the hotspots are told by.

    Returns
    -------
    Figures, or None
        None of a target without a boundary to count in, and without any incident in the study.
    """
    asked = period or study.default_period
    if asked is None:
        return None
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    # The kept value holds its study, so that no other study can have that id while it is kept.
    key = (id(study), study.data_version, str(database.url), version, target_id, asked, unit)
    return _FIGURES.get(key, lambda: _figures(database, study, target_id, asked, unit))


def parts_of(database: Database, study: Study, target_id: str) -> gpd.GeoDataFrame:
    """The parts of a target that can be counted in, in force or not; EPSG:4326."""
    with database.read() as connection:
        register = read_parts(connection)
    chosen = np.asarray(register[TARGET_ID] == target_id, bool)
    return usable_targets(register, chosen, study.context.outline).parts


def _figures(database: Database, study: Study, target_id: str, period: Period, unit: str) -> Figures | None:
    parts = parts_of(database, study, target_id)
    if parts.empty:
        return None
    frame = frame_of(study, parts)
    near, inside = _near_and_inside(study, parts, frame)

    def rows_of(asked: Period) -> Rows:
        return np.intersect1d(study.rows(asked), inside, assume_unique=True)

    def against(earlier: Period) -> Change:
        known = if_covered(study, earlier)
        return change_between(len(now), None if known is None else len(rows_of(earlier)), period, known)

    now = rows_of(period)
    mine = study.incidents.take(now)
    return Figures(
        study,
        period,
        against(period.a_year_earlier()),
        against(shifted(period, -1)),
        hour_weekday_grid(mine[OCCURRED_FROM], mine[OCCURRED_TO], study.timezone),
        unit,
        tuple(_stretch(study, parts, frame, one, near, inside) for one in _stretches(study, period, unit)),
        tuple(parts[PART_ID]),
    )


def _near_and_inside(study: Study, parts: gpd.GeoDataFrame, frame: MetricFrame) -> tuple[Rows, Rows]:
    """The incidents near the parts, and those inside, edges included: their rows, rising."""
    longitude, latitude = (study.incidents[name].to_numpy() for name in (LONGITUDE, LATITUDE))
    x, y = frame.to_metres(longitude, latitude)
    located = frame.project(parts)
    west, south, east, north = located.total_bounds
    is_near = (x >= west - AROUND_M) & (x <= east + AROUND_M) & (y >= south - AROUND_M) & (y <= north + AROUND_M)
    near = np.flatnonzero(is_near)
    table = assign(pd.DataFrame({EASTING_M: x[near], NORTHING_M: y[near]}), located, np.zeros(len(parts)))
    return near, near[np.unique(table[INCIDENT].to_numpy()[table[INSIDE].to_numpy(bool)])]


def _stretches(study: Study, period: Period, unit: str) -> Sequence[Period]:
    """The last units up to the period's, the last first, as far as the data reach."""
    assert study.span is not None
    last = min(period.last_day, study.span.last_day)
    back = [shifted(containing(unit, last, study.timezone), -steps) for steps in range(N_STRETCHES)]
    return [one for one in back if one.last_day >= study.span.first_day]


def _stretch(
    study: Study, parts: gpd.GeoDataFrame, frame: MetricFrame, period: Period, near: Rows, inside: Rows
) -> StretchFigures:
    """One unit: the pipeline over the incidents in and around the target, with the county's own frame."""
    then = study.rows(period)
    n, is_whole = len(np.intersect1d(then, inside, assume_unique=True)), if_covered(study, period) is not None
    if not n:
        return StretchFigures(period, is_whole, 0, 0, 0)
    incidents = study.incidents.take(np.intersect1d(then, near, assume_unique=True)).reset_index(drop=True)
    center = (frame.center_longitude, frame.center_latitude)
    parameters = AnalysisParameters(timezone=study.timezone, frame_center=center)
    found = late.analyse(incidents, parts, parameters, shapely.box(*parts.total_bounds)).hotspots
    own = found.loc[found[PART_ID].isin(parts[PART_ID]), N_INCIDENTS]
    return StretchFigures(period, is_whole, n, len(own), int(own.max()) if len(own) else 0)
