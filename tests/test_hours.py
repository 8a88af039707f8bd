from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.hours import hour_shares, hour_weekday_grid, keep_in_hours, peak_hours, share_in_hours

SHANGHAI = "Asia/Shanghai"


def times(texts, zone=SHANGHAI):
    return pd.Series(pd.DatetimeIndex(texts).tz_localize(zone).as_unit("us"))


def grid_of(starts, ends, zone=SHANGHAI):
    return hour_weekday_grid(times(starts, zone), times(ends, zone), zone)


def by_the_minute(start, end, zone):
    """The same grid by the slowest way: one minute of elapsed time after the other."""
    grid = np.zeros((7, 24))
    minutes = int((end - start).total_seconds() // 60)
    for k in range(minutes):
        local = (start + timedelta(minutes=k)).astimezone(ZoneInfo(zone))
        grid[local.weekday(), local.hour] += 1 / minutes
    return grid


def test_an_instant_goes_to_its_hour_and_weekday():
    grid = grid_of(
        ["2024-02-05 21:59:59.999999", "2024-02-11 22:00"], ["2024-02-05 21:59:59.999999", "2024-02-11 22:00"]
    )
    assert grid[0, 21] == 1
    assert grid[6, 22] == 1
    assert grid.sum() == 2


def test_an_interval_is_shared_out_by_the_time_in_each_hour():
    grid = grid_of(["2024-02-05 21:30"], ["2024-02-06 00:30"])
    assert grid[0, 21:24] == pytest.approx([1 / 6, 1 / 3, 1 / 3])
    assert grid[1, 0] == pytest.approx(1 / 6)


def test_an_interval_that_ends_on_the_hour_gives_nothing_to_the_next():
    grid = grid_of(["2024-02-05 08:00"], ["2024-02-05 09:00"])
    assert grid[0, 8] == 1
    assert np.count_nonzero(grid) == 1


def test_a_day_without_a_time_is_spread_over_its_24_hours():
    grid = grid_of(["2024-02-05"], ["2024-02-06"])
    assert grid[0] == pytest.approx(np.full(24, 1 / 24))
    assert grid[1:].sum() == 0


def test_a_whole_week_is_the_same_everywhere():
    assert grid_of(["2024-02-05 13:17"], ["2024-02-12 13:17"]) == pytest.approx(np.full((7, 24), 1 / 168))


def test_a_year_long_interval_is_exact():
    start, end = (
        datetime(2023, 3, 1, 10, 20, tzinfo=ZoneInfo("UTC")),
        datetime(2024, 3, 1, 4, 40, tzinfo=ZoneInfo("UTC")),
    )
    grid = hour_weekday_grid(pd.Series([start]), pd.Series([end]), "America/New_York")
    assert grid == pytest.approx(by_the_minute(start, end, "America/New_York"), abs=1e-12)


@pytest.mark.parametrize(
    ("zone", "start", "skipped_or_doubled"),
    [
        ("America/New_York", "2024-03-10 00:00", (2, 0.0)),
        ("America/New_York", "2024-11-03 00:00", (1, 2 / 6)),
        ("Australia/Lord_Howe", "2024-10-06 00:00", (2, 0.5 / 6)),
    ],
)
def test_a_clock_change_follows_elapsed_time(zone, start, skipped_or_doubled):
    begin = pd.Timestamp(start, tz=zone)
    grid = hour_weekday_grid(pd.Series([begin]), pd.Series([begin + pd.Timedelta(hours=6)]), zone)
    hour, share = skipped_or_doubled
    assert grid[6, hour] == pytest.approx(share)
    assert grid.sum() == pytest.approx(1)


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"])
def test_zones_with_odd_offsets_agree_with_the_minute_by_minute_way(zone):
    start = datetime(2024, 3, 28, 3, 11, tzinfo=ZoneInfo("UTC"))
    end = start + timedelta(days=11, minutes=77)
    grid = hour_weekday_grid(pd.Series([start]), pd.Series([end]), zone)
    assert grid == pytest.approx(by_the_minute(start, end, zone), abs=1e-12)


moments = st.integers(0, 10**15)
lengths = st.one_of(st.just(0), st.integers(1, 10**7), st.integers(1, 10**11), st.integers(1, 5 * 10**13))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(moments, lengths), min_size=1, max_size=30), st.sampled_from([SHANGHAI, "Europe/London"]))
def test_the_grid_sums_to_n_and_agrees_with_the_shares(pairs, zone):
    start = pd.Series(pd.DatetimeIndex(np.array([a for a, _ in pairs], "datetime64[us]"), tz="UTC"))
    end = pd.Series(pd.DatetimeIndex(np.array([a + d for a, d in pairs], "datetime64[us]"), tz="UTC"))
    grid = hour_weekday_grid(start, end, zone)
    assert grid.min() >= 0
    assert abs(grid.sum() - len(pairs)) < 1e-9
    shares = hour_shares(start, end, zone)
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(pairs)), abs=1e-12)
    assert grid.sum(axis=0) == pytest.approx(shares.sum(axis=0), abs=1e-9)
    assert share_in_hours(start, end, zone, (22, 4)) == pytest.approx(shares[:, [22, 23, 0, 1, 2, 3]].sum(axis=1))


