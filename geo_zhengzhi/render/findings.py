"""What was computed: heat, hotspots by rank, remediation zones and candidates."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import geopandas as gpd
from shapely.geometry.base import BaseGeometry

from geo_zhengzhi import schema
from geo_zhengzhi.render.contours import heat_areas
from geo_zhengzhi.render.corridor_marks import nearest_station
from geo_zhengzhi.render.placing import packed, point, shape, thinned
from geo_zhengzhi.render.popups import hotspot_popup, stretch_place, zone_popup
from geo_zhengzhi.render.profiles import zone_profiles
from geo_zhengzhi.render.scene import Scene

HEAT_DECIMALS = 5  # 1 m, a fiftieth of a cell


def heat_features(scene: Scene) -> list[dict[str, Any]]:
    """
    One feature for each class that is reached, lowest first; `class` counts from 1.

    For a page of the application one feature with the addresses of the pictures, also where there is no heat: another
    month may have some.
    """
    if scene.heat is not None:
        return [asdict(scene.heat)]
    areas = heat_areas(scene.result.surface, scene.result.frame_center)
    return [
        {"class": number, "bound": bound, "shape": shape(area, gcj02=scene.is_gcj02, decimals=HEAT_DECIMALS)}
        for number, (bound, area) in enumerate(areas, start=1)
    ]


def hotspot_features(scene: Scene) -> list[dict[str, Any]]:
    """The hotspots' features, by rank."""
    lines = dict(zip(scene.result.targets[schema.PART_ID], scene.result.targets.geometry, strict=True))
    ranked = scene.result.hotspots.sort_values(schema.RANK)
    return [
        {
            "id": row[schema.HOTSPOT_ID],
            "rank": int(row[schema.RANK]),
            "at": point(row[schema.GEOMETRY], gcj02=scene.is_gcj02),
            "popup": hotspot_popup(scene, row, _place_along(scene, row, lines)),
            "shape": _shape(scene, row[schema.GEOMETRY]),
        }
        for row in ranked.to_dict("records")
    ]


def _shape(scene: Scene, geometry: BaseGeometry) -> dict[str, Any]:
    """An outline to draw: as it is in a file, thinned on a page, where the application can be asked for the whole."""
    if scene.heat is None:
        return shape(geometry, gcj02=scene.is_gcj02)
    return packed(thinned(geometry), gcj02=scene.is_gcj02)


def _place_along(scene: Scene, row: Mapping[str, Any], lines: Mapping[str, Any]) -> str:
    """Where along its line a corridor's hotspot lies; "" for the others."""
    from_m, to_m = row[schema.FROM_M], row[schema.TO_M]
    if from_m != from_m or from_m is None or row[schema.PART_ID] not in lines:
        return ""
    station, station_m = nearest_station(lines[row[schema.PART_ID]], float(from_m), float(to_m), scene)
    return stretch_place(scene, row, station, station_m)


def zone_features(scene: Scene, zones: gpd.GeoDataFrame, *, candidate: bool) -> list[dict[str, Any]]:
    """The features of the remediation zones, or of the candidates."""
    hotspots = scene.result.hotspots
    ranks = dict(zip(hotspots[schema.HOTSPOT_ID], hotspots[schema.RANK].astype(int), strict=True))
    return [
        {
            "id": row[schema.ZONE_ID],
            "at": point(row[schema.GEOMETRY], gcj02=scene.is_gcj02),
            "popup": zone_popup(
                scene, row, [ranks[h] for h in row[schema.HOTSPOT_IDS] if h in ranks], profile, candidate=candidate
            ),
            "shape": _shape(scene, row[schema.GEOMETRY]),
        }
        for row, profile in zip(zones.to_dict("records"), zone_profiles(scene.result, zones), strict=True)
    ]
