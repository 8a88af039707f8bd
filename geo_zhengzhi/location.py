"""Before the first stage: incidents and targets checked and put in the county's frame in metres."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi import schema
from geo_zhengzhi.corridors import require_unfolded
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.errors import InvalidParameter, MissingColumn
from geo_zhengzhi.fingerprints import content_hashes, place_order
from geo_zhengzhi.kernels import THREADS_PAY_FROM, run_in_threads
from geo_zhengzhi.model import KINDS
from geo_zhengzhi.polygonal import polygonal

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LINE_TYPE, AREA_TYPES = 1, (3, 6)


def with_degrees(incidents: pd.DataFrame) -> pd.DataFrame:
    """
    The incidents as a plain frame with longitude and latitude.

    Parameters
    ----------
    incidents : DataFrame, or GeoDataFrame of points in any CRS
        Points are taken before the columns longitude and latitude.

    Returns
    -------
    DataFrame of INCIDENT_COLUMNS and content_hash
        Same rows and order; the caller's is left as it was.

    Raises
    ------
    MissingColumn
        For the first that is missing, and for a GeoDataFrame's CRS.
    InvalidParameter
        If a coordinate is missing or is not a degree.
    """
    frame = pd.DataFrame(incidents)
    if isinstance(incidents, gpd.GeoDataFrame):
        if incidents.crs is None:
            raise MissingColumn(column="crs", found="geometry without a CRS")
        points = incidents.geometry.to_crs("EPSG:4326")
        frame = frame.assign(**{schema.LONGITUDE: points.x, schema.LATITUDE: points.y})
    schema.require_columns(frame, schema.INCIDENT_COLUMNS)
    for column, limit in ((schema.LONGITUDE, 180.0), (schema.LATITUDE, 90.0)):
        wrong = ~(np.abs(frame[column].to_numpy(float)) <= limit)
        if wrong.any():
            given = frame[column].to_numpy(float)[np.argmax(wrong)]
            raise InvalidParameter(name=f"{column} of row {np.argmax(wrong)}", given=given, allowed=f"±{limit:g}°")
    given = frame[list(schema.INCIDENT_COLUMNS)]
    given = given.assign(**{schema.CATEGORY: given[schema.CATEGORY].astype("category")})  # each word handled once
    return given.assign(**{schema.CONTENT_HASH: content_hashes(given)})


def locate(incidents: pd.DataFrame, frame: MetricFrame) -> tuple[pd.DataFrame, Ints]:
    """
    Put incidents in the frame, in the order in which every stage counts.

    Parameters
    ----------
    incidents : DataFrame of n rows, INCIDENT_COLUMNS and content_hash

    Returns
    -------
    located : DataFrame
        With easting_m and northing_m, without the ids, which no stage needs; sorted by longitude, latitude and content.
    order : int64[n]
        Each located row's position in `incidents`.
    """
    longitude, latitude = (incidents[column].to_numpy(float) for column in (schema.LONGITUDE, schema.LATITUDE))
    order = place_order(longitude, latitude, incidents[schema.CONTENT_HASH].to_numpy(np.uint64))
    located = _taken(incidents.drop(columns=schema.INCIDENT_ID), order)
    easting_m, northing_m = frame.to_metres(located[schema.LONGITUDE], located[schema.LATITUDE])
    return located.assign(**{schema.EASTING_M: easting_m, schema.NORTHING_M: northing_m}), order


def _taken(frame: pd.DataFrame, order: Ints) -> pd.DataFrame:
    """Rows of a frame under a new index, many of them column by column on two threads: each waits for memory alone."""
    n_threads = 1 if len(order) < THREADS_PAY_FROM else 2
    columns = run_in_threads(
        lambda column: frame[column].array.take(order), [(name,) for name in frame.columns], n_threads
    )
    return pd.DataFrame(dict(zip(frame.columns, columns, strict=True)), index=pd.RangeIndex(len(order)), copy=False)


def locate_parts(targets: gpd.GeoDataFrame, frame: MetricFrame) -> gpd.GeoDataFrame:
    """
    Put targets in the frame, same rows and order; invalid polygons are mended, missing ones become empty.

    Raises
    ------
    MissingColumn
        If one of TARGET_COLUMNS is missing.
    InvalidParameter
        If a kind is unknown, a `part_id` is used twice, or a shape is neither polygon nor line nor empty.
    CorridorFolds
        If a line's half-width exceeds the radius of one of its bends.
    """
    schema.require_columns(targets, schema.TARGET_COLUMNS)
    _require_known(targets)
    parts = frame.project(targets)
    shapes = np.asarray(parts.geometry.array, object)
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    broken = ~shapely.is_valid(shapes) & np.isin(shapely.get_type_id(shapes), AREA_TYPES)
    shapes[broken] = polygonal(shapely.make_valid(shapes[broken]))
    for number in np.flatnonzero(shapely.get_type_id(shapes) == LINE_TYPE):
        require_unfolded(shapes[number], float(parts[schema.CORRIDOR_HALF_WIDTH_M].iloc[number]))
    return parts.set_geometry(gpd.GeoSeries(shapes, index=parts.index, crs=parts.crs))


def _require_known(targets: gpd.GeoDataFrame) -> None:
    """Refuse what no stage could make sense of."""
    for kind in targets[schema.KIND].unique():
        if kind not in KINDS:
            raise InvalidParameter(name=schema.KIND, given=kind, allowed=", ".join(KINDS))
    twice = targets[schema.PART_ID][targets[schema.PART_ID].duplicated()]
    if len(twice):
        raise InvalidParameter(name=schema.PART_ID, given=f"{twice.iloc[0]} twice", allowed="an id for every part")
    shapes = np.asarray(targets.geometry.array, object)
    usable = np.isin(shapely.get_type_id(shapes), (LINE_TYPE, *AREA_TYPES)) | shapely.is_empty(shapes)
    usable |= shapely.is_missing(shapes)
    if not usable.all():
        name, shape = targets[schema.NAME].iloc[int(np.argmin(usable))], shapes[np.argmin(usable)]
        raise InvalidParameter(name=name, given=shape.geom_type, allowed="Polygon, MultiPolygon, LineString")
