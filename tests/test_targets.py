"""Targets from a city's own layers: words, kinds, corridors, rejects and ids."""

import math
from functools import cache
from pathlib import Path
from unittest.mock import patch

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_zhengzhi import errors
from geo_zhengzhi.corridor_stations import zero_m
from geo_zhengzhi.corridor_ways import DIRECTIONS
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.io import target_features
from geo_zhengzhi.io.target_parts import target_id_of
from geo_zhengzhi.io.target_report import TargetReport
from geo_zhengzhi.io.target_words import (
    COLUMN_SYNONYMS,
    DIRECTION_SYNONYMS,
    KIND_SYNONYMS,
    LEVEL_SYNONYMS,
    direction_of,
    find_columns,
    kind_of,
    level_of,
)
from geo_zhengzhi.io.targets import parse_targets_spec, read_targets
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.schema import TARGET_COLUMNS
from geo_zhengzhi.words import translator

DATA = Path(__file__).parent / "data"
AREA = shapely.box(117.40, 40.00, 117.41, 40.01)
NEXT = shapely.box(117.45, 40.00, 117.46, 40.01)
LINE = shapely.LineString([(117.30, 40.0), (117.35, 40.0)])
FURTHER = shapely.LineString([(117.35, 40.0), (117.40, 40.0)])
BOW = shapely.Polygon([(117.4, 40.0), (117.42, 40.02), (117.42, 40.0), (117.4, 40.02)])

Read = tuple[gpd.GeoDataFrame, TargetReport]


def saved(path: Path, geometry: list[object], **columns: object) -> Path:
    gpd.GeoDataFrame({**columns}, geometry=geometry, crs=4326).to_file(path)
    return path


def read(tmp_path: Path, geometry: list[object], *, kind: str | None = None, **columns: object) -> Read:
    """Targets from features that are already read, as a GeoJSON file's would be; the fence itself has its own tests."""
    path = tmp_path / "a.geojson"
    path.touch()
    frame = gpd.GeoDataFrame({**columns}, geometry=geometry, crs=4326)
    frame.attrs["says_crs"] = False
    with patch("geo_zhengzhi.io.targets.read_features", return_value=frame):
        return read_targets(path, kind=kind, datum="wgs84")


@cache
def neighbourhoods() -> Read:
    return read_targets(DATA / "nyc" / "NTA.geo.json", kind="residential_area")


@cache
def county_rails() -> Read:
    return read_targets(
        DATA / "jizhou" / "rail_ways_in_county.geojson",
        kind="railway_corridor",
        name_column="project_corridor",
        datum="wgs84",
    )


