"""
The address is the state: a page's query string to a `View`, and back.

`from`, `to` (days, both included), `against` (last_year or prior), `category`, `kind`, `level`, `hours` (22-4),
`weekdays` (1 Monday to 7 Sunday, with commas and runs: 1-5, 6,7), `eps` (metres, or
auto), `min_samples`, `lang`, `focus` (the target, part, hotspot or zone that is selected, and that figures and charts
are of), `tab`, `layers` (what the map shows; read by the page alone). What is the default is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import EARLIEST, KINDS, LATEST, LEVELS, AnalysisParameters, Period
from geo_zhengzhi.services.console.day_hours import Hours, parse_hours, written
from geo_zhengzhi.services.console.periods import AGAINST, LAST_YEAR
from geo_zhengzhi.services.console.radii import parse_eps, parse_least, written_eps
from geo_zhengzhi.services.console.situation import Query
from geo_zhengzhi.services.console.week_days import Weekdays, parse_weekdays, written_weekdays
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.words import LANGUAGES

TABS = ("targets", "hotspots", "zones", "signs", "todo")
DAY_FORM = "a day as YYYY-MM-DD"


@dataclass(frozen=True)
class View:
    """
    What one address asks for.

    Parameters
    ----------
    query : Query
        Its period is None where the address has none.
    language : str
        Of the page.
    named : bool
        Whether the address itself names the language.
    focus : str
        Id of the selected hotspot, zone or target; "" for none.
    tab : str
        The list that is open.
    layers : str
        Ids of the map's layers with commas; "" for all.
    """

    query: Query
    language: str
    named: bool = False
    focus: str = ""
    tab: str = TABS[0]
    layers: str = ""

    def moved(self, period: Period | None) -> "View":
        """The same view of another period."""
        return replace(self, query=replace(self.query, period=period))

    def against(self, against: str) -> "View":
        """The same view laid against something else."""
        return replace(self, query=replace(self.query, against=against))

    def timed(self, hours: Hours | None, weekdays: Weekdays | None) -> "View":
        """The same view of these hours of the day and days of the week."""
        return replace(self, query=replace(self.query, hours=hours, weekdays=weekdays))

    def unfiltered(self) -> "View":
        """The same view of every incident and target, with each kind's own parameters."""
        return replace(self, query=Query(self.query.period, against=self.query.against), focus="")

    def of_places_that_last(self, study: Study) -> "View":
        """The same view, with nothing selected but a target: hotspots and zones are of one period and its filters."""
        return self if self.focus in study.target_ids else replace(self, focus="")

    @property
    def hours(self) -> str:
        """The hours of the day as the address has them; "" for all."""
        return written(self.query.hours)

    @property
    def weekdays(self) -> str:
        """The days of the week as the address has them; "" for all."""
        return written_weekdays(self.query.weekdays)

    @property
    def eps(self) -> str:
        """The radius as the address has it; "" for each kind's own."""
        return written_eps(self.query.parameters.eps_m)

    @property
    def min_samples(self) -> str:
        """The least number as the address has it; "" for each kind's own."""
        least = self.query.parameters.min_samples
        return "" if least is None else str(least)

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the period, the language and the open list is asked for."""
        return self != replace(self.unfiltered(), focus=self.focus)

    def in_language(self, language: str) -> "View":
        """The same view in another language."""
        return replace(self, language=language, named=True)

    def query_string(self) -> str:
        """The address of this view, from the question mark on; "" for the default one."""
        period = self.query.period
        pairs = {
            "from": "" if period is None else str(period.first_day),
            "to": "" if period is None else str(period.last_day),
            "against": "" if self.query.against == LAST_YEAR else self.query.against,
            "category": self.query.category or "",
            "kind": self.query.kind or "",
            "level": self.query.level or "",
            "hours": self.hours,
            "weekdays": self.weekdays,
            "eps": self.eps,
            "min_samples": self.min_samples,
            "lang": self.language if self.named else "",
            "tab": "" if self.tab == TABS[0] else self.tab,
            "focus": self.focus,
            "layers": self.layers,
        }
        given = {name: value for name, value in pairs.items() if value}
        return "?" + urlencode(given, safe=",") if given else ""


def parse_view(arguments: Mapping[str, str], study: Study, language: str) -> View:
    """
    Read an address.

    Parameters
    ----------
    arguments : mapping
        The query string's names and values.
    study : Study
        Whose days, categories and kinds may be asked for.
    language : str
        Of the page where the address does not name one.

    Raises
    ------
    InvalidParameter
        For a day, an hour, a weekday, a radius or a least number that is none, a period that ends before it begins, and
        an unknown category, kind, level, tab or language, or what the period is laid against.
    """
    category, kind = arguments.get("category") or None, arguments.get("kind") or None
    _require("category", category, study.categories)
    _require("kind", kind, KINDS)
    level, against = arguments.get("level") or None, arguments.get("against") or LAST_YEAR
    _require("level", level, LEVELS)
    _require("against", against, AGAINST)
    named = arguments.get("lang") or None
    _require("lang", named, LANGUAGES)
    tab = arguments.get("tab") or TABS[0]
    _require("tab", tab, TABS)
    return View(
        Query(
            _period(arguments, study),
            category,
            kind,
            _parameters(arguments),
            parse_hours(arguments.get("hours") or ""),
            parse_weekdays(arguments.get("weekdays") or ""),
            level,
            against,
        ),
        named or language,
        named is not None,
        arguments.get("focus", "")[:200],
        tab,
        arguments.get("layers", "")[:1000],
    )


def language_of(arguments: Mapping[str, str], accepted: str | None, default: str) -> str:
    """The language of a page: the address's, else the browser's first among ours, else the installation's."""
    named = arguments.get("lang")
    return named if named in LANGUAGES else accepted or default


def _require(name: str, given: str | None, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not among the allowed ones."""
    if given is not None and given not in allowed:
        raise InvalidParameter(name=name, given=given, allowed=", ".join(allowed) or "–")


def _period(arguments: Mapping[str, str], study: Study) -> Period | None:
    """The period of `from` and `to`; None without both; one alone is taken with the data's other end."""
    given_first, given_last = arguments.get("from") or "", arguments.get("to") or ""
    if not (given_first or given_last) or study.span is None:
        return None
    first = _day("from", given_first) if given_first else study.span.first_day
    last = _day("to", given_last) if given_last else study.span.last_day
    if first > last:
        raise InvalidParameter(name="from – to", given=f"{first} – {last}", allowed="from ≤ to")
    return Period.of_days(first, last, study.timezone)


def _parameters(arguments: Mapping[str, str]) -> AnalysisParameters:
    """Radius and least number for every kind, where the address has them."""
    return AnalysisParameters(
        eps_m=parse_eps(arguments.get("eps") or ""), min_samples=parse_least(arguments.get("min_samples") or "")
    )


def _day(name: str, text: str) -> date:
    """A day, in the one form that the address uses."""
    try:
        day = date.fromisoformat(text) if len(text) == len("2024-02-01") else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise InvalidParameter(name=name, given=text, allowed=f"YYYY-MM-DD, {EARLIEST} – {LATEST}")
    return day
