"""When simulated incidents happen: the year, the week, the Spring Festival, the hours, and how long they may take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

MINUTES_A_DAY = 24 * 60

SPRING_FESTIVALS = (date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10))
FESTIVAL_DAYS = (-3, 10)  # the dip: from three days before New Year to ten days after it
FESTIVAL_LEVEL = 0.45
WEEK = (0.94, 0.95, 0.97, 0.98, 1.10, 1.12, 0.94)  # Monday first
YEAR_AMPLITUDE = 0.15  # the yearly wave, highest in mid-August
YEAR_PEAK_DAY = 227


@dataclass(frozen=True)
class Hours:
    """
    A category's time of day and how well it is known.

    Parameters
    ----------
    peaks : sequence of (hour, spread in hours, share)
        Bumps of the day's curve; what the shares leave is spread evenly.
    interval_share : float
        Of incidents known only to lie between two times.
    interval_hours : (shortest, longest)
        Of those.
    day_only_share : float
        Of incidents whose day alone is known.
    """

    peaks: Sequence[tuple[float, float, float]]
    interval_share: float = 0.0
    interval_hours: tuple[float, float] = (1.0, 8.0)
    day_only_share: float = 0.0


HOURS: Mapping[str, Hours] = {
    "入室盗窃": Hours(((10.5, 2.5, 0.35), (15.5, 2.5, 0.30), (2.5, 1.5, 0.20)), 0.80, (2.0, 11.0)),
    "盗窃": Hours(((17.5, 2.5, 0.50), (11.0, 2.5, 0.30)), 0.30, (1.0, 7.0)),
    "街头抢劫": Hours(((22.5, 1.8, 0.80),)),
    "抢夺": Hours(((19.5, 2.0, 0.70),)),
    "诈骗": Hours(((10.0, 2.0, 0.45), (15.5, 2.0, 0.40)), 0.0, (1.0, 8.0), 0.25),
    "寻衅滋事": Hours(((22.0, 2.0, 0.75),)),
    "非法营运": Hours(((7.5, 1.5, 0.40), (17.5, 2.0, 0.45))),
}


def all_days(first: date, last: date) -> Days:
    """Every day from the first to the last, both included."""
    return np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + np.timedelta64(1, "D"))


def day_weights(days: Days) -> Floats:
    """How busy each day is against an ordinary one: yearly wave × week × Spring Festival, float64[n_days]."""
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    day_of_year = (days - days.astype("datetime64[Y]")).astype(np.int64)
    year = 1.0 + YEAR_AMPLITUDE * np.cos(2 * np.pi * (day_of_year - YEAR_PEAK_DAY) / 365.25)
    weights = np.array(WEEK)[weekday] * year
    for festival in SPRING_FESTIVALS:
        since = (days - np.datetime64(festival, "D")).astype(np.int64)
        weights[(since >= FESTIVAL_DAYS[0]) & (since <= FESTIVAL_DAYS[1])] *= FESTIVAL_LEVEL
    return np.asarray(weights)


def level_on(days: Days, course: Sequence[tuple[date, float]]) -> Floats:
    """A level given at some dates, in straight lines between them and constant outside, float64[n_days]."""
    at = np.array([np.datetime64(day, "D") for day, _ in course]).astype(np.int64)
    return np.interp(days.astype(np.int64), at, [level for _, level in course])


def draw_minutes(rng: np.random.Generator, category: str, n: int) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """
    Times of day for `n` incidents of a category.

    Returns
    -------
    middle_min : float64[n], whole
        Middle of the incident's time, minutes after local midnight, in [1, 1440).
    half_min : float64[n], whole
        Half its length; 0 for an instant.
    day_only : bool[n]
        Whether the day alone is known.
    """
    hours = HOURS[category]
    shares = np.array([share for _, _, share in hours.peaks])
    bump = rng.choice(len(shares) + 1, n, p=np.append(shares, 1 - shares.sum()))
    centre = np.append([60 * hour for hour, _, _ in hours.peaks], 0.0)[bump]
    spread = np.append([60 * width for _, width, _ in hours.peaks], 0.0)[bump]
    even = np.where(bump == len(shares), rng.uniform(0, MINUTES_A_DAY, n), 0.0)
    middle = np.floor(centre + spread * rng.standard_normal(n) + even) % MINUTES_A_DAY
    # Real files that hold many times of exactly 00:00 mean "not known" by it; none is made here.
    middle = np.maximum(middle, 1.0)
    length = rng.uniform(*hours.interval_hours, n) * 60
    half = np.where(rng.random(n) < hours.interval_share, np.floor(length / 2), 0.0)
    return middle, half, rng.random(n) < hours.day_only_share