class TestRealFiles:
    def test_the_neighbourhoods_of_new_york_are_residential_areas_as_they_are(self) -> None:
        targets, report = neighbourhoods()
        assert (report.n_read, report.n_kept, report.n_rejected, report.n_parts) == (195, 195, 0, 195)
        assert tuple(targets.columns) == TARGET_COLUMNS
        assert targets.crs == 4326
        assert targets["part_id"].is_unique
        assert set(targets["kind"]) == {"residential_area"}
        assert targets.loc[targets["target_id"] == "BK88", "name"].tolist() == ["Borough Park"]
        assert (targets.geom_type == "MultiPolygon").sum() == 17
        assert targets["corridor_half_width_m"].isna().all()
        assert report.mapping == {"target_id": "NTACode", "name": "NTAName"}

    def test_subway_lines_are_corridors_by_name(self) -> None:
        targets, report = read_targets(DATA / "nyc" / "subway_lines.geojson", kind="railway_corridor")
        assert (report.n_read, report.n_kept, report.n_joined) == (742, 742, 742)
        assert targets["target_id"].nunique() == report.n_targets == targets["name"].nunique() == 36
        assert set(targets.geom_type) == {"LineString"}
        assert targets["part_id"].is_unique
        assert len(targets) < 742
        assert (targets["corridor_half_width_m"] == 300).all()

    def test_an_invalid_precinct_is_repaired_and_counted(self) -> None:
        targets, report = read_targets(DATA / "memphis" / "precincts.geojson", kind="district")
        assert (report.n_read, report.n_kept, report.n_repaired) == (9, 9, 1)
        assert targets.geometry.is_valid.all()
        assert set(targets.geom_type) <= {"Polygon", "MultiPolygon"}

    def test_the_county_railways_are_joined_by_the_column_that_is_named(self) -> None:
        targets, report = county_rails()
        assert {"大秦铁路", "京秦铁路", "津蓟铁路"} <= set(targets["name"])
        assert report.n_read == report.n_kept == report.n_joined == 231
        assert len(targets) < 231
        for _, parts in targets.groupby("target_id"):
            west = parts.geometry.bounds["minx"]
            assert parts["part_id"].tolist() == [f"{i}-{n}" for n, i in enumerate(parts["target_id"], start=1)]
            assert west.is_monotonic_increasing

    def test_joined_railways_stay_where_the_ways_are(self) -> None:
        frame = MetricFrame(117.4, 40.0)
        joined = frame.project(county_rails()[0])
        ways = frame.project(gpd.read_file(DATA / "jizhou" / "rail_ways_in_county.geojson"))
        for name in ("大秦铁路", "京秦铁路", "津蓟铁路"):
            line = shapely.union_all(joined.loc[joined["name"] == name].geometry.array)
            own = shapely.union_all(ways.loc[ways["project_corridor"] == name].geometry.array)
            assert shapely.distance(shapely.points(shapely.get_coordinates(own)), line).max() < 150
            assert shapely.distance(shapely.points(shapely.get_coordinates(line)), own).max() < 150
            assert line.length < own.length + 1  # parallel tracks are counted once

    def test_railways_in_china_are_refused_undeclared(self) -> None:
        with pytest.raises(errors.DatumNotDeclared, match="--targets-datum"):
            read_targets(DATA / "jizhou" / "rail_other_copy_gcj02.geojson", kind="railway_corridor")

    def test_the_shifted_railway_copy_is_read_as_declared(self) -> None:
        targets, report = read_targets(
            DATA / "jizhou" / "rail_other_copy_gcj02.geojson", kind="railway_corridor", datum="GCJ-02"
        )
        assert report.datum == "gcj02"
        assert report.n_kept == 17
        assert set(targets["name"]) == {"rail_other_copy_gcj02"}  # it has no names
        assert "17 个要素的类型不认识（普速），按 railway_corridor 处理。" in report.notes("zh")

    def test_stations_are_no_targets(self) -> None:
        with pytest.raises(errors.NoTargets, match="all 15 features were rejected, the first because: It is a point"):
            read_targets(DATA / "jizhou" / "rail_stations_osm.geojson", kind="square", datum="wgs84")


