"""The page's own pictures as inline SVG: intervals of rate ratios, weeks; no foreign word in them."""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from markupsafe import Markup, escape

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.services.console.situation import Week
from web.say import Say

LIST_REACH = 4.0  # the axis of lists runs from a quarter to four


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
    return svg(f"iv {css}", width, height, parts)


def interval_axis(width: int = 64) -> Markup:
    """The heading over a list's intervals."""
    texts = ((0, "start", "¼"), (width / 2, "middle", "1"), (width, "end", "4"))
    return svg("axis", width, 14, [f'<text x="{x}" y="11" text-anchor="{a}">{t}</text>' for x, a, t in texts])


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
    return svg(f"iv {css}", width, 58, parts)


def _x(ratio: float, reach: float, width: float) -> float:
    """Where a ratio lies on a log axis from 1/reach to reach, cut off at the ends."""
    position = math.log(max(ratio, 1e-9)) / math.log(reach)
    return width / 2 * (1 + max(-1.0, min(1.0, position)))


def _inner(ratio: float, reach: float, width: float) -> float:
    """The same with room for a number at both ends."""
    return 34 + _x(ratio, reach, width - 68)


def weeks(
    bars: Sequence[Week],
    say: Say,
    feasts: Sequence[date] = (),
    height: int = 64,
    link: Callable[[date], str] | None = None,
) -> Markup:
    """
    Weekly counts as bars: this period's filled, those of the same period last year outlined, feasts marked.

    `link` leads from a day to its week's page; without it the bars only show.
    """
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
    first_stop = max((number for number, bar in enumerate(bars) if bar.n_now), default=len(bars) - 1)
    for number, bar in enumerate(bars):
        drawn = _bar(bar, number * width, width * 0.84, base, scale, say)
        hit = f'<rect class="hit" x="{number * width:.3%}" y="1" width="{width:.3%}" height="{base}"/>'
        parts += drawn if link is None else [_linked(bar, [hit, *drawn], link, say, is_stop=number == first_stop)]
    parts += _month_marks(bars, width, base)
    return svg("tl", None, height, parts, say.text("Incidents per week"), "img" if link is None else "group")


def _linked(bar: Week, drawn: Iterable[str], link: Callable[[date], str], say: Say, *, is_stop: bool) -> str:
    """A week's bar that leads to the week; one of them all is a stop of the Tab key."""
    told = escape(say.text("Week of {day}: {n}", day=bar.start, n=bar.n))
    return (
        f'<a id="week-{bar.start}" class="go-to" href="{escape(link(bar.start))}" tabindex="{0 if is_stop else -1}" '
        f'aria-label="{told}">{"".join(drawn)}</a>'
    )


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


def svg(
    css: str, width: float | None, height: float, parts: Iterable[str], label: str = "", role: str = "img"
) -> Markup:
    """
    An SVG element; of the full width where none is given; hidden from screen readers without a label.

    One that holds links is a "group": an "img" would hide them.
    """
    size = (
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        if width
        else f'width="100%" height="{height}"'
    )
    said = Markup('role="{}" aria-label="{}"').format(role, label) if label else Markup('aria-hidden="true"')
    return Markup(f'<svg class="{css}" {size} {said}>{"".join(parts)}</svg>')
