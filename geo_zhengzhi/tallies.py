"""Figures of many groups of incidents at once: their categories, their hours."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.hours import hour_shares, peaks_of_rows

Ints = npt.NDArray[np.int64]

CHUNK = 250_000  # the hours of an incident take 192 bytes


def top_categories(group: Ints, categories: "pd.Series[Any]", n_groups: int, n_top: int) -> list[list[tuple[str, int]]]:
    """
    The most frequent categories of each group.

    Parameters
    ----------
    group : int64[n]
        Each incident's group, 0 to n_groups - 1.
    categories : Series of n str
    n_groups, n_top : int

    Returns
    -------
    list of n_groups lists of (category, count)
        At most `n_top` each, by count downwards; of equals the first by name (code points, whatever the locale).
    """
    code, found = pd.factorize(categories)
    alphabetical = sorted(range(len(found)), key=lambda number: str(found[number]))
    names = [str(found[number]) for number in alphabetical]
    by_name = np.argsort(np.array(alphabetical, np.int64))
    pair, count = _counted(group * len(names) + by_name[code], n_groups * len(names))
    of_group, of_name = np.divmod(pair, max(len(names), 1))
    order = np.lexsort((of_name, -count, of_group))
    place = np.arange(len(order)) - np.searchsorted(of_group[order], of_group[order])
    tops: list[list[tuple[str, int]]] = [[] for _ in range(n_groups)]
    for row in order[place < n_top]:
        tops[of_group[row]].append((names[of_name[row]], int(count[row])))
    return tops


def _counted(numbers: Ints, end: int) -> tuple[Ints, Ints]:
    """The different numbers, from 0 to end - 1, ascending, and how often each comes."""
    if end > 4 * len(numbers):  # a table would be larger than what is counted
        return np.unique(numbers, return_counts=True)
    table = np.bincount(numbers, minlength=end)
    present = np.flatnonzero(table)
    return present, table[present]


def peak_hours_of_groups(
    group: Ints, occurred_from: "pd.Series[Any]", occurred_to: "pd.Series[Any]", n_groups: int, timezone: str
) -> list[tuple[int, int] | None]:
    """
    The densest three hours of the day of each group, by aoristic shares.

    Parameters
    ----------
    group : int64[n], ascending
    occurred_from, occurred_to : Series of n tz-aware times
    n_groups : int
    timezone : str

    Returns
    -------
    list of n_groups (first, last), half-open; None where no incident's hour is known
    """
    instant = (occurred_from == occurred_to).to_numpy(bool)
    hour = occurred_from[instant].dt.tz_convert(timezone).dt.hour.to_numpy(np.int64)
    by_hour = np.bincount(group[instant] * 24 + hour, minlength=n_groups * 24).reshape(n_groups, 24).astype(float)
    lasting = np.flatnonzero(~instant)
    for first in range(0, len(lasting), CHUNK):
        rows = lasting[first : first + CHUNK]
        shares = hour_shares(occurred_from.iloc[rows], occurred_to.iloc[rows], timezone)
        present, starts = np.unique(group[rows], return_index=True)
        by_hour[present] += np.add.reduceat(shares, starts, axis=0)
    return peaks_of_rows(by_hour)
