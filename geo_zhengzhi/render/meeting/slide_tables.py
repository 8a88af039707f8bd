"""What a presentation's slides say in editable words and tables; every count as the deck prints it."""

from collections.abc import Sequence

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.heat_picture import COLOURS
from geo_zhengzhi.render.meeting.canvas import (
    ACCENT,
    BETTER,
    BETTER_WEAK,
    INK,
    INK_2,
    LINE,
    LINE_CTL,
    PAPER,
    WORSE,
    Canvas,
)
from geo_zhengzhi.render.meeting.deck import FEW, Counts, Deck, Number, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    SHORT,
    SPOT_ROWS,
    has_unit,
    hidden_words,
    no_spots,
    percent_of,
    said_of,
    verdict_text,
)
from geo_zhengzhi.render.meeting.paper_charts import Box, interval
from geo_zhengzhi.render.meeting.slide_charts import BAND_HOURS, N_BANDS, heat_step
from geo_zhengzhi.render.meeting.slide_shapes import LINE_HEIGHT, ROOM, Shapes
from geo_zhengzhi.render.meeting.slide_words import Cell, Run

TONES = {"improved": BETTER, "worse": WORSE}
CHIPS = {  # fill, edge, letters
    "improved": (BETTER_WEAK, BETTER, BETTER),
    "worse": (WORSE, None, PAPER),
    "no_evidence": (None, LINE, INK_2),
    "cannot_tell": (None, LINE_CTL, INK_2),
}
STEPS = ("#F2F3F5", *COLOURS)
CHIP_PX, SPOT_PX = 17.0, 36.0
FACT_PX, LEAST_FACT, WHOLE = 17.0, 12.0, 1000  # letters, the smallest before a text is cut, lines of a text


def figures(shapes: Shapes, counts: Counts, deck: Deck, box: Box, big: float) -> float:
    """The counts, largest first, with what may be said of them; returns where they end below."""
    (x, y, width, _), _w = box, deck.translate
    y = _count(shapes, counts, deck, (x, y, width, big))
    year, before = counts.against_year, counts.against_before
    y = _beside(shapes, _w("same period last year"), deck.text(counts.year), year, deck, (x, y, width, 36))
    if year is not None:
        words = ratio_words(year) or said_of(counts, deck)[1]
        shapes.drawing(lambda canvas, inner: _interval(canvas, year, inner), x, y + 2, min(width, 432), 72, words)
        y += 72
    sentence, numbers = said_of(counts, deck)
    y = shapes.paragraph(sentence, x, y + 8, width, Run("", 22, bold=True), 2)
    y = shapes.paragraph(numbers, x, y + 2, width, Run("", 17, colour=INK_2), 3)
    shapes.rule(x, y + 8, width)
    return _beside(shapes, _w("period before"), deck.text(counts.before), before, deck, (x, y + 14, width, 36))


def _interval(canvas: Canvas, change: Comparison, box: Box) -> None:
    interval(canvas, change, box[0] + 6, box[1] + 40, box[2] - 12, numbers=True)


def _count(shapes: Shapes, counts: Counts, deck: Deck, box: Box) -> float:
    """This period's count with its unit and the percentage, on one line."""
    x, y, width, big = box
    change, unit = counts.against_year, has_unit(counts.now)
    runs = [Run(deck.text(counts.now), big if unit else 0.5 * big, bold=True)]
    runs += [Run(f" {deck.translate('incidents')}", 22)] if unit else []
    percent = percent_of(counts, deck)
    if percent and change is not None:
        tone = TONES.get(change.verdict, INK)
        runs.append(Run(f"  {percent}", 0.55 * big, bold=True, colour=tone))
    wide = sum(shapes.faces.width(run.words, run.size, bold=run.bold) for run in runs) * ROOM
    shrink = min(1.0, width / wide)
    runs = [Run(run.words, run.size * shrink, run.bold, run.colour) for run in runs]
    high = (1.3 if unit else 0.75) * big
    shapes.text([runs], x, y, width, high)
    return y + high


