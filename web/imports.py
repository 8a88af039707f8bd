"""The import pages: file, fields and datum, dry run, import. Parse the address, call one service, translate."""

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request, send_file
from werkzeug.exceptions import RequestEntityTooLarge

from geo_zhengzhi.errors import GeoZhengzhiError, MissingColumn, UploadEmpty, UploadMissing, UploadTooLarge
from geo_zhengzhi.services import late
from geo_zhengzhi.services.access.permissions import IMPORT
from geo_zhengzhi.services.console.points import LOOK_AT_REJECTS, look_at_upload
from geo_zhengzhi.services.imports import jobs as import_jobs
from geo_zhengzhi.services.imports import uploads
from geo_zhengzhi.services.imports.choices import Choices
from geo_zhengzhi.services.imports.incoming import ENDINGS, Incoming
from geo_zhengzhi.services.imports.uploads import Upload
from web import errors, page, site
from web.doors import actor, may, open_to
from web.errors import OTHERWISE, status_of
from web.exports import send_head
from web.import_address import parse_choices, query_of
from web.import_words import RARE, Words
from web.reception import largest_upload

imports = Blueprint("imports", __name__, url_prefix="/import")

UNPROCESSABLE = 422
ZONES = ("Asia/Shanghai", "Asia/Urumqi", "UTC")  # proposed; every zone is taken


@imports.get("")
@open_to(IMPORT)
def file() -> Response:
    """Step 1: choose a file; those that were sent before wait beside it."""
    return _file_page()


@imports.post("")
@open_to(IMPORT, max_bytes=largest_upload)
def send() -> Response:
    """Take a file, look whether it can be read at all, and go on to its fields."""
    sent = request.files.get("file")
    if sent is None or not isinstance(sent.stream, Incoming):
        raise UploadEmpty(allowed=" ".join(ENDINGS))
    upload = sent.stream.keep()
    try:
        late.import_steps().sample_of(upload)
    except BaseException:
        uploads.remove(upload)
        raise
    return redirect(page.link_to("imports.fields", upload_id=upload.upload_id), 303)


@imports.get("/<upload_id>")
@open_to(IMPORT)
def fields(upload_id: str) -> Response:
    """Step 2: which header is which column, and under which datum the rows lie where they belong."""
    upload = _upload(upload_id)
    return _at_work(upload) or _fields_page(upload, _choices())


@imports.get("/<upload_id>/check")
@open_to(IMPORT)
def check(upload_id: str) -> Response:
    """Step 3: what an import would do to every row."""
    upload, choices = _upload(upload_id), _choices()
    at_work = _at_work(upload)
    if at_work is not None:
        return at_work
    looked = late.import_steps().look_at(upload, site.study(), choices, page.page_language())
    if looked.fault is not None or looked.undecided:
        return _fields_page(upload, choices)
    try:
        checked = late.import_steps().check(upload, site.study(), choices)
    except GeoZhengzhiError as fault:
        return _fields_page(upload, choices, fault=fault)
    look_at_upload(site.database(), actor(), upload_id, LOOK_AT_REJECTS, len(checked.rejects))
    return _show("import_check.html", upload, choices, looked, checked=checked)


@imports.get("/<upload_id>/rejects.csv")
@open_to(IMPORT)
def rejects(upload_id: str) -> Response:
    """The rejected rows of the dry run."""
    upload, choices = _upload(upload_id), _choices()
    late.import_steps().check(upload, site.study(), choices)
    path = late.import_steps().rejects_path(upload, choices)
    look_at_upload(site.database(), actor(), upload.upload_id, LOOK_AT_REJECTS)
    send_head()
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name="rejects.csv", conditional=False)


@imports.post("/<upload_id>/start")
@open_to(IMPORT)
def start(upload_id: str) -> Response:
    """Begin to import."""
    upload, choices = _upload(upload_id), _choices()
    late.import_steps().begin(site.database(), upload, site.study(), choices, actor())
    return redirect(_link("imports.progress", upload, choices), 303)


@imports.get("/<upload_id>/progress")
@open_to(IMPORT)
def progress(upload_id: str) -> Response:
    """Step 4: how far it is; afterwards on to the batch, and nothing is left of the upload."""
    upload, choices = _upload(upload_id), _choices()
    job = import_jobs.collect(upload)
    if job is None:
        return redirect(_link("imports.fields", upload, choices), 303)
    if job.status == import_jobs.DONE:
        new = "1" if job.result["is_new"] else "0"
        return redirect(page.link_to("batches.one", batch_id=job.result["batch_id"], brought=new), 303)
    return _show("import_progress.html", upload, choices, job=job)


