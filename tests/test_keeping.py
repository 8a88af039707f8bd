"""Results are kept for other workers, under everything they were made of, and read from no folder but our own."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.services import late
from geo_zhengzhi.services.console import keeping, situation
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import Query, Situation, assess
from geo_zhengzhi.services.studies.study import Study
from tests.studies import area, days, many, study_of

MARCH = Query(period=days("2024-03-01", "2024-03-31"))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    incidents = many(12, (200, 200), "2024-03-01")
    return study_of(incidents, [area("甲", 0, 0)], results_dir=tmp_path / "kept")


def another_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what is kept in memory, and refuse to work anything out."""
    monkeypatch.setattr(situation, "_SITUATIONS", ComputeOnce(size=16))
    monkeypatch.setattr(late, "assess_anew", lambda *_: pytest.fail("it was worked out again"))


def test_what_one_worker_found_another_reads(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assess(study, MARCH)
    another_worker(monkeypatch)
    same_data = replace(study)
    again = assess(same_data, MARCH)
    assert again.study is same_data
    for what in ("query", "county", "targets", "zones", "weeks", "notes"):
        assert getattr(again, what) == getattr(found, what)
    assert again.result.hotspots.equals(found.result.hotspots)
    assert again.result.incidents.equals(found.result.incidents)
    assert (again.result.incidents.dtypes == found.result.incidents.dtypes).all()
    np.testing.assert_array_equal(again.result.surface.incidents_per_km2, found.result.surface.incidents_per_km2)


@pytest.mark.parametrize(
    "other",
    [
        lambda study: (study, replace(MARCH, parameters=AnalysisParameters(eps_m=61))),
        lambda study: (study, replace(MARCH, category="盗窃")),
        lambda study: (study, replace(MARCH, kind="square")),
        lambda study: (study, Query(period=days("2024-03-01", "2024-03-30"))),
        lambda study: (replace(study, timezone="Asia/Urumqi"), MARCH),
        lambda study: (replace(study, targets=study.targets.assign(name="乙")), MARCH),
        lambda study: (replace(study, incidents=study.incidents.iloc[1:]), MARCH),
        lambda study: (replace(study, study_area=study.targets.geometry.iloc[0].buffer(0.1)), MARCH),
    ],
    ids=["parameters", "category", "kind", "period", "zone", "name", "incidents", "area"],
)
def test_anything_else_that_is_asked_is_worked_out(
    study: Study, other: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess(study, MARCH)
    another_worker(monkeypatch)
    with pytest.raises(pytest.fail.Exception, match="worked out again"):
        assess(*other(study))  # type: ignore[operator]


def test_another_program_does_not_read_what_this_one_kept(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    assess(study, MARCH)
    another_worker(monkeypatch)
    monkeypatch.setattr(situation, "name_for", lambda *made_of: keeping.name_for("changed", *made_of))
    with pytest.raises(pytest.fail.Exception, match="worked out again"):
        assess(study, MARCH)


def test_only_the_owner_can_enter_the_folder_and_read_the_file(study: Study) -> None:
    assess(study, MARCH)
    (path,) = study.results_dir.glob("situation-*")  # type: ignore[union-attr]
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {kept.stat().st_mode & 0o777 for kept in path.parent.iterdir()} == {0o600}


def test_two_who_want_the_same_have_it_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_gives_way", lambda: False)  # even where the tests themselves give way to others
    path, begun, may_end, made = tmp_path / "kept" / "a.pickle", Event(), Event(), list[int]()

    def make() -> list[int]:
        begun.set()
        assert may_end.wait(30)
        made.append(1)
        return made

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keeping.made_once, path, list, make)
        assert begun.wait(30)
        second = pool.submit(keeping.made_once, path, list, lambda: pytest.fail("it was made again"))
        may_end.set()
        assert (first.result(30), second.result(30)) == ([1], [1])
    assert [kept.name for kept in path.parent.iterdir()] == ["a.pickle"]


def test_who_gives_way_to_others_keeps_none_of_them_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept" / "a.pickle"

    def make_slowly() -> str:
        monkeypatch.undo()
        assert keeping.made_once(path, str, lambda: "quick") == "quick"
        return "slow"

    monkeypatch.setattr(keeping, "_gives_way", lambda: True)
    assert keeping.made_once(path, str, make_slowly) == "slow"


def test_what_fails_is_made_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "a.pickle"
    with pytest.raises(ZeroDivisionError):
        keeping.made_once(path, str, lambda: str(1 // 0))
    assert keeping.made_once(path, str, lambda: "made") == "made"


class Planted:
    """What a stranger would have us run."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object]]:
        return Path.touch, (self.mark,)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.parent.chmod(0o770),
        lambda path: path.chmod(0o620),
        lambda path: (path.rename(path.with_name("x")), path.symlink_to(path.with_name("x"))),
    ],
    ids=["a folder that others enter", "a file that others write", "a link"],
)
def test_nothing_is_read_where_others_can_write(tmp_path: Path, spoil: object) -> None:
    path, mark = tmp_path / "kept" / "a.pickle", tmp_path / "ran"
    assert keeping.keep(Planted(mark), path)
    spoil(path)  # type: ignore[operator]
    assert keeping.recall(path, Situation) is None
    assert not mark.exists()


def test_a_folder_that_others_could_enter_is_closed_before_anything_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o755)
    assert keeping.keep("word", folder / "a.pickle")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert keeping.recall(folder / "a.pickle", str) == "word"
    assert keeping.recall(folder / "a.pickle", int) is None


def test_the_least_recently_used_files_go_beyond_a_number_and_a_size(tmp_path: Path) -> None:
    for number in range(5):
        keeping.keep(bytes(1000), tmp_path / f"a-{number}.pickle")
        os.utime(tmp_path / f"a-{number}.pickle", (number, number))
    keeping.recall(tmp_path / "a-0.pickle", bytes)
    keeping.sweep(tmp_path, "a-*.pickle", max_files=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-0.pickle", "a-3.pickle", "a-4.pickle"]
    keeping.sweep(tmp_path, "a-*.pickle", max_bytes=2500)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-0.pickle", "a-4.pickle"]
    keeping.sweep(tmp_path, "a-*.pickle", max_bytes=10)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-0.pickle"]


def test_what_a_killed_process_left_half_written_is_swept_up_once_it_is_old(tmp_path: Path) -> None:
    young, old = tmp_path / f"{keeping.DRAFT}1", tmp_path / f"{keeping.DRAFT}2"
    for draft in (young, old):
        draft.touch()
    os.utime(old, (0, time.time() - keeping.FORGOTTEN_S - 1))
    keeping.sweep(tmp_path, "*.pickle")
    assert list(tmp_path.iterdir()) == [young]
