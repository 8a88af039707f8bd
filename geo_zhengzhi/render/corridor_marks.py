"""What a corridor shows beside its line: the band of its true width, distance ticks, and the station nearest by."""

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo_zhengzhi import schema
from geo_zhengzhi.corridor_stations import station_chainages, zero_m
from geo_zhengzhi.corridors import stretch
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.render.placing import place, point, shape
from geo_zhengzhi.render.scene import Scene

TICK_STEPS_M = (5000, 1000, 100)  # county, town, target

BEARING_SPAN_M = 20.0


def corridor_marks(line: BaseGeometry, half_width_m: float, scene: Scene) -> dict[str, Any]:
    """
    The band, its half-width and the ticks of one corridor.

    Parameters
    ----------
    line : LineString or MultiLineString, EPSG:4326
        Chainage counts along it from its first vertex.
    half_width_m : float
        Metres to either side of the line.

    Returns
    -------
    dict
        "band" (GeoJSON polygon), "half_width_m", "at" (latitude, longitude of the middle), and "ticks": by step in
        metres, for each piece of the line, a list of [latitude, longitude, bearing in degrees, metres from the piece's
        zero]. Zero is the first station within 500 m, otherwise the piece's start; before it metres are negative.
    """
    metric = to_metres(line, scene)
    pieces = [stretch(piece, 0.0, piece.length, half_width_m) for piece in shapely.get_parts(metric)]
    band = shapely.simplify(shapely.union_all(pieces), 1.0)
    middle = shapely.line_interpolate_point(shapely.get_parts(metric)[0], 0.5, normalized=True)
    return {
        "at": point(to_degrees(middle, scene), gcj02=scene.is_gcj02),
        "band": shape(to_degrees(band, scene), gcj02=scene.is_gcj02),
        "half_width_m": half_width_m,
        "ticks": {str(step): _ticks(metric, step, scene) for step in TICK_STEPS_M},
    }


def _ticks(metric: BaseGeometry, step_m: int, scene: Scene) -> list[list[list[float]]]:
    """Ticks at every step, along each piece of a line in metres."""
    stations = [station for _, station in _stations(scene)]
    return [_ticks_along(piece, zero_m(piece, stations), step_m, scene) for piece in shapely.get_parts(metric)]


def _ticks_along(piece: BaseGeometry, zero: float, step_m: int, scene: Scene) -> list[list[float]]:
    """Latitude, longitude, the line's bearing and metres from the zero at every step, but not at the zero."""
    from_zero = step_m * np.arange(-(zero // step_m), (piece.length - zero) // step_m + 1)
    from_zero = from_zero[(from_zero != 0) & (from_zero + zero > 0) & (from_zero + zero < piece.length)]
    if from_zero.size == 0:
        return []
    before, at, beyond = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(piece, np.clip(zero + from_zero + ahead, 0, piece.length))
        )
        for ahead in (-BEARING_SPAN_M / 2, 0, BEARING_SPAN_M / 2)
    )
    bearing = np.round(np.degrees(np.arctan2(*(beyond - before).T)))
    placed = place(to_degrees(shapely.MultiPoint(at), scene), gcj02=scene.is_gcj02, decimals=5)
    longitude, latitude = shapely.get_coordinates(placed).T
    ticks: list[list[float]] = np.column_stack([latitude, longitude, bearing, from_zero]).tolist()
    return ticks


def zero_of(line: BaseGeometry, scene: Scene) -> float:
    """Chainage from which a corridor's ticks count: its first station within 500 m, otherwise its start."""
    if line.geom_type != "LineString":
        return 0.0
    return zero_m(to_metres(line, scene), [station for _, station in _stations(scene)])


def nearest_station(line: BaseGeometry, from_m: float, to_m: float, scene: Scene) -> tuple[str, float]:
    """
    The line's own station that lies nearest to a stretch of it.

    Returns
    -------
    (name, chainage_m)
        Name in the scene's language; "" and the line's zero where no named station lies within 500 m of the line.
    """
    named = [(name, station) for name, station in _stations(scene) if name]
    if line.geom_type != "LineString" or not named:
        return "", zero_of(line, scene)
    chainage = station_chainages(to_metres(line, scene), [station for _, station in named])
    if np.isnan(chainage).all():
        return "", zero_of(line, scene)
    nearest = int(np.nanargmin(np.abs(chainage - (from_m + to_m) / 2)))
    return named[nearest][0], float(chainage[nearest])


def _stations(scene: Scene) -> list[tuple[str, BaseGeometry]]:
    """Every station's name in the scene's language, and its point in metres."""
    if scene.context.stations is None:
        return []
    rows = scene.context.stations.to_dict("records")
    return [
        (scene.name_of(row.get(schema.NAME), row.get(schema.NAME_EN)), to_metres(row[schema.GEOMETRY], scene))
        for row in rows
    ]


def to_metres(geometry: BaseGeometry, scene: Scene) -> BaseGeometry:
    """An EPSG:4326 geometry in the result's county frame."""
    frame = _frame(scene.result.frame_center)
    metric: BaseGeometry = shapely.transform(geometry, lambda xy: np.column_stack(frame.to_metres(*xy.T)))
    return metric


def to_degrees(geometry: BaseGeometry, scene: Scene) -> BaseGeometry:
    """A geometry in the result's county frame in EPSG:4326."""
    frame = _frame(scene.result.frame_center)
    degrees: BaseGeometry = shapely.transform(geometry, lambda xy: np.column_stack(frame.to_degrees(*xy.T)))
    return degrees


@lru_cache(maxsize=8)
def _frame(center: tuple[float, float]) -> MetricFrame:
    """One county's frame; making its transformation takes longer than using it."""
    return MetricFrame(*center)