class TestWords:
    def test_chinese_columns_kinds_and_levels_are_understood(self, tmp_path: Path) -> None:
        targets, report = read(
            tmp_path,
            [AREA, NEXT, LINE],
            编号=["T1", "T2", "T3"],
            名称=["武定苑", "鼓楼广场", "大秦铁路"],
            类型=["小区", "广场", "铁路沿线"],
            级别=["市级", "区县级", "乡镇级"],
            牵头单位=["文昌街道派出所", "综治中心", "铁路公安处"],
            半宽=[None, None, 350.0],
            英文名称=["Wudingyuan", None, "Daqin Railway"],
        )
        assert targets["target_id"].tolist() == ["T1", "T2", "T3"]
        assert targets["part_id"].tolist() == ["T1", "T2", "T3-1"]
        assert targets["kind"].tolist() == ["residential_area", "square", "railway_corridor"]
        assert targets["level"].tolist() == ["city", "county", "township"]
        assert targets["lead_unit"].tolist() == ["文昌街道派出所", "综治中心", "铁路公安处"]
        assert targets["name_en"].tolist() == ["Wudingyuan", "", "Daqin Railway"]
        assert targets["corridor_half_width_m"].tolist()[2] == 350.0
        assert report.remarks == ()

    def test_a_kind_of_its_own_comes_before_the_one_that_was_given(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [AREA, NEXT], kind="district", name=["a", "b"], 类型=["广场", "不明"])
        assert targets["kind"].tolist() == ["square", "district"]
        assert [str(r) for r in report.remarks] == [
            "1 features say a kind that is not known (不明); they were taken as district."
        ]

    def test_an_unknown_level_is_left_empty_and_said(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [AREA], kind="square", name=["a"], level=["宇宙级"])
        assert targets["level"].tolist() == [""]
        assert "宇宙级" in report.notes("zh")[0]

    def test_columns_can_be_mapped_by_hand(self, tmp_path: Path) -> None:
        path = saved(tmp_path / "a.geojson", [AREA], name=["wrong"], 甲=["right"], 乙=["学校"])
        targets, report = read_targets(path, mapping={"name": "甲", "kind": "乙"}, datum="wgs84")
        assert (targets["name"].tolist(), targets["kind"].tolist()) == (["right"], ["school"])
        assert report.mapping == {"name": "甲", "kind": "乙"}

    def test_a_mapped_column_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        path = saved(tmp_path / "a.geojson", [AREA], name=["x"])
        with pytest.raises(errors.MissingColumn, match="甲 is missing – found: name"):
            read_targets(path, kind="square", name_column="甲", datum="wgs84")
        with pytest.raises(errors.InvalidParameter, match="colour"):
            read_targets(path, kind="square", mapping={"colour": "name"}, datum="wgs84")

    def test_persons_are_not_read(self, tmp_path: Path) -> None:
        targets, report = read(
            tmp_path,
            [AREA],
            kind="square",
            名称=["鼓楼广场"],
            负责人=["张三"],
            联系电话=["13800138000"],
            牵头单位=["派出所 李四 13912345678"],
        )
        assert set(report.dropped_columns) == {"负责人", "联系电话"}
        assert targets["lead_unit"].tolist() == [""]
        words = " ".join(map(str, targets.drop(columns="geometry").iloc[0]))
        assert not any(person in words for person in ("张三", "李四", "138", "139"))
        assert report.notes("en") == (
            "1 names or units held a telephone, identity or plate number; they were left empty.",
        )

    @pytest.mark.parametrize("header", ["负责人", "联系电话"])
    def test_a_column_about_persons_cannot_be_named_for_anything(self, tmp_path: Path, header: str) -> None:
        path = saved(tmp_path / "a.geojson", [AREA], 负责人=["张三"], 联系电话=["13812345678"])
        with pytest.raises(errors.PersonalColumn, match=f"{header} looks like personal data"):
            read_targets(path, kind="square", datum="wgs84", name_column=header)

    def test_features_without_a_name_are_called_after_the_file(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [AREA, NEXT], kind="square", name=["a", None])
        assert targets["name"].tolist() == ["a", "a 2"]
        assert str(report.remarks[0]).startswith("1 features have no name")

    def test_hostile_names_stay_text_and_make_plain_ids(self, tmp_path: Path) -> None:
        hostile = "<img src=x onerror=alert(1)>${alert(1)}`</script>"
        targets, _ = read(tmp_path, [AREA], kind="square", name=[hostile])
        assert targets["name"].tolist() == [hostile]
        assert targets["part_id"].str.fullmatch(r"[a-z0-9-]+").all()

    def test_every_word_of_the_tables_means_one_thing(self) -> None:
        assert tuple(KIND_SYNONYMS) == KINDS
        assert tuple(LEVEL_SYNONYMS) == LEVELS
        assert set(DIRECTION_SYNONYMS) == set(DIRECTIONS)
        tables = ((KIND_SYNONYMS, kind_of), (LEVEL_SYNONYMS, level_of), (DIRECTION_SYNONYMS, direction_of))
        for table, look_up in tables:
            for meaning, words in table.items():
                assert {look_up(word) for word in (meaning, meaning.upper(), *words)} == {meaning}
        headers = [header for synonyms in COLUMN_SYNONYMS.values() for header in synonyms]
        assert len(headers) == len(set(headers))

    def test_the_first_synonym_that_is_there_is_taken_whatever_its_case(self) -> None:
        assert find_columns(["NTAName", "NAME", "Target ID"]) == {"name": "NAME", "target_id": "Target ID"}
        assert find_columns(["名称", "name"], {"name": "名称"}) == {"name": "名称"}


