"""One layer of a situation as the bytes of a GeoJSON file."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd

from geo_zhengzhi.io.results import write_geojson
from geo_zhengzhi.schema import HOTSPOT_ID, ZONE_ID
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.console.stretches import exported_hotspots
from geo_zhengzhi.services.studies.exporting import boundaries_member, together

LAYERS = ("hotspots", "zones")
IDS = {"hotspots": HOTSPOT_ID, "zones": ZONE_ID}


def layer_file(situation: Situation, layer: str, *, audit_head: str = "") -> bytes:
    """
    A layer as RFC 7946 GeoJSON, the same as the export's file; it names the versions of the boundaries used.

    Parameters
    ----------
    situation : Situation
    layer : "hotspots" or "zones"
        Zones come with the candidates, told apart by `status`.
    audit_head : str
        NUMBER:HASH of the audit log's last row, which the file then carries as `audit_head`.
    """
    head: dict[str, object] = {"audit_head": audit_head} if audit_head else {}
    return _geojson(layer_frame(situation, layer), layer, {**head, **boundaries_member(situation.study)})


def layer_frame(situation: Situation, layer: str) -> gpd.GeoDataFrame:
    """A layer as a frame, EPSG:4326, as the export has it; of zones and candidates with their `status`."""
    result = situation.result
    return exported_hotspots(situation) if layer == "hotspots" else together(result.zones, result.candidates)


def layer_features(frame: gpd.GeoDataFrame, layer: str) -> list[dict[str, Any]]:
    """A layer's frame as GeoJSON features, each under its own id; the same as the export's file says."""
    features = json.loads(_geojson(frame, layer))["features"]
    return [{**feature, "id": feature["properties"][IDS[layer]]} for feature in features]


def _geojson(frame: gpd.GeoDataFrame, layer: str, members: Mapping[str, object] | None = None) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{layer}.geojson"
        write_geojson(frame, path, members)
        return path.read_bytes()
