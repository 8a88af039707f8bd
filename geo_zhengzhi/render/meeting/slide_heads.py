"""Head and foot of a presentation's slides; nothing in a head is cut while two lines hold it."""

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK, INK_2
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import foot
from geo_zhengzhi.render.meeting.paper_heads import (
    CLASS_PART,
    CLASS_PX,
    FOOT_PART,
    GAP_PX,
    LEAST_SUB,
    LONG_CLASS,
    SUB_PX,
    Head,
)
from geo_zhengzhi.render.meeting.paper_maps import draw_badge
from geo_zhengzhi.render.meeting.slide_shapes import ROOM, Shapes
from geo_zhengzhi.render.meeting.slide_words import WIDE_PX, Run

BOTTOM, LEFT, RIGHT = 734.0, 40.0, 1326.0
TITLE_PX, LEAST_TITLE, LONG_TITLE = 32.0, 20.0, 16.0  # the last of two lines


def draw_head(shapes: Shapes, deck: Deck, head: Head) -> None:
    """Title, what it is of, classification."""
    room, x = _classified(shapes, deck.classification) - GAP_PX, LEFT
    if head.kind:
        words = deck.translate("Target")
        shapes.drawing(lambda canvas, box: draw_badge(canvas, head.kind, 1, 1, 32, boxed=False), x, 21, 34, 34, words)
        x += 44
    beside = shapes.faces.halved(head.sub, LEAST_SUB)[1] * ROOM + 30 if head.sub else 0.0
    if not _fits(shapes, head.title, room - x - beside):
        beside = 0.0
    run = shapes.on_lines(head.title, room - x - beside, TITLE_PX, bold=True, floor=LEAST_TITLE, least=LONG_TITLE)
    end = x + min(shapes.faces.width(run.words, run.size, bold=True) * ROOM + 12, room - x - beside)
    shapes.title(run, x, 14, end - x, 48)
    if head.sub and room - end > 100:
        _sub(shapes, head.sub, end + 8, room - end - 8)
    shapes.box(0, 73, WIDE_PX, 3, ACCENT)


def _classified(shapes: Shapes, words: str) -> float:
    """The classification in a frame at the right, on two lines where it is long; returns where the frame begins."""
    run, wide, high = Run(words, CLASS_PX, bold=True), shapes.faces.width(words, CLASS_PX, bold=True), 32.0
    if wide > CLASS_PART * WIDE_PX:
        lines, wide = shapes.faces.halved(words, LONG_CLASS, bold=True)
        run, high = Run(words, LONG_CLASS, bold=True, lines=tuple(lines)), 46.0
    wide = wide * ROOM + 26
    shapes.box(RIGHT - wide, 38 - high / 2, wide, high, None, INK)
    shapes.text([[run]], RIGHT - wide, 38 - high / 2, wide, high, align="middle", middle=True)
    return RIGHT - wide


def _fits(shapes: Shapes, words: str, room: float) -> bool:
    """Whether a title stands whole in a room, on one line or on two."""
    if shapes.faces.width(words, LEAST_TITLE, bold=True) * ROOM <= room:
        return True
    return room > 0 and len(shapes.faces.wrapped(words, room / ROOM, LONG_TITLE, bold=True)) <= 2


def _sub(shapes: Shapes, words: str, x: float, room: float) -> None:
    """What a slide is of, beside its title: smaller where it is long, on two lines where it is longer."""
    run = shapes.on_lines(words, room, SUB_PX, floor=LEAST_SUB, least=LEAST_SUB)
    shown = Run(run.words, run.size, colour=INK_2, lines=run.lines)
    shapes.text([[shown]], x, 14, room, 48, middle=True)


def draw_foot(shapes: Shapes, deck: Deck, boundary: str, number: str) -> None:
    """Note, boundary, period, frame, source, data version; the slide's number."""
    shapes.rule(0, BOTTOM, WIDE_PX)
    parts = [shapes.fitted(text, FOOT_PART * 1180, 15).words for text in foot(deck, boundary)]
    said = shapes.fitted("      ".join(parts), 1180, 15, floor=8)
    shapes.text([[Run(said.words, said.size, colour=INK_2)]], LEFT, BOTTOM, 1190, 34, middle=True)
    shapes.text([[Run(number, 15, bold=True)]], 1236, BOTTOM, 90, 34, align="end", middle=True)
