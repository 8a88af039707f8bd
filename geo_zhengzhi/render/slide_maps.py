"""
A meeting file's maps for paper: SVG in the county's metres, each layer once in the file.

Every map is a window onto the same layers, so that eight of them cost little more than one. On the screen the live map
stands in their place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.render.contours import heat_areas
from geo_zhengzhi.render.deck import Deck, TargetPage
from geo_zhengzhi.render.safe_text import safe_text
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import GLYPHS
from geo_zhengzhi.schema import GEOMETRY, NAME, NAME_EN, RANK

BARS_M = tuple(figure * 10.0**power for power in range(7) for figure in (1, 2, 5))
SMALL_M = 4000.0  # a target that an inset enlarges
TOGETHER_M = 8000.0  # how far apart those of one inset may lie
FONT_PX = 13.0
CORRIDOR = "railway_corridor"  # its edges are thin, whatever its level: the band is what is seen


@dataclass(frozen=True)
class Window:
    """What one map shows, metres (north up), on so many px."""

    west: float
    south: float
    east: float
    north: float
    width_px: float
    height_px: float

    @classmethod
    def around(cls, bounds: Sequence[float], width_px: float, height_px: float, margin: float = 0.12) -> "Window":
        """The window that holds a box with a margin."""
        west, south, east, north = bounds
        middle = (west + east) / 2, (south + north) / 2
        m_per_px = max((east - west) / width_px, (north - south) / height_px, 1.0) * (1 + 2 * margin)
        half = m_per_px * width_px / 2, m_per_px * height_px / 2
        return cls(
            middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1], width_px, height_px
        )

    @property
    def m_per_px(self) -> float:
        """Metres of one px."""
        return (self.east - self.west) / self.width_px

    def holds(self, point: shapely.Point) -> bool:
        """Whether a point lies in it."""
        return bool(self.west < point.x < self.east and self.south < point.y < self.north)


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
        self._scene, self._deck = scene, deck
        self._frame = MetricFrame(*scene.result.frame_center)

    def layers(self) -> str:
        """Every layer once, for the windows to use."""
        result, context = self._scene.result, self._scene.context
        heat = heat_areas(result.surface, result.frame_center)
        drawn = {
            "land": self._paths(_shapes(context.outline), "land", 20.0),
            "heat": "".join(self._paths([area], f"heat{i}", 10.0) for i, (_, area) in enumerate(heat, start=1)),
            "edge": self._paths(_shapes(context.outline), "edge", 20.0),
            "rail": self._paths(_shapes(context.railways), "rail0", 10.0)
            + self._paths(_shapes(context.railways), "rail1", 10.0),
            "zone": self._paths(_shapes(result.zones), "zone", 1.0)
            + self._paths(_shapes(result.candidates), "cand", 1.0),
            "target": "".join(
                _path(page.shape, f"tgt {'' if page.kind == CORRIDOR else page.level}") for page in self._deck.targets
            ),
            "spot": self._paths(_shapes(result.hotspots), "hs0", 1.0)
            + self._paths(_shapes(result.hotspots), "hs", 1.0),
        }
        groups = "".join(
            f'<g id="w-{name}" class="{name if name == "heat" else ""}">{paths}</g>' for name, paths in drawn.items()
        )
        return f'<svg class="world" width="0" height="0" aria-hidden="true"><defs>{groups}</defs></svg>'

    def county(self, width_px: float, height_px: float) -> str:
        """The whole county, and the small targets that lie together enlarged beside it."""
        shapes = [self._metric(shape) for shape in _shapes(self._scene.context.outline)] or [
            p.shape for p in self._deck.targets
        ]
        window = Window.around(
            shapely.total_bounds(shapes) if shapes else (-5e3, -3e3, 5e3, 3e3), width_px, height_px, 0.04
        )
        crowd = self._crowd()
        inset = Window.around(shapely.total_bounds([p.shape for p in crowd]), 340, 262) if len(crowd) > 1 else None
        away = {page.target_id for page in crowd} if inset else set()
        frame = "" if inset is None else _frame_of(inset, window)
        up = "" if inset is None or self._is_emptier_below(window) else " up"
        whole = self._draw(window, [p for p in self._deck.targets if p.target_id not in away], frame, covered=inset)
        return whole + (f'<div class="ins{up}"><b>A</b>{self._draw(inset, crowd)}</div>' if inset else "")

    def target(self, page: TargetPage, width_px: float, height_px: float) -> str:
        """One target."""
        window = Window.around(page.shape.bounds, width_px, height_px)
        return self._draw(
            window, [page] if max(np.ptp(np.array(page.shape.bounds).reshape(2, 2), axis=0)) > SMALL_M else []
        )

    def _is_emptier_below(self, window: Window) -> bool:
        """Whether the lower right corner holds no more signs than the upper one."""
        points = [*(point for _, point in self._ranks()), *(point for _, point in self._stations())]
        points += [page.shape.representative_point() for page in self._deck.targets]
        right = [p for p in points if window.holds(p) and p.x > window.west + 0.5 * (window.east - window.west)]
        third = (window.north - window.south) / 3
        below = sum(p.y < window.south + third for p in right)
        return bool(below <= sum(p.y > window.north - third for p in right))

    def _crowd(self) -> list[TargetPage]:
        """The small targets that lie together, the most that do."""
        small = [p for p in self._deck.targets if _extent_m(p.shape) < SMALL_M]
        near = [[o for o in small if p.shape.distance(o.shape) < TOGETHER_M / 2] for p in small]
        return max(near, key=len, default=[])

    def _draw(self, window: Window, named: Iterable[TargetPage], more: str = "", covered: Window | None = None) -> str:
        """One window with its words, scale bar and north mark."""
        box = f"{window.west:.0f} {-window.north:.0f} {window.east - window.west:.0f} {window.north - window.south:.0f}"
        uses = "".join(
            f'<use href="#w-{name}"/>' for name in ("land", "heat", "edge", "rail", "zone", "target", "spot")
        )
        signs = _Signs(window)
        for rank, point in self._ranks():
            if window.holds(point) and not (covered and covered.holds(point)):
                signs.disc(point, rank)
        for page in named:
            signs.badge(page.shape.representative_point(), page.name, page.kind)
        for name, point in self._stations():
            if window.holds(point) and not (covered and covered.holds(point)):
                signs.station(point, name)
        words = self._deck.translate
        return (
            f'<svg class="m" viewBox="{box}" preserveAspectRatio="xMidYMid meet" role="img" '
            f'aria-label="{safe_text(words("Map of hotspots and targets"))}">{uses}{more}{signs.drawn()}'
            f"{_scale(window)}{_north(window, words('N'))}</svg>"
        )

    def _ranks(self) -> list[tuple[int, shapely.Point]]:
        frame = self._scene.result.hotspots
        return [
            (int(row[RANK]), self._metric(row[GEOMETRY].representative_point())) for row in frame.to_dict("records")
        ]

    def _stations(self) -> list[tuple[str, shapely.Point]]:
        frame = self._scene.context.stations
        rows = [] if frame is None else frame.to_dict("records")
        return [
            (self._scene.name_of(row.get(NAME), row.get(NAME_EN)), self._metric(row[GEOMETRY].representative_point()))
            for row in rows
            if row[GEOMETRY] is not None and not row[GEOMETRY].is_empty
        ]

    def _metric(self, shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.force_2d(shape), lambda xy: np.column_stack(self._frame.to_metres(*xy.T)))

    def _paths(self, shapes: Iterable[shapely.Geometry], css: str, thinning_m: float) -> str:
        return "".join(_path(shapely.simplify(self._metric(shape), thinning_m), css) for shape in shapes)


def _shapes(frame: gpd.GeoDataFrame | None) -> list[shapely.Geometry]:
    return [] if frame is None else [shape for shape in frame.geometry if shape is not None and not shape.is_empty]


def _extent_m(shape: shapely.Geometry) -> float:
    west, south, east, north = shape.bounds
    return float(max(east - west, north - south))


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
        f'<text class="letter" x="{inset.west - 4 * px:.0f}" y="{-inset.north + 12 * px:.0f}" text-anchor="end" '
        f'font-size="{14 * px:.0f}">A</text>'
    )


def _scale(window: Window) -> str:
    """A bar of a round number of metres beside the north mark."""
    px = window.m_per_px
    bar = max((bar for bar in BARS_M if bar <= 90 * px), default=BARS_M[0])
    text = f"{bar / 1000:g} km" if bar >= 1000 else f"{bar:g} m"
    x, y = window.west + 44 * px + bar, -window.north + 36 * px
    return (
        f'<path class="bar" d="M{x:.0f} {y - 5 * px:.0f}V{y:.0f}H{x - bar:.0f}V{y - 5 * px:.0f}"/>'
        f'<text x="{x - bar / 2:.0f}" y="{y - 8 * px:.0f}" text-anchor="middle" '
        f'font-size="{FONT_PX * px:.1f}">{text}</text>'
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


class _Signs:
    """Signs with names that do not cover each other, in the order in which they are added."""

    def __init__(self, window: Window) -> None:
        self._window, self._px = window, window.m_per_px
        self._taken: list[shapely.Geometry] = []
        self._parts: list[str] = []

    def drawn(self) -> str:
        return "".join(self._parts)

    def disc(self, point: shapely.Point, rank: int) -> None:
        """A hotspot's rank."""
        r, (x, y) = 9 * self._px, (point.x, -point.y)
        low = "" if rank <= 3 else " low"
        self._take(x - r, y - r, 2 * r, 2 * r)
        self._parts.append(
            f'<g class="rk{low}"><circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.1f}"/><text x="{x:.0f}" '
            f'y="{y + 4.5 * self._px:.1f}" text-anchor="middle" font-size="{12 * self._px:.1f}">{rank}</text></g>'
        )

    def badge(self, point: shapely.Point, name: str, kind: str) -> None:
        """A target's badge and name, where there is room nearest to it."""
        px, side = self._px, 18 * self._px
        wide = (_width_px(name, FONT_PX) + 26) * px
        for dx, dy in (
            (0, 0),
            (0, -24),
            (0, 24),
            (-wide / px, 0),
            (-wide / px, -24),
            (0, 48),
            (0, -48),
            (-wide / px, 24),
        ):
            x, y = point.x + dx * px - side / 2, -point.y + dy * px - side / 2
            if self._is_free(x, y, wide, side):
                break
        else:
            return
        self._take(x, y, wide, side)
        glyph = (
            f'<path transform="translate({x + px:.0f} {y + px:.0f}) scale({px:.2f})" class="glyph" d="{GLYPHS[kind]}"/>'
        )
        self._parts.append(
            f'<g class="bdg"><rect x="{x:.0f}" y="{y:.0f}" width="{side:.0f}" '
            f'height="{side:.0f}" rx="{3 * px:.0f}"/>{glyph}'
            f'<text x="{x + side + 4 * px:.0f}" y="{y + 13.5 * px:.0f}" '
            f'font-size="{FONT_PX * px:.1f}">{safe_text(name)}</text></g>'
        )

    def station(self, point: shapely.Point, name: str) -> None:
        """A station, with its name where there is room."""
        px, side = self._px, 8 * self._px
        x, y = point.x - side / 2, -point.y - side / 2
        self._parts.append(f'<rect class="stn" x="{x:.0f}" y="{y:.0f}" width="{side:.0f}" height="{side:.0f}"/>')
        wide = _width_px(name, 12) * px
        for at in (x + side + 3 * px, x - wide - 3 * px):
            if self._is_free(at, y - 4 * px, wide, 16 * px):
                self._take(at, y - 4 * px, wide, 16 * px)
                self._parts.append(
                    f'<text x="{at:.0f}" y="{y + 8.5 * px:.0f}" font-size="{12 * px:.1f}">{safe_text(name)}</text>'
                )
                return

    def _take(self, x: float, y: float, wide: float, high: float) -> None:
        self._taken.append(shapely.box(x, y, x + wide, y + high))

    def _is_free(self, x: float, y: float, wide: float, high: float) -> bool:
        window, box = self._window, shapely.box(x, y, x + wide, y + high)
        inside = window.west <= x and x + wide <= window.east and -window.north <= y and y + high <= -window.south
        return inside and not any(box.intersects(other) for other in self._taken)


def _width_px(text: str, font_px: float) -> float:
    """About how wide a text is."""
    return sum(font_px if ord(letter) > 0x2E80 else font_px * 0.56 for letter in text)
