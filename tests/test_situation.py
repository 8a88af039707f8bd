from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from studies import area, corridor, days, incident, many, study_of

from geo_zhengzhi.errors import InvalidParameter, NoIncidents
from geo_zhengzhi.model import KINDS
from geo_zhengzhi.render.findings import hotspot_features
from geo_zhengzhi.schema import N_INCIDENTS
from geo_zhengzhi.services.console import assessing
from geo_zhengzhi.services.console.maps import hotspot_places, make_scene, map_parts
from geo_zhengzhi.services.console.situation import Query, assess
from web.say import Say

NOW, BEFORE = "2024-02-05", "2023-02-05"
FEBRUARY = days("2024-02-01", "2024-02-29")
LONG_AGO = incident((9000, 9000), "2022-01-01T12:00")  # so that the data reach back


def february(incidents, parts, **query):
    return assess(study_of([LONG_AGO, *incidents], parts), Query(period=FEBRUARY, **query))


def test_the_demonstration_counts_174_against_262_with_both_percentages(demonstration):
    change = assess(demonstration, Query()).county
    assert (change.n_now, change.n_before) == (174, 262)
    assert change.comparison.verdict == "improved"
    assert f"{change.comparison.percent:.1f}" == "-33.6"
    assert f"{change.comparison.percent_per_day:.1f}" == "-34.7"  # 60 days against 59


def test_february_of_a_leap_year_is_compared_with_the_28_days_of_the_year_before():
    county = february(many(12, (50, 50), NOW) + many(11, (50, 50), BEFORE), [area("甲", 0, 0)]).county
    assert (county.comparison.n_days_now, county.comparison.n_days_before) == (29, 28)


def test_an_incident_belongs_to_the_period_of_its_midpoint_which_is_half_open():
    found = february(
        [
            incident((0, 0), "2024-02-01T00:00"),  # the first moment: in
            incident((0, 0), "2024-01-31T23:59:59"),  # just before: out
            incident((0, 0), "2024-02-29T23:59:59"),  # the last second: in
            incident((0, 0), "2024-03-01T00:00"),  # the end itself: out
            incident((0, 0), "2024-01-31T20:00", until="2024-02-01T04:00"),  # its middle is the first moment: in
            incident((0, 0), "2024-02-29T20:00", until="2024-03-01T04:00"),  # its middle is the end: out
        ],
        [area("甲", 5000, 5000)],
    )
    assert found.n_incidents == 3
    assert (found.n_intervals, found.n_across) == (1, 1)


def test_an_incident_in_two_parts_of_a_target_counts_once_for_it_and_once_for_each_part():
    parts = [area("甲（东）", 0, 0, target_id="T"), area("甲（西）", 200, 0, target_id="T")]
    found = february(many(1, (300, 100), NOW, spread_m=0) + many(2, (50, 50), NOW), parts)
    (row,) = found.targets
    assert (row.name, row.change.n_now, row.feature_ids[0]) == ("甲", 3, "甲（东）")
    assert [(part.name, part.change.n_now) for part in row.parts] == [("甲（东）", 3), ("甲（西）", 1)]


def test_an_incident_in_two_targets_counts_in_both_and_the_county_counts_it_once():
    found = february(many(1, (300, 100), NOW, spread_m=0), [area("甲", 0, 0), area("乙", 200, 0)])
    assert [row.change.n_now for row in found.targets] == [1, 1]
    assert (found.county.n_now, found.outside.n_now) == (1, 0)


def test_what_lies_in_no_target_is_counted_outside_in_both_years():
    found = february(
        many(4, (50, 50), NOW) + many(3, (2000, 2000), NOW) + many(2, (2000, 0), BEFORE), [area("甲", 0, 0)]
    )
    assert (found.outside.n_now, found.outside.n_before) == (3, 2)
    assert (found.county.n_now, found.county.n_before) == (7, 2)


