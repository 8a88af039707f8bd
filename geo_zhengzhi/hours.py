"""
Hours of the day and days of the week, for incidents whose time is known only to an interval.

Aoristic analysis (Ratcliffe 2000, Int. J. Geogr. Inf. Sci. 14, 669-679): an incident of weight 1 is spread evenly over
its interval. Time passes as it does on a clock that counts seconds, so an hour that a daylight-saving change skips
gets nothing and one that it repeats gets twice as much.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.errors import InvalidParameter

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times: TypeAlias = "pd.Series[Any] | pd.DatetimeIndex"

HOUR_US = 3_600_000_000
PEAK_HOURS = 3
CHUNK = 65_536  # incidents worked on at a time where each needs 24 numbers


def hour_weekday_grid(occurred_from: Times, occurred_to: Times, timezone: str) -> Floats:
    """
    Spread incidents over the hours of the week, in local time.

    An instant goes to its hour; an interval [from, to) is shared out by the time it spends in each hour; a day without
    a time is an interval of that day. The order of the incidents does not change a bit of the result.

    Parameters
    ----------
    occurred_from, occurred_to : n tz-aware times (Series or DatetimeIndex)
        The ends of each interval; equal for an instant.
    timezone : str
        IANA zone in which hours and weekdays are told.

    Returns
    -------
    float64 array of shape (7, 24)
        Incidents by weekday (0 = Monday) and hour; sums to n.

    Raises
    ------
    InvalidParameter
        If a time has no zone or an interval ends before it begins.
    """
    start, end = _checked(occurred_from, occurred_to)
    if start.size == 0:
        return np.zeros((7, 24))
    steps, cells = _steps_around(start, end, timezone)
    weight = _weight_of_steps(start, end, steps)
    grid = np.bincount(cells, weight, minlength=168)
    # What rounding left over is far below a millionth of an incident; the sum is n all the same.
    return np.asarray(grid * (start.size / grid.sum())).reshape(7, 24)


def hour_shares(occurred_from: Times, occurred_to: Times, timezone: str) -> Floats:
    """
    The share of each incident's interval in each hour of the day, to be summed over groups of incidents.

    Parameters
    ----------
    occurred_from, occurred_to : n tz-aware times
    timezone : str
        IANA zone in which hours are told.

    Returns
    -------
    float64 array of shape (n, 24); each row sums to 1. It takes 192 bytes an incident.

    Raises
    ------
    InvalidParameter
        If a time has no zone or an interval ends before it begins.
    """
    start, end = _checked(occurred_from, occurred_to)
    shares = np.zeros((start.size, 24))
    if start.size == 0:
        return shares
    steps, cells = _steps_around(start, end, timezone)
    instant = start == end
    shares[instant, cells[_step_of(start[instant], steps)] % 24] = 1.0
    passed = _passed_by_hour(steps, cells)
    for rows in np.array_split(np.flatnonzero(~instant), np.count_nonzero(~instant) // CHUNK + 1):
        spent = _time_by_hour(end[rows], steps, cells, passed) - _time_by_hour(start[rows], steps, cells, passed)
        shares[rows] = spent / (end[rows] - start[rows])[:, np.newaxis]
    return shares


def share_in_hours(
    occurred_from: Times,
    occurred_to: Times,
    timezone: str,
    hours: tuple[int, int],
    weekdays: Collection[int] | None = None,
) -> Floats:
    """
    The share of each incident's interval that lies in certain hours of the day, on certain days of the week.

    Parameters
    ----------
    occurred_from, occurred_to : n tz-aware times
    timezone : str
        IANA zone in which hours are told.
    hours : (first, last)
        Half-open, 0 to 24 each; (22, 4) passes midnight, and equal ends mean the whole day.
    weekdays : collection of int, optional
        1 (Monday) to 7, as the calendar has them: of (22, 4) on Fridays, the hours after midnight are Friday's own
        first four. None takes all.

    Returns
    -------
    float64[n] in [0, 1]; 0 or 1 for an instant.

    Raises
    ------
    InvalidParameter
        If the hours are not 0 to 24, the weekdays not 1 to 7, a time has no zone or an interval ends before it begins.
    """
    first, last = hours
    if not (0 <= first <= 24 and 0 <= last <= 24):
        raise InvalidParameter(name="hours", given=hours, allowed="two whole hours from 0 to 24")
    if weekdays is not None and not set(weekdays) <= set(range(1, 8)):
        raise InvalidParameter(name="weekdays", given=sorted(weekdays), allowed="1 (Monday) to 7 (Sunday)")
    start, end = _checked(occurred_from, occurred_to)
    if start.size == 0:
        return np.zeros(0)
    steps, cells = _steps_around(start, end, timezone)
    wanted = ((cells % 24 - first) % 24) < ((last - first) % 24 or 24)
    if weekdays is not None:
        wanted &= np.isin(cells // 24 + 1, list(weekdays))
    passed = np.concatenate([[0], np.cumsum(np.diff(steps) * wanted[:-1])])  # wanted time before each step, whole µs
    at_start, at_end = _step_of(start, steps), _step_of(end, steps)
    before_start = passed[at_start] + (start - steps[at_start]) * wanted[at_start]
    before_end = passed[at_end] + (end - steps[at_end]) * wanted[at_end]
    length = end - start
    share = (before_end - before_start) / np.maximum(length, 1)
    return np.where(length == 0, wanted[at_start].astype(float), share)


def keep_in_hours(share: Floats) -> tuple[npt.NDArray[np.bool_], int]:
    """
    Which incidents an hour filter keeps, and how many of all of them are uncertain.

    Parameters
    ----------
    share : float64[n]
        From `share_in_hours`.

    Returns
    -------
    kept : bool[n]
        Where the share is at least 0.5.
    n_uncertain : int
        Incidents, kept or not, that are only partly in the hours, to be shown beside the count.
    """
    return share >= 0.5, int(np.count_nonzero((share > 0) & (share < 1)))


def peak_hours(grid: Floats) -> tuple[int, int] | None:
    """
    The three consecutive hours of the day that hold most.

    Parameters
    ----------
    grid : float64 array whose last axis is the 24 hours
        From `hour_weekday_grid`.

    Returns
    -------
    (first, last) half-open, (23, 2) passes midnight; the earliest of equals. None where the hours do not differ:
    nothing happened, or no incident's hour is known.
    """
    return peaks_of_rows(np.asarray(grid, float).reshape(-1, 24).sum(axis=0, keepdims=True))[0]


def peaks_of_rows(by_hour: Floats) -> list[tuple[int, int] | None]:
    """`peak_hours` of many grids at once: float64[n, 24], what each of them holds in the hours of the day."""
    held = by_hour + np.roll(by_hour, -1, axis=1) + np.roll(by_hour, -2, axis=1)
    tolerance, most = 1e-9 * by_hour.sum(axis=1), held.max(axis=1)
    differ = most - held.min(axis=1) > tolerance
    first = np.argmax(held >= (most - tolerance)[:, np.newaxis], axis=1)
    return [
        (hour, (hour + PEAK_HOURS) % 24) if told else None
        for hour, told in zip(first.tolist(), differ.tolist(), strict=True)
    ]


def _checked(occurred_from: Times, occurred_to: Times) -> tuple[Ints, Ints]:
    """Both ends as microseconds since 1970 in UTC."""
    start, end = _microseconds("occurred_from", occurred_from), _microseconds("occurred_to", occurred_to)
    backwards = np.flatnonzero(end < start)
    if backwards.size:
        raise InvalidParameter(
            name=f"occurred_to of row {backwards[0]}", given="before occurred_from", allowed="occurred_from or later"
        )
    return start, end


def _microseconds(name: str, times: Times) -> Ints:
    """Times with a zone as microseconds since 1970 in UTC."""
    index = pd.DatetimeIndex(times)
    if index.tz is None and len(index):
        raise InvalidParameter(name=name, given="times without a zone", allowed="times with a zone")
    if index.hasnans:
        raise InvalidParameter(name=name, given="a missing time", allowed="a time in every row")
    return np.asarray(index.as_unit("us").asi8, np.int64)


def _step_of(times: Ints, steps: Ints) -> Ints:
    """The step that each time falls in: by one division where steps are whole hours, as they are in most zones."""
    if steps[-1] - steps[0] == (steps.size - 1) * HOUR_US and (np.diff(steps) == HOUR_US).all():
        return np.asarray(np.clip((times - steps[0]) // HOUR_US, -1, steps.size - 1), np.int64)
    return np.searchsorted(steps, times, side="right") - 1


def _passed_by_hour(steps: Ints, cells: Ints) -> Ints:
    """Microseconds spent in each hour of the day before each step begins, int64[n_steps, 24]."""
    spent = np.zeros((steps.size, 24), np.int64)
    spent[np.arange(1, steps.size), cells[:-1] % 24] = np.diff(steps)
    return np.cumsum(spent, axis=0)


def _time_by_hour(times: Ints, steps: Ints, cells: Ints, passed: Ints) -> Ints:
    """Microseconds spent in each hour of the day from the first step to each time, int64[n, 24]."""
    step = _step_of(times, steps)
    spent = passed[step]
    spent[np.arange(times.size), cells[step] % 24] += times - steps[step]
    return spent


def _weight_of_steps(start: Ints, end: Ints, steps: Ints) -> Floats:
    """How much of the incidents falls in each step, float64[n_steps]."""
    first = _step_of(start, steps)
    instant = start == end
    weight = np.bincount(first[instant], minlength=steps.size).astype(float)
    if instant.all():
        return weight
    # In one order whatever the file's: sums of floats depend on it in their last digit.
    order = np.lexsort((end[~instant], start[~instant]))
    start, end, first = start[~instant][order], end[~instant][order], first[~instant][order]
    last, per_us = _step_of(end, steps), 1.0 / (end - start)
    after_first = np.minimum(steps[np.minimum(first + 1, steps.size - 1)], end)
    weight += np.bincount(first, (after_first - start) * per_us, minlength=steps.size)
    more = last > first
    weight += np.bincount(last[more], (end - steps[last])[more] * per_us[more], minlength=steps.size)
    return weight + _weight_of_whole_steps(first, last, per_us, steps)


def _weight_of_whole_steps(first: Ints, last: Ints, per_us: Floats, steps: Ints) -> Floats:
    """What falls in the steps strictly between first and last, by a running sum over the steps' ends."""
    through = last > first + 1
    opened = np.bincount(first[through] + 1, per_us[through], minlength=steps.size)
    closed = np.bincount(last[through], per_us[through], minlength=steps.size)
    lengths = np.diff(steps, append=steps[-1])
    return np.asarray(np.maximum(np.cumsum(opened - closed), 0.0) * lengths)


