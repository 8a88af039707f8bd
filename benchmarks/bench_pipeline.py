"""
The sentence, from frame to hotspots, outlines and zones.

A county grows with its incidents: 625 incidents and 0.6 targets a square kilometre at every size, so a million lie in
40 × 40 km with 1,000 targets. One incident in five is uniform background; towns hold three, planted hotspots two,
streets one, and three happen again at addresses already there. Targets are polygons of 20 vertices that overlap, and,
one in a hundred, corridors of some kilometres.
"""

import math
from collections.abc import Callable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.protocol import Engine, Measurement
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.pipeline import analyse

FRAME = MetricFrame(117.4, 40.0)
SIDE_M_OF_A_MILLION = 40_000.0
AREA_KINDS = ("residential_area", "square", "village", "commercial_area", "school")


def measurements(quick: bool) -> list[Measurement]:
    sizes = [1_000, 10_000] if quick else [10_000, 100_000, 1_000_000, 10_000_000]
    largest = 10_000 if quick else 1_000_000
    limits = Measurement(
        f"Analyse {largest:,} incidents with {largest // 1000:,} targets",
        subject=Engine("benchmarks.bench_pipeline:analysis", n=largest),
        seconds=8,
        mib=2048,
        rounds=3,
        note="frame to hotspots, outlines, zones and surface",
    )
    return [limits, *(_growth(small, large) for small, large in pairwise(sizes)), _growth(sizes[0], sizes[-1])]


def _growth(small: int, large: int) -> Measurement:
    """From one size to a larger one, the time may grow as n log n does."""
    allowed = (large * math.log(large)) / (small * math.log(small))
    return Measurement(
        f"Analyse {large:,} incidents, against {small:,}",
        subject=Engine("benchmarks.bench_pipeline:analysis", n=large),
        reference=Engine("benchmarks.bench_pipeline:analysis", n=small),
        at_most=round(allowed, 2),
        rounds=3,
        warm=large < 10_000_000,
        note=f"n log n grows {allowed:.2f} times",
    )


def analysis(n: int) -> Callable[[], object]:
    incidents, targets = county(n)
    return lambda: analyse(incidents, targets)


def county(n: int, seed: int = 20240201) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """`n` incidents and n / 1000 targets, EPSG:4326."""
    rng = np.random.default_rng(seed)
    side_m = SIDE_M_OF_A_MILLION * math.sqrt(n / 1e6)
    return _incidents(rng, n, side_m), _targets(rng, max(3, n // 1000), side_m)


def _incidents(rng: np.random.Generator, n: int, side_m: float) -> pd.DataFrame:
    places = np.concatenate(
        [
            rng.uniform(0, side_m, (n // 5, 2)),
            _around(rng, n * 3 // 10, max(1, n // 50_000), 1_500.0, side_m),
            _around(rng, n // 5, max(1, n // 1_000), 60.0, side_m),
        ]
    )
    streets = _around(rng, n // 10, max(1, n // 500), 1.0, side_m)
    streets[:, 0] += rng.uniform(-400, 400, len(streets))
    places = np.concatenate([places, streets])
    places = np.concatenate([places, places[rng.integers(0, len(places), n - len(places))]])
    longitude, latitude = FRAME.to_degrees(*(places - side_m / 2).T)
    moment = np.datetime64("2023-01-01T00:00:00", "us") + rng.integers(0, 365 * 86_400, n) * np.timedelta64(1, "s")
    length = np.where(rng.random(n) < 0.2, rng.integers(1, 12 * 3600, n), 0) * np.timedelta64(1, "s")
    return pd.DataFrame(
        {
            "incident_id": pd.Series(np.arange(n)).astype(str).str.zfill(9),
            "occurred_from": pd.DatetimeIndex(moment).tz_localize("UTC").tz_convert("Asia/Shanghai"),
            "occurred_to": pd.DatetimeIndex(moment + length).tz_localize("UTC").tz_convert("Asia/Shanghai"),
            "category": rng.choice(["burglary", "snatching", "fraud", "theft", "affray"], n),
            "weight": rng.choice([1.0, 2.0, 5.0], n, p=[0.8, 0.15, 0.05]),
            "longitude": longitude,
            "latitude": latitude,
        }
    ).sample(frac=1.0, random_state=seed_of(rng), ignore_index=True)


def seed_of(rng: np.random.Generator) -> int:
    return int(rng.integers(0, 2**31))


def _around(rng: np.random.Generator, n: int, n_centres: int, spread_m: float, side_m: float) -> np.ndarray:
    centres = rng.uniform(0.05 * side_m, 0.95 * side_m, (n_centres, 2))
    return centres[rng.integers(0, n_centres, n)] + rng.normal(0, spread_m, (n, 2))


def _targets(rng: np.random.Generator, n: int, side_m: float) -> gpd.GeoDataFrame:
    n_lines = max(1, n // 100)
    centres = rng.uniform(0, side_m, (n, 2)) - side_m / 2
    turn = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    reach = rng.uniform(100, 500, (n - n_lines, 1)) * rng.uniform(0.7, 1.3, (n - n_lines, 20))
    rings = centres[n_lines:, np.newaxis] + reach[..., np.newaxis] * np.column_stack([np.cos(turn), np.sin(turn)])
    along = np.cumsum(rng.uniform([300, -60], [900, 60], (n_lines, 12, 2)), axis=1) + centres[:n_lines, np.newaxis]
    shapes = np.concatenate([shapely.linestrings(along), shapely.polygons(rings)])
    kinds = ["railway_corridor"] * n_lines + [AREA_KINDS[i % len(AREA_KINDS)] for i in range(n - n_lines)]
    return gpd.GeoDataFrame(
        {
            "target_id": [f"T{i:05d}" for i in range(n)],
            "part_id": [f"T{i:05d}-1" for i in range(n)],
            "name": [f"Target {i}" for i in range(n)],
            "name_en": "",
            "kind": kinds,
            "level": "county",
            "lead_unit": "",
            "corridor_half_width_m": np.where(np.arange(n) < n_lines, 300.0, np.nan),
            "illustrative": True,
        },
        geometry=[
            shapely.transform(shape, lambda xy: np.column_stack(FRAME.to_degrees(xy[:, 0], xy[:, 1])))
            for shape in shapes
        ],
        crs="EPSG:4326",
    )
