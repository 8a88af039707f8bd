"""Context layers and the datum at the door for geometries."""

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_zhengzhi import crs, errors
from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.io.sound import make_sound, of_dimension

DATA = Path(__file__).parent / "data"
COPY = DATA / "jizhou" / "rail_other_copy_gcj02.geojson"
WAYS = DATA / "jizhou" / "rail_ways_in_county.geojson"
IN_CHINA = shapely.box(117.4, 40.0, 117.5, 40.1)
IN_NEW_YORK = shapely.box(-74.0, 40.7, -73.9, 40.8)


def saved(path: Path, geometry: object, system: object = 4326, **columns: object) -> Path:
    shapes = geometry if isinstance(geometry, list) else [geometry]
    gpd.GeoDataFrame({**columns}, geometry=shapes, crs=system).to_file(path)
    return path


@cache
def ways() -> gpd.GeoDataFrame:
    return read_layer(WAYS, datum="wgs84")


def distances_to_the_ways(layer: gpd.GeoDataFrame) -> np.ndarray:
    """From the layer's vertices in the county to the nearest of the WGS-84 ways, metres."""
    frame = crs.MetricFrame(117.4, 40.0)
    lon, lat = shapely.get_coordinates(layer.geometry.array).T
    west, south, east, north = ways().total_bounds
    near = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    points = shapely.points(*frame.to_metres(lon[near], lat[near]))
    distances = shapely.distance(points, shapely.union_all(frame.project(ways()).geometry.array))
    return distances[distances < 1000]  # the copy also holds lines of the neighbouring county


