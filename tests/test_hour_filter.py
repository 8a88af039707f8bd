"""An hour filter keeps at least half of a time, in both years, and says how many are uncertain."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from studies import area, days, incident, many, study_of

from geo_zhengzhi import cli
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.render.title_block import title_block
from geo_zhengzhi.services.console.day_hours import parse_hours, written
from geo_zhengzhi.services.console.maps import make_scene, map_parts
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.studies.exporting import summarise
from geo_zhengzhi.settings import Settings
from tests.sites import DEMONSTRATION
from web import create_app
from web.address import View

NIGHT = (22, 4)
PARTS = [area("甲", 0, 0)]
PLACE = (50, 50)
INCIDENTS = [
    incident((9000, 9000), "2022-01-01T12:00"),  # so that the data reach back
    incident(PLACE, "2024-02-05T22:00"),  # the first moment: in
    incident(PLACE, "2024-02-05T21:59:59"),  # just before: out
    incident(PLACE, "2024-02-06T03:59:59"),  # the last second, past midnight: in
    incident(PLACE, "2024-02-06T04:00"),  # the end: out
    incident(PLACE, "2024-02-05T20:00", until="2024-02-06T00:00"),  # exactly half of it: in, uncertain
    incident(PLACE, "2024-02-05T20:00", until="2024-02-05T23:59:59"),  # just under half: out, uncertain
    incident(PLACE, "2024-02-05T00:00", until="2024-02-06T00:00"),  # a day without a time: a quarter, uncertain
    incident(PLACE, "2024-02-05T23:00", until="2024-02-06T03:00"),  # all of it, across midnight: in
    incident(PLACE, "2024-02-05T23:00", category="诈骗"),  # in, of another category
    *[incident(PLACE, f"2023-02-{day:02d}T23:00") for day in range(1, 8)],
    *many(3, PLACE, "2023-02-10"),  # at noon: out
    incident(PLACE, "2023-02-20T21:00", until="2023-02-20T23:00"),  # half: in, uncertain
]
DATA = Settings().data_dir


@pytest.fixture(scope="module")
def study():
    return study_of(INCIDENTS, PARTS)


def asked(study, hours=NIGHT, **query):
    return assess(study, Query(days("2024-02-01", "2024-02-29"), hours=hours, **query))


def test_at_least_half_is_kept_in_both_years_and_the_uncertain_ones_are_counted_beside(study):
    found = asked(study)
    assert (found.county.n_now, found.county.n_before) == (5, 8)
    assert (found.n_uncertain, found.n_uncertain_before) == (3, 1)
    assert sum(week.n_now for week in found.weeks) == 5
    assert [(row.change.n_now, row.change.n_before) for row in found.targets] == [(5, 8)]


def test_hours_and_a_category_narrow_together(study):
    found = asked(study, category="诈骗")
    assert (found.county.n_now, found.county.n_before, found.n_uncertain) == (1, 0, 0)


def test_without_hours_nothing_is_uncertain_and_everything_counts(study):
    found = asked(study, hours=None)
    assert (found.county.n_now, found.n_uncertain, found.n_uncertain_before) == (9, None, None)
    assert make_scene(found, "en").hours_note == ""


def test_where_last_year_is_not_known_its_uncertain_ones_are_not_either():
    found = asked(study_of(INCIDENTS[1:10], PARTS))
    assert (found.n_uncertain, found.n_uncertain_before) == (3, None)
    assert make_scene(found, "en").hours_note.endswith("partly in it: 3.")


def test_the_latest_day_is_one_that_the_hours_keep(study):
    assert str(assess(study, Query(days("2023-03-01", "2023-03-31"), hours=NIGHT)).latest_day) == "2023-02-20"
    assert str(assess(study, Query(days("2023-03-01", "2023-03-31"), hours=(12, 13))).latest_day) == "2023-02-12"


def test_map_and_summary_say_the_hours_and_the_uncertain_ones(study):
    found = asked(study)
    scene = make_scene(found, "en")
    assert scene.days_of(found.period) == "2024-02-01 – 2024-02-29 (29 days), 22:00–04:00"
    assert scene.hours_note in title_block(scene)
    assert scene.hours_note in map_parts(found, "en").script
    assert "22:00–04:00" in make_scene(found, "zh").hours_note
    told = summarise(found)
    assert (told["hours"], told["n_uncertain"], told["n_uncertain_before"]) == ("22-4", 3, 1)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("22-4", (22, 4)), (" 08–9 ", (8, 9)), ("0-24", None), ("7-7", None), ("", None), ("24-6", (24, 6))],
)
def test_hours_are_two_whole_ones_and_equal_ends_are_the_whole_day(text, hours):
    assert parse_hours(text) == hours
    assert parse_hours(written(hours)) == hours


@pytest.mark.parametrize("text", ["22", "22-25", "-1-4", "22:00-04:00", "a-b", "２２-４", "1-2-3", "22-4x"])
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(InvalidParameter, match="hours"):
        parse_hours(text)


def test_hours_beyond_the_day_are_refused_whoever_asks(study):
    with pytest.raises(InvalidParameter, match="hours"):
        asked(study, hours=(22, 28))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_and_keeps_the_hours(study, language):
    address = View(Query(days("2024-02-01", "2024-02-29"), hours=NIGHT), language, named=True).query_string()
    page = create_app(DEMONSTRATION, study).test_client().get(f"/{address}").get_data(as_text=True)
    assert make_scene(asked(study), language).hours_note in page
    assert 'name="hours" value="22-4"' in page
    assert page.count("hours=22-4") > 10  # every link that keeps the view


def test_the_command_line_narrows_to_hours_and_says_so(tmp_path: Path):
    files = [str(DATA / "incidents" / "demo_incidents.csv"), "--targets", str(DATA / "boundaries" / "targets.geojson")]
    options = ["--datum", "wgs84", "--targets-datum", "wgs84", "--from", "2024-02-01", "--to", "2024-03-31"]
    command = ["analyse", *files, *options, "--hours", "22-4", "--lang", "en", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(cli.commands, command)
    assert result.exit_code == 0, result.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["hours"] == "22-4"
    assert 0 < summary["county"]["n_now"] < 174
    assert (
        f"Uncertain, partly in it: {summary['n_uncertain']}, last year {summary['n_uncertain_before']}."
        in result.output
    )
