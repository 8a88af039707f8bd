"""
The two obfuscations of Chinese map services, and their exact inverses.

GCJ-02 shifts a WGS-84 position by up to 1.2 km; BD-09 shifts a GCJ-02 position again. A position is in China, and
shifted, if its *WGS-84* coordinates lie in the box of the published form, edges included. The inverses follow from
that: a coordinate goes back to the position in the box that it comes from, and is left alone where there is none. So
every position in the box comes back, also those that are shifted out of it; the price is paid beyond the box's eastern
and northern edge, where a strip of 1.2 km outside is taken for shifted positions (both readings are possible there).

Kernels are compiled by numba, hold no lock, and take about a third of a microsecond a point.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from geo_zhengzhi.kernels import kernel

Floats = npt.NDArray[np.float64]
Kernel = Callable[[Floats, Floats, bool, Floats, Floats], None]

CHINA_BOUNDS = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north, as the published obfuscation has it
SEMI_MAJOR_M = 6_378_245.0  # Krasovsky 1940, on which the obfuscation was built
ECCENTRICITY_2 = 0.00669342162296594323
BD_EAST_DEG, BD_NORTH_DEG = 0.0065, 0.006
BD_RADIUS_DEG, BD_ANGLE_RAD = 0.00002, 0.000003
BD_WAVE = math.pi * 3000.0 / 180.0
BAND_DEG = 0.03  # more than GCJ-02 (0.011) and BD-09 (0.008) together shift
TOLERANCE_DEG = 1e-9  # a step of 0.1 mm leaves an error of 2 µm
MAX_ROUNDS = 20  # a guard: each round leaves at most 2 % of the error
EDGE_DEG = 1e-9  # a position on the edge may come back a rounding error outside
PIECE_ROWS = 100_000
N_THREADS = 2

_DEGREE = math.pi / 180.0
_WEST, _SOUTH, _EAST, _NORTH = CHINA_BOUNDS


def in_china(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether the obfuscation applies: inside the box that its published form uses, edges included."""
    lon, lat = np.asarray(longitude, float), np.asarray(latitude, float)
    return np.asarray((lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH))


@kernel
def _waves(degrees: float) -> tuple[float, float, float, float, float, float]:
    """Sines of the angle times 6π, 2π, π, π/3, π/12 and π/30, all from one sine and cosine of π/60 times it."""
    s, c = math.sin(degrees * (math.pi / 60.0)), math.cos(degrees * (math.pi / 60.0))
    s2, c2 = s * s, c * c
    s5, c5 = s * (5.0 + s2 * (16.0 * s2 - 20.0)), c * (5.0 + c2 * (16.0 * c2 - 20.0))  # π/12
    s10, c10 = 2.0 * s5 * c5, 1.0 - 2.0 * s5 * s5
    s20, c20 = 2.0 * s10 * c10, 1.0 - 2.0 * s10 * s10  # π/3
    s60, c60 = s20 * (3.0 - 4.0 * s20 * s20), c20 * (4.0 * c20 * c20 - 3.0)  # π
    s120 = 2.0 * s60 * c60
    return s120 * (3.0 - 4.0 * s120 * s120), s120, s60, s20, s5, 2.0 * s * c


@kernel
def _shift(lon: float, lat: float) -> tuple[float, float]:
    """What GCJ-02 adds to a WGS-84 position, degrees east and north; smooth, so also defined outside the box."""
    x, y = lon - 105.0, lat - 35.0
    x6, x2, x1, x_3, x_12, x_30 = _waves(x)
    _, _, y1, y_3, y_12, y_30 = _waves(y)
    root = math.sqrt(abs(x))
    wave = 20.0 * x6 + 20.0 * x2
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * y1 + 40.0 * y_3 + 160.0 * y_12 + 320.0 * y_30) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * x1 + 40.0 * x_3 + 150.0 * x_12 + 300.0 * x_30) * 2.0 / 3.0
    sine = math.sin(lat * _DEGREE)
    magic = 1.0 - ECCENTRICITY_2 * sine * sine
    meridian_m = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (magic * math.sqrt(magic))
    parallel_m = SEMI_MAJOR_M / math.sqrt(magic) * math.cos(lat * _DEGREE)
    return east / parallel_m / _DEGREE, north / meridian_m / _DEGREE


@kernel
def _unshift(lon: float, lat: float) -> tuple[float, float]:
    """The position w with w + shift(w) = (lon, lat), by w ← g − shift(w)."""
    w_lon, w_lat = lon, lat
    for _ in range(MAX_ROUNDS):
        east, north = _shift(w_lon, w_lat)
        step = abs(lon - east - w_lon) + abs(lat - north - w_lat)
        w_lon, w_lat = lon - east, lat - north
        if step < TOLERANCE_DEG:
            break
    return w_lon, w_lat


@kernel
def _twist(lon: float, lat: float) -> tuple[float, float]:
    """A GCJ-02 position in BD-09."""
    radius = math.hypot(lon, lat) + BD_RADIUS_DEG * math.sin(lat * BD_WAVE)
    angle = math.atan2(lat, lon) + BD_ANGLE_RAD * math.cos(lon * BD_WAVE)
    return radius * math.cos(angle) + BD_EAST_DEG, radius * math.sin(angle) + BD_NORTH_DEG


