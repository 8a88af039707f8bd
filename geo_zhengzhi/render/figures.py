"""How numbers, dates and stretches are written: true minus, space before units, dates 2026-02-01."""

import math
from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from geo_zhengzhi.model import Period
from geo_zhengzhi.words import Translate

MINUS = "\u2212"


def percent(value: float) -> str:
    """A change in per cent with its sign: "−33.6 %"."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return f"{sign}{abs(value):.1f} %"


def significant(value: float) -> str:
    """A quantity with three significant figures at most, never in powers of ten: "0.068", "12.3", "1,250"."""
    if not math.isfinite(value) or value <= 0:
        return "0" if value == 0 else "–"
    decimals = max(0, min(4, 2 - math.floor(math.log10(value))))
    return f"{value:,.{decimals}f}"


def days(period: Period, translate: Translate) -> str:
    """A period and its length: "2026-02-01 – 2026-03-31 (59 days)"."""
    return translate("{first} – {last} ({n} days)").format(
        first=period.first_day, last=period.last_day, n=period.n_days
    )


def hours(first: float, last: float) -> str:
    """A half-open stretch of the day: "20:00–23:00"; it may pass midnight."""
    return f"{int(first) % 24:02d}:00–{int(last - 1) % 24 + 1:02d}:00"


WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def times_of_week(span: tuple[int, int] | None, days: Sequence[int] | None, translate: Translate) -> str:
    """Hours of the day on days of the week: "Mo–Fr, 22:00–04:00"; "" for every hour."""
    pairs = [dict.fromkeys((run[0], run[-1])) for run in runs_of(days or ())]
    names = ["–".join(translate(WEEKDAYS[day - 1]) for day in pair) for pair in pairs]
    return translate(", ").join([*names, *([] if span is None else [hours(*span)])])


def runs_of(numbers: Sequence[int]) -> list[list[int]]:
    """Ascending numbers, those together that follow each other: (1, 2, 3, 6) as [1, 2, 3] and [6]."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def hours_note(span: str, n_partly: int, n_partly_before: int | None, translate: Translate) -> str:
    """
    What hours and weekdays keep, and how many incidents are uncertain, for this period and the earlier one.

    Parameters
    ----------
    span : str
        From `times_of_week`.
    n_partly, n_partly_before : int, int or None
        Incidents, kept or not, that lie only partly in them; None where the earlier period is not known.
    """
    sentence = translate("Counted: at least half of the time in {hours}. Uncertain, partly in it: {n}.")
    if n_partly_before is not None:
        sentence = translate(
            "Counted: at least half of the time in {hours}. Uncertain, partly in it: {n}, last year {m}."
        )
    return sentence.format(hours=span, n=f"{n_partly:,}", m=f"{n_partly_before or 0:,}")


def kilometres(from_m: float, to_m: float) -> str:
    """Two chainages: "12.35–12.90 km"."""
    return f"{from_m / 1000:.2f}–{to_m / 1000:.2f} km".replace("-", MINUS)


def minute(when: object) -> str:
    """A moment to the minute, "2026-02-01 20:15"; "" for none."""
    stamp = pd.Timestamp(when) if isinstance(when, str | datetime) else when
    return stamp.strftime("%Y-%m-%d %H:%M") if isinstance(stamp, pd.Timestamp) and not pd.isna(stamp) else ""
