"""The fourth stage: where action is taken, in the targets and, as candidates, between them."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_zhengzhi import schema
from geo_zhengzhi.crs import MetricFrame, geodesic_area_km2
from geo_zhengzhi.fingerprints import name_of
from geo_zhengzhi.kernels import run_in_threads
from geo_zhengzhi.model import KINDS, AnalysisParameters
from geo_zhengzhi.outlines import band
from geo_zhengzhi.polygon_index import PolygonIndex
from geo_zhengzhi.polygonal import clipped, clipped_out, grown, unions

Floats = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

OPEN_GROUND_KIND = "open_ground"
LINE_TYPE = 1  # shapely's type id of a LineString


def delineate_zones(
    incidents: pd.DataFrame,
    parts: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    parameters: AnalysisParameters,
    frame: MetricFrame,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """
    Draw zones around hotspots.

    Outlines are buffered by the kind's `zone_buffer_m` and dissolved part by part; every connected piece is a zone. It
    is clipped to its part: an area's polygon, or a corridor's band of half its width from the stretch's lower end less
    the buffer to its upper end and the buffer more, but not beyond the line's ends. Clipping may leave a zone in
    several pieces; one clipped to nothing is dropped. Hotspots of open ground are dissolved with each other and give
    candidates, which end where a target begins, corridors' bands included.

    `n_incidents` counts all incidents in the zone, its edge included, whether or not they are in a cluster.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With easting_m and northing_m.
    parts : GeoDataFrame of m parts, metres
    hotspots : GeoDataFrame[HOTSPOT_COLUMNS], metres
    parameters : AnalysisParameters
    frame : MetricFrame
        Of easting and northing, for areas on the ellipsoid.

    Returns
    -------
    zones, candidates : GeoDataFrame[ZONE_COLUMNS], metres
        In the order of their best ranked hotspots.
    """
    is_open = (hotspots[schema.KIND] == OPEN_GROUND_KIND).to_numpy(bool)

    def zones() -> gpd.GeoDataFrame:
        drawn = _dissolved(hotspots[~is_open], parameters)
        drawn = drawn.set_geometry(_clipped_to_parts(drawn, parts, parameters.n_threads))
        return _described(drawn, incidents, "z", parameters, frame)

    def candidates() -> gpd.GeoDataFrame:
        drawn = _dissolved(hotspots[is_open], parameters)
        shapes = np.asarray(drawn.geometry.array, object)
        drawn = drawn.set_geometry(clipped_out(shapes, grounds_near(parts, shapes)))
        return _described(drawn, incidents, "c", parameters, frame)

    # Side by side: zones are many and small, candidates few, and one of them may be as large as a town.
    return tuple(run_in_threads(lambda draw: draw(), [(candidates,), (zones,)], parameters.n_threads)[::-1])


def grounds_near(parts: gpd.GeoDataFrame, shapes: Objects) -> Objects:
    """The ground of every part that may meet one of the shapes: its polygon, or its corridor's whole band, metres."""
    grounds = np.array(parts.geometry.array, object)
    half_width_m = np.nan_to_num(parts[schema.CORRIDOR_HALF_WIDTH_M].to_numpy(float))
    reach_m = np.where(shapely.get_type_id(grounds) == LINE_TYPE, half_width_m + 1.0, 0.0)
    west, south, east, north = shapely.bounds(grounds).T
    boxes = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    near = np.unique(shapely.STRtree(shapes).query(boxes)[0])  # by their boxes: what does not meet costs nothing later
    for number in near[reach_m[near] > 0]:
        line = grounds[number]
        grounds[number] = band(line, 0.0, shapely.length(line), half_width_m[number])
    near_grounds: Objects = grounds[near]
    return near_grounds


