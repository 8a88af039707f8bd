from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_zhengzhi.categories import all_categories
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.hours import hour_weekday_grid
from geo_zhengzhi.schema import INCIDENT_COLUMNS
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.simulation import plan, simulate_demonstration
from geo_zhengzhi.simulation.drawing import FixedCount, Source, draw_incidents
from geo_zhengzhi.simulation.grounds import Area, Corridor, Disc, Streets, beside, street_grid
from geo_zhengzhi.simulation.rhythm import HOURS, all_days, day_weights, draw_minutes, level_on

BOUNDARIES = REPOSITORY / "data" / "boundaries"
FRAME = MetricFrame(117.4, 40.0)


def layer(name):
    return gpd.read_file(BOUNDARIES / f"{name}.geojson")


def simulate(seed):
    return simulate_demonstration(
        np.random.default_rng(seed), layer("targets"), layer("county_outline"), layer("stations")
    )


@pytest.fixture(scope="module")
def simulation():
    return simulate(11)


def midpoints(incidents):
    start = incidents["occurred_from"]
    return start + (incidents["occurred_to"] - start) / 2


@pytest.mark.parametrize("seed", [0, 11, 77])
def test_february_and_march_hold_262_in_2023_and_174_in_2024_for_every_seed(seed):
    middle = midpoints(simulate(seed).incidents)
    spring = middle.dt.month.isin([2, 3])
    assert int((spring & (middle.dt.year == 2023)).sum()) == 262
    assert int((spring & (middle.dt.year == 2024)).sum()) == 174


def test_the_same_seed_gives_the_same_incidents_and_another_seed_others(simulation):
    again = simulate(11)
    pd.testing.assert_frame_equal(simulation.incidents, again.incidents)
    assert np.array_equal(simulation.planted_id, again.planted_id)
    assert not simulation.incidents["longitude"].equals(simulate(12).incidents["longitude"])


def test_incidents_have_the_columns_of_the_contract(simulation):
    incidents = simulation.incidents
    assert tuple(incidents.columns) == INCIDENT_COLUMNS
    assert str(incidents["occurred_from"].dtype) == "datetime64[us, Asia/Shanghai]"
    assert incidents["incident_id"].is_unique
    assert incidents["incident_id"].str.fullmatch(r"JZ-202[234]-\d{6}").all()
    assert (incidents["weight"] == 1).all()
    assert (incidents["occurred_to"] >= incidents["occurred_from"]).all()


def test_three_calendar_years_of_about_fourteen_hundred_each(simulation):
    middle = midpoints(simulation.incidents)
    assert (middle.min().year, middle.max().year) == (2022, 2024)
    assert middle.is_monotonic_increasing
    assert middle.dt.year.value_counts().between(1000, 1900).all()


def test_categories_are_those_that_ship(simulation):
    known = {category.name for category in all_categories()}
    assert set(simulation.incidents["category"]) == set(HOURS)
    assert set(HOURS) <= known
    for mix in plan.MIXES.values():
        assert sum(mix.values()) == pytest.approx(1)


def test_about_three_in_ten_fall_on_an_earlier_address(simulation):
    assert simulation.incidents.duplicated(["longitude", "latitude"]).mean() == pytest.approx(0.3, abs=0.05)


def test_burglaries_are_known_to_an_interval_and_robberies_to_the_minute(simulation):
    incidents = simulation.incidents
    length = incidents["occurred_to"] - incidents["occurred_from"]
    burglary, robbery = (length[incidents["category"] == name] for name in ("入室盗窃", "街头抢劫"))
    assert (burglary >= pd.Timedelta(hours=2)).mean() == pytest.approx(0.8, abs=0.06)
    assert (robbery == pd.Timedelta(0)).all()


def test_some_frauds_are_known_to_the_day_alone_and_nothing_happens_at_midnight_sharp(simulation):
    incidents = simulation.incidents
    length = incidents["occurred_to"] - incidents["occurred_from"]
    midnight = incidents["occurred_from"] == incidents["occurred_from"].dt.normalize()
    day_only = midnight & (length == pd.Timedelta(days=1))
    assert day_only[incidents["category"] == "诈骗"].mean() == pytest.approx(0.25, abs=0.1)
    assert not day_only[incidents["category"] != "诈骗"].any()
    assert (midnight & (length == pd.Timedelta(0))).sum() == 0


