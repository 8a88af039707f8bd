"""A small county in a store, every place said in metres: a square, homes beside it, a railway, open ground."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.studies.county import County, keep_county
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.context import put_layer
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made
from tests.accounts import NOW
from tests.studies import FRAME, ZONE

PLANNER, OTHER, VIEWER = Actor("规划一科", "planner"), Actor("规划二科", "planner"), Actor("指挥员", "viewer")
SQUARE, HOMES, RAIL = "T-gulou", "T-wuding", "T-rail"
SINCE = NOW.date().replace(year=2024, month=1, day=1)
Cluster = tuple[tuple[int, int], int, int]
# Where, how many of February and March 2024, how many of the same days of 2023.
CLUSTERS = (((100, 100), 12, 20), ((500, 200), 6, 4), ((3000, 3000), 10, 0), ((1000, -2950), 5, 0))


def degrees(metric: Any) -> Any:
    """A shape of the county's frame in EPSG:4326."""
    return shapely.transform(metric, lambda xy: np.column_stack(FRAME.to_degrees(xy[:, 0], xy[:, 1])))


def box(west: float, south: float, east: float, north: float) -> Any:
    """A rectangle in metres, in EPSG:4326."""
    return degrees(shapely.box(west, south, east, north))


def layer(*rows: tuple[str, Any]) -> gpd.GeoDataFrame:
    """Names and shapes in metres as a layer."""
    names = [name for name, _ in rows]
    return gpd.GeoDataFrame(
        {"name": names, "name_en": names}, geometry=[degrees(shape) for _, shape in rows], crs="EPSG:4326"
    )


def settings_in(folder: Path, **more: object) -> Settings:
    """Settings whose frame is the tests' own, and whose files lie in a folder."""
    own = {
        "var_dir": folder,
        "cache_dir": folder / "cache",
        "frame_center": "117.4,40.0",
        "database_url": "sqlite:///x",
    }
    return replace(Settings(port=0), **{**own, **more})  # type: ignore[arg-type]


def filled(database: Database, folder: Path, clusters: Sequence[Cluster] = CLUSTERS) -> Database:
    """The county in an empty store."""
    with database.write() as connection:
        keep_county(connection, County(name="小县", timezone=ZONE, simulated=True))
        put_layer(connection, "outline", layer(("小县", shapely.box(-9000, -9000, 9000, 9000))))
        put_layer(connection, "stations", layer(("蓟州", shapely.Point(-2000, -3000))))
        put_layer(connection, "places", layer(("城关", shapely.Point(0, 0)), ("北山", shapely.Point(3000, 3500))))
        ways = (shapely.LineString([(x, -3000), (x + 8000, -3000)]) for x in (-8000, 0))
        put_layer(connection, "railways", layer(*(("津蓟铁路", way) for way in ways)))
    seeds = [
        _seed(SQUARE, "鼓楼广场", "square", shapely.box(0, 0, 400, 400)),
        _seed(HOMES, "武定苑", "residential_area", shapely.box(600, 0, 1000, 400)),
        _seed(RAIL, "铁路沿线", "railway_corridor", shapely.LineString([(-4000, -3000), (0, -3000)]), 300.0),
    ]
    seed_register(database, seeds, reason="test", today=NOW.date())
    importer = Actor("导入员", "importer")
    import_incidents(database, write_incidents(folder, clusters), actor=importer, datum="wgs84", timezone=ZONE)
    return database


def write_incidents(folder: Path, clusters: Sequence[Cluster] = CLUSTERS) -> Path:
    """The incidents as a file; they reach from 1 February 2023 to 31 March 2024."""
    lines = ["案件编号,案件类别,发案时间,经度,纬度"]
    for place, n_now, n_before in clusters:
        for year, n in ((2024, n_now), (2023, n_before)):
            lines += [_line(f"{year}-{place[0]}-{k}", year, 1 + k, place, k, n) for k in range(n)]
    lines += [_line("first", 2023, 1, (-5000, 5000), 0, 1), _line("last", 2024, 31, (-5000, -5000), 0, 1, month=3)]
    path = folder / "plan.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _line(number: str, year: int, day: int, place: tuple[int, int], k: int, n: int, month: int = 2) -> str:
    """An incident in a ring of 20 m around a place."""
    turn = 2 * np.pi * k / max(n, 1)
    longitude, latitude = FRAME.to_degrees([place[0] + 20 * np.cos(turn)], [place[1] + 20 * np.sin(turn)])
    return f"{number},盗窃,{year}-{month:02d}-{day:02d} 12:00,{longitude[0]:.9f},{latitude[0]:.9f}"


def _seed(number: str, name: str, kind: str, metric: Any, half_width_m: float | None = None) -> Seed:
    entry = Entry(number, name, kind, "county", 2024, "listed", SINCE, lead_unit="文昌派出所")
    return Seed(entry, parts=(Boundary(number, number, 1, degrees(metric), half_width_m, Made.now("system")),))
