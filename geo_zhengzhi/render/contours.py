"""Heat as filled contours on the one fixed scale."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import contourpy
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import HEAT_CLASSES, Surface

# Outlines are thinned to a tenth of a cell: below what a reader of the picture could see, a third of the bytes.
THINNING = 0.1


def heat_areas(
    surface: Surface, frame_center: tuple[float, float], classes: Sequence[float] = HEAT_CLASSES
) -> list[tuple[float, BaseGeometry]]:
    """
    The ground on which the density is at least each class's lower bound.

    The areas are nested, each holding the next, and are meant to be painted one over the other: so no seams show
    between neighbouring classes. A value exactly on a bound counts as reached.

    Parameters
    ----------
    surface : Surface
        Incidents per km², at the cells' centres, in the county frame.
    frame_center : (longitude, latitude)
        Centre of the county frame, degrees.
    classes : sequence of float
        Lower bounds, incidents per km², rising.

    Returns
    -------
    list of (float, Polygon or MultiPolygon)
        Bound and area, EPSG:4326, for the classes that are reached somewhere.
    """
    if surface.incidents_per_km2.size == 0:
        return []
    frame = MetricFrame(*frame_center)
    generator = contourpy.contour_generator(*_framed(surface), fill_type=contourpy.FillType.OuterOffset)
    highest = float(surface.incidents_per_km2.max())
    found = []
    for bound in classes:
        if highest < bound:
            break
        area = _area(generator, bound, highest, surface.cell_m)
        if not area.is_empty:
            found.append((bound, shapely.transform(area, lambda xy: np.column_stack(frame.to_degrees(*xy.T)))))
    return found


def _framed(
    surface: Surface,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The cells' centres and values, with a belt of zeros around them so that every contour closes."""
    n_rows, n_columns = surface.incidents_per_km2.shape
    x = surface.west_m + surface.cell_m * (np.arange(-1, n_columns + 1) + 0.5)
    y = surface.south_m + surface.cell_m * (np.arange(-1, n_rows + 1) + 0.5)
    return x, y, np.pad(surface.incidents_per_km2, 1)


def _area(generator: contourpy.ContourGenerator, bound: float, highest: float, cell_m: float) -> BaseGeometry:
    """Where the surface is at least the bound, metres."""
    outers, offsets = cast(tuple[list[Any], list[Any]], generator.filled(np.nextafter(bound, 0), 2 * highest + 1)[:2])
    polygons = [
        shapely.Polygon(rings[0], rings[1:])
        for points, starts in zip(outers, offsets, strict=True)
        if (rings := [points[a:b] for a, b in pairwise(starts)])
    ]
    area = shapely.simplify(shapely.union_all(shapely.make_valid(np.array(polygons, dtype=object))), THINNING * cell_m)
    return _polygons_only(area)


def _polygons_only(geometry: BaseGeometry) -> BaseGeometry:
    """The geometry without the points and lines that a contour touching its bound leaves."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon" and part.area > 0]
    area: BaseGeometry = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return area
