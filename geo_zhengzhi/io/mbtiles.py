"""
MBTiles: tiles in a SQLite file, its rows counted from the south.

The file is a stranger's. It is opened read-only, its own views may only select, and neither a long calculation nor a
large value gets far. The store's live file is refused before anything opens it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from geo_zhengzhi.errors import TileFileUnreadable
from geo_zhengzhi.io.tile_images import MAX_TILE_BYTES
from geo_zhengzhi.live_files import refuse_live

MAGIC = b"SQLite format 3\x00"
MOST_STEPS = 20_000_000  # of SQLite's machine, a second's work or so
STEPS_A_CALL = 100_000
LONGEST_TEXT = 2000
KEYS = ("name", "format", "minzoom", "maxzoom", "bounds", "attribution")
FUNCTIONS = ("min", "max", "length", "substr", "typeof")
ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
TILE = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1"
SOME = "SELECT tile_data FROM tiles LIMIT 1"
ZOOMS = "SELECT min(zoom_level), max(zoom_level) FROM tiles"


def read_metadata(path: Path) -> dict[str, str]:
    """
    What the file says of itself; its zooms from its rows where it does not say them.

    Raises
    ------
    TileFileUnreadable
        If it is no SQLite file with the tables of MBTiles, or its views do more than select.
    FileIsTheStore
    """
    with _opened(path) as connection:
        asked = f"SELECT name, substr(value, 1, {LONGEST_TEXT}) FROM metadata WHERE typeof(value) <> 'blob' LIMIT 200"
        said = {str(name): str(value) for name, value in connection.execute(asked) if name in KEYS}
        if "minzoom" not in said or "maxzoom" not in said:
            lowest, highest = connection.execute(ZOOMS).fetchone()
            said |= {"minzoom": str(lowest), "maxzoom": str(highest)}
    return said


def read_tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """
    The bytes of a tile counted from the north; None where the file has none.

    Raises
    ------
    TileFileUnreadable
        If the file breaks off, or the tile is above 2 MB.
    """
    with _opened(path) as connection:
        return _blob(path, connection.execute(TILE, (z, x, 2**z - 1 - y)).fetchone())


def some_tile(path: Path) -> bytes | None:
    """Any one tile, to see what the file holds; None of an empty file."""
    with _opened(path) as connection:
        return _blob(path, connection.execute(SOME).fetchone())


def _blob(path: Path, row: tuple[object] | None) -> bytes | None:
    if row is None:
        return None
    if not isinstance(row[0], bytes):
        raise TileFileUnreadable(name=path.name, reason="a tile is no blob")
    return row[0]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can do nothing but read tiles; what goes wrong on it is one sentence."""
    refuse_live(path)
    try:
        with closing(sqlite3.connect(_address(path), uri=True, timeout=1.0)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_TILE_BYTES)
            connection.set_authorizer(_may)
            steps = iter(range(MOST_STEPS // STEPS_A_CALL))
            connection.set_progress_handler(lambda: next(steps, None) is None, STEPS_A_CALL)
            yield connection
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        raise TileFileUnreadable(name=path.name, reason=str(error)[:200]) from error


def _may(action: int, first: str | None, second: str | None, database: str | None, view: str | None) -> int:
    """Whether SQLite may do something on the way to an answer."""
    is_harmless = action in ALLOWED or (action == sqlite3.SQLITE_FUNCTION and second in FUNCTIONS)
    return sqlite3.SQLITE_OK if is_harmless else sqlite3.SQLITE_DENY


def _address(path: Path) -> str:
    """
    The file as an address for SQLite, read-only.

    As one that never changes only where nobody has begun to write it: SQLite then makes no files beside it, which it
    may not where tiles lie on a medium that takes no writes.
    """
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-journal"))
    unchanging = "" if any(one.exists() for one in beside) else "&immutable=1"
    return f"file:{quote(str(path.absolute()))}?mode=ro{unchanging}"
