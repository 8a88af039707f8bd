"""A meeting file: pages for a projector and for paper in one HTML file that asks for nothing."""

from pathlib import Path
from typing import Any

from geo_zhengzhi.render.elements import SCRIPTS, CountyMap, Look, front_file
from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.layers import Layer, scene_layers
from geo_zhengzhi.render.links import refuse_unknown_links
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import foot
from geo_zhengzhi.render.meeting.slide_maps import World
from geo_zhengzhi.render.meeting.slide_pages import PATTERNS, classified, closing, county, cover, rankings, target
from geo_zhengzhi.render.page import inlined, policy_of
from geo_zhengzhi.render.safe_text import safe_text, script_json
from geo_zhengzhi.render.scene import Scene

MANIFEST_ID = "meeting-manifest"


class SlideLook(Look):
    """The map's look, with what steps through pages."""

    own_scripts = (*SCRIPTS, "slides.js")


def slides_html(deck: Deck, scene: Scene, assets_dir: Path) -> str:
    """
    The file.

    Parameters
    ----------
    deck : Deck
    scene : Scene
        Of the county's map: nothing that the file does not print, without a background.
    assets_dir : Path
        Holds the files of the asset table.

    Raises
    ------
    AssetsMissing, AssetsDiffer
        If an asset has not been fetched, or is not the pinned file.
    """
    styles, live, scripts = inlined(_map(deck, scene), assets_dir)
    world = World(scene, deck)
    pages = [cover(deck), county(deck, live, world), *(target(page, deck, world) for page in deck.targets)]
    pages += [*rankings(deck), closing(deck)]
    slides = "\n".join(_slide(deck, number, len(pages), page) for number, page in enumerate(pages, start=1))
    body = (
        f'{PATTERNS}{world.layers()}\n{slides}\n<script type="application/json" '
        f'id="{MANIFEST_ID}">{script_json(deck.manifest)}</script>'
    )
    refuse_unknown_links(body.replace(live, ""))
    return _document(deck, styles, body, scripts)


def _map(deck: Deck, scene: Scene) -> CountyMap:
    """The county's live map, its popups with the file's own counts."""
    return draw_map(scene, [_public(layer, deck) for layer in scene_layers(scene)], SlideLook)


def _public(layer: Layer, deck: Deck) -> Layer:
    """A layer whose words say only what the file prints; targets that are not in the file have no count."""
    counted = {part: page for page in deck.targets for part in page.part_ids}
    for feature in layer.features:
        if layer.type == "targets":
            page = counted.get(feature["id"])
            feature["weight"] = 0 if page is None else page.counts.now.n or 0
            feature["popup"] |= {"amounts": [_amount(page, deck)], "rows": feature["popup"]["rows"][-1:]}
        if layer.type in ("zones", "candidates"):
            feature["popup"] |= {"amounts": [""], "change": None}
    return layer


def _amount(page: Any, deck: Deck) -> str:
    """A target's count with its unit."""
    if page is None:
        return ""
    now = page.counts.now
    words = deck.text(now)
    text = deck.translate("{n} incidents").format(n=words) if now.state in ("shown", "few") else words
    return (
        text
        if len(page.part_ids) == 1
        else deck.translate("{amount} in all {n} parts").format(amount=text, n=len(page.part_ids))
    )


def _slide(deck: Deck, number: int, n: int, page: "tuple[str, str, str]") -> str:
    """One page with its head and foot."""
    _ = deck.translate
    head, main, boundary = page
    below = "".join(f"<span>{safe_text(text)}</span>" for text in foot(deck, boundary))
    before, after = safe_text(_("Back")), safe_text(_("Next"))
    return (
        f'<article class="slide" id="s{number}"><header class="th">{head}{classified(deck)}'
        f'</header>{main}<footer class="ft">{below}<span class="pg">'
        f'<button type="button" data-step="-1" title="{before}" '
        f'aria-label="{before}">‹</button>{number} / {n}<button type="button" data-step="1" title="{after}" '
        f'aria-label="{after}">›</button></span></footer></article>'
    )


def _document(deck: Deck, styles: list[str], body: str, scripts: list[str]) -> str:
    """The whole file."""
    scripts = [f"\n{script.strip()}\n" for script in scripts]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{"zh-CN" if deck.language == "zh" else "en"}">',
            '<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy_of(scripts)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{safe_text(deck.title)} · {safe_text(deck.period)}</title>",
            f'<meta name="audit-head" content="{safe_text(deck.manifest.get("audit_head", ""))}">',
            *styles,
            f"<style>{front_file('slides.css')}</style>",
            '</head>\n<body class="slides">',
            body,
            *(f"<script>{script}</script>" for script in scripts),
            "</body>\n</html>\n",
        ]
    )
