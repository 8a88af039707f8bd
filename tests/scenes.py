"""A small scene made by hand on the demonstration's ground: hotspots in areas, on a line and on open ground."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi import schema
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import AnalysisParameters, AnalysisResult, Comparison, Context, Period, Surface, Verdict
from geo_zhengzhi.render.scene import Scene
from tests.hostile import ATTRIBUTES, MARKUP, STEERING, TEMPLATES

BOUNDARIES = Path(__file__).parent.parent / "data" / "boundaries"
ASSETS = Path(__file__).parent.parent / "web" / "static" / "vendor"
CENTER = (117.4, 40.0)
FRAME = MetricFrame(*CENTER)
OPEN_GROUND = (117.4215, 40.0600)
PERIOD = Period.of_days(date(2026, 2, 1), date(2026, 3, 31), "Asia/Shanghai")
# Position of the part, incidents in its hotspot, spread in metres; -1 is open ground.
SPOTS = ((4, 32, 70), (1, 26, 45), (3, 21, 60), (0, 19, 45), (2, 18, 30), (7, 12, 120), (6, 8, 110), (-1, 8, 70))


def comparison(now: int, before: int, verdict: Verdict, ratio: tuple[float, float, float]) -> Comparison:
    percent = None if before < 10 else 100 * (now - before) / before
    return Comparison(now, before, 59, 59, *ratio, "Wald", 0.04, "exact", verdict, percent, None)


def make_scene(language: str = "zh", **changes: Any) -> Scene:
    """The scene in a language; `changes` replace fields of Scene."""
    targets, stations = _read("targets"), _read("stations")
    incidents, assignments, hotspots = _incidents_and_hotspots(targets)
    zones, candidates = _zones(targets, hotspots)
    result = AnalysisResult(
        incidents, targets, assignments, hotspots, zones, candidates, _surface(incidents), CENTER,
        AnalysisParameters(), {}, "7c1e9a42c0ffee00", {"given": len(incidents)},
    )  # fmt: skip
    context = Context(
        _read("county_outline"), stations, _read("places"), _read("railways"),
        ("Incidents are simulated.", "The county outline is generalised; target outlines are illustrative."),
        ("© OpenStreetMap contributors (ODbL)",),
    )  # fmt: skip
    change = comparison(174, 262, "improved", (0.66, 0.55, 0.80))
    worse = comparison(21, 9, "worse", (2.33, 1.07, 5.09))
    ids, parts = hotspots[schema.HOTSPOT_ID], targets[schema.PART_ID]
    scene = Scene(
        result, PERIOD, PERIOD.a_year_earlier(), change,
        {ids[0]: comparison(32, 58, "improved", (0.55, 0.36, 0.85)), ids[2]: worse},
        {parts[3]: worse, parts[7]: comparison(14, 27, "improved", (0.52, 0.27, 0.99))},
        context, language, "蓟州区重点整治一张图" if language == "zh" else "Jizhou rectification map",
    )  # fmt: skip
    return replace(scene, **changes)


def _read(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES / f"{name}.geojson")


def _metric(geometry: Any, convert: Callable[..., Any] = FRAME.to_metres) -> Any:
    return shapely.transform(geometry, lambda xy: np.column_stack(convert(*xy.T)))


def _heart(targets: gpd.GeoDataFrame, part: int) -> Any:
    """Where a spot has its middle, metres."""
    if part < 0:
        return _metric(shapely.Point(OPEN_GROUND))
    geometry = _metric(targets.geometry.iloc[part])
    if geometry.geom_type == "LineString":
        return shapely.line_interpolate_point(geometry, 0.43, normalized=True)
    return geometry.representative_point()


def _incidents_and_hotspots(targets: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame, gpd.GeoDataFrame]:
    rng = np.random.default_rng(5)
    points, rows, assigned, first = [], [], [], 0
    for rank, (part, n, spread_m) in enumerate(SPOTS, start=1):
        heart = _heart(targets, part)
        xy = np.array([heart.x, heart.y]) + rng.normal(0, spread_m, (n, 2))
        points.append(xy)
        outline = shapely.convex_hull(shapely.MultiPoint(xy)).buffer(30, quad_segs=4).simplify(3)
        rows.append(_hotspot(targets, part, rank, n, outline))
        assigned += [(first + i, part, True, 0.0, np.nan, np.nan) for i in range(n)]
        first += n
    longitude, latitude = FRAME.to_degrees(*np.vstack(points).T)
    moments = pd.Timestamp("2026-02-03 20:15", tz="Asia/Shanghai") + pd.to_timedelta(np.arange(first) % 50, "D")
    incidents = pd.DataFrame({schema.OCCURRED_FROM: moments, schema.OCCURRED_TO: moments})
    incidents[schema.CATEGORY] = ["入室盗窃" if number % 3 else "盗窃" for number in range(first)]
    incidents = incidents.assign(**{schema.LONGITUDE: longitude, schema.LATITUDE: latitude})
    hotspots = gpd.GeoDataFrame(rows, geometry=schema.GEOMETRY, crs="EPSG:4326")
    return incidents, pd.DataFrame(assigned, columns=list(schema.ASSIGNMENT_COLUMNS)), hotspots


def _hotspot(targets: gpd.GeoDataFrame, part: int, rank: int, n: int, outline: Any) -> dict[str, Any]:
    target = targets.iloc[part] if part >= 0 else None
    on_line = target is not None and target[schema.KIND] == "railway_corridor"
    chainage = _metric(target.geometry).project(outline.centroid) if on_line else np.nan
    return {
        schema.HOTSPOT_ID: f"H-{rank:02d}",
        schema.TARGET_ID: "" if target is None else target[schema.TARGET_ID],
        schema.PART_ID: "" if target is None else target[schema.PART_ID],
        schema.NAME: "" if target is None else target[schema.NAME],
        schema.NAME_EN: "" if target is None else target[schema.NAME_EN],
        schema.KIND: "" if target is None else target[schema.KIND],
        schema.RANK: rank, schema.N_INCIDENTS: n, schema.N_MEMBERS: n, schema.WEIGHT: float(n),
        schema.AREA_KM2: outline.area / 1e6, schema.LENGTH_KM: 0.55 if on_line else np.nan,
        schema.INCIDENTS_PER_KM2: n / outline.area * 1e6, schema.INCIDENTS_PER_KM: n / 0.55 if on_line else np.nan,
        schema.FROM_M: chainage - 275, schema.TO_M: chainage + 275,
        schema.FIRST_AT: pd.Timestamp("2026-02-03 20:15", tz="Asia/Shanghai"),
        schema.LAST_AT: pd.Timestamp("2026-03-29 01:40", tz="Asia/Shanghai"),
        schema.TOP_CATEGORIES: [("入室盗窃", n // 2), ("盗窃", n // 4)], schema.PEAK_HOURS: (23, 2),
        schema.EPS_M: 60.0, schema.MIN_SAMPLES: 5, schema.GEOMETRY: _metric(outline, FRAME.to_degrees),
    }  # fmt: skip


def _zones(targets: gpd.GeoDataFrame, hotspots: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    zones, candidates = [], []
    for spot in hotspots.to_dict("records"):
        belt = _metric(_metric(spot[schema.GEOMETRY]).buffer(50), FRAME.to_degrees)
        within = targets[targets[schema.PART_ID] == spot[schema.PART_ID]]
        if len(within) and within.geometry.iloc[0].geom_type == "Polygon":
            belt = shapely.intersection(belt, within.geometry.iloc[0])
        zone = {name: spot.get(name) for name in schema.ZONE_COLUMNS if name in spot} | {
            schema.ZONE_ID: f"Z-{spot[schema.RANK]:02d}",
            schema.HOTSPOT_IDS: [spot[schema.HOTSPOT_ID]],
            schema.GEOMETRY: belt,
        }
        (zones if spot[schema.PART_ID] else candidates).append(zone)
    return tuple(gpd.GeoDataFrame(f, geometry=schema.GEOMETRY, crs="EPSG:4326") for f in (zones, candidates))  # type: ignore[return-value]


def _surface(incidents: pd.DataFrame, bandwidth_m: float = 400.0, cell_m: float = 50.0) -> Surface:
    """Quartic kernels summed by hand."""
    x, y = FRAME.to_metres(incidents[schema.LONGITUDE], incidents[schema.LATITUDE])
    west, south = x.min() - 600, y.min() - 600
    columns = west + cell_m * (np.arange(int((x.max() + 600 - west) / cell_m)) + 0.5)
    rows = south + cell_m * (np.arange(int((y.max() + 600 - south) / cell_m)) + 0.5)
    density = np.zeros((rows.size, columns.size))
    for east, north in zip(x, y, strict=True):
        distance2 = (columns[None, :] - east) ** 2 + (rows[:, None] - north) ** 2
        density += np.clip(1 - distance2 / bandwidth_m**2, 0, None) ** 2
    return Surface(density * 3 / (np.pi * bandwidth_m**2) * 1e6, west, south, cell_m, bandwidth_m)


# Those that end an element, a script, a template or a string; all of them would be wider than any map.
CHOSEN = (*MARKUP[:2], MARKUP[3], *TEMPLATES[:7], STEERING[0], ATTRIBUTES[6])
HOSTILE_WORDS = " ".join(CHOSEN)


def make_hostile_scene(language: str = "zh") -> Scene:
    """The scene with hostile words in every field that comes from a file or a person."""
    scene = make_scene(language)
    result = scene.result
    targets, hotspots, zones, candidates = (
        frame.assign(**{schema.NAME: HOSTILE_WORDS, schema.NAME_EN: HOSTILE_WORDS})
        for frame in (result.targets, result.hotspots, result.zones, result.candidates)
    )
    for frame, columns in (
        (targets, (schema.TARGET_ID, schema.PART_ID, schema.LEAD_UNIT, schema.LEVEL)),
        (hotspots, (schema.HOTSPOT_ID, schema.TARGET_ID, schema.PART_ID)),
        (zones, (schema.ZONE_ID, schema.TARGET_ID, schema.PART_ID)),
        (candidates, (schema.ZONE_ID,)),
    ):
        for column in columns:
            frame[column] = [f"{value}{HOSTILE_WORDS}" for value in frame[column]]
    hotspots[schema.TOP_CATEGORIES] = [[(HOSTILE_WORDS, 3), ("__proto__", 2)] for _ in range(len(hotspots))]
    zones[schema.HOTSPOT_IDS] = [[h] for h in hotspots[schema.HOTSPOT_ID][: len(zones)]]
    context = replace(
        scene.context,
        stations=_renamed(scene.context.stations),
        places=_renamed(scene.context.places),
        notes=(HOSTILE_WORDS, *scene.context.notes),
        attributions=(HOSTILE_WORDS,),
    )
    return replace(
        scene,
        title=HOSTILE_WORDS,
        context=context,
        hotspot_changes={f"{key}{HOSTILE_WORDS}": change for key, change in scene.hotspot_changes.items()},
        result=replace(
            result,
            incidents=result.incidents.assign(**{schema.CATEGORY: HOSTILE_WORDS}),
            targets=targets,
            hotspots=hotspots,
            zones=zones,
            candidates=candidates,
            data_version=HOSTILE_WORDS,
        ),
    )


def _renamed(frame: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    assert frame is not None
    return frame.assign(**{schema.NAME: HOSTILE_WORDS, schema.NAME_EN: HOSTILE_WORDS})
