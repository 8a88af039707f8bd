"""
A meeting file's maps for paper: SVG in the county's metres, each layer once in the file.

Every map is a window onto the same layers, so that eight of them cost little more than one. On the screen the live map
stands in their place.
"""

from collections.abc import Iterable

import shapely

from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.map_signs import (
    BADGE_PX,
    DISC_PX,
    FONT_PX,
    LINE_PX,
    PLACE_PX,
    SMALL_PX,
    STATION_PX,
    Sign,
)
from geo_zhengzhi.render.meeting.map_windows import Window, bar_words
from geo_zhengzhi.render.meeting.sheet_maps import MapPlan, MapSheet
from geo_zhengzhi.render.meeting.tile_ground import ground_of
from geo_zhengzhi.render.safe_text import safe_text, script_json
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import GLYPHS

LAYERS = ("land", "heat", "edge", "rail", "zone", "target", "spot")  # the later over the earlier
CORRIDOR = "railway_corridor"  # its edges are thin, whatever its level: the band is what is seen


class World:
    """
    The layers of a file's maps, in metres.

    Parameters
    ----------
    scene : Scene
        Public: nothing that the file does not print.
    deck : Deck
    """

    def __init__(self, scene: Scene, deck: Deck) -> None:
        self._deck, self._plan = deck, MapPlan(scene, deck)
        self._tiles = ground_of(scene.background, scene.result.frame_center)

    def layers(self) -> str:
        """Every layer once, for the windows to use."""
        shapes = self._plan.shapes()
        drawn = {
            "land": _paths(shapes["outline"], "land"),
            "heat": "".join(_path(area, f"heat{i}") for i, area in enumerate(shapes["heat"], start=1)),
            "edge": _paths(shapes["outline"], "edge"),
            "rail": _paths(shapes["railways"], "rail0") + _paths(shapes["railways"], "rail1"),
            "zone": _paths(shapes["zones"], "zone") + _paths(shapes["candidates"], "cand"),
            "target": "".join(
                _path(page.shape, f"tgt {'' if page.kind == CORRIDOR else page.level}") for page in self._deck.targets
            ),
            "spot": _paths(shapes["hotspots"], "hs0") + _paths(shapes["hotspots"], "hs"),
        }
        groups = "".join(
            f'<g id="w-{name}" class="{name if name == "heat" else ""}">{paths}</g>' for name, paths in drawn.items()
        )
        return f'<svg class="world" width="0" height="0" aria-hidden="true"><defs>{groups}</defs></svg>'

    def county(self, width_px: float, height_px: float) -> str:
        """The whole county, and the small targets that lie together enlarged beside it."""
        sheet = self._plan.county(width_px, height_px)
        if sheet.inset is None:
            return self._draw(sheet)
        whole = self._draw(sheet, _frame_of(sheet.inset.window, sheet.window))
        up = " up" if sheet.is_up else ""
        return f'{whole}<div class="ins{up}"><b>A</b>{self._draw(sheet.inset)}</div>'

    def target(self, page: TargetPage, width_px: float, height_px: float) -> str:
        """One target."""
        return self._draw(self._plan.target(page, width_px, height_px))

    def _draw(self, sheet: MapSheet, more: str = "") -> str:
        """One window with its words, scale bar and north mark."""
        window, words = sheet.window, self._deck.translate
        box = f"{window.west:.0f} {-window.north:.0f} {window.east - window.west:.0f} {window.north - window.south:.0f}"
        land, *uses = (f'<use href="#w-{name}"/>' for name in LAYERS)
        ground = land + self._tiled(window) + "".join(uses)
        signs = "".join(_sign(sign, window.m_per_px) for sign in sheet.signs)
        return (
            f'<svg class="m" viewBox="{box}" preserveAspectRatio="xMidYMid meet" role="img" '
            f'aria-label="{safe_text(words("Map of hotspots and targets"))}">{ground}{more}{signs}'
            f"{_scale(window)}{_north(window, words('N'))}</svg>"
        )

    def _tiled(self, window: Window) -> str:
        """Where the file's tiles lie in a window; a script puts in the pictures, which the file holds only once."""
        places = [] if self._tiles is None else self._tiles.places(window)
        told = [[name, *(round(value, 1) for value in matrix)] for name, matrix in places]
        return f'<g class="tiles" data-tiles="{safe_text(script_json(told))}"></g>' if told else ""


def _paths(shapes: Iterable[shapely.Geometry], css: str) -> str:
    return "".join(_path(shape, css) for shape in shapes)


