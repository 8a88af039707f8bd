"""Sound geometries: made valid, and of the dimension that is wanted."""

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]


def make_sound(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.bool_]]:
    """
    Make geometries valid.

    Of a repaired polygon only its areas are kept, of a repaired line only its lines: a spike is no place.

    Parameters
    ----------
    geometries : array of n geometries or None

    Returns
    -------
    array of n geometries or None
        None where there was none, and where repair leaves nothing with an area (or, for lines, a length).
    bool array of n
        Which ones were repaired.
    """
    repaired = ~shapely.is_valid(geometries) & ~shapely.is_missing(geometries)
    sound = geometries.copy()
    for i in np.flatnonzero(repaired):
        sound[i] = of_dimension(shapely.make_valid(geometries[i]), _dimension(geometries[i]))
    return sound, repaired


def of_dimension(geometry: shapely.Geometry | None, dimension: int) -> shapely.Geometry | None:
    """
    The parts of a geometry that have a dimension: 0 points, 1 lines, 2 polygons.

    Returns
    -------
    geometry or None
        As it is if it has no other parts; otherwise a single or multi geometry; None without such parts.
    """
    if geometry is None or geometry.is_empty:
        return None
    if geometry.geom_type != "GeometryCollection":
        return geometry if _dimension(geometry) == dimension else None
    parts = [p for p in _flattened(geometry) if _dimension(p) == dimension and not p.is_empty]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def _flattened(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    """The single geometries in a collection, however deep."""
    if not hasattr(geometry, "geoms"):
        return [geometry]
    return [part for member in geometry.geoms for part in _flattened(member)]


def _dimension(geometry: shapely.Geometry) -> int:
    """0, 1 or 2; a collection has that of its highest member."""
    return int(shapely.get_dimensions(geometry))
