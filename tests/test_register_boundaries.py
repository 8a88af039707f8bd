"""Boundaries on both engines: every change is a version, any of them comes back, two writers lose nothing."""

import json
import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text

from geo_zhengzhi.errors import (
    BoundaryEmpty,
    BoundaryFolds,
    BoundaryInvalid,
    BoundaryKindRefused,
    BoundaryNotDegrees,
    BoundaryTooFine,
    BoundaryVersionUnknown,
    EntryUnknown,
    GeoZhengzhiError,
    InvalidParameter,
    NotAllowed,
    PartUnknown,
    TextMissing,
    VersionConflict,
)
from geo_zhengzhi.model import ROLES, SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register import boundary_checks
from geo_zhengzhi.services.register.boundaries import put_boundary, restore_boundary
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.boundaries import Boundary, boundary_versions_at
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.words import translator
from tests.registers import TODAY

PLANNER = Actor("规划一科", "planner")
OTHER = Actor("规划二科", "planner")
HOUSES = Entry("2024-001", "武定苑", "residential_area", "city", 2024, "listed", date(2024, 1, 10))
RAILWAY = replace(HOUSES, target_id="2024-002", name="铁路沿线", kind="railway_corridor")
SQUARE = shapely.box(117.40, 40.04, 117.41, 40.05)
WIDER = shapely.box(117.40, 40.04, 117.42, 40.05)
LINE = shapely.LineString([(117.40, 40.04), (117.45, 40.05)])
NAN = math.nan
with np.errstate(invalid="ignore"):
    NOWHERE = shapely.Polygon([(0, 0), (1, 0), (NAN, 1)])


@pytest.fixture
def two(store: Database) -> Database:
    """A store with the entries HOUSES and RAILWAY."""
    for new in (HOUSES, RAILWAY):
        add_entry(store, new, actor=PLANNER, today=TODAY)
    return store


def put(
    store: Database, geometry: Any, version: int | None, part_id: str | None = "2024-001", **options: Any
) -> Boundary:
    said = {"actor": PLANNER, "reason": "现场核对", "corridor_half_width_m": None, "target_id": "2024-001"} | options
    return put_boundary(store, part_id=part_id, geometry=geometry, version=version, **said)


def drawn(store: Database) -> Boundary:
    return put(store, SQUARE, None, None)


def counters(store: Database) -> tuple[int, int]:
    """The targets' version and the number of rows of the log, which is whole."""
    with store.read() as connection:
        assert audit.first_break(connection) is None
        return int(state.get(connection, state.TARGETS_VERSION)), audit.head(connection)[0]


def versions(store: Database, target_id: str = "2024-001") -> list[tuple[str, int, str, str]]:
    return [(b.part_id, b.version, b.made.by, b.made.reason) for b in history(store, target_id).boundaries]


def test_a_first_boundary_carries_the_targets_own_number_and_is_kept_as_version_one(two: Database) -> None:
    part = drawn(two)
    assert (part.part_id, part.version) == ("2024-001", 1)
    assert entry(two, "2024-001").parts == (part,)
    assert versions(two) == [("2024-001", 1, "规划一科", "现场核对")]
    assert counters(two) == (3, 3)
    with two.read() as connection:
        assert boundary_versions_at(connection) == {"2024-001": 1}


def test_further_parts_are_numbered_and_lines_always_are(two: Database) -> None:
    drawn(two)
    assert [put(two, WIDER, None, None).part_id for _ in range(2)] == ["2024-001-1", "2024-001-2"]
    railway = {"target_id": "2024-002", "corridor_half_width_m": 300}
    assert [put(two, LINE, None, None, **railway).part_id for _ in range(2)] == ["2024-002-1", "2024-002-2"]
    assert entry(two, "2024-002").parts[0].corridor_half_width_m == 300.0
    with two.read() as connection:
        assert len(boundary_versions_at(connection)) == 5


