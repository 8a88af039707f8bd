"""The meeting file: a form that shows what would be withheld, and the file."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request
from werkzeug.datastructures import MultiDict

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.meeting.asked import CLASSIFICATIONS, Asked
from geo_zhengzhi.services.meeting.background_packing import MOST_MB, offers
from geo_zhengzhi.services.meeting.files import ENDINGS, HTML
from geo_zhengzhi.services.meeting.made_files import count_made
from geo_zhengzhi.services.meeting.making import AS_USUAL, protect_meeting
from geo_zhengzhi.services.meeting.month_runs import Months, month_text, whole_months
from geo_zhengzhi.services.meeting.ordering import Wish, order_file
from geo_zhengzhi.services.meeting.presets import list_presets
from geo_zhengzhi.services.meeting.preview import Preview, preview_of, target_names
from geo_zhengzhi.services.meeting.printing import PAPERS, SIZES, WHOLE_MAP, Printing
from geo_zhengzhi.words import LANGUAGES
from web import orders, page, site
from web.doors import actor, open_to

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
        """What it asks for, without a background: that holds no figure."""
        months = Months.written(self.first, self.last)
        day = site.local(site.now()).date()
        return Asked(months, day, self.targets, self.language, self.classification, reason=self.reason)

    def wish(self) -> Wish:
        """
        The same as the service takes it.

        Raises
        ------
        InvalidParameter
            If the background is no number of megabytes.
        """
        if self.background and not re.fullmatch("[1-9][0-9]?", self.background):
            raise InvalidParameter(name="background", given=self.background[:20], allowed=f"1 … {MOST_MB}")
        return Wish(self.asked(), self.ending, self.printing(), int(self.background or 0), self.fields())

    def fields(self) -> tuple[tuple[str, str], ...]:
        """Names and values as they were sent."""
        named = {
            "from": self.first, "to": self.last, "language": self.language, "classification": self.classification,
            "reason": self.reason, "format": self.ending, "paper": self.paper, "size": self.size, "page": self.page,
            "background": self.background,
        }  # fmt: skip
        return (*named.items(), *(("target", target) for target in self.targets))


@meeting.get("/export")
@open_to(SEE)
def form() -> Response:
    """The form; with `look` in the address also what would be withheld."""
    study = site.study()
    n_made = count_made(site.database(), actor=actor())
    if study.span is None:
        return page.show("no_incidents.html", study=study, n_made=n_made)
    given = _given(request.args)
    covered = whole_months(study.span)
    looked: Preview | None = None
    if "look" in request.args:
        looked = preview_of(protect_meeting(site.database(), study, given.wish().asked))
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
        ordered=orders.own(),
        stage_of=orders.stage_of,
        size_of=orders.size_of,
        n_made=n_made,
        packs=offers(site.settings(), study, given.targets),
        presets=[kept.name for kept in list_presets(site.database(), actor=actor()) if kept.preset is not None],
    )


@meeting.post("/export")
@open_to(SEE)
def make() -> Response:
    """Begin to make the file; that it was made, by whom and why, is written down."""
    given = _given(request.form)
    order = order_file(orders.source(), given.wish(), actor=actor(), now=site.now())
    return redirect(orders.link_to(order, take=1), 303)


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
