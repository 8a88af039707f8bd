"""
PMTiles, version 3: tiles in one file under numbers along a Hilbert curve, found through directories.

The file is a stranger's: every offset is held against its length, and nothing is unpacked beyond a limit.
"""

import json
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import TileFileUnreadable
from geo_zhengzhi.io.tile_images import MAX_TILE_BYTES
from geo_zhengzhi.live_files import refuse_live

MAGIC = b"PMTiles"
HEADER_BYTES = 127
HEADER = struct.Struct("<7sB8Q3Q6B4i")  # up to the bounds; the centre behind them is not read
MOST_BYTES = 16_000_000  # of a directory or the metadata, unpacked
MOST_ENTRIES = 1_000_000
DEEPEST = 4  # directories below each other
PLAIN, GZIP = 1, 2
TYPES = {1: "mvt", 2: "png", 3: "jpg", 4: "webp", 5: "avif"}
Entry = tuple[int, int, int, int]  # first tile, how many or 0 for a directory, offset, length


@dataclass(frozen=True)
class Header:
    """
    The first bytes of a file.

    Parameters
    ----------
    root, metadata, leaves, tiles : (offset, length)
    packing, tile_packing : int
        Compression of directories and metadata, and of tiles.
    tile_type : str
        One of `TYPES`, or "?".
    min_zoom, max_zoom : int
    bounds : (west, south, east, north), degrees
    state : int
        When the file was last written, ns: what is kept of it is of this state.
    """

    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    tiles: tuple[int, int]
    packing: int
    tile_packing: int
    tile_type: str
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    state: int


def read_header(path: Path) -> Header:
    """
    The header.

    Raises
    ------
    TileFileUnreadable
        If the file is none of version 3, or is packed in a way that is not read.
    FileIsTheStore
    """
    state, fields = path.stat().st_mtime_ns, _fields(path)
    if fields[:2] != (MAGIC, 3):
        raise _fault(path, "no PMTiles of version 3")
    packing, tile_packing, kind, min_zoom, max_zoom = fields[14:19]
    if packing not in (PLAIN, GZIP) or tile_packing not in (0, PLAIN, GZIP):
        raise _fault(path, "packed otherwise than by gzip")
    root, metadata, leaves, tiles = ((fields[i], fields[i + 1]) for i in (2, 4, 6, 8))
    west, south, east, north = (value / 1e7 for value in fields[19:23])
    bounds = (west, south, east, north)
    return Header(
        root, metadata, leaves, tiles, packing, tile_packing, TYPES.get(kind, "?"), min_zoom, max_zoom, bounds, state
    )


def read_metadata(path: Path, header: Header) -> dict[str, str]:
    """
    The texts among the metadata.

    Raises
    ------
    TileFileUnreadable
    """
    offset, length = header.metadata
    if length == 0:
        return {}
    try:
        said = json.loads(_unpacked(path, _read(path, offset, length), header.packing, MOST_BYTES))
    except (ValueError, RecursionError):
        raise _fault(path, "its metadata are no JSON") from None
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}


def read_tile(path: Path, header: Header, z: int, x: int, y: int) -> bytes | None:
    """
    The bytes of a tile; None where the file has none.

    Raises
    ------
    TileFileUnreadable
        If a directory leads nowhere, or the tile is above 2 MB.
    """
    wanted = tile_number(z, x, y)
    offset, length = header.root
    for _ in range(DEEPEST):
        entry = _entry(directory(path, header, offset, length), wanted)
        if entry is None:
            return None
        first, run, start, length = entry
        if run:
            return _tile(path, header, start, length) if wanted < first + run else None
        offset = header.leaves[0] + start
    raise _fault(path, "its directories lie too deep")


def some_tile(path: Path, header: Header) -> bytes | None:
    """The first tile that a directory leads to; None of an empty file."""
    offset, length = header.root
    for _ in range(DEEPEST):
        entries = directory(path, header, offset, length)
        if not entries:
            return None
        _, run, start, length = entries[0]
        if run:
            return _tile(path, header, start, length)
        offset = header.leaves[0] + start
    raise _fault(path, "its directories lie too deep")


def directory(path: Path, header: Header, offset: int, length: int) -> tuple[Entry, ...]:
    """The entries of a directory, in the order of their tiles; kept, since neighbours lie in the same one."""
    return _directory(path, header.state, header.packing, offset, length)


@lru_cache(maxsize=64)
def _directory(path: Path, _state: int, packing: int, offset: int, length: int) -> tuple[Entry, ...]:
    data = _unpacked(path, _read(path, offset, length), packing, MOST_BYTES)
    numbers = _numbers(path, data)
    n = numbers[0] if numbers else 0
    if n > MOST_ENTRIES or len(numbers) != 4 * n + 1:
        raise _fault(path, "a directory is broken")
    steps, runs, lengths, offsets = (numbers[i * n + 1 : (i + 1) * n + 1] for i in range(4))
    found: list[Entry] = []
    tile = end = 0
    for step, run, size, given in zip(steps, runs, lengths, offsets, strict=True):
        tile += step
        start = given - 1 if given else end
        end = start + size
        found.append((tile, run, start, size))
    return tuple(found)


def tile_number(z: int, x: int, y: int) -> int:
    """Where a tile stands: behind all of coarser zooms, in the order of a Hilbert curve."""
    number: int = (4**z - 1) // 3
    side = 2**z // 2
    while side:
        right, down = bool(x & side), bool(y & side)
        number += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side //= 2
    return number


def _entry(entries: tuple[Entry, ...], wanted: int) -> Entry | None:
    """The last entry that does not begin behind a tile."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if entries[middle][0] <= wanted else (low, middle)
    return entries[low - 1] if low else None


def _tile(path: Path, header: Header, start: int, length: int) -> bytes:
    if length > MAX_TILE_BYTES:
        raise _fault(path, "a tile is above 2 MB")
    return _unpacked(path, _read(path, header.tiles[0] + start, length), header.tile_packing, MAX_TILE_BYTES)


def _fields(path: Path) -> tuple[Any, ...]:
    """The header's values."""
    data = _read(path, 0, HEADER_BYTES)
    return HEADER.unpack(data[: HEADER.size])


def _numbers(path: Path, data: bytes) -> list[int]:
    """Numbers of seven bits a byte, the lowest first."""
    found: list[int] = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 63:
                raise _fault(path, "a directory is broken")
            continue
        found.append(value)
        value = shift = 0
    return found


def _unpacked(path: Path, data: bytes, packing: int, most: int) -> bytes:
    """The same bytes unpacked, never more than so many."""
    if packing != GZIP:
        return data
    try:
        machine = zlib.decompressobj(wbits=31)
        plain = machine.decompress(data, most)
    except zlib.error:
        raise _fault(path, "a part cannot be unpacked") from None
    if machine.unconsumed_tail or not machine.eof:
        raise _fault(path, "a part is cut off, or larger than allowed")
    return plain


def _read(path: Path, offset: int, length: int) -> bytes:
    """A stretch of the file, all of it."""
    refuse_live(path)
    if length > MOST_BYTES or offset > path.stat().st_size:
        raise _fault(path, "a part lies outside the file")
    with path.open("rb") as stream:
        stream.seek(offset)
        data = stream.read(length)
    if len(data) < length:
        raise _fault(path, "the file is cut off")
    return data


def _fault(path: Path, reason: str) -> TileFileUnreadable:
    return TileFileUnreadable(name=path.name, reason=reason)
