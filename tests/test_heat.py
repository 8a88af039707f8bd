"""Heat drawn on the server: every pixel has the surface's class, nothing shows a seam, browsers keep what they have."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from accounts import account
from sites import COUNTY, DEMONSTRATION, Visitor, site_of
from studies import FRAME, area, days, incident, many, study_of

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.errors import HeatOutdated, InvalidParameter, TileRefused
from geo_zhengzhi.model import HEAT_CLASSES, AnalysisParameters, Surface
from geo_zhengzhi.render import heat_picture as drawing
from geo_zhengzhi.render.elements import front_file
from geo_zhengzhi.render.heat_picture import Window, area_window, classify, draw, tile_window
from geo_zhengzhi.schema import EASTING_M, NORTHING_M
from geo_zhengzhi.services.console import heat
from geo_zhengzhi.services.console.heat import (
    heat_layer,
    heat_picture,
    heat_surface,
    heat_version,
    picture_name,
    require_version,
)
from geo_zhengzhi.services.console.situation import Query, assess, checked
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.surfaces import estimate_density
from tests.stores import ON_SQLITE

CENTER = (117.4, 40.0)
FEBRUARY, MARCH = days("2024-02-01", "2024-02-29"), days("2024-03-01", "2024-03-31")


def surface_of(places, cell_m=50.0, side_m=6000.0):
    """A surface around the frame's centre of incidents at metres."""
    incidents = pd.DataFrame(np.asarray(places, float).reshape(-1, 2), columns=[EASTING_M, NORTHING_M])
    bounds = (-side_m / 2, -side_m / 2, side_m / 2, side_m / 2)
    return estimate_density(incidents, bounds, bandwidth_m=400.0, cell_m=cell_m)


@pytest.fixture(scope="module")
def crowd() -> Surface:
    rng = np.random.default_rng(5)
    return surface_of(np.concatenate([rng.normal((500, -300), 250, (80, 2)), rng.uniform(-2800, 2800, (60, 2))]))


def window_of(surface: Surface, *, gcj02: bool = False) -> Window:
    """The window of a surface's own ground."""
    n_rows, n_columns = surface.incidents_per_km2.shape
    x, y = (
        surface.west_m + surface.cell_m * n_columns * np.arange(2),
        surface.south_m + surface.cell_m * n_rows * np.arange(2),
    )
    longitude, latitude = FRAME.to_degrees(x, y)
    return area_window((longitude[0], latitude[0], longitude[1], latitude[1]), gcj02=gcj02)


def cells_of(window: Window) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing of every pixel's centre, metres, straight from Web Mercator."""
    column, row = np.meshgrid(
        window.column + np.arange(window.n_columns) + 0.5, window.row + np.arange(window.n_rows) + 0.5
    )
    side = 256 * 2.0**window.level
    longitude = column / side * 360 - 180
    latitude = np.degrees(2 * np.arctan(np.exp(np.pi * (1 - 2 * row / side))) - np.pi / 2)
    return FRAME.to_metres(longitude, latitude)


