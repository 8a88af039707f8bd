"""The fence around GDAL: what it reads, and all that it must not."""

import http.server
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_zhengzhi import errors
from geo_zhengzhi.io import gdal
from geo_zhengzhi.io.gdal import Limits, read_features
from geo_zhengzhi.words import translator

DATA = Path(__file__).parent / "data"
SECRET = "the-secret-of-the-house"

VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>
<GeometryType>wkbPoint</GeometryType><GeometryField encoding="PointFromColumns" x="x" y="y"/>
</OGRVRTLayer></OGRVRTDataSource>"""

KML = """<?xml version="1.0" encoding="UTF-8"?>{doctype}
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{extra}
<Folder><name>目标</name><Placemark><name>武定苑</name>
<ExtendedData><Data name="级别"><value>市级</value></Data>
<Data name="牵头单位"><value>派出所</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>117,40,5 117.1,40,5 117.1,40.1,5 117,40,5</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></Folder><Folder><name>空</name></Folder></Document></kml>"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text(f"x,y,word\n1,2,{SECRET}\n")
    return path


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    squares = [shapely.box(117.4, 40.0, 117.41, 40.01), shapely.box(117.5, 40.1, 117.51, 40.11)]
    return gpd.GeoDataFrame({"名称": ["武定苑", "富裕家园"], "编号": ["001", "002"]}, geometry=squares, crs=4490)


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def point_geojson(**extra: object) -> str:
    feature = {"type": "Feature", "properties": {"名称": "点"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **extra}, ensure_ascii=False)


def ask_child(source: Path, driver: str, output: Path) -> dict[str, object]:
    """The child alone, without what the parent checks before."""
    request = {
        "source": str(source), "driver": driver, "layer": None, "output": str(output),
        "memory_bytes": 4 * 2**30, "cpu_seconds": 30,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-P", "-m", gdal.CHILD],
        input=json.dumps(request).encode(), capture_output=True, env=gdal._environment(driver, str(output.parent)),
        check=True,
    )  # fmt: skip
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


