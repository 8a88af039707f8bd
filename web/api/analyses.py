"""Analyses: run for a period, saved in the store, listed."""

from typing import Any

from marshmallow import fields

from geo_zhengzhi.model import KINDS, LEVELS, MAX_EPS_M
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.console.day_hours import written
from geo_zhengzhi.services.console.layers import layer_features, layer_frame
from geo_zhengzhi.services.console.periods import AGAINST
from geo_zhengzhi.services.console.situation import Situation as Found
from geo_zhengzhi.services.console.situation import assess
from geo_zhengzhi.services.console.week_days import written_weekdays
from geo_zhengzhi.services.studies.saving import find_analysis, list_analyses, save_analysis
from geo_zhengzhi.words import translator
from web import site
from web.api.asked import PARAMETERS, NewAnalysis, SituationQuery, query_of
from web.api.bases import Answer
from web.api.common import Pages, cut, number_of, page_of
from web.api.fields import Day, Figure, OneOf, Radius
from web.api.layers import VERSIONS, Hotspots, Zones, collection
from web.api.operations import PREFIX, ROW, Resource
from web.api.problems import language
from web.doors import actor

analyses = Resource("analyses", "What was found in a period.")

VERDICTS = ("improved", "worse", "no_evidence", "cannot_tell")


class Days(Answer):
    """A period by its first and last day."""

    first_day = Day(data_key="from")
    last_day = Day(data_key="to")
    n_days = fields.Integer()


class Comparison(Answer):
    """What may be said of two counts; null where nothing may."""

    rate_ratio = Figure(allow_none=True)
    low = Figure(allow_none=True)
    high = Figure(allow_none=True)
    interval_method = fields.String()
    p_value = Figure(allow_none=True)
    test = fields.String()
    verdict = OneOf(*VERDICTS)
    percent = Figure(allow_none=True)
    percent_per_day = Figure(allow_none=True)


class Change(Answer):
    """Two counts of one place: the period's, and that of what it is laid against."""

    n_now = fields.Integer()
    n_before = fields.Integer(allow_none=True)
    comparison = fields.Nested(Comparison, allow_none=True)


class TargetCounts(Answer):
    """A target's counts."""

    target_id = fields.String()
    part_ids = fields.List(fields.String(), attribute="feature_ids")
    name = fields.String()
    kind = OneOf(*KINDS)
    change = fields.Nested(Change)


class Parameters(Answer):
    """What was asked for; null where each kind's own was taken."""

    eps_m = Radius(1, MAX_EPS_M, allow_none=True)
    min_samples = fields.Integer(allow_none=True)
    weighted = fields.Boolean()
    zone_buffer_m = Figure(allow_none=True)


class Situation(Answer):
    """An analysis with its counts, hotspots and zones."""

    period = fields.Nested(Days)
    earlier_period = fields.Nested(Days, allow_none=True)
    category = fields.String(allow_none=True)
    kind = OneOf(*KINDS, allow_none=True)
    hours = fields.String(metadata={"description": "Of the day; empty for all."})
    weekdays = fields.String(metadata={"description": "1 (Monday) to 7; empty for all."})
    level = OneOf(*LEVELS, allow_none=True)
    against = OneOf(*AGAINST, metadata={"description": "What the period is laid against."})
    timezone = fields.String()
    simulated = fields.Boolean(metadata={"description": "Whether the incidents are made up."})
    data_version = fields.String()
    boundaries = VERSIONS
    parameters = fields.Nested(Parameters)
    eps_used_m = fields.Dict(values=Figure(allow_none=True), metadata={"description": "By part, and open_ground."})
    counts = fields.Dict(values=fields.Integer(), metadata={"description": "Incidents at each stage."})
    county = fields.Nested(Change)
    outside_targets = fields.Nested(Change)
    targets = fields.List(fields.Nested(TargetCounts))
    notes = fields.List(fields.String())
    hotspots = fields.Nested(Hotspots)
    zones = fields.Nested(Zones)


class Analysis(Answer):
    """A saved analysis; its hotspots and zones are at their own addresses."""

    analysis_id = fields.Integer()
    period_from = fields.DateTime(metadata={"description": "The first moment."})
    period_to = fields.DateTime(metadata={"description": "The moment after the last."})
    category = fields.String(allow_none=True)
    kind = OneOf(*KINDS, allow_none=True, attribute="parameters.kind")
    hours = fields.String(attribute="parameters.hours")
    weekdays = fields.String(attribute="parameters.weekdays", dump_default="")
    level = OneOf(*LEVELS, attribute="parameters.level", dump_default=None, allow_none=True)
    data_version = fields.String()
    parameters = fields.Nested(Parameters)
    boundaries = VERSIONS
    counts = fields.Dict(values=fields.Integer())
    made_at = fields.DateTime()
    made_by = fields.String()


@analyses.operation("GET", "/situation", SEE, Situation, query=SituationQuery, refuses=(409,))
def run(query: dict[str, Any]) -> dict[str, Any]:
    """Analyse a period and lay it beside the same days of the year before, or the period before. Nothing is kept."""
    study = site.study()
    return _told(assess(study, query_of(query, study)))


@analyses.operation("GET", "/analyses", SEE, page_of(Analysis, "Analyses"), query=Pages)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the saved analyses, the newest first."""
    limit = query["limit"]
    found = list_analyses(site.database(), actor=actor(), limit=limit + 1, before=number_of(query))
    return cut(found, limit, lambda saved: (saved.analysis_id,))


@analyses.operation("POST", "/analyses", EDIT_REGISTER, Analysis, status=201, takes=NewAnalysis, refuses=(409,))
def save(body: dict[str, Any]) -> Any:
    """Analyse a period and save what was found, with the versions of the boundaries. The same again adds nothing."""
    study = site.study()
    saved = save_analysis(site.database(), assess(study, query_of(body, study)), actor=actor())
    return saved, {"Location": f"{PREFIX}/analyses/{saved.analysis_id}"}


@analyses.operation("GET", f"/analyses/<{ROW}:analysis_id>", SEE, Analysis)
def one(analysis_id: int) -> Any:
    """Give one saved analysis."""
    return find_analysis(site.database(), analysis_id, actor=actor())


def _told(found: Found) -> dict[str, Any]:
    """A situation for `Situation`."""
    _, result = translator(language()), found.result
    frames = {layer: layer_features(layer_frame(found, layer), layer) for layer in ("hotspots", "zones")}
    return {
        "period": found.period,
        "earlier_period": found.earlier,
        "category": found.query.category,
        "kind": found.query.kind,
        "hours": written(found.query.hours),
        "weekdays": written_weekdays(found.query.weekdays),
        "level": found.query.level,
        "against": found.query.against,
        "timezone": found.study.timezone,
        "simulated": found.study.simulated,
        "data_version": result.data_version,
        "boundaries": found.study.boundaries,
        "parameters": {name: getattr(result.parameters, name) for name in PARAMETERS},
        "eps_used_m": result.eps_used_m,
        "counts": result.counts,
        "county": found.county,
        "outside_targets": found.outside,
        "targets": found.targets,
        "notes": [_(message).format(**values) for message, values in found.notes],
        "hotspots": collection(frames["hotspots"], found.study.boundaries),
        "zones": collection(frames["zones"], found.study.boundaries),
    }
