import csv
import gzip
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_zhengzhi.crs import gcj02_to_wgs84, wgs84_to_gcj02
from geo_zhengzhi.errors import (
    ArchiveTooLarge,
    ContentMismatch,
    DatumConflict,
    DatumNotDeclared,
    FileMissing,
    InvalidParameter,
    LineTooLong,
    MissingColumn,
    NoHeader,
    NotDegrees,
    NulByte,
    TooManyColumns,
    UnclosedQuote,
    UnknownDatum,
    UnknownIncidentFormat,
    UnreadableFeatures,
    WrongBytes,
)
from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.io.report import write_rejects
from geo_zhengzhi.schema import INCIDENT_COLUMNS
from geo_zhengzhi.words import translator

DATA = Path(__file__).parent / "data"
NYC, MEMPHIS = DATA / "nyc", DATA / "memphis"
HEADER = "案件编号,案件类别,发案时间,经度,纬度"
COUNTY = shapely.box(117.0, 39.8, 118.0, 40.4)


def write(path, *lines, encoding="utf-8", newline="\n"):
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def read_lines(tmp_path, *lines, header=HEADER, **options):
    """Rows of a CSV in WGS-84 near Jizhou, unless told otherwise."""
    return read_incidents(write(tmp_path / "in.csv", header, *lines), **{"datum": "wgs84"} | options)


def reasons(report):
    return dict(zip(report.rejects["line"], report.rejects["reason_en"], strict=True))


def span(frame, row=0):
    """The beginning of a row's time and how long it is, local."""
    return str(frame["occurred_from"].iloc[row])[:16], frame["occurred_to"].iloc[row] - frame["occurred_from"].iloc[row]


# --- what comes out


def test_a_plain_file_becomes_the_columns_of_the_contract(tmp_path):
    frame, report = read_lines(tmp_path, "A1,入室盗窃,2024-03-01 08:05,117.4,40.04", "A2,fraud,2024-03-02,117.41,40.05")
    assert tuple(frame.columns) == INCIDENT_COLUMNS
    assert frame["incident_id"].tolist() == ["A1", "A2"]
    assert frame["category"].tolist() == ["入室盗窃", "诈骗"]
    assert frame["weight"].tolist() == [1.0, 1.0]
    assert frame["occurred_from"].dtype == "datetime64[us, Asia/Shanghai]"
    assert str(frame["occurred_from"][0]) == "2024-03-01 08:05:00+08:00"
    assert frame["occurred_to"][0] == frame["occurred_from"][0]
    assert frame[["longitude", "latitude"]].to_numpy().tolist() == [[117.4, 40.04], [117.41, 40.05]]
    assert (report.n_read, report.n_kept, report.n_duplicates, report.n_rejected) == (2, 2, 0, 0)
    assert report.datum_declared
    assert report.encoding == "UTF-8"
    assert len(report.sha256) == 64


def test_a_header_alone_gives_no_incidents(tmp_path):
    frame, report = read_lines(tmp_path)
    assert tuple(frame.columns) == INCIDENT_COLUMNS
    assert len(frame) == report.n_read == 0
    assert frame["occurred_from"].dtype == "datetime64[us, Asia/Shanghai]"


def test_a_gb18030_file_in_gcj02_with_chinese_headers_is_read(tmp_path):
    true_lon, true_lat = np.array([117.39, 117.41]), np.array([40.02, 40.05])
    lon, lat = wgs84_to_gcj02(true_lon, true_lat)
    lines = [
        f"A{i},入室盗窃,2024年3月{i + 1}日 8时5分,{float(lon[i])!r},{float(lat[i])!r},渔阳镇㐂街" for i in range(2)
    ]
    path = write(tmp_path / "警情.csv", HEADER + ",地址", *lines, encoding="gb18030", newline="\r\n")
    frame, report = read_incidents(path, datum="gcj02")
    assert report.encoding == "GB18030"
    assert report.datum == "gcj02"
    np.testing.assert_allclose(frame["longitude"], true_lon, atol=1e-9, rtol=0)
    np.testing.assert_allclose(frame["latitude"], true_lat, atol=1e-9, rtol=0)
    assert [c.header for c in report.dropped_columns] == ["地址"]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 (BOM)"), ("gb18030", "GB18030"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends_are_found(tmp_path, encoding, told, delimiter, newline):
    rows = [HEADER, "A1,盗窃,2024-03-01 08:05,117.4,40.04", "A2,盗窃,2024-03-01 08:05,坏,40.04"]
    path = write(tmp_path / "in.csv", *(r.replace(",", delimiter) for r in rows), encoding=encoding, newline=newline)
    frame, report = read_incidents(path, datum="wgs84")
    assert (report.encoding, report.delimiter) == (told, delimiter)
    assert frame["category"].tolist() == ["盗窃"]
    assert list(reasons(report)) == [3]


# --- one frame from every format


def sample():
    at = pd.date_range("2024-03-01 08:05", periods=4, freq="31h", tz="Asia/Shanghai").as_unit("us")
    return pd.DataFrame(
        {
            "incident_id": ["A1", "A2", "A3", "A4"],
            "category": ["盗窃", "诈骗", "入室盗窃", "电梯困人"],
            "occurred_from": at,
            "occurred_to": at + pd.to_timedelta([0, 0, 3600, 60], unit="s"),
            "weight": [1.0, 2.5, 0.0, 3.0],
            "longitude": [117.4, 117.41, 117.42, 117.4300001],
            "latitude": [40.01, 40.02, 40.03, 40.04],
        }
    )[list(INCIDENT_COLUMNS)]