def _path(shape: shapely.Geometry, css: str) -> str:
    """A geometry in metres as a path, whole metres, y southwards."""
    pieces = []
    for part in shapely.get_parts(shape):
        lines = shapely.get_rings(part) if part.geom_type == "Polygon" else [part]
        end = "Z" if part.geom_type == "Polygon" else ""
        pieces += [
            "M" + "L".join(f"{x:.0f} {-y:.0f}" for x, y in shapely.get_coordinates(line)) + end for line in lines
        ]
    return f'<path class="{css}" d="{"".join(pieces)}"/>' if pieces else ""


def _frame_of(inset: Window, window: Window) -> str:
    """The inset's frame on the large map, with its letter."""
    px = window.m_per_px
    return (
        f'<path class="frame" '
        f'd="M{inset.west:.0f} {-inset.south:.0f}H{inset.east:.0f}V{-inset.north:.0f}H{inset.west:.0f}Z"/>'
        f'<text class="letter" x="{inset.east + 4 * px:.0f}" y="{-inset.north + 12 * px:.0f}" '
        f'font-size="{14 * px:.0f}">A</text>'
    )


def _scale(window: Window) -> str:
    """A bar of a round number of metres beside the north mark."""
    px, bar = window.m_per_px, window.bar_m
    x, y = window.west + 44 * px + bar, -window.north + 36 * px
    line = f"M{x:.0f} {y - 5 * px:.0f}V{y:.0f}H{x - bar:.0f}V{y - 5 * px:.0f}"
    return (
        f'<path class="bar0" d="{line}"/><path class="bar" d="{line}"/>'
        f'<text x="{x - bar / 2:.0f}" y="{y - 8 * px:.0f}" text-anchor="middle" '
        f'font-size="{FONT_PX * px:.1f}">{bar_words(bar)}</text>'
    )


def _north(window: Window, word: str) -> str:
    """An arrow at the upper left."""
    px = window.m_per_px
    x, y = window.west + 20 * px, -window.north + 12 * px
    return (
        f'<text x="{x:.0f}" y="{y + 8 * px:.0f}" text-anchor="middle" '
        f'font-size="{FONT_PX * px:.1f}">{safe_text(word)}</text>'
        f'<path class="north" d="M{x:.0f} {y + 12 * px:.0f}l{6 * px:.1f} {16 * px:.1f}l{-6 * px:.1f} {-4 * px:.1f}'
        f'l{-6 * px:.1f} {4 * px:.1f}z"/>'
    )


def _sign(sign: Sign, px: float) -> str:
    """A sign with its name."""
    if sign.form == "disc":
        return _disc(sign, px)
    if sign.form == "badge":
        return _badge(sign, px)
    mark = _station(sign, px) if sign.form == "station" else _place(sign, px)
    name = (
        f'<text x="{sign.words_x:.0f}" y="{sign.y + sign.words_dy + 4.5 * px:.0f}" font-size="{SMALL_PX * px:.1f}">'
        f"{safe_text(sign.words)}</text>"
    )
    return mark + (name if sign.words else "")


def _disc(sign: Sign, px: float) -> str:
    """A hotspot's rank; from the fourth on in an empty disc."""
    low = "" if int(sign.words) <= 3 else " low"
    return (
        f'<g class="rk{low}"><circle cx="{sign.x:.0f}" cy="{sign.y:.0f}" r="{DISC_PX * px:.1f}"/>'
        f'<text x="{sign.x:.0f}" y="{sign.y + 4.5 * px:.1f}" text-anchor="middle" '
        f'font-size="{SMALL_PX * px:.1f}">{sign.words}</text></g>'
    )


def _badge(sign: Sign, px: float) -> str:
    side = BADGE_PX * px
    at = f"translate({sign.x + px:.0f} {sign.y + px:.0f}) scale({px:.2f})"
    glyph = f'<path transform="{at}" class="glyph" d="{GLYPHS[sign.kind]}"/>'
    names = "".join(
        f'<text x="{sign.words_x:.0f}" y="{sign.y + (13.5 + LINE_PX * i) * px:.0f}" '
        f'font-size="{FONT_PX * px:.1f}">{safe_text(line)}</text>'
        for i, line in enumerate(sign.words.split("\n"))
    )
    return (
        f'<g class="bdg"><rect x="{sign.x:.0f}" y="{sign.y:.0f}" width="{side:.0f}" '
        f'height="{side:.0f}" rx="{3 * px:.0f}"/>{glyph}'
        f"{names}</g>"
    )


def _station(sign: Sign, px: float) -> str:
    side = STATION_PX * px
    x, y = sign.x - side / 2, sign.y - side / 2
    return f'<rect class="stn" x="{x:.0f}" y="{y:.0f}" width="{side:.0f}" height="{side:.0f}"/>'


def _place(sign: Sign, px: float) -> str:
    return f'<circle class="plc" cx="{sign.x:.0f}" cy="{sign.y:.0f}" r="{PLACE_PX * px / 2:.0f}"/>'
