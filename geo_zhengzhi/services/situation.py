"""
What a period looks like, beside the same period last year: the one use case of the page, the map and the export.

Gather the incidents of the period, let the pipeline analyse them once, count last year's in the same places.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.errors import InvalidParameter, NoIncidents
from geo_zhengzhi.hours import hour_weekday_grid
from geo_zhengzhi.model import KINDS, AnalysisParameters, AnalysisResult, Period
from geo_zhengzhi.pipeline import analyse
from geo_zhengzhi.schema import CATEGORY, KIND, OCCURRED_FROM, OCCURRED_TO, PART, PART_ID
from geo_zhengzhi.services.counting import during, placed_before, placed_now
from geo_zhengzhi.services.once import ComputeOnce
from geo_zhengzhi.services.rows import (
    Change,
    Changes,
    HotspotRow,
    TargetRow,
    ZoneRow,
    hotspot_rows,
    target_rows,
    zone_rows,
)
from geo_zhengzhi.services.study import Study

NOT_SO_FAR_BACK = "The data begin on {first}, after the same period last year began; there is nothing to compare with."
ENDS_WITHIN = "The data end on {last}, before this period does; its count may still grow."
WEEKS_AROUND = 4  # shown before last year's period and after this one


@dataclass(frozen=True)
class Query:
    """
    What is asked for.

    Parameters
    ----------
    period : Period or None
        None takes the study's default.
    category : str or None
        Only these incidents; None takes all.
    kind : str or None
        Show only targets of this kind, their hotspots and zones. The analysis itself always knows every target, so
        that an incident inside another kind of target does not turn into one outside.
    parameters : AnalysisParameters
    """

    period: Period | None = None
    category: str | None = None
    kind: str | None = None
    parameters: AnalysisParameters = field(default_factory=AnalysisParameters)


@dataclass(frozen=True)
class Week:
    """Incidents of one week from Monday on; those of this period and of the same period last year are among `n`."""

    start: date
    n: int
    n_now: int
    n_before: int


@dataclass(frozen=True, eq=False)
class Situation:
    """
    One period of a study, ready to be shown.

    Parameters
    ----------
    study, query : Study, Query
        As asked, the query with its period filled in.
    period, earlier : Period, Period or None
        `earlier` is None where the data do not reach back to it; `notes` then says so.
    result : AnalysisResult
        Of the period; targets, hotspots, zones and candidates only of the kind asked for.
    county, outside : Change
        All incidents, each counted once; those in no target.
    targets, hotspots, zones, candidates : tuples of rows
    target_changes, hotspot_changes : by part_id, by hotspot_id
    hours : float64[7, 24]
        Incidents by weekday (Monday first) and hour, intervals spread evenly.
    weeks : tuple of Week
    n_intervals, n_across : int
        Incidents whose time is an interval, and of those the ones that reach beyond the period.
    notes : tuple of str
        Sentences as (msgid, values) pairs to be said with the figures.
    """

    study: Study
    query: Query
    period: Period
    earlier: Period | None
    result: AnalysisResult
    county: Change
    outside: Change
    targets: tuple[TargetRow, ...]
    hotspots: tuple[HotspotRow, ...]
    zones: tuple[ZoneRow, ...]
    candidates: tuple[ZoneRow, ...]
    target_changes: dict[str, Change]
    hotspot_changes: dict[str, Change]
    hours: npt.NDArray[np.float64]
    weeks: tuple[Week, ...]
    n_intervals: int
    n_across: int
    notes: tuple[tuple[str, dict[str, object]], ...]

    @property
    def n_incidents(self) -> int:
        """Incidents in the period."""
        return self.county.n_now

    @property
    def kinds_of_parts(self) -> dict[str, str]:
        """The kind of every part that is shown, by `part_id`."""
        return dict(zip(self.result.targets[PART_ID], self.result.targets[KIND], strict=True))

    @property
    def latest_day(self) -> date | None:
        """The day of the last incident of the category up to the period's end, else of the last at all."""
        middle = _of_category(self.study, self.query.category)
        upto = middle[middle < pd.Timestamp(self.period.end)]
        chosen = upto if len(upto) else middle
        return None if chosen.empty else chosen.max().date()


