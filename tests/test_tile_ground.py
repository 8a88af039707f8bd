"""A county's own tiles under maps for paper lie where its places lie, in either datum, within their bytes."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tile_files import colour, png, tiles_of

from geo_zhengzhi.crs import MetricFrame, wgs84_to_gcj02
from geo_zhengzhi.render.background import FILE, Background
from geo_zhengzhi.render.meeting.map_windows import Window
from geo_zhengzhi.render.meeting.tile_ground import N_COLOURS, TileGround, ground_of

CENTER = (117.4, 40.0)
FRAME = MetricFrame(*CENTER)
WINDOW = Window(-2000.0, -1500.0, 2000.0, 1500.0, 400.0, 300.0)
PLENTY = 10_000_000
DATUMS = pytest.mark.parametrize("crs", ["wgs84", "gcj02"])


def background(zooms: range, crs: str = "wgs84", reach: int = 6, **more: Any) -> Background:
    tiles = tiles_of(zooms, CENTER, reach) | more.pop("tiles", {})
    pictures = {f"{z}/{x}/{y}": uri(content) for (z, x, y), content in tiles.items()}
    return Background(FILE, ("",), "", crs, "", max(zooms), pictures, PLENTY)


def uri(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def tile_at(x: float, y: float, zoom: int, crs: str) -> tuple[int, int, int]:
    """The tile that shows a place of the frame, and by how much of its side it lies inside, worked out by hand."""
    longitude, latitude = FRAME.to_degrees([x], [y])
    if crs == "gcj02":
        longitude, latitude = wgs84_to_gcj02(longitude, latitude)
    n = 2**zoom
    row = (1 - np.arcsinh(np.tan(np.radians(latitude[0]))) / np.pi) / 2 * n
    return zoom, int((longitude[0] + 180) / 360 * n), int(row)


@DATUMS
def test_every_place_is_shown_by_the_tile_that_holds_it(crs: str) -> None:
    pixels = TileGround(background(range(15, 16), crs, 12), CENTER).picture(WINDOW, 1.0, PLENTY)
    assert pixels is not None
    assert pixels.shape == (300, 400, 4)
    wrong = 0
    for i in range(4, 300, 8):
        for j in range(4, 400, 8):
            x, y = -2000 + (j + 0.5) * 10, 1500 - (i + 0.5) * 10
            near = {tile_at(x + dx, y + dy, 15, crs) for dx in (-12, 12) for dy in (-12, 12)}  # a pixel beside an edge
            shown = pixels[i, j, :3].astype(int)
            wrong += not any(np.abs(shown - colour(*key)).max() <= 8 for key in near) and len(near) == 1
    assert wrong == 0
    apart = TileGround(background(range(15, 16), "gcj02" if crs == "wgs84" else "wgs84", 12), CENTER)
    assert not np.array_equal(apart.picture(WINDOW, 1.0, PLENTY), pixels)


@DATUMS
def test_a_browser_is_told_where_each_tile_lies_to_half_a_metre(crs: str) -> None:
    ground = TileGround(background(range(14, 16), crs, 12), CENTER)
    places = ground.places(WINDOW)
    assert {name.partition("/")[0] for name, _ in places} == {"14"}  # 10 m a px take no closer one
    for name, (a, b, c, d, e, f) in places:
        z, column, row = map(int, name.split("/"))
        for u, v in ((0.02, 0.02), (0.98, 0.02), (0.5, 0.5), (0.02, 0.98)):
            x, y = e + a * u + c * v, -(f + b * u + d * v)
            assert tile_at(x, y, z, crs) == (z, column, row)
    covered = {tile_at(x, y, 14, crs) for x in (-1999, 0, 1999) for y in (-1499, 0, 1499)}
    assert {"/".join(map(str, key)) for key in covered} <= {name for name, _ in places}


def test_a_coarser_tile_stands_in_where_the_file_has_no_closer_one_and_nothing_where_it_has_none() -> None:
    few = Background(FILE, ("",), "", "wgs84", "", 15, {
        name: picture for name, picture in background(range(14, 16), reach=3).pictures.items()
        if name.startswith("14/") or name == "/".join(map(str, tile_at(0, 0, 15, "wgs84")))
    }, PLENTY)  # fmt: skip
    pixels = TileGround(few, CENTER).picture(WINDOW, 2.0, PLENTY)
    assert pixels is not None
    assert (pixels[..., 3] == 255).all()
    middle, corner = pixels[300, 400, :3].astype(int), pixels[20, 20, :3].astype(int)
    assert np.abs(middle - colour(*tile_at(0, 0, 15, "wgs84"))).max() <= 8
    assert np.abs(corner - colour(*tile_at(-1900, 1400, 14, "wgs84"))).max() <= 8
    one = {"/".join(map(str, (15, *tile_at(0, 0, 15, "wgs84")[1:]))): uri(png(1, 2, 3))}
    alone = TileGround(Background(FILE, ("",), "", "wgs84", "", 15, one, PLENTY), CENTER)
    shares = (alone.picture(WINDOW, 2.0, PLENTY)[..., 3] == 255).mean()
    assert 0 < shares < 0.5
    far = Window(90_000, 90_000, 94_000, 93_000, 400, 300)
    assert alone.picture(far, 2.0, PLENTY) is None
    assert alone.places(far) == []


def noisy(zoom: int) -> dict[tuple[int, int, int], bytes]:
    """Tiles that no packing makes small."""
    rng, found = np.random.default_rng(3), {}
    for key in tiles_of([zoom], CENTER, 1):
        stream = io.BytesIO()
        Image.fromarray(rng.integers(0, 255, (256, 256, 3), dtype=np.uint8)).save(stream, "png")
        found[key] = stream.getvalue()
    return found


def test_a_picture_is_drawn_coarser_until_it_fits_or_left_out() -> None:
    ground = TileGround(background(range(14, 15), tiles=noisy(14)), CENTER)
    window, sizes = Window(-500.0, -375.0, 500.0, 375.0, 100.0, 75.0), []
    for most in (PLENTY, 12_000, 3_000):
        pixels = ground.picture(window, 2.0, most)
        assert pixels is not None
        stream = io.BytesIO()
        Image.fromarray(pixels[..., :3]).quantize(N_COLOURS, dither=Image.Dither.NONE).save(stream, "png")
        assert stream.tell() <= most
        sizes.append(pixels.shape[1])
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3
    assert ground.picture(window, 2.0, 300) is None


def test_a_tile_that_is_broken_or_much_too_large_is_left_out() -> None:
    stream = io.BytesIO()
    Image.new("1", (2049, 10)).save(stream, "png")
    for content in (b"\x89PNG\r\n\x1a\nbroken", stream.getvalue()):
        pictures = {"/".join(map(str, tile_at(0, 0, 14, "wgs84"))): uri(content)}
        ground = TileGround(Background(FILE, ("",), "", "wgs84", "", 14, pictures, PLENTY), CENTER)
        assert ground.picture(WINDOW, 2.0, PLENTY) is None


def test_without_tiles_there_is_no_ground() -> None:
    assert ground_of(None, CENTER) is None
    assert ground_of(Background("amap", ("",), "", "gcj02", "", 18), CENTER) is None