def as_points(frame):
    points = gpd.points_from_xy(frame["longitude"], frame["latitude"], crs="EPSG:4326")
    plain = frame.drop(columns=["longitude", "latitude"])
    for column in ("occurred_from", "occurred_to"):
        plain[column] = plain[column].map(lambda at: at.isoformat())
    return gpd.GeoDataFrame(plain, geometry=points)


def save_csv(frame, folder):
    frame.to_csv(folder / "a.csv", index=False)
    return folder / "a.csv"


def save_tsv_gz(frame, folder):
    frame.to_csv(folder / "a.tsv.gz", index=False, sep="\t")
    return folder / "a.tsv.gz"


def save_xlsx(frame, folder):
    local = frame.assign(**{c: frame[c].dt.tz_localize(None) for c in ("occurred_from", "occurred_to")})
    local.to_excel(folder / "a.xlsx", index=False)
    return folder / "a.xlsx"


def save_parquet(frame, folder):
    frame.to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def save_geoparquet(frame, folder):
    as_points(frame).to_parquet(folder / "a.geoparquet")
    return folder / "a.geoparquet"


def save_geoarrow(frame, folder):
    as_points(frame).to_parquet(folder / "b.parquet", geometry_encoding="geoarrow")
    return folder / "b.parquet"


def save_geojson(frame, folder):
    as_points(frame).to_file(folder / "a.geojson", driver="GeoJSON")
    return folder / "a.geojson"


def save_gpkg(frame, folder):
    as_points(frame).to_file(folder / "a.gpkg")
    return folder / "a.gpkg"


def save_shapefile(frame, folder):
    short = {"incident_id": "id", "occurred_from": "date_start", "occurred_to": "date_end"}
    as_points(frame).rename(columns=short).to_file(folder / "a.shp", encoding="utf-8")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for part in folder.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    return folder / "a.zip"


@pytest.mark.parametrize(
    "save",
    [
        save_csv, save_tsv_gz, save_xlsx, save_parquet, save_geoparquet, save_geoarrow, save_geojson, save_gpkg,
        save_shapefile,
    ],
)  # fmt: skip
def test_every_format_gives_the_same_frame(tmp_path, save):
    expected = sample()
    frame, report = read_incidents(save(expected, tmp_path), datum="wgs84")
    pd.testing.assert_frame_equal(frame, expected, check_exact=True)
    assert (report.n_read, report.n_kept) == (4, 4)
    assert report.unknown_categories == {"电梯困人": 1}


@pytest.mark.parametrize(
    "save", [save_csv, save_xlsx, save_parquet, save_geoparquet, save_geojson, save_gpkg, save_shapefile]
)
def test_no_format_is_read_in_china_without_its_datum(tmp_path, save):
    with pytest.raises(DatumNotDeclared, match="--datum"):
        read_incidents(save(sample(), tmp_path))


def test_the_projected_system_of_a_file_is_enough_elsewhere(tmp_path):
    frame = sample().assign(longitude=[-73.9, -73.91, -73.92, -73.93], latitude=[40.7, 40.71, 40.72, 40.73])
    as_points(frame).to_crs("EPSG:2263").to_file(tmp_path / "feet.gpkg")
    found, report = read_incidents(tmp_path / "feet.gpkg")
    np.testing.assert_allclose(found["longitude"], frame["longitude"], atol=1e-6)
    np.testing.assert_allclose(found["latitude"], frame["latitude"], atol=1e-6)
    assert report.datum == "EPSG:2263"
    assert report.datum_declared


def test_a_declared_datum_that_contradicts_the_file_is_refused(tmp_path):
    as_points(sample()).to_crs("EPSG:4549").to_file(tmp_path / "a.gpkg")
    with pytest.raises(DatumConflict):
        read_incidents(tmp_path / "a.gpkg", datum="EPSG:2263")


def test_geometries_that_are_no_points_are_rejected_and_lone_multipoints_are_points(tmp_path):
    frame = as_points(sample())
    frame.geometry = [
        shapely.MultiPoint([(117.4, 40.0)]),
        shapely.LineString([(117, 40), (118, 40)]),
        None,
        shapely.Point(117.1, 40.1),
    ]
    frame.to_parquet(tmp_path / "a.parquet")
    found, report = read_incidents(tmp_path / "a.parquet", datum="wgs84")
    assert found["incident_id"].tolist() == ["A1", "A4"]
    assert reasons(report) == {2: "The geometry is not one point.", 3: "Longitude or latitude is empty."}


# --- time


@pytest.mark.parametrize(
    ("text", "begins", "length"),
    [
        ("2024-03-01", "2024-03-01 00:00", timedelta(days=1)),
        ("2024-03-01 00:00", "2024-03-01 00:00", timedelta(0)),
        ("2024-03-01T00:05:00Z", "2024-03-01 08:05", timedelta(0)),
        ("45352", "2024-03-01 00:00", timedelta(days=1)),
    ],
)
def test_a_day_is_its_24_hours_and_an_instant_has_no_length(tmp_path, text, begins, length):
    frame, _ = read_lines(tmp_path, f"A1,盗窃,{text},117.4,40.0")
    assert span(frame) == (begins, length)


