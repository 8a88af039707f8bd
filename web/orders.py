"""A meeting file's own page: how far it is, then the file, for whoever ordered it."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, send_file

from geo_zhengzhi.errors import ExportMissing
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.meeting import orders as services
from geo_zhengzhi.services.meeting.files import MEDIA
from geo_zhengzhi.services.meeting.making import STAGES
from geo_zhengzhi.services.meeting.ordering import Source
from geo_zhengzhi.services.meeting.orders import BEGINNING, WAITING, Job, Order
from geo_zhengzhi.words import translator
from web import page, site
from web.doors import actor, open_to
from web.exports import HEADER

orders = Blueprint("orders", __name__, url_prefix="/export/files")

UNITS = ((1_000_000, "MB"), (1000, "kB"))


@orders.get("/<order_id>")
@open_to(SEE)
def one(order_id: str) -> Response:
    """How far it is; afterwards the file, for as long as it is there."""
    order = services.find_order(site.settings(), order_id, actor())
    job = services.job_of(order) or BEGINNING
    return page.show(
        "order.html",
        is_simulated=site.is_study_simulated(),
        order=order,
        job=job,
        stage=stage_of(job),
        size=size_of(job),
        until=services.until(order),
        take="take" in request.args,
        again=_again(order),
    )


@orders.get("/<order_id>/progress.json")
@open_to(SEE)
def progress(order_id: str) -> Response:
    """The same for the page's script."""
    try:
        job = services.job_of(services.find_order(site.settings(), order_id, actor())) or BEGINNING
    except ExportMissing:
        return jsonify(status="gone", over=True)
    return jsonify(status=job.status, stage=stage_of(job), percent=round(100 * job.fraction), over=job.is_over)


@orders.get("/<order_id>/file")
@open_to(SEE)
def file(order_id: str) -> Response:
    """The file."""
    order = services.find_order(site.settings(), order_id, actor())
    path, facts = services.file_of(order)
    answer = send_file(
        path, mimetype=MEDIA[order.ending], as_attachment=True, download_name=order.name, conditional=False
    )
    answer.headers[HEADER] = facts["audit_head"]
    return answer


def source() -> Source:
    """Out of what this site's files are made."""
    return Source(site.database(), site.study(), site.settings())


def link_to(order: Order, **values: Any) -> str:
    """An order's page; with `take` the file comes as soon as it is there."""
    return page.link_to("orders.one", order_id=order.order_id, **values)


def own() -> list[tuple[Order, Job]]:
    """One's own orders, the latest first."""
    found = services.orders_of(site.settings(), actor())
    return [(order, services.job_of(order) or BEGINNING) for order in found]


def stage_of(job: Job) -> str:
    """What the making is at."""
    _ = translator(page.page_language())
    if job.status == WAITING:
        return _("Waiting for another file")
    return _(STAGES.get(job.stage, job.stage))


def size_of(job: Job) -> str:
    """The size of a file that is made."""
    return size_text(job.result.get("n_bytes", 0))


def size_text(n_bytes: int) -> str:
    """A number of bytes in words."""
    unit = next((unit for unit in UNITS if n_bytes >= unit[0]), None)
    return f"{n_bytes} B" if unit is None else f"{n_bytes / unit[0]:.1f} {unit[1]}"


def _again(order: Order) -> dict[str, str]:
    """Where the same is ordered again, and where it can be changed."""
    if order.preset:
        return {
            "make": page.link_to("presets.make", name=order.preset),
            "form": page.link_to("presets.one", name=order.preset),
        }
    values: dict[str, list[str]] = {}
    for name, value in order.fields:
        values.setdefault(name, []).append(value)
    return {"make": page.link_to("meeting.make"), "form": page.link_to("meeting.form", **values)}
