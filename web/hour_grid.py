"""Hours of the day by day of the week as inline SVG: each cell, row and column is a link that narrows to it."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
from markupsafe import Markup, escape

from geo_zhengzhi.services.console.day_hours import Hours
from geo_zhengzhi.services.console.week_days import Weekdays
from geo_zhengzhi.services.labels import WEEKDAYS
from web.charts import svg
from web.say import Say

Floats = npt.NDArray[np.float64]
Link = Callable[[Hours | None, Weekdays | None], str]
Times = tuple[Hours | None, Weekdays | None]

FEW = 100  # below it the grid folds, since single cells would say nothing
HEAT_STEPS = 5
FOLDED_ROWS: tuple[Weekdays, ...] = ((1, 2, 3, 4, 5), (6, 7))
FOLDED_NAMES = ("Mo–Fr", "Sa–Su")
EVERY: Times = (None, None)


class Grid:
    """
    The picture of one grid.

    Parameters
    ----------
    grid : float64[7, 24]
        Incidents by weekday (Monday first) and hour; below a hundred of them it folds into bands of four hours,
        working days and weekend, with numbers.
    say : Say
    link : function of (hours, weekdays), optional
        The address of the page narrowed to these; no links without it.
    chosen : (hours, weekdays)
        To which the page is narrowed; outlined, and linked to every hour.
    """

    def __init__(self, grid: Floats, say: Say, link: Link | None = None, chosen: Times = EVERY) -> None:
        self.folded = bool(grid.sum() < FEW)
        self.cells = _fold(grid) if self.folded else grid
        self.say, self.link, self.chosen = say, link, chosen
        self.rows: tuple[Weekdays, ...] = FOLDED_ROWS if self.folded else tuple((day,) for day in range(1, 8))
        self.names = [say.text(name) for name in (FOLDED_NAMES if self.folded else WEEKDAYS)]
        self.width_h, self.row_px = (4, 26) if self.folded else (1, 16)

    def picture(self) -> Markup:
        """The SVG element."""
        bottom = len(self.rows) * self.row_px
        parts = [*self._row_labels(), *self._cells(), *self._column_labels(bottom)]
        label = self.say.text("Incidents by hour and weekday; most: {most}", most=self.busiest())
        css = "hw wide-label" if self.folded else "hw"
        return svg(css, None, bottom + 18, parts, label, "img" if self.link is None else "group")

    def busiest(self) -> str:
        """The fullest cell in words: "Sa 20:00–21:00, 4.6"."""
        if not self.cells.any():
            return "–"
        row, column = np.unravel_index(int(self.cells.argmax()), self.cells.shape)
        return self._told(int(row), int(column))

    def _told(self, row: int, column: int) -> str:
        first = column * self.width_h
        return f"{self.names[row]} {first:02d}:00–{first + self.width_h:02d}:00, {self.cells[row, column]:.1f}"

    def _row_labels(self) -> Iterator[str]:
        """The days' names; each narrows to its days."""
        for row, name in enumerate(self.names):
            middle = row * self.row_px + self.row_px / 2 + 4
            text = f'<text x="-6" y="{middle}" text-anchor="end">{name}</text>'
            yield self._linked(text, (self.chosen[0], self.rows[row]), f"day-{row}", name)

    def _column_labels(self, bottom: int) -> Iterator[str]:
        """The hours under the grid; each narrows to the hours up to the next."""
        step = 4 if self.folded else 3
        for hour in range(0, 25, step):
            anchor = "start" if hour == 0 else "end" if hour == 24 else "middle"
            text = f'<text x="{hour / 24:.2%}" y="{bottom + 14}" text-anchor="{anchor}">{hour:02d}</text>'
            name = f"{hour:02d}:00–{hour + step:02d}:00"
            times = ((hour, hour + step), self.chosen[1])
            yield text if hour == 24 else self._linked(text, times, f"hour-{hour}", name)

    def _cells(self) -> Iterator[str]:
        high = self.cells.max() or 1.0
        for row, days in enumerate(self.rows):
            for column in range(self.cells.shape[1]):
                first = column * self.width_h
                times = ((first, first + self.width_h), days)
                drawn = self._cell(row, column, high, self._is_chosen(*times))
                yield self._linked(drawn, times, f"cell-{row}-{column}", self._told(row, column))

    def _cell(self, row: int, column: int, high: float, is_chosen: bool) -> str:
        """One cell, coloured in five even steps of the grid's own maximum; nothing where nothing happened."""
        n, width = float(self.cells[row, column]), 1 / self.cells.shape[1]
        step = 0 if n <= 0 else min(HEAT_STEPS, 1 + int(n / high * HEAT_STEPS * 0.9999))
        x, y = column * width, row * self.row_px
        cell = (
            f'<rect class="cell c{step}{" chosen" if is_chosen else ""}" x="{x:.3%}" y="{y}" width="{width:.3%}" '
            f'height="{self.row_px}"/>'
        )
        if not self.folded or n <= 0:
            return cell
        return cell + (
            f'<text class="n{" on-dark" if step > 3 else ""}" x="{x + width / 2:.3%}" y="{y + self.row_px / 2 + 4}" '
            f'text-anchor="middle">{n:.1f}</text>'
        )

    def _is_chosen(self, hours: Hours, days: Weekdays) -> bool:
        """Whether a cell lies in the hours and days to which the page is narrowed."""
        asked, asked_days = self.chosen
        if asked is None and asked_days is None:
            return False
        first, last = asked or (0, 24)
        length = (last - first) % 24 or 24
        return (hours[0] - first) % 24 + hours[1] - hours[0] <= length and set(days) <= set(asked_days or days)

    def _linked(self, drawn: str, times: Times, name: str, told: str) -> str:
        """What is drawn as a link; what is chosen already leads back to every hour. One of all is in the tab order."""
        if self.link is None:
            return drawn
        target = self.link(*(EVERY if times == self.chosen else times))
        first = ' tabindex="0"' if name == "cell-0-0" else ' tabindex="-1"'
        pressed = ' aria-current="true"' if times == self.chosen else ""
        return (
            f'<a id="{name}" class="go-to" href="{escape(target)}"{first}{pressed} aria-label="{escape(told)}">{drawn}'
            f"<title>{escape(told)}</title></a>"
        )


def _fold(grid: Floats) -> Floats:
    """(7, 24) to (2, 6): working days and weekend, four hours."""
    bands: Floats = grid.reshape(7, 6, 4).sum(axis=2)
    return np.vstack([bands[:5].sum(axis=0), bands[5:].sum(axis=0)])
