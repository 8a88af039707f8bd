"""The wall display: the console's picture without controls, and its parts alone for when something has changed."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request

from geo_zhengzhi import __version__
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.attention import REASONS, places_that_need_action
from geo_zhengzhi.services.console.maps import with_nonce
from geo_zhengzhi.services.console.periods import SPRING_FESTIVALS
from geo_zhengzhi.services.console.rows import HotspotRow, Row, TargetRow
from geo_zhengzhi.services.register.standing import Standings
from geo_zhengzhi.services.studies.study import Study
from web import site
from web.address import View, parse_view
from web.console_page import CHINA, figures_told, text_only, what_is_shown
from web.doors import open_to
from web.page import moment, page_language
from web.say import AGAINST_WORDS, Say

wall = Blueprint("wall", __name__)

TIME, PAGE = "X-Wall-Time", "X-Wall-Page"  # when the server answered, and which page its parts fit into
FILES = ("site.css", "wall.css", "wall.js")
MOST_SIGNS = 3


@dataclass(frozen=True)
class Asked:
    """What one request is about: the view, the study of the moment, and where its targets stand."""

    view: View
    study: Study
    standings: Standings

    @property
    def tag(self) -> str:
        """Sixteen hex digits that change with anything that the wall shows; nothing is analysed for them."""
        study, query = self.study, self.view.query
        shown = (self.view.language, self.view.query_string(), repr(query.period or study.default_period))
        data = (study.data_version, study.name, study.simulated, study.span)
        return _hex(self.page, shown, data, self.standings.stamp)

    @property
    def page(self) -> str:
        """The same for the page around the parts: another program, or first incidents, need another one."""
        addressed = current_app.jinja_env.globals["static_file"]  # each address holds the file's hash
        return _hex(__version__, [addressed(name) for name in FILES], self.study.span is None)


@wall.get("/wall")
@open_to(SEE)
def display() -> str:
    """The whole page, which looks after itself from then on."""
    asked = _asked()
    return render_template("wall.html", **_told(asked), tag=asked.tag, page=asked.page)


@wall.get("/wall/parts")
@open_to(SEE)
def parts() -> Response:
    """What stands on the page; 304 without any analysis where the wall has it already."""
    asked = _asked()
    response = Response(mimetype="text/html")
    response.set_etag(asked.tag)
    response.headers[TIME], response.headers[PAGE] = moment(site.now()), asked.page
    if not request.if_none_match.contains(asked.tag):
        response.set_data(render_template("wall_parts.html", **_told(asked)))
    return response.make_conditional(request)


def _asked() -> Asked:
    """What the address asks for, at this moment."""
    study = site.study()
    return Asked(parse_view(request.args, study, page_language()), study, site.standings())


def _told(asked: Asked) -> dict[str, Any]:
    """What the page says; of a county without incidents only that there are none."""
    view, study = asked.view, asked.study
    say = Say(view.language, view.query.against)
    frame = {"say": say, "_": say.text, "language": view.language, "nonce": g.nonce, "view": view, "study": study}
    frame["time"] = moment(site.now())
    if study.span is None:
        return frame | {"situation": None, "map": None}
    found = what_is_shown(view)
    situation, figures = found.situation, figures_told(view, found)
    return frame | {
        "situation": situation,
        "figures": figures,
        "home": map_ids(figures.row) if figures.row else [],
        "signs": found.signs[:MOST_SIGNS],
        "actions": places_that_need_action(situation, asked.standings.of),
        "reasons": REASONS,
        "map_ids": map_ids,
        "map": replace(found.map, head=with_nonce(found.map.head, g.nonce)),
        "feasts": SPRING_FESTIVALS if study.timezone == CHINA else (),
        "against_words": AGAINST_WORDS,
        "text_only": text_only,
    }


def map_ids(row: Row) -> list[str]:
    """The ids of a place on the map: a target has its parts'."""
    if isinstance(row, TargetRow):
        return list(row.feature_ids)
    return [row.hotspot_id if isinstance(row, HotspotRow) else row.zone_id]


def _hex(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
