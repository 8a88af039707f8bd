"""The second stage: where incidents lie densely, in every area, along every corridor and on open ground."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.dbscan import DBSCAN
from geo_zhengzhi.dbscan_engine import cluster_points
from geo_zhengzhi.fingerprints import place_order
from geo_zhengzhi.kernels import THREADS_PAY_FROM
from geo_zhengzhi.knee import knee_eps_m, widest_eps_m
from geo_zhengzhi.model import AnalysisParameters, Clusters, KindParameters
from geo_zhengzhi.pair_order import order_by_cell
from geo_zhengzhi.schema import (
    ASSIGNMENT_COLUMNS,
    CHAINAGE_M,
    CLUSTER,
    DISTANCE_M,
    EASTING_M,
    INCIDENT,
    INSIDE,
    IS_CORE,
    KIND,
    LATITUDE,
    LONGITUDE,
    NORTHING_M,
    OFFSET_M,
    PART,
    PART_ID,
    WEIGHT,
    require_columns,
)  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

OPEN_GROUND_ID = "open_ground"
HALO_IN_EPS = 2.0  # with one eps, halo points lose their own neighbours and a core flag can be wrong
OPEN_PART = -1
MEMBER_DTYPES = {
    CLUSTER: np.int32, INCIDENT: np.int64, PART: np.int32, INSIDE: np.bool_, IS_CORE: np.bool_,
    CHAINAGE_M: np.float64, OFFSET_M: np.float64,
}  # fmt: skip
LINE_TYPE = 1  # shapely's type id of a LineString


@dataclass(frozen=True)
class _Ground:
    """The incidents (k of them) of one part, or of open ground (-1), in the plane they are clustered in."""

    part: int
    incident: Ints
    inside: Bools
    distance: Floats
    x: Floats
    y: Floats
    along: bool  # x and y are chainage and offset

    def only(self, rows: Bools | Ints) -> "_Ground":
        """Some of its incidents."""
        incident, inside, distance = self.incident[rows], self.inside[rows], self.distance[rows]
        return _Ground(self.part, incident, inside, distance, self.x[rows], self.y[rows], self.along)


@dataclass(frozen=True)
class _Found:
    """The kept clusters of one ground: labels from 0, -1 = in none."""

    ground: _Ground
    eps_m: float
    label: Ints
    is_core: Bools

    @property
    def n_clusters(self) -> int:
        """How many were kept."""
        return int(self.label.max(initial=-1)) + 1


def halo_m(parts: gpd.GeoDataFrame, parameters: AnalysisParameters) -> Floats:
    """
    How far around each part incidents are needed (float64[n_parts]): 2·eps for areas, 0 for corridors.

    With eps="auto" it is twice the widest radius that can be proposed.
    """
    is_line = shapely.get_type_id(np.asarray(parts.geometry.array, object)) == LINE_TYPE
    own = [parameters.for_kind(kind).eps_m for kind in parts[KIND]]
    eps = [widest_eps_m(e) for e in own] if parameters.eps_m == "auto" else own
    return np.where(is_line, 0.0, HALO_IN_EPS * np.array(eps, float))


def cluster(
    incidents: pd.DataFrame, parts: gpd.GeoDataFrame, assignments: pd.DataFrame, parameters: AnalysisParameters
) -> Clusters:
    """
    Cluster incidents in every part and on open ground.

    An *area* is clustered over the incidents inside and within 2·eps around it; clusters with at least one core point
    inside are kept, whole. A *corridor* is clustered in (chainage, offset), metres along and beside its line. *Open
    ground* is the incidents inside no part; a cluster there whose core points all belong to clusters of targets is
    not repeated. Incidents are taken by (longitude, latitude), and by weight where they share a place, so the order
    of the rows changes nothing.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With longitude, latitude, weight, easting_m, northing_m.
    parts : GeoDataFrame of m parts, metres
    assignments : DataFrame[ASSIGNMENT_COLUMNS]
        With a halo of at least `halo_m`.
    parameters : AnalysisParameters

    Returns
    -------
    Clusters
        Numbered by part, open ground last, and within each by their first core point in canonical order.
    """
    require_columns(incidents, (LONGITUDE, LATITUDE, WEIGHT, EASTING_M, NORTHING_M))
    require_columns(assignments, ASSIGNMENT_COLUMNS)
    weight = incidents[WEIGHT].to_numpy(float)
    order = place_order(
        incidents[LONGITUDE].to_numpy(float),
        incidents[LATITUDE].to_numpy(float),
        weight if parameters.weighted else None,
    )
    sample_weight = weight if parameters.weighted else None
    kinds = parts[KIND].tolist()
    found = [
        _search(ground, ground.inside, parameters.for_kind(kinds[ground.part]), sample_weight, parameters)
        for ground in _target_grounds(incidents, parts, assignments, order)
    ]
    taken = np.zeros(len(incidents), bool)
    for one in found:
        taken[one.ground.incident[one.label >= 0]] = True
    ground = _open_ground(incidents, assignments, order)
    found.append(_search(ground, ~taken[ground.incident], parameters.for_kind(None), sample_weight, parameters))
    return _gathered(found, parts)


def _target_grounds(
    incidents: pd.DataFrame, parts: gpd.GeoDataFrame, assignments: pd.DataFrame, order: Ints
) -> Iterator[_Ground]:
    """Every part's incidents, the halo's too, in canonical order."""
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    incident, part = assignments[INCIDENT].to_numpy(np.int64), assignments[PART].to_numpy(np.int32)
    # A pair is listed once, so that one number for each of them can be sorted in any way.
    place = part.astype(np.int64) * len(order) + rank[incident]
    inside, distance = assignments[INSIDE].to_numpy(bool), assignments[DISTANCE_M].to_numpy(float)
    chainage, offset = (assignments[column].to_numpy(float) for column in (CHAINAGE_M, OFFSET_M))
    if (place[1:] < place[:-1]).any():
        pairs = np.argsort(place)
        incident, part, inside, distance = incident[pairs], part[pairs], inside[pairs], distance[pairs]
        chainage, offset = chainage[pairs], offset[pairs]
    along = ~np.isnan(chainage)
    x = np.where(along, chainage, incidents[EASTING_M].to_numpy(float)[incident])
    y = np.where(along, offset, incidents[NORTHING_M].to_numpy(float)[incident])
    ends = np.searchsorted(part, np.arange(len(parts) + 1))
    for number, (first, last) in enumerate(pairwise(ends)):
        rows = slice(first, last)
        yield _Ground(number, incident[rows], inside[rows], distance[rows], x[rows], y[rows], bool(along[rows].any()))


def _open_ground(incidents: pd.DataFrame, assignments: pd.DataFrame, order: Ints) -> _Ground:
    """The incidents inside no part, in canonical order."""
    is_open = np.ones(len(incidents), bool)
    is_open[assignments[INCIDENT].to_numpy(np.int64)[assignments[INSIDE].to_numpy(bool)]] = False
    incident = order[is_open[order]]
    x, y = incidents[EASTING_M].to_numpy(float)[incident], incidents[NORTHING_M].to_numpy(float)[incident]
    return _Ground(OPEN_PART, incident, np.ones(len(incident), bool), np.zeros(len(incident)), x, y, False)


def _search(
    ground: _Ground, counts: Bools, own: KindParameters, sample_weight: Floats | None, parameters: AnalysisParameters
) -> _Found:
    """The clusters of one ground that have a core point where `counts` holds."""
    eps_m = float(own.eps_m)
    if parameters.eps_m == "auto":
        eps_m = knee_eps_m(ground.x[ground.inside], ground.y[ground.inside], own.min_samples, own.eps_m)
    within = ground.inside | (ground.distance <= HALO_IN_EPS * eps_m)
    if not within.all():
        ground, counts = ground.only(within), counts[within]
    label, is_core = _labelled(ground, eps_m, own.min_samples, sample_weight, parameters.n_threads)
    kept = np.bincount(label[is_core & counts], minlength=label.max(initial=-1) + 1) > 0
    renumbered = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)  # label -1 finds the last entry
    return _Found(ground, eps_m, renumbered[label], is_core)


def _labelled(
    ground: _Ground, eps_m: float, min_samples: int, sample_weight: Floats | None, n_threads: int
) -> tuple[Ints, Bools]:
    """DBSCAN's labels and core flags."""
    is_core = np.zeros(len(ground.incident), bool)
    if len(is_core) == 0:
        return np.zeros(0, np.int64), is_core
    points = np.column_stack([ground.x, ground.y])
    threads = n_threads if len(points) >= THREADS_PAY_FROM else 1
    # A thousand targets of a few hundred incidents: the estimator's checks would cost as much as its clustering.
    found = None if sample_weight is not None else cluster_points(points, eps_m, min_samples, n_threads=threads)
    if found is None:
        weight = None if sample_weight is None else sample_weight[ground.incident]
        model = DBSCAN(eps=eps_m, min_samples=min_samples, algorithm="kd_tree", n_jobs=threads)
        model.fit(points, sample_weight=weight)
        is_core[model.core_sample_indices_] = True
        return np.asarray(model.labels_, np.int64), is_core
    is_core[found.core_indices] = True
    return np.asarray(found.labels, np.int64), is_core


