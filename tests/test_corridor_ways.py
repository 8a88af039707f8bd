"""Ways in pieces become centre lines, and a line starts at its right end."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_zhengzhi.corridor_ways import join_ways, orient
from geo_zhengzhi.corridors import require_unfolded
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.errors import InvalidParameter

JIZHOU = "tests/data/jizhou"


def line(*places):
    return shapely.LineString(places)


def pieces_of(whole, n, rng):
    """A line cut into pieces at random places, shuffled, each in a random direction."""
    cuts = np.concatenate([[0], np.sort(rng.uniform(0, whole.length, n - 1)), [whole.length]])
    parts = [shapely.ops.substring(whole, a, b) for a, b in pairwise(cuts)]
    return [shapely.reverse(p) if rng.random() < 0.5 else p for p in np.array(parts, object)[rng.permutation(n)]]


def beside(whole, offset_m):
    return whole.offset_curve(offset_m, join_style="mitre")


def winding(length=20_000.0, step=500.0):
    x = np.arange(0, length + 1, step)
    return shapely.LineString(np.column_stack([x, 1500 * np.sin(x / 3000)]))


def farthest(lines, ways):
    """How far any place on the ways is from the nearest line."""
    places = shapely.points(shapely.get_coordinates(shapely.segmentize(np.array(ways, object), 25)))
    return shapely.distance(places[:, None], np.array(lines, object)[None, :]).min(axis=1).max()


@pytest.fixture(scope="module")
def railways():
    ways = gpd.read_file(f"{JIZHOU}/rail_ways_in_county.geojson")
    return MetricFrame.for_bounds(ways.total_bounds).project(ways)


@pytest.fixture(scope="module")
def subway():
    ways = gpd.read_file("tests/data/nyc/subway_lines.geojson")
    return MetricFrame.for_bounds(ways.total_bounds).project(ways)


def test_one_line_keeps_its_own_vertices():
    whole = line((0, 0), (1000, 10), (2000, 300), (3000, 300))
    assert join_ways([whole]) == [whole]
    assert join_ways([shapely.reverse(whole)]) == [whole]


@pytest.mark.parametrize("seed", range(5))
def test_a_bending_line_in_pieces_in_any_order_and_direction_is_one_line(seed):
    rng = np.random.default_rng(seed)
    whole = winding()
    (joined,) = join_ways(pieces_of(whole, 40, rng))
    assert joined.length == pytest.approx(whole.length, abs=0.1)
    assert shapely.hausdorff_distance(joined, whole) < 0.1
    assert joined.coords[0] == whole.coords[0]


def test_ends_that_all_but_touch_are_joined_and_gaps_are_bridged():
    (snapped,) = join_ways([line((0, 0), (1000, 0)), line((1000.4, 0.3), (2000, 0))])
    assert snapped.length == pytest.approx(2000, abs=1)
    (bridged,) = join_ways([line((0, 0), (1000, 0)), line((1090, 0), (2000, 0))])
    assert bridged.length == pytest.approx(2000)
    assert len(join_ways([line((0, 0), (1000, 0)), line((1110, 0), (2000, 0))])) == 2


@pytest.mark.parametrize("apart", [4.0, 12.0, 40.0, 90.0])
def test_a_double_track_becomes_the_line_between_its_tracks(apart):
    middle = winding()
    rng = np.random.default_rng(1)
    tracks = [beside(middle, apart / 2), beside(middle, -apart / 2)]
    (joined,) = join_ways([p for track in tracks for p in pieces_of(track, 15, rng)])
    assert shapely.hausdorff_distance(joined, middle) < 0.15 * apart + 1
    assert joined.length == pytest.approx(middle.length, rel=0.01)


def test_four_tracks_become_one_line():
    middle = winding()
    tracks = [beside(middle, offset) for offset in (-15, -5, 5, 15)]
    (joined,) = join_ways(tracks)
    assert shapely.hausdorff_distance(joined, middle) < 8


def test_lines_farther_apart_than_the_gap_stay_two():
    assert len(join_ways([line((0, 0), (5000, 0)), line((0, 101), (5000, 101))])) == 2
    assert len(join_ways([line((0, 0), (5000, 0)), line((0, 99), (5000, 99))])) == 1
    assert len(join_ways([line((0, 0), (5000, 0)), line((0, 60), (5000, 60))], parallel_gap_m=50)) == 2


def test_tracks_that_take_turns_are_one_line_without_a_jog():
    south, north = line((0, 0), (12_000, 0)), line((8000, 20), (20_000, 20))
    (joined,) = join_ways([south, north])
    assert joined.length == pytest.approx(20_000, abs=5)
    require_unfolded(joined, 300)
    tail_to_head = join_ways([line((0, 0), (10_000, 0)), line((10_010, 60), (20_000, 60))])
    assert len(tail_to_head) == 1
    require_unfolded(tail_to_head[0], 300)


def test_two_tracks_joined_at_one_end_do_not_become_a_line_there_and_back():
    hairpin = [line((0, 0), (10_000, 0)), line((10_000, 0), (10_000, 8)), line((10_000, 8), (0, 8))]
    (joined,) = join_ways(hairpin)
    assert joined.length == pytest.approx(10_000, abs=30)
    there_and_back = line((0, 0), (10_000, 0), (10_000, 8), (0, 8), (0, 0))
    (joined,) = join_ways([there_and_back])
    assert joined.length == pytest.approx(10_000, abs=30)


def test_crossovers_and_short_spurs_are_dropped_and_long_ones_kept():
    tracks = [line((0, 0), (10_000, 0)), line((0, 12), (10_000, 12)), line((4000, 0), (4100, 12))]
    (joined,) = join_ways(tracks)
    assert joined.length == pytest.approx(10_000, abs=1)
    main = [line((0, 0), (5000, 0)), line((5000, 0), (10_000, 0))]
    assert len(join_ways([*main, line((5000, 0), (5000, 490))])) == 1
    assert len(join_ways([*main, line((5000, 0), (5000, 510))])) == 3


def test_a_fork_is_cut_at_its_junction():
    ways = [line((0, 0), (5000, 0)), line((5000, 0), (10_000, 2000)), line((5000, 0), (10_000, -2000))]
    joined = join_ways(ways)
    assert len(joined) == 3
    assert farthest(joined, ways) < 1
    assert sum(piece.length for piece in joined) == pytest.approx(sum(way.length for way in ways), abs=1)
    ends = [end for piece in joined for end in (piece.coords[0], piece.coords[-1])]
    assert ends.count((5000.0, 0.0)) == 3


def test_a_fork_of_double_tracks_is_three_lines():
    stem, north, south = line((0, 0), (5000, 0)), line((5000, 0), (10_000, 2500)), line((5000, 0), (10_000, -2500))
    ways = [beside(way, offset) for way in (stem, north, south) for offset in (-4, 4)]
    joined = join_ways(ways)
    assert len(joined) == 3
    assert farthest(joined, ways) < 50


def test_an_end_that_touches_the_middle_of_another_way_is_a_junction():
    joined = join_ways([line((0, 0), (10_000, 0)), line((4321, 0), (4321, 3000))])
    assert sorted(round(piece.length) for piece in joined) == [3000, 4321, 5679]


def test_ways_that_cross_without_a_common_vertex_stay_two_lines():
    joined = join_ways([line((0, 0), (10_000, 0)), line((5000, -3000), (5000, 3000))])
    assert sorted(round(piece.length) for piece in joined) == [6000, 10_000]


def test_ways_that_cross_in_a_common_vertex_are_four_lines():
    joined = join_ways([line((0, 0), (5000, 0), (10_000, 0)), line((5000, -3000), (5000, 0), (5000, 3000))])
    assert sorted(round(piece.length) for piece in joined) == [3000, 3000, 5000, 5000]


def test_a_closed_loop_in_pieces_is_one_closed_line():
    angle = np.radians(np.arange(0, 361, 5))
    circle = 2000 * np.column_stack([np.cos(angle), np.sin(angle)])
    ring = shapely.LineString([*circle[:-1], circle[0]])
    for ways in ([ring], pieces_of(ring, 7, np.random.default_rng(0))):
        (joined,) = join_ways(ways)
        assert joined.is_closed
        assert joined.length == pytest.approx(ring.length, rel=1e-3)
        assert joined.coords[0][0] == pytest.approx(-2000, abs=1)
        assert shapely.is_ccw(joined)


def test_a_loop_of_two_tracks_is_one_closed_line():
    angle = np.radians(np.arange(0, 360, 3))
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    rings = [shapely.LineString([*(radius * circle), radius * circle[0]]) for radius in (1995, 2005)]
    (joined,) = join_ways(rings)
    assert joined.length == pytest.approx(2 * np.pi * 2000, rel=0.01)
    assert farthest([joined], rings) < 20


def test_a_line_that_ends_in_a_loop_is_a_line_and_a_loop():
    angle = np.radians(np.arange(-180, 181, 6))
    loop = shapely.LineString(np.column_stack([5800 + 800 * np.cos(angle), 800 * np.sin(angle)]).round(6))
    joined = join_ways([line((0, 0), (5000, 0)), loop])
    assert sorted(round(piece.length, -2) for piece in joined) == [5000, 5000]
    assert sum(piece.is_closed for piece in joined) == 1


def test_what_is_nothing_makes_no_line():
    assert join_ways([]) == []
    assert join_ways([None, shapely.LineString(), line((1, 1), (1, 1))]) == []
    assert len(join_ways([shapely.MultiLineString([[(0, 0), (900, 0)], [(900, 0), (2000, 0)]])])) == 1
    assert len(join_ways([line((0, 0), (30, 0))])) == 1


def test_a_gap_that_cannot_be_is_refused():
    with pytest.raises(InvalidParameter):
        join_ways([line((0, 0), (1, 0))], parallel_gap_m=0)


@pytest.mark.parametrize("corridor", ["大秦铁路", "京秦铁路", "津蓟铁路", "大秦-津蓟联络线", "京秦-津蓟联络线"])
def test_order_and_direction_of_the_ways_change_nothing_in_any_bit(railways, corridor):
    ways = railways.geometry[railways.project_corridor == corridor].to_numpy()
    once = [piece.wkb for piece in join_ways(ways)]
    rng = np.random.default_rng(7)
    for _ in range(3):
        shuffled = [shapely.reverse(w) if rng.random() < 0.5 else w for w in ways[rng.permutation(len(ways))]]
        assert [piece.wkb for piece in join_ways(shuffled)] == once


# 大秦铁路 leaves the county for 13.2 km and comes back, so it has two lines inside.
@pytest.mark.parametrize(
    ("corridor", "lengths_km"), [("大秦铁路", [31.0, 5.8]), ("京秦铁路", [28.8]), ("津蓟铁路", [31.8])]
)
def test_each_railway_of_the_county_is_one_centre_line_wherever_it_runs(railways, corridor, lengths_km):
    ways = railways.geometry[railways.project_corridor == corridor].to_numpy()
    joined = join_ways(ways)
    assert [piece.length / 1000 for piece in joined] == pytest.approx(lengths_km, abs=0.1)
    assert farthest(joined, ways) < 20
    for piece in joined:
        assert piece.is_simple
        straight = shapely.Point(piece.coords[0]).distance(shapely.Point(piece.coords[-1]))
        assert piece.length < 1.1 * straight
        require_unfolded(piece, 300)


def test_a_link_that_forks_is_cut_at_its_junction(railways):
    ways = railways.geometry[railways.project_corridor == "大秦-津蓟联络线"].to_numpy()
    joined = join_ways(ways)
    assert len(joined) == 3
    assert farthest(joined, ways) < 100


def test_every_subway_group_becomes_few_lines_that_leave_nothing_out(subway):
    n_lines = {}
    for group, ways in subway.groupby("Subway_Group"):
        joined = join_ways(ways.geometry)
        n_lines[group] = len(joined)
        assert farthest(joined, ways.geometry) < 300
        assert all(piece.is_valid and piece.length > 400 for piece in joined)
        assert sum(piece.length for piece in joined) <= shapely.length(ways.geometry).sum() * 1.01
    assert {group: n_lines[group] for group in ("7", "G", "J. Z", "L")} == {"7": 1, "G": 1, "J. Z": 1, "L": 1}
    assert n_lines["S"] == 3
    assert sum(n_lines.values()) < 60


def test_a_line_starts_at_its_western_end_or_where_it_runs_north_at_its_southern():
    east, north = line((0, 0), (100, 99)), line((0, 0), (99, 100))
    for whole in (east, north, line((0, 0), (50, -10)), line((0, 0), (-5, 100))):
        assert orient(whole).equals_exact(orient(shapely.reverse(whole)))
    assert orient(line((100, 99), (0, 0))).coords[0] == (0, 0)
    assert orient(line((-5, 100), (0, 0))).coords[0] == (0, 0)
    assert orient(line((50, -10), (0, 0))).coords[0] == (0, 0)


@pytest.mark.parametrize(("direction", "start"), [("east", 0), ("west", 100), ("north", 0), ("south", 100)])
def test_a_stated_direction_decides_where_a_line_starts(direction, start):
    whole = line((0, 0), (100, 20))
    assert orient(whole, direction=direction).coords[0][0] == start
    assert orient(shapely.reverse(whole), direction=direction).coords[0][0] == start


def test_an_end_with_a_station_within_500_m_goes_first_unless_a_direction_is_stated():
    whole = line((0, 0), (10_000, 0))
    for reach, start in ((499.0, 10_000), (500.0, 10_000), (501.0, 0)):
        assert orient(whole, [shapely.Point(10_000, reach)]).coords[0][0] == start
    both = gpd.GeoSeries([shapely.Point(0, 0), shapely.Point(10_000, 0)])
    assert orient(shapely.reverse(whole), both).coords[0][0] == 0
    assert orient(whole, [shapely.Point(10_000, 0)], direction="east").coords[0][0] == 0


def test_an_unknown_direction_is_refused():
    with pytest.raises(InvalidParameter, match="upstream"):
        orient(line((0, 0), (1, 0)), direction="upstream")
