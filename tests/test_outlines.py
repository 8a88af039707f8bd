"""Outlines keep the four properties of the reference, and stay within a tenth of eps of it."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from geo_zhengzhi import outlines as module
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.dbscan import DBSCAN
from geo_zhengzhi.outlines import band, corridor_outline, outlines

EPS = 60.0
whole = st.integers(-8, 8).map(float)


def outline(places, eps=EPS):
    x, y = np.asarray(places, float).reshape(-1, 2).T
    return outlines(x, y, np.zeros(1, np.int64), np.array([eps]), np.ones(1, bool))[0]


# Polygons around circles, and not in them: on grids discs meet in one point, which chords inside would leave open.
QUAD_SEGS = 32
AROUND = (1 + 1e-7) / np.cos(np.pi / 4 / QUAD_SEGS)


def discs_of(places, eps=EPS):
    points = shapely.points(np.unique(places, axis=0))
    return shapely.union_all(shapely.buffer(points, eps * AROUND, quad_segs=QUAD_SEGS))


def reference(places, eps=EPS):
    """As the contract words it, with much finer chords."""
    return shapely.buffer(discs_of(places, eps), -eps / 2, quad_segs=QUAD_SEGS)


def check(places, eps=EPS):
    places = np.asarray(places, float).reshape(-1, 2)
    shape = outline(places, eps)
    assert shape.geom_type == "Polygon"
    assert shape.is_valid
    assert shapely.covers(shape, shapely.points(places)).all()
    assert discs_of(places, eps).covers(shape)
    assert shapely.hausdorff_distance(shape, reference(places, eps), densify=0.1) <= eps / 10
    return shape


def clusters_of(places, eps):
    labels = DBSCAN(eps=eps, min_samples=1).fit(places).labels_
    return [places[labels == label] for label in range(labels.max() + 1)]


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(float, st.tuples(st.integers(1, 60), st.just(2)), elements=st.floats(-300, 300, width=32)))
def test_random_clusters_keep_the_four_properties(places):
    for members in clusters_of(places, EPS):
        check(members)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(float, st.tuples(st.integers(1, 50), st.just(2)), elements=whole),
    st.sampled_from([1.0, 1.25, 2.0, 2.5, np.sqrt(2), np.sqrt(5)]),
)
def test_grids_with_exact_ties_keep_the_four_properties(steps, eps_in_steps):
    for members in clusters_of(steps, eps_in_steps):
        check(members * 10.0, eps_in_steps * 10.0)


def test_one_place_is_a_disc_of_half_a_radius():
    shape = check([[5.0, -3.0]])
    assert shapely.hausdorff_distance(shape, shapely.Point(5, -3).buffer(EPS / 2, quad_segs=QUAD_SEGS)) < 0.02 * EPS


def test_a_place_repeated_is_the_same_as_once():
    once = [[0.0, 0.0], [30.0, 10.0], [50.0, 50.0]]
    assert outline(once * 40).equals(outline(once))
    assert outline(np.tile(once[0], (1000, 1))).equals(outline(once[:1]))


def test_two_places_one_eps_apart_are_connected():
    check([[0.0, 0.0], [EPS, 0.0]])


def test_a_straight_line_of_places_is_a_band():
    shape = check(np.column_stack([np.arange(40) * 50.0, np.zeros(40)]))
    assert 0.5 * EPS < shape.area / (39 * 50) < 1.5 * EPS


def test_a_ring_of_places_keeps_its_hole():
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    shape = check(300 * np.column_stack([np.cos(angle), np.sin(angle)]))
    assert len(shape.interiors) == 1
    assert not shape.covers(shapely.Point(0, 0))


@pytest.mark.parametrize(("radius", "n_holes"), [(0.999, 0), (1.001, 1)])
def test_a_hole_is_there_exactly_when_a_place_in_it_is_out_of_reach_of_every_member(radius, n_holes):
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    assert len(outline(radius * EPS * np.column_stack([np.cos(angle), np.sin(angle)])).interiors) == n_holes


def test_six_places_around_a_point_one_eps_away_cover_it():
    angle = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    assert len(outline(EPS * np.column_stack([np.cos(angle), np.sin(angle)])).interiors) == 0


def test_the_order_of_the_members_changes_nothing():
    places = np.random.default_rng(1).uniform(0, 200, (300, 2))
    shuffled = np.random.default_rng(2).permutation(np.concatenate([places, places[:50]]))
    assert outline(shuffled).normalize().equals_exact(outline(places).normalize(), 1e-6)


def test_a_hundred_thousand_members_are_outlined_as_the_reference():
    rng = np.random.default_rng(3)
    places = np.concatenate([rng.uniform(0, 400, (90_000, 2)), rng.uniform([400, 100], [900, 140], (10_000, 2))])
    shape = outline(places)
    ground = shapely.union_all([shapely.box(0, 0, 400, 400), shapely.box(400, 100, 900, 140)])
    filled = ground.buffer(EPS, quad_segs=QUAD_SEGS).buffer(-EPS / 2, quad_segs=QUAD_SEGS)
    assert shapely.hausdorff_distance(shape, filled) <= EPS / 10
    assert shapely.contains_xy(shape, places).all()


def test_clusters_of_several_radii_are_outlined_together_as_alone():
    rng = np.random.default_rng(4)
    members = [rng.uniform(0, 50, (n, 2)) + 1000 * n for n in (1, 7, 30)]
    starts, eps = np.array([0, 1, 8]), np.array([10.0, 60.0, 25.0])
    x, y = np.concatenate(members).T
    together = outlines(x, y, starts, eps, np.ones(3, bool), n_threads=2)
    for shape, places, radius in zip(together, members, eps, strict=True):
        assert shape.equals(outline(places, radius))


def test_clusters_that_are_not_wanted_are_left_out():
    x = np.array([0.0, 1.0, 500.0])
    shapes = outlines(x, x, np.array([0, 2]), np.array([EPS, EPS]), np.array([False, True]))
    assert shapes[0] is None
    assert shapes[1].geom_type == "Polygon"
    none = np.zeros(0)
    assert len(outlines(none, none, np.zeros(0, np.int64), none, np.zeros(0, bool))) == 0


def test_where_arcs_never_link_the_overlay_of_discs_is_taken(monkeypatch):
    monkeypatch.setattr(
        module, "_linked_unions", lambda x, y, code, starts, radius, n_threads: np.full(len(radius), None, object)
    )
    check(np.random.default_rng(5).uniform(0, 100, (20, 2)))


def test_a_corridor_outline_follows_the_bend_and_holds_every_member():
    line = shapely.LineString([(0, 0), (1000, 0), (1500, 800)])
    rng = np.random.default_rng(6)
    chainage, offset = rng.uniform(700, 1300, 200), rng.uniform(-150, 150, 200)
    on_line = shapely.line_interpolate_point(line, chainage)
    x, y = shapely.get_x(on_line), shapely.get_y(on_line) + offset * 0.5
    distance = shapely.distance(line, shapely.points(x, y))
    shape = corridor_outline(line, np.array([600.0, 1400.0]), x, y, distance, 200.0)
    assert shape.geom_type == "Polygon"
    assert shape.is_valid
    assert shapely.covers(shape, shapely.points(x, y)).all()
    assert shape.distance(shapely.Point(590, 0)) > 0  # square to the line at both ends of the stretch


def test_bands_of_real_lines_are_whole_and_stay_sound_in_degrees():
    lines = gpd.read_file(Path(__file__).parent / "data" / "nyc" / "subway_lines.geojson").geometry.explode()
    frame = MetricFrame.for_bounds(lines.total_bounds)
    for line in frame.project(gpd.GeoDataFrame(geometry=lines)).geometry.iloc[::6]:
        shape = band(line, 0.0, 0.6 * line.length, 300.0)
        assert shape.geom_type == "Polygon"
        assert frame.unproject(gpd.GeoDataFrame(geometry=[shape], crs=frame.crs)).geometry[0].is_valid
        places = shapely.line_interpolate_point(line, np.linspace(0.0, 0.6, 50), normalized=True)
        assert shapely.covers(shape, places).all()
