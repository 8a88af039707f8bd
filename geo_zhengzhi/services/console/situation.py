"""
What a period looks like, beside the same period last year or the one before: the one use case of page, map and export.

The question, the answer, and the answers that are kept; `assessing` finds new ones.
"""

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from geo_zhengzhi.errors import InvalidParameter, NoIncidents
from geo_zhengzhi.model import KINDS, LEVELS, AnalysisParameters, AnalysisResult, Period
from geo_zhengzhi.schema import KIND, PART_ID
from geo_zhengzhi.services import late
from geo_zhengzhi.services.console.day_hours import HOURS_FORM, Hours
from geo_zhengzhi.services.console.keeping import made_once, name_for, sweep
from geo_zhengzhi.services.console.lightened import Lightened, lightened, whole
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.periods import AGAINST, LAST_YEAR
from geo_zhengzhi.services.console.rows import Change, HotspotRow, TargetRow, ZoneRow
from geo_zhengzhi.services.console.turns import TURNS
from geo_zhengzhi.services.console.week_days import WEEKDAYS_FORM, Weekdays
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.services.studies.time_order import Rows


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
    hours : (first, last) or None
        Only incidents with at least half of their time in these hours of the day, half-open; (22, 4) passes midnight.
    weekdays : tuple of int or None
        Only incidents with at least half of their time on these days, 1 (Monday) to 7, ascending; with hours, in both.
    level : str or None
        Show only targets of this level, as `kind` does.
    against : str
        What the period is laid against: one of `periods.AGAINST`.
    """

    period: Period | None = None
    category: str | None = None
    kind: str | None = None
    parameters: AnalysisParameters = field(default_factory=AnalysisParameters)
    hours: Hours | None = None
    weekdays: Weekdays | None = None
    level: str | None = None
    against: str = LAST_YEAR

    @property
    def is_timed(self) -> bool:
        """Whether hours of the day or days of the week narrow it."""
        return self.hours is not None or self.weekdays is not None


def rows_asked(study: Study, query: Query, period: Period) -> Rows:
    """The rows (k, rising) of a study's incidents of a period that a query's other filters keep."""
    return study.rows(period, query.category, query.hours, query.weekdays)


@dataclass(frozen=True)
class Week:
    """Incidents of one week from Monday on; those of this period and of the earlier one are among `n`."""

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
    target_changes, hotspot_changes, zone_changes : by part_id, by hotspot_id, by zone_id
    hours : float64[7, 24]
        Incidents by weekday (Monday first) and hour, intervals spread evenly.
    weeks : tuple of Week
    n_intervals, n_across : int
        Incidents whose time is an interval, and of those the ones that reach beyond the period.
    n_uncertain, n_uncertain_before : int or None
        Incidents of the period and of the earlier one, kept or not, that lie only partly in the hours and weekdays
        asked for; None without either, and where the earlier period is not known.
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
    zone_changes: dict[str, Change]
    hours: npt.NDArray[np.float64]
    weeks: tuple[Week, ...]
    n_intervals: int
    n_across: int
    n_uncertain: int | None
    n_uncertain_before: int | None
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
        """The day of the last incident that the filters keep up to the period's end, else of the last at all."""
        return self.study.latest_day(self.period, self.query.category, self.query.hours, self.query.weekdays)


@dataclass(frozen=True, eq=False)
class Kept:
    """A situation on disk: without its study, and its result lightened."""

    situation: Situation
    result: Lightened

    @classmethod
    def of(cls, situation: Situation) -> "Kept":
        """A situation in the form in which it is kept."""
        result = lightened(situation.result)
        bare = replace(situation, study=None, result=result.bare)  # type: ignore[arg-type]  # every worker has its own
        return cls(bare, result)

    def whole(self, study: Study) -> Situation:
        """The situation again, of a study with the same incidents."""
        query, period = self.situation.query, self.situation.period
        incidents = study.incidents.take(rows_asked(study, query, period)).reset_index(drop=True)
        return replace(self.situation, study=study, result=whole(self.result, incidents))


