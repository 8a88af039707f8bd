"""
Registers for tests: a small one behind a site, on each engine, and one of eleven years.

That one is the same for the same seed: 49 targets of city level, 35 of county level, 1,000 below.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from register_sites import filled, site
from sites import Visitor, accounts_of_every_role

from geo_zhengzhi.life import STEPS
from geo_zhengzhi.model import KINDS, SYSTEM
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.seeding import Seed
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made, Step

YEARS = range(2014, 2025)
N_AT_LEVEL = {"city": 49, "county": 35, "township": 1000}
TODAY = date(2024, 12, 31)
UNITS = ("渔阳镇派出所", "文昌街道派出所", "城关派出所", "护路联防办公室", "市场监管局", "教育局")
PLACES = {
    "residential_area": "{}家园", "square": "{}广场", "village": "{}村", "railway_corridor": "铁路沿线（{}段）",
    "commercial_area": "{}市场", "school": "{}中学", "enterprise": "{}厂", "unit": "{}医院", "trade": "{}三轮车",
    "district": "{}片区",
}  # fmt: skip
WAY = ("screened", "listed", "treatment", "accepted", "consolidating", "delisted", "relapsed", "treatment")
SYLLABLES = "东西南北安平福兴和顺长春永康丰泰"


@pytest.fixture
def manned(store: Database, quick_passwords: None) -> Database:
    """A store with an account of every role, on each engine."""
    accounts_of_every_role(store)
    return store


@pytest.fixture
def seeded(manned: Database) -> Database:
    """The same with the two targets of `register_sites`."""
    return filled(manned)


@pytest.fixture
def planner(manned: Database) -> Visitor:
    """A planner who has signed in."""
    return Visitor(site(manned)).sign_in("planner")


def make_register(seed: int = 2024) -> list[Seed]:
    """
    1,084 entries with their lives; four in five have a boundary, near 蓟州 (EPSG:4326).

    Parameters
    ----------
    seed : int
        Of the random generator.
    """
    rng = np.random.default_rng(seed)
    levels = [level for level, n in N_AT_LEVEL.items() for _ in range(n)]
    return [_seed(rng, number, level) for number, level in enumerate(levels)]


def _seed(rng: np.random.Generator, number: int, level: str) -> Seed:
    """One target: older years have come further in their life."""
    year = YEARS[number % len(YEARS)]
    kind = str(rng.choice(KINDS))
    life = tuple(_life(rng, year))
    name = PLACES[kind].format("".join(rng.choice(list(SYLLABLES), 2)) + str(number))
    entry = Entry(
        target_id=f"{year}-{level}-{number:04d}",
        name=name,
        kind=kind,
        level=level,
        year=year,
        lead_unit=str(rng.choice(UNITS)),
        work_group=f"第{number % 7 + 1}工作组",
        measures={"police": "每日两次巡查", "technical": f"补装监控 {number % 9} 处"},
        commitments={"leadership": "分管副职牵头"},
        deadline=date(year, 12, 31) if number % 3 else None,
        stage=life[-1].to_stage,
        stage_since=life[-1].step_date,
    )
    return Seed(entry, life, tuple(_parts(rng, entry)))


def _life(rng: np.random.Generator, year: int) -> Iterator[Step]:
    """Steps from January of the year on, some dozens of days apart."""
    n_steps = int(rng.integers(2, 4)) if year == YEARS[-1] else int(rng.integers(4, len(WAY) + 1))
    day, before = date(year, 1, 10), None
    for stage in WAY[:n_steps]:
        assert before is None or stage in STEPS[before]
        yield Step(before, stage, day, "政法委", "")
        before, day = stage, day + timedelta(days=int(rng.integers(5, 40)))


def _parts(rng: np.random.Generator, entry: Entry) -> Iterator[Boundary]:
    """A square of some hundred metres, or a straight line, within the county."""
    x, y = rng.uniform(117.2, 117.6), rng.uniform(39.9, 40.2)
    if rng.random() < 0.2:
        return
    made = Made.now(SYSTEM.name)
    if entry.kind == "railway_corridor":
        line = shapely.LineString([(x, y), (x + 0.03, y + 0.01)])
        yield Boundary(entry.target_id, f"{entry.target_id}-1", 1, line, 300.0, made)
    else:
        square = shapely.box(x, y, x + 0.004, y + 0.003)
        yield Boundary(entry.target_id, entry.target_id, 1, square, None, made, illustrative=True)
