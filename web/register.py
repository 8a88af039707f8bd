"""The target register's pages: its list, an entry with its life and boundaries, and the planners' forms."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from flask import Blueprint, Response, redirect, request, url_for

from geo_zhengzhi.errors import EntryUnknown, GeoZhengzhiError, VersionConflict
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.labels import GLYPHS, KIND_WORDS, LEVEL_WORDS
from geo_zhengzhi.services.register import boundaries as register_boundaries
from geo_zhengzhi.services.register import entries as services
from geo_zhengzhi.services.register import restoring as register_restoring
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.answering import Seen, is_answered, keep_watching, seen_in
from geo_zhengzhi.services.register.boundary_pictures import picture_of
from geo_zhengzhi.services.register.open_questions import open_question
from geo_zhengzhi.services.register.target_figures import figures_of
from geo_zhengzhi.services.register.views import History
from geo_zhengzhi.services.register.words import (
    FIELD_WORDS,
    FIRST_YEAR,
    LAST_YEAR,
    LINES,
    LONGEST,
    STAGE_WORDS,
    STAGES,
    Entry,
    Field,
    allowed_steps,
)
from geo_zhengzhi.words import translator
from web import entry_address, page, register_list, site
from web import register_forms as forms
from web import register_telling as telling
from web.doors import actor, open_to
from web.errors import status_of
from web.register_list import RISING
from web.say import Say

register = Blueprint("register", __name__)

MOST_CHANGES = 20  # versions of an entry on its page, unless all are asked for
WORDS = {
    "kind_words": KIND_WORDS, "level_words": LEVEL_WORDS, "stage_words": STAGE_WORDS, "field_words": FIELD_WORDS,
    "glyphs": GLYPHS, "telling": telling, "longest": LONGEST, "lines": LINES, "kinds": KINDS, "levels": LEVELS,
    "stages": STAGES, "measure_fields": [name for name in forms.PARTS_OF_TABLES if name.startswith("measures.")],
    "commitment_fields": [name for name in forms.PARTS_OF_TABLES if name.startswith("commitments.")],
}  # fmt: skip


@register.get("/register")
@open_to(SEE)
def listing() -> Response:
    """A page of the list, or for a script the list alone; a filter that is not possible is told where it stands."""
    found = register_list.read_listing(_today())
    partial = register_list.is_partial()
    units = () if partial else register_views.lead_units(site.database())[: register_list.MOST_UNITS]
    template = "register_found.html" if partial else "register.html"
    answer = _show(template, found.status, listing=found, found=found.found, given=found.given, rising=RISING,
                   first_year=FIRST_YEAR, last_year=LAST_YEAR, units=units, say=Say(page.page_language()))  # fmt: skip
    return register_list.told_partial(answer, found)


@register.get("/register-new")
@open_to(EDIT_REGISTER)
def new() -> Response:
    """The form of a new entry."""
    today = _today().isoformat()
    start = {"year": today[:4], "stage": STAGES[0], "stage_since": today, "level": LEVELS[-1]}
    return _new(start)


@register.post("/register-new")
@open_to(EDIT_REGISTER)
def add() -> Response:
    """Add an entry."""
    own = forms.typed(*forms.FIELDS, *forms.LIFE, "target_id", "reason")
    try:
        since = forms.day("stage_since", own["stage_since"])
        entry = Entry(own["target_id"], **forms.fields_of(own), stage=own["stage"], stage_since=since)
        services.add_entry(site.database(), entry, actor=actor(), reason=own["reason"], today=_today())
    except GeoZhengzhiError as error:
        return _new(own, status_of(error), **_fault(error))
    return redirect(page.link_to("register.one", target_id=entry.target_id), 303)


@register.get("/register/<target_id>")
@open_to(SEE)
def one(target_id: str) -> Response:
    """An entry."""
    return _entry(target_id)


@register.get("/register/<target_id>/change")
@open_to(EDIT_REGISTER)
def form(target_id: str) -> Response:
    """The form in which an entry is changed."""
    found = register_views.entry(site.database(), target_id).entry
    return _form(found, forms.written(found), "")


@register.post("/register/<target_id>/change")
@open_to(EDIT_REGISTER)
def change(target_id: str) -> Response:
    """Change what differs from the version that the planner saw; where somebody was first, both are shown."""
    own, reason = forms.typed(), forms.typed("reason")["reason"]
    version = forms.number("version")
    past = register_views.history(site.database(), target_id)
    stored = past.versions[-1].entry
    seen = forms.written(_seen(past, version) or stored)
    try:
        changes = forms.changes_of(own, seen)
        services.change_entry(site.database(), target_id, changes, version=version, actor=actor(), reason=reason)
    except VersionConflict as error:
        newer = cast(Entry, error.stored)
        now = forms.written(newer)
        said = {"clashes": forms.clashes(own, seen, now), "conflict": error.values}
        return _form(newer, forms.laid_over(own, seen, now), reason, status_of(error), **said)
    except GeoZhengzhiError as error:
        return _form(stored, own, reason, status_of(error), version=version, **_fault(error))
    return redirect(page.link_to("register.one", target_id=target_id), 303)


@register.post("/register/<target_id>/step")
@open_to(EDIT_REGISTER)
def step(target_id: str) -> Response:
    """Take a step of the life; where it is refused, it is kept beside the entry as it stands now."""
    own = forms.typed("to", "day", "unit", "note")
    version = forms.number("version")
    try:
        day = forms.day("stage_since", own["day"])
        services.take_step(
            site.database(), target_id, own["to"], day, own["unit"], own["note"],
            version=version, actor=actor(), today=_today(),
        )  # fmt: skip
    except EntryUnknown:
        raise
    except GeoZhengzhiError as error:
        return _entry(target_id, status_of(error), own=own, step_fault=_fault(error), seen_version=version)
    return redirect(page.link_to("register.one", target_id=target_id), 303)


@register.post("/register/<target_id>/watch")
@open_to(EDIT_REGISTER)
def watch(target_id: str) -> Response:
    """Say of a suspected relapse that it is none; a refusal is told where it was said, the reason kept."""
    own, version = forms.typed("from", "to", "reason"), forms.number("version")
    try:
        first_day, last_day = (forms.day(name, own[name]) for name in ("from", "to"))
        seen = Seen(first_day, last_day, forms.number("now"), forms.number("before"))
        keep_watching(site.database(), site.study(), target_id, seen, own["reason"], version=version, actor=actor())
    except EntryUnknown:
        raise
    except GeoZhengzhiError as error:
        said = {"watch_fault": _fault(error), "watch_reason": own["reason"]}
        return _entry(target_id, status_of(error), **said)
    return redirect(page.link_to("register.one", target_id=target_id, **entry_address.days()), 303)


@register.post("/register/<target_id>/restore")
@open_to(EDIT_REGISTER)
def restore_entry(target_id: str) -> Response:
    """Say of a target again what an earlier version said; where somebody was first, both are shown."""
    own, wanted, version = forms.typed("reason"), forms.number("wanted"), forms.number("version")
    try:
        register_restoring.restore_entry(
            site.database(), target_id, wanted, version=version, actor=actor(), reason=own["reason"]
        )
    except EntryUnknown:
        raise
    except GeoZhengzhiError as error:
        said = {"wanted": wanted, "reason": own["reason"], **_fault(error), **_three(error, wanted, version)}
        return _entry(target_id, status_of(error), not_restored=said, seen_version=version)
    return redirect(page.link_to("register.one", target_id=target_id, _anchor="versions"), 303)


@register.post("/register/<target_id>/parts/<part_id>/restore")
@open_to(EDIT_REGISTER)
def restore(target_id: str, part_id: str) -> Response:
    """Put an earlier state of a boundary back."""
    own, wanted = forms.typed("reason"), forms.number("wanted")
    try:
        register_boundaries.restore_boundary(
            site.database(),
            target_id,
            part_id,
            wanted,
            version=forms.number("version"),
            actor=actor(),
            reason=own["reason"],
        )
    except GeoZhengzhiError as error:
        said = {"part_id": part_id, "wanted": wanted, "reason": own["reason"], **_fault(error), **_both(error)}
        return _entry(target_id, status_of(error), refused=said)
    return redirect(page.link_to("register.one", target_id=target_id, _anchor="boundaries"), 303)


def _entry(target_id: str, status: int = 200, **values: object) -> Response:
    """An entry's page, with what is to be said on it."""
    shown = register_views.entry(site.database(), target_id)
    past = register_views.history(site.database(), target_id)
    is_whole = "all" in request.args
    version = values.get("seen_version", shown.entry.version)
    before = None if version == shown.entry.version else _seen(past, version)
    figures = figures_of(site.database(), site.study(), target_id, entry_address.period(), entry_address.unit())
    comparison = None if figures is None else figures.last_year.comparison
    seen = seen_in(figures)
    values |= {
        "entry": shown.entry,
        "made": shown.made,
        "said": forms.written(shown.entry),
        "steps": past.steps,
        "stops": telling.stops(shown.entry, past.steps),
        "changes": telling.changes(past.versions)[: None if is_whole or "not_restored" in values else MOST_CHANGES],
        "n_versions": len(past.versions),
        "parts": telling.parts(shown, past, is_whole=is_whole),
        "next_stages": allowed_steps(shown.entry.stage),
        "seen_entry": before,
        "figures": figures,
        **entry_address.leads(target_id, figures),
        "draw_address": page.link_if_open("plan.redraw", target_id=target_id),
        "answers": past.answers,
        "seen": seen,
        "question": open_question(
            shown.entry, comparison, bool(shown.parts), _today(), is_answered=is_answered(seen, past.answers)
        ),
        "say": Say(page.page_language()),
        "printed": page.moment(site.now()),
    }
    return _show("entry.html", status, address=url_for("register.one", target_id=target_id), **values)