@imports.get("/<upload_id>/progress.json")
@open_to(IMPORT)
def progress_numbers(upload_id: str) -> Response:
    """How far it is, for the page's script, whose last question may come when another window has collected the end."""
    try:
        job = import_jobs.job_of(_upload(upload_id))
    except UploadMissing:
        return jsonify(status="gone", over=True)
    if job is None:
        return jsonify(status="none")
    stage = Words(page.page_language()).stage(job)
    return jsonify(status=job.status, stage=stage, percent=round(100 * job.fraction), over=job.is_over)


@imports.post("/<upload_id>/discard")
@open_to(IMPORT)
def discard(upload_id: str) -> Response:
    """Leave nothing of an upload."""
    late.import_steps().discard(_upload(upload_id))
    return redirect(page.link_to("imports.file"), 303)


@imports.errorhandler(GeoZhengzhiError)
def refused(error: GeoZhengzhiError) -> Response:
    """What is wrong with a file, in place: on the page where another one is chosen, for those who may be there."""
    if not may(IMPORT):
        return errors.refused(error)
    return _file_page(_status(error), error)


@imports.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body that was announced too large, or grew so."""
    return refused(UploadTooLarge(allowed=site.settings().max_upload_mib))


def _status(error: GeoZhengzhiError) -> int:
    """The status of an error; of what is wrong with a file itself, that it cannot be processed."""
    status = status_of(error)
    return UNPROCESSABLE if status == OTHERWISE else status


def _upload(upload_id: str) -> Upload:
    return uploads.find(site.settings(), upload_id, actor())


def _choices() -> Choices:
    """What the address, or the form, says of the file."""
    return parse_choices(request.values, site.study().timezone)


def _at_work(upload: Upload) -> Response | None:
    """To the progress of an upload that is being imported, or was."""
    job = import_jobs.job_of(upload)
    if job is None or job.status == import_jobs.FAILED:
        return None
    return redirect(page.link_to("imports.progress", upload_id=upload.upload_id), 303)


def _link(endpoint: str, upload: Upload, choices: Choices) -> str:
    """A step of an upload, with its choices."""
    mapping = late.import_steps().mapping_of(upload, choices)
    return page.link_to(endpoint, upload_id=upload.upload_id, **query_of(choices, mapping))


def _file_page(status: int = 200, fault: GeoZhengzhiError | None = None) -> Response:
    words = Words(page.page_language())
    waiting = [(upload, import_jobs.job_of(upload)) for upload in uploads.uploads_of(site.settings(), actor())]
    limits = site.settings()
    return page.show(
        "import_file.html",
        status,
        words=words,
        waiting=waiting,
        fault=words.fault(fault),
        endings=ENDINGS,
        limits=limits,
    )


def _fields_page(upload: Upload, choices: Choices, fault: GeoZhengzhiError | None = None) -> Response:
    """Step 2, with what keeps it from step 3; that a column is still to be chosen is no fault of the request."""
    looked = late.import_steps().look_at(upload, site.study(), choices, page.page_language())
    look_at_upload(site.database(), actor(), upload.upload_id, n=looked.sample.table.n_rows)
    wrong = fault or looked.fault
    status = 200 if wrong is None or isinstance(wrong, MissingColumn) else _status(wrong)
    return _show("import_fields.html", upload, choices, looked, status, fault=wrong)


def _show(
    template: str,
    upload: Upload,
    choices: Choices,
    looked: Any = None,
    status: int = 200,
    fault: GeoZhengzhiError | None = None,
    **values: Any,
) -> Response:
    """A step of one upload."""
    words = Words(page.page_language())
    query = query_of(choices, choices.columns if looked is None else looked.mapping)

    def to(endpoint: str, **more: Any) -> str:
        return page.link_to(endpoint, upload_id=upload.upload_id, **(query | more))

    return page.show(
        template,
        status,
        words=words,
        upload=upload,
        choices=choices,
        looked=looked,
        rare=RARE,
        zones=ZONES,
        to=to,
        query=query,
        fault=words.fault(fault),
        **values,
    )
