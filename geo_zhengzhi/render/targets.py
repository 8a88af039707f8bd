"""Targets: areas with a badge, corridors also with their true width and distance ticks."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_zhengzhi import schema
from geo_zhengzhi.crs import geodesic_area_km2, geodesic_length_km
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, AnalysisResult
from geo_zhengzhi.render.corridor_marks import corridor_marks
from geo_zhengzhi.render.placing import METRES_A_DEGREE, packed, point, shape, top
from geo_zhengzhi.render.popups import Popup, density, extent, happened, incidents, popup
from geo_zhengzhi.render.profiles import Profile, part_profiles
from geo_zhengzhi.render.scene import Scene

KIND_WORDS = {
    "residential_area": "residential area",
    "square": "square",
    "village": "village",
    "railway_corridor": "railway corridor",
    "commercial_area": "commercial area",
    "school": "school",
    "enterprise": "enterprise",
    "unit": "institution",
    "trade": "trade",
    "district": "district",
}
PAGE_TOLERANCE_DEG = 1.0 / METRES_A_DEGREE
LEVEL_WORDS = {"city": "city level", "county": "county level", "township": "township level"}


def target_features(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    """The targets' features by kind, in the order of `model.KINDS`."""
    targets, counts = scene.result.targets, part_counts(scene.result)
    hotspots = Counter(scene.result.hotspots[schema.PART_ID])
    features: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KIND_WORDS}
    profiles = part_profiles(scene.result)
    for position, row in enumerate(targets.to_dict("records")):
        n_hotspots = hotspots[row[schema.PART_ID]]
        feature = _feature(scene, row, counts.get(position, 0), n_hotspots, profiles[position])
        features[row[schema.KIND]].append(feature)
    return {kind: found for kind, found in features.items() if found}


def part_counts(result: AnalysisResult) -> dict[int, int]:
    """Incidents inside each part, by its position in the targets frame."""
    inside = result.assignments[result.assignments[schema.INSIDE]]
    parts, counts = np.unique(inside[schema.PART].to_numpy(), return_counts=True)
    return {int(part): int(n) for part, n in zip(parts, counts, strict=True) if part >= 0}


def is_line(geometry: BaseGeometry) -> bool:
    """Whether a target is a corridor."""
    return geometry.geom_type in ("LineString", "MultiLineString")


def half_width_m(row: Mapping[str, Any]) -> float:
    """A corridor's half-width in metres; the default where none is given."""
    given = row[schema.CORRIDOR_HALF_WIDTH_M]
    return float(given) if given == given and given is not None else DEFAULT_CORRIDOR_HALF_WIDTH_M


def _feature(scene: Scene, row: Mapping[str, Any], n: int, n_hotspots: int, profile: Profile) -> dict[str, Any]:
    """What the page draws of one part."""
    geometry, gcj02 = row[schema.GEOMETRY], scene.is_gcj02
    change = scene.target_changes.get(row[schema.PART_ID])
    feature: dict[str, Any] = {
        "id": row[schema.PART_ID],
        "name": scene.name_of(row[schema.NAME], row[schema.NAME_EN]),
        "kind": row[schema.KIND],
        "level": row[schema.LEVEL] if row[schema.LEVEL] in LEVEL_WORDS else "township",
        "worse": change is not None and change.verdict == "worse",
        "at": point(geometry, gcj02=gcj02),
        "weight": n,
        "popup": _popup(scene, row, n, n_hotspots, profile),
        "shape": _shape(scene, geometry),
    }
    if is_line(geometry):
        return feature | corridor_marks(geometry, half_width_m(row), scene)
    return feature | {"top": top(geometry, gcj02=gcj02)}


def _shape(scene: Scene, geometry: BaseGeometry) -> dict[str, Any]:
    """An outline to draw: as it is in a file, thinned by less than two metres on a page."""
    if scene.heat is None:
        return shape(geometry, gcj02=scene.is_gcj02)
    return packed(geometry.simplify(PAGE_TOLERANCE_DEG), gcj02=scene.is_gcj02)


def _popup(scene: Scene, row: Mapping[str, Any], n: int, n_hotspots: int, profile: Profile) -> Popup:
    """The popup of one part."""
    _ = scene.translate
    if scene.is_crowded:  # a page's panel has the rest
        title = scene.name_of(row[schema.NAME], row[schema.NAME_EN])
        words = {"title": title, "subtitle": _(KIND_WORDS[row[schema.KIND]]), "amounts": [incidents(scene, n)]}
        return words | {"change": None, "rows": [], "notes": []}
    measured = dict(row) | _measures(row, n)
    return popup(
        scene,
        scene.name_of(row[schema.NAME], row[schema.NAME_EN]),
        subtitle=(_(KIND_WORDS[row[schema.KIND]]), _(LEVEL_WORDS.get(row[schema.LEVEL], ""))),
        amounts=(incidents(scene, n), density(scene, measured), extent(measured)),
        change=scene.target_changes.get(row[schema.PART_ID]),
        rows=(
            (_("Lead unit"), str(row[schema.LEAD_UNIT] or "")),
            *happened(scene, *profile),
            (_("Hotspots"), str(n_hotspots)),
        ),
        notes=(_("Illustrative boundary, not surveyed") if row[schema.ILLUSTRATIVE] else "",),
    )


def _measures(row: Mapping[str, Any], n: int) -> dict[str, float]:
    """Length and rate of a line, area and density of an area."""
    size = _size(row[schema.GEOMETRY].wkb)
    if is_line(row[schema.GEOMETRY]):
        return {schema.LENGTH_KM: size, schema.INCIDENTS_PER_KM: n / size}
    return {schema.AREA_KM2: size, schema.INCIDENTS_PER_KM2: n / size}


@lru_cache(maxsize=4096)  # boundaries stay while questions change
def _size(wkb: bytes) -> float:
    """Length of a line (km), area of anything else (km²)."""
    geometry = shapely.from_wkb(wkb)
    return float((geodesic_length_km if is_line(geometry) else geodesic_area_km2)([geometry])[0])