@kernel
def _untwist(lon: float, lat: float) -> tuple[float, float]:
    """The position g with twist(g) = (lon, lat), by fixed point in polar coordinates."""
    x, y = lon - BD_EAST_DEG, lat - BD_NORTH_DEG
    full_radius, full_angle = math.hypot(x, y), math.atan2(y, x)
    for _ in range(MAX_ROUNDS):
        radius = full_radius - BD_RADIUS_DEG * math.sin(y * BD_WAVE)
        angle = full_angle - BD_ANGLE_RAD * math.cos(x * BD_WAVE)
        next_x, next_y = radius * math.cos(angle), radius * math.sin(angle)
        step = abs(next_x - x) + abs(next_y - y)
        x, y = next_x, next_y
        if step < TOLERANCE_DEG:
            break
    return x, y


@kernel
def _within(lon: float, lat: float, margin: float) -> bool:
    """Whether a position lies in the box widened by a margin; never for NaN."""
    return _WEST - margin <= lon <= _EAST + margin and _SOUTH - margin <= lat <= _NORTH + margin


@kernel
def _encode(lon: Floats, lat: Floats, bd09: bool, out_lon: Floats, out_lat: Floats) -> None:
    """WGS-84 to GCJ-02, or on to BD-09."""
    for i in range(lon.size):
        x, y = lon[i], lat[i]
        if _within(x, y, 0.0):
            east, north = _shift(x, y)
            x, y = x + east, y + north
            if bd09:
                x, y = _twist(x, y)
        out_lon[i], out_lat[i] = x, y


@kernel
def _decode(lon: Floats, lat: Floats, bd09: bool, out_lon: Floats, out_lat: Floats) -> None:
    """GCJ-02 or BD-09 to WGS-84."""
    for i in range(lon.size):
        out_lon[i], out_lat[i] = lon[i], lat[i]
        if _within(lon[i], lat[i], BAND_DEG):
            x, y = lon[i], lat[i]
            if bd09:
                x, y = _untwist(x, y)
            x, y = _unshift(x, y)
            if _within(x, y, EDGE_DEG):
                out_lon[i], out_lat[i] = x, y


@kernel
def _turn(lon: Floats, lat: Floats, forward: bool, out_lon: Floats, out_lat: Floats) -> None:
    """GCJ-02 to BD-09 (forward) or back, where the WGS-84 position is in the box."""
    for i in range(lon.size):
        out_lon[i], out_lat[i] = lon[i], lat[i]
        if _within(lon[i], lat[i], BAND_DEG):
            x, y = (lon[i], lat[i]) if forward else _untwist(lon[i], lat[i])
            w_lon, w_lat = _unshift(x, y)
            if _within(w_lon, w_lat, EDGE_DEG):
                out_lon[i], out_lat[i] = _twist(x, y) if forward else (x, y)


def _run(kernel: Kernel, longitude: npt.ArrayLike, latitude: npt.ArrayLike, flag: bool) -> tuple[Floats, Floats]:
    """A kernel over arrays of any one shape (or that broadcast), into new arrays of that shape; on threads if many."""
    lon, lat = np.broadcast_arrays(np.asarray(longitude, np.float64), np.asarray(latitude, np.float64))
    flat_lon, flat_lat = lon.ravel(), lat.ravel()
    out_lon, out_lat = np.empty(lon.size), np.empty(lon.size)

    def piece(first: int) -> None:
        part = slice(first, first + PIECE_ROWS)
        kernel(flat_lon[part], flat_lat[part], flag, out_lon[part], out_lat[part])

    with ThreadPoolExecutor(N_THREADS if lon.size > PIECE_ROWS else 1) as pool:
        list(pool.map(piece, range(0, lon.size, PIECE_ROWS)))
    return out_lon.reshape(lon.shape), out_lat.reshape(lon.shape)


def wgs84_to_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to GCJ-02 degrees (arrays of one shape); the identity outside China."""
    return _run(_encode, longitude, latitude, False)


def wgs84_to_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """WGS-84 degrees to BD-09 degrees (arrays of one shape); the identity outside China."""
    return _run(_encode, longitude, latitude, True)


def gcj02_to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """
    GCJ-02 degrees to WGS-84 degrees (arrays of one shape); the identity where the position is outside China.

    Fixed-point iteration until a step is below 1e-9 degrees: the round trip closes within micrometres.
    """
    return _run(_decode, longitude, latitude, False)


def bd09_to_wgs84(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to WGS-84 degrees (arrays of one shape); the identity where the position is outside China."""
    return _run(_decode, longitude, latitude, True)


def gcj02_to_bd09(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """GCJ-02 degrees to BD-09 degrees (arrays of one shape); the identity where the position is outside China."""
    return _run(_turn, longitude, latitude, True)


def bd09_to_gcj02(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> tuple[Floats, Floats]:
    """BD-09 degrees to GCJ-02 degrees (arrays of one shape); the identity where the position is outside China."""
    return _run(_turn, longitude, latitude, False)


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache, so that the first file does not wait for a compiler."""
    for convert in (wgs84_to_gcj02, bd09_to_wgs84, gcj02_to_bd09):
        convert(117.4, 40.0)
