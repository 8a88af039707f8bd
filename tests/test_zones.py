"""Zones: belts around hotspots, dissolved, clipped and counted."""

import numpy as np
import pytest
import shapely
from stage_data import FRAME, blob, located, parts

from geo_zhengzhi import schema
from geo_zhengzhi.assignment import assign
from geo_zhengzhi.clustering import cluster, halo_m
from geo_zhengzhi.hotspots import summarise_hotspots
from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.zones import delineate_zones

FIELD = shapely.box(0, 0, 1000, 1000)
LINE = shapely.LineString([(-1000, 0), (1000, 0)])
STANDARD = AnalysisParameters(eps_m=50, min_samples=4)


def zones_of(places, targets, parameters=STANDARD):
    frame = located(places)
    clusters = cluster(frame, targets, assign(frame, targets, halo_m(targets, parameters)), parameters)
    hotspots = summarise_hotspots(frame, targets, clusters, parameters, FRAME)
    return hotspots, *delineate_zones(frame, targets, hotspots, parameters, FRAME)


def near(shape, other, tolerance=1.5):
    return shapely.hausdorff_distance(shape, other) <= tolerance


def test_a_zone_is_the_outline_and_its_belt():
    hotspots, zones, candidates = zones_of(blob((500, 500), 20, 5), parts(("a", "village", FIELD)))
    assert near(zones.geometry[0], hotspots.geometry.iloc[0].buffer(50))
    assert zones[schema.HOTSPOT_IDS][0] == hotspots[schema.HOTSPOT_ID].tolist()
    assert zones[[schema.TARGET_ID, schema.PART_ID, schema.KIND]].iloc[0].tolist() == ["target a", "a", "village"]
    assert len(candidates) == 0
    assert list(zones.columns) == list(candidates.columns) == list(schema.ZONE_COLUMNS)


def test_the_belts_width_can_be_given_and_may_be_nothing():
    parameters = AnalysisParameters(eps_m=50, min_samples=4, zone_buffer_m=0)
    hotspots, zones, _ = zones_of(blob((500, 500), 20, 5), parts(("a", "village", FIELD)), parameters)
    assert near(zones.geometry[0], hotspots.geometry.iloc[0], 1e-6)


@pytest.mark.parametrize(("apart_m", "n_zones"), [(140.0, 1), (160.0, 2)])
def test_belts_of_one_part_that_meet_are_one_zone(apart_m, n_zones):
    # Single places: outlines of 25 m, belts of 50 m, so 75 m each.
    places = np.repeat([[400.0, 500.0], [400.0 + apart_m, 500.0]], 5, axis=0)
    hotspots, zones, _ = zones_of(places, parts(("a", "village", FIELD)))
    assert len(hotspots) == 2
    assert len(zones) == n_zones
    assert sorted(i for ids in zones[schema.HOTSPOT_IDS] for i in ids) == sorted(hotspots[schema.HOTSPOT_ID])


def test_zones_of_different_parts_are_not_dissolved():
    both = parts(("a", "village", FIELD), ("b", "school", FIELD))
    _, zones, _ = zones_of(blob((500, 500), 20, 5), both)
    assert sorted(zones[schema.PART_ID]) == ["a", "b"]


def test_a_zone_ends_at_its_targets_edge():
    _, zones, _ = zones_of(blob((990, 500), 20, 3), parts(("a", "village", FIELD)))
    assert zones.geometry[0].bounds[2] == 1000.0
    assert FIELD.covers(zones.geometry[0])


def test_a_zone_clipped_into_pieces_stays_one():
    comb = shapely.union_all([shapely.box(0, 0, 60, 200), shapely.box(70, 0, 130, 200)])
    places = np.repeat([[55.0, 100.0], [75.0, 100.0]], 5, axis=0)
    _, zones, _ = zones_of(places, parts(("a", "village", comb)))
    assert len(zones) == 1
    assert zones.geometry[0].geom_type == "MultiPolygon"


