"""
A meeting file of ten, a hundred and eleven hundred targets, out of a store of a thousand incidents for each of them.

The store is copied anew before every round, so that each file is the first of its store; reading the study is part of
what is timed, as it is for whoever makes a file by command.
"""

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.county_store import county_store
from benchmarks.protocol import Engine, Measurement
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.files import HTML
from geo_zhengzhi.services.meeting.making import export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.opening import open_store

MONTHS = Months.written("2024-02", "2024-03")
DAY = date(2025, 1, 2)
MIB = 2**20
MOST_MIB = 5  # of the file of a hundred targets


def measurements(quick: bool) -> list[Measurement]:
    sizes = [10] if quick else [10, 100, 1_100]
    for n_targets in sizes:
        county_store(n_targets * 1_000, n_targets, 0)
    return [
        Measurement(
            f"A meeting file of {n_targets:,} targets, one HTML file",
            subject=Engine("benchmarks.bench_meeting:making", n_targets=n_targets, ending=HTML),
            seconds=20 if n_targets == 100 else None,
            rounds=3 if n_targets <= 100 else 1,
            warm=n_targets <= 100,
        )
        for n_targets in sizes
    ]


def making(n_targets: int, ending: str) -> Callable[[], str]:
    """Makes a file; fails where that of a hundred targets is larger than it may be."""
    source = county_store(n_targets * 1_000, n_targets, 0)
    settings = Settings()
    asked = Asked(MONTHS, DAY)

    def make() -> str:
        with tempfile.TemporaryDirectory(prefix="gz-bench-") as folder:
            path = shutil.copyfile(source, Path(folder) / "store.gpkg")
            database = open_store(f"sqlite:///{path}")
            try:
                study = open_stored_study(database, settings)
                now = datetime.now(UTC)
                made = export_meeting(database, study, asked, settings, actor=SYSTEM, now=now, ending=ending)
            finally:
                database.close()
        size = len(made.content) / MIB
        assert n_targets != 100 or size <= MOST_MIB, f"{size:.1f} MiB"
        table = made.table
        return f"{size:.2f} MiB; {table.n:,} counts, {table.n_small:,} small, {table.n_withheld:,} withheld"

    return make
