"""Single incidents on the map: close up, in view, for those who may; and every look is written down."""

import pytest
from sites import COUNTY, Visitor, accounts_of_every_role, site_of
from studies import FRAME, area, days, incident, many, study_of

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.errors import NotAllowed, ViewTooWide
from geo_zhengzhi.model import ROLES, Actor
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.console.points import LOOK
from geo_zhengzhi.services.console.points_in_view import MOST_SHOWN, WIDEST_KM, look_at_view
from geo_zhengzhi.services.console.situation import Query
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.audit import Wanted
from geo_zhengzhi.store.opening import open_store

PLANNER, AUDITOR = Actor("规划一科", "planner"), Actor("审计", "auditor")
FEBRUARY = Query(days("2024-02-01", "2024-02-29"))


@pytest.fixture
def opened(tmp_path):
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    yield database
    database.close()


def box_m(west: float, south: float, east: float, north: float) -> tuple[float, float, float, float]:
    """A box in degrees from metres east and north of the frame's centre."""
    longitude, latitude = FRAME.to_degrees([west, east], [south, north])
    return longitude[0], latitude[0], longitude[1], latitude[1]


def one_place(n: int) -> Study:
    """n incidents at one point, a minute apart."""
    rows = [incident((0, 0), f"2024-02-05T{minute // 60:02d}:{minute % 60:02d}") for minute in range(n)]
    return study_of(rows, [area("武定苑", 0, 0)])


def test_the_period_the_category_and_the_hours_of_the_page_keep_their_incidents(opened):
    rows = [
        incident((10, 10), "2024-02-05T21:30"),
        incident((10, 10), "2024-02-06T12:00"),
        incident((10, 10), "2024-02-07T21:30", category="诈骗"),
        incident((10, 10), "2024-03-05T21:30"),
    ]
    study = study_of(rows, [area("武定苑", 0, 0)])
    asked = Query(FEBRUARY.period, category="盗窃", hours=(21, 22))
    found = look_at_view(opened, study, PLANNER, asked, box_m(-50, -50, 50, 50), COUNTY)
    assert [f"{moment:%d %H:%M}" for moment in found.incidents["occurred_from"]] == ["05 21:30"]


def test_what_is_outside_the_box_is_not_told_and_not_counted(opened):
    study = study_of([incident((x, 0), "2024-02-05T12:00") for x in (0, 100, 200)], [area("a", 0, 0)])
    found = look_at_view(opened, study, PLANNER, FEBRUARY, box_m(-50, -50, 150, 50), COUNTY)
    assert (len(found.incidents), found.n_in_view) == (2, 2)


@pytest.mark.parametrize(("n", "shown"), [(MOST_SHOWN, MOST_SHOWN), (MOST_SHOWN + 1, MOST_SHOWN)])
def test_of_too_many_the_latest_are_shown_and_all_are_counted(opened, n, shown):
    found = look_at_view(opened, one_place(n), PLANNER, FEBRUARY, box_m(-50, -50, 50, 50), COUNTY)
    assert (len(found.incidents), found.n_in_view) == (shown, n)
    moments = list(found.incidents["occurred_from"])
    assert moments == sorted(moments, reverse=True)
    assert f"{moments[0]:%H:%M}" == f"{(n - 1) // 60:02d}:{(n - 1) % 60:02d}"


@pytest.mark.parametrize(("side_m", "is_shown"), [(WIDEST_KM * 1000 - 5, True), (WIDEST_KM * 1000 + 5, False)])
@pytest.mark.parametrize("is_wide", [True, False])
def test_only_a_close_up_is_shown(opened, side_m, is_shown, is_wide):
    half, thin = side_m / 2, 50
    box = box_m(-half, -thin, half, thin) if is_wide else box_m(-thin, -half, thin, half)
    if is_shown:
        assert look_at_view(opened, one_place(3), PLANNER, FEBRUARY, box, COUNTY).n_in_view == 3
        return
    with pytest.raises(ViewTooWide, match="zoom in"):
        look_at_view(opened, one_place(3), PLANNER, FEBRUARY, box, COUNTY)
    assert read_log(opened, AUDITOR, Wanted()).n == 0


def test_on_a_gcj02_map_places_and_box_are_those_of_the_map(opened):
    amap = Settings(database_url=COUNTY.database_url, tiles="amap")
    longitude, latitude = FRAME.to_degrees([0], [0])
    x, y = wgs84_to_gcj02(longitude, latitude)
    box = (x[0] - 1e-6, y[0] - 1e-6, x[0] + 1e-6, y[0] + 1e-6)
    found = look_at_view(opened, one_place(1), PLANNER, FEBRUARY, box, amap).incidents
    assert (found["longitude"][0], found["latitude"][0]) == (x[0], y[0])
    assert look_at_view(opened, one_place(1), PLANNER, FEBRUARY, box, COUNTY).n_in_view == 0


def test_every_look_is_written_down_without_a_place(opened):
    look_at_view(opened, one_place(3), PLANNER, FEBRUARY, box_m(-50, -50, 50, 50), COUNTY)
    row = read_log(opened, AUDITOR, Wanted()).records[0]
    assert (row.who, row.action) == ("规划一科", LOOK)
    assert '"n": 3' in row.detail
    assert "117." not in row.detail


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_see_points_sees_them(opened, role):
    def look():
        return look_at_view(opened, one_place(3), Actor("x", role), FEBRUARY, box_m(-50, -50, 50, 50), COUNTY)

    if "see-points" in PERMISSIONS[role]:
        assert look().n_in_view == 3
        return
    with pytest.raises(NotAllowed):
        look()
    assert read_log(opened, AUDITOR, Wanted()).n == 0


def test_the_route_tells_when_and_what_in_the_language_of_the_page(opened):
    rows = [*many(1, (0, 0), "2024-02-05"), incident((5, 5), "2024-02-06T20:00", until="2024-02-07T06:00")]
    study = study_of(rows, [area("武定苑", 0, 0)], opening_period=FEBRUARY.period)
    app = site_of(opened, study)
    accounts_of_every_role(opened)
    visitor = Visitor(app).sign_in("planner")
    box = ",".join(f"{degrees:.6f}" for degrees in box_m(-50, -50, 50, 50))
    told = visitor.get(f"/points?bbox={box}&lang=en").get_json()
    assert told["n_in_view"] == 2
    assert [point[2:] for point in told["points"]] == [
        ["2024-02-06 20:00 – 2024-02-07 06:00", "theft"],
        ["2024-02-05 12:00", "theft"],
    ]


@pytest.mark.parametrize("box", ["", "1,2,3", "117,40,116,41", "117,40,118,x", "NaN,1,2,3", "117,40,181,41"])
def test_a_box_that_is_none_is_refused_with_the_form_it_has(opened, box):
    app = site_of(opened, one_place(1))
    accounts_of_every_role(opened)
    answer = Visitor(app).sign_in("planner").get(f"/points?bbox={box}")
    assert answer.status_code == 400
    assert "west,south,east,north" in answer.get_data(as_text=True)
