"""What is said of a drawing: counts of both years, what it overlaps, what keeps it from being saved, what mends it."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
import shapely

from geo_zhengzhi.crs import geodesic_area_km2
from geo_zhengzhi.errors import InvalidParameter, NoRailwayHere, RemedyLeavesNothing
from geo_zhengzhi.schema import PART_ID
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.drawing import ground as drawing_ground
from geo_zhengzhi.services.drawing.edges import edges_near
from geo_zhengzhi.services.drawing.ground import ground_of
from geo_zhengzhi.services.drawing.lines import extended
from geo_zhengzhi.services.drawing.looks import Drawing, Look, look_at
from geo_zhengzhi.services.drawing.mending import mended
from geo_zhengzhi.services.drawing.ways import way_along
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.boundary_differences import difference_of
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.plan_county import HOMES, PLANNER, RAIL, SQUARE, box, degrees, filled, settings_in
from tests.stores import ENGINES, new_store_url
from tests.studies import days

PERIOD = days("2024-02-01", "2024-03-31")


@pytest.fixture(scope="module", params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The small county; the square has two versions."""
    folder = tmp_path_factory.mktemp("drawing")
    database = filled(open_store(new_store_url(request, folder, request.param)), folder)
    put_boundary(database, SQUARE, SQUARE, box(0, 0, 300, 400), None, version=1, actor=PLANNER, reason="收窄")
    yield database
    database.close()


@pytest.fixture(scope="module")
def study(store, tmp_path_factory) -> Study:
    return open_stored_study(store, settings_in(tmp_path_factory.mktemp("cache")))


def square(shape: shapely.Geometry, **more: object) -> Drawing:
    given = {"half_width_m": None, "kind": "square", "year": 2024, "target_id": SQUARE, "part_id": SQUARE, **more}
    return Drawing(shape, **given)


def corridor(*vertices: tuple[float, float], half_width_m: float = 300.0) -> Drawing:
    return Drawing(degrees(shapely.LineString(vertices)), half_width_m, "railway_corridor", 2024, RAIL, RAIL)


def seen(store: Database, study: Study, drawing: Drawing) -> Look:
    return look_at(store, study, drawing, PERIOD)


def test_the_counts_wait_for_no_analysis_and_the_hotspots_come_later(store, study, monkeypatch):
    is_free = threading.Event()

    def slow(*asked: object) -> object:
        assert is_free.wait(60)
        return assess(*asked)

    monkeypatch.setattr(drawing_ground, "assess", slow)
    monkeypatch.setattr(drawing_ground, "_HOTSPOTS", ComputeOnce(size=8))
    after_a_save = replace(study, targets=study.targets.iloc[:1])
    is_free.set()
    whole = seen(store, study, square(box(0, 0, 700, 400)))
    is_free.clear()
    first = look_at(store, after_a_save, square(box(0, 0, 700, 400)), PERIOD, wait_s=0)
    assert first.hotspots is None
    assert (first.change, first.faults) == (whole.change, whole.faults)
    is_free.set()
    later = look_at(store, after_a_save, square(box(0, 0, 700, 400)), PERIOD)
    assert [one.n_incidents for one in later.hotspots] == [one.n_incidents for one in whole.hotspots]


def test_a_failed_analysis_leaves_the_counts_and_is_tried_again(store, study, monkeypatch):
    tried = []

    def broken(*asked: object) -> object:
        tried.append(asked)
        raise OSError("no disk")

    monkeypatch.setattr(drawing_ground, "assess", broken)
    monkeypatch.setattr(drawing_ground, "_HOTSPOTS", ComputeOnce(size=8))
    after_a_save = replace(study, targets=study.targets.iloc[:2])
    looks = [look_at(store, after_a_save, square(box(0, 0, 400, 400)), PERIOD, wait_s=60) for _ in range(2)]
    assert [(look.change.n_now, look.hotspots) for look in looks] == [(12, None)] * 2
    assert len(tried) == 2