class TestReads:
    def test_geojson_comes_with_attributes_geometry_and_wgs84(self) -> None:
        features = read_features(DATA / "nyc" / "NTA.geo.json")
        assert len(features) == 195
        assert features.crs == 4326
        assert features["CountyFIPS"].iloc[0] == "047"
        assert features.geometry.notna().all()
        assert features.attrs == {"layer": "NTA.geo", "format": "GeoJSON", "says_crs": False}

    def test_times_stay_the_text_that_stands_in_the_file(self) -> None:
        features = read_features(DATA / "memphis" / "robberies_2019.geojson")
        assert features["date"].iloc[0] == "2019-01-01 01:30:00"

    def test_dates_and_times_of_a_geopackage_come_as_text(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        frame["at"] = pd.to_datetime(["2024-02-01 08:30", "2024-02-02 00:00"])
        frame.to_file(tmp_path / "a.gpkg")
        assert [str(t)[:16].replace("T", " ") for t in read_features(tmp_path / "a.gpkg")["at"]] == [
            "2024-02-01 08:30",
            "2024-02-02 00:00",
        ]

    def test_geopackage_comes_with_its_own_system_and_chinese_names(
        self, tmp_path: Path, frame: gpd.GeoDataFrame
    ) -> None:
        frame.to_file(tmp_path / "目标.gpkg", layer="目标")
        features = read_features(tmp_path / "目标.gpkg")
        assert features.crs == 4490
        assert features["名称"].tolist() == ["武定苑", "富裕家园"]
        assert features.attrs == {"layer": "目标", "format": "GeoPackage", "says_crs": True}
        assert features.geometry.geom_equals(frame.geometry).all()

    @pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
    @pytest.mark.parametrize("with_cpg", [True, False])
    def test_a_zipped_shapefile_comes_readable_with_and_without_cpg(
        self, tmp_path: Path, frame: gpd.GeoDataFrame, encoding: str, with_cpg: bool
    ) -> None:
        (tmp_path / "s").mkdir()
        frame.to_file(tmp_path / "s" / "目标.shp", encoding=encoding)
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for part in (tmp_path / "s").iterdir():
                if with_cpg or part.suffix != ".cpg":
                    archive.write(part, f"数据/{part.name}")
        features = read_features(tmp_path / "a.zip")
        assert features["名称"].tolist() == ["武定苑", "富裕家园"]
        assert features["编号"].tolist() == ["001", "002"]
        assert features.crs.to_epsg(min_confidence=20) == 4490
        assert features.attrs["layer"] == "a"

    def test_kml_comes_with_its_data_under_chinese_names(self, tmp_path: Path) -> None:
        features = read_features(write(tmp_path / "a.kml", KML.format(doctype="", extra="")))
        assert features["Name"].tolist() == ["武定苑"]
        assert features["级别"].tolist() == ["市级"]
        assert features["牵头单位"].tolist() == ["派出所"]
        assert features.crs == 4326
        assert features.attrs["says_crs"] is False

    def test_text_in_gb18030_is_read_as_such(self, tmp_path: Path) -> None:
        geojson = write(tmp_path / "a.geojson", point_geojson(), "gb18030")
        kml = write(
            tmp_path / "a.kml",
            KML.format(doctype="", extra="").replace('encoding="UTF-8"', "encoding='GB2312'"),
            "gb18030",
        )
        assert read_features(geojson)["名称"].tolist() == ["点"]
        assert read_features(kml)["Name"].tolist() == ["武定苑"]

    def test_a_byte_order_mark_does_not_matter(self, tmp_path: Path) -> None:
        assert len(read_features(write(tmp_path / "a.geojson", "\ufeff" + point_geojson()))) == 1
        assert len(read_features(write(tmp_path / "a.kml", "\ufeff" + KML.format(doctype="", extra="")))) == 1

    def test_a_feature_without_geometry_is_kept_as_none(self, tmp_path: Path) -> None:
        text = point_geojson()
        both = json.loads(text)
        both["features"].append({"type": "Feature", "properties": {"名称": "无"}, "geometry": None})
        features = read_features(write(tmp_path / "a.geojson", json.dumps(both)))
        assert features.geometry.isna().tolist() == [False, True]

    def test_a_property_called_geometry_or_like_the_wkb_does_not_disturb(self, tmp_path: Path) -> None:
        feature = {
            "type": "Feature",
            "properties": {"geometry": "text", "wkb_geometry": "text"},
            "geometry": {"type": "Point", "coordinates": [1, 2]},
        }
        path = write(tmp_path / "a.geojson", json.dumps({"type": "FeatureCollection", "features": [feature]}))
        features = read_features(path)
        assert features.geometry.iloc[0] == shapely.Point(1, 2)
        assert (features.drop(columns="geometry").iloc[0] == "text").all()

    def test_nothing_is_left_in_the_temporary_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        room = tmp_path / "room"
        room.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(room))
        read_features(write(tmp_path / "a.geojson", point_geojson()))
        assert list(room.iterdir()) == []