def test_every_change_keeps_the_old_geometry_who_when_and_why(two: Database) -> None:
    drawn(two)
    changed = put(two, WIDER, 1, actor=OTHER, reason="向东扩大")
    assert (changed.version, changed.made.by) == (2, "规划二科")
    past = history(two, "2024-001").boundaries
    assert [(b.version, b.made.by, b.made.reason) for b in past] == [
        (1, "规划一科", "现场核对"),
        (2, "规划二科", "向东扩大"),
    ]
    assert [shapely.equals_exact(b.geometry, g) for b, g in zip(past, (SQUARE, WIDER), strict=True)] == [True, True]
    assert past[0].made.at <= past[1].made.at
    assert entry(two, "2024-001").parts == (changed,)


def test_the_same_boundary_again_is_no_version(two: Database) -> None:
    before = (drawn(two), counters(two))
    assert (put(two, shapely.force_3d(SQUARE, 5.0), 1), counters(two)) == before
    assert len(versions(two)) == 1


def test_the_second_of_two_writers_is_told_sees_both_and_loses_nothing(two: Database) -> None:
    drawn(two)
    put(two, WIDER, 1, actor=OTHER)
    mine = shapely.box(117.39, 40.04, 117.41, 40.05)
    with pytest.raises(VersionConflict) as refused:
        put(two, mine, 1)
    stored, given = refused.value.stored, refused.value.given
    assert isinstance(stored, Boundary)
    assert isinstance(given, Boundary)
    assert (stored.geometry, stored.version, stored.made.by) == (WIDER, 2, "规划二科")
    assert (given.geometry, given.version, given.made.by) == (mine, 1, "规划一科")
    both = shapely.union(stored.geometry, given.geometry)
    assert put(two, both, stored.version).version == 3
    assert len(versions(two)) == 3


def test_a_part_is_changed_on_the_version_it_stands_at_only(two: Database) -> None:
    drawn(two)
    for version in (None, 0, 2):
        with pytest.raises(VersionConflict):
            put(two, WIDER, version)
    assert counters(two) == (3, 3)


def test_any_version_comes_back_as_a_new_one(two: Database) -> None:
    drawn(two)
    put(two, WIDER, 1)
    put(two, shapely.MultiPolygon([SQUARE, shapely.box(118, 41, 118.1, 41.1)]), 2)
    back = restore_boundary(two, "2024-001", "2024-001", 1, version=3, actor=OTHER, reason="误改")
    assert (back.version, back.geometry, back.made.by) == (4, SQUARE, "规划二科")
    assert [v for _, v, _, _ in versions(two)] == [1, 2, 3, 4]
    assert "恢复第 1 版" in versions(two)[-1][3]
    assert versions(two)[-1][3].endswith("误改")
    assert restore_boundary(two, "2024-001", "2024-001", 4, version=4, actor=OTHER, reason="再按").version == 4


def test_a_restore_on_an_old_version_is_a_conflict_with_both(two: Database) -> None:
    drawn(two)
    put(two, WIDER, 1)
    with pytest.raises(VersionConflict) as refused:
        restore_boundary(two, "2024-001", "2024-001", 1, version=1, actor=OTHER, reason="误改")
    assert refused.value.stored.geometry == WIDER  # type: ignore[attr-defined]
    assert refused.value.given.geometry == SQUARE  # type: ignore[attr-defined]


def test_a_version_that_never_was_is_refused_with_those_that_were(two: Database) -> None:
    drawn(two)
    put(two, WIDER, 1)
    with pytest.raises(BoundaryVersionUnknown, match="version 3 – allowed: 1, 2"):
        restore_boundary(two, "2024-001", "2024-001", 3, version=2, actor=PLANNER, reason="r")
    for part_id in ("2024-009", "\x00", ""):
        with pytest.raises(BoundaryVersionUnknown):
            restore_boundary(two, "2024-001", part_id, 1, version=1, actor=PLANNER, reason="r")


