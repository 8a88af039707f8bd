"""The glyphs' outlines, written as SVG paths, as the drawing library's paths."""

import re
from functools import cache

import numpy as np
from matplotlib.path import Path

from geo_zhengzhi.render.symbols import GLYPHS

TOKENS = re.compile(r"[MmHhVvLlAaZz]|-?\d*\.\d+|-?\d+")
NEEDED = {"M": 2, "L": 2, "H": 1, "V": 1, "A": 7, "Z": 0}


@cache
def glyph_path(kind: str) -> Path:
    """The outline of a kind's glyph in its square of 16."""
    pen = _Pen()
    tokens = TOKENS.findall(GLYPHS[kind])
    while tokens:
        if tokens[0].isalpha():
            pen.command = tokens.pop(0)
        needed = NEEDED[pen.command.upper()]
        pen.go([float(tokens.pop(0)) for _ in range(needed)])
    return Path(np.array(pen.vertices), pen.codes)


class _Pen:
    """Follows the commands that the glyphs use: lines, and arcs that are whole circles."""

    def __init__(self) -> None:
        self.command = "M"
        self.vertices: list[tuple[float, float]] = []
        self.codes: list[int] = []
        self._at = self._start = (0.0, 0.0)

    def go(self, numbers: list[float]) -> None:
        """One command with its numbers."""
        name, relative = self.command.upper(), self.command.islower()
        x, y = self._at if relative else (0.0, 0.0)
        if name == "Z":
            self._add(self._start, int(Path.CLOSEPOLY))
        elif name == "A":
            self._circle(numbers[0])
        elif name == "H":
            self._add((x + numbers[0], self._at[1]), int(Path.LINETO))
        elif name == "V":
            self._add((self._at[0], y + numbers[0]), int(Path.LINETO))
        else:
            self._add((x + numbers[0], y + numbers[1]), int(Path.MOVETO if name == "M" else Path.LINETO))
        if name == "M":
            self._start, self.command = self._at, "l" if relative else "L"  # more numbers behind a move are lines

    def _circle(self, radius: float) -> None:
        """A circle whose top is here."""
        circle = Path.circle((self._at[0], self._at[1] + radius), radius)
        self.vertices += [(float(x), float(y)) for x, y in np.asarray(circle.vertices, float)]
        self.codes += np.asarray(circle.codes).tolist()

    def _add(self, point: tuple[float, float], code: int) -> None:
        self.vertices.append(point)
        self.codes.append(code)
        self._at = point
