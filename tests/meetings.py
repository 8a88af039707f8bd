"""A county for meeting files: three targets in a store, incidents drawn at random over thirty months."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from studies import area, incident, study_of

from geo_zhengzhi import schema
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.making import Meeting, export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.register.seeding import Seed, plant
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.register import Made

NOW = datetime(2024, 4, 1, 8, tzinfo=UTC)
DAY = date(2024, 4, 1)
SINCE = date(2024, 1, 1)
WHERE = {"T-1": (0.0, 0.0), "T-2": (300.0, 0.0), "T-3": (2500.0, 1500.0)}  # the first two overlap
HOSTILE = "</script><img src=x onerror=alert(1)>${alert(2)}{{7*7}}'\"`"


def copied_store(new_file: Path, folder: Path) -> Iterator[Database]:
    """A new, empty store in a folder, closed behind the test."""
    database = open_store(f"sqlite:///{shutil.copyfile(new_file, folder / 'store.gpkg')}")
    yield database
    database.close()


def draw(n: int = 260, seed: int = 7) -> list[dict[str, Any]]:
    """Incidents of 2022 to June 2024, most of them around the targets."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        west, south = list(WHERE.values())[number % 3]
        far = 3000 if number % 7 == 0 else 260
        month = int(rng.integers(0, 30))
        day, hour = int(rng.integers(1, 28)), int(rng.integers(0, 24))
        when = f"{2022 + month // 12}-{month % 12 + 1:02d}-{day:02d} {hour:02d}:15"
        found.append(incident((west + 200 + rng.normal(0, far), south + 200 + rng.normal(0, far)), when))
    return found


def county(incidents: Iterable[dict[str, Any]], *, version: int = 1, grown_m: float = 0.0, words: str = "") -> Study:
    """A study of these incidents and three targets; `version` and `grown_m` are of T-3, which was redrawn."""
    parts = [area(name, *corner, side=400.0 + (grown_m if name == "T-3" else 0.0)) for name, corner in WHERE.items()]
    if words:
        parts = [part | {schema.NAME: words, schema.LEAD_UNIT: words} for part in parts]
    numbers = {name: version if name == "T-3" else 1 for name in WHERE}
    return study_of([*incidents, *_edges()], parts, boundaries=numbers, frame_center=(117.4, 40.0))


def _edges() -> list[dict[str, Any]]:
    """One incident on the first and one on the last day, so that every month is whole."""
    return [incident((9000, 9000), "2022-01-01 00:05"), incident((9000, 9000), "2024-06-30 23:50")]


def plant_targets(store: Database, study: Study, words: str = "") -> None:
    """The study's targets as entries of the register, with their boundaries."""
    seeds = []
    for row in study.targets.to_dict("records"):
        name = str(row[schema.TARGET_ID])
        entry = Entry(
            name, words or f"对象{name}", _kind(row), "county", 2024, "listed", SINCE,
            lead_unit=words or "某派出所", measures={"police": words or "夜间巡逻"}, notes=words,
            deadline=date(2024, 3, 1),
        )  # fmt: skip
        made = Made("system", NOW, "test")
        width = row[schema.CORRIDOR_HALF_WIDTH_M]
        part = Boundary(name, name, 1, row[schema.GEOMETRY], None if np.isnan(width) else width, made)
        seeds.append(Seed(entry, (), (part,)))
    with store.write() as connection:
        plant(connection, seeds, reason="test")


def _kind(row: dict[str, Any]) -> str:
    """Of a line that of a corridor; of every area the same."""
    return "residential_area" if np.isnan(row[schema.CORRIDOR_HALF_WIDTH_M]) else "railway_corridor"


def export(store: Database, study: Study, first: str, last: str, **asked: Any) -> Meeting:
    """A meeting file."""
    ending = asked.pop("ending", ".html")
    wanted = Asked(Months.written(first, last), asked.pop("made_on", DAY), **asked)
    return export_meeting(store, study, wanted, Settings(), actor=SYSTEM, now=NOW, ending=ending)
