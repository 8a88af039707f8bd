"""Presets: whole months that move on with the data, versions that come back, and files that a failure leaves alone."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from meetings import NOW, county, draw, plant_targets
from sites import small_study

from geo_zhengzhi.cli import main
from geo_zhengzhi.errors import (
    InvalidParameter,
    NoMonthsYet,
    NotAllowed,
    NoTargetOfLevel,
    NotWritable,
    PersonalText,
    PresetUnknown,
    PresetVersionUnknown,
    VersionConflict,
)
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.meeting import making, preset_files, putting
from geo_zhengzhi.services.meeting.making import STAGES
from geo_zhengzhi.services.meeting.preset_files import make_preset, put_preset
from geo_zhengzhi.services.meeting.preset_rules import RULES, Preset, months_behind, months_of, preset_name
from geo_zhengzhi.services.meeting.presets import (
    find_preset,
    list_presets,
    preset_history,
    remove_preset,
    restore_preset,
)
from geo_zhengzhi.services.meeting.presets import save_preset as save
from geo_zhengzhi.services.meeting.putting import put_file
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, exports
from geo_zhengzhi.store.database import Database
from tests.stores import ON_SQLITE

PLANNER = Actor("规划一科", "planner")
OTHER = Actor("规划二科", "planner")
WEEKLY = Preset("weekly", "last-3-months", classification="内部资料", ending=".geojson")
STUDY = county(draw(36))  # covers 2022-01 to 2024-06 whole
DAY = date(2024, 7, 3)
ROOT = Path(__file__).parent.parent


def log_of(store: Database) -> list[tuple[str, str, dict[str, Any]]]:
    with store.read() as connection:
        return [(row.action, row.object, json.loads(row.detail)) for row in audit.records(connection)]


@pytest.mark.parametrize(
    ("rule", "day", "months"),
    [
        ("last-month", date(2024, 7, 1), "2024-06"),
        ("last-month", date(2024, 6, 30), "2024-05"),
        ("last-month", date(2026, 1, 1), "2024-06"),
        ("last-3-months", date(2024, 7, 1), "2024-04 – 2024-06"),
        ("last-quarter", date(2024, 7, 1), "2024-04 – 2024-06"),
        ("last-quarter", date(2024, 6, 30), "2024-01 – 2024-03"),
        ("last-quarter", date(2024, 1, 1), "2023-10 – 2023-12"),
        ("year-so-far", date(2024, 1, 31), "2023-01 – 2023-12"),
        ("year-so-far", date(2024, 2, 1), "2024-01"),
        ("last-12-months", date(2023, 1, 15), "2022-01 – 2022-12"),
    ],
)
def test_a_rule_means_whole_months_that_are_over_and_in_the_data(rule: str, day: date, months: str) -> None:
    assert str(months_of(rule, STUDY, day)) == months


def test_months_that_the_data_do_not_cover_whole_are_said() -> None:
    with pytest.raises(NoMonthsYet, match="whole months from 2022-01 to 2024-06"):
        months_of("last-12-months", STUDY, date(2022, 12, 31))
    few_days = small_study()
    for rule in RULES:
        with pytest.raises(NoMonthsYet):
            months_of(rule, few_days, DAY)
    assert (months_behind(STUDY, DAY), months_behind(STUDY, date(2024, 9, 1))) == (0, 2)


@pytest.mark.parametrize("name", ["", "a b", "../x", "a/b", "a.b", "nul", "COM1", "-o", "x" * 41, "a\nb", "<b>"])
def test_a_name_that_could_leave_its_folder_or_is_a_device_is_refused(name: str) -> None:
    with pytest.raises(InvalidParameter, match="1 to 40 letters"):
        preset_name(name)


def test_two_names_are_never_one_file() -> None:
    assert preset_name(" Ｗeekly ") == preset_name("WEEKLY") == "weekly"
    assert preset_name("每周_常务会") == "每周_常务会"
    with pytest.raises(InvalidParameter):
        Preset("Weekly")


@pytest.mark.parametrize(
    "given",
    [
        {"rule": "last-week"},
        {"level": "province"},
        {"level": "city", "targets": ("T-1",)},
        {"language": "fr"},
        {"ending": ".docx"},
        {"background_mb": 51},
        {"background_mb": -1},
        {"classification": "x" * 41},
        {"targets": tuple(map(str, range(2001)))},
    ],
    ids=str,
)
def test_what_no_file_could_be_asked_for_is_no_preset(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        Preset("weekly", **given)


def test_a_preset_asks_for_its_targets_or_a_level_and_for_the_rule_s_own_least_count() -> None:
    asked = replace(WEEKLY, level="county").asked(STUDY, DAY)
    assert (asked.targets, asked.k, asked.reason) == (("T-1", "T-2", "T-3"), 5, "preset weekly")
    assert replace(WEEKLY, targets=("T-2",)).asked(STUDY, DAY).targets == ("T-2",)
    with pytest.raises(NoTargetOfLevel, match="township"):
        replace(WEEKLY, level="township").asked(STUDY, DAY)
    assert Preset.from_contents("weekly", WEEKLY.contents()) == WEEKLY


def test_every_change_is_a_version_with_its_row_in_the_log_and_comes_back(store: Database) -> None:
    assert save(store, WEEKLY, version=0, actor=PLANNER).version == 1
    assert save(store, WEEKLY, version=1, actor=OTHER).version == 1, "the same again"
    english = replace(WEEKLY, language="en")
    save(store, english, version=1, actor=OTHER)
    remove_preset(store, "weekly", version=2, actor=PLANNER)
    with pytest.raises(PresetUnknown, match="weekly"):
        find_preset(store, "weekly", actor=PLANNER)
    assert [(one.name, one.preset) for one in list_presets(store, actor=PLANNER)] == [("weekly", None)]
    restore_preset(store, "weekly", 2, version=3, actor=PLANNER)
    assert find_preset(store, "Weekly", actor=PLANNER) == english
    history = preset_history(store, "weekly", actor=PLANNER)
    assert [(one.version, one.preset, one.made_by) for one in history] == [
        (4, english, PLANNER.name), (3, None, PLANNER.name), (2, english, OTHER.name), (1, WEEKLY, PLANNER.name),
    ]  # fmt: skip
    said = [(action, target, detail["version"]) for action, target, detail in log_of(store)]
    actions = ["preset saved", "preset saved", "preset removed", "preset saved"]
    assert said == [(action, "preset weekly", n + 1) for n, action in enumerate(actions)]


def test_whoever_comes_second_is_told_of_the_first(store: Database) -> None:
    save(store, WEEKLY, version=0, actor=PLANNER)
    for version in (0, 2):
        with pytest.raises(VersionConflict, match=r"weekly is at version 1, saved by 规划一科"):
            save(store, replace(WEEKLY, language="en"), version=version, actor=OTHER)
    with pytest.raises(PresetVersionUnknown, match="allowed: 1 "):
        restore_preset(store, "weekly", 7, version=1, actor=PLANNER)
    with pytest.raises(PresetUnknown):
        preset_history(store, "monthly", actor=PLANNER)


def test_of_two_who_save_at_the_same_moment_one_is_told(store: Database) -> None:
    presets = [replace(WEEKLY, language=language) for language in ("zh", "en")]

    def attempt(preset: Preset) -> bool:
        try:
            return save(store, preset, version=0, actor=PLANNER).version == 1
        except VersionConflict:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, presets)) == [False, True]


@pytest.mark.parametrize("role", ["viewer", "importer", "administrator", "auditor", "anonymous"])
def test_only_a_planner_keeps_presets(store: Database, role: str) -> None:
    actor = Actor("x", role)
    save(store, WEEKLY, version=0, actor=SYSTEM)
    for attempt in (
        lambda: save(store, WEEKLY, version=1, actor=actor),
        lambda: remove_preset(store, "weekly", version=1, actor=actor),
        lambda: restore_preset(store, "weekly", 1, version=1, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert len(log_of(store)) == 1


def test_no_person_is_named_in_a_preset(store: Database) -> None:
    for preset in (Preset("13812345678"), replace(WEEKLY, classification="联系13812345678")):
        with pytest.raises(PersonalText):
            save(store, preset, version=0, actor=PLANNER)


@pytest.fixture
def planted(store: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store with the preset and the study's targets, whose study is at hand."""
    plant_targets(store, STUDY)
    save(store, WEEKLY, version=0, actor=PLANNER)
    monkeypatch.setattr(preset_files, "open_stored_study", lambda *given: STUDY)
    return store


