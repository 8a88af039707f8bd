"""
What a meeting file's maps for paper show, and where each sign and name stands, apart from how they are drawn.

All in metres of the county frame, y northwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.render.contours import heat_areas
from geo_zhengzhi.render.deck import Deck, TargetPage
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import GEOMETRY, NAME, NAME_EN, RANK

BARS_M = tuple(figure * 10.0**power for power in range(7) for figure in (1, 2, 5))
SMALL_M = 4000.0  # a target that an inset enlarges
TOGETHER_M = 8000.0  # how far apart those of one inset may lie
FONT_PX, SMALL_PX = 13.0, 12.0
BADGE_PX, DISC_PX, STATION_PX, PLACE_PX = 18.0, 9.0, 8.0, 4.0
BAR_PX = 90.0  # the longest scale bar
INSET_PX, INSET_GAP_PX = (340.0, 262.0), 13.0
ORDER = ("station", "place", "badge", "disc")


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

    @property
    def bar_m(self) -> float:
        """The length of its scale bar: a round number."""
        return max((bar for bar in BARS_M if bar <= BAR_PX * self.m_per_px), default=BARS_M[0])

    def holds(self, point: shapely.Point) -> bool:
        """Whether a point lies in it."""
        return bool(self.west < point.x < self.east and self.south < point.y < self.north)


@dataclass(frozen=True)
class Sign:
    """
    One sign of a map with its name.

    Parameters
    ----------
    form : str
        "disc" (a hotspot's rank), "badge" (a target), "station" or "place".
    x, y : float
        Its middle, for a badge its box's upper left corner; metres, y southwards.
    words : str
        Rank or name; "" where there was no room for it.
    words_x : float
        Where the name begins.
    kind : str
        Of a target.
    """

    form: str
    x: float
    y: float
    words: str
    words_x: float = 0.0
    kind: str = ""


@dataclass(frozen=True)
class MapSheet:
    """One map: its window, its signs, the inset that enlarges a part of it, and whether that stands above."""

    window: Window
    signs: Sequence[Sign]
    inset: "MapSheet | None" = None
    is_up: bool = False


class MapPlan:
    """
    The maps of a file.

    Parameters
    ----------
    scene : Scene
        Public: nothing that the file does not print.
    deck : Deck
    """

    def __init__(self, scene: Scene, deck: Deck) -> None:
        self._scene, self._deck = scene, deck
        self._frame = MetricFrame(*scene.result.frame_center)

    def shapes(self) -> Mapping[str, list[shapely.Geometry]]:
        """Every layer's shapes but the targets', metres, thinned to what paper shows; `heat` is of rising classes."""
        result, context = self._scene.result, self._scene.context
        heat = [area for _, area in heat_areas(result.surface, result.frame_center)]
        return {
            "outline": self._thinned(_shapes(context.outline), 20.0),
            "heat": self._thinned(heat, 10.0),
            "railways": self._thinned(_shapes(context.railways), 10.0),
            "zones": self._thinned(_shapes(result.zones), 1.0),
            "candidates": self._thinned(_shapes(result.candidates), 1.0),
            "hotspots": self._thinned(_shapes(result.hotspots), 1.0),
        }

    def county(self, width_px: float, height_px: float) -> MapSheet:
        """The whole county, and the small targets that lie together enlarged beside it."""
        shapes = [self._metric(shape) for shape in _shapes(self._scene.context.outline)] or [
            p.shape for p in self._deck.targets
        ]
        window = Window.around(
            shapely.total_bounds(shapes) if shapes else (-5e3, -3e3, 5e3, 3e3), width_px, height_px, 0.04
        )
        crowd = self._crowd()
        inset = Window.around(shapely.total_bounds([p.shape for p in crowd]), *INSET_PX) if len(crowd) > 1 else None
        away = {page.target_id for page in crowd} if inset else set()
        named = [p for p in self._deck.targets if p.target_id not in away]
        if inset is None:
            return MapSheet(window, self._signs(window, named))
        is_up = self._covered(_corner(window, is_up=True)) < self._covered(_corner(window, is_up=False))
        signs = self._signs(window, named, (inset, _corner(window, is_up=is_up)))
        return MapSheet(window, signs, MapSheet(inset, self._signs(inset, crowd)), is_up)

    def target(self, page: TargetPage, width_px: float, height_px: float) -> MapSheet:
        """One target."""
        window = Window.around(page.shape.bounds, width_px, height_px)
        return MapSheet(window, self._signs(window, [page] if _extent_m(page.shape) > SMALL_M else []))

    def _covered(self, corner: Window) -> tuple[int, float]:
        """How many signs, and how much of the county, lie in a corner."""
        points = [*(point for _, point in self._ranks()), *(point for _, point in self._stations())]
        points += [page.shape.representative_point() for page in self._deck.targets]
        box = shapely.box(corner.west, corner.south, corner.east, corner.north)
        land = [shapely.intersection(self._metric(shape), box) for shape in _shapes(self._scene.context.outline)]
        return sum(corner.holds(point) for point in points), round(sum(shape.area for shape in land))

    def _crowd(self) -> list[TargetPage]:
        """The small targets that lie together, the most that do."""
        small = [p for p in self._deck.targets if _extent_m(p.shape) < SMALL_M]
        near = [[o for o in small if p.shape.distance(o.shape) < TOGETHER_M / 2] for p in small]
        return max(near, key=len, default=[])

    def _signs(self, window: Window, named: Iterable[TargetPage], covered: Sequence[Window] = ()) -> list[Sign]:
        """The signs of one window; where it is covered, or enlarged elsewhere, none."""

        def is_seen(point: shapely.Point) -> bool:
            return window.holds(point) and not any(other.holds(point) for other in covered)

        signs = _Signs(window, covered)
        for rank, point in self._ranks():
            if is_seen(point):
                signs.disc(point, rank)
        for page in named:
            signs.badge(page.shape.representative_point(), page.name, page.kind)
        for form, points in (("station", self._stations()), ("place", self._places())):
            for name, point in points:
                if is_seen(point):
                    signs.point(form, point, name)
        return sorted(signs.placed, key=_order)

    def _ranks(self) -> list[tuple[int, shapely.Point]]:
        frame = self._scene.result.hotspots
        return [
            (int(row[RANK]), self._metric(row[GEOMETRY].representative_point())) for row in frame.to_dict("records")
        ]

    def _stations(self) -> list[tuple[str, shapely.Point]]:
        return self._named(self._scene.context.stations)

    def _places(self) -> list[tuple[str, shapely.Point]]:
        return self._named(self._scene.context.places)

    def _named(self, frame: gpd.GeoDataFrame | None) -> list[tuple[str, shapely.Point]]:
        rows = [] if frame is None else frame.to_dict("records")
        return [
            (self._scene.name_of(row.get(NAME), row.get(NAME_EN)), self._metric(row[GEOMETRY].representative_point()))
            for row in rows
            if row[GEOMETRY] is not None and not row[GEOMETRY].is_empty
        ]

    def _metric(self, shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.force_2d(shape), lambda xy: np.column_stack(self._frame.to_metres(*xy.T)))

    def _thinned(self, shapes: Iterable[shapely.Geometry], thinning_m: float) -> list[shapely.Geometry]:
        return [shapely.simplify(self._metric(shape), thinning_m) for shape in shapes]


class _Signs:
    """Signs with names that do not cover each other, in the order in which they are added."""

    def __init__(self, window: Window, covered: Iterable[Window] = ()) -> None:
        self._window, self._px = window, window.m_per_px
        self._taken = [shapely.box(other.west, -other.north, other.east, -other.south) for other in covered]
        self.placed: list[Sign] = []

    def disc(self, point: shapely.Point, rank: int) -> None:
        """A hotspot's rank."""
        r = DISC_PX * self._px
        self._take(point.x - r, -point.y - r, 2 * r, 2 * r)
        self.placed.append(Sign("disc", point.x, -point.y, str(rank)))

    def badge(self, point: shapely.Point, name: str, kind: str) -> None:
        """A target's badge and name, where there is room nearest to it."""
        px, side = self._px, BADGE_PX * self._px
        wide = width_px(name, FONT_PX) + BADGE_PX + 8
        for dx, dy in ((0, 0), (0, -24), (0, 24), (-wide, 0), (-wide, -24), (0, 48), (0, -48), (-wide, 24)):
            x, y = point.x + dx * px - side / 2, -point.y + dy * px - side / 2
            if self._is_free(x, y, wide * px, side):
                break
        else:
            return
        self._take(x, y, wide * px, side)
        self.placed.append(Sign("badge", x, y, name, x + side + 4 * px, kind))

    def point(self, form: str, point: shapely.Point, name: str) -> None:
        """A station or a place, with its name where there is room."""
        px, side = self._px, (STATION_PX if form == "station" else PLACE_PX) * self._px
        x, y, wide = point.x, -point.y, width_px(name, SMALL_PX) * self._px
        for at in (x + side / 2 + 3 * px, x - side / 2 - wide - 3 * px):
            if self._is_free(at, y - 8 * px, wide, 16 * px):
                self._take(at, y - 8 * px, wide, 16 * px)
                self.placed.append(Sign(form, x, y, name, at))
                return
        self.placed.append(Sign(form, x, y, ""))

    def _take(self, x: float, y: float, wide: float, high: float) -> None:
        self._taken.append(shapely.box(x, y, x + wide, y + high))

    def _is_free(self, x: float, y: float, wide: float, high: float) -> bool:
        window, box = self._window, shapely.box(x, y, x + wide, y + high)
        inside = window.west <= x and x + wide <= window.east and -window.north <= y and y + high <= -window.south
        return inside and not any(box.intersects(other) for other in self._taken)


def _order(sign: Sign) -> tuple[int, int]:
    """The later is drawn over the earlier: discs over names, the first rank over the others."""
    return ORDER.index(sign.form), -int(sign.words) if sign.form == "disc" else 0


def _corner(window: Window, *, is_up: bool) -> Window:
    """The ground under the inset at the right, above or below."""
    (wide, high), gap, px = INSET_PX, INSET_GAP_PX, window.m_per_px
    east = window.east - gap * px
    south = window.north - (gap + high) * px if is_up else window.south + gap * px
    return Window(east - wide * px, south, east, south + high * px, wide, high)


def width_px(text: str, font_px: float) -> float:
    """About how wide a text is, whatever font a reader has."""
    return sum(font_px if ord(letter) > 0x2E80 else font_px * 0.56 for letter in text)


def bar_words(bar_m: float) -> str:
    """A scale bar's length."""
    return f"{bar_m / 1000:g} km" if bar_m >= 1000 else f"{bar_m:g} m"


def _shapes(frame: gpd.GeoDataFrame | None) -> list[shapely.Geometry]:
    return [] if frame is None else [shape for shape in frame.geometry if shape is not None and not shape.is_empty]


def _extent_m(shape: shapely.Geometry) -> float:
    west, south, east, north = shape.bounds
    return float(max(east - west, north - south))
