"""A meeting file's maps on a canvas: the same windows, signs and looks as the HTML file's maps for paper."""

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from geo_zhengzhi.render.heat_picture import COLOURS
from geo_zhengzhi.render.meeting.canvas import ACCENT, INK, INK_2, INK_3, LAND, LINE, PAPER, SEA, Canvas, path_of
from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.glyph_paths import glyph_path
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
from geo_zhengzhi.render.meeting.sheet_maps import INSET_GAP_PX, INSET_PX, MapPlan, MapSheet
from geo_zhengzhi.render.meeting.tile_ground import ground_of
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import LEVEL_WEIGHTS

Box = tuple[float, float, float, float]  # left, top, width, height in px
HEAT_OPACITY = 0.86
COUNTY_SHARE, INSET_SHARE = 0.375, 0.125  # of what tiles may take; the targets' maps share the rest
PRINT_DENSITY = 2.0  # pixels a px of the design: 230 an inch on A4
BEYOND = 0.02  # of a window's sides, so that what is cut at its edge shows no edge
CORRIDOR = "railway_corridor"  # its edges are thin, whatever its level: the band is what is seen
TARGET: dict[str, Any] = {"fill": ACCENT, "opacity": 0.05, "stroke": ACCENT}
ZONE: dict[str, Any] = {"fill": ACCENT, "opacity": 0.2, "stroke": ACCENT, "weight": 1.5}
CANDIDATE: dict[str, Any] = {"fill": ACCENT, "opacity": 0.08, "stroke": ACCENT, "weight": 1.75, "dashes": (5, 3)}
CASING: dict[str, Any] = {"stroke": PAPER, "weight": 4.0}
HOTSPOT: dict[str, Any] = {"stroke": INK, "weight": 1.75}
EDGE: dict[str, Any] = {"stroke": INK_3, "weight": 1.25, "dashes": (8, 3, 2, 3)}
RAILS: tuple[dict[str, Any], ...] = (
    {"stroke": INK_2, "weight": 3.0},
    {"stroke": PAPER, "weight": 1.5, "dashes": (7, 7)},
)
KEY_LOOKS: dict[str, dict[str, Any]] = {
    "target": TARGET | {"weight": 2.0},
    "zone": ZONE,
    "candidate": CANDIDATE,
    "hotspot": HOTSPOT,
}