class TestDatum:
    def test_the_shared_railway_copy_is_refused_undeclared(self) -> None:
        with pytest.raises(errors.DatumNotDeclared, match=r"rail_other_copy_gcj02\.geojson .*--targets-datum"):
            read_layer(COPY)

    def test_the_shared_railway_copy_lands_on_the_ways_only_after_conversion(self) -> None:
        converted = distances_to_the_ways(read_layer(COPY, datum="gcj02"))
        as_it_is = distances_to_the_ways(read_layer(COPY, datum="wgs84"))
        assert len(converted) > 50
        assert np.median(converted) < 10
        assert np.median(as_it_is) > 100

    def test_the_option_that_declares_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(errors.DatumNotDeclared, match="--context-datum"):
            read_layer(saved(tmp_path / "a.gpkg", IN_CHINA), option="--context-datum")

    @pytest.mark.parametrize("name", ["a.geojson", "a.gpkg"])
    def test_data_in_china_needs_its_datum_even_where_the_file_says_one(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(errors.DatumNotDeclared):
            read_layer(saved(tmp_path / name, IN_CHINA))
        assert read_layer(tmp_path / name, datum="wgs84").geometry.iloc[0].equals(IN_CHINA)

    def test_one_vertex_on_the_edge_of_the_box_is_in_china_and_just_outside_is_not(self, tmp_path: Path) -> None:
        west = crs.CHINA_BOUNDS[0]
        on_edge = shapely.box(60, 30, west, 31)
        just_out = shapely.box(60, 30, west - 1e-6, 31)
        assert len(read_layer(saved(tmp_path / "out.gpkg", just_out))) == 1
        with pytest.raises(errors.DatumNotDeclared):
            read_layer(saved(tmp_path / "on.gpkg", on_edge))

    def test_a_polygon_around_china_touches_it(self, tmp_path: Path) -> None:
        with pytest.raises(errors.DatumNotDeclared):
            read_layer(saved(tmp_path / "a.gpkg", shapely.box(-179, -80, 179, 80)))

    def test_elsewhere_the_files_own_system_is_enough(self, tmp_path: Path) -> None:
        feet = gpd.GeoSeries([IN_NEW_YORK], crs=4326).to_crs(2263)
        layer = read_layer(saved(tmp_path / "a.gpkg", feet.tolist(), 2263))
        assert layer.crs == 4326
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_NEW_YORK) < 1e-4

    def test_a_zipped_shapefile_without_prj_must_be_declared(self, tmp_path: Path) -> None:
        feet = gpd.GeoSeries([IN_NEW_YORK], crs=4326).to_crs(2263).tolist()
        with pytest.warns(UserWarning, match="crs"):
            path = saved(tmp_path / "a.shp.zip", feet, None)
        with pytest.raises(errors.MissingCRS, match="--targets-datum"):
            read_layer(path)
        layer = read_layer(path, datum="EPSG:2263")
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_NEW_YORK) < 1e-4

    @pytest.mark.parametrize("datum", ["gcj02", "bd09"])
    def test_a_declared_shift_is_inverted_vertex_by_vertex(self, tmp_path: Path, datum: str) -> None:
        encode = crs.wgs84_to_gcj02 if datum == "gcj02" else crs.wgs84_to_bd09
        shifted = shapely.transform(IN_CHINA, lambda xy: np.column_stack(encode(xy[:, 0], xy[:, 1])))
        layer = read_layer(saved(tmp_path / "a.geojson", shifted), datum=datum)
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_CHINA) < 1e-8

    def test_a_shift_in_web_mercator_is_taken_back_to_degrees_first(self, tmp_path: Path) -> None:
        shifted = shapely.transform(IN_CHINA, lambda xy: np.column_stack(crs.wgs84_to_gcj02(xy[:, 0], xy[:, 1])))
        mercator = gpd.GeoSeries([shifted], crs=4326).to_crs(3857).tolist()
        layer = read_layer(saved(tmp_path / "a.gpkg", mercator, 3857), datum="gcj02")
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_CHINA) < 1e-8

    @pytest.mark.parametrize("datum", ["cgcs2000", "EPSG:4549", "wgs84"])
    def test_cgcs2000_metres_are_taken_as_wgs84(self, tmp_path: Path, datum: str) -> None:
        metres = gpd.GeoSeries([IN_CHINA], crs=4490).to_crs(4549).tolist()
        layer = read_layer(saved(tmp_path / "a.gpkg", metres, 4549), datum=datum)
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_CHINA) < 1e-8

    def test_metres_in_a_geojson_can_be_declared(self, tmp_path: Path) -> None:
        metres = gpd.GeoSeries([IN_CHINA], crs=4490).to_crs(4549).iloc[0]
        path = tmp_path / "a.geojson"
        path.write_text(
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
            f"{shapely.to_geojson(metres)}}}]}}"
        )
        with pytest.raises(errors.NotDegrees, match="EPSG:n"):
            read_layer(path, datum="wgs84")
        with pytest.raises(errors.NotDegrees):
            read_layer(path)
        layer = read_layer(path, datum="EPSG:4549")
        assert shapely.hausdorff_distance(layer.geometry.iloc[0], IN_CHINA) < 1e-6

    @pytest.mark.parametrize("system", [4610, 4214, 2333])
    def test_the_old_chinese_datums_are_refused_declared_or_not(self, tmp_path: Path, system: int) -> None:
        shape = IN_CHINA if system > 3000 else shapely.box(19_500_000, 4_400_000, 19_501_000, 4_401_000)
        path = saved(tmp_path / "a.gpkg", shape, system)
        for datum in (None, f"EPSG:{system}"):
            with pytest.raises(errors.BallparkTransform, match="CGCS2000"):
                read_layer(path, datum=datum)

    @pytest.mark.parametrize(("system", "datum"), [(2263, "wgs84"), (2263, "EPSG:4326"), (4610, "cgcs2000")])
    def test_a_declaration_that_contradicts_the_file_is_refused(self, tmp_path: Path, system: int, datum: str) -> None:
        with pytest.raises(errors.DatumConflict, match="--targets-datum"):
            read_layer(saved(tmp_path / "a.gpkg", shapely.box(1, 1, 2, 2), system), datum=datum)

    def test_an_unknown_datum_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(errors.UnknownDatum):
            read_layer(saved(tmp_path / "a.gpkg", IN_CHINA), datum="beijing54")


