"""
What a planner sees while drawing: the whole answer to a look, on a million incidents of two years.

The incidents are uniform over the demonstration's county, half of them in each year; both years are counted. The
store is an empty register with an outline, so nothing but the look is timed: checks, counts of both years, comparison,
densities. A measurement answers forty looks in a row, each at a shape a little beside the last one, as a dragged vertex
makes it, and may take forty times the goal. The percentiles of single answers: `python -m benchmarks.bench_drawing`.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from benchmarks.protocol import Engine, Measurement

CENTER = (117.4, 40.0)
HALF_M = 20_000.0
GOAL_S = 0.150
SHAPES = ("small polygon", "large polygon", "polygon of 1,000 vertices", "corridor")
N_ANSWERS = 40


def measurements(quick: bool) -> list[Measurement]:
    n = 50_000 if quick else 1_000_000
    return [
        Measurement(
            f"Look {N_ANSWERS} times at a drawn {shape} on {n:,} incidents",
            subject=Engine("benchmarks.bench_drawing:looks", n=n, shape=shape),
            seconds=GOAL_S * N_ANSWERS,
            rounds=3,
            note=f"the goal is {GOAL_S * 1000:.0f} ms a look",
        )
        for shape in SHAPES
    ]


def looks(n: int, shape: str) -> Callable[[], object]:
    """Forty answers in a row."""
    from geo_zhengzhi.services.drawing import look_at

    store, study, drawings, period = prepared(n, shape)
    return lambda: [look_at(store, study, drawing, period) for drawing in drawings]


def prepared(n: int, shape: str) -> tuple:
    """The store, the study, forty drawings and the period."""
    import geopandas as gpd

    from geo_zhengzhi.model import Context, Period
    from geo_zhengzhi.services.drawing import Drawing
    from geo_zhengzhi.services.drawing_ground import ground_of, hotspots_of
    from geo_zhengzhi.services.study import Study
    from geo_zhengzhi.store.opening import open_store

    folder = Path(tempfile.mkdtemp(prefix="bench-drawing-"))
    store = open_store(f"sqlite:///{folder / 'store.gpkg'}")
    outline = gpd.GeoDataFrame(geometry=[degrees(shapely.box(-HALF_M, -HALF_M, HALF_M, HALF_M))], crs="EPSG:4326")
    study = Study(
        incidents=make_incidents(n), targets=no_targets(), context=Context(outline=outline),
        study_area=outline.geometry[0], timezone="Asia/Shanghai", name="bench", frame_center=CENTER,
    )  # fmt: skip
    period = Period.of_days(
        *(np.datetime64(day).astype(object) for day in ("2024-01-01", "2024-12-31")), study.timezone
    )
    hotspots_of(study, ground_of(study, period))  # as the page does before anything is drawn on it
    is_line = shape == "corridor"
    kind, width = ("railway_corridor", 300.0) if is_line else ("square", None)
    made = [degrees(make_shape(shape, 3.0 * k)) for k in range(N_ANSWERS)]
    return store, study, [Drawing(one, width, kind, 2024) for one in made], period


def make_incidents(n: int) -> object:
    import pandas as pd

    rng = np.random.default_rng(1)
    xy = rng.uniform(-HALF_M, HALF_M, (n, 2))
    longitude, latitude = frame().to_degrees(xy[:, 0], xy[:, 1])
    seconds = rng.integers(0, 731 * 86_400, n)
    at = pd.to_datetime(1_672_502_400 + seconds, unit="s", utc=True).tz_convert("Asia/Shanghai")
    at = pd.Series(at).astype("datetime64[us, Asia/Shanghai]")
    return pd.DataFrame(
        {
            "incident_id": np.arange(n).astype(str),
            "occurred_from": at,
            "occurred_to": at,
            "category": "盗窃",
            "weight": 1.0,
            "longitude": longitude,
            "latitude": latitude,
        }
    )


def no_targets() -> object:
    import geopandas as gpd

    from geo_zhengzhi.schema import TARGET_COLUMNS

    frame = gpd.GeoDataFrame({column: [] for column in TARGET_COLUMNS}, geometry="geometry", crs="EPSG:4326")
    return frame.astype({"corridor_half_width_m": float, "illustrative": bool})


def make_shape(shape: str, shift_m: float) -> shapely.Geometry:
    if shape == "corridor":
        x = np.linspace(-18_000, 18_000, 80)
        return shapely.LineString(np.column_stack([x, 2000 * np.sin(x / 4000) + shift_m]))
    reach_m, n = {"small polygon": (300, 8), "large polygon": (13_000, 40), "polygon of 1,000 vertices": (9000, 1000)}[
        shape
    ]
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    reach = reach_m * (1 + 0.2 * np.sin(7 * angle))
    return shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None] + shift_m)


def frame() -> object:
    from geo_zhengzhi.crs import MetricFrame

    return MetricFrame(*CENTER)


def degrees(metric: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(metric, lambda xy: np.column_stack(frame().to_degrees(xy[:, 0], xy[:, 1])))


if __name__ == "__main__":  # p50 and p95 of single answers
    import sys
    import time

    from geo_zhengzhi.services.drawing import look_at

    for name in SHAPES:
        store, study, drawings, period = prepared(int(sys.argv[1]) if sys.argv[1:] else 1_000_000, name)
        times = []
        for drawing in drawings + drawings:
            began = time.perf_counter(), time.process_time()
            look = look_at(store, study, drawing, period)
            times.append((1000 * (time.perf_counter() - began[0]), 1000 * (time.process_time() - began[1])))
        (p50, cpu50), (p95, cpu95) = np.percentile(times[1:], [50, 95], axis=0)
        print(f"{name}: p50 {p50:.0f} ms, p95 {p95:.0f} ms; of the processor {cpu50:.0f} and {cpu95:.0f} ms "
              f"({look.change.n_now:,} inside)")  # fmt: skip
        store.close()
