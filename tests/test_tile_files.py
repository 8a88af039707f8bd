"""A county's own tiles: read to the byte from MBTiles and PMTiles, served as a background, hostile files refused."""

import gzip
import json
import sqlite3
import struct
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browsing import until
from playwright.sync_api import expect
from sites import running, small_study
from tile_files import Key, directory, png, tiles_of, write_mbtiles, write_pmtiles

from geo_zhengzhi.errors import FileIsTheStore, FileMissing, TileFileUnreadable, VectorTiles
from geo_zhengzhi.io import mbtiles, pmtiles
from geo_zhengzhi.io.tile_files import open_tile_file
from geo_zhengzhi.io.tile_images import MAX_TILE_BYTES, media_type
from geo_zhengzhi.services.backgrounds import background_of, examine_background
from geo_zhengzhi.services.console.tiles import NOTHING, fetch_tile
from geo_zhengzhi.services.drawing.datum import page_datum
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from tests.stores import ON_SQLITE
from web.app import create_app

TILES = tiles_of(range(8, 12))
SOME: Key = next(key for key in TILES if key[0] == 10)
WRITERS = {".mbtiles": write_mbtiles, ".pmtiles": write_pmtiles}


@pytest.mark.parametrize("ending", WRITERS)
def test_every_tile_comes_back_counted_from_the_north(tmp_path: Path, ending: str) -> None:
    file = open_tile_file(WRITERS[ending](tmp_path / f"县 底图{ending}", TILES))
    assert (file.min_zoom, file.max_zoom, file.attribution) == (8, 11, "© 县测绘")
    assert {key: file.tile(*key) for key in TILES} == TILES
    assert [file.tile(*key) for key in ((10, 0, 0), (7, 0, 0), (12, 0, 0), (10, SOME[1], SOME[2] + 9))] == [None] * 4


def test_a_directory_without_leaves_or_packing_and_runs_of_equal_tiles_are_read(tmp_path: Path) -> None:
    plain = write_pmtiles(tmp_path / "plain.pmtiles", TILES, packed=False, leaves=len(TILES))
    assert open_tile_file(plain).tile(*SOME) == TILES[SOME]
    sea = png(0, 0, 255)
    data = directory([(5, 4, 0, len(sea)), (9, 1, 0, len(sea))])
    header = pmtiles.read_header(plain)
    path = tmp_path / "run.pmtiles"
    offset = 127 + len(data)
    sections = [127, len(data), 127, 0, 127, 0, offset, len(sea)]
    fixed = struct.pack("<7sB8Q3Q6B4iBii", b"PMTiles", 3, *sections, 5, 2, 1, 1, 1, 1, 2, 2, 2, *[0] * 4, 2, 0, 0)
    path.write_bytes(fixed + data + sea)
    numbers = {pmtiles.tile_number(2, x, y): (x, y) for x in range(4) for y in range(4)}
    file = open_tile_file(path)
    assert header.tile_type == "png"
    assert [file.tile(2, *numbers[n]) is not None for n in (5, 8, 9, 10, 20)] == [True, True, True, False, False]


def test_numbers_of_tiles_fill_every_zoom_along_one_curve() -> None:
    first_six = ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))
    assert [pmtiles.tile_number(*key) for key in first_six] == [0, 1, 2, 3, 4, 5]
    for z in range(6):
        keys = {pmtiles.tile_number(z, x, y): (x, y) for x in range(2**z) for y in range(2**z)}
        first = (4**z - 1) // 3
        assert sorted(keys) == list(range(first, first + 4**z))
        walk = [keys[n] for n in sorted(keys)]
        assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) == 1 for a, b in pairwise(walk))


def test_zooms_and_bounds_that_a_file_does_not_say_are_found_or_left_open(tmp_path: Path) -> None:
    silent = write_mbtiles(tmp_path / "a.mbtiles", TILES, format="")
    assert open_tile_file(silent).bounds[0] == -180
    told = write_mbtiles(tmp_path / "b.mbtiles", TILES, bounds="117,39.5,118,40.5", minzoom="9", maxzoom="10")
    file = open_tile_file(told)
    assert (file.bounds, file.min_zoom, file.max_zoom) == ((117, 39.5, 118, 40.5), 9, 10)
    odd = write_mbtiles(tmp_path / "c.mbtiles", TILES, bounds="x,1,2,nan")
    assert open_tile_file(odd).bounds[0] == -180


