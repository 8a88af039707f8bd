"""Square blocks of ground that hold so many incidents that none of them stands for one incident."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_SIDE_M = 200.0
N_LEVELS = 6  # the largest block is 6.4 km wide


@dataclass(frozen=True)
class Block:
    """A square by its south-western corner and its side, metres, with the incidents in it."""

    west_m: float
    south_m: float
    side_m: float
    n: int

    @property
    def place(self) -> tuple[float, float, float]:
        """Where it lies, and how wide it is."""
        return self.west_m, self.south_m, self.side_m

    @property
    def is_of_the_grid(self) -> bool:
        """Whether it is one of the squares that ground is divided into."""
        sides = [LEAST_SIDE_M * 2**level for level in range(N_LEVELS)]
        return self.side_m in sides and self.west_m % self.side_m == self.south_m % self.side_m == 0

    def around(self) -> Iterator[tuple[float, float, float]]:
        """The square itself, and those that hold it."""
        side = self.side_m
        while side <= LEAST_SIDE_M * 2 ** (N_LEVELS - 1):
            yield self.west_m // side * side, self.south_m // side * side, side
            side *= 2


def blocks_of(easting_m: Floats, northing_m: Floats, k: int) -> list[Block]:
    """
    Divide the ground into squares that hold at least k incidents each.

    A square is divided into four as long as those of the four that hold at least k hold half of its incidents or more;
    what the others hold is left out, as are largest squares with fewer than k. The squares' corners do not depend on
    the incidents.

    Parameters
    ----------
    easting_m, northing_m : float64[n]
        In the county frame.
    k : int
        >= 1.

    Returns
    -------
    list of Block
        From south-west to north-east within each larger square.
    """
    top_m = LEAST_SIDE_M * 2 ** (N_LEVELS - 1)
    corners = np.floor(np.column_stack([easting_m, northing_m]) / top_m).astype(np.int64)
    found: list[Block] = []
    for column, row in np.unique(corners, axis=0).tolist():
        inside = (corners[:, 0] == column) & (corners[:, 1] == row)
        if inside.sum() >= k:
            found += _divided(easting_m[inside], northing_m[inside], (column * top_m, row * top_m, top_m), k)
    return found


def _divided(x: Floats, y: Floats, square: tuple[float, float, float], k: int) -> Iterator[Block]:
    """A square, or the four that it is divided into."""
    west, south, side = square
    half = side / 2
    right, upper = x >= west + half, y >= south + half
    quarters = [(right == r) & (upper == u) for u in (False, True) for r in (False, True)]
    counts = [int(quarter.sum()) for quarter in quarters]
    if half < LEAST_SIDE_M or 2 * sum(n for n in counts if n >= k) < len(x):
        yield Block(west, south, side, len(x))
        return
    for number, (quarter, n) in enumerate(zip(quarters, counts, strict=True)):
        if n >= k:
            corner = (west + half * (number % 2), south + half * (number // 2), half)
            yield from _divided(x[quarter], y[quarter], corner, k)


def beside(blocks: Sequence[Block], others: Sequence[Block]) -> list[Block]:
    """The blocks that share no ground with any of the others, nor with a larger one of their own."""
    there = {block.place for block in [*others, *blocks]}
    holding = {place for block in others for place in block.around()}
    return [block for block in blocks if block.place not in holding and not there & set([*block.around()][1:])]
