"""Drawing incidents from sources: how many each day, where, of which category and at what time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.schema import (
    CATEGORY,
    INCIDENT_COLUMNS,
    INCIDENT_ID,
    LATITUDE,
    LONGITUDE,
    OCCURRED_FROM,
    OCCURRED_TO,
    WEIGHT,
)
from geo_zhengzhi.simulation.grounds import Floats, Ground, Places
from geo_zhengzhi.simulation.rhythm import MINUTES_A_DAY, Days, day_weights, draw_minutes, level_on

Ints = npt.NDArray[np.int64]

COURSE_DAYS = 60  # levels are incidents per sixty ordinary days, about a two-month period
DECIMALS = 6  # of a degree: 0.1 m
SOURCE = "source"  # column of drawn incidents: position of the source that each came from


@dataclass(frozen=True)
class Source:
    """
    Something that brings forth incidents: a background or a planted hotspot.

    Parameters
    ----------
    ground : Ground
        Where.
    course : sequence of (date, level)
        Incidents per sixty ordinary days, in straight lines between the dates.
    mix : mapping of category to share
        Shares sum to 1.
    repeated_share : float
        Of incidents that fall on the exact address of an earlier one of this source.
    """

    ground: Ground
    course: Sequence[tuple[date, float]]
    mix: Mapping[str, float]
    repeated_share: float = 0.0


@dataclass(frozen=True)
class FixedCount:
    """A stretch of days, both ends included, whose number of incidents is given and not drawn."""

    first: date
    last: date
    n: int


def draw_incidents(
    rng: np.random.Generator,
    sources: Sequence[Source],
    days: Days,
    frame: MetricFrame,
    *,
    fixed: Sequence[FixedCount] = (),
    timezone: str = "Asia/Shanghai",
    id_prefix: str = "JZ",
) -> pd.DataFrame:
    """
    Draw the incidents of some sources.

    Each source is a Poisson process in time, with the rhythm of `rhythm.day_weights` on top of its own course. Where a
    count is fixed, it is shared out among the sources in proportion to what is expected of each, by largest remainders,
    and only the days are drawn. An incident's day is that of its midpoint.

    Parameters
    ----------
    rng : Generator
        The only source of chance; the same state gives the same incidents.
    sources : sequence of Source
        In metres of `frame`.
    days : datetime64[D] array of consecutive days
    frame : MetricFrame
    fixed : sequence of FixedCount
        Not overlapping.
    timezone : str
        IANA zone of the days.
    id_prefix : str
        Incidents are called PREFIX-year-number, in the order of their midpoints.

    Returns
    -------
    DataFrame, EPSG:4326
        INCIDENT_COLUMNS and `source`, the position in `sources` that each incident came from; by midpoint.
    """
    counts = _draw_counts(rng, _expected(sources, days), days, fixed)
    each = zip(sources, counts, strict=True)
    drawn = [_draw_source(rng, source, np.repeat(days, n), i) for i, (source, n) in enumerate(each)]
    events = pd.concat(drawn, ignore_index=True)
    longitude, latitude = frame.to_degrees(events.pop("easting_m"), events.pop("northing_m"))
    events[LONGITUDE], events[LATITUDE] = np.round(longitude, DECIMALS), np.round(latitude, DECIMALS)
    events = events.sort_values(["middle", LONGITUDE, LATITUDE, OCCURRED_FROM], kind="stable", ignore_index=True)
    years = events["middle"].dt.year
    number = events.groupby(years).cumcount() + 1
    events[INCIDENT_ID] = [f"{id_prefix}-{year}-{k:06d}" for year, k in zip(years, number, strict=True)]
    events[WEIGHT] = 1.0
    for column in (OCCURRED_FROM, OCCURRED_TO):
        events[column] = events[column].dt.tz_localize(timezone)
    return events[[*INCIDENT_COLUMNS, SOURCE]]


def _expected(sources: Sequence[Source], days: Days) -> Floats:
    """Expected incidents, float64[n_sources, n_days]."""
    levels = np.array([level_on(days, source.course) for source in sources])
    return np.asarray(levels / COURSE_DAYS * day_weights(days))


def _draw_counts(rng: np.random.Generator, expected: Floats, days: Days, fixed: Sequence[FixedCount]) -> Ints:
    """Incidents of each source on each day, int64[n_sources, n_days]."""
    counts = rng.poisson(expected)
    for block in fixed:
        inside = (days >= np.datetime64(block.first, "D")) & (days <= np.datetime64(block.last, "D"))
        by_source = expected[:, inside].sum(axis=1)
        shares = expected[:, inside] / by_source[:, np.newaxis]
        counts[:, inside] = rng.multinomial(_shared_out(block.n, by_source), shares)
    return np.asarray(counts, np.int64)


def _shared_out(n: int, expected: Floats) -> Ints:
    """`n` in whole numbers in proportion to what is expected, the largest remainders rounded up (earlier first)."""
    exact = n * expected / expected.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: n - whole.sum()]] += 1
    return whole


def _draw_source(rng: np.random.Generator, source: Source, days: Days, position: int) -> pd.DataFrame:
    """The incidents of one source; `days` (n) are in order."""
    n = days.size
    places = _with_repeats(rng, source.ground.draw(rng, n), source.repeated_share)
    names = np.array(list(source.mix))
    categories = names[rng.choice(names.size, n, p=list(source.mix.values()))] if n else np.empty(0, names.dtype)
    start, end = _draw_times(rng, categories, days)
    return pd.DataFrame(
        {
            OCCURRED_FROM: start,
            OCCURRED_TO: end,
            "middle": start + (end - start) // 2,
            CATEGORY: pd.array(categories, dtype="str"),
            "easting_m": places[:, 0],
            "northing_m": places[:, 1],
            SOURCE: position,
        }
    )


def _with_repeats(rng: np.random.Generator, places: Places, share: float) -> Places:
    """The same places, a share of them replaced by the address of an earlier one."""
    n = len(places)
    if n == 0:
        return places
    repeats = rng.random(n) < share
    repeats[0] = False
    addresses = np.flatnonzero(~repeats)
    known = np.cumsum(~repeats)  # addresses up to and with each incident
    back_to = addresses[np.floor(rng.random(n) * known).astype(np.int64)]
    return np.where(repeats[:, np.newaxis], places[back_to], places)


def _draw_times(
    rng: np.random.Generator, categories: npt.NDArray[np.str_], days: Days
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """From and to of each incident, local wall time."""
    midnight = days.astype("datetime64[us]")
    start, end = midnight.copy(), midnight.copy()
    for category in np.unique(categories):
        rows = np.flatnonzero(categories == category)
        middle, half, day_only = draw_minutes(rng, str(category), rows.size)
        from_min = np.where(day_only, 0, middle - half).astype(np.int64)
        to_min = np.where(day_only, MINUTES_A_DAY, middle + half).astype(np.int64)
        start[rows] += from_min.astype("timedelta64[m]")
        end[rows] += to_min.astype("timedelta64[m]")
    return start, end
