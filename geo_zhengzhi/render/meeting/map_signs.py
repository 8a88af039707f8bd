"""Where the signs and names of a meeting file's maps stand: none covers another's name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo_zhengzhi.render.meeting.map_windows import Window

FONT_PX, SMALL_PX = 13.0, 12.0
BADGE_PX, DISC_PX, STATION_PX, PLACE_PX = 18.0, 9.0, 8.0, 4.0
MOST_NAME_PX, LINE_PX = 260.0, 15.0  # of a target's name beside its badge: one line's width, and from line to line
CORNER_PX = (140.0, 44.0)  # of north mark and scale bar, at the upper left
WIDE_FROM = 0x2E80  # letters that are as wide as high
ORDER = ("station", "place", "badge", "disc")  # the later over the earlier


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
        Rank or name, a long one of two lines; "" where there was no room for it.
    words_x : float
        Where the name begins.
    words_dy : float
        How far below the sign's middle the name's is.
    kind : str
        Of a target.
    """

    form: str
    x: float
    y: float
    words: str
    words_x: float = 0.0
    words_dy: float = 0.0
    kind: str = ""


class Signs:
    """
    Signs with names that do not cover each other, in the order in which they are added.

    Parameters
    ----------
    window : Window
    covered : iterable of Window
        Ground on which no sign stands.
    lines : sequence of geometries
        Railways, metres, which names rather do not cross.
    """

    def __init__(self, window: Window, covered: Iterable[Window] = (), lines: Sequence[shapely.Geometry] = ()) -> None:
        self._window, self._px = window, window.m_per_px
        wide, high = (side * self._px for side in CORNER_PX)
        corner = (window.west, -window.north, window.west + wide, -window.north + high)
        self._taken = np.array([corner, *((o.west, -o.north, o.east, -o.south) for o in covered)], float)
        self._lines = shapely.transform(shapely.union_all(lines), lambda xy: xy * (1, -1))
        self.placed: list[Sign] = []

    def disc(self, point: shapely.Point, rank: int) -> None:
        """A hotspot's rank."""
        r = DISC_PX * self._px
        self._take(shapely.box(point.x - r, -point.y - r, point.x + r, -point.y + r))
        self.placed.append(Sign("disc", point.x, -point.y, str(rank)))

    def badge(self, point: shapely.Point, name: str, kind: str) -> None:
        """A target's badge and name, where there is room nearest to it; without its name where there is none."""
        px, side, shown = self._px, BADGE_PX * self._px, "\n".join(lines_of(name))
        wide = max(width_px(line, FONT_PX) for line in shown.split("\n")) + BADGE_PX + 8
        high = BADGE_PX + LINE_PX * shown.count("\n")
        boxes = [self._beside(point, dx, dy, wide, high) for dx, dy in _around(wide)]
        box = self._best(boxes)
        if box is None:
            shown = ""
            alone = [self._beside(point, dx, dy, BADGE_PX) for dx, dy in _around(BADGE_PX)]
            box = self._best(alone) or alone[0]  # a target is never left out
        self._take(box)
        x, y, _, _ = box.bounds
        self.placed.append(Sign("badge", x, y, shown, x + side + 4 * px, kind=kind))

    def point(self, form: str, point: shapely.Point, name: str) -> None:
        """A station or a place, with its name where there is room."""
        px, side = self._px, (STATION_PX if form == "station" else PLACE_PX) * self._px
        x, y, wide = point.x, -point.y, width_px(name, SMALL_PX) * self._px
        beside = ((x + side / 2 + 3 * px, y), (x - side / 2 - wide - 3 * px, y))
        over = ((x - wide / 2, y - side / 2 - 9 * px), (x - wide / 2, y + side / 2 + 9 * px))
        box = self._best([shapely.box(at, to - 8 * px, at + wide, to + 8 * px) for at, to in (*beside, *over)])
        if box is None:
            self.placed.append(Sign(form, x, y, ""))
            return
        self._take(box)
        west, north, _, south = box.bounds
        self.placed.append(Sign(form, x, y, name, west, (north + south) / 2 - y))

    def _beside(
        self, point: shapely.Point, dx: float, dy: float, wide: float, high: float = BADGE_PX
    ) -> shapely.Polygon:
        """A badge's box with its name, so many px from the middle of a target."""
        px, side = self._px, BADGE_PX * self._px
        x, y = point.x + dx * px - side / 2, -point.y + dy * px - side / 2
        return shapely.box(x, y, x + wide * px, y + high * px)

    def _best(self, boxes: Iterable[shapely.Polygon]) -> shapely.Polygon | None:
        """The first free box that no railway crosses, else the first free one."""
        first = None
        for box in filter(self._is_free, boxes):
            if not box.intersects(self._lines):
                return box
            first = first or box
        return first

    def _take(self, box: shapely.Polygon) -> None:
        self._taken = np.vstack([self._taken, box.bounds])

    def _is_free(self, box: shapely.Polygon) -> bool:
        window, (west, north, east, south) = self._window, box.bounds
        inside = window.west <= west and east <= window.east and -window.north <= north and south <= -window.south
        left, top, right, bottom = self._taken.T
        return inside and not np.any((left <= east) & (right >= west) & (top <= south) & (bottom >= north))


def _around(wide: float) -> list[tuple[float, float]]:
    """Where a badge of a width may stand, px from its target, the nearest first: its icon or its end at the target."""
    rows = (0, -24, 24, -48, 48, -72, 72)
    near = [(0.0, 0.0), (0.0, -24.0), (0.0, 24.0), (-wide, 0.0), (-wide, -24.0), (-wide, 24.0)]
    far = [(dx, float(dy)) for dy in rows for dx in (0.0, BADGE_PX - wide, (BADGE_PX - wide) / 2, 24.0, -wide)]
    return list(dict.fromkeys((*near, *far)))


def lines_of(name: str) -> list[str]:
    """A name on one line, or on two that are as even as its words allow, cut where they are not enough."""
    if width_px(name, FONT_PX) <= MOST_NAME_PX:
        return [name]
    ends = [i for i in range(1, len(name)) if _may_end(name[i - 1], name[i])] or [len(name) // 2]
    middle = min(ends, key=lambda i: abs(width_px(name[:i], FONT_PX) - width_px(name[i:], FONT_PX)))
    return [cut(half.strip(), MOST_NAME_PX) for half in (name[:middle], name[middle:])]


def _may_end(last: str, first: str) -> bool:
    """Whether a line may end between two letters."""
    return last in " -/" or ord(last) > WIDE_FROM or ord(first) > WIDE_FROM


def cut(name: str, most_px: float) -> str:
    """A name that is no wider than so many px in a badge's letters."""
    if width_px(name, FONT_PX) <= most_px:
        return name
    while name and width_px(name, FONT_PX) > most_px - FONT_PX:
        name = name[:-1]
    return f"{name.rstrip()}…"


def drawing_order(sign: Sign) -> tuple[int, int]:
    """The later is drawn over the earlier: discs over names, the first rank over the others."""
    return ORDER.index(sign.form), -int(sign.words) if sign.form == "disc" else 0


def width_px(text: str, font_px: float) -> float:
    """About how wide a text is, whatever font a reader has."""
    return sum(font_px if ord(letter) > WIDE_FROM else font_px * 0.56 for letter in text)
