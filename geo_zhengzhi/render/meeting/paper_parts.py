"""Parts that several pages on paper share: headings, counts with what follows from them, facts, lists of targets."""

from collections.abc import Sequence

from geo_zhengzhi.render.meeting.canvas import ACCENT, BETTER, INK, INK_2, LINE, PAPER, WORSE, Canvas
from geo_zhengzhi.render.meeting.deck import Counts, Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    SHORT,
    SPOT_ROWS,
    has_unit,
    lead_unit,
    no_spots,
    percent_of,
    ranking_heads,
    said_of,
    verdict_text,
)
from geo_zhengzhi.render.meeting.paper_charts import Box, interval, verdict_chip
from geo_zhengzhi.render.meeting.paper_maps import draw_badge, hairline

TONES = {"improved": BETTER, "worse": WORSE}
HEADING, BODY, NOTE, SMALL, LEAST = 20.0, 18.0, 17.0, 15.0, 14.0
ROW_PX, LIST_ROW_PX = 43.0, 35.0


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


def in_a_row(canvas: Canvas, words: str, x: float, y: float, width: float, size: float = BODY) -> None:
    """Words on one line: smaller where they are long, on two lines where they are longer, then cut."""
    wide = canvas.faces.width(words, size)
    if wide * LEAST > width * size:
        for line, at in zip(canvas.faces.wrapped(words, width, LEAST, most=2), (y - 9, y + 8), strict=False):
            canvas.text(x, at, line, LEAST)
        return
    canvas.text(x, y, words, min(size, size * width / wide) if wide else size)


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
        if y + 36 > bottom:
            break
        hairline(canvas, x, y, width)
        count = deck.translate("{n} incidents").format(n=deck.text(spot.n))
        start = canvas.text(x + width, y + 24, count, BODY, bold=True, anchor="end")
        start -= canvas.faces.width(count, BODY, bold=True)
        canvas.circle(x + 12, y + 18, 12, fill=INK)
        canvas.text(x + 12, y + 23.5, str(spot.rank), 16, bold=True, colour=PAPER, anchor="middle")
        in_a_row(canvas, spot.place or deck.period, x + 34, y + 24, start - x - 44)
        y += 36
    return y


def facts(canvas: Canvas, rows: Sequence[tuple[str, str]], box: Box) -> None:
    """What the register says, each text in as many lines as there is room for all of them."""
    x, y, width, height = box
    label_width = min(0.42 * width, max([canvas.faces.width(label, BODY) for label, _ in rows] or [0]) + 14)
    labels = [canvas.faces.wrapped(label, label_width - 8, BODY, most=2) for label, _ in rows]
    most = 12
    while True:
        texts = [canvas.faces.wrapped(text, width - label_width, BODY, most=most) for _, text in rows]
        heights = [25 * max(1, len(label), len(text)) + 13 for label, text in zip(labels, texts, strict=True)]
        if most == 1 or sum(heights) <= height:
            break
        most -= 1
    bottom = y + height
    for label, text, high in zip(labels, texts, heights, strict=True):
        if y + high > bottom + 1:
            break
        if y > box[1]:
            hairline(canvas, x, y, width)
        for at, lines, colour in ((x, label, INK_2), (x + label_width, text, INK)):
            for i, line in enumerate(lines):
                canvas.text(at, y + 25 + 25 * i, line, BODY, colour=colour)
        y += high