class TestGeometry:
    def test_the_invalid_precinct_is_repaired_and_counted(self) -> None:
        layer = read_layer(DATA / "memphis" / "precincts.geojson")
        assert layer.attrs["n_repaired"] == 1
        assert layer.geometry.is_valid.all()
        assert set(layer.geom_type) <= {"Polygon", "MultiPolygon"}

    def test_heights_are_left_out(self, tmp_path: Path) -> None:
        layer = read_layer(saved(tmp_path / "a.gpkg", [shapely.Point(1, 2, 3), shapely.Point(4, 5, 6)]))
        assert not layer.geometry.has_z.any()

    def test_features_without_geometry_are_left_out_and_counted(self, tmp_path: Path) -> None:
        shapes = [shapely.Point(1, 2), None, shapely.Point(), shapely.Point(3, 4)]
        layer = read_layer(saved(tmp_path / "a.geojson", shapes, name=list("abcd")))
        assert layer["name"].tolist() == ["a", "d"]
        assert layer.index.tolist() == [0, 1]
        assert layer.attrs["n_dropped"] == 2

    def test_a_layer_of_nothing_is_refused(self, tmp_path: Path) -> None:
        path = saved(tmp_path / "a.geojson", [shapely.Polygon([(0, 0), (1, 1), (0, 0)])])
        with pytest.raises(errors.NoFeatures):
            read_layer(path)

    def test_of_a_repaired_polygon_only_areas_are_kept(self) -> None:
        spiked = shapely.Polygon([(0, 0), (2, 0), (2, 2), (2, 5), (2, 2), (0, 2)])
        bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
        sound, repaired = make_sound(np.array([spiked, bow, IN_CHINA, None], dtype=object))
        assert repaired.tolist() == [True, True, False, False]
        assert [None if g is None else g.geom_type for g in sound] == ["Polygon", "MultiPolygon", "Polygon", None]
        assert shapely.area(sound[:2]).tolist() == [4.0, 2.0]

    def test_parts_of_one_dimension_are_taken_from_a_collection(self) -> None:
        line, area = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)
        nested = shapely.GeometryCollection([line, shapely.GeometryCollection([area]), shapely.Point(0, 0)])
        assert of_dimension(nested, 1) == line
        assert of_dimension(nested, 2) == area
        assert of_dimension(line, 2) is None
        assert of_dimension(shapely.Point(), 0) is None
        assert of_dimension(None, 2) is None


class TestWords:
    def test_stations_have_names_in_both_languages(self) -> None:
        stations = read_layer(DATA / "jizhou" / "rail_stations_osm.geojson", datum="wgs84")
        assert stations.loc[stations["name"] == "上仓", "name_en"].tolist() == ["Shangcang"]
        assert stations["in_county"].sum() == 7

    def test_a_layer_without_names_has_empty_ones(self, tmp_path: Path) -> None:
        layer = read_layer(saved(tmp_path / "a.geojson", [shapely.Point(1, 2)], n=[1]))
        assert (layer["name"].tolist(), layer["name_en"].tolist()) == ([""], [""])

    def test_what_it_says_of_persons_is_left_out(self, tmp_path: Path) -> None:
        columns = {"名称": ["甲"], "联系人": ["张三"], "联系电话": ["13800138000"], "备注": ["找李四 13912345678"]}
        layer = read_layer(saved(tmp_path / "a.geojson", [shapely.Point(1, 2)], **columns))
        assert layer.attrs["dropped_columns"] == ("联系人", "联系电话")
        assert set(layer.columns) == {"名称", "备注", "name", "name_en", "geometry"}
        assert layer["备注"].tolist() == [""]

    def test_hostile_names_stay_text(self, tmp_path: Path) -> None:
        hostile = "<img src=x onerror=alert(1)>${alert(1)}`</script>"
        layer = read_layer(saved(tmp_path / "a.geojson", [shapely.Point(1, 2)], name=[hostile]))
        assert layer["name"].tolist() == [hostile]
