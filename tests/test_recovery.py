from datetime import date
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.pipeline import analyse
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.simulation import plan, simulate_demonstration
from geo_zhengzhi.simulation.planting import (
    BACKGROUND_IN_DISC,
    min_samples_above_background,
    plant_scene,
)
from geo_zhengzhi.simulation.recovery import Planted, Scene, Score, demonstration_scene, score

SEEDS = range(1001, 1011)  # used nowhere in choosing parameters
TOWN = shapely.box(*plan.TOWN_BOUNDS)
NOTHING = Score(0, 0, 0, 0)
COARSE_HEAT_M = 500.0  # the surface is not looked at
KINDS_OWN = AnalysisParameters(heat_cell_m=COARSE_HEAT_M)
ABOVE_BACKGROUND = AnalysisParameters(min_samples=min_samples_above_background(), heat_cell_m=COARSE_HEAT_M)


@cache
def layer(name):
    return gpd.read_file(REPOSITORY / "data" / "boundaries" / f"{name}.geojson")


@cache
def scene_at(multiple, seed):
    return plant_scene(np.random.default_rng(seed), layer("targets"), TOWN, multiple, plan.FRAME)


@cache
def simulation_of(seed):
    return simulate_demonstration(
        np.random.default_rng(seed), layer("targets"), layer("county_outline"), layer("stations")
    )


def found(scene, *outlines):
    """Hotspots as the pipeline hands them out, from (part, outline in metres)."""
    frame = gpd.GeoDataFrame(
        {"part_id": [part for part, _ in outlines]},
        geometry=[outline for _, outline in outlines],
        crs=scene.frame.crs,
    )
    return scene.frame.unproject(frame)


def test_hotspots_of_three_times_the_background_are_found_again_in_their_part_over_ten_seeds():
    total = NOTHING
    for seed in SEEDS:
        scene = scene_at(3.0, seed)
        total += score(scene, analyse(scene.incidents, layer("targets"), ABOVE_BACKGROUND).hotspots)
    assert total.n_planted == 14 * len(SEEDS)
    assert total.recall >= 0.9
    assert total.precision >= 0.8


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_demonstrations_hotspots_are_found_again_with_each_kinds_defaults_over_ten_seeds(year):
    total = NOTHING
    for seed in SEEDS:
        scene = demonstration_scene(simulation_of(seed), layer("targets"), date(year, 2, 1), date(year, 3, 31))
        total += score(scene, analyse(scene.incidents, layer("targets"), KINDS_OWN).hotspots)
    assert total.n_planted >= 7 * len(SEEDS)
    assert total.recall >= 0.9
    assert total.precision >= 0.8


def test_where_nothing_is_planted_no_more_is_found_than_chance_allows():
    scenes = [scene_at(1.0, seed) for seed in SEEDS[:3]]
    found_by_chance = [len(analyse(s.incidents, layer("targets"), ABOVE_BACKGROUND).hotspots) for s in scenes]
    one_in_ten_thousand = sum(len(s.incidents) for s in scenes) / 10_000
    assert sum(found_by_chance) <= one_in_ten_thousand + 3 * np.sqrt(one_in_ten_thousand)


def test_the_rate_inside_a_planted_disc_is_the_stated_multiple_of_the_background():
    inside = outside = 0
    for seed in SEEDS:
        scene = scene_at(3.0, seed)
        x, y = plan.FRAME.to_metres(scene.incidents["longitude"], scene.incidents["latitude"])
        village = next(p for p in scene.planted if p.part_id == plan.BANQIAO)
        distance = np.hypot(x - village.easting_m, y - village.northing_m)
        polygon = plan.FRAME.project(layer("targets")).set_index("part_id").loc[plan.BANQIAO, "geometry"]
        ring = shapely.intersects_xy(polygon, x, y) & (distance > village.radius_m)
        disc_m2 = np.pi * village.radius_m**2
        inside += (distance <= village.radius_m).sum() / disc_m2
        outside += ring.sum() / (polygon.area - disc_m2)
    assert inside / outside == pytest.approx(3.0, rel=0.12)
    expected = BACKGROUND_IN_DISC / (np.pi * 80**2)
    assert outside / len(SEEDS) == pytest.approx(expected, rel=0.12)


def test_a_scene_is_the_same_for_the_same_seed():
    one, other = scene_at(3.0, 5), scene_at.__wrapped__(3.0, 5)
    assert one.planted == other.planted
    assert one.incidents.equals(other.incidents)
    assert scene_at(3.0, 6).planted != one.planted


def test_every_kind_of_target_and_open_ground_has_a_planted_hotspot():
    parts = [planted.part_id for planted in scene_at(3.0, 5).planted]
    assert set(parts) == set(layer("targets")["part_id"]) | {""}
    assert parts.count("") == 3


PLANTED = Planted("A", 0.0, 0.0, 50.0, 60.0)


@pytest.mark.parametrize(
    ("part", "outline", "matches"),
    [
        ("A", shapely.Point(0, 0).buffer(40), True),
        ("A", shapely.Point(109, 0).buffer(60), True),
        ("A", shapely.Point(111, 0).buffer(60), False),
        ("A", shapely.Point(100, 0).buffer(39), False),
        ("B", shapely.Point(0, 0).buffer(40), False),
        ("", shapely.Point(0, 0).buffer(40), False),
        ("A", shapely.box(-100, -100, 5000, 5000), False),
    ],
)
def test_a_match_needs_the_same_part_an_outline_within_eps_and_a_centre_within_reach(part, outline, matches):
    scene = Scene(scene_at(1.0, 5).incidents[:0], (PLANTED,), plan.FRAME)
    result = score(scene, found(scene, (part, outline)))
    assert (result.n_planted_found, result.n_found_planted) == ((1, 1) if matches else (0, 0))
    assert result.n_found == 1


def test_a_hotspot_that_nothing_was_planted_for_counts_against_precision():
    scene = Scene(scene_at(1.0, 5).incidents[:0], (PLANTED,), plan.FRAME)
    disc = shapely.Point(0, 0).buffer(40)
    result = score(scene, found(scene, ("A", disc), ("A", shapely.transform(disc, lambda xy: xy + 900))))
    assert (result.recall, result.precision) == (1.0, 0.5)


def test_scores_add_up_and_nothing_found_is_not_wrong():
    total = Score(4, 3, 5, 4) + Score(6, 3, 0, 0)
    assert total == Score(10, 6, 5, 4)
    assert (total.recall, total.precision) == (0.6, 0.8)
    assert (Score(2, 0, 0, 0).precision, NOTHING.recall) == (1.0, 1.0)


def test_the_demonstrations_scene_leaves_out_what_is_not_there_in_the_period():
    simulation = simulation_of(1001)
    spring_2023, spring_2024 = (
        {(p.part_id, round(p.radius_m)) for p in demonstration_scene(simulation, layer("targets"), *days).planted}
        for days in ((date(2023, 2, 1), date(2023, 3, 31)), (date(2024, 2, 1), date(2024, 3, 31)))
    )
    assert (plan.BANQIAO, 50) not in spring_2023
    assert (plan.BANQIAO, 50) in spring_2024
    assert (plan.GULOU, 26) in spring_2023 & spring_2024
