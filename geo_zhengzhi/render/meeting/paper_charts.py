"""A meeting file's charts on a canvas, drawn from shown counts alone: intervals, months, day-parts."""

from collections.abc import Sequence
from typing import Any

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.heat_picture import COLOURS
from geo_zhengzhi.render.meeting.canvas import (
    ACCENT,
    BETTER,
    BETTER_WEAK,
    INK,
    INK_2,
    INK_3,
    LINE,
    LINE_CTL,
    PAPER,
    WORSE,
    Canvas,
)
from geo_zhengzhi.render.meeting.deck import FEW, UNKNOWN, Counts, Deck, Number
from geo_zhengzhi.render.meeting.deck_words import hidden_words, verdict_text
from geo_zhengzhi.render.meeting.slide_charts import (
    BAND_HOURS,
    LEAST_TOLD,
    N_BANDS,
    REACH,
    heat_step,
    month_ends,
    n_without_data,
    ratio_x,
)

Box = tuple[float, float, float, float]  # left, top, width, height in px
TONES = {"improved": BETTER, "worse": WORSE}
HELD: dict[str, Any] = {"fill": PAPER, "stroke": LINE_CTL, "dashes": (2, 2)}
BARS: dict[str, dict[str, Any]] = {
    "now": {"fill": ACCENT},
    "ref": {"fill": PAPER, "stroke": ACCENT, "weight": 1.25},
    "": {"fill": "#B9C1C9"},
}
STEPS = ("#F2F3F5", *COLOURS)
LETTER = 15.0


def interval(
    canvas: Canvas, change: Comparison | None, x: float, y: float, width: float, *, numbers: bool = False
) -> None:
    """A rate ratio with its interval on a log axis from a quarter to four, `y` its axis; an arrow where it goes on."""
    canvas.line([(x, y), (x + width, y)], stroke=LINE)
    canvas.line([(x + width / 2, y - 9), (x + width / 2, y + 9)], stroke=INK_2, dashes=(2, 2))
    if change is not None and change.rate_ratio is not None and change.low is not None and change.high is not None:
        _interval(canvas, change.verdict, (change.low, change.rate_ratio, change.high), x, y, width)
        if numbers:
            at = x + ratio_x(change.rate_ratio, width)
            at = min(max(at, x + 16), x + width - 16)  # not beyond the axis
            canvas.text(at, y - 12, f"{change.rate_ratio:.2f}", 16, bold=True, anchor="middle")
    if numbers:
        for part, anchor, text in ((0.0, "start", "¼"), (0.5, "middle", "1"), (1.0, "end", "4")):
            canvas.text(x + part * width, y + 24, text, 16, colour=INK_2, anchor=anchor)


def _interval(
    canvas: Canvas, verdict: str, values: tuple[float, float, float], x: float, y: float, width: float
) -> None:
    """The bar, its arrows and its point; `values` are lower end, ratio, upper end."""
    tone, is_weak = TONES.get(verdict, INK_3), verdict == "cannot_tell"
    low, at, high = (x + ratio_x(value, width) for value in values)
    canvas.line([(low, y), (high, y)], stroke=tone, weight=2 if is_weak else 3, dashes=(3, 2) if is_weak else ())
    for reaches, end, back in ((values[2] > REACH, x + width, -7), (values[0] < 1 / REACH, x, 7)):
        if reaches:
            canvas.line([(end, y), (end + back, y - 4), (end + back, y + 4), (end, y)], fill=tone, stroke=None)
    point = TONES.get(verdict, INK_2)
    canvas.circle(at, y, 5, fill=PAPER if is_weak else point, stroke=point if is_weak else PAPER)


def verdict_chip(
    canvas: Canvas, verdict: str, deck: Deck, x: float, y: float, size: float, *, short: dict[str, str] | None = None
) -> float:
    """Form and word of a verdict in a box whose upper edge is `y`; `x` is its right edge. Returns its width."""
    words, is_told = verdict_text(verdict, deck, short), verdict in TONES
    width = canvas.faces.width(words, size, bold=is_told) + 1.1 * size
    canvas.rect(x - width, y, width, 1.6 * size, radius=4, **_chip(verdict))
    colour = {"improved": BETTER, "worse": PAPER}.get(verdict, INK_2)
    canvas.text(x - width + 0.55 * size, y + 1.16 * size, words, size, bold=is_told, colour=colour)
    return width


def _chip(verdict: str) -> dict[str, Any]:
    if verdict == "worse":
        return {"fill": WORSE}
    if verdict == "improved":
        return {"fill": BETTER_WEAK, "stroke": BETTER}
    return {"stroke": LINE} if verdict == "no_evidence" else {"stroke": LINE_CTL, "dashes": (3, 2)}


