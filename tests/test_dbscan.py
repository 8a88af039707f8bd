"""The estimator equals scikit-learn's, array for array, on every kind of layout a grid could stumble over."""

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
from dbscan_reference import assert_equals, kd_tree, one_leaf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import cluster

from geo_zhengzhi.dbscan import DBSCAN

MEMPHIS = Path(__file__).parent / "data" / "memphis" / "robberies_2019.geojson"
many = settings(max_examples=400, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)
radii = st.sampled_from([0.1, 0.25, 0.5, 1.0, 2.0, 3.0])
thresholds = st.integers(1, 12)


def rows(elements, most=80):
    return st.integers(1, most).flatmap(lambda n: hnp.arrays(np.float64, (n, 2), elements=elements))


@many
@given(seeds, st.integers(1, 400), radii, thresholds, st.sampled_from([2.0, 10.0, 40.0]))
def test_random_points_equal_scikit_learn(seed, n, eps, min_samples, side):
    assert_equals(kd_tree, np.random.default_rng(seed).random((n, 2)) * side, eps, min_samples)


@many
@given(rows(st.integers(-8, 8).map(float)), st.sampled_from([1.0, 2.0, 5.0, 10.0]), thresholds)
def test_exact_ties_on_a_lattice_are_within_eps(points, eps, min_samples):
    assert_equals(kd_tree, points, eps, min_samples)


@many
@given(rows(st.integers(-20, 20).map(lambda i: i * 0.1)), st.sampled_from([0.1, 0.3, 0.5, 2**0.5, 3**0.5]), thresholds)
def test_ties_that_round_follow_the_squared_distance(points, eps, min_samples):
    assert_equals(one_leaf, points, eps, min_samples)


@many
@given(rows(st.floats(-3, 3)), radii, thresholds)
def test_points_chosen_to_be_awkward_follow_the_squared_distance(points, eps, min_samples):
    assert_equals(one_leaf, points, eps, min_samples)


@many
@given(seeds, st.integers(1, 15), st.integers(1, 30), radii, thresholds)
def test_repeated_addresses_equal_scikit_learn(seed, n_places, n_each, eps, min_samples):
    random = np.random.default_rng(seed)
    assert_equals(
        kd_tree, (random.random((n_places, 2)) * 4)[random.integers(0, n_places, n_places * n_each)], eps, min_samples
    )


@many
@given(seeds, st.integers(1, 200), radii, thresholds, st.floats(0, 7))
def test_points_on_a_line_equal_scikit_learn(seed, n, eps, min_samples, angle):
    along = np.random.default_rng(seed).random(n) * 30
    assert_equals(kd_tree, np.column_stack([along * np.cos(angle), along * np.sin(angle)]), eps, min_samples)


@many
@given(seeds, st.integers(2, 200), radii, thresholds, st.sampled_from([1e3, 1e6, 1e12, 1e30, 1e300]))
def test_one_point_far_away_equals_scikit_learn(seed, n, eps, min_samples, away):
    random = np.random.default_rng(seed)
    points = random.random((n, 2)) * 8
    points[random.integers(n)] = away * random.uniform(-1, 1, 2)
    assert_equals(kd_tree, points, eps, min_samples)


@many
@given(seeds, st.integers(1, 200), radii, thresholds, st.sampled_from([1e5, 4.4e6, 1e9, 1e13]))
def test_large_offsets_follow_the_squared_distance(seed, n, eps, min_samples, offset):
    points = np.random.default_rng(seed).random((n, 2)) * 8 + [offset, -3 * offset]
    assert_equals(one_leaf, points, eps, min_samples)


@many
@given(seeds, st.integers(1, 300), radii, st.integers(1, 30), st.integers(1, 9))
def test_whole_weights_equal_scikit_learn(seed, n, eps, min_samples, most):
    random = np.random.default_rng(seed)
    weights = random.integers(0, most + 1, n)
    weights[random.integers(n)] = most
    assert_equals(kd_tree, random.random((n, 2)) * 12, eps, min_samples, weights)


@many
@given(seeds, st.integers(1, 300), st.integers(1, 60), st.floats(1, 6))
def test_points_scattered_over_many_cells_equal_scikit_learn(seed, n, n_groups, exponent):
    """More cells than a table holds, most of them in gaps; a diagonal, where cutting out gaps does not help."""
    random = np.random.default_rng(seed)
    where = random.integers(0, n_groups, n)[:, None] * 10.0**exponent
    assert_equals(kd_tree, where + random.random((n, 2)) * 5, 0.7, 3)


@pytest.mark.parametrize("n_jobs", [None, 2, -1])
def test_a_border_point_takes_the_lowest_cluster_it_reaches(n_jobs):
    left, right = np.zeros((4, 2)), np.tile([2.0, 0.0], (4, 1))
    border = np.array([[1.0, 0.0]])
    for points in (np.vstack([left, right, border]), np.vstack([border, right, left])):
        found = DBSCAN(eps=1, min_samples=5, n_jobs=n_jobs).fit(points)
        assert_equals(kd_tree, points, 1, 5)
        lowest = np.flatnonzero(points[:, 0] != 1)[0]
        assert found.labels_[points[:, 0] == 1] == found.labels_[lowest]


