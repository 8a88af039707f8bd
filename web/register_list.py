"""The register's list as an address asks for it: filters, sorting, a page of entries with their counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Response, request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.counts import RegisterCounts, count_register
from geo_zhengzhi.services.register.views import Page
from geo_zhengzhi.services.register.words import FIRST_YEAR, LAST_YEAR, Field
from web import page, site
from web import register_forms as forms
from web.address import parse_view
from web.errors import status_of

FILTERS = ("text", "year", "level", "kind", "stage", "unit", "overdue")
RISING = ("name", "target_id", "deadline", "lead_unit", "kind", "level", "stage")  # sorted upwards when first pressed
MOST_PAGES = 100_000
MOST_UNITS = 300  # that are proposed while one types
PARTIAL = "HX-Request"  # a script asks for the list alone


@dataclass(frozen=True)
class Listing:
    """What an address asks for, and what was found; `sentence` says what in it is not possible."""

    given: Mapping[str, str]
    days: Mapping[str, str]
    sort: str
    falls: bool
    status: int
    sentence: str
    found: Page
    counts: RegisterCounts | None

    @property
    def kept(self) -> dict[str, str]:
        """The filters that are set, as links keep them."""
        return {name: value for name, value in {**self.given, **self.days}.items() if value}

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, without the days that are counted."""
        return {name: value for name, value in self.given.items() if value}

    @property
    def sorted(self) -> dict[str, str]:
        """The sorting as links keep it; the default is left out."""
        return {} if self.sort == "year" and self.falls else {"sort": self.sort, "order": _order(self.falls)}

    @property
    def address(self) -> str:
        """Where this list is read again."""
        number = {"page": self.found.page} if self.found.page > 1 else {}
        return page.link_to("register.listing", **number, **self.sorted, **self.kept)


def read_listing(today: date) -> Listing:
    """The list that the address of this request asks for."""
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    days = {name: request.args.get(name, "").strip() for name in ("from", "to")}
    sort = request.args.get("sort", "year")
    falls = request.args.get("order", _order(sort not in RISING)) == "down"
    status, sentence, found, counts = 200, "", Page((), 0, 1, 1), None
    try:
        found = _found(given, sort, falls, today)
        counts = _counts(days)
    except InvalidParameter as error:
        status, sentence = status_of(error), page.text_of(error)
    return Listing(given, days, sort, falls, status, sentence, found, counts)


def is_partial() -> bool:
    """Whether a script asks for the list alone."""
    return PARTIAL in request.headers


def told_partial(response: Response, listing: Listing) -> Response:
    """An answer that differs for scripts, and tells one which address the list now has."""
    response.headers["Vary"] = PARTIAL
    if is_partial():
        response.headers["HX-Replace-Url"] = listing.address
    return response


def _order(falls: bool) -> str:
    return "down" if falls else "up"


def _found(given: Mapping[str, str], sort: str, falls: bool, today: date) -> Page:
    """The page of the list that an address asks for; the last one where it asks for more."""
    year = forms.whole(given["year"]) if given["year"] else None
    if isinstance(year, str):
        raise InvalidParameter(name=Field("year"), given=year, allowed=f"{FIRST_YEAR}–{LAST_YEAR}")
    asked = {name: given[name] or None for name in ("level", "kind", "stage")}
    number = min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)
    while True:
        found = register_views.entries(
            site.database(), year=year, **asked, text=given["text"], unit=given["unit"],
            overdue=bool(given["overdue"]), sort=sort, descending=falls, page=number, today=today,
        )  # fmt: skip
        last = max(1, -(-found.total // found.per_page))
        if number <= last:
            return found
        number = last


def _counts(days: Mapping[str, str]) -> RegisterCounts | None:
    """The counts of the days that the address names, else of the study's own; None without incidents."""
    study = site.study()
    period = parse_view(days, study, page.page_language()).query.period or study.default_period
    return None if period is None else count_register(site.database(), study, period)