def test_a_category_filters_both_years_and_the_weeks():
    incidents = many(5, (50, 50), NOW) + many(4, (50, 50), NOW, category="诈骗")
    incidents += many(3, (50, 50), BEFORE, category="诈骗") + many(2, (50, 50), BEFORE)
    found = february(incidents, [area("甲", 0, 0)], category="诈骗")
    assert (found.county.n_now, found.county.n_before) == (4, 3)
    assert (sum(w.n for w in found.weeks), sum(w.n_now for w in found.weeks)) == (7, 4)


@pytest.mark.parametrize("query", [{"category": "鬼"}, {"kind": "palace"}])
def test_a_category_or_kind_that_does_not_exist_is_refused(query):
    with pytest.raises(InvalidParameter):
        february(many(5, (50, 50), NOW), [area("甲", 0, 0)], **query)


def test_a_kind_shows_its_targets_alone_but_what_lies_in_others_stays_inside():
    incidents = many(8, (50, 50), NOW) + many(9, (3000, 0), NOW)
    parts = [area("小区", 0, 0), area("村", 2800, -200, kind="village")]
    found = february(incidents, parts, kind="village")
    assert [row.name for row in found.targets] == ["村"]
    assert [row.name for row in found.hotspots] == ["村"]
    assert {row.name for row in found.zones} == {"村"}
    assert found.candidates == ()
    assert (found.county.n_now, found.outside.n_now) == (17, 0)
    assert set(found.result.assignments["part"]) == {0}


def test_a_kind_without_targets_shows_none():
    found = february(many(8, (50, 50), NOW), [area("小区", 0, 0)], kind="school")
    assert (found.targets, found.hotspots, found.zones, found.n_incidents) == ((), (), (), 8)
    assert map_parts(found, "zh").script


def test_a_hotspot_says_why_its_change_begins_with_another_count_than_its_cluster():
    # At 200 m a core with four behind it; at 250 m its border; at 275 m one that reaches the border but no core.
    row_of = [*many(4, (160, 200), NOW), *(incident((x, 200), f"{NOW}T12:00") for x in (200, 250, 275))]
    found = february(row_of, [area("甲", 0, 0)])
    (row,) = found.hotspots
    assert (row.fields["n_incidents"], row.change.n_now) == (6, 7)
    (feature,) = hotspot_features(make_scene(found, "en"))
    told = "The change counts all 7 incidents in the outline, in both years alike; 6 are the cluster."
    assert feature["popup"]["notes"][0] == told
    assert Say("en").counted(row) == told
    assert "其中聚类内 6 起" in Say("zh").counted(row)


def test_where_both_counts_are_one_a_hotspot_says_nothing_about_it():
    found = february(many(9, (50, 50), NOW), [area("甲", 0, 0)])
    (row,) = found.hotspots
    (feature,) = hotspot_features(make_scene(found, "en"))
    assert row.change.n_now == row.fields["n_incidents"] == 9
    assert Say("en").counted(row) == ""
    assert len(feature["popup"]["notes"]) == 1


def test_a_zones_change_lays_its_own_count_beside_last_years_in_the_same_shape():
    # An area to 400 m east: the zone around a crowd at 390 m is clipped there, and so is last year's count.
    here = many(9, (390, 200), NOW) + many(2, (330, 200), NOW, spread_m=0)
    last_year = many(4, (395, 200), BEFORE, spread_m=0) + many(3, (405, 200), BEFORE, spread_m=0)
    found = february([*here, *last_year], [area("甲", 0, 0)])
    (row,) = found.zones
    assert (row.change.n_now, row.change.n_before) == (row.n_incidents, 4)
    assert row.n_incidents == 11
    assert found.zone_changes == {row.zone_id: row.change}
    assert make_scene(found, "zh").zone_changes == {row.zone_id: row.change.comparison}


def test_a_candidates_change_counts_both_years_outside_the_targets():
    here = many(9, (1000, 1000), NOW)
    last_year = many(5, (1000, 1000), BEFORE) + many(2, (50, 50), BEFORE)
    found = february([*here, *last_year], [area("甲", 0, 0)])
    (row,) = found.candidates
    assert (row.change.n_now, row.change.n_before) == (9, 5)
    assert row.change.comparison.percent is None  # fewer than ten last year


