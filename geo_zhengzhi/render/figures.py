"""How numbers, dates and stretches are written: true minus, space before units, dates 2026-02-01."""

import math
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


def kilometres(from_m: float, to_m: float) -> str:
    """Two chainages: "12.35–12.90 km"."""
    return f"{from_m / 1000:.2f}–{to_m / 1000:.2f} km"


def minute(when: object) -> str:
    """A moment to the minute, "2026-02-01 20:15"; "" for none."""
    stamp = pd.Timestamp(when) if isinstance(when, str | datetime) else when
    return stamp.strftime("%Y-%m-%d %H:%M") if isinstance(stamp, pd.Timestamp) and not pd.isna(stamp) else ""
