"""
Where degrees become metres, in one local transverse Mercator per county, and geodesic measures of what is shown.

This is also the door to the datums: `datums` turns what was declared into WGS-84, `gcj02` holds the two obfuscations.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.enums import TransformDirection

from geo_zhengzhi.datums import crs_to_wgs84, parse_datum, to_wgs84
from geo_zhengzhi.errors import InvalidParameter, StudyAreaTooWide
from geo_zhengzhi.gcj02 import (
    CHINA_BOUNDS,
    Floats,
    bd09_to_gcj02,
    bd09_to_wgs84,
    compile_kernels,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geo_zhengzhi.kernels import THREADS_PAY_FROM, even_blocks, run_in_threads

__all__ = [
    "CHINA_BOUNDS",
    "MAX_SCALE_ERROR",
    "Floats",
    "MetricFrame",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "compile_kernels",
    "crs_to_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "geodesic_area_km2",
    "geodesic_length_km",
    "in_china",
    "parse_datum",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

MAX_SCALE_ERROR = 2e-4
EARTH_RADIUS_M = 6_371_008.8
FAR_RAD = 0.1
GEODESIC = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class MetricFrame:
    """
    A county's frame in metres: transverse Mercator about a centre, scale 1, easting and northing from the centre.

    Parameters
    ----------
    center_longitude, center_latitude : float
        Degrees, EPSG:4326.
    """

    center_longitude: float
    center_latitude: float

    @classmethod
    def for_bounds(cls, bounds: Sequence[float], center: tuple[float, float] | None = None) -> "MetricFrame":
        """
        The frame of a study area.

        Parameters
        ----------
        bounds : (west, south, east, north)
            Of the study area, degrees.
        center : (longitude, latitude), optional
            As set by the installation; otherwise the study area's centre. Either is rounded to 0.1°, so that the frame
            does not move with every vertex.

        Raises
        ------
        StudyAreaTooWide
            Where the scale error would pass 2e-4 (about 127 km east or west of the centre).
        InvalidParameter
            If the bounds or the centre are not longitudes and latitudes, or the bounds cross the antimeridian.
        """
        west, south, east, north = (float(b) for b in bounds)
        if not (-180 <= west <= east <= 180 and -89 <= south <= north <= 89):
            raise InvalidParameter(
                name="bounds",
                given=(west, south, east, north),
                allowed="-180 <= west <= east <= 180 (not across the antimeridian), -89 <= south <= north <= 89",
            )
        longitude, latitude = ((west + east) / 2, (south + north) / 2) if center is None else center
        if not (-180 <= longitude <= 180 and -89 <= latitude <= 89):
            raise InvalidParameter(name="center", given=center, allowed="longitude in ±180, latitude in ±89")
        frame = cls(round(float(longitude), 1), round(float(latitude), 1))
        frame._refuse_if_too_wide(west, south, east, north)
        return frame

    def _refuse_if_too_wide(self, west: float, south: float, east: float, north: float) -> None:
        """A transverse Mercator's scale error is largest at the far side's point nearest to the equator."""
        nearest_equator = 0.0 if south <= 0 <= north else min(south, north, key=abs)
        far_side = max(west, east, key=lambda longitude: abs(longitude - self.center_longitude))
        reach_rad = np.radians(abs(far_side - self.center_longitude)) * np.cos(np.radians(nearest_equator))
        scale_error = reach_rad**2 / 2
        if reach_rad < FAR_RAD:  # further out the series is rough, and the answer plain
            scale_error = self._projection.get_factors(far_side, nearest_equator).meridional_scale - 1
        if scale_error > MAX_SCALE_ERROR:
            raise StudyAreaTooWide(
                reach_km=reach_rad * EARTH_RADIUS_M / 1000, scale_error=scale_error, allowed=MAX_SCALE_ERROR
            )

    @cached_property
    def crs(self) -> pyproj.CRS:
        """The frame as a CRS."""
        return pyproj.CRS.from_proj4(
            f"+proj=tmerc +lat_0={self.center_latitude} +lon_0={self.center_longitude} +k=1 +x_0=0 +y_0=0 "
            "+ellps=WGS84 +units=m +no_defs"
        )

    @cached_property
    def _projection(self) -> pyproj.Proj:
        return pyproj.Proj(self.crs)

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        return _transformer_to(self.crs.srs)

    def to_metres(self, longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Degrees (EPSG:4326, arrays of one shape) to easting and northing in metres."""
        return self._transformed(longitude, latitude, TransformDirection.FORWARD)

    def to_degrees(self, easting_m: npt.ArrayLike, northing_m: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing in metres to longitude and latitude."""
        return self._transformed(easting_m, northing_m, TransformDirection.INVERSE)

    def _transformed(self, x: npt.ArrayLike, y: npt.ArrayLike, direction: TransformDirection) -> tuple[Floats, Floats]:
        """Every point for itself; many are shared by two threads, since PROJ works outside the interpreter's lock."""
        moved_x, moved_y = (np.array(values, float, order="C") for values in (x, y))
        flat_x, flat_y = moved_x.reshape(-1), moved_y.reshape(-1)
        n_threads = 1 if flat_x.size < THREADS_PAY_FROM else 2

        def move(first: int, end: int) -> None:
            self._transformer.transform(flat_x[first:end], flat_y[first:end], direction=direction, inplace=True)

        run_in_threads(move, even_blocks(flat_x.size, n_threads), n_threads)
        return moved_x, moved_y

    def project(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A copy of an EPSG:4326 frame in metres."""
        return frame.set_geometry(self._move(frame.geometry.array, self.to_metres), crs=self.crs)

    def unproject(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A copy of a frame in metres in EPSG:4326."""
        return frame.set_geometry(self._move(frame.geometry.array, self.to_degrees), crs="EPSG:4326")

    @staticmethod
    def _move(
        geometries: object, convert: "Callable[[Floats, Floats], tuple[Floats, Floats]]"
    ) -> npt.NDArray[np.object_]:
        def move(xy: Floats) -> Floats:
            return np.column_stack(convert(xy[:, 0], xy[:, 1]))

        return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), move))


@lru_cache(maxsize=32)
def _transformer_to(crs: str) -> pyproj.Transformer:
    """From EPSG:4326; an analysis makes the same frame several times, and PROJ takes its time."""
    return pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def geodesic_area_km2(geometries: object) -> Floats:
    """Areas on the WGS-84 ellipsoid of EPSG:4326 geometries (iterable of n), km²; holes are taken off."""
    shapes = np.asarray(geometries, object)
    polygons, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    xy, of_ring = shapely.get_coordinates(rings, return_index=True)
    # Ring by ring on plain arrays: pyproj's own way through a geometry copies every vertex by itself.
    corners = np.split(xy, np.flatnonzero(np.diff(of_ring)) + 1) if len(rings) else []
    areas = np.array([abs(GEODESIC.polygon_area_perimeter(ring[:, 0], ring[:, 1])[0]) for ring in corners], float)
    is_hole = np.append(False, np.diff(of_polygon) == 0)[: len(rings)]
    signed = np.where(is_hole, -areas, areas)
    return np.bincount(of_shape[of_polygon], signed, minlength=len(shapes)) / 1e6


def geodesic_length_km(geometries: object) -> Floats:
    """Lengths on the WGS-84 ellipsoid of EPSG:4326 lines (iterable of n), km."""
    return np.array([GEODESIC.geometry_length(g) for g in np.asarray(geometries, object)], float) / 1e3