def _steps_around(start: Ints, end: Ints, timezone: str) -> tuple[Ints, Ints]:
    """The local hours from the first time to the last: when each begins (µs, UTC) and its cell, 24 · weekday + hour."""
    years = [datetime.fromtimestamp(int(t) // 1_000_000, UTC).year for t in (start.min(), end.max())]
    steps, cells = _local_hours(timezone, years[0], years[1])
    begin, stop = _step_of(np.array([start.min(), end.max()]), steps)
    return steps[begin : stop + 2], cells[begin : stop + 2]


@lru_cache(maxsize=32)
def _local_hours(timezone: str, first_year: int, last_year: int) -> tuple[Ints, Ints]:
    """
    Every local hour of some years (UTC), with a margin.

    A local hour begins where UTC's does, moved by the zone's offset from whole hours; the union of both also holds
    every change of the offset, as clocks are changed on the hour.
    """
    begin = np.datetime64(f"{first_year:04d}-01-01", "us").astype(np.int64)
    stop = np.datetime64(f"{last_year + 1:04d}-01-01T03", "us").astype(np.int64)
    hours = np.arange(begin, stop, HOUR_US)
    offset = _local(hours, timezone) - hours
    steps = np.unique(np.concatenate([hours, hours + (-offset) % HOUR_US]))
    local_hour = _local(steps, timezone) // HOUR_US
    cells = (local_hour + 24 * 3) % 168  # 1970-01-01 was a Thursday
    return steps, cells


def _local(times: Ints, timezone: str) -> Ints:
    """Microseconds since 1970 on the zone's wall clock."""
    wall = pd.DatetimeIndex(times.astype("datetime64[us]")).tz_localize("UTC").tz_convert(ZoneInfo(timezone))
    return np.asarray(wall.tz_localize(None).as_unit("us").asi8, np.int64)
