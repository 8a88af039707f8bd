"""Result files: readable by others, harmless in a spreadsheet."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon

from geo_zhengzhi.io.results import write_geojson, write_geopackage, write_table
from tests.hostile import FORMULAS

SQUARE = Polygon([(117.0, 40.0), (117.0, 40.1), (117.1, 40.1), (117.1, 40.0)])  # clockwise


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    at = pd.to_datetime(["2024-02-01 08:00"]).tz_localize("Asia/Shanghai")
    columns = {"name": ["鼓楼广场"], "first_at": at, "top_categories": [[["盗窃", 3]]], "peak_hours": [(20, 23)]}
    return gpd.GeoDataFrame(columns, geometry=[SQUARE], crs="EPSG:4326")


def test_geojson_has_iso_times_json_lists_and_counterclockwise_shells(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geojson(frame, tmp_path / "a.geojson")
    feature = json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"][0]
    assert feature["properties"]["first_at"] == "2024-02-01T08:00:00+08:00"
    assert feature["properties"]["top_categories"] in ([["盗窃", 3]], '[["盗窃", 3]]')
    assert Polygon(feature["geometry"]["coordinates"][0]).exterior.is_ccw


def test_an_empty_frame_is_a_valid_feature_collection(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geojson(frame.iloc[:0], tmp_path / "a.geojson")
    assert json.loads((tmp_path / "a.geojson").read_text("utf-8"))["features"] == []


def test_a_geopackage_holds_every_layer_and_replaces_the_old_one(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    points = gpd.GeoDataFrame({"n": [1]}, geometry=[Point(117, 40)], crs="EPSG:4326")
    write_geopackage({"old": points}, path)
    write_geopackage({"zones": frame, "incidents": points}, path)
    assert set(gpd.list_layers(path)["name"]) == {"zones", "incidents"}
    assert gpd.read_file(path, layer="zones")["name"].tolist() == ["鼓楼广场"]


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+A1", "-A1", "@sum", "\tx", " =A1", "\u200b=A1", "\xa0+A1", "＝A1", "\n=A1"]
)
def test_text_that_a_spreadsheet_would_run_is_written_as_text(text: str, tmp_path: Path) -> None:
    write_table(pd.DataFrame({"category": [text, "盗窃"], "weight": [-1.5, 2.0]}), tmp_path / "a.csv")
    back = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert back["category"].tolist() == ["'" + text, "盗窃"]
    assert back["weight"].tolist() == [-1.5, 2.0]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_header_that_a_spreadsheet_would_run_is_written_as_text_too(text: str, tmp_path: Path) -> None:
    write_table(pd.DataFrame({text: ["盗窃"], "weight": [1.0]}), tmp_path / "a.csv")
    back = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    assert list(back.columns) == ["'" + text, "weight"]


def test_a_table_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"类别": ["盗窃"]}), tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_numbers_that_are_text_stay_as_they_are(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"longitude": ["-73.98", "+1e3", "-1+2"]}), tmp_path / "a.csv")
    back = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig", dtype=str)
    assert back["longitude"].tolist() == ["-73.98", "+1e3", "'-1+2"]


def test_times_carry_their_own_offset_across_a_clock_change(tmp_path: Path) -> None:
    at = pd.Series(pd.to_datetime(["2024-01-15 12:00:00", "2024-07-15 12:00:00", None])).dt.tz_localize(
        "America/St_Johns"
    )
    write_table(pd.DataFrame({"at": at}), tmp_path / "a.csv")
    back = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig", skip_blank_lines=False)["at"]
    assert back.tolist()[:2] == ["2024-01-15T12:00:00-03:30", "2024-07-15T12:00:00-02:30"]
    assert back.isna().tolist() == [False, False, True]


def test_times_in_a_geopackage_are_the_same_instants(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    write_geopackage({"zones": frame}, tmp_path / "a.gpkg")
    assert gpd.read_file(tmp_path / "a.gpkg")["first_at"].iloc[0] == frame["first_at"].iloc[0]