def test_an_interval_comes_from_its_two_bounds(tmp_path):
    frame, report = read_lines(
        tmp_path,
        "2024-03-01 20:00,2024-03-02 07:00,117.4,40.0",
        "2024-03-01,2024-03-02,117.4,40.0",
        "2024-03-01 20:00,2024-03-01 20:00,117.4,40.0",
        "2024-03-01 20:00,,117.4,40.0",
        ",2024-03-02 07:00,117.4,40.0",
        "2024-03-02 07:00,2024-03-01 20:00,117.4,40.0",
        ",,117.4,40.0",
        header="发案时间上限,发案时间下限,经度,纬度",
    )
    assert [span(frame, i) for i in range(5)] == [
        ("2024-03-01 20:00", timedelta(hours=11)),
        ("2024-03-01 00:00", timedelta(days=2)),
        ("2024-03-01 20:00", timedelta(0)),
        ("2024-03-01 20:00", timedelta(0)),
        ("2024-03-02 07:00", timedelta(0)),
    ]
    assert reasons(report) == {7: "The interval ends before it begins.", 8: "The time is empty."}


def test_the_time_of_report_stands_in_only_where_there_is_no_other(tmp_path):
    frame, report = read_lines(tmp_path, "2024-03-01 08:00,117.4,40.0", header="报警时间,经度,纬度")
    assert span(frame)[0] == "2024-03-01 08:00"
    assert any("time of report" in note.text(str) for note in report.notes)
    frame, _ = read_lines(
        tmp_path, "2024-03-01 08:00,2024-03-01 07:00,117.4,40.0", header="报警时间,发案时间,经度,纬度"
    )
    assert span(frame)[0] == "2024-03-01 07:00"


def test_times_that_are_none_are_rejected_with_their_reasons(tmp_path):
    _, report = read_lines(
        tmp_path, "A1,盗窃,1709251500,117.4,40.0", "A2,盗窃,03/04/2024,117.4,40.0", "A3,盗窃,,117.4,40.0"
    )
    assert [r.split(";")[0] for r in reasons(report).values()] == [
        "The time is a bare count of seconds or milliseconds, whose clock nobody can tell",
        "The time cannot be read",
        "The time is empty.",
    ]


def midnights(n_midnight, n_full_hours_each):
    """Times with a number at 00:00 and a number at every other full hour."""
    times = ["2024-03-01 00:00"] * n_midnight
    times += [f"2024-03-02 {hour:02d}:00" for hour in range(1, 24) for _ in range(n_full_hours_each)]
    return [f"A{i},盗窃,{at},117.4,40.0" for i, at in enumerate(times)]


@pytest.mark.parametrize(
    ("n_midnight", "n_full_hours_each", "suspicious"),
    [(10, 3, True), (9, 2, False), (2, 0, False), (3, 0, True), (12, 4, False), (13, 4, True)],
)
def test_midnights_are_days_from_ten_and_three_times_their_share_or_from_three_alone(
    tmp_path, n_midnight, n_full_hours_each, suspicious
):
    frame, report = read_lines(tmp_path, *midnights(n_midnight, n_full_hours_each))
    assert span(frame)[1] == (timedelta(days=1) if suspicious else timedelta(0))
    assert span(frame, len(frame) - 1)[1] == timedelta(0) or n_full_hours_each == 0
    assert any("exactly 00:00" in note.text(str) for note in report.notes) == suspicious


@pytest.mark.parametrize(("n", "hours"), [(9, 6), (10, 30)])
def test_nine_intervals_that_end_at_midnight_end_there_and_ten_take_the_day_in(tmp_path, n, hours):
    rows = [f"A{i},盗窃,2024-03-{i + 1:02d} 18:00,2024-03-{i + 2:02d} 00:00,117.4,40.0" for i in range(n)]
    frame, _ = read_lines(tmp_path, *rows, header="编号,类别,发案时间上限,发案时间下限,经度,纬度")
    assert span(frame)[1] == timedelta(hours=hours)


def test_new_york_s_clocks_set_back_and_forward_have_one_rule_and_are_counted(tmp_path):
    frame, report = read_lines(
        tmp_path,
        "A1,盗窃,2024-11-03 01:30,-73.9,40.7",  # twice: the first, summer time
        "A2,盗窃,2024-03-10 02:30,-73.9,40.7",  # never: the next that is, 03:00
        "A3,盗窃,2024-11-03,-73.9,40.7",  # a day of 25 hours
        "A4,盗窃,2024-03-10,-73.9,40.7",  # a day of 23
        timezone="America/New_York",
        datum=None,
    )
    assert [str(at) for at in frame["occurred_from"][:2]] == ["2024-11-03 01:30:00-04:00", "2024-03-10 03:00:00-04:00"]
    assert [span(frame, i)[1] for i in (2, 3)] == [timedelta(hours=25), timedelta(hours=23)]
    said = " ".join(note.text(str) for note in report.notes)
    assert "1 local times occur twice" in said
    assert "1 local times do not exist" in said


def test_an_unknown_zone_is_refused(tmp_path):
    with pytest.raises(InvalidParameter, match="Mars/Olympus"):
        read_lines(tmp_path, timezone="Mars/Olympus")


def test_incidents_in_the_future_are_kept_and_told(tmp_path):
    frame, report = read_lines(tmp_path, "A1,盗窃,2999-01-01 10:00,117.4,40.0")
    assert len(frame) == 1
    assert any("future" in note.text(str) for note in report.notes)


# --- place


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (",40.0", "Longitude or latitude is empty."),
        ("117.4,NaN", "Longitude or latitude is empty."),
        ("117.4,inf", "Longitude or latitude is not a number."),
        ("117.4,四十", "Longitude or latitude is not a number."),
        ("0,0", "The coordinates are (0, 0), which stands for a place that is withheld."),
        ("0.0,-0.0", "The coordinates are (0, 0), which stands for a place that is withheld."),
        ("180.1,40.0", "Longitude lies beyond ±180 or latitude beyond ±90 degrees."),
        ("117.4,-90.1", "Longitude lies beyond ±180 or latitude beyond ±90 degrees."),
        ("40.0,117.4", "Longitude and latitude are swapped: the other way round the place would be possible."),
    ],
)
def test_places_that_are_none_are_rejected_with_their_reasons(tmp_path, place, reason):
    frame, report = read_lines(tmp_path, f"A1,盗窃,2024-03-01 08:00,{place}", "A2,盗窃,2024-03-01 08:00,+117.4,40")
    assert frame["incident_id"].tolist() == ["A2"]
    assert reasons(report) == {2: reason}


