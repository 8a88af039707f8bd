"""Before and after side by side: two maps that move together, on one heat scale."""

from dataclasses import replace

from flask import Blueprint, Response, g, render_template, request, url_for

from geo_zhengzhi.services.maps import map_parts
from geo_zhengzhi.services.periods import shifted
from geo_zhengzhi.services.permissions import SEE
from geo_zhengzhi.services.showing import for_page
from geo_zhengzhi.services.situation import Situation, assess
from geo_zhengzhi.services.tiles import layer_count
from web import site
from web.address import View, parse_view
from web.doors import open_to
from web.page import frame, page_language, show
from web.say import Say

comparison = Blueprint("comparison", __name__)


@comparison.get("/compare")
@open_to(SEE)
def page() -> Response | str:
    """The period of the address beside the one it is compared with."""
    study, settings = site.study(), site.settings()
    if study.span is None:
        return show("no_incidents.html", study=study)
    view = parse_view(request.args, study, page_language())
    now = assess(study, view.query)
    before = None if now.earlier is None else assess(study, replace(now.query, period=now.earlier))
    say = Say(view.language)
    return render_template(
        "compare.html",
        **frame(),
        say=say,
        _=say.text,
        language=view.language,
        nonce=g.nonce,
        view=view,
        study=study,
        now=for_page(now),
        before=None if before is None else for_page(before),
        maps={name: _map(situation, name, view) for name, situation in (("before", before), ("now", now)) if situation},
        links=_links(view, now),
        tile_layers=layer_count(settings),
    )


def _map(situation: Situation, name: str, view: View) -> object:
    """One of the two maps, its elements named by its side."""
    prefix = url_for("static", filename="vendor/")
    return map_parts(for_page(situation), view.language, site.settings(), prefix=prefix, nonce=g.nonce, name=name)


def _links(view: View, now: Situation) -> dict[str, object]:
    """Where one can go from here."""
    here = replace(view, focus="", tab="targets")
    return {
        "console": "/" + here.query_string(),
        "before": "/compare" + here.moved(shifted(now.period, -1)).query_string(),
        "after": "/compare" + here.moved(shifted(now.period, 1)).query_string(),
        "languages": [(code, "/compare" + here.in_language(code).query_string()) for code in ("zh", "en")],
    }
