"""The batches: what came in, what was refused, and the way back."""

from typing import Any
from zoneinfo import available_timezones

from marshmallow import fields

from geo_zhengzhi.errors import FieldRefused, GeoZhengzhiError
from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import IMPORT, SEE_BATCHES
from geo_zhengzhi.services.console.points import look_at_rejects
from geo_zhengzhi.services.imports import batches as services
from geo_zhengzhi.services.imports import uploads
from geo_zhengzhi.services.imports.choices import COLUMNS, Choices
from geo_zhengzhi.services.register.words import LONGEST
from web import site
from web.api.bases import Answer, Asked, Form
from web.api.common import Pages, cut, number_of, page_of
from web.api.cursors import cursor_of
from web.api.fields import Inside, OneOf, SentFile, Written
from web.api.operations import ROW, Resource
from web.api.parsing import shown
from web.api.problems import language
from web.api.uploads import Upload, address_of, keep_readable, told_upload
from web.doors import actor
from web.reception import largest_upload

batches = Resource("batches", "Imports of incidents, each a batch that can be undone.")

BATCH = f"/batches/<{ROW}:batch_id>"
DATUM = "(wgs84|cgcs2000|gcj02|bd09|EPSG:[0-9]{4,6})"
Mapping = Asked.from_dict({column: Written(1000) for column in COLUMNS}, name="Mapping")
STATES = ("running", "done", "failed", "undone")


class Batch(Answer):
    """One import: read = kept + duplicates + rejected; kept = inserted + updated + unchanged, once it is done."""

    batch_id = fields.Integer()
    file_name = fields.String()
    sha256 = fields.String(metadata={"pattern": "^[0-9a-f]{64}$"})
    format = fields.String()
    encoding = fields.String()
    datum = fields.String()
    timezone = fields.String()
    mapping = fields.Dict(values=fields.String())
    n_read = fields.Integer()
    n_kept = fields.Integer()
    n_duplicates = fields.Integer()
    n_rejected = fields.Integer()
    n_inserted = fields.Integer(allow_none=True)
    n_updated = fields.Integer(allow_none=True)
    n_unchanged = fields.Integer(allow_none=True)
    status = OneOf(*STATES)
    reason = fields.String(allow_none=True, metadata={"description": "Why it failed."})
    started_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)
    made_by = fields.String()
    undone_at = fields.DateTime(allow_none=True)
    undone_by = fields.String(allow_none=True)
    undo_reason = fields.String(allow_none=True)


class Reject(Answer):
    """A row that was refused."""

    line = fields.Integer()
    reason = fields.String(metadata={"description": "In the caller's language."})
    row = fields.Dict(
        values=fields.String(allow_none=True),
        data_key="fields",
        attribute="fields",
        metadata={"description": "The row, without personal data."},
    )


class Undone(Answer):
    """What became of a batch's rows: gone, as they were before it, or left as another batch has them."""

    batch = fields.Nested(Batch)
    n_removed = fields.Integer()
    n_restored = fields.Integer()
    n_left = fields.Integer()


SAID = {
    "datum": Written(20, shortest=4, pattern=DATUM, required=True, metadata={"description": "wgs84 … or EPSG:n"}),
    "timezone": Written(60, shortest=1, metadata={"description": "IANA; of times that name none."}),
    "mapping": Inside(Mapping, metadata={"description": "Which header a column is read from, where it is not plain."}),
}
NewBatch = Asked.from_dict({"upload_id": Written(32, shortest=32, required=True)} | SAID, name="NewBatch")
NewBatchForm = Form.from_dict({"file": SentFile(required=True)} | SAID, name="NewBatchForm")


class UndoReason(Asked):
    """Why a batch is taken back."""

    reason = Written(LONGEST["reason"], shortest=1, required=True)


@batches.operation("GET", "/batches", SEE_BATCHES, page_of(Batch, "Batches"), query=Pages)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the batches, the newest first."""
    limit = query["limit"]
    found = services.list_batches(site.database(), actor=actor(), limit=limit + 1, before=number_of(query))
    return cut(found, limit, lambda batch: (batch.batch_id,))


@batches.operation(
    "POST", "/batches", IMPORT, Upload, status=202, takes=NewBatch, form=NewBatchForm, max_bytes=largest_upload,
    refuses=(404, 408, 409),
)  # fmt: skip
def bring(body: dict[str, Any]) -> Any:
    """
    Begin to import a file: one that was sent to /uploads, or one that comes along.

    The answer is at once; how far the import is says the upload, and in the end the number of its batch.
    """
    choices = Choices(body["datum"], zone_of(body), body.get("mapping", {}))
    is_here = "file" in body
    upload = keep_readable(body["file"]) if is_here else uploads.find(site.settings(), body["upload_id"], actor())
    try:
        late.import_steps().begin(site.database(), upload, site.study(), choices, actor())
    except GeoZhengzhiError:
        if is_here:
            uploads.remove(upload)
        raise
    return told_upload(upload), {"Location": address_of(upload)}


@batches.operation("GET", BATCH, SEE_BATCHES, Batch)
def one(batch_id: int) -> Any:
    """Give one batch."""
    return services.find_batch(site.database(), batch_id, actor=actor())


@batches.operation("GET", f"{BATCH}/rejects", IMPORT, page_of(Reject, "Rejects"), query=Pages)
def rejects(batch_id: int, query: dict[str, Any]) -> dict[str, Any]:
    """List the rows that were refused, in the order of the file. Each look is written to the audit log."""
    offset = max(number_of(query) or 0, 0)
    found, goes_on = look_at_rejects(site.database(), batch_id, actor(), limit=query["limit"], offset=offset)
    rows = [{**row, "reason": row[f"reason_{language()}"]} for row in found]
    return {"items": rows, "next": cursor_of(offset + len(rows)) if goes_on else None}


@batches.operation("POST", f"{BATCH}/undo", IMPORT, Undone, takes=UndoReason, refuses=(409,))
def undo(batch_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Take a batch back: afterwards the incidents are as if it had never come."""
    batch, undone = services.undo_batch(site.database(), batch_id, actor=actor(), reason=body["reason"])
    return {"batch": batch, **vars(undone)}


def zone_of(body: dict[str, Any]) -> str:
    """
    The zone that is said, else the study's.

    Raises
    ------
    FieldRefused
        If there is no such zone.
    """
    zone: str = body.get("timezone") or site.study().timezone
    if zone not in available_timezones():
        raise FieldRefused(name="timezone", given=shown(zone), allowed="Asia/Shanghai, UTC …")
    return zone
