"""Boundaries out of a geometry file find their targets by number or name; railway ways are joined on the way."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import text

from geo_zhengzhi.errors import DatumNotDeclared, NotAllowed, NoTargets
from geo_zhengzhi.io.targets import read_targets
from geo_zhengzhi.model import SYSTEM, Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.attaching import attach_boundaries
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.report import RegisterReport
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.store import audit, state
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.words import translator
from tests.registers import TODAY

DEMONSTRATION = Path(__file__).parent.parent / "data" / "boundaries" / "targets.geojson"
PLANNER = Actor("规划一科", "planner")
SQUARE, EAST = shapely.box(117.40, 40.04, 117.41, 40.05), shapely.box(117.42, 40.04, 117.43, 40.05)
HOUSES = Entry("2024-001", "武定苑", "residential_area", "city", 2024, "listed", date(2024, 1, 10))
RAILWAY = replace(HOUSES, target_id="2024-002", name="津蓟铁路", kind="railway_corridor")
TRADE = replace(HOUSES, target_id="2024-003", name="三轮车", kind="trade", works_in="2024-001")
OLDER = replace(HOUSES, target_id="2020-009", year=2020)


@pytest.fixture
def three(store: Database) -> Database:
    """A store with HOUSES, RAILWAY and TRADE, none with a boundary."""
    seed_register(store, [Seed(e) for e in (HOUSES, RAILWAY, TRADE)], reason="test", today=TODAY)
    return store


def layer(path: Path, *features: tuple[dict[str, Any], Any]) -> Path:
    written = [
        {"type": "Feature", "properties": said, "geometry": None if place is None else shapely.geometry.mapping(place)}
        for said, place in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": written}), "utf-8")
    return path


def attach(store: Database, path: Path, **options: Any) -> RegisterReport:
    return attach_boundaries(store, path, "wgs84", **({"actor": SYSTEM} | options))


def outcomes(report: RegisterReport) -> list[str]:
    counts = report.counts
    assert counts["read"] == sum(counts[what] for what in ("added", "changed", "unchanged", "refused"))
    return [row.what for row in report.outcomes]


def test_parts_are_matched_by_number_and_by_name_and_take_the_registers_kind(three: Database, tmp_path: Path) -> None:
    way = [(117.40, 40.00), (117.41, 40.01), (117.42, 40.02)]
    path = layer(
        tmp_path / "a.geojson",
        ({"编号": "2024-001", "名称": "别名"}, SQUARE),
        ({"名称": "津蓟铁路", "半宽": 400}, shapely.LineString(way[:2])),
        ({"名称": "津蓟铁路", "类型": "小区"}, shapely.LineString(way[:0:-1])),
    )
    report = attach(three, path)
    assert outcomes(report) == ["added", "added"]
    houses, railway = entry(three, "2024-001").parts, entry(three, "2024-002").parts
    assert [(p.part_id, p.name, p.geometry) for p in houses] == [("2024-001", "别名", SQUARE)]
    assert [(p.part_id, p.name, p.corridor_half_width_m) for p in railway] == [("2024-002-1", "", 400.0)]
    assert shapely.length(railway[0].geometry) == pytest.approx(shapely.LineString(way).length, rel=1e-6)
    with three.read() as connection:
        assert state.get(connection, state.TARGETS_VERSION) == 2
        assert list(audit.records(connection))[-1].action == "boundaries"


def test_the_same_file_again_changes_nothing_and_a_corrected_one_makes_versions(
    three: Database, tmp_path: Path
) -> None:
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE), ({"name": "武定苑"}, EAST))
    assert outcomes(attach(three, path)) == ["added", "added"]
    assert outcomes(attach(three, path)) == ["unchanged", "unchanged"]
    moved = shapely.affinity.translate(EAST, 0.001)
    layer(path, ({"name": "武定苑"}, SQUARE), ({"name": "武定苑"}, moved))
    assert outcomes(attach(three, path)) == ["unchanged", "changed"]
    assert [(b.part_id, b.version, b.made.reason) for b in history(three, "2024-001").boundaries] == [
        ("2024-001-1", 1, "a.geojson"),
        ("2024-001-2", 1, "a.geojson"),
        ("2024-001-2", 2, "a.geojson"),
    ]


def test_a_file_corrects_what_a_planner_drew_and_the_drawing_is_kept(three: Database, tmp_path: Path) -> None:
    put_boundary(three, "2024-001", None, EAST, None, version=None, actor=PLANNER, reason="草图")
    assert outcomes(attach(three, layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE)))) == ["changed"]
    assert [b.geometry for b in history(three, "2024-001").boundaries] == [EAST, SQUARE]


def test_a_part_that_was_deleted_comes_back_with_its_next_version(three: Database, tmp_path: Path) -> None:
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE))
    attach(three, path)
    with three.write() as connection:
        connection.execute(text("DELETE FROM targets"))
    assert outcomes(attach(three, path)) == ["added"]
    assert [b.version for b in history(three, "2024-001").boundaries] == [1, 2, 3]


def test_what_has_no_target_or_several_or_another_is_refused_with_the_reason(three: Database, tmp_path: Path) -> None:
    with three.write():
        pass
    attach(three, layer(tmp_path / "a.geojson", ({"target_id": "2024-001", "part_id": "东"}, EAST)))
    path = layer(
        tmp_path / "b.geojson",
        ({"name": "无名村"}, SQUARE),
        ({"name": "津蓟铁路"}, SQUARE),
        ({"name": "武定苑"}, shapely.LineString([(117.4, 40), (117.5, 40)])),
        ({"name": "三轮车", "part_id": "东"}, EAST),
        ({"name": "武定苑"}, None),
    )
    report = attach(three, path)
    assert outcomes(report) == ["refused"] * 5
    english = [row.reasons()[1] for row in report.refused]
    assert "no entry 无名村" in english[0]
    assert "belongs to 2024-001 already" in english[1]
    assert "polygon, but the kind railway_corridor needs a line" in english[2]
    assert "is a line, but the kind residential_area" in english[3]
    assert "no geometry" in english[4]
    assert all("。" in row.reasons()[0] or "——" in row.reasons()[0] for row in report.refused)
    assert "第 1 行 无名村" in "\n".join(report.lines(translator("zh")))


def test_part_numbers_and_names_that_steer_are_refused_and_persons_stay_outside(
    three: Database, tmp_path: Path
) -> None:
    path = layer(
        tmp_path / "a.geojson",
        ({"target_id": "2024-001", "part_id": "东\u0007", "负责人": "张三"}, SQUARE),
        ({"target_id": "2024-001", "part_id": "a/b", "负责人": "张三"}, SQUARE),
        ({"target_id": "2024-001", "part_id": "西", "name": "西\u001b[2J", "负责人": "张三"}, EAST),
        ({"target_id": "2024-001", "part_id": "x" * 97}, EAST),
        ({"target_id": "2024-001", "part_id": "x" * 96}, EAST),
    )
    report = attach(three, path)
    assert outcomes(report) == ["refused"] * 4 + ["added"]
    said = "\n".join(report.lines(translator("zh")))
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "负责人" in said
    assert "张三" not in said


def test_a_name_of_several_years_needs_the_year(store: Database, tmp_path: Path) -> None:
    seed_register(store, [Seed(HOUSES), Seed(OLDER)], reason="test", today=TODAY)
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE))
    report = attach(store, path)
    assert outcomes(report) == ["refused"]
    assert "2020-009, 2024-001" in report.refused[0].reasons()[1]
    assert outcomes(attach(store, path, year=2020)) == ["added"]
    assert [p.part_id for p in entry(store, "2020-009").parts] == ["2020-009"]
    assert entry(store, "2024-001").parts == ()


def test_a_trade_that_borrows_its_place_gets_no_boundary_of_its_own(three: Database, tmp_path: Path) -> None:
    borrowing = {"name": "三轮车", "类型": "行业", "活动区域": "武定苑"}
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑", "类型": "小区"}, SQUARE), (borrowing, None))
    report = attach(three, path)
    assert outcomes(report) == ["added", "unchanged"]
    assert entry(three, "2024-003").parts == ()
    assert any("1 trades have no boundary" in note.text(str) for note in report.notes)


def test_a_dry_run_tells_the_same_and_keeps_nothing(three: Database, tmp_path: Path) -> None:
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE), ({"name": "无"}, SQUARE))
    said = attach(three, path, dry_run=True)
    assert entry(three, "2024-001").parts == ()
    assert said.to_dict() | {"dry_run": False} == attach(three, path).to_dict()


def test_a_file_as_a_whole_is_refused_before_anything_is_kept(three: Database, tmp_path: Path) -> None:
    path = layer(tmp_path / "a.geojson", ({"name": "武定苑"}, SQUARE))
    with pytest.raises(DatumNotDeclared, match="--datum"):
        attach_boundaries(three, path, None, actor=SYSTEM)
    with pytest.raises(NotAllowed):
        attach(three, path, actor=Actor("某账号", "importer"))
    with pytest.raises(NoTargets):
        attach(three, layer(tmp_path / "b.geojson", ({"name": "武定苑"}, shapely.Point(117.4, 40))))


def test_the_demonstrations_targets_get_all_their_parts(store: Database) -> None:
    targets, _ = read_targets(DEMONSTRATION, datum="wgs84")
    firsts = targets.drop_duplicates("target_id").to_dict("records")
    known = [replace(HOUSES, target_id=t["target_id"], name=t["name"], kind=t["kind"]) for t in firsts]
    seed_register(store, [Seed(e) for e in known], reason="test", today=TODAY)
    assert outcomes(attach(store, DEMONSTRATION)) == ["added"] * 8
    railway = entry(store, "T-2024-tieluyanxian").parts
    assert [(p.part_id, p.corridor_half_width_m, p.illustrative) for p in railway] == [
        (f"T-2024-tieluyanxian-{line}", 300.0, True) for line in ("daqin", "jingqin", "jinji")
    ]
    assert [p.name for p in railway] == ["", "铁路沿线（京秦铁路）", "铁路沿线（津蓟铁路）"]
    assert outcomes(attach(store, DEMONSTRATION)) == ["unchanged"] * 8
