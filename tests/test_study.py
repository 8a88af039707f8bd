import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Event

import pytest
import shapely
from studies import area, days, incident, many, study_of

from geo_zhengzhi.errors import DemonstrationMissing, InvalidParameter, NoIncidents
from geo_zhengzhi.schema import NAME, PART_ID, TARGET_ID
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.periods import containing, last_full_months, shifted, unit_of
from geo_zhengzhi.services.studies.opening import open_demonstration, open_study
from geo_zhengzhi.services.studies.study import whole_period
from geo_zhengzhi.settings import Settings

ZONE = "Asia/Shanghai"
HEADER = "案件编号,案件类别,发案时间,经度,纬度\n"


def test_the_demonstration_says_that_it_is_simulated_and_opens_with_february_and_march_2024(demonstration):
    assert demonstration.simulated
    assert "Incidents are simulated." in demonstration.context.notes
    assert demonstration.context.attributions == ("© OpenStreetMap contributors (ODbL)",)
    assert demonstration.default_period == days("2024-02-01", "2024-03-31")


def test_every_incident_of_the_demonstration_is_accounted_for(demonstration):
    report = demonstration.report
    assert report.n_read == report.n_kept + report.n_duplicates + report.n_rejected
    assert len(demonstration.incidents) == report.n_kept


def test_the_rail_target_of_the_demonstration_has_three_parts(demonstration):
    parts = demonstration.targets.groupby(TARGET_ID)[PART_ID].count()
    assert sorted(parts) == [1, 1, 1, 1, 1, 3]


def test_a_demonstration_without_its_files_says_how_to_get_them(tmp_path):
    with pytest.raises(DemonstrationMissing, match="geo-zhengzhi demo"):
        open_demonstration(Settings(data_dir=tmp_path))


def _square(x: float, y: float, name: str) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": shapely.geometry.mapping(shapely.box(x, y, x + 0.01, y + 0.01)),
    }


def _write_targets(path: Path, *squares: dict[str, object]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(squares)}), "utf-8")
    return path


def test_a_study_from_files_takes_the_kind_of_each_target_file_and_tells_equal_ids_apart(tmp_path):
    (tmp_path / "incidents.csv").write_text(HEADER + "A1,盗窃,2024-02-01 08:00,117.405,40.045\n", "utf-8")
    squares = [_write_targets(tmp_path / f / "t.geojson", _square(117.40, 40.04, "甲")) for f in ("a", "b")
               if not (tmp_path / f).mkdir()]  # fmt: skip
    specs = [f"{squares[0]}:square", f"{squares[1]}:village"]
    study = open_study(tmp_path / "incidents.csv", specs, datum="wgs84", targets_datum="wgs84")
    assert list(study.targets["kind"]) == ["square", "village"]
    assert study.targets[PART_ID].is_unique
    assert study.targets[TARGET_ID].is_unique
    assert (len(study.incidents), study.report.n_kept, study.name) == (1, 1, "incidents")
    assert [report.n_kept for report in study.targets_reports] == [1, 1]


def test_hostile_names_come_through_as_they_are_for_the_page_to_escape(tmp_path):
    hostile = "<img src=x onerror=alert(1)>${alert(2)}`"
    (tmp_path / "i.csv").write_text(HEADER + "A1,盗窃,2024-02-01 08:00,117.405,40.045\n", "utf-8")
    path = _write_targets(tmp_path / "t.geojson", _square(117.40, 40.04, hostile))
    study = open_study(tmp_path / "i.csv", [f"{path}:square"], datum="wgs84", targets_datum="wgs84")
    assert list(study.targets[NAME]) == [hostile]


def test_a_kind_that_does_not_exist_is_refused(tmp_path):
    (tmp_path / "i.csv").write_text(HEADER, "utf-8")
    path = _write_targets(tmp_path / "t.geojson", _square(117.40, 40.04, "甲"))
    with pytest.raises(InvalidParameter, match="palace"):
        open_study(tmp_path / "i.csv", [f"{path}:palace"], datum="wgs84", targets_datum="wgs84")


def test_an_incident_lies_at_the_middle_of_its_time():
    study = study_of([incident((0, 0), "2024-01-31T22:00", until="2024-02-01T04:00")], [area("甲", 0, 0)])
    assert study.midpoints.iloc[0].isoformat() == "2024-02-01T01:00:00+08:00"
    assert study.span == days("2024-02-01", "2024-02-01")