class TestKinds:
    def test_without_a_kind_anywhere_the_allowed_ones_are_named(self, tmp_path: Path) -> None:
        with pytest.raises(errors.KindMissing, match="residential_area, square, village, railway_corridor"):
            read(tmp_path, [AREA], name=["a"])

    def test_a_feature_without_a_kind_among_others_is_rejected(self, tmp_path: Path) -> None:
        _, report = read(tmp_path, [AREA, NEXT, AREA], name=list("abc"), 类型=["广场", None, "不明"])
        assert report.rejects["feature"].tolist() == [2, 3]
        assert report.rejects["reason_en"].iloc[0] == "It says no kind."
        assert report.rejects["reason_en"].iloc[1].startswith("Its kind 不明 is not known; allowed: residential_area")

    def test_a_kind_that_does_not_exist_is_refused_before_reading(self) -> None:
        with pytest.raises(errors.InvalidParameter, match=r"kind = banana .* residential_area"):
            read_targets("nowhere.geojson", kind="banana")

    def test_shapes_that_do_not_fit_their_kind_are_rejected_one_by_one(self, tmp_path: Path) -> None:
        flat = shapely.Polygon([(117.4, 40.0), (117.5, 40.0), (117.4, 40.0)])
        shapes = [AREA, LINE, LINE, AREA, shapely.Point(117.4, 40.0), None, flat]
        kinds = ["square", "railway_corridor", "square", "railway_corridor", "village", "village", "village"]
        targets, report = read(tmp_path, shapes, name=list("abcdefg"), 类型=kinds)
        assert targets["name"].tolist() == ["a", "b"]
        assert report.n_read == report.n_kept + report.n_rejected == 7
        assert report.rejects["feature"].tolist() == [3, 4, 5, 6, 7]
        assert report.rejects["name"].tolist() == list("cdefg")
        assert report.rejects["reason_en"].tolist() == [
            "It is a line, but the kind square needs a polygon.",
            "It is a polygon, but the kind railway_corridor needs a line.",
            "It is a point; targets are polygons, or lines for railway corridors.",
            "It has no geometry.",
            "Nothing with an area or a length is left after repair.",
        ]
        assert report.rejects["reason_zh"].iloc[3] == "没有几何。"

    def test_of_a_collection_the_part_that_fits_the_kind_is_taken(self, tmp_path: Path) -> None:
        both = shapely.GeometryCollection([AREA, LINE])
        targets, _ = read(tmp_path, [both, both], name=["a", "b"], 类型=["广场", "铁路"])
        assert targets.geom_type.tolist() == ["Polygon", "LineString"]

    def test_a_bow_tie_is_repaired_and_counted(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [BOW, AREA], kind="square", name=["a", "b"])
        assert report.n_repaired == 1
        assert targets.geometry.is_valid.all()

    def test_a_trade_without_a_boundary_takes_the_area_it_works_in(self, tmp_path: Path) -> None:
        targets, report = read(
            tmp_path,
            [AREA, None, None, None],
            名称=["老城", "三轮车", "黑出租", "无处"],
            类型=["片区", "行业", "行业", "行业"],
            活动区域=[None, "老城", "别处", None],
        )
        assert targets["name"].tolist() == ["老城", "三轮车"]
        assert targets.geometry.iloc[1].equals(AREA)
        assert report.rejects["reason_en"].tolist() == [
            "It is a trade without a boundary, and 别处 is no target in this file that has one.",
            "It has no geometry.",
        ]