def test_a_version_of_another_targets_part_is_not_put_back(two: Database) -> None:
    drawn(two)
    put(two, WIDER, 1)
    with pytest.raises(PartUnknown, match="2024-001 is no part of 2024-002"):
        restore_boundary(two, "2024-002", "2024-001", 1, version=2, actor=PLANNER, reason="r")
    with pytest.raises(EntryUnknown):
        restore_boundary(two, "2024-009", "2024-001", 1, version=2, actor=PLANNER, reason="r")
    assert entry(two, "2024-001").parts[0].version == 2


def test_a_part_that_was_deleted_outside_comes_back_and_its_number_is_never_given_again(two: Database) -> None:
    drawn(two)
    with two.write() as connection:
        connection.execute(text("DELETE FROM targets"))
    assert entry(two, "2024-001").parts == ()
    assert versions(two)[-1][:3] == ("2024-001", 2, "outside")
    assert put(two, WIDER, None, None).part_id == "2024-001-1"
    with pytest.raises(VersionConflict):
        restore_boundary(two, "2024-001", "2024-001", 1, version=1, actor=PLANNER, reason="误删")
    back = restore_boundary(two, "2024-001", "2024-001", 1, version=2, actor=PLANNER, reason="误删")
    assert (back.version, back.geometry) == (3, SQUARE)
    assert [part.part_id for part in entry(two, "2024-001").parts] == ["2024-001", "2024-001-1"]
    with pytest.raises(BoundaryVersionUnknown, match="allowed: 1, 3"):
        restore_boundary(two, "2024-001", "2024-001", 2, version=3, actor=PLANNER, reason="空")


def test_an_edit_from_outside_is_seen_by_the_planner_who_saves_after_it(two: Database) -> None:
    drawn(two)
    with two.write() as connection:
        connection.execute(text("UPDATE targets SET corridor_half_width_m = 5"))
    with pytest.raises(VersionConflict, match="outside"):
        put(two, WIDER, 1)
    assert put(two, WIDER, 2).version == 3


WRONG: list[tuple[Any, float | None, str, type[GeoZhengzhiError], str]] = [
    (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), None, "2024-001", BoundaryInvalid, "0.500000, 0.500000"),
    (shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(5, 5), (6, 5), (6, 6)]]), None, "2024-001",
     BoundaryInvalid, "5.000000, 5.000000"),
    (shapely.Polygon([(0, 0), (1, 0), (2, 0)]), None, "2024-001", BoundaryInvalid, "0.000000"),
    (shapely.Polygon(), None, "2024-001", BoundaryEmpty, "武定苑"),
    (shapely.MultiPolygon(), None, "2024-001", BoundaryEmpty, "武定苑"),
    (shapely.LineString(), 300, "2024-002", BoundaryEmpty, "铁路沿线"),
    (shapely.LineString([(117, 40), (117, 40)]), 300, "2024-002", BoundaryInvalid, "117.000000, 40.000000"),
    (NOWHERE, None, "2024-001", BoundaryNotDegrees, "Vertex 3"),
    (shapely.Polygon([(0, 0), (1, 0), (1, math.inf)]), None, "2024-001", BoundaryNotDegrees, "Vertex 3"),
    (shapely.box(117, 40, 180.001, 41), None, "2024-001", BoundaryNotDegrees, "180.001"),
    (shapely.box(40, 117, 41, 118), None, "2024-001", BoundaryNotDegrees, "Vertex"),
    (shapely.box(500_000, 4_400_000, 500_100, 4_400_100), None, "2024-001", BoundaryNotDegrees, "500"),
    (shapely.Point(117, 40), None, "2024-001", BoundaryKindRefused, "point"),
    (LINE, 300, "2024-001", BoundaryKindRefused, "line"),
    (SQUARE, None, "2024-002", BoundaryKindRefused, "polygon"),
    (shapely.MultiLineString([LINE]), 300, "2024-002", BoundaryKindRefused, "several lines"),
    (shapely.GeometryCollection([SQUARE]), None, "2024-001", BoundaryKindRefused, "collection"),
    (None, None, "2024-001", BoundaryKindRefused, "nothing"),
    (SQUARE, 300, "2024-001", InvalidParameter, "300"),
    (LINE, None, "2024-002", InvalidParameter, "None"),
    (LINE, 0, "2024-002", InvalidParameter, "= 0"),
    (LINE, -1, "2024-002", InvalidParameter, "-1"),
    (LINE, NAN, "2024-002", InvalidParameter, "nan"),
    (LINE, math.inf, "2024-002", InvalidParameter, "inf"),
    (LINE, 5001, "2024-002", InvalidParameter, "5001"),
    (LINE, True, "2024-002", InvalidParameter, "True"),
    (shapely.LineString([(117.4, 40.04), (117.401, 40.05), (117.402, 40.04)]), 2000, "2024-002", BoundaryFolds,
     "at most"),
]  # fmt: skip