@pytest.mark.parametrize(
    ("away", "core"), [(5.0, 2), (np.nextafter(5, 6), 0), (np.nextafter(5, 4), 2)], ids=["on", "just out", "just in"]
)
def test_eps_is_inclusive(away, core):
    points = np.array([[0.0, 0.0], [0.0, away]])
    assert len(DBSCAN(eps=5, min_samples=2).fit(points).core_sample_indices_) == core


def test_a_point_counts_itself():
    points = np.array([[0.0, 0.0], [0.5, 0.0]])
    assert DBSCAN(eps=1, min_samples=2).fit(points).labels_.tolist() == [0, 0]
    assert DBSCAN(eps=1, min_samples=3).fit(points).labels_.tolist() == [-1, -1]


@pytest.mark.parametrize("min_samples", [1, 2])
def test_one_point_is_a_cluster_only_by_itself(min_samples):
    assert_equals(kd_tree, np.array([[3.0, 4.0]]), 1.0, min_samples)


def test_all_points_in_one_place_are_one_cluster():
    points = np.full((5000, 2), 1234.5)
    assert_equals(kd_tree, points[:500], 1.0, 500)
    assert (DBSCAN(eps=1, min_samples=5000).fit(points).labels_ == 0).all()
    assert (DBSCAN(eps=1, min_samples=5001).fit(points).labels_ == -1).all()


def test_the_documented_example_gives_its_labels():
    points = [[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]]
    found = DBSCAN(eps=3, min_samples=2).fit(points)
    assert found.labels_.tolist() == [0, 0, 0, 1, 1, -1]
    assert found.components_.dtype == np.int64


@pytest.mark.parametrize(
    ("eps_m", "min_samples", "clusters", "noise", "core", "ambiguous"),
    [(500, 20, 9, 1869, 238, 2), (500, 10, 45, 895, 872, 29), (300, 10, 25, 1766, 304, 5)],
)
def test_memphis_robberies_give_the_published_counts(eps_m, min_samples, clusters, noise, core, ambiguous):
    points = memphis()
    found = DBSCAN(eps=eps_m, min_samples=min_samples).fit(points)
    assert found.labels_.max() + 1 == clusters
    assert (found.labels_ == -1).sum() == noise
    assert len(found.core_sample_indices_) == core
    assert count_ambiguous(points, found, eps_m) == ambiguous
    assert_equals(kd_tree, points, eps_m, min_samples)


def memphis():
    features = json.loads(MEMPHIS.read_text(encoding="utf-8"))["features"]
    degrees = np.array([feature["geometry"]["coordinates"][:2] for feature in features])
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32615", always_xy=True)
    return np.column_stack(to_metres.transform(*degrees.T))


def count_ambiguous(points, found, eps):
    """Border points that reach the core points of two clusters or more."""
    core = found.core_sample_indices_
    others = np.setdiff1d(np.arange(len(points)), core)
    squares = ((points[others, None] - points[None, core]) ** 2).sum(axis=2)
    return sum(len(set(found.labels_[core[row <= eps * eps]])) > 1 for row in squares)


def test_the_number_of_threads_does_not_change_a_label():
    points = crowded(260_000)
    alone = DBSCAN(eps=1, min_samples=20).fit(points)
    for n_jobs in (2, -1):
        together = DBSCAN(eps=1, min_samples=20, n_jobs=n_jobs).fit(points)
        np.testing.assert_array_equal(together.labels_, alone.labels_)
        np.testing.assert_array_equal(together.core_sample_indices_, alone.core_sample_indices_)
        np.testing.assert_array_equal(together.components_, alone.components_)


