"""
What a meeting file's maps for paper show, and where each sign and name stands, apart from how they are drawn.

All in metres of the county frame, y northwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.render.contours import heat_areas
from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.map_signs import Sign, Signs, drawing_order
from geo_zhengzhi.render.meeting.map_windows import Window
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import GEOMETRY, NAME, NAME_EN, RANK

SMALL_M = 4000.0  # a target that an inset enlarges
TOGETHER_M = 8000.0  # how far apart those of one inset may lie
INSET_PX, INSET_GAP_PX = (340.0, 262.0), 13.0
LEAST_ENLARGED = 1.5  # by an inset: below that it would show the same again
KEY_PX = (346.0, 172.0)  # of the county's map: its lower left corner


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
        bounds = shapely.total_bounds(shapes) if shapes else (-5e3, -3e3, 5e3, 3e3)
        window = self._clear_of_key(Window.around(bounds, width_px, height_px, 0.04), bounds)
        crowd = self._crowd()
        inset = Window.around(shapely.total_bounds([p.shape for p in crowd]), *INSET_PX) if len(crowd) > 1 else None
        if inset is not None and inset.m_per_px > window.m_per_px / LEAST_ENLARGED:
            inset = None
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

    def _clear_of_key(self, window: Window, bounds: Sequence[float]) -> Window:
        """A window whose lower left corner, where the key stands, holds no target."""
        (wide, high), px = KEY_PX, window.m_per_px
        corner = shapely.box(window.west, window.south, window.west + wide * px, window.south + high * px)
        covers = any(page.shape.intersects(corner) for page in self._deck.targets)
        if not covers or window.height_px < 2 * high:
            return window
        above = Window.around(bounds, window.width_px, window.height_px - high, 0.04)
        south = above.south - high * above.m_per_px
        return Window(above.west, south, above.east, above.north, window.width_px, window.height_px)

    def _covered(self, corner: Window) -> tuple[int, float]:
        """How many signs, and how much of the county, lie in a corner."""
        points = [*(point for _, point in self._ranks), *(point for _, point in self._stations)]
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

        signs = Signs(window, covered, self._railways)
        for rank, point in self._ranks:
            if is_seen(point):
                signs.disc(point, rank)
        for page in named:
            signs.badge(page.shape.representative_point(), page.name, page.kind)
        for form, points in (("station", self._stations), ("place", self._places)):
            for name, point in points:
                if is_seen(point):
                    signs.point(form, point, name)
        return sorted(signs.placed, key=drawing_order)

    @cached_property
    def _railways(self) -> list[shapely.Geometry]:
        return self._thinned(_shapes(self._scene.context.railways), 50.0)

    @cached_property
    def _ranks(self) -> list[tuple[int, shapely.Point]]:
        frame = self._scene.result.hotspots
        return [
            (int(row[RANK]), self._metric(row[GEOMETRY].representative_point())) for row in frame.to_dict("records")
        ]

    @cached_property
    def _stations(self) -> list[tuple[str, shapely.Point]]:
        return self._named(self._scene.context.stations)

    @cached_property
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


def _corner(window: Window, *, is_up: bool) -> Window:
    """The ground under the inset at the right, above or below."""
    (wide, high), gap, px = INSET_PX, INSET_GAP_PX, window.m_per_px
    east = window.east - gap * px
    south = window.north - (gap + high) * px if is_up else window.south + gap * px
    return Window(east - wide * px, south, east, south + high * px, wide, high)


def _shapes(frame: gpd.GeoDataFrame | None) -> list[shapely.Geometry]:
    return [] if frame is None else [shape for shape in frame.geometry if shape is not None and not shape.is_empty]


def _extent_m(shape: shapely.Geometry) -> float:
    west, south, east, north = shape.bounds
    return float(max(east - west, north - south))
