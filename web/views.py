"""The pages: parse the address, call one service, translate."""

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request, send_file, url_for
from markupsafe import Markup

from geo_zhengzhi import __version__
from geo_zhengzhi.model import LEVELS
from geo_zhengzhi.services.attention import REASONS, deadlines, early_signs, places_that_need_action
from geo_zhengzhi.services.figures import figures_of
from geo_zhengzhi.services.labels import GLYPHS
from geo_zhengzhi.services.layers import layer_file
from geo_zhengzhi.services.maps import hotspot_places, map_file, map_parts
from geo_zhengzhi.services.periods import SPRING_FESTIVALS
from geo_zhengzhi.services.permissions import SEE
from geo_zhengzhi.services.points_in_view import MOST_SHOWN, WIDEST_KM
from geo_zhengzhi.services.register_words import STAGE_WORDS
from geo_zhengzhi.services.showing import for_page
from geo_zhengzhi.services.situation import Situation, assess
from geo_zhengzhi.services.tiles import fetch_tile, layer_count
from web import site
from web.address import View, parse_view
from web.console_links import Links
from web.doors import EVERYBODY, open_to
from web.exports import exported
from web.page import frame, page_language, show
from web.say import AGAINST_TITLES, AGAINST_WORDS, Say

pages = Blueprint("pages", __name__)

CHINA = "Asia/Shanghai"
A_WEEK_S = 604_800


@pages.get("/")
@open_to(SEE)
def console() -> Response | str:
    """The map of a period with its figures and lists; of a store without incidents, what is to be done first."""
    study, settings = site.study(), site.settings()
    if study.span is None:
        return show("no_incidents.html", study=study)
    view = parse_view(request.args, study, page_language())
    found = assess(study, view.query)
    situation = for_page(found)
    return render_template(
        "console.html",
        **frame(),
        **_told(view, found),
        map=map_parts(situation, view.language, settings, prefix=_vendor_prefix(), nonce=g.nonce),
        places=hotspot_places(situation, view.language),
        glyphs=GLYPHS,
        tile_layers=layer_count(settings),
        widest_km=WIDEST_KM,
        most_shown=MOST_SHOWN,
        version=__version__,
    )


@pages.get("/figures")
@open_to(SEE)
def figures() -> str:
    """The figures and rhythms of what is selected, as parts of the console."""
    view, situation = _asked()
    return render_template("console_figures.html", **_told(view, situation))


@pages.get("/map.html")
@open_to(SEE)
def map_page() -> Response:
    """The same map as one file to keep."""
    view, situation = _asked()
    page = map_file(situation, view.language, site.settings(), audit_head=exported("map.html"))
    return _attachment(page.encode(), "text/html", f"map-{situation.period.first_day}-{situation.period.last_day}.html")


@pages.get("/<any(hotspots, zones):layer>.geojson")
@open_to(SEE)
def layer(layer: str) -> Response:
    """Hotspots, or zones with candidates, as GeoJSON."""
    _, situation = _asked()
    content = layer_file(situation, layer, audit_head=exported(f"{layer}.geojson"))
    return _attachment(content, "application/geo+json", f"{layer}.geojson")


@pages.get("/tiles/<int:z>/<int:x>/<int:y>")
@open_to(SEE)
def tile(z: int, x: int, y: int) -> Response:
    """A tile of the background, from its own server or from disk."""
    found = fetch_tile(site.settings(), z, x, y, request.args.get("layer", 0, type=int))
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Cache-Control"] = f"private, max-age={A_WEEK_S}"
    return response


@pages.get("/healthz")
@open_to(EVERYBODY)
def health() -> dict[str, str]:
    """Whether the site answers; the study is not touched."""
    return {"status": "ok", "version": __version__}


@pages.get("/favicon.ico")
@open_to(EVERYBODY)
def icon() -> Response:
    """The one icon, at the address that browsers ask unasked."""
    return current_app.send_static_file("icon.svg")


def _asked() -> tuple[View, Situation]:
    """What the address asks for."""
    study = site.study()
    view = parse_view(request.args, study, page_language())
    return view, assess(study, view.query)


def _told(view: View, found: Situation) -> dict[str, Any]:
    """What the console and its parts say; figures are of any place, lists hold what a page can."""
    situation = for_page(found)
    say, standings = Say(view.language, view.query.against), site.standings()
    return {
        "say": say,
        "_": say.text,
        "language": view.language,
        "nonce": g.nonce,
        "view": view,
        "study": situation.study,
        "situation": situation,
        "figures": figures_of(found, view.focus),
        "feasts": SPRING_FESTIVALS if found.study.timezone == CHINA else (),
        "links": Links(view, situation),
        "standings": standings,
        "signs": early_signs(situation),
        "actions": places_that_need_action(situation, standings),
        "deadlines": deadlines(situation, standings),
        "reasons": REASONS,
        "stage_words": STAGE_WORDS,
        "levels": LEVELS,
        "against_words": AGAINST_WORDS,
        "against_titles": AGAINST_TITLES,
        "text_only": text_only,
    }


def text_only(text: str) -> Markup:
    """A text as HTML that shows it; quotation marks, of which a map's data are full, stay as they are."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;"))


def _vendor_prefix() -> str:
    """Where pages find the front-end files."""
    return url_for("static", filename="vendor/")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