def put(store: Database, output: Path, name: str = "weekly", day: date = DAY) -> preset_files.PresetFile:
    return put_preset(store, name, output, Settings(), actor=SYSTEM, now=NOW, day=day)


def test_the_file_lies_in_a_folder_under_the_preset_s_name_or_where_it_is_said(
    planted: Database, tmp_path: Path
) -> None:
    made = put(planted, tmp_path / "outbox")
    assert made.path == tmp_path / "outbox" / "weekly.geojson"
    assert made.path.read_bytes() == made.meeting.content
    again = put(planted, tmp_path / "outbox" / "周报.geojson")
    assert again.meeting.sha256 == made.meeting.sha256
    assert sorted(path.name for path in (tmp_path / "outbox").iterdir()) == ["weekly.geojson", "周报.geojson"]
    web = make_preset(
        planted, STUDY, find_preset(planted, "weekly", actor=PLANNER), Settings(), actor=PLANNER, now=NOW, day=DAY
    )
    assert (web.name, web.meeting.sha256) == ("weekly.geojson", made.meeting.sha256)
    with planted.read() as connection:
        told = exports.all_exports(connection)
    assert [one.reason for one in told] == ["preset weekly"] * 3
    assert told[0].parameters["k"] == 5


def test_a_failure_leaves_the_last_good_file_and_is_written_down(planted: Database, tmp_path: Path) -> None:
    good = tmp_path / "weekly.geojson"
    good.write_text("good")
    with pytest.raises(NoMonthsYet):
        put(planted, tmp_path, day=date(2021, 1, 1))
    with pytest.raises(PresetUnknown):
        put(planted, good, "monthly")
    with pytest.raises(InvalidParameter, match="a folder, or a name with"):
        put(planted, tmp_path / "weekly.html")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".gpkg" and "gpkg" not in path.name] == [
        "weekly.geojson"
    ]
    assert good.read_text() == "good"
    failures = [(target, detail["error"]) for action, target, detail in log_of(planted) if action == "export failed"]
    assert failures == [
        ("preset weekly", "NoMonthsYet"), ("preset monthly", "PresetUnknown"), ("preset weekly", "InvalidParameter")
    ]  # fmt: skip


