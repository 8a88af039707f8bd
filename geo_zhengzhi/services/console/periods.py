"""Calendar periods: which week, month, quarter, half-year or year a day is in, and the one before and after."""

from collections.abc import Mapping
from datetime import date, timedelta

from geo_zhengzhi.model import Period

MONTHS_OF: Mapping[str, int] = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
WEEK, MONTH = "week", "month"
UNITS = (WEEK, *MONTHS_OF)
LAST_YEAR, PRIOR = AGAINST = ("last_year", "prior")  # what a period is laid against; the first where nothing is said

# The first day of the lunar year, as the Purple Mountain Observatory publishes it: incidents dip around it, and it
# moves between January and February, so that equal months of two years are not equal weeks.
SPRING_FESTIVALS = (
    date(2015, 2, 19), date(2016, 2, 8), date(2017, 1, 28), date(2018, 2, 16), date(2019, 2, 5), date(2020, 1, 25),
    date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17),
    date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13), date(2030, 2, 3), date(2031, 1, 23), date(2032, 2, 11),
    date(2033, 1, 31), date(2034, 2, 19), date(2035, 2, 8),
)  # fmt: skip


def containing(unit: str, day: date, timezone: str) -> Period:
    """The calendar week (Monday first), month, quarter, half-year or year that holds a day."""
    if unit == WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period.of_days(monday, monday + timedelta(days=6), timezone)
    months = MONTHS_OF[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period.of_days(first, _add_months(first, months) - timedelta(days=1), timezone)


def unit_of(period: Period) -> str | None:
    """The unit that a period is exactly one of; None for any other stretch of days."""
    for unit in UNITS:
        same = containing(unit, period.first_day, str(period.start.tzinfo))
        if (same.start, same.end) == (period.start, period.end):
            return unit
    return None


def shifted(period: Period, steps: int) -> Period:
    """
    The period `steps` lengths later (earlier where negative).

    Whole calendar months move by their number of months, any other stretch by its number of days; so March follows
    February, and the months April and May follow February and March.
    """
    zone = str(period.start.tzinfo)
    after = period.last_day + timedelta(days=1)
    if period.first_day.day == 1 and after.day == 1:
        months = (after.year - period.first_day.year) * 12 + after.month - period.first_day.month
        first = _add_months(period.first_day, months * steps)
        return Period.of_days(first, _add_months(first, months) - timedelta(days=1), zone)
    move = timedelta(days=period.n_days * steps)
    return Period.of_days(period.first_day + move, period.last_day + move, zone)


def laid_against(period: Period, against: str) -> Period:
    """
    The period that a period is laid against.

    Parameters
    ----------
    period : Period
    against : str
        "last_year": the same days of the year before. "prior": of a calendar unit the unit before, of any other
        stretch the same number of days just before it.
    """
    if against == LAST_YEAR:
        return period.a_year_earlier()
    if unit_of(period) is not None:
        return shifted(period, -1)
    zone, before = str(period.start.tzinfo), period.first_day - timedelta(days=1)
    return Period.of_days(before - timedelta(days=period.n_days - 1), before, zone)


def last_full_months(span: Period, n_months: int) -> Period:
    """
    The last `n_months` calendar months that a span of days covers whole.

    A month in which the span begins or ends is not whole. A span that covers fewer months gives itself.
    """
    zone = str(span.start.tzinfo)
    after = span.last_day + timedelta(days=1)
    end = date(after.year, after.month, 1)
    first = _add_months(end, -n_months)
    if first < span.first_day:
        return span
    return Period.of_days(first, end - timedelta(days=1), zone)


def _add_months(first: date, months: int) -> date:
    """The first of the month so many months later."""
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