def _bytes_of(situation: Situation) -> int:
    """About how large a situation is: its tables are nearly all of it."""
    result = situation.result
    tables = (result.incidents, result.assignments, result.hotspots, result.zones, result.candidates)
    return sum(int(table.memory_usage(index=False).sum()) for table in tables) + result.surface.incidents_per_km2.nbytes


_SITUATIONS: ComputeOnce[Situation] = ComputeOnce(size=64, max_bytes=2**28, bytes_of=_bytes_of)


def assess(study: Study, query: Query) -> Situation:
    """
    Analyse a period of a study and lay it beside an earlier one.

    The answer is kept in memory, and on disk for other workers where the study names a folder for it; two requests for
    the same one compute it once.

    Raises
    ------
    NoIncidents
        If no period is asked for and there are no incidents to take one from.
    InvalidParameter
        If the category or the kind does not occur, or an hour, a weekday, a level or what it is laid against is none.
    """
    asked = checked(study, query)
    return _SITUATIONS.get((study.data_version, id(study), asked), lambda: _answer(study, asked))


def _answer(study: Study, asked: Query) -> Situation:
    """What another worker has found, or else what is found now, kept for the others."""
    if study.results_dir is None or asked.kind is not None:  # a kind is cut out of what is kept for every kind
        return _found(study, asked)
    area = None if study.study_area is None else study.study_area.wkb
    name = name_for(study.data_version, study.timezone, area, asked)
    new: list[Situation] = []

    def make() -> Kept:
        new.append(_found(study, asked))
        return Kept.of(new[0])

    kept = made_once(study.results_dir / f"situation-{name}.pickle", Kept, make)
    if not new:
        return kept.whole(study)
    sweep(study.results_dir, "situation-*.pickle")
    return new[0]


def _found(study: Study, asked: Query) -> Situation:
    """What is found now; an analysis waits for its turn, what is made of one that is kept does not."""
    if asked.kind is not None or asked.level is not None or asked.against != LAST_YEAR:
        return late.assess_anew(study, asked)
    assert asked.period is not None
    with TURNS.turn(len(study.rows(asked.period, asked.category))):
        return late.assess_anew(study, asked)


def remember(situation: Situation) -> None:
    """Take a situation as the answer to its own query, so that `assess` need not compute it."""
    key = (situation.study.data_version, id(situation.study), situation.query)
    _SITUATIONS.get(key, lambda: situation)


def checked(study: Study, query: Query) -> Query:
    """
    The query with its period filled in and its parameters in the study's zone and frame.

    Raises
    ------
    NoIncidents, InvalidParameter
        As `assess`.
    """
    if query.category is not None and query.category not in study.categories:
        raise InvalidParameter(name="category", given=query.category, allowed=", ".join(study.categories))
    if query.kind is not None and query.kind not in KINDS:
        raise InvalidParameter(name="kind", given=query.kind, allowed=", ".join(KINDS))
    if query.hours is not None and not all(0 <= hour <= 24 for hour in query.hours):
        raise InvalidParameter(name="hours", given=query.hours, allowed=HOURS_FORM)
    if query.weekdays is not None and not (query.weekdays and set(query.weekdays) <= set(range(1, 8))):
        raise InvalidParameter(name="weekdays", given=query.weekdays, allowed=WEEKDAYS_FORM)
    for name, given, allowed in (("level", query.level, (None, *LEVELS)), ("against", query.against, AGAINST)):
        if given not in allowed:
            raise InvalidParameter(name=name, given=given, allowed=", ".join(filter(None, allowed)))
    period = query.period or study.default_period
    if period is None:
        raise NoIncidents(name=study.name)
    center = query.parameters.frame_center or study.frame_center
    parameters = replace(query.parameters, timezone=study.timezone, frame_center=center)
    return replace(query, period=period, parameters=parameters)
