"""Where to look closely when one set of rows is shown under several datums: a few windows with many rows in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

SPOT_WIDTH_M, SPOT_HEIGHT_M = 5400.0, 3600.0
MAX_SPOTS = 3
NEAR_RAIL_M = 1500.0
MIN_ROWS = 2


@dataclass(frozen=True)
class Window:
    """A part of the picture: its middle, metres east and north in the county's frame, and its size in metres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        """As an SVG says it: left, top, width, height; y goes south there."""
        left, top = self.x - self.width / 2, -self.y - self.height / 2
        return f"{left:.0f} {top:.0f} {self.width:.0f} {self.height:.0f}"

    def narrowed(self, share: float) -> "Window":
        """The inner part of it, so much of its width and height."""
        return Window(self.x, self.y, self.width * share, self.height * share)

    def holds(self, x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
        """Which places (arrays of n) lie in it."""
        return (np.abs(x - self.x) <= self.width / 2) & (np.abs(y - self.y) <= self.height / 2)


def choose_spots(x: Floats, y: Floats, railways: Sequence[shapely.Geometry] = ()) -> tuple[Window, ...]:
    """
    The windows that hold the most rows: of all, then of those near a railway, then of what is left.

    Parameters
    ----------
    x, y : arrays of n
        Where each row lies in the middle of all its readings, metres.
    railways : sequence of lines, optional
        In the same metres.
    """
    near = np.zeros(len(x), bool)
    if len(railways) and len(x):
        near = shapely.dwithin(shapely.union_all(railways), shapely.points(x, y), NEAR_RAIL_M)
    left, spots = np.ones(len(x), bool), list[Window]()
    for wanted in (left, near, left)[:MAX_SPOTS]:
        window = _densest(x[left & wanted], y[left & wanted])
        if window is not None:
            spots.append(window)
            left = left & ~window.holds(x, y)
    return tuple(spots)


def _densest(x: Floats, y: Floats) -> Window | None:
    """The window around one of the rows that holds the most of them, moved to their middle."""
    if len(x) < MIN_ROWS:
        return None
    beside = np.abs(x[:, None] - x) <= SPOT_WIDTH_M / 2
    beside &= np.abs(y[:, None] - y) <= SPOT_HEIGHT_M / 2
    rows = beside[int(beside.sum(axis=1).argmax())]
    if rows.sum() < MIN_ROWS:
        return None
    middle_x, middle_y = (float((v[rows].min() + v[rows].max()) / 2) for v in (x, y))
    return Window(middle_x, middle_y, SPOT_WIDTH_M, SPOT_HEIGHT_M)


def spread_out(x: Floats, y: Floats, n: int) -> npt.NDArray[np.int64]:
    """Positions of up to `n` rows that lie far from each other, the one nearest to the middle first."""
    if not len(x):
        return np.zeros(0, np.int64)
    chosen = [int(np.hypot(x - x.mean(), y - y.mean()).argmin())]
    apart_m = np.full(len(x), np.inf)
    while len(chosen) < min(n, len(x)):
        apart_m = np.minimum(apart_m, np.hypot(x - x[chosen[-1]], y - y[chosen[-1]]))
        if apart_m.max() <= 0:
            break
        chosen.append(int(apart_m.argmax()))
    return np.array(chosen, np.int64)