_SITUATIONS: ComputeOnce[Situation] = ComputeOnce(size=16)
_ANALYSES: ComputeOnce[AnalysisResult] = ComputeOnce(size=8)


def assess(study: Study, query: Query) -> Situation:
    """
    Analyse a period of a study and lay it beside the same period last year.

    The answer is kept in memory; two requests for the same one compute it once.

    Raises
    ------
    NoIncidents
        If no period is asked for and there are no incidents to take one from.
    InvalidParameter
        If the category or the kind does not occur.
    """
    asked = _checked(study, query)
    return _SITUATIONS.get((study.data_version, id(study), asked), lambda: _assess(study, asked))


def remember(situation: Situation) -> None:
    """Take a situation as the answer to its own query, so that `assess` need not compute it."""
    key = (situation.study.data_version, id(situation.study), situation.query)
    _SITUATIONS.get(key, lambda: situation)


def _checked(study: Study, query: Query) -> Query:
    """The query with its period filled in and its parameters in the study's zone."""
    if query.category is not None and query.category not in study.categories:
        raise InvalidParameter(name="category", given=query.category, allowed=", ".join(study.categories))
    if query.kind is not None and query.kind not in KINDS:
        raise InvalidParameter(name="kind", given=query.kind, allowed=", ".join(KINDS))
    period = query.period or study.default_period
    if period is None:
        raise NoIncidents(name=study.name)
    return replace(query, period=period, parameters=replace(query.parameters, timezone=study.timezone))


def _assess(study: Study, query: Query) -> Situation:
    """Gather, analyse, compare."""
    assert query.period is not None
    period, earlier = query.period, _earlier(study, query.period)
    whole = _ANALYSES.get((study.data_version, id(study), replace(query, kind=None)), lambda: _analysed(study, query))
    before = None if earlier is None else placed_before(_incidents(study, query.category, earlier), whole)
    changes = Changes(placed_now(whole), before, period, earlier)
    shown = whole if query.kind is None else _only_kind(whole, query.kind)
    by_part, by_target = changes.by_part(whole.targets), changes.by_target(whole.targets)
    by_hotspot = changes.by_hotspot(shown.hotspots, whole.targets)
    n_intervals, n_across = _uncertain(whole.incidents, period)
    return Situation(
        study=study,
        query=query,
        period=period,
        earlier=earlier,
        result=shown,
        county=changes.county(),
        outside=changes.outside(),
        targets=target_rows(shown.targets, by_target, by_part),
        hotspots=hotspot_rows(shown.hotspots, shown.targets, by_hotspot),
        zones=zone_rows(shown.zones, shown.hotspots, shown.targets),
        candidates=zone_rows(shown.candidates, shown.hotspots, shown.targets),
        target_changes=by_part,
        hotspot_changes=by_hotspot,
        hours=hour_weekday_grid(whole.incidents[OCCURRED_FROM], whole.incidents[OCCURRED_TO], study.timezone),
        weeks=_weeks(study, query.category, period, earlier),
        n_intervals=n_intervals,
        n_across=n_across,
        notes=_notes(study, period),
    )


def _analysed(study: Study, query: Query) -> AnalysisResult:
    """The pipeline on the period's incidents and every target."""
    assert query.period is not None
    incidents = _incidents(study, query.category, query.period)
    return analyse(incidents, study.targets, query.parameters, study_area=study.study_area)


def _incidents(study: Study, category: str | None, period: Period) -> pd.DataFrame:
    """The incidents of a category whose midpoint lies in the period."""
    chosen = during(study.midpoints, period)
    if category is not None:
        chosen = chosen & (study.incidents[CATEGORY] == category).to_numpy()
    return study.incidents.loc[chosen].reset_index(drop=True)