class PaperMaps:
    """
    The maps of a file, drawn on canvases.

    Parameters
    ----------
    scene : Scene
        Public: nothing that the file does not print.
    deck : Deck
    """

    def __init__(self, scene: Scene, deck: Deck) -> None:
        self._deck, self._plan = deck, MapPlan(scene, deck)
        self._shapes = self._plan.shapes()
        self._tiles = ground_of(scene.background, scene.result.frame_center)
        self._targets = shapely.STRtree([page.shape for page in deck.targets])

    def county(self, canvas: Canvas, box: Box) -> None:
        """The whole county, with the inset that enlarges a part of it."""
        sheet = self._plan.county(box[2], box[3])
        self._draw(canvas, sheet, box, COUNTY_SHARE)
        if sheet.inset is None:
            return
        place = _place_of(sheet.window, box)
        _frame(canvas, sheet.inset.window, place)
        (width, height), gap = INSET_PX, INSET_GAP_PX
        top = box[1] + gap if sheet.is_up else box[1] + box[3] - height - gap
        inset = (box[0] + box[2] - width - gap, top, width, height)
        self._draw(canvas, sheet.inset, inset, INSET_SHARE)
        canvas.rect(*inset, stroke=INK_2)
        canvas.text(inset[0] + width - 20, inset[1] + 20, "A", 17, bold=True, halo=3)

    def target(self, canvas: Canvas, page: TargetPage, box: Box) -> None:
        """One target."""
        share = (1 - COUNTY_SHARE - INSET_SHARE) / len(self._deck.targets)
        self._draw(canvas, self._plan.target(page, box[2], box[3]), box, share)

    def _draw(self, canvas: Canvas, sheet: MapSheet, box: Box, share: float) -> None:
        """One window with its words, scale bar and north mark; `share` is its part of what tiles may take."""
        place = _place_of(sheet.window, box)
        with canvas.clipped(*box):
            canvas.rect(*box, fill=SEA if self._shapes["outline"] else LAND)
            self._layer(canvas, self._shapes["outline"], sheet.window, place, [{"fill": LAND}])
            self._tiled(canvas, sheet.window, box, share)
            self._ground(canvas, sheet.window, place)
            for sign in sheet.signs:
                _SIGNS[sign.form](canvas, sign, place)
            _scale(canvas, sheet.window, box)
            _north(canvas, box, self._deck.translate("N"))

    def _tiled(self, canvas: Canvas, window: Window, box: Box, share: float) -> None:
        """The county's own tiles, where the file takes them along."""
        if self._tiles is None:
            return
        density = canvas.density or PRINT_DENSITY
        pixels = self._tiles.picture(window, density, self._tiles.most_bytes * share)
        if pixels is not None:
            canvas.image(pixels, *box)

    def _ground(self, canvas: Canvas, window: Window, place: Affine2D) -> None:
        """Every layer in its order, cut to the window."""
        shapes = self._shapes
        for colour, area in zip(COLOURS, shapes["heat"], strict=False):
            self._layer(canvas, [area], window, place, [{"fill": colour, "opacity": HEAT_OPACITY}])
        self._layer(canvas, [shapely.boundary(shape) for shape in shapes["outline"]], window, place, [EDGE])
        self._layer(canvas, shapes["railways"], window, place, RAILS)
        self._layer(canvas, shapes["zones"], window, place, [ZONE])
        self._layer(canvas, shapes["candidates"], window, place, [CANDIDATE])
        ground = shapely.box(window.west, window.south, window.east, window.north)
        for page in (self._deck.targets[i] for i in sorted(self._targets.query(ground))):
            weight = LEVEL_WEIGHTS.get("" if page.kind == CORRIDOR else page.level, LEVEL_WEIGHTS["township"])
            self._layer(canvas, [page.shape], window, place, [TARGET | {"weight": weight}])
        self._layer(canvas, shapes["hotspots"], window, place, [CASING, HOTSPOT])

    def _layer(
        self,
        canvas: Canvas,
        shapes: Iterable[shapely.Geometry],
        window: Window,
        place: Affine2D,
        looks: Sequence[dict[str, Any]],
    ) -> None:
        """Shapes in one look over the other, as far as they lie in the window."""
        inside = [path for shape in shapes if (path := _inside(shape, window)) is not None]
        for look in looks:
            for path in inside:
                canvas.path(path, place=place, **look)


def _inside(shape: shapely.Geometry, window: Window) -> Path | None:
    """A shape's path as far as it lies in a window, thinned to a third of a px."""
    wide, high = window.east - window.west, window.north - window.south
    edges = (window.west - BEYOND * wide, window.south - BEYOND * high)
    far = (window.east + BEYOND * wide, window.north + BEYOND * high)
    west, south, east, north = shape.bounds
    if west > far[0] or east < edges[0] or south > far[1] or north < edges[1]:
        return None
    cut = shape
    if west < edges[0] or south < edges[1] or east > far[0] or north > far[1]:
        cut = shapely.clip_by_rect(shape, *edges, *far)
    return path_of(shapely.simplify(cut, window.m_per_px / 3))


def _place_of(window: Window, box: Box) -> Affine2D:
    """From metres, y northwards, to px."""
    px = window.m_per_px
    return Affine2D().translate(-window.west, -window.north).scale(1 / px, -1 / px).translate(box[0], box[1])


def _at(place: Affine2D, x: float, y_south: float) -> tuple[float, float]:
    left, top = place.transform((x, -y_south))
    return float(left), float(top)


