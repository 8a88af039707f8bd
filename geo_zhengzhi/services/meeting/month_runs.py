"""Whole calendar months: how a meeting's period is written, and the months that stand beside it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.errors import NotWholeMonths
from geo_zhengzhi.model import Period

MOST_MONTHS = 24
LINE_MONTHS = 24
WRITTEN = re.compile(r"(19|2[01])(\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Months:
    """
    A run of whole calendar months.

    Parameters
    ----------
    first, last : int
        Both included, counted as 12 · year + month − 1.
    """

    first: int
    last: int

    @classmethod
    def written(cls, first: str, last: str) -> "Months":
        """
        Read two months, each as YYYY-MM.

        Raises
        ------
        NotWholeMonths
            If one is written otherwise (a day, say), the last comes before the first, or there are more than 24.
        """
        ends = [WRITTEN.fullmatch(text.strip()) for text in (first, last)]
        numbers = [int(end[1] + end[2]) * 12 + int(end[3]) - 1 for end in ends if end is not None]
        if len(numbers) < len(ends) or not 0 <= numbers[1] - numbers[0] < MOST_MONTHS:
            raise NotWholeMonths(given=f"{first[:20]} – {last[:20]}", most=MOST_MONTHS)
        return cls(*numbers)

    @property
    def n(self) -> int:
        """How many months."""
        return self.last - self.first + 1

    @property
    def before(self) -> "Months":
        """As many months just before."""
        return Months(self.first - self.n, self.first - 1)

    @property
    def a_year_earlier(self) -> "Months":
        """The same months of the year before."""
        return Months(self.first - 12, self.last - 12)

    @property
    def line(self) -> "Months":
        """The 24 months that end with these."""
        return Months(self.last - LINE_MONTHS + 1, self.last)

    def holds(self, other: "Months") -> bool:
        """Whether every month of the other is one of these."""
        return self.first <= other.first and other.last <= self.last

    def period(self, timezone: str) -> Period:
        """The same as a period of days."""
        return Period.of_days(_day(self.first), _day(self.last + 1) - timedelta(days=1), timezone)

    def texts(self) -> tuple[str, str]:
        """First and last as YYYY-MM."""
        return month_text(self.first), month_text(self.last)

    def __str__(self) -> str:
        first, last = self.texts()
        return first if first == last else f"{first} – {last}"


def whole_months(span: Period) -> Months:
    """The calendar months that a span of days covers whole; the last comes before the first where there is none."""
    first, after = span.first_day, span.last_day + timedelta(days=1)
    return Months(number_of(first) + (first.day > 1), number_of(after) - 1)


def number_of(day: date) -> int:
    """The month that holds a day."""
    return day.year * 12 + day.month - 1


def numbers_of(moments: "pd.Series[pd.Timestamp]") -> npt.NDArray[np.int64]:
    """The month that holds each of n moments (int64[n]), in the moments' own zone."""
    return np.asarray(moments.dt.year * 12 + moments.dt.month - 1, np.int64)


def month_text(number: int) -> str:
    """A month as YYYY-MM."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
