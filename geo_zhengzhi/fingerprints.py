"""
Names for content: the same incidents, targets and parameters have the same name, whatever the order of the file.

A set of incidents is named by the sum of its members' hashes, so that naming needs no sorting and a million members
cost one pass; the sum and the few values beside it then go through SHA-256.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.kernels import Ints, kernel
from geo_zhengzhi.schema import (
    CATEGORY,
    CONTENT_HASH,
    GEOMETRY,
    INCIDENT_ID,
    LATITUDE,
    LONGITUDE,
    OCCURRED_FROM,
    OCCURRED_TO,
    WEIGHT,
)  # fmt: skip

Hashes = npt.NDArray[np.uint64]

CHUNK = 65_536  # texts that are Python's own at a time
SHORT_RUN = 32  # incidents at one longitude that are sorted by insertion

# Constants of splitmix64 [Steele, Lea & Flood 2014], a bijection on 64 bits that spreads every input bit.
GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)


def mix(values: Hashes) -> Hashes:
    """splitmix64 of an array of n; arithmetic is modulo 2**64."""
    z = values + GOLDEN_GAMMA
    shifted = z >> np.uint64(30)  # one array for all that is shifted: fresh memory costs more than the arithmetic
    z ^= shifted
    z *= MIX_1
    np.right_shift(z, np.uint64(27), out=shifted)
    z ^= shifted
    z *= MIX_2
    np.right_shift(z, np.uint64(31), out=shifted)
    z ^= shifted
    return z


def content_hashes(incidents: pd.DataFrame) -> Hashes:
    """
    Hash each incident's content: place, time, category and weight.

    The id takes no part, because a file without ids has them made from row numbers, and the rows may be shuffled.

    Parameters
    ----------
    incidents : DataFrame of n, EPSG:4326
        Where a stage before has already put the hashes in the column `content_hash`, they are taken from there.

    Returns
    -------
    uint64[n]
    """
    if CONTENT_HASH in incidents.columns:
        return incidents[CONTENT_HASH].to_numpy(np.uint64)
    mixed = np.zeros(len(incidents), np.uint64)
    for column in (LONGITUDE, LATITUDE, WEIGHT):
        values = incidents[column].to_numpy(np.float64) + 0.0  # -0.0 becomes 0.0, which has other bits
        mixed = mix(mixed ^ values.view(np.uint64))
    for column in (OCCURRED_FROM, OCCURRED_TO):
        mixed = mix(mixed ^ microseconds(incidents[column]).view(np.uint64))
    number, words = pd.factorize(incidents[CATEGORY])
    return mix(mixed ^ text_hashes(pd.Series(words, dtype=object))[number])


def microseconds(times: pd.Series) -> npt.NDArray[np.int64]:
    """Microseconds since 1970 in UTC (int64[n]) of tz-aware times of any resolution."""
    return np.asarray(times.dt.as_unit("us").array.view("i8"))


def text_hashes(texts: "pd.Series[Any]") -> Hashes:
    """Hashes (uint64[n]) of a text column, the same for the same text however pandas keeps it."""
    hashes = np.empty(len(texts), np.uint64)
    for first in range(0, len(texts), CHUNK):  # a few texts at a time, so that the next take the last ones' memory
        few = texts.iloc[first : first + CHUNK].to_numpy(dtype=object)
        hashes[first : first + CHUNK] = pd.util.hash_array(few, categorize=False)
    return hashes


def group_sums(hashes: Hashes, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """
    Sum hashes over consecutive groups, none of them empty.

    Parameters
    ----------
    hashes : uint64[n]
    starts : int64[k]
        Position of each group's first row.

    Returns
    -------
    uint64[k, 2]
        Two sums of differently mixed hashes, 128 bits together.
    """
    if len(starts) == 0:
        return np.zeros((0, 2), np.uint64)
    return np.column_stack([np.add.reduceat(h, starts) for h in (hashes, mix(hashes))])


def name_of(prefix: str, *values: object) -> str:
    """A name of `prefix` and twelve hexadecimal digits (48 bits) for values that have an exact `repr`."""
    return prefix + hashlib.sha256(repr(values).encode()).hexdigest()[:12]


def data_version(incidents: pd.DataFrame, targets: gpd.GeoDataFrame) -> str:
    """
    SHA-256 (64 hexadecimal digits) over the incidents' ids and content and the targets' geometries and attributes.

    Independent of the order of either file and of further columns the incidents may have.
    """
    return version_of(incidents_name(incidents), targets)


def incidents_name(incidents: pd.DataFrame) -> str:
    """A name for incidents, their number and 32 hexadecimal digits over ids and content, in whatever order they are."""
    if incidents.empty:
        return "0"
    hashes = mix(content_hashes(incidents) ^ mix(text_hashes(incidents[INCIDENT_ID])))
    return f"{len(incidents)}-{group_sums(hashes, np.zeros(1, np.int64)).tobytes().hex()}"


def version_of(name: str, targets: gpd.GeoDataFrame) -> str:
    """`data_version` of incidents whose `incidents_name` is known."""
    digest = hashlib.sha256(name.encode())
    for line in sorted(_target_lines(targets)):
        digest.update(line)
    return digest.hexdigest()


def _target_lines(targets: gpd.GeoDataFrame) -> Iterable[bytes]:
    """Each part's attributes and geometry as bytes."""
    columns = [column for column in sorted(targets.columns) if column != GEOMETRY]
    shapes = shapely.to_wkb(np.asarray(targets.geometry.array, object), byte_order=1)
    attributes = zip(*(targets[column] for column in columns), strict=True)
    for row, shape in zip(attributes, shapes, strict=True):
        yield repr([str(value) for value in row]).encode() + b"\0" + (shape or b"")