def _disc(canvas: Canvas, sign: Sign, place: Affine2D) -> None:
    """A hotspot's rank; from the fourth on in an empty disc."""
    x, y = _at(place, sign.x, sign.y)
    is_top = int(sign.words) <= 3
    canvas.circle(x, y, DISC_PX, fill=INK if is_top else PAPER, stroke=PAPER if is_top else INK, weight=1.5)
    canvas.text(x, y + 4.4, sign.words, SMALL_PX, bold=True, colour=PAPER if is_top else INK, anchor="middle")


def _badge(canvas: Canvas, sign: Sign, place: Affine2D) -> None:
    """A target's kind and name."""
    (x, y), (words_x, _) = _at(place, sign.x, sign.y), _at(place, sign.words_x, sign.y)
    draw_badge(canvas, sign.kind, x, y, BADGE_PX)
    for i, line in enumerate(sign.words.split("\n")):
        canvas.text(words_x, y + 13.5 + LINE_PX * i, line, FONT_PX, bold=True, colour=ACCENT, halo=3)


def draw_badge(canvas: Canvas, kind: str, x: float, y: float, side: float, *, boxed: bool = True) -> None:
    """A kind's glyph in a square."""
    if boxed:
        canvas.rect(x, y, side, side, radius=3, fill=PAPER, stroke=ACCENT, weight=1.5)
    size = side - 2 if boxed else side
    inset = (side - size) / 2
    place = Affine2D().scale(size / 16).translate(x + inset, y + inset)
    canvas.path(glyph_path(kind), stroke=ACCENT, weight=1.5 * size / 16, place=place)


def _station(canvas: Canvas, sign: Sign, place: Affine2D) -> None:
    x, y = _at(place, sign.x, sign.y)
    canvas.rect(x - STATION_PX / 2, y - STATION_PX / 2, STATION_PX, STATION_PX, fill=PAPER, stroke=INK, weight=1.5)
    _name(canvas, sign, place)


def _place(canvas: Canvas, sign: Sign, place: Affine2D) -> None:
    x, y = _at(place, sign.x, sign.y)
    canvas.circle(x, y, PLACE_PX / 2, fill=INK_2)
    _name(canvas, sign, place)


def _name(canvas: Canvas, sign: Sign, place: Affine2D) -> None:
    if sign.words:
        x, y = _at(place, sign.words_x, sign.y + sign.words_dy)
        canvas.text(x, y + 4.4, sign.words, SMALL_PX, colour=INK_2, halo=2.5)


_SIGNS = {"disc": _disc, "badge": _badge, "station": _station, "place": _place}


def _frame(canvas: Canvas, inset: Window, place: Affine2D) -> None:
    """The inset's frame on the large map, with its letter."""
    left, top = _at(place, inset.west, -inset.north)
    right, bottom = _at(place, inset.east, -inset.south)
    canvas.rect(left, top, right - left, bottom - top, stroke=INK, weight=1.25)
    canvas.text(right + 4, top + 12, "A", 14, bold=True, halo=3)


def _scale(canvas: Canvas, window: Window, box: Box) -> None:
    """A bar of a round number of metres beside the north mark."""
    length = window.bar_m / window.m_per_px
    x, y = box[0] + 44, box[1] + 36
    for look in ({"stroke": PAPER, "weight": 4.5}, {"stroke": INK, "weight": 1.5}):
        canvas.line([(x + length, y - 5), (x + length, y), (x, y), (x, y - 5)], **look)
    canvas.text(x + length / 2, y - 8, bar_words(window.bar_m), FONT_PX, anchor="middle", halo=3)


def _north(canvas: Canvas, box: Box, word: str) -> None:
    """An arrow at the upper left."""
    x, y = box[0] + 20, box[1] + 12
    canvas.text(x, y + 8, word, FONT_PX, anchor="middle", halo=3)
    arrow = [(x, y + 12), (x + 6, y + 28), (x, y + 24), (x - 6, y + 28), (x, y + 12)]
    canvas.line(arrow, fill=INK, stroke=PAPER, weight=0.75)


def hairline(canvas: Canvas, x: float, y: float, width: float) -> None:
    """A thin line across."""
    canvas.line([(x, y), (x + width, y)], stroke=LINE)