def test_a_full_disk_leaves_the_last_good_file(
    planted: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "outbox"
    put(planted, folder)
    before = (folder / "weekly.geojson").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(putting.os, "fsync", full)
    with pytest.raises(NotWritable, match="No space left on device"):
        put(planted, folder)
    assert [path.name for path in folder.iterdir()] == ["weekly.geojson"]
    assert (folder / "weekly.geojson").read_bytes() == before
    action, target, detail = log_of(planted)[-1]
    assert (action, target, detail["error"]) == ("export failed", "preset weekly", "NotWritable")
    assert "No space left on device" in detail["reason"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
def test_a_disk_that_is_full_in_earnest_is_said_in_one_sentence(tmp_path: Path, store: Database) -> None:
    (tmp_path / "x.html").symlink_to("/dev/full")
    put_file(tmp_path / "x.html", b"new")
    assert not (tmp_path / "x.html").is_symlink(), "moved into place, never written through"
    with pytest.raises(NotWritable):
        put_file(Path("/dev/full/x.html"), b"new")


@ON_SQLITE
def test_the_store_itself_is_never_replaced(planted: Database) -> None:
    with pytest.raises(Exception, match="store"):
        put_file(Path(str(planted.path)), b"gone")
    assert len(list_presets(planted, actor=PLANNER)) == 1


KILLED = """
import os, sys, time
from pathlib import Path
from geo_zhengzhi.services.meeting import putting
def wait(_):
    print("written", flush=True)
    time.sleep(60)
putting.os.fsync = wait
putting.put_file(Path(sys.argv[1]), b"half")
"""


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_a_run_that_is_killed_leaves_the_last_good_file_and_the_next_one_clears_up(tmp_path: Path) -> None:
    good = tmp_path / "weekly.html"
    put_file(good, b"good")
    run = subprocess.Popen([sys.executable, "-c", KILLED, str(good)], stdout=subprocess.PIPE, cwd=ROOT)
    assert run.stdout is not None
    assert run.stdout.readline() == b"written\n"
    put_file(good, b"of another run at the same time")
    assert len(list(tmp_path.iterdir())) == 2, "the draft of a living run is left alone"
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert good.read_bytes() == b"of another run at the same time"
    put_file(good, b"next")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("weekly.html", b"next")]


def test_two_runs_at_once_both_leave_a_whole_file(planted: Database, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda day: put(planted, tmp_path / "outbox", day=day), (DAY, date(2024, 7, 4)))
    assert first.path is not None
    assert first.path.read_bytes() in (first.meeting.content, second.meeting.content)
    assert len(list((tmp_path / "outbox").iterdir())) == 1
    with planted.read() as connection:
        assert len(exports.all_exports(connection)) == 2


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str, str]:
    """`geo-zhengzhi export --preset`, as a scheduler runs it."""
    monkeypatch.setattr("sys.argv", ["geo-zhengzhi", "export", *arguments, "--lang", "en"])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr()
    return int(stop.value.code or 0), said.out, said.err


