"""The register: its entries and the steps of their life."""

from typing import Any
from urllib.parse import quote

from marshmallow import fields

from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.answering import Answer as GivenAnswer
from geo_zhengzhi.services.register.answering import Seen, keep_watching
from geo_zhengzhi.services.register.entries import add_entry, change_entry, take_step
from geo_zhengzhi.services.register.words import FIRST_YEAR, LAST_YEAR, SORTS, STAGES, Entry
from web import site
from web.api.bases import Answer, Query
from web.api.common import MOST, USUAL, Pages, one_page, page_of
from web.api.etags import etag, is_known, not_changed, said_version
from web.api.fields import Flag, OneOf, Whole, Written
from web.api.operations import PREFIX, Resource
from web.api.target_schemas import (
    ListedTarget,
    MadeTarget,
    NewAnswer,
    NewStep,
    NewTarget,
    Step,
    TargetChange,
    WatchAnswer,
    told_made,
    told_target,
)
from web.doors import actor

targets = Resource("targets", "The register of key rectification targets.")

TARGET = "/targets/<string(maxlength=64):target_id>"
LAST_PAGE = 100_000


class TargetQuery(Query):
    """Which entries are wanted, and which page of them."""

    year = Whole(FIRST_YEAR, LAST_YEAR)
    level = OneOf(*LEVELS)
    kind = OneOf(*KINDS)
    stage = OneOf(*STAGES)
    text = Written(200, load_default="", metadata={"description": "A part of number, name, lead unit or work group."})
    overdue = Flag(load_default=False, metadata={"description": "Only what is past its deadline and not accepted."})
    sort = OneOf(*SORTS, load_default="year")
    descending = Flag(load_default=True)
    page = Whole(1, LAST_PAGE, load_default=1)
    limit = Whole(1, MOST, load_default=USUAL, metadata={"description": "Rows a page."})


class Targets(Answer):
    """A page of entries."""

    items = fields.List(fields.Nested(ListedTarget))
    total = fields.Integer(metadata={"description": "Entries on all pages."})
    page = fields.Integer()


@targets.operation("GET", "/targets", SEE, Targets, query=TargetQuery)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the register's entries."""
    wanted = {name: value for name, value in query.items() if name != "limit"}
    found = register_views.entries(site.database(), **wanted, per_page=query["limit"])
    items = [told_target(row.entry) | {"n_parts": row.n_parts} for row in found.rows]
    return {"items": items, "total": found.total, "page": found.page}


@targets.operation(
    "POST", "/targets", EDIT_REGISTER, MadeTarget, status=201, takes=NewTarget, has_etag=True, refuses=(409,)
)
def add(body: dict[str, Any]) -> Any:
    """Add an entry; the stage that it says is the first step of its life."""
    reason = body.pop("reason")
    made = add_entry(site.database(), Entry(**body), actor=actor(), reason=reason)
    told = _told(made.target_id)
    return told, etag(told["version"]) | {"Location": _address(made.target_id)}


@targets.operation("GET", TARGET, SEE, MadeTarget, has_etag=True)
def one(target_id: str) -> Any:
    """Give one entry; its ETag is its version."""
    told = _told(target_id)
    version = told["version"]
    return not_changed(version) if is_known(version) else (told, etag(version))


@targets.operation("PATCH", TARGET, EDIT_REGISTER, MadeTarget, takes=TargetChange, is_versioned=True, refuses=(409,))
def change(target_id: str, body: dict[str, Any]) -> Any:
    """Change what is said of a target. Its stage changes by a step."""
    version, reason = said_version(), body.pop("reason")
    change_entry(site.database(), target_id, body, version=version, actor=actor(), reason=reason)
    return with_etag(target_id)


@targets.operation("GET", f"{TARGET}/steps", SEE, page_of(Step, "Steps"), query=Pages)
def steps(target_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """List the steps of a target's life, the first first."""
    found = register_views.history(site.database(), target_id).steps
    rows = [vars(step) | (told_made(step.made) if step.made else {}) | {"n": n} for n, step in enumerate(found)]
    return one_page(rows, query, lambda row: row["n"], int)


@targets.operation(
    "POST", f"{TARGET}/steps", EDIT_REGISTER, MadeTarget, takes=NewStep, is_versioned=True, refuses=(409,)
)
def step(target_id: str, body: dict[str, Any]) -> Any:
    """Move a target one step on. An illegal step is refused with the allowed ones; only a person takes one."""
    take_step(site.database(), target_id, **body, version=said_version(), actor=actor())
    return with_etag(target_id)


@targets.operation("GET", f"{TARGET}/answers", SEE, page_of(WatchAnswer, "WatchAnswers"), query=Pages)
def answers(target_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """List the answers that changed no stage, the first first: counts that were judged to be no relapse."""
    found = register_views.history(site.database(), target_id).answers
    return one_page([_told_answer(one) | {"n": n} for n, one in enumerate(found)], query, lambda row: row["n"], int)


@targets.operation(
    "POST", f"{TARGET}/answers", EDIT_REGISTER, WatchAnswer, takes=NewAnswer, is_versioned=True, refuses=(409,)
)
def answer(target_id: str, body: dict[str, Any]) -> Any:
    """Say of a suspected relapse that it is none. The same counts are not asked about again; only a person answers."""
    seen = Seen(body["period_from"], body["period_to"], body["n_now"], body["n_before"])
    given = keep_watching(
        site.database(), site.study(), target_id, seen, body["reason"], version=said_version(), actor=actor()
    )
    return _told_answer(given), etag(_told(target_id)["version"])


def _told_answer(given: GivenAnswer) -> dict[str, Any]:
    """An answer for `WatchAnswer`."""
    seen = given.seen
    counts = {"n_now": seen.n_now, "n_before": seen.n_before}
    return {"period_from": seen.first_day, "period_to": seen.last_day} | counts | told_made(given.made)


def with_etag(target_id: str) -> tuple[dict[str, Any], dict[str, str]]:
    """An entry as it stands after a change, and its ETag."""
    told = _told(target_id)
    return told, etag(told["version"])


def _told(target_id: str) -> dict[str, Any]:
    """An entry as it stands."""
    found = register_views.entry(site.database(), target_id)
    return told_target(found.entry) | told_made(found.made)


def _address(target_id: str) -> str:
    return f"{PREFIX}/targets/{quote(target_id, safe='')}"