def test_a_shape_is_told_with_both_years_its_size_and_its_density(store, study):
    shape = box(0, 0, 560, 400)
    look = seen(store, study, square(shape))
    assert (look.change.n_now, look.change.n_before) == (18, 24)
    assert look.change.comparison.verdict == "no_evidence"
    assert look.area_km2 == pytest.approx(0.224, rel=1e-3) == geodesic_area_km2([shape])[0]
    assert look.perimeter_km == pytest.approx(1.92, rel=1e-3)
    assert look.per_km2 == 18 / look.area_km2
    assert look.county_per_km2 == pytest.approx(34 / 324, rel=1e-3)
    assert look.faults == () == look.blocking


def test_the_count_is_the_one_that_the_analysis_gives_once_the_shape_is_saved(store, study):
    look = seen(store, study, square(box(0, 0, 300, 400)))
    situation = assess(study, Query(PERIOD))
    row = next(row for row in situation.targets if row.target_id == SQUARE)
    assert (look.change.n_now, look.change.n_before) == (row.change.n_now, row.change.n_before) == (12, 20)
    assert ground_of(study, PERIOD).frame.center_longitude == situation.result.frame_center[0]


def test_a_year_that_the_data_do_not_reach_is_not_made_up(store, study):
    look = look_at(store, study, square(box(0, 0, 300, 400)), days("2023-02-01", "2023-03-31"))
    assert (look.change.n_now, look.change.n_before, look.change.comparison) == (20, None, None)


def test_hotspots_versions_and_targets_that_it_overlaps_are_named(store, study):
    look = seen(store, study, square(box(0, 0, 700, 400)))
    assert [spot.n_incidents for spot in look.hotspots] == [12, 6]
    assert all(spot.share == pytest.approx(1) for spot in look.hotspots)
    assert [(was.version, round(was.share_of_version, 3), was.n_now) for was in look.versions] == [
        (2, 1, 12),
        (1, 1, 12),
    ]
    (overlap,) = look.targets
    assert (overlap.with_target.name, round(overlap.area_m2)) == ("武定苑", 40_000)
    (fault,) = look.faults
    assert (fault.kind, fault.blocks, fault.remedies) == ("overlap", False, ("cut-off",))
    assert shapely.covers(box(599, -1, 701, 401), fault.shape)


def test_an_edge_in_common_and_another_year_are_no_overlap(store, study):
    assert seen(store, study, square(box(0, 0, 600, 400))).faults == ()
    other_year = seen(store, study, square(box(0, 0, 700, 400), year=2025))
    assert (other_year.faults, other_year.n_same_year, len(other_year.targets)) == ((), 0, 1)


def test_a_shape_that_crosses_itself_is_told_with_the_place_and_counted_only_once_untangled(store, study):
    bow = degrees(shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)]))
    look = seen(store, study, square(bow))
    (fault,) = look.blocking
    assert (look.change, fault.kind, fault.remedies) == (None, "invalid", ("untangle",))
    assert shapely.Point(fault.place).distance(degrees(shapely.Point(200, 200))) < 1e-6
    right = mended(store, study, square(bow), "untangle", PERIOD)
    assert right.shape.geom_type == "MultiPolygon"
    assert seen(store, study, right).faults == ()


def test_slivers_are_marked_and_dropped_only_when_told(store, study):
    tongue = shapely.union(shapely.box(0, 0, 300, 400), shapely.box(300, 200, 360, 200.5))
    part = shapely.box(0, 500, 50, 500.4)
    narrow = shapely.box(100, 100, 160, 100.3)
    shape = shapely.difference(shapely.union_all([tongue, part]), narrow)
    look = seen(store, study, square(degrees(shape)))
    (fault,) = look.blocking
    assert (fault.kind, fault.values["n"], fault.remedies) == ("slivers", 3, ("drop-slivers",))
    right = mended(store, study, square(degrees(shape)), "drop-slivers", PERIOD)
    assert seen(store, study, right).faults == ()
    assert right.shape.geom_type == "Polygon"
    assert (
        shapely.symmetric_difference(right.shape, box(0, 0, 300, 400)).area < 1e-11
    )  # a tenth of a square metre, at the tongue's root


