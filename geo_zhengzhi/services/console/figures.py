"""The figures and rhythms of one place of a situation, or of the whole county: what a selection shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.hours import hour_weekday_grid
from geo_zhengzhi.model import Period
from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO
from geo_zhengzhi.services import late
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.periods import MONTH, containing, shifted
from geo_zhengzhi.services.console.rows import Change, Row
from geo_zhengzhi.services.console.situation import Situation, Week
from geo_zhengzhi.services.console.weeks import weeks_around, weeks_of
from geo_zhengzhi.services.studies.study import Study

Positions = npt.NDArray[np.int64]
LEAST_MONTHS, MOST_MONTHS = 12, 36


@dataclass(frozen=True)
class Month:
    """
    A calendar month's incidents, and those of the same month a year before.

    `n` and `n_before` are None where the data hold no day of the month; `is_whole` says whether they hold all of it;
    `in_period` whether a day of it lies in the period that is shown.
    """

    first_day: date
    n: int | None
    n_before: int | None
    is_whole: bool
    in_period: bool


@dataclass(frozen=True, eq=False)
class Figures:
    """
    What is shown of a place.

    Parameters
    ----------
    row : TargetRow, HotspotRow, ZoneRow or None
        The place; None is the whole county.
    change : Change
        Its counts.
    grid : float64[7, 24]
        Its incidents in the period by weekday and hour, of every hour of the week, whatever hours are asked for.
    months : tuple of Month
        Up to the period's end, within the hours and weekdays asked for.
    weeks : tuple of Week
        As a situation has them of the county.
    latest_day : date or None
        Of its last incident up to the period's end; of the county's last at all where there is none.
    """

    row: Row | None
    change: Change
    grid: npt.NDArray[np.float64]
    months: tuple[Month, ...]
    weeks: tuple[Week, ...]
    latest_day: date | None


_FIGURES: ComputeOnce[Figures] = ComputeOnce(size=64)


def figures_of(situation: Situation, focus: str) -> Figures:
    """
    The figures of what is selected.

    Parameters
    ----------
    situation : Situation
    focus : str
        Id of a target, one of its parts, a hotspot or a zone; the whole county for "" and for an id that this
        situation does not have.
    """
    row = row_of(situation, focus)
    return _FIGURES.get((situation, None if row is None else focus), lambda: _found(situation, row))


def row_of(situation: Situation, focus: str) -> Row | None:
    """The row with an id: a whole target before a part of the same name; None where there is none."""
    rows: list[tuple[str, Row]] = [(target.target_id, target) for target in situation.targets if target.parts]
    rows += [(one.feature_ids[0], one) for target in situation.targets for one in (target.parts or (target,))]
    rows += [(one.target_id, one) for one in situation.targets]
    rows += [(hotspot.hotspot_id, hotspot) for hotspot in situation.hotspots]
    rows += [(zone.zone_id, zone) for zone in (*situation.zones, *situation.candidates)]
    return next((row for own, row in rows if own == focus), None)


def _found(situation: Situation, row: Row | None) -> Figures:
    """Count the incidents of a place, of all that the months and the grid take."""
    if row is None:
        return _of_county(situation)
    study, query, period = situation.study, situation.query, situation.period
    around = weeks_around(study, period, situation.earlier)
    held = late.positions_in(situation, row, study.rows(_reach(period, around), query.category))
    middle = study.midpoints.take(study.kept(held, query.hours, query.weekdays))
    upto = middle[middle < pd.Timestamp(period.end)]
    return Figures(
        row,
        row.change,
        _grid(study, held[_during(study.midpoints.take(held), period)]),
        _months(study, lambda month: int(_during(middle, month).sum()), period),
        weeks_of(middle, around, period, situation.earlier),
        None if upto.empty else upto.max().date(),
    )


def _of_county(situation: Situation) -> Figures:
    """The whole county's; its months are slices of incidents in the order of time."""
    study, query, period = situation.study, situation.query, situation.period
    return Figures(
        None,
        situation.county,
        _grid(study, study.rows(period, query.category)) if query.is_timed else situation.hours,
        _months(study, lambda month: len(study.rows(month, query.category, query.hours, query.weekdays)), period),
        situation.weeks,
        situation.latest_day,
    )


def _reach(period: Period, around: Period | None) -> Period:
    """From a year before the first of the months, or of the period, to the last day of the last; and the weeks."""
    zone = str(period.start.tzinfo)
    first = min(months_to(period)[0], period.first_day)
    last = containing(MONTH, period.last_day, zone).last_day
    months = Period.of_days(Period.of_days(first, last, zone).a_year_earlier().first_day, last, zone)
    both = (months, around or months)
    return Period.of_days(min(one.first_day for one in both), max(one.last_day for one in both), zone)


def months_to(period: Period) -> list[date]:
    """The first days of the months up to a period's end: a year of them, more where the period is longer."""
    zone = str(period.start.tzinfo)
    last = containing(MONTH, period.last_day, zone)
    first = period.first_day
    in_period = (last.first_day.year - first.year) * 12 + last.first_day.month - first.month + 1
    n_months = min(max(LEAST_MONTHS, in_period), MOST_MONTHS)
    return [shifted(last, -back).first_day for back in range(n_months - 1, -1, -1)]


def _months(study: Study, count: Callable[[Period], int], period: Period) -> tuple[Month, ...]:
    """The months up to a period's end, each beside the same one a year before, where there are data to count."""
    span = study.span
    assert span is not None

    def known(month: Period) -> int | None:
        is_beyond = month.last_day < span.first_day or span.last_day < month.first_day
        return None if is_beyond else count(month)

    return tuple(
        Month(
            month.first_day,
            known(month),
            known(month.a_year_earlier()),
            span.first_day <= month.first_day and month.last_day <= span.last_day,
            month.start < period.end and period.start < month.end,
        )
        for month in (containing(MONTH, first, study.timezone) for first in months_to(period))
    )


def _during(middle: "pd.Series[pd.Timestamp]", period: Period) -> npt.NDArray[np.bool_]:
    """Which of these midpoints (n) belong to a period."""
    return np.asarray((middle >= pd.Timestamp(period.start)) & (middle < pd.Timestamp(period.end)))


def _grid(study: Study, positions: Positions) -> npt.NDArray[np.float64]:
    """Incidents by weekday and hour."""
    chosen = study.incidents.take(positions)
    return hour_weekday_grid(chosen[OCCURRED_FROM], chosen[OCCURRED_TO], study.timezone)