class TestCorridors:
    def test_pieces_of_one_name_become_one_part_from_west_to_east(self, tmp_path: Path) -> None:
        pieces = [shapely.reverse(FURTHER), LINE]
        targets, report = read(tmp_path, pieces, kind="railway_corridor", name=["大秦", "大秦"])
        assert (report.n_read, report.n_joined, report.n_targets, report.n_parts) == (2, 2, 1, 1)
        line = targets.geometry.iloc[0]
        assert line.coords[0] == pytest.approx((117.30, 40.0), abs=1e-6)
        assert line.coords[-1] == pytest.approx((117.40, 40.0), abs=1e-6)
        assert targets["part_id"].iloc[0] == f"{targets['target_id'].iloc[0]}-1"

    def test_a_multi_line_is_its_pieces(self, tmp_path: Path) -> None:
        targets, _ = read(tmp_path, [shapely.MultiLineString([LINE, FURTHER])], kind="railway_corridor", name=["大秦"])
        assert targets.geom_type.tolist() == ["LineString"]

    def test_lines_of_other_names_stay_apart_and_parts_far_apart_are_numbered(self, tmp_path: Path) -> None:
        far = shapely.LineString([(117.6, 40.1), (117.7, 40.1)])
        targets, _ = read(
            tmp_path, [far, LINE, FURTHER], kind="railway_corridor", name=["甲", "甲", "乙"], 编号=["R", "R", "S"]
        )
        assert targets["part_id"].tolist() == ["R-1", "R-2", "S-1"]
        assert targets.geometry.bounds["minx"].round(3).tolist() == [117.3, 117.6, 117.35]

    def test_one_target_may_have_lines_of_several_names(self, tmp_path: Path) -> None:
        targets, report = read(
            tmp_path, [LINE, shapely.LineString([(117.3, 40.2), (117.4, 40.2)])], kind="铁路",
            name=["津蓟铁路", "大秦铁路"], target_id=["T-rail", "T-rail"], part_id=["T-rail-jinji", "T-rail-daqin"],
        )  # fmt: skip
        assert targets["part_id"].tolist() == ["T-rail-jinji", "T-rail-daqin"]
        assert targets["name"].tolist() == ["津蓟铁路", "大秦铁路"]
        assert report.n_targets == 1

    @pytest.mark.parametrize(("said", "width"), [("200", 200.0), ("200米", 200.0), ("0.5 m", 0.5), (None, 321.0)])
    def test_the_half_width_is_the_files_or_the_one_given(self, tmp_path: Path, said: str | None, width: float) -> None:
        path = saved(tmp_path / "a.geojson", [LINE], name=["a"], 半宽=[said])
        targets, _ = read_targets(path, kind="railway_corridor", corridor_half_width_m=321, datum="wgs84")
        assert targets["corridor_half_width_m"].tolist() == [width]

    @pytest.mark.parametrize("said", ["0", "-1", "wide", "inf", "nan"])
    def test_a_half_width_that_is_none_is_rejected(self, tmp_path: Path, said: str) -> None:
        _, report = read(tmp_path, [LINE, FURTHER], kind="railway_corridor", name=["a", "b"], 半宽=[said, "5"])
        assert report.rejects["reason_en"].tolist() == [f"Its half-width {said} is no number of metres above 0."]

    def test_the_widest_half_width_of_its_pieces_holds_for_a_corridor(self, tmp_path: Path) -> None:
        targets, _ = read(tmp_path, [LINE, FURTHER], kind="railway_corridor", name=["a", "a"], 半宽=["200", "400"])
        assert targets["corridor_half_width_m"].tolist() == [400.0]

    @pytest.mark.parametrize(
        ("said", "begins"), [("向西", 117.40), ("由东向西", 117.40), ("West", 117.40), ("东", 117.30), (None, 117.30)]
    )
    def test_chainage_grows_in_the_direction_that_is_stated(
        self, tmp_path: Path, said: str | None, begins: float
    ) -> None:
        targets, _ = read(tmp_path, [LINE, FURTHER], kind="铁路", name=["a", "a"], 方向=[None, said])
        assert targets.geometry.iloc[0].coords[0][0] == pytest.approx(begins, abs=1e-6)
        assert tuple(targets.columns) == TARGET_COLUMNS

    def test_a_stated_direction_wins_over_the_end_that_has_a_station(self, tmp_path: Path) -> None:
        at_the_west = gpd.GeoDataFrame({"name": ["甲"]}, geometry=[shapely.Point(117.30, 40.0)], crs=4326)
        path = saved(tmp_path / "a.geojson", [LINE], name=["a"], direction=["west"])
        targets, _ = read_targets(path, kind="railway_corridor", datum="wgs84", stations=at_the_west)
        assert targets.geometry.iloc[0].coords[0][0] == pytest.approx(117.35, abs=1e-6)

    def test_zero_is_the_first_station_in_the_stated_direction(self, tmp_path: Path) -> None:
        frame = MetricFrame(117.4, 40.0)
        stations = gpd.GeoDataFrame(geometry=[shapely.Point(117.31, 40.0), shapely.Point(117.33, 40.0)], crs=4326)
        points = frame.project(stations).geometry.array
        for direction, first in (("east", 0), ("west", 1)):
            targets, _ = read(tmp_path, [LINE], kind="railway_corridor", name=["a"], direction=[direction])
            line = frame.project(targets).geometry.iloc[0]
            assert zero_m(line, points) == pytest.approx(line.project(points[first]))

    def test_an_unknown_direction_is_said_and_the_lines_own_is_taken(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [LINE], kind="railway_corridor", name=["a"], 方向=["下行"])
        assert targets.geometry.iloc[0].coords[0][0] == pytest.approx(117.30, abs=1e-6)
        assert "1 个要素的方向不认识（下行），按线路自身走向处理。" in report.notes("zh")

    def test_pieces_that_state_several_directions_take_the_first_and_that_is_said(self, tmp_path: Path) -> None:
        said = ["west", "east", "east"]
        other = shapely.LineString([(117.3, 40.2), (117.4, 40.2)])
        targets, report = read(tmp_path, [LINE, FURTHER, other], kind="铁路", name=["a", "a", "b"], direction=said)
        begins = [line.coords[0][0] for line in targets.geometry]
        assert begins == pytest.approx([117.40, 117.30], abs=1e-6)
        assert (
            "1 corridors say several directions (west, east); the first one that each says was taken."
            in report.notes("en")
        )

    @pytest.mark.parametrize("width", [0, -5, math.nan, math.inf])
    def test_a_given_half_width_must_be_above_zero(self, width: float) -> None:
        with pytest.raises(errors.InvalidParameter, match="corridor_half_width_m"):
            read_targets("nowhere.geojson", corridor_half_width_m=width)

    def test_lines_wider_than_one_frame_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(errors.StudyAreaTooWide):
            read(tmp_path, [shapely.LineString([(110, 40), (117, 40)])], kind="railway_corridor", name=["a"])