def place_order(
    longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64], tie: npt.NDArray[Any] | None = None
) -> npt.NDArray[np.int64]:
    """
    Positions that sort incidents by (longitude, latitude, tie), the order in which every stage counts.

    Parameters
    ----------
    longitude, latitude : float64[n]
    tie : array of n, optional
        What decides at one place; without it the given order stays there.

    Returns
    -------
    int64[n]
    """
    if _is_sorted(longitude, latitude, tie):
        return np.arange(len(longitude))
    order = np.argsort(longitude, kind="stable" if tie is None else "quicksort")
    same = np.diff(longitude[order]) == 0
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    rows = order[tied]
    order[tied] = _ties_sorted(longitude[rows], latitude[rows], latitude[rows] if tie is None else tie[rows], rows)
    return order


def _ties_sorted(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], tie: npt.NDArray[Any], rows: Ints) -> Ints:
    """The rows (int64[n]) of runs of one x, each run stably sorted by (y, tie)."""
    edges = np.concatenate([[0], np.flatnonzero(np.diff(x)) + 1, [len(x)]])
    _sort_short_runs(edges, y, tie, rows)
    for number in np.flatnonzero(np.diff(edges) > SHORT_RUN):
        run = slice(edges[number], edges[number + 1])
        rows[run] = rows[run][np.lexsort((tie[run], y[run]))]
    return rows


@kernel
def _sort_short_runs(edges: Ints, y: npt.NDArray[np.float64], tie: npt.NDArray[Any], rows: Ints) -> None:
    """Sort the runs of a few rows by insertion, all three arrays in place; the long ones are left as they are."""
    for run in range(len(edges) - 1):
        first, end = edges[run], edges[run + 1]
        if end - first > SHORT_RUN:
            continue
        for i in range(first + 1, end):
            y_i, tie_i, row_i, k = y[i], tie[i], rows[i], i
            while k > first and (y[k - 1] > y_i or (y[k - 1] == y_i and tie[k - 1] > tie_i)):
                y[k], tie[k], rows[k] = y[k - 1], tie[k - 1], rows[k - 1]
                k -= 1
            y[k], tie[k], rows[k] = y_i, tie_i, row_i


def _is_sorted(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], tie: npt.NDArray[Any] | None) -> bool:
    """Whether rows already ascend by (x, y, tie)."""
    ascends = np.ones(max(len(x) - 1, 0), bool) if tie is None else tie[1:] >= tie[:-1]
    for values in (y, x):
        ascends = (values[1:] > values[:-1]) | ((values[1:] == values[:-1]) & ascends)
    return bool(ascends.all())


def compile_kernels() -> None:
    """Compile the kernel that puts incidents in order, or load it from the cache."""
    places = np.zeros(2)
    for tie in (None, places, np.array([1, 0], np.uint64)):
        place_order(places, np.array([1.0, 0.0]), tie)
