"""The index finds the pairs that GEOS finds, on every edge."""

import numpy as np
import pytest
import shapely

from geo_zhengzhi.polygon_index import PolygonIndex


def reference(polygons, x, y):
    incident, part = shapely.STRtree(polygons).query(shapely.points(x, y), "intersects")
    order = np.lexsort((incident, part))
    return incident[order], part[order]


def assert_same_pairs(polygons, x, y, **options):
    x, y = np.asarray(x, float), np.asarray(y, float)
    incident, part = PolygonIndex(polygons).query(x, y, **options)
    expected_incident, expected_part = reference(polygons, x, y)
    np.testing.assert_array_equal(incident, expected_incident)
    np.testing.assert_array_equal(part, expected_part)
    return incident


def star(rng, centre, radius, n_vertices):
    """A ragged polygon round a centre, valid whatever the radii."""
    angle = np.sort(rng.random(n_vertices)) * 2 * np.pi
    reach = radius * rng.uniform(0.3, 1, n_vertices)
    return shapely.make_valid(
        shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None] + centre)
    )


def on_and_near_edges(polygons, rng):
    """Vertices, points computed to lie on edges, and the doubles next to them."""
    boundary = shapely.boundary(polygons)
    boundary = boundary[~shapely.is_empty(boundary)]
    vertices = shapely.get_coordinates(boundary)
    along = shapely.get_coordinates(
        shapely.line_interpolate_point(boundary.repeat(20), rng.random(20 * len(boundary)), normalized=True)
    )
    points = np.concatenate([vertices, (vertices[1:] + vertices[:-1]) / 2, along])
    nudged = [np.nextafter(points, points + step) for step in ([1, 0], [-1, 0], [0, 1], [0, -1])]
    return np.concatenate([points, *nudged]).T


@pytest.mark.parametrize("seed", range(25))
def test_random_overlapping_polygons_give_the_pairs_of_geos(seed):
    rng = np.random.default_rng(seed)
    polygons = np.array([star(rng, rng.random(2) * 100, rng.uniform(1, 40), rng.integers(3, 120)) for _ in range(30)])
    x, y = rng.uniform(-20, 120, (2, 3000))
    assert len(assert_same_pairs(polygons, x, y))
    assert len(assert_same_pairs(polygons, *on_and_near_edges(polygons, rng)))


@pytest.mark.parametrize("seed", range(10))
def test_lattice_polygons_with_level_and_upright_edges_give_the_pairs_of_geos(seed):
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 12, (60, 8, 2)).astype(float)
    polygons = shapely.convex_hull(shapely.multipoints(corners.reshape(-1, 2), indices=np.repeat(np.arange(60), 8)))
    boxes = shapely.box(*np.sort(rng.integers(0, 12, (2, 30)), axis=0)[[0, 0]], *rng.integers(12, 15, (2, 30)))
    lattice = np.arange(-1, 16, 0.5)
    x, y = (axis.ravel() for axis in np.meshgrid(lattice, lattice))
    assert len(assert_same_pairs(np.concatenate([polygons, boxes]), x, y))


def test_holes_edges_count_and_their_insides_do_not():
    square = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 4, 4) - shapely.box(6, 6, 8, 8)
    x, y = [3, 2, 4, 3, 7, 6, 5, 2, np.nextafter(2, 3)], [3, 3, 4, 2, 7, 8, 5, 2, 3]
    incident = assert_same_pairs([square], x, y)
    assert incident.tolist() == [1, 2, 3, 5, 6, 7]


def test_island_in_a_hole_and_parts_that_touch_in_a_vertex_count_once():
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    island = shapely.MultiPolygon([ring, shapely.box(4, 4, 5, 5)])
    touching = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(2, 0, 3, 1)])
    x, y = [4.5, 3.5, 4, 3, 1, 2, 2.5, 1.5], [4.5, 3.5, 4.5, 3, 1, 1, 0.5, 0.5]
    incident = assert_same_pairs([island, touching], x, y)
    assert np.unique(incident).tolist() == [0, 2, 3, 4, 5, 6, 7]


def test_repeated_vertices_and_slivers_give_the_pairs_of_geos():
    repeated = shapely.Polygon([(0, 0), (0, 0), (4, 0), (4, 0), (4, 4), (2, 4), (2, 4), (0, 4), (0, 0), (0, 0)])
    sliver = shapely.Polygon([(0, 0), (10, 1e-9), (10, 2e-9), (5, 1.5e-9)])
    grid = np.linspace(0, 10, 41)
    x, y = (axis.ravel() for axis in np.meshgrid(grid, np.concatenate([grid, [1e-9, 1.5e-9, 2e-9]])))
    assert_same_pairs([repeated, sliver], x, y)


@pytest.mark.parametrize("offset", [1e6, 4.6e6 + 0.1, 1e9, 1e12, -3e15])
def test_huge_coordinates_give_the_pairs_of_geos(offset):
    rng = np.random.default_rng(3)
    polygons = shapely.make_valid(
        np.array([shapely.transform(star(rng, rng.random(2) * 100, 60, 40), lambda xy: xy + offset) for _ in range(20)])
    )
    polygons = polygons[np.isin(shapely.get_type_id(polygons), (3, 6))]  # rounding collapsed some into lines
    x, y = rng.uniform(-20, 120, (2, 2000)) + offset
    assert_same_pairs(polygons, x, y)
    assert_same_pairs(polygons, *on_and_near_edges(polygons, rng))