def _dissolved(hotspots: gpd.GeoDataFrame, parameters: AnalysisParameters) -> gpd.GeoDataFrame:
    """
    One row for every connected piece of each part's buffered outlines, metres.

    Its attributes are those of its best ranked hotspot; `from_m` and `to_m` take in the buffer.
    """
    rows = hotspots.reset_index(drop=True)
    buffer_m = _buffer_m(rows, parameters)
    belted = grown(np.asarray(rows.geometry.array, object), buffer_m, parameters.n_threads)
    rows[schema.FROM_M], rows[schema.TO_M] = rows[schema.FROM_M] - buffer_m, rows[schema.TO_M] + buffer_m
    piece = _pieces(belted, pd.factorize(rows[schema.PART_ID])[0])  # numbered as they first appear, so by rank
    order = np.argsort(piece, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(piece[order])) + 1) if len(rows) else []
    shapes = unions(belted, groups, parameters.n_threads)
    zones = rows.iloc[[group[0] for group in groups]].reset_index(drop=True)
    for column, gathered in ((schema.FROM_M, np.min), (schema.TO_M, np.max)):
        values = rows[column].to_numpy(float)
        zones[column] = np.array([gathered(values[group]) for group in groups], float)
    names = rows[schema.HOTSPOT_ID].to_numpy(object)
    zones[schema.HOTSPOT_IDS] = pd.Series([names[group].tolist() for group in groups], dtype=object)
    return zones.set_geometry(gpd.GeoSeries(shapes, crs=hotspots.crs))


def _buffer_m(hotspots: gpd.GeoDataFrame, parameters: AnalysisParameters) -> Floats:
    """The width of the belt around each hotspot."""
    kinds = hotspots[schema.KIND].tolist()
    return np.array([parameters.for_kind(kind if kind in KINDS else None).zone_buffer_m for kind in kinds], float)


def _pieces(shapes: Objects, part: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The connected piece of each shape (int32[n]), where shapes of one part that meet are connected."""
    one, other = shapely.STRtree(shapes).query(shapes)
    near = (one < other) & (part[one] == part[other])
    one, other = one[near], other[near]
    shapely.prepare(shapes)
    meet = shapely.intersects(shapes[one], shapes[other])
    graph = coo_array((np.ones(meet.sum(), np.int8), (one[meet], other[meet])), shape=(len(shapes), len(shapes)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int32)


def _clipped_to_parts(zones: gpd.GeoDataFrame, parts: gpd.GeoDataFrame, n_threads: int) -> Objects:
    """Each zone's shape inside its part."""
    number = pd.Index(parts[schema.PART_ID]).get_indexer(zones[schema.PART_ID])
    masks = np.asarray(parts.geometry.array, object)[number]
    reach_m = zones[[schema.FROM_M, schema.TO_M]].to_numpy(float)
    half_width_m = parts[schema.CORRIDOR_HALF_WIDTH_M].to_numpy(float)[number]
    for row in np.flatnonzero(~np.isnan(reach_m[:, 0])):
        from_m, to_m = np.clip(reach_m[row], 0.0, shapely.length(masks[row]))
        masks[row] = band(masks[row], from_m, to_m, half_width_m[row])
    return clipped(np.asarray(zones.geometry.array, object), masks, n_threads)


def _described(
    zones: gpd.GeoDataFrame, incidents: pd.DataFrame, prefix: str, parameters: AnalysisParameters, frame: MetricFrame
) -> gpd.GeoDataFrame:
    """The zones that are left, with their names, counts and areas."""
    left = zones[~zones.geometry.is_empty].reset_index(drop=True)
    shapes = np.asarray(left.geometry.array, object)
    x, y = (incidents[column].to_numpy(float) for column in (schema.EASTING_M, schema.NORTHING_M))
    _, zone = PolygonIndex(shapes).query(x, y)
    left[schema.N_INCIDENTS] = np.bincount(zone, minlength=len(left))
    left[schema.AREA_KM2] = geodesic_area_km2(frame.unproject(left).geometry.array)
    told = zip(left[schema.PART_ID], left[schema.HOTSPOT_IDS], _buffer_m(left, parameters).tolist(), strict=True)
    left[schema.ZONE_ID] = [name_of(prefix, part_id, sorted(ids), buffer_m) for part_id, ids, buffer_m in told]
    return left[list(schema.ZONE_COLUMNS)]
