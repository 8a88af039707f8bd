"""The demonstration is kept between starts, and made again when anything it was made of changes."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from geo_zhengzhi.services import kept
from geo_zhengzhi.services.situation import Query, assess
from geo_zhengzhi.settings import REPOSITORY, Settings

HERE = Settings()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(HERE.data_dir, folder / "data")
    settings = replace(HERE, data_dir=folder / "data", cache_dir=folder / "cache")
    kept.open_kept_demonstration(settings)
    return settings


LATE = ("geo_zhengzhi.pipeline", "geo_zhengzhi.io.incidents", "sklearn")
A_START = f"""
import json, sys
from geo_zhengzhi.services.late import import_everything
from geo_zhengzhi.settings import Settings
from web.app import create_app
from web.serve import warm_up

app = create_app(Settings.from_environment())
warm_up(app, lambda stage, fraction: None)
shown = app.test_client().get("/?lang=en").get_data(as_text=True)
before = [name for name in {LATE} if name in sys.modules]
import_everything()
after = [name for name in {LATE} if name in sys.modules]
print(json.dumps([before, after, "174" in shown]))
"""


def kept_files(settings: Settings) -> list[Path]:
    return sorted(settings.kept_dir.glob("*"))


def test_a_second_start_reads_no_data_and_answers_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = assess(kept.open_demonstration(settings), Query())
    monkeypatch.setattr(kept, "open_demonstration", lambda *_: pytest.fail("the data were read again"))
    study = kept.open_kept_demonstration(settings)
    second = assess(study, Query())
    assert second.study is study
    assert (second.county, second.period, second.result.data_version) == (
        first.county,
        first.period,
        first.result.data_version,
    )
    assert second.result.hotspots.equals(first.result.hotspots)


def test_a_second_start_shows_its_page_before_the_analysis_is_imported(settings: Settings) -> None:
    folders = {"GEO_ZHENGZHI_DATA_DIR": str(settings.data_dir), "GEO_ZHENGZHI_CACHE_DIR": str(settings.cache_dir)}
    command = [sys.executable, "-c", A_START]
    said = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **folders}, capture_output=True, check=True)
    assert json.loads(said.stdout) == [[], list(LATE), True]


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x04N."])
def test_a_kept_file_that_cannot_be_read_is_made_again(settings: Settings, content: bytes) -> None:
    (path,) = kept_files(settings)
    path.write_bytes(content)
    assert len(kept.open_kept_demonstration(settings).incidents) > 4000
    assert path.stat().st_size > 100_000


def test_changed_data_are_read_again_and_the_old_file_goes(settings: Settings) -> None:
    (old,) = kept_files(settings)
    incidents = settings.data_dir / "incidents" / "demo_incidents.csv"
    lines = incidents.read_text("utf-8").splitlines(keepends=True)
    incidents.write_text("".join(lines[:-1]), "utf-8")
    assert len(kept.open_kept_demonstration(settings).incidents) == len(lines) - 2
    (new,) = kept_files(settings)
    assert new != old


def test_a_folder_that_cannot_be_written_costs_only_time(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    study = kept.open_kept_demonstration(replace(settings, cache_dir=tmp_path / "file"))
    assert len(study.incidents) > 4000
