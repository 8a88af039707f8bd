"""Incidents week by week, around a period and what it is laid against: of the county, and of one place."""

from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.model import Period
from geo_zhengzhi.services.console.situation import Week
from geo_zhengzhi.services.studies.study import Study

WEEKS_AROUND = 4  # shown before last year's period and after this one


def weeks_around(study: Study, period: Period, earlier: Period | None) -> Period | None:
    """From four weeks before last year's period to four weeks after this one, whole weeks within the data."""
    if study.span is None:
        return None
    around = timedelta(weeks=WEEKS_AROUND)
    wanted = min(period.a_year_earlier(), earlier or period, key=lambda one: one.start).first_day - around
    first = _monday(max(wanted, min(study.span.first_day, period.first_day)))
    last = _monday(min(period.last_day + around, max(study.span.last_day, period.last_day)))
    return Period.of_days(first, last + timedelta(days=6), study.timezone)


def weeks_of(
    middle: "pd.Series[pd.Timestamp]", around: Period | None, period: Period, earlier: Period | None
) -> tuple[Week, ...]:
    """
    Weekly counts.

    Parameters
    ----------
    middle : Series of n moments, in the study's zone
        The middle of each incident's time.
    around : Period or None
        The weeks, as `weeks_around`; none for None.
    period, earlier : Period, Period or None
        Whose incidents are told apart.
    """
    if around is None:
        return ()
    first, n_weeks = around.first_day, around.n_days // 7
    week = _week_numbers(middle, first)
    inside = (week >= 0) & (week < n_weeks)
    kept = (inside, inside & _is_during(middle, period), inside & _is_during(middle, earlier))
    counts = [np.bincount(week[one], minlength=n_weeks) for one in kept]
    return tuple(
        Week(first + timedelta(weeks=i), int(n), int(n_now), int(n_before))
        for i, (n, n_now, n_before) in enumerate(zip(*counts, strict=True))
    )


def _week_numbers(middle: "pd.Series[pd.Timestamp]", first: date) -> npt.NDArray[np.int64]:
    """In which week from the Monday `first` on each moment lies."""
    days = (
        middle.dt.tz_localize(None).dt.floor("D") - pd.Timestamp(datetime.combine(first, datetime.min.time()))
    ).dt.days
    return np.asarray(days.to_numpy() // 7, np.int64)


def _is_during(middle: "pd.Series[pd.Timestamp]", period: Period | None) -> npt.NDArray[np.bool_]:
    """Which moments belong to a period; none to None."""
    if period is None:
        return np.zeros(len(middle), bool)
    return np.asarray((middle >= pd.Timestamp(period.start)) & (middle < pd.Timestamp(period.end)))


def _monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
