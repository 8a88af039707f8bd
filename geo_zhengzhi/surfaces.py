"""Density surfaces: incidents per km² by a quartic kernel, on a grid in the county frame."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import fft

from geo_zhengzhi import kernels
from geo_zhengzhi.errors import SurfaceTooFine
from geo_zhengzhi.model import Surface
from geo_zhengzhi.schema import EASTING_M, NORTHING_M, require_columns

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MAX_CELLS = 4096 * 4096  # 128 MiB of float64, several times that while it is being made
SUBCELLS = 256  # positions are told to 1/256 of a cell, so that sums are whole numbers and have no order
NOISE = 1e-9  # of one incident's peak: what the Fourier transform leaves where there is nothing


def estimate_density(
    incidents: pd.DataFrame,
    bounds_m: Sequence[float],
    *,
    bandwidth_m: float,
    cell_m: float,
    weights: npt.ArrayLike | None = None,
) -> Surface:
    """
    Estimate how densely incidents lie.

    Every incident is spread by the quartic kernel K(d) = 3 / (π h²) · (1 − d²/h²)² for d < h [1]_. It is first shared
    out among the four nearest cell centres (linear binning), which keeps the error of the grid to the order of
    (cell/bandwidth)², and the kernel is scaled to the grid so that mass is kept exactly: away from the border,
    values × cell area sum to n. Incidents outside the bounds count where their kernel reaches in.

    The same incidents give the same surface to the last bit, in any order.

    Parameters
    ----------
    incidents : DataFrame of n rows
        With `easting_m` and `northing_m`, the county frame.
    bounds_m : (west, south, east, north)
        What the surface has to cover, metres; it begins at west and south and ends in whole cells.
    bandwidth_m : float
        Radius h of the kernel, metres, > 0. Below one cell the surface is the binned counts.
    cell_m : float
        Side of a cell, metres, > 0.
    weights : array_like of n floats, optional
        What each incident counts; 1 each by default.

    Returns
    -------
    Surface
        Incidents (or weight) per km²; all zero without incidents.

    Raises
    ------
    SurfaceTooFine
        If the bounds and the cell make more than 4096 × 4096 cells, the kernel's margin included.

    References
    ----------
    .. [1] Silverman (1986), Density Estimation for Statistics and Data Analysis, p. 76.
    """
    require_columns(incidents, (EASTING_M, NORTHING_M))
    west, south, east, north = (float(b) for b in bounds_m)
    n_rows, n_columns = (max(1, math.ceil((high - low) / cell_m)) for low, high in ((south, north), (west, east)))
    pad = math.ceil(bandwidth_m / cell_m)
    _refuse_too_many(n_rows + 2 * pad, n_columns + 2 * pad, cell_m)
    mass = _binned(
        (incidents[EASTING_M].to_numpy(float) - west) / cell_m + pad,
        (incidents[NORTHING_M].to_numpy(float) - south) / cell_m + pad,
        None if weights is None else np.asarray(weights, float),
        (n_rows + 2 * pad, n_columns + 2 * pad),
    )
    values = _smoothed(mass, _kernel(bandwidth_m, cell_m, pad))
    return Surface(values * (1e6 / cell_m**2), west, south, float(cell_m), float(bandwidth_m))


def _refuse_too_many(n_rows: int, n_columns: int, cell_m: float) -> None:
    """Refuse a surface that would not fit in memory, and say which cell would."""
    if n_rows * n_columns > MAX_CELLS:
        enough = cell_m * math.sqrt(n_rows * n_columns / MAX_CELLS)
        raise SurfaceTooFine(
            cell_m=cell_m, n_rows=n_rows, n_columns=n_columns, allowed=MAX_CELLS, enough_m=math.ceil(enough * 1.01)
        )


def _kernel(bandwidth_m: float, cell_m: float, pad: int) -> Floats:
    """The quartic kernel at cell centres, shape (2·pad + 1, 2·pad + 1), scaled to sum to 1."""
    offset = np.arange(-pad, pad + 1) * cell_m
    reach = 1.0 - (offset[:, np.newaxis] ** 2 + offset**2) / bandwidth_m**2
    kernel = np.maximum(reach, 0.0) ** 2
    return np.asarray(kernel / kernel.sum())


def _binned(column: Floats, row: Floats, weights: Floats | None, shape: tuple[int, int]) -> Floats:
    """
    Incidents shared out among the four nearest cell centres.

    `column` and `row` are in cells from the grid's corner; incidents whose shares would fall off the grid are left
    out: they lie further than the kernel reaches.
    """
    # A margin of one cell more catches the halves that linear binning puts just outside.
    n_rows, n_columns = shape[0] + 2, shape[1] + 2
    if weights is None:
        mass = np.ascontiguousarray(_counted(column, row, n_rows, n_columns).T)
    else:
        mass = _weighed(column, row, weights, n_rows, n_columns)
    return mass[1:-1, 1:-1] / SUBCELLS**2


@kernels.kernel
def _counted(column: Floats, row: Floats, n_rows: int, n_columns: int) -> Floats:
    """
    Incidents that count 1 each, in shares of SUBCELLS², float64[n_columns, n_rows].

    By columns, because incidents come from west to east: those of one column meet the same few numbers.
    """
    mass = np.zeros((n_columns, n_rows))
    for i in range(len(column)):
        x, y = np.floor((column[i] + 0.5) * SUBCELLS), np.floor((row[i] + 0.5) * SUBCELLS)
        if not (x >= 0 and y >= 0 and x < (n_columns - 1) * SUBCELLS and y < (n_rows - 1) * SUBCELLS):
            continue
        to_column, to_row = int(x) // SUBCELLS, int(y) // SUBCELLS
        east, north = int(x) % SUBCELLS, int(y) % SUBCELLS
        mass[to_column, to_row] += (SUBCELLS - north) * (SUBCELLS - east)
        mass[to_column + 1, to_row] += (SUBCELLS - north) * east
        mass[to_column, to_row + 1] += north * (SUBCELLS - east)
        mass[to_column + 1, to_row + 1] += north * east
    return mass


def _weighed(column: Floats, row: Floats, weights: Floats, n_rows: int, n_columns: int) -> Floats:
    """What incidents weigh, in shares of SUBCELLS², float64[n_rows, n_columns]."""
    x, y = (np.floor((v + 0.5) * SUBCELLS) for v in (column, row))
    near = (x >= 0) & (y >= 0) & (x < (n_columns - 1) * SUBCELLS) & (y < (n_rows - 1) * SUBCELLS)
    x_i, y_i, weights = x[near].astype(np.int64), y[near].astype(np.int64), weights[near]
    order = np.lexsort((weights, x_i, y_i))  # sums of fractions depend on their order in the last bit
    x_i, y_i, weights = x_i[order], y_i[order], weights[order]
    cell = y_i // SUBCELLS * n_columns + x_i // SUBCELLS
    mass = np.zeros(n_rows * n_columns)
    for to_row, to_column, share in _shares(x_i % SUBCELLS, y_i % SUBCELLS):
        mass += np.bincount(cell + to_row * n_columns + to_column, share * weights, minlength=mass.size)
    return mass.reshape(n_rows, n_columns)


def _shares(x: Ints, y: Ints) -> list[tuple[int, int, Ints]]:
    """What goes to each of the four cells, as whole numbers that sum to SUBCELLS²."""
    return [
        (0, 0, (SUBCELLS - y) * (SUBCELLS - x)),
        (0, 1, (SUBCELLS - y) * x),
        (1, 0, y * (SUBCELLS - x)),
        (1, 1, y * x),
    ]


def _smoothed(mass: Floats, kernel: Floats) -> Floats:
    """The mass convolved with the kernel, without the margin, and without the transform's noise."""
    size = [fft.next_fast_len(n, real=True) for n in mass.shape]  # the margin keeps what wraps round out of sight
    spread = fft.irfft2(fft.rfft2(mass, size) * fft.rfft2(kernel, size), size)
    margin = kernel.shape[0] - 1
    values = spread[margin : mass.shape[0], margin : mass.shape[1]]
    return np.where(values > NOISE * kernel.max(), values, 0.0)


def compile_kernels() -> None:
    """Compile the kernel that every surface runs, or load it from the cache."""
    _counted(np.zeros(1), np.zeros(1), 2, 2)