def test_a_sharp_corner_is_no_sliver(store, study):
    sharp = degrees(shapely.Polygon([(0, 0), (400, 0), (400, 60)]))
    assert seen(store, study, square(sharp)).faults == ()


def test_what_lies_outside_the_county_is_marked_and_clipped(store, study):
    look = seen(store, study, square(box(8900, 0, 9100, 400)))
    (fault,) = look.blocking
    assert (fault.kind, round(fault.values["area_m2"])) == ("outside", 40_000)
    right = mended(store, study, square(box(8900, 0, 9100, 400)), "clip-to-county", PERIOD)
    assert right.shape.bounds[2] == pytest.approx(box(0, 0, 9000, 1).bounds[2], abs=1e-5)
    assert seen(store, study, right).faults == ()
    with pytest.raises(RemedyLeavesNothing):
        mended(store, study, square(box(9900, 0, 9999, 400)), "clip-to-county", PERIOD)


def test_an_overlap_is_cut_off_and_the_other_vertices_keep_their_digits(store, study):
    shape = box(0, 0, 700, 400)
    right = mended(store, study, square(shape), "cut-off", PERIOD, HOMES)
    assert seen(store, study, right).faults == ()
    kept = set(map(tuple, shapely.get_coordinates(right.shape).tolist()))
    assert {tuple(at) for at in shapely.get_coordinates(shape).tolist() if at[0] < 117.401} <= kept


@pytest.mark.parametrize("remedy", ["narrow", "polish", ""])
def test_a_remedy_that_does_not_fit_is_refused(store, study, remedy):
    with pytest.raises(InvalidParameter):
        mended(store, study, square(box(0, 0, 300, 400)), remedy, PERIOD)


def test_a_corridor_is_counted_by_true_distance_and_told_per_km_with_its_chainage(store, study):
    look = seen(store, study, corridor((-4000, -3000), (1500, -3000)))
    assert (look.change.n_now, look.change.n_before) == (5, 0)
    assert look.length_km == pytest.approx(5.5, rel=1e-3)
    assert look.per_km == pytest.approx(5 / 5.5, rel=1e-3)
    assert look.area_km2 == pytest.approx(3.3, rel=1e-3)
    assert (look.chainage.station, round(look.chainage.from_km, 2), round(look.chainage.to_km, 2)) == (
        "蓟州",
        -2.0,
        3.5,
    )
    assert look.versions[0].version == 1


def test_a_corridor_that_folds_is_told_with_the_place_and_narrowed_when_told(store, study):
    folded = corridor((-4000, -3000), (-3000, -3000), (-2990, -2000), half_width_m=3000.0)
    (fault,) = seen(store, study, folded).blocking
    assert (fault.kind, fault.remedies) == ("folds", ("narrow",))
    right = mended(store, study, folded, "narrow", PERIOD)
    assert right.half_width_m < 3000
    assert right.shape == folded.shape
    assert seen(store, study, right).blocking == ()


def test_a_shape_of_the_wrong_type_is_told(store, study):
    (fault,) = seen(store, study, replace(corridor((0, 0), (10, 0)), kind="square", half_width_m=None)).blocking
    assert fault.kind == "refused"
    assert "line" in str(fault.error)


