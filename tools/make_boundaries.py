"""
Make `data/boundaries/` from the OpenStreetMap extract and the outline in `tests/data/jizhou/`, the same every time.

    python tools/make_boundaries.py

Railways and stations are real; the outline is real but generalised; the targets' shapes are drawn here by hand and
are illustrative: no openly licensed outline of those places exists.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.corridor_ways import join_ways, orient
from geo_zhengzhi.corridors import require_unfolded
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_ID,
)

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tests" / "data" / "jizhou"
OUT = ROOT / "data" / "boundaries"
FRAME = MetricFrame(117.4, 40.0)
MAX_OUTLINE_VERTICES = 60
DECIMALS = 6  # about 0.1 m

RAILWAYS = {  # as in the extract: name, English name, part of the rail target
    "大秦铁路": ("Daqin Railway", "daqin"),
    "京秦铁路": ("Jingqin Railway", "jingqin"),
    "津蓟铁路": ("Jinji Railway", "jinji"),
    "大秦-津蓟联络线": ("Daqin–Jinji link", ""),
    "京秦-津蓟联络线": ("Jingqin–Jinji link", ""),
}
STATION_NAMES_EN = {"别山": "Bieshan"}  # the extract has none

# Illustrative shapes: easting and northing in metres in the frame about 117.4° E 40.0° N.
AREAS: Sequence[tuple[str, str, str, str, str, str, Sequence[tuple[int, int]]]] = (
    ("wudingyuan", "武定苑", "Wudingyuan", "residential_area", "city", "文昌街道派出所",
     ((-862, 4704), (-548, 4722), (-536, 4868), (-590, 4876), (-584, 5004), (-842, 4990), (-874, 4850))),
    ("fuyujiayuan", "富裕家园", "Fuyu Jiayuan", "residential_area", "county", "文昌街道派出所",
     ((1072, 4812), (1420, 4796), (1446, 4962), (1402, 5092), (1168, 5104), (1160, 5020), (1080, 5012))),
    ("gulou", "鼓楼广场", "Gulou Square", "square", "city", "文昌街道办事处综治中心",
     ((156, 4868), (288, 4860), (308, 4884), (312, 5000), (290, 5018), (170, 5022), (150, 5000))),
    ("banqiao", "板桥村", "Banqiao Village", "village", "county", "渔阳镇派出所",
     ((2648, 3122), (2870, 3058), (3098, 3106), (3158, 3282), (3104, 3470), (2886, 3528), (2706, 3446), (2630, 3290))),
    ("sanlunche", "城区三轮车", "Three-wheelers of the county town", "trade", "county", "运输管理局执法大队",
     ((-336, 3462), (120, 3398), (640, 3432), (858, 3560), (872, 3880), (700, 4128), (188, 4186), (-262, 4120),
      (-350, 3820))),
)  # fmt: skip
RAIL_TARGET = ("tieluyanxian", "铁路沿线", "Along the railways", "city", "护路联防办公室")

README = """# Boundaries of the demonstration / 演示用边界

`sha256sum -c SHA256SUMS` checks the files; `python tools/make_boundaries.py` makes them again from
`tests/data/jizhou/`. CRS of all: WGS-84 (EPSG:4326), longitude first. Made in 2026.

## county_outline.geojson

The outline of 蓟州区 (Jizhou District, Tianjin; formerly 蓟县), simplified to at most 60 vertices:
**generalised, not authoritative** (up to 2 km off locally). From an MIT-licensed package whose upstream is Tianditu
(天地图), published in CGCS2000, which is WGS-84 at this scale; gathered 2026.
sha256 `{county_outline.geojson}`

## railways.geojson

