"""The planner's pencil: the page on which a boundary is drawn, and what its scripts ask while it is."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf

from geo_zhengzhi.errors import GeoZhengzhiError, NothingToDraw, PartUnknown, UnreadableBody, VersionConflict
from geo_zhengzhi.model import KINDS, LEVELS, Period
from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.console.maps import pencil_parts
from geo_zhengzhi.services.console.situation import assess
from geo_zhengzhi.services.drawing import saving as saving
from geo_zhengzhi.services.drawing.datum import page_datum
from geo_zhengzhi.services.drawing.edges import edges_near
from geo_zhengzhi.services.drawing.looks import Drawing, look_at
from geo_zhengzhi.services.drawing.mending import mended
from geo_zhengzhi.services.drawing.request import drawing_of, drawn, extension
from geo_zhengzhi.services.register import boundaries as register_boundaries
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.boundary_differences import difference_of
from geo_zhengzhi.services.register.words import Entry
from web import errors, page, plan_answers, site
from web import register_forms as forms
from web.address import View, parse_view
from web.doors import actor, open_to
from web.errors import FORGED, OTHERWISE, status_of
from web.plan_words import Words
from web.reception import largest_upload
from web.register import WORDS
from web.say import Say

plan = Blueprint("plan", __name__, url_prefix="/plan")

WAIT_S = 0.03  # for hotspots: what is longer comes with a later look
UNPROCESSABLE = 422  # what a file holds
LARGEST = 4 * 2**20  # bytes of a drawing: twenty thousand vertices, twice
OWN_FIELDS = ("name", "kind", "level", "year", "lead_unit", "deadline")
MEASURES = tuple(name for name in forms.PARTS_OF_TABLES if name.startswith("measures."))


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
    view = _view()
    today = site.local(site.now()).date()
    saved = saving.adopt_candidate(site.database(), site.study(), zone_id, view.query, actor=actor(), today=today)
    return redirect(page.link_to("plan.redraw", target_id=saved.entry.target_id, **_days(_period(view))), 303)


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
    given = _body()
    drawing = drawing_of(given)
    moved = {} if given.get("datum") == page_datum(site.settings()) else _shape(drawing)  # a draft of another map's
    return jsonify(_looked(drawing, given) | moved)


@plan.post("/mend")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def mend() -> Response:
    """A drawing after one remedy, with what is to be said of it."""
    given = _body()
    remedy, other = str(given.get("remedy")), str(given.get("other") or "")
    drawing = mended(site.database(), site.study(), drawing_of(given), remedy, _period(_view()), other)
    return jsonify(_looked(drawing, given) | _shape(drawing))


@plan.post("/extend")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def extend() -> Response:
    """A corridor after one of its ends was dragged along the railway."""
    given = _body()
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
    return jsonify(plan_answers.preview(preview, page_datum(site.settings()), _words()))


@plan.post("/save")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def add() -> Response:
    """Add a target with its first boundary."""
    given = _body()
    own = _texts(given, (*forms.FIELDS, *forms.LIFE, "target_id", "reason"))
    today = site.local(site.now()).date()
    since = forms.day("stage_since", own["stage_since"])
    entry = Entry(own["target_id"], **forms.fields_of(own), stage=own["stage"], stage_since=since)
    saved = saving.add_drawing(
        site.database(), site.study(), drawing_of(given), entry, confirmed=bool(given.get("confirmed")),
        actor=actor(), reason=own["reason"], today=today,
    )  # fmt: skip
    return jsonify(plan_answers.saved(saved))


@plan.post("/target/<target_id>/save")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def save(target_id: str) -> Response:
    """Save a boundary as a new version, with what else was changed; where somebody was first, both are sent back."""
    given = _body()
    drawing = drawing_of(given | {"target_id": target_id})
    base, seen = _seen_text(target_id, given), _seen(given)
    own = base | _texts(given, (*OWN_FIELDS, *MEASURES))
    reason = _texts(given, ("reason",))["reason"]
    try:
        changes = forms.changes_of(own, base)
        saved = saving.save_drawing(
            site.database(), site.study(), drawing, changes, seen,
            confirmed=bool(given.get("confirmed")), actor=actor(), reason=reason,
        )  # fmt: skip
    except VersionConflict as error:
        both = plan_answers.collision(site.database(), drawing, own, base, page_datum(site.settings()))
        html = render_template("plan_collision.html", **_around(), conflict=error.values, **both.shown)
        return _refusal(error, status_of(error), {**both.sent, "html": html})
    return jsonify(plan_answers.saved(saved))


@plan.get("/target/<target_id>/<part_id>/difference")
@open_to(SEE)
def difference(target_id: str, part_id: str) -> Response:
    """What two versions of a part differ by."""
    versions = request.args.get("a", 0, type=int), request.args.get("b", 0, type=int)
    found = difference_of(site.database(), site.study(), target_id, part_id, versions, _period(_view()))
    pieces = {"kept": found.kept, "added": found.added, "removed": found.removed}
    html = render_template("plan_difference.html", **_around(), found=found, pieces=pieces)
    shapes = {name: drawn(piece.shape, page_datum(site.settings())) for name, piece in pieces.items() if piece.area_m2}
    return jsonify(html=html, pieces=shapes)


@plan.post("/target/<target_id>/<part_id>/restore")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def restore(target_id: str, part_id: str) -> Response:
    """Put an earlier version of a part back, as a new one."""
    given = _body()
    wanted, reason = given.get("wanted"), _texts(given, ("reason",))["reason"]
    boundary = register_boundaries.restore_boundary(
        site.database(), target_id, part_id, wanted if type(wanted) is int else 0,
        version=_seen(given).part or 0, actor=actor(), reason=reason,
    )  # fmt: skip
    return jsonify(part_id=boundary.part_id, part=boundary.version)


@plan.errorhandler(GeoZhengzhiError)
def refused(error: GeoZhengzhiError) -> Response:
    """A sentence of our own: as JSON for the page's scripts, which are all that asks for it."""
    if "application/json" not in request.headers.get("Accept", ""):
        return errors.refused(error)
    status = status_of(error)
    return _refusal(error, UNPROCESSABLE if status == OTHERWISE else status, {})


