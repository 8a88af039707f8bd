"""
The half-yearly screening 两次排查: every target, supplied area and candidate of the county, ranked by its incidents.

It moves nothing by itself: what it finds a planner lists, with `screening_listing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np

from geo_zhengzhi.crs import geodesic_area_km2
from geo_zhengzhi.errors import InvalidParameter, NoIncidents
from geo_zhengzhi.model import Period
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.place_counts import change_between, count_in_places, if_covered
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.screening.half_years import HalfYear, last_whole_half
from geo_zhengzhi.services.screening.places import Place, places_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.comparison import MIN_COUNT
from geo_zhengzhi.store import state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import read_parts
from geo_zhengzhi.store.register import all_entries

DEFAULT_LEAST = MIN_COUNT  # from ten on a change can be told from chance and a percentage may be given
MOST_LEAST = 100_000


@dataclass(frozen=True)
class Row:
    """
    A place with its rank and counts.

    `before` compares with the half-year before, `last_year` with the same half-year last year; `incidents_per_km2` is
    None for a line.
    """

    rank: int
    place: Place
    n: int
    before: Change
    last_year: Change
    incidents_per_km2: float | None

    def is_marked(self, least: int) -> bool:
        """Whether it reaches the threshold."""
        return self.n >= least


@dataclass(frozen=True, eq=False)
class Screening:
    """
    One half-year's screening.

    Parameters
    ----------
    study : Study
    half : HalfYear
    period : Period
        Of the half-year; `before` and `last_year` are None where the data do not cover them whole.
    ends_within : bool
        Whether the data end before the half-year does, so that its counts may still grow.
    rows : tuple of Row
        The largest count first, then the densest, then by name.
    n_county : int
        Incidents of the whole county in the half-year, each counted once.
    """

    study: Study
    half: HalfYear
    period: Period
    before: Period | None
    last_year: Period | None
    ends_within: bool
    rows: tuple[Row, ...]
    n_county: int

    def n_marked(self, least: int) -> int:
        """How many places reach a threshold."""
        return sum(row.is_marked(least) for row in self.rows)


_SCREENINGS: ComputeOnce[Screening] = ComputeOnce(size=8)


def screen(database: Database, study: Study, half: HalfYear | None = None) -> Screening:
    """
    Screen a half-year; kept until incidents, targets or areas change.

    Parameters
    ----------
    database : Database
        Whose register says what is listed.
    study : Study
    half : HalfYear, optional
        By default the last one that the data cover whole.

    Raises
    ------
    NoIncidents
        Without any incident.
    """
    if study.span is None:
        raise NoIncidents(name=study.name)
    asked = last_whole_half(study.span) if half is None else half
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    # The kept value holds its study, so that no other study can have that id while it is kept.
    key = (id(study), study.data_version, str(database.url), version, asked)
    return _SCREENINGS.get(key, lambda: _screened(database, study, asked))


def check_least(given: int | str) -> int:
    """
    A threshold that was asked for.

    Raises
    ------
    InvalidParameter
    """
    if not isinstance(given, int) or not 1 <= given <= MOST_LEAST:
        raise InvalidParameter(name="least", given=given, allowed=f"1–{MOST_LEAST}")
    return given


def _screened(database: Database, study: Study, half: HalfYear) -> Screening:
    period = half.period(study.timezone)
    before = if_covered(study, half.moved(-1).period(study.timezone))
    last_year = if_covered(study, half.moved(-2).period(study.timezone))
    with database.read() as connection:
        register, entries = read_parts(connection), all_entries(connection)
    situation = assess(study, Query(period))
    places, parts, owners = places_of(study, register, entries, situation, half)
    asked = [period, *(other for other in (before, last_year) if other is not None)]
    counts = count_in_places(study, parts, owners, len(places), asked)
    names = ["now", *(["before"] if before else []), *(["last"] if last_year else [])]
    columns = dict(zip(names, counts.T, strict=True))
    rows = _ranked(places, _densities(parts, owners, counts), columns, period, before, last_year)
    assert study.span is not None
    ends_within = study.span.last_day < period.last_day
    return Screening(study, half, period, before, last_year, ends_within, rows, situation.n_incidents)


def _densities(parts: gpd.GeoDataFrame, owners: np.ndarray, counts: np.ndarray) -> list[float | None]:
    """Incidents per km² of each place (n); None where one of its parts is a line."""
    areas_km2 = geodesic_area_km2(parts.geometry)
    is_line = parts[CORRIDOR_HALF_WIDTH_M].notna().to_numpy()
    total = np.bincount(owners, areas_km2, minlength=len(counts))
    has_line = np.bincount(owners, is_line, minlength=len(counts)) > 0
    return [
        None if line or area <= 0 else float(n / area)
        for n, area, line in zip(counts[:, 0], total, has_line, strict=True)
    ]


def _ranked(
    places: list[Place],
    densities: list[float | None],
    counts: Mapping[str, np.ndarray],
    period: Period,
    before: Period | None,
    last_year: Period | None,
) -> tuple[Row, ...]:
    """The places with their changes, in order."""

    def change(column: str, number: int, earlier: Period | None) -> Change:
        n_earlier = int(counts[column][number]) if column in counts else None
        return change_between(int(counts["now"][number]), n_earlier, period, earlier)

    rows = [
        Row(0, place, int(counts["now"][i]), change("before", i, before), change("last", i, last_year), densities[i])
        for i, place in enumerate(places)
    ]
    rows.sort(key=lambda row: (-row.n, -(row.incidents_per_km2 or 0.0), row.place.name, row.place.key))
    return tuple(replace(row, rank=rank) for rank, row in enumerate(rows, start=1))
