"""Where the signs and names of a meeting file's maps stand: none covers another's name."""

from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from geo_zhengzhi.render.meeting.map_windows import Window

FONT_PX, SMALL_PX = 13.0, 12.0
BADGE_PX, DISC_PX, STATION_PX, PLACE_PX = 18.0, 9.0, 8.0, 4.0
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


class Signs:
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


def drawing_order(sign: Sign) -> tuple[int, int]:
    """The later is drawn over the earlier: discs over names, the first rank over the others."""
    return ORDER.index(sign.form), -int(sign.words) if sign.form == "disc" else 0


def width_px(text: str, font_px: float) -> float:
    """About how wide a text is, whatever font a reader has."""
    return sum(font_px if ord(letter) > 0x2E80 else font_px * 0.56 for letter in text)