def short_list(canvas: Canvas, pages: Sequence[TargetPage], deck: Deck, box: Box) -> float:
    """The first targets: both counts, the interval, the verdict; returns where they end below."""
    x, y, width, _ = box
    _w = deck.translate
    columns = (x, x + 0.5 * width, x + 0.53 * width, x + 0.71 * width)
    heads = (_w("Target"), _w("now / last year"), _w("ratio, ¼–4"), _w("Verdict"))
    for at, head, anchor in zip(columns, heads, ("start", "end", "start", "start"), strict=True):
        canvas.text(at, y + 16, head, SMALL, colour=INK_2, anchor=anchor)
    y += 24
    for page in pages:
        hairline(canvas, x, y, width)
        counts = page.counts
        year = f" / {deck.text(counts.year)}"
        end = columns[1] - canvas.faces.width(year, NOTE)
        canvas.text(end, y + 24, year, NOTE)
        now = deck.text(counts.now)
        canvas.text(end, y + 24, now, NOTE, bold=True, anchor="end")
        room = end - canvas.faces.width(now, NOTE, bold=True) - x - 36
        draw_badge(canvas, page.kind, x, y + 7, 20, boxed=False)
        in_a_row(canvas, page.name, x + 26, y + 23, room, NOTE)
        interval(canvas, counts.against_year, columns[2], y + 0.5 * LIST_ROW_PX, 0.15 * width)
        if counts.against_year is not None:
            _chip_from(canvas, counts.against_year.verdict, deck, columns[3], y + 6, x + width)
        y += LIST_ROW_PX
    hairline(canvas, x, y, width)
    return y


def _chip_from(canvas: Canvas, verdict: str, deck: Deck, x: float, y: float, right: float) -> None:
    """A chip that begins at `x` and never reaches beyond `right`."""
    size = SMALL
    while size > 9:
        width = chip_width(canvas, verdict, deck, size, SHORT)
        if x + width <= right:
            break
        size -= 0.5
    verdict_chip(canvas, verdict, deck, x + width, y, size, short=SHORT)


def chip_width(canvas: Canvas, verdict: str, deck: Deck, size: float, words: dict[str, str]) -> float:
    """How wide a chip is."""
    return canvas.faces.width(verdict_text(verdict, deck, words), size, bold=verdict in TONES) + 1.1 * size


def ranked_rows(canvas: Canvas, deck: Deck, first: int, n: int, box: Box) -> float:
    """Rows `first` to `first + n` of the ranking; returns where they end below."""
    x, y, width, _ = box
    columns = [x + part * width for part in COLUMNS]
    for head, at, anchor in zip(ranking_heads(deck), columns, ANCHORS, strict=True):
        canvas.text(at, y + 17, head, 16, colour=INK_2, anchor=anchor)
    y += 26
    for number in range(first, min(first + n, len(deck.targets))):
        canvas.line([(x, y), (x + width, y)], stroke=LINE)
        _ranked(canvas, deck, number, columns, y, x + width)
        y += ROW_PX
    canvas.line([(x, y), (x + width, y)], stroke=LINE)
    return y


COLUMNS = (0.025, 0.04, 0.345, 0.45, 0.535, 0.62, 0.64, 0.74, 0.855)
ANCHORS = ("end", "start", "end", "end", "end", "end", "start", "start", "start")


def _ranked(canvas: Canvas, deck: Deck, number: int, columns: Sequence[float], y: float, right: float) -> None:
    """One target of the ranking."""
    page, base = deck.targets[number], y + 28
    counts = page.counts
    texts = [str(number + 1) if number < deck.n_ranked else "", "", deck.text(counts.now), deck.text(counts.before)]
    texts += [deck.text(counts.year), percent_of(counts, deck)]
    for at, text, bold in zip(columns, texts, (False, False, True, False, False, False), strict=False):
        canvas.text(at, base, text, BODY, bold=bold, anchor="end")
    draw_badge(canvas, page.kind, columns[1], y + 10, 22, boxed=False)
    room = columns[2] - canvas.faces.width(texts[2], BODY, bold=True) - columns[1] - 44
    in_a_row(canvas, page.name, columns[1] + 30, base, room)
    interval(canvas, counts.against_year, columns[6], y + ROW_PX / 2, columns[7] - columns[6] - 18)
    if counts.against_year is not None:
        _chip_from(canvas, counts.against_year.verdict, deck, columns[7], y + 9, columns[8] - 8)
    in_a_row(canvas, lead_unit(page, deck), columns[8], base, right - columns[8])