def crowded(n):
    random = np.random.default_rng(5)
    return random.permutation(np.vstack([random.random((n // 2, 2)) * 170, random.normal(85, 20, (n - n // 2, 2))]))


def test_order_of_the_input_moves_labels_but_no_core_point():
    points = np.random.default_rng(1).random((2000, 2)) * 30
    forth, back = DBSCAN(eps=1, min_samples=8).fit(points), DBSCAN(eps=1, min_samples=8).fit(points[::-1])
    np.testing.assert_array_equal(forth.core_sample_indices_, 1999 - back.core_sample_indices_[::-1])
    assert_equals(kd_tree, np.ascontiguousarray(points[::-1]), 1, 8)


@pytest.mark.parametrize("kind", ["read only", "fortran", "strided", "reversed", "misaligned", "int64", "uint8"])
def test_any_layout_in_memory_gives_the_same_labels_and_stays_as_it_was(kind):
    points = np.floor(np.random.default_rng(2).random((600, 2)) * 40)
    given = {
        "read only": lambda: points.copy(),
        "fortran": lambda: np.asfortranarray(points),
        "strided": lambda: np.repeat(np.repeat(points, 2, axis=0), 3, axis=1)[::2, ::3],
        "reversed": lambda: points[::-1].copy()[::-1],
        "misaligned": lambda: np.frombuffer(b"\0" + points.tobytes(), np.uint8)[1:].view(np.float64).reshape(-1, 2),
        "int64": lambda: points.astype(np.int64),
        "uint8": lambda: points.astype(np.uint8),
    }[kind]()
    if kind == "read only":
        given.flags.writeable = False
    before = given.copy()
    found = DBSCAN(eps=1, min_samples=4).fit(given)
    np.testing.assert_array_equal(given, before)
    np.testing.assert_array_equal(found.labels_, kd_tree(points, 1, 4)[0])
    np.testing.assert_array_equal(found.components_, given[found.core_sample_indices_])
    assert found.components_.dtype == given.dtype


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_coordinates_that_are_not_finite_raise_what_scikit_learn_raises(bad):
    points = np.zeros((5, 2))
    points[3, 1] = bad
    with pytest.raises(ValueError) as theirs:
        cluster.DBSCAN().fit(points)
    with pytest.raises(ValueError) as ours:
        DBSCAN().fit(points)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("points", [np.empty((0, 2)), [], np.zeros(4)], ids=["no rows", "nothing", "flat"])
def test_input_without_points_raises_what_scikit_learn_raises(points):
    with pytest.raises(ValueError) as theirs:
        cluster.DBSCAN().fit(points)
    with pytest.raises(ValueError) as ours:
        DBSCAN().fit(points)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    "wrong", [{"eps": 0}, {"eps": -1.0}, {"min_samples": 0}, {"min_samples": 2.5}, {"metric": "up"}]
)
def test_parameters_out_of_range_raise_what_scikit_learn_raises(wrong):
    with pytest.raises(ValueError) as theirs:
        cluster.DBSCAN(**wrong).fit(np.zeros((3, 2)))
    with pytest.raises(ValueError) as ours:
        DBSCAN(**wrong).fit(np.zeros((3, 2)))
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    "parameters",
    [{"metric": "l2"}, {"metric": "minkowski"}, {"metric": "minkowski", "p": 2}, {"p": 1}, {"algorithm": "brute"}],
    ids=str,
)
def test_every_name_of_the_euclidean_metric_uses_the_grid(parameters, monkeypatch):
    monkeypatch.setattr(cluster.DBSCAN, "fit", None)
    assert_labels_as_ever(parameters)


def farthest_axis(a, b):
    return abs(a - b).max()


@pytest.mark.parametrize(
    "parameters",
    [
        {"metric": "manhattan"},
        {"metric": "minkowski", "p": 1},
        {"metric": "minkowski", "metric_params": {"p": 2}},
        {"metric": "chebyshev"},
        {"metric": farthest_axis},
        {"eps": 1e-200},
        {"eps": 1e200},
    ],
    ids=lambda given: ", ".join(f"{name} {getattr(value, '__name__', value)}" for name, value in given.items()),
)
def test_what_the_grid_cannot_measure_goes_to_scikit_learn(parameters):
    points = np.random.default_rng(3).random((200, 2)) * 9
    ours, theirs = DBSCAN(**parameters).fit(points), cluster.DBSCAN(**parameters).fit(points)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_array_equal(ours.core_sample_indices_, theirs.core_sample_indices_)


def assert_labels_as_ever(parameters):
    points = np.random.default_rng(3).random((200, 2)) * 9
    expected = DBSCAN(eps=0.8).fit(points).labels_
    np.testing.assert_array_equal(DBSCAN(eps=0.8, **parameters).fit(points).labels_, expected)
    assert expected.max() > 0


@pytest.mark.parametrize(
    "points",
    [np.random.default_rng(4).random((200, 2)).astype(np.float32), np.random.default_rng(4).random((200, 3))],
    ids=["float32", "three columns"],
)
def test_points_of_another_kind_go_to_scikit_learn(points):
    ours, theirs = DBSCAN(eps=0.1).fit(points), cluster.DBSCAN(eps=0.1).fit(points)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.components_.dtype == points.dtype


@pytest.mark.parametrize("odd", [-1.0, 0.5, 2.0**53], ids=["negative", "fraction", "too large to add exactly"])
def test_weights_of_another_kind_go_to_scikit_learn(odd):
    points, weights = np.random.default_rng(4).random((200, 2)), np.ones(200)
    weights[::7] = odd
    ours = DBSCAN(eps=0.1).fit(points, sample_weight=weights)
    theirs = cluster.DBSCAN(eps=0.1).fit(points, sample_weight=weights)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)


def test_weights_count_as_repeated_points_do():
    random = np.random.default_rng(6)
    points, weights = random.random((400, 2)) * 10, random.integers(1, 6, 400)
    weighted = DBSCAN(eps=0.6, min_samples=9).fit(points, sample_weight=weights)
    repeated = DBSCAN(eps=0.6, min_samples=9).fit(np.repeat(points, weights, axis=0))
    np.testing.assert_array_equal(np.repeat(weighted.labels_, weights), repeated.labels_)


def test_min_samples_above_every_whole_number_of_the_machine_makes_noise():
    assert (DBSCAN(eps=1, min_samples=10**30).fit(np.zeros((50, 2))).labels_ == -1).all()
