"""The page's own pictures as inline SVG: intervals of rate ratios, hours by weekday, weeks; no foreign word in them."""

import math
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.services.situation import Week
from web.say import Say

Floats = npt.NDArray[np.float64]

LIST_REACH = 4.0  # the axis of lists runs from a quarter to four
FEW = 100  # below it the grid folds, since single cells would say nothing
HEAT_STEPS = 5
WEEKDAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def interval(comparison: Comparison | None, css: str, width: int = 64, height: int = 16) -> Markup:
    """A rate ratio with its interval on a log axis from a quarter to four; an arrow head where it goes on."""
    middle, y = width / 2, height / 2
    parts = [f'<path class="ax" d="M0 {y}H{width}"/><path class="one" d="M{middle} 0V{height}"/>']
    if comparison is not None and comparison.rate_ratio is not None and comparison.high is not None:
        low, high = comparison.low or 0.0, comparison.high
        x_low, x, x_high = (_x(value, LIST_REACH, width) for value in (low, comparison.rate_ratio, high))
        parts.append(f'<path class="ci" d="M{x_low:.1f} {y}H{x_high:.1f}"/>')
        parts += [f'<path class="arrow" d="M{width} {y}l-5 -3v6z"/>'] if high > LIST_REACH else []
        parts += [f'<path class="arrow" d="M0 {y}l5 -3v6z"/>'] if low < 1 / LIST_REACH else []
        parts.append(f'<circle class="pt" cx="{x:.1f}" cy="{y}" r="4"/>')
    return _svg(f"iv {css}", width, height, parts)


def interval_axis(width: int = 64) -> Markup:
    """The heading over a list's intervals."""
    texts = ((0, "start", "¼"), (width / 2, "middle", "1"), (width, "end", "4"))
    return _svg("axis", width, 14, [f'<text x="{x}" y="11" text-anchor="{a}">{t}</text>' for x, a, t in texts])


def main_interval(comparison: Comparison, css: str) -> Markup:
    """The county's interval, large, on an axis that is as wide as it needs to be, with its numbers."""
    if comparison.rate_ratio is None or comparison.low is None or comparison.high is None:
        return Markup("")
    width, y = 172, 30
    values = (comparison.low, comparison.rate_ratio, comparison.high)
    reach = next((r for r in (1.5, 2.0, 3.0, 5.0, 10.0) if 1 / r <= max(values[0], 1e-9) and values[2] <= r), 10.0)
    x_low, x, x_high = (_inner(value, reach, width) for value in values)
    parts = [f'<path class="ax" d="M0 40H{width}"/><path class="one" d="M{_inner(1, reach, width):.1f} 18V40"/>']
    parts.append(
        f'<path class="ci" d="M{x_low:.1f} {y}H{x_high:.1f}"/><circle class="pt" cx="{x:.1f}" cy="{y}" r="6"/>'
    )
    parts.append(f'<text class="b" x="{x:.1f}" y="17" text-anchor="middle">{values[1]:.2f}</text>')
    parts.append(f'<text x="{x_low - 5:.1f}" y="34" text-anchor="end">{values[0]:.2f}</text>')
    parts.append(f'<text x="{x_high + 5:.1f}" y="34">{values[2]:.2f}</text>')
    for tick in (1 / reach, 1.0, reach):
        at = _inner(tick, reach, width)
        parts.append(
            f'<path class="ax" d="M{at:.1f} 40v4"/><text x="{at:.1f}" y="56" text-anchor="middle">{tick:.2g}</text>'
        )
    return _svg(f"iv {css}", width, 58, parts)


def _x(ratio: float, reach: float, width: float) -> float:
    """Where a ratio lies on a log axis from 1/reach to reach, cut off at the ends."""
    position = math.log(max(ratio, 1e-9)) / math.log(reach)
    return width / 2 * (1 + max(-1.0, min(1.0, position)))


def _inner(ratio: float, reach: float, width: float) -> float:
    """The same with room for a number at both ends."""
    return 34 + _x(ratio, reach, width - 68)


def hours_by_weekday(grid: Floats, say: Say) -> Markup:
    """Incidents by weekday and hour; below a hundred in bands of four hours, working days and weekend, with numbers."""
    folded = grid.sum() < FEW
    cells = _fold(grid) if folded else grid
    labels = [say.text("Mo–Fr"), say.text("Sa–Su")] if folded else [say.text(day) for day in WEEKDAYS]
    row_px, columns = (26, 6) if folded else (16, 24)
    high = cells.max() or 1.0
    parts = []
    for row, label in enumerate(labels):
        middle = row * row_px + row_px / 2 + 4
        parts.append(f'<text x="-6" y="{middle}" text-anchor="end">{label}</text>')
        for column in range(columns):
            parts.append(_cell(cells[row, column], high, column / columns, 1 / columns, row * row_px, row_px, folded))
    bottom = len(labels) * row_px
    for hour in range(0, 25, 4 if folded else 3):
        anchor = "start" if hour == 0 else "end" if hour == 24 else "middle"
        parts.append(f'<text x="{hour / 24:.2%}" y="{bottom + 14}" text-anchor="{anchor}">{hour:02d}</text>')
    label = say.text("Incidents by hour and weekday; most: {most}", most=busiest(grid, say))
    return _svg("hw wide-label" if folded else "hw", None, bottom + 18, parts, label)


