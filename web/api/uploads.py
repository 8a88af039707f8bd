"""Files on their way in, and how far their imports are."""

from typing import Any

from flask import request
from marshmallow import fields

from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import IMPORT
from geo_zhengzhi.services.imports import jobs as import_jobs
from geo_zhengzhi.services.imports import uploads as services
from geo_zhengzhi.services.imports.incoming import Incoming
from geo_zhengzhi.services.imports.jobs import Job
from geo_zhengzhi.services.imports.uploads import Upload as Received
from web import site
from web.api.bases import Answer, Form
from web.api.common import Pages, one_page, page_of
from web.api.fields import Figure, OneOf, SentFile
from web.api.operations import PREFIX, Resource
from web.api.problems import language
from web.doors import actor
from web.reception import largest_upload

uploads = Resource("uploads", "Files of incidents that wait for their import, for an hour at most.")

UPLOAD = "/uploads/<string(length=32):upload_id>"
RECEIVED = "received"
STATES = (RECEIVED, import_jobs.WAITING, import_jobs.RUNNING, import_jobs.DONE, import_jobs.FAILED)


class Upload(Answer):
    """A file that was sent, and how far its import is."""

    upload_id = fields.String()
    file_name = fields.String()
    n_bytes = fields.Integer()
    received_at = fields.DateTime()
    status = OneOf(*STATES)
    fraction = Figure(metadata={"minimum": 0, "maximum": 1})
    batch_id = fields.Integer(allow_none=True, metadata={"description": "Of the batch, once it is done."})
    is_new = fields.Boolean(allow_none=True, metadata={"description": "Whether the same file had not come before."})
    reason = fields.String(allow_none=True, metadata={"description": "Why it failed, in the caller's language."})


class NewUpload(Form):
    """A file of incidents: CSV, GeoJSON, GeoPackage, Parquet, XLSX, a zipped shapefile …"""

    file = SentFile(required=True)


@uploads.operation("GET", "/uploads", IMPORT, page_of(Upload, "Uploads"), query=Pages)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the own uploads."""
    found = [told_upload(upload) for upload in services.uploads_of(site.settings(), actor())]
    return one_page(sorted(found, key=lambda told: told["upload_id"]), query, lambda told: told["upload_id"], str)


@uploads.operation(
    "POST", "/uploads", IMPORT, Upload, status=201, form=NewUpload, max_bytes=largest_upload, refuses=(408, 409)
)
def send(body: dict[str, Any]) -> Any:
    """Send a file, to be imported by a POST to /batches. It lives an hour after it was last used."""
    upload = keep_readable(body["file"])
    return told_upload(upload), {"Location": address_of(upload)}


@uploads.operation("GET", UPLOAD, IMPORT, Upload)
def one(upload_id: str) -> dict[str, Any]:
    """Say how far an import is. Once it was told that one is done, the upload is gone; its batch stays."""
    upload = services.find(site.settings(), upload_id, actor())
    look = import_jobs.job_of if request.method == "HEAD" else import_jobs.collect
    return told_upload(upload, look(upload))


@uploads.operation("DELETE", UPLOAD, IMPORT, status=204, refuses=(409,))
def discard(upload_id: str) -> None:
    """Leave nothing of an upload; not while it is being imported."""
    late.import_steps().discard(services.find(site.settings(), upload_id, actor()))


def keep_readable(incoming: Incoming) -> Received:
    """Keep a file that was sent, where it is one that can be read at all."""
    upload = incoming.keep()
    try:
        late.import_steps().sample_of(upload)
    except BaseException:
        services.remove(upload)
        raise
    return upload


def told_upload(upload: Received, job: Job | None = None) -> dict[str, Any]:
    """An upload for `Upload`."""
    job = job or import_jobs.job_of(upload) or Job(RECEIVED)
    return {
        "upload_id": upload.upload_id,
        "file_name": upload.path.name,
        "n_bytes": upload.n_bytes,
        "received_at": upload.received_at,
        "status": job.status,
        "fraction": job.fraction,
        "batch_id": job.result.get("batch_id"),
        "is_new": job.result.get("is_new"),
        "reason": job.fault.get(language()),
    }


def address_of(upload: Received) -> str:
    """Where an upload is found."""
    return f"{PREFIX}/uploads/{upload.upload_id}"
