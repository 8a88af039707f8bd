"""The last calendar months of the data, each with its count and its heat: what the slider goes through."""

from dataclasses import dataclass, replace

from geo_zhengzhi.model import Period
from geo_zhengzhi.render.folium_map import density_title
from geo_zhengzhi.render.scene import ServedHeat
from geo_zhengzhi.services.console.heat import heat_layer
from geo_zhengzhi.services.console.periods import containing, shifted
from geo_zhengzhi.services.console.situation import Query, rows_asked
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import translator

N_MONTHS = 24


@dataclass(frozen=True)
class Month:
    """
    One month.

    Parameters
    ----------
    period : Period
    n_incidents : int
        Of those that the query's filters keep.
    heat : ServedHeat
    title : str
        Heading of its heat scale.
    """

    period: Period
    n_incidents: int
    heat: ServedHeat
    title: str

    @property
    def name(self) -> str:
        """The month as addresses have it: 2024-02."""
        return f"{self.period.first_day:%Y-%m}"


def months_of(study: Study, query: Query, settings: Settings, language: str) -> tuple[Month, ...]:
    """
    The last 24 months that the data reach into, the earliest first; fewer where the data are shorter.

    Parameters
    ----------
    study : Study
    query : Query
        Its filters count, its period does not.
    settings : Settings
    language : str
        "zh" or "en".
    """
    if study.span is None:
        return ()
    last = containing("month", study.span.last_day, study.timezone)
    periods = [shifted(last, -back) for back in range(N_MONTHS - 1, -1, -1)]
    _ = translator(language)
    return tuple(
        Month(
            period,
            len(rows_asked(study, query, period)),
            heat_layer(study, replace(query, period=period), settings),
            density_title(period, _),
        )
        for period in periods
        if period.last_day >= study.span.first_day
    )
