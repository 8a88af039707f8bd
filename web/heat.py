"""Heat for the map: pictures that never change, and the months of the slider."""

from flask import Blueprint, Response, request

from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.heat import heat_picture, picture_name, require_version
from geo_zhengzhi.services.console.months import months_of
from geo_zhengzhi.services.console.situation import Query, checked
from geo_zhengzhi.services.studies.study import Study
from web import site
from web.address import parse_view
from web.doors import open_to
from web.page import page_language
from web.say import Say

heat = Blueprint("heat", __name__)

A_DAY_S = 86_400  # a shared computer keeps no picture for longer; the next day's first page asks once
KEPT = f"private, max-age={A_DAY_S}, immutable"


@heat.get("/heat/<version>/area.png")
@open_to(SEE)
def area(version: str) -> Response:
    """The picture of the whole area."""
    return _picture(version, None)


@heat.get("/heat/<version>/<int:z>/<int:x>/<int:y>.png")
@open_to(SEE)
def tile(version: str, z: int, x: int, y: int) -> Response:
    """A tile of 512 pixels with two more on every side."""
    return _picture(version, (z, x, y))


@heat.get("/months")
@open_to(SEE)
def months() -> dict[str, object]:
    """The last months with their counts and pictures, for the filters of the address."""
    study, say = site.study(), Say(page_language())
    if study.span is None:
        return {"months": []}
    found = months_of(study, _asked(study), site.settings(), say.language)
    return {
        "months": [
            {
                "month": month.name,
                "told": say.text("{month} · {n} incidents", month=month.name, n=f"{month.n_incidents:,}"),
                "title": month.title,
                "area": month.heat.area,
                "tiles": month.heat.tiles,
            }
            for month in found
        ]
    }


def _picture(version: str, of_tile: tuple[int, int, int] | None) -> Response:
    """A picture, or word that the browser has it; what it is called is known before it is drawn."""
    study = site.study()
    require_version(study, version)
    query, datum = _asked(study), request.args.get("datum") or "wgs84"
    response = Response(mimetype="image/png")
    response.set_etag(picture_name(study, query, datum, of_tile))
    response.headers["Cache-Control"] = KEPT
    if not request.if_none_match.contains(response.get_etag()[0] or ""):
        response.set_data(heat_picture(study, query, datum, of_tile))
    return response.make_conditional(request)


def _asked(study: Study) -> Query:
    """What the address asks for."""
    return checked(study, parse_view(request.args, study, page_language()).query)