def _new(own: Mapping[str, str], status: int = 200, **values: object) -> Response:
    """The form of a new entry, with what was typed."""
    return _show("entry_form.html", status, address=url_for("register.new"), own=own, entry=None, **values)


def _form(entry: Entry, own: Mapping[str, str], reason: str, status: int = 200, **values: object) -> Response:
    """The form of an entry, with what was typed, to be saved on its version."""
    address = url_for("register.form", target_id=entry.target_id)
    values = {"version": entry.version, **values, "own": {**own, "reason": reason}, "entry": entry}
    return _show("entry_form.html", status, address=address, **values)


def _show(template: str, status: int, **values: object) -> Response:
    """A page of the register's, with the words of its fields."""
    translate = translator(page.page_language())
    both = {"today": _today(), "told": lambda field, text: telling.told(field, text, translate)}
    return page.show(template, status, is_simulated=site.is_study_simulated(), **{**WORDS, **both, **values})


def _fault(error: GeoZhengzhiError) -> dict[str, object]:
    """What a form says of a refusal: its sentence, and which field it is about."""
    name = error.values.get("name")
    return {"sentence": page.text_of(error), "field": name.key if isinstance(name, Field) else ""}


def _both(error: GeoZhengzhiError) -> dict[str, object]:
    """Of a boundary that somebody else saved first: both, drawn in one frame."""
    if not isinstance(error, VersionConflict):
        return {}
    stored, given = error.values["stored"], error.values["given"]
    width, height = telling.LARGE
    return {"both": picture_of(stored, given, width=width, height=height), "conflict": error.values}


def _three(error: GeoZhengzhiError, wanted: int, version: int) -> dict[str, object]:
    """Of an entry that somebody else saved first: as the planner saw it, as it is stored, and as it was put back."""
    if not isinstance(error, VersionConflict):
        return {}
    stored = cast(Entry, error.values["stored"])
    past = register_views.history(site.database(), stored.target_id)
    own, seen, now = (forms.written(_seen(past, number) or stored) for number in (wanted, version, stored.version))
    return {"conflict": error.values, "clashes": forms.clashes(own, seen, now)}


def _seen(past: History, version: object) -> Entry | None:
    """The version of an entry that a planner saw; None where it never was."""
    return next((was.entry for was in past.versions if was.entry.version == version), None)


def _today() -> date:
    """Today where the installation is."""
    return site.local(site.now()).date()
