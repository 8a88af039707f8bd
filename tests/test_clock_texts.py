from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_zhengzhi.io.clock_texts import read_texts


def read(*texts):
    return read_texts(pa.chunked_array([pa.array(texts, pa.string())]))


def told(text, *company):
    """What a text is read as, in the company of others: the fast ways must not differ from the slow one."""
    times = read(text, *company)
    if not times.is_read[0]:
        return "epoch" if times.is_epoch[0] else None
    at = str(times.wall_us[:1].view("M8[us]")[0].astype("M8[ms]"))
    return at[:10] if times.is_day[0] else at


CASES = [
    ("2024-03-01", "2024-03-01"),
    ("2024/3/1", "2024-03-01"),
    ("2024.3.1", "2024-03-01"),
    ("2024年3月1日", "2024-03-01"),
    ("20240301", "2024-03-01"),
    ("45352", "2024-03-01"),
    ("2024-02-29", "2024-02-29"),
    ("2024-03-01 08:05", "2024-03-01T08:05:00.000"),
    ("2024/3/1 8:05", "2024-03-01T08:05:00.000"),
    ("2024-03-01T08:05:09", "2024-03-01T08:05:09.000"),
    ("2024-03-01 08:05:09.25", "2024-03-01T08:05:09.250"),
    ("2024年3月1日 8时5分", "2024-03-01T08:05:00.000"),
    ("2024年3月1日8时5分9秒", "2024-03-01T08:05:09.000"),
    ("2024年3月1日 8时", "2024-03-01T08:00:00.000"),
    ("2024/3/1 上午 12:05", "2024-03-01T00:05:00.000"),
    ("2024/3/1 下午 3:05", "2024-03-01T15:05:00.000"),
    ("2024/3/1 下午 12:05", "2024-03-01T12:05:00.000"),
    ("2024-03-01 03:05 PM", "2024-03-01T15:05:00.000"),
    ("20240301 0805", "2024-03-01T08:05:00.000"),
    ("202403010805", "2024-03-01T08:05:00.000"),
    ("20240301080509", "2024-03-01T08:05:09.000"),
    ("２０２４年３月１日　８：０５", "2024-03-01T08:05:00.000"),
    ("45352.336806", "2024-03-01T08:05:00.000"),
    ("2024-03-01 00:00", "2024-03-01T00:00:00.000"),
    ("2024-03-01 23:59:59", "2024-03-01T23:59:59.000"),
    ("2024-03-01 24:00", "2024-03-02T00:00:00.000"),
    ("2024-03-01 24:01", None),
    ("2024-03-01 08:60", None),
    ("2024-02-30", None),
    ("2023-02-29 08:00", None),
    ("2024-13-01", None),
    ("2024-00-10", None),
    ("2024-3-123", None),
    ("01/03/2024", None),
    ("8:05", None),
    ("昨天", None),
    ("2024-03-01 下午 15:05 AM", None),
    ("1709251500", "epoch"),
    ("1709251500000", "epoch"),
    (None, None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_times_are_read_as_people_write_them(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(("text", "expected"), CASES)
@pytest.mark.parametrize(
    "company", [("2024-01-01 10:00",), ("2024/1/1 9:00", "2024-02-30"), ("?", "2024年1月1日", None)]
)
def test_what_else_is_in_the_column_does_not_matter(text, expected, company):
    assert told(text, *company) == expected


@pytest.mark.parametrize(("offset", "hours"), [("Z", 0), ("+08:00", 8), ("+0800", 8), ("+08", 8), ("-05:30", -5.5)])
def test_an_offset_in_the_text_is_taken(offset, hours):
    times = read(f"2024-03-01T08:05:00{offset}")
    assert times.has_offset.tolist() == [True]
    assert times.offset_us.tolist() == [hours * 3600e6]


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))
def test_all_ways_of_writing_a_minute_are_the_same_minute(at):
    at = at.replace(second=0, microsecond=0)
    ways = [
        f"{at:%Y-%m-%d %H:%M}",
        f"{at.year}/{at.month}/{at.day} {at.hour}:{at.minute:02d}",
        f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分",
        f"{at:%Y%m%d %H%M}",
        f"{at:%Y%m%d%H%M%S}",
    ]
    times = read(*ways)
    assert times.is_read.all()
    assert not times.is_day.any()
    assert set(times.wall_us.tolist()) == {int(np.datetime64(at, "us").astype(np.int64))}
