"""A meeting file's charts as inline SVG, drawn from shown counts alone: intervals, months, day-parts."""

import math
from collections.abc import Sequence

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.meeting.deck import FEW, UNKNOWN, Counts, Deck, Number
from geo_zhengzhi.render.safe_text import safe_text

REACH = 4.0  # the axis runs from a quarter to four
N_BANDS, BAND_HOURS = 6, 4
HEAT_STEPS = 5
LINE_WIDTH, LINE_HEIGHT, LINE_BASE = 480, 150, 112
LETTER_PX, DIGIT = 15.0, 0.575  # letters of the months' counts, and how wide a digit is in them
LEAST_TOLD = 3  # months that have room for "no data"


def interval(change: Comparison | None, width: int = 120, height: int = 22, numbers: bool = False) -> str:
    """A rate ratio with its interval on a log axis from a quarter to four, an arrow head where it goes on."""
    middle, y = width / 2, height / 2 + (14 if numbers else 0)
    full = height + (34 if numbers else 0)
    parts = [f'<path class="ax" d="M0 {y}H{width}"/><path class="one" d="M{middle} {y - 10}V{y + 10}"/>']
    css = "none" if change is None else change.verdict
    if change is not None and change.rate_ratio is not None and change.low is not None and change.high is not None:
        low, x, high = (ratio_x(value, width) for value in (change.low, change.rate_ratio, change.high))
        parts.append(f'<path class="ci" d="M{low:.1f} {y}H{high:.1f}"/>')
        parts += [f'<path class="arrow" d="M{width} {y}l-7 -4v8z"/>'] if change.high > REACH else []
        parts += [f'<path class="arrow" d="M0 {y}l7 -4v8z"/>'] if change.low < 1 / REACH else []
        parts.append(f'<circle class="pt" cx="{x:.1f}" cy="{y}" r="5"/>')
        if numbers:
            at = min(max(x, 16), width - 16)  # not beyond the axis
            words = f"{change.rate_ratio:.2f}"
            parts.append(f'<text class="b" x="{at:.1f}" y="{y - 12}" text-anchor="middle">{words}</text>')
    if numbers:
        ends = ((0, "start", "¼"), (middle, "middle", "1"), (width, "end", "4"))
        parts += [f'<text x="{x}" y="{y + 24}" text-anchor="{anchor}">{text}</text>' for x, anchor, text in ends]
    return f'<svg class="iv {css}" viewBox="0 0 {width} {full}" aria-hidden="true">{"".join(parts)}</svg>'


def ratio_x(ratio: float, width: float) -> float:
    """Where a ratio stands on the axis."""
    part = math.log(max(ratio, 1e-9)) / math.log(REACH)
    return width / 2 * (1 + max(-1.0, min(1.0, part)))


def months(counts: Counts, deck: Deck) -> str:
    """
    Monthly counts of two years as bars.

    The period is filled, the same months of last year are outlined. A month of less than k is a hatched bar that is
    always k high, a withheld one a dotted frame, one without data nothing; where several have none, that is said.
    """
    shown = [number.n for _, number in counts.line if number.n is not None]
    scale = (LINE_BASE - 22) / max([*shown, deck.k])
    width = LINE_WIDTH / max(1, len(counts.line))
    now, year = month_ends(deck.period), month_ends(deck.year)
    parts = [f'<path class="base" d="M0 {LINE_BASE + 0.5}H{LINE_WIDTH}"/>']
    for i, (month, number) in enumerate(counts.line):
        css = "now" if now[0] <= month <= now[1] else "ref" if year[0] <= month <= year[1] else ""
        parts.append(_bar(i * width, width, number, scale, css, f"{month}: {deck.text(number)}", deck.k))
    parts += _month_marks([month for month, _ in counts.line], width)
    if n_without_data(counts) >= LEAST_TOLD:
        x, words = n_without_data(counts) * width / 2, safe_text(deck.translate("no data"))
        parts.append(f'<text x="{x:.1f}" y="{LINE_BASE - 8}" text-anchor="middle">{words}</text>')
    label = safe_text(deck.translate("Incidents per month"))
    return (
        f'<svg class="line" viewBox="0 0 {LINE_WIDTH} {LINE_HEIGHT}" role="img" aria-label="{label}">'
        f"{''.join(parts)}</svg>"
    )