def _beside(shapes: Shapes, label: str, count: str, change: Comparison | None, deck: Deck, box: Box) -> float:
    """An earlier count with its verdict at the right."""
    x, y, width, height = box
    room = width
    if change is not None:
        least = shapes.faces.width(f"{label}  {count}", 17) * ROOM + 20
        words = None if least + _chip_width(shapes, change.verdict, deck, None) < width else SHORT
        room -= _verdict_chip(shapes, change.verdict, deck, x + width, y + 3, words) + 8
    size = min(22.0, 22.0 * 0.5 * room / (shapes.faces.width(f"  {count}", 22, bold=True) * ROOM))
    figure = Run(f"  {count}", size, bold=True)
    rest = room - shapes.faces.width(figure.words, size, bold=True) * ROOM - 6
    shapes.text([[shapes.fitted(label, rest, 19, floor=9), figure]], x, y, room, height, middle=True)
    return y + height


def _chip_width(shapes: Shapes, verdict: str, deck: Deck, words: dict[str, str] | None) -> float:
    return shapes.faces.width(verdict_text(verdict, deck, words), CHIP_PX, bold=verdict in TONES) * ROOM + CHIP_PX


def _verdict_chip(shapes: Shapes, verdict: str, deck: Deck, x: float, y: float, words: dict[str, str] | None) -> float:
    """Form and word of a verdict in a box whose right edge is `x`; returns its width."""
    fill, edge, letters = CHIPS[verdict]
    run = Run(verdict_text(verdict, deck, words), CHIP_PX, verdict in TONES, letters)
    return shapes.chip(run, x, y, fill, edge, dashed=verdict == "cannot_tell")


def ratio_words(change: Comparison | None) -> str:
    """A rate ratio with its interval; "" where there is none."""
    if change is None or change.rate_ratio is None or change.low is None or change.high is None:
        return ""
    return f"{change.rate_ratio:.2f} ({change.low:.2f}–{change.high:.2f})"


def ratio_alone(change: Comparison | None) -> str:
    """A rate ratio, whose interval stands elsewhere."""
    return ratio_words(change).partition(" ")[0]


def coloured(run: Run, colour: str) -> Run:
    """The same words in a colour."""
    return Run(run.words, run.size, run.bold, colour)


def spot_rows(shapes: Shapes, page: TargetPage, deck: Deck, box: Box) -> None:
    """The hotspots inside, by rank, as far as there is room."""
    (x, y, width, height), _w = box, deck.translate
    bottom = y + height
    y = shapes.paragraph(_w("Hotspots"), x, y, width, Run("", 20, bold=True, colour=ACCENT), 1) + 2
    if not page.spots:
        shapes.paragraph(no_spots(deck), x, y, width, Run("", 17, colour=INK_2), 2)
        return
    shown = page.spots[: min(SPOT_ROWS, int((bottom - y) / SPOT_PX))]
    counts = [_w("{n} incidents").format(n=deck.text(spot.n)) for spot in shown]
    # some programs leave half a letter between a number and what is counted, beside the space
    needed = max([shapes.faces.width(count, 17, bold=True) * ROOM + 10 + 17 for count in counts], default=0.0)
    last = min(0.34 * width, needed)
    widths = [0.1 * width, 0.9 * width - last, last]
    rows = []
    for spot, count in zip(shown, counts, strict=True):
        rows.append(
            [
                Cell(Run(str(spot.rank), 17, bold=True)),
                Cell(shapes.on_lines(spot.place or deck.period, widths[1] - 12, 17, floor=12.5, least=12)),
                Cell(shapes.fitted(count, widths[2] - 8, 17, bold=True, floor=10), "end"),
            ]
        )
    if rows:
        shapes.table(rows, widths, [SPOT_PX] * len(rows), x, y, pad=4)