def test_points_on_slanting_edges_are_decided_as_exactly_as_geos_does():
    rng = np.random.default_rng(11)
    ends = rng.integers(-(10**6), 10**6, (400, 2, 2)) / 1000
    polygons = shapely.polygons(np.concatenate([ends, ends[:, 1:] + [0.0, 500.0]], axis=1))
    share = rng.random((400, 1))
    points = ends[:, 0] * share + ends[:, 1] * (1 - share)
    assert len(assert_same_pairs(polygons, *points.T))


def test_nothing_empty_or_lineal_holds_a_point():
    polygons = [
        None,
        shapely.Polygon(),
        shapely.MultiPolygon(),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.box(0, 0, 1, 1),
    ]
    incident, part = PolygonIndex(polygons).query([0.0, 0.5, 9.0], [0.0, 0.5, 9.0])
    assert incident.tolist() == [0, 1]
    assert part.tolist() == [4, 4]
    for nothing in ([], [None], [shapely.Polygon()]):
        assert PolygonIndex(nothing).query([0.0], [0.0])[0].size == 0


def test_only_the_areas_of_a_collection_count():
    line, area = shapely.LineString([(5, 5), (6, 6)]), shapely.box(0, 0, 1, 1)
    nested = shapely.GeometryCollection([line, shapely.GeometryCollection([shapely.MultiPolygon([area])])])
    assert PolygonIndex([nested]).query([0.5, 5.5], [0.5, 5.5])[0].tolist() == [0]


def test_points_that_are_nowhere_are_in_nothing():
    index = PolygonIndex([shapely.box(0, 0, 1, 1)])
    nowhere = [np.nan, np.inf, -np.inf, 0.5]
    assert index.query(nowhere, [0.5, 0.5, 0.5, np.nan])[0].size == 0
    assert index.query([], [])[1].dtype == np.int32


def test_invalid_and_collapsed_polygons_do_no_harm():
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    flat = shapely.Polygon([(0, 0), (5, 0), (2, 0)])
    upright = shapely.Polygon([(0, 0), (0, 5), (0, 2)])
    vast = shapely.Polygon([(-1e300, -1e300), (1e300, -1e300), (0, 1e300)])
    incident, part = PolygonIndex([bow_tie, flat, upright, vast]).query([1.0, 0.2, 0.0], [1.0, 0.3, 1.0])
    assert len(incident) == len(part)
    assert np.isin([0, 2], incident[part == 0]).all()


def test_one_country_and_a_thousand_yards_stay_small_in_memory():
    rng = np.random.default_rng(5)
    corner = rng.uniform(0, 5000, (1000, 2))
    yards = shapely.box(*corner.T, *(corner + rng.uniform(10, 60, (1000, 2))).T)
    polygons = np.concatenate([[shapely.Point(0, 0).buffer(3e6, quad_segs=500)], yards])
    index = PolygonIndex(polygons)
    assert index._rasters.state.nbytes + index._grid.owner.nbytes < 4e6
    assert_same_pairs(polygons, *rng.uniform(-4000, 8000, (2, 5000)))


def test_a_thousand_polygons_over_the_same_ground_stay_small_in_memory():
    polygons = shapely.box(0, 0, 1e6, np.arange(1, 2001))
    index = PolygonIndex(polygons)
    assert index._grid.owner.nbytes < 20e6
    assert_same_pairs(polygons, np.full(30, 5.0), np.linspace(0, 2000, 30))


def test_more_pairs_than_there_was_room_for_are_all_found():
    rng = np.random.default_rng(2)
    boxes = np.array([shapely.box(-i, -i, 1 + i, 1 + i) for i in range(40)])
    x, y = rng.uniform(0, 1, (2, 500))
    assert len(assert_same_pairs(boxes, x, y)) == 40 * 500


def test_ragged_rims_keep_their_edge_lists_bounded():
    rng = np.random.default_rng(8)
    steps = np.arange(20_000.0)
    comb = shapely.Polygon(
        np.column_stack([np.append(steps, [2e4, -1]), np.append(rng.uniform(0, 1e4, 20_000), [-1, -1])])
    )
    index = PolygonIndex([comb])
    assert len(index._rasters.slab_edges) <= 8.01 * len(index._shapes.edges) or index._shapes.slab_at[0, 1] == 1
    assert_same_pairs([comb], *rng.uniform(0, 1e4, (2, 2000)))


@pytest.mark.parametrize("n_threads", [1, 2, 5])
def test_threads_never_change_the_pairs(n_threads):
    rng = np.random.default_rng(2)
    polygons = np.array([star(rng, rng.random(2) * 100, 20, 30) for _ in range(40)])
    x, y = rng.uniform(0, 100, (2, 200_000))
    one = PolygonIndex(polygons).query(x, y, n_threads=1)
    many = PolygonIndex(polygons).query(x, y, n_threads=n_threads)
    np.testing.assert_array_equal(one, many)


def test_the_query_leaves_its_input_alone():
    x, y = np.array([0.5, 3.0]), np.array([0.5, 3.0])
    PolygonIndex([shapely.box(0, 0, 1, 1)]).query(x, y)
    assert (x.tolist(), y.tolist()) == ([0.5, 3.0], [0.5, 3.0])
