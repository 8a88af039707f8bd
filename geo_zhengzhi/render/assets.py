"""
The front-end files of maps and pages, in one table: where npm puts them, where set-up copies them, their sha256.

Standard library only, because set-up reads this table before anything else is installed.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from geo_zhengzhi.errors import AssetsDiffer, AssetsMissing, UnknownAsset

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png", ".otf": "font/otf"}


@dataclass(frozen=True)
class Asset:
    """
    One file of a pinned npm package.

    Parameters
    ----------
    source : str
        Path below `node_modules`.
    file : str
        Path below the assets folder, and at the same time the address that a figure uses for it.
    sha256 : str
        Of the file's bytes, hexadecimal.
    """

    source: str
    file: str
    sha256: str

    @property
    def media_type(self) -> str:
        """The file's media type."""
        return MEDIA_TYPES[Path(self.file).suffix]


def _leaflet(file: str, sha256: str) -> Asset:
    """A file of Leaflet's distribution; its folders are kept, because its style sheet names images by them."""
    return Asset(f"leaflet/dist/{file}", f"leaflet/{file}", sha256)


def _font(file: str, sha256: str) -> Asset:
    """A weight of the font."""
    return Asset(f"@embedpdf/fonts-sc/fonts/{file}", f"fonts/{file}", sha256)


# Leaflet 1.9.4 (BSD-2-Clause). The versions are in web/package.json, the packages' own hashes in its lock file.
ASSETS = (
    _leaflet("leaflet.js", "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a"),
    _leaflet("leaflet.css", "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6"),
    _leaflet("images/layers.png", "1dbbe9d028e292f36fcba8f8b3a28d5e8932754fc2215b9ac69e4cdecf5107c6"),
    _leaflet("images/layers-2x.png", "066daca850d8ffbef007af00b06eac0015728dee279c51f3cb6c716df7c42edf"),
    _leaflet("images/marker-icon.png", "574c3a5cca85f4114085b6841596d62f00d7c892c7b03f28cbfa301deb1dc437"),
    _leaflet("images/marker-icon-2x.png", "00179c4c1ee830d3a108412ae0d294f55776cfeb085c60129a39aa6fc4ae2528"),
    _leaflet("images/marker-shadow.png", "264f5c640339f042dd729062cfc04c17f8ea0f29882b538e3848ed8f10edb4da"),
    # htmx 1.9.12 (0BSD): the last line of releases that speaks ES5; for pages, no exported file holds it.
    Asset(
        "htmx.org/dist/htmx.min.js",
        "htmx/htmx.min.js",
        "449317ade7881e949510db614991e195c3a099c4c791c24dacec55f9f4a2a452",
    ),
    # Leaflet.Editable 1.2.0 (WTFPL): the last release in ES5; for the planner's page alone.
    Asset(
        "leaflet-editable/src/Leaflet.Editable.js",
        "leaflet-editable/Leaflet.Editable.js",
        "331f1a8824f8c3d0c1114049897e5eabd39ccbee84dc2f702c08a4f9d80e2d8e",
    ),
    # Noto Sans Hans 1.000 (OFL-1.1), all letters of GB 2312 and of GBK: for what the server draws, no page asks for it.
    _font("NotoSansHans-Regular.otf", "7db3c634bbd0301b3082a80ffcac2f422e8ef9ce0730f8b279c3e8f756598f68"),
    _font("NotoSansHans-Bold.otf", "9e7729ef993ca4c647882f798644f4bbf6da69bd822eac593fc68717dd6c8e2a"),
)
_BY_FILE = {asset.file: asset for asset in ASSETS}


def asset_at(address: str) -> Asset:
    """
    The asset that a figure names by this address.

    Raises
    ------
    UnknownAsset
        If the address is not in the table, whatever it points to.
    """
    if address not in _BY_FILE:
        raise UnknownAsset(given=address, allowed=", ".join(_BY_FILE))
    return _BY_FILE[address]


def read_asset(asset: Asset, assets_dir: Path) -> bytes:
    """
    An asset's bytes, as they were pinned.

    Raises
    ------
    AssetsMissing
        If the file has not been fetched.
    AssetsDiffer
        If it is not the file that was pinned.
    """
    path = assets_dir / asset.file
    if not path.is_file():
        raise AssetsMissing(path=path)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != asset.sha256:
        raise AssetsDiffer(path=path)
    return content


def data_uri(asset: Asset, assets_dir: Path) -> str:
    """An asset as a `data:` URI; raises like `read_asset`."""
    return f"data:{asset.media_type};base64,{b64encode(read_asset(asset, assets_dir)).decode()}"


def are_fetched(assets_dir: Path) -> bool:
    """Whether every asset is in the folder with its pinned bytes."""
    try:
        for asset in ASSETS:
            read_asset(asset, assets_dir)
    except (AssetsMissing, AssetsDiffer):
        return False
    return True
