"""The pages: parse the address, call one service, translate."""

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Response, current_app, g, render_template, request, send_file, url_for

from geo_zhengzhi import __version__
from geo_zhengzhi.services.labels import GLYPHS
from geo_zhengzhi.services.layers import layer_file
from geo_zhengzhi.services.maps import hotspot_places, map_file, map_parts
from geo_zhengzhi.services.periods import SPRING_FESTIVALS, UNITS, containing, shifted, unit_of
from geo_zhengzhi.services.situation import Situation, assess
from geo_zhengzhi.services.study import Study
from geo_zhengzhi.services.tiles import fetch_tile, layer_count
from geo_zhengzhi.settings import Settings
from web.address import View, parse_view
from web.errors import page_language
from web.say import Say

pages = Blueprint("pages", __name__)

CHINA = "Asia/Shanghai"
A_WEEK_S = 604_800


@pages.get("/")
def console() -> str:
    """The map of a period with its figures and lists."""
    study, settings = _study(), _settings()
    view = parse_view(request.args, study, page_language())
    situation = assess(study, view.query)
    return render_template(
        "console.html",
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
def map_page() -> Response:
    """The same map as one file to keep."""
    view, situation = _asked()
    page = map_file(situation, view.language, _settings())
    return _attachment(page.encode(), "text/html", f"map-{situation.period.first_day}-{situation.period.last_day}.html")


@pages.get("/<any(hotspots, zones):layer>.geojson")
def layer(layer: str) -> Response:
    """Hotspots, or zones with candidates, as GeoJSON."""
    _, situation = _asked()
    return _attachment(layer_file(situation, layer), "application/geo+json", f"{layer}.geojson")


@pages.get("/tiles/<int:z>/<int:x>/<int:y>")
def tile(z: int, x: int, y: int) -> Response:
    """A tile of the background, from its own server or from disk."""
    found = fetch_tile(_settings(), z, x, y, request.args.get("layer", 0, type=int))
    response = Response(found.content, mimetype=found.media_type)
    response.headers["Cache-Control"] = f"private, max-age={A_WEEK_S}"
    return response


@pages.get("/healthz")
def health() -> dict[str, str]:
    """Whether the site answers; the study is not touched."""
    return {"status": "ok", "version": __version__}


@pages.get("/favicon.ico")
def icon() -> Response:
    """The one icon, at the address that browsers ask unasked."""
    return current_app.send_static_file("icon.svg")


def _settings() -> Settings:
    settings: Settings = current_app.extensions["geo_zhengzhi.settings"]
    return settings


def _study() -> Study:
    study: Study = current_app.extensions["geo_zhengzhi.study"].get()
    return study


def _asked() -> tuple[View, Situation]:
    """What the address asks for."""
    study = _study()
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
        "languages": [(language, here.in_language(language).query_string()) for language in ("zh", "en")],
        "tabs": {tab: replace(here, tab=tab, focus="").query_string() for tab in ("targets", "hotspots", "zones")},
        "here": replace(here, focus="", layers="").query_string(),
        "language": here.language,
        "default": replace(
            here.moved(None).filtered(category=None, kind=None), layers="", tab="targets"
        ).query_string(),
        "latest": None if latest is None else here.moved(containing("month", latest, zone)).query_string(),
        "unfiltered": here.filtered(category=None, kind=None).query_string(),
    }