class TestIds:
    def test_ids_are_the_same_whenever_name_and_kind_are(self) -> None:
        assert target_id_of("Borough Park", "district") == target_id_of("Borough Park", "district")
        assert target_id_of("Borough Park", "district").startswith("borough-park-")
        assert target_id_of("武定苑", "square").startswith("square-")
        assert len({target_id_of(n, k) for n in ("武定苑", "富裕家园") for k in ("square", "village")}) == 4

    def test_polygons_of_one_name_are_parts_of_one_target(self, tmp_path: Path) -> None:
        targets, report = read(tmp_path, [AREA, NEXT, AREA], kind="village", name=["李庄", "李庄", "王庄"])
        first, second, third = targets["target_id"]
        assert first == second != third
        assert targets["part_id"].tolist() == [f"{first}-1", f"{first}-2", third]
        assert (report.n_targets, report.n_parts) == (2, 3)

    def test_part_ids_are_unique_whatever_the_file_says(self, tmp_path: Path) -> None:
        ids, parts = ["A", "A", "A-1", "B", "A"], ["x", "x", None, "A-1", "A-2"]
        targets, _ = read(tmp_path, [AREA] * 5, kind="square", name=list("abcde"), target_id=ids, part_id=parts)
        assert targets["part_id"].is_unique
        assert (targets["part_id"] != "").all()
        assert targets["part_id"].iloc[0] == "x"

    def test_numbers_as_ids_have_no_decimals(self, tmp_path: Path) -> None:
        targets, _ = read(tmp_path, [AREA, NEXT], kind="square", name=["a", "b"], 编号=[7.0, None])
        assert targets["target_id"].iloc[0] == "7"

    def test_a_multipolygon_is_one_part(self, tmp_path: Path) -> None:
        targets, _ = read(tmp_path, [shapely.MultiPolygon([AREA, NEXT])], kind="square", name=["a"])
        assert len(targets) == 1


