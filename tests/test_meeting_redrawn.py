"""Targets merged, split, widened, entered anew between two files: what lies between their outlines is not told."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from attacks import K, attack_on, made, told
from meetings import county, draw, export, plant_targets
from studies import area, corridor, incident, many, rectangle, study_of

from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

FEBRUARY, MARCH = 2024 * 12 + 1, 2024 * 12 + 2
RUN = ("2024-02", "2024-03")
EDGES = [incident((9000, 9000), "2022-01-01 00:05"), incident((9000, 9000), "2024-06-30 23:50")]


@pytest.fixture
def store(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A new store, in which each test plants the targets as they were first."""
    database = open_store(f"sqlite:///{shutil.copyfile(new_file, tmp_path / 'store.gpkg')}")
    yield database
    database.close()


def whole(incidents: Sequence[dict[str, Any]], *parts: dict[str, Any], **versions: int) -> Study:
    """A county with these targets; of one version of the data, so that a reader knows that no incident came between."""
    numbers = {part["part_id"]: versions.get(part["part_id"].replace("-", ""), 1) for part in parts}
    study = study_of([*incidents, *EDGES], parts, boundaries=numbers, frame_center=(117.4, 40.0))
    study.__dict__["data_version"] = "0123456789ab"
    return study


A, B, C = area("T-1", 0, 0), area("T-2", 300, 0), area("T-3", 2500, 1500)
BOTH = rectangle("T-4", 0, 0, 700, 400)
WEST, EAST = rectangle("T-1", 0, 0, 330, 400), rectangle("T-2", 360, 0, 700, 400)
LINES = [corridor("T-3", (2000, 1700), (3500, 1700), half_width_m=width) for width in (250.0, 280.0)]
AGAIN = area("T-8", 2500, 1500)
TRADE = A | {"kind": "trade", "level": "city"}
CHANGES = {
    "merged, overlapping": ([A, B, C], [BOTH, C]),
    "merged over a gap": ([WEST, EAST, C], [BOTH, C]),
    "split, a strip left out": ([BOTH, C], [WEST, EAST, C]),
    "a corridor widened": ([A, LINES[0]], [A, LINES[1]]),
    "entered anew under another number": ([A, B, C], [A, B, AGAIN]),
    "of another kind and level": ([A, B, C], [TRADE, B, C]),
}


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
def test_no_hidden_count_and_no_strip_is_bounded_when_targets_change(
    store: Database, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> None:
    incidents = draw(seed=4)
    before = whole(incidents, *old)
    after = whole(incidents, *new, T3=2 if new[-1] is LINES[1] else 1)
    plant_targets(store, before)
    files = [file for study in (before, after) for file in made(store, study, *RUN)]
    assert told(attack_on(files, after), after, most=20) == []


def test_a_strip_s_few_of_a_whole_period_are_not_told_where_no_month_tells_them(store: Database) -> None:
    """One in February and three in March south of two targets that become one: four, in no figure of any file."""
    strip = [incident((100 + 20 * i, -10), f"2024-0{3 if i else 2}-1{i} 0{2 * i + 1}:10") for i in range(4)]
    older = many(9, (150, -15), "2022-07-01")
    own = [incident((x, 200), f"2024-0{2 + i % 2}-{1 + i:02d} {i % 24:02d}:10") for x in (150, 550) for i in range(26)]
    west, east = area("T-1", 0, 0, side=350), area("T-2", 350, 0, side=350)
    incidents = [*strip, *older, *own, *draw(60)]
    before = whole(incidents, west, east)
    after = whole(incidents, rectangle("T-4", 0, -30, 700, 350))
    plant_targets(store, before)
    attack = attack_on([file for study in (before, after) for file in made(store, study, *RUN)], after)
    outer = attack.on("T-4 v1") & ~attack.on("T-1 v1") & ~attack.on("T-2 v1")
    low, high = attack.bounds(attack.piece(outer, FEBRUARY, MARCH))
    assert low <= 1
    assert high >= K - 1


def test_a_year_after_eleven_of_its_months_tells_nothing_of_the_twelfth(store: Database) -> None:
    study = county(draw(n=120, seed=5))
    plant_targets(store, study)
    months = [f"2023-{month:02d}" for month in range(1, 12)]
    files = [export(store, study, month, month, ending=".xlsx") for month in months]
    files += made(store, study, "2023-01", "2023-12")
    assert told(attack_on(files, study), study, most=20) == []


def test_a_quarter_after_its_months_and_k_lowered_and_raised_between_tell_nothing(store: Database) -> None:
    study = county(draw(n=120, seed=6))
    plant_targets(store, study)
    files = [
        *made(store, study, "2024-01", "2024-01", k=10),
        *made(store, study, "2024-02", "2024-02", k=5),
        *made(store, study, "2024-03", "2024-03", k=10, targets=("T-1", "T-2")),
        *made(store, study, "2024-01", "2024-03", k=5, targets=("T-2", "T-3"), language="en"),
    ]
    assert told(attack_on(files, study), study, k=10, most=20) == []
