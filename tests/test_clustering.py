"""Clusters of areas, corridors and open ground, on their edges."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import cluster as reference
from stage_data import blob, located, parts

from geo_zhengzhi import schema
from geo_zhengzhi.assignment import assign
from geo_zhengzhi.clustering import OPEN_GROUND_ID, cluster, halo_m
from geo_zhengzhi.model import AnalysisParameters

SQUARE = shapely.box(0, 0, 200, 200)
STANDARD = AnalysisParameters(eps_m=50, min_samples=4)


def clusters_of(frame, targets, parameters=STANDARD):
    return cluster(frame, targets, assign(frame, targets, halo_m(targets, parameters)), parameters)


def memberships(clusters):
    """Each cluster's incidents and part."""
    rows = clusters.members.groupby(schema.CLUSTER)[schema.INCIDENT].agg(frozenset)
    return set(zip(rows, clusters.part.tolist(), strict=True))


def row_of(x, n, y=100.0):
    """Places every 10 m eastward from x."""
    return np.column_stack([x + 10.0 * np.arange(n), np.full(n, y)])


def test_a_cluster_on_the_fence_is_whole_and_counts_what_is_inside():
    found = clusters_of(located(row_of(170, 8)), parts(("a", "square", SQUARE)))
    assert found.part.tolist() == [0]
    assert found.members[schema.INCIDENT].tolist() == list(range(8))
    assert found.members[schema.INSIDE].tolist() == [True] * 4 + [False] * 4  # 200 lies on the fence: inside


@pytest.mark.parametrize(("x_of_core", "kept"), [(199.0, True), (200.0, True), (200.1, False)])
def test_a_cluster_is_the_targets_if_a_core_point_is_inside_the_fence_included(x_of_core, kept):
    places = np.array([[x_of_core, 100.0], [x_of_core + 40, 100], [x_of_core + 40, 101], [x_of_core + 40, 102]])
    found = clusters_of(located(places), parts(("a", "square", SQUARE)))
    assert (0 in found.part) is kept


def test_a_border_point_inside_does_not_make_a_cluster_the_targets():
    places = np.array([[195.0, 100], [240, 100], [260, 100], [262, 100], [264, 100]])
    found = clusters_of(located(places), parts(("a", "square", SQUARE)))
    # 195 has one neighbour at 240, which is core: the cluster lies outside, and is open ground's without 195.
    assert found.part.tolist() == [-1]
    assert found.members[schema.INCIDENT].tolist() == [1, 2, 3, 4]


def test_core_flags_in_the_halo_are_those_of_all_incidents():
    # The point at 240 is core only through points at 285, two eps from the fence; with one eps it would not be.
    places = np.array([[195.0, 100], [196, 100], [240, 100], [285, 100], [286, 100]])
    found = clusters_of(located(places), parts(("a", "square", SQUARE)), AnalysisParameters(eps_m=50, min_samples=4))
    core = reference.DBSCAN(eps=50, min_samples=4).fit(places).core_sample_indices_
    assert 2 in core
    members = found.members[found.members[schema.PART] == 0]
    assert members.empty  # 195 and 196 have three neighbours each: border points of a core point outside
    denser = clusters_of(located(np.vstack([places, [[194.0, 100]]])), parts(("a", "square", SQUARE)))
    assert denser.members.set_index(schema.INCIDENT)[schema.IS_CORE].loc[2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 150))
def test_clusters_with_a_core_inside_are_those_of_the_whole_plane_as_seen_from_inside(seed, n):
    places = np.random.default_rng(seed).uniform(-150, 350, (n, 2))
    found = clusters_of(located(places), parts(("a", "square", SQUARE)))
    whole = reference.DBSCAN(eps=50, min_samples=4).fit(places)
    inside = shapely.intersects_xy(SQUARE, places)
    members = found.members[(found.members[schema.PART] == 0).to_numpy()]
    core = np.isin(np.arange(n), whole.core_sample_indices_)
    expected_core = set(np.flatnonzero(inside & core))
    assert set(members[schema.INCIDENT][members[schema.INSIDE] & members[schema.IS_CORE]]) == expected_core
    # Core points inside that the halo joins are joined in the plane too.
    for _, rows in members[members[schema.IS_CORE]].groupby(schema.CLUSTER):
        assert len(set(whole.labels_[rows[schema.INCIDENT]])) == 1


def test_overlapping_targets_each_have_the_cluster():
    both = parts(("a", "square", SQUARE), ("b", "school", shapely.box(100, 0, 300, 200)))
    found = clusters_of(located(blob((150, 100), 30, 10)), both)
    assert found.part.tolist() == [0, 1]
    assert found.members[schema.INCIDENT].value_counts().eq(2).all()


def test_open_ground_is_what_lies_inside_no_target():
    frame = located(np.vstack([blob((100, 100), 20, 5), blob((5000, 5000), 20, 5)]))
    found = clusters_of(frame, parts(("a", "square", SQUARE)))
    assert found.part.tolist() == [0, -1]
    assert set(found.members[schema.INCIDENT][found.members[schema.CLUSTER] == 1]) == set(range(20, 40))


