"""After the last stage: whose hotspot each incident is in, and how many incidents came through each stage."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi import schema
from geo_zhengzhi.model import Clusters
from geo_zhengzhi.polygon_index import PolygonIndex

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SEPARATOR = ";"


def labels(clusters: Clusters, hotspots: gpd.GeoDataFrame, positions: Ints) -> tuple[Any, Bools]:
    """
    Tell each incident's hotspots.

    Parameters
    ----------
    clusters : Clusters
    hotspots : GeoDataFrame[HOTSPOT_COLUMNS]
        By rank, its index the clusters' numbers.
    positions : int64[n]
        Where each located incident stands in the caller's frame.

    Returns
    -------
    hotspot_id : pandas array of n str, in the caller's order
        "" in none; several, of targets that overlap, joined with a semicolon, the best ranked first.
    is_core : bool[n]
        Whether it is a core point of any.
    """
    incident = clusters.members[schema.INCIDENT].to_numpy(np.int64)
    rank = np.argsort(hotspots.index.to_numpy(np.int64))[clusters.members[schema.CLUSTER].to_numpy(np.int64)]
    ids = hotspots[schema.HOTSPOT_ID].tolist()
    texts, code = ["", *ids], np.zeros(len(positions), np.int64)
    code[incident] = rank + 1
    several = np.flatnonzero((np.bincount(incident, minlength=len(positions)) > 1)[incident])
    several = several[np.lexsort((rank[several], incident[several]))]
    place = np.arange(len(several)) - np.searchsorted(incident[several], incident[several])
    for further in range(place.max(initial=0) + 1):
        rows = several[place == further]
        if further == 0:
            code[incident[rows]] = rank[rows] + 1
            continue
        pair, number = np.unique(code[incident[rows]] * len(ids) + rank[rows], return_inverse=True)
        code[incident[rows]] = len(texts) + number
        before, last = (v.tolist() for v in np.divmod(pair, len(ids)))
        texts += [texts[b] + SEPARATOR + ids[k] for b, k in zip(before, last, strict=True)]
    is_core = _marked(incident[clusters.members[schema.IS_CORE].to_numpy(bool)], len(positions))
    given_code, given_core = np.empty_like(code), np.empty_like(is_core)
    given_code[positions], given_core[positions] = code, is_core
    return pd.array(texts, dtype="str").take(given_code), given_core


def counts(
    located: pd.DataFrame,
    assignments: pd.DataFrame,
    clusters: Clusters,
    hotspots: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
) -> dict[str, int]:
    """
    Count incidents at each stage, each incident once.

    `n_incidents` = `n_assigned` (inside a part) + `n_outside` (open ground) = `n_clustered` + `n_noise`. Of those
    outside, `n_in_halo` lie in the halo of a part. Of those clustered, `n_core` are core points of some cluster.
    `n_in_zones` and `n_in_candidates` lie in a zone or a candidate, clustered or not. Beside them stand the numbers
    of hotspots, zones and candidates, and of hotspots whose zone was clipped to nothing.
    """
    n = len(located)
    incident, inside = assignments[schema.INCIDENT].to_numpy(np.int64), assignments[schema.INSIDE].to_numpy(bool)
    assigned, near = _marked(incident[inside], n), _marked(incident[~inside], n)
    member = clusters.members[schema.INCIDENT].to_numpy(np.int64)
    n_clustered = int(_marked(member, n).sum())
    zoned = {i for shapes in (zones, candidates) for ids in shapes[schema.HOTSPOT_IDS] for i in ids}
    return {
        "n_incidents": n,
        "n_assigned": int(assigned.sum()),
        "n_outside": int(n - assigned.sum()),
        "n_in_halo": int((near & ~assigned).sum()),
        "n_clustered": n_clustered,
        "n_noise": n - n_clustered,
        "n_core": int(_marked(member[clusters.members[schema.IS_CORE].to_numpy(bool)], n).sum()),
        "n_in_zones": _n_within(located, zones),
        "n_in_candidates": int(candidates[schema.N_INCIDENTS].sum()),  # they do not overlap
        "n_hotspots": len(hotspots),
        "n_hotspots_in_targets": int((clusters.part >= 0).sum()),
        "n_hotspots_on_open_ground": int((clusters.part < 0).sum()),
        "n_zones": len(zones),
        "n_candidates": len(candidates),
        "n_hotspots_without_zone": len(set(hotspots[schema.HOTSPOT_ID]) - zoned),
    }


def _marked(positions: Ints, n: int) -> Bools:
    """Which of n incidents are named."""
    marked = np.zeros(n, bool)
    marked[positions] = True
    return marked


def _n_within(located: pd.DataFrame, shapes: gpd.GeoDataFrame) -> int:
    """Incidents in any of the shapes."""
    x, y = (located[column].to_numpy(float) for column in (schema.EASTING_M, schema.NORTHING_M))
    incident, _ = PolygonIndex(np.asarray(shapes.geometry.array, object)).query(x, y)
    return int(_marked(incident, len(located)).sum())