@plan.errorhandler(CSRFError)
def forged(error: CSRFError) -> Response:
    """A token of a session that has ended: the scripts fetch a new one and send again."""
    if "application/json" not in request.headers.get("Accept", ""):
        return errors.not_served(error)
    g.refusal = error
    return _with_status({"sentence": _words().say.text(FORGED), "is_forged": True}, 400)


def _page(found: register_views.Shown | None, part_id: str, own: Mapping[str, str]) -> Response:
    """The page, with the shape as it stands."""
    study, settings, view = site.study(), site.settings(), _view()
    if study.span is None:
        return page.show("no_incidents.html", study=study)
    situation = assess(study, View(view.query, view.language).query)
    prefix = url_for("static", filename="vendor/")
    parts = pencil_parts(situation, page.page_language(), settings, prefix=prefix, nonce=g.nonce)
    entry = None if found is None else found.entry
    part = None if found is None else next((one for one in found.parts if one.part_id == part_id), None)
    history = [] if entry is None else register_views.history(site.database(), entry.target_id).boundaries
    versions = [was for was in history if was.part_id == part_id and was.geometry is not None][::-1]
    words = _words()
    data = plan_answers.page_data(entry, part, situation.period, page_datum(settings), actor().name, words)
    candidates = situation.candidates if entry is None else ()
    return page.show(
        "plan.html", **WORDS, map=parts, study=study, period=situation.period, entry=entry, part=part, own=own,
        parts=() if found is None else found.parts, versions=versions, data=data, words=words, say=words.say,
        candidates=candidates, own_measures=MEASURES, days=_days(situation.period),
        told=lambda field, text: plan_answers.told(field, text, words),
    )  # fmt: skip


def _looked(drawing: Drawing, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a look: the panel as HTML, and what is marked on the map."""
    found = look_at(site.database(), site.study(), drawing, _period(_view()), wait_s=WAIT_S)
    shown = given.get("shown_version")
    html = render_template("plan_look.html", **_around(), look=found, drawing=drawing, shown_version=shown)
    return plan_answers.look(found, html, page_datum(site.settings()), _words())


def _shape(drawing: Drawing) -> dict[str, Any]:
    """A drawing as it is sent back."""
    return {"shape": drawn(drawing.shape, page_datum(site.settings())), "half_width": drawing.half_width_m}


def _around() -> dict[str, Any]:
    """What the pieces of the page take, as the page itself does."""
    words = _words()
    return {
        **{name: WORDS[name] for name in ("glyphs", "telling", "field_words")},
        "words": words,
        "say": words.say,
        "_": words.say.text,
        "language": words.say.language,
        "moment": page.moment,
        "told": lambda field, text: plan_answers.told(field, text, words),
    }


def _words() -> Words:
    return Words(Say(page.page_language()))


def _view() -> View:
    return parse_view(request.args, site.study(), page.page_language())


def _period(view: View) -> Period:
    """The period of an address, else the one that the study opens with."""
    found = view.query.period or site.study().default_period
    assert found is not None, "a study without incidents has no pencil"
    return found


def _days(period: Period) -> dict[str, str]:
    return {"from": str(period.first_day), "to": str(period.last_day)}


def _body() -> dict[str, Any]:
    """The JSON object that was sent."""
    try:
        given = request.get_json(silent=True)
    except RecursionError:  # lists in lists without end
        given = None
    if not isinstance(given, dict):
        raise UnreadableBody(reason="–")
    return given


def _texts(given: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """The texts of the page's form; what is none is empty."""
    said = given.get("form")
    said = said if isinstance(said, dict) else {}
    texts = {name: said.get(name, "") for name in names}
    return {name: text.replace("\r\n", "\n").strip() if isinstance(text, str) else "" for name, text in texts.items()}


def _seen(given: Mapping[str, Any]) -> saving.Seen:
    """The versions that the planner saw: of `If-Match`, as "ENTRY.PART"; 0, which none is, where it says nothing."""
    entry, _, part = request.headers.get("If-Match", "").strip('"').partition(".")
    numbers = [int(text) if text.isascii() and text.isdigit() else 0 for text in (entry, part)]
    return saving.Seen(numbers[0], numbers[1] if given.get("part_id") else None)


def _seen_text(target_id: str, given: Mapping[str, Any]) -> dict[str, str]:
    """What the entry said in the version that the planner saw; as it stands where that never was."""
    past = register_views.history(site.database(), target_id)
    version = _seen(given).entry
    was = next((one.entry for one in past.versions if one.entry.version == version), past.versions[-1].entry)
    return forms.written(was)


def _refusal(error: GeoZhengzhiError, status: int, more: Mapping[str, Any]) -> Response:
    """A refusal as JSON: its sentence, and which field it is about."""
    name = error.values.get("name")
    body = {"sentence": page.text_of(error), "field": getattr(name, "key", ""), "kind": type(error).__name__}
    return _with_status({**body, **more}, status)


def _with_status(body: Mapping[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
