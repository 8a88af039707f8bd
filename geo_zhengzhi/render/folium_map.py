"""One Folium map of a scene: heat, targets, hotspots, zones, corridors and what lies around them."""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import shapely

from geo_zhengzhi.model import HEAT_CLASSES, Period
from geo_zhengzhi.render.background import TILE_ADDRESS, Background
from geo_zhengzhi.render.elements import CountyMap, Finish, KeptTiles, LayerElement, Look, Tiles
from geo_zhengzhi.render.layers import Layer, scene_layers
from geo_zhengzhi.render.placing import place
from geo_zhengzhi.render.safe_text import safe_text
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.render.symbols import glyphs_of
from geo_zhengzhi.render.targets import LEVEL_WORDS
from geo_zhengzhi.words import Translate

MAX_ZOOM = 18


def draw_map(scene: Scene, layers: list[Layer] | None = None, look: type[Look] = Look) -> CountyMap:
    """
    Draw a scene.

    The map is a `folium.Map` without any background of Folium's, and takes further Folium elements; whether their
    assets are known is checked when the page is made. The same scene gives the same page, byte for byte.

    Parameters
    ----------
    scene : Scene
        Geometries EPSG:4326; drawn in GCJ-02 when its background is.
    layers : list of Layer, optional
        What is drawn in place of the scene's own layers.
    look : type, optional
        Brings further scripts than the map's own.

    Returns
    -------
    CountyMap
    """
    layers = scene_layers(scene) if layers is None else layers
    bounds = _bounds(scene)
    center = ((bounds[0][0] + bounds[1][0]) / 2, (bounds[0][1] + bounds[1][1]) / 2)
    county_map = CountyMap(scene, center, scene.background.map_zoom if scene.background else MAX_ZOOM)
    county_map.add_child(look(_settings(scene, layers, bounds)))
    if scene.background is not None:
        county_map.add_child(_tiles(scene.background))
    for layer in layers:
        county_map.add_child(LayerElement(layer))
    county_map.add_child(Finish())
    return county_map


def _tiles(background: Background) -> Tiles:
    """The background's tiles, from the application or out of the file itself."""
    options = {
        "maxZoom": background.map_zoom,
        "maxNativeZoom": background.max_zoom,
        "attribution": safe_text(background.attribution),
    }
    if background.pictures:
        first = min(int(key.partition("/")[0]) for key in background.pictures)
        return KeptTiles({**options, "minZoom": first, "pictures": dict(background.pictures)})
    return Tiles({**options, "address": TILE_ADDRESS})


def _bounds(scene: Scene) -> list[list[float]]:
    """South-west and north-east corner, latitude first, of what the picture is about."""
    result, context = scene.result, scene.context
    frames = (context.outline, result.targets, result.hotspots, result.zones, result.candidates)
    geometries = [g for frame in frames for g in _geometries(frame)]
    box = (
        shapely.box(*shapely.total_bounds(geometries)) if geometries else shapely.Point(result.frame_center).buffer(0.1)
    )
    west, south, east, north = place(box, gcj02=scene.is_gcj02).bounds
    return [[south, west], [north, east]]


def _geometries(frame: gpd.GeoDataFrame | None) -> Iterable[Any]:
    """The geometries of a frame that hold something."""
    return [] if frame is None else [g for g in frame.geometry if g is not None and not g.is_empty]


def _settings(scene: Scene, layers: list[Layer], bounds: list[list[float]]) -> dict[str, Any]:
    """What the page needs beside the layers."""
    _, targets = scene.translate, [f for layer in layers if layer.type == "targets" for f in layer.features]
    return {
        "bounds": bounds,
        "title": scene.title,
        "notes": _notes(scene),
        "attributions": [safe_text(text) for text in scene.context.attributions],
        "glyphs": glyphs_of(f["kind"] for f in targets),
        "levels": [[level, _(word)] for level, word in LEVEL_WORDS.items() if level in {f["level"] for f in targets}],
        "legend": _legend(scene),
        "words": {
            "legend": _("Legend and layers"),
            "around": _("Base layers"),
            "level": _("Level"),
            "north": _("N"),
            "zoomIn": _("Zoom in"),
            "zoomOut": _("Zoom out"),
            "map": _("Map of hotspots and targets"),
            "enlarged": _("Enlarged"),
        },
    }


def _legend(scene: Scene) -> dict[str, Any]:
    """The heading of the heat scale and the numbers at its class edges."""
    _ = scene.translate
    bandwidth = scene.result.surface.bandwidth_m
    return {
        "title": density_title(scene.period, _),
        "bounds": [f"{bound:g}" for bound in HEAT_CLASSES],
        "caption": _("Averaged within {metres} m; nothing is drawn below 1").format(metres=f"{bandwidth:g}"),
        "period": scene.days_of(scene.period) if scene.period else "",
    }


def density_title(period: Period | None, translate: Translate) -> str:
    """The heading of the heat scale: what is counted, over how many days."""
    days = translate("{n} days").format(n=period.n_days) if period else translate("all days")
    heading = translate("Density ({unit}, {period}, fixed scale)")
    return heading.format(unit=translate("incidents per km²"), period=days)


def _notes(scene: Scene) -> list[str]:
    """What the reader must know about the picture, in its language."""
    _ = scene.translate
    notes = [note for note in (scene.hours_note, *map(_, scene.context.notes)) if note]
    return [*notes, _("Drawn in GCJ-02 to match the background")] if scene.is_gcj02 else notes
