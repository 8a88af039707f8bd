"""The sentence: incidents → assigned to targets → clustered → hotspots → remediation zones, and a density surface."""

import math

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi import schema
from geo_zhengzhi.accounts import counts, labels
from geo_zhengzhi.assignment import assign
from geo_zhengzhi.clustering import cluster, halo_m
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.fingerprints import data_version
from geo_zhengzhi.hotspots import summarise_hotspots
from geo_zhengzhi.location import locate, locate_parts, with_degrees
from geo_zhengzhi.model import AnalysisParameters, AnalysisResult, Clusters, Surface
from geo_zhengzhi.polygonal import in_threads, without_slivers
from geo_zhengzhi.study_area import box_around, study_area_of
from geo_zhengzhi.surfaces import estimate_density
from geo_zhengzhi.zones import delineate_zones

Ints = npt.NDArray[np.int64]

MAX_SURFACE_CELLS = 2_000_000  # 16 MB; a larger study area takes cells of two, three, … times the side


def analyse(
    incidents: pd.DataFrame,
    targets: gpd.GeoDataFrame,
    parameters: AnalysisParameters | None = None,
    *,
    study_area: shapely.Polygon | None = None,
) -> AnalysisResult:
    """
    Find the hotspots and zones of incidents in targets and between them.

    The frame in metres comes from the study area and does not move with filters. Incidents are taken by longitude,
    latitude and content, so the order of the rows, like the number of threads and the locale, changes nothing.

    Parameters
    ----------
    incidents : DataFrame or GeoDataFrame of n rows
        INCIDENT_COLUMNS, EPSG:4326. A GeoDataFrame's points are taken before its longitude and latitude, in its CRS.
    targets : GeoDataFrame of m parts
        TARGET_COLUMNS, EPSG:4326; polygons, lines with a half-width, or empty.
    parameters : AnalysisParameters, optional
    study_area : Polygon, EPSG:4326, optional
        Otherwise the targets' hull plus 20 km; without targets the incidents' box, rounded outward to 0.1°.

    Returns
    -------
    AnalysisResult
        `incidents` is of the caller's type with two more columns; the frames given are left as they were.

    Raises
    ------
    MissingColumn
        If a column of the contracts is missing.
    InvalidParameter
        If coordinates are not finite degrees, or a target has an unknown kind or a shape that is none of the above.
    StudyAreaTooWide
        If the study area does not fit one frame in metres.
    """
    parameters = parameters or AnalysisParameters()
    given = with_degrees(incidents)
    area = _study_area(given, targets, study_area)
    frame = MetricFrame.for_bounds(area.bounds, parameters.frame_center)
    located, order = locate(given, frame)
    parts = locate_parts(targets, frame)
    assignments = assign(located, parts, halo_m(parts, parameters))
    clusters = cluster(located, parts, assignments, parameters)
    hotspots = summarise_hotspots(located, parts, clusters, parameters, frame)
    zones, candidates = delineate_zones(located, parts, hotspots, parameters, frame)
    return AnalysisResult(
        incidents=_labelled(incidents, order, clusters, hotspots),
        targets=targets.copy(),
        assignments=_in_given_order(assignments, order),
        hotspots=_in_degrees(hotspots, frame, parameters.n_threads),
        zones=_in_degrees(zones, frame, parameters.n_threads),
        candidates=_in_degrees(candidates, frame, parameters.n_threads),
        surface=_surface(located, area, frame, parameters),
        frame_center=(frame.center_longitude, frame.center_latitude),
        parameters=parameters,
        eps_used_m=clusters.eps_used_m,
        data_version=data_version(given, targets),
        counts=counts(located, assignments, clusters, hotspots, zones, candidates),
    )


