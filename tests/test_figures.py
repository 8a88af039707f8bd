"""What is selected has its own figures: they agree with the lists, and only the filters change them."""

from dataclasses import replace
from datetime import date

import pytest
from studies import area, corridor, days, incident, many, study_of

from geo_zhengzhi.services.console.figures import figures_of, months_to, row_of
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.settings import REPOSITORY, Settings

FEBRUARY = days("2024-02-01", "2024-02-29")


@pytest.fixture(scope="module")
def situation():
    return assess(open_demonstration(Settings(data_dir=REPOSITORY / "data")), Query())


def test_every_places_grid_and_months_add_up_to_its_count_in_the_lists(situation):
    targets = [one for row in situation.targets for one in (row, *row.parts)]
    rows = [*targets, *situation.hotspots, *situation.zones, *situation.candidates]
    assert len(rows) > 20
    for row in rows:
        ids = [getattr(row, name, None) for name in ("zone_id", "hotspot_id", "target_id")]
        focus = next(filter(None, ids)) if getattr(row, "parts", True) else row.feature_ids[0]
        if hasattr(row, "feature_ids") and not row.parts:
            focus = row.feature_ids[0]
        found = figures_of(situation, focus)
        assert found.row == row, focus
        assert found.grid.sum() == pytest.approx(row.change.n_now), focus
        shown = [month for month in found.months if month.in_period]
        assert sum(month.n for month in shown) == row.change.n_now, focus
        assert sum(month.n_before for month in shown) == row.change.n_before, focus
        assert sum(week.n_now for week in found.weeks) == row.change.n_now, focus
        assert sum(week.n_before for week in found.weeks) == row.change.n_before, focus
        assert [week.start for week in found.weeks] == [week.start for week in situation.weeks]


def test_the_weeks_of_a_place_that_holds_everything_are_the_countys_also_around_a_long_period():
    incidents = [one for month in range(1, 13) for one in many(20, (100, 100), f"2023-{month:02d}-03", spread_m=0.0)]
    incidents += [one for month in range(1, 7) for one in many(25, (100, 100), f"2024-{month:02d}-02", spread_m=0.0)]
    study = study_of(incidents, [area("a", 0, 0)])
    for first, last in (("2024-02-10", "2024-02-20"), ("2023-12-01", "2024-05-01"), ("2024-01-01", "2024-12-31")):
        for against in ("last_year", "prior"):
            found = assess(study, Query(days(first, last), against=against))
            assert figures_of(found, "a").weeks == found.weeks
            assert sum(week.n for week in found.weeks) > sum(week.n_now for week in found.weeks) > 0


def test_nothing_and_an_unknown_place_are_the_whole_county(situation):
    for focus in ("", "no such place", "H-of-another-month"):
        found = figures_of(situation, focus)
        assert found.row is None
        assert found.change == situation.county
        assert sum(month.n for month in found.months if month.in_period) == situation.n_incidents


def test_a_whole_target_comes_before_its_part_of_the_same_number():
    parts = [area("T", 0, 0), area("T2", 2000, 0, target_id="T")]
    study = study_of([incident((9000, 9000), "2022-01-01"), *many(3, (100, 100), "2024-02-05")], parts)
    found = assess(study, Query(FEBRUARY))
    assert row_of(found, "T").parts
    assert not row_of(found, "T2").parts


def test_a_place_with_one_incident_and_one_with_none_have_figures():
    parts = [area("one", 0, 0), area("none", 5000, 0)]
    study = study_of([incident((9000, 9000), "2022-01-01"), incident((100, 100), "2024-02-29T23:59")], parts)
    found = assess(study, Query(FEBRUARY))
    one, none = figures_of(found, "one"), figures_of(found, "none")
    assert (one.grid[3, 23], one.latest_day) == (1.0, date(2024, 2, 29))
    assert (none.grid.sum(), none.latest_day) == (0.0, None)
    assert [month.n for month in none.months] == [0] * 12


def test_hours_narrow_the_months_and_leave_the_grid_whole():
    study = study_of([incident((9000, 9000), "2022-01-01"), *many(4, (100, 100), "2024-02-05")], [area("a", 0, 0)])
    query = Query(FEBRUARY, hours=(0, 6))
    found = figures_of(assess(study, query), "a")
    assert found.months[-1].n == 0
    assert found.grid.sum() == 4
    assert figures_of(assess(study, replace(query, hours=(12, 13))), "a").months[-1].n == 4


def test_a_stretch_of_line_holds_what_lies_across_its_corridor():
    line = corridor("line", (0, 0), (20_000, 0))
    cluster = many(8, (10_000, 250), "2024-02-05", spread_m=30)
    study = study_of([incident((9000, 9000), "2022-01-01"), *cluster], [line])
    found = assess(study, Query(FEBRUARY))
    (hotspot,) = found.hotspots
    assert figures_of(found, hotspot.hotspot_id).grid.sum() == 8


@pytest.mark.parametrize(
    ("first", "last", "n", "begin"),
    [
        ("2024-03-01", "2024-03-31", 12, date(2023, 4, 1)),
        ("2024-03-05", "2024-03-06", 12, date(2023, 4, 1)),
        ("2022-11-30", "2024-03-31", 17, date(2022, 11, 1)),
        ("2019-01-01", "2024-12-31", 36, date(2022, 1, 1)),
    ],
)
def test_the_months_reach_a_year_back_or_as_far_as_the_period(first, last, n, begin):
    months = months_to(days(first, last))
    assert (len(months), months[0]) == (n, begin)


def test_months_outside_the_data_are_not_zero_and_a_month_the_data_end_in_is_not_whole():
    study = study_of([incident((0, 0), "2023-12-15"), incident((0, 0), "2024-02-10")], [area("a", 0, 0)])
    months = {
        month.first_day: month
        for month in figures_of(assess(study, Query(days("2024-02-01", "2024-02-10"))), "").months
    }
    assert months[date(2023, 11, 1)].n is None
    assert (months[date(2023, 12, 1)].n, months[date(2023, 12, 1)].is_whole) == (1, False)
    assert (months[date(2024, 1, 1)].n, months[date(2024, 1, 1)].is_whole) == (0, True)
    assert (months[date(2024, 2, 1)].n, months[date(2024, 2, 1)].n_before, months[date(2024, 2, 1)].is_whole) == (
        1,
        None,
        False,
    )
