"""Where incidents happened: coordinates as numbers, in WGS-84 degrees, and against the study area."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from geo_zhengzhi.crs import GEODESIC, in_china
from geo_zhengzhi.errors import BallparkTransform, DatumNotDeclared, NotDegrees
from geo_zhengzhi.io.cleaning import Faults
from geo_zhengzhi.io.declared import WGS84, Convert, conversion
from geo_zhengzhi.io.headers import Headers, coordinate_columns
from geo_zhengzhi.io.reasons import Reason
from geo_zhengzhi.io.tables import Floats, RawTable, as_text, matches

Mask = npt.NDArray[np.bool_]
StudyArea: TypeAlias = shapely.Polygon | shapely.MultiPolygon

DATUM_OPTION = "--datum"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


@dataclass(frozen=True)
class Places:
    """
    Coordinates of n rows.

    Parameters
    ----------
    longitude, latitude : arrays of n
        WGS-84 degrees; meaningless where the row has a fault.
    datum : str
        What they were read in.
    is_declared : bool
        Whether that was said, by the caller or by the file.
    columns : tuple of str
        The columns that they came from; none where the file has geometries.
    x, y : arrays of n
        As they stand in the file.
    convert : function of x and y
        To longitude and latitude.
    """

    longitude: Floats
    latitude: Floats
    datum: str
    is_declared: bool
    columns: tuple[str, ...]
    x: Floats
    y: Floats
    convert: Convert

    def the_other_way(self, rows: Mask) -> tuple[Floats, Floats]:
        """Longitude and latitude of some rows, read with their axes exchanged; NaN for what is no place."""
        try:
            longitude, latitude = self.convert(self.y[rows], self.x[rows])
        except BallparkTransform:  # they lie outside every area for which there is an accurate way
            longitude = latitude = np.full(int(rows.sum()), np.nan)
        is_place = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)
        return np.where(is_place, longitude, np.nan), np.where(is_place, latitude, np.nan)


def read_numbers(column: pa.ChunkedArray) -> tuple[Floats, Mask, Mask]:
    """
    A column as numbers.

    Returns
    -------
    values : array of n
        NaN where there is no number; infinite values are none.
    is_empty, is_unreadable : arrays of n, bool
    """
    try:
        values = pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy().copy()
        return values, np.isnan(values), np.isinf(values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        texts = as_text(column)
    is_empty = ~np.asarray(texts.is_valid().to_numpy(), bool)
    fits = matches(texts, _NUMBER)
    plain = pc.replace_substring_regex(texts.filter(pa.array(fits)), r"^\+", "")
    values = np.full(len(texts), np.nan)
    values[fits] = plain.cast(pa.float64()).to_numpy()
    is_unreadable = ~is_empty & ~np.isfinite(values)
    values[is_unreadable] = np.nan
    return values, is_empty, is_unreadable


def read_places(table: RawTable, headers: Headers, datum: str | None, faults: Faults) -> Places:
    """
    The places of all rows in WGS-84 degrees; faults are noted.

    Without a declared datum, data that touches China is refused, since GCJ-02 and BD-09 look like WGS-84 and GeoJSON
    says WGS-84 of anything; elsewhere the file's own system counts, or plain longitude and latitude.

    Parameters
    ----------
    table : RawTable
    headers : Headers
    datum : str or None
        In its one spelling (`parse_datum`).
    faults : Faults

    Raises
    ------
    MissingColumn
        If the file has neither geometries nor both columns of a pair of coordinates.
    DatumNotDeclared
        If any place lies in China's surroundings and the datum is not said.
    NotDegrees
        If no place is in degrees and the system is not said.
    MissingCRS, DatumConflict, BallparkTransform
        As `declared.in_wgs84`.
    """
    x, y, columns = _coordinates(table, headers, datum, faults)
    crs = None if table.points is None else table.points.crs
    assumes_degrees = datum is None and table.points is None
    if assumes_degrees:
        _refuse_metres(x, y, faults.none, table.name)
    if _are_degrees(datum, crs):
        faults.add(Reason.SWAPPED_AXES, (np.abs(y) > 90) & (np.abs(y) <= 180) & (np.abs(x) <= 90))
        faults.add(Reason.BEYOND_DEGREES, (np.abs(x) > 180) | (np.abs(y) > 90))
    says_crs = table.points is not None and table.points.says_crs
    convert = conversion(WGS84 if assumes_degrees else crs, says_crs, table.name, datum, DATUM_OPTION)
    longitude, latitude = _converted(x, y, convert, faults)
    if datum is None and bool(in_china(longitude[faults.none], latitude[faults.none]).any()):
        raise DatumNotDeclared(name=table.name, option=DATUM_OPTION)
    own = "wgs84" if crs is None else crs.to_string() if crs.to_epsg() else crs.name
    return Places(longitude, latitude, datum or own, datum is not None or says_crs, columns, x, y, convert)


def _coordinates(
    table: RawTable, headers: Headers, datum: str | None, faults: Faults
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """The numbers as they stand in the file, and the columns that they stand in."""
    columns: tuple[str, ...] = ()
    if table.points is not None:
        x, y = table.points.x, table.points.y
        faults.add(Reason.NOT_A_POINT, table.points.is_other)
        is_empty, is_unreadable = np.isnan(x) | np.isnan(y), np.isinf(x) | np.isinf(y)
    else:
        columns = coordinate_columns(headers, not _are_degrees(datum, None), table.headers)
        x, no_x, bad_x = read_numbers(table.columns[headers.positions[columns[0]]])
        y, no_y, bad_y = read_numbers(table.columns[headers.positions[columns[1]]])
        is_empty, is_unreadable = no_x | no_y, bad_x | bad_y
    faults.add(Reason.UNREADABLE_COORDINATES, is_unreadable)
    faults.add(Reason.NO_COORDINATES, is_empty)
    faults.add(Reason.WITHHELD_COORDINATES, (x == 0) & (y == 0))
    return x, y, columns


def _are_degrees(datum: str | None, crs: pyproj.CRS | None) -> bool:
    """Whether coordinates are degrees: by what the file says, else by the declared datum."""
    if datum is not None and datum.startswith("EPSG:"):
        crs = pyproj.CRS.from_user_input(datum)
    return crs is None or bool(crs.is_geographic)


def _refuse_metres(x: Floats, y: Floats, usable: Mask, name: str) -> None:
    """Refuse numbers of which none can be a degree; up to 180 for both, since swapped axes are told row by row."""
    is_degrees = (np.abs(x) <= 180) & (np.abs(y) <= 180)
    if usable.any() and not is_degrees[usable].any():
        raise NotDegrees(name=name, option=DATUM_OPTION)


def _converted(x: Floats, y: Floats, convert: Convert, faults: Faults) -> tuple[Floats, Floats]:
    """Degrees in WGS-84 of the rows without fault; what cannot be converted is noted."""
    usable = faults.none
    longitude, latitude = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if usable.any():
        every = bool(usable.all())
        found = convert(x, y) if every else convert(x[usable], y[usable])
        longitude[usable], latitude[usable] = found
    faults.add(Reason.NOT_CONVERTIBLE, ~((np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)))
    return longitude, latitude


def outside_by_km(area: StudyArea, longitude: Floats, latitude: Floats) -> Floats:
    """
    How far places lie outside a study area.

    The nearest point of the outline is found in degrees shortened by the cosine of the area's latitude; the distance
    to it is geodesic.

    Parameters
    ----------
    area : Polygon or MultiPolygon, EPSG:4326
    longitude, latitude : arrays of n, EPSG:4326, finite

    Returns
    -------
    array of n
        Kilometres, 0 inside and on the outline.
    """
    shapely.prepare(area)
    distance_km = np.zeros(len(longitude))
    out = np.flatnonzero(~shapely.intersects_xy(area, longitude, latitude))
    if out.size:
        shrink = float(np.cos(np.radians(area.centroid.y)))
        flat = shapely.transform(area, lambda xy: xy * (shrink, 1.0))
        points = shapely.points(longitude[out] * shrink, latitude[out])
        nearest = shapely.get_point(shapely.shortest_line(flat, points), 0)
        metres = GEODESIC.inv(shapely.get_x(nearest) / shrink, shapely.get_y(nearest), longitude[out], latitude[out])[2]
        distance_km[out] = np.maximum(np.asarray(metres) / 1000, np.finfo(float).tiny)
    return distance_km


def check_study_area(area: StudyArea, places: Places, faults: Faults) -> None:
    """
    Note the places outside a study area, and those that would be inside with their axes the other way round.

    The axes are exchanged as they stand in the file: surveyors write x for north, and what is then read as an easting
    may not be convertible at all.
    """
    astray = faults.codes == Reason.NOT_CONVERTIBLE
    astray[astray] = shapely.intersects_xy(area, *places.the_other_way(astray))
    faults.replace(Reason.SWAPPED_AXES, astray)
    usable = np.flatnonzero(faults.none)
    distance_km = np.zeros(len(places.longitude))
    distance_km[usable] = outside_by_km(area, places.longitude[usable], places.latitude[usable])
    outside = distance_km > 0
    swapped = np.zeros(len(outside), bool)
    swapped[outside] = shapely.intersects_xy(area, *places.the_other_way(outside))
    faults.add(Reason.SWAPPED_AXES, swapped)
    faults.add(Reason.OUTSIDE, outside, distance_km)