def read_png(content: bytes) -> tuple[np.ndarray, bytes, bytes]:
    """Palette numbers, palette and transparency of an indexed PNG."""
    chunks, at_byte = {}, 8
    while at_byte < len(content):
        length = struct.unpack("!I", content[at_byte : at_byte + 4])[0]
        name, body = content[at_byte + 4 : at_byte + 8], content[at_byte + 8 : at_byte + 8 + length]
        assert struct.unpack("!I", content[at_byte + 8 + length : at_byte + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name], at_byte = body, at_byte + 12 + length
    n_columns, n_rows, *kind = struct.unpack("!2I5B", chunks[b"IHDR"])
    assert kind == [8, 3, 0, 0, 0]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(n_rows, n_columns + 1)
    assert not lines[:, 0].any()
    return lines[:, 1:], chunks[b"PLTE"], chunks[b"tRNS"]


def test_every_pixel_has_a_class_between_those_of_the_four_cells_around_it(crowd):
    window = window_of(crowd)
    found = classify(crowd, CENTER, window)
    easting_m, northing_m = cells_of(window)
    reached = np.pad(np.searchsorted(HEAT_CLASSES, crowd.incidents_per_km2, side="right"), 1)
    x, y = (easting_m - crowd.west_m) / 50 + 0.5, (northing_m - crowd.south_m) / 50 + 0.5
    inside = (x > 0.01) & (y > 0.01) & (x < reached.shape[1] - 1.01) & (y < reached.shape[0] - 1.01)
    column, row = x[inside].astype(int), y[inside].astype(int)
    around = np.array([reached[row + i, column + j] for i in (0, 1) for j in (0, 1)])
    assert set(np.unique(found)) == {0, 1, 2, 3, 4, 5}
    on_an_edge = (np.abs(x - np.round(x)) < 0.002) | (np.abs(y - np.round(y)) < 0.002)  # the lattice strays by 10 cm
    assert ((found[inside] >= around.min(axis=0)) & (found[inside] <= around.max(axis=0)) | on_an_edge[inside]).all()


def test_a_pixel_on_a_cells_centre_has_the_cells_class_and_a_bound_counts_as_reached():
    window = Window(12, *(int(v) for v in _pixel_of_the_centre(12)), 1, 1)
    (x,), (y,) = (m.ravel() for m in cells_of(window))
    for bound, wanted in ((0.999999, 0), (1.0, 1), (2.999, 1), (3.0, 2), (100.0, 5), (1e9, 5)):
        flat = Surface(np.full((3, 3), bound), x - 75, y - 75, 50.0, 400.0)
        assert classify(flat, CENTER, window).tolist() == [[wanted]]


def _pixel_of_the_centre(level):
    side = 256 * 2.0**level
    return (117.4 + 180) / 360 * side, (1 - np.arcsinh(np.tan(np.radians(40.0))) / np.pi) / 2 * side


def test_beyond_the_surface_there_is_no_heat():
    hot = Surface(np.full((4, 4), 500.0), -100.0, -100.0, 50.0, 400.0)
    window = Window(14, *(int(v) - 300 for v in _pixel_of_the_centre(14)), 600, 600)
    easting_m, northing_m = cells_of(window)
    far = np.maximum(np.abs(easting_m), np.abs(northing_m)) > 126  # half a cell and the fall of one more
    found = classify(hot, CENTER, window)
    assert found.max() == 5
    assert not found[far].any()


def test_a_kilometre_is_a_kilometre_at_forty_degrees_north():
    place = surface_of([(0, 0)] * 200)
    window = window_of(place)
    found = classify(place, CENTER, window)
    rows, columns = (np.flatnonzero(found.any(axis=axis)) for axis in (1, 0))
    metre_px = 256 * 2.0**window.level / (2 * np.pi * 6378137 * np.cos(np.radians(40)))
    # 200 incidents reach 1 per km² where (1 − d²/h²)² = π h² / 600: at 0.98 h
    reach_px = 400 * np.sqrt(1 - np.sqrt(np.pi * 0.16 / 600)) * metre_px
    for hit in (rows, columns):
        assert len(hit) == pytest.approx(2 * reach_px, abs=2.5)


@pytest.mark.parametrize("gcj02", [False, True])
def test_two_tiles_that_touch_are_the_one_picture_to_the_last_pixel(crowd, gcj02):
    window = window_of(crowd, gcj02=gcj02)
    whole = classify(crowd, CENTER, window, gcj02=gcj02)
    z, pad = window.level - 1, drawing.PAD_PX
    n_seen = 0
    for x in range(window.column // 512, (window.column + window.n_columns) // 512 + 1):
        for y in range(window.row // 512, (window.row + window.n_rows) // 512 + 1):
            tile = tile_window(z, x, y)
            found = classify(crowd, CENTER, tile, gcj02=gcj02)
            assert found.shape == (512 + 2 * pad, 512 + 2 * pad)
            left, top = max(tile.column, window.column), max(tile.row, window.row)
            right = min(tile.column + tile.n_columns, window.column + window.n_columns)
            bottom = min(tile.row + tile.n_rows, window.row + window.n_rows)
            mine = found[top - tile.row : bottom - tile.row, left - tile.column : right - tile.column]
            theirs = whole[top - window.row : bottom - window.row, left - window.column : right - window.column]
            assert np.array_equal(mine, theirs)
            n_seen += mine.size
    assert n_seen >= whole.size


def test_on_a_background_in_gcj_02_the_heat_moves_with_the_targets():
    place = surface_of([(1000, 2000)] * 100)
    window = window_of(place, gcj02=True)
    rows, columns = np.nonzero(classify(place, CENTER, window, gcj02=True))
    (south, west), (north, east) = window.corners
    longitude = west + (columns.mean() + 0.5) / window.n_columns * (east - west)
    latitude = north - (rows.mean() + 0.5) / window.n_rows * (north - south)
    wanted = wgs84_to_gcj02(*FRAME.to_degrees([1000.0], [2000.0]))
    assert longitude == pytest.approx(wanted[0][0], abs=2e-4)
    assert latitude == pytest.approx(wanted[1][0], abs=2e-4)


def test_a_picture_has_the_pages_own_colours_and_is_clear_where_there_is_no_heat(crowd):
    style = front_file("map.css")
    assert all(f"--heat-{number}:{colour}" in style for number, colour in enumerate(drawing.COLOURS, start=1))
    classes = classify(crowd, CENTER, window_of(crowd))
    numbers, palette, transparency = read_png(draw(classes))
    assert np.array_equal(numbers, classes)
    assert palette[3:].hex().upper() == "".join(colour[1:] for colour in drawing.COLOURS)
    assert transparency == b"\0"


def test_a_wide_area_is_drawn_at_a_level_that_keeps_its_picture_small():
    wide = Surface(np.zeros((10, 10)), -100_000.0, -100_000.0, 20_000.0, 400.0)
    window = window_of(wide)
    assert window.n_columns * window.n_rows <= drawing.MAX_AREA_PX < 4 * window.n_columns * window.n_rows
    assert window_of(surface_of([])).level == drawing.MAX_LEVEL


@pytest.fixture(scope="module")
def study():
    places = many(30, (100, 100), "2024-02-01", spread_m=60) + many(9, (900, 900), "2024-02-10", category="诈骗")
    places += [*many(12, (-700, 0), "2024-03-05"), incident((0, 0), "2022-06-01T12:00")]
    return study_of(places, [area("甲", 0, 0), area("村", 600, 600, kind="village")])


def query_of(study, **fields):
    return checked(study, Query(**{"period": FEBRUARY} | fields))


@pytest.mark.parametrize("fields", [{}, {"category": "诈骗"}, {"period": MARCH}, {"hours": (0, 6)}])
def test_the_surface_is_the_analysis_own_to_the_last_bit(study, fields):
    surface, center = heat_surface(study, query_of(study, **fields))
    analysed = assess(study, Query(**{"period": FEBRUARY} | fields)).result
    assert np.array_equal(surface.incidents_per_km2, analysed.surface.incidents_per_km2)
    assert (surface.west_m, surface.south_m, surface.cell_m) == (
        analysed.surface.west_m,
        analysed.surface.south_m,
        analysed.surface.cell_m,
    )
    assert center == analysed.frame_center


def test_what_does_not_choose_incidents_does_not_draw_another_picture(study):
    plain, told = query_of(study), query_of(study, kind="village", parameters=AnalysisParameters(eps_m=99.0))
    assert picture_name(study, plain, "wgs84") == picture_name(study, told, "wgs84")
    others = [query_of(study, category="诈骗"), query_of(study, hours=(22, 4)), query_of(study, period=MARCH)]
    names = {picture_name(study, query, datum) for query in (plain, *others) for datum in ("wgs84", "gcj02")}
    assert len(names) == 8
    assert picture_name(study, plain, "wgs84", (10, 845, 387)) not in names


@pytest.mark.parametrize("tile", [(-1, 0, 0), (19, 0, 0), (3, 8, 0), (3, 0, 8), (3, -1, 0)])
def test_a_tile_that_is_not_in_the_world_is_refused(study, tile):
    with pytest.raises(TileRefused):
        heat_picture(study, query_of(study), "wgs84", tile)


def test_a_datum_that_no_background_has_is_refused(study):
    with pytest.raises(InvalidParameter, match="bd09"):
        heat_picture(study, query_of(study), "bd09")


def test_one_worker_draws_for_all_and_a_broken_file_costs_only_time(study, tmp_path):
    shared = replace(study, results_dir=tmp_path / "kept")
    first = heat_picture(shared, query_of(shared), "wgs84")
    (kept,) = (tmp_path / "kept").glob("heat-*.pickle")
    heat._PICTURES.forget(picture_name(shared, query_of(shared), "wgs84"))
    kept.write_bytes(b"broken")
    assert heat_picture(shared, query_of(shared), "wgs84") == first
    assert kept.stat().st_size > len(first)


def test_the_version_changes_with_incidents_and_ground_and_not_with_the_question(study):
    other = study_of(many(3, (0, 0), "2024-02-01"), [area("甲", 0, 0)])
    moved = replace(study, frame_center=(117.5, 40.0))
    assert len({heat_version(s) for s in (study, other, moved)}) == 3
    assert heat_version(replace(study)) == heat_version(study)


@pytest.fixture
def visitor(store, study, quick_passwords):
    account(store, "viewer", "viewer")
    return Visitor(site_of(store, study, COUNTY)).sign_in("viewer")


@pytest.fixture
def layer(study):
    return heat_layer(study, query_of(study, category="盗窃", hours=(6, 18)), Settings())


@ON_SQLITE
def test_a_picture_is_kept_by_the_browser_under_a_name_of_its_own(visitor, layer):
    answer = visitor.get(layer.area)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"
    tag, weak = answer.get_etag()
    assert tag
    assert not weak
    numbers, _, _ = read_png(answer.data)
    assert numbers.max() >= 2
    again = visitor.client.get(layer.area, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", answer.headers["ETag"])
    assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]
    other = visitor.get(layer.area.replace("from=2024-02-01", "from=2024-02-02"))
    assert other.headers["ETag"] != answer.headers["ETag"]


@ON_SQLITE
def test_tiles_have_four_more_pixels_than_they_cover(visitor, layer):
    x, y = (int(v // 512) for v in _pixel_of_the_centre(14))
    answer = visitor.get(layer.tiles.format(z=13, x=x, y=y))
    numbers, _, _ = read_png(answer.data)
    assert (answer.status_code, numbers.shape) == (200, (516, 516))


@ON_SQLITE
def test_heat_of_other_data_is_not_there_and_says_so(visitor, layer, study):
    answer = visitor.get(layer.area.replace(heat_version(study), "0" * 12))
    assert answer.status_code == 404
    assert "reload the page" in answer.get_data(as_text=True)
    assert "immutable" not in answer.headers["Cache-Control"]
    with pytest.raises(HeatOutdated):
        require_version(study, "0" * 12)


@ON_SQLITE
@pytest.mark.parametrize("wrong", ["datum=bd09", "from=yesterday", "category=none", "hours=25-3"])
def test_what_the_address_may_not_ask_is_refused(visitor, layer, wrong):
    assert visitor.get(f"{layer.area.split('?')[0]}?{wrong}").status_code == 400


@ON_SQLITE
def test_nobody_unknown_gets_a_picture(store, study, layer):
    answer = Visitor(site_of(store, study, COUNTY)).get(layer.area)
    assert (answer.status_code, answer.headers["Location"].startswith("/sign-in")) == (302, True)


@ON_SQLITE
def test_the_console_asks_for_pictures_and_the_file_holds_contours(store, study):
    site = Visitor(site_of(store, study, DEMONSTRATION))
    page = site.get("/?from=2024-02-01&to=2024-02-29").get_data(as_text=True)
    assert f"heat\\/{heat_version(study)}\\/area.png" in page
    assert '"class":' not in page
    kept = site.get("/map.html?from=2024-02-01&to=2024-02-29").get_data(as_text=True)
    assert '"class":' in kept
    assert "area.png" not in kept
    empty = site.get("/?from=2023-02-01&to=2023-02-28").get_data(as_text=True)
    assert "area.png" in empty  # another month may have some


def test_a_surface_alone_needs_no_targets():
    bare = study_of(many(20, (0, 0), "2024-02-01"), [])
    surface, _ = heat_surface(bare, query_of(bare))
    assert surface.incidents_per_km2.max() > 1
