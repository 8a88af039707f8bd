"""Times as people and programmes write them, read into wall-clock microseconds; no time zone is looked at here."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.io.plain_times import DAY_US, HOUR_US, MINUTE_US, days_us, read_plain
from geo_zhengzhi.io.tables import matches

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_DATE = r"\s*(?P<y>[12]\d{3})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})"
_CLOCK = (
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上)?\s*(?P<H>\d{1,2})(?:\s*[:时点]\s*(?:(?P<M>\d{1,2})(?:\s*[:分]\s*"
    r"(?:(?P<S>\d{1,2})(?:[.,](?P<f>\d{1,9}))?\s*秒?)?)?)?)?\s*(?P<ampm>[AaPp])?(?:\.?[Mm]\.?)?"
)
_OFFSET = r"(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?\s*"
WRITTEN = f"^{_DATE}(?:(?:\\s*[日号]\\s*|\\s*T\\s*|\\s+){_CLOCK})?(?:\\s*[日号])?\\s*{_OFFSET}$"
COMPACT = (
    r"^(?P<y>[12]\d{3})(?P<m>\d{2})(?P<d>\d{2})(?:[T\s]?(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:\.(?P<f>\d{1,9}))?)?"
    f"{_OFFSET})?$"
)
EXCEL_SERIAL = r"^\d{5}(\.\d+)?$"  # days since 1899-12-30; 10000 is 1927, 99999 is 2173
FIRST_US, END_US = (int(np.datetime64(day, "us").astype(np.int64)) for day in ("1000-01-01", "3000-01-01"))
EXCEL_ZERO_US = -25569 * DAY_US
PROBE = 1000  # texts that are tried before a whole column
EPOCH = r"^\d{10}(\.\d+)?$|^\d{13}$"
AFTERNOON = ("下午", "晚上", "中午")
MORNING = ("上午", "凌晨", "早上")


@dataclass
class WallTimes:
    """
    The times of n texts.

    Parameters
    ----------
    wall_us : array of n
        Microseconds from 1970-01-01 00:00 on the clock of the text.
    is_read, is_day, is_epoch : arrays of n, bool
        Understood; understood and a day without a clock; a bare count since 1970, which is not taken.
    offset_us : array of n
        What the text's own offset adds to UTC, where `has_offset`.
    has_offset : array of n, bool
    """

    wall_us: Integers
    is_read: Mask
    is_day: Mask
    is_epoch: Mask
    offset_us: Integers
    has_offset: Mask

    @classmethod
    def unread(cls, n: int) -> "WallTimes":
        """No text understood yet."""
        unread, unset, no_day, no_epoch = (np.zeros(n, bool) for _ in range(4))
        return cls(np.zeros(n, np.int64), unread, no_day, no_epoch, np.zeros(n, np.int64), unset)


def read_texts(texts: pa.ChunkedArray) -> WallTimes:
    """
    Read times, year first.

    2024-03-01, 2024/3/1 8:05, 2024-03-01T08:05:00.5+08:00, 2024年3月1日 8时5分, 2024/3/1 下午 3:05, 20240301,
    20240301 0805, 20240301080500, and Excel's day numbers (45352, 45352.336806). A day first or a month first is not
    taken, since 03/04 may be either; a count of seconds or milliseconds since 1970 is not taken either, since nobody
    can tell the clock that it was made on. 24:00 is the next day's 00:00.

    Parameters
    ----------
    texts : ChunkedArray of n texts, None for an empty one
    """
    times = WallTimes.unread(len(texts))
    if not _read_iso(texts, times):
        times.wall_us, times.is_read, times.is_day = read_plain(texts)
    rest = np.flatnonzero(~times.is_read & _valid(texts))
    if rest.size:
        normal = pc.utf8_normalize(texts.take(pa.array(rest)), form="NFKC")
        _read_fields(normal, rest, WRITTEN, times)
        _read_fields(normal, rest, COMPACT, times)
        _read_serials(normal, rest, times)
        times.is_epoch[rest] = matches(normal, EPOCH) & ~times.is_read[rest]
    return times


def _valid(column: pa.ChunkedArray) -> Mask:
    return np.asarray(column.is_valid().to_numpy(), bool)


def _read_iso(texts: pa.ChunkedArray, times: WallTimes) -> bool:
    """A column that is ISO without offsets throughout, in one go; False where it is not."""
    try:
        texts.slice(0, PROBE).cast(pa.timestamp("us"))  # a column that is not would be looked through to its end
        read = texts.cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return False
    wall_us = pc.fill_null(read.cast(pa.int64()), 0).to_numpy()
    if wall_us.size and not (wall_us.min() >= FIRST_US and wall_us.max() < END_US):
        return False
    times.wall_us[:] = wall_us
    times.is_read |= _valid(texts)
    times.is_day |= np.asarray(
        pc.fill_null(pc.equal(pc.binary_length(texts), len("2024-03-01")), False).to_numpy(), bool
    )
    return True


def _read_fields(texts: pa.ChunkedArray, rows: Integers, pattern: str, times: WallTimes) -> None:
    """Texts of one pattern, field by field; what is no date on the calendar or the clock stays unread."""
    found = pc.extract_regex(texts, pattern)
    hit = _valid(found) & ~times.is_read[rows]
    if not hit.any():
        return
    fields = {name: pc.struct_field(found, name).filter(pa.array(hit)) for name in "ymdHMS"}
    numbers = {name: _numbers(column) for name, column in fields.items()}
    group = {f.name for f in found.type}
    hours = _hours(numbers["H"], found, hit) if "half" in group else numbers["H"]
    day_us, is_date = days_us(numbers["y"], numbers["m"], numbers["d"])
    clock_us = hours * HOUR_US + numbers["M"] * MINUTE_US + numbers["S"] * 1_000_000
    clock_us += _fraction_us(pc.struct_field(found, "f").filter(pa.array(hit)))
    on_clock = (hours < 24) & (numbers["M"] < 60) & (numbers["S"] < 60) | (clock_us == DAY_US)
    good = is_date & on_clock
    offset_us, has_offset = _offsets(pc.struct_field(found, "offset").filter(pa.array(hit)))
    good &= np.abs(offset_us) <= 18 * HOUR_US
    places = rows[hit][good]
    times.wall_us[places] = (day_us + clock_us)[good]
    times.is_read[places] = True
    times.is_day[places] = pc.equal(fields["H"], "").to_numpy()[good]
    times.offset_us[places], times.has_offset[places] = offset_us[good], has_offset[good]


def _numbers(column: pa.ChunkedArray) -> Integers:
    """Digits as numbers, 0 for none."""
    filled = pc.if_else(pc.equal(column, ""), "0", column)
    return np.asarray(filled.cast(pa.int64()).to_numpy(), np.int64)


def _hours(hours: Integers, found: pa.ChunkedArray, hit: Mask) -> Integers:
    """Hours of the day where a half of the day is said; 25 where the two do not go together."""
    half = pc.struct_field(found, "half").filter(pa.array(hit))
    letter = pc.utf8_upper(pc.struct_field(found, "ampm").filter(pa.array(hit)))
    after = np.asarray(pc.or_(pc.is_in(half, pa.array(AFTERNOON)), pc.equal(letter, "P")).to_numpy(), bool)
    before = np.asarray(pc.or_(pc.is_in(half, pa.array(MORNING)), pc.equal(letter, "A")).to_numpy(), bool)
    # 中午 11:30 is half past eleven, and 晚上 12:00 is midnight, which few agree on: it is not taken.
    noon = np.asarray(pc.equal(half, "中午").to_numpy(), bool) & (hours >= 10)
    evening_twelve = np.asarray(pc.equal(half, "晚上").to_numpy(), bool) & (hours == 12)
    shifted = np.where(after & (hours < 12) & ~noon, hours + 12, hours)
    shifted = np.where(before & (hours == 12), 0, shifted)
    return np.where(evening_twelve | (before & (hours > 12)) | (before & after), 25, shifted)


def _fraction_us(column: pa.ChunkedArray) -> Integers:
    """Digits behind the second's point in microseconds, cut off."""
    six = pc.utf8_slice_codeunits(pc.utf8_rpad(column, width=6, padding="0"), 0, 6)
    return np.asarray(six.cast(pa.int64()).to_numpy(), np.int64)


