"""What targets and their boundaries once were, and how it comes back."""

from typing import Any

from geo_zhengzhi.errors import BoundaryVersionUnknown, PartUnknown
from geo_zhengzhi.services.access.permissions import EDIT_REGISTER, SEE
from geo_zhengzhi.services.register import views as register_views
from geo_zhengzhi.services.register.boundaries import restore_boundary
from geo_zhengzhi.services.register.restoring import entry_version, restore_entry
from geo_zhengzhi.services.register.words import Boundary, EntryVersion
from web import site
from web.api.common import Pages, one_page, page_of
from web.api.etags import etag, said_version
from web.api.operations import GEOJSON, ROW, Resource
from web.api.parts import PART
from web.api.target_schemas import MadeTarget, Part, Reason, TargetVersion, told_made, told_part, told_target
from web.api.targets import TARGET, with_etag
from web.doors import actor

versions = Resource("versions", "Every state that a target and its boundaries ever had.")

VERSION = f"versions/<{ROW}:version>"


@versions.operation("GET", f"{TARGET}/versions", SEE, page_of(TargetVersion, "TargetVersions"), query=Pages)
def of_target(target_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """List the versions of an entry, the first first."""
    found = register_views.history(site.database(), target_id).versions
    return one_page([_told(version) for version in found], query, lambda version: version["version"], int)


@versions.operation("GET", f"{TARGET}/{VERSION}", SEE, TargetVersion)
def one_of_target(target_id: str, version: int) -> dict[str, Any]:
    """Give one version of an entry."""
    return _told(entry_version(site.database(), target_id, version))


@versions.operation(
    "POST", f"{TARGET}/{VERSION}/restore", EDIT_REGISTER, MadeTarget, takes=Reason, is_versioned=True, refuses=(409,)
)
def restore_target(target_id: str, version: int, body: dict[str, Any]) -> Any:
    """Say of a target again what this version said, as a new version; its stage stays."""
    restore_entry(site.database(), target_id, version, version=said_version(), actor=actor(), reason=body["reason"])
    return with_etag(target_id)


@versions.operation("GET", f"{PART}/versions", SEE, page_of(Part, "PartVersions"), query=Pages)
def of_part(target_id: str, part_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """List the versions of a boundary, the first first."""
    found = [told_part(was) for was in _history(target_id, part_id)]
    return one_page(found, query, lambda feature: feature["properties"]["version"], int)


@versions.operation("GET", f"{PART}/{VERSION}", SEE, Part, content_type=GEOJSON)
def one_of_part(target_id: str, part_id: str, version: int) -> dict[str, Any]:
    """Give one version of a boundary."""
    known = {was.version: was for was in _history(target_id, part_id)}
    if version not in known:
        raise BoundaryVersionUnknown(part=part_id, given=version, allowed=", ".join(map(str, known)))
    return told_part(known[version])


@versions.operation(
    "POST", f"{PART}/{VERSION}/restore", EDIT_REGISTER, Part, takes=Reason, content_type=GEOJSON, is_versioned=True,
    refuses=(409,),
)  # fmt: skip
def restore_part(target_id: str, part_id: str, version: int, body: dict[str, Any]) -> Any:
    """Draw a boundary again as this version was, as a new version; a part that was deleted comes back too."""
    _history(target_id, part_id)
    made = restore_boundary(
        site.database(), target_id, part_id, version, version=said_version(), actor=actor(), reason=body["reason"]
    )
    return told_part(made), etag(made.version)


def _told(version: EntryVersion) -> dict[str, Any]:
    """A version of an entry for `TargetVersion`."""
    return {"version": version.entry.version, "target": told_target(version.entry)} | told_made(version.made)


def _history(target_id: str, part_id: str) -> list[Boundary]:
    """
    Every state that a part of this target ever had.

    Raises
    ------
    EntryUnknown, PartUnknown
        If there is no such target, or it never had such a part.
    """
    found = register_views.history(site.database(), target_id).boundaries
    of_part = [was for was in found if was.part_id == part_id]
    if not of_part:
        known = ", ".join(dict.fromkeys(was.part_id for was in found))
        raise PartUnknown(given="…", target=target_id, allowed=known or "–")
    return of_part
