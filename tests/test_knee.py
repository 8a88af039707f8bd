"""The knee of the k-distance curve."""

import numpy as np
import pytest

from geo_zhengzhi.knee import MIN_PLACES, knee_eps_m, widest_eps_m


def clumps_and_background(seed=0, spread=15.0):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0, 4000, (12, 2))
    return np.vstack(
        [centres[rng.integers(0, 12, 600)] + rng.normal(0, spread, (600, 2)), rng.uniform(0, 4000, (150, 2))]
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_knee_lies_between_distances_within_clumps_and_between_background_places(seed):
    x, y = clumps_and_background(seed).T
    assert 20 <= knee_eps_m(x, y, 5, 150.0) <= 300


def test_a_wider_spread_has_a_wider_knee():
    narrow, wide = (knee_eps_m(*clumps_and_background(1, spread).T, 5, 60.0) for spread in (8.0, 30.0))
    assert narrow < wide


def test_the_knee_stays_within_a_third_and_three_times_the_kinds_own_radius():
    x, y = clumps_and_background().T
    assert knee_eps_m(x / 1000, y / 1000, 5, 60.0) == 20.0
    assert knee_eps_m(x * 1000, y * 1000, 5, 60.0) == 180.0 == widest_eps_m(60.0)


@pytest.mark.parametrize("n", [0, 1, MIN_PLACES - 1])
def test_too_few_incidents_keep_the_kinds_own_radius(n):
    x, y = clumps_and_background()[:n].T
    assert knee_eps_m(x, y, 5, 60.0) == 60.0


def test_too_few_places_or_a_flat_curve_keep_the_kinds_own_radius():
    few = np.repeat(np.arange(10.0), 100)
    assert knee_eps_m(few, few, 5, 60.0) == 60.0
    column, row = (axis.ravel() * 10.0 for axis in np.meshgrid(np.arange(40), np.arange(40)))
    assert knee_eps_m(column, row, 1, 60.0) == 60.0


def test_only_a_part_of_many_incidents_is_asked_and_the_answer_is_near():
    rng = np.random.default_rng(2)
    x, y = np.tile(clumps_and_background(), (60, 1)).T + rng.normal(0, 0.5, (2, 45_000))
    assert knee_eps_m(x, y, 5, 60.0) >= 20