Centre lines of 大秦铁路, 京秦铁路, 津蓟铁路 and their links inside the county: pieces joined, parallel tracks merged.
From an extract simplified upstream, so chords may stray up to 200 m. © OpenStreetMap contributors, ODbL 1.0
(https://www.openstreetmap.org/copyright); gathered 2026. This file is a derived database under the same licence.
sha256 `{railways.geojson}`

## stations.geojson

The seven stations inside the county. © OpenStreetMap contributors, ODbL 1.0; gathered 2026. One English name that the
source lacks (Bieshan) was added.
sha256 `{stations.geojson}`

## targets.geojson

The six key rectification targets of 2024 in eight parts. 武定苑, 富裕家园, 鼓楼广场, 板桥村 and the area of the
three-wheelers are **illustrative**: drawn by hand at plausible places and sizes, because their true outlines are not
openly published; so are levels and lead units. The three parts of 铁路沿线 are the longest centre line of each railway
in `railways.geojson` (© OpenStreetMap contributors, ODbL 1.0) with 300 m to either side, which is wider than the source
strays; that width is illustrative too, and is no statutory protection zone. Drawn shapes: MIT; 2026.
sha256 `{targets.geojson}`

## areas.geojson

Sixteen areas for the half-yearly screening, all **illustrative** (示意): a disc beside each station, where the
simulated incidents have a settlement, and the county town cut into nine equal blocks. They are named after the station
or numbered, stand for no real village or neighbourhood and follow no real boundary. Positions of the stations:
© OpenStreetMap contributors, ODbL 1.0; the rest MIT; 2026.
sha256 `{areas.geojson}`

## places.geojson

A label for the county town, placed by hand. MIT; 2026.
sha256 `{places.geojson}`
"""

SETTLEMENT_SOUTH_M, SETTLEMENT_RADIUS_M = 900.0, 420.0  # of a station, as the simulation has it
TOWN, BLOCKS_A_SIDE = (-1900.0, 3000.0, 2300.0, 6100.0), 3

# Labels for the map; the stations' own names are in stations.geojson.
PLACES = (("蓟州城区", "Jizhou county town", 360, 4560),)


def main() -> None:
    """Write the files, then their hashes."""
    OUT.mkdir(parents=True, exist_ok=True)
    railways = _railways()
    _write("county_outline", _outline())
    _write("railways", railways)
    _write("stations", _stations())
    _write("targets", [*_areas(), *_corridors(railways)])
    _write("areas", [*_settlements(), *_blocks()])
    _write("places", _places())
    write_hashes(OUT)


def write_hashes(directory: Path) -> None:
    """Write SHA256SUMS, as `sha256sum -c` reads it, and the README with the same hashes."""
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(directory.glob("*.geojson"))}
    lines = [f"{digest}  {name}\n" for name, digest in hashes.items()]
    (directory / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    readme = README
    for name, digest in hashes.items():
        readme = readme.replace("{" + name + "}", digest)
    (directory / "README.md").write_text(readme, encoding="utf-8")


def _outline() -> list[dict[str, Any]]:
    """The county's outline, simplified until it has at most 60 vertices."""
    [outline] = FRAME.project(gpd.read_file(SOURCES / "county_outline_generalised.geojson")).geometry
    tolerances = np.arange(50.0, 2000.0, 10.0)
    simple = next(
        s for s in (outline.simplify(t) for t in tolerances) if shapely.get_num_coordinates(s) <= MAX_OUTLINE_VERTICES
    )
    note = "generalised, not authoritative"
    return [_feature(simple, {NAME: "蓟州区", NAME_EN: "Jizhou District", "note": note})]


def _railways() -> list[dict[str, Any]]:
    """One feature a centre line: pieces joined, parallel tracks merged."""
    ways = FRAME.project(gpd.read_file(SOURCES / "rail_ways_in_county.geojson"))
    features = []
    for name, (name_en, _) in RAILWAYS.items():
        lines = [orient(line) for line in join_ways(list(ways.geometry[ways["project_corridor"] == name]))]
        for line in sorted(lines, key=lambda line: -line.length):
            features.append(_feature(line, {NAME: name, NAME_EN: name_en}))
    return features


def _stations() -> list[dict[str, Any]]:
    stations = FRAME.project(gpd.read_file(SOURCES / "rail_stations_osm.geojson"))
    inside = stations[stations["in_county"]].sort_values("osm_id")
    return [
        _feature(row.geometry, {NAME: row["name"], NAME_EN: _text(row["name:en"]) or STATION_NAMES_EN[row["name"]]})
        for _, row in inside.iterrows()
    ]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _areas() -> Iterable[dict[str, Any]]:
    for identity, name, name_en, kind, level, unit, corners in AREAS:
        polygon = shapely.Polygon(corners)
        yield _target(polygon, f"T-2024-{identity}", f"T-2024-{identity}", name, name_en, kind, level, unit, None)


def _corridors(railways: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """The three parts of the rail target: the longest centre line of each railway."""
    identity, target_name, target_name_en, level, unit = RAIL_TARGET
    for name, (name_en, part) in RAILWAYS.items():
        if part:
            line = max(
                (shapely.LineString(_metres(f)) for f in railways if f["properties"][NAME] == name),
                key=lambda line: line.length,
            )
            require_unfolded(line, DEFAULT_CORRIDOR_HALF_WIDTH_M)
            yield _target(
                line,
                f"T-2024-{identity}",
                f"T-2024-{identity}-{part}",
                f"{target_name}（{name}）",
                f"{target_name_en} ({name_en})",
                "railway_corridor",
                level,
                unit,
                DEFAULT_CORRIDOR_HALF_WIDTH_M,
            )


def _metres(feature: Mapping[str, Any]) -> np.ndarray:
    longitude, latitude = np.array(feature["geometry"]["coordinates"]).T
    return np.column_stack(FRAME.to_metres(longitude, latitude))


def _target(geometry: Any, target_id: str, part_id: str, *row: object) -> dict[str, Any]:
    columns = (NAME, NAME_EN, KIND, LEVEL, LEAD_UNIT, CORRIDOR_HALF_WIDTH_M)
    properties = {TARGET_ID: target_id, PART_ID: part_id, **dict(zip(columns, row, strict=True)), ILLUSTRATIVE: True}
    return _feature(geometry, properties)


def _settlements() -> Iterable[dict[str, Any]]:
    """An illustrative village beside each station."""
    for number, station in enumerate(_stations(), start=1):
        longitude, latitude = station["geometry"]["coordinates"]
        x, y = (float(one[0]) for one in FRAME.to_metres([longitude], [latitude]))
        disc = shapely.Point(x, y - SETTLEMENT_SOUTH_M).buffer(SETTLEMENT_RADIUS_M, quad_segs=8)
        name, name_en = station["properties"][NAME].removesuffix("站"), station["properties"][NAME_EN]
        yield _area(
            disc,
            f"A-village-{number}",
            f"{name}站前村（示意）",
            f"Village by {name_en} station (illustrative)",
            "village",
        )


def _blocks() -> Iterable[dict[str, Any]]:
    """The county town in equal blocks, row by row from the north-west."""
    west, south, east, north = TOWN
    width, height = (east - west) / BLOCKS_A_SIDE, (north - south) / BLOCKS_A_SIDE
    for number in range(BLOCKS_A_SIDE**2):
        row, column = divmod(number, BLOCKS_A_SIDE)
        x, y = west + column * width, north - (row + 1) * height
        block = shapely.box(x, y, x + width, y + height)
        names = (f"城区第 {number + 1} 片（示意）", f"Town block {number + 1} (illustrative)")
        yield _area(block, f"A-block-{number + 1}", *names, "residential_area")


def _area(geometry: Any, area_id: str, name: str, name_en: str, kind: str) -> dict[str, Any]:
    return _feature(geometry, {TARGET_ID: area_id, NAME: name, NAME_EN: name_en, KIND: kind, ILLUSTRATIVE: True})


def _places() -> list[dict[str, Any]]:
    return [_feature(shapely.Point(x, y), {NAME: name, NAME_EN: name_en}) for name, name_en, x, y in PLACES]


def _feature(geometry: Any, properties: Mapping[str, object]) -> dict[str, Any]:
    """A GeoJSON feature in WGS-84 from a geometry in metres."""
    degrees = shapely.transform(
        geometry, lambda xy: np.round(np.column_stack(FRAME.to_degrees(xy[:, 0], xy[:, 1])), DECIMALS)
    )
    return {"type": "Feature", "properties": dict(properties), "geometry": shapely.geometry.mapping(degrees)}


def _write(name: str, features: Iterable[Mapping[str, Any]]) -> None:
    """One feature a line, so that a change reads in a diff."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    text = f'{{"type": "FeatureCollection", "name": "{name}", "features": [\n{lines}\n]}}\n'
    (OUT / f"{name}.geojson").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