def day_grid(shapes: Shapes, page: TargetPage, deck: Deck, box: Box) -> float:
    """Six bands of four hours on working days and at the weekend; returns where it ends below."""
    (x, y, width, _), _w = box, deck.translate
    words = (_w("Workdays"), _w("Weekend"))
    margin = max(shapes.faces.width(word, 14) for word in words) * ROOM + 8
    side = (width - margin) / N_BANDS
    high = max([cell.n for cell in page.cells if cell.n is not None] or [1])
    rows = [
        [
            Cell(Run(word, 14, colour=INK_2)),
            *(_grid_cell(cell, high) for cell in page.cells[row * N_BANDS : (row + 1) * N_BANDS]),
        ]
        for row, word in enumerate(words)
    ]
    hours = [f"{i * BAND_HOURS}–{(i + 1) * BAND_HOURS}" for i in range(N_BANDS)]
    rows.append([Cell(Run("", 13)), *(Cell(shapes.fitted(word, side, 13, floor=9), "middle") for word in hours)])
    heights = [side, side, 24.0]
    shapes.table(rows, [margin, *[side] * N_BANDS], heights, x, y, ruled=False)
    return _hidden_key(shapes, deck, (x, y + sum(heights) + 6, width, 0))


def _grid_cell(cell: Number, high: int) -> Cell:
    """One cell, coloured in five even steps of the grid's greatest shown count."""
    if cell.n is None:
        return Cell(Run("", 16), "middle", "few" if cell.state == FEW else "held")
    step = heat_step(cell.n, high)
    return Cell(Run(str(cell.n), 16, True, PAPER if step > 3 else INK), "middle", STEPS[step])


def _hidden_key(shapes: Shapes, deck: Deck, box: Box) -> float:
    """What the two patterns mean."""
    x, y, width, _ = box
    left = x
    for look, words in zip(("few", "held"), hidden_words(deck), strict=True):
        wide = shapes.faces.width(words, 14) * ROOM
        if left > x and left + 24 + wide > x + width:
            left, y = x, y + 22
        shapes.box(left, y + 3, 17, 13, "few" if look == "few" else PAPER, LINE_CTL, dashed=look == "held")
        shapes.text([[Run(words, 14, colour=INK_2)]], left + 23, y, wide + 16, 20, middle=True)
        left += wide + 44
    return y + 20


def fact_rows(shapes: Shapes, facts: Sequence[tuple[str, str]], box: Box) -> None:
    """What the register says: in smaller letters where it is long, cut to as many lines as fit where it is longer."""
    x, y, width, height = box
    if not facts:
        return
    size, most = FACT_PX, WHOLE
    lines = _said(shapes, facts, width, size, most)
    while _height_of(lines, size) > height and (size > LEAST_FACT or most > 1):
        longest = max(len(text) for _, text in lines)
        size, most = (size - 1, WHOLE) if size > LEAST_FACT else (size, min(most, longest) - 1)
        lines = _said(shapes, facts, width, size, most)
    aside, step = _label_width(shapes, facts, width, size), size * LINE_HEIGHT
    rows, heights = [], []
    for (label, text), _ in zip(facts, lines[: max(1, int(height / (step + 10)))], strict=False):
        said, named = shapes.lines(text, width - aside - 8, size, most), shapes.lines(label, aside - 8, size - 1, 2)
        look = Run("", size - 1, colour=INK_2)
        rows.append([Cell(shapes.whole(label, named, look)), Cell(shapes.whole(text, said, Run("", size)))])
        heights.append(max(1, len(said), len(named)) * step + 10)
    shapes.table(rows, [aside, width - aside], heights, x, y, pad=4)


def _label_width(shapes: Shapes, facts: Sequence[tuple[str, str]], width: float, size: float) -> float:
    return min(0.36 * width, max(shapes.faces.width(label, size - 1) for label, _ in facts) * ROOM + 14)


def _said(
    shapes: Shapes, facts: Sequence[tuple[str, str]], width: float, size: float, most: int
) -> list[tuple[list[str], list[str]]]:
    """Labels and texts in lines."""
    aside, wrapped = _label_width(shapes, facts, width, size), shapes.faces.wrapped
    return [
        (
            wrapped(label, (aside - 8) / ROOM, size - 1, most=2),
            wrapped(text, (width - aside - 8) / ROOM, size, most=most),
        )
        for label, text in facts
    ]


def _height_of(lines: Sequence[tuple[list[str], list[str]]], size: float) -> float:
    return sum(max(1, len(label), len(text)) * size * LINE_HEIGHT + 10 for label, text in lines)
