"""What lies around: the county's outline, railways, stations, names of places."""

from typing import Any

import geopandas as gpd

from geo_zhengzhi import schema
from geo_zhengzhi.render.placing import point, shape
from geo_zhengzhi.render.scene import Scene


def shape_features(scene: Scene, frame: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Lines and areas without words."""
    if frame is None:
        return []
    return [{"shape": shape(geometry, gcj02=scene.is_gcj02)} for geometry in frame.geometry if not _empty(geometry)]


def named_points(scene: Scene, frame: gpd.GeoDataFrame | None) -> list[dict[str, Any]]:
    """Points with a name, in the frame's order, which is their order of importance."""
    if frame is None:
        return []
    return [
        {
            "name": scene.name_of(row.get(schema.NAME), row.get(schema.NAME_EN)),
            "at": point(row[schema.GEOMETRY], gcj02=scene.is_gcj02),
        }
        for row in frame.to_dict("records")
        if not _empty(row[schema.GEOMETRY])
    ]


def _empty(geometry: Any) -> bool:
    return geometry is None or bool(geometry.is_empty)
