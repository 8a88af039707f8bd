"""The half-yearly screening: every place ranked, those over the threshold marked, and listed by a planner's click."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request, url_for

from geo_zhengzhi.errors import GeoZhengzhiError, InvalidParameter
from geo_zhengzhi.model import KINDS
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.labels import GLYPHS, significant
from geo_zhengzhi.services.register.words import STAGE_WORDS
from geo_zhengzhi.services.screening.half_years import HalfYear, parse_half
from geo_zhengzhi.services.screening.listing import list_place
from geo_zhengzhi.services.screening.ranking import DEFAULT_LEAST, Row, Screening, check_least, screen
from web import page, register_forms, site
from web.doors import actor, open_to
from web.errors import status_of
from web.say import Say

screening = Blueprint("screening", __name__)

A_PAGE, A_PRINT = 100, 600  # rows; of those for print as many as a page of a megabyte holds
SOURCE_WORDS = {"target": "target", "area": "supplied area", "candidate": "candidate"}


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    half: HalfYear | None = None
    least: int = DEFAULT_LEAST
    kind: str = ""
    only_marked: bool = False
    page: int = 1
    whole: bool = False

    def link(self, endpoint: str = "screening.ranking", **changes: object) -> str:
        """The address of the same, but for some changes; what is the default is left out."""
        values = {**vars(self), **changes}
        half, least, number = values["half"], values["least"], values["page"]
        given = {
            "half": "" if half is None else str(half),
            "least": "" if least == DEFAULT_LEAST else least,
            "kind": values["kind"],
            "marked": "1" if values["only_marked"] else "",
            "page": "" if number == 1 else number,
            "all": "1" if values["whole"] else "",
        }
        return page.link_to(endpoint, **{name: value for name, value in given.items() if value})


@screening.get("/screening")
@open_to(SEE)
def ranking() -> Response:
    """A half-year's ranking; what is not possible in its address is told on it."""
    return _ranking()


@screening.post("/screening/list")
@open_to(EDIT_REGISTER)
def list_one() -> Response:
    """List one place of the ranking."""
    key = request.form.get("place", "")
    try:
        asked = _asked(request.args)
        half = asked.half or screen(site.database(), site.study()).half
        today = site.local(site.now()).date()
        entry = list_place(site.database(), site.study(), half, key, actor=actor(), today=today)
    except GeoZhengzhiError as error:
        return _ranking(status_of(error), page.text_of(error))
    return redirect(asked.link(half=half) + f"#{entry.target_id}", 303)


def _ranking(status: int = 200, sentence: str = "") -> Response:
    """The page, with what is to be said on it."""
    asked = Asked()
    try:
        asked = _asked(request.args)
    except InvalidParameter as error:
        status, sentence = status_of(error), sentence or page.text_of(error)
    study = site.study()
    if study.span is None:
        return page.show("no_incidents.html", status, study=study)
    found = screen(site.database(), study, asked.half)
    rows = _chosen(found, asked)
    n_rows = A_PRINT if asked.whole else A_PAGE
    last = max(1, -(-len(rows) // n_rows))
    number = min(asked.page, last)
    return page.show(
        "screening.html",
        status,
        address=url_for("screening.ranking") if request.method == "POST" else "",
        say=Say(page.page_language()),
        sentence=sentence,
        study=study,
        found=found,
        asked=asked,
        rows=rows[(number - 1) * n_rows : number * n_rows],
        n_chosen=len(rows),
        a_print=A_PRINT,
        n_marked=found.n_marked(asked.least),
        number=number,
        last=last,
        default_least=DEFAULT_LEAST,
        kinds=[kind for kind in KINDS if any(row.place.kind == kind for row in found.rows)],
        now=page.moment(site.now()),
        glyphs=GLYPHS,
        significant=significant,
        stage_words=STAGE_WORDS,
        source_words=SOURCE_WORDS,
    )


def _chosen(found: Screening, asked: Asked) -> list[Row]:
    """The rows that the filters keep; each has the rank that it has among all."""
    return [
        row
        for row in found.rows
        if (not asked.kind or row.place.kind == asked.kind) and (not asked.only_marked or row.is_marked(asked.least))
    ]


def _asked(arguments: Mapping[str, str]) -> Asked:
    """
    Read an address.

    Raises
    ------
    InvalidParameter
    """
    half, least, kind = (arguments.get(name, "").strip() for name in ("half", "least", "kind"))
    if kind and kind not in KINDS:
        raise InvalidParameter(name="kind", given=kind[:40], allowed=", ".join(KINDS))
    return Asked(
        parse_half(half) if half else None,
        check_least(register_forms.whole(least)) if least else DEFAULT_LEAST,
        kind,
        bool(arguments.get("marked")),
        max(1, request.args.get("page", 1, type=int)),
        bool(arguments.get("all")),
    )
