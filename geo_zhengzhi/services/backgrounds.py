"""Which background an installation's maps have: none, a server's behind the proxy, or a county's own file."""

import re
from pathlib import Path

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.io.tile_files import ENDINGS, TileFile, open_tile_file
from geo_zhengzhi.render.background import FILE, Background, parse_background
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.doctor import Finding

_DATUM = re.compile(r"(wgs84|gcj02):(.+)")


def has_own_background(settings: Settings) -> bool:
    """Whether the settings name a file of tiles; nothing is opened."""
    text = settings.tiles.strip()
    return text.lower().endswith(ENDINGS) and "{z}" not in text


def tile_file(settings: Settings) -> tuple[TileFile, str] | None:
    """
    The county's own file and the datum of its tiles; None where the settings name none.

    Raises
    ------
    FileMissing, TileFileUnreadable, VectorTiles, FileIsTheStore
        As `io.tile_files` finds it.
    """
    text = settings.tiles.strip()
    if not has_own_background(settings):
        return None
    match = _DATUM.fullmatch(text)
    datum, path = (match[1], match[2]) if match else ("wgs84", text)
    return open_tile_file(Path(path).expanduser()), datum


def background_of(settings: Settings) -> Background | None:
    """
    The background of every map of the application; None without one.

    Raises
    ------
    InvalidParameter
        If the setting is none of its forms.
    FileMissing, TileFileUnreadable, VectorTiles, FileIsTheStore
        If it names a file that is not possible.
    """
    own = tile_file(settings)
    if own is None:
        return parse_background(settings.tiles)
    file, datum = own
    return Background(FILE, ("",), "", "gcj02" if datum == "gcj02" else "wgs84", file.attribution, file.max_zoom)


def examine_background(settings: Settings) -> Finding | None:
    """What is wrong with the background, for `doctor`; None where none is set."""
    if not settings.tiles.strip():
        return None
    try:
        background_of(settings)
    except GeoZhengzhiError as error:
        return Finding("Background", (str(error),))
    return Finding("Background", ())