def test_the_order_of_the_incidents_changes_no_bit():
    rng = np.random.default_rng(3)
    start = pd.Series(pd.Timestamp("2023-01-01", tz=SHANGHAI) + pd.to_timedelta(rng.integers(0, 10**7, 5000), unit="s"))
    end = start + pd.to_timedelta(rng.integers(0, 200_000, 5000), unit="s")
    mixed = rng.permutation(5000)
    assert np.array_equal(
        hour_weekday_grid(start, end, SHANGHAI), hour_weekday_grid(start.iloc[mixed], end.iloc[mixed], SHANGHAI)
    )


def test_no_incidents_make_an_empty_grid():
    assert hour_weekday_grid(times([]), times([]), SHANGHAI).sum() == 0
    assert hour_shares(times([]), times([]), SHANGHAI).shape == (0, 24)
    assert share_in_hours(times([]), times([]), SHANGHAI, (22, 4)).shape == (0,)


@pytest.mark.parametrize(
    ("start", "end", "share", "kept", "uncertain"),
    [
        ("2024-02-05 22:00", "2024-02-05 22:00", 1.0, True, 0),
        ("2024-02-05 21:59:59", "2024-02-05 21:59:59", 0.0, False, 0),
        ("2024-02-05 04:00", "2024-02-05 04:00", 0.0, False, 0),
        ("2024-02-05 20:00", "2024-02-06 00:00", 0.5, True, 1),
        ("2024-02-05 19:59", "2024-02-06 00:00", 120 / 241, False, 1),
        ("2024-02-05 23:00", "2024-02-06 03:00", 1.0, True, 0),
        ("2024-02-05", "2024-02-06", 0.25, False, 1),
    ],
)
def test_an_hour_filter_keeps_shares_of_a_half_and_counts_the_uncertain(start, end, share, kept, uncertain):
    found = share_in_hours(times([start]), times([end]), SHANGHAI, (22, 4))
    assert found[0] == pytest.approx(share)
    mask, n_uncertain = keep_in_hours(found)
    assert (bool(mask[0]), n_uncertain) == (kept, uncertain)


@pytest.mark.parametrize("hours", [(0, 24), (0, 0), (7, 7)])
def test_equal_ends_mean_the_whole_day(hours):
    assert share_in_hours(times(["2024-02-05"]), times(["2024-02-07 03:00"]), SHANGHAI, hours)[0] == 1


@pytest.mark.parametrize(
    ("by_hour", "peak"),
    [
        ({20: 1, 21: 3, 22: 1}, (20, 23)),
        ({23: 2, 0: 2, 1: 2}, (23, 2)),
        ({22: 1}, (20, 23)),
        ({5: 1, 15: 1}, (3, 6)),
        ({}, None),
    ],
)
def test_peak_hours_are_the_densest_three_and_the_earliest_of_equals(by_hour, peak):
    grid = np.zeros((7, 24))
    for hour, n in by_hour.items():
        grid[2, hour] = n
    assert peak_hours(grid) == peak


def test_days_without_a_time_have_no_peak_hours():
    days = [f"2024-02-{d:02d}" for d in range(1, 20)]
    assert peak_hours(grid_of(days[:-1], days[1:])) is None


def test_times_without_a_zone_are_refused():
    naive = pd.Series(pd.DatetimeIndex(["2024-02-05 10:00"]))
    with pytest.raises(InvalidParameter, match="without a zone"):
        hour_weekday_grid(naive, naive, SHANGHAI)


def test_an_interval_that_ends_before_it_begins_is_refused_with_its_row():
    with pytest.raises(InvalidParameter, match="row 1"):
        grid_of(["2024-02-05", "2024-02-06"], ["2024-02-05", "2024-02-05"])


def test_a_missing_time_is_refused():
    with pytest.raises(InvalidParameter, match="missing"):
        hour_weekday_grid(pd.Series(pd.DatetimeIndex(["NaT"], tz="UTC")), times(["2024-02-05"]), SHANGHAI)


def test_hours_beyond_the_day_are_refused():
    with pytest.raises(InvalidParameter, match="hours"):
        share_in_hours(times(["2024-02-05"]), times(["2024-02-05"]), SHANGHAI, (22, 28))