def test_a_zone_counts_every_incident_in_it_its_edge_included():
    places = np.vstack([np.tile([990.0, 500.0], (5, 1)), [[1000.0, 500.0], [1000.01, 500.0], [960.0, 520.0]]])
    # The last two are noise or beyond; those on the fence and in the belt count.
    parameters = AnalysisParameters(eps_m=5, min_samples=4)
    hotspots, zones, _ = zones_of(places, parts(("a", "village", FIELD)), parameters)
    assert hotspots[schema.N_INCIDENTS].tolist() == [5]
    assert zones[schema.N_INCIDENTS].tolist() == [7]


def test_a_corridors_zone_is_clipped_to_the_stretch_and_half_width():
    places = np.repeat([[0.0, 90.0]], 5, axis=0)
    _, zones, _ = zones_of(places, parts(("r", "railway_corridor", LINE, 100.0)))
    assert zones.geometry[0].bounds == pytest.approx((-75, -100, 75, 100), abs=0.2)


def test_a_corridors_zone_does_not_pass_the_end_of_the_line():
    places = np.repeat([[990.0, 0.0]], 5, axis=0)
    _, zones, _ = zones_of(places, parts(("r", "railway_corridor", LINE, 100.0)))
    assert zones.geometry[0].bounds[2] == pytest.approx(1000.0, abs=0.01)


def test_open_ground_gives_candidates_that_end_where_targets_and_corridor_bands_begin():
    targets = parts(("a", "village", shapely.box(0, 40, 1000, 1000)), ("r", "railway_corridor", LINE, 30.0))
    places = np.vstack([np.tile([500.0, 35.0], (5, 1)), np.tile([500.0, -35.0], (5, 1))])
    hotspots, zones, candidates = zones_of(places, targets)
    assert (hotspots[schema.KIND] == "open_ground").all()
    assert len(zones) == 0
    covered = shapely.union_all([targets.geometry[0], shapely.box(-1000, -30, 1000, 30)])
    assert candidates.geometry.union_all().intersection(covered).area == pytest.approx(0, abs=20)
    assert candidates[schema.N_INCIDENTS].sum() == 10
    assert (candidates[schema.PART_ID] == "").all()


def test_a_candidate_clipped_to_nothing_is_dropped():
    # Incidents in a well too narrow for the millimetre that bands take more: all its belt is target.
    well = shapely.box(-500, -500, 500, 500).difference(shapely.Point(0, 0).buffer(1e-9))
    hotspots = zones_of(np.tile([0.0, 0.0], (5, 1)), parts(("a", "village", well)))[0]
    assert hotspots[schema.KIND].tolist() == ["village"] or len(hotspots) == 1
    hotspots = zones_of(np.tile([2000.0, 0.0], (6, 1)), parts())[0]
    everywhere = parts(("b", "village", shapely.box(0, -3000, 4000, 3000)))
    _, candidates = delineate_zones(located(np.empty((0, 2))), everywhere, hotspots, STANDARD, FRAME)
    assert len(candidates) == 0


def test_a_zone_clipped_to_nothing_is_dropped():
    hotspots = zones_of(np.tile([500.0, 500.0], (5, 1)), parts(("a", "village", FIELD)))[0]
    moved = parts(("a", "village", shapely.box(5000, 5000, 6000, 6000)))
    zones, _ = delineate_zones(located(np.empty((0, 2))), moved, hotspots, STANDARD, FRAME)
    assert len(zones) == 0


def test_zones_are_named_by_their_hotspots_part_and_belt():
    places, targets = blob((500, 500), 20, 5), parts(("a", "village", FIELD))
    first, again = zones_of(places, targets)[1], zones_of(places[::-1], targets)[1]
    assert first[schema.ZONE_ID].tolist() == again[schema.ZONE_ID].tolist()
    wider = AnalysisParameters(eps_m=50, min_samples=4, zone_buffer_m=60)
    assert zones_of(places, targets, wider)[1][schema.ZONE_ID].tolist() != first[schema.ZONE_ID].tolist()


def test_zones_come_in_the_order_of_their_best_hotspots():
    places = np.vstack([np.tile([200.0, 200.0], (5, 1)), np.tile([800.0, 800.0], (9, 1))])
    hotspots, zones, _ = zones_of(places, parts(("a", "village", FIELD)))
    assert [ids[0] for ids in zones[schema.HOTSPOT_IDS]] == hotspots[schema.HOTSPOT_ID].tolist()
    assert zones[schema.N_INCIDENTS].tolist() == [9, 5]
