"""Weekdays narrow as hours do, and a period may be laid against the one before: addresses, services and interface."""

from datetime import date

import pytest
from studies import area, days, incident, study_of

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.console.attention import FEW, deadlines, early_signs, places_that_need_action
from geo_zhengzhi.services.console.heat import heat_layer
from geo_zhengzhi.services.console.periods import containing, laid_against
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.console.week_days import parse_weekdays, written_weekdays
from geo_zhengzhi.services.register.standing import Standing
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.stats.comparison import MIN_COUNT
from geo_zhengzhi.words import OF_THE_PERIOD_BEFORE, translator_against
from tests.sites import DEMONSTRATION
from web import create_app

PLACE, ZONE = (50, 50), "Asia/Shanghai"
FEBRUARY = days("2024-02-01", "2024-02-29")
INCIDENTS = [
    incident((9000, 9000), "2022-01-01T12:00"),
    incident(PLACE, "2024-02-05T00:00"),  # Monday's first moment
    incident(PLACE, "2024-02-04T23:59:59"),  # Sunday's last second
    incident(PLACE, "2024-02-09T12:00", until="2024-02-10T12:00"),  # Friday to Saturday, half and half: both keep it
    incident(PLACE, "2024-02-09T12:00", until="2024-02-10T12:00:02"),  # a second past half is Saturday's
    incident(PLACE, "2024-02-10T01:00"),  # Saturday, after midnight
    *[incident(PLACE, f"2024-01-{day:02d}T12:00") for day in range(1, 8)],
    incident(PLACE, "2024-02-29T12:00"),  # Thursday, so that February is whole
]


@pytest.fixture(scope="module")
def study():
    return study_of(INCIDENTS, [area("甲", 0, 0), area("乙", 5000, 0, level="township")])


@pytest.mark.parametrize(
    ("text", "weekdays", "written"),
    [
        ("1-5", (1, 2, 3, 4, 5), "1-5"),
        ("6,7", (6, 7), "6,7"),
        ("6-7", (6, 7), "6,7"),
        ("6-1", (1, 6, 7), "1,6,7"),
        (" 3 , 1 , 3 ", (1, 3), "1,3"),
        ("1–3，5", (1, 2, 3, 5), "1-3,5"),
        ("1-7", None, ""),
        ("4-3", None, ""),
        ("", None, ""),
    ],
)
def test_weekdays_are_written_one_way_and_read_back(text, weekdays, written):
    assert parse_weekdays(text) == weekdays
    assert written_weekdays(weekdays) == written
    assert parse_weekdays(written) == weekdays


@pytest.mark.parametrize("text", ["0", "8", "1-8", "Mo", "1,", ",", "1--3", "1-2-3", "１"])
def test_weekdays_that_are_none_are_refused(text):
    with pytest.raises(InvalidParameter, match="weekdays"):
        parse_weekdays(text)


@pytest.mark.parametrize(
    ("weekdays", "hours", "kept", "uncertain"),
    [
        ((1, 2, 3, 4, 5), None, 3, 2),  # Monday, half and half, Thursday
        ((6, 7), None, 4, 2),  # Sunday, both that span the midnight, Saturday
        ((1,), (0, 1), 1, 0),
        ((5,), (22, 4), 0, 2),  # Friday's own first hours and its last two; the two spend a twelfth of their time there
        ((6,), (22, 4), 1, 2),
        ((1, 2), (12, 13), 0, 0),
    ],
)
def test_at_least_half_of_the_time_on_the_days_and_in_the_hours_keeps_an_incident(
    study, weekdays, hours, kept, uncertain
):
    found = assess(study, Query(FEBRUARY, weekdays=weekdays, hours=hours))
    assert (found.county.n_now, found.n_uncertain) == (kept, uncertain)
    assert sum(week.n_now for week in found.weeks) == kept


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2024-03-01", "2024-03-31", ("2024-02-01", "2024-02-29")),  # a month: the month before, whatever its length
        ("2024-01-01", "2024-03-31", ("2023-10-01", "2023-12-31")),
        ("2024-02-26", "2024-03-03", ("2024-02-19", "2024-02-25")),  # a week, Monday to Sunday
        ("2024-02-01", "2024-03-31", ("2023-12-03", "2024-01-31")),  # no unit: as many days just before
        ("2024-03-01", "2024-03-01", ("2024-02-29", "2024-02-29")),
    ],
)
def test_prior_is_the_unit_before_or_as_many_days_just_before(first, last, before):
    assert laid_against(days(first, last), "prior") == days(*before)


