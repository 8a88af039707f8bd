"""
Where degrees become metres, and where other datums become WGS-84. Nowhere else.

The metric frame is one local transverse Mercator per county. GCJ-02 is the published obfuscation of WGS-84 used by
Chinese map services; BD-09 a further offset of it. Both are inverted by fixed-point iteration.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.transformer import TransformerGroup

from geo_zhengzhi.errors import BallparkTransform, InvalidParameter, StudyAreaTooWide, UnknownDatum

Floats = npt.NDArray[np.float64]

MAX_SCALE_ERROR = 2e-4
EARTH_RADIUS_M = 6_371_008.8
GEODESIC = pyproj.Geod(ellps="WGS84")

# The ellipsoid that the obfuscation was built on (Krasovsky 1940), and BD-09's angular constant.
GCJ_SEMI_MAJOR_M = 6_378_245.0
GCJ_ECCENTRICITY_2 = 0.00669342162296594323
BD_ANGLE = np.pi * 3000.0 / 180.0
CHINA_BOUNDS = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north, as the published obfuscation has it


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
            As set by the installation; otherwise the study area's centre, rounded to 0.1°.

        Raises
        ------
        StudyAreaTooWide
            Where the scale error would pass 2e-4 (about 127 km east or west of the centre).
        InvalidParameter
            If the bounds or the centre are not longitudes and latitudes.
        """
        west, south, east, north = (float(b) for b in bounds)
        if not (-180 <= west <= east <= 180 and -89 <= south <= north <= 89):
            raise InvalidParameter(
                name="bounds", given=tuple(bounds), allowed="west <= east in ±180, south <= north in ±89"
            )
        if center is None:
            center = (round((west + east) / 2, 1), round((south + north) / 2, 1))
        frame = cls(*center)
        frame._refuse_if_too_wide(west, south, east, north)
        return frame

    def _refuse_if_too_wide(self, west: float, south: float, east: float, north: float) -> None:
        """A transverse Mercator's scale error grows with the square of the distance from the central meridian."""
        nearest_equator = 0.0 if south <= 0 <= north else min(abs(south), abs(north))
        reach_deg = max(abs(west - self.center_longitude), abs(east - self.center_longitude))
        reach_m = np.radians(reach_deg) * np.cos(np.radians(nearest_equator)) * EARTH_RADIUS_M
        scale_error = (reach_m / EARTH_RADIUS_M) ** 2 / 2
        if scale_error > MAX_SCALE_ERROR:
            raise StudyAreaTooWide(reach_km=reach_m / 1000, scale_error=scale_error, allowed=MAX_SCALE_ERROR)

    @cached_property
    def crs(self) -> pyproj.CRS:
        """The frame as a CRS."""
        return pyproj.CRS.from_proj4(
            f"+proj=tmerc +lat_0={self.center_latitude} +lon_0={self.center_longitude} +k=1 +x_0=0 +y_0=0 "
            "+ellps=WGS84 +units=m +no_defs"
        )

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs("EPSG:4326", self.crs, always_xy=True)

    def to_metres(self, longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Degrees (EPSG:4326, arrays of one shape) to easting and northing in metres."""
        easting, northing = self._transformer.transform(np.asarray(longitude, float), np.asarray(latitude, float))
        return np.asarray(easting, float), np.asarray(northing, float)

    def to_degrees(self, easting_m: npt.ArrayLike, northing_m: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing in metres to longitude and latitude."""
        longitude, latitude = self._transformer.transform(
            np.asarray(easting_m, float), np.asarray(northing_m, float), direction="INVERSE"
        )
        return np.asarray(longitude, float), np.asarray(latitude, float)

    def project(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A copy of an EPSG:4326 frame in metres."""
        return frame.set_geometry(self._move(frame.geometry.array, self.to_metres), crs=self.crs)

    def unproject(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """A copy of a frame in metres in EPSG:4326."""
        return frame.set_geometry(self._move(frame.geometry.array, self.to_degrees), crs="EPSG:4326")

    @staticmethod
    def _move(geometries: object, convert: object) -> npt.NDArray[np.object_]:
        def move(xy: Floats) -> Floats:
            return np.column_stack(convert(xy[:, 0], xy[:, 1]))  # type: ignore[operator]

        return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), move))


def geodesic_area_km2(geometries: object) -> Floats:
    """Areas on the WGS-84 ellipsoid of EPSG:4326 geometries (iterable of n), km²; holes are taken off."""
    areas = [
        abs(GEODESIC.geometry_area_perimeter(shapely.orient_polygons(g))[0]) for g in np.asarray(geometries, object)
    ]
    return np.array(areas, float) / 1e6


def geodesic_length_km(geometries: object) -> Floats:
    """Lengths on the WGS-84 ellipsoid of EPSG:4326 lines (iterable of n), km."""
    return np.array([GEODESIC.geometry_length(g) for g in np.asarray(geometries, object)], float) / 1e3


def in_china(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether the obfuscation applies: inside the box that its published form uses."""
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    west, south, east, north = CHINA_BOUNDS
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _gcj02_shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """What GCJ-02 adds to WGS-84, degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - GCJ_ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = GCJ_SEMI_MAJOR_M * (1.0 - GCJ_ECCENTRICITY_2) / (magic * np.sqrt(magic))
    parallel_m = GCJ_SEMI_MAJOR_M / np.sqrt(magic) * np.cos(phi)
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def wgs84_to_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to GCJ-02 degrees; the identity outside China."""
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    east, north = _gcj02_shift(lon, lat)
    inside = in_china(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """
    GCJ-02 degrees to WGS-84 degrees; the identity outside China.

    Fixed-point iteration w ← g − shift(w); the shift changes by less than 2 % over its own length, so five rounds reach
    nanometres.
    """
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    w_lon, w_lat = lon.copy(), lat.copy()
    for _ in range(5):
        east, north = _gcj02_shift(w_lon, w_lat)
        w_lon, w_lat = lon - east, lat - north
    inside = in_china(lon, lat)
    return np.where(inside, w_lon, lon), np.where(inside, w_lat, lat)


def gcj02_to_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to BD-09 degrees; the identity outside China."""
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_ANGLE)
    inside = in_china(lon, lat)
    return (
        np.where(inside, radius * np.cos(angle) + 0.0065, lon),
        np.where(inside, radius * np.sin(angle) + 0.006, lat),
    )


def bd09_to_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to GCJ-02 degrees, by fixed-point iteration; the identity outside China."""
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    g_lon, g_lat = lon - 0.0065, lat - 0.006
    for _ in range(8):
        again_lon, again_lat = gcj02_to_bd09(g_lon, g_lat)
        g_lon, g_lat = g_lon + lon - again_lon, g_lat + lat - again_lat
    inside = in_china(lon, lat)
    return np.where(inside, g_lon, lon), np.where(inside, g_lat, lat)


def parse_datum(text: str) -> str:
    """
    The datum in its one spelling: "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n".

    Raises
    ------
    UnknownDatum
        For anything else.
    """
    plain = re.sub(r"[\s_-]", "", text.strip().lower())
    if plain in ("wgs84", "cgcs2000", "gcj02", "bd09"):
        return plain
    match = re.fullmatch(r"epsg:?(\d{3,7})", plain)
    if match is None:
        raise UnknownDatum(given=text)
    try:
        pyproj.CRS.from_epsg(int(match[1]))
    except pyproj.exceptions.CRSError:
        raise UnknownDatum(given=text) from None
    return f"EPSG:{match[1]}"


def to_wgs84(x: npt.ArrayLike, y: npt.ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """
    Coordinates in a declared datum (arrays of n; longitude or easting first) to WGS-84 degrees.

    CGCS2000 is taken as WGS-84, from which it differs by centimetres.

    Raises
    ------
    UnknownDatum
        If `datum` is none of the five forms.
    BallparkTransform
        If PROJ has only a ballpark way (Xi'an 80, Beijing 54).
    """
    datum = parse_datum(datum)
    if datum in ("wgs84", "cgcs2000"):
        return np.asarray(x, float).copy(), np.asarray(y, float).copy()
    if datum == "gcj02":
        return gcj02_to_wgs84(x, y)
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(x, y))
    lon, lat = _exact_transformer(datum).transform(np.asarray(x, float), np.asarray(y, float))
    return np.asarray(lon, float), np.asarray(lat, float)


def _exact_transformer(datum: str) -> pyproj.Transformer:
    """PROJ's way to WGS-84 without ballpark steps; through the sibling datum's own degrees for CGCS2000."""
    source = pyproj.CRS.from_user_input(datum)
    geographic = source.geodetic_crs
    target = geographic if geographic is not None and geographic.to_epsg() == 4490 else pyproj.CRS.from_epsg(4326)
    group = TransformerGroup(source, target, always_xy=True, allow_ballpark=False)
    if not group.transformers:
        raise BallparkTransform(given=datum)
    return group.transformers[0]
