"""
The county's own tiles under a meeting file's maps for paper: which of them a window shows, and where each one lies.

The maps are in metres of the county frame. Tiles are Web Mercator, in WGS-84 or GCJ-02; they are moved to where the
county's places lie in the frame, so that nothing else on the map moves.
"""

import io
import math
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from geo_zhengzhi.crs import MetricFrame, gcj02_to_wgs84, wgs84_to_gcj02
from geo_zhengzhi.render.background import Background
from geo_zhengzhi.render.meeting.map_windows import Window

Floats = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]
Key = tuple[int, int, int]
SIDE, WIDEST = 256, 2048  # pixels of a tile, and of the largest that is read
MESH = 24  # cells along a window's side, in each of which a tile's ground is taken for plane
LEAST_DENSITY = 0.49  # pixels a px of the design
SHEET_DENSITY = 1.0  # of a page that a browser prints
N_COLOURS = 128
MOST_TILES = 600  # of one window
EARTH_M = 40_075_016.686  # equator of Web Mercator


class TileGround:
    """
    Tiles of a file as the ground of maps in metres.

    Parameters
    ----------
    background : Background
        With its pictures.
    frame_center : (longitude, latitude)
        Of the county frame, degrees.
    """

    def __init__(self, background: Background, frame_center: tuple[float, float]) -> None:
        self.most_bytes = background.most_bytes
        self._pictures, self._is_gcj02 = background.pictures, background.crs == "gcj02"
        self._frame, self._latitude = MetricFrame(*frame_center), frame_center[1]
        self._zooms = sorted(set(map(_zoom_of, self._pictures)))

    def picture(self, window: Window, density: float, most_bytes: float) -> Pixels | None:
        """
        The ground of a window.

        Parameters
        ----------
        window : Window
        density : float
            Pixels a px of the design; fewer are taken where that would be too large.
        most_bytes : float
            What the picture may take in a file.

        Returns
        -------
        array of (height, width, 4), uint8
            Transparent where there is no tile; None where there is none at all, or no density is coarse enough.
        """
        while density >= LEAST_DENSITY:
            found = self._drawn(window, density)
            if found is None or _size(found) <= most_bytes:
                return found
            density /= math.sqrt(2)
        return None

    def places(self, window: Window) -> list[tuple[str, tuple[float, ...]]]:
        """The tiles of a window, each with the six numbers that lead from its unit square to metres, y southwards."""
        zoom = self._zoom(window, SHEET_DENSITY)
        if zoom is None:
            return []
        names = dict.fromkeys(name for key in self._keys(window, zoom) if (name := self._held(key)) is not None)
        return [(name, self._matrix(name)) for name in sorted(names, key=_zoom_of)]

    def _zoom(self, window: Window, density: float) -> int | None:
        """The zoom whose tiles are as fine as a window is drawn, among those that the file has there."""
        metres = window.m_per_px / density
        wanted = math.log2(EARTH_M * math.cos(math.radians(self._latitude)) / SIDE / metres)
        fine = next((z for z in self._zooms if z >= wanted - 0.25), self._zooms[-1])
        return next((z for z in reversed(self._zooms) if z <= fine and self._has(window, z)), None)

    def _has(self, window: Window, zoom: int) -> bool:
        """Whether the file has a tile of a window at a zoom, and the window not too many of them."""
        west, north, east, south = self._corners(window, zoom)
        if (east - west + 1) * (south - north + 1) > MOST_TILES:
            return False
        return any(_name(key) in self._pictures for key in self._keys(window, zoom))

    def _drawn(self, window: Window, density: float) -> Pixels | None:
        zoom = self._zoom(window, density)
        if zoom is None:
            return None
        west, north, east, south = self._corners(window, zoom)
        sheet = Image.new("RGBA", ((east - west + 1) * SIDE, (south - north + 1) * SIDE))
        for key in self._keys(window, zoom):
            tile = self._tile(key)
            if tile is not None:
                sheet.paste(tile, ((key[1] - west) * SIDE, (key[2] - north) * SIDE))
        size = (max(1, round(window.width_px * density)), max(1, round(window.height_px * density)))
        mesh = list(self._mesh(window, size, zoom, (west, north)))
        moved = sheet.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
        alpha = np.asarray(moved.getchannel("A")) > 127
        few = moved.convert("RGB").quantize(N_COLOURS, dither=Image.Dither.NONE).convert("RGB")
        return np.dstack([np.asarray(few), np.where(alpha, 255, 0).astype(np.uint8)]) if alpha.any() else None

    def _mesh(
        self, window: Window, size: tuple[int, int], zoom: int, first: tuple[int, int]
    ) -> Iterator[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
        """Cells of the picture, each with the corners of its ground on the sheet of tiles."""
        columns = np.unique(np.linspace(0, size[0], MESH + 1).round().astype(int))
        rows = np.unique(np.linspace(0, size[1], MESH + 1).round().astype(int))
        x = window.west + (window.east - window.west) * columns / size[0]
        y = window.north - (window.north - window.south) * rows / size[1]
        at_x, at_y = self._tile_numbers(*np.meshgrid(x, y), zoom)
        u, v = (at_x - first[0]) * SIDE, (at_y - first[1]) * SIDE
        for i in range(len(rows) - 1):
            for j in range(len(columns) - 1):
                corners = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
                quad = tuple(float(value[corner]) for corner in corners for value in (u, v))
                yield (int(columns[j]), int(rows[i]), int(columns[j + 1]), int(rows[i + 1])), quad

    def _tile_numbers(self, x: Floats, y: Floats, zoom: int) -> tuple[Floats, Floats]:
        """Metres of the frame as columns and rows of tiles, with their fractions."""
        longitude, latitude = self._frame.to_degrees(x.ravel(), y.ravel())
        if self._is_gcj02:
            longitude, latitude = wgs84_to_gcj02(longitude, latitude)
        n = 2.0**zoom
        rows = (1 - np.arcsinh(np.tan(np.radians(latitude))) / math.pi) / 2 * n
        return ((longitude + 180) / 360 * n).reshape(x.shape), rows.reshape(x.shape)

    def _metres(self, columns: Floats, rows: Floats, zoom: int) -> tuple[Floats, Floats]:
        """The way back."""
        n = 2.0**zoom
        longitude = columns / n * 360 - 180
        latitude = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * rows / n))))
        if self._is_gcj02:
            longitude, latitude = gcj02_to_wgs84(longitude, latitude)
        x, y = self._frame.to_metres(longitude, latitude)
        return np.asarray(x), np.asarray(y)

    def _matrix(self, name: str) -> tuple[float, ...]:
        """From a tile's unit square, y downwards, to metres, y southwards."""
        z, column, row = map(int, name.split("/"))
        x, y = self._metres(np.array([0.0, 1.0, 0.0]) + column, np.array([0.0, 0.0, 1.0]) + row, z)
        return (x[1] - x[0], -(y[1] - y[0]), x[2] - x[0], -(y[2] - y[0]), x[0], -y[0])

    def _corners(self, window: Window, zoom: int) -> tuple[int, int, int, int]:
        """First and last column and row of the tiles that a window touches."""
        x = np.array([window.west, window.east, window.west, window.east, (window.west + window.east) / 2])
        y = np.array([window.north, window.north, window.south, window.south, window.north])
        columns, rows = self._tile_numbers(x, y, zoom)
        most = 2**zoom - 1
        ends = (columns.min(), rows.min(), columns.max(), rows.max())
        west, north, east, south = (max(0, min(most, math.floor(value))) for value in ends)
        return west, north, east, south

    def _keys(self, window: Window, zoom: int) -> Iterator[Key]:
        west, north, east, south = self._corners(window, zoom)
        yield from ((zoom, x, y) for y in range(north, south + 1) for x in range(west, east + 1))

    def _held(self, key: Key) -> str | None:
        """The tile itself, or the nearest coarser one that shows the same ground."""
        z, x, y = key
        names = (f"{z - up}/{x >> up}/{y >> up}" for up in range(z - self._zooms[0] + 1))
        return next((name for name in names if name in self._pictures), None)

    def _tile(self, key: Key) -> Image.Image | None:
        """A tile's picture; out of a coarser one where the file has none."""
        name = self._held(key)
        if name is None:
            return None
        tile = _opened(self._pictures[name])
        up = key[0] - _zoom_of(name)
        if tile is None or not up:
            return tile
        part = SIDE / 2**up
        left, top = key[1] % 2**up * part, key[2] % 2**up * part
        return tile.resize((SIDE, SIDE), Image.Resampling.BILINEAR, (left, top, left + part, top + part))


def ground_of(background: Background | None, frame_center: tuple[float, float]) -> TileGround | None:
    """The ground of a file's maps; None without tiles."""
    return TileGround(background, frame_center) if background is not None and background.pictures else None


def _name(key: Key) -> str:
    """A tile as a pack names it."""
    return "/".join(map(str, key))


def _zoom_of(name: str) -> int:
    return int(name.partition("/")[0])


@lru_cache(maxsize=256)
def _opened(picture: str) -> Image.Image | None:
    """A tile out of its data URI, 256 pixels wide; None of one that is broken, or no tile's size."""
    try:
        with Image.open(io.BytesIO(b64decode(picture.partition(",")[2]))) as image:
            if max(image.size) > WIDEST:
                return None
            return image.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    except (OSError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


def _size(picture: Pixels) -> int:
    """Bytes of a picture as files hold it."""
    stream = io.BytesIO()
    Image.fromarray(picture[..., :3]).quantize(N_COLOURS, dither=Image.Dither.NONE).save(stream, "png")
    return stream.tell()