def test_a_week_begins_on_monday():
    week = containing("week", date(2024, 3, 3), ZONE)
    assert (week.first_day, week.last_day) == (date(2024, 2, 26), date(2024, 3, 3))


def test_against_prior_counts_that_period_and_gives_the_per_day_figure_where_lengths_differ(study):
    change = assess(study, Query(FEBRUARY, against="prior")).county
    assert (change.n_now, change.n_before) == (6, 7)
    assert (change.comparison.n_days_now, change.comparison.n_days_before) == (29, 31)
    assert change.comparison.percent is None  # seven are too few
    assert assess(study, Query(FEBRUARY)).county.n_before == 0


def test_a_level_shows_its_targets_alone_and_leaves_the_counts_whole(study):
    found = assess(study, Query(FEBRUARY, level="township"))
    assert [row.name for row in found.targets] == ["乙"]
    assert found.county.n_now == 6


def test_heat_follows_the_weekdays_and_not_the_comparison(study):
    asked = heat_layer(study, Query(FEBRUARY, weekdays=(6, 7), against="prior"), Settings()).area
    assert "weekdays=6%2C7" in asked
    assert "against" not in asked


def test_the_interface_takes_the_same_filters(study):
    client = create_app(DEMONSTRATION, study).test_client()
    path = "/api/v1/situation?from=2024-02-01&to=2024-02-29"
    told = client.get(f"{path}&against=prior&weekdays=6,7&level=county").json
    assert (told["against"], told["weekdays"], told["level"]) == ("prior", "6,7", "county")
    assert told["earlier_period"]["from"] == "2024-01-01"
    assert (told["county"]["n_now"], told["county"]["n_before"]) == (4, 2)
    assert [target["name"] for target in told["targets"]] == ["甲"]
    for wrong in ("against=never", "weekdays=9", "level=province"):
        assert client.get(f"{path}&{wrong}").status_code == 422


def test_every_sentence_about_last_year_has_one_about_the_period_before():
    translate = translator_against("en", "prior")
    assert all("last year" not in translate(msgid) for msgid in OF_THE_PERIOD_BEFORE)
    assert translator_against("en", "last_year")("last year") == "last year"


def test_what_needs_action_is_ordered_by_how_pressing_it_is(study):
    found = assess(study, Query(FEBRUARY, against="prior"))

    def standing(stage: str, left: int | None) -> Standing:
        due = None if left is None else date(2024, 3, 1)
        return Standing(stage, date(2024, 1, 1), due, left, left is not None and left < 0, "", (), "")

    standings = {"甲": standing("treatment", -3), "乙": standing("relapsed", 12)}
    assert [action.reason for action in places_that_need_action(found, standings)] == ["relapsed", "overdue"]
    assert [row.name for row, _ in deadlines(found, standings)] == ["甲", "乙"]
    assert deadlines(found, {"甲": standing("accepted", -3)}) == ()
    assert places_that_need_action(found, {}) == ()


def test_a_rise_at_a_low_count_is_an_early_sign_and_no_place_is_one_without_an_earlier_count(study):
    risen = assess(study, Query(days("2024-02-01", "2024-02-29")))
    assert [sign.row.name for sign in early_signs(risen)] == ["甲"]
    assert early_signs(assess(study, Query(days("2022-01-01", "2022-01-31")))) == ()
    assert FEW == MIN_COUNT
