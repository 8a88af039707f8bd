"""
What a planner sees while drawing: the whole answer to a look, on a million incidents of two years.

The incidents are uniform over the demonstration's county, half of them in each year; both years are counted. The
store is an empty register with an outline, so nothing but the look is timed: checks, counts of both years, comparison,
densities. A measurement answers forty looks in a row, each at a shape a little beside the last one, as a dragged vertex
makes it, and may take forty times the goal. One more measures the looks right after a boundary was saved, while the
analysis that finds the hotspots anew runs behind them. The percentiles of single answers:
`python -m benchmarks.bench_drawing`.
"""

import os
import tempfile
import time
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
N_SAVES = 8


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
    ] + [
        Measurement(
            f"Look at a drawn small polygon right after a save on {n:,} incidents, 95th percentile",
            subject=Engine("benchmarks.bench_drawing:looks_after_saves", n=n, n_saves=2 if quick else N_SAVES),
            seconds=GOAL_S,
            warm=False,
            rounds=1,
        )
    ]


def looks(n: int, shape: str) -> Callable[[], object]:
    """Forty answers in a row."""
    from geo_zhengzhi.services.drawing.looks import look_at

    store, study, drawings, period = prepared(n, shape)
    return lambda: [look_at(store, study, drawing, period) for drawing in drawings]


def looks_after_saves(n: int, n_saves: int) -> Callable[[], object]:
    """Looks from a save on until the hotspots are there, ten a second, as somebody drags."""
    from dataclasses import replace

    import geopandas as gpd
    import pandas as pd

    from benchmarks.engine import highest_resident_mib
    from geo_zhengzhi.fingerprints import incidents_name
    from geo_zhengzhi.services.drawing.looks import look_at
    from web.plan import WAIT_S

    store, study, drawings, period = prepared(n, "small polygon")
    study = replace(study, incidents_name=incidents_name(study.incidents), results_dir=Path(tempfile.mkdtemp()))
    look_at(store, study, drawings[0], period)

    def run() -> dict[str, object]:
        seconds, first = [], []
        for number in range(n_saves):
            row = {"target_id": "t", "part_id": "t", "name": "t", "name_en": "", "kind": "square", "level": "county",
                   "lead_unit": "", "corridor_half_width_m": np.nan, "illustrative": False,
                   "geometry": degrees(shapely.box(0, 0, 300 + 10 * number, 300))}  # fmt: skip
            added = gpd.GeoDataFrame([row], geometry="geometry", crs="EPSG:4326")
            saved = replace(study, targets=pd.concat([study.targets, added])[list(study.targets.columns)])
            for k in range(200):
                began = time.perf_counter()
                look = look_at(store, saved, drawings[k % N_ANSWERS], period, wait_s=WAIT_S)
                seconds.append(time.perf_counter() - began)
                if k == 0:
                    first.append(seconds[-1])
                if look.hotspots is not None:
                    break
                time.sleep(0.1)
        note = (
            f"{len(seconds)} looks after {n_saves} saves, the analysis behind them: median "
            f"{1e3 * np.median(seconds):.0f} ms, first after a save at most {1e3 * max(first):.0f} ms; "
            f"load of the machine {os.getloadavg()[0]:.1f}"
        )
        return {"seconds": float(np.percentile(seconds, 95)), "mib": highest_resident_mib(), "note": note}

    return run


def prepared(n: int, shape: str) -> tuple:
    """The store, the study, forty drawings and the period."""
    import geopandas as gpd

    from geo_zhengzhi.model import Context, Period
    from geo_zhengzhi.services.drawing.ground import ground_of, hotspots_of
    from geo_zhengzhi.services.drawing.looks import Drawing
    from geo_zhengzhi.services.studies.study import Study
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

    from geo_zhengzhi.services.drawing.looks import look_at

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
