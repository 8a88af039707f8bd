"""What the address of a target's page asks for, and where its figures lead."""

from flask import request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import Period
from geo_zhengzhi.services.half_years import UNIT as HALF_YEAR
from geo_zhengzhi.services.periods import UNITS
from geo_zhengzhi.services.target_figures import Figures
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


def by_units(target_id: str) -> list[tuple[str, str]]:
    """Of each unit its name, and the address of the entry's page with its hotspots told by it, of the same days."""
    asked = {name: request.args[name] for name in ("from", "to") if name in request.args}
    return [(one, page.link_to("register.one", target_id=target_id, by=one, **asked)) for one in UNITS]


def focus(target_id: str, figures: Figures) -> str:
    """What the console selects to show a target: itself where it has several parts."""
    return figures.part_ids[0] if len(figures.part_ids) == 1 else target_id


def days(figures: Figures) -> dict[str, str]:
    """The period of a target's figures, as addresses have it."""
    return {"from": str(figures.period.first_day), "to": str(figures.period.last_day)}
