"""Shapes of a presentation's slide, placed in px of the slides' design, their words always inside their boxes."""

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn

from geo_zhengzhi.render.meeting.canvas import LINE, Canvas
from geo_zhengzhi.render.meeting.faces import Faces, ReaderFaces, plain
from geo_zhengzhi.render.meeting.paper_charts import Box
from geo_zhengzhi.render.meeting.printing import picture
from geo_zhengzhi.render.meeting.slide_words import Cell, Run, emu, fill_with, write, write_cell

ROOM = 1.03  # readers' programs set letters a little wider than fonts say
DENSITY = 2.0  # pixels of a picture a px of the design
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # neither lines nor colours of its own
LINE_HEIGHT = 1.45  # of the letters' size, whatever font a reader has
# programs break a day at its hyphens, and a percentage before its sign: words with one keep the lines that were
# measured, in their own letters, so that a day is found by searching for it
HELD = re.compile(r"\d-\d|\d %")


class Shapes:
    """
    What is put on one slide.

    Parameters
    ----------
    slide : pptx Slide
    faces : ReaderFaces
        Of words that a reader's program sets.
    drawn : Faces
        Of words in pictures.
    """

    def __init__(self, slide: Any, faces: ReaderFaces, drawn: Faces) -> None:
        self._slide, self.faces, self._drawn = slide, faces, drawn
        self.cut: list[str] = []

    def fitted(self, words: str, width: float, size: float, *, bold: bool = False, floor: float = 0.0) -> Run:
        """Words for one line: smaller down to a floor, then cut; what was cut is kept for the notes."""
        words = plain(words)
        while size > floor > 0 and self.faces.width(words, size, bold=bold) * ROOM > width:
            size -= 0.5
        shown = self.faces.fitted(words, width / ROOM, size, bold=bold)
        self._remember(words, shown)
        return Run(shown, size, bold)

    def on_lines(
        self, words: str, width: float, size: float, *, bold: bool = False, floor: float, least: float, most: int = 2
    ) -> Run:
        """Words for one line, smaller down to a floor; else for more of the least size, only then cut."""
        words = plain(words)
        if self.faces.width(words, floor, bold=bold) * ROOM <= width:
            return self.fitted(words, width, size, bold=bold, floor=floor)
        return self.whole(words, self.lines(words, width, least, most, bold=bold), Run("", least, bold))

    def whole(self, words: str, lines: Sequence[str], look: Run) -> Run:
        """Words that were measured as these lines: whole unless cut, with breaks where programs would do harm."""
        shown = _joined(lines) if lines and lines[-1].endswith("…") else plain(words)
        kept = tuple(lines) if len(lines) > 1 and HELD.search(shown) else ()
        return Run(shown, look.size, look.bold, look.colour, kept)

    def in_lines(self, words: str, width: float, look: Run) -> Run:
        """Words in as many lines of a width as they need."""
        return self.whole(words, self.faces.wrapped(words, width / ROOM, look.size, bold=look.bold), look)

    def lines(self, words: str, width: float, size: float, most: int, *, bold: bool = False) -> list[str]:
        """Words in at most so many lines; what was cut is kept for the notes."""
        shown = self.faces.wrapped(words, width / ROOM, size, bold=bold, most=most)
        self._remember(plain(words), "".join(shown))
        return shown

    def _remember(self, words: str, shown: str) -> None:
        if shown.endswith("…") and not words.endswith("…") and words not in self.cut:
            self.cut.append(words)

    def title(self, run: Run, x: float, y: float, width: float, height: float) -> None:
        """The slide's title, which programs list slides by."""
        shape = self._slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = (emu(value) for value in (x, y, width, height))
        write(shape.text_frame, [[run]], "start", MSO_ANCHOR.MIDDLE)

    def text(
        self,
        paragraphs: Sequence[Sequence[Run]],
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        align: str = "start",
        middle: bool = False,
        gap: float = 0.0,
    ) -> None:
        """A box of editable words."""
        shape = self._slide.shapes.add_textbox(*(emu(value) for value in (x, y, width, height)))
        write(shape.text_frame, paragraphs, align, MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.TOP, gap)

    def paragraph(self, words: str, x: float, y: float, width: float, run: Run, most: int) -> float:
        """Words in lines; returns where they end below."""
        lines = self.lines(words, width, run.size, most, bold=run.bold)
        if not lines:
            return y
        height = LINE_HEIGHT * run.size * len(lines)
        self.text([[self.whole(words, lines, run)]], x, y, width, height)
        return y + height

    def chip(self, run: Run, x: float, y: float, fill: str | None, stroke: str | None, dashed: bool = False) -> float:
        """Words in a rounded box whose right edge is `x`; returns its width."""
        width = self.faces.width(run.words, run.size, bold=run.bold) * ROOM + 1.1 * run.size
        shape = self.box(x - width, y, width, 1.6 * run.size, fill, stroke, rounded=True, dashed=dashed)
        write(shape.text_frame, [[run]], "middle", MSO_ANCHOR.MIDDLE)
        return width

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None = None,
        stroke: str | None = None,
        *,
        rounded: bool = False,
        dashed: bool = False,
    ) -> Any:
        """A box without shadow."""
        form = MSO_SHAPE.ROUNDED_RECTANGLE if rounded else MSO_SHAPE.RECTANGLE
        shape = self._slide.shapes.add_shape(form, *(emu(value) for value in (x, y, width, height)))
        shape._element.remove(shape._element.find(qn("p:style")))  # a theme's shadows and colours
        if rounded:
            shape.adjustments[0] = 4 / height
        fill_with(shape.fill, fill)
        if stroke is None:
            shape.line.fill.background()
        else:
            shape.line.color.rgb = RGBColor.from_string(stroke[1:])
            shape.line.width = emu(1)
        if dashed:
            shape.line.dash_style = MSO_LINE.DASH
        return shape

    def rule(self, x: float, y: float, width: float, colour: str = LINE) -> None:
        """A thin line across."""
        self.box(x, y - 0.5, width, 1.0, colour)

    def drawing(
        self, draw: Callable[[Canvas, Box], None], x: float, y: float, width: float, height: float, words: str
    ) -> None:
        """A picture, drawn into a box of its size, with what it shows in words."""
        content = picture(self._drawn, (width, height), DENSITY, lambda canvas: draw(canvas, (0.0, 0.0, width, height)))
        shape = self._slide.shapes.add_picture(BytesIO(content), *(emu(value) for value in (x, y, width, height)))
        properties = shape._element.nvPicPr.cNvPr  # the library has no name for alternative text
        properties.set("descr", plain(words))
        shape.name = plain(words)[:80]

    def table(
        self,
        rows: Sequence[Sequence[Cell]],
        widths: Sequence[float],
        heights: Sequence[float],
        x: float,
        y: float,
        *,
        ruled: bool = True,
        pad: float = 0.0,
    ) -> None:
        """A table of editable cells; `ruled` draws a line under each row."""
        place = (emu(x), emu(y), emu(sum(widths)), emu(sum(heights)))
        table = self._slide.shapes.add_table(len(rows), len(widths), *place).table
        properties = table._tbl.tblPr
        for name in ("firstRow", "bandRow"):
            properties.set(name, "0")
        properties.find(qn("a:tableStyleId")).text = PLAIN_TABLE
        for column, width in zip(table.columns, widths, strict=True):
            column.width = emu(width)
        for line, height in zip(table.rows, heights, strict=True):
            line.height = emu(height)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                write_cell(table.cell(i, j), cell, pad, LINE if ruled else "")

    def notes(self) -> None:
        """What was cut, whole, in the slide's notes."""
        if self.cut:
            self._slide.notes_slide.notes_text_frame.text = "\n".join(self.cut)


def _joined(lines: Sequence[str]) -> str:
    """Lines as one text, with a space where two words meet."""
    text = lines[0]
    for line in lines[1:]:
        is_apart = text[-1].isascii() and line[0].isascii() and (text[-1] != "-" or text[-2:] == " -")
        text += f" {line}" if is_apart else line
    return text
