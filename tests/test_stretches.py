"""Exported stretches of line count from the zero that the map shows, and say the same sentence."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from studies import FRAME, area, corridor, days, incident, many, study_of

from geo_zhengzhi.model import Context
from geo_zhengzhi.render.corridor_marks import corridor_marks
from geo_zhengzhi.render.findings import hotspot_features
from geo_zhengzhi.schema import FROM_M, GEOMETRY, KIND, TO_M
from geo_zhengzhi.services.console.layers import layer_file
from geo_zhengzhi.services.console.maps import make_scene
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.console.stretches import STRETCH, STRETCH_EN, exported_hotspots
from geo_zhengzhi.services.studies.exporting import export_analysis

FEBRUARY = days("2024-02-01", "2024-02-29")
LINE = corridor("铁路", (0, 0), (20_000, 0))
HERE = many(9, (15_000, 0), "2024-02-05")  # 5 m around: members from 14,995 to 15,005 m, half an eps of 200 m more


def stations(*named):
    names, places = zip(*named, strict=True)
    longitude, latitude = FRAME.to_degrees(*np.array(places, float).T)
    points = gpd.points_from_xy(longitude, latitude)
    return gpd.GeoDataFrame({"name": names, "name_en": [""] * len(names)}, geometry=points, crs="EPSG:4326")


def situation(*named, incidents=HERE, parts=(LINE,)):
    context = Context(stations=stations(*named) if named else None)
    return assess(
        study_of([incident((9000, 9000), "2022-01-01"), *incidents], list(parts), context=context), Query(FEBRUARY)
    )


def stretch(found):
    (row,) = exported_hotspots(found).to_dict("records")
    return row[FROM_M], row[TO_M]


@pytest.mark.parametrize(("off_m", "zero"), [(499, 4000), (501, 18_000)])
def test_a_stretch_counts_from_the_first_station_within_500_m(off_m, zero):
    found = situation(("蓟州", (4000, off_m)), ("翠屏山", (18_000, 0)))
    assert stretch(found) == pytest.approx((14_895 - zero, 15_105 - zero), abs=1)


def test_without_a_station_a_stretch_counts_from_the_lines_start():
    assert stretch(situation()) == pytest.approx((14_895, 15_105), abs=1)


def test_before_the_first_station_metres_are_negative():
    found = situation(("别山", (19_000, 0)))
    assert stretch(found) == pytest.approx((-4105, -3895), abs=1)


def test_the_exported_stretch_is_the_one_between_the_maps_ticks():
    found = situation(("蓟州", (4000, 0)))
    ticks = corridor_marks(LINE[GEOMETRY], 300.0, make_scene(found, "zh"))["ticks"]["100"][0]
    from_m, to_m = stretch(found)
    inside = [metres for latitude, longitude, _, metres in ticks if from_m <= metres <= to_m]
    assert inside == [10_900.0, 11_000.0, 11_100.0]
    (shape,) = found.result.hotspots.geometry
    at = {metres: shapely.Point(longitude, latitude) for latitude, longitude, _, metres in ticks}
    assert [m for m, place in at.items() if shape.intersects(place)] == inside


def test_the_sentence_is_the_popups_in_both_languages():
    found = situation(("蓟州", (4000, 0)))
    (row,) = exported_hotspots(found).to_dict("records")
    assert (row[STRETCH], row[STRETCH_EN]) == ("距蓟州站 10.90–11.10 km", "10.90–11.10 km from 蓟州")
    (feature,) = hotspot_features(make_scene(found, "zh"))
    assert row[STRETCH] in feature["popup"]["subtitle"]


def test_a_station_without_a_name_is_the_zero_of_popup_and_file_alike():
    found = situation(("", (4000, 0)))
    assert stretch(found)[0] == pytest.approx(10_895, abs=1)
    assert exported_hotspots(found)[STRETCH].tolist() == ["沿线 10.90–11.10 km"]


def test_areas_have_neither_chainage_nor_sentence_and_the_analysis_keeps_its_own():
    found = situation(
        ("蓟州", (4000, 0)), incidents=HERE + many(9, (100, 5100), "2024-02-05"), parts=(LINE, area("甲", 0, 5000))
    )
    exported = exported_hotspots(found).set_index(KIND)
    assert np.isnan(exported.loc["residential_area", FROM_M])
    assert exported.loc["residential_area", STRETCH] == ""
    assert found.result.hotspots.set_index(KIND).loc["railway_corridor", FROM_M] == pytest.approx(14_895, abs=1)
    assert STRETCH not in found.result.hotspots


def test_folder_geopackage_and_download_hold_the_same(tmp_path):
    found = situation(("蓟州", (4000, 0)))
    export_analysis(found, tmp_path / "out")
    wanted = stretch(found)
    for frame in (
        gpd.read_file(tmp_path / "out" / "hotspots.geojson"),
        gpd.read_file(tmp_path / "out" / "analysis.gpkg", layer="hotspots"),
        gpd.GeoDataFrame.from_features(json.loads(layer_file(found, "hotspots"))),
    ):
        assert (frame[FROM_M].iloc[0], frame[TO_M].iloc[0]) == pytest.approx(wanted)
        assert frame[STRETCH].tolist() == ["距蓟州站 10.90–11.10 km"]


def test_a_period_without_hotspots_exports_the_columns_all_the_same():
    assert {STRETCH, STRETCH_EN, FROM_M} <= set(exported_hotspots(situation(incidents=())).columns)
