"""What lies under the map: nothing by default, or tiles that come through the application's own proxy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from geo_zhengzhi.errors import InvalidParameter

TILE_ADDRESS = "/tiles/{z}/{x}/{y}"  # the application's own route; a page never holds a key or another host
FILE = "file"
CLOSEST = 18
BACKGROUND_FORMS = "an empty text, tianditu:KEY, amap, https://…/{z}/{x}/{y}…, or a file .mbtiles or .pmtiles"

# {s} is one of the servers, chosen by the proxy; the w layers are Web Mercator; the second layer holds the names.
_TIANDITU = "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0" + (
    "&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_AMAP = "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"


@dataclass(frozen=True)
class Background:
    """
    A tiled background in Web Mercator.

    Parameters
    ----------
    name : str
        "tianditu", "amap", "xyz" or "file".
    upstream : tuple of str
        Templates of the layers, lowest first, with {z}, {x}, {y} and perhaps {s}; for the proxy alone, they may hold
        a key.
    servers : str
        What {s} may be, one character each; "" when no template has it.
    crs : "wgs84" or "gcj02"
        Datum of the tiles; with GCJ-02 the whole map is drawn in it.
    attribution : str
        Whose tiles they are.
    max_zoom : int
        The closest zoom that has tiles.
    pictures : {"z/x/y": data URI}
        The tiles themselves, in a file that has nobody to ask; empty where the application serves them.
    most_bytes : int
        What they may add to such a file.
    """

    name: str
    upstream: tuple[str, ...]
    servers: str
    crs: Literal["wgs84", "gcj02"]
    attribution: str
    max_zoom: int
    pictures: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = 0

    @property
    def map_zoom(self) -> int:
        """The closest zoom of the map: a county's own tiles are drawn larger beyond their last."""
        return max(self.max_zoom, CLOSEST) if self.name == FILE else self.max_zoom


def parse_background(text: str) -> Background | None:
    """
    The background that a setting names; None for an empty one.

    Parameters
    ----------
    text : str
        "", "tianditu:KEY", "amap", or a template with {z}, {x} and {y} in WGS-84.

    Raises
    ------
    InvalidParameter
        For anything else.
    """
    text = text.strip()
    if not text:
        return None
    if text == "amap":
        return Background("amap", (_AMAP,), "1234", "gcj02", "© 高德地图 AutoNavi", 18)
    key = re.fullmatch(r"tianditu:([0-9A-Za-z]+)", text)
    if key:
        layers = tuple(_TIANDITU.format(layer=layer, key=key[1]) for layer in ("vec", "cva"))
        return Background("tianditu", layers, "01234567", "wgs84", "© 天地图 Tianditu", 18)
    if re.match(r"https?://[^/{}\s]+/", text) and all(part in text for part in ("{z}", "{x}", "{y}")):
        return Background("xyz", (text,), "abc" if "{s}" in text else "", "wgs84", "", 19)
    shown = text.split(":")[0] + ":…" if ":" in text else text  # never repeat a key
    raise InvalidParameter(name="tiles", given=shown, allowed=BACKGROUND_FORMS)
