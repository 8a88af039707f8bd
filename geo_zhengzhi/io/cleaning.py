"""Which rows stay: the first fault of each row, and rows that are another one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geo_zhengzhi.io.reasons import Reason
from geo_zhengzhi.kernels import kernel

MAX_HASHED_BYTES = 64
HASH_FACTOR, HASH_SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)  # 2⁶⁴ divided by the golden ratio
LOW_BITS = 16
LOW_MASK = np.uint64((1 << LOW_BITS) - 1)

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

    def replace(self, reason: Reason, where: Mask) -> None:
        """Note a fault for the rows (array of n, bool) that says better what the one before it meant."""
        self.codes[where] = reason

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
    is_duplicate, is_conflict = np.zeros(n, bool), np.zeros(n, bool)
    rows = _rows_that_may_repeat(ids, usable)
    if rows.size:
        codes = ids.take(pa.array(rows)).combine_chunks().dictionary_encode().indices.to_numpy()
        first_of_code = np.full(int(codes.max()) + 1, n, np.int64)
        np.minimum.at(first_of_code, codes, rows)
        first[rows] = first_of_code[codes]
        repeats = rows[first[rows] != rows]
        same = np.ones(repeats.size, bool)
        for column in content:
            same &= column[repeats] == column[first[repeats]]
        is_duplicate[repeats], is_conflict[repeats] = same, ~same
    return Repeats(is_duplicate, is_conflict, first)


def _rows_that_may_repeat(ids: pa.ChunkedArray, usable: Mask) -> Integers:
    """Positions of the usable rows whose number's hash occurs more than once; nearly none in most files."""
    rows = np.flatnonzero(usable & np.asarray(ids.is_valid().to_numpy(), bool))
    texts = ids.combine_chunks()
    hashes = None if isinstance(texts, pa.ChunkedArray) else _hashes(texts)  # several chunks: above 2 GiB of texts
    if hashes is None:
        return rows
    own = hashes[rows]
    in_order = np.sort(own)
    repeated = in_order[1:][in_order[1:] == in_order[:-1]]
    if not repeated.size:
        return np.zeros(0, np.int64)
    low = np.zeros(1 << LOW_BITS, bool)  # a look at the low bits leaves few to be looked for
    low[repeated & LOW_MASK] = True
    likely = np.flatnonzero(low[own & LOW_MASK])
    nearest = np.minimum(np.searchsorted(repeated, own[likely]), repeated.size - 1)
    return np.asarray(rows[likely[repeated[nearest] == own[likely]]], np.int64)


def _hashes(texts: pa.Array) -> npt.NDArray[np.uint64] | None:
    """
    A hash of each of n texts, byte by byte; None where texts are too long for it.

    Building a dictionary of a million distinct texts takes five times as long.
    """
    width = "i8" if pa.types.is_large_string(texts.type) else "i4"
    _, offsets_buffer, values_buffer = texts.buffers()
    if values_buffer is None:
        return np.zeros(len(texts), np.uint64)
    item = np.dtype(width).itemsize
    offsets = np.frombuffer(offsets_buffer, width, count=len(texts) + 1, offset=texts.offset * item)
    values = np.frombuffer(values_buffer, np.uint8)
    if np.diff(offsets).max(initial=0) > MAX_HASHED_BYTES:
        return None
    hashes = np.zeros(len(texts), np.uint64)
    _hash_texts(offsets, values, hashes)
    return hashes


@kernel
def _hash_texts(offsets: Any, values: Any, hashes: Any) -> None:
    """A hash of each text, by where it begins and the bytes of all; `hashes` is filled."""
    for row in range(hashes.size):
        mixed = np.uint64(offsets[row + 1] - offsets[row])
        for place in range(offsets[row], offsets[row + 1]):
            mixed = (mixed ^ np.uint64(values[place])) * HASH_FACTOR
            mixed ^= mixed >> HASH_SHIFT
        hashes[row] = mixed


def compile_kernels() -> None:
    """Compile the kernel, or load it from numba's cache, so that the first file does not wait for a compiler."""
    _hashes(pa.array(["A1"], pa.string()))
