"""From EPSG:4326 geometries to what the page draws: shifted if the background is, rounded, as GeoJSON."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo_zhengzhi.crs import wgs84_to_gcj02

DECIMALS = 6  # 0.1 m
METRES_A_DEGREE = 111_195.0  # of latitude
PACKED_DECIMALS = 5  # 1 m
MOST_VERTICES, MAX_THINNINGS = 200, 6


def place(geometry: BaseGeometry, *, gcj02: bool, decimals: int = DECIMALS) -> BaseGeometry:
    """
    A geometry as the picture needs it.

    Parameters
    ----------
    geometry : shapely geometry, EPSG:4326
    gcj02 : bool
        Shift to GCJ-02, for a background in that datum.
    decimals : int
        Decimals of a degree to keep.
    """

    def move(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        if gcj02:
            coordinates = np.column_stack(wgs84_to_gcj02(coordinates[:, 0], coordinates[:, 1]))
        return np.round(coordinates, decimals)

    placed: BaseGeometry = shapely.transform(shapely.force_2d(geometry), move)
    return placed


def shape(geometry: BaseGeometry, *, gcj02: bool, decimals: int = DECIMALS) -> dict[str, Any]:
    """The placed geometry as a GeoJSON geometry; see `place`."""
    mapping: dict[str, Any] = shapely.geometry.mapping(place(geometry, gcj02=gcj02, decimals=decimals))
    return mapping


def packed(geometry: BaseGeometry, *, gcj02: bool) -> dict[str, Any]:
    """
    The placed geometry in half of GeoJSON's characters, for a page, which unpacks it before it draws.

    `packed` is nested as GeoJSON's `coordinates` are, but each line or ring is one list: the first vertex, then each
    one's step from the last, longitude before latitude, in units of 1e-5 degrees (1 m).
    """
    placed = place(geometry, gcj02=gcj02, decimals=PACKED_DECIMALS)
    mapping = shapely.geometry.mapping(placed)
    return {"type": mapping["type"], "packed": _steps(mapping["coordinates"])}


def _steps(coordinates: Any) -> list[Any]:
    """Nested coordinates as nested steps."""
    if len(coordinates) and not isinstance(coordinates[0][0], float):
        return [_steps(inner) for inner in coordinates]
    units = np.rint(np.asarray(coordinates, float).reshape(-1, 2) * 10**PACKED_DECIMALS).astype(np.int64)
    steps: list[Any] = np.diff(units, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist()
    return steps


def thinned(geometry: BaseGeometry) -> BaseGeometry:
    """
    A geometry (EPSG:4326) as a page shows it: thinned to a five-hundredth of its side, from 1 to 20 m.

    What then still has more than 200 vertices, having dissolved out of thousands of discs, is thinned on, twice as
    much each time; holes that are smaller than what is thinned away go too.
    """
    side_deg = float(np.sqrt(shapely.area(shapely.envelope(geometry))))
    tolerance_deg = min(max(side_deg / 500, 1.0 / METRES_A_DEGREE), 20.0 / METRES_A_DEGREE)
    thin: BaseGeometry = shapely.simplify(geometry, tolerance_deg)
    for _ in range(MAX_THINNINGS):
        if shapely.get_num_coordinates(thin) <= MOST_VERTICES:
            break
        tolerance_deg *= 2
        thin = shapely.simplify(_without_holes_below(thin, tolerance_deg**2), tolerance_deg)
    return thin


def _without_holes_below(geometry: BaseGeometry, least_area: float) -> BaseGeometry:
    """Polygons without their small holes; anything else as it is."""
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return geometry
    parts = shapely.get_parts(geometry)
    if not shapely.get_num_interior_rings(parts).any():
        return geometry
    kept = [_with_holes_from(part, least_area) for part in parts]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _with_holes_from(part: shapely.Polygon, least_area: float) -> shapely.Polygon:
    """A polygon with those of its holes that are no smaller than an area."""
    holes = shapely.get_rings(part)[1:]
    return shapely.polygons(part.exterior, holes=holes[shapely.area(shapely.polygons(holes)) >= least_area])


def point(geometry: BaseGeometry, *, gcj02: bool) -> list[float]:
    """Latitude and longitude, in Leaflet's order, of a point that lies on the placed geometry."""
    at = place(geometry.representative_point(), gcj02=gcj02)
    return [at.y, at.x]


def top(geometry: BaseGeometry, *, gcj02: bool) -> list[float]:
    """Latitude and longitude of the placed geometry's northernmost vertex."""
    coordinates = shapely.get_coordinates(place(geometry, gcj02=gcj02))
    x, y = coordinates[np.lexsort((coordinates[:, 0], -coordinates[:, 1]))[0]]
    return [float(y), float(x)]
