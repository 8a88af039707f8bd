"""The third stage: one row for every kept cluster, outlined, counted and ranked."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.ops import substring

from geo_zhengzhi import schema
from geo_zhengzhi.crs import MetricFrame, geodesic_area_km2, geodesic_length_km
from geo_zhengzhi.fingerprints import content_hashes, group_sums, microseconds, name_of
from geo_zhengzhi.model import AnalysisParameters, Clusters
from geo_zhengzhi.outlines import band, corridor_outline, outlines
from geo_zhengzhi.polygonal import clipped
from geo_zhengzhi.tallies import peak_hours_of_groups, top_categories

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Columns = dict[str, Any]

OPEN_GROUND_KIND = "open_ground"
N_TOP_CATEGORIES = 3


def summarise_hotspots(
    incidents: pd.DataFrame,
    parts: gpd.GeoDataFrame,
    clusters: Clusters,
    parameters: AnalysisParameters,
    frame: MetricFrame,
) -> gpd.GeoDataFrame:
    """
    Describe every kept cluster.

    Counts, weight, times, categories and hours are of the incidents inside the part. `n_members` counts the whole
    cluster; the outline is drawn around all of it, so that a hotspot on the fence is not cut in half. `area_km2` is the
    geodesic area of the outline's part inside the target's part, so that `incidents_per_km2` is exactly `n_incidents` /
    `area_km2`. Along a corridor `length_km` is the geodesic length of the stretch from `from_m` to `to_m`, the members'
    extent and half an eps more at both ends but not beyond the line's, and `incidents_per_km` is counted on it; for
    areas these four are NaN.

    Ranked by weight, then incidents per km², then position (west to east, then south to north, of the outline's
    centroid). `hotspot_id` is made of the part, the members' content and the parameters: the same are named the same,
    whatever the order of the file.

    Parameters
    ----------
    incidents : DataFrame of n rows
        INCIDENT_COLUMNS with easting_m and northing_m.
    parts : GeoDataFrame of m parts, metres
    clusters : Clusters
    parameters : AnalysisParameters
    frame : MetricFrame
        Of easting and northing, for areas and lengths on the ellipsoid.

    Returns
    -------
    GeoDataFrame[HOTSPOT_COLUMNS], metres
        Sorted by rank; the index is each one's number in `clusters`.
    """
    reach_m = _reach(parts, clusters)
    shapes = _shapes(incidents, parts, clusters, reach_m, parameters.n_threads)
    columns = _attributes(parts, clusters) | _counts(incidents, clusters, parameters)
    columns |= _extent(shapes, reach_m, columns[schema.N_INCIDENTS], parts, clusters, parameters, frame)
    columns |= {schema.EPS_M: clusters.eps_m, schema.MIN_SAMPLES: _min_samples(columns[schema.KIND], parameters)}
    columns[schema.HOTSPOT_ID] = _names(incidents, columns, clusters, parameters)
    return _ranked(gpd.GeoDataFrame(columns, geometry=shapes, crs=parts.crs))


def _starts(clusters: Clusters) -> Ints:
    """Each cluster's first member."""
    return np.searchsorted(clusters.members[schema.CLUSTER].to_numpy(np.int64), np.arange(clusters.n_clusters))


def _reach(parts: gpd.GeoDataFrame, clusters: Clusters) -> Floats:
    """Each corridor hotspot's stretch, float64[n, 2] chainages in metres; NaN for the others."""
    chainage, starts = clusters.members[schema.CHAINAGE_M].to_numpy(float), _starts(clusters)
    line_length = np.append(shapely.length(np.asarray(parts.geometry.array, object)), np.nan)[clusters.part]
    first, last = (_reduced(function, chainage, starts) for function in (np.minimum, np.maximum))
    pad = clusters.eps_m / 2
    return np.column_stack([np.maximum(first - pad, 0.0), np.minimum(last + pad, line_length)])


def _shapes(
    incidents: pd.DataFrame, parts: gpd.GeoDataFrame, clusters: Clusters, reach_m: Floats, n_threads: int
) -> Objects:
    """Each cluster's outline, metres."""
    incident, starts = clusters.members[schema.INCIDENT].to_numpy(np.int64), _starts(clusters)
    x, y = (incidents[c].to_numpy(float)[incident] for c in (schema.EASTING_M, schema.NORTHING_M))
    offset = clusters.members[schema.OFFSET_M].to_numpy(float)
    along = ~np.isnan(reach_m[:, 0])
    shapes = outlines(x, y, starts, clusters.eps_m, ~along, n_threads)
    ends = np.append(starts, len(x))[1:]
    for number in np.flatnonzero(along):
        rows = slice(starts[number], ends[number])
        shapes[number] = corridor_outline(
            parts.geometry.iloc[clusters.part[number]],
            reach_m[number], x[rows], y[rows], offset[rows], clusters.eps_m[number],
        )  # fmt: skip
    return shapes


def _attributes(parts: gpd.GeoDataFrame, clusters: Clusters) -> Columns:
    """Whose each hotspot is; open ground has an empty name and its own kind."""
    open_ground = {schema.KIND: OPEN_GROUND_KIND}
    return {
        column: np.append(parts[column].to_numpy(object), open_ground.get(column, ""))[clusters.part]
        for column in (schema.TARGET_ID, schema.PART_ID, schema.NAME, schema.NAME_EN, schema.KIND)
    }


