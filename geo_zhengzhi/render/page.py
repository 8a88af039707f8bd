"""From a Folium map to a page: as parts for the application's own page, or as one file that needs nothing else."""

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import cast

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink

from geo_zhengzhi.render.assets import asset_at, data_uri, read_asset
from geo_zhengzhi.render.elements import Tiles
from geo_zhengzhi.render.links import refuse_unknown_links
from geo_zhengzhi.render.safe_text import safe_text, script_json
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.title_block import title_block

DEFAULT_PREFIX = "/static/vendor/"
# Default markers find their pictures by guessing from the page's style sheets, which a page without any cannot answer.
ICON_FILES = {
    "iconUrl": "leaflet/images/marker-icon.png",
    "iconRetinaUrl": "leaflet/images/marker-icon-2x.png",
    "shadowUrl": "leaflet/images/marker-shadow.png",
}


@dataclass(frozen=True)
class MapParts:
    """
    What a page puts into its head, where the map stands, and after it.

    Parameters
    ----------
    head : str
        Links to the assets and the map's own style, as HTML.
    body : str
        The map's container, as HTML; it fills its parent.
    script : str
        JavaScript, without the script element; runs after `head` and `body`.
    """

    head: str
    body: str
    script: str


def map_parts(county_map: folium.Map, prefix: str = DEFAULT_PREFIX, nonce: str = "", name: str = "") -> MapParts:
    """
    The map for a page of the application.

    Parameters
    ----------
    county_map : folium.Map
        From `draw_map`, perhaps with further elements.
    prefix : str
        Where the page finds the assets folder; an address on the same host, ending in a slash.
    nonce : str
        For pages with a Content-Security-Policy: stands on every link and style of `head`.
    name : str
        What the elements' names begin with, so that a page can hold several maps; letters and digits.

    Raises
    ------
    UnknownAsset
        If the map asks for anything that is not in the asset table.
    """
    figure = _rendered(county_map, is_served=True, name=name)
    head = "\n".join(_linked(child, prefix, nonce) for child in _header(figure))
    body, script = _body(figure), _script(figure)
    icons = {name: prefix + asset_at(file).file for name, file in ICON_FILES.items()}
    return MapParts(head, body, f"{_icon_script(icons)}\n{script}")


def standalone_html(county_map: folium.Map, assets_dir: Path) -> str:
    """
    The map as one self-contained HTML file: it opens from disk with no network, and prints.

    A Content-Security-Policy inside allows the file's own scripts, by hash, and nothing from any host.

    Parameters
    ----------
    county_map : folium.Map
        From `draw_map`, perhaps with further elements.
    assets_dir : Path
        Holds the files of the asset table.

    Raises
    ------
    UnknownAsset
        If the map asks for anything that is not in the asset table.
    AssetsMissing, AssetsDiffer
        If an asset has not been fetched, or is not the pinned file.
    """
    styles, body, scripts = inlined(county_map, assets_dir)
    return _document(county_map, styles, body, scripts)


def inlined(county_map: folium.Map, assets_dir: Path) -> tuple[list[str], str, list[str]]:
    """
    The map's style elements, body and scripts (without their elements), with every asset inside them.

    Raises
    ------
    UnknownAsset, AssetsMissing, AssetsDiffer
        As `standalone_html`.
    """
    figure = _rendered(county_map, is_served=False)
    styles, scripts = [], []
    for child in _header(figure):
        if isinstance(child, JavascriptLink):
            scripts.append(_inline_script(asset_at(child.url).file, assets_dir))
        elif isinstance(child, CssLink):
            styles.append(f"<style>{_inline_style(asset_at(child.url).file, assets_dir)}</style>")
        else:
            styles.append(_checked(child.render()))
    icons = {name: data_uri(asset_at(file), assets_dir) for name, file in ICON_FILES.items()}
    return styles, _body(figure), [*scripts, _icon_script(icons), _script(figure)]


