"""Where the console leads: the same view moved, narrowed, laid against something else, or focused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from geo_zhengzhi.model import Period
from geo_zhengzhi.services.console.day_hours import Hours
from geo_zhengzhi.services.console.periods import AGAINST, MONTH, UNITS, WEEK, containing, shifted, unit_of
from geo_zhengzhi.services.console.week_days import Weekdays
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.words import LANGUAGES
from web.address import TABS, View


@dataclass(frozen=True)
class Links:
    """
    The addresses of one page, from the slash on.

    Parameters
    ----------
    view : View
        What the page shows.
    study : Study
        Whose incidents it shows.
    period : Period
        The view's own, or what is shown where it names none.
    """

    view: View
    study: Study
    period: Period

    @property
    def _base(self) -> View:
        """The view that other periods and filters keep."""
        return self.view.of_places_that_last(self.study)

    @property
    def units(self) -> list[tuple[str, str]]:
        """Of each calendar unit its name, and the one that holds the period's last day."""
        period, zone = self.period, self.study.timezone
        return [(unit, _to(self._base.moved(containing(unit, period.last_day, zone)))) for unit in UNITS]

    @property
    def unit(self) -> str | None:
        """The unit that the period is; None for any other stretch of days."""
        return unit_of(self.period)

    @property
    def before(self) -> str:
        """One period earlier."""
        return _to(self._base.moved(shifted(self.period, -1)))

    @property
    def after(self) -> str:
        """One period later."""
        return _to(self._base.moved(shifted(self.period, 1)))

    @property
    def against(self) -> list[tuple[str, str]]:
        """Laid against the same period last year, and against the one before."""
        return [(one, _to(self.view.against(one))) for one in AGAINST]

    @property
    def languages(self) -> list[tuple[str, str]]:
        """In each language."""
        return [(language, _to(self.view.in_language(language))) for language in LANGUAGES]

    @property
    def tabs(self) -> dict[str, str]:
        """With each list open."""
        return {tab: _to(replace(self.view, tab=tab)) for tab in TABS}

    @property
    def here(self) -> str:
        """The query string of what is analysed."""
        return replace(self.view, focus="", layers="", tab=TABS[0]).query_string()

    @property
    def meeting(self) -> str:
        """The form of a meeting file, of these months where they are whole."""
        first, last = self.period.first_day, self.period.last_day
        asked = {"lang": self.view.language} if self.view.named else {}
        if first.day == 1 and (last + timedelta(days=1)).day == 1:
            asked |= {"from": f"{first:%Y-%m}", "to": f"{last:%Y-%m}"}
        return f"/export?{urlencode(asked)}" if asked else "/export"

    @property
    def default(self) -> str:
        """What the site shows first."""
        return _to(View(replace(self.view.unfiltered().query, period=None), self.view.language, self.view.named))

    @property
    def latest(self) -> str | None:
        """The month of the last incident; None where there is none."""
        query = self.view.query
        day = self.study.latest_day(self.period, query.category, query.hours, query.weekdays)
        return None if day is None else self.month(day)

    @property
    def unfiltered(self) -> str:
        """Every incident and target of the period."""
        return _to(self.view.unfiltered())

    @property
    def county(self) -> str:
        """With nothing selected."""
        return _to(replace(self.view, focus=""))

    def focus(self, place: str, tab: str) -> str:
        """With a place selected in a list."""
        return _to(replace(self.view, focus=place, tab=tab))

    def month(self, day: date) -> str:
        """The month of a day."""
        return _to(self._base.moved(containing(MONTH, day, self.study.timezone)))

    def week(self, day: date) -> str:
        """The week of a day."""
        return _to(self._base.moved(containing(WEEK, day, self.study.timezone)))

    @property
    def times(self) -> Callable[[Hours | None, Weekdays | None], str]:
        """A function to the address narrowed to hours and weekdays."""
        base = self._base
        return lambda hours, weekdays: _to(base.timed(_part_of_day(hours), weekdays))


def _part_of_day(hours: Hours | None) -> Hours | None:
    """Hours as an address writes them: midnight ends a day as 24."""
    return None if hours is None or (hours[1] - hours[0]) % 24 == 0 else hours


def _to(view: View) -> str:
    return "/" + view.query_string()
