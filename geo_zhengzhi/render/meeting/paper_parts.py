"""Parts that several pages on paper share: headings, counts with what follows from them, facts."""

from collections.abc import Sequence

from geo_zhengzhi.render.meeting.canvas import ACCENT, BETTER, INK, INK_2, PAPER, WORSE, Canvas
from geo_zhengzhi.render.meeting.deck import Counts, Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    SHORT,
    SPOT_ROWS,
    has_unit,
    no_spots,
    percent_of,
    said_of,
    verdict_text,
)
from geo_zhengzhi.render.meeting.paper_charts import Box, interval, verdict_chip
from geo_zhengzhi.render.meeting.paper_maps import hairline
from geo_zhengzhi.render.meeting.paper_names import draw_name, name_in

TONES = {"improved": BETTER, "worse": WORSE}
HEADING, BODY, NOTE, SMALL = 20.0, 18.0, 17.0, 15.0
SPOT_PX = 36.0
WHOLE, LEAST_FACT, LINE = 1000, 12.0, 1.39  # lines of a text, letters before it is cut, its line's height in letters


def heading(canvas: Canvas, words: str, x: float, y: float, width: float) -> float:
    """A heading whose upper edge is `y`; returns where it ends below."""
    canvas.text(x, y + 21, canvas.faces.fitted(words, width, HEADING, bold=True), HEADING, bold=True, colour=ACCENT)
    return y + 34


def paragraph(
    canvas: Canvas,
    words: str,
    x: float,
    y: float,
    width: float,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    most: int = 10_000,
) -> float:
    """Words in lines below `y`; returns where they end below."""
    for line in canvas.faces.wrapped(words, width, size, bold=bold, most=most):
        y += 1.5 * size
        canvas.text(x, y - 0.4 * size, line, size, bold=bold, colour=colour)
    return y


def figures(canvas: Canvas, counts: Counts, deck: Deck, box: Box, *, big: float = 80.0) -> float:
    """The counts, largest first, with what may be said of them; returns where they end below."""
    (x, y, width, _), _w = box, deck.translate
    change = counts.against_year
    y = _count(canvas, counts, deck, (x, y, width, big))
    y = _beside(canvas, _w("same period last year"), deck.text(counts.year), counts, deck, (x, y, width, 34))
    if change is not None:
        interval(canvas, change, x, y + 42, min(width, 432), numbers=True)
        y += 76
    sentence, numbers = said_of(counts, deck)
    y = paragraph(canvas, sentence, x, y + 4, width, 22, bold=True, most=2)
    y = paragraph(canvas, numbers, x, y + 2, width, NOTE, colour=INK_2, most=2)
    hairline(canvas, x, y + 9, width)
    before = (x, y + 13, width, 34)
    return _beside(canvas, _w("period before"), deck.text(counts.before), counts, deck, before, is_year=False)


def _count(canvas: Canvas, counts: Counts, deck: Deck, box: Box) -> float:
    """This period's count with its unit and the percentage."""
    x, y, width, big = box
    words, percent = deck.text(counts.now), percent_of(counts, deck)
    size = big if has_unit(counts.now) else 0.6 * big
    unit = deck.translate("incidents") if has_unit(counts.now) else ""
    size = min(size, size * (width - canvas.faces.width(unit, 24) - 8) / canvas.faces.width(words, size, bold=True))
    wide = canvas.faces.width(words, size, bold=True) + canvas.faces.width(unit, 24) + 8
    y += big
    end = canvas.text(x, y, words, size, bold=True)
    end = canvas.text(end + 8, y, unit, 24)
    room = width - wide - 19
    if percent and room > 40:
        percent_size = min(0.6 * big, 0.6 * big * room / canvas.faces.width(percent, 0.6 * big, bold=True))
        tone = TONES.get(change_verdict(counts), INK)
        canvas.text(end + 19, y, percent, percent_size, bold=True, colour=tone)
    return y + 12


def change_verdict(counts: Counts) -> str:
    """The verdict against last year; "" where there is none."""
    return "" if counts.against_year is None else counts.against_year.verdict