def test_the_command_says_where_the_file_lies_and_how_far_the_data_are_behind(
    planted: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--database", planted.url.render_as_string(hide_password=False), "-o", str(tmp_path / "outbox")]
    code, out, err = run(capsys, monkeypatch, "--preset", "weekly", *where, "--date", "2024-09-02")
    assert code == 0
    assert out.startswith(f"{tmp_path / 'outbox' / 'weekly.geojson'}: preset weekly, 2024-04 – 2024-06; ")
    assert err.strip() == "The data end with 2024-06: 2 months that are over are not in the file."
    good = (tmp_path / "outbox" / "weekly.geojson").read_bytes()
    code, out, err = run(capsys, monkeypatch, "--preset", "weekly", *where, "--date", "2021-01-01")
    assert (code, out) == (2, "")
    assert err.startswith("The data do not cover the last 3 whole months (")
    assert err.count("\n") == 1
    assert (tmp_path / "outbox" / "weekly.geojson").read_bytes() == good
    code, _, err = run(capsys, monkeypatch, "--preset", "weekly", *where, "--from", "2024-01")
    assert code == 2
    assert "not together with --preset" in err
    for given in (["--k", "5"], ["--paper", "a4"], ["--background"], ["--reason", "x"]):  # its own, or silently lost
        code, _, err = run(capsys, monkeypatch, "--preset", "weekly", *where, *given)
        assert (code, err.startswith(given[0])) == (2, True), err
    assert [target for action, target, _ in log_of(planted) if action == "export failed"] == ["preset weekly"]


def test_on_a_terminal_each_stage_is_said_as_it_begins_and_the_answer_stays_alone_on_standard_output(
    planted: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a terminal
    monkeypatch.setattr(making, "_FOUND", ComputeOnce(size=1))  # what other tests found
    where = ["--database", planted.url.render_as_string(hide_password=False), "-o", str(tmp_path)]
    code, out, err = run(capsys, monkeypatch, "--preset", "weekly", *where, "--date", "2024-07-03")
    places = [err.find(STAGES[stage]) for stage in ("counting", "protecting", "drawing", "packing")]
    assert code == 0
    assert out.count("\n") == 1
    assert -1 not in places
    assert places == sorted(places)
    assert all(err.count(STAGES[stage]) == 1 for stage in ("counting", "protecting", "drawing", "packing"))


def test_a_dry_run_says_the_months_and_writes_nothing(
    planted: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--database", planted.url.render_as_string(hide_password=False), "-o", str(tmp_path / "outbox")]
    monkeypatch.setattr("geo_zhengzhi.cli.presets.open_stored_study", lambda *given: STUDY)
    before = log_of(planted)
    code, out, err = run(capsys, monkeypatch, "--preset", "weekly", *where, "--date", "2024-07-03", "--dry-run")
    assert (code, err) == (0, "")
    assert out == "Preset weekly would be about 2024-04 – 2024-06; nothing was written.\n"
    assert not (tmp_path / "outbox").exists()
    assert log_of(planted) == before