def busiest(grid: Floats, say: Say) -> str:
    """The fullest cell in words: "Sa 20:00–21:00, 4.6"."""
    if not grid.any():
        return "–"
    folded = grid.sum() < FEW
    cells = _fold(grid) if folded else grid
    row, column = np.unravel_index(int(cells.argmax()), cells.shape)
    width = 4 if folded else 1
    names = ("Mo–Fr", "Sa–Su") if folded else WEEKDAYS
    first = int(column) * width
    return f"{say.text(names[int(row)])} {first:02d}:00–{first + width:02d}:00, {cells[row, column]:.1f}"


def _fold(grid: Floats) -> Floats:
    """(7, 24) to (2, 6): working days and weekend, four hours."""
    bands: Floats = grid.reshape(7, 6, 4).sum(axis=2)
    return np.vstack([bands[:5].sum(axis=0), bands[5:].sum(axis=0)])


def _cell(n: float, high: float, x: float, width: float, y: float, height: float, numbered: bool) -> str:
    """One cell, coloured in five even steps of the grid's own maximum; nothing where nothing happened."""
    step = 0 if n <= 0 else min(HEAT_STEPS, 1 + int(n / high * HEAT_STEPS * 0.9999))
    cell = f'<rect class="cell c{step}" x="{x:.3%}" y="{y}" width="{width:.3%}" height="{height}"/>'
    if not numbered or n <= 0:
        return cell
    middle = x + width / 2
    return cell + (
        f'<text class="n{" on-dark" if step > 3 else ""}" x="{middle:.3%}" y="{y + height / 2 + 4}" '
        f'text-anchor="middle">{n:.1f}</text>'
    )


def weeks(bars: Sequence[Week], say: Say, feasts: Sequence[date] = (), height: int = 64) -> Markup:
    """Weekly counts as bars: this period's filled, those of the same period last year outlined, feasts marked."""
    if not bars:
        return Markup("")
    base, width = height - 16, 1 / len(bars)
    scale = (base - 14) / max(most(bars), 1)
    parts = [f'<line class="base" x1="0" x2="100%" y1="{base + 0.5}" y2="{base + 0.5}"/>']
    for feast in feasts:
        x = (feast - bars[0].start).days / 7 * width
        if 0 <= x < 1:
            anchor = "start" if x < 0.06 else "end" if x > 0.97 else "middle"
            parts.append(f'<line class="feast" x1="{x:.2%}" x2="{x:.2%}" y1="13" y2="{base}"/>')
            parts.append(f'<text x="{x:.2%}" y="10" text-anchor="{anchor}">{say.text("Spring Festival")}</text>')
    for number, bar in enumerate(bars):
        parts += _bar(bar, number * width, width * 0.84, base, scale, say)
    parts += _month_marks(bars, width, base)
    return _svg("tl", None, height, parts, say.text("Incidents per week"))


def most(bars: Sequence[Week]) -> int:
    """The fullest week's count."""
    return max((bar.n for bar in bars), default=0)


def _bar(bar: Week, x: float, width: float, base: int, scale: float, say: Say) -> Iterable[str]:
    """One week: this period's share below, last year's above it, the rest on top."""
    title = say.text("Week of {day}: {n}", day=bar.start, n=bar.n)
    y = float(base)
    for css, n in (("now", bar.n_now), ("ref", bar.n_before), ("", bar.n - bar.n_now - bar.n_before)):
        if n > 0:
            y -= n * scale
            yield (
                f'<rect class="bar {css}" x="{x:.3%}" y="{y:.1f}" width="{width:.3%}" height="{n * scale:.1f}">'
                f"<title>{title}</title></rect>"
            )


def _month_marks(bars: Sequence[Week], width: float, base: int) -> Iterable[str]:
    """Months under the bars, at most about eight, the year with the first and with each January."""
    first, last = bars[0].start, bars[-1].start
    months = [date(m // 12, m % 12 + 1, 1) for m in range(first.year * 12 + first.month, last.year * 12 + last.month)]
    step = next((s for s in (1, 2, 3, 6, 12) if len(months) / s <= 10), 12)
    shown = [month for month in months if (month.month - 1) % step == 0]
    for number, month in enumerate(shown):
        x = (month - first).days / 7 * width
        text = f"{month:%Y-%m}" if number == 0 or month.month == 1 else f"{month:%m}"
        if x < 0.96:
            css = "alternate" if number % 2 else ""
            yield f'<text class="{css}" x="{x:.2%}" y="{base + 14}">{text}</text>'


def _svg(css: str, width: float | None, height: float, parts: Iterable[str], label: str = "") -> Markup:
    """An SVG element; of the full width where none is given; hidden from screen readers without a label."""
    size = (
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        if width
        else f'width="100%" height="{height}"'
    )
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(f'<svg class="{css}" {size} {said}>{"".join(parts)}</svg>')
