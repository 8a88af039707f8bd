"""What is studied: incidents, targets and what lies around them, read once and held together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.errors import NoIncidents
from geo_zhengzhi.fingerprints import incidents_name, version_of
from geo_zhengzhi.hours import keep_in_hours, share_in_hours
from geo_zhengzhi.io.report import ImportReport
from geo_zhengzhi.io.target_report import TargetReport
from geo_zhengzhi.model import KINDS, Context, Period
from geo_zhengzhi.schema import CATEGORY, KIND, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, PART_ID, TARGET_ID
from geo_zhengzhi.services.console.day_hours import WHOLE_DAY, Hours
from geo_zhengzhi.services.console.keeping import name_for
from geo_zhengzhi.services.console.periods import last_full_months
from geo_zhengzhi.services.console.week_days import Weekdays
from geo_zhengzhi.services.studies.time_order import Rows, TimeOrder, kept_order, time_order
from geo_zhengzhi.study_area import box_around, study_area_of

Progress = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class Study:
    """
    One county's incidents and targets, as the services take them.

    Parameters
    ----------
    incidents : DataFrame of n incidents, EPSG:4326
        INCIDENT_COLUMNS.
    targets : GeoDataFrame of the parts, EPSG:4326
        TARGET_COLUMNS.
    context : Context
        Outline, stations, place names, railways.
    study_area : Polygon, EPSG:4326, or None
        None lets the analysis take the targets' hull and 20 km.
    timezone : str
        IANA zone in which days and hours are told.
    name : str
        English msgid or a name of its own.
    report : ImportReport or None
        How the incidents were read; None when they did not come from a file.
    targets_reports : tuple of TargetReport
        How each file of targets was read.
    simulated : bool
        Whether the incidents are made up.
    targets_notes : tuple of str
        English msgids to be shown wherever targets are drawn.
    opening_period : Period or None
        What is shown first; None takes the last two full calendar months of the data.
    frame_center : (longitude, latitude) or None
        Centre of the county frame; None takes the study area's.
    incidents_name : str
        `fingerprints.incidents_name`, where it is known already.
    boundaries : mapping of part_id to int
        The versions of the boundaries that the store keeps.
    results_dir : Path or None
        Where workers share their results; None keeps them in memory alone.
    areas : GeoDataFrame of AREA_COLUMNS, EPSG:4326, or None
        Villages, neighbourhoods and other areas that the county supplies; a screening ranks them.
    """

    incidents: pd.DataFrame
    targets: gpd.GeoDataFrame
    context: Context
    study_area: shapely.Polygon | shapely.MultiPolygon | None
    timezone: str
    name: str
    report: ImportReport | None = None
    targets_reports: tuple[TargetReport, ...] = ()
    simulated: bool = False
    targets_notes: tuple[str, ...] = ()
    opening_period: Period | None = None
    frame_center: tuple[float, float] | None = None
    incidents_name: str = ""
    boundaries: Mapping[str, int] = field(default_factory=dict)
    results_dir: Path | None = None
    areas: gpd.GeoDataFrame | None = None

    @cached_property
    def midpoints(self) -> "pd.Series[Any]":
        """The middle of each incident's time (n, tz-aware, local): what decides the period that it belongs to."""
        start = self.incidents[OCCURRED_FROM]
        middle = start + (self.incidents[OCCURRED_TO] - start) / 2
        return middle.dt.tz_convert(self.timezone)

    @cached_property
    def order(self) -> TimeOrder:
        """The incidents in the order of their midpoints."""
        if self.results_dir is None:
            return time_order(self.midpoints, self.incidents[CATEGORY])
        name = self.incidents_name or incidents_name(self.incidents)
        return kept_order(self.results_dir, name, lambda: (self.midpoints, self.incidents[CATEGORY]))

    def rows(
        self,
        period: Period,
        category: str | None = None,
        hours: Hours | None = None,
        weekdays: Weekdays | None = None,
    ) -> Rows:
        """
        Which incidents belong to a period, int64[k], rising: those whose midpoint is in [start, end).

        A category, hours of the day and weekdays keep some of them; of the two at least half of their time.
        """
        return self.kept(self.order.between(period.start, period.end, category), hours, weekdays)

    def kept(self, rows: Rows, hours: Hours | None, weekdays: Weekdays | None = None) -> Rows:
        """Those of these incidents (k) with at least half of their time in hours of the day and on weekdays."""
        if hours is None and weekdays is None:
            return rows
        return rows[keep_in_hours(self.shares(hours, rows, weekdays))[0]]

    def shares(self, hours: Hours | None, rows: Rows, weekdays: Weekdays | None = None) -> npt.NDArray[np.float64]:
        """The share of the time of each of these incidents (k) that lies in hours of the day and on weekdays."""
        start, end = (self.incidents[column].take(rows) for column in (OCCURRED_FROM, OCCURRED_TO))
        return share_in_hours(start, end, self.timezone, hours or WHOLE_DAY, weekdays)

    def latest_day(
        self,
        period: Period,
        category: str | None = None,
        hours: Hours | None = None,
        weekdays: Weekdays | None = None,
    ) -> date | None:
        """The day of the last incident that the filters keep up to a period's end, else of the last at all."""
        if self.span is None:
            return None
        for end in (period.end, self.span.end):
            for rows in self.order.back_from(end, category):
                kept = self.kept(rows, hours, weekdays)
                if len(kept):
                    latest: date = self.midpoints.take(kept).max().date()
                    return latest
        return None

    @cached_property
    def span(self) -> Period | None:
        """From the first incident's day to the last one's; None without incidents."""
        if self.incidents.empty:
            return None
        first, last = self.order.ends(self.timezone)
        return Period.of_days(first.date(), last.date(), self.timezone)

    @cached_property
    def target_ids(self) -> frozenset[str]:
        """The ids of targets and of their parts."""
        return frozenset(map(str, (*self.targets[TARGET_ID], *self.targets[PART_ID])))

    def year_before(self, period: Period) -> Period | None:
        """The same period last year, where the data reach back to its first day and on to its last."""
        earlier = period.a_year_earlier()
        if self.span is None or self.span.first_day > earlier.first_day or self.span.last_day < earlier.last_day:
            return None
        return earlier

    @property
    def default_period(self) -> Period | None:
        """The period that is shown when none is asked for; None without incidents."""
        if self.opening_period is not None or self.span is None:
            return self.opening_period
        return last_full_months(self.span, 2)

    @cached_property
    def ground(self) -> shapely.Polygon | shapely.MultiPolygon:
        """The study area as an analysis of all incidents takes it: as given, around targets, or around incidents."""
        area = study_area_of(self.targets) if self.study_area is None else self.study_area
        if not area.is_empty:
            return area
        return box_around(*(self.incidents[column].to_numpy(np.float64) for column in (LONGITUDE, LATITUDE)))

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The categories that occur, the most frequent first."""
        return self.order.categories

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of target that occur, in the order of the table of kinds."""
        present = set(self.targets[KIND])
        return tuple(kind for kind in KINDS if kind in present)

    @cached_property
    def data_version(self) -> str:
        """Twelve hex digits that change with any incident or target, and with nothing else."""
        return version_of(self.incidents_name or incidents_name(self.incidents), self.targets)[:12]

    @cached_property
    def look(self) -> str:
        """Twenty hex digits that change with anything that a page draws or says of the study."""
        around, report = self.context, self.report
        layers = (around.outline, around.stations, around.places, around.railways)
        return name_for(
            self.data_version,
            self.timezone,
            self.ground.wkb,
            self.frame_center,
            (self.name, self.simulated, self.targets_notes, around.notes, around.attributions),
            report and (report.n_read, report.n_kept, report.n_duplicates, report.n_rejected),
            sorted(self.boundaries.items()),
            [None if layer is None else layer.to_wkb().to_csv() for layer in layers],
        )


def whole_period(study: Study) -> Period:
    """
    From the day of the first incident to that of the last.

    Raises
    ------
    NoIncidents
        If there is none.
    """
    if study.span is None:
        raise NoIncidents(name=study.name)
    return study.span
