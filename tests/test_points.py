"""Single incidents page by page: every one once, on the edges of period and box, and every look written down."""

import numpy as np
import pytest
from studies import FRAME, area, days, incident, many, study_of

from geo_zhengzhi.errors import InvalidParameter, NotAllowed
from geo_zhengzhi.model import ROLES, Actor
from geo_zhengzhi.schema import INCIDENT_COLUMNS, INCIDENT_ID
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.console.points import LOOK, Points, look_at_incidents
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.audit import Wanted

PLANNER, AUDITOR = Actor("规划一科", "planner"), Actor("审计", "auditor")


@pytest.fixture(scope="module")
def study() -> Study:
    """Forty incidents: thirty of them at one and the same moment."""
    same = [incident((10 * n, 0), "2024-02-10T12:00") for n in range(30)]
    return study_of([*many(10, (100, 100), "2024-02-05", category="诈骗"), *same], [area("武定苑", 0, 0)])


def pages(database, study, wanted, limit):
    """The ids of every page."""
    found, after = [], None
    while True:
        page = look_at_incidents(database, study, PLANNER, wanted, reason="核对", limit=limit, after=after)
        assert len(page.incidents) <= limit
        found.append(list(page.incidents[INCIDENT_ID]))
        if page.next_key is None:
            return found
        after = page.next_key


@pytest.mark.parametrize("limit", [1, 7, 39, 40, 41])
def test_every_incident_is_on_one_page_in_the_order_of_its_time_however_many_share_it(store, study, limit):
    found = pages(store, study, Points(), limit)
    ids = [name for page in found for name in page]
    order = np.lexsort((study.incidents[INCIDENT_ID], study.midpoints.astype("int64")))
    assert ids == list(study.incidents[INCIDENT_ID].to_numpy()[order])
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert len(found[-1]) > 0


def test_an_incident_that_comes_in_between_moves_no_other(store):
    rows = many(6, (100, 100), "2024-02-05")
    before, after = study_of(rows[1:], [area("a", 0, 0)]), study_of(rows, [area("a", 0, 0)])
    first = look_at_incidents(store, before, PLANNER, Points(), reason="核对", limit=2)
    rest = look_at_incidents(store, after, PLANNER, Points(), reason="核对", limit=9, after=first.next_key)
    times = [*first.incidents["occurred_from"], *rest.incidents["occurred_from"]]
    assert times == sorted(times)
    assert len(set(times)) == 5


def test_a_period_takes_its_first_moment_and_not_the_one_after_its_last(store):
    moments = ["2024-02-04T23:59:59", "2024-02-05T00:00", "2024-02-06T23:59:59", "2024-02-07T00:00"]
    whole = study_of([incident((0, 0), moment) for moment in moments], [area("a", 0, 0)])
    found = look_at_incidents(store, whole, PLANNER, Points(days("2024-02-05", "2024-02-06")), reason="核对", limit=9)
    assert [f"{moment:%d %H:%M:%S}" for moment in found.incidents["occurred_from"]] == ["05 00:00:00", "06 23:59:59"]


def test_an_interval_belongs_to_the_period_of_its_middle(store):
    rows = [incident((0, 0), "2024-02-04T20:00", until="2024-02-05T04:00")]
    whole = study_of(rows, [area("a", 0, 0)])
    for first, n in (("2024-02-05", 1), ("2024-02-04", 0)):
        assert (
            len(look_at_incidents(store, whole, PLANNER, Points(days(first, first)), reason="核对", limit=9).incidents)
            == n
        )


def test_a_box_takes_its_edge_and_nothing_beyond(store):
    rows = [incident((100 * n, 0), "2024-02-05T12:00") for n in range(3)]
    whole = study_of(rows, [area("a", 0, 0)])
    longitude, latitude = FRAME.to_degrees([0, 100, 200], [0, 0, 0])
    box = (longitude[0], latitude.min(), longitude[1], latitude.max())
    found = look_at_incidents(store, whole, PLANNER, Points(box=box), reason="核对", limit=9).incidents
    assert list(found["longitude"]) == list(longitude[:2])
    inside = (np.nextafter(longitude[0], 180), 39.0, np.nextafter(longitude[1], 0), 41.0)
    assert look_at_incidents(store, whole, PLANNER, Points(box=inside), reason="核对", limit=9).incidents.empty


def test_a_category_that_does_not_occur_is_refused_with_those_that_do(store, study):
    assert (
        len(look_at_incidents(store, study, PLANNER, Points(category="诈骗"), reason="核对", limit=99).incidents) == 10
    )
    with pytest.raises(InvalidParameter, match="诈骗"):
        look_at_incidents(store, study, PLANNER, Points(category="抢夺"), reason="核对", limit=9)


def test_what_is_seen_has_the_columns_of_incidents_and_the_study_stays_as_it_was(store, study):
    before = study.incidents.copy()
    found = look_at_incidents(store, study, PLANNER, Points(), reason="核对", limit=5).incidents
    assert tuple(found.columns) == INCIDENT_COLUMNS
    assert study.incidents.equals(before)


def test_nothing_to_see_is_an_empty_page(store):
    empty = study_of([], [area("a", 0, 0)])
    page = look_at_incidents(store, empty, PLANNER, Points(), reason="核对", limit=5)
    assert page.incidents.empty
    assert page.next_key is None


def test_every_look_is_written_down_without_a_place(store, study):
    wanted = Points(days("2024-02-05", "2024-02-29"), "诈骗", (117.123, 39.456, 118.0, 41.0))
    look_at_incidents(store, study, PLANNER, wanted, reason="核对", limit=3)
    row = read_log(store, AUDITOR, Wanted()).records[0]
    assert (row.who, row.action) == ("规划一科", LOOK)
    for told in ('"reason": "核对"', '"n": 3', "2024-02-05", "诈骗", '"in_box": true'):
        assert told in row.detail
    assert "117.123" not in row.detail


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_see_points_sees_them_and_a_refused_look_is_no_look(store, study, role):
    if "see-points" in PERMISSIONS[role]:
        assert len(look_at_incidents(store, study, Actor("x", role), Points(), reason="核对", limit=5).incidents) == 5
        return
    with pytest.raises(NotAllowed):
        look_at_incidents(store, study, Actor("x", role), Points(), reason="核对", limit=5)
    assert read_log(store, AUDITOR, Wanted()).n == 0
