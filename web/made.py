"""Meeting files made earlier: looked up by the day of their meeting, and given again as they were made."""

import io

from flask import Blueprint, Response, request, send_file, url_for

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.meeting import again as services
from geo_zhengzhi.services.meeting.files import MEDIA
from geo_zhengzhi.services.meeting.made_files import day_of, list_made
from geo_zhengzhi.services.meeting.making import MOST_KEPT_BYTES
from web import page, site
from web.doors import actor, open_to
from web.errors import status_of
from web.exports import HEADER
from web.orders import size_text

made = Blueprint("made", __name__, url_prefix="/export/made")

A_PAGE = 50
UNKNOWN_KIND = "application/octet-stream"  # of a release that made other kinds


@made.get("")
@open_to(SEE)
def listing() -> Response:
    """Every file that was made, the newest first, fifty a page; those of a day where the address names one."""
    return _listing()


@made.post("/<int:number>/file")
@open_to(SEE)
def file(number: int) -> Response:
    """The very bytes of one; that they were given is written down."""
    try:
        given = services.file_again(site.database(), number, actor=actor())
    except GeoZhengzhiError as error:
        return _listing(status_of(error), page.text_of(error))
    kind = MEDIA.get(given.file.ending, UNKNOWN_KIND)
    answer = send_file(io.BytesIO(given.content), kind, as_attachment=True, download_name=given.file.name)
    answer.headers[HEADER] = given.audit_head
    answer.headers["Cache-Control"] = "no-store"  # `send_file` would let a browser keep it
    return answer


def _listing(status: int = 200, sentence: str = "") -> Response:
    """The list, with what is to be said on it."""
    number = max(1, min(request.args.get("page", 1, type=int), 10_000))
    text = request.args.get("day", "").strip()
    files, n = list_made(
        site.database(),
        actor=actor(),
        timezone=site.settings().timezone,
        day=day_of(text) if text else None,
        study=site.study(),
        limit=A_PAGE,
        offset=A_PAGE * (number - 1),
    )
    return page.show(
        "made.html",
        status,
        address=url_for("made.listing") if request.method == "POST" else "",
        sentence=sentence,
        is_simulated=site.is_study_simulated(),
        files=files,
        n=n,
        number=number,
        n_pages=max(1, -(-n // A_PAGE)),
        day_given=text,
        size_text=size_text,
        most=MOST_KEPT_BYTES // 2**20,
    )
