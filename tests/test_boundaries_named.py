"""Whatever an analysis is given away as names the versions of the boundaries that it used."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from programs import Program, program, told_study
from sites import COUNTY, Visitor, site_of

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.console.layers import layer_file
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies.exporting import export_analysis
from geo_zhengzhi.services.studies.saving import save_analysis
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from tests.accounts import account

USED = {"武定苑": 3, '"><b>': 1}
FEBRUARY = "from=2024-02-01&to=2024-02-29"


@pytest.fixture(scope="module")
def study() -> Study:
    return replace(told_study(), boundaries=USED)


@pytest.fixture
def viewer(store: Database, study: Study) -> Program:
    return program(site_of(store, study, COUNTY), store, "viewer")


def named(page: str) -> dict[str, int]:
    """What a map file says of its boundaries."""
    (said,) = re.findall(r'<meta name="boundaries" content="([^"]*)">', page)
    return json.loads(html.unescape(said))


def test_the_situation_and_its_layers_name_them_to_programs(viewer: Program) -> None:
    told = viewer.get(f"/situation?{FEBRUARY}")
    assert told["boundaries"] == told["hotspots"]["boundaries"] == told["zones"]["boundaries"] == USED
    assert [viewer.get(f"/{layer}?{FEBRUARY}")["boundaries"] for layer in ("hotspots", "zones")] == [USED, USED]


def test_the_layers_of_a_saved_analysis_name_those_it_used_not_those_of_today(store: Database, study: Study) -> None:
    saved = save_analysis(store, assess(study, Query(study.opening_period)), actor=SYSTEM)
    later = program(site_of(store, replace(study, boundaries={"武定苑": 4}), COUNTY), store, "viewer")
    assert later.get(f"/zones?analysis_id={saved.analysis_id}")["boundaries"] == USED
    assert later.get(f"/zones?{FEBRUARY}")["boundaries"] == {"武定苑": 4}


@pytest.mark.usefixtures("quick_passwords")
def test_the_map_and_the_layers_that_a_page_gives_name_them(store: Database, study: Study) -> None:
    account(store, "规划一科", "planner")
    visitor = Visitor(site_of(store, study, COUNTY)).sign_in("规划一科")
    assert named(visitor.get("/map.html").text) == USED
    for layer in ("hotspots", "zones"):
        told = json.loads(visitor.get(f"/{layer}.geojson").get_data())
        assert told["boundaries"] == USED
        assert ":" in told["audit_head"]


def test_the_files_of_an_export_name_them(study: Study, tmp_path: Path) -> None:
    situation = assess(study, Query(study.opening_period))
    summary = export_analysis(situation, tmp_path / "out", settings=Settings())
    assert summary["boundaries"] == USED
    assert named((tmp_path / "out" / "map.html").read_text("utf-8")) == USED
    for layer in ("hotspots", "zones"):
        content = (tmp_path / "out" / f"{layer}.geojson").read_bytes()
        assert json.loads(content)["boundaries"] == USED
        assert content == layer_file(situation, layer)


def test_where_they_are_of_a_file_no_version_is_made_up(tmp_path: Path) -> None:
    study = told_study()
    situation = assess(study, Query(study.opening_period))
    assert export_analysis(situation, tmp_path / "out", settings=Settings())["boundaries"] == {}
    assert 'name="boundaries"' not in (tmp_path / "out" / "map.html").read_text("utf-8")
    assert "boundaries" not in json.loads(layer_file(situation, "zones"))