def test_the_poles_and_the_date_line_are_places(tmp_path):
    frame, _ = read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,180,90", "A2,盗窃,2024-03-01 08:00,-180,-90")
    assert len(frame) == 2


def test_one_row_in_china_is_enough_to_ask_for_the_datum(tmp_path):
    rows = ["A1,盗窃,2024-03-01 08:00,-73.9,40.7"] * 3
    _, report = read_lines(tmp_path, *rows, datum=None)
    assert not report.datum_declared
    with pytest.raises(DatumNotDeclared, match=r"in\.csv touches China"):
        read_lines(tmp_path, *rows, "A2,盗窃,2024-03-01 08:00,117.4,40.0", datum=None)


def test_a_datum_that_does_not_exist_is_refused_before_the_file_is_read(tmp_path):
    with pytest.raises(UnknownDatum):
        read_incidents(tmp_path / "missing.csv", datum="gps")


def test_projected_coordinates_are_read_with_their_declared_system(tmp_path):
    # 117.4 E 40.0 N in the three-degree zone of 117 E, by hand-made projection of the test
    x, y = pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True).transform(117.4, 40.0)
    frame, report = read_lines(
        tmp_path, f"A1,2024-03-01 08:00,{x},{y}", header="id,发案时间,坐标X,坐标Y", datum="epsg 4548"
    )
    np.testing.assert_allclose(frame[["longitude", "latitude"]].to_numpy(), [[117.4, 40.0]], atol=1e-9)
    assert report.datum == "EPSG:4548"


def test_metres_without_their_system_are_refused(tmp_path):
    with pytest.raises(NotDegrees, match="EPSG:n"):
        read_lines(tmp_path, "A1,2024-03-01 08:00,534000.0,4428000.0", header="id,发案时间,x,y", datum=None)


def test_rows_outside_the_study_area_are_rejected_with_their_distance(tmp_path):
    frame, report = read_lines(
        tmp_path,
        "A1,盗窃,2024-03-01 08:00,117.0,40.0",  # on the outline
        "A2,盗窃,2024-03-01 08:00,116.9999,40.0",  # 8.5 m outside
        "A3,盗窃,2024-03-01 08:00,117.5,40.5",  # 0.1 degrees of latitude, 11.1 km
        "A4,盗窃,2024-03-01 08:00,40.0,117.5",
        study_area=COUNTY,
    )
    assert frame["incident_id"].tolist() == ["A1"]
    assert reasons(report) == {
        3: "The place lies 0.0 km outside the study area.",
        4: "The place lies 11.1 km outside the study area.",
        5: "Longitude and latitude are swapped: the other way round the place would be possible.",
    }
    assert any("--map longitude=纬度 --map latitude=经度" in note.text(str) for note in report.notes)


def test_a_study_area_that_is_a_line_is_refused_and_an_empty_one_is_none(tmp_path):
    row = "A1,盗窃,2024-03-01 08:00,117.4,40.0"
    with pytest.raises(InvalidParameter, match="study_area = LineString"):
        read_lines(tmp_path, row, study_area=COUNTY.boundary)
    frame, _ = read_lines(tmp_path, row, study_area=shapely.Polygon())
    assert len(frame) == 1


def test_swapped_new_york_is_recognised_against_the_study_area_and_the_remedy_works(tmp_path):
    rows = ["A1,盗窃,2024-03-01 08:00,40.7,-73.9"]
    options = {"study_area": shapely.box(-74.3, 40.4, -73.6, 41.0), "datum": None, "timezone": "America/New_York"}
    frame, report = read_lines(tmp_path, *rows, **options)
    assert len(frame) == 0
    assert "swapped" in reasons(report)[2]
    frame, _ = read_lines(tmp_path, *rows, mapping={"longitude": "纬度", "latitude": "经度"}, **options)
    assert frame[["longitude", "latitude"]].to_numpy().tolist() == [[-73.9, 40.7]]


@pytest.mark.parametrize(
    ("datum", "place", "x", "y"),
    [
        ("EPSG:4549", (117.4, 40.0), "坐标x", "坐标y"),  # surveyors write x for north
        ("EPSG:4528", (117.4, 40.0), "坐标x", "坐标y"),  # with the zone's number before the easting: not convertible
        ("EPSG:2263", (-73.9, 40.7), "x_coord", "y_coord"),  # feet, and an area of use
    ],
)
def test_swapped_metres_are_recognised_against_the_study_area_and_the_remedy_works(tmp_path, datum, place, x, y):
    easting, northing = pyproj.Transformer.from_crs(4326, datum, always_xy=True).transform(*place)
    rows = [f"A{i},盗窃,2024-03-01 08:00,{northing},{easting}" for i in range(2)]
    options = {"study_area": shapely.Point(place).buffer(0.2), "datum": datum, "header": f"编号,类别,发案时间,{x},{y}"}
    frame, report = read_lines(tmp_path, *rows, **options)
    assert len(frame) == 0
    assert all("swapped" in reason for reason in reasons(report).values())
    assert any(f"--map x={y} --map y={x}." in note.text(str) for note in report.notes)
    frame, _ = read_lines(tmp_path, *rows, mapping={"x": y, "y": x}, **options)
    np.testing.assert_allclose(frame[["longitude", "latitude"]].to_numpy(), [place, place], atol=1e-5)


