"""The plainest ways to write a time, read from the bytes of all texts at once: 2024-03-01 08:05, 2024/3/1 8:05:09."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geo_zhengzhi.io.tables import N_THREADS
from geo_zhengzhi.kernels import kernel, kernel_part, run_in_threads

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

UNREAD, CLOCK, DAY = 0, 1, 2  # what a text is: none of the plain forms, a day with a clock, a day alone
SHORTEST, LONGEST = len("2024-3-1"), len("2024-03-01 08:05:09")
_ZERO, _NINE, _DASH, _SLASH, _BLANK, _T, _COLON = (ord(character) for character in "09-/ T:")


def days_us(years: Integers, months: Integers, days: Integers) -> tuple[Integers, Mask]:
    """Microseconds of the days' beginnings from 1970 (arrays of n), and whether they are on the calendar."""
    month = ((years - 1970) * 12 + np.clip(months, 1, 12) - 1).astype("datetime64[M]")
    day = month.astype("datetime64[D]") + (days - 1).astype("timedelta64[D]")
    real = (months >= 1) & (months <= 12) & (days >= 1) & (day.astype("datetime64[M]") == month)
    return day.astype(np.int64) * DAY_US, np.asarray(real, bool)


def read_plain(texts: pa.ChunkedArray) -> tuple[Integers, Mask, Mask]:
    """
    Read those of n texts that are plain.

    Four digits from 1000 to 2999, then month, day and, after a blank or a T, hour, minute and maybe second, of one or
    two digits each; days are parted by dashes or slashes, clocks by colons, and nothing else may stand in the text.
    Arrow's own reader takes none but two digits, and padding them with regular expressions takes thirty times as long.

    Parameters
    ----------
    texts : ChunkedArray of n texts, None for an empty one

    Returns
    -------
    wall_us : array of n
        Microseconds from 1970-01-01 00:00 on the text's clock, 0 where it is not plain.
    is_read, is_day : arrays of n, bool
        Whether the text is plain and its day exists; whether there is no clock.
    """
    read = run_in_threads(_read_chunk, [(chunk,) for chunk in texts.chunks], N_THREADS)
    wall_us = np.concatenate([np.zeros(0, np.int64), *(times for times, _ in read)])
    kind = np.concatenate([np.zeros(0, np.uint8), *(kinds for _, kinds in read)])
    return wall_us, kind != UNREAD, kind == DAY


def _read_chunk(texts: pa.Array) -> tuple[Integers, npt.NDArray[np.uint8]]:
    """Times and kinds of one chunk's texts."""
    wall_us, kind = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
    _, offsets, values = texts.buffers()
    if len(texts) == 0 or values is None:
        return wall_us, kind
    item = np.dtype("i8" if pa.types.is_large_string(texts.type) else "i4")
    starts = np.frombuffer(offsets, item, count=len(texts) + 1, offset=texts.offset * item.itemsize)
    _read(starts, np.frombuffer(values, np.uint8), wall_us, kind)
    if texts.null_count:
        empty = ~np.asarray(texts.is_valid().to_numpy(zero_copy_only=False), bool)
        wall_us[empty], kind[empty] = 0, UNREAD
    return wall_us, kind


@kernel_part
def _number(values: Any, at: Any, end: Any) -> Any:
    """One or two digits from `at` on: their value, or -1, and where they end."""
    if at >= end or values[at] < _ZERO or values[at] > _NINE:
        return -1, at
    number = np.int64(values[at]) - _ZERO
    if at + 1 < end and _ZERO <= values[at + 1] <= _NINE:
        return number * 10 + np.int64(values[at + 1]) - _ZERO, at + 2
    return number, at + 1


@kernel_part
def _days(year: Any, month: Any, day: Any) -> Any:
    """Days from 1970-01-01, by the Gregorian calendar (Hinnant, chrono-compatible low-level date algorithms)."""
    year -= month <= 2
    era_year = year % 400
    day_of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return year // 400 * 146097 + era_year * 365 + era_year // 4 - era_year // 100 + day_of_year - 719468


@kernel_part
def _month_length(year: Any, month: Any) -> Any:
    """Days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@kernel_part
def _clock_us(values: Any, at: Any, end: Any) -> Any:
    """Microseconds of hour, minute and maybe second, which fill the rest of the text; -1 where they do not."""
    hour, at = _number(values, at, end)
    if hour < 0 or hour > 23 or at >= end or values[at] != _COLON:
        return -1
    minute, at = _number(values, at + 1, end)
    second = 0
    if at < end and values[at] == _COLON:
        second, at = _number(values, at + 1, end)
    if at != end or not (0 <= minute <= 59) or not (0 <= second <= 59):
        return -1
    return hour * HOUR_US + minute * MINUTE_US + second * 1_000_000


@kernel
def _read(starts: Any, values: Any, wall_us: Any, kind: Any) -> None:
    """Times and kinds of texts by where they begin and their bytes; `wall_us` and `kind` come as zeros."""
    for row in range(wall_us.size):
        at, end = np.int64(starts[row]), np.int64(starts[row + 1])
        if not (SHORTEST <= end - at <= LONGEST):
            continue
        century, at = _number(values, at, end)
        in_century, at_dash = _number(values, at, end)
        if not (10 <= century <= 29) or in_century < 0 or at_dash != np.int64(starts[row]) + 4:
            continue
        if values[at_dash] != _DASH and values[at_dash] != _SLASH:
            continue
        month, at = _number(values, at_dash + 1, end)
        if month < 1 or month > 12 or at >= end or (values[at] != _DASH and values[at] != _SLASH):
            continue
        year = century * 100 + in_century
        day, at = _number(values, at + 1, end)
        if day < 1 or day > _month_length(year, month):
            continue
        clock_us: Any = 0
        if at < end:
            clock_us = _clock_us(values, at + 1, end) if values[at] == _BLANK or values[at] == _T else -1
        if clock_us >= 0:
            wall_us[row] = _days(year, month, day) * DAY_US + clock_us
            kind[row] = CLOCK if at < end else DAY


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache, so that the first file does not wait for a compiler."""
    read_plain(pa.chunked_array([["2024/3/1 8:05"]], pa.string()))
