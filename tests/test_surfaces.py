import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_zhengzhi.errors import MissingColumn, SurfaceTooFine
from geo_zhengzhi.surfaces import estimate_density

BOUNDS = (-5_000.0, -4_000.0, 5_000.0, 4_000.0)


def located(easting_m, northing_m):
    return pd.DataFrame({"easting_m": np.asarray(easting_m, float), "northing_m": np.asarray(northing_m, float)})


def density(easting_m, northing_m, bounds=BOUNDS, bandwidth_m=400.0, cell_m=50.0, **more):
    return estimate_density(located(easting_m, northing_m), bounds, bandwidth_m=bandwidth_m, cell_m=cell_m, **more)


def mass(surface):
    return surface.incidents_per_km2.sum() * (surface.cell_m / 1000) ** 2


def test_the_grid_covers_the_bounds_with_row_0_in_the_south():
    surface = density([-4_975.0], [-3_975.0], bounds=(-5_000, -4_000, 5_010, 4_000))
    assert surface.incidents_per_km2.shape == (160, 201)
    assert (surface.west_m, surface.south_m, surface.kernel) == (-5_000, -4_000, "quartic")
    assert surface.incidents_per_km2.argmax() == 0


def test_no_incidents_make_a_surface_of_zeros():
    surface = density([], [])
    assert surface.incidents_per_km2.shape == (160, 200)
    assert not surface.incidents_per_km2.any()


def test_one_incident_at_a_cell_centre_has_the_kernels_peak():
    surface = density([25.0], [25.0])
    peak = 3 / (np.pi * 0.4**2)
    assert surface.incidents_per_km2.max() == pytest.approx(peak, rel=1e-3)
    assert surface.incidents_per_km2[80, 100] == surface.incidents_per_km2.max()


@pytest.mark.parametrize("shift", [(0.0, 0.0), (25.0, 0.0), (13.0, 21.0), (49.9, 49.9)])
def test_one_incident_anywhere_follows_the_kernel_within_two_percent_of_its_peak(shift):
    surface = density([25.0 + shift[0]], [25.0 + shift[1]])
    x = surface.west_m + (np.arange(200) + 0.5) * 50
    y = surface.south_m + (np.arange(160) + 0.5) * 50
    distance_2 = (x - 25 - shift[0]) ** 2 + (y[:, None] - 25 - shift[1]) ** 2
    exact = 3 / (np.pi * 0.16) * np.maximum(1 - distance_2 / 400**2, 0) ** 2
    assert np.abs(surface.incidents_per_km2 - exact).max() < 0.025 * exact.max()


def test_nothing_reaches_beyond_the_bandwidth_and_a_cell():
    surface = density([25.0], [25.0])
    x = surface.west_m + (np.arange(200) + 0.5) * 50 - 25
    y = surface.south_m + (np.arange(160) + 0.5) * 50 - 25
    far = np.hypot(x, y[:, None]) >= 400 + 50 * np.sqrt(2)
    assert not surface.incidents_per_km2[far].any()


places = st.lists(st.tuples(st.floats(-4_500, 4_500), st.floats(-3_500, 3_500)), min_size=1, max_size=60)


@settings(max_examples=60, deadline=None)
@given(places, st.sampled_from([40.0, 100.0, 333.0, 400.0]), st.sampled_from([30.0, 50.0, 70.0]))
def test_mass_is_kept_away_from_the_border_and_nothing_is_negative(points, bandwidth_m, cell_m):
    x, y = np.array(points).T
    surface = density(x, y, bandwidth_m=bandwidth_m, cell_m=cell_m)
    assert surface.incidents_per_km2.min() >= 0
    assert mass(surface) == pytest.approx(len(points), rel=1e-6)


def test_a_border_takes_off_just_what_lies_beyond_it():
    inside = density([5_000.0], [0.0])
    assert mass(inside) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(("easting_m", "reaches"), [(5_360.0, True), (5_460.0, False), (1e9, False)])
def test_an_incident_outside_counts_where_its_kernel_reaches_in(easting_m, reaches):
    assert bool(density([easting_m], [0.0]).incidents_per_km2.any()) is reaches


def test_the_order_of_the_incidents_changes_no_bit():
    rng = np.random.default_rng(5)
    x, y, w = rng.uniform(-4_000, 4_000, 20_000), rng.normal(0, 900, 20_000), rng.uniform(0.1, 9, 20_000)
    mixed = rng.permutation(20_000)
    assert np.array_equal(density(x, y).incidents_per_km2, density(x[mixed], y[mixed]).incidents_per_km2)
    assert np.array_equal(
        density(x, y, weights=w).incidents_per_km2, density(x[mixed], y[mixed], weights=w[mixed]).incidents_per_km2
    )


def test_incidents_that_count_once_and_weigh_one_give_the_same_bits():
    x, y = np.random.default_rng(5).uniform(-900, 2900, (2, 5000))
    weighed = density(x, y, weights=np.ones(5000))
    assert np.array_equal(density(x, y).incidents_per_km2, weighed.incidents_per_km2)


def test_weights_count_as_repeats():
    twice = density([10.0, 10.0, 900.0], [20.0, 20.0, 5.0])
    weighted = density([10.0, 900.0], [20.0, 5.0], weights=[2, 1])
    assert weighted.incidents_per_km2 == pytest.approx(twice.incidents_per_km2, abs=1e-9)


def test_the_caller_s_frame_is_left_alone():
    frame = located([1.0, 2.0], [3.0, 4.0])
    before = frame.copy()
    estimate_density(frame, BOUNDS, bandwidth_m=400, cell_m=50)
    pd.testing.assert_frame_equal(frame, before)


def test_too_fine_a_cell_is_refused_with_one_that_fits():
    with pytest.raises(SurfaceTooFine) as refused:
        density([0.0], [0.0], cell_m=1.0)
    assert "8800 cells" in str(refused.value)
    enough = float(refused.value.values["enough_m"])
    assert density([0.0], [0.0], cell_m=enough).incidents_per_km2.size <= 4096 * 4096


def test_a_frame_that_is_not_in_metres_is_refused():
    with pytest.raises(MissingColumn, match="easting_m"):
        estimate_density(pd.DataFrame({"longitude": [117.4]}), BOUNDS, bandwidth_m=400, cell_m=50)