def n_without_data(counts: Counts) -> int:
    """How many months at the line's beginning the data do not reach: not to be taken for months without incidents."""
    return next((i for i, (_, number) in enumerate(counts.line) if number.state != UNKNOWN), len(counts.line))


def month_ends(run: str) -> tuple[str, str]:
    """First and last month of a period's words."""
    first, _, last = run.partition(" – ")
    return first, last or first


def _bar(x: float, width: float, number: Number, scale: float, css: str, title: str, k: int) -> str:
    """One month."""
    if number.state == UNKNOWN:
        return ""
    n = k if number.n is None else number.n
    height = n * scale
    kind = "few" if number.state == FEW else "" if number.is_shown else "held"
    box = (
        f'<rect class="bar {css} {kind}" x="{x + 1:.1f}" y="{LINE_BASE - height:.1f}" width="{width - 3:.1f}" '
        f'height="{height:.1f}"><title>{safe_text(title)}</title></rect>'
    )
    if not css or number.n is None:
        return box
    size = min(LETTER_PX, (width - 1) / (DIGIT * len(str(n))))  # no wider than its bar
    return (
        f'{box}<text class="b" style="font-size:{size:.1f}px" x="{x + width / 2:.1f}" '
        f'y="{LINE_BASE - height - 5:.1f}" text-anchor="middle">{n}</text>'
    )


def _month_marks(names: Sequence[str], width: float) -> list[str]:
    """Every third month under the bars, the year under the first and under each January."""
    parts = []
    for i, name in enumerate(names):
        x = i * width + width / 2
        if int(name[5:]) % 3 == 1:
            parts.append(f'<text x="{x:.1f}" y="{LINE_BASE + 17}" text-anchor="middle">{int(name[5:])}</text>')
        if i == 0 or name.endswith("-01"):
            near_end = i * width > LINE_WIDTH - 30
            if i == 0 or not (near_end or i * width < 36):
                anchor = "start" if i == 0 else "middle"
                parts.append(
                    f'<text class="yr" x="{1 if i == 0 else x:.1f}" y="{LINE_BASE + 34}" '
                    f'text-anchor="{anchor}">{name[:4]}</text>'
                )
    return parts


def day_parts(cells: Sequence[Number], deck: Deck) -> str:
    """Six bands of four hours on working days and at the weekend, numbers in the cells that are shown."""
    _, left, side = deck.translate, 62, 45
    high = max([cell.n for cell in cells if cell.n is not None] or [1])
    parts = []
    for i, cell in enumerate(cells):
        column, row = i % N_BANDS, i // N_BANDS
        parts.append(_cell(left + column * side, row * side, side, cell, high, deck))
    for row, word in enumerate((_("Workdays"), _("Weekend"))):
        parts.append(f'<text x="{left - 6}" y="{row * side + side / 2 + 5}" text-anchor="end">{safe_text(word)}</text>')
    for column in range(N_BANDS):
        hours = f"{column * BAND_HOURS}–{(column + 1) * BAND_HOURS}"
        parts.append(
            f'<text x="{left + column * side + side / 2}" y="{2 * side + 17}" text-anchor="middle">{hours}</text>'
        )
    return (
        f'<svg class="hw" viewBox="0 0 {left + N_BANDS * side + 1} {2 * side + 24}" role="img">{"".join(parts)}</svg>'
    )


def _cell(x: float, y: float, side: float, cell: Number, high: int, deck: Deck) -> str:
    """One cell, coloured in five even steps of the grid's greatest shown count."""
    if cell.n is None:
        css = "few" if cell.state == FEW else "held"
        return (
            f'<rect class="cell {css}" x="{x}" y="{y}" width="{side}" height="{side}">'
            f"<title>{safe_text(deck.text(cell))}</title></rect>"
        )
    step = heat_step(cell.n, high)
    dark = " on-dark" if step > 3 else ""
    return (
        f'<rect class="cell c{step}" x="{x}" y="{y}" width="{side}" height="{side}"/>'
        f'<text class="b{dark}" x="{x + side / 2}" y="{y + side / 2 + 5}" text-anchor="middle">{cell.n}</text>'
    )


def heat_step(n: int, high: int) -> int:
    """Which of the grid's five even steps a count is in; 0 of none."""
    return 0 if n == 0 else min(HEAT_STEPS, 1 + int(n / max(high, 1) * HEAT_STEPS * 0.9999))