def test_an_end_is_drawn_on_along_the_railway_and_back_and_lies_on_its_centre_line(store, study):
    line, ground = corridor((-4000, -3000), (0, -3000)).shape, ground_of(study, PERIOD)
    drop = shapely.Point(shapely.get_coordinates(degrees(shapely.Point(1500, -2950)))[0])
    on = extended(line, "last", drop, study, ground)
    metric = ground.metric(on)
    assert metric.length == pytest.approx(5500, abs=0.1)
    assert metric.coords[-1] == pytest.approx((1500, -3000), abs=0.05)
    assert shapely.get_coordinates(on)[:2].tolist() == shapely.get_coordinates(line).tolist()
    back = extended(on, "last", degrees(shapely.Point(-1000, -2980)), study, ground)
    assert ground.metric(back).length == pytest.approx(3000, abs=0.1)
    first = extended(line, "first", degrees(shapely.Point(-5000, -3010)), study, ground)
    assert ground.metric(first).coords[0] == pytest.approx((-5000, -3000), abs=0.05)
    assert shapely.get_coordinates(first)[-1].tolist() == shapely.get_coordinates(line)[-1].tolist()


def test_an_end_that_is_dropped_away_from_the_railway_is_refused(store, study):
    line, ground = corridor((-4000, -3000), (0, -3000)).shape, ground_of(study, PERIOD)
    with pytest.raises(NoRailwayHere):
        extended(line, "last", degrees(shapely.Point(1500, 3000)), study, ground)


def test_a_way_leads_over_junctions_by_the_shortest_lines_and_never_over_a_gap():
    lines = [
        shapely.LineString(xy) for xy in ([(0, 0), (100, 0)], [(200, 0), (100, 0)], [(100, 0), (150, 80), (200, 0)])
    ]
    apart = shapely.LineString([(5000, 0), (6000, 0)])
    way = way_along([*lines, apart], shapely.Point(10, 5), shapely.Point(190, -5))
    assert list(way.coords) == [(10, 0), (100, 0), (190, 0)]
    back = way_along([*lines, apart], shapely.Point(190, -5), shapely.Point(10, 5))
    assert list(back.coords) == [(190, 0), (100, 0), (10, 0)]
    assert list(way_along(lines, shapely.Point(20, 0), shapely.Point(60, 0)).coords) == [(20, 0), (60, 0)]
    assert way_along([*lines, apart], shapely.Point(10, 5), shapely.Point(5500, 0)) is None
    assert way_along(lines, shapely.Point(10, 5), shapely.Point(10, 1200)) is None


def test_two_versions_differ_by_what_was_kept_added_and_removed(store, study):
    found = difference_of(store, study, SQUARE, SQUARE, (1, 2), PERIOD)
    assert (found.n_before, found.n_after) == (12, 12)
    assert [round(piece.area_m2, -2) for piece in (found.kept, found.removed, found.added)] == [120_000, 40_000, 0]
    assert [piece.n_incidents for piece in (found.kept, found.removed, found.added)] == [12, 0, 0]
    assert [round(area, -2) for area in found.areas_m2] == [160_000, 120_000]
    turned = difference_of(store, study, SQUARE, SQUARE, (2, 1), PERIOD)
    assert (turned.added.area_m2, turned.removed.area_m2) == (found.removed.area_m2, 0)


def test_edges_to_snap_to_have_the_targets_own_digits_and_leave_out_ones_own(store, study):
    view = box(-100, -100, 1100, 500).bounds
    corner = shapely.get_coordinates(box(600, 0, 1000, 400))[0].tolist()
    every = edges_near(store, study, view, "wgs84")
    assert corner in [at for line in every for at in line]
    own = edges_near(store, study, view, "wgs84", HOMES)
    assert corner not in [at for line in own for at in line]
    rails = edges_near(store, study, box(-1000, -3100, 1000, -2900).bounds, "wgs84", RAIL)
    assert rails
    with pytest.raises(InvalidParameter):
        edges_near(store, study, (float("nan"), 0, 1, 1), "wgs84")


def test_the_study_of_this_county_has_the_three_targets(study):
    assert set(study.targets[PART_ID]) == {SQUARE, HOMES, RAIL}
