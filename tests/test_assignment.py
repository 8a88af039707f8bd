"""Incidents are paired with the targets they lie in or near."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_zhengzhi.assignment import _merge, assign, compile_kernels
from geo_zhengzhi.box_grid import cells_at
from geo_zhengzhi.errors import InvalidParameter, MissingColumn
from geo_zhengzhi.pair_order import _place, order_by_cell
from geo_zhengzhi.polygon_raster import query, rasterise
from geo_zhengzhi.schema import ASSIGNMENT_COLUMNS
from geo_zhengzhi.segment_index import _nearest, track_coordinates


def incidents_at(*places):
    x, y = np.array(places, float).reshape(-1, 2).T
    return pd.DataFrame({"easting_m": x, "northing_m": y})


def parts_of(*shapes, half_width=np.nan):
    widths = [half_width if shape is not None and shape.geom_type == "LineString" else np.nan for shape in shapes]
    return gpd.GeoDataFrame({"corridor_half_width_m": widths}, geometry=list(shapes))


def pairs(table, *, inside=True):
    rows = table[table["inside"] == inside]
    return list(zip(rows["part"], rows["incident"], strict=True))


def random_area(rng):
    angle = np.sort(rng.random(20)) * 2 * np.pi
    ring = rng.uniform(0, 1000, 2) + rng.uniform(30, 200, (20, 1)) * np.column_stack([np.cos(angle), np.sin(angle)])
    area = shapely.make_valid(shapely.Polygon(ring))
    hole = shapely.Point(area.centroid).buffer(20)
    return shapely.difference(area, hole) if rng.random() < 0.5 else area


def brute_force(incidents, parts, halo_m):
    """The same table, pair by pair."""
    points = shapely.points(incidents.easting_m, incidents.northing_m)
    rows = []
    for part, (shape, width) in enumerate(zip(parts.geometry, parts.corridor_half_width_m, strict=True)):
        for incident, point in enumerate(points):
            if shape is None:
                continue
            distance = shapely.distance(shape, point)
            if shape.geom_type == "LineString":
                along = shape.project(point)
                if distance <= width and 0 < along < shape.length:
                    rows.append((incident, part, True, distance, along))
            elif shapely.intersects(shape, point):
                rows.append((incident, part, True, 0.0, np.nan))
            elif halo_m[part] > 0 and distance <= halo_m[part]:
                rows.append((incident, part, False, distance, np.nan))
    return pd.DataFrame(rows, columns=["incident", "part", "inside", "distance_m", "chainage_m"])


@pytest.mark.parametrize("seed", range(12))
def test_pairs_and_distances_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    tracks = [shapely.LineString(np.cumsum(rng.normal(20, 60, (15, 2)), axis=0) + 300) for _ in range(3)]
    shapes = [*(random_area(rng) for _ in range(15)), None, *tracks, shapely.Polygon()]
    parts = parts_of(*shapes, half_width=40.0)
    halo = rng.choice([0.0, 15.0, 60.0], len(shapes))
    incidents = incidents_at(*rng.uniform(-100, 1100, (400, 2)))
    table = assign(incidents, parts, halo)
    expected = brute_force(incidents, parts, halo)
    assert len(table) == len(expected) > 0
    for column in ("incident", "part", "inside"):
        np.testing.assert_array_equal(table[column], expected[column])
    np.testing.assert_array_equal(table["distance_m"], expected["distance_m"])
    np.testing.assert_allclose(table["chainage_m"], expected["chainage_m"], atol=1e-6)
    np.testing.assert_array_equal(table["offset_m"].abs(), table["distance_m"].where(table["chainage_m"].notna()))


def test_the_table_has_the_contracts_columns_and_types_and_is_sorted_by_part_and_incident():
    table = assign(incidents_at((5, 5), (1, 1)), parts_of(shapely.box(0, 0, 9, 9), shapely.box(0, 0, 6, 6)), [0, 0])
    assert tuple(table.columns) == ASSIGNMENT_COLUMNS
    assert [str(t) for t in table.dtypes] == ["int64", "int32", "bool", "float64", "float64", "float64"]
    assert pairs(table) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_the_fence_is_inside_and_the_next_number_outside():
    square = shapely.box(0, 0, 10, 10)
    places = [(10, 5), (10, 10), (np.nextafter(10, 11), 5), (5, 0), (5, np.nextafter(0, -1))]
    assert pairs(assign(incidents_at(*places), parts_of(square), [0])) == [(0, 0), (0, 1), (0, 3)]


def test_the_halos_edge_is_in_and_the_next_number_out():
    places = [(30, 5), (np.nextafter(30, 31), 5), (10.5, 5), (10 + 12, 10 + 16), (10 + 12, np.nextafter(26, 27))]
    table = assign(incidents_at(*places), parts_of(shapely.box(0, 0, 10, 10)), [20])
    assert pairs(table, inside=False) == [(0, 0), (0, 2), (0, 3)]
    assert table["distance_m"].tolist() == [20, 0.5, 20]


def test_a_hole_is_outside_and_its_halo_is_measured_to_its_rim():
    ring = shapely.box(0, 0, 100, 100) - shapely.box(40, 40, 60, 60)
    table = assign(incidents_at((50, 50), (45, 50), (40, 50), (30, 50)), parts_of(ring), [7])
    assert pairs(table) == [(0, 2), (0, 3)]
    assert pairs(table, inside=False) == [(0, 1)]
    assert table["distance_m"].tolist() == [5, 0, 0]


def test_an_incident_near_two_pieces_of_one_area_is_listed_once_with_the_nearer_distance():
    pieces = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(16, 0, 26, 10)])
    table = assign(incidents_at((12, 5), (16, 5)), parts_of(pieces), [20])
    assert table[["incident", "inside", "distance_m"]].to_numpy().tolist() == [[0, False, 2.0], [1, True, 0.0]]


def test_targets_may_overlap_and_an_incident_be_in_several():
    shapes = [shapely.box(0, 0, 10, 10), shapely.box(5, 0, 15, 10), shapely.LineString([(0, 5), (20, 5)])]
    table = assign(incidents_at((7, 6)), parts_of(*shapes, half_width=2.0), [0, 0, 0])
    assert pairs(table) == [(0, 0), (1, 0), (2, 0)]


def test_a_corridor_takes_its_half_width_and_no_halo():
    line = shapely.LineString([(0, 0), (1000, 0)])
    places = [(500, 300), (500, np.nextafter(300, 301)), (500, -300), (-1, 0), (1001, 0), (250, -20)]
    table = assign(incidents_at(*places), parts_of(line, half_width=300.0), [5000.0])
    assert table["incident"].tolist() == [0, 2, 5]
    assert table["inside"].all()
    assert table["chainage_m"].tolist() == [500, 500, 250]
    assert table["offset_m"].tolist() == [300, -300, -20]


def test_trades_without_a_boundary_and_corridors_without_a_width_take_nothing():
    line = shapely.LineString([(0, 0), (10, 0)])
    table = assign(incidents_at((0, 0)), parts_of(None, shapely.Polygon(), line), [10, 10, 10])
    assert table.empty
    assert tuple(table.columns) == ASSIGNMENT_COLUMNS


def test_no_incidents_or_no_parts_give_an_empty_table():
    assert assign(incidents_at(), parts_of(shapely.box(0, 0, 1, 1)), [5]).empty
    nothing = gpd.GeoDataFrame({"corridor_half_width_m": np.empty(0)}, geometry=[])
    assert assign(incidents_at((0, 0)), nothing, []).empty


def test_the_index_of_the_incidents_does_not_matter_and_the_frames_stay_as_they_were():
    incidents, parts = incidents_at((5, 5), (50, 5)), parts_of(shapely.box(0, 0, 10, 10))
    incidents.index = [17, 3]
    before = incidents.copy(), parts.copy()
    assert assign(incidents, parts, np.array([50.0]))["incident"].tolist() == [0, 1]
    pd.testing.assert_frame_equal(incidents, before[0])
    assert parts.equals(before[1])


def test_a_frame_not_yet_in_metres_is_refused():
    with pytest.raises(MissingColumn, match="easting_m"):
        assign(pd.DataFrame({"longitude": [1.0]}), parts_of(shapely.box(0, 0, 1, 1)), [0])


def test_a_corridor_in_several_pieces_is_refused():
    pieces = shapely.MultiLineString([[(0, 0), (1, 0)], [(3, 0), (4, 0)]])
    with pytest.raises(InvalidParameter, match="MultiLineString"):
        assign(incidents_at((0, 0)), parts_of(pieces), [0])


def test_many_incidents_on_several_threads_give_the_same_table_as_few_at_a_time():
    rng = np.random.default_rng(3)
    parts = parts_of(*(random_area(rng) for _ in range(30)), shapely.LineString([(0, 0), (900, 700)]), half_width=50.0)
    incidents = incidents_at(*rng.uniform(-100, 1100, (210_000, 2)))
    halo = np.full(31, 30.0)
    whole = assign(incidents, parts, halo)
    pieces = []
    for first in range(0, 210_000, 70_000):
        piece = assign(incidents.iloc[first : first + 70_000], parts, halo)
        pieces.append(piece.assign(incident=piece["incident"] + first))
    joined = pd.concat(pieces).sort_values(["part", "incident"], ignore_index=True)
    pd.testing.assert_frame_equal(whole, joined)


def test_kernels_compiled_beforehand_serve_every_later_assignment():
    compile_kernels()
    kernels = (_merge, cells_at, order_by_cell, _place, query, rasterise, _nearest, track_coordinates)
    before = [len(kernel.signatures) for kernel in kernels]
    rng = np.random.default_rng(1)
    parts = parts_of(*(random_area(rng) for _ in range(9)), shapely.LineString([(0, 0), (900, 700)]), half_width=50.0)
    spaced_out = pd.DataFrame(rng.uniform(0, 1000, (300, 5)), columns=["a", "easting_m", "b", "northing_m", "c"])
    assert len(assign(spaced_out, parts, np.full(10, 30.0)))
    assert len(assign(incidents_at(*rng.uniform(0, 1000, (200_000, 2))), parts, [30] * 10))
    assert [len(kernel.signatures) for kernel in kernels] == before
