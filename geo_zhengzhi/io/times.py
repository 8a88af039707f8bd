"""When incidents happened: columns of a file to half-open intervals in one time zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.errors import InvalidParameter, MissingColumn
from geo_zhengzhi.io.clock_texts import WallTimes, read_texts
from geo_zhengzhi.io.headers import OCCURRED_AT, REPORTED_AT, Headers, listed
from geo_zhengzhi.io.plain_times import DAY_US, HOUR_US
from geo_zhengzhi.io.tables import RawTable, as_text
from geo_zhengzhi.schema import OCCURRED_FROM, OCCURRED_TO

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Exactly 00:00 is taken for "time unknown" where it occurs at least so often, and more than so many times as often as
# the other full hours do on average: people round to full hours, so those are what midnight is compared with. Where
# there is no other time at all, three are enough, but not of upper bounds: an interval may well end with its day.
MIN_MIDNIGHTS = 10
MIN_MIDNIGHTS_ALONE = 3
MAX_MIDNIGHT_RATIO = 3.0


@dataclass
class Moments:
    """
    One time column in UTC.

    Parameters
    ----------
    start_us, end_us : arrays of n
        Microseconds since 1970 UTC; equal for an instant, the next local midnight for a day.
    is_read, is_empty, is_epoch, is_day : arrays of n, bool
    """

    start_us: Integers
    end_us: Integers
    is_read: Mask
    is_empty: Mask
    is_epoch: Mask
    is_day: Mask


@dataclass
class Intervals:
    """
    The times of n rows.

    Parameters
    ----------
    from_us, to_us : arrays of n
        Half-open [from, to) in microseconds since 1970 UTC, equal for an instant.
    is_empty, is_unreadable, is_epoch, is_swapped : arrays of n, bool
        Why a row has no time; at most one is True.
    counts : dict of str to int
        What was done, by the notes' names: "days", "midnights", "skipped", "repeated", "one_bound".
    """

    from_us: Integers
    to_us: Integers
    is_empty: Mask
    is_unreadable: Mask
    is_epoch: Mask
    is_swapped: Mask
    counts: dict[str, int] = field(default_factory=dict)


def check_timezone(timezone: str) -> ZoneInfo:
    """
    The zone of an IANA name.

    Raises
    ------
    InvalidParameter
        If there is none.
    """
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidParameter(
            name="timezone", given=timezone, allowed="an IANA name such as Asia/Shanghai or America/New_York"
        ) from None


def read_times(table: RawTable, headers: Headers, timezone: str) -> Intervals:
    """
    Read when each row happened.

    Where a row has both bounds they make the interval; else its one time counts, else the one bound that is there; a
    time of report stands in only where the file has no other. An instant is [t, t); a day without a time is its 24
    hours; a day as upper bound includes that day. A local time that occurs twice (clocks set back) is the first of the
    two; one that does not exist (clocks set forward) is the first that does.

    Parameters
    ----------
    table : RawTable
    headers : Headers
    timezone : str
        IANA zone of texts that name none.

    Raises
    ------
    MissingColumn
        If the file has no column of times.
    """
    counts: dict[str, int] = {}
    columns = [c for c in (OCCURRED_AT, OCCURRED_FROM, OCCURRED_TO) if c in headers]
    if not columns and REPORTED_AT in headers:
        columns = [REPORTED_AT]
    if not columns:
        raise MissingColumn(column=OCCURRED_AT, found=listed(table.headers))
    moments = {
        c: _moments(table.columns[headers.positions[c]], timezone, counts, is_upper=c == OCCURRED_TO) for c in columns
    }
    return _join(moments, table.n_rows, counts)


def _join(moments: Mapping[str, Moments], n: int, counts: dict[str, int]) -> Intervals:
    """One interval a row from the columns that there are."""
    nothing = _no_moments(n)
    first, last = moments.get(OCCURRED_FROM, nothing), moments.get(OCCURRED_TO, nothing)
    at = moments.get(OCCURRED_AT, moments.get(REPORTED_AT, nothing))
    from_us, to_us = np.zeros(n, np.int64), np.zeros(n, np.int64)
    done, by_day, one_bound = (np.zeros(n, bool) for _ in range(3))
    for start, end in ((first, last), (at, at), (first, first), (last, last)):
        use = ~done & start.is_read & end.is_read
        from_us[use], to_us[use] = start.start_us[use], end.end_us[use]
        done |= use
        by_day |= use & (start.is_day | end.is_day)
        one_bound |= use & (start is end) & (start is not at)
    every = list(moments.values())
    is_epoch = ~done & np.logical_or.reduce([m.is_epoch for m in every])
    is_empty = ~done & np.logical_and.reduce([m.is_empty for m in every])
    is_swapped = done & (to_us < from_us)
    counts["days"] = int(by_day.sum())
    counts["one_bound"] = int(one_bound.sum()) if OCCURRED_FROM in moments and OCCURRED_TO in moments else 0
    return Intervals(from_us, to_us, is_empty, ~done & ~is_empty & ~is_epoch, is_epoch, is_swapped, counts)


def _no_moments(n: int) -> Moments:
    """A column that is not there."""
    no, zero = np.zeros(n, bool), np.zeros(n, np.int64)
    return Moments(zero, zero, no, ~no, no, no)


def _moments(column: pa.ChunkedArray, timezone: str, counts: dict[str, int], *, is_upper: bool) -> Moments:
    """One column in UTC; what was done to it is added to the counts."""
    times, is_empty, utc_us = _wall_times(column, timezone)
    is_day = times.is_day | _suspicious_midnights(times, counts, MIN_MIDNIGHTS if is_upper else MIN_MIDNIGHTS_ALONE)
    start_us = utc_us.copy()
    local = times.is_read & ~times.has_offset
    start_us[local] = to_utc(times.wall_us[local], timezone, counts)
    end_us = start_us.copy()
    day_us = times.wall_us[is_day] // DAY_US * DAY_US
    start_us[is_day] = to_utc(day_us, timezone, {})
    end_us[is_day] = to_utc(day_us + DAY_US, timezone, {})
    return Moments(start_us, end_us, times.is_read, is_empty, times.is_epoch, is_day)


def _wall_times(column: pa.ChunkedArray, timezone: str) -> tuple[WallTimes, Mask, Integers]:
    """
    A column on the zone's own clock, where it is empty, and UTC where the value itself says so.

    Texts with an offset keep their instant and are told on the zone's clock like all others.
    """
    kind = column.type
    is_empty = ~np.asarray(column.is_valid().to_numpy(), bool)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        times = _typed_times(column, ~is_empty)
    else:
        texts = as_text(column)
        is_empty = ~np.asarray(texts.is_valid().to_numpy(), bool)
        times = read_texts(texts)
    utc_us = times.wall_us - times.offset_us
    moved = times.has_offset & ~times.is_day
    if moved.any():
        local = pd.DatetimeIndex(utc_us[moved].view("M8[us]"), tz="UTC").tz_convert(timezone).tz_localize(None)
        times.wall_us[moved] = local.as_unit("us").asi8
    return times, is_empty, utc_us


def _typed_times(column: pa.ChunkedArray, is_there: Mask) -> WallTimes:
    """Times that the file itself holds as times or days."""
    times = WallTimes.unread(len(column))
    times.is_read |= is_there
    micro = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False)
    times.wall_us[:] = pc.fill_null(micro.cast(pa.int64()), 0).to_numpy()
    if pa.types.is_date(column.type):
        times.is_day |= is_there
    elif column.type.tz is not None:
        times.has_offset |= is_there
    return times


def _suspicious_midnights(times: WallTimes, counts: dict[str, int], least_alone: int) -> Mask:
    """Where 00:00 stands for a time that nobody knows; counted. `least_alone` are enough where all times are 00:00."""
    timed = times.is_read & ~times.is_day
    clock_us = times.wall_us % DAY_US
    midnight = timed & (clock_us == 0)
    n_midnights = int(midnight.sum())
    n_other_full_hours = int((timed & (clock_us % HOUR_US == 0)).sum()) - n_midnights
    least = least_alone if n_midnights == int(timed.sum()) else MIN_MIDNIGHTS
    if n_midnights < least or n_midnights <= MAX_MIDNIGHT_RATIO * n_other_full_hours / 23:
        return np.zeros(len(midnight), bool)
    counts["midnights"] = counts.get("midnights", 0) + n_midnights
    return np.asarray(midnight, bool)


def to_utc(wall_us: Integers, timezone: str, counts: dict[str, int]) -> Integers:
    """
    Wall-clock microseconds (array of n) of a zone in UTC.

    Times that occur twice become the first, times that do not exist the first that does; both are added to `counts`.
    """
    wall = pd.DatetimeIndex(wall_us.view("M8[us]"))
    first = wall.tz_localize(timezone, ambiguous=np.ones(len(wall), bool), nonexistent="shift_forward")
    second = wall.tz_localize(timezone, ambiguous=np.zeros(len(wall), bool), nonexistent="shift_forward")
    utc_us = first.as_unit("us").asi8
    counts["repeated"] = counts.get("repeated", 0) + int((utc_us != second.as_unit("us").asi8).sum())
    back = first.tz_localize(None).as_unit("us").asi8
    counts["skipped"] = counts.get("skipped", 0) + int((back != wall_us).sum())
    return np.asarray(utc_us, np.int64)