def test_a_file_that_was_replaced_is_looked_into_again(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    assert open_tile_file(path).attribution == "© 县测绘"
    write_mbtiles(tmp_path / "b.mbtiles", TILES, attribution="新").replace(path)
    assert open_tile_file(path).attribution == "新"


def test_tiles_behind_a_view_as_many_tools_make_them_are_read(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE tiles RENAME TO map")
        connection.execute("CREATE VIEW tiles AS SELECT * FROM map")
        connection.commit()
    assert open_tile_file(path).tile(*SOME) == TILES[SOME]


HOSTILE_VIEWS = {
    "endless": "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS zoom_level, "
    "n AS tile_column, n AS tile_row, NULL AS tile_data FROM c",
    "large": "SELECT 8 AS zoom_level, 1 AS tile_column, 1 AS tile_row, zeroblob(900000000) AS tile_data",
    "loading": "SELECT 8 AS zoom_level, 1 AS tile_column, 1 AS tile_row, load_extension('/tmp/x.so') AS tile_data",
    "wide": "SELECT a.zoom_level, a.tile_column, a.tile_row, a.tile_data FROM map a, map b, map c, map d, map e "
    "WHERE a.zoom_level + b.zoom_level + c.zoom_level + d.zoom_level + e.zoom_level = -1",
}


@pytest.mark.parametrize("name", HOSTILE_VIEWS)
def test_a_view_that_does_more_than_select_or_never_ends_is_refused(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbtiles, "MOST_STEPS", 500_000)
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES, minzoom="8", maxzoom="9")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE tiles RENAME TO map")
        connection.execute(f"CREATE VIEW tiles AS {HOSTILE_VIEWS[name]}")
        connection.commit()
    with pytest.raises(TileFileUnreadable):
        open_tile_file(path)


def broken(kind: str, path: Path) -> Path:
    """A file that is wrong in one way."""
    html = b"<html><script>alert(1)</script></html>"
    if kind == "text":
        path.write_text("not a database")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "other sqlite":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE x (y)")
    elif kind == "cut sqlite":
        write_mbtiles(path, TILES)
        path.write_bytes(path.read_bytes()[:5000])
    elif kind == "no tiles":
        write_mbtiles(path, {}, minzoom="0", maxzoom="1")
    elif kind == "html tiles":
        write_mbtiles(path, {SOME: html})
    elif kind == "large tile":
        write_mbtiles(path, {SOME: png(1, 2, 3) + b"0" * MAX_TILE_BYTES})
    elif kind == "text tile":
        write_mbtiles(path, {SOME: "x"})  # type: ignore[dict-item]
    elif kind == "zooms":
        write_mbtiles(path, TILES, minzoom="0", maxzoom="99")
    elif kind == "zoom words":
        write_mbtiles(path, TILES, minzoom="inf", maxzoom="many")
    elif kind == "pmtiles html":
        write_pmtiles(path, {SOME: html})
    elif kind == "pmtiles 2":
        write_pmtiles(path, TILES)
        path.write_bytes(b"PMTiles\x02" + path.read_bytes()[8:])
    elif kind == "pmtiles cut":
        write_pmtiles(path, TILES)
        path.write_bytes(path.read_bytes()[:140])
    elif kind == "pmtiles header":
        path.write_bytes(b"PMTiles\x03")
    elif kind == "pmtiles loop":
        loop = directory([(0, 0, 0, 12)])
        sections = [127, len(loop), 127, 0, 127, len(loop), 127, 1]
        head = struct.pack("<7sB8Q3Q6B4iBii", b"PMTiles", 3, *sections, 1, 1, 1, 1, 1, 1, 2, 0, 1, *[0] * 4, 0, 0, 0)
        path.write_bytes(head + directory([(0, 0, 0, len(loop))]))
    elif kind == "pmtiles bomb":
        bomb = gzip.compress(b"\x00" * 40_000_000)
        sections = [127, len(bomb), 127, 0, 127, 0, 127, 1]
        head = struct.pack("<7sB8Q3Q6B4iBii", b"PMTiles", 3, *sections, 1, 1, 1, 1, 2, 1, 2, 0, 1, *[0] * 4, 0, 0, 0)
        path.write_bytes(head + bomb)
    elif kind == "pmtiles metadata":
        write_pmtiles(path, TILES, packed=False)
        path.write_bytes(path.read_bytes().replace(b'{"attribution"', b'["attribution"'))
    return path


BROKEN = (
    "text", "empty", "other sqlite", "cut sqlite", "no tiles", "html tiles", "large tile", "text tile", "zooms",
    "zoom words", "pmtiles html", "pmtiles 2", "pmtiles cut", "pmtiles header", "pmtiles loop", "pmtiles bomb",
    "pmtiles metadata",
)  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_or_hostile_file_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    path = broken(kind, tmp_path / ("a.pmtiles" if kind.startswith("pm") else "a.mbtiles"))
    with pytest.raises(TileFileUnreadable, match=r"a\.(mb|pm)tiles cannot be read as background tiles \(.+\)"):
        open_tile_file(path)
    finding = examine_background(Settings(tiles=str(path)))
    assert finding is not None
    assert len(finding.problems) == 1


def test_html_behind_a_first_tile_that_is_a_picture_is_refused_when_it_is_asked_for(tmp_path: Path) -> None:
    other = (SOME[0], SOME[1] + 1, SOME[2])
    for ending, write in WRITERS.items():
        file = open_tile_file(write(tmp_path / f"a{ending}", TILES | {other: b"<html>"}))
        assert file.tile(*SOME) == TILES[SOME]
        with pytest.raises(TileFileUnreadable, match="no image"):
            file.tile(*other)


@pytest.mark.parametrize("kind", ["pbf", "mvt"])
def test_vector_tiles_are_refused_by_what_they_say_and_by_what_they_are(tmp_path: Path, kind: str) -> None:
    with pytest.raises(VectorTiles, match="render the map as raster tiles"):
        open_tile_file(write_mbtiles(tmp_path / "a.mbtiles", TILES, format=kind))
    packed = {SOME: gzip.compress(b"\x1a\x02")}
    with pytest.raises(VectorTiles):
        open_tile_file(write_mbtiles(tmp_path / "b.mbtiles", packed))
    with pytest.raises(VectorTiles, match="mvt"):
        open_tile_file(write_pmtiles(tmp_path / "c.pmtiles", TILES, kind=1))


def test_only_pictures_are_pictures() -> None:
    assert media_type(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert media_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    for other in (b"RIFF\x00\x00\x00\x00WAVEfmt ", b"<svg/>", b"GIF89a", b""):
        assert media_type(other) is None
    assert media_type(NOTHING) == "image/png"


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    (tmp_path / "folder.mbtiles").mkdir()
    for name in ("none.mbtiles", "folder.mbtiles"):
        with pytest.raises(FileMissing, match=name):
            open_tile_file(tmp_path / name)


@ON_SQLITE
def test_the_store_s_own_file_is_never_opened_as_tiles(store: Database, tmp_path: Path) -> None:
    link = tmp_path / "tiles.mbtiles"
    link.symlink_to(str(store.path))
    with pytest.raises(FileIsTheStore):
        open_tile_file(link)
    with pytest.raises(FileIsTheStore):
        mbtiles.some_tile(link)
    with pytest.raises(FileIsTheStore):
        pmtiles.read_header(link)


def test_the_setting_is_a_path_with_the_tiles_datum_before_it(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    for text, datum in ((str(path), "wgs84"), (f"wgs84:{path}", "wgs84"), (f" gcj02:{path}", "gcj02")):
        settings = Settings(tiles=text)
        background = background_of(settings)
        assert background is not None
        assert (background.crs, background.max_zoom, background.map_zoom) == (datum, 11, 18)
        assert page_datum(settings) == datum
    assert background_of(Settings(tiles="https://x.example/{z}/{x}/{y}.pmtiles")).name == "xyz"  # type: ignore[union-attr]


@pytest.fixture(scope="module", params=WRITERS)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("tiles")
    tiles = tiles_of(range(5, 13), reach=6)
    hostile = "<img src=x onerror=alert(1)>${alert(2)}\"' <b>测绘</b>"
    path = WRITERS[request.param](folder / f"county{request.param}", tiles, attribution=hostile)
    return Settings(var_dir=folder, cache_dir=folder, tiles=f"gcj02:{path}")


def test_a_tile_is_served_with_its_type_and_a_tag_and_nothing_where_there_is_none(settings: Settings) -> None:
    client = create_app(settings, small_study()).test_client()
    key = next(key for key in tiles_of([12]))
    answer = client.get("/tiles/{}/{}/{}".format(*key))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.data == fetch_tile(settings, *key).content == tiles_of([12])[key]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Cache-Control"]
    again = client.get("/tiles/{}/{}/{}".format(*key), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for path in ("/tiles/12/0/0", "/tiles/18/0/0", "/tiles/0/0/0"):
        assert client.get(path).data == NOTHING
    for path in ("/tiles/12/4096/0", "/tiles/23/0/0", "/tiles/12/0/0?layer=1"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_shows_the_county_s_tiles_in_their_datum_beyond_their_last_zoom(
    watched: Any, settings: Settings, language: str
) -> None:
    with running(create_app(settings, small_study()), settings) as site:
        page = watched.page
        page.goto(f"{site}?lang={language}")
        until(page, "window.zhengzhi && window.zhengzhi.ready")
        tile = page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first
        expect(tile).to_be_attached()
        page.evaluate("zhengzhi.map.setView([40.0, 117.4], 16, { animate: false })")
        expect(page.locator(".leaflet-tile-pane img.leaflet-tile-loaded").first).to_be_attached()
        asked = {url for url in watched.requests if "/tiles/" in url}
        assert asked
        assert max(int(url.split("/")[-3]) for url in asked) == 12
        credits = page.locator(".leaflet-control-attribution").inner_text()
        assert "测绘" in credits
        assert "<b>" not in credits
        assert page.locator("img[src='x']").count() == 0
        said = {"zh": "GCJ-02", "en": "Drawn in GCJ-02"}[language]
        assert said in page.locator("body").inner_text()
        assert watched.faults == []
        assert watched.foreign(site) == []


def test_a_file_that_broke_since_is_said_on_the_page(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", TILES)
    client = create_app(Settings(var_dir=tmp_path, cache_dir=tmp_path, tiles=str(path)), small_study()).test_client()
    assert client.get("/tiles/8/0/0").status_code == 200
    path.write_text("broken")
    answer = client.get("/tiles/8/0/0?lang=en", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert "cannot be read as background tiles" in answer.get_data(as_text=True)
    assert json.dumps(str(tmp_path))[1:-1] not in answer.get_data(as_text=True)
