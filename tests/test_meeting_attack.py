"""An attacker with the files alone: no hidden count is bounded more tightly than "<5" says, no place is told."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attacker import COUNTY, Attack, Folder, What
from meetings import WHERE, county, draw, export, plant_targets
from studies import incident

from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.meeting.atoms import cells_of
from geo_zhengzhi.services.meeting.making import Meeting
from geo_zhengzhi.services.meeting.month_runs import numbers_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

K = 5
KINDS = (".html", ".xlsx", ".gpkg", ".geojson", ".kml")


@pytest.fixture
def store(new_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copyfile(new_file, tmp_path / "store.gpkg")
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    plant_targets(database, county([]))
    yield database
    database.close()


def made(
    store: Database, study: Study, *run: str, kinds: Sequence[str] = (".xlsx", ".geojson"), **asked: Any
) -> list[Meeting]:
    """One meeting's files of several kinds; pages say what tables and layers say, and only the first test reads all."""
    return [export(store, study, *run, ending=ending, **asked) for ending in kinds]


def attack_on(files: Sequence[Meeting], study: Study) -> Attack:
    """The attacker with these files; the shapes of all kinds are those of the map."""
    folder = Folder()
    for file in files:
        folder.read(file.content)
    attack = Attack(folder)
    if len(attack.versions) == 1:
        assert attack.fits([truth(attack, study)])
    return attack


def truth(attack: Attack, study: Study) -> np.ndarray:
    points = study.incidents[[LONGITUDE, LATITUDE]].to_numpy()
    return attack.counted(points, numbers_of(study.midpoints), cells_of(study))


def told(attack: Attack, study: Study, k: int = K, most: int = 30) -> list[tuple[object, int, int, int]]:
    """What the attacker bounds more tightly than 1 to k − 1: hidden counts, places by month and in all."""
    counts = truth(attack, study)
    facts = list(dict.fromkeys(fact.what for fact in attack.folder.facts if fact.is_hidden))
    asked = [(what, attack.row(what)) for what in facts]
    runs = {(what.first, what.last) for what in facts if what.cell is None}
    places = [np.arange(len(attack.inside)) == place for place in range(len(attack.inside))]
    asked += [((place.argmax(), run), attack.piece(place, *run)) for place in places for run in sorted(runs)]
    asked = [(what, row) for what, row in asked if 0 < row @ counts < k]
    assert asked
    chosen = np.random.default_rng(5).permutation(len(asked))[:most]
    found = []
    for what, row in (asked[i] for i in chosen):
        low, high = attack.bounds(row)
        assert low <= row @ counts <= high
        if min(high, k) - low < k - 2:
            found.append((what, int(row @ counts), low, high))
    return found


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
