"""
A sheet that is drawn on in px of the slides' design, from the upper left, whatever it becomes: pixels or a PDF's page.

One drawing library does both, through what its figures ask of their canvases. It draws by `drawing_rules`, whatever
a machine has set. Words are never read as mathematics.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextToPath
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image

from geo_zhengzhi.render.meeting.faces import Faces, plain

INK, INK_2, INK_3, LINE, LINE_CTL = "#16202A", "#45525E", "#5B6873", "#D6DBE0", "#7D8893"
ACCENT, ACCENT_WEAK, PAPER, LAND, SEA = "#1A4E8A", "#E4ECF5", "#FFFFFF", "#F6F6F2", "#E7EAEC"
BETTER, BETTER_WEAK, WORSE = "#00667A", "#E0EEF0", "#B23A08"
STARTS = {"start": 0.0, "middle": 0.5, "end": 1.0}
HATCH_PX = 7.0


class Canvas:
    """
    A page that is drawn on.

    Parameters
    ----------
    renderer : matplotlib renderer
    faces : Faces
    width, height : float
        Of the page, px of the design.
    scale : float
        The renderer's units a px.
    """

    def __init__(self, renderer: Any, faces: Faces, width: float, height: float, scale: float) -> None:
        self.faces, self.width, self.height = faces, width, height
        self._renderer, self._scale = renderer, scale
        self._down = Affine2D().scale(scale, -scale).translate(0, height * scale)
        self._clip: Bbox | None = None

    def path(
        self,
        path: Path,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        weight: float = 1.0,
        dashes: Sequence[float] = (),
        opacity: float = 1.0,
        place: Affine2D | None = None,
    ) -> None:
        """A path; `place` leads from its own units to px, `opacity` is of the fill."""
        pen = self._pen(stroke, weight, dashes)
        where = self._down if place is None else place + self._down
        self._renderer.draw_path(pen, path, where, None if fill is None else to_rgba(fill, opacity))
        pen.restore()

    @property
    def density(self) -> float | None:
        """Pixels a px of the design; None where a picture may be of any density."""
        return None if self._renderer.option_scale_image() else self._scale

    def image(self, pixels: npt.NDArray[np.uint8], x: float, y: float, width: float, height: float) -> None:
        """A picture (h × w × 4, uint8) over a box."""
        pen, (left, bottom) = self._pen(None, 0.0, ()), self._down.transform((x, y + height))
        wide, high = width * self._scale, height * self._scale
        if self.density is None:
            self._renderer.draw_image(pen, left, bottom, pixels[::-1], Affine2D().scale(wide, high))
        else:
            size = (max(1, round(left + wide) - round(left)), max(1, round(bottom + high) - round(bottom)))
            shown = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
            self._renderer.draw_image(pen, round(left), round(bottom), np.ascontiguousarray(shown[::-1]))
        pen.restore()

    def rect(self, x: float, y: float, width: float, height: float, *, radius: float = 0.0, **look: Any) -> None:
        """A box from its upper left corner."""
        self.path(_rounded(x, y, width, height, radius) if radius else _box(x, y, width, height), **look)

    def line(self, points: Sequence[tuple[float, float]], **look: Any) -> None:
        """A line through points."""
        self.path(Path(np.array(points, float)), **({"stroke": INK} | look))

    def circle(self, x: float, y: float, radius: float, **look: Any) -> None:
        """A disc."""
        self.path(Path.circle((x, y), radius), **look)

    def hatched(self, x: float, y: float, width: float, height: float, stroke: str = LINE_CTL) -> None:
        """Lines that rise to the right, all over a box."""
        ends = []
        for along in np.arange(HATCH_PX / 2, width + height, HATCH_PX):
            ends += [(x + max(0, along - height), y + min(along, height))]
            ends += [(x + min(along, width), y + max(0, along - width))]
        codes = [Path.MOVETO, Path.LINETO] * (len(ends) // 2)
        self.path(Path(np.array(ends), codes), stroke=stroke, weight=1.1)

    def text(
        self,
        x: float,
        y: float,
        words: object,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        anchor: str = "start",
        halo: float = 0.0,
    ) -> float:
        """Words on a line, `y` their base; returns where they end."""
        runs = self.faces.runs(plain(words), bold=bold)
        x -= STARTS[anchor] * size * sum(width for _, _, width in runs)
        for font, letters, width in runs:
            if halo:
                self._halo(x, y, font, letters, size, halo)
            self._write(x, y, font, letters, size, colour)
            x += width * size
        return x

    @contextmanager
    def clipped(self, x: float, y: float, width: float, height: float) -> Iterator[None]:
        """Draw only inside a box."""
        before, corners = self._clip, self._down.transform([(x, y + height), (x + width, y)])
        self._clip = Bbox(corners)
        yield
        self._clip = before

    def _write(self, x: float, y: float, font: str, letters: str, size: float, colour: str) -> None:
        pen = self._pen(colour, 0.0, ())
        at_x, at_y = self._down.transform((x, y))
        if self._renderer.flipy():
            at_y = self.height * self._scale - at_y
        self._renderer.draw_text(pen, at_x, at_y, letters, FontProperties(fname=font, size=size * self._scale), 0.0)
        pen.restore()

    def _halo(self, x: float, y: float, font: str, letters: str, size: float, width: float) -> None:
        """The letters' outlines in white, behind them."""
        vertices, codes = TextToPath().get_text_path(FontProperties(fname=font), letters)
        place = Affine2D().scale(size / TextToPath.FONT_SCALE, -size / TextToPath.FONT_SCALE).translate(x, y)
        if len(vertices):
            self.path(Path(vertices, codes), stroke=PAPER, weight=width, place=place)

    def _pen(self, stroke: str | None, width: float, dashes: Sequence[float]) -> Any:
        pen = self._renderer.new_gc()
        pen.set_foreground(stroke or INK)
        pen.set_linewidth(0.0 if stroke is None else width * self._scale)
        if len(dashes):
            pen.set_dashes(0.0, [dash * self._scale for dash in dashes])
        if self._clip is not None:
            pen.set_clip_rectangle(self._clip)
        return pen


def _box(x: float, y: float, width: float, height: float) -> Path:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return Path(np.array(corners, float), closed=True)


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> Path:
    """A box with round corners, its corners as quadratic curves."""
    a, b, c, d, r = x, y, x + width, y + height, min(radius, width / 2, height / 2)
    points = [
        (a + r, b),
        (c - r, b),
        (c, b),
        (c, b + r),
        (c, d - r),
        (c, d),
        (c - r, d),
        (a + r, d),
        (a, d),
        (a, d - r),
    ]
    points += [(a, b + r), (a, b), (a + r, b), (a + r, b)]
    side, turn = [Path.LINETO], [Path.CURVE3, Path.CURVE3]
    codes = [Path.MOVETO, *side, *turn, *side, *turn, *side, *turn, *side, *turn, Path.CLOSEPOLY]
    return Path(np.array(points, float), codes)


def path_of(shape: shapely.Geometry) -> Path | None:
    """A geometry as one path, outer rings one way and holes the other; None of an empty one."""
    vertices: list[Any] = []
    codes: list[int] = []
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        is_area = part.geom_type == "Polygon"
        for line in shapely.get_rings(part) if is_area else [part]:
            points = shapely.get_coordinates(line)
            if len(points) < 2:
                continue
            vertices.append(points)
            end = Path.CLOSEPOLY if is_area else Path.LINETO
            codes += [int(Path.MOVETO), *[int(Path.LINETO)] * (len(points) - 2), int(end)]
    return Path(np.concatenate(vertices), codes) if vertices else None
