"""Exact DBSCAN against the `dbscan` package (Wang, Gu & Shun, SIGMOD 2020), scikit-learn and one stable argsort."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.protocol import DATA, Engine, Measurement

EPS_M = 150.0
MIN_SAMPLES = 10
THREADS = 2
KM = 1000.0
# Shares of the mix that is not a repeated address.
REPEATED, HOTSPOTS, TOWNS, ROADS, RAILS = 0.30, 0.35, 0.35, 0.15, 0.05
LINE_POINTS = 50_000


def measurements(quick: bool) -> list[Measurement]:
    scale = 20 if quick else 1
    small = prepare_incidents(100_000 // scale, 40 / math.sqrt(scale))
    million = prepare_incidents(1_000_000 // scale, 40 / math.sqrt(scale))
    dense = prepare_incidents(1_000_000 // scale, 20 / math.sqrt(scale))
    ten = prepare_incidents(10_000_000 // scale, 100 / math.sqrt(scale))
    lines = prepare_lines()
    return [
        compare("100,000 incidents, 40×40 km, against scikit-learn", small, "scikit_learn", at_least=30, rounds=9),
        compare("1 million incidents, 40×40 km, against dbscan", million, "wang_gu_shun", at_least=5, rounds=7),
        compare("1 million incidents, 20×20 km, against dbscan", dense, "wang_gu_shun", rounds=7),
        compare(
            "10 million incidents, 100×100 km, against dbscan", ten, "wang_gu_shun", at_least=5, mib=1024, rounds=3
        ),
        compare("10 million incidents, 100×100 km, against one stable argsort", ten, "argsort", at_most=1, mib=1024),
        compare("Two lines of 50,000 incidents just out of reach, against dbscan", lines, "wang_gu_shun", at_most=2),
    ]


def compare(name: str, points: Path, reference: str, rounds: int = 5, **wanted: float) -> Measurement:
    return Measurement(
        name,
        subject=Engine("benchmarks.bench_dbscan:grid", points=str(points)),
        reference=Engine(f"benchmarks.bench_dbscan:{reference}", points=str(points)),
        rounds=rounds,
        **wanted,
    )


def grid(points: str) -> Callable[[], object]:
    from geo_zhengzhi.dbscan import DBSCAN

    incidents = np.load(points)
    return lambda: DBSCAN(eps=EPS_M, min_samples=MIN_SAMPLES, n_jobs=THREADS).fit(incidents)


def wang_gu_shun(points: str) -> Callable[[], object]:
    from dbscan import DBSCAN

    incidents = np.load(points)
    return lambda: DBSCAN(incidents, EPS_M, MIN_SAMPLES)


def scikit_learn(points: str) -> Callable[[], object]:
    """Cluster as scikit-learn does by default, on one thread; at this size the grid runs on one, too."""
    from sklearn.cluster import DBSCAN

    incidents = np.load(points)
    return lambda: DBSCAN(eps=EPS_M, min_samples=MIN_SAMPLES, algorithm="kd_tree").fit(incidents)


def argsort(points: str) -> Callable[[], object]:
    """Sort the points' cell ids, computed beforehand, once."""
    incidents = np.load(points)
    cells = np.floor((incidents - incidents.min(axis=0)) / (EPS_M / math.sqrt(2))).astype(np.int64)
    ids = cells[:, 1] * (cells[:, 0].max() + 1) + cells[:, 0]
    return lambda: np.argsort(ids, kind="stable")


def prepare_incidents(n: int, side_km: float) -> Path:
    """Incidents in a square: repeated addresses, hotspots, towns, roads, rails, and a uniform background."""
    path = DATA / f"incidents_{n}_{side_km:.1f}km.npy"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        np.save(path, simulate_incidents(n, side_km * KM, np.random.default_rng(n)))
    return path


def simulate_incidents(n: int, side_m: float, random: np.random.Generator) -> np.ndarray:
    n_new = n - round(REPEATED * n)
    shares = np.array([HOTSPOTS, TOWNS, ROADS, RAILS])
    counts = (shares * n_new).astype(int)
    per_km2 = (side_m / KM) ** 2
    hotspots = scatter_around(counts[0], max(3, round(per_km2 / 4)), side_m, (60, 250), random)
    towns = scatter_around(counts[1], max(2, round(per_km2 / 50)), side_m, (700, 2000), random)
    roads = scatter_along(counts[2], max(4, round(per_km2 / 20)), side_m, 5 * KM, random)
    rails = scatter_along(counts[3], 4, side_m, side_m, random)
    background = random.uniform(0, side_m, (n_new - counts.sum(), 2))
    new = np.clip(np.concatenate([hotspots, towns, roads, rails, background]), 0, side_m)
    addresses = new[random.integers(0, n_new, max(1, n_new // 20))]
    repeated = addresses[random.integers(0, len(addresses), n - n_new)]
    return random.permutation(np.concatenate([new, repeated]))


def scatter_around(
    n: int, n_centres: int, side_m: float, spread_m: tuple[float, float], random: np.random.Generator
) -> np.ndarray:
    centres, spreads = random.uniform(0, side_m, (n_centres, 2)), random.uniform(*spread_m, n_centres)
    which = random.integers(0, n_centres, n)
    return centres[which] + random.normal(size=(n, 2)) * spreads[which, None]


def scatter_along(n: int, n_lines: int, side_m: float, length_m: float, random: np.random.Generator) -> np.ndarray:
    starts, angles = random.uniform(0, side_m, (n_lines, 2)), random.uniform(0, 2 * np.pi, n_lines)
    which, along = random.integers(0, n_lines, n), random.uniform(0, length_m, n)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    return starts[which] + along[:, None] * directions[which] + random.normal(scale=15, size=(n, 2))


def prepare_lines() -> Path:
    """Two parallel lines, a tenth of a millimetre farther apart than eps, each inside one cell."""
    path = DATA / "lines.npy"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        along = np.linspace(0, 100, LINE_POINTS)
        line = np.column_stack([along, 100 - along])
        shift = (EPS_M + 1e-4) / math.sqrt(2)
        np.save(path, np.random.default_rng(0).permutation(np.concatenate([line, line + shift])))
    return path
