"""Which rows stay: the first fault of each row, and rows that are another one again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geo_zhengzhi.io.reasons import Reason

Mask = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


class Faults:
    """
    The first fault of each of n rows, with one number that its sentence tells.

    Attributes
    ----------
    codes : array of n, int8
        Of `Reason`, 0 for a row without fault.
    details : array of n, float
        NaN where the sentence has no number.
    """

    def __init__(self, n: int) -> None:
        self.codes = np.zeros(n, np.int8)
        self.details = np.full(n, np.nan)

    def add(self, reason: Reason, where: Mask, detail: npt.NDArray[np.float64] | None = None) -> None:
        """Note a fault for the rows (array of n, bool) that have none yet; `detail` is an array of n."""
        new = where & (self.codes == Reason.NONE)
        self.codes[new] = reason
        if detail is not None:
            self.details[new] = detail[new]

    @property
    def none(self) -> Mask:
        """The rows without a fault (array of n, bool)."""
        return np.asarray(self.codes == Reason.NONE, bool)

    def count(self, reason: Reason) -> int:
        """How many rows have a fault."""
        return int((self.codes == reason).sum())


@dataclass(frozen=True)
class Repeats:
    """
    Rows that carry the number of an earlier one.

    Parameters
    ----------
    is_duplicate, is_conflict : arrays of n, bool
        The same content, another content.
    first : array of n, int64
        Position of the row that carried the number first; of the row itself where it is the first.
    """

    is_duplicate: Mask
    is_conflict: Mask
    first: Integers


def find_repeats(ids: pa.ChunkedArray, content: Sequence[npt.NDArray[np.generic]], usable: Mask) -> Repeats:
    """
    Compare the rows that carry the same number.

    Parameters
    ----------
    ids : ChunkedArray of n texts
        None for a row without a number, which is never another one.
    content : sequence of arrays of n
        What makes two rows the same: all of them equal.
    usable : array of n, bool
        Rows with a fault are neither first nor duplicate.
    """
    n = len(ids)
    first = np.arange(n, dtype=np.int64)
    no = np.zeros(n, bool)
    encoded = ids.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.unify_dictionaries().combine_chunks()
    codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int64)
    rows = np.flatnonzero(usable & (codes >= 0))
    if len(encoded.dictionary) == n or rows.size < 2:
        return Repeats(no, no.copy(), first)
    first_of_code = np.full(len(encoded.dictionary), n, np.int64)
    np.minimum.at(first_of_code, codes[rows], rows)
    first[rows] = first_of_code[codes[rows]]
    repeats = np.flatnonzero(first != np.arange(n))
    same = np.ones(repeats.size, bool)
    for column in content:
        same &= column[repeats] == column[first[repeats]]
    is_duplicate, is_conflict = no.copy(), no.copy()
    is_duplicate[repeats], is_conflict[repeats] = same, ~same
    return Repeats(is_duplicate, is_conflict, first)
