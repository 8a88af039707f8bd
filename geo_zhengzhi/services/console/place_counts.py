"""Count the incidents of several periods in any number of places at once, by the rule of every other count."""

from collections.abc import Sequence
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_zhengzhi.assignment import assign
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import Comparison, Period
from geo_zhengzhi.schema import EASTING_M, INCIDENT, INSIDE, LATITUDE, LONGITUDE, NORTHING_M, PART
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.study_area import study_area_of

Integers = npt.NDArray[np.int64]
kept_compare = lru_cache(maxsize=20_000)(compare)  # of a thousand places most have one of a few hundred pairs of counts


def frame_of(study: Study, parts: gpd.GeoDataFrame) -> MetricFrame:
    """The frame in metres in which a study is analysed."""
    area = study_area_of(study.targets) if study.study_area is None else study.study_area
    bounds = parts.total_bounds if area.is_empty else area.bounds
    return MetricFrame.for_bounds(tuple(bounds), study.frame_center)


def count_in_places(
    study: Study, parts: gpd.GeoDataFrame, place: npt.ArrayLike, n_places: int, periods: Sequence[Period]
) -> Integers:
    """
    Count each period's incidents in each place.

    Parameters
    ----------
    study : Study
    parts : GeoDataFrame of m rows, EPSG:4326
        Polygons, or lines with `corridor_half_width_m`; edges included.
    place : array-like of m int
        The place that each part belongs to, in [0, n_places); an incident in several of its parts counts once.
    n_places : int
    periods : sequence of p Period
        They may overlap.

    Returns
    -------
    int64[n_places, p]
    """
    rows = [study.rows(period) for period in periods]
    chosen = _distinct(np.concatenate(rows)) if rows else np.empty(0, np.int64)
    found = np.zeros((n_places, len(periods)), np.int64)
    if not len(chosen) or parts.empty:
        return found
    incident, of_place = _pairs(study, parts, np.asarray(place, np.int64), chosen)
    for number, of_period in enumerate(rows):
        belongs = np.isin(chosen, of_period, assume_unique=True)
        found[:, number] = np.bincount(of_place[belongs[incident]], minlength=n_places)
    return found


def _pairs(study: Study, parts: gpd.GeoDataFrame, place: Integers, chosen: Integers) -> tuple[Integers, Integers]:
    """Each incident (its position in `chosen`) with each place that it lies in, once."""
    frame = frame_of(study, parts)
    rows = study.incidents[[LONGITUDE, LATITUDE]].iloc[chosen]
    easting_m, northing_m = frame.to_metres(rows[LONGITUDE].to_numpy(), rows[LATITUDE].to_numpy())
    located = rows.assign(**{EASTING_M: easting_m, NORTHING_M: northing_m})
    table = assign(located, frame.project(parts), np.zeros(len(parts)))
    inside = table[INSIDE].to_numpy(bool)
    incident, of_place = table[INCIDENT].to_numpy()[inside], place[table[PART].to_numpy()[inside]]
    if len(np.unique(place)) < len(place):  # only a place of several parts can have an incident twice
        n_places = int(place.max()) + 1
        incident, of_place = np.divmod(_distinct(incident * n_places + of_place), n_places)
    return incident, of_place


def _distinct(numbers: Integers) -> Integers:
    """Each number once, rising; by sorting, since `np.unique` hashes whole numbers, which takes ten times as long."""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def change_between(n_now: int, n_before: int | None, now: Period, before: Period | None) -> Change:
    """Two counts of a place with their comparison; without one where the earlier period is not known."""
    if n_before is None or before is None:
        return Change(n_now, None, None)
    comparison: Comparison = kept_compare(n_now, n_before, now.n_days, before.n_days)
    return Change(n_now, n_before, comparison)


def if_covered(study: Study, period: Period) -> Period | None:
    """A period if the data reach back to its first day and on to its last; otherwise None."""
    span = study.span
    if span is None or span.first_day > period.first_day or span.last_day < period.last_day:
        return None
    return period
