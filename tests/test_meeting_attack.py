"""An attacker with the files alone: no hidden count is bounded more tightly than "<5" says, no place is told."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacker import COUNTY, What
from attacks import K, attack_on, made, told, truth
from meetings import WHERE, county, draw, export, plant_targets
from studies import incident

from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

KINDS = (".html", ".xlsx", ".gpkg", ".geojson", ".kml")


@pytest.fixture
def store(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copyfile(new_file, tmp_path / "store.gpkg")
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    plant_targets(database, county([]))
    yield database
    database.close()


@pytest.mark.parametrize("seed", [7, 11])
def test_no_hidden_count_is_bounded_by_one_archive_of_every_kind(store: Database, seed: int) -> None:
    study = county(draw(seed=seed))
    assert told(attack_on(made(store, study, "2024-02", "2024-03", kinds=KINDS), study), study) == []


def test_no_hidden_count_is_bounded_by_neighbouring_and_overlapping_periods(store: Database) -> None:
    study = county(draw())
    periods = [("2024-01", "2024-01"), ("2024-02", "2024-02"), ("2024-01", "2024-03"), ("2023-04", "2024-03")]
    files = [file for run in periods for file in made(store, study, *run)]
    assert told(attack_on(files, study), study) == []


def test_no_hidden_count_is_bounded_by_other_targets_languages_and_kinds(store: Database) -> None:
    study = county(draw(seed=3))
    files = [
        *made(store, study, "2024-02", "2024-03", targets=("T-1", "T-3")),
        export(store, study, "2024-02", "2024-03", ending=".xlsx", targets=("T-2",)),
        export(store, study, "2024-02", "2024-03", ending=".html", language="en"),
        export(store, study, "2024-02", "2024-03", ending=".geojson", language="zh"),
    ]
    assert told(attack_on(files, study), study) == []


def test_the_ring_of_a_redrawn_boundary_is_bounded_by_no_file(store: Database) -> None:
    west, south = WHERE["T-3"]
    ring = [incident((west + 410, south + 200 + i), "2024-02-11 10:00") for i in range(2)]
    own = [incident((west + 200, south + 200), f"2024-0{2 + i % 2}-12 1{i % 10}:00") for i in range(20)]
    old, new = (county([*draw(seed=2), *ring, *own], version=n, grown_m=30.0 * (n - 1)) for n in (1, 2))
    files = [file for one in (old, new) for file in made(store, one, "2024-02", "2024-03")]
    attack = attack_on(files, new)
    outer = attack.on("T-3 v2") & ~attack.on("T-3 v1")
    months = 2024 * 12 + 1, 2024 * 12 + 2
    low, high = attack.bounds(attack.piece(outer, *months))
    assert low <= 1
    assert high >= K - 1
    assert told(attack, new) == []


@pytest.mark.parametrize(("first", "second"), [(10, 5), (3, 8)])
def test_a_changed_k_bounds_no_count_that_an_earlier_file_hid(store: Database, first: int, second: int) -> None:
    study = county(draw(seed=9))
    files = [made(store, study, "2024-02", "2024-03", k=k) for k in (first, second)]
    alone = attack_on(files[0], study)
    before = {str(what) for what, *_ in told(alone, study, first)}
    assert before == set()
    both = attack_on([*files[0], *files[1]], study)
    assert told(both, study, first) == []
    printed = [one.n for one in files[1][0].table.printed.values() if one.n is not None]
    assert not [n for n in printed if 0 < n < second]


def test_what_came_between_two_files_is_not_told(store: Database) -> None:
    corner = WHERE["T-1"]
    more = [incident((corner[0] + 100, corner[1] + 200), f"2024-0{2 + i}-09 21:00") for i in range(2)]
    old, new = county(draw()), county([*draw(), *more])
    files = [
        *made(store, old, "2024-02", "2024-02"),
        *made(store, new, "2024-02", "2024-03"),
    ]
    attack = attack_on(files, new)
    first = truth(attack, old)
    came = truth(attack, new) - first
    assert attack.fits([first, came])
    for ground in (COUNTY, "T-1 v1"):
        for month in (2024 * 12 + 1, 2024 * 12 + 2):
            row = attack.row(What(ground, month, month))
            low, high = attack.added(row, 1)
            assert row @ came == 1
            assert high - low >= K - 2
    assert told(attack, new) == []
