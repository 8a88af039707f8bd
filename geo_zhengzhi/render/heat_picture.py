"""
Heat as pictures in Web Mercator: every pixel has the class of the surface at its centre.

A pixel's place is worked out from a lattice that is the same for every picture of a level, so that a tile and the
picture of the whole area agree to the last pixel, whatever they are cut to.
"""

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo_zhengzhi.crs import MetricFrame, gcj02_to_wgs84, wgs84_to_gcj02
from geo_zhengzhi.kernels import kernel
from geo_zhengzhi.model import HEAT_CLASSES, Surface

Floats = npt.NDArray[np.float64]
Classes = npt.NDArray[np.uint8]

COLOURS = ("#FBE3B0", "#F5BC72", "#E5874A", "#BF4C3F", "#74203F")  # as in map.css, one a class
SIGNATURE, INDEXED = b"\x89PNG\r\n\x1a\n", 3
PALETTE = bytes(3) + b"".join(bytes.fromhex(colour[1:]) for colour in COLOURS)
WORLD_PX = 256  # side of the world at level 0
STEP_PX = 32  # between the lattice's nodes; straight lines between them stray by centimetres at a county's levels
TILE_PX, PAD_PX = 512, 2  # a tile reaches so far under its neighbours that no seam shows at zooms between levels
BEYOND_DEG = 0.02
MAX_LEVEL, MAX_AREA_PX = 12, 2_000_000


@dataclass(frozen=True)
class Window:
    """
    A rectangle of a level's pixels, counted from the world's north-western corner.

    Parameters
    ----------
    level : int
        The world has 256 · 2^level pixels a side.
    column, row : int
        Of the first pixel.
    n_columns, n_rows : int
    """

    level: int
    column: int
    row: int
    n_columns: int
    n_rows: int

    @property
    def corners(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """South-western and north-eastern corner, latitude first."""
        columns = np.array([self.column, self.column + self.n_columns], float)
        rows = np.array([self.row + self.n_rows, self.row], float)
        longitude, latitude = _degrees(columns, rows, self.level)
        return (float(latitude[0]), float(longitude[0])), (float(latitude[1]), float(longitude[1]))


def area_window(bounds: Sequence[float], *, gcj02: bool = False) -> Window:
    """
    The pixels of a whole area, at the closest level up to 12 that makes at most two million of them.

    Parameters
    ----------
    bounds : (west, south, east, north)
        Of the study area, degrees, WGS-84; the picture reaches two kilometres further, as heat does a little.
    gcj02 : bool
        Whether the picture lies on a background in GCJ-02.
    """
    west, south, east, north = bounds
    longitude, latitude = np.meshgrid(
        np.linspace(west - BEYOND_DEG, east + BEYOND_DEG, 17), np.linspace(south - BEYOND_DEG, north + BEYOND_DEG, 17)
    )
    if gcj02:
        longitude, latitude = wgs84_to_gcj02(longitude, latitude)
    sides = np.array([longitude.min(), longitude.max()]), np.array([latitude.min(), latitude.max()])
    for level in range(MAX_LEVEL, -1, -1):
        (left, right), (bottom, top) = _pixels(*sides, level)
        first, end = (math.floor(left), math.floor(top)), (math.ceil(right), math.ceil(bottom))
        window = Window(level, *first, max(1, end[0] - first[0]), max(1, end[1] - first[1]))
        if window.n_columns * window.n_rows <= MAX_AREA_PX:
            break
    return window


def tile_window(z: int, x: int, y: int) -> Window:
    """The pixels of a tile of 512 pixels with two more on every side; the world has 2^z tiles a side."""
    size = TILE_PX + 2 * PAD_PX
    return Window(z + 1, x * TILE_PX - PAD_PX, y * TILE_PX - PAD_PX, size, size)


def classify(
    surface: Surface,
    frame_center: tuple[float, float],
    window: Window,
    *,
    gcj02: bool = False,
    bounds: Sequence[float] = HEAT_CLASSES,
) -> Classes:
    """
    The class of every pixel's centre, uint8[n_rows, n_columns]; 0 below the first bound.

    Between the cells' centres the surface is taken bilinearly, as its contours are; beyond the outermost it falls to
    zero within a cell. A value exactly on a bound counts as reached.

    Parameters
    ----------
    surface : Surface
        Incidents per km² in the county frame.
    frame_center : (longitude, latitude)
        Centre of the county frame, degrees.
    window : Window
    gcj02 : bool
        Whether the picture lies on a background in GCJ-02.
    bounds : sequence of float
        Lower bounds of the classes, incidents per km², rising.
    """
    first_x, first_y = window.column // STEP_PX, window.row // STEP_PX
    last_x, last_y = ((window.column + window.n_columns) // STEP_PX + 1, (window.row + window.n_rows) // STEP_PX + 1)
    grid_x, grid_y = np.meshgrid(np.arange(first_x, last_x + 1), np.arange(first_y, last_y + 1))
    longitude, latitude = _degrees(
        np.asarray(grid_x * STEP_PX, np.float64), np.asarray(grid_y * STEP_PX, np.float64), window.level
    )
    if gcj02:
        longitude, latitude = gcj02_to_wgs84(longitude, latitude)
    easting_m, northing_m = MetricFrame(*frame_center).to_metres(longitude, latitude)
    return np.asarray(
        _classes(
            np.pad(surface.incidents_per_km2, 1),
            (easting_m - surface.west_m) / surface.cell_m + 0.5,  # in cells of the padded surface, from their centres
            (northing_m - surface.south_m) / surface.cell_m + 0.5,
            window.column - first_x * STEP_PX,
            window.row - first_y * STEP_PX,
            window.n_columns,
            window.n_rows,
            np.asarray(bounds, float),
        )
    )


def draw(classes: Classes) -> bytes:
    """A PNG of classes with a palette, transparent where there is none."""
    n_rows, n_columns = classes.shape
    head = struct.pack("!2I5B", n_columns, n_rows, 8, INDEXED, 0, 0, 0)
    lines = np.pad(classes, ((0, 0), (1, 0)))  # each line begins with its filter: none
    # branca's writer, with four bytes a pixel and the densest packing, takes twelve times as long.
    chunks = (
        (b"IHDR", head),
        (b"PLTE", PALETTE),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(lines.tobytes())),
        (b"IEND", b""),
    )
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    """A piece of a PNG: length, name, content, checksum."""
    return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))


