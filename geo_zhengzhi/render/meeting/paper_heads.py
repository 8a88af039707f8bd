"""Head and foot of a meeting file's pages on a canvas; nothing in a head is cut while two lines hold it."""

from dataclasses import dataclass

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK, INK_2, Canvas
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import foot
from geo_zhengzhi.render.meeting.faces import MORE
from geo_zhengzhi.render.meeting.paper_closing import SIDE_PX
from geo_zhengzhi.render.meeting.paper_maps import draw_badge, hairline
from geo_zhengzhi.render.meeting.paper_parts import SMALL

HEAD_PX, FOOT_PX, GAP_PX = 76.0, 34.0, 20.0
CLASS_PX, LONG_CLASS, CLASS_PART = 18.0, 14.0, 0.3  # of a classification on one line, on two, of the page's width
SUB_PX, LEAST_SUB = 20.0, 15.0  # of what stands beside a title, on one line and on two
TITLE_PX, LEAST_TITLE, LONG_TITLE = 32.0, 24.0, 20.0  # the last of two lines
FOOT_PART = 0.36  # of the foot, that one text may take


@dataclass(frozen=True)
class Head:
    """What a page's head says: title, what it is of, and a target's kind, whose glyph stands before them."""

    title: str
    sub: str = ""
    kind: str = ""


def draw_head(canvas: Canvas, deck: Deck, head: Head) -> None:
    """Title, what it is of, classification."""
    right, x = _classified(canvas, deck.classification) - GAP_PX, SIDE_PX
    if head.kind:
        draw_badge(canvas, head.kind, x, 22, 32, boxed=False)
        x += 43
    beside = canvas.faces.halved(head.sub, LEAST_SUB)[1] + GAP_PX + 2 if head.sub else 0.0
    if not _fits(canvas, head.title, right - x - beside):
        beside = 0.0
    x = _title(canvas, head.title, x, right - x - beside) + GAP_PX
    if head.sub and right - x > 100:
        _sub(canvas, head.sub, x, right - x)
    canvas.rect(0, HEAD_PX - 3, canvas.width, 3, fill=ACCENT)


def _classified(canvas: Canvas, words: str) -> float:
    """The classification in a frame at the right, on two lines where it is long; returns where the frame begins."""
    size, lines, wide = CLASS_PX, [words], canvas.faces.width(words, CLASS_PX, bold=True)
    if wide > CLASS_PART * canvas.width:
        size = LONG_CLASS
        lines, wide = canvas.faces.halved(words, size, bold=True)
    x, high = canvas.width - SIDE_PX - wide - 26, 32.0 if len(lines) == 1 else 46.0
    canvas.rect(x, 38 - high / 2, wide + 26, high, stroke=INK)
    bases = (44.0,) if len(lines) == 1 else (33.5, 52.5)
    for line, base in zip(lines, bases, strict=True):
        canvas.text(x + 13, base, line, size, bold=True)
    return x


def _fits(canvas: Canvas, words: str, room: float) -> bool:
    """Whether a title stands whole in a room, on one line or on two."""
    if canvas.faces.width(words, LEAST_TITLE, bold=True) <= room:
        return True
    lines = canvas.faces.wrapped(words, room, LONG_TITLE, bold=True, most=2)
    return room > 0 and not lines[-1].endswith(MORE)


def _title(canvas: Canvas, words: str, x: float, room: float) -> float:
    """A title: smaller where it is long, on two lines where it is longer; returns where it ends at the right."""
    size = TITLE_PX
    while size > LEAST_TITLE and canvas.faces.width(words, size, bold=True) > room:
        size -= 1
    lines = canvas.faces.wrapped(words, room, size, bold=True, most=2)
    if len(lines) < 2:
        return canvas.text(x, 49, words, size, bold=True)
    lines = canvas.faces.wrapped(words, room, LONG_TITLE, bold=True, most=2)
    return max(canvas.text(x, y, line, LONG_TITLE, bold=True) for line, y in zip(lines, (33, 59), strict=False))


def _sub(canvas: Canvas, words: str, x: float, room: float) -> None:
    """What a page is of, beside its title: smaller where it is long, on two lines where it is longer."""
    size = min(SUB_PX, SUB_PX * room / canvas.faces.width(words, SUB_PX))
    if size >= LEAST_SUB:
        canvas.text(x, 49, words, size, colour=INK_2)
        return
    for line, y in zip(canvas.faces.wrapped(words, room, LEAST_SUB, most=2), (33, 54), strict=False):
        canvas.text(x, y, line, LEAST_SUB, colour=INK_2)


def draw_foot(canvas: Canvas, deck: Deck, boundary: str, number: str) -> None:
    """Note, boundary, period, frame, source, data version, day; the page's number."""
    y = canvas.height - FOOT_PX
    hairline(canvas, 0, y, canvas.width)
    right = canvas.width - SIDE_PX
    if number:
        canvas.text(right, y + 22, number, SMALL, bold=True, anchor="end")
        right -= canvas.faces.width(number, SMALL, bold=True) + 24
    said = [canvas.faces.fitted(text, FOOT_PART * (right - SIDE_PX), SMALL) for text in foot(deck, boundary)]
    size = SMALL
    while size > 12 and sum(canvas.faces.width(text, size) + 28 for text in said) - 28 > right - SIDE_PX:
        size -= 0.5
    x = SIDE_PX
    for text in said:
        shown = canvas.faces.fitted(text, right - x, size) if right - x > 40 else ""
        x = canvas.text(x, y + 22, shown, size, colour=INK_2) + 28
