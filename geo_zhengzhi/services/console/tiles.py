"""
Background tiles, through the application: no page ever holds a key or asks another host.

Only the upstream that the settings name is asked, never an address from a request, and redirects are not followed.
Tiles are kept on disk; two layers (Tianditu's map and its names) are two tiles.
"""

import os
import tempfile
import urllib.error
import urllib.request
from base64 import b64decode
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO

from geo_zhengzhi.errors import TileRefused, TileUnavailable
from geo_zhengzhi.io.tile_files import TileFile
from geo_zhengzhi.io.tile_images import MAX_TILE_BYTES, media_type
from geo_zhengzhi.render.background import Background
from geo_zhengzhi.services.backgrounds import background_of, tile_file
from geo_zhengzhi.settings import Settings

TIMEOUT_S = 10.0
DEEPEST_ZOOM = 22
# One transparent pixel: what is shown where a county's own file has no tile.
NOTHING = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
USER_AGENT = "geo_zhengzhi tile proxy"


@dataclass(frozen=True)
class Tile:
    """A tile's bytes and their media type."""

    content: bytes
    media_type: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: it could lead anywhere."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def layer_count(settings: Settings) -> int:
    """How many layers the background has; 0 without one."""
    background = background_of(settings)
    return 0 if background is None else len(background.upstream)


def fetch_tile(settings: Settings, z: int, x: int, y: int, layer: int = 0) -> Tile:
    """
    One tile of the background that the settings name, from disk or from its server.

    Parameters
    ----------
    settings : Settings
        `tiles` names the upstream, `cache_dir` keeps what it gave.
    z, x, y : int
        Web Mercator; 0 <= z <= the background's closest zoom, 0 <= x, y < 2^z.
    layer : int
        Which of the background's layers, lowest first.

    Raises
    ------
    TileRefused
        If no background is set, or the tile is not on the map.
    TileUnavailable
        If the server fails, answers with something that is no image, or with too much.
    TileFileUnreadable
        If the county's own file does.
    """
    own = tile_file(settings)
    if own is not None:
        return _of_file(own[0], z, x, y, layer)
    background = background_of(settings)
    if background is None:
        raise TileRefused(given=f"{z}/{x}/{y}", allowed="none, no background is set")
    n_layers = len(background.upstream)
    if not (0 <= z <= background.max_zoom and 0 <= x < 2**z and 0 <= y < 2**z and 0 <= layer < n_layers):
        allowed = f"z 0–{background.max_zoom}, x and y 0–2^z − 1, layer 0–{n_layers - 1}"
        raise TileRefused(given=f"{z}/{x}/{y}/{layer}", allowed=allowed)
    template = background.upstream[layer]
    kept = settings.cache_dir / "tiles" / sha256(template.encode()).hexdigest()[:16] / str(z) / str(x) / str(y)
    return _read(kept) or _keep(kept, _fetch(_address(background, template, z, x, y)))


def _of_file(file: TileFile, z: int, x: int, y: int, layer: int) -> Tile:
    """A tile of the county's own file; nothing to be seen where it has none."""
    if not (0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z and layer == 0):
        allowed = f"z 0–{DEEPEST_ZOOM}, x and y 0–2^z − 1, layer 0"
        raise TileRefused(given=f"{z}/{x}/{y}/{layer}", allowed=allowed)
    content = file.tile(z, x, y) or NOTHING
    return Tile(content, str(media_type(content)))


def _address(background: Background, template: str, z: int, x: int, y: int) -> str:
    """The upstream address of a tile; neighbours come from different servers."""
    server = background.servers[(x + y) % len(background.servers)] if background.servers else ""
    return template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y)).replace("{s}", server)


def _fetch(address: str) -> bytes:
    """What the server answers, if it is an image of an allowed size."""
    request = urllib.request.Request(address, headers={"User-Agent": USER_AGENT})
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as answer:
            content = bytes(answer.read(MAX_TILE_BYTES + 1))
    except urllib.error.HTTPError as error:
        raise _unavailable(f"HTTP {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise _unavailable(type(error).__name__) from None  # the message could repeat the key
    if len(content) > MAX_TILE_BYTES:
        raise _unavailable("it is too large")
    if media_type(content) is None:
        raise _unavailable("it is no image")
    return content


def _unavailable(reason: str) -> TileUnavailable:
    return TileUnavailable(reason=reason, allowed=f"{MAX_TILE_BYTES // 1_000_000} MB")


def _read(path: Path) -> Tile | None:
    """A kept tile."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    kind = media_type(content)
    return None if kind is None else Tile(content, kind)


def _keep(path: Path, content: bytes) -> Tile:
    """Put a tile on disk in one move, so that no reader sees half of one; a full disk loses nothing but time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        os.replace(draft, path)
    except OSError:
        pass
    kind = media_type(content)
    assert kind is not None
    return Tile(content, kind)