def months(canvas: Canvas, counts: Counts, deck: Deck, box: Box) -> None:
    """
    Monthly counts of two years as bars.

    The period is filled, the same months of last year are outlined. A month of less than k is a hatched bar that is
    always k high, a withheld one a dotted frame, one without data nothing; where several have none, that is said.
    """
    left, top, wide, high = box
    base, step = top + high - 40, wide / max(1, len(counts.line))
    shown = [number.n for _, number in counts.line if number.n is not None]
    scale = (base - top - 20) / max([*shown, deck.k])
    canvas.line([(left, base + 0.5), (left + wide, base + 0.5)], stroke=LINE_CTL)
    now, year = month_ends(deck.period), month_ends(deck.year)
    for i, (month, number) in enumerate(counts.line):
        look = "now" if now[0] <= month <= now[1] else "ref" if year[0] <= month <= year[1] else ""
        _bar(canvas, number, (left + i * step, base, step, scale), look, deck.k)
    _month_marks(canvas, [month for month, _ in counts.line], left, base, step)
    if (n := n_without_data(counts)) >= LEAST_TOLD:
        words = deck.translate("no data")
        canvas.text(left + n * step / 2, base - 8, words, LETTER, colour=INK_2, anchor="middle")


def _bar(canvas: Canvas, number: Number, place: Box, look: str, k: int) -> None:
    """One month; `place` is left edge, base, width, px an incident."""
    left, base, step, scale = place
    if number.state == UNKNOWN:
        return
    height = (k if number.n is None else number.n) * scale
    box = (left + 1, base - height, step - 3, height)
    if number.is_shown:
        canvas.rect(*box, **BARS[look])
    elif number.state == FEW:
        canvas.rect(*box, fill=PAPER, stroke=LINE_CTL, weight=0.75)
        canvas.hatched(*box)
    else:
        canvas.rect(*box, **HELD)
    if look and number.n is not None:
        words = str(number.n)  # no wider than its bar: beside another it would read as one number
        size = min(LETTER, LETTER * (step - 1.5) / canvas.faces.width(words, LETTER, bold=True))
        canvas.text(left + step / 2, base - height - 5, words, size, bold=True, anchor="middle")


def _month_marks(canvas: Canvas, names: list[str], left: float, base: float, step: float) -> None:
    """Every third month under the bars, the year under the first and under each January that has room."""
    end = left
    for i, name in enumerate(names):
        x = left + i * step + step / 2
        if int(name[5:]) % 3 == 1:
            canvas.text(x, base + 17, str(int(name[5:])), LETTER, colour=INK_2, anchor="middle")
        if i == 0 or name.endswith("-01"):
            start = max(left, x - canvas.faces.width(name[:4], LETTER) / 2)
            if i == 0 or (start > end + 4 and start + 36 < left + len(names) * step):
                end = canvas.text(left if i == 0 else start, base + 34, name[:4], LETTER, colour=INK_2)


def day_parts(canvas: Canvas, cells: Sequence[Number], deck: Deck, box: Box) -> float:
    """Six bands of four hours on working days and at the weekend, with what is hidden; returns where it ends below."""
    _, (left, top, wide, _high) = deck.translate, box
    words = (_("Workdays"), _("Weekend"))
    margin = max(canvas.faces.width(word, LETTER) for word in words) + 8
    side = (wide - margin) / N_BANDS
    high = max([cell.n for cell in cells if cell.n is not None] or [1])
    for i, cell in enumerate(cells):
        _cell(canvas, cell, (left + margin + i % N_BANDS * side, top + i // N_BANDS * side, side, side), high)
    for row, word in enumerate(words):
        canvas.text(left + margin - 6, top + (row + 0.5) * side + 5, word, LETTER, colour=INK_2, anchor="end")
    for column in range(N_BANDS):
        hours = f"{column * BAND_HOURS}–{(column + 1) * BAND_HOURS}"
        x = left + margin + (column + 0.5) * side
        canvas.text(x, top + 2 * side + 18, hours, LETTER, colour=INK_2, anchor="middle")
    return _hidden_key(canvas, deck, left, top + 2 * side + 26, wide)


def _cell(canvas: Canvas, cell: Number, box: Box, high: int) -> None:
    """One cell, coloured in five even steps of the grid's greatest shown count."""
    x, y, side, _ = box
    if cell.n is None:
        canvas.rect(x + 0.5, y + 0.5, side - 1, side - 1, **HELD)
        if cell.state == FEW:
            canvas.rect(x + 0.5, y + 0.5, side - 1, side - 1, fill=PAPER, stroke=LINE)
            canvas.hatched(x + 0.5, y + 0.5, side - 1, side - 1)
        return
    step = heat_step(cell.n, high)
    canvas.rect(x, y, side, side, fill=STEPS[step], stroke=PAPER)
    colour = PAPER if step > 3 else INK
    canvas.text(x + side / 2, y + side / 2 + 6, str(cell.n), 16, bold=True, colour=colour, anchor="middle")


def _hidden_key(canvas: Canvas, deck: Deck, x: float, y: float, width: float) -> float:
    """What hatched and dotted cells mean."""
    left = x
    for is_few, words in zip((True, False), hidden_words(deck), strict=True):
        wide = 24 + canvas.faces.width(words, LETTER)
        if left > x and left + wide > x + width:
            left, y = x, y + 22
        if is_few:
            canvas.hatched(left + 0.5, y + 2.5, 17, 13)
            canvas.rect(left + 0.5, y + 2.5, 17, 13, stroke=LINE_CTL)
        else:
            canvas.rect(left + 0.5, y + 2.5, 17, 13, **HELD)
        canvas.text(left + 24, y + 14.5, words, LETTER, colour=INK_2)
        left += wide + 16
    return y + 22
