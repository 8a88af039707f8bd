"""A real city's meeting file: opened from disk without a network, every page stepped through and printed."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from meetings import NOW
from test_meeting_file import CUT

from geo_zhengzhi.model import SYSTEM, Context
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.making import export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

DATA = Path(__file__).parent / "data" / "memphis"
ZONE = "America/Chicago"
TURNS = [("en", (1366, 768)), ("zh", (1920, 1080))]  # one size a language; the others were looked at by hand


@pytest.fixture(scope="module")
def store(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("cities") / "store.gpkg"
    shutil.copyfile(new_file, path)
    database = open_store(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(scope="module")
def memphis() -> Study:
    """Robberies of 2019 and the nine precincts, of which one came as an invalid polygon."""
    robberies, precincts = (gpd.read_file(DATA / name) for name in ("robberies_2019.geojson", "precincts.geojson"))
    at = robberies["date"].dt.tz_localize(ZONE, ambiguous=True, nonexistent="shift_forward")
    at = at.astype(f"datetime64[us, {ZONE}]")
    incidents = pd.DataFrame(
        {"incident_id": robberies["uid"].astype(str), "occurred_from": at, "occurred_to": at,
         "category": robberies["offense_type"], "weight": 1.0, "longitude": robberies.geometry.x,
         "latitude": robberies.geometry.y}
    )  # fmt: skip
    names = precincts["precinct"].astype(str)
    targets = gpd.GeoDataFrame(
        {"target_id": names, "part_id": names, "name": names, "name_en": names, "kind": "district", "level": "county",
         "lead_unit": "", "corridor_half_width_m": np.nan, "illustrative": False},
        geometry=precincts.geometry.make_valid(), crs="EPSG:4326",
    )  # fmt: skip
    return Study(incidents, targets, Context(), None, ZONE, "Memphis", frame_center=(-90.0, 35.1))


@pytest.mark.parametrize(("language", "size"), TURNS, ids=["en-1366", "zh-1920"])
def test_memphis_turns_and_prints_every_page(
    watched: Any, tmp_path: Path, store: Database, memphis: Study, language: str, size: tuple[int, int]
) -> None:
    asked = Asked(Months.written("2019-10", "2019-12"), date(2020, 1, 5), language=language)
    path = tmp_path / "meeting.html"
    path.write_bytes(export_meeting(store, memphis, asked, Settings(), actor=SYSTEM, now=NOW).content)
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(path.as_uri())
    page.wait_for_function("window.zhengzhi && window.zhengzhi.slides")
    n = page.evaluate("zhengzhi.slides.n")
    assert n == 4 + len(memphis.targets)
    for number in range(n):
        assert page.evaluate("zhengzhi.slides.at()") == number
        assert page.evaluate(CUT) == []
        assert page.locator(".slide.on h2").filter(has_text=re.compile("Responsibility|责任")).count() == 0  # no facts
        page.keyboard.press("PageDown")
    printed = page.pdf(format="A4", landscape=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == n
    assert "one of the two counts" not in page.content()
    assert watched.foreign(path.as_uri()) == []
    assert watched.faults == []