def _beside(
    canvas: Canvas, label: str, count: str, counts: Counts, deck: Deck, box: Box, *, is_year: bool = True
) -> float:
    """An earlier count with its verdict at the right."""
    x, y, width, height = box
    change, room = counts.against_year if is_year else counts.against_before, width
    if change is not None:
        least = canvas.faces.width(f"{label} {count}", 18, bold=True) + 20
        words = {} if least + chip_width(canvas, change.verdict, deck, BODY, {}) < width else SHORT
        room -= verdict_chip(canvas, change.verdict, deck, x + width, y + 1, BODY, short=words) + 10
    size = min(HEADING, HEADING * room / canvas.faces.width(f"{label} {count}M", HEADING, bold=True))
    end = canvas.text(x, y + 23, label, size, colour=INK)
    canvas.text(end + 0.4 * size, y + 23, count, 1.1 * size, bold=True)
    return y + height


def spots(canvas: Canvas, page: TargetPage, deck: Deck, box: Box) -> float:
    """The hotspots inside, by rank, as far as there is room."""
    x, y, width, height = box
    bottom, y = y + height, heading(canvas, deck.translate("Hotspots"), x, y, width)
    if not page.spots:
        return paragraph(canvas, no_spots(deck), x, y, width, NOTE, colour=INK_2, most=2)
    for spot in page.spots[:SPOT_ROWS]:
        count = deck.translate("{n} incidents").format(n=deck.text(spot.n))
        room = width - canvas.faces.width(count, BODY, bold=True) - 44
        name = name_in(canvas.faces, spot.place or deck.period, room, BODY)
        high = max(SPOT_PX, name.height + 8)
        if y + high > bottom:
            break
        hairline(canvas, x, y, width)
        middle = y + high / 2
        canvas.text(x + width, middle + 6, count, BODY, bold=True, anchor="end")
        canvas.circle(x + 12, middle, 12, fill=INK)
        canvas.text(x + 12, middle + 5.5, str(spot.rank), 16, bold=True, colour=PAPER, anchor="middle")
        draw_name(canvas, name, x + 34, middle)
        y += high
    return y


def facts(canvas: Canvas, rows: Sequence[tuple[str, str]], box: Box) -> None:
    """What the register says: in smaller letters where it is long, cut to as many lines as fit where it is longer."""
    x, y, width, height = box
    size, most = BODY, WHOLE
    lines = _said(canvas, rows, width, size, most)
    while _height_of(lines, size) > height and (size > LEAST_FACT or most > 1):
        size, most = (size - 1, WHOLE) if size > LEAST_FACT else (size, min(most, _longest(lines)) - 1)
        lines = _said(canvas, rows, width, size, most)
    bottom, step, aside = y + height, LINE * size, _label_width(canvas, rows, width, size)
    for label, text in lines:
        high = step * max(1, len(label), len(text)) + 13
        if y + high > bottom + 1:
            break
        if y > box[1]:
            hairline(canvas, x, y, width)
        for at, said, colour in ((x, label, INK_2), (x + aside, text, INK)):
            for i, line in enumerate(said):
                canvas.text(at, y + 7 + step * (i + 0.72), line, size, colour=colour)
        y += high


def _label_width(canvas: Canvas, rows: Sequence[tuple[str, str]], width: float, size: float) -> float:
    return min(0.42 * width, max([canvas.faces.width(label, size) for label, _ in rows] or [0]) + 14)


def _said(
    canvas: Canvas, rows: Sequence[tuple[str, str]], width: float, size: float, most: int
) -> list[tuple[list[str], list[str]]]:
    """Labels and texts in lines."""
    aside = _label_width(canvas, rows, width, size)
    return [
        (
            canvas.faces.wrapped(label, aside - 8, size, most=2),
            canvas.faces.wrapped(text, width - aside, size, most=most),
        )
        for label, text in rows
    ]


def _height_of(lines: Sequence[tuple[list[str], list[str]]], size: float) -> float:
    return sum(LINE * size * max(1, len(label), len(text)) + 13 for label, text in lines)


def _longest(lines: Sequence[tuple[list[str], list[str]]]) -> int:
    """How many lines the longest text has."""
    return max((len(text) for _, text in lines), default=1)


def chip_width(canvas: Canvas, verdict: str, deck: Deck, size: float, words: dict[str, str]) -> float:
    """How wide a chip is."""
    return canvas.faces.width(verdict_text(verdict, deck, words), size, bold=verdict in TONES) + 1.1 * size
