"""The demonstration is kept between starts, and made again when anything it was made of changes."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from geo_zhengzhi.services import kept
from geo_zhengzhi.services.situation import Query, assess
from geo_zhengzhi.settings import Settings

HERE = Settings()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(HERE.data_dir, folder / "data")
    settings = replace(HERE, data_dir=folder / "data", cache_dir=folder / "cache")
    kept.open_kept_demonstration(settings)
    return settings


def kept_files(settings: Settings) -> list[Path]:
    return sorted(settings.cache_dir.glob("*"))


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
