"""Areas beside the targets: read by the words that targets have, kept in the store, seen by the study."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_zhengzhi.errors import DatumNotDeclared, KindMissing, NoAreas
from geo_zhengzhi.io.areas import AREA_COLUMNS, AREA_ID, read_areas
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.studies.county_setting import CountyWishes, set_county
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from tests.test_cli import run

SQUARE = shapely.box(117.4, 40.0, 117.41, 40.01)
LINE = shapely.LineString([(117.3, 40.0), (117.32, 40.004)])


def saved(path: Path, *rows: tuple[dict[str, object], shapely.Geometry]) -> str:
    """A GeoJSON of features."""
    features = [{"type": "Feature", "properties": said, "geometry": shapely.geometry.mapping(g)} for said, g in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return str(path)


def moved(x: float) -> shapely.Geometry:
    return shapely.transform(SQUARE, lambda xy: xy + np.array([x, 0.0]))


def test_headers_and_kinds_are_known_in_both_languages(tmp_path: Path) -> None:
    spec = saved(tmp_path / "a.geojson", ({"编号": "C-1", "村名": "东庄", "类型": "自然村", "级别": "县级"}, SQUARE))
    frame = read_areas([spec], datum="wgs84")
    assert tuple(frame.columns) == AREA_COLUMNS
    row = frame.iloc[0]
    assert (row[AREA_ID], row["name"], row["kind"], row["level"]) == ("C-1", "东庄", "village", "county")
    assert not row["illustrative"]


def test_a_file_that_says_no_kind_is_told_one(tmp_path: Path) -> None:
    spec = saved(tmp_path / "a.geojson", ({"name": "东庄"}, SQUARE))
    assert read_areas([f"{spec}:village"], datum="wgs84")["kind"].tolist() == ["village"]
    with pytest.raises(KindMissing):
        read_areas([spec], datum="wgs84")


def test_features_of_one_number_are_one_area_and_namesakes_without_numbers_stay_two(tmp_path: Path) -> None:
    pieces = [({"code": "7", "name": "李庄", "kind": "village"}, moved(x)) for x in (0.0, 0.05)]
    assert len(read_areas([saved(tmp_path / "a.geojson", *pieces)], datum="wgs84")) == 1
    namesakes = [({"name": "李庄", "kind": "village"}, moved(x)) for x in (0.0, 0.05)]
    frame = read_areas([saved(tmp_path / "b.geojson", *namesakes)], datum="wgs84")
    assert (len(frame), frame[AREA_ID].is_unique) == (2, True)


def test_two_files_with_the_same_numbers_are_told_apart(tmp_path: Path) -> None:
    specs = [saved(tmp_path / f"{n}.geojson", ({"code": "1", "name": n, "kind": "村"}, SQUARE)) for n in ("甲", "乙")]
    frame = read_areas(specs, datum="wgs84")
    assert (frame["name"].tolist(), frame[AREA_ID].is_unique) == (["甲", "乙"], True)


def test_lines_alone_and_an_undeclared_datum_are_refused(tmp_path: Path) -> None:
    line = saved(tmp_path / "a.geojson", ({"name": "线", "kind": "railway"}, LINE))
    with pytest.raises(NoAreas, match=r"a\.geojson holds no polygon"):
        read_areas([line], datum="wgs84")
    with pytest.raises(DatumNotDeclared):
        read_areas([saved(tmp_path / "b.geojson", ({"name": "东庄", "kind": "村"}, SQUARE))])


def test_the_columns_about_persons_are_left_out(tmp_path: Path) -> None:
    said = {"name": "东庄", "kind": "村", "户主": "某人", "联系电话": "13912345678"}
    frame = read_areas([saved(tmp_path / "a.geojson", (said, SQUARE))], datum="wgs84")
    assert "13912345678" not in frame.to_json()


def test_the_store_keeps_areas_and_the_study_has_them(store: Database, tmp_path: Path) -> None:
    settings = replace(Settings(), cache_dir=tmp_path / "cache")
    assert open_stored_study(store, settings).areas is None
    row = ({"code": "C-1", "name": "东庄", "name_en": "East", "kind": "村", "illustrative": True}, SQUARE)
    wishes = CountyWishes(areas=(saved(tmp_path / "a.geojson", row),), datum="wgs84")
    assert set_county(store, settings, wishes, actor=SYSTEM).n_features["areas"] == 1
    kept = open_stored_study(store, settings).areas.iloc[0]
    assert (kept[AREA_ID], kept["name"], kept["name_en"], kept["kind"]) == ("C-1", "东庄", "East", "village")
    assert (bool(kept["illustrative"]), kept.geometry.equals(SQUARE)) == (True, True)
    assert open_stored_study(store, settings).context.outline is None, "no map draws them"


def test_the_command_brings_areas(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = saved(tmp_path / "a.geojson", ({"name": "东庄"}, SQUARE))
    given = ("--areas", f"{spec}:village", "--targets-datum", "wgs84", "--database", store_url)
    code, out, _ = run(capsys, monkeypatch, "county", *given, "--lang", "zh")
    assert (code, "区域: 1" in out) == (0, True)


def test_the_demonstrations_areas_all_say_that_they_are_illustrative() -> None:
    areas = open_demonstration(Settings()).areas
    assert len(areas) == 16
    assert areas["illustrative"].all()
    assert areas["name"].str.endswith("（示意）").all()
    assert areas["name_en"].str.endswith("(illustrative)").all()
    assert set(areas["kind"]) == {"village", "residential_area"}
