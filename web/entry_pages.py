"""What a target's page leads to: its maps before and after, and what two versions of its boundary differ by."""

from flask import Blueprint, Response, request, url_for

from geo_zhengzhi.errors import BoundaryVersionUnknown
from geo_zhengzhi.services.access.permissions import SEE
from geo_zhengzhi.services.console.tiles import layer_count
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.boundary_differences import difference_of
from geo_zhengzhi.services.register.boundary_pictures import pieces_picture
from geo_zhengzhi.services.register.target_maps import target_maps
from web import entry_address, page, site
from web import register_telling as telling
from web.console_page import text_only
from web.doors import open_to
from web.say import Say

entry_pages = Blueprint("entry_pages", __name__)

PICTURE_PX = (760, 460)


@entry_pages.get("/register/<target_id>/maps")
@open_to(SEE)
def maps(target_id: str) -> Response:
    """The two maps, as parts for the target's page."""
    register_views.entry(site.database(), target_id)
    found = target_maps(
        site.database(), site.study(), target_id, entry_address.period(), page.page_language(), site.settings(),
        url_for("static", filename="vendor/"),
    )  # fmt: skip
    return page.show(
        "entry_maps.html", found=found, tile_layers=layer_count(site.settings()), text_only=text_only,
        say=Say(page.page_language()),
    )  # fmt: skip


@entry_pages.get("/register/<target_id>/parts/<part_id>/difference")
@open_to(SEE)
def difference(target_id: str, part_id: str) -> Response:
    """Two versions of a boundary laid on each other; any two, and without a choice the last two."""
    shown = register_views.entry(site.database(), target_id)
    past = register_views.history(site.database(), target_id).boundaries
    versions = [was for was in past if was.part_id == part_id and was.geometry is not None]
    study = site.study()
    period = entry_address.period() or study.default_period
    if period is None:
        return page.show("no_incidents.html", study=study)
    asked = _asked([was.version for was in versions], part_id)
    found = difference_of(site.database(), study, target_id, part_id, asked, period)
    pieces = {"kept": found.kept, "added": found.added, "removed": found.removed}
    width, height = PICTURE_PX
    picture = pieces_picture({name: piece.shape for name, piece in pieces.items()}, width=width, height=height)
    return page.show(
        "entry_difference.html", entry=shown.entry, part_id=part_id, versions=versions[::-1], asked=asked, found=found,
        pieces=pieces, picture=picture, period=period, telling=telling, is_simulated=study.simulated,
    )  # fmt: skip


def _asked(known: list[int], part_id: str) -> tuple[int, int]:
    """The two versions that the address names, by default the last two."""
    if not known:
        raise BoundaryVersionUnknown(part=part_id[:60], given="–", allowed="–")
    last, before = known[-1], known[-2] if len(known) > 1 else known[-1]
    return request.args.get("a", before, type=int), request.args.get("b", last, type=int)
