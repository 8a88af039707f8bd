"""The batches: what came in, when, by whom, what was refused, and the way back."""

from flask import Blueprint, Response, redirect, request, send_file

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import IMPORT, SEE_BATCHES
from geo_zhengzhi.services.console.points import look_at_rejects
from geo_zhengzhi.services.imports import batches as services
from web import page, site
from web.doors import actor, may, open_to
from web.errors import status_of
from web.exports import send_head
from web.import_words import Words

batches = Blueprint("batches", __name__, url_prefix="/batches")

A_PAGE = 50
N_REJECTS = 200


@batches.get("")
@open_to(SEE_BATCHES)
def listing() -> Response:
    """Every batch, the newest first, fifty a page."""
    number = max(1, min(request.args.get("page", 1, type=int), 10_000))
    found = services.list_batches(site.database(), actor=actor(), limit=A_PAGE + 1, offset=A_PAGE * (number - 1))
    return _show("batches.html", batches=found[:A_PAGE], number=number, more=len(found) > A_PAGE)


@batches.get("/<int:batch_id>")
@open_to(SEE_BATCHES)
def one(batch_id: int) -> Response:
    """One batch with its counts and rejected rows."""
    return _one(batch_id)


@batches.get("/<int:batch_id>/rejects.csv")
@open_to(IMPORT)
def rejects(batch_id: int) -> Response:
    """Its rejected rows as a file."""
    stream = late.batch_rejects().rejects_file(site.database(), batch_id, actor())
    send_head()
    return send_file(stream, "text/csv", as_attachment=True, download_name=f"rejects-{batch_id}.csv")


@batches.post("/<int:batch_id>/undo")
@open_to(IMPORT)
def undo(batch_id: int) -> Response:
    """Take it back, for a reason."""
    try:
        _, undone = services.undo_batch(
            site.database(), batch_id, actor=actor(), reason=request.form.get("reason", "")[:1000]
        )
    except GeoZhengzhiError as error:
        return _one(batch_id, status_of(error), fault=page.text_of(error))
    counts = {"removed": undone.n_removed, "restored": undone.n_restored, "left": undone.n_left}
    return redirect(page.link_to("batches.one", batch_id=batch_id, **counts), 303)


def _one(batch_id: int, status: int = 200, fault: str = "") -> Response:
    """A batch's page, with what has just become of it."""
    batch = services.find_batch(site.database(), batch_id, actor=actor())
    refused = []
    if may(IMPORT) and batch.n_rejected:  # they tell single incidents, so it is written down who saw them
        refused, _ = look_at_rejects(site.database(), batch_id, actor(), limit=N_REJECTS)
    return _show(
        "batch.html",
        status,
        batch=batch,
        rejects=refused,
        brought=request.args.get("brought"),
        undone={name: request.args.get(name, type=int) for name in ("removed", "restored", "left")},
        fault=fault,
    )


def _show(template: str, status: int = 200, **values: object) -> Response:
    """A page of the batches', with the words of imports."""
    words, is_simulated = Words(page.page_language()), site.is_study_simulated()
    return page.show(template, status, words=words, is_simulated=is_simulated, **values)