# --- identity


def test_the_same_number_with_the_same_content_is_a_duplicate(tmp_path):
    frame, report = read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0", " A1 ,theft,2024/3/1 8:00,117.40,40.00")
    assert frame["incident_id"].tolist() == ["A1"]
    assert (report.n_read, report.n_kept, report.n_duplicates, report.n_rejected) == (2, 1, 1, 0)


@pytest.mark.parametrize(
    "other",
    ["盗窃,2024-03-01 08:01,117.4,40.0", "诈骗,2024-03-01 08:00,117.4,40.0", "盗窃,2024-03-01 08:00,117.4000001,40.0"],
)
def test_the_same_number_with_other_content_is_rejected_and_the_first_kept(tmp_path, other):
    frame, report = read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0", f"A1,{other}")
    assert frame["longitude"].tolist() == [117.4]
    assert "line 2" in reasons(report)[3]


def test_a_rejected_row_is_not_the_first_of_its_number(tmp_path):
    frame, report = read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,,40.0", "A1,盗窃,2024-03-01 08:00,117.4,40.0")
    assert len(frame) == 1
    assert list(reasons(report)) == [2]


def test_rows_without_a_number_are_never_merged_and_get_the_same_one_every_time(tmp_path):
    rows = ["2024-03-01 08:00,117.4,40.0"] * 3
    frame, report = read_lines(tmp_path, *rows, header="发案时间,经度,纬度")
    assert frame["incident_id"].tolist() == [f"{report.sha256[:12]}-{i}" for i in (1, 2, 3)]
    again, _ = read_lines(tmp_path, *rows, header="发案时间,经度,纬度")
    assert again["incident_id"].tolist() == frame["incident_id"].tolist()


def test_blank_numbers_in_a_file_with_numbers_are_no_number(tmp_path):
    frame, report = read_lines(
        tmp_path, *[f"{i},盗窃,2024-03-01 08:00,117.4,40.0" for i in ("", "A1", " ", "NULL", "A1")]
    )
    assert len(frame) == 4
    assert frame["incident_id"].is_unique
    assert report.n_duplicates == 1
    assert any("3 rows have no number" in note.text(str) for note in report.notes)


rows_strategy = st.lists(
    st.tuples(
        st.sampled_from(["A1", "A2", "A3", "B123456", ""]),
        st.sampled_from(["盗窃", "诈骗", ""]),
        st.sampled_from(["2024-03-01 08:00", "2024/3/2", "坏", "", "1709251500"]),
        st.sampled_from(["117.4", "117.5", "0", "x", "", "200", "40.1"]),
        st.sampled_from(["40.0", "0", "", "117.4"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_strategy, use_area=st.booleans())
def test_every_row_is_kept_a_duplicate_or_rejected(tmp_path, rows, use_area):
    lines = [",".join(fields) + (",extra" if ragged else "") for *fields, ragged in rows]
    frame, report = read_lines(tmp_path, *lines, study_area=COUNTY if use_area else None)
    assert report.n_read == len(rows) == report.n_kept + report.n_duplicates + report.n_rejected
    assert len(frame) == report.n_kept
    assert frame["incident_id"].is_unique
    assert sum(report.reject_reasons.values()) == report.n_rejected
    assert set(report.rejects["line"]) <= set(range(2, len(rows) + 2))
    assert report.rejects["line"].is_unique


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)))
def test_the_order_of_the_file_does_not_change_what_is_kept(tmp_path, order):
    lines = [f"A{i % 6},盗窃,2024-03-0{i % 6 + 1} 08:00,{117 + i % 6 / 10},40.0" for i in range(7)] + [
        "A9,盗窃,,117,40"
    ]
    straight, first = read_lines(tmp_path, *lines)
    shuffled, second = read_lines(tmp_path, *[lines[i] for i in order])
    pd.testing.assert_frame_equal(
        straight.sort_values("incident_id", ignore_index=True), shuffled.sort_values("incident_id", ignore_index=True)
    )
    assert first.reject_reasons == second.reject_reasons
    assert first.n_duplicates == second.n_duplicates == 1


# --- weight and category


def test_weights_are_numbers_of_zero_or_more(tmp_path):
    frame, report = read_lines(
        tmp_path,
        *[f"2024-03-01 08:00,117.4,40.0,{w}" for w in ("0", "2.5", "", "-0.1", "inf", "重")],
        header="发案时间,经度,纬度,权重",
    )
    assert frame["weight"].tolist() == [0.0, 2.5, 1.0]
    assert list(reasons(report)) == [5, 6, 7]


def test_weights_are_at_most_a_million(tmp_path):
    frame, report = read_lines(
        tmp_path,
        *[f"2024-03-01 08:00,117.4,40.0,{w}" for w in ("1000000", "1000000.01", "1e300")],
        header="发案时间,经度,纬度,权重",
    )
    assert frame["weight"].tolist() == [1_000_000.0]
    assert list(reasons(report)) == [3, 4]
    assert report.reject_reasons == {"The weight is not a number from 0 to 1,000,000.": 2}
    assert "权重不是 0 到 1,000,000 的数。" in set(report.rejects["reason_zh"])


