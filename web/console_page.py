"""The console's parts: what they are told, and the large one, which is made once for all who see the same."""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from flask import g, render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from geo_zhengzhi import __version__
from geo_zhengzhi.model import LEVELS, Period
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER
from geo_zhengzhi.services.console.attention import REASONS, deadlines, places_that_need_action
from geo_zhengzhi.services.console.day_hours import BANDS, written
from geo_zhengzhi.services.console.figures import Figures, figures_of
from geo_zhengzhi.services.console.keeping import name_for
from geo_zhengzhi.services.console.maps import with_nonce
from geo_zhengzhi.services.console.periods import SPRING_FESTIVALS
from geo_zhengzhi.services.console.rows import Row, TargetRow
from geo_zhengzhi.services.console.sharing import Shared
from geo_zhengzhi.services.console.shown import Shown, shown, shown_name
from geo_zhengzhi.services.console.situation import Situation, assess, checked
from geo_zhengzhi.services.console.tiles import layer_count
from geo_zhengzhi.services.labels import GLYPHS
from geo_zhengzhi.services.register.words import STAGE_WORDS
from web import site
from web.address import View
from web.console_links import Links
from web.doors import may
from web.page import link_to
from web.say import AGAINST_TITLES, AGAINST_WORDS, Say

CHINA = "Asia/Shanghai"
ANY_TOKEN = "of-this-session"  # stands in kept parts where each session has its own
HERE = Path(__file__).parent


LISTED_AT_ONCE, FIRST_LISTED, LISTED_NEXT = 150, 60, 200  # targets: what is listed whole, or else first and next


@dataclass(frozen=True)
class Listed:
    """Some of the targets with their numbers, how far they go, and where those after them are; "" for the last."""

    rows: tuple[tuple[int, TargetRow], ...]
    upto: int
    address: str


@dataclass(frozen=True)
class Main:
    """The console below its first line, what the map puts into the page's head, and the period that is shown."""

    html: str
    head: str
    period: Period


_MAINS: Shared[Main] = Shared("console", Main, memory_bytes=2**27, disk_bytes=2**29)


def console_main(view: View) -> Main:
    """
    The console of a view, kept under all that it is made of: question, selection, language, register, and whether the
    register may be edited. A session's own token and a response's own nonce are filled in here.
    """
    study, settings = site.study(), site.settings()
    asked, may_edit = checked(study, view.query), may(EDIT_REGISTER)
    called = shown_name(study, asked, view.language, settings, vendor_prefix())
    name = name_for("console", program(), called, view, site.standings().stamp, may_edit)
    folder = None if view.focus or view.layers else study.results_dir  # what one alone looks at stays in memory
    kept = _MAINS.get(folder, name, lambda: _made(view))
    html = kept.html.replace(f'value="{ANY_TOKEN}"', f'value="{generate_csrf()}"') if may_edit else kept.html
    return replace(kept, html=html, head=with_nonce(kept.head, g.nonce))


def _made(view: View) -> Main:
    """Render it, with marks where each session and each response has its own."""
    found = what_is_shown(view)
    html = render_template(
        "console_main.html",
        **told(view, found),
        csrf_token=lambda: ANY_TOKEN,
        map=found.map,
        places=found.places,
        glyphs=GLYPHS,
        tile_layers=layer_count(site.settings()),
        text_only=text_only,
        version=__version__,
        link_to=link_to,
    )
    return Main(html, found.map.head, found.situation.period)


def what_is_shown(view: View) -> Shown:
    """What a page shows of the question of its view."""
    return shown(site.study(), view.query, view.language, site.settings(), prefix=vendor_prefix())


def told(view: View, found: Shown, after: int = 0) -> dict[str, Any]:
    """What the console and its parts say: figures of any place, what a page lists, targets after so many."""
    situation, standings = found.situation, site.standings().of
    say, figures = Say(view.language, view.query.against), figures_told(view, found)
    return {
        "say": say,
        "_": say.text,
        "language": view.language,
        "view": view,
        "study": situation.study,
        "situation": situation,
        "totals": found.totals,
        "figures": figures,
        "listed": listed(view, situation, figures.row, after),
        "feasts": SPRING_FESTIVALS if situation.study.timezone == CHINA else (),
        "links": Links(view, situation.study, situation.period),
        "standings": standings,
        "signs": found.signs,
        "actions": places_that_need_action(situation, standings),
        "deadlines": deadlines(situation, standings),
        "reasons": REASONS,
        "stage_words": STAGE_WORDS,
        "levels": LEVELS,
        "bands": [written(band) for band in BANDS],
        "against_words": AGAINST_WORDS,
        "against_titles": AGAINST_TITLES,
    }


def listed(view: View, situation: Situation, row: Row | None, after: int = 0) -> Listed:
    """
    The targets of one answer: the first, or those after so many; of a register that makes no long page, all.

    The selected one stands among the first, wherever its place is.
    """
    numbered = tuple(enumerate(situation.targets, start=1))
    upto = after + LISTED_NEXT if after else FIRST_LISTED
    if upto >= len(numbered) or (not after and len(numbered) <= LISTED_AT_ONCE):
        return Listed(numbered[after:], len(numbered), "")
    chosen = () if after else tuple(pair for pair in numbered[upto:] if _holds(pair[1], row))
    query = view.query_string()
    return Listed(numbered[after:upto] + chosen, upto, f"/rows{query}{'&' if query else '?'}after={upto}")


def _holds(target: TargetRow, row: Row | None) -> bool:
    """Whether a selected row is this target or one of its parts."""
    return row is not None and (target == row or row in target.parts)


def figures_told(view: View, found: Shown) -> Figures:
    """Of what is selected; only for that are the incidents themselves read."""
    return figures_of(assess(site.study(), view.query), view.focus) if view.focus else found.figures


def text_only(text: str) -> Markup:
    """A text as HTML that shows it; quotation marks, of which a map's data are full, stay as they are."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))


def vendor_prefix() -> str:
    """Where pages find the front-end files."""
    return url_for("static", filename="vendor/")


@cache
def program() -> str:
    """A hash over the site's own files: what one version has made, another one does not show."""
    digest = hashlib.sha256()
    for path in sorted((*HERE.glob("*.py"), *HERE.glob("templates/*.html"))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