def test_without_incidents_there_is_no_span_no_default_period_and_no_whole_period():
    study = study_of([], [area("甲", 0, 0)])
    assert (study.span, study.default_period, study.categories) == (None, None, ())
    with pytest.raises(NoIncidents):
        whole_period(study)


def test_the_data_version_changes_with_an_incident_and_with_a_target():
    one = study_of(many(3, (0, 0), "2024-01-01"), [area("甲", 0, 0)])
    same = study_of(many(3, (0, 0), "2024-01-01"), [area("甲", 0, 0)])
    moved = study_of(many(3, (0, 1), "2024-01-01"), [area("甲", 0, 0)])
    wider = study_of(many(3, (0, 0), "2024-01-01"), [area("甲", 0, 0, 401)])
    assert one.data_version == same.data_version
    assert len({one.data_version, moved.data_version, wider.data_version}) == 3


def test_categories_come_with_the_most_frequent_first():
    incidents = [*many(1, (0, 0), "2024-01-01", category="诈骗"), *many(2, (0, 0), "2024-01-01")]
    assert study_of(incidents, [area("甲", 0, 0)]).categories == ("盗窃", "诈骗")


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-01-01", "2024-04-30", ("2024-03-01", "2024-04-30")),  # both ends whole
        ("2024-01-01", "2024-04-29", ("2024-02-01", "2024-03-31")),  # a day short: April is not whole
        ("2024-02-01", "2024-03-31", ("2024-02-01", "2024-03-31")),  # just enough
        ("2024-02-02", "2024-03-31", ("2024-02-02", "2024-03-31")),  # a day short: everything there is
        ("2024-02-10", "2024-02-11", ("2024-02-10", "2024-02-11")),
    ],
)
def test_the_general_default_is_the_last_two_months_that_the_data_cover_whole(first, last, expected):
    assert last_full_months(days(first, last), 2) == days(*expected)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("month", ("2024-02-01", "2024-02-29")),
        ("quarter", ("2024-01-01", "2024-03-31")),
        ("half_year", ("2024-01-01", "2024-06-30")),
        ("year", ("2024-01-01", "2024-12-31")),
    ],
)
def test_a_calendar_unit_holds_its_day_and_is_recognised(unit, expected):
    period = containing(unit, date(2024, 2, 29), ZONE)
    assert period == days(*expected)
    assert unit_of(period) == unit


def test_two_months_are_no_unit():
    assert unit_of(days("2024-02-01", "2024-03-31")) is None


@pytest.mark.parametrize(
    ("given", "steps", "expected"),
    [
        (("2024-02-01", "2024-02-29"), 1, ("2024-03-01", "2024-03-31")),
        (("2024-02-01", "2024-02-29"), -1, ("2024-01-01", "2024-01-31")),
        (("2024-11-01", "2024-12-31"), 1, ("2025-01-01", "2025-02-28")),
        (("2024-01-01", "2024-12-31"), -1, ("2023-01-01", "2023-12-31")),
        (("2024-02-01", "2024-02-10"), 1, ("2024-02-11", "2024-02-20")),
        (("2024-02-02", "2024-02-29"), -1, ("2024-01-05", "2024-02-01")),
    ],
)
def test_whole_months_move_by_months_and_other_stretches_by_their_days(given, steps, expected):
    assert shifted(days(*given), steps) == days(*expected)


def test_two_requests_for_one_thing_compute_it_once():
    once, begun, calls = ComputeOnce[int](size=2), Event(), []

    def compute() -> int:
        calls.append(1)
        begun.wait(5)
        return 7

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(once.get, "key", compute) for _ in range(2)]
        begun.set()
        assert [answer.result() for answer in answers] == [7, 7]
    assert len(calls) == 1


def test_a_computation_that_fails_is_tried_again():
    once, answers = ComputeOnce[int](size=2), iter([ZeroDivisionError(), 5])

    def compute() -> int:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ZeroDivisionError):
        once.get("key", compute)
    assert once.get("key", compute) == 5


def test_the_least_recently_used_is_forgotten():
    once, computed = ComputeOnce[str](size=2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        once.get(key, lambda key=key: computed.append(key) or key)
    assert computed == ["a", "b", "c", "b"]