def test_a_category_of_more_than_two_hundred_characters_is_a_text_and_not_shown(tmp_path):
    at, beyond = "盗" * 200, "某人说" * 67
    frame, report = read_lines(
        tmp_path, *[f"A{i},{c},2024-03-01 08:00,117.4,40.0" for i, c in enumerate([at, beyond, f"{at}b", "盗窃"])]
    )
    assert frame["category"].tolist() == [at, "盗窃"]
    assert list(reasons(report)) == [3, 4]
    (told,) = report.reject_reasons
    assert told == "The category has more than 200 characters: it is a text, not a category."
    assert report.rejects["案件类别"].tolist() == ["…", "…"]
    assert report.unknown_categories == {at: 1}


def test_unknown_categories_are_kept_counted_and_told(tmp_path):
    frame, report = read_lines(
        tmp_path, *[f"A{i},{c},2024-03-01 08:00,117.4,40.0" for i, c in enumerate(["电梯困人", "走失", "电梯困人", ""])]
    )
    assert frame["category"].tolist() == ["电梯困人", "走失", "电梯困人", "未注明"]
    assert report.unknown_categories == {"电梯困人": 2, "走失": 1}


# --- persons

PERSONAL = ["张三丰", "11010519491231002X", "13800138000", "津A12345", "130503670401001", "Zhang"]


def test_persons_do_not_pass_the_door_in_any_column(tmp_path):
    header = "姓名,身份证号,案件编号,案件类别,发案时间,经度,纬度,简要案情,报警人电话"
    path = write(
        tmp_path / "in.csv",
        header,
        "张三丰,11010519491231002X,A1,盗窃,2024-03-01 08:00,117.4,40.0,张三丰报警,13800138000",
        "张三丰,11010519491231002X,11010519491231002X,盗窃 13800138000,2024-03-01 08:00,117.4,40.0,车牌津A12345,",
        "张三丰,130503670401001,13800138000,津A12345,张三丰,13800138000,张三丰,13800138000,13800138000",
        "张三丰,130503670401001,A4,津A12345,Zhang,117.4,40.0,,13800138000,又一列",
    )
    frame, report = read_incidents(path, datum="wgs84")
    write_rejects(report, tmp_path / "rejects.csv")
    out = frame.to_csv() + (tmp_path / "rejects.csv").read_text("utf-8-sig")
    out += json.dumps(report.to_dict(), ensure_ascii=False) + "\n".join(report.lines(translator("zh")))
    for personal in PERSONAL:
        assert personal not in out
    assert report.n_kept == 2
    assert frame["incident_id"].tolist() == ["A1", f"{report.sha256[:12]}-2"]
    assert frame["category"].tolist() == ["盗窃", "未注明"]
    dropped = {c.header: (c.why, c.n_values) for c in report.dropped_columns}
    assert dropped == {
        "姓名": ("name", 3),
        "身份证号": ("identity number", 3),
        "案件编号": ("identity number, phone or plate", 2),
        "案件类别": ("identity number, phone or plate", 2),
        "简要案情": ("identity number, phone or plate", 2),
        "报警人电话": ("phone", 2),
    }


def test_case_numbers_that_look_like_identity_numbers_stay_numbers(tmp_path):
    numbers = [f"120225202403{day:02d}{serial:04d}" for day in range(1, 29) for serial in range(4)]
    frame, report = read_lines(tmp_path, *[f"{n},盗窃,2024-03-01 08:00,117.4,40.0" for n in numbers])
    assert frame["incident_id"].tolist() == numbers
    assert report.dropped_columns == ()


# --- rejects


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    _, report = read_lines(
        tmp_path,
        'A1,"盗窃\n两行",2024-03-01 08:00,117.4,40.0',
        "",
        "A2,盗窃,2024-03-01 08:00,,40.0",  # line 5
        "A3,盗窃,2024-03-01 08:00,117.4,40.0,多一列",  # line 6
        'A4,"带""引号""的\n\n三行",坏,117.4,40.0',  # lines 7 to 9
        "A5",  # line 10
        'A6,5" 管,2024-03-01 08:00,x,40.0',  # a quote inside a field opens nothing
    )
    assert list(reasons(report)) == [5, 6, 7, 10, 11]
    assert reasons(report)[6] == "The row has 6 fields, more or fewer than the header."