def _gathered(found: list[_Found], parts: gpd.GeoDataFrame) -> Clusters:
    """All grounds' clusters, numbered through."""
    per_ground = np.array([one.n_clusters for one in found], np.int64)
    first = np.cumsum(per_ground) - per_ground
    n_members = [np.count_nonzero(one.label >= 0) for one in found]
    members: dict[str, npt.NDArray[Any]] = {
        name: np.empty(sum(n_members), dtype) for name, dtype in MEMBER_DTYPES.items()
    }
    for one, number, (start, end) in zip(found, first, pairwise(accumulate(n_members, initial=0)), strict=True):
        _write_members(one, number, {name: column[start:end] for name, column in members.items()})
    part_ids = [*parts[PART_ID].tolist(), OPEN_GROUND_ID]  # the last one is found by OPEN_PART, -1
    return Clusters(
        pd.DataFrame(members, copy=False),
        np.repeat(np.array([one.ground.part for one in found], np.int32), per_ground),
        np.repeat(np.array([one.eps_m for one in found], np.float64), per_ground),
        {part_ids[one.ground.part]: one.eps_m for one in found},
    )


def _write_members(found: _Found, first_cluster: int, columns: dict[str, npt.NDArray[Any]]) -> None:
    """Write one ground's part of MEMBER_COLUMNS: once and in its place, as there may be millions."""
    label, ground = found.label.astype(np.int32), found.ground
    rows = order_by_cell(label, found.n_clusters)
    columns[CLUSTER][:] = label[rows] + np.int32(first_cluster)
    columns[INCIDENT][:] = ground.incident[rows]
    columns[PART][:] = ground.part
    columns[INSIDE][:] = ground.inside[rows]
    columns[IS_CORE][:] = found.is_core[rows]
    columns[CHAINAGE_M][:] = ground.x[rows] if ground.along else np.nan
    columns[OFFSET_M][:] = ground.y[rows] if ground.along else np.nan
