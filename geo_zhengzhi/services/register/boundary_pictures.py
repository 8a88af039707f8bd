"""Small pictures of boundaries: the outline as it stands, an earlier one over it, and how large it is on the ground."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo_zhengzhi.crs import EARTH_RADIUS_M, Floats, geodesic_area_km2, geodesic_length_km
from geo_zhengzhi.store.boundaries import Boundary

MARGIN_PX = 6.0
DETAIL_PX = 0.3  # what is finer is not seen
SMALLEST_M = 1.0  # across, so that the scale stays a number
BARS_M = tuple(figure * 10.0**power for power in range(7) for figure in (1, 2, 5))


@dataclass(frozen=True)
class Outline:
    """
    A boundary in pixels.

    Parameters
    ----------
    path : str
        For `d` of an SVG path: figures and the letters M, L and Z.
    band_px : float or None
        The true width of a corridor; None of an area.
    """

    path: str
    band_px: float | None = None


@dataclass(frozen=True)
class Picture:
    """Outlines in one frame of `width` × `height` pixels, and a bar of a round number of metres."""

    width: int
    height: int
    present: Outline | None
    other: Outline | None
    bar_px: float
    bar_m: float


@dataclass(frozen=True)
class Extent:
    """How large a boundary is: km² of an area, km of a line; both None where nothing is there."""

    area_km2: float | None = None
    length_km: float | None = None


def extent_of(part: Boundary) -> Extent:
    """The geodesic area or length of a boundary."""
    if not _is_drawn(part):
        return Extent()
    if _is_line(part):
        return Extent(length_km=float(geodesic_length_km([part.geometry])[0]))
    return Extent(area_km2=float(geodesic_area_km2([part.geometry])[0]))


@dataclass(frozen=True)
class PiecesPicture:
    """Pieces of ground by name in one frame of `width` × `height` pixels, and a bar of a round number of metres."""

    width: int
    height: int
    pieces: Mapping[str, Outline]
    bar_px: float
    bar_m: float


def pieces_picture(shapes: Mapping[str, shapely.Geometry], *, width: int, height: int) -> PiecesPicture | None:
    """
    Draw pieces of ground in one frame; what is empty is left out.

    Parameters
    ----------
    shapes : name to polygons, EPSG:4326
    width, height : int
        Of the picture, px; north is up, both axes have the same scale.

    Returns
    -------
    PiecesPicture, or None where there is nothing to draw.
    """
    there = {name: shape for name, shape in shapes.items() if not shape.is_empty}
    if not there:
        return None
    frame = _Frame.around(list(there.values()), 0.0, width, height)
    bar_m = frame.bar_m()
    outlines = {name: frame.area(piece) for name, piece in there.items()}
    return PiecesPicture(width, height, outlines, round(bar_m * frame.px_per_m, 1), bar_m)


def picture_of(present: Boundary | None, other: Boundary | None = None, *, width: int, height: int) -> Picture | None:
    """
    Draw a boundary, and another state of it in the same frame.

    Parameters
    ----------
    present, other : Boundary or None
        Without a geometry they are not drawn.
    width, height : int
        Of the picture, px; north is up, both axes have the same scale.

    Returns
    -------
    Picture, or None where there is nothing to draw.
    """
    drawn = [part for part in (present, other) if part is not None and _is_drawn(part)]
    if not drawn:
        return None
    wide_m = 2 * max(part.corridor_half_width_m or 0.0 for part in drawn)
    frame = _Frame.around([part.geometry for part in drawn], wide_m, width, height)
    one, two = (frame.outline(part) if part is not None and _is_drawn(part) else None for part in (present, other))
    bar_m = frame.bar_m()
    return Picture(width, height, one, two, round(bar_m * frame.px_per_m, 1), bar_m)


@dataclass(frozen=True)
class _Frame:
    """From degrees to pixels: a picture of some hundred metres, so that metres along the middle latitude do."""

    longitude: float
    latitude: float
    px_per_m: float
    width: int
    height: int

    @classmethod
    def around(cls, drawn: Sequence[shapely.Geometry], wide_m: float, width: int, height: int) -> "_Frame":
        """The frame in which everything, corridors with their width, has room."""
        bounds = np.array([shapely.bounds(shape) for shape in drawn])
        (west, south), (east, north) = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        latitude = float(south + north) / 2
        m_per_degree = math.radians(EARTH_RADIUS_M)
        across_m = (east - west) * m_per_degree * _shrink(latitude) + wide_m
        along_m = (north - south) * m_per_degree + wide_m
        scales = (
            (width - 2 * MARGIN_PX) / max(float(across_m), SMALLEST_M),
            (height - 2 * MARGIN_PX) / max(float(along_m), SMALLEST_M),
        )
        return cls(float(west + east) / 2, latitude, min(scales), width, height)

    def bar_m(self) -> float:
        """A round number of metres that takes at most a third of the width."""
        return max((bar for bar in BARS_M if bar * self.px_per_m <= self.width / 3), default=BARS_M[0])

    def outline(self, part: Boundary) -> Outline:
        """A boundary in this frame."""
        if not _is_line(part):
            return self.area(part.geometry)
        path = "".join(_path(shapely.get_coordinates(line), "") for line in self._parts(part.geometry))
        return Outline(path, round(2 * (part.corridor_half_width_m or 0.0) * self.px_per_m, 1))

    def area(self, shape: shapely.Geometry) -> Outline:
        """Polygons in this frame."""
        rings = shapely.get_rings(self._parts(shape))
        return Outline("".join(_path(shapely.get_coordinates(ring)[:-1], "Z") for ring in rings))

    def _parts(self, shape: shapely.Geometry) -> np.ndarray:
        """A shape's parts in pixels, without what is finer than one sees."""
        placed = shapely.transform(shapely.force_2d(shape), self._place)
        parts: np.ndarray = shapely.get_parts(shapely.simplify(placed, DETAIL_PX))
        return parts

    def _place(self, degrees: Floats) -> Floats:
        px_per_degree = math.radians(EARTH_RADIUS_M) * self.px_per_m
        x = self.width / 2 + (degrees[:, 0] - self.longitude) * px_per_degree * _shrink(self.latitude)
        y = self.height / 2 - (degrees[:, 1] - self.latitude) * px_per_degree
        return np.column_stack((x, y))


def _shrink(latitude: float) -> float:
    """How much shorter a degree of longitude is than one of latitude."""
    return math.cos(math.radians(latitude))


def _is_drawn(part: Boundary) -> bool:
    """Whether there is anything to see; a desktop program may have saved an empty boundary."""
    return part.geometry is not None and not part.geometry.is_empty


def _is_line(part: Boundary) -> bool:
    return part.geometry is not None and part.geometry.geom_type in ("LineString", "MultiLineString")


def _path(points: Floats, end: str) -> str:
    """Vertices as an SVG path, to a tenth of a pixel."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + end
