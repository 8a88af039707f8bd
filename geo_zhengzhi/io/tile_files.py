"""A county's own background: raster tiles in one MBTiles or PMTiles file."""

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo_zhengzhi.errors import FileMissing, TileFileUnreadable, VectorTiles
from geo_zhengzhi.io import mbtiles, pmtiles
from geo_zhengzhi.io.tile_images import media_type
from geo_zhengzhi.live_files import refuse_live

DEEPEST_ZOOM = 22
LONGEST_ATTRIBUTION = 200
ENDINGS = (".mbtiles", ".pmtiles")
RASTER = ("png", "jpg", "jpeg", "webp")
WORLD = (-180.0, -85.06, 180.0, 85.06)


@dataclass(frozen=True)
class TileFile:
    """
    What a file of tiles says of itself, held against its own bytes.

    Parameters
    ----------
    path : Path
    min_zoom, max_zoom : int
    bounds : (west, south, east, north), degrees, in the tiles' own datum
    attribution : str
        Plain text; as hostile as anything that comes from a file.
    header : pmtiles.Header or None
        None of MBTiles.
    """

    path: Path
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    attribution: str
    header: pmtiles.Header | None

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """
        A tile counted from the north-west, an image for certain; None where the file has none.

        Raises
        ------
        TileFileUnreadable
            If the file breaks off, or what lies there is no PNG, JPEG or WebP, or above 2 MB.
        """
        if not self.min_zoom <= z <= self.max_zoom:
            return None
        if self.header is None:
            content = mbtiles.read_tile(self.path, z, x, y)
        else:
            content = pmtiles.read_tile(self.path, self.header, z, x, y)
        if content is not None and media_type(content) is None:
            raise TileFileUnreadable(name=self.path.name, reason="a tile is no image")
        return content


def open_tile_file(path: Path) -> TileFile:
    """
    Look into a file of tiles; what was found is kept until the file changes.

    Raises
    ------
    FileMissing, FileIsTheStore
    TileFileUnreadable
        If it is neither format, broken, empty, or its tiles are no images.
    VectorTiles
        If it holds vector tiles.
    """
    refuse_live(path)
    try:
        found = path.stat()
    except OSError:
        raise FileMissing(name=str(path)) from None
    if not path.is_file():
        raise FileMissing(name=str(path))
    return _looked_into(path, found.st_mtime_ns, found.st_size, found.st_ino)


@lru_cache(maxsize=4)
def _looked_into(path: Path, *_state: int) -> TileFile:
    try:
        with path.open("rb") as stream:
            first = stream.read(16)
    except OSError as error:
        raise TileFileUnreadable(name=path.name, reason=error.strerror) from None
    if first.startswith(pmtiles.MAGIC):
        return _of_pmtiles(path)
    if first == mbtiles.MAGIC:
        return _of_mbtiles(path)
    raise TileFileUnreadable(name=path.name, reason="neither SQLite nor PMTiles")


def _of_mbtiles(path: Path) -> TileFile:
    said = mbtiles.read_metadata(path)
    _refuse_vectors(path, said.get("format", "").lower())
    _refuse_no_image(path, mbtiles.some_tile(path))
    zooms = _zooms(path, said.get("minzoom", ""), said.get("maxzoom", ""))
    return TileFile(path, *zooms, _bounds(said.get("bounds", "")), _plain(said.get("attribution", "")), None)


def _of_pmtiles(path: Path) -> TileFile:
    header = pmtiles.read_header(path)
    _refuse_vectors(path, header.tile_type)
    _refuse_no_image(path, pmtiles.some_tile(path, header))
    zooms = _zooms(path, str(header.min_zoom), str(header.max_zoom))
    bounds = _bounds(",".join(map(str, header.bounds)))
    attribution = pmtiles.read_metadata(path, header).get("attribution", "")
    return TileFile(path, *zooms, bounds, _plain(attribution), header)


def _refuse_vectors(path: Path, kind: str) -> None:
    if kind and kind not in (*RASTER, "?"):
        raise VectorTiles(name=path.name, given=kind[:20])


def _refuse_no_image(path: Path, content: bytes | None) -> None:
    """Refuse a file whose first tile says already that it is not what it says."""
    if content is None:
        raise TileFileUnreadable(name=path.name, reason="it holds no tile")
    if content[:2] == b"\x1f\x8b":  # vector tiles are packed, pictures are not
        raise VectorTiles(name=path.name, given="gzip")
    if media_type(content) is None:
        raise TileFileUnreadable(name=path.name, reason="a tile is no image")


def _zooms(path: Path, lowest: str, highest: str) -> tuple[int, int]:
    """The zooms as numbers."""
    try:
        found = int(float(lowest)), int(float(highest))
    except (ValueError, OverflowError):
        raise TileFileUnreadable(name=path.name, reason="its zooms are no numbers") from None
    if not 0 <= found[0] <= found[1] <= DEEPEST_ZOOM:
        raise TileFileUnreadable(name=path.name, reason=f"its zooms are not among 0–{DEEPEST_ZOOM}")
    return found


def _bounds(text: str) -> tuple[float, float, float, float]:
    """The bounds as numbers; the world's where they are none, since they only save looking for tiles."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return WORLD
    holds = -180 <= west < east <= 180 and -90 <= south < north <= 90
    return (west, max(south, WORLD[1]), east, min(north, WORLD[3])) if holds else WORLD


def _plain(attribution: str) -> str:
    """An attribution without its marks: files say it as a piece of a page."""
    text = html.unescape(re.sub(r"<[^<>]*>", "", attribution))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_ATTRIBUTION]
