"""
Which targets incidents lie in and how far along a line, against shapely's STRtree.

Points are uniform over 40 × 40 km. The 1,000 areas overlap: 0.3 to 3 km across, of 24 to 400 vertices, their outlines
irregular. The 50 lines wind over the same ground in segments of 50 to 600 m. Index building is timed on both sides;
making Point objects, which only the reference needs, is not.
"""

from collections.abc import Callable

import numpy as np
import shapely

from benchmarks.protocol import Engine, Measurement

SIDE_M = 40_000.0
WITHIN_M = 200.0


def measurements(quick: bool) -> list[Measurement]:
    n = 50_000 if quick else 1_000_000
    return [
        _against("areas", f"{n:,} points × 1,000 overlapping areas, against STRtree", n, at_least=8),
        _against("lines", f"{n:,} points × 50 lines within 200 m, against STRtree of segments", n, at_most=2),
        Measurement(
            f"Assign {n:,} incidents to 1,000 areas with halos and 50 corridors",
            subject=Engine("benchmarks.bench_assignment:assigned", n=n),
            seconds=4,
            mib=2048,
        ),
    ]


def _against(what: str, name: str, n: int, **wanted: float) -> Measurement:
    subject = Engine(f"benchmarks.bench_assignment:{what}", n=n)
    return Measurement(name, subject, Engine(f"benchmarks.bench_assignment:{what}_strtree", n=n), rounds=5, **wanted)


def areas(n: int) -> Callable[[], object]:
    from geo_zhengzhi.polygon_index import PolygonIndex

    (x, y), polygons = make_points(n), make_areas()
    return lambda: PolygonIndex(polygons).query(x, y)


def areas_strtree(n: int) -> Callable[[], object]:
    points, polygons = shapely.points(*make_points(n)), make_areas()
    return lambda: shapely.STRtree(polygons).query(points, predicate="intersects")


def lines(n: int) -> Callable[[], object]:
    from geo_zhengzhi.corridors import CorridorIndex

    (x, y), tracks = make_points(n), make_lines()
    return lambda: CorridorIndex(tracks).query(x, y, np.full(len(tracks), WITHIN_M))


def lines_strtree(n: int) -> Callable[[], object]:
    """Pairs of point and line from an index of single segments; neither chainage nor offset."""
    points, tracks = shapely.points(*make_points(n)), make_lines()

    def pairs() -> object:
        xy, line = shapely.get_coordinates(tracks, return_index=True)
        same = line[1:] == line[:-1]
        segments = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
        point, segment = shapely.STRtree(segments).query(points, predicate="dwithin", distance=WITHIN_M)
        return np.unique(line[:-1][same][segment] * len(points) + point)

    return pairs


def assigned(n: int) -> Callable[[], object]:
    import geopandas as gpd
    import pandas as pd

    from geo_zhengzhi.assignment import assign

    x, y = make_points(n)
    polygons, tracks = make_areas(), make_lines()
    half_width = np.append(np.full(len(polygons), np.nan), np.full(len(tracks), 300.0))
    parts = gpd.GeoDataFrame({"corridor_half_width_m": half_width}, geometry=[*polygons, *tracks])
    halo_m = np.random.default_rng(4).uniform(120, 200, len(parts))
    incidents = pd.DataFrame({"easting_m": x, "northing_m": y})
    return lambda: assign(incidents, parts, halo_m)


def make_points(n: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, SIDE_M, (2, n))


def make_areas(n: int = 1000) -> np.ndarray:
    rng = np.random.default_rng(2)
    shapes = []
    for _ in range(n):
        angle = np.sort(rng.random(rng.integers(24, 400))) * 2 * np.pi
        phase, amount = rng.uniform(0, 2 * np.pi, 6), rng.uniform(0, 0.1, 6)
        waves = 1 + (amount * np.sin(np.outer(angle, np.arange(2, 8)) + phase)).sum(axis=1)
        reach = rng.uniform(150, 1500) * waves * rng.uniform(0.97, 1.03, len(angle))
        around = np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
        shapes.append(shapely.Polygon(rng.uniform(0, SIDE_M, 2) + around))
    return np.array(shapes, dtype=object)


def make_lines(n: int = 50) -> np.ndarray:
    rng = np.random.default_rng(3)
    shapes = []
    for _ in range(n):
        n_steps = rng.integers(20, 200)
        heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.08, n_steps))
        steps = rng.uniform(50, 600, (n_steps, 1)) * np.column_stack([np.cos(heading), np.sin(heading)])
        shapes.append(shapely.LineString(rng.uniform(0, SIDE_M, 2) + np.cumsum(steps, axis=0)))
    return np.array(shapes, dtype=object)