def _degrees(column: Floats, row: Floats, level: int) -> tuple[Floats, Floats]:
    """Pixels of a level to longitude and latitude."""
    side = WORLD_PX * 2.0**level
    return column / side * 360.0 - 180.0, np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * row / side))))


def _pixels(longitude: Floats, latitude: Floats, level: int) -> tuple[Floats, Floats]:
    """Longitude and latitude to pixels of a level."""
    side = WORLD_PX * 2.0**level
    row = (1.0 - np.arcsinh(np.tan(np.radians(latitude))) / np.pi) / 2.0
    return (longitude + 180.0) / 360.0 * side, row * side


@kernel
def _classes(
    values: Floats,
    node_x: Floats,
    node_y: Floats,
    skip_x: int,
    skip_y: int,
    n_columns: int,
    n_rows: int,
    bounds: Floats,
) -> Classes:
    """How many bounds the surface reaches at each pixel; the nodes are in cells from the first cell's centre."""
    found = np.zeros((n_rows, n_columns), np.uint8)
    last_row, last_column = values.shape[0] - 1, values.shape[1] - 1
    for i in range(n_rows):
        node_i, down = (i + skip_y) // STEP_PX, ((i + skip_y) % STEP_PX + 0.5) / STEP_PX
        for j in range(n_columns):
            node_j, right = (j + skip_x) // STEP_PX, ((j + skip_x) % STEP_PX + 0.5) / STEP_PX
            north_x = node_x[node_i, node_j] * (1.0 - right) + node_x[node_i, node_j + 1] * right
            south_x = node_x[node_i + 1, node_j] * (1.0 - right) + node_x[node_i + 1, node_j + 1] * right
            north_y = node_y[node_i, node_j] * (1.0 - right) + node_y[node_i, node_j + 1] * right
            south_y = node_y[node_i + 1, node_j] * (1.0 - right) + node_y[node_i + 1, node_j + 1] * right
            x, y = north_x * (1.0 - down) + south_x * down, north_y * (1.0 - down) + south_y * down
            if not (x >= 0.0 and y >= 0.0 and x < last_column and y < last_row):
                continue
            column, row = int(x), int(y)
            east, north = x - column, y - row
            low = values[row, column] * (1.0 - east) + values[row, column + 1] * east
            high = values[row + 1, column] * (1.0 - east) + values[row + 1, column + 1] * east
            value = low * (1.0 - north) + high * north
            for bound in bounds:
                if value >= bound:
                    found[i, j] += 1
    return found


def compile_kernels() -> None:
    """Compile the kernel that draws heat, or load it from the cache."""
    nodes = np.zeros((2, 2))
    _classes(np.zeros((2, 2)), nodes, nodes, 0, 0, 1, 1, np.ones(1))