def test_open_ground_does_not_repeat_a_cluster_whose_core_points_are_a_targets_members():
    # All the points outside are members of the target's cluster, and core among themselves.
    found = clusters_of(located(row_of(170, 12)), parts(("a", "square", SQUARE)))
    assert found.part.tolist() == [0]
    # One core point more, beyond the target's halo: open ground has a cluster of its own.
    found = clusters_of(located(row_of(170, 30)), parts(("a", "square", SQUARE)))
    assert found.part.tolist() == [0, -1]


def test_a_corridor_is_clustered_along_its_line_and_not_across_the_loop():
    # A hairpin: two legs 120 m apart, far from each other along the line.
    line = shapely.LineString([(0, 0), (2000, 0), (2000, 120), (0, 120)])
    places = np.vstack([np.column_stack([np.full(4, 500.0), [50.0, 51, 52, 53]]),
                        np.column_stack([np.full(4, 500.0), [67.0, 68, 69, 70]])])  # fmt: skip
    found = clusters_of(located(places), parts(("r", "railway_corridor", line, 59.0)))
    assert memberships(found) == {(frozenset(range(4)), 0), (frozenset(range(4, 8)), 0)}
    assert found.members[schema.CHAINAGE_M].tolist() == pytest.approx([500.0] * 4 + [3620.0] * 4)
    assert (found.members[schema.OFFSET_M] > 0).all()


def test_a_corridor_has_no_halo():
    line = shapely.LineString([(0, 0), (1000, 0)])
    targets = parts(("r", "railway_corridor", line, 100.0), ("a", "square", SQUARE))
    assert halo_m(targets, STANDARD).tolist() == [0.0, 100.0]
    frame = located(np.column_stack([np.full(6, 500.0), [99.0, 99.5, 100.0, 100.5, 101.0, 102.0]]))
    found = clusters_of(frame, parts(("r", "railway_corridor", line, 100.0)), AnalysisParameters(min_samples=3))
    assert found.members[schema.INCIDENT][found.members[schema.PART] == 0].tolist() == [0, 1, 2]


def test_kinds_have_their_own_parameters():
    targets = parts(("a", "square", SQUARE), ("b", "village", shapely.box(1000, 0, 1400, 400)))
    found = clusters_of(located(np.empty((0, 2))), targets, AnalysisParameters())
    assert found.eps_used_m == {"a": 40.0, "b": 80.0, OPEN_GROUND_ID: 150.0}
    assert found.n_clusters == 0


def test_weight_counts_only_when_asked():
    places, weight = row_of(50, 2), np.array([2.0, 2.0])
    targets = parts(("a", "square", SQUARE))
    assert clusters_of(located(places, weight=weight), targets).n_clusters == 0
    weighted = AnalysisParameters(eps_m=50, min_samples=4, weighted=True)
    assert clusters_of(located(places, weight=weight), targets, weighted).part.tolist() == [0]
    assert clusters_of(located(places, weight=weight - 0.01), targets, weighted).n_clusters == 0


def test_automatic_eps_is_recorded_and_falls_back_where_there_is_too_little():
    dense = np.vstack([blob((100, 100), 200, 8), np.random.default_rng(3).uniform(0, 200, (40, 2))])
    targets = parts(("a", "square", SQUARE), ("b", "village", shapely.box(1000, 0, 1400, 400)))
    found = clusters_of(located(dense), targets, AnalysisParameters(eps_m="auto"))
    assert 14 <= found.eps_used_m["a"] < 40
    assert found.eps_used_m["b"] == 80.0
    assert (found.eps_m == found.eps_used_m["a"]).all()
    assert halo_m(targets, AnalysisParameters(eps_m="auto")).tolist() == [240.0, 480.0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_the_order_of_the_rows_changes_nothing(seed, weighted):
    rng = np.random.default_rng(seed)
    places = np.round(rng.uniform(-100, 300, (120, 2)), -1)  # many ties and repeated places
    frame = located(places, weight=rng.choice([0.5, 1.0, 2.0], 120))
    targets = parts(("a", "square", SQUARE), ("b", "village", shapely.box(100, 100, 400, 400)))
    parameters = AnalysisParameters(eps_m=20, min_samples=3, weighted=weighted)
    found = clusters_of(frame, targets, parameters)
    order = rng.permutation(120)
    again = clusters_of(frame.iloc[order].reset_index(drop=True), targets, parameters)
    moved = again.members.assign(**{schema.INCIDENT: order[again.members[schema.INCIDENT]]})
    columns = [schema.CLUSTER, schema.INCIDENT, schema.IS_CORE, schema.INSIDE]
    expected = found.members[columns].sort_values(columns[:2], ignore_index=True)
    pd.testing.assert_frame_equal(moved[columns].sort_values(columns[:2], ignore_index=True), expected)
    assert again.part.tolist() == found.part.tolist()


def test_no_incidents_and_no_targets_give_no_clusters():
    empty = located(np.empty((0, 2)))
    for targets in (parts(("a", "square", SQUARE), ("t", "trade", shapely.Polygon())), parts()):
        found = clusters_of(empty, targets)
        assert found.n_clusters == 0
        assert list(found.members.columns) == list(schema.MEMBER_COLUMNS)
        assert len(found.part) == len(found.eps_m) == 0
