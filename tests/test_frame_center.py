"""The frame's centre is a setting of the installation, for the site and the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from studies import area, days, incident, many, study_of

from geo_zhengzhi import cli
from geo_zhengzhi.errors import InvalidParameter, StudyAreaTooWide
from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.settings import Settings

VARIABLE = "GEO_ZHENGZHI_FRAME_CENTER"
FEBRUARY = days("2024-02-01", "2024-02-29")
INCIDENTS = [incident((9000, 9000), "2022-01-01"), *many(8, (50, 50), "2024-02-05")]
DATA = Settings().data_dir


@pytest.mark.parametrize(
    ("text", "center"),
    [("117.44, 40.04", (117.44, 40.04)), ("-180,89", (-180, 89)), ("180,-89", (180, -89)), ("", None), (" ", None)],
)
def test_the_setting_is_longitude_and_latitude(text, center):
    assert Settings.from_environment({VARIABLE: text}).center == center


@pytest.mark.parametrize(
    "text", ["117.4", "117.4,40,1", "east,north", "180.1,0", "40.0,117.4", "0,89.1", "nan,0", "inf,0"]
)
def test_a_centre_that_is_no_place_is_refused_by_its_variables_name(text):
    with pytest.raises(InvalidParameter, match=VARIABLE):
        Settings.from_environment({VARIABLE: text})


def test_a_study_is_analysed_in_the_frame_that_is_set():
    study = study_of(INCIDENTS, [area("甲", 0, 0)], frame_center=(117.04, 40.26))
    found = assess(study, Query(FEBRUARY))
    assert found.result.frame_center == (117.0, 40.3)
    assert found.result.parameters.frame_center == (117.04, 40.26)
    assert found.hotspots[0].change.n_now == 8


def test_what_a_query_asks_for_comes_before_the_installations_centre():
    study = study_of(INCIDENTS, [area("甲", 0, 0)], frame_center=(117.0, 40.3))
    query = Query(FEBRUARY, parameters=AnalysisParameters(frame_center=(117.6, 40.1)))
    assert assess(study, query).result.frame_center == (117.6, 40.1)


def test_a_centre_too_far_away_is_refused_with_the_setting_that_moves_it():
    study = study_of(INCIDENTS, [area("甲", 0, 0)], frame_center=(110.0, 40.0))
    with pytest.raises(StudyAreaTooWide, match=VARIABLE):
        assess(study, Query(FEBRUARY))


def test_the_demonstration_is_opened_with_the_settings_centre():
    assert open_demonstration(Settings(frame_center="117.5,40.1")).frame_center == (117.5, 40.1)


def test_the_command_line_takes_the_installations_centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    files = [str(DATA / "incidents" / "demo_incidents.csv"), "--targets", str(DATA / "boundaries" / "targets.geojson")]
    options = ["--datum", "wgs84", "--targets-datum", "wgs84", "--from", "2024-02-01", "--to", "2024-03-31", "--json"]
    command = ["analyse", *files, *options, "-o", str(tmp_path)]
    monkeypatch.setenv(VARIABLE, "117.62,40.11")
    result = CliRunner().invoke(cli.commands, command)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["frame_center"] == [117.6, 40.1]
    monkeypatch.setenv(VARIABLE, "40.11,117.62")
    refused = CliRunner().invoke(cli.commands, command)
    assert refused.exit_code != 0
    assert isinstance(refused.exception, InvalidParameter)
