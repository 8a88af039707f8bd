"""Distance, chainage and offset from centre lines; bends, stretches."""

import numpy as np
import pytest
import shapely

from geo_zhengzhi.corridors import CorridorIndex, require_unfolded, stretch
from geo_zhengzhi.errors import CorridorFolds, InvalidParameter


def query(line, points, within_m=np.inf):
    """Distance, chainage and offset of each point (by number) from one line."""
    within_m = 1e9 if within_m == np.inf else within_m
    incident, _, *measures = CorridorIndex([line]).query(*np.array(points, float).T, [within_m])
    return {int(i): tuple(float(m[k]) for m in measures) for k, i in enumerate(incident)}


def track(rng, centre=(0.0, 0.0)):
    """A winding line of forty pieces of very different lengths."""
    heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.4, 40))
    steps = rng.exponential(100, 40)[:, None] * np.column_stack([np.cos(heading), np.sin(heading)])
    return shapely.LineString(np.cumsum(steps, axis=0) + centre)


def arc(radius, degrees, step, leg=2000.0):
    """A bend of known radius with its vertices on it every `step` degrees, between two straight legs."""
    angle = np.radians(np.append(np.arange(0, degrees, step), degrees))
    bend = radius * np.column_stack([np.sin(angle), 1 - np.cos(angle)])
    out = bend[-1] + leg * np.array([np.cos(angle[-1]), np.sin(angle[-1])])
    return shapely.LineString(np.concatenate([[[-leg, 0.0]], bend, [out]]))


@pytest.mark.parametrize("seed", range(20))
def test_pairs_and_distances_are_those_of_shapely(seed):
    rng = np.random.default_rng(seed)
    lines = np.array([track(rng, rng.uniform(-1000, 1000, 2)) for _ in range(12)])
    within = rng.uniform(0, 300, 12)
    x, y = rng.uniform(-4000, 4000, (2, 2000))
    incident, line, distance, chainage, offset = CorridorIndex(lines).query(x, y, within)
    points = shapely.points(x, y)
    true = shapely.distance(points[:, None], lines[None, :])
    at = shapely.line_locate_point(lines[None, :], points[:, None])
    length = shapely.length(lines)
    near = true <= within
    at_an_end = near & ((at <= 0) | (at >= length))
    got = np.zeros_like(near)
    got[incident, line] = True
    assert (got | at_an_end == near).all()
    assert (got & ~near).sum() == 0
    np.testing.assert_array_equal(distance, true[incident, line])
    np.testing.assert_array_equal(np.abs(offset), distance)
    np.testing.assert_allclose(chainage, at[incident, line], atol=1e-6)
    np.testing.assert_array_equal(np.lexsort((incident, line)), np.arange(len(line)))


def test_the_half_width_itself_is_in_and_the_next_number_is_out():
    line = shapely.LineString([(0, 0), (1000, 0)])
    points = [(500, 200), (500, np.nextafter(200, 300)), (500, -200), (500, np.nextafter(200, 0))]
    assert sorted(query(line, points, 200)) == [0, 2, 3]


def test_a_width_of_nothing_takes_the_points_on_the_line():
    line = shapely.LineString([(0, 0), (1000, 0)])
    assert query(line, [(3, 0), (3, 1e-9)], 0) == {0: (0.0, 3.0, 0.0)}


def test_left_is_positive_and_right_negative_in_both_directions():
    line = shapely.LineString([(0, 0), (100, 0), (100, 100)])
    points = [(50, 10), (50, -10), (90, 50), (110, 50)]
    assert [query(line, points)[i][2] for i in range(4)] == [10, -10, 10, -10]
    assert [query(shapely.reverse(line), points)[i][2] for i in range(4)] == [-10, 10, -10, 10]


def test_points_square_to_an_end_are_in_and_points_beyond_it_are_out():
    line = shapely.LineString([(0, 0), (100, 0)])
    points = [(0, 50), (-1e-6, 50), (1e-6, 50), (100, -50), (100 + 1e-6, -50), (-1, 0), (0, 0), (100, 0)]
    assert sorted(query(line, points)) == [0, 2, 3, 6, 7]


def test_points_square_to_the_end_of_a_slanting_line_far_away_are_in():
    rng = np.random.default_rng(4)
    for _ in range(200):
        start, along = rng.uniform(-1e5, 1e5, 2), rng.uniform(-1, 1, 2)
        square = np.array([-along[1], along[0]]) / np.hypot(*along)
        line = shapely.LineString([start, start + 1e3 * along])
        assert len(query(line, [start + 150 * square, start + 150 * square - along])) == 1


def test_more_pairs_than_there_was_room_for_are_all_found():
    rng = np.random.default_rng(2)
    lines = [shapely.LineString([(-10, i), (110, i)]) for i in range(40)]
    x, y = rng.uniform(0, 100, (2, 500))
    incident, line, distance, _, _ = CorridorIndex(lines).query(x, y, np.full(40, 1000.0))
    assert (incident == np.tile(np.arange(500), 40)).all()
    assert (line == np.repeat(np.arange(40), 500)).all()
    assert distance == pytest.approx(np.abs(y[incident] - line), abs=1e-9)


