"""Days of the week as an address has them: "1-5" is Monday to Friday, "6,7" the weekend, "7-1" passes Sunday."""

import re

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.render.figures import runs_of

Weekdays = tuple[int, ...]  # 1 (Monday) to 7, ascending, never all seven

WEEKDAYS_FORM = "1-5 or 6,7 (1 = Mo … 7 = Su)"
SHORTEST_RUN = 3  # days that are written with a hyphen
PIECE = re.compile(r"([1-7])(?:[-–]([1-7]))?")


def parse_weekdays(text: str) -> Weekdays | None:
    """
    Read days of the week.

    Parameters
    ----------
    text : str
        Single days and runs with commas between: "1-5", "1,3", "6-1" (Saturday to Monday).

    Returns
    -------
    The days, ascending; None for all seven, or nothing at all.

    Raises
    ------
    InvalidParameter
        If it is written otherwise.
    """
    if not text.strip():
        return None
    days: set[int] = set()
    for piece in text.replace("，", ",").split(","):
        match = PIECE.fullmatch(piece.strip())
        if match is None:
            raise InvalidParameter(name="weekdays", given=text, allowed=WEEKDAYS_FORM)
        first, last = int(match[1]), int(match[2] or match[1])
        days |= {(first - 1 + step) % 7 + 1 for step in range((last - first) % 7 + 1)}
    return None if len(days) == 7 else tuple(sorted(days))


def written_weekdays(weekdays: Weekdays | None) -> str:
    """Days as `parse_weekdays` reads them, the same days always the same; "" for all."""
    return ",".join(
        f"{run[0]}-{run[-1]}" if len(run) >= SHORTEST_RUN else ",".join(map(str, run))
        for run in runs_of(weekdays or ())
    )