def test_where_last_year_is_not_known_a_zone_says_its_own_count_alone():
    study = study_of(many(9, (50, 50), NOW), [area("甲", 0, 0)])
    found = assess(study, Query(period=FEBRUARY))
    assert [(row.change.n_now, row.change.n_before) for row in found.zones] == [(9, None)]
    assert make_scene(found, "zh").zone_changes == {}


def test_a_kind_shows_the_changes_of_its_own_zones_alone():
    incidents = many(8, (50, 50), NOW) + many(9, (3000, 0), NOW) + many(9, (9000, 0), NOW)
    found = february(incidents, [area("小区", 0, 0), area("村", 2800, -200, kind="village")], kind="village")
    assert found.zone_changes.keys() == {row.zone_id for row in found.zones}
    assert len(found.zones) == 1


@pytest.mark.parametrize(
    ("first", "compared"),
    [("2023-02-01T00:00", True), ("2023-02-02T00:00", False), ("2023-01-31T23:59", True)],
)
def test_without_last_years_whole_period_nothing_is_compared_and_that_is_said(first, compared):
    study = study_of([incident((50, 50), first), *many(8, (50, 50), NOW)], [area("甲", 0, 0)])
    found = assess(study, Query(period=FEBRUARY))
    assert (found.earlier is not None) == compared
    assert (found.county.comparison is not None) == compared
    assert all((row.change.comparison is not None) == compared for row in (*found.targets, *found.hotspots))
    assert any("begin on" in message for message, _ in found.notes) == (not compared)
    assert make_scene(found, "zh").hotspot_changes.keys() == (
        {h.hotspot_id for h in found.hotspots} if compared else set()
    )


def test_where_the_data_end_within_last_years_period_its_count_is_not_shown():
    study = study_of([LONG_AGO, *many(8, (50, 50), NOW)], [area("甲", 0, 0)])
    found = assess(study, Query(period=days("2025-02-01", "2025-02-28")))
    assert (found.earlier, found.county.n_before, found.county.comparison) == (None, None, None)


def test_a_period_that_outlasts_the_data_says_so():
    found = february(many(8, (50, 50), NOW), [area("甲", 0, 0)])
    assert [message for message, _ in found.notes] == [assessing.ENDS_WITHIN]
    later = february([*many(8, (50, 50), NOW), incident((0, 0), "2024-02-29T12:00")], [area("甲", 0, 0)])
    assert later.notes == ()


def test_a_hotspots_last_year_is_counted_in_its_outline_and_its_part():
    part = area("甲", 0, 0)
    before = [
        incident((100, 100), "2023-02-05T12:00"),  # in the middle
        incident((160, 100), "2023-02-05T12:00"),  # 60 m east: outside the outline
        incident((100, 100), "2023-01-31T12:00"),  # another month
    ]
    (row,) = february(many(8, (100, 100), NOW, spread_m=10) + before, [part]).hotspots
    assert (row.change.n_now, row.change.n_before) == (8, 1)


def test_a_hotspot_on_the_fence_counts_only_what_is_inside_the_part_in_both_years():
    incidents = many(8, (10, 100), NOW, spread_m=8) + many(6, (-20, 100), NOW, spread_m=5)
    before = [incident((8, 100), "2023-02-05T12:00"), incident((-8, 100), "2023-02-05T12:00")]
    (row,) = [row for row in february(incidents + before, [area("甲", 0, 0)]).hotspots if row.name]
    assert (row.change.n_now, row.fields[N_INCIDENTS], row.change.n_before) == (8, 8, 1)


def test_a_corridors_hotspot_counts_along_its_stretch_and_across_the_whole_width():
    line = corridor("铁路", (0, 0), (10_000, 0))
    members = many(8, (5000, 0), NOW, spread_m=20)
    before = [
        incident((5000, 290), "2023-02-05T12:00"),  # beside the cluster, within the half-width: in
        incident((5000, 310), "2023-02-05T12:00"),  # beyond the half-width: out
        incident((5500, 0), "2023-02-05T12:00"),  # along the line, beyond the stretch: out
    ]
    (row,) = february(members + before, [line]).hotspots
    assert (row.change.n_now, row.change.n_before) == (8, 1)


