"""Single incidents of what is on the screen, for the map of those who may see them."""

import re
from typing import Any

from flask import Blueprint, request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.access.permissions import SEE_POINTS
from geo_zhengzhi.services.console.points_in_view import look_at_view
from geo_zhengzhi.services.labels import category_label
from web import site
from web.address import parse_view
from web.doors import actor, open_to
from web.exports import send_head
from web.page import page_language

points = Blueprint("points", __name__)

BOX = re.compile(r"-?\d{1,3}(\.\d+)?(,-?\d{1,3}(\.\d+)?){3}", re.ASCII)
BOX_FORM = "west,south,east,north in degrees, west < east, south < north"
MINUTES = "%Y-%m-%d %H:%M"


@points.get("/points")
@open_to(SEE_POINTS)
def in_view() -> dict[str, Any]:
    """The incidents that the address keeps in its `bbox`: where [latitude, longitude], when and what."""
    study = site.study()
    view = parse_view(request.args, study, page_language())
    found = look_at_view(site.database(), study, actor(), view.query, _box(), site.settings())
    send_head()
    rows = found.incidents.itertuples(index=False)
    return {
        "n_in_view": found.n_in_view,
        "points": [
            [round(row.latitude, 6), round(row.longitude, 6), _when(row), category_label(row.category, view.language)]
            for row in rows
        ],
    }


def _box() -> tuple[float, float, float, float]:
    """The box that the address asks for."""
    text = request.args.get("bbox", "")
    west, south, east, north = map(float, text.split(",")) if BOX.fullmatch(text) else (0.0, 0.0, 0.0, 0.0)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidParameter(name="bbox", given=text[:80] or "–", allowed=BOX_FORM)
    return west, south, east, north


def _when(row: Any) -> str:
    """An incident's moment, or its first and last."""
    first, last = (f"{moment:{MINUTES}}" for moment in (row.occurred_from, row.occurred_to))
    return first if first == last else f"{first} – {last}"
