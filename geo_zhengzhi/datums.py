"""From a declared datum, or a file's own coordinate system, to WGS-84 degrees: exactly, or not at all."""

import re
import warnings
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.transformer import TransformerGroup

from geo_zhengzhi.errors import BallparkTransform, UnknownDatum
from geo_zhengzhi.gcj02 import Floats, bd09_to_wgs84, gcj02_to_wgs84

Area = tuple[float, float, float, float]  # west, south, east, north, degrees; west > east across the antimeridian
NAMED_DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
LIKE_WGS84 = re.compile(r"china[\s_]*2000|cgcs[\s_]*2000|china geodetic coordinate system 2000", re.IGNORECASE)
OLD_CHINESE = re.compile(r"beijing|xi.?an", re.IGNORECASE)
MAX_TRANSFORM_ERROR_M = 30.0  # Tokyo 1918 and OSGB36 by parameters; beyond that a block of houses is missed
COVERED_SHARE = 0.95  # of the rows that a transformation's area must hold; single rows may be plain wrong


def parse_datum(text: str) -> str:
    """
    The datum in its one spelling: "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n".

    Case, blanks, hyphens and underscores do not matter ("WGS-84", "epsg 4549").

    Raises
    ------
    UnknownDatum
        For anything else, also for EPSG codes that are no horizontal system (heights, geocentric).
    """
    plain = re.sub(r"[\s_-]", "", text.strip().lower())
    if plain in NAMED_DATUMS:
        return plain
    match = re.fullmatch(r"epsg:?(\d{3,7})", plain)
    if match is None:
        raise UnknownDatum(given=text)
    try:
        crs = pyproj.CRS.from_epsg(int(match[1]))
    except pyproj.exceptions.CRSError:
        raise UnknownDatum(given=text) from None
    if not (crs.is_geographic or crs.is_projected):
        raise UnknownDatum(given=text)
    return f"EPSG:{match[1]}"


def to_wgs84(x: npt.ArrayLike, y: npt.ArrayLike, datum: str) -> tuple[Floats, Floats]:
    """
    Coordinates in a declared datum (arrays of n; longitude or easting first) to WGS-84 degrees, longitude first.

    CGCS2000 is taken as WGS-84, from which it differs by centimetres. GCJ-02 and BD-09 are inverted exactly. For
    EPSG codes see `crs_to_wgs84`.

    Raises
    ------
    UnknownDatum
        If `datum` is none of the five forms.
    BallparkTransform
        If PROJ has no accurate way (Xi'an 80, Beijing 54).
    """
    datum = parse_datum(datum)
    if datum in ("wgs84", "cgcs2000"):
        return np.array(x, float), np.array(y, float)
    if datum == "gcj02":
        return gcj02_to_wgs84(x, y)
    if datum == "bd09":
        return bd09_to_wgs84(x, y)
    return crs_to_wgs84(x, y, pyproj.CRS.from_user_input(datum), name=datum)


def crs_to_wgs84(
    x: npt.ArrayLike, y: npt.ArrayLike, crs: pyproj.CRS, *, name: str | None = None
) -> tuple[Floats, Floats]:
    """
    Coordinates in a coordinate system (arrays of n; longitude or easting first) to WGS-84 degrees, longitude first.

    The first of PROJ's transformations is taken that is no ballpark one, states an accuracy of 30 m or better and
    whose area of use holds at least 95 % of the rows. Grids that are not installed are done without: for NAD83 that
    leaves the null transformation with 4 m, which places an address well enough. For Beijing 54 PROJ has
    transformations of single oil basins, whose bounding boxes also hold land where they are far off; the 1954 and 1980
    families are therefore refused everywhere. CGCS2000 is taken as WGS-84.

    Parameters
    ----------
    x, y : arrays of n
        Rows that are not finite, or cannot be converted, come back as NaN.
    crs : pyproj.CRS
        Geographic or projected, 2-D or 3-D.
    name : str, optional
        What the error calls it; otherwise the system's own name.

    Raises
    ------
    BallparkTransform
        If there is no such transformation.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    for transformer, area in _transformers(crs):
        lon, lat = transformer.transform(x, y)
        lon, lat = (np.where(np.isfinite(v), v, np.nan) for v in (np.asarray(lon, float), np.asarray(lat, float)))
        if area is None or _covers(area, lon, lat):
            return lon, lat
    raise BallparkTransform(given=name or crs.name)


def to_own_degrees(x: npt.ArrayLike, y: npt.ArrayLike, crs: pyproj.CRS) -> tuple[Floats, Floats]:
    """Projected coordinates to degrees of the same datum, longitude first; a conversion, so without any error."""
    geodetic = crs.geodetic_crs
    if crs.is_geographic or geodetic is None:
        return np.array(x, float), np.array(y, float)
    lon, lat = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(
        np.asarray(x, float), np.asarray(y, float)
    )
    return np.asarray(lon, float), np.asarray(lat, float)


def is_like_wgs84(crs: pyproj.CRS) -> bool:
    """Whether a system's datum is WGS-84 itself or CGCS2000."""
    datum = _datum_name(crs)
    return datum.startswith(("World Geodetic System 1984", "WGS 84", "WGS_1984")) or bool(LIKE_WGS84.search(datum))


def _datum_name(crs: pyproj.CRS) -> str:
    """The name of the datum under a system, without ESRI's prefix."""
    geodetic = crs.geodetic_crs
    datum = None if geodetic is None else geodetic.datum
    return "" if datum is None else datum.name.removeprefix("D_")


@lru_cache(maxsize=64)
def _transformers(crs: pyproj.CRS) -> tuple[tuple[pyproj.Transformer, Area | None], ...]:
    """PROJ's accurate ways to WGS-84, its best first, each with its area of use (None: everywhere)."""
    datum = _datum_name(crs)
    if OLD_CHINESE.search(datum):
        return ()
    if LIKE_WGS84.search(datum) and crs.geodetic_crs is not None:
        return ((pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True), None),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyproj tells of grids that are not installed
        group = TransformerGroup(crs, pyproj.CRS.from_epsg(4326), always_xy=True, allow_ballpark=False)
    accurate = (t for t in group.transformers if 0 <= t.accuracy <= MAX_TRANSFORM_ERROR_M)
    return tuple((t, None if t.area_of_use is None else t.area_of_use.bounds) for t in accurate)


def _covers(area: Area, lon: Floats, lat: Floats) -> bool:
    """Whether an area of use holds nearly all of the finite positions."""
    west, south, east, north = area
    between = (lon >= west) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    inside = between & (lat >= south) & (lat <= north)
    finite = np.isfinite(lon) & np.isfinite(lat)
    return bool(inside.sum() >= COVERED_SHARE * finite.sum())
