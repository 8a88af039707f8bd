"""Single incidents as data: exactly those that are wanted, only for a role that may, never without a reason."""

import json
from pathlib import Path

import pytest
from accounts import account
from sites import Visitor, site_of
from studies import area, days, incident, many, study_of

from geo_zhengzhi.errors import InvalidParameter, NotAllowed, PersonalText, TextMissing
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.schema import INCIDENT_COLUMNS
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.console.points import Points
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.imports.incident_data import TAKEN, WRITERS, Taken, take_incidents
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.audit import Wanted
from tests.test_cli import run
from tests.test_importing import IMPORTER as BRINGER
from tests.test_importing import ROWS, write

pytestmark = pytest.mark.usefixtures("quick_passwords")
IMPORTER = Actor("导入岗", "importer")
FEBRUARY = Points(days("2024-02-05", "2024-02-29"), "诈骗")
WHY = "移交市局核对"


@pytest.fixture(scope="module")
def study() -> Study:
    """Ten of fraud in February, three of burglary over one night, one in March."""
    night = [incident((50 * n, 0), "2024-02-09T22:00", until="2024-02-10T06:00") for n in range(3)]
    rows = [*many(10, (100, 100), "2024-02-05", category="诈骗"), *night, incident((0, 0), "2024-03-01T00:00")]
    return study_of(rows, [area("武定苑", 0, 0)])


def take(store, study, folder, wanted=FEBRUARY, actor=IMPORTER, ending=".csv", reason=WHY) -> Taken:
    return take_incidents(store, study, actor, wanted, folder, ending=ending, reason=reason)


def log(store):
    return read_log(store, SYSTEM, Wanted(action=TAKEN))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the file is written; the store's own file lies beside it."""
    path = tmp_path / "taken"
    path.mkdir()
    return path


@pytest.mark.parametrize("ending", sorted(WRITERS))
@pytest.mark.parametrize("wanted", [FEBRUARY, Points()], ids=["fraud of a month", "everything"])
def test_the_file_can_be_imported_again_and_holds_those_that_are_wanted(store, study, folder, ending, wanted):
    taken = take(store, study, folder, wanted, ending=ending)
    again, _ = read_incidents(taken.path, datum="wgs84")
    first = study.incidents if wanted is not FEBRUARY else study.incidents[study.incidents["category"] == "诈骗"]
    assert taken.n == len(again) == len(first) > 0
    for column in INCIDENT_COLUMNS:
        decimals = 7 if ending == ".geojson" and column in ("longitude", "latitude") else 15
        expected, found = (frame.sort_values("incident_id")[column].reset_index(drop=True) for frame in (first, again))
        if column in ("longitude", "latitude"):
            assert (expected - found).abs().max() <= 0.51 * 10**-decimals
        else:
            assert list(expected) == list(found), column


def test_who_took_what_and_why_stands_in_the_log_that_the_file_comes_with(store, study, folder):
    taken = take(store, study, folder)
    row = log(store).records[0]
    assert (row.who, f"{row.seq}:{row.hash}") == ("导入岗", taken.audit_head)
    detail = json.loads(row.detail)
    assert (detail["reason"], detail["n"], detail["category"]) == (WHY, 10, "诈骗")
    assert detail["period"] == "2024-02-05-2024-02-29"
    assert len(detail["sha256"]) == 64


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": "  "}, TextMissing),
        ({"reason": "问 13812345678"}, PersonalText),
        ({"ending": ".html"}, InvalidParameter),
        ({"wanted": Points(category="抢夺")}, InvalidParameter),
        ({"wanted": Points(days("2020-01-01", "2020-01-31"))}, InvalidParameter),
    ],
    ids=["no reason", "a telephone number", "no such kind", "no such category", "nothing in it"],
)
def test_what_is_wrong_is_refused_and_nothing_is_written(store, study, folder, change, error):
    with pytest.raises(error):
        take(store, study, folder, **change)
    assert (log(store).n, list(folder.iterdir())) == (0, [])


@pytest.mark.parametrize("role", ROLES)
def test_only_a_role_that_may_takes_incidents_along(store, study, folder, role):
    if "take-points" in PERMISSIONS[role]:
        assert take(store, study, folder, actor=Actor("x", role)).n == 10
        return
    with pytest.raises(NotAllowed):
        take(store, study, folder, actor=Actor("x", role))
    assert list(folder.iterdir()) == []


@pytest.fixture
def importer(store, study) -> Visitor:
    account(store, "导入岗", "importer")
    return Visitor(site_of(store, study)).sign_in("导入岗")


FORM = "/export/incidents"


def test_the_form_gives_the_file_once_it_says_why(store, importer):
    assert FORM in importer.get("/export").get_data(as_text=True)
    fields = {"from": "2024-02-05", "to": "2024-02-29", "category": "诈骗", "format": ".csv"}
    answer = importer.post(FORM, FORM, **fields, reason=" ")
    assert answer.status_code == 400
    assert 'value="2024-02-05"' in answer.get_data(as_text=True)
    assert log(store).n == 0
    answer = importer.post(FORM, FORM, **fields, reason=WHY)
    assert (answer.status_code, len(answer.data.splitlines())) == (200, 11)
    row = log(store).records[0]
    assert answer.headers["X-Audit-Head"] == f"{row.seq}:{row.hash}"
    assert answer.headers["Content-Disposition"] == "attachment; filename=incidents-2024-02-05-2024-02-29.csv"


def test_whoever_may_not_is_shown_no_way_there(store, study):
    account(store, "规划一科", "planner")
    planner = Visitor(site_of(store, study)).sign_in("规划一科")
    assert FORM not in planner.get("/export").get_data(as_text=True)
    assert planner.get(FORM).status_code == 403


def test_the_command_writes_the_file_and_nothing_beside_it(store, store_url, tmp_path, capsys, monkeypatch):
    import_incidents(store, write(tmp_path / "a.csv", *ROWS), actor=BRINGER, datum="wgs84")
    monkeypatch.setenv("GEO_ZHENGZHI_DATABASE_URL", store_url)
    path = tmp_path / "out" / "taken.csv"
    path.parent.mkdir()
    code, out, _ = run(capsys, monkeypatch, "incidents", "-o", str(path), "--reason", WHY, "--json")
    assert (code, json.loads(out)["n"]) == (0, 2)
    assert [file.name for file in path.parent.iterdir()] == ["taken.csv"]
    assert log(store).records[0].who == SYSTEM.name
    code, _, told = run(capsys, monkeypatch, "incidents", "-o", str(path), "--reason", "", "--lang", "en")
    assert code == 2
    assert "reason" in told
    assert len(Path(path).read_text("utf-8-sig").splitlines()) == 3
