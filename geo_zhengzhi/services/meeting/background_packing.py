"""
The background that a meeting's file takes along: tiles of the exported area, zoom by zoom until the budget is full.

The county's own zooms come first, in half of the budget; the other half brings the places closer. Only a county's own
file is taken: tiles of a service belong to the service, and are fetched with a key.
"""

import math
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import numpy as np

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.errors import (
    BackgroundElsewhere,
    BackgroundTooLarge,
    FileMissing,
    InvalidParameter,
    NoBackgroundFile,
    TileFileUnreadable,
    VectorTiles,
)
from geo_zhengzhi.io.tile_files import TileFile
from geo_zhengzhi.io.tile_images import media_type
from geo_zhengzhi.render.background import FILE, Background
from geo_zhengzhi.schema import GEOMETRY, TARGET_ID
from geo_zhengzhi.services.backgrounds import tile_file
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings

DEFAULT_MB, MOST_MB = 4, 50
BUDGETS_MB = (1, 2, 4, 8)  # that a form offers
MB = 1_000_000
FEW = 4  # tiles that show the whole area at once: one zoom further out is the last of use
N_SEEN_WHOLE = 3  # zooms at which the map of the whole area may stand first
MOST_OF_PLACE = 40  # tiles of a place at one zoom: a long line is not brought closer as a whole
MOST_OF_AREA = 5_000
ASPECT = 16 / 9  # of a screen: what lies beside the county is seen too
MARGIN = 0.08
Box = tuple[float, float, float, float]
Key = tuple[int, int, int]
_OFFERS: ComputeOnce[list[dict[str, Any]]] = ComputeOnce(size=64)


@dataclass(frozen=True)
class Pack:
    """
    Tiles for a file.

    Parameters
    ----------
    pictures : {"z/x/y": data URI}
    first, last : int
        The zooms of the whole area.
    closest : int
        The closest zoom of places; `last` where they are brought no closer.
    lowest, highest : int
        The zooms that the county's file has.
    n_bytes : int
        What the pictures add to the file.
    most_mb : int
        The budget.
    crs : str
        Datum of the tiles: "wgs84" or "gcj02".
    attribution : str
    """

    pictures: Mapping[str, str]
    first: int
    last: int
    closest: int
    lowest: int
    highest: int
    n_bytes: int
    most_mb: int
    crs: str
    attribution: str

    @property
    def figures(self) -> dict[str, Any]:
        """What is said of it before and after."""
        return {
            "first": self.first, "last": self.last, "closest": self.closest, "lowest": self.lowest,
            "highest": self.highest, "n": len(self.pictures), "size": round(self.n_bytes / MB, 2), "most": self.most_mb,
        }  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """What names it in a manifest: the same pictures have the same sha256."""
        content = "".join(f"{key} {picture}\n" for key, picture in sorted(self.pictures.items()))
        zooms = f"{self.first}–{self.last}–{self.closest}"
        return {"sha256": sha256(content.encode()).hexdigest(), "zooms": zooms, "datum": self.crs}

    def background(self) -> Background:
        """The same for a map."""
        datum: Literal["gcj02", "wgs84"] = "gcj02" if self.crs == "gcj02" else "wgs84"
        return Background(FILE, ("",), "", datum, self.attribution, self.last, self.pictures, self.most_mb * MB)


def pack_background(settings: Settings, study: Study, targets: Sequence[str] = (), most_mb: int = DEFAULT_MB) -> Pack:
    """
    The tiles that fit into a budget; nothing is written.

    Parameters
    ----------
    settings : Settings
        Whose background is a county's own file.
    study : Study
    targets : sequence of str
        `target_id`s that are brought closer; () for all.
    most_mb : int
        Megabytes that the file may grow by, 1 to 50.

    Raises
    ------
    InvalidParameter
        If the budget is none.
    NoBackgroundFile
        If the settings name no file.
    BackgroundTooLarge
        If not even the coarsest zoom fits.
    BackgroundElsewhere
        If the file has no tile of the area.
    FileMissing, TileFileUnreadable, VectorTiles
        As `tile_file`.
    """
    if not 1 <= most_mb <= MOST_MB:
        raise InvalidParameter(name="background_budget_mb", given=most_mb, allowed=f"1 … {MOST_MB}")
    own = tile_file(settings)
    if own is None:
        raise NoBackgroundFile()
    file, datum = own
    return _packed(file, datum, *_boxes(study, datum, targets), most_mb)


