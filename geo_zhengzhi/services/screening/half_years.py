"""The half-years of the twice-yearly screening: January to June, July to December."""

import re
from dataclasses import dataclass

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import EARLIEST, LATEST, Period
from geo_zhengzhi.services.console.periods import containing, shifted

UNIT = "half_year"


@dataclass(frozen=True, order=True)
class HalfYear:
    """One half-year: its year, and 1 or 2."""

    year: int
    half: int

    def __str__(self) -> str:
        """As an address has it: 2024-2."""
        return f"{self.year}-{self.half}"

    def period(self, timezone: str) -> Period:
        """Its days."""
        return containing(UNIT, EARLIEST.replace(year=self.year, month=6 * self.half - 5, day=1), timezone)

    def moved(self, steps: int) -> "HalfYear":
        """So many half-years later; earlier where negative."""
        number = 2 * self.year + self.half - 1 + steps
        return HalfYear(number // 2, number % 2 + 1)


def parse_half(text: str) -> HalfYear:
    """
    Read "2024-1" or "2024-2".

    Raises
    ------
    InvalidParameter
    """
    found = re.fullmatch(r"([0-9]{4})-([12])", text)
    if found is None or not EARLIEST.year < int(found[1]) < LATEST.year:
        raise InvalidParameter(name="half", given=text[:20], allowed="2024-1, 2024-2")
    return HalfYear(int(found[1]), int(found[2]))


def last_whole_half(span: Period) -> HalfYear:
    """The last half-year that the data cover whole; that of their last day where there is none."""
    last = containing(UNIT, span.last_day, str(span.start.tzinfo))
    whole = last if last.last_day == span.last_day else shifted(last, -1)
    chosen = whole if whole.first_day >= span.first_day else last
    return HalfYear(chosen.first_day.year, (chosen.first_day.month + 5) // 6)
