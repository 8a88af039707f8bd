"""What a meeting file draws, as layers for other programs: the outlines, zones and targets of its maps alone."""

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import geopandas as gpd
import pandas as pd
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.render.meeting.deck import Counts, Deck
from geo_zhengzhi.render.meeting.deck_tables import verdict_words
from geo_zhengzhi.render.meeting.packing import sayable
from geo_zhengzhi.render.meeting.slides import MANIFEST_ID
from geo_zhengzhi.render.safe_text import script_json
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import HOTSPOT_IDS, N_INCIDENTS, PART_ID, RANK

Layers = Mapping[str, gpd.GeoDataFrame]
GRID_DEG = 1e-7  # about a centimetre
COLUMNS = {
    "hotspots": ("rank", "n", "target_id", "target"),
    "zones": ("status", "rank", "target_id", "target"),
    "targets": (
        "target_id", "target", "kind", "level", "n", "n_text", "n_before", "n_before_text", "n_last_year",
        "n_last_year_text", "verdict", "boundary",
    ),
}  # fmt: skip
STATED = ("period_from", "period_to", "classification", "data_version")


def deck_layers(deck: Deck, scene: Scene) -> dict[str, gpd.GeoDataFrame]:
    """
    The layers by name, EPSG:4326.

    A count that is not shown is null, and its `_text` says "<5" or that it is withheld.
    """
    rows = {"hotspots": _hotspots(deck, scene), "zones": _zones(deck, scene), "targets": _targets(deck, scene)}
    return {name: _frame(name, found, deck) for name, found in rows.items()}


def deck_geojson(deck: Deck, scene: Scene) -> bytes:
    """One collection of all layers (RFC 7946); `layer` tells them apart."""
    features = [
        {
            "type": "Feature",
            "properties": {"layer": name, **properties},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for name, properties, shape in _features(deck_layers(deck, scene))
    ]
    said = {"type": "FeatureCollection", MANIFEST_ID: deck.manifest, "features": features}
    return (json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def deck_kml(deck: Deck, scene: Scene) -> bytes:
    """KML 2.2, a folder a layer."""
    layers = deck_layers(deck, scene)
    folders = ""
    for name in layers:
        marks = "".join(
            _placemark(properties, shape) for layer, properties, shape in _features(layers) if layer == name
        )
        folders += f"<Folder><name>{name}</name>{marks}</Folder>\n"
    statement = _data(MANIFEST_ID, script_json(deck.manifest))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(sayable(deck.title))}</name><ExtendedData>{statement}</ExtendedData>\n{folders}</Document></kml>\n"
    ).encode()


def _frame(name: str, rows: list[dict[str, Any]], deck: Deck) -> gpd.GeoDataFrame:
    """A layer with the columns that it always has, each row with what it is of."""
    parameters = deck.manifest["parameters"]
    stated = (parameters["from"], parameters["to"], deck.classification, deck.data_version)
    said = dict(zip(STATED, map(sayable, stated), strict=True))
    frame = gpd.GeoDataFrame(
        [row | said for row in rows], columns=[*COLUMNS[name], *STATED, "geometry"], crs="EPSG:4326"
    )
    for column in ("rank", *(c for c in frame.columns if c.startswith("n") and not c.endswith("_text"))):
        if column in frame:
            frame[column] = frame[column].astype("Int64")
    return frame.set_geometry(_oriented(frame.geometry))


def _oriented(shapes: gpd.GeoSeries) -> list[shapely.Geometry]:
    """Shapes on the grid of a centimetre, outer rings counter-clockwise, as GeoJSON and KML want them."""
    return [shapely.orient_polygons(shapely.set_precision(shapely.force_2d(shape), GRID_DEG)) for shape in shapes]


def _hotspots(deck: Deck, scene: Scene) -> list[dict[str, Any]]:
    owners = _owners(deck)
    return [
        {"rank": row[RANK], "n": row[N_INCIDENTS], "geometry": row["geometry"], **owners.get(str(row[PART_ID]), {})}
        for row in scene.result.hotspots.to_dict("records")
    ]


def _zones(deck: Deck, scene: Scene) -> list[dict[str, Any]]:
    """Zones inside targets and candidates on open ground; they have no count of their own."""
    owners, result, _ = _owners(deck), scene.result, deck.translate
    ranks = dict(zip(result.hotspots["hotspot_id"], result.hotspots[RANK], strict=True))
    return [
        {"status": _(status), "rank": ranks[row[HOTSPOT_IDS][0]], "geometry": row["geometry"]}
        | owners.get(str(row[PART_ID]), {})
        for status, frame in (("Remediation zone", result.zones), ("Candidate", result.candidates))
        for row in frame.to_dict("records")
    ]


def _owners(deck: Deck) -> dict[str, dict[str, str]]:
    """By part, which target of the file it belongs to."""
    return {
        part: {"target_id": page.target_id, "target": sayable(page.name)}
        for page in deck.targets
        for part in page.part_ids
    }


def _targets(deck: Deck, scene: Scene) -> list[dict[str, Any]]:
    """The file's targets, corridors with their width."""
    frame = MetricFrame(*scene.result.frame_center)
    rows = [
        {
            "target_id": page.target_id, "target": sayable(page.name), "kind": page.kind, "level": page.level,
            **_counted(page.counts, deck), "verdict": verdict_words(page.counts, deck), "boundary": page.boundary,
            "geometry": page.shape,
        }
        for page in deck.targets
    ]  # fmt: skip
    if not rows:
        return []
    found: list[dict[str, Any]] = frame.unproject(gpd.GeoDataFrame(rows, geometry="geometry")).to_dict("records")
    return found


def _counted(counts: Counts, deck: Deck) -> dict[str, Any]:
    named = {"n": counts.now, "n_before": counts.before, "n_last_year": counts.year}
    shown = {name: number.n if number.is_shown else None for name, number in named.items()}
    return shown | {f"{name}_text": deck.text(number) for name, number in named.items()}


def _features(layers: Layers) -> list[tuple[str, dict[str, Any], shapely.Geometry]]:
    """Every feature with plain properties."""
    return [
        (name, {key: _plain(value) for key, value in row.items() if key != "geometry"}, row["geometry"])
        for name, frame in layers.items()
        for row in frame.to_dict("records")
    ]


def _plain(value: Any) -> Any:
    """Null for what is missing, Python's own numbers."""
    if pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)


def _placemark(properties: Mapping[str, Any], shape: shapely.Geometry) -> str:
    rank, target = properties.get("rank"), properties.get("target")
    title = " · ".join(str(word) for word in (rank, target) if word)
    data = "".join(_data(name, "" if value is None else str(value)) for name, value in properties.items())
    areas = "".join(_area(part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon")
    return (
        f"<Placemark><name>{escape(title)}</name><ExtendedData>{data}</ExtendedData>"
        f"<MultiGeometry>{areas}</MultiGeometry></Placemark>"
    )


def _data(name: str, value: str) -> str:
    return f"<Data name={quoteattr(name)}><value>{escape(sayable(value))}</value></Data>"


def _area(area: shapely.Polygon) -> str:
    def ring(line: shapely.LinearRing) -> str:
        points = " ".join(f"{x:.7f},{y:.7f}" for x, y in shapely.get_coordinates(line))
        return f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"

    holes = "".join(f"<innerBoundaryIs>{ring(hole)}</innerBoundaryIs>" for hole in area.interiors)
    return f"<Polygon><outerBoundaryIs>{ring(area.exterior)}</outerBoundaryIs>{holes}</Polygon>"