class TestFormats:
    @pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp.zip", "a.kml"])
    def test_the_same_targets_come_from_every_format(self, tmp_path: Path, name: str) -> None:
        columns = {"名称": ["武定苑", "鼓楼广场"], "类型": ["小区", "广场"], "级别": ["市级", "县级"]}
        if name.endswith(".kml"):
            columns["Name"] = columns.pop("名称")
        options = {"encoding": "GB18030"} if name.endswith(".zip") else {}
        if name.endswith(".kml"):
            options = {"driver": "LIBKML"}
        frame = gpd.GeoDataFrame(columns, geometry=[AREA, NEXT], crs=4326)
        frame.to_file(tmp_path / name, **options)
        targets, _ = read_targets(tmp_path / name, datum="wgs84")
        assert targets["name"].tolist() == ["武定苑", "鼓楼广场"]
        assert targets["kind"].tolist() == ["residential_area", "square"]
        assert targets["level"].tolist() == ["city", "county"]
        assert targets.geometry.geom_equals(gpd.GeoSeries([AREA, NEXT], crs=4326)).all()


def test_a_file_without_features_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}')
    with pytest.raises(errors.NoFeatures):
        read_targets(path, kind="square", datum="wgs84")


class TestSpec:
    @pytest.mark.parametrize(
        ("spec", "path", "kind"),
        [
            ("nta.geojson:residential_area", "nta.geojson", "residential_area"),
            ("nta.geojson", "nta.geojson", None),
            ("小区.zip:小区", "小区.zip", "residential_area"),
            ("C:\\data\\nta.geojson", "C:\\data\\nta.geojson", None),
            ("C:/data/nta.geojson:square", "C:/data/nta.geojson", "square"),
            ("C:\\data\\nta.geojson:square", "C:\\data\\nta.geojson", "square"),
        ],
    )
    def test_file_and_kind_are_told_apart(self, spec: str, path: str, kind: str | None) -> None:
        assert parse_targets_spec(spec) == (Path(path), kind)

    @pytest.mark.parametrize("spec", ["a.geojson:banana", "a.geojson:", "C:/a.geojson:banana"])
    def test_an_unknown_kind_is_refused_with_the_known_ones(self, spec: str) -> None:
        with pytest.raises(errors.InvalidParameter, match="residential_area, square, village"):
            parse_targets_spec(spec)

    def test_a_colon_in_the_name_of_a_file_that_exists_belongs_to_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("a:square").touch()
        assert parse_targets_spec("a:square") == (Path("a:square"), None)


def test_the_report_is_told_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(errors.NoTargets) as caught:
        read(tmp_path, [shapely.Point(117, 40)], kind="square", name=["a"])
    assert "首个原因：是点；" in caught.value.in_language(translator("zh"))


def test_the_callers_stations_are_left_alone(tmp_path: Path) -> None:
    stations = gpd.GeoDataFrame({"name": ["东站"]}, geometry=[shapely.Point(117.4, 40.0)], crs=4326)
    before = stations.copy()
    path = saved(tmp_path / "a.geojson", [LINE, FURTHER], name=["a", "a"])
    targets, _ = read_targets(path, kind="railway_corridor", datum="wgs84", stations=stations)
    pd.testing.assert_frame_equal(pd.DataFrame(stations), pd.DataFrame(before))
    assert np.isfinite(targets.total_bounds).all()


def test_every_sentence_of_the_report_has_a_chinese_one() -> None:
    chinese = translator("zh")
    sentences = [v for k, v in vars(target_features).items() if k.isupper() and isinstance(v, str) and v.endswith(".")]
    assert len(sentences) == 15
    for sentence in sentences:
        assert chinese(sentence) != sentence
