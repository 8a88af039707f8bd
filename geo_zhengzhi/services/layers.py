"""One layer of a situation as the bytes of a GeoJSON file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from geo_zhengzhi.io.results import write_geojson
from geo_zhengzhi.services.exporting import together
from geo_zhengzhi.services.situation import Situation

LAYERS = ("hotspots", "zones")


def layer_file(situation: Situation, layer: str) -> bytes:
    """
    A layer as RFC 7946 GeoJSON, the same as the export's file.

    Parameters
    ----------
    situation : Situation
    layer : "hotspots" or "zones"
        Zones come with the candidates, told apart by `status`.
    """
    result = situation.result
    frame = result.hotspots if layer == "hotspots" else together(result.zones, result.candidates)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{layer}.geojson"
        write_geojson(frame, path)
        return path.read_bytes()
