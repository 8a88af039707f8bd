"""Words of a presentation's boxes and cells, and what is behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_PATTERN
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from geo_zhengzhi.render.meeting.canvas import INK, LINE_CTL, PAPER
from geo_zhengzhi.render.meeting.faces import plain

WIDE_EMU, WIDE_PX = 12_192_000, 1366.0
EMU_A_PX = WIDE_EMU / WIDE_PX
POINTS_A_PX = EMU_A_PX / 12_700
ALIGNS = {"start": PP_ALIGN.LEFT, "middle": PP_ALIGN.CENTER, "end": PP_ALIGN.RIGHT}


@dataclass(frozen=True)
class Run:
    """Words in one look; `size` in px. Where there are `lines`, they break there and nowhere else."""

    words: str
    size: float
    bold: bool = False
    colour: str = INK
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its words, how they stand, what is behind them: "few", "held" or a colour."""

    run: Run
    align: str = "start"
    fill: str = ""


def emu(px: float) -> Emu:
    """A length as the file writes it."""
    return Emu(round(px * EMU_A_PX))


def write(frame: Any, paragraphs: Sequence[Sequence[Run]], align: str, anchor: Any, gap: float = 0.0) -> None:
    """Words without margins, in a box that keeps its size."""
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for number, runs in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = ALIGNS[align]
        if gap and number:
            paragraph.space_before = emu(gap)
        for run in runs:
            _run(paragraph, run)


def _run(paragraph: Any, run: Run) -> None:
    for number, words in enumerate(run.lines or (run.words,)):
        if number:
            paragraph.add_line_break()
        written = paragraph.add_run()
        written.text = plain(words)
        written.font.size = Pt(round(run.size * POINTS_A_PX, 1))
        written.font.bold = run.bold
        written.font.color.rgb = RGBColor.from_string(run.colour[1:])


def write_cell(cell: Any, said: Cell, pad: float, rule: str) -> None:
    """A cell's words and background, and a line under it in the colour `rule`; "" draws none."""
    cell.margin_top = cell.margin_bottom = 0
    cell.margin_left = cell.margin_right = emu(pad)
    _words_of(cell, said)
    fill_with(cell.fill, PAPER if said.fill == "held" else said.fill or None)
    if said.fill == "held":
        _edge(cell, LINE_CTL, ("a:lnL", "a:lnR", "a:lnT", "a:lnB"), dashed=True)
    elif rule:
        _edge(cell, rule, ("a:lnB",))


def _words_of(cell: Any, said: Cell) -> None:
    frame = cell.text_frame
    frame.word_wrap = True
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = frame.paragraphs[0]
    paragraph.alignment = ALIGNS[said.align]
    _run(paragraph, said.run)


def fill_with(fill: Any, look: str | None) -> None:
    """A colour, the pattern for what is few, or nothing."""
    if look is None:
        fill.background()
    elif look == "few":
        fill.patterned()
        fill.pattern = MSO_PATTERN.WIDE_UPWARD_DIAGONAL
        fill.fore_color.rgb = RGBColor.from_string(LINE_CTL[1:])
        fill.back_color.rgb = RGBColor.from_string(PAPER[1:])
    else:
        fill.solid()
        fill.fore_color.rgb = RGBColor.from_string(look[1:])


def _edge(cell: Any, colour: str, sides: Sequence[str], *, dashed: bool = False) -> None:
    """Lines at some of a cell's sides; they have to stand before the cell's fill."""
    properties = cell._tc.get_or_add_tcPr()
    for number, side in enumerate(sides):
        line = etree.Element(qn(side), w=str(emu(1)))
        solid = etree.SubElement(line, qn("a:solidFill"))
        etree.SubElement(solid, qn("a:srgbClr"), val=colour[1:])
        if dashed:
            etree.SubElement(line, qn("a:prstDash"), val="dash")
        properties.insert(number, line)
