"""What an analysis is asked for: period, category, kind and parameters, out of an address or a body."""

from collections.abc import Mapping
from typing import Any

from geo_zhengzhi.errors import FieldRefused
from geo_zhengzhi.model import KINDS, LEVELS, MAX_EPS_M, MAX_MIN_SAMPLES, AnalysisParameters, Period
from geo_zhengzhi.services.console import situation
from geo_zhengzhi.services.console.day_hours import parse_hours
from geo_zhengzhi.services.console.periods import AGAINST
from geo_zhengzhi.services.console.week_days import parse_weekdays
from geo_zhengzhi.services.studies.study import Study
from web.api.bases import Asked, Query
from web.api.fields import Day, Flag, OneOf, Radius, Real, Whole, Written

WIDEST_M = 2000
DAYS = {
    "first": Day(data_key="from", metadata={"description": "The first day; without one, the data's."}),
    "last": Day(data_key="to", metadata={"description": "The last day, included; without one, the data's."}),
}
CATEGORY = {"category": Written(100, shortest=1, metadata={"description": "Only these incidents."})}
KIND = {"kind": OneOf(*KINDS, metadata={"description": "Only targets of this kind, their hotspots and zones."})}
HOURS = {
    "hours": Written(
        5, shortest=3, pattern="[0-9]{1,2}-[0-9]{1,2}",
        metadata={"description": "Only incidents of these hours of the day: 22-4 is from 22:00 until 04:00."},
    )
}  # fmt: skip
WEEKDAYS = {
    "weekdays": Written(
        13, shortest=1, pattern="[1-7](-[1-7])?(,[1-7](-[1-7])?)*",
        metadata={"description": "Only incidents of these days of the week: 1-5 is Monday to Friday, 6,7 the weekend."},
    )
}  # fmt: skip
LEVEL = {"level": OneOf(*LEVELS, metadata={"description": "Only targets of this level, their hotspots and zones."})}
LAID_AGAINST = {
    "against": OneOf(
        *AGAINST, metadata={"description": "What it is laid against: the same days last year, or the period before."}
    )
}
PARAMETERS = {
    "eps_m": Radius(1, MAX_EPS_M, metadata={"description": "Radius in metres; without one, each kind's own."}),
    "min_samples": Whole(1, MAX_MIN_SAMPLES, metadata={"description": "That make a core; else each kind's own."}),
    "weighted": Flag(metadata={"description": "Sum weights instead of counting incidents."}),
    "zone_buffer_m": Real(0, WIDEST_M, metadata={"description": "The belt around a hotspot; else each kind's own."}),
}
FILTERS = DAYS | CATEGORY | KIND | HOURS | WEEKDAYS | LEVEL
PeriodQuery = Query.from_dict(FILTERS, name="PeriodQuery")
SituationQuery = Query.from_dict(FILTERS | LAID_AGAINST | PARAMETERS, name="SituationQuery")
NewAnalysis = Asked.from_dict(FILTERS | PARAMETERS, name="NewAnalysis")


def query_of(given: Mapping[str, Any], study: Study) -> situation.Query:
    """
    What is asked for, as the services take it.

    Raises
    ------
    FieldRefused
        If the period ends before it begins.
    InvalidParameter
        If an hour or a weekday is none.
    """
    parameters = AnalysisParameters(**{name: given[name] for name in PARAMETERS if name in given})
    return situation.Query(
        period_of(given, study),
        given.get("category"),
        given.get("kind"),
        parameters,
        parse_hours(given.get("hours", "")),
        parse_weekdays(given.get("weekdays", "")),
        given.get("level"),
        given.get("against", AGAINST[0]),
    )


def period_of(given: Mapping[str, Any], study: Study) -> Period | None:
    """
    The period from the first to the last day; None without both, and where there are no data.

    Raises
    ------
    FieldRefused
        If it ends before it begins.
    """
    if study.span is None or not ("first" in given or "last" in given):
        return None
    first, last = given.get("first", study.span.first_day), given.get("last", study.span.last_day)
    if first > last:
        raise FieldRefused(name="from – to", given=f"{first} – {last}", allowed="from ≤ to")
    return Period.of_days(first, last, study.timezone)
