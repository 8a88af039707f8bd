"""What lies around the rows when their datum is looked at: land, railways, stations and targets as SVG in metres."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Context
from geo_zhengzhi.render.safe_text import safe_text
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, NAME, NAME_EN

Floats = npt.NDArray[np.float64]

GRIDS = {"grid-1": 1000, "grid-10": 10_000}  # metres
REACH_M = 200_000  # as far as a county's frame goes


def geometries_of(frame: gpd.GeoDataFrame | None) -> npt.NDArray[np.object_]:
    """A layer's geometries; none where there is no layer."""
    return np.zeros(0, object) if frame is None else np.asarray(frame.geometry.array, object)


def in_metres(frame: MetricFrame, shapes: npt.NDArray[np.object_]) -> list[shapely.Geometry]:
    """Geometries in metres, without empty ones."""
    moved = shapely.transform(shapes, lambda xy: np.column_stack(frame.to_metres(xy[:, 0], xy[:, 1])))
    return [shape for shape in moved if shape is not None and not shape.is_empty]


def _path(shape: shapely.Geometry) -> str:
    """A geometry's lines or rings as path data."""
    polygonal = shape.geom_type in ("Polygon", "MultiPolygon")
    lines = shapely.get_rings(shape) if polygonal else shapely.get_parts(shape)
    return "".join(_line(shapely.get_coordinates(line), "Z" if polygonal else "") for line in lines)


def _line(xy: Floats, end: str) -> str:
    return "M" + "L".join(f"{x:.0f} {-y:.0f}" for x, y in xy) + end


def _paths(shapes: Iterable[shapely.Geometry], *classes: str) -> str:
    """The same geometries once for each class, one upon the other."""
    data = "".join(_path(shape) for shape in shapes)
    return "".join(f'<path class="{css}" d="{data}"/>' for css in classes) if data else ""


def draw_ground(frame: MetricFrame, context: Context) -> str:
    """Land, grid crosses at every kilometre and every ten, outline and railways."""
    grids = "".join(_grid(name, step_m) for name, step_m in GRIDS.items())
    outline = in_metres(frame, geometries_of(context.outline))
    rails = in_metres(frame, geometries_of(context.railways))
    return _paths(outline, "land") + grids + _paths(outline, "edge") + _paths(rails, "rail0", "rail1")


def draw_outline(frame: MetricFrame, context: Context) -> str:
    """Land, outline and railways for a small picture of the whole."""
    outline = in_metres(frame, geometries_of(context.outline))
    rails = in_metres(frame, geometries_of(context.railways))
    return _paths(outline, "land", "edge") + _paths(rails, "rail")


def _grid(name: str, step_m: int) -> str:
    """Crosses as a pattern, since a county has thousands of them; their arms are a thirtieth of a step."""
    half, arm = step_m // 2, step_m // 30
    corner = f'x="{-half}" y="{-half}" width="{step_m}" height="{step_m}"'
    cross = f'<path d="M{half - arm} {half}h{2 * arm}M{half} {half - arm}v{2 * arm}" stroke-width="{step_m / 160:g}"/>'
    everywhere = f'x="{-REACH_M}" y="{-REACH_M}" width="{2 * REACH_M}" height="{2 * REACH_M}"'
    return (
        f'<pattern id="{name}" class="grid" patternUnits="userSpaceOnUse" {corner}>{cross}</pattern>'
        f'<rect class="{name}" fill="url(#{name})" {everywhere}/>'
    )


def draw_targets(frame: MetricFrame, targets: gpd.GeoDataFrame) -> str:
    """The targets' outlines, corridors as bands of their true width."""
    drawn = []
    widths = targets[CORRIDOR_HALF_WIDTH_M].to_numpy(float)
    for shape, half_width_m in zip(geometries_of(targets), widths, strict=True):
        metric = in_metres(frame, np.array([shape], object))
        if half_width_m == half_width_m:  # a number: a corridor
            metric = [shapely.buffer(part, half_width_m, cap_style="flat").simplify(5.0) for part in metric]
            drawn.append(_paths(metric, "corridor"))
        else:
            drawn.append(_paths(metric, "casing", "target"))
    return "".join(drawn)


def draw_stations(frame: MetricFrame, context: Context, language: str) -> str:
    """Stations with their names."""
    stations = context.stations
    if stations is None:
        return ""
    drawn = []
    for name, name_en, point in zip(stations[NAME], stations[NAME_EN], stations[GEOMETRY], strict=True):
        x, y = frame.to_metres([point.x], [point.y])
        text = safe_text(name_en if language == "en" and name_en else name)
        drawn.append(
            f'<g transform="translate({x[0]:.0f} {-y[0]:.0f})"><g class="k"><path class="station" d="M-4-4H4V4H-4z"/>'
            f'<text x="8" y="-6">{text}</text></g></g>'
        )
    return "".join(drawn)
