"""The pages: parse the address, call one service, translate."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Response, current_app, g, render_template, request, send_file, url_for

from geo_zhengzhi import __version__
from geo_zhengzhi.services.labels import GLYPHS
from geo_zhengzhi.services.layers import layer_file
from geo_zhengzhi.services.maps import hotspot_places, map_file, map_parts
from geo_zhengzhi.services.periods import SPRING_FESTIVALS, UNITS, containing, shifted, unit_of
from geo_zhengzhi.services.permissions import SEE
from geo_zhengzhi.services.showing import for_page
from geo_zhengzhi.services.situation import Situation, assess
from geo_zhengzhi.services.study import Study
from geo_zhengzhi.services.tiles import fetch_tile, layer_count
from web import site
from web.address import View, parse_view
from web.doors import EVERYBODY, open_to
from web.exports import exported
from web.page import frame, page_language, show
from web.say import Say

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
    situation = for_page(assess(study, view.query))
    return render_template(
        "console.html",
        **frame(),
        say=(say := Say(view.language)),
        _=say.text,
        language=view.language,
        nonce=g.nonce,
        view=view,
        study=study,
        situation=situation,
        map=map_parts(situation, view.language, settings, prefix=_vendor_prefix(), nonce=g.nonce),
        places=hotspot_places(situation, view.language),
        links=_links(study, view, situation),
        glyphs=GLYPHS,
        feasts=SPRING_FESTIVALS if study.timezone == CHINA else (),
        tile_layers=layer_count(settings),
        version=__version__,
    )


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


def _vendor_prefix() -> str:
    """Where pages find the front-end files."""
    return url_for("static", filename="vendor/")


def _attachment(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep."""
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def _links(study: Study, view: View, situation: Situation) -> dict[str, object]:
    """Where one can go from here, as query strings."""
    period, zone = situation.period, study.timezone
    here = view
    latest = situation.latest_day
    return {
        "units": [(unit, here.moved(containing(unit, period.last_day, zone)).query_string()) for unit in UNITS],
        "unit": unit_of(period),
        "before": here.moved(shifted(period, -1)).query_string(),
        "after": here.moved(shifted(period, 1)).query_string(),
        "languages": [(language, "/" + here.in_language(language).query_string()) for language in ("zh", "en")],
        "tabs": {tab: replace(here, tab=tab, focus="").query_string() for tab in ("targets", "hotspots", "zones")},
        "here": replace(here, focus="", layers="").query_string(),
        "language": here.language,
        "default": replace(
            here.moved(None).filtered(category=None, kind=None), layers="", tab="targets"
        ).query_string(),
        "latest": None if latest is None else here.moved(containing("month", latest, zone)).query_string(),
        "unfiltered": here.filtered(category=None, kind=None).query_string(),
    }