def density_surface(
    incidents: pd.DataFrame, study_area: shapely.Polygon | shapely.MultiPolygon, parameters: AnalysisParameters
) -> tuple[Surface, tuple[float, float]]:
    """
    The surface alone, the same to the last bit as an analysis of the same study area gives it.

    Parameters
    ----------
    incidents : DataFrame of n rows, EPSG:4326
        With longitude and latitude.
    study_area : Polygon or MultiPolygon, EPSG:4326
    parameters : AnalysisParameters

    Returns
    -------
    Surface, (longitude, latitude)
        The latter is the centre of the surface's frame.

    Raises
    ------
    StudyAreaTooWide
        If the study area does not fit one frame in metres.
    """
    frame = MetricFrame.for_bounds(study_area.bounds, parameters.frame_center)
    degrees = incidents[schema.LONGITUDE].to_numpy(float), incidents[schema.LATITUDE].to_numpy(float)
    easting_m, northing_m = frame.to_metres(*degrees)
    located = pd.DataFrame({schema.EASTING_M: easting_m, schema.NORTHING_M: northing_m})
    return _surface(located, study_area, frame, parameters), (frame.center_longitude, frame.center_latitude)


def _study_area(
    incidents: pd.DataFrame, targets: gpd.GeoDataFrame, study_area: shapely.Polygon | None
) -> shapely.Polygon:
    """The study area: as given, around the targets, or around the incidents."""
    area = study_area_of(targets) if study_area is None else study_area
    if not area.is_empty:
        return area
    return box_around(incidents[schema.LONGITUDE].to_numpy(float), incidents[schema.LATITUDE].to_numpy(float))


def _labelled(incidents: pd.DataFrame, order: Ints, clusters: Clusters, hotspots: gpd.GeoDataFrame) -> pd.DataFrame:
    """The caller's incidents, with their hotspots."""
    hotspot_id, is_core = labels(clusters, hotspots, order)
    return incidents.assign(**{schema.HOTSPOT_ID: hotspot_id, schema.IS_CORE: is_core})


def _in_degrees(rows: gpd.GeoDataFrame, frame: MetricFrame, n_threads: int) -> gpd.GeoDataFrame:
    """The rows in EPSG:4326; where rounding has let slivers of nanometres cross, they are taken away."""
    moved = frame.unproject(rows).reset_index(drop=True)
    shapes = np.array(moved.geometry.array, object)
    crossed = ~in_threads(shapely.is_valid, n_threads, shapes).astype(bool)
    shapes[crossed] = without_slivers(shapes[crossed])
    return moved.set_geometry(gpd.GeoSeries(shapes, crs=moved.crs))


def _in_given_order(assignments: pd.DataFrame, order: Ints) -> pd.DataFrame:
    """The assignments by the incidents' positions in the caller's frame."""
    moved = assignments.assign(**{schema.INCIDENT: order[assignments[schema.INCIDENT].to_numpy(np.int64)]})
    # A pair is listed once, so that one number for each of them can be sorted in any way.
    rows = np.argsort(moved[schema.PART].to_numpy(np.int64) * len(order) + moved[schema.INCIDENT].to_numpy(np.int64))
    return moved.take(rows).reset_index(drop=True)


def _surface(
    located: pd.DataFrame,
    area: shapely.Polygon | shapely.MultiPolygon,
    frame: MetricFrame,
    parameters: AnalysisParameters,
) -> Surface:
    """The density surface of the study area, in cells of a whole multiple of the side asked for."""
    box = shapely.segmentize(shapely.box(*area.bounds), 0.1)
    west, south, east, north = frame.project(gpd.GeoDataFrame(geometry=[box], crs="EPSG:4326")).total_bounds
    side_m = parameters.heat_cell_m
    n_cells = (east - west) * (north - south) / side_m**2
    side_m *= max(1, math.ceil(math.sqrt(n_cells / MAX_SURFACE_CELLS)))
    return estimate_density(located, (west, south, east, north), bandwidth_m=parameters.heat_bandwidth_m, cell_m=side_m)
