"""Why rows are rejected: one code and one sentence a reason, English here, Chinese in `locales/`."""

from collections.abc import Mapping
from enum import IntEnum


class Reason(IntEnum):
    """A row's first fault; the lower code is looked at first."""

    NONE = 0
    RAGGED = 1
    NOT_A_POINT = 2
    NO_COORDINATES = 3
    UNREADABLE_COORDINATES = 4
    WITHHELD_COORDINATES = 5
    BEYOND_DEGREES = 6
    NOT_CONVERTIBLE = 7
    NO_TIME = 8
    UNREADABLE_TIME = 9
    EPOCH_TIME = 10
    SWAPPED_TIMES = 11
    LONG_CATEGORY = 12
    BAD_WEIGHT = 13
    SWAPPED_AXES = 14
    OUTSIDE = 15
    SAME_ID = 16


SENTENCES: dict[Reason, str] = {
    Reason.RAGGED: "The row has {detail:.0f} fields, more or fewer than the header.",
    Reason.NOT_A_POINT: "The geometry is not one point.",
    Reason.NO_COORDINATES: "Longitude or latitude is empty.",
    Reason.UNREADABLE_COORDINATES: "Longitude or latitude is not a number.",
    Reason.WITHHELD_COORDINATES: "The coordinates are (0, 0), which stands for a place that is withheld.",
    Reason.BEYOND_DEGREES: "Longitude lies beyond ±180 or latitude beyond ±90 degrees.",
    Reason.NOT_CONVERTIBLE: "The coordinates lie outside the area of the declared coordinate system.",
    Reason.NO_TIME: "The time is empty.",
    Reason.UNREADABLE_TIME: "The time cannot be read; write it year first, such as 2024-03-01 08:05.",
    Reason.EPOCH_TIME: (
        "The time is a bare count of seconds or milliseconds, whose clock nobody can tell; write date and time."
    ),
    Reason.SWAPPED_TIMES: "The interval ends before it begins.",
    Reason.LONG_CATEGORY: "The category has more than 200 characters: it is a text, not a category.",
    Reason.BAD_WEIGHT: "The weight is not a number from 0 to 1,000,000.",
    Reason.SWAPPED_AXES: "Longitude and latitude are swapped: the other way round the place would be possible.",
    Reason.OUTSIDE: "The place lies {detail:.1f} km outside the study area.",
    Reason.SAME_ID: "The number is that of line {detail:.0f} with another time, category or place; that one is kept.",
}

# The same without the row's own number, for counting.
SUMMARIES: Mapping[Reason, str] = SENTENCES | {
    Reason.RAGGED: "The row has more or fewer fields than the header.",
    Reason.OUTSIDE: "The place lies outside the study area.",
    Reason.SAME_ID: "The number is that of an earlier row with another time, category or place; that one is kept.",
}