def test_a_candidates_hotspot_counts_outside_targets_alone():
    found = february(
        [*many(8, (3000, 0), NOW, spread_m=30), incident((3000, 0), "2023-02-05T12:00")], [area("甲", 0, 0)]
    )
    (row,) = found.hotspots
    assert (row.kind, row.lead_unit, row.change.n_before, len(found.candidates)) == ("open_ground", "", 1, 1)
    assert found.candidates[0].ranks == (1,)


def test_targets_are_listed_by_count_and_hotspots_by_rank():
    found = february(
        many(6, (50, 50), NOW) + many(9, (5050, 50), NOW) + many(7, (9050, 50), NOW),
        [area("甲", 0, 0), area("乙", 5000, 0), area("丙", 9000, 0)],
    )
    assert [row.name for row in found.targets] == ["乙", "丙", "甲"]
    assert [row.rank for row in found.hotspots] == [1, 2, 3]
    assert [row.lead_unit for row in found.zones] == ["某派出所"] * 3


def test_weeks_begin_on_mondays_and_add_up_to_both_periods(demonstration):
    found = assess(demonstration, Query())
    assert all(week.start.weekday() == 0 for week in found.weeks)
    assert sum(week.n_now for week in found.weeks) == 174
    assert sum(week.n_before for week in found.weeks) == 262
    assert all(week.n >= week.n_now + week.n_before for week in found.weeks)


def test_hours_add_up_to_the_incidents(demonstration):
    found = assess(demonstration, Query(category="盗窃"))
    assert found.hours.shape == (7, 24)
    assert found.hours.sum() == pytest.approx(found.n_incidents)


def test_an_empty_period_names_the_latest_incident_before_it():
    found = assess(
        study_of([LONG_AGO, *many(3, (50, 50), NOW)], [area("甲", 0, 0)]),
        Query(period=days("2030-01-01", "2030-01-31")),
    )
    assert (found.n_incidents, found.hotspots, str(found.latest_day)) == (0, (), "2024-02-07")
    assert not found.hours.any()


def test_a_study_without_incidents_has_nothing_to_assess():
    with pytest.raises(NoIncidents):
        assess(study_of([], [area("甲", 0, 0)]), Query())


def test_the_same_question_is_analysed_once_for_every_kind_and_every_asker(monkeypatch):
    calls, analyse = [], assessing.analyse
    monkeypatch.setattr(assessing, "analyse", lambda *a, **k: calls.append(1) or analyse(*a, **k))
    study = study_of([LONG_AGO, *many(8, (50, 50), NOW)], [area("甲", 0, 0)])
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: assess(study, Query(period=FEBRUARY)), range(4)))
    assess(study, Query(period=FEBRUARY, kind="square"))
    assert len(calls) == 1
    assert all(one is found[0] for one in found)


def test_hours_and_days_are_told_in_the_studys_zone():
    study = study_of([LONG_AGO, *many(8, (50, 50), NOW)], [area("甲", 0, 0)])
    assert assess(study, Query(period=FEBRUARY)).result.parameters.timezone == study.timezone
    assert assess(study, Query(period=FEBRUARY)).hours[:, 12].sum() == 8


def test_a_corridors_hotspot_is_placed_from_a_station_or_along_the_line():
    found = february(many(8, (5000, 0), NOW, spread_m=20), [corridor("铁路", (0, 0), (10_000, 0))])
    (text,) = hotspot_places(found, "en").values()
    assert text.endswith("km along the line")


def test_rows_keep_the_kinds_of_the_model(demonstration):
    kinds = {row.kind for row in assess(demonstration, Query()).targets}
    assert kinds <= set(KINDS)
    assert np.isfinite([row.change.n_now for row in assess(demonstration, Query()).targets]).all()
