"""What happened in each of several places, and when: categories and peak hours for their popups."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_zhengzhi import schema
from geo_zhengzhi.model import AnalysisResult
from geo_zhengzhi.polygon_index import PolygonIndex
from geo_zhengzhi.tallies import peak_hours_of_groups, top_categories

Ints = npt.NDArray[np.int64]
N_TOP = 3


class Profile(NamedTuple):
    """At most three categories with their counts; the densest three hours, None where no hour is known."""

    top_categories: list[tuple[str, int]]
    peak_hours: tuple[int, int] | None


def part_profiles(result: AnalysisResult) -> list[Profile]:
    """One profile a part, in the order of the targets, of the incidents inside it."""
    inside = result.assignments[schema.INSIDE].to_numpy(bool) & (result.assignments[schema.PART].to_numpy() >= 0)
    pairs = result.assignments[inside]
    incident, part = (pairs[column].to_numpy(np.int64) for column in (schema.INCIDENT, schema.PART))
    return _profiles(result, incident, part, len(result.targets))


def zone_profiles(result: AnalysisResult, zones: gpd.GeoDataFrame) -> list[Profile]:
    """One profile a zone, of all incidents in it, its edge included."""
    longitude, latitude = (result.incidents[c].to_numpy(float) for c in (schema.LONGITUDE, schema.LATITUDE))
    incident, zone = PolygonIndex(np.asarray(zones.geometry.array, object)).query(longitude, latitude)
    return _profiles(result, incident, zone.astype(np.int64), len(zones))


def _profiles(result: AnalysisResult, incident: Ints, place: Ints, n_places: int) -> list[Profile]:
    """The profiles of n places from pairs of incident (its position) and place."""
    order = np.argsort(place, kind="stable")
    rows, place = result.incidents.iloc[incident[order]], place[order]
    tops = top_categories(place, rows[schema.CATEGORY], n_places, N_TOP)
    peaks = peak_hours_of_groups(
        place, rows[schema.OCCURRED_FROM], rows[schema.OCCURRED_TO], n_places, result.parameters.timezone
    )
    return [Profile(*pair) for pair in zip(tops, peaks, strict=True)]
