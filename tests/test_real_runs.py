"""Real cities through the command line to a map opened in Chromium from disk, with no network."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from browsing import until
from click.testing import CliRunner, Result

from geo_zhengzhi.cli import commands
from tests.conftest import Watched

DATA = Path(__file__).parent / "data"
NYC = [
    "--targets",
    f"{DATA}/nyc/NTA.geo.json:residential_area",
    "--targets",
    f"{DATA}/nyc/subway_lines.geojson:railway_corridor",
]
NYC += ["--timezone", "America/New_York", "--lang", "en", "--corridor-half-width", "20"]
SHOOTINGS = [f"{DATA}/nyc/shootings_2006_on.csv.gz", *NYC, "--from", "2022-01-01", "--to", "2022-12-31", "--eps", "150"]
THEFTS = [
    f"{DATA}/nyc/vehicle_thefts_2014_2017.csv.gz",
    *NYC,
    "--from",
    "2016-01-01",
    "--to",
    "2016-12-31",
    "--eps",
    "150",
]
MEMPHIS = [f"{DATA}/memphis/robberies_2019.geojson", "--targets", f"{DATA}/memphis/precincts.geojson:district"]
MEMPHIS += ["--timezone", "America/Chicago", "--name-column", "precinct", "--eps", "500", "--min-samples", "20"]


def analyse(arguments: list[str], output: Path) -> Result:
    result = CliRunner().invoke(commands, ["analyse", *arguments, "-o", str(output)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("run", [SHOOTINGS, THEFTS, MEMPHIS], ids=["nyc-shootings", "nyc-thefts", "memphis"])
def test_a_real_city_becomes_a_map_that_opens_from_disk(run: list[str], tmp_path: Path, watched: Watched) -> None:
    analyse(run, tmp_path)
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    taken = summary["import"]
    assert taken["n_read"] == taken["n_kept"] + taken["n_duplicates"] + taken["n_rejected"]
    assert summary["counts"]["n_hotspots"] > 5

    hotspots = gpd.read_file(tmp_path / "hotspots.geojson")
    assert len(hotspots) == summary["counts"]["n_hotspots"]
    assert hotspots.geometry.is_valid.all()
    labelled = pd.read_csv(tmp_path / "incidents.csv", encoding="utf-8-sig", low_memory=False)
    assert len(labelled) == summary["counts"]["n_incidents"]

    map_file = tmp_path / "map.html"
    assert map_file.stat().st_size < 3_000_000
    watched.page.goto(map_file.as_uri())
    until(watched.page, "window.zhengzhi !== undefined")
    watched.page.evaluate("id => window.zhengzhi.focus(id)", str(hotspots["hotspot_id"].iloc[0]))
    watched.page.wait_for_selector(".leaflet-popup-content")
    assert watched.foreign(map_file.as_uri()) == []
    assert watched.faults == []


def test_shootings_without_coordinates_are_rejected_with_their_line(tmp_path: Path) -> None:
    analyse(SHOOTINGS, tmp_path)
    rejects = pd.read_csv(tmp_path / "rejects.csv", encoding="utf-8-sig")
    assert len(rejects) >= 41  # 41 rows have no coordinates
    assert rejects["line"].is_monotonic_increasing
    assert rejects["reason_zh"].str.len().gt(0).all()
    assert rejects["reason_en"].str.len().gt(0).all()
