"""The planner's pencil: the page on which a boundary is drawn, and what its scripts ask while it is drawn."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf

from geo_zhengzhi.errors import GeoZhengzhiError, NothingToDraw, PartUnknown
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER
from geo_zhengzhi.services.console.maps import pencil_parts
from geo_zhengzhi.services.console.situation import assess
from geo_zhengzhi.services.drawing import saving
from geo_zhengzhi.services.drawing.datum import page_datum
from geo_zhengzhi.services.drawing.edges import edges_near
from geo_zhengzhi.services.drawing.looks import Drawing, look_at
from geo_zhengzhi.services.drawing.mending import mended
from geo_zhengzhi.services.drawing.request import drawing_of, drawn, extension
from geo_zhengzhi.services.register import views as register_views
from web import page, plan_answers, site
from web import register_forms as forms
from web.address import View
from web.doors import actor, open_to
from web.plan_request import (
    LARGEST,
    MEASURES,
    around,
    body_sent,
    days_of,
    forged,
    period_of,
    refused,
    view_of_address,
    words_of_page,
)
from web.reception import largest_upload
from web.register import WORDS

plan = Blueprint("plan", __name__, url_prefix="/plan")
plan.register_error_handler(GeoZhengzhiError, refused)
plan.register_error_handler(CSRFError, forged)

WAIT_S = 0.03  # for hotspots: what is longer comes with a later look


@plan.get("")
@open_to(EDIT_REGISTER)
def new() -> Response:
    """A page on which a new target is drawn."""
    today = site.local(site.now()).date()
    with_year = saving.suggestion(site.database(), today)
    start = dict.fromkeys((*forms.FIELDS, *forms.LIFE), "")
    start |= {"target_id": with_year[0], "year": str(with_year[1]), "kind": KINDS[0], "level": LEVELS[-1]}
    return _page(None, "", start | {"stage": "listed", "stage_since": today.isoformat()})


@plan.get("/target/<target_id>")
@open_to(EDIT_REGISTER)
def redraw(target_id: str) -> Response:
    """A page on which a part of a target is redrawn, or a new part is drawn (`part=new`)."""
    found = register_views.entry(site.database(), target_id)
    wanted = request.args.get("part", "")
    known = [part.part_id for part in found.parts]
    part_id = "" if wanted == "new" or not known else wanted or known[0]
    if part_id and part_id not in known:
        raise PartUnknown(given=wanted[:60], target=target_id, allowed=", ".join(known) or "–")
    return _page(found, part_id, forms.written(found.entry))


@plan.post("/adopt/<zone_id>")
@open_to(EDIT_REGISTER)
def adopt(zone_id: str) -> Response:
    """Make a target of a candidate, and go on to draw it."""
    view = view_of_address()
    today = site.local(site.now()).date()
    saved = saving.adopt_candidate(site.database(), site.study(), zone_id, view.query, actor=actor(), today=today)
    return redirect(page.link_to("plan.redraw", target_id=saved.entry.target_id, **days_of(period_of(view))), 303)


@plan.get("/token")
@open_to(EDIT_REGISTER)
def token() -> Response:
    """The token of a session that began anew while a page stayed open."""
    return jsonify(token=generate_csrf())


@plan.get("/edges")
@open_to(EDIT_REGISTER)
def edges() -> Response:
    """The edges in view that the pencil may snap to."""
    bounds = [request.args.get(side, float("nan"), type=float) for side in ("west", "south", "east", "north")]
    own = request.args.get("target_id", "")
    return jsonify(edges=edges_near(site.database(), site.study(), bounds, page_datum(site.settings()), own))


@plan.post("/look")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def look() -> Response:
    """What is to be said of a drawing."""
    given = body_sent()
    drawing = drawing_of(given)
    moved = {} if given.get("datum") == page_datum(site.settings()) else _shape(drawing)  # a draft of another map's
    return jsonify(_looked(drawing, given) | moved)


@plan.post("/mend")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def mend() -> Response:
    """A drawing after one remedy, with what is to be said of it."""
    given = body_sent()
    remedy, other = str(given.get("remedy")), str(given.get("other") or "")
    drawing = mended(site.database(), site.study(), drawing_of(given), remedy, period_of(view_of_address()), other)
    return jsonify(_looked(drawing, given) | _shape(drawing))


@plan.post("/extend")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def extend() -> Response:
    """A corridor after one of its ends was dragged along the railway."""
    given = body_sent()
    drawing = extension(given, site.study())
    return jsonify(_looked(drawing, given) | _shape(drawing))


@plan.post("/read")
@open_to(EDIT_REGISTER, max_bytes=largest_upload)
def read() -> Response:
    """What a pasted text or a file holds, feature by feature; nothing of it is kept."""
    sent, kind = request.files.get("file"), request.form.get("kind", "")
    datum = request.form.get("datum", "") or None
    if sent is not None and getattr(sent.stream, "path", None) is not None:
        preview = late.drawing_files().read_shapes(sent.stream.path, datum, kind)
    elif request.form.get("text", "").strip():
        preview = late.drawing_files().read_text(request.form["text"], datum or page_datum(site.settings()), kind)
    else:
        raise NothingToDraw(place="–")
    return jsonify(plan_answers.preview(preview, page_datum(site.settings()), words_of_page()))


def _page(found: register_views.Shown | None, part_id: str, own: Mapping[str, str]) -> Response:
    """The page, with the shape as it stands."""
    study, settings, view = site.study(), site.settings(), view_of_address()
    if study.span is None:
        return page.show("no_incidents.html", study=study)
    situation = assess(study, View(view.query, view.language).query)
    prefix = url_for("static", filename="vendor/")
    parts = pencil_parts(situation, page.page_language(), settings, prefix=prefix, nonce=g.nonce)
    entry = None if found is None else found.entry
    part = None if found is None else next((one for one in found.parts if one.part_id == part_id), None)
    history = [] if entry is None else register_views.history(site.database(), entry.target_id).boundaries
    versions = [was for was in history if was.part_id == part_id and was.geometry is not None][::-1]
    words = words_of_page()
    data = plan_answers.page_data(entry, part, situation.period, page_datum(settings), actor().name, words)
    candidates = situation.candidates if entry is None else ()
    return page.show(
        "plan.html", **WORDS, map=parts, study=study, period=situation.period, entry=entry, part=part, own=own,
        parts=() if found is None else found.parts, versions=versions, data=data, words=words, say=words.say,
        candidates=candidates, own_measures=MEASURES, days=days_of(situation.period),
        told=lambda field, text: plan_answers.told(field, text, words),
    )  # fmt: skip


def _looked(drawing: Drawing, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a look: the panel as HTML, and what is marked on the map."""
    found = look_at(site.database(), site.study(), drawing, period_of(view_of_address()), wait_s=WAIT_S)
    shown = given.get("shown_version")
    html = render_template("plan_look.html", **around(), look=found, drawing=drawing, shown_version=shown)
    return plan_answers.look(found, html, page_datum(site.settings()), words_of_page())


def _shape(drawing: Drawing) -> dict[str, Any]:
    """A drawing as it is sent back."""
    return {"shape": drawn(drawing.shape, page_datum(site.settings())), "half_width": drawing.half_width_m}
