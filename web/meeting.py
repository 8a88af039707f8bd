"""The meeting file: a form that shows what would be withheld, and the file."""

import re
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, Response, request, send_file
from werkzeug.datastructures import MultiDict

from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.meeting.asked import CLASSIFICATIONS, Asked
from geo_zhengzhi.services.meeting.background_packing import offers, pack_background
from geo_zhengzhi.services.meeting.files import ENDINGS, HTML, MEDIA
from geo_zhengzhi.services.meeting.making import AS_USUAL, export_meeting, protect_meeting
from geo_zhengzhi.services.meeting.month_runs import Months, month_text, whole_months
from geo_zhengzhi.services.meeting.presets import list_presets
from geo_zhengzhi.services.meeting.preview import Preview, preview_of, target_names
from geo_zhengzhi.services.meeting.printing import PAPERS, SIZES, WHOLE_MAP, Printing
from geo_zhengzhi.words import LANGUAGES
from web import page, site
from web.doors import actor, open_to
from web.exports import HEADER

meeting = Blueprint("meeting", __name__)


@dataclass(frozen=True)
class Form:
    """What the form holds: months, targets, language, classification, reason, ending, printing, background."""

    first: str
    last: str
    targets: tuple[str, ...]
    language: str
    classification: str
    reason: str
    ending: str
    paper: str
    size: str
    page: str
    background: str  # megabytes; "" for none

    def printing(self) -> Printing:
        """Paper, size and page as the service takes them."""
        return Printing.written(self.paper, self.size, self.page)

    def asked(self) -> Asked:
        """The same as the service takes it."""
        pack = None
        if self.background:
            most_mb = int(self.background) if re.fullmatch("[0-9]{1,3}", self.background) else 0
            pack = pack_background(site.settings(), site.study(), self.targets, most_mb)
        months = Months.written(self.first, self.last)
        day = site.local(site.now()).date()
        return Asked(months, day, self.targets, self.language, self.classification, reason=self.reason, background=pack)


@meeting.get("/export")
@open_to(SEE)
def form() -> Response:
    """The form; with `look` in the address also what would be withheld."""
    study = site.study()
    if study.span is None:
        return page.show("no_incidents.html", study=study)
    given = _given(request.args)
    covered = whole_months(study.span)
    looked: Preview | None = None
    if "look" in request.args:
        looked = preview_of(protect_meeting(site.database(), study, given.asked()))
    return page.show(
        "meeting.html",
        given=given,
        months=[month_text(number) for number in range(covered.first, covered.last + 1)],
        targets=target_names(study, page.page_language()),
        is_simulated=study.simulated,
        languages_of_file=LANGUAGES,
        usual=CLASSIFICATIONS,
        endings=ENDINGS,
        papers=PAPERS,
        sizes=list(dict.fromkeys((*SIZES, given.size))),
        map_page=WHOLE_MAP,
        looked=looked,
        packs=offers(site.settings(), study, given.targets),
        presets=[kept.name for kept in list_presets(site.database(), actor=actor()) if kept.preset is not None],
    )


@meeting.post("/export")
@open_to(SEE)
def make() -> Response:
    """The file; that it was made, by whom and why, is written down."""
    given = _given(request.form)
    made = export_meeting(
        site.database(),
        site.study(),
        given.asked(),
        site.settings(),
        actor=actor(),
        now=site.now(),
        ending=given.ending,
        printing=given.printing(),
    )
    name = f"meeting-{given.first}-{given.last}.{given.language}{given.ending}"
    answer = send_file(BytesIO(made.content), mimetype=MEDIA[given.ending], as_attachment=True, download_name=name)
    answer.headers[HEADER] = made.audit_head
    return answer


def _given(fields: "MultiDict[str, str]") -> Form:
    """The form's fields; the period that is shown first, and the page's language, where none are given."""
    usual = site.study().default_period
    first, last = ("", "") if usual is None else (f"{usual.first_day:%Y-%m}", f"{usual.last_day:%Y-%m}")
    return Form(
        fields.get("from", first),
        fields.get("to", last),
        tuple(fields.getlist("target")),
        fields.get("language", page.page_language()),
        fields.get("classification", ""),
        fields.get("reason", ""),
        fields.get("format", HTML),
        fields.get("paper", AS_USUAL.paper),
        fields.get("size", AS_USUAL.size_text),
        fields.get("page", AS_USUAL.page),
        fields.get("background", ""),
    )
