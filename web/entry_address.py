"""What the address of a target's page asks for, and where its figures lead."""

from typing import Any

from flask import request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import Period
from geo_zhengzhi.services.console.periods import UNITS
from geo_zhengzhi.services.register.target_figures import Figures
from geo_zhengzhi.services.screening.half_years import UNIT as HALF_YEAR
from web import page, site
from web.address import parse_view


def period() -> Period | None:
    """The days that the address of an entry names; None without any, and for what is no day."""
    try:
        return parse_view(request.args, site.study(), page.page_language()).query.period
    except InvalidParameter:
        return None


def unit() -> str:
    """By what the address wants hotspots told; half-years without it, and for what is no unit."""
    asked = request.args.get("by", HALF_YEAR)
    return asked if asked in UNITS else HALF_YEAR


def days() -> dict[str, str]:
    """The days that the address names, as it names them."""
    return {name: request.args[name] for name in ("from", "to") if name in request.args}


def leads(target_id: str, figures: Figures | None) -> dict[str, Any]:
    """Where the figures of a target lead: the console, the maps, and the page by other units."""
    if figures is None:
        return {"focus": "", "compare_address": "", "maps_address": "", "by_addresses": []}
    shown = {"from": str(figures.period.first_day), "to": str(figures.period.last_day)}
    asked = days()
    return {
        # a target of several parts is selected whole
        "focus": figures.part_ids[0] if len(figures.part_ids) == 1 else target_id,
        "compare_address": page.link_if_open("comparison.page", **shown),
        "maps_address": page.link_to("entry_pages.maps", target_id=target_id, **shown),
        "by_addresses": [(one, page.link_to("register.one", target_id=target_id, by=one, **asked)) for one in UNITS],
    }