class TestLayers:
    def test_several_layers_are_named_and_one_can_be_asked_for(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        frame.to_file(tmp_path / "a.gpkg", layer="甲")
        frame.iloc[:1].to_file(tmp_path / "a.gpkg", layer="乙")
        with pytest.raises(errors.SeveralLayers, match=r"a\.gpkg holds 2 layers with features: 甲, 乙"):
            read_features(tmp_path / "a.gpkg")
        assert len(read_features(tmp_path / "a.gpkg", layer="乙")) == 1
        with pytest.raises(errors.UnknownLayer, match="丙"):
            read_features(tmp_path / "a.gpkg", layer="丙")

    def test_an_empty_second_layer_does_not_count(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        frame.to_file(tmp_path / "a.gpkg", layer="甲")
        frame.iloc[:0].to_file(tmp_path / "a.gpkg", layer="乙")
        assert len(read_features(tmp_path / "a.gpkg")) == 2

    def test_a_file_without_features_says_so(self, tmp_path: Path) -> None:
        kml = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>x</name></Document></kml>'
        with pytest.raises((errors.NoFeatures, errors.UnreadableFeatures)):
            read_features(write(tmp_path / "a.kml", kml))


class TestRefusesByNameAndContent:
    @pytest.mark.parametrize(
        "path", ["/vsicurl/http://127.0.0.1/a.geojson", "http://127.0.0.1/a.geojson", "/vsizip/a.zip/a.geojson", "."]
    )
    def test_a_path_that_is_no_file_is_refused_before_gdal(self, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gdal, "_ask_child", lambda *_: pytest.fail("GDAL was asked"))
        with pytest.raises(errors.FileMissing, match="is not a file"):
            read_features(path)

    def test_a_zip_inside_a_path_is_not_followed(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("a.geojson", point_geojson())
        with pytest.raises(errors.FileMissing):
            read_features(f"/vsizip/{tmp_path}/a.zip/a.geojson")

    @pytest.mark.parametrize("name", ["a.vrt", "a.csv", "a.shp", "a.kmz", "a"])
    def test_an_ending_that_is_not_listed_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(errors.UnknownFormat, match=r"\.geojson \.json \.gpkg \.zip \.kml"):
            read_features(write(tmp_path / name, point_geojson()))

    @pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.zip"])
    def test_a_vrt_under_another_name_is_refused_and_reads_nothing(
        self, tmp_path: Path, secret: Path, name: str
    ) -> None:
        with pytest.raises(errors.ContentMismatch) as caught:
            read_features(write(tmp_path / name, VRT.format(secret=secret)))
        assert SECRET not in str(caught.value)

    def test_a_vrt_named_kml_is_refused_and_reads_nothing(self, tmp_path: Path, secret: Path) -> None:
        with pytest.raises(errors.ContentMismatch, match="KML") as caught:
            read_features(write(tmp_path / "a.kml", VRT.format(secret=secret)))
        assert SECRET not in str(caught.value)

    def test_the_vrt_is_a_real_one_that_gdal_alone_would_follow(self, tmp_path: Path, secret: Path) -> None:
        trap = write(tmp_path / "a.geojson", VRT.format(secret=secret))
        assert gpd.read_file(trap)["word"].tolist() == [SECRET]

    @pytest.mark.parametrize("driver", ["GeoJSON", "GPKG", "ESRI Shapefile", "LIBKML"])
    def test_even_without_the_checks_before_the_child_reads_no_vrt(
        self, tmp_path: Path, secret: Path, driver: str
    ) -> None:
        output = tmp_path / "out.arrow"
        answer = ask_child(write(tmp_path / "a.geojson", VRT.format(secret=secret)), driver, output)
        assert answer["error"] in ("UnreadableFeatures", "ContentMismatch")
        assert not output.exists()
        assert SECRET not in json.dumps(answer)

    def test_a_pipeline_that_looks_like_geojson_is_refused_and_reads_nothing(
        self, tmp_path: Path, secret: Path
    ) -> None:
        trap = json.dumps({"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}"})
        with pytest.raises(errors.UnreadableFeatures) as caught:
            read_features(write(tmp_path / "a.geojson", trap))
        assert SECRET not in str(caught.value)

    def test_other_json_is_refused(self, tmp_path: Path) -> None:
        topojson = '{"type":"Topology","objects":{},"arcs":[]}'
        for text in (topojson, '{"a": 1}', '{"type": "FeatureCollection", "features": ['):
            with pytest.raises(errors.UnreadableFeatures, match=r"a\.geojson cannot be read"):
                read_features(write(tmp_path / "a.geojson", text))

    def test_an_empty_file_is_refused(self, tmp_path: Path) -> None:
        for name in ("a.geojson", "a.kml", "a.gpkg", "a.zip"):
            with pytest.raises(errors.ContentMismatch):
                read_features(write(tmp_path / name, ""))

    def test_bytes_that_are_no_text_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.geojson").write_bytes(b'{"a": "\xff\xff"}')
        with pytest.raises(errors.NotText):
            read_features(tmp_path / "a.geojson")

    def test_a_file_is_read_at_the_size_limit_and_refused_one_byte_above(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.geojson", point_geojson())
        size = path.stat().st_size
        assert len(read_features(path, limits=Limits(file_bytes=size))) == 1
        with pytest.raises(errors.FileTooLarge):
            read_features(path, limits=Limits(file_bytes=size - 1))


class TestNoNetwork:
    def test_a_linked_coordinate_system_is_not_fetched(self, tmp_path: Path, listener: tuple[str, list[str]]) -> None:
        address, asked = listener
        crs = {"type": "link", "properties": {"href": f"{address}/crs", "type": "ogcwkt"}}
        url = {"type": "url", "properties": {"url": f"{address}/crs"}}
        for number, value in enumerate((crs, url)):
            read_features(write(tmp_path / f"{number}.geojson", point_geojson(crs=value)))
        assert asked == []

    def test_links_in_a_kml_are_not_fetched(self, tmp_path: Path, listener: tuple[str, list[str]]) -> None:
        address, asked = listener
        extra = (
            f"<NetworkLink><Link><href>{address}/a.kml</href></Link></NetworkLink>"
            f'<Style id="x"><IconStyle><Icon><href>{address}/i.png</href></Icon></IconStyle></Style>'
        )
        text = KML.format(doctype="", extra=extra).replace(
            "<Polygon>", f"<styleUrl>{address}/s.kml#x</styleUrl><Polygon>"
        )
        assert len(read_features(write(tmp_path / "a.kml", text))) == 1
        assert asked == []

    def test_a_network_path_in_the_child_reaches_nobody(self, tmp_path: Path, listener: tuple[str, list[str]]) -> None:
        address, asked = listener
        for path in (
            f"/vsicurl/{address}/a.geojson",
            f"/vsicurl_streaming/{address}/a.geojson",
            f"{address}/a.geojson",
        ):
            answer = ask_child(Path(path), "GeoJSON", tmp_path / "out.arrow")
            assert answer["error"] == "UnreadableFeatures"
        assert asked == []


class TestXml:
    @pytest.mark.parametrize(
        "doctype",
        [
            '<!DOCTYPE kml [<!ENTITY e SYSTEM "file://{secret}">]>',
            '<!DOCTYPE kml SYSTEM "file://{secret}">',
            '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
            '<!DOCTYPE kml [<!ENTITY % p SYSTEM "file://{secret}"> %p;]>',
        ],
    )
    def test_document_types_and_entities_are_refused(self, tmp_path: Path, secret: Path, doctype: str) -> None:
        text = KML.format(doctype=doctype.replace("{secret}", str(secret)), extra="").replace("武定苑", "&e;")
        with pytest.raises(errors.XmlEntities) as caught:
            read_features(write(tmp_path / "a.kml", text))
        assert SECRET not in str(caught.value)

    def test_broken_xml_is_refused_with_its_place(self, tmp_path: Path) -> None:
        with pytest.raises(errors.UnreadableFeatures, match="line 1"):
            read_features(write(tmp_path / "a.kml", "<kml><a></kml>"))


class TestGeoPackage:
    def change(self, path: Path, *statements: str) -> None:
        with sqlite3.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    def test_a_layer_that_is_a_view_is_refused(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        path = tmp_path / "a.gpkg"
        frame.to_file(path, layer="t")
        self.change(
            path,
            "DROP TRIGGER IF EXISTS trigger_delete_feature_count_t",
            "UPDATE gpkg_contents SET table_name = 'v', identifier = 'v'",
            "UPDATE gpkg_geometry_columns SET table_name = 'v'",
            "CREATE VIEW v AS SELECT fid, geom, (SELECT group_concat(sql) FROM sqlite_master) AS stolen FROM t",
        )
        with pytest.raises(errors.UnsafeGeoPackage, match="view v"):
            read_features(path)

    def test_a_foreign_virtual_table_is_refused(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        path = tmp_path / "a.gpkg"
        frame.to_file(path, layer="t")
        self.change(path, "CREATE VIRTUAL TABLE evil USING fts5(body)")
        with pytest.raises(errors.UnsafeGeoPackage, match="virtual table evil"):
            read_features(path)

    def test_a_trigger_does_not_run_and_the_file_stays_as_it_is(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        path = tmp_path / "a.gpkg"
        frame.to_file(path, layer="t")
        self.change(path, "CREATE TRIGGER trap AFTER INSERT ON t BEGIN DELETE FROM t; END")
        before = path.read_bytes()
        assert len(read_features(path)) == 2
        assert path.read_bytes() == before
        assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]

    def test_edits_that_another_program_holds_open_are_read_and_nothing_is_written_beside(
        self, tmp_path: Path, frame: gpd.GeoDataFrame
    ) -> None:
        path = tmp_path / "a.gpkg"
        frame.to_file(path, layer="t")
        self.change(path, "PRAGMA journal_mode = WAL")
        assert len(read_features(path)) == 2
        assert [p.name for p in tmp_path.iterdir()] == ["a.gpkg"]
        editor = sqlite3.connect(path)
        editor.execute("ALTER TABLE t RENAME COLUMN 名称 TO 新名")
        editor.commit()
        assert "新名" in read_features(path).columns
        editor.close()

    def test_a_plain_database_is_no_geopackage(self, tmp_path: Path) -> None:
        self.change(tmp_path / "a.gpkg", "CREATE TABLE t (a)")
        with pytest.raises(errors.ContentMismatch):
            read_features(tmp_path / "a.gpkg")

    def test_a_damaged_geopackage_is_refused(self, tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
        path = tmp_path / "a.gpkg"
        frame.to_file(path, layer="t")
        path.write_bytes(path.read_bytes()[:5000])
        with pytest.raises((errors.UnreadableFeatures, errors.NoFeatures)):
            read_features(path)


class TestLimits:
    def test_a_read_that_takes_too_long_is_killed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.geojson", point_geojson())
        with pytest.raises(errors.ReadStopped, match="0 s"):
            read_features(path, limits=Limits(wall_seconds=0.01))

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no address-space limit")
    def test_a_read_that_takes_too_much_memory_is_stopped(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.geojson", point_geojson())
        with pytest.raises(errors.ReadStopped):
            read_features(path, limits=Limits(memory_bytes=100 * 2**20))

    def test_the_child_gets_no_variable_of_the_parents(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_PASSWORD", SECRET)
        environment = gdal._environment("GeoJSON", "/tmp")
        assert SECRET not in environment.values()
        assert not {"PATH", "DATABASE_PASSWORD"} & set(environment)

    def test_every_driver_but_one_is_skipped(self) -> None:
        skipped = set(gdal._environment("GPKG", "/tmp")["GDAL_SKIP"].split(","))
        assert {"OGR_VRT", "CSV", "HTTP", "GDALG", "GeoJSON", "OAPIF"} <= skipped
        assert "GPKG" not in skipped

    def test_a_driver_that_was_not_skipped_stops_the_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drivers = gdal._all_drivers()
        monkeypatch.setattr(gdal, "_all_drivers", lambda: drivers - {"OGR_VRT"})
        with pytest.raises(errors.DriversNotSkipped, match="OGR_VRT"):
            read_features(write(tmp_path / "a.geojson", point_geojson()))

    def test_reading_works_from_any_working_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "a.geojson", point_geojson())
        monkeypatch.setattr(sys, "path", [os.path.abspath(p) for p in sys.path])
        monkeypatch.chdir(tmp_path)
        assert len(read_features("a.geojson")) == 1


def test_every_refusal_has_a_chinese_sentence() -> None:
    chinese = translator("zh")
    for error in gdal.REFUSALS.values():
        assert chinese(error.sentence) != error.sentence
