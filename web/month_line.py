"""Incidents by month as inline SVG: this year as a bold line with its values, the year before behind it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from markupsafe import Markup, escape

from geo_zhengzhi.services.console.figures import Month
from web.charts import svg
from web.say import Say

TOP_PX, PLOT_PX, BOTTOM_PX = 18, 84, 32
MOST_VALUES = 14  # with more months only the highest and the last value find room


def picture(months: Sequence[Month], say: Say, link: Callable[[date], str] | None = None) -> Markup:
    """
    The months as a line.

    Parameters
    ----------
    months : sequence of Month
    say : Say
    link : function of a month's first day, optional
        The address of the page for that month; no links without it.
    """
    label = say.text("Incidents by month; most: {most}", most=most(months))
    height = TOP_PX + PLOT_PX + BOTTOM_PX
    role = "img" if link is None else "group"
    return svg("months", None, height, [*_bands(months), _lines(months), *_columns(months, say, link)], label, role)


def most(months: Sequence[Month]) -> str:
    """The month with most incidents: "2024-03, 95"."""
    month = _highest(months)
    return "–" if month is None else f"{month.first_day:%Y-%m}, {month.n:,}"


def _highest(months: Sequence[Month]) -> Month | None:
    """The first of the months with most incidents; None where no month has any."""
    return max((month for month in months if month.n), key=lambda month: month.n or 0, default=None)


def _bands(months: Sequence[Month]) -> Iterator[str]:
    """A ground behind the months of the period, and the base line."""
    width = 1 / len(months)
    for number, month in enumerate(months):
        if month.in_period:
            yield (
                f'<rect class="period" x="{number * width:.3%}" y="0" width="{width:.3%}" height="{TOP_PX + PLOT_PX}"/>'
            )
    yield f'<line class="base" x1="0" x2="100%" y1="{TOP_PX + PLOT_PX}" y2="{TOP_PX + PLOT_PX}"/>'


def _lines(months: Sequence[Month]) -> str:
    """Both lines, in a drawing of their own that is as wide as the page makes it."""
    paths = [f'<path class="before" d="{_path([month.n_before for month in months], months)}"/>']
    paths.append(f'<path class="now" d="{_path([month.n for month in months], months)}"/>')
    return (
        f'<svg x="0" y="{TOP_PX}" width="100%" height="{PLOT_PX}" viewBox="0 0 {len(months)} {PLOT_PX}" '
        f'preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}</svg>'
    )


def _path(values: Sequence[int | None], months: Sequence[Month]) -> str:
    """A line through values, broken where one is not known."""
    steps, is_down = [], False
    for number, value in enumerate(values):
        if value is not None:
            steps.append(f"{'L' if is_down else 'M'}{number + 0.5:g} {_y(value, months):.1f}")
        is_down = value is not None
    return "".join(steps)


def _y(value: int, months: Sequence[Month]) -> float:
    """How far below the plot's top a value lies, px."""
    high = max((n or 0 for month in months for n in (month.n, month.n_before)), default=0) or 1
    return PLOT_PX * (1 - value / high)


def _columns(months: Sequence[Month], say: Say, link: Callable[[date], str] | None) -> Iterator[str]:
    """Of each month its points, its value and its name, as one link."""
    width, highest = 1 / len(months), _highest(months)
    for number, month in enumerate(months):
        is_named = len(months) <= MOST_VALUES or month is highest or number == len(months) - 1
        drawn = "".join(_column(month, number, width, months, is_named))
        told = _told(month, say)
        if link is None:
            yield f"<g>{drawn}<title>{escape(told)}</title></g>"
            continue
        yield (
            f'<a id="month-{month.first_day:%Y-%m}" class="go-to" href="{escape(link(month.first_day))}" '
            f'tabindex="{0 if number == len(months) - 1 else -1}" aria-label="{escape(told)}">{drawn}'
            f"<title>{escape(told)}</title></a>"
        )


def _column(month: Month, number: int, width: float, months: Sequence[Month], is_named: bool) -> Iterator[str]:
    x, height = (number + 0.5) * width, TOP_PX + PLOT_PX + BOTTOM_PX
    yield f'<rect class="hit" x="{number * width:.3%}" y="0" width="{width:.3%}" height="{height}"/>'
    if month.n_before is not None:
        yield f'<circle class="before" cx="{x:.3%}" cy="{TOP_PX + _y(month.n_before, months):.1f}" r="2"/>'
    if month.n is not None:
        y = TOP_PX + _y(month.n, months)
        css = "now" if month.is_whole else "now part"
        yield f'<circle class="{css}" cx="{x:.3%}" cy="{y:.1f}" r="3.5"/>'
        if is_named:
            yield f'<text class="n" x="{x:.3%}" y="{y - 7:.1f}" text-anchor="middle">{month.n:,}</text>'
    if len(months) <= MOST_VALUES or number % 3 == 0:
        yield f'<text x="{x:.3%}" y="{height - 18}" text-anchor="middle">{month.first_day:%m}</text>'
    if number == 0 or month.first_day.month == 1:
        yield f'<text x="{number * width:.3%}" y="{height - 4}" dx="4">{month.first_day:%Y}</text>'


def _told(month: Month, say: Say) -> str:
    """A month in words."""
    name = f"{month.first_day:%Y-%m}"
    if month.n is None:
        return say.text("{month}: no data", month=name)
    if month.n_before is None:
        told = say.text("{month}: {n}", month=name, n=f"{month.n:,}")
    else:
        told = say.text("{month}: {n}, a year before {m}", month=name, n=f"{month.n:,}", m=f"{month.n_before:,}")
    return told if month.is_whole else say.text("{told} (the data do not hold the whole month)", told=told)
