"""Small MBTiles and PMTiles of pictures in one colour each, so that a test sees which tile came."""

import gzip
import json
import math
import sqlite3
import struct
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from geo_zhengzhi.io.pmtiles import tile_number

Key = tuple[int, int, int]
BOX = (117.2, 39.8, 117.8, 40.3)


def png(red: int, green: int, blue: int, side: int = 32) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + bytes((red, green, blue)) * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def colour(z: int, x: int, y: int) -> tuple[int, int, int]:
    """The colour of a tile."""
    return 120 + 5 * z % 100, 60 + 40 * (x % 5), 60 + 40 * (y % 5)


def tiles_of(zooms: Sequence[int], around: tuple[float, float] = (117.4, 40.0), reach: int = 2) -> dict[Key, bytes]:
    """Tiles of some zooms around a place (longitude, latitude)."""

    found = {}
    for z in zooms:
        n = 2**z
        x0 = int((around[0] + 180) / 360 * n)
        y0 = int((1 - math.asinh(math.tan(math.radians(around[1]))) / math.pi) / 2 * n)
        for x in range(max(0, x0 - reach), min(n, x0 + reach + 1)):
            for y in range(max(0, y0 - reach), min(n, y0 + reach + 1)):
                found[z, x, y] = png(*colour(z, x, y))
    return found


def write_mbtiles(path: Path, tiles: Mapping[Key, bytes], **metadata: str) -> Path:
    """An MBTiles file, its rows counted from the south."""
    path.unlink(missing_ok=True)
    said = {"name": "county", "format": "png", "attribution": "© 县测绘"} | metadata
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        connection.execute("CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)")
        connection.execute("CREATE UNIQUE INDEX i ON tiles (zoom_level, tile_column, tile_row)")
        connection.executemany("INSERT INTO metadata VALUES (?, ?)", said.items())
        rows = [(z, x, 2**z - 1 - y, content) for (z, x, y), content in tiles.items()]
        connection.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        connection.commit()
    return path


def numbers(values: Sequence[int]) -> bytes:
    """Numbers of seven bits a byte."""
    out = bytearray()
    for value in values:
        while value > 0x7F:
            out.append(value & 0x7F | 0x80)
            value >>= 7
        out.append(value)
    return bytes(out)


def directory(entries: Sequence[tuple[int, int, int, int]]) -> bytes:
    """First tile, run, offset and length of each entry."""
    steps = [entry[0] - (entries[i - 1][0] if i else 0) for i, entry in enumerate(entries)]
    columns = [steps, [e[1] for e in entries], [e[3] for e in entries], [e[2] + 1 for e in entries]]
    return numbers([len(entries), *(value for column in columns for value in column)])


def write_pmtiles(
    path: Path, tiles: Mapping[Key, bytes], *, kind: int = 2, packed: bool = True, leaves: int = 3, **metadata: object
) -> Path:
    """A PMTiles file whose tiles lie in so many leaf directories below the root."""
    pack = gzip.compress if packed else bytes
    ordered = sorted((tile_number(*key), content) for key, content in tiles.items())
    entries, at = [], 0
    for number, content in ordered:
        entries.append((number, 1, at, len(content)))
        at += len(content)
    body = b"".join(content for _, content in ordered)
    size = -(-len(entries) // leaves)
    root, leaf_bytes = [], b""
    for start in range(0, len(entries), size):
        leaf = pack(directory(entries[start : start + size]))
        root.append((entries[start][0], 0, len(leaf_bytes), len(leaf)))
        leaf_bytes += leaf
    parts = [
        pack(directory(root)),
        pack(json.dumps({"attribution": "© 县测绘", **metadata}).encode()),
        leaf_bytes,
        body,
    ]
    offset, sections = 127, []
    for part in parts:
        sections += [offset, len(part)]
        offset += len(part)
    zooms = [key[0] for key in tiles]
    box = [round(value * 1e7) for value in BOX]
    n = len(entries)
    head = struct.pack(
        "<7sB8Q3Q6B4iBii", b"PMTiles", 3, *sections, n, n, n, 1, 2 if packed else 1, 1, kind, min(zooms), max(zooms),
        *box, 10, 1174000000, 400000000,
    )  # fmt: skip
    path.write_bytes(head + b"".join(parts))
    return path