def _earlier(study: Study, period: Period) -> Period | None:
    """The same period last year, where the data reach back to its first day and on to its last."""
    earlier, span = period.a_year_earlier(), study.span
    if span is None or span.first_day > earlier.first_day or span.last_day < earlier.last_day:
        return None
    return earlier


def _only_kind(result: AnalysisResult, kind: str) -> AnalysisResult:
    """The targets of one kind with what was found in them; incidents and heat stay whole."""
    kept = (result.targets[KIND] == kind).to_numpy()
    new_position = np.where(kept, np.cumsum(kept) - 1, -1)
    pairs = result.assignments[kept[result.assignments[PART].to_numpy()]]
    targets = result.targets.loc[kept].reset_index(drop=True)
    parts = set(targets[PART_ID])

    def of_kind(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame[frame[PART_ID].isin(parts)].reset_index(drop=True)

    return replace(
        result,
        targets=targets,
        assignments=pairs.assign(**{PART: new_position[pairs[PART].to_numpy()].astype(np.int32)}),
        hotspots=of_kind(result.hotspots),
        zones=of_kind(result.zones),
        candidates=result.candidates.iloc[:0],
    )


def _uncertain(incidents: pd.DataFrame, period: Period) -> tuple[int, int]:
    """How many incidents have an interval for a time, and how many of them reach beyond the period."""
    start, end = incidents[OCCURRED_FROM], incidents[OCCURRED_TO]
    interval = end > start
    across = interval & ((start < pd.Timestamp(period.start)) | (end > pd.Timestamp(period.end)))
    return int(interval.sum()), int(across.sum())


def _of_category(study: Study, category: str | None) -> "pd.Series[pd.Timestamp]":
    """The midpoints of a category's incidents."""
    middle = study.midpoints
    return middle if category is None else middle[study.incidents[CATEGORY] == category]


def _weeks(study: Study, category: str | None, period: Period, earlier: Period | None) -> tuple[Week, ...]:
    """Weekly counts from four weeks before last year's period to four weeks after this one, within the data."""
    if study.span is None:
        return ()
    around = timedelta(weeks=WEEKS_AROUND)
    wanted = period.a_year_earlier().first_day - around
    first = _monday(max(wanted, min(study.span.first_day, period.first_day)))
    last = _monday(min(period.last_day + around, max(study.span.last_day, period.last_day)))
    n_weeks = (last - first).days // 7 + 1
    middle = _of_category(study, category)
    now, before = (
        middle[during(middle, period)],
        middle.iloc[:0] if earlier is None else middle[during(middle, earlier)],
    )
    counts = [_per_week(m, first, n_weeks) for m in (middle, now, before)]
    return tuple(
        Week(first + timedelta(weeks=i), int(n), int(n_now), int(n_before))
        for i, (n, n_now, n_before) in enumerate(zip(*counts, strict=True))
    )


def _monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _per_week(middle: "pd.Series[pd.Timestamp]", first: date, n_weeks: int) -> npt.NDArray[np.int64]:
    """Counts by week from the Monday `first` on; others are left out."""
    days = (
        middle.dt.tz_localize(None).dt.floor("D") - pd.Timestamp(datetime.combine(first, datetime.min.time()))
    ).dt.days
    week = days.to_numpy() // 7
    return np.bincount(week[(week >= 0) & (week < n_weeks)], minlength=n_weeks)


def _notes(study: Study, period: Period) -> tuple[tuple[str, dict[str, object]], ...]:
    """What has to be said about how far the data reach."""
    if study.span is None:
        return ()
    notes: list[tuple[str, dict[str, object]]] = []
    if study.span.first_day > period.a_year_earlier().first_day:
        notes.append((NOT_SO_FAR_BACK, {"first": study.span.first_day}))
    if study.span.last_day < period.last_day:
        notes.append((ENDS_WITHIN, {"last": study.span.last_day}))
    return tuple(notes)
