"""Real cities' meeting files: opened from disk without a network, every page stepped through and printed."""

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
from browsing import until
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

DATA = Path(__file__).parent / "data"
MEMPHIS_ZONE, NEW_YORK_ZONE = "America/Chicago", "America/New_York"
SIZES = {"1366": (1366, 768), "1920": (1920, 1080)}
TURNS = [("memphis", "en", "1366"), ("memphis", "zh", "1920"), ("bronx", "zh", "1366"), ("bronx", "en", "1920")]
# Names and badges of the county's map that the legend covers.
COVERED = """() => {
  const card = document.querySelector('.p1 .zz-legend').getBoundingClientRect();
  return [...document.querySelectorAll('.p1 .zz-badge, .p1 .zz-target-name')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && getComputedStyle(one).visibility === 'visible'
      && box.left < card.right && box.right > card.left && box.top < card.bottom && box.bottom > card.top;
  }).map((one) => one.textContent);
}"""
N_AREAS = 10  # of the Bronx, so that the pages are soon turned
PERIODS = {"memphis": ("2019-10", "2019-12", date(2020, 1, 5)), "bronx": ("2022-04", "2022-06", date(2022, 7, 5))}


@pytest.fixture(scope="module")
def stores(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Database]]:
    """One for each city: a file's protection knows of the store's earlier files."""
    folder, opened = tmp_path_factory.mktemp("cities"), dict[str, Database]()
    for city in PERIODS:
        shutil.copyfile(new_file, folder / f"{city}.gpkg")
        opened[city] = open_store(f"sqlite:///{folder / city}.gpkg")
    yield opened
    for database in opened.values():
        database.close()


@pytest.fixture(scope="module")
def cities() -> dict[str, Study]:
    return {"memphis": memphis(), "bronx": bronx()}


def memphis() -> Study:
    """Robberies of 2019 and the nine precincts, of which one came as an invalid polygon."""
    robberies, precincts = (
        gpd.read_file(DATA / "memphis" / name) for name in ("robberies_2019.geojson", "precincts.geojson")
    )
    where = robberies["offense_type"], robberies.geometry.x, robberies.geometry.y
    incidents = incidents_of(robberies["uid"], robberies["date"], MEMPHIS_ZONE, *where)
    parts = parts_of(precincts["precinct"], precincts["precinct"], precincts, "district")
    return Study(incidents, parts, Context(), None, MEMPHIS_ZONE, "Memphis", frame_center=(-90.0, 35.1))


def bronx() -> Study:
    """Shootings of 2021 and 2022 and ten neighbourhoods of the Bronx: few incidents in many places."""
    shootings = pd.read_csv(DATA / "nyc" / "shootings_2006_on.csv.gz")
    moment = pd.to_datetime(shootings["occurred_at_local"])
    near = shootings[(shootings["boro"] == "BRONX") & moment.dt.year.isin((2021, 2022)) & shootings["latitude"].notna()]
    near = near.drop_duplicates("incident_key")
    where = pd.Series("shooting", near.index), near["longitude"], near["latitude"]
    incidents = incidents_of(near["incident_key"], moment[near.index], NEW_YORK_ZONE, *where)
    areas = gpd.read_file(DATA / "nyc" / "NTA.geo.json")
    areas = areas[areas["BoroName"] == "Bronx"].iloc[:N_AREAS]
    parts = parts_of(areas["NTACode"], areas["NTAName"], areas, "residential_area")
    return Study(incidents, parts, Context(), None, NEW_YORK_ZONE, "Bronx", frame_center=(-73.9, 40.85))


def incidents_of(names: Any, moments: Any, zone: str, category: Any, longitude: Any, latitude: Any) -> pd.DataFrame:
    """Incidents with one moment each."""
    at = moments.dt.tz_localize(zone, ambiguous=np.ones(len(moments), bool), nonexistent="shift_forward")
    at = at.astype(f"datetime64[us, {zone}]")
    columns = {"incident_id": names.astype(str), "occurred_from": at, "occurred_to": at, "category": category}
    rows = pd.DataFrame({**columns, "weight": 1.0, "longitude": longitude, "latitude": latitude})
    return rows.reset_index(drop=True)


def parts_of(numbers: Any, names: Any, areas: gpd.GeoDataFrame, kind: str) -> gpd.GeoDataFrame:
    """Areas as targets of one kind."""
    number, name = numbers.astype(str), names.astype(str)
    columns = {"target_id": number, "part_id": number, "name": name, "name_en": name, "kind": kind, "level": "county"}
    rest = {"lead_unit": "", "corridor_half_width_m": np.nan, "illustrative": False}
    found = gpd.GeoDataFrame({**columns, **rest}, geometry=areas.geometry.make_valid(), crs="EPSG:4326")
    return found.reset_index(drop=True)


@pytest.mark.parametrize(("city", "language", "size"), TURNS)
def test_a_city_turns_and_prints_every_page(
    watched: Any,
    tmp_path: Path,
    stores: dict[str, Database],
    cities: dict[str, Study],
    city: str,
    language: str,
    size: str,
) -> None:
    study, (first, last, day) = cities[city], PERIODS[city]
    asked = Asked(Months.written(first, last), day, language=language)
    path = tmp_path / "meeting.html"
    path.write_bytes(export_meeting(stores[city], study, asked, Settings(), actor=SYSTEM, now=NOW).content)
    page = watched.page
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    n = page.evaluate("zhengzhi.slides.n")
    assert n == 4 + len(study.targets)
    for number in range(n):
        assert page.evaluate("zhengzhi.slides.at()") == number
        assert page.evaluate(CUT) == []
        assert str(day) in page.locator(".slide.on .ft").inner_text()
        assert page.locator(".slide.on h2").filter(has_text=re.compile("Responsibility|责任")).count() == 0  # no facts
        page.keyboard.press("PageDown")
    printed = page.pdf(format="A4", landscape=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == n
    is_told = any(text in page.content() for text in ("one of the two counts", "两个起数有一个"))
    assert is_told == (city == "bronx")  # of Memphis there is no year before
    assert page.evaluate(COVERED) == []
    assert page.locator(".place-map:not(.zz-landless)").count() == 0  # no outline, no sea
    html = page.content()
    assert {"en": "no data</text>", "zh": "无数据</text>"}[language] in html
    assert re.search({"en": r"frame at \d+\.\d° W, ", "zh": r"西经 \d+\.\d°、"}[language], html)
    assert {"en": "Boundary not in the register", "zh": "边界未登记"}[language] in html
    assert watched.foreign(path.as_uri()) == []
    assert watched.faults == []
