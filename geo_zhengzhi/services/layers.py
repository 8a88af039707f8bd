"""One layer of a situation as the bytes of a GeoJSON file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from geo_zhengzhi.io.results import write_geojson
from geo_zhengzhi.services.exporting import together
from geo_zhengzhi.services.situation import Situation
from geo_zhengzhi.services.stretches import exported_hotspots

LAYERS = ("hotspots", "zones")
BEGINNING = b'"type": "FeatureCollection",'


def layer_file(situation: Situation, layer: str, *, audit_head: str = "") -> bytes:
    """
    A layer as RFC 7946 GeoJSON, the same as the export's file.

    Parameters
    ----------
    situation : Situation
    layer : "hotspots" or "zones"
        Zones come with the candidates, told apart by `status`.
    audit_head : str
        NUMBER:HASH of the audit log's last row, which the file then carries as `audit_head`.
    """
    result = situation.result
    frame = exported_hotspots(situation) if layer == "hotspots" else together(result.zones, result.candidates)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{layer}.geojson"
        write_geojson(frame, path)
        content = path.read_bytes()
    if not audit_head:
        return content
    return content.replace(BEGINNING, BEGINNING + f' "audit_head": "{audit_head}",'.encode(), 1)