def test_a_boundary_that_cannot_be_is_refused_with_the_place_and_leaves_no_trace(
    two: Database, subtests: pytest.Subtests
) -> None:
    for geometry, width, target_id, error, said in WRONG:
        with subtests.test(geometry=str(geometry), width=width):
            with pytest.raises(error) as refused:
                put(two, geometry, None, None, target_id=target_id, corridor_half_width_m=width)
            assert said in str(refused.value)
            assert "允许" in refused.value.in_language(translator("zh"))
    assert entry(two, "2024-001").parts == entry(two, "2024-002").parts == ()
    assert counters(two) == (2, 2)


def test_the_edges_of_what_a_boundary_may_be_are_allowed(two: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    assert put(two, shapely.box(-180, -90, 180, 90), None, None).version == 1
    put(two, LINE, None, None, target_id="2024-002", corridor_half_width_m=5000)
    hole = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 0), (1, 1), (1, 2)]])  # touches in one point
    put(two, hole, None, None)
    monkeypatch.setattr(boundary_checks, "MOST_VERTICES", 5)
    put(two, SQUARE, None, None)
    with pytest.raises(BoundaryTooFine, match="6 vertices"):
        put(two, shapely.Polygon([(0, 0), (1, 0), (1, 1), (0.5, 1), (0, 1)]), None, None)


def test_parts_and_targets_that_are_not_there_are_told(two: Database) -> None:
    drawn(two)
    with pytest.raises(EntryUnknown):
        put(two, SQUARE, None, None, target_id="2024-003")
    for part_id in ("2024-001-7", "\x00"):
        with pytest.raises(PartUnknown, match="allowed: 2024-001 –"):
            put(two, WIDER, 1, part_id)
    with pytest.raises(PartUnknown, match="allowed: – –"):
        put(two, LINE, 1, "2024-001", target_id="2024-002", corridor_half_width_m=300)
    with pytest.raises(TextMissing):
        put(two, WIDER, 1, reason=" ")


def test_only_planners_and_the_program_draw(two: Database) -> None:
    put(two, SQUARE, None, None, actor=SYSTEM)
    for actor in (Actor("某账号", role) for role in ROLES if role != "planner"):
        with pytest.raises(NotAllowed):
            put(two, SQUARE, None, None, actor=actor)
        with pytest.raises(NotAllowed):
            restore_boundary(two, "2024-001", "2024-001", 1, version=1, actor=actor, reason="r")


def test_the_log_names_part_and_version_and_no_place(two: Database) -> None:
    drawn(two)
    with two.read() as connection:
        last = list(audit.records(connection))[-1]
    assert (last.action, last.object) == ("boundary", "part 2024-001")
    assert json.loads(last.detail) == {"target": "2024-001", "version": 1, "reason": "现场核对"}
