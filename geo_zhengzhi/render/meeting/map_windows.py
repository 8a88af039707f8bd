"""What one map of a meeting file shows: a window in metres, on so many px."""

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

BARS_M = tuple(figure * 10.0**power for power in range(7) for figure in (1, 2, 5))
BAR_PX = 90.0  # the longest scale bar


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


def bar_words(bar_m: float) -> str:
    """A scale bar's length."""
    return f"{bar_m / 1000:g} km" if bar_m >= 1000 else f"{bar_m:g} m"
