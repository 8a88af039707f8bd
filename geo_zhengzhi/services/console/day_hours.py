"""Hours of the day as a person writes them: "22-4" is from 22:00 until 04:00."""

import re

from geo_zhengzhi.errors import InvalidParameter

Hours = tuple[int, int]

WHOLE_DAY: Hours = (0, 24)
BANDS: tuple[Hours, ...] = ((0, 6), (6, 12), (12, 18), (18, 24), (22, 4))  # what a page offers to choose from
HOURS_FORM = "22-4 (h-h, 0 ≤ h ≤ 24)"
WRITTEN = re.compile(r"([0-9]{1,2})[-–]([0-9]{1,2})")  # a hyphen, or the dash that the page itself prints


def parse_hours(text: str) -> Hours | None:
    """
    Read hours of the day.

    Parameters
    ----------
    text : str
        "first-last", half-open; "22-4" passes midnight.

    Returns
    -------
    (first, last), or None for the whole day: equal ends, or nothing at all.

    Raises
    ------
    InvalidParameter
        If it is written otherwise, or an hour is beyond 24.
    """
    if not text.strip():
        return None
    match = WRITTEN.fullmatch(text.strip())
    hours = None if match is None else (int(match[1]), int(match[2]))
    if hours is None or max(hours) > 24:
        raise InvalidParameter(name="hours", given=text, allowed=HOURS_FORM)
    return None if (hours[1] - hours[0]) % 24 == 0 else hours


def written(hours: Hours | None) -> str:
    """Hours as `parse_hours` reads them; "" for the whole day."""
    return "" if hours is None else f"{hours[0]}-{hours[1]}"