def test_a_point_near_an_end_but_nearer_another_place_is_in():
    hook = shapely.LineString([(0, 0), (100, 0), (100, 50), (-100, 50)])
    assert query(hook, [(-10, 30)]) == {0: (20.0, 260.0, -20.0)} or query(hook, [(-10, 30)])[0][:2] == (20.0, 260.0)


def test_equally_near_places_give_the_lower_chainage():
    valley = shapely.LineString([(-100, 100), (0, 0), (100, 100)])
    distance, chainage, _ = query(valley, [(0, 50)])[0]
    assert chainage == pytest.approx(np.hypot(75, 75))
    assert distance == pytest.approx(np.sqrt(1250))
    rng = np.random.default_rng(6)
    for _ in range(300):
        turn, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-1e6, 1e6, 2)
        turned = shapely.affinity.rotate(valley, turn, origin=(0, 0), use_radians=True)
        place = np.array([-np.sin(turn), np.cos(turn)]) * 50 + shift
        moved = shapely.affinity.translate(turned, *shift)
        assert query(moved, [place])[0][1] < np.hypot(100, 100)


def test_the_outside_of_a_sharp_bend_lies_on_its_outer_side_all_round():
    sharp = shapely.LineString([(-100, 0), (0, 0), (-100, 20)])
    for angle in np.radians(np.linspace(-88, 78, 50)):
        assert query(sharp, [(10 * np.cos(angle), 10 * np.sin(angle))])[0] == pytest.approx((10, 100, -10))


def test_a_closed_line_has_no_ends():
    ring = shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    found = query(ring, [(-10, -10), (0, -5), (-5, 50), (50, 5)])
    assert {i: (round(c, 6), round(o, 6)) for i, (_, c, o) in found.items()} == {
        0: (0.0, -14.142136),
        1: (0.0, -5.0),
        2: (350.0, -5.0),
        3: (50.0, 5.0),
    }


def test_repeated_vertices_change_nothing():
    plain = shapely.LineString([(0, 0), (100, 0), (100, 100)])
    repeated = shapely.LineString([(0, 0), (0, 0), (100, 0), (100, 0), (100, 0), (100, 100), (100, 100)])
    points = [(50, 10), (110, -10), (95, 50), (0, 20)]
    assert query(plain, points) == query(repeated, points)


def test_nothing_is_near_lines_that_are_none_empty_or_without_length():
    lines = [None, shapely.LineString(), shapely.LineString([(0, 0), (0, 0)]), shapely.LineString([(0, 0), (9, 0)])]
    incident, line, *_ = CorridorIndex(lines).query([0.0, np.nan], [0.0, 0.0], [9.0, 9.0, 9.0, 9.0])
    assert (incident.tolist(), line.tolist()) == ([0], [3])
    assert CorridorIndex([]).query([0.0], [0.0], [])[0].size == 0
    assert CorridorIndex(lines).query([0.0], [0.0], [np.nan, np.nan, np.nan, np.nan])[1].size == 0


def test_a_line_in_several_pieces_is_refused():
    with pytest.raises(InvalidParameter, match="MultiLineString"):
        CorridorIndex([shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 0), (6, 0)]])])


def test_each_line_has_its_own_width():
    lines = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 10), (100, 10)])]
    _, line, *_ = CorridorIndex(lines).query([50.0], [20.0], [19.0, 10.0])
    assert line.tolist() == [1]


def test_one_line_across_a_country_keeps_the_grid_small():
    lines = [shapely.LineString([(0, 0), (4e6, 3e6)]), shapely.LineString([(0, 1000), (50, 1000)])]
    points = np.random.default_rng(1).uniform(0, 1, 3000)
    x, y = points * 4e6, points * 3e6 + 100
    incident, line, distance, *_ = CorridorIndex(lines).query(x, y, [100.0, 100.0])
    assert (np.bincount(line, minlength=2) == [3000, 0]).all()
    np.testing.assert_array_equal(distance, shapely.distance(lines[0], shapely.points(x, y))[incident])