def _offsets(column: pa.ChunkedArray) -> tuple[Integers, Mask]:
    """What the texts' own offsets add to UTC, microseconds, and where there is one."""
    has_offset = np.asarray(pc.not_equal(column, "").to_numpy(), bool)
    if not has_offset.any():
        return np.zeros(len(column), np.int64), has_offset
    digits = pc.utf8_rpad(pc.replace_substring_regex(column, "[^0-9]", ""), width=4, padding="0").cast(pa.int64())
    sign = np.where(pc.starts_with(column, "-").to_numpy(), -1, 1)
    number = np.asarray(digits.to_numpy(), np.int64)
    return sign * (number // 100 * HOUR_US + number % 100 * MINUTE_US), has_offset


def _read_serials(texts: pa.ChunkedArray, rows: Integers, times: WallTimes) -> None:
    """Excel's day numbers, to the second, which is what its binary fractions hold."""
    hit = matches(texts, EXCEL_SERIAL) & ~times.is_read[rows]
    if hit.any():
        serial = np.asarray(texts.filter(pa.array(hit)).cast(pa.float64()).to_numpy(), float)
        seconds = np.round(serial * 86400).astype(np.int64)
        times.wall_us[rows[hit]] = seconds * 1_000_000 + EXCEL_ZERO_US
        times.is_read[rows[hit]] = True
        times.is_day[rows[hit]] = serial == np.floor(serial)