def test_rejects_are_told_in_both_languages_and_hold_the_fields_that_were_read(tmp_path):
    _, report = read_lines(tmp_path, "A1,=cmd(),2024-03-01 08:00,-73.9,坏", datum=None)
    path = write_rejects(report, tmp_path / "out" / "rejects.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
    assert row["line"] == "2"
    assert row["reason_zh"] == "经度或纬度不是数字。"
    assert row["reason_en"] == "Longitude or latitude is not a number."
    assert row["案件编号"] == "A1"
    assert row["案件类别"] == "'=cmd()"  # a spreadsheet must not run it
    assert row["纬度"] == "…"  # words in a column of numbers may be a name


def test_the_report_speaks_both_languages_and_json(tmp_path):
    _, report = read_lines(tmp_path, "A1,盗窃,2024-03-01,117.4,40.0", "A2,盗窃,,117.4,40.0")
    assert "read 2 = kept 1 + duplicates 0 + rejected 1" in report.lines(translator("en"))
    assert "读取 2 = 保留 1 + 重复 0 + 退回 1" in report.lines(translator("zh"))
    assert "1 × 时间为空。" in report.lines(translator("zh"))
    told = json.loads(json.dumps(report.to_dict(), ensure_ascii=False))
    assert (told["n_read"], told["n_kept"], told["reject_reasons"]) == (2, 1, {"The time is empty.": 1})
    assert told["mapping"]["longitude"] == "经度"


def test_progress_is_told_from_nought_to_one(tmp_path):
    told = []
    read_lines(tmp_path, progress=lambda stage, fraction: told.append((stage, fraction)))
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


# --- hostile and broken files


def test_broken_utf8_is_refused_with_its_line(tmp_path):
    good = [HEADER, *["A1,盗窃,2024-03-01 08:00,117.4,40.0"] * 5]
    data = ("\n".join(good) + "\n").encode() + b"A9,\xff\xfe,2024-03-01 08:00,117.4,40.0\n"
    (tmp_path / "in.csv").write_bytes(data)
    with pytest.raises(WrongBytes, match=r"is UTF-8 except for bytes in line 7"):
        read_incidents(tmp_path / "in.csv", datum="wgs84")


def test_bytes_that_are_no_gb18030_are_refused_with_their_line(tmp_path):
    data = (HEADER + "\nA1,盗窃\n").encode("gb18030") + b"A2,\xff\xff\n"
    (tmp_path / "in.csv").write_bytes(data)
    with pytest.raises(WrongBytes, match="is GB18030 except for bytes in line 3"):
        read_incidents(tmp_path / "in.csv", datum="wgs84")


def test_a_nul_byte_is_refused_with_its_line(tmp_path):
    with pytest.raises(NulByte, match="line 3"):
        read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0", "A2,\0,,,")


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused(tmp_path, content):
    (tmp_path / "in.csv").write_text(content, "utf-8")
    with pytest.raises(NoHeader):
        read_incidents(tmp_path / "in.csv")


def test_a_line_of_ten_megabytes_is_refused_with_its_line(tmp_path):
    with pytest.raises(LineTooLong, match="line 3"):
        read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0", "x" * 10_000_000)
    with pytest.raises(LineTooLong, match="line 1"):
        read_lines(tmp_path, header="x" * 10_000_000)


def test_a_quotation_mark_that_swallows_the_file_is_refused_with_its_line(tmp_path):
    row = "A1,盗窃,2024-03-01 08:00,117.4,40.0"
    for n_rows in (2, 300_000):
        with pytest.raises(UnclosedQuote, match="row of line 3"):
            read_lines(tmp_path, row, 'A0,"盗窃,2024-03-01 08:00,117.4,40.0', *[row] * n_rows)
    with pytest.raises(UnclosedQuote, match="row of line 2"):
        read_lines(tmp_path, row + ',"备注', *[row] * 3, header=HEADER + ",备注")


def test_ten_thousand_columns_are_refused_and_a_thousand_are_not(tmp_path):
    with pytest.raises(TooManyColumns, match="10005 columns"):
        read_lines(tmp_path, header=HEADER + ",c" * 10_000)
    frame, _ = read_lines(tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0" + "," * 995, header=HEADER + ",c" * 995)
    assert len(frame) == 1


def test_missing_times_and_places_are_told_with_the_headers(tmp_path):
    with pytest.raises(MissingColumn, match="longitude is missing – found: 案件编号, 发案时间"):
        read_lines(tmp_path, header="案件编号,发案时间")
    with pytest.raises(MissingColumn, match="occurred_at is missing – found: 经度, 纬度"):
        read_lines(tmp_path, header="经度,纬度")


@pytest.mark.parametrize(
    ("name", "error"),
    [("a.xls", UnknownIncidentFormat), ("a", UnknownIncidentFormat), ("a.kml", UnknownIncidentFormat)],
)
def test_other_endings_are_refused_with_those_that_are_read(tmp_path, name, error):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(error, match=r"\.xlsx"):
        read_incidents(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(FileMissing):
        read_incidents(tmp_path / "a.csv")


def test_a_workbook_that_is_called_csv_is_refused(tmp_path):
    save_xlsx(sample(), tmp_path).rename(tmp_path / "a.csv")
    with pytest.raises(ContentMismatch):
        read_incidents(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
def test_damaged_files_are_refused(tmp_path, name):
    whole = (save_parquet if name.endswith("parquet") else save_xlsx)(sample(), tmp_path)
    data = bytearray(whole.read_bytes())
    for at in range(0, len(data) - 60, 7):
        data[at] ^= 0xFF
    whole.write_bytes(data)
    with pytest.raises(Exception, match=r"cannot be (read|unpacked)"):
        read_incidents(whole)


def test_a_packed_bomb_is_refused_before_it_fills_the_memory(tmp_path):
    with gzip.open(tmp_path / "a.csv.gz", "wb") as stream:
        stream.write(HEADER.encode() + b"\n")
        for _ in range(64):
            stream.write(b" " * 2**20)
    with pytest.raises(ArchiveTooLarge):
        read_incidents(tmp_path / "a.csv.gz")


def test_a_workbook_bomb_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 * 2**20))
    with pytest.raises(ArchiveTooLarge):
        read_incidents(tmp_path / "a.xlsx")


def test_a_workbook_with_entities_is_refused(tmp_path):
    whole = save_xlsx(sample(), tmp_path)
    with zipfile.ZipFile(whole) as source:
        members = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = b'<!DOCTYPE w [<!ENTITY a "aaaa">]>' + members[sheet].split(b"?>")[-1]
    with zipfile.ZipFile(whole, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
    with pytest.raises(UnreadableFeatures):
        read_incidents(whole, datum="wgs84")


# --- sheets


def workbook(path, *rows, formats=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in formats:
        book.active[cell].number_format = number_format
    book.save(path)
    return path


def test_a_title_above_the_header_and_blank_rows_are_passed_over(tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        ["蓟州区2024年警情统计表"],
        [],
        HEADER.split(","),
        ["A1", "盗窃", "2024-03-01 08:00", 117.4, 40.0],
        [],
        ["A2", "盗窃", "2024-03-01 08:00", None, 40.0],
    )
    frame, report = read_incidents(path, datum="wgs84")
    assert frame["incident_id"].tolist() == ["A1"]
    assert list(reasons(report)) == [6]


def test_dates_in_a_sheet_are_days_by_their_format_and_serials_are_dates(tmp_path):
    day = pd.Timestamp("2024-03-01").to_pydatetime()
    path = workbook(
        tmp_path / "a.xlsx",
        HEADER.split(","),
        [1, "盗窃", day, 117.4, 40.0],
        [2, "盗窃", day, 117.4, 40.0],
        [3, "盗窃", 45352, 117.4, 40.0],
        [4, "盗窃", 45352.5, 117.4, 40.0],
        ["=1+4", "盗窃", day, 117.4, 40.0],
        formats=[("C2", "yyyy-mm-dd"), ("C3", "yyyy-mm-dd hh:mm"), ("C6", 'yyyy"年"m"月"d"日"')],
    )
    frame, report = read_incidents(path, datum="wgs84")
    assert [span(frame, i) for i in range(5)] == [
        ("2024-03-01 00:00", timedelta(days=1)),
        ("2024-03-01 00:00", timedelta(0)),
        ("2024-03-01 00:00", timedelta(days=1)),
        ("2024-03-01 12:00", timedelta(0)),
        ("2024-03-01 00:00", timedelta(days=1)),
    ]
    assert frame["incident_id"].tolist() == ["1", "2", "3", "4", f"{report.sha256[:12]}-5"]  # no value stored


# --- real files


def test_new_york_s_shootings_are_one_incident_however_many_victims():
    frame, report = read_incidents(NYC / "shootings_2006_on.csv.gz", timezone="America/New_York")
    assert (report.n_read, report.n_kept, report.n_duplicates, report.n_rejected) == (27939, 21874, 6024, 41)
    assert report.reject_reasons == {"Longitude or latitude is empty.": 41}
    assert frame["incident_id"].is_unique
    assert str(frame.set_index("incident_id").loc["228798151", "occurred_from"]) == "2021-05-27 21:30:00-04:00"
    raw = pd.read_csv(NYC / "shootings_2006_on.csv.gz", dtype={"incident_key": str})
    assert set(frame["incident_id"]) == set(raw.dropna(subset="longitude")["incident_key"])


def test_new_york_s_thefts_are_intervals_where_both_ends_are_known():
    frame, report = read_incidents(NYC / "vehicle_thefts_2014_2017.csv.gz", timezone="America/New_York")
    raw = pd.read_csv(NYC / "vehicle_thefts_2014_2017.csv.gz", dtype=str)
    assert report.n_read == report.n_kept == len(raw) == 35746
    has_length = (frame["occurred_to"] > frame["occurred_from"]).to_numpy()
    known = (raw["date_end"].notna() & (raw["date_end"] != raw["date_start"])).to_numpy()
    assert (has_length == known).all()
    local = frame["occurred_from"].dt.tz_localize(None)
    single = raw["date_end"].isna()
    assert (local[single] == pd.to_datetime(raw["date_single"][single])).all()
    assert report.dropped_columns == ()


def memphis_area():
    return shapely.union_all(shapely.make_valid(gpd.read_file(MEMPHIS / "precincts.geojson").geometry.to_numpy()))


def test_memphis_is_read_as_it_lies():
    frame, report = read_incidents(MEMPHIS / "robberies_2019.geojson", timezone="America/Chicago")
    assert (report.n_read, report.n_kept) == (2245, 2245)
    raw = gpd.read_file(MEMPHIS / "robberies_2019.geojson")
    np.testing.assert_array_equal(frame["longitude"], raw.geometry.x)
    np.testing.assert_array_equal(frame["latitude"], raw.geometry.y)
    assert frame["incident_id"].tolist() == raw["uid"].astype(str).tolist()


def test_memphis_with_swapped_axes_is_stopped_at_the_door(tmp_path):
    whole = json.loads((MEMPHIS / "robberies_2019.geojson").read_text())
    for feature in whole["features"]:
        feature["geometry"]["coordinates"].reverse()
    (tmp_path / "swapped.geojson").write_text(json.dumps(whole))
    area = shapely.box(-90.4, 34.9, -89.6, 35.4)
    straight, _ = read_incidents(MEMPHIS / "robberies_2019.geojson", timezone="America/Chicago", study_area=area)
    frame, report = read_incidents(tmp_path / "swapped.geojson", timezone="America/Chicago", study_area=area)
    assert len(straight) == 2245
    assert len(frame) == 0
    assert list(report.reject_reasons.values()) == [2245]
    assert any("2245 rows have longitude and latitude swapped" in note.text(str) for note in report.notes)


def test_the_caller_s_study_area_is_left_alone_and_memphis_lies_in_its_precincts():
    area = memphis_area()
    before = shapely.to_wkb(area)
    _, report = read_incidents(MEMPHIS / "robberies_2019.geojson", timezone="America/Chicago", study_area=area)
    assert shapely.to_wkb(area) == before
    assert report.n_kept > 2000


def test_gcj02_is_inverted_row_by_row_beside_rows_abroad(tmp_path):
    frame, _ = read_lines(
        tmp_path, "A1,盗窃,2024-03-01 08:00,117.4,40.0", "A2,盗窃,2024-03-01 08:00,-73.9,40.7", datum="gcj02"
    )
    lon, lat = gcj02_to_wgs84([117.4], [40.0])
    assert frame["longitude"].tolist() == [lon[0], -73.9]
    assert frame["latitude"].tolist() == [lat[0], 40.7]