def test_threads_never_change_the_pairs():
    rng = np.random.default_rng(9)
    index = CorridorIndex([track(rng) for _ in range(5)])
    x, y = rng.uniform(-3000, 3000, (2, 200_000))
    one, two = (index.query(x, y, np.full(5, 150.0), n_threads=n) for n in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("step", [0.5, 2, 10, 30])
@pytest.mark.parametrize("radius", [120.0, 500.0, 2000.0])
@pytest.mark.parametrize("degrees", [60, 180, 300])
def test_a_bend_takes_widths_just_under_its_radius_and_none_over_it(radius, degrees, step):
    bend = arc(radius, degrees, step)
    require_unfolded(bend, 0.985 * radius)
    with pytest.raises(CorridorFolds):
        require_unfolded(bend, 1.005 * radius)


def test_the_refusal_names_the_bend_and_a_width_that_is_then_taken():
    bend = arc(300, 90, 5)
    with pytest.raises(CorridorFolds) as refused:
        require_unfolded(bend, 400)
    said = refused.value.values
    assert bend.project(shapely.Point(said["easting_m"], said["northing_m"])) == pytest.approx(
        said["chainage_km"] * 1000
    )
    assert 2000 <= said["chainage_km"] * 1000 <= 2000 + 300 * np.pi / 2
    assert 290 <= said["widest_m"] <= 300
    require_unfolded(bend, said["widest_m"])


@pytest.mark.parametrize("seed", range(30))
def test_the_widest_width_that_a_refusal_names_is_always_taken(seed):
    line = track(np.random.default_rng(seed))
    with pytest.raises(CorridorFolds) as refused:
        require_unfolded(line, 1000)
    widest = refused.value.values["widest_m"]
    if widest > 0:
        require_unfolded(line, widest)


def test_straight_and_gently_kinked_lines_never_fold():
    require_unfolded(shapely.LineString([(0, 0), (1e5, 0)]), 1e4)
    zigzag = shapely.LineString(np.column_stack([np.arange(0, 2000, 20.0), np.tile([0.0, 4.0], 50)]))
    require_unfolded(zigzag, 300)


@pytest.mark.parametrize("leg", [200.0, 1000.0, 5000.0])
def test_a_sharp_corner_folds_however_long_its_legs_are(leg):
    corner = shapely.LineString([(0, 0), (leg, 0), (leg, leg)])
    with pytest.raises(CorridorFolds):
        require_unfolded(corner, 300)
    in_more_pieces = shapely.LineString(shapely.get_coordinates(shapely.segmentize(corner, 10)))
    with pytest.raises(CorridorFolds):
        require_unfolded(in_more_pieces, 300)


def test_the_seam_of_a_closed_line_is_a_bend_like_any_other():
    angle = np.radians(np.arange(0, 361, 5))
    circle = shapely.LineString(500 * np.column_stack([np.cos(angle), np.sin(angle)]))
    require_unfolded(circle, 495)
    corner = shapely.LineString([(0, 0), *(circle.coords[1:-1]), (0, 0)])
    with pytest.raises(CorridorFolds):
        require_unfolded(corner, 200)


@pytest.mark.parametrize("seed", range(20))
def test_a_stretch_holds_what_lies_within_it_and_nothing_far_outside(seed):
    rng = np.random.default_rng(seed)
    line = track(rng)
    half_width = rng.uniform(20, 200)
    from_m, to_m = np.sort(rng.uniform(0, line.length, 2))
    area = stretch(line, from_m, to_m, half_width)
    assert area.is_valid
    assert area.geom_type == "Polygon"
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(line, rng.uniform(0, line.length, 3000))).T
    x, y = x + rng.normal(0, half_width, 3000), y + rng.normal(0, half_width, 3000)
    incident, _, _, chainage, _ = CorridorIndex([line]).query(x, y, [half_width])
    within = incident[(chainage >= from_m) & (chainage <= to_m)]
    assert shapely.intersects_xy(area, x[within], y[within]).all()
    piece = shapely.ops.substring(line, from_m, to_m)
    far = shapely.distance(piece, shapely.points(x, y)) > half_width * 1.001 + 0.01
    assert not shapely.intersects_xy(area, x[far], y[far]).any()


def test_a_stretch_holds_its_own_corners():
    line = shapely.LineString([(0, 0), (1000, 0)])
    area = stretch(line, 200, 300, 50)
    corners = [(200, 50), (200, -50), (300, 50), (300, -50)]
    assert shapely.intersects_xy(area, *np.array(corners, float).T).all()
    assert not shapely.intersects_xy(area, [199.9, 300.1, 250], [0, 0, 50.1]).any()


def test_a_stretch_reaches_to_the_ends_of_the_line_and_may_be_one_place():
    line = shapely.LineString([(0, 0), (1000, 0)])
    assert shapely.intersects_xy(stretch(line, 0, 1000, 50), [0, 1000], [50, -50]).all()
    spot = stretch(line, 400, 400, 50)
    assert spot.is_valid
    assert shapely.intersects_xy(spot, 400, 50)


def test_a_stretch_that_begins_in_a_bend_holds_the_outside_of_the_bend():
    corner = shapely.LineString([(0, 0), (1000, 0), (1000, 1000)])
    outside = (1030.0, -30.0)
    assert query(corner, [outside], 60)[0][1] == 1000
    assert shapely.intersects_xy(stretch(corner, 1000, 1500, 60), *outside)


def test_a_stretch_of_a_closed_line_is_valid():
    angle = np.radians(np.arange(0, 361, 5))
    circle = shapely.LineString(500 * np.column_stack([np.cos(angle), np.sin(angle)]))
    whole = stretch(circle, 0, circle.length, 50)
    assert whole.is_valid
    assert not shapely.intersects_xy(whole, 0, 0)


@pytest.mark.parametrize(
    ("from_m", "to_m", "width"), [(5, 4, 50), (-9, -1, 50), (101, 102, 50), (1, 2, 0), (1, 2, np.nan)]
)
def test_a_stretch_that_cannot_be_is_refused(from_m, to_m, width):
    with pytest.raises(InvalidParameter):
        stretch(shapely.LineString([(0, 0), (100, 0)]), from_m, to_m, width)
