"""
Common questions, worked out before somebody asks: the latest periods, of all incidents, of each category and of each
band of hours.

A process of its own does it at low priority, one for all workers, after a start and whenever the data have changed;
what it makes is kept on disk, where every worker finds it.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from geo_zhengzhi.model import Period
from geo_zhengzhi.services.console.day_hours import BANDS
from geo_zhengzhi.services.console.heat import datum_of, heat_picture
from geo_zhengzhi.services.console.keeping import make_private
from geo_zhengzhi.services.console.locks import locked
from geo_zhengzhi.services.console.periods import UNITS, containing, shifted
from geo_zhengzhi.services.console.shown import is_shown, shown
from geo_zhengzhi.services.console.sides import sides
from geo_zhengzhi.services.console.situation import Query, checked
from geo_zhengzhi.services.studies.stored_study import StudyHolder
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.opening import open_store

BACK = {"week": 3, "month": 3, "quarter": 3, "half_year": 3, "year": 2}  # how many before the latest of each unit
LEAST_INCIDENTS = 50_000  # with fewer, every answer is there in half a second
LOCK = "ahead.lock"
PROGRAM = "geo_zhengzhi.services.console.ahead"  # what the site runs as a process of its own


def is_worthwhile(study: Study) -> bool:
    """Whether a question of a study takes long enough to be worked out ahead."""
    return study.results_dir is not None and len(study.incidents) >= LEAST_INCIDENTS


def common_periods(study: Study) -> list[Period]:
    """What opens first, then of each unit the one that holds the last incident and those before; within the data."""
    span, opening = study.span, study.default_period
    if span is None or opening is None:
        return []
    latest = {unit: containing(unit, span.last_day, study.timezone) for unit in UNITS}
    others = [shifted(latest[unit], -back) for unit in UNITS for back in range(BACK[unit] + 1)]
    return list(dict.fromkeys([opening, *(period for period in others if period.last_day >= span.first_day)]))


def common_questions(study: Study) -> list[Query]:
    """Every common period of all incidents, then of each category by its frequency, then of each band; checked."""
    periods = common_periods(study)
    asked = [Query(period, category) for category in (None, *study.categories) for period in periods]
    banded = [Query(period, hours=band) for band in BANDS for period in periods]
    return [checked(study, query) for query in (*asked, *banded)]


def work_ahead(study: Study, settings: Settings, goes_on: Callable[[], bool]) -> int:
    """
    Work out the common questions that no worker has kept yet, in the language and on the background of the settings.

    Parameters
    ----------
    study : Study
        With a folder for results.
    settings : Settings
    goes_on : function
        Asked before each question; False ends the work, as when the data have changed.

    Returns
    -------
    int
        How many were worked out.
    """
    n_made = 0
    for query in common_questions(study):
        if not goes_on():
            break
        if not is_shown(study, query, settings.language, settings):
            shown(study, query, settings.language, settings)
            n_made += 1
        heat_picture(study, query, datum_of(settings))
    return n_made


def open_ahead(study: Study, settings: Settings) -> None:
    """Work out what the console, the wall and the page of two maps open with, the heat of both periods too."""
    query = checked(study, Query())
    shown(study, query, settings.language, settings)
    for side in sides(study, query, settings.language, settings).values():
        heat_picture(study, replace(query, period=side.situation.period), datum_of(settings))


def work_while_it_changes(settings: Settings, goes_on: Callable[[], bool]) -> int:
    """
    Work ahead in the store of the settings until everything common is kept, and anew where the data change meanwhile.

    Nothing is done where another process is at it, or where every answer is quick.

    Returns
    -------
    int
        How many questions were worked out.
    """
    n_made = 0
    with alone(settings.kept_dir) as is_alone, closing(open_store(settings.store_url)) as database:
        holder = StudyHolder(database, settings)
        study, seen = holder.current(), None
        while is_alone and study is not seen and goes_on():
            seen = study
            if is_worthwhile(study):
                open_ahead(study, settings)
                n_made += work_ahead(study, settings, partial(_is_still, holder, study, goes_on))
            study = holder.current()
    return n_made


def _is_still(holder: StudyHolder, study: Study, goes_on: Callable[[], bool]) -> bool:
    """Whether a study is the present one, and the work goes on."""
    return goes_on() and holder.current() is study


@contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Whether this process is the one that works ahead in a folder; the lock goes with the process, however it ends."""
    make_private(folder)
    with locked(folder / LOCK, waits=False) as is_alone:
        yield is_alone


def main() -> int:
    """Work as long as the site that started this process is there, and give way to every other process."""
    if sys.platform != "win32":
        os.nice(19)
    site = os.getppid()
    work_while_it_changes(Settings.from_environment(), lambda: os.getppid() == site)
    return 0


if __name__ == "__main__":
    sys.exit(main())
