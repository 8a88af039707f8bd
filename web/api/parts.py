"""The boundaries of targets, as GeoJSON features, each a version of a part."""

from typing import Any
from urllib.parse import quote

from geo_zhengzhi.errors import PartUnknown
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.geojson import geometry_of
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.words import Boundary
from web import site
from web.api.etags import etag, is_known, not_changed, said_version
from web.api.operations import GEOJSON, PREFIX, Resource
from web.api.target_schemas import BoundaryChange, Part, Parts, told_part
from web.api.targets import TARGET
from web.doors import actor

parts = Resource("parts", "The boundaries of targets.")

MAX_BODY_BYTES = 2 * 2**20  # a boundary of 20,000 vertices to the last digit
PART = f"{TARGET}/parts/<string(maxlength=100):part_id>"


@parts.operation("GET", f"{TARGET}/parts", SEE, Parts, content_type=GEOJSON)
def listed(target_id: str) -> dict[str, Any]:
    """Give a target's parts with their boundaries."""
    found = register_views.entry(site.database(), target_id).parts
    return {"type": "FeatureCollection", "features": [told_part(part) for part in found]}


@parts.operation(
    "POST", f"{TARGET}/parts", EDIT_REGISTER, Part, status=201, takes=BoundaryChange, content_type=GEOJSON,
    has_etag=True, refuses=(409,), max_bytes=MAX_BODY_BYTES,
)  # fmt: skip
def add(target_id: str, body: dict[str, Any]) -> Any:
    """Draw a boundary as a new part of a target."""
    made = _put(target_id, None, None, body)
    address = f"{PREFIX}/targets/{quote(target_id, safe='')}/parts/{quote(made.part_id, safe='')}"
    return told_part(made), etag(made.version) | {"Location": address}


@parts.operation("GET", PART, SEE, Part, content_type=GEOJSON, has_etag=True)
def one(target_id: str, part_id: str) -> Any:
    """Give one part; its ETag is its version."""
    found = part_of(target_id, part_id)
    return not_changed(found.version) if is_known(found.version) else (told_part(found), etag(found.version))


@parts.operation(
    "PUT", PART, EDIT_REGISTER, Part, takes=BoundaryChange, content_type=GEOJSON, is_versioned=True, refuses=(409,),
    max_bytes=MAX_BODY_BYTES,
)  # fmt: skip
def change(target_id: str, part_id: str, body: dict[str, Any]) -> Any:
    """Draw a part's boundary anew; the one before is kept."""
    made = _put(target_id, part_id, said_version(), body)
    return told_part(made), etag(made.version)


def part_of(target_id: str, part_id: str) -> Boundary:
    """
    A part as it stands.

    Raises
    ------
    EntryUnknown, PartUnknown
        If there is no such target, or it has no such part.
    """
    found = {part.part_id: part for part in register_views.entry(site.database(), target_id).parts}
    if part_id not in found:
        raise PartUnknown(given="…", target=target_id, allowed=", ".join(found) or "–")
    return found[part_id]


def _put(target_id: str, part_id: str | None, version: int | None, body: dict[str, Any]) -> Boundary:
    return put_boundary(
        site.database(), target_id, part_id, geometry_of(body["geometry"]), body["corridor_half_width_m"],
        version=version, actor=actor(), reason=body["reason"],
    )  # fmt: skip
