"""Saving what was drawn: a target's first boundary, a new version, an earlier one put back, and what two differ by."""

from flask import Blueprint, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError

from geo_zhengzhi.errors import GeoZhengzhiError, VersionConflict
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.drawing import saving
from geo_zhengzhi.services.drawing.datum import page_datum
from geo_zhengzhi.services.drawing.request import drawing_of, drawn
from geo_zhengzhi.services.register import boundaries as register_boundaries
from geo_zhengzhi.services.register.boundary_differences import difference_of
from geo_zhengzhi.services.register.words import Entry
from web import plan_answers, site
from web import register_forms as forms
from web.doors import actor, open_to
from web.errors import status_of
from web.plan_request import (
    LARGEST,
    MEASURES,
    around,
    body_sent,
    entry_seen,
    forged,
    period_of,
    refusal,
    refused,
    texts_of,
    versions_seen,
    view_of_address,
)

plan_saving = Blueprint("plan_saving", __name__, url_prefix="/plan")
plan_saving.register_error_handler(GeoZhengzhiError, refused)
plan_saving.register_error_handler(CSRFError, forged)

OWN_FIELDS = ("name", "kind", "level", "year", "lead_unit", "deadline")


@plan_saving.post("/save")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def add() -> Response:
    """Add a target with its first boundary."""
    given = body_sent()
    own = texts_of(given, (*forms.FIELDS, *forms.LIFE, "target_id", "reason"))
    today = site.local(site.now()).date()
    since = forms.day("stage_since", own["stage_since"])
    entry = Entry(own["target_id"], **forms.fields_of(own), stage=own["stage"], stage_since=since)
    saved = saving.add_drawing(
        site.database(), site.study(), drawing_of(given), entry, confirmed=bool(given.get("confirmed")),
        actor=actor(), reason=own["reason"], today=today,
    )  # fmt: skip
    return jsonify(plan_answers.saved(saved))


@plan_saving.post("/target/<target_id>/save")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def save(target_id: str) -> Response:
    """Save a boundary as a new version, with what else was changed; where somebody was first, both are sent back."""
    given = body_sent()
    drawing = drawing_of(given | {"target_id": target_id})
    base, seen = entry_seen(target_id, given), versions_seen(given)
    own = base | texts_of(given, (*OWN_FIELDS, *MEASURES))
    reason = texts_of(given, ("reason",))["reason"]
    try:
        changes = forms.changes_of(own, base)
        saved = saving.save_drawing(
            site.database(), site.study(), drawing, changes, seen,
            confirmed=bool(given.get("confirmed")), actor=actor(), reason=reason,
        )  # fmt: skip
    except VersionConflict as error:
        both = plan_answers.collision(site.database(), drawing, own, base, page_datum(site.settings()))
        html = render_template("plan_collision.html", **around(), conflict=error.values, **both.shown)
        return refusal(error, status_of(error), {**both.sent, "html": html})
    return jsonify(plan_answers.saved(saved))


@plan_saving.get("/target/<target_id>/<part_id>/difference")
@open_to(SEE)
def difference(target_id: str, part_id: str) -> Response:
    """What two versions of a part differ by."""
    versions = request.args.get("a", 0, type=int), request.args.get("b", 0, type=int)
    found = difference_of(site.database(), site.study(), target_id, part_id, versions, period_of(view_of_address()))
    pieces = {"kept": found.kept, "added": found.added, "removed": found.removed}
    html = render_template("plan_difference.html", **around(), found=found, pieces=pieces)
    shapes = {name: drawn(piece.shape, page_datum(site.settings())) for name, piece in pieces.items() if piece.area_m2}
    return jsonify(html=html, pieces=shapes)


@plan_saving.post("/target/<target_id>/<part_id>/restore")
@open_to(EDIT_REGISTER, max_bytes=LARGEST)
def restore(target_id: str, part_id: str) -> Response:
    """Put an earlier version of a part back, as a new one."""
    given = body_sent()
    wanted, reason = given.get("wanted"), texts_of(given, ("reason",))["reason"]
    boundary = register_boundaries.restore_boundary(
        site.database(), target_id, part_id, wanted if type(wanted) is int else 0,
        version=versions_seen(given).part or 0, actor=actor(), reason=reason,
    )  # fmt: skip
    return jsonify(part_id=boundary.part_id, part=boundary.version)
