"""Datums, their inverses and the county's metric frame, on their edges."""

import math
import warnings

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_zhengzhi import crs
from geo_zhengzhi.crs import CHINA_BOUNDS, MetricFrame
from geo_zhengzhi.errors import BallparkTransform, InvalidParameter, StudyAreaTooWide, UnknownDatum

WEST, SOUTH, EAST, NORTH = CHINA_BOUNDS
CHINA_LONGITUDES = st.floats(WEST, EAST, allow_nan=False)
CHINA_LATITUDES = st.floats(SOUTH, NORTH, allow_nan=False)
SHIFTS = {
    "gcj02": (crs.wgs84_to_gcj02, crs.gcj02_to_wgs84),
    "bd09": (crs.wgs84_to_bd09, crs.bd09_to_wgs84),
}
both = pytest.mark.parametrize("datum", list(SHIFTS))
MILLIMETRE = 0.001
unhurried = settings(deadline=None, max_examples=150)  # a busy machine is no failure


def metres_apart(lon_a: object, lat_a: object, lon_b: object, lat_b: object) -> np.ndarray:
    return np.atleast_1d(crs.GEODESIC.inv(*np.broadcast_arrays(lon_a, lat_a, lon_b, lat_b))[2])


def published_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The obfuscation as it was published, sine by sine."""
    a, ee, pi, sin = 6378245.0, 0.00669342162296594323, math.pi, math.sin
    x, y = lon - 105.0, lat - 35.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    d_lat += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lat += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    d_lat += (160.0 * sin(y / 12.0 * pi) + 320 * sin(y * pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    d_lon += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    d_lon += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    d_lon += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - ee * sin(lat / 180.0 * pi) ** 2
    d_lat = (d_lat * 180.0) / ((a * (1 - ee)) / (magic * math.sqrt(magic)) * pi)
    d_lon = (d_lon * 180.0) / (a / math.sqrt(magic) * math.cos(lat / 180.0 * pi) * pi)
    return lon + d_lon, lat + d_lat


class TestObfuscation:
    @pytest.mark.parametrize(
        ("wgs84", "gcj02"),
        [
            ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
            ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
            ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ],
    )
    def test_published_answers_come_out_to_every_digit(
        self, wgs84: tuple[float, float], gcj02: tuple[float, float]
    ) -> None:
        assert crs.wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-12)
        assert metres_apart(*crs.gcj02_to_wgs84(*gcj02), *wgs84)[0] < MILLIMETRE

    @unhurried
    @given(CHINA_LONGITUDES, CHINA_LATITUDES)
    def test_the_shortened_sines_are_the_published_ones(self, lon: float, lat: float) -> None:
        assert crs.wgs84_to_gcj02(lon, lat) == pytest.approx(published_gcj02(lon, lat), abs=1e-11)

    @both
    @unhurried
    @given(lon=CHINA_LONGITUDES, lat=CHINA_LATITUDES)
    def test_every_position_in_the_box_comes_back_within_a_millimetre(self, datum: str, lon: float, lat: float) -> None:
        encode, decode = SHIFTS[datum]
        assert metres_apart(*decode(*encode(lon, lat)), lon, lat)[0] < MILLIMETRE

    @both
    def test_a_million_positions_come_back_within_a_millimetre(self, datum: str) -> None:
        encode, decode = SHIFTS[datum]
        rng = np.random.default_rng(1)
        lon, lat = rng.uniform(WEST, EAST, 300_001), rng.uniform(SOUTH, NORTH, 300_001)
        assert metres_apart(*decode(*encode(lon, lat)), lon, lat).max() < MILLIMETRE

    @both
    def test_the_edges_of_the_box_are_inside_and_come_back(self, datum: str) -> None:
        encode, decode = SHIFTS[datum]
        lon = np.array([WEST, EAST, 110.0, 110.0, WEST, EAST, WEST, EAST])
        lat = np.array([30.0, 30.0, SOUTH, NORTH, SOUTH, SOUTH, NORTH, NORTH])
        shifted = encode(lon, lat)
        assert (metres_apart(*shifted, lon, lat) > 10).all()
        assert metres_apart(*decode(*shifted), lon, lat).max() < MILLIMETRE

    @both
    @pytest.mark.parametrize(
        "outside",
        [
            (np.nextafter(WEST, 0), 30.0),
            (np.nextafter(EAST, 180), 30.0),
            (110.0, np.nextafter(SOUTH, 0)),
            (110.0, np.nextafter(NORTH, 90)),
        ],
    )
    def test_just_outside_the_box_nothing_is_shifted(self, datum: str, outside: tuple[float, float]) -> None:
        encode, _ = SHIFTS[datum]
        assert encode(*outside) == outside

    @both
    @unhurried
    @given(st.floats(-180, 180), st.floats(-90, 90))
    def test_far_outside_both_directions_are_the_identity(self, datum: str, lon: float, lat: float) -> None:
        encode, decode = SHIFTS[datum]
        if WEST - 0.05 <= lon <= EAST + 0.05 and SOUTH - 0.05 <= lat <= NORTH + 0.05:
            return
        assert encode(lon, lat) == (lon, lat)
        assert decode(lon, lat) == (lon, lat)

    def test_a_coordinate_that_no_position_in_the_box_has_is_left_alone(self) -> None:
        # The shift points east: just inside the western edge nothing arrives, since it would come from outside.
        assert crs.gcj02_to_wgs84(WEST + 0.001, 30.0) == (WEST + 0.001, 30.0)
        assert crs.gcj02_to_wgs84(np.nextafter(WEST, 0), 30.0) == (np.nextafter(WEST, 0), 30.0)

    def test_beyond_the_eastern_edge_a_coordinate_goes_back_into_the_box_it_came_from(self) -> None:
        shifted = crs.wgs84_to_gcj02(EAST, 30.0)
        assert shifted[0] > EAST
        assert metres_apart(*crs.gcj02_to_wgs84(*shifted), EAST, 30.0)[0] < MILLIMETRE
        assert crs.gcj02_to_wgs84(EAST + 0.02, 30.0) == (EAST + 0.02, 30.0)

    @unhurried
    @given(CHINA_LONGITUDES, CHINA_LATITUDES)
    def test_bd09_by_way_of_gcj02_is_bd09_and_comes_back(self, lon: float, lat: float) -> None:
        gcj = crs.wgs84_to_gcj02(lon, lat)
        bd = crs.gcj02_to_bd09(*gcj)
        assert metres_apart(*bd, *crs.wgs84_to_bd09(lon, lat))[0] < MILLIMETRE
        assert metres_apart(*crs.bd09_to_gcj02(*bd), *gcj)[0] < MILLIMETRE

    def test_bd09_is_the_published_one(self) -> None:
        x, y, wave = 116.404, 39.915, math.pi * 3000.0 / 180.0
        z, theta = math.hypot(x, y) + 0.00002 * math.sin(y * wave), math.atan2(y, x) + 0.000003 * math.cos(x * wave)
        expected = (z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006)
        assert crs.gcj02_to_bd09(x, y) == pytest.approx(expected, abs=1e-12)

    def test_the_box_includes_its_edges(self) -> None:
        lon = [WEST, EAST, 110, 110, np.nextafter(WEST, 0), np.nextafter(EAST, 180), 110, 110, np.nan]
        lat = [30, 30, SOUTH, NORTH, 30, 30, np.nextafter(SOUTH, 0), np.nextafter(NORTH, 90), 30]
        assert crs.in_china(lon, lat).tolist() == [True] * 4 + [False] * 5

    def test_what_is_no_number_stays_so(self) -> None:
        for datum in SHIFTS:
            lon, lat = crs.to_wgs84([np.nan, 117.0, np.inf], [40.0, np.nan, 40.0], datum)
            np.testing.assert_array_equal(lon, [np.nan, 117.0, np.inf])
            np.testing.assert_array_equal(lat, [40.0, np.nan, 40.0])

    def test_shapes_are_kept_and_arguments_left_alone(self) -> None:
        lon, lat = np.full((2, 3), 117.0), np.full((2, 3), 40.0)
        out = crs.gcj02_to_wgs84(lon, lat)
        assert out[0].shape == (2, 3)
        assert (lon == 117.0).all()
        assert crs.gcj02_to_wgs84(lon.T[::2], lat.T[::2])[1].shape == (2, 2)
        assert crs.gcj02_to_wgs84([], [])[0].shape == (0,)
        assert crs.gcj02_to_wgs84(117.0, 40.0)[0].shape == ()

    def test_the_result_does_not_depend_on_how_many_points_come_together(self) -> None:
        rng = np.random.default_rng(2)
        lon, lat = rng.uniform(73, 135, 250_000), rng.uniform(18, 53, 250_000)
        whole = crs.gcj02_to_wgs84(lon, lat)
        halves = [crs.gcj02_to_wgs84(lon[i : i + 777], lat[i : i + 777]) for i in range(0, len(lon), 777)]
        np.testing.assert_array_equal(whole[0], np.concatenate([h[0] for h in halves]))
        np.testing.assert_array_equal(whole[1], np.concatenate([h[1] for h in halves]))


class TestParseDatum:
    @pytest.mark.parametrize(
        ("text", "datum"),
        [
            ("wgs84", "wgs84"),
            (" WGS-84 ", "wgs84"),
            ("CGCS 2000", "cgcs2000"),
            ("GCJ_02", "gcj02"),
            ("BD-09", "bd09"),
            ("epsg:4549", "EPSG:4549"),
            ("EPSG 2263", "EPSG:2263"),
        ],
    )
    def test_spelling_does_not_matter(self, text: str, datum: str) -> None:
        assert crs.parse_datum(text) == datum

    @pytest.mark.parametrize(
        "text", ["", "wgs", "84", "EPSG:", "EPSG:99", "EPSG:999999", "beijing54", "4326", "EPSG:4479", "EPSG:5773"]
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(UnknownDatum, match="wgs84, cgcs2000, gcj02, bd09, EPSG:n"):
            crs.parse_datum(text)


class TestToWgs84:
    @pytest.mark.parametrize("datum", ["EPSG:4214", "EPSG:4610", "EPSG:4555"])
    def test_the_old_chinese_datums_are_refused(self, datum: str) -> None:
        for lon, lat in ((117.4, 40.0), (108.5, 37.0), (80.0, 40.0), (120.5, 33.0)):
            with pytest.raises(BallparkTransform, match=datum):
                crs.to_wgs84([lon], [lat], datum)

    def test_every_projected_system_of_the_old_datums_is_refused(self) -> None:
        for code in (*range(2327, 2443), *range(21413, 21424)):
            with pytest.raises(BallparkTransform):
                crs.to_wgs84([500_000.0], [4_400_000.0], f"EPSG:{code}")

    def test_the_old_datums_are_refused_as_an_esri_file_writes_them(self) -> None:
        for code in (2437, 2385, 4214, 4610):
            written = pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI"))
            with pytest.raises(BallparkTransform):
                crs.crs_to_wgs84([500_000.0], [4_400_000.0], written)

    def test_an_unknown_datum_on_a_known_ellipsoid_is_refused(self) -> None:
        with pytest.raises(BallparkTransform):
            crs.crs_to_wgs84([1.0], [2.0], pyproj.CRS.from_proj4("+proj=longlat +ellps=krass +no_defs"))

    @pytest.mark.parametrize("datum", ["cgcs2000", "EPSG:4490", "EPSG:4480", "wgs84", "EPSG:4326"])
    def test_cgcs2000_and_wgs84_degrees_stay_as_they_are(self, datum: str) -> None:
        lon, lat = crs.to_wgs84([117.4], [40.0], datum)
        assert (lon[0], lat[0]) == pytest.approx((117.4, 40.0), abs=1e-12)

    def test_every_cgcs2000_projection_is_converted_longitude_first(self) -> None:
        for code in range(4491, 4555):
            system = pyproj.CRS.from_epsg(code)
            middle = system.area_of_use
            lon, lat = (middle.west + middle.east) / 2, 35.0
            x, y = pyproj.Transformer.from_crs(system.geodetic_crs, system, always_xy=True).transform(lon, lat)
            assert x > 90_000  # easting first
            back = crs.to_wgs84([x], [y], f"EPSG:{code}")
            assert (back[0][0], back[1][0]) == pytest.approx((lon, lat), abs=1e-9)

    def test_new_york_feet_are_converted_in_silence_to_about_a_metre(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            lon, lat = crs.to_wgs84([981_106.0], [195_544.0], "EPSG:2263")
        assert metres_apart(lon[0], lat[0], -74.01134, 40.70340)[0] < 10

    def test_a_transformation_is_not_used_outside_its_area(self) -> None:
        with pytest.raises(BallparkTransform):
            crs.to_wgs84([117.4], [40.0], "EPSG:4269")  # North American degrees in China

    def test_single_wrong_rows_do_not_forbid_a_transformation(self) -> None:
        lon, lat = np.full(100, -74.0), np.full(100, 40.7)
        lon[:5], lat[:5] = 0.0, 0.0
        assert np.isfinite(crs.to_wgs84(lon, lat, "EPSG:4269")[0]).all()
        lon[:6], lat[:6] = 0.0, 0.0
        with pytest.raises(BallparkTransform):
            crs.to_wgs84(lon, lat, "EPSG:4269")

    def test_rows_that_cannot_be_converted_are_no_numbers(self) -> None:
        x, y = np.array([981_106.0, np.nan, np.inf]), np.array([195_544.0, 1.0, 1.0])
        lon, lat = crs.to_wgs84(x, y, "EPSG:2263")
        assert np.isfinite(lon).tolist() == [True, False, False]
        assert np.isnan(lat[1:]).all()

    def test_the_arguments_are_not_returned_themselves(self) -> None:
        lon, lat = np.array([117.4]), np.array([40.0])
        out = crs.to_wgs84(lon, lat, "wgs84")
        assert not np.shares_memory(out[0], lon)
        assert not np.shares_memory(out[1], lat)


class TestMetricFrame:
    def test_its_centre_is_that_of_the_study_area_rounded_to_a_tenth(self) -> None:
        frame = MetricFrame.for_bounds((117.13, 39.75, 117.79, 40.25))
        assert (frame.center_longitude, frame.center_latitude) == (117.5, 40.0)

    def test_a_centre_that_was_set_is_used_and_rounded_too(self) -> None:
        frame = MetricFrame.for_bounds((117.13, 39.75, 117.79, 40.25), center=(117.404, 40.046))
        assert (frame.center_longitude, frame.center_latitude) == (117.4, 40.0)

    @pytest.mark.parametrize("south", [0.0, 40.0, -40.0, 60.0])
    def test_the_scale_error_may_reach_its_limit_and_not_pass_it(self, south: float) -> None:
        center = (10.0, south)
        low, high = (south, south + 1) if south >= 0 else (south - 1, south)
        factors = pyproj.Proj(MetricFrame(*center).crs).get_factors

        def error(degrees: float) -> float:
            return factors(10.0 + degrees, south).meridional_scale - 1

        inside, outside = 0.0, 6.0
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if error(middle) <= crs.MAX_SCALE_ERROR else (inside, middle)
        for side in (1, -1):
            bounds = sorted([10.0, 10.0 + side * (inside - 1e-6)])
            assert MetricFrame.for_bounds((bounds[0], low, bounds[1], high), center)
            bounds = sorted([10.0, 10.0 + side * (outside + 1e-6)])
            with pytest.raises(StudyAreaTooWide, match="127 km"):
                MetricFrame.for_bounds((bounds[0], low, bounds[1], high), center)

    def test_a_study_area_of_a_continent_is_refused(self) -> None:
        with pytest.raises(StudyAreaTooWide):
            MetricFrame.for_bounds((73, 18, 135, 53))

    @pytest.mark.parametrize(
        "bounds", [(179.5, 10, -179.5, 11), (117, 41, 118, 40), (-181, 0, -179, 1), (0, 89, 1, 90), (math.nan, 0, 1, 1)]
    )
    def test_bounds_that_are_none_or_cross_the_antimeridian_are_refused(self, bounds: tuple[float, ...]) -> None:
        with pytest.raises(InvalidParameter, match="antimeridian"):
            MetricFrame.for_bounds(bounds)

    @pytest.mark.parametrize("center", [(181.0, 0.0), (0.0, 91.0), (math.nan, 0.0)])
    def test_a_centre_that_is_none_is_refused(self, center: tuple[float, float]) -> None:
        with pytest.raises(InvalidParameter, match="center"):
            MetricFrame.for_bounds((0, 0, 1, 1), center)

    def test_the_centre_is_the_origin_and_north_is_up(self) -> None:
        frame = MetricFrame(117.4, 40.0)
        assert frame.to_metres(117.4, 40.0) == pytest.approx((0.0, 0.0), abs=1e-6)
        easting, northing = frame.to_metres([117.41, 117.4], [40.0, 40.01])
        assert easting == pytest.approx([854.0, 0.0], abs=1)
        assert northing == pytest.approx([0.0, 1110.0], abs=1)

    @unhurried
    @given(st.floats(116.0, 118.8), st.floats(39.0, 41.0))
    def test_degrees_to_metres_and_back_close_within_a_millimetre(self, lon: float, lat: float) -> None:
        frame = MetricFrame(117.4, 40.0)
        assert metres_apart(*frame.to_degrees(*frame.to_metres(lon, lat)), lon, lat)[0] < MILLIMETRE

    def test_distances_are_those_on_the_ellipsoid_within_the_limit(self) -> None:
        frame = MetricFrame(117.4, 40.0)
        lon, lat = np.array([117.4, 118.0, 116.5]), np.array([40.0, 40.3, 39.6])
        easting, northing = frame.to_metres(lon, lat)
        flat = np.hypot(np.diff(easting), np.diff(northing))
        assert flat == pytest.approx(metres_apart(lon[1:], lat[1:], lon[:-1], lat[:-1]), rel=crs.MAX_SCALE_ERROR)

    def test_frames_of_features_go_to_metres_and_back_and_stay_two_dimensional(self) -> None:
        frame = MetricFrame(117.4, 40.0)
        shapes = [
            shapely.Point(117.4, 40.1, 5),
            shapely.LineString([(117, 40), (117.5, 40.2)]),
            shapely.box(117.1, 40, 117.2, 40.1).difference(shapely.box(117.12, 40.02, 117.13, 40.03)),
            None,
            shapely.MultiPolygon([shapely.box(117, 40, 117.1, 40.1)]),
        ]
        features = gpd.GeoDataFrame({"n": range(5)}, geometry=shapes, crs=4326, index=[9, 8, 7, 6, 5])
        metric = frame.project(features)
        back = frame.unproject(metric)
        assert metric.crs == frame.crs
        assert back.crs == 4326
        assert back.index.tolist() == [9, 8, 7, 6, 5]
        assert features.geometry.iloc[0].has_z  # the caller's frame is left alone
        assert not metric.geometry.iloc[0].has_z
        for i in (1, 2, 4):
            assert shapely.hausdorff_distance(back.geometry.iloc[i], shapes[i]) < 1e-9
        assert back.geometry.iloc[3] is None


class TestGeodesic:
    def test_areas_take_holes_off_and_do_not_depend_on_direction(self) -> None:
        square = shapely.box(117, 40, 117.1, 40.1)
        hole = shapely.box(117.02, 40.02, 117.04, 40.04)
        whole, small, pierced, reverse = crs.geodesic_area_km2(
            [square, hole, square.difference(hole), shapely.Polygon(list(square.exterior.coords)[::-1])]
        )
        assert whole == pytest.approx(94.75, abs=0.1)
        assert pierced == pytest.approx(whole - small, rel=1e-9)
        assert reverse == pytest.approx(whole, rel=1e-12)

    def test_lengths_are_those_of_the_ellipsoid(self) -> None:
        lengths = crs.geodesic_length_km([shapely.LineString([(117, 40), (117, 41)]), shapely.LineString()])
        assert lengths == pytest.approx([111.04, 0.0], abs=0.01)


def test_many_points_on_two_threads_land_where_each_lands_alone() -> None:
    frame = MetricFrame(117.4, 40.0)
    rng = np.random.default_rng(7)
    longitude, latitude = rng.uniform(117, 118, 200_001), rng.uniform(39.5, 40.5, 200_001)
    given = longitude.copy()
    together = frame.to_metres(longitude, latitude)
    apart = [frame.to_metres(longitude[i : i + 50_000], latitude[i : i + 50_000]) for i in range(0, 200_001, 50_000)]
    for axis in (0, 1):
        np.testing.assert_array_equal(together[axis], np.concatenate([block[axis] for block in apart]))
    np.testing.assert_array_equal(longitude, given)
    np.testing.assert_allclose(frame.to_degrees(*together)[0], longitude, rtol=0, atol=1e-12)
