"""The kinds of file that one protected deck is written as, each under its ending, and the archive of them all."""

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.io.results import write_geopackage
from geo_zhengzhi.render.meeting.book import deck_book
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.geo_layers import deck_geojson, deck_kml, deck_layers
from geo_zhengzhi.render.meeting.packing import STATEMENT, packed
from geo_zhengzhi.render.meeting.slides import slides_html
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.services import late
from geo_zhengzhi.services.meeting.printing import PDF, PNG, ZIP, Printing

HTML, PPTX = ".html", ".pptx"
ON_PAPER = "WGS-84"  # the datum of every map but the HTML file's live ones
CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")  # when GDAL wrote a layer
Make = Callable[[Deck, Scene, Path, Printing], bytes]


def _geopackage(deck: Deck, scene: Scene) -> bytes:
    """A GeoPackage whose layers are dated to the deck's day, so that the same deck gives the same bytes."""
    with tempfile.TemporaryDirectory(prefix="geo_zhengzhi-") as folder:
        path = Path(folder) / "meeting.gpkg"
        write_geopackage(deck_layers(deck, scene), path)
        return _without_counters(CLOCK.sub(f"{deck.made_on}T00:00:00.000Z".encode(), path.read_bytes()))


def _without_counters(file: bytes) -> bytes:
    """A SQLite file whose header counts one change, at whichever moments GDAL wrote its pages [SQLite file format]."""
    one = (1).to_bytes(4, "big")
    return file[:24] + one + file[28:92] + one + file[96:]


def _drawn(kind: str, *given: Any) -> bytes:
    """A file that the server draws itself."""
    content: bytes = getattr(late.meeting_drawn(), kind)(*given)
    return content


KINDS: Mapping[str, Make] = {
    HTML: lambda deck, scene, assets_dir, printing: slides_html(deck, scene, assets_dir).encode(),
    PPTX: lambda deck, scene, assets_dir, printing: _drawn("presentation", deck, scene, assets_dir),
    PDF: lambda deck, scene, assets_dir, printing: _drawn("pages", deck, scene, assets_dir, printing),
    PNG: lambda deck, scene, assets_dir, printing: _drawn("picture", deck, scene, assets_dir, printing),
    ".xlsx": lambda deck, scene, assets_dir, printing: deck_book(deck),
    ".gpkg": lambda deck, scene, assets_dir, printing: _geopackage(deck, scene),
    ".geojson": lambda deck, scene, assets_dir, printing: deck_geojson(deck, scene),
    ".kml": lambda deck, scene, assets_dir, printing: deck_kml(deck, scene),
}
ENDINGS = (*KINDS, ZIP)
WITH_TILES = (HTML, PPTX, PDF, PNG, ZIP)  # which can take a background along
MEDIA = {
    HTML: "text/html",
    PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    PDF: "application/pdf",
    PNG: "image/png",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ZIP: "application/zip",
}


def check_ending(ending: str) -> None:
    """
    Refuse an ending that is no kind of meeting file.

    Raises
    ------
    InvalidParameter
    """
    if ending not in ENDINGS:
        raise InvalidParameter(name="format", given=ending[:20] or "–", allowed=", ".join(ENDINGS))


def file_name(first: str, last: str, language: str, ending: str) -> str:
    """What the file of these months is called, the months as YYYY-MM."""
    return f"meeting-{first}-{last}.{language}{ending}"


def make_files(
    ending: str,
    deck: Deck,
    scene: Scene,
    assets_dir: Path,
    printing: Printing,
    told: Callable[[float], None] = lambda share: None,
) -> tuple[bytes, dict[str, str]]:
    """The file's bytes, and the sha256 of it or of the files inside it; `told` how much is drawn, 0 to 1."""
    kinds = KINDS if ending == ZIP else {ending: KINDS[ending]}
    inside: dict[str, bytes] = {}
    for kind, make in kinds.items():
        told(len(inside) / len(kinds))
        inside[f"meeting{kind}"] = make(_stated(deck, kind, printing), scene, assets_dir, printing)
    if ending == ZIP:
        manifest = {**_stated(deck, ZIP, printing).manifest, "files": _sha256s(inside)}
        inside[STATEMENT] = (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
        return packed(inside), _sha256s(inside)
    return inside[f"meeting{ending}"], _sha256s(inside)


def _stated(deck: Deck, ending: str, printing: Printing) -> Deck:
    """The deck with a statement that also says how the file is printed, and the datum of this kind's maps."""
    parameters = {**deck.manifest["parameters"], **printing.plain(ending)}
    datum = deck.datum if ending == HTML else ON_PAPER  # only a screen shows tiles where they lie
    return replace(deck, manifest={**deck.manifest, "parameters": parameters}, datum=datum)


def _sha256s(files: Mapping[str, bytes]) -> dict[str, str]:
    """The sha256 of each file, by name."""
    return {name: sha256(content).hexdigest() for name, content in files.items()}
