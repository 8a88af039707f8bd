"""Single incidents as a file, for those who may take them along; why is asked first, and kept in the audit log."""

import tempfile
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.services.access.permissions import TAKE_POINTS
from geo_zhengzhi.services.console.points import Points
from geo_zhengzhi.services.imports.incident_data import WRITERS, take_incidents
from geo_zhengzhi.services.labels import category_label
from web import page, site
from web.address import parse_view
from web.doors import actor, open_to
from web.errors import status_of
from web.exports import HEADER

incident_data = Blueprint("incident_data", __name__)


@incident_data.get("/export/incidents")
@open_to(TAKE_POINTS)
def form() -> Response:
    """Ask which incidents, as what kind of file, and why."""
    return _form()


@incident_data.post("/export/incidents")
@open_to(TAKE_POINTS)
def take() -> Response:
    """The file, once it is written down who took it and why; the form with a sentence where something is wrong."""
    folder = tempfile.TemporaryDirectory(prefix="geo_zhengzhi-")
    try:
        taken = take_incidents(
            site.database(),
            site.study(),
            actor(),
            _wanted(),
            Path(folder.name),
            ending=request.form.get("format", ""),
            reason=request.form.get("reason", ""),
        )
    except GeoZhengzhiError as error:
        folder.cleanup()
        return _form(status_of(error), sentence=page.text_of(error))
    answer = send_file(taken.path, as_attachment=True, download_name=taken.path.name)
    answer.call_on_close(folder.cleanup)
    answer.headers[HEADER] = taken.audit_head
    return answer


def _wanted() -> Points:
    """What the form asks for; the period that is shown first where it names none."""
    study = site.study()
    query = parse_view(request.values, study, page.page_language()).query
    return Points(query.period or study.default_period, query.category)


def _form(status: int = 200, sentence: str = "") -> Response:
    study = site.study()
    if study.span is None:
        return page.show("no_incidents.html", study=study)
    language = page.page_language()
    usual = study.default_period or study.span
    given = {"from": str(usual.first_day), "to": str(usual.last_day), "category": "", "format": "", "reason": ""}
    given |= {name: request.values[name] for name in given if name in request.values}
    categories = [(word, category_label(word, language)) for word in study.categories]
    return page.show(
        "incident_data.html",
        status,
        given=given,
        span=study.span,
        categories=categories,
        endings=tuple(WRITERS),
        is_simulated=study.simulated,
        sentence=sentence,
    )
