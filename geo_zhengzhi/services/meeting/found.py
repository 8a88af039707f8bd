"""What a meeting file is made of: what was found of its months and targets, with every count as it may be printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Comparison
from geo_zhengzhi.register import Entry
from geo_zhengzhi.render.meeting.deck import FEW, SHOWN, UNKNOWN, WITHHELD, Counts, Number
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.meeting.asked import Asked, Past
from geo_zhengzhi.services.meeting.atoms import Figure
from geo_zhengzhi.services.meeting.figures import Table
from geo_zhengzhi.services.meeting.grounds import Ground
from geo_zhengzhi.services.meeting.month_runs import Months, month_text
from geo_zhengzhi.services.meeting.places import outline_square
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats import disclosure
from geo_zhengzhi.stats.blocks import Block, beside
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.words import Translate, translator

STATES = {disclosure.SHOWN: SHOWN, disclosure.SMALL: FEW, disclosure.WITHHELD: WITHHELD}


@dataclass(frozen=True, eq=False)
class Found:
    """
    What a file is made of.

    Parameters
    ----------
    study, asked : Study, Asked
    covered : Months
        Which the data cover whole.
    situation : Situation
        Of the period.
    grounds : {target_id: Ground}
        Of the file's targets.
    hotspots : GeoDataFrame
        With snapped outlines, EPSG:4326; `spots` are their grounds.
    blocks : {Ground: Block}
        Of the heat.
    table : Table
    entries : {target_id: Entry}
    past : Past
    """

    study: Study
    asked: Asked
    covered: Months
    situation: Situation
    grounds: Mapping[str, Ground]
    hotspots: gpd.GeoDataFrame
    spots: Sequence[Ground]
    blocks: Mapping[Ground, Block]
    table: Table
    entries: Mapping[str, Entry]
    past: Past

    @property
    def translate(self) -> Translate:
        """The words of the file's language."""
        return translator(self.asked.language)

    def shown_spots(self) -> list[tuple[int, int]]:
        """Position and count of the hotspots whose count is shown, the largest first, then as they were found."""
        months = self.asked.months
        printed = [self.table[Figure(spot, months)] for spot in self.spots]
        shown = [(i, one.n) for i, one in enumerate(printed) if one.n is not None and one.n >= self.asked.k]
        return sorted(shown, key=lambda pair: (-pair[1], pair[0]))

    def shown_blocks(self) -> list[Block]:
        """
        The blocks whose count is shown.

        One that has changed by too few stands as it stood: a hole, or other blocks, would tell where somebody came.
        """
        months, stood = self.asked.months, self.table.stood
        figures = ((block, Figure(ground, months)) for ground, block in self.blocks.items())
        printed = ((block, self.table[figure].n or stood.get(figure)) for block, figure in figures)
        shown = [replace(block, n=n) for block, n in printed if n]
        frame = MetricFrame(*self.situation.result.frame_center)
        squares = ((outline_square(figure.ground, frame), n) for figure, n in stood.items() if figure.months == months)
        earlier = [replace(block, n=n) for block, n in squares if block is not None]
        return [*shown, *beside(earlier, shown)]

    def number(self, figure: Figure) -> Number:
        """A figure as the file prints it."""
        if figure not in self.table.printed:
            return Number(UNKNOWN)
        printed = self.table[figure]
        return Number(STATES[printed.state], printed.n)

    def counts(self, ground: Ground) -> Counts:
        """One ground's counts with what may be said of them."""
        months = self.asked.months
        runs = (months, months.before, months.a_year_earlier)
        now, before, year = (self.number(Figure(ground, run)) for run in runs)
        days = [run.period(self.study.timezone).n_days for run in runs]
        line = [
            (month_text(m), self.number(Figure(ground, Months(m, m))))
            for m in range(months.line.first, months.line.last + 1)
        ]
        return Counts(
            now, before, year, _compared(now, before, days[0], days[1]), _compared(now, year, days[0], days[2]), line
        )


def _compared(now: Number, then: Number, n_days: int, n_days_then: int) -> Comparison | None:
    """Two counts compared, where both are shown."""
    if now.n is None or then.n is None:
        return None
    return compare(now.n, then.n, n_days, n_days_then)
