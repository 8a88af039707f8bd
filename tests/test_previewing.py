"""The same rows under each datum: where they fall, how far apart, and what speaks for each; nothing is chosen."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from studies import FRAME, area, corridor, many, study_of

from geo_zhengzhi.crs import wgs84_to_bd09, wgs84_to_gcj02
from geo_zhengzhi.errors import BallparkTransform, DatumConflict, MissingColumn, NotDegrees, UnknownDatum
from geo_zhengzhi.model import Context
from geo_zhengzhi.services.imports.checking import dry_run
from geo_zhengzhi.services.imports.previewing import frame_of, preview_datums, projected_systems
from geo_zhengzhi.services.imports.sampling import take_sample

SIDE = 400.0
PARTS = [area("甲", 0, 0, SIDE), corridor("铁路", (3000, 0), (9000, 0), half_width_m=100.0)]


@pytest.fixture(scope="module")
def study():
    outline = gpd.GeoDataFrame({"name": ["县"]}, geometry=[shapely.box(117.3, 39.9, 117.6, 40.1)], crs=4326)
    return study_of(
        many(3, (0, 0), "2024-01-01"), PARTS, context=Context(outline=outline), study_area=outline.geometry[0]
    )


@pytest.fixture
def places():
    """Ten rows in the middle of the area, five just within the corridor, five just beyond."""
    x = [200.0] * 10 + list(range(4000, 9000, 1000)) + list(range(4000, 9000, 1000))
    y = [200.0] * 10 + [99.0] * 5 + [101.0] * 5
    return FRAME.to_degrees(x, y)


def csv(path, x, y, headers=("lon", "lat")):
    frame = pd.DataFrame({headers[0]: x, headers[1]: y, "date": "2024-03-01"})
    frame.to_csv(path, index=False)
    return take_sample(path)


def shares(preview):
    return {datum: (r.in_county, r.in_targets) for r in preview.readings for datum in r.datums}


@pytest.mark.parametrize(("datum", "convert"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09), ("wgs84", None)])
def test_the_true_datum_alone_puts_the_rows_into_the_targets(tmp_path, study, places, datum, convert):
    x, y = places if convert is None else convert(*places)
    preview = preview_datums(csv(tmp_path / "a.csv", x, y), study)
    found = shares(preview)
    assert found[datum] == (1.0, 0.75)
    assert max(in_targets for name, (_, in_targets) in found.items() if name not in (datum, "cgcs2000")) < 0.6
    assert np.allclose(preview.reading_of(datum).longitude, places[0], atol=1e-6)


def test_datums_that_place_alike_are_one_reading_and_the_order_is_always_the_same(tmp_path, study, places):
    preview = preview_datums(csv(tmp_path / "a.csv", *places), study)
    assert [reading.datums for reading in preview.readings] == [("wgs84", "cgcs2000"), ("gcj02",), ("bd09",)]


def test_shifts_are_the_median_distance_between_two_readings(tmp_path, study, places):
    preview = preview_datums(csv(tmp_path / "a.csv", *places), study)
    wgs84, gcj02, bd09 = preview.readings
    metric = FRAME.to_metres(gcj02.longitude, gcj02.latitude)
    true_m = np.median(np.hypot(*(np.array(metric) - FRAME.to_metres(*places))))
    assert preview.shift_m(wgs84, gcj02) == pytest.approx(true_m, rel=1e-3)
    assert preview.shift_m(gcj02, wgs84) == preview.shift_m(wgs84, gcj02) > 500
    assert preview.shift_m(wgs84, bd09) > preview.shift_m(wgs84, gcj02)
    assert preview.shift_m(wgs84, wgs84) == 0


def test_metres_bring_up_the_projected_systems_of_the_county(tmp_path, study, places):
    x, y = pyproj.Transformer.from_crs(4490, 4548, always_xy=True).transform(*places)
    preview = preview_datums(csv(tmp_path / "a.csv", x, y, ("坐标X", "坐标Y")), study)
    assert shares(preview)["EPSG:4548"] == (1.0, 0.75)
    assert preview.reading_of("EPSG:4548").datums == ("EPSG:4548", "EPSG:4509")  # one meridian for both widths
    assert [preview.reading_of(d).n_beyond for d in ("wgs84", "gcj02", "bd09")] == [20, 20, 20]
    assert projected_systems(study) == ("EPSG:4548", "EPSG:4527", "EPSG:4509", "EPSG:4498", "EPSG:32650")


@pytest.mark.parametrize("code", projected_systems(study_of([], PARTS, study_area=shapely.box(75.2, 39, 75.4, 39.2))))
def test_the_proposed_systems_are_what_they_are_called(code):
    name = pyproj.CRS.from_user_input(code).name
    assert name in (
        "CGCS2000 / 3-degree Gauss-Kruger CM 75E", "CGCS2000 / 3-degree Gauss-Kruger zone 25",
        "CGCS2000 / Gauss-Kruger CM 75E", "CGCS2000 / Gauss-Kruger zone 13", "WGS 84 / UTM zone 43N",
    )  # fmt: skip


def test_exchanged_axes_are_counted_and_place_nothing(tmp_path, study, places):
    preview = preview_datums(csv(tmp_path / "a.csv", *reversed(places)), study)
    assert {
        (r.n_swapped, r.n_placed) for r in preview.readings if len(r.datums) == 1 and not r.datums[0].startswith("E")
    } == {(20, 0)}
    right = preview_datums(take_sample(tmp_path / "a.csv"), study, {"longitude": "lat", "latitude": "lon"})
    assert shares(right)["wgs84"] == (1.0, 0.75)


def test_rows_without_coordinates_are_places_under_no_datum(tmp_path, study, places):
    x, y = places[0].astype(object), places[1].astype(object)
    x[:5], y[5] = "", "abc"
    preview = preview_datums(csv(tmp_path / "a.csv", x, y), study)
    assert [reading.n_placed for reading in preview.readings] == [14, 14, 14]
    assert np.isnan(preview.readings[0].longitude[:6]).all()
    assert preview.n_rows == 20


def test_what_a_geopackage_says_is_offered_and_what_contradicts_it_is_refused(tmp_path, study, places):
    frame = gpd.GeoDataFrame({"date": ["2024-03-01"] * 20}, geometry=gpd.points_from_xy(*places), crs=4490)
    frame.to_crs(4548).to_file(tmp_path / "a.gpkg")
    preview = preview_datums(take_sample(tmp_path / "a.gpkg"), study, asked=["epsg 32650"])
    assert preview.own == "EPSG:4548"
    assert preview.readings[0].datums == ("wgs84", "cgcs2000", "EPSG:4548")
    assert preview.readings[0].in_targets == 0.75
    assert isinstance(preview.reading_of("EPSG:32650").refusal, DatumConflict)
    assert preview.reading_of("gcj02").in_targets < 0.6


def test_geojson_says_nothing_of_its_datum(tmp_path, study, places):
    points = [
        {"type": "Feature", "properties": {"date": "2024-03-01"}, "geometry": {"type": "Point", "coordinates": xy}}
        for xy in zip(*map(list, places), strict=True)
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": points}))
    preview = preview_datums(take_sample(tmp_path / "a.geojson"), study)
    assert preview.own == ""
    assert shares(preview)["wgs84"] == (1.0, 0.75)


def test_a_datum_that_cannot_be_converted_exactly_is_shown_as_refused(tmp_path, study, places):
    preview = preview_datums(csv(tmp_path / "a.csv", *places), study, asked=["EPSG:2433"])
    assert isinstance(preview.reading_of("EPSG:2433").refusal, BallparkTransform)
    with pytest.raises(UnknownDatum):
        preview_datums(take_sample(tmp_path / "a.csv"), study, asked=["mars"])


def test_without_coordinates_there_is_no_preview(tmp_path, study, places):
    sample = csv(tmp_path / "a.csv", *places, headers=("东", "lat"))
    with pytest.raises(MissingColumn, match="longitude"):
        preview_datums(sample, study)


def test_nothing_known_of_the_county_is_no_fault(tmp_path, places):
    bare = study_of([], [])
    preview = preview_datums(csv(tmp_path / "a.csv", *places), bare)
    assert set(shares(preview).values()) == {(None, None)}
    assert abs(frame_of(bare, preview.readings).center_longitude - 117.4) < 0.2
    empty = preview_datums(csv(tmp_path / "b.csv", [], []), bare)
    assert [reading.n_placed for reading in empty.readings] == [0] * 4
    assert projected_systems(bare) == ()


def test_a_dry_run_tells_every_row_and_writes_the_rejects(tmp_path, study, places):
    x, y = wgs84_to_gcj02(*places)
    csv(tmp_path / "a.csv", [*x, "", 130.0], [*y, 40.0, 40.0])
    report = dry_run(
        tmp_path / "a.csv",
        datum="gcj02",
        timezone="Asia/Shanghai",
        study_area=study.study_area,
        rejects=tmp_path / "r.csv",
    )
    assert (report.n_read, report.n_kept, report.n_rejected) == (22, 20, 2)
    assert len((tmp_path / "r.csv").read_text("utf-8-sig").splitlines()) == 3
    nowhere = dry_run(tmp_path / "a.csv", datum="gcj02", timezone="Asia/Shanghai", study_area=shapely.Polygon())
    assert nowhere.n_kept == 21


def test_metres_under_a_datum_of_degrees_are_refused_row_by_row(tmp_path):
    csv(tmp_path / "a.csv", [500_000.0], [4_400_000.0], ("x", "y"))
    report = dry_run(tmp_path / "a.csv", datum="gcj02", timezone="UTC")
    assert report.n_rejected == 1
    with pytest.raises(NotDegrees):
        dry_run(tmp_path / "a.csv", datum=None, timezone="UTC")