def offers(settings: Settings, study: Study, targets: Sequence[str] = ()) -> list[dict[str, Any]]:
    """
    The figures of a pack of each budget that brings more than the one before; none without a county's own file.

    Megabytes are read for them; they are kept until the file, the county or its targets are others.
    """
    try:
        own = tile_file(settings)
    except (FileMissing, TileFileUnreadable, VectorTiles):  # the map says it; a file can be made without
        return []
    if own is None:
        return []
    file, datum = own
    state, (area, places) = file.path.stat(), _boxes(study, datum, targets)
    key = (file.path, state.st_mtime_ns, state.st_size, datum, area, tuple(places))
    return _OFFERS.get(key, lambda: _offered(settings, study, targets))


def _offered(settings: Settings, study: Study, targets: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for most_mb in BUDGETS_MB:
        try:
            pack = pack_background(settings, study, targets, most_mb)
        except (NoBackgroundFile, BackgroundTooLarge, BackgroundElsewhere):
            continue
        except (FileMissing, TileFileUnreadable, VectorTiles):
            break
        if not found or len(pack.pictures) > found[-1]["n"]:
            found.append(pack.figures)
    return found


def _boxes(study: Study, datum: str, targets: Sequence[str]) -> tuple[Box, list[Box]]:
    """What is packed: the whole area, and the places that are brought closer; degrees, in the tiles' datum."""
    shapes = study.targets[[TARGET_ID, GEOMETRY]]
    chosen = [shape for number, shape in shapes.itertuples(index=False) if not targets or number in targets]
    area = _widened(_placed(_area(study), datum))
    return area, [_doubled(_widened(_placed(shape.bounds, datum))) for shape in chosen]


def _packed(file: TileFile, datum: str, area: Box, places: Sequence[Box], most_mb: int) -> Pack:
    budget, seen, filled = most_mb * MB, _doubled(area), _Filled(file)
    first = min(max(file.min_zoom, _coarsest(area) - 1), file.max_zoom)
    zooms = range(first, file.max_zoom + 1)
    boxes = {z: seen if z < first + N_SEEN_WHOLE else area for z in zooms}
    if not filled.add(_keys(boxes[first], first, MOST_OF_AREA), budget):
        _refuse_none(file, list(_keys(boxes[first], first, MOST_OF_AREA)), most_mb)
    last = first
    for z in zooms[1:]:
        if not filled.add(_keys(boxes[z], z, MOST_OF_AREA), budget // 2):
            break
        last = z
    closest = last
    for z in range(last + 1, file.max_zoom + 1):
        if not filled.add((key for place in places for key in _keys(place, z, MOST_OF_PLACE)), budget):
            break
        closest = z
    while last < file.max_zoom and filled.add(_keys(boxes[last + 1], last + 1, MOST_OF_AREA), budget):
        last += 1
    ends = max(closest, last), file.min_zoom, file.max_zoom
    return Pack(filled.pictures, first, last, *ends, filled.n_bytes, most_mb, datum, file.attribution)


def _refuse_none(file: TileFile, keys: Sequence[Key], most_mb: int) -> None:
    """Say why not even the first zoom is taken: it is too large, or lies elsewhere."""
    whole = _Filled(file)
    if not whole.add(iter(keys), 100 * MOST_MB * MB):
        raise BackgroundElsewhere(name=file.path.name)
    raise BackgroundTooLarge(given=most_mb, zoom=keys[0][0], needed=whole.n_bytes / MB, allowed=MOST_MB)


class _Filled:
    """Tiles that were taken so far, and what they take in a file."""

    def __init__(self, file: TileFile) -> None:
        self._file, self.n_bytes = file, 0
        self.pictures: dict[str, str] = {}

    def add(self, keys: Iterator[Key], budget: int) -> bool:
        """Take all the tiles that there are among some, or none: where there are none, or all would be too much."""
        found: dict[str, str] = {}
        n_bytes, is_any = self.n_bytes, False
        for z, x, y in keys:
            name = f"{z}/{x}/{y}"
            is_any = is_any or name in self.pictures
            if name in self.pictures or name in found or (content := self._file.tile(z, x, y)) is None:
                continue
            found[name] = f"data:{media_type(content)};base64,{b64encode(content).decode()}"
            n_bytes += _size({name: found[name]})
            if n_bytes > budget:
                return False
        self.pictures, self.n_bytes = self.pictures | found, n_bytes
        return is_any or bool(found)


def _size(pictures: Mapping[str, str]) -> int:
    """Bytes that pictures take in a file, with their names and the marks around them."""
    return sum(len(name) + len(picture) + 8 for name, picture in pictures.items())


def _area(study: Study) -> Box:
    """What the county's map shows: its outline, else its targets, else the study area; degrees."""
    outline = study.context.outline
    frames = [shapes for shapes in (outline, study.targets) if shapes is not None and len(shapes)]
    west, south, east, north = frames[0].total_bounds if frames else study.ground.bounds
    return float(west), float(south), float(east), float(north)


def _placed(box: Sequence[float], datum: str) -> Box:
    """A box in the tiles' datum."""
    if datum != "gcj02":
        west, south, east, north = box
        return west, south, east, north
    x, y = wgs84_to_gcj02(np.array([box[0], box[2]]), np.array([box[1], box[3]]))
    return float(x[0]), float(y[0]), float(x[1]), float(y[1])


def _widened(box: Box) -> Box:
    """A box with a margin, as wide as a screen shows it."""
    west, south, east, north = box
    middle, level = (west + east) / 2, (south + north) / 2
    high = max((north - south) * (1 + 2 * MARGIN), 0.004)
    wide = max((east - west) * (1 + 2 * MARGIN), high * ASPECT / math.cos(math.radians(level)))
    return middle - wide / 2, level - high / 2, middle + wide / 2, level + high / 2


def _doubled(box: Box) -> Box:
    """What a map may show of a box that it is fitted to, where it stands at whole zooms only."""
    west, south, east, north = box
    wide, high = (east - west) / 2, (north - south) / 2
    return west - wide, south - high, east + wide, north + high


def _coarsest(area: Box) -> int:
    """The closest zoom at which a few tiles hold the area."""
    return max(z for z in range(23) if _n_tiles(area, z) <= FEW or z == 0)


def _n_tiles(box: Box, z: int) -> int:
    west, north, east, south = _corners(box, z)
    return (east - west + 1) * (south - north + 1)


def _keys(box: Box, z: int, most: int) -> Iterator[Key]:
    """The tiles that a box touches, row by row; none where they are too many."""
    west, north, east, south = _corners(box, z)
    if (east - west + 1) * (south - north + 1) <= most:
        yield from ((z, x, y) for y in range(north, south + 1) for x in range(west, east + 1))


def _corners(box: Box, z: int) -> tuple[int, int, int, int]:
    """First and last column and row of a box."""
    n = 2**z
    columns = [math.floor((longitude + 180) / 360 * n) for longitude in (box[0], box[2])]
    rows = [
        math.floor((1 - math.asinh(math.tan(math.radians(max(-85.0, min(85.0, latitude))))) / math.pi) / 2 * n)
        for latitude in (box[3], box[1])
    ]
    west, east, north, south = (max(0, min(n - 1, number)) for number in (*columns, *rows))
    return west, north, east, south