def test_robberies_come_late_and_illegal_taxis_with_the_commuters(simulation):
    def by_hour(category):
        chosen = simulation.incidents[simulation.incidents["category"] == category]
        return hour_weekday_grid(chosen["occurred_from"], chosen["occurred_to"], "Asia/Shanghai").sum(axis=0)

    assert by_hour("街头抢劫")[[20, 21, 22, 23, 0]].sum() > 0.6 * by_hour("街头抢劫").sum()
    assert by_hour("非法营运")[[6, 7, 8, 16, 17, 18, 19]].sum() > 0.6 * by_hour("非法营运").sum()


def test_every_planted_incident_lies_within_its_radius_and_its_part(simulation):
    targets = FRAME.project(layer("targets")).set_index("part_id")
    x, y = FRAME.to_metres(simulation.incidents["longitude"], simulation.incidents["latitude"])
    for _, spot in simulation.planted.iterrows():
        mine = simulation.planted_id == spot["planted_id"]
        centre_x, centre_y = FRAME.to_metres(spot["longitude"], spot["latitude"])
        assert np.hypot(x[mine] - centre_x, y[mine] - centre_y).max() <= spot["radius_m"] + 0.2
        if spot["part_id"]:
            part = targets.loc[spot["part_id"]]
            reach = 0.2 if np.isnan(part["corridor_half_width_m"]) else part["corridor_half_width_m"]
            assert shapely.dwithin(part["geometry"], shapely.points(x[mine], y[mine]), reach).all()
        assert spot["n_incidents"] == mine.sum()


def test_planted_hotspots_lie_in_every_kind_of_target_and_on_open_ground_with_every_behaviour(simulation):
    assert set(simulation.planted["kind"]) == set(layer("targets")["kind"]) | {""}
    assert set(simulation.planted["behaviour"]) == {"steady", "appears", "fades", "comes_back"}


def test_behaviours_show_in_the_counts(simulation):
    middle = midpoints(simulation.incidents)
    for _, spot in simulation.planted.iterrows():
        mine = middle[simulation.planted_id == spot["planted_id"]].dt.year.value_counts()
        n_2022, n_2023, n_2024 = (int(mine.get(year, 0)) for year in (2022, 2023, 2024))
        shows = {
            "steady": 0.5 < n_2024 / max(n_2022, 1) < 2,
            "appears": n_2022 < 12 and n_2024 > 4 * max(n_2022, 1),
            "fades": n_2024 < 0.6 * n_2022,
            "comes_back": n_2023 < 0.5 * min(n_2022, n_2024),
        }
        assert shows[spot["behaviour"]], spot["planted_id"]


def test_the_background_outside_targets_stays_outside_and_inside_the_county(simulation):
    incidents, open_ground = simulation.incidents, simulation.planted["part_id"] == ""
    outline = layer("county_outline").geometry.union_all()
    assert shapely.contains_xy(outline, incidents["longitude"], incidents["latitude"]).all()
    planted_outside = set(simulation.planted["planted_id"][open_ground])
    x, y = FRAME.to_metres(incidents["longitude"], incidents["latitude"])
    parts = FRAME.project(layer("targets"))
    near = shapely.union_all(parts.geometry.buffer(parts["corridor_half_width_m"].fillna(0.0)))
    outside = ~shapely.intersects_xy(near, x, y)
    assert outside[np.isin(simulation.planted_id, list(planted_outside))].all()
    assert outside[simulation.planted_id == ""].sum() > 200


def test_targets_that_are_not_the_demonstrations_are_refused():
    targets = layer("targets")
    with pytest.raises(InvalidParameter, match="gulou"):
        simulate_demonstration(
            np.random.default_rng(1), targets[targets["kind"] != "square"], layer("county_outline"), layer("stations")
        )


