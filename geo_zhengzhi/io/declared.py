"""The datum at the door for geometries: declared where China is touched, the file's own elsewhere."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo_zhengzhi.crs import CHINA_BOUNDS, Floats, crs_to_wgs84, parse_datum, to_wgs84
from geo_zhengzhi.datums import is_like_wgs84, to_own_degrees
from geo_zhengzhi.errors import DatumConflict, DatumNotDeclared, MissingCRS, NotDegrees

Convert = Callable[[Floats, Floats], tuple[Floats, Floats]]
WGS84 = pyproj.CRS.from_epsg(4326)
CHINA = shapely.box(*CHINA_BOUNDS)


def in_wgs84(frame: gpd.GeoDataFrame, name: str, datum: str | None, option: object) -> gpd.GeoDataFrame:
    """
    Bring features into EPSG:4326, vertex by vertex.

    A datum that is not a coordinate system of its own (gcj02, bd09) is the datum of the file's degrees: a file in web
    Mercator that was drawn on a Chinese map service is first taken back to its degrees, then inverted.

    Parameters
    ----------
    frame : GeoDataFrame of n features
        As `gdal.read_features` gives it: `crs` is what the file says, `attrs["says_crs"]` whether its format can.
    name : str
        What errors call the file.
    datum : str or None
        As declared; None where nobody did.
    option : str
        Where it can be declared, for the errors.

    Returns
    -------
    GeoDataFrame
        A copy, same rows and order, two-dimensional; empty geometries are None.

    Raises
    ------
    MissingCRS
        If neither the file nor anybody says a coordinate system.
    DatumNotDeclared
        If the features touch the box of China and `datum` is None, whatever the file says.
    DatumConflict
        If the file says another system than was declared.
    UnknownDatum, BallparkTransform
        As `crs.to_wgs84`.
    NotDegrees
        If what comes out is no longitude and latitude.
    """
    flat = np.asarray(shapely.force_2d(np.asarray(frame.geometry.array, dtype=object)))
    flat[shapely.is_empty(flat)] = None
    convert = conversion(frame.crs, bool(frame.attrs.get("says_crs", True)), name, datum, option)
    moved = _moved(flat, convert, name, option)
    if datum is None and bool(shapely.intersects(moved, CHINA).any()):
        raise DatumNotDeclared(name=name, option=option)
    return frame.set_geometry(gpd.array.GeometryArray(moved, crs=WGS84))


def conversion(crs: pyproj.CRS | None, says_crs: bool, name: str, datum: str | None, option: object) -> Convert:
    """
    The function from a file's coordinates to WGS-84 degrees, both as arrays of n, longitude or easting first.

    Parameters
    ----------
    crs : pyproj.CRS or None
        What the file says.
    says_crs : bool
        Whether its format can say anything but WGS-84.
    name, datum, option
        As `in_wgs84`.

    Raises
    ------
    MissingCRS, DatumConflict, UnknownDatum
        As `in_wgs84`.
    """
    if crs is not None and not (crs.is_geographic or crs.is_projected):
        crs = None  # "undefined" and drawing-board systems say nothing
    return _own(crs, name, option) if datum is None else _declared(crs, says_crs, name, datum, option)


def _own(crs: pyproj.CRS | None, name: str, option: object) -> Convert:
    """The conversion from what the file says."""
    if crs is None:
        raise MissingCRS(name=name, option=option)
    if crs == WGS84:
        return lambda x, y: (x, y)
    return lambda x, y: crs_to_wgs84(x, y, crs)


def _declared(crs: pyproj.CRS | None, says_crs: bool, name: str, datum: str, option: object) -> Convert:
    """The conversion from what was declared, if the file does not contradict."""
    datum = parse_datum(datum)
    conflict = DatumConflict(name=name, given=None if crs is None else crs.name, declared=datum, option=option)
    if crs is None or (crs == WGS84 and not says_crs):
        return lambda x, y: to_wgs84(x, y, datum)
    if datum.startswith("EPSG:"):
        if not crs.equals(pyproj.CRS.from_user_input(datum), ignore_axis_order=True):
            raise conflict
        return lambda x, y: to_wgs84(x, y, datum)
    if not is_like_wgs84(crs):
        raise conflict
    return lambda x, y: to_wgs84(*to_own_degrees(x, y, crs), datum)


def _moved(geometries: npt.NDArray[np.object_], convert: Convert, name: str, option: object) -> npt.NDArray[np.object_]:
    """The geometries with every vertex converted and checked."""

    def move(xy: Floats) -> Floats:
        lon, lat = convert(xy[:, 0], xy[:, 1])
        if not ((np.abs(lon) <= 180) & (np.abs(lat) <= 90)).all():  # neither for NaN
            raise NotDegrees(name=name, option=option)
        return np.column_stack((lon, lat))

    return np.asarray(shapely.transform(geometries, move), dtype=object)
