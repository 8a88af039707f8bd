"""The plain forms of times, read byte by byte, are those of one regular expression and the calendar."""

import re
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_zhengzhi.io.plain_times import read_plain

# What is plain, apart from the length of months: the reference that the kernel is held against.
PLAIN = re.compile(
    r"([12][0-9]{3})[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12][0-9]|3[01])"
    r"(?:[T ]([01]?[0-9]|2[0-3]):([0-5]?[0-9])(?::([0-5]?[0-9]))?)?"
)
EPOCH = datetime(1970, 1, 1)


def wanted(text):
    """(microseconds, whether a day alone), or None where the text is not plain or its day does not exist."""
    match = None if text is None else PLAIN.fullmatch(text)
    if match is None:
        return None
    try:
        when = datetime(*(int(number or 0) for number in match.groups()))
    except ValueError:
        return None
    return (when - EPOCH) // timedelta(microseconds=1), match[4] is None


def found(texts, kind=None):
    wall_us, is_read, is_day = read_plain(pa.chunked_array([pa.array(texts, kind or pa.string())]))
    assert not wall_us[~is_read].any()
    return [(int(us), bool(day)) if read else None for us, read, day in zip(wall_us, is_read, is_day, strict=True)]


NUMBER = st.one_of(st.integers(0, 99).map(str), st.integers(0, 9).map("0{}".format), st.sampled_from(["", "000", "x"]))
YEAR = st.one_of(st.integers(990, 3010).map(str), st.sampled_from(["0999", "20245", "202", "２０２４"]))
SEPARATED = st.tuples(
    YEAR, st.sampled_from("-/."), NUMBER, st.sampled_from("-/."), NUMBER,
    st.sampled_from(["", " ", "T", "t", "  "]), NUMBER, st.sampled_from([":", "", "-"]), NUMBER,
    st.sampled_from(["", ":"]), NUMBER, st.sampled_from(["", "", " ", "\n", "Z", "年"]),
).map("".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.one_of(st.none(), SEPARATED, st.text(max_size=20)), min_size=1, max_size=30))
def test_the_kernel_reads_what_the_expression_and_the_calendar_allow(texts):
    assert found(texts) == [wanted(text) for text in texts]


@settings(max_examples=300, deadline=None)
@given(st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31, 23, 59, 59)))
def test_every_moment_of_two_thousand_years_is_read_in_every_plain_form(when):
    when = when.replace(microsecond=0)
    padded, bare = when.strftime("%m-%dT%H:%M:%S"), f"{when.month}/{when.day} {when.hour}:{when.minute}:{when.second}"
    us = (when - EPOCH) // timedelta(microseconds=1)
    assert found([f"{when.year:04d}-{padded}", f"{when.year:04d}/{bare}"]) == [(us, False)] * 2


@pytest.mark.parametrize("year", [1000, 1582, 1600, 1700, 1900, 1970, 2000, 2023, 2024, 2100, 2999])
def test_the_last_day_of_each_month_exists_and_the_next_does_not(year):
    for month in range(1, 13):
        following = datetime(year + month // 12, month % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        assert found([f"{year}-{month}-{last}", f"{year}-{month}-{last + 1}"])[0] is not None
        assert found([f"{year}-{month}-{last + 1}"]) == [None]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_chunks_slices_and_empty_values_are_read_at_their_places(kind):
    texts = ["2024/3/1 8:05", None, "不详", "2024-03-01", "2024/3/1 24:00", "2024-3-1 0:00:59"]
    whole = pa.array(texts * 3, kind)
    column = pa.chunked_array([whole.slice(1, 7), pa.array([], kind), pa.nulls(2, kind), whole.slice(8)], kind)
    given_ = column.to_pylist()
    wall_us, is_read, is_day = read_plain(column)
    assert is_read.tolist() == [wanted(text) is not None for text in given_]
    assert wall_us[is_read].tolist() == [wanted(text)[0] for text in given_ if wanted(text)]
    assert is_day.tolist() == [text == "2024-03-01" for text in given_]


def test_nothing_is_read_out_of_nothing():
    wall_us, is_read, is_day = read_plain(pa.chunked_array([], pa.string()))
    assert (wall_us.dtype, is_read.dtype, is_day.dtype) == (np.int64, bool, bool)
    assert wall_us.size == is_read.size == is_day.size == 0
