"""The pages: parse the address, call one service, translate."""

from hashlib import sha256
from io import BytesIO

from flask import Blueprint, Response, current_app, g, render_template, request, send_file

from geo_zhengzhi import __version__
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.layers import layer_file
from geo_zhengzhi.services.console.maps import map_file
from geo_zhengzhi.services.console.points_in_view import MOST_SHOWN, WIDEST_KM
from geo_zhengzhi.services.console.situation import Situation, assess
from geo_zhengzhi.services.console.tiles import fetch_tile
from geo_zhengzhi.services.labels import GLYPHS
from web import site
from web.address import View, parse_view
from web.console_links import Links
from web.console_page import console_main, told, what_is_shown
from web.doors import EVERYBODY, open_to
from web.exports import exported
from web.page import frame, link_to, page_language, show
from web.say import Say

pages = Blueprint("pages", __name__)

A_WEEK_S = 604_800


@pages.get("/")
@open_to(SEE)
def console() -> Response | str:
    """The map of a period with its figures and lists; of a store without incidents, what is to be done first."""
    study = site.study()
    if study.span is None:
        return show("no_incidents.html", study=study)
    view = parse_view(request.args, study, page_language())
    say, main = Say(view.language, view.query.against), console_main(view)
    return render_template(
        "console.html",
        **frame(),
        say=say,
        _=say.text,
        language=view.language,
        nonce=g.nonce,
        study=study,
        main=main,
        links=Links(view, study, main.period),
        widest_km=WIDEST_KM,
        most_shown=MOST_SHOWN,
    )


@pages.get("/figures")
@open_to(SEE)
def figures() -> str:
    """The figures and rhythms of what is selected, as parts of the console."""
    view = parse_view(request.args, site.study(), page_language())
    return render_template("console_figures.html", **told(view, what_is_shown(view)))


@pages.get("/rows")
@open_to(SEE)
def rows() -> str:
    """The targets after so many of the console's list."""
    view = parse_view(request.args, site.study(), page_language())
    after = max(0, request.args.get("after", 0, type=int))
    return render_template("more_rows.html", **told(view, what_is_shown(view), after), glyphs=GLYPHS, link_to=link_to)


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
    response.set_etag(sha256(found.content).hexdigest()[:32])
    return response.make_conditional(request)


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


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
