"""Files are replaced together or not at all, and what a killed run leaves is swept up by the next."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from geo_zhengzhi import cli
from geo_zhengzhi.io import replacing
from geo_zhengzhi.io.replacing import replacing_directory
from geo_zhengzhi.io.results import write_json
from geo_zhengzhi.settings import REPOSITORY

A_RUN = """
import sys
from pathlib import Path
from geo_zhengzhi.io.replacing import replacing_directory

with replacing_directory(Path(sys.argv[1])) as draft:
    (draft / "incidents.csv").write_text("a place and a time")
    print(draft.name, flush=True)
    sys.stdin.readline()
"""
DATA = REPOSITORY / "data"
AN_ANALYSIS = (
    *("analyse", str(DATA / "incidents" / "demo_incidents.csv"), "--datum", "wgs84"),
    *("--targets", str(DATA / "boundaries" / "targets.geojson"), "--targets-datum", "wgs84"),
    *("--from", "2024-02-01", "--to", "2024-03-31", "--lang", "en"),
)


STOPPED_BEFORE_THE_GEOPACKAGE = """
import sys
from geo_zhengzhi import cli
from geo_zhengzhi.services.studies import exporting

def stop(layers, path):
    print(path.parent.name, flush=True)
    sys.stdin.read()

exporting.write_geopackage = stop
cli.main()
"""


@contextmanager
def a_run_that_writes(
    directory: Path, script: str = A_RUN, arguments: Sequence[str] = ()
) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """Another process in the middle of its writing, and its draft; a line on its standard input lets it finish."""
    command = [sys.executable, "-c", script, *(arguments or [str(directory)])]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, directory / process.stdout.readline().strip()
        finally:
            process.kill()


def kill_while_writing(directory: Path, script: str = A_RUN, arguments: Sequence[str] = ()) -> Path:
    """The draft that a killed run has left."""
    with a_run_that_writes(directory, script, arguments) as (process, draft):
        process.kill()
        process.wait()
    assert (draft / "incidents.csv").exists()
    return draft


def write_here(directory: Path) -> None:
    with replacing_directory(directory) as draft:
        write_json({"n": 2}, draft / "summary.json")


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def test_files_are_replaced_only_when_all_are_written(tmp_path: Path) -> None:
    write_json({"n": 1}, tmp_path / "summary.json")

    def fail_half_way() -> None:
        with replacing_directory(tmp_path) as draft:
            write_json({"n": 2}, draft / "summary.json")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert json.loads((tmp_path / "summary.json").read_text()) == {"n": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["summary.json"]


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with replacing_directory(tmp_path) as draft:
        write_json({"n": 2}, draft / "summary.json")
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", "summary.json"}


def test_what_killed_runs_leave_is_swept_up_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "incidents.csv").write_text("the last good ones")
    left = {kill_while_writing(tmp_path).name, kill_while_writing(tmp_path).name}
    assert len(left & names(tmp_path)) == 1  # the second has swept up the first
    write_here(tmp_path)
    assert names(tmp_path) == {"incidents.csv", "summary.json"}
    assert (tmp_path / "incidents.csv").read_text() == "the last good ones"


def test_the_draft_of_a_run_that_is_alive_stays_and_the_run_finishes(tmp_path: Path) -> None:
    with a_run_that_writes(tmp_path) as (process, draft):
        write_here(tmp_path)
        assert names(tmp_path) == {draft.name, "summary.json"}
        process.communicate("\n", timeout=60)
        assert process.returncode == 0
    assert names(tmp_path) == {"incidents.csv", "summary.json"}


def test_an_analysis_killed_while_it_writes_leaves_nothing_after_the_next(tmp_path: Path) -> None:
    arguments = [*AN_ANALYSIS, "-o", str(tmp_path)]
    draft = kill_while_writing(tmp_path, STOPPED_BEFORE_THE_GEOPACKAGE, arguments)
    assert names(tmp_path) == {draft.name}
    assert CliRunner().invoke(cli.commands, arguments).exit_code == 0
    assert not list(tmp_path.glob(".*"))
    assert {"map.html", "incidents.csv", "analysis.gpkg"} <= names(tmp_path)


@pytest.mark.parametrize(("age_s", "stays"), [(-60.0, True), (60.0, False)])
def test_without_locks_a_draft_counts_as_abandoned_after_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age_s: float, stays: bool
) -> None:
    monkeypatch.setattr(replacing, "_lock", lambda descriptor, wait: None)
    draft = kill_while_writing(tmp_path)
    then = time.time() - replacing.ABANDONED_AFTER_S - age_s
    for path in (draft / "incidents.csv", draft):
        os.utime(path, (then, then))
    write_here(tmp_path)
    assert draft.exists() == stays


def test_without_locks_a_draft_that_is_still_written_into_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacing, "_opened", lambda folder: None)
    draft = kill_while_writing(tmp_path)
    os.utime(draft, (0, 0))
    write_here(tmp_path)
    assert (draft / "incidents.csv").exists()


def test_only_folders_of_that_name_are_swept_up(tmp_path: Path) -> None:
    elsewhere, results = tmp_path / "elsewhere", tmp_path / "results"
    for folder in (elsewhere, results / ".draft-of-a-letter"):
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text("mine")
    (results / f"{replacing.DRAFT}file").write_text("mine")
    (results / f"{replacing.DRAFT}link").symlink_to(elsewhere)
    before = names(results)
    write_here(results)
    assert names(results) == before | {"summary.json"}
    assert (elsewhere / "notes.txt").exists()
    assert (results / ".draft-of-a-letter" / "notes.txt").exists()
