"""An analysis as it is kept on disk: without the incidents, which the study has, and with only the cells of heat."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_zhengzhi.model import AnalysisResult
from geo_zhengzhi.schema import HOTSPOT_ID, IS_CORE


@dataclass(frozen=True, eq=False)
class Lightened:
    """
    A fifth of the bytes of a month's result, a third of a year's.

    Parameters
    ----------
    bare : AnalysisResult
        Its incidents have no rows, its surface has no cells.
    hotspot_ids : Categorical of n
        Each incident's hotspot.
    is_core : bool[n]
    shape : (rows, columns)
        Of the surface.
    present : uint8[ceil(rows · columns / 8)]
        A bit for every cell: whether there is anything.
    values : float64[k]
        Of the cells in which there is.
    """

    bare: AnalysisResult
    hotspot_ids: pd.Categorical
    is_core: npt.NDArray[np.bool_]
    shape: tuple[int, ...]
    present: npt.NDArray[np.uint8]
    values: npt.NDArray[np.float64]


def lightened(result: AnalysisResult) -> Lightened:
    """A result in the form in which it is kept."""
    cells = result.surface.incidents_per_km2
    present = cells != 0
    nothing = replace(result.surface, incidents_per_km2=np.zeros((0, 0)))
    return Lightened(
        bare=replace(result, incidents=result.incidents.iloc[:0], surface=nothing),
        hotspot_ids=pd.Categorical(result.incidents[HOTSPOT_ID]),
        is_core=result.incidents[IS_CORE].to_numpy(bool),
        shape=cells.shape,
        present=np.packbits(present),
        values=cells[present],
    )


def whole(kept: Lightened, incidents: pd.DataFrame) -> AnalysisResult:
    """
    The result again, to the last bit.

    Parameters
    ----------
    kept : Lightened
    incidents : DataFrame of n rows
        Those that were analysed, in the same order.
    """
    dtype = kept.bare.incidents[HOTSPOT_ID].dtype
    labels = {HOTSPOT_ID: kept.hotspot_ids.astype(dtype), IS_CORE: kept.is_core}
    cells = np.zeros(kept.shape)
    cells[np.unpackbits(kept.present, count=cells.size).astype(bool).reshape(kept.shape)] = kept.values
    surface = replace(kept.bare.surface, incidents_per_km2=cells)
    return replace(kept.bare, incidents=incidents.assign(**labels), surface=surface)