def test_the_spring_festival_dips_in_each_year():
    days = all_days(date(2022, 1, 1), date(2024, 12, 31))
    weights = day_weights(days)
    for eve, before in (("2022-01-31", "2022-01-24"), ("2023-01-21", "2023-01-14"), ("2024-02-09", "2024-02-02")):
        on, off = weights[days == np.datetime64(eve)][0], weights[days == np.datetime64(before)][0]
        assert on / off == pytest.approx(0.45, abs=0.02)


def test_fridays_and_saturdays_are_busier_and_august_busier_than_january():
    days = all_days(date(2023, 3, 6), date(2023, 3, 12))
    assert day_weights(days).argmax() in (4, 5)
    january, august = (day_weights(all_days(date(2023, m, 1), date(2023, m, 14))).sum() for m in (1, 8))
    assert august > 1.2 * january


def test_a_level_runs_in_straight_lines_between_its_dates():
    days = all_days(date(2023, 1, 1), date(2023, 1, 11))
    level = level_on(days, [(date(2023, 1, 3), 2.0), (date(2023, 1, 7), 6.0)])
    assert level.tolist() == [2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6]


def test_fixed_counts_are_met_and_shared_out_by_expectation():
    sources = [Source(Disc(0, 0, 10), [(date(2023, 1, 1), level)], {"盗窃": 1.0}) for level in (10.0, 20.0, 70.0)]
    days = all_days(date(2023, 1, 1), date(2023, 1, 31))
    fixed = [FixedCount(date(2023, 1, 10), date(2023, 1, 19), 57)]
    incidents = draw_incidents(np.random.default_rng(3), sources, days, FRAME, fixed=fixed)
    day = midpoints(incidents).dt.day
    inside = incidents[(day >= 10) & (day <= 19)]
    assert np.bincount(inside["source"]).tolist() == [6, 11, 40]


def test_a_source_that_never_acts_brings_nothing_forth():
    source = Source(Disc(0, 0, 10), [(date(2023, 1, 1), 0.0)], {"盗窃": 1.0}, 0.3)
    busy = Source(Disc(0, 0, 10), [(date(2023, 1, 1), 30.0)], {"盗窃": 1.0}, 0.3)
    days = all_days(date(2023, 1, 1), date(2023, 1, 31))
    incidents = draw_incidents(np.random.default_rng(3), [source, busy], days, FRAME)
    assert set(incidents["source"]) == {1}


def test_minutes_stay_within_the_day():
    rng = np.random.default_rng(0)
    for category in HOURS:
        middle, half, _ = draw_minutes(rng, category, 3000)
        assert middle.min() >= 1
        assert middle.max() < 24 * 60
        assert half.min() >= 0


def test_grounds_draw_where_they_say():
    rng = np.random.default_rng(2)
    square, hole = shapely.box(0, 0, 1000, 1000), shapely.box(400, 400, 600, 600)
    line = shapely.LineString([(0, 0), (500, 0), (500, 500)])
    lines = street_grid(square, (100, 200), 15)
    near_lines = shapely.dwithin(
        shapely.union_all(list(lines)), shapely.points(Streets(lines, 8, square).draw(rng, 300)), 8.001
    )
    assert near_lines.all()
    places = Area(square, hole, 50).draw(rng, 300)
    assert shapely.contains_xy(square, places).all()
    assert (shapely.distance(hole, shapely.points(places)) > 50).all()
    assert (shapely.distance(line, shapely.points(Corridor(line, 30).draw(rng, 300))) <= 30.001).all()
    assert len(Disc(0, 0, 10).draw(rng, 0)) == 0


def test_left_of_a_line_is_a_positive_offset():
    line = shapely.LineString([(0, 0), (100, 0)])
    assert beside(line, np.array([50.0, 0.0, 100.0]), np.array([5.0, -5.0, 2.0])) == pytest.approx(
        np.array([[50, 5], [0, -5], [100, 2]])
    )


def test_a_ground_without_room_is_refused():
    square = shapely.box(0, 0, 10, 10)
    with pytest.raises(ValueError, match="room"):
        Area(square, square, 1).draw(np.random.default_rng(0), 1)
