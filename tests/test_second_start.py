"""The site's store is filled at the first start, and a second start shows its page before the analysis is imported."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.installation import open_installation
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.settings import REPOSITORY, Settings

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


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("start")
    return replace(Settings(), var_dir=folder / "var", cache_dir=folder / "cache")


def started(settings: Settings) -> list[object]:
    """What one start of the site says: imported before its page, after it, whether the page holds the count."""
    folders = {"GEO_ZHENGZHI_VAR_DIR": str(settings.var_dir), "GEO_ZHENGZHI_CACHE_DIR": str(settings.cache_dir)}
    command = [sys.executable, "-c", A_START]
    said = subprocess.run(command, cwd=REPOSITORY, env={**os.environ, **folders}, capture_output=True, check=True)
    answer: list[object] = json.loads(said.stdout)
    return answer


def test_the_first_start_fills_the_store_and_the_second_imports_no_analysis(settings: Settings) -> None:
    assert started(settings)[2] is True
    assert started(settings) == [[], list(LATE), True]


def test_the_filled_store_is_left_as_it_is(settings: Settings) -> None:
    told: list[str] = []
    database = open_installation(settings, lambda stage, fraction: told.append(stage))
    assert told == []
    assert len(open_stored_study(database, settings).incidents) == 4199
    database.close()


@pytest.mark.parametrize("content", [b"", b"not a pickle", b"\x80\x04N."])
def test_a_kept_result_that_cannot_be_read_is_made_again(settings: Settings, content: bytes) -> None:
    kept = sorted(settings.kept_dir.glob("*.pickle"))
    assert kept
    for path in kept:
        path.write_bytes(content)
    assert started(settings)[2] is True
    database = open_installation(settings)
    assert assess(open_stored_study(database, settings), Query()).county.n_now == 174
    database.close()


def test_a_county_of_its_own_is_not_filled(tmp_path: Path) -> None:
    own = replace(Settings(), database_url=f"sqlite:///{tmp_path / 'county.gpkg'}", cache_dir=tmp_path / "cache")
    database = open_installation(own)
    assert open_stored_study(database, own).incidents.empty
    database.close()
