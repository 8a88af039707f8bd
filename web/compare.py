"""Before and after side by side: two maps that move together, on one heat scale."""

from dataclasses import replace

from flask import Blueprint, Response, g, render_template, request

from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.maps import with_nonce
from geo_zhengzhi.services.console.periods import shifted
from geo_zhengzhi.services.console.sides import BEFORE, NOW, sides
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.console.tiles import layer_count
from web import site
from web.address import View, parse_view
from web.console_page import vendor_prefix
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
    both = sides(study, view.query, view.language, settings, prefix=vendor_prefix())
    say, now, before = Say(view.language), both[NOW], both.get(BEFORE)
    return render_template(
        "compare.html",
        **frame(),
        say=say,
        _=say.text,
        language=view.language,
        nonce=g.nonce,
        view=view,
        study=study,
        now=now.situation,
        before=None if before is None else before.situation,
        head=with_nonce(now.map.head, g.nonce),
        maps={name: side.map for name, side in both.items()},
        totals={name: side.totals for name, side in both.items()},
        links=_links(view, now.situation),
        tile_layers=layer_count(settings),
    )


def _links(view: View, now: Situation) -> dict[str, object]:
    """Where one can go from here."""
    selected = replace(view, tab="targets")
    here = replace(selected, focus="")  # a hotspot is of one period
    return {
        "console": "/" + selected.query_string(),
        "before": "/compare" + here.moved(shifted(now.period, -1)).query_string(),
        "after": "/compare" + here.moved(shifted(now.period, 1)).query_string(),
        "languages": [(code, "/compare" + selected.in_language(code).query_string()) for code in ("zh", "en")],
    }
