"""Periods as slices of sorted columns: the same rows as a look at every midpoint, also from the kept file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from studies import area, corridor, days, incident, many, study_of

from geo_zhengzhi.hours import keep_in_hours, share_in_hours
from geo_zhengzhi.schema import CATEGORY, GEOMETRY, HOTSPOT_ID, INCIDENT, OCCURRED_FROM, OCCURRED_TO, PART, PART_ID
from geo_zhengzhi.services.console.counting import count_by_hotspot, placed_now
from geo_zhengzhi.services.console.months import months_of
from geo_zhengzhi.services.console.showing import NOT_ALL_HOTSPOTS, for_page
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies import time_order
from geo_zhengzhi.settings import Settings

FEBRUARY = days("2024-02-01", "2024-02-29")
EDGES = [
    incident((0, 0), "2024-02-01T00:00"),
    incident((0, 0), "2024-03-01T00:00"),
    incident((0, 0), "2024-02-29T20:00", until="2024-03-01T04:00"),  # its middle is the end: out
    incident((0, 0), "2024-01-31T20:00", until="2024-02-01T04:00"),  # its middle is the start: in
    incident((0, 0), "2024-01-31T23:59:59"),
    incident((0, 0), "2024-02-29T23:59:59", category="诈骗"),
]


@pytest.fixture(scope="module")
def study():
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2023-11-01") + pd.to_timedelta(rng.integers(0, 200 * 24, 300), "h")
    rows = [
        incident((0, 0), str(at), until=str(at + pd.Timedelta(hours=int(length))), category=category)
        for at, length, category in zip(start, rng.integers(0, 30, 300), rng.choice(["盗窃", "诈骗"], 300), strict=True)
    ]
    return study_of(EDGES + rows, [area("甲", 0, 0)])


@pytest.mark.parametrize("category", [None, "盗窃", "诈骗", "抢劫"])
@pytest.mark.parametrize("hours", [None, (22, 4), (0, 12)])
@pytest.mark.parametrize("period", [FEBRUARY, days("2023-11-01", "2024-06-30"), days("2021-01-01", "2021-12-31")])
def test_a_slice_holds_the_rows_that_a_look_at_every_midpoint_finds(study, category, hours, period):
    rows = study.incidents
    kept = ((study.midpoints >= period.start) & (study.midpoints < period.end)).to_numpy()
    kept = kept & (True if category is None else (rows[CATEGORY] == category).to_numpy())
    if hours is not None:
        kept = kept & keep_in_hours(share_in_hours(rows[OCCURRED_FROM], rows[OCCURRED_TO], study.timezone, hours))[0]
    assert study.rows(period, category, hours).tolist() == np.flatnonzero(kept).tolist()


def test_the_ends_of_a_period_are_in_and_out_to_the_microsecond():
    assert study_of(EDGES, []).rows(FEBRUARY).tolist() == [0, 3, 5]


def test_a_kept_order_is_read_again_and_a_broken_file_is_made_anew(study, tmp_path):
    shared = replace(study, results_dir=tmp_path / "kept")
    first = shared.order
    (kept,) = (tmp_path / "kept").glob("order-*.arrow")
    again = replace(shared).order
    for name in ("moments", "row", "category"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert again.categories == first.categories == study.categories
    kept.write_bytes(b"broken")
    assert np.array_equal(replace(shared).order.row, first.row)


def test_a_study_without_incidents_has_an_order_of_none(tmp_path):
    empty = replace(study_of([], [area("甲", 0, 0)]), results_dir=tmp_path / "kept")
    assert (empty.span, empty.categories, empty.rows(FEBRUARY).tolist()) == (None, (), [])
    assert replace(empty).order.categories == ()
    assert empty.latest_day(FEBRUARY) is None


def test_the_latest_day_is_looked_for_back_from_the_periods_end_else_among_all(study, monkeypatch):
    monkeypatch.setattr(time_order, "FIRST_LOOK", 3)
    for category in (None, "诈骗"):
        chosen = study.midpoints.take(study.rows(days("2000-01-01", "2030-01-01"), category))
        upto = chosen[chosen < FEBRUARY.end]
        assert study.latest_day(FEBRUARY, category) == upto.max().date()
        assert study.latest_day(days("2020-01-01", "2020-01-31"), category) == chosen.max().date()
    assert study.latest_day(FEBRUARY, "抢劫") is None


def test_every_hotspot_counts_what_a_look_at_it_alone_finds():
    rng = np.random.default_rng(8)
    places = [
        *rng.normal((200, 200), 60, (40, 2)),
        *rng.normal((2000, 0), 60, (40, 2)),
        *rng.normal((450, 200), 40, (20, 2)),
    ]
    places += [*rng.normal((0, -3000), (300, 40), (60, 2))]
    parts = [area("甲", 0, 0), area("乙", 300, 0), corridor("丙", (-2000, -3000), (2000, -3000))]
    result = assess(study_of([incident(p, "2024-02-05T12:00") for p in places], parts), Query(period=FEBRUARY)).result
    placed = placed_now(result)
    position = {part_id: i for i, part_id in enumerate(result.targets[PART_ID])}
    found, n_asked = count_by_hotspot(placed, result.hotspots, result.targets), 0
    for row in result.hotspots.to_dict("records"):
        if np.isfinite(row["from_m"]):
            continue
        mine = placed.pairs.loc[placed.pairs[PART] == position.get(row[PART_ID], -9), INCIDENT].to_numpy()
        mine = mine if row[PART_ID] else np.flatnonzero(placed.outside)
        alone = shapely.intersects_xy(row[GEOMETRY], placed.longitude[mine], placed.latitude[mine]).sum()
        assert found[row[HOTSPOT_ID]] == alone
        n_asked += 1
    assert n_asked >= 3
    elsewhere = result.targets[result.targets[PART_ID] != "甲"].reset_index(drop=True)
    gone = result.hotspots[result.hotspots[PART_ID] == "甲"]
    assert set(count_by_hotspot(placed, gone, elsewhere).values()) == {0}


def test_a_page_shows_the_first_hotspots_and_says_how_many_there_are(monkeypatch):
    monkeypatch.setattr("geo_zhengzhi.services.console.showing.MOST_HOTSPOTS", 2)
    incidents = [row for n in range(4) for row in many(12 + n, (3000 * n, 0), "2024-02-05")]
    whole = assess(study_of(incidents, []), Query(period=FEBRUARY))
    page = for_page(whole)
    assert ([row.rank for row in page.hotspots], len(page.result.hotspots)) == ([1, 2], 2)
    assert (NOT_ALL_HOTSPOTS, {"n": 2, "total": 4}) in page.notes
    assert (page.n_incidents, len(whole.hotspots)) == (whole.n_incidents, 4)
    assert for_page(whole) is page


def test_a_small_county_is_shown_whole():
    whole = assess(study_of(many(12, (0, 0), "2024-02-05"), []), Query(period=FEBRUARY))
    assert for_page(whole) is whole


def test_the_slider_has_the_last_24_months_of_the_data_and_counts_with_the_filters():
    rows = [incident((0, 0), f"{year}-05-10T12:00") for year in (2020, 2023, 2024)]
    rows += [incident((0, 0), "2024-05-11T12:00", category="诈骗")]
    study = study_of(rows, [])
    found = months_of(study, Query(period=FEBRUARY), Settings(), "zh")
    assert ([month.name for month in found][::23], len(found)) == (["2022-06", "2024-05"], 24)
    assert {m.name: m.n_incidents for m in found if m.n_incidents} == {"2023-05": 1, "2024-05": 2}
    fraud = months_of(study, Query(period=FEBRUARY, category="诈骗"), Settings(), "zh")
    assert [m.n_incidents for m in fraud if m.n_incidents] == [1]
    assert len({month.heat.area for month in found}) == 24
    assert "31" in found[-1].title


def test_short_data_have_few_months_and_none_without_incidents():
    study = study_of([incident((0, 0), "2024-04-30T12:00"), incident((0, 0), "2024-05-01T12:00")], [])
    assert [month.name for month in months_of(study, Query(), Settings(), "en")] == ["2024-04", "2024-05"]
    assert months_of(study_of([], []), Query(), Settings(), "en") == ()