def _rendered(county_map: folium.Map, *, is_served: bool, name: str = "") -> Figure:
    """The map's figure after its elements have put their parts into it, under names that are the same every time."""
    figure = cast(Figure, county_map.get_root())
    for number, element in enumerate(_descendants(figure)):
        for room in (figure.header, figure.html, figure.script):
            room._children.pop(element.get_name(), None)  # of an earlier rendering under another name
        element._id = f"{name}{number:04d}"
        if isinstance(element, Tiles):
            element.is_served = is_served
    figure.render()
    return figure


def _descendants(element: Element) -> list[Element]:
    """The elements below one, in drawing order."""
    return [found for child in element._children.values() for found in (child, *_descendants(child))]


def _header(figure: Figure) -> list[Element]:
    """What the figure puts into its head, without Folium's own meta element."""
    return [child for name, child in figure.header._children.items() if name != "meta_http"]


def _linked(child: Element, prefix: str, nonce: str) -> str:
    """A head element that finds its asset below the prefix."""
    mark = f' nonce="{safe_text(nonce)}"' if nonce else ""
    if isinstance(child, JavascriptLink):
        return f'<script src="{safe_text(prefix + asset_at(child.url).file)}"{mark}></script>'
    if isinstance(child, CssLink):
        return f'<link rel="stylesheet" href="{safe_text(prefix + asset_at(child.url).file)}"{mark}>'
    return _checked(child.render()).replace("<style>", f"<style{mark}>")


def _body(figure: Figure) -> str:
    return _checked(figure.html.render())


def _script(figure: Figure) -> str:
    script: str = figure.script.render()
    refuse_unknown_links(f"<script>{script}</script>")
    return script


def _checked(html: str) -> str:
    """The HTML, if it asks for nothing."""
    refuse_unknown_links(html)
    return html


def _icon_script(addresses: dict[str, str]) -> str:
    """Tells Leaflet where its default marker is."""
    return f"L.Icon.Default.imagePath = '';\nL.Icon.Default.mergeOptions({script_json(addresses)});"


def _inline_script(file: str, assets_dir: Path) -> str:
    """An asset's script, such that it may stand inside a script element."""
    code = read_asset(asset_at(file), assets_dir).decode()
    code = re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", code)
    return re.sub(r"</(?=script)", r"<\\/", code, flags=re.IGNORECASE)


def _inline_style(file: str, assets_dir: Path) -> str:
    """An asset's style sheet with its pictures inside it."""
    folder = PurePosixPath(file).parent

    def inline(match: re.Match[str]) -> str:
        address = match[1].strip("'\" ")
        return match[0] if address.startswith("#") else f"url({data_uri(asset_at(str(folder / address)), assets_dir)})"

    return re.sub(r"url\(([^)]*)\)", inline, read_asset(asset_at(file), assets_dir).decode())


def _versions(scene: Scene) -> str:
    """Part → version of the boundary used, as JSON."""
    return json.dumps(dict(scene.boundaries), ensure_ascii=False, sort_keys=True)


def _document(county_map: folium.Map, styles: list[str], body: str, scripts: list[str]) -> str:
    """The whole file."""
    scene = getattr(county_map, "scene", None)
    scripts = [f"\n{script.strip()}\n" for script in scripts]
    policy = policy_of(scripts)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{safe_text(getattr(county_map, "html_language", "en"))}">',
            '<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{safe_text(scene.title if scene else '')}</title>",
            f'<meta name="audit-head" content="{safe_text(scene.audit_head)}">' if scene and scene.audit_head else "",
            f'<meta name="boundaries" content="{safe_text(_versions(scene))}">' if scene and scene.boundaries else "",
            *styles,
            '</head>\n<body class="zz-sheet">',
            title_block(scene) if scene else "",
            f"<main>{body.strip()}</main>",
            *(f"<script>{script}</script>" for script in scripts),
            "</body>\n</html>\n",
        ]
    )


def policy_of(scripts: list[str]) -> str:
    """A Content-Security-Policy that allows these scripts, as they stand in their elements, and no host."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {hashes}"