def _counts(incidents: pd.DataFrame, clusters: Clusters, parameters: AnalysisParameters) -> Columns:
    """What happened inside the parts."""
    members, n = clusters.members, clusters.n_clusters
    inside = members[schema.INSIDE].to_numpy(bool)
    group = members[schema.CLUSTER].to_numpy(np.int64)[inside]
    columns = [schema.OCCURRED_FROM, schema.OCCURRED_TO, schema.CATEGORY, schema.WEIGHT]
    here = incidents[columns].take(members[schema.INCIDENT].to_numpy(np.int64)[inside])
    starts = np.searchsorted(group, np.arange(n))
    start, end = here[schema.OCCURRED_FROM], here[schema.OCCURRED_TO]
    return {
        schema.N_INCIDENTS: np.bincount(group, minlength=n),
        schema.N_MEMBERS: np.bincount(members[schema.CLUSTER].to_numpy(np.int64), minlength=n),
        schema.WEIGHT: _reduced(np.add, here[schema.WEIGHT].to_numpy(float), starts),
        schema.FIRST_AT: _times(_reduced(np.minimum, microseconds(start), starts), parameters.timezone),
        schema.LAST_AT: _times(_reduced(np.maximum, microseconds(end), starts), parameters.timezone),
        schema.TOP_CATEGORIES: top_categories(group, here[schema.CATEGORY], n, N_TOP_CATEGORIES),
        schema.PEAK_HOURS: pd.Series(peak_hours_of_groups(group, start, end, n, parameters.timezone), dtype=object),
    }


def _reduced(function: np.ufunc, values: npt.NDArray[Any], starts: Ints) -> npt.NDArray[Any]:
    """One value a group; every kept cluster has a core point inside, so no group is empty."""
    return np.asarray(function.reduceat(values, starts)) if len(starts) else values[:0]


def _times(microseconds_utc: Ints, timezone: str) -> pd.DatetimeIndex:
    """Microseconds since 1970 as times in a zone."""
    return pd.DatetimeIndex(microseconds_utc.astype("datetime64[us]"), tz="UTC").tz_convert(timezone)


def _extent(
    shapes: Objects,
    reach_m: Floats,
    n_incidents: Ints,
    parts: gpd.GeoDataFrame,
    clusters: Clusters,
    parameters: AnalysisParameters,
    frame: MetricFrame,
) -> Columns:
    """How large each hotspot is, and how dense."""
    masks = np.append(np.asarray(parts.geometry.array, object), shapely.Polygon())[clusters.part]
    masks[clusters.part < 0] = shapes[clusters.part < 0]
    length_km = np.full(clusters.n_clusters, np.nan)
    widest_m = _reduced(np.maximum, np.abs(clusters.members[schema.OFFSET_M].to_numpy(float)), _starts(clusters))
    for number in np.flatnonzero(~np.isnan(reach_m[:, 0])):
        line, (from_m, to_m) = masks[number], reach_m[number]
        half_width_m = parts[schema.CORRIDOR_HALF_WIDTH_M].iloc[clusters.part[number]]
        beyond = widest_m[number] + clusters.eps_m[number] / 2 > half_width_m
        masks[number] = band(line, from_m, to_m, half_width_m) if beyond else shapes[number]
        length_km[number] = geodesic_length_km(_in_degrees([substring(line, from_m, to_m)], frame))[0]
    area_km2 = geodesic_area_km2(_in_degrees(clipped(shapes, masks, parameters.n_threads), frame))
    return {
        schema.AREA_KM2: area_km2,
        schema.LENGTH_KM: length_km,
        schema.INCIDENTS_PER_KM2: n_incidents / area_km2,
        schema.INCIDENTS_PER_KM: n_incidents / length_km,
        schema.FROM_M: reach_m[:, 0],
        schema.TO_M: reach_m[:, 1],
    }


def _in_degrees(geometries: npt.ArrayLike, frame: MetricFrame) -> Objects:
    """Geometries in metres in EPSG:4326."""
    shapes = np.asarray(geometries, object)
    return np.asarray(shapely.transform(shapes, lambda xy: np.column_stack(frame.to_degrees(xy[:, 0], xy[:, 1]))))


def _min_samples(kinds: Objects, parameters: AnalysisParameters) -> Ints:
    """What made a core point in each hotspot."""
    by_kind = {kind: parameters.for_kind(None if kind == OPEN_GROUND_KIND else kind).min_samples for kind in set(kinds)}
    return np.array([by_kind[kind] for kind in kinds], np.int64)


def _names(incidents: pd.DataFrame, columns: Columns, clusters: Clusters, parameters: AnalysisParameters) -> list[str]:
    """Each hotspot's id: the same part, members and parameters have the same one."""
    incident = clusters.members[schema.INCIDENT].to_numpy(np.int64)
    sums = group_sums(content_hashes(incidents)[incident], _starts(clusters)).tolist()
    told = (columns[c] for c in (schema.PART_ID, schema.N_MEMBERS, schema.EPS_M, schema.MIN_SAMPLES))
    rows = zip(sums, *(np.asarray(values).tolist() for values in told), strict=True)
    return [name_of("h", *row, parameters.weighted) for row in rows]


def _ranked(hotspots: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The rows by rank."""
    place = shapely.get_coordinates(shapely.centroid(np.asarray(hotspots.geometry.array, object)))
    weight, density = hotspots[schema.WEIGHT].to_numpy(float), hotspots[schema.INCIDENTS_PER_KM2].to_numpy(float)
    names = hotspots[schema.HOTSPOT_ID].to_numpy(str)
    order = np.lexsort((names, place[:, 1], place[:, 0], -density, -weight))
    ranked = hotspots.iloc[order].copy()
    ranked[schema.RANK] = np.arange(1, len(ranked) + 1)
    return ranked[list(schema.HOTSPOT_COLUMNS)]
