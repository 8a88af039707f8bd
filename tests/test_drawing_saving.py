"""A drawn boundary is saved with its target or not at all; a second planner loses nothing; a candidate becomes one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import shapely

from geo_zhengzhi.errors import (
    CandidateUnknown,
    DrawingBlocked,
    EntryExists,
    NotAllowed,
    OverlapNotConfirmed,
    PersonalText,
    TextMissing,
    VersionConflict,
)
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.drawing.looks import Drawing
from geo_zhengzhi.services.drawing.saving import Seen, add_drawing, adopt_candidate, save_drawing
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.accounts import NOW
from tests.plan_county import HOMES, OTHER, PLANNER, SINCE, SQUARE, VIEWER, box, filled, settings_in
from tests.stores import ENGINES, new_store_url
from tests.studies import days

PERIOD = days("2024-02-01", "2024-03-31")
TODAY = NOW.date()


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The small county; each test has a target of its own, or leaves everything as it was."""
    folder = tmp_path_factory.mktemp("saving")
    database = filled(open_store(new_store_url(request, folder, request.param)), folder)
    yield database
    database.close()


@pytest.fixture
def study(store, tmp_path_factory) -> Study:
    """The store as it stands."""
    return open_stored_study(store, settings_in(tmp_path_factory.mktemp("cache")))


def drawing(shape: shapely.Geometry, target_id: str = SQUARE, **more: object) -> Drawing:
    given = {"half_width_m": None, "kind": "square", "year": 2024, "target_id": target_id, "part_id": target_id}
    return Drawing(shape, **{**given, **more})


def new(number: str, **fields: object) -> Entry:
    return Entry(**{"target_id": number, "name": "新广场", "kind": "square", "level": "county", "year": 2024,
                    "stage": "listed", "stage_since": SINCE, **fields})  # fmt: skip


def test_a_target_is_added_with_its_boundary_and_redrawn_with_its_fields(store, study):
    shape = box(2000, 2000, 2400, 2400)
    added = add_drawing(store, study, drawing(shape, "", part_id=""), new("T-1"), confirmed=False, actor=PLANNER,
                        reason="新增", today=TODAY)  # fmt: skip
    assert (added.boundary.part_id, added.boundary.version) == ("T-1", 1)
    wider = box(2000, 2000, 2500, 2400)
    saved = save_drawing(store, study, drawing(wider, "T-1"), {"lead_unit": "城关派出所"}, Seen(1, 1), confirmed=False,
                         actor=OTHER, reason="扩大")  # fmt: skip
    assert (saved.entry.version, saved.boundary.version) == (2, 2)
    stored = entry(store, "T-1")
    assert (stored.entry.lead_unit, stored.parts[0].geometry) == ("城关派出所", wider)
    assert [was.made.reason for was in history(store, "T-1").boundaries] == ["新增", "扩大"]


def test_nothing_is_kept_where_one_half_is_refused(store, study):
    shape = box(2000, 3000, 2400, 3400)
    with pytest.raises(EntryExists):
        add_drawing(store, study, drawing(shape, "", part_id=""), new(HOMES), confirmed=False, actor=PLANNER,
                    reason="新增", today=TODAY)  # fmt: skip
    before = entry(store, HOMES)
    with pytest.raises(VersionConflict):
        save_drawing(store, study, drawing(shape, HOMES, kind="residential_area"), {"notes": "x"}, Seen(1, 9),
                     confirmed=False, actor=PLANNER, reason="改")  # fmt: skip
    with pytest.raises(PersonalText):
        save_drawing(store, study, drawing(shape, HOMES, kind="residential_area"), {"notes": "13800138000"}, Seen(1, 1),
                     confirmed=False, actor=PLANNER, reason="改")  # fmt: skip
    assert entry(store, HOMES) == before


def test_the_second_of_two_planners_is_told_both_and_saves_on_the_first(store, study):
    one, two = box(0, 0, 400, 300), box(0, 0, 400, 200)
    save_drawing(store, study, drawing(one), {}, Seen(1, 1), confirmed=False, actor=OTHER, reason="先到")
    with pytest.raises(VersionConflict) as caught:
        save_drawing(store, study, drawing(two), {}, Seen(1, 1), confirmed=False, actor=PLANNER, reason="后到")
    assert (caught.value.stored.geometry, caught.value.given.geometry) == (one, two)
    saved = save_drawing(store, study, drawing(two), {}, Seen(1, 2), confirmed=False, actor=PLANNER, reason="后到")
    assert (saved.boundary.version, saved.boundary.geometry) == (3, two)
    assert [was.geometry for was in history(store, SQUARE).boundaries][1:] == [one, two]


def test_an_overlap_is_saved_once_confirmed_and_a_blocked_shape_never(store, study):
    over = drawing(box(500, 0, 700, 400), "", part_id="")
    with pytest.raises(OverlapNotConfirmed, match="武定苑"):
        add_drawing(store, study, over, new("T-2"), confirmed=False, actor=PLANNER, reason="新增", today=TODAY)
    add_drawing(store, study, over, new("T-2"), confirmed=True, actor=PLANNER, reason="新增", today=TODAY)
    outside = replace(over, shape=box(8900, 0, 9100, 400))
    for confirmed in (False, True):
        with pytest.raises(DrawingBlocked, match="county"):
            add_drawing(
                store, study, outside, new("T-3"), confirmed=confirmed, actor=PLANNER, reason="新增", today=TODAY
            )
    with pytest.raises(TextMissing):
        add_drawing(store, study, over, new("T-3"), confirmed=True, actor=PLANNER, reason=" ", today=TODAY)


def test_only_planners_save(store, study):
    shape = drawing(box(0, 0, 400, 100))
    with pytest.raises(NotAllowed):
        save_drawing(store, study, shape, {}, Seen(1, 1), confirmed=True, actor=VIEWER, reason="x")
    with pytest.raises(NotAllowed):
        adopt_candidate(store, study, "x", Query(PERIOD), actor=VIEWER)


def test_a_candidate_becomes_a_target_with_its_outline_and_is_one_for_the_next_analysis(store, study, tmp_path):
    row = assess(study, Query(PERIOD)).result.candidates.iloc[0]
    saved = adopt_candidate(store, study, row["zone_id"], Query(PERIOD), actor=PLANNER, today=TODAY)
    assert saved.boundary.geometry.equals_exact(row["geometry"], 0)
    assert (saved.entry.name, saved.entry.name_en, saved.entry.year) == ("北山附近", "Near 北山", 2024)
    after = assess(open_stored_study(store, settings_in(tmp_path)), Query(PERIOD))
    found = next(row for row in after.targets if row.target_id == saved.entry.target_id)
    assert found.change.n_now == row["n_incidents"] == 10
    assert row["zone_id"] not in set(after.result.candidates["zone_id"])
    with pytest.raises(CandidateUnknown):
        adopt_candidate(store, study, "no-such", Query(PERIOD), actor=PLANNER, today=TODAY)
