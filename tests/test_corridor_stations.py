"""A stretch is said as a distance from a station."""

import numpy as np
import pytest
import shapely

from geo_zhengzhi.corridor_stations import nearest_station, station_chainages, zero_m

LINE = shapely.LineString([(0, 0), (30_000, 0)])
STATIONS = shapely.points([2000.0, 12_000.0, 20_000.0, 25_000.0], [-500.0, 499.0, 500.1, 0.0])


def test_stations_within_500_m_of_the_line_count_and_no_others():
    np.testing.assert_array_equal(station_chainages(LINE, STATIONS), [2000, 12_000, np.nan, 25_000])


def test_a_station_drawn_as_a_building_or_as_platforms_is_a_place_on_it():
    building, platforms = shapely.box(1900, 50, 2100, 90), shapely.MultiPoint([(12_000, 10), (12_000, 20)])
    track = shapely.LineString([(19_900, 5), (20_100, 5)])
    np.testing.assert_allclose(station_chainages(LINE, [building, platforms, track]), [2000, 12_000, 20_000], atol=101)
    assert nearest_station(LINE, [building], 1500.0, 2500.0) is not None


def test_zero_is_the_first_station_in_the_lines_direction_or_else_its_start():
    assert zero_m(LINE, STATIONS) == 2000
    assert zero_m(shapely.reverse(LINE), STATIONS) == 5000
    assert zero_m(LINE, STATIONS[2:3]) == 0
    assert zero_m(LINE, []) == 0


@pytest.mark.parametrize(
    ("stretch", "said"),
    [
        ((14_350, 14_900), (1, 2.35, 2.9)),
        ((11_000, 11_500), (1, 0.5, 1.0)),
        ((24_900, 25_300), (3, -0.1, 0.3)),
        ((0, 100), (0, 1.9, 2.0)),
        ((12_000, 12_400), (1, 0.0, 0.4)),
        ((6900, 7100), (0, 4.9, 5.1)),  # equally far from two: the lower chainage
        ((19_900, 20_100), (3, 4.9, 5.1)),  # the one in between is 500.1 m away
    ],
)
def test_a_stretch_is_said_from_the_nearest_station_of_the_line(stretch, said):
    assert nearest_station(LINE, STATIONS, *stretch) == pytest.approx(said)


def test_a_line_without_stations_has_none_to_say_it_from():
    assert nearest_station(LINE, STATIONS[2:3], 0, 100) is None
    assert nearest_station(LINE, [], 0, 100) is None
