"""The rows of one file while they are read: what is known of each, before any is left out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo_zhengzhi.categories import UNSPECIFIED, canonical_category, default_weight
from geo_zhengzhi.io.cleaning import Faults, find_repeats
from geo_zhengzhi.io.headers import Headers
from geo_zhengzhi.io.places import Places, read_numbers
from geo_zhengzhi.io.privacy import PersonalData
from geo_zhengzhi.io.reasons import Reason
from geo_zhengzhi.io.tables import MAX_CATEGORY_LENGTH, Floats, Integers, RawTable, as_text
from geo_zhengzhi.io.times import Intervals
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, WEIGHT

MAX_WEIGHT = 1_000_000.0  # sums of weights over a county stay exact

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Categories:
    """
    The categories of n rows.

    Parameters
    ----------
    names : array of str
        The distinct ones, as they are stored.
    codes : array of n, int64
        Each row's position in `names`.
    """

    names: npt.NDArray[np.object_]
    codes: Integers


@dataclass(frozen=True)
class Rows:
    """All that is known of n rows, in the order of the file."""

    ids: pa.ChunkedArray
    intervals: Intervals
    categories: Categories
    weight: Floats
    places: Places
    faults: Faults
    is_duplicate: Mask

    @property
    def kept(self) -> Mask:
        """The rows that become incidents (array of n, bool)."""
        return np.asarray(self.faults.none & ~self.is_duplicate, bool)

    def frame(self, timezone: str, sha256: str) -> pd.DataFrame:
        """
        The incidents.

        A row without a number gets one made of the file's sha256 and its position, so that reading the file again
        gives the same.
        """
        keep = self.kept
        numbered = self._ids(sha256)
        names = pa.array(self.categories.names, pa.string())
        codes = self.categories.codes
        columns = {
            INCIDENT_ID: numbered if keep.all() else numbered.filter(pa.array(keep)),
            CATEGORY: names.take(pa.array(codes if keep.all() else codes[keep])),
        }
        texts = pa.table(columns).to_pandas()
        return pd.DataFrame(
            {
                INCIDENT_ID: texts[INCIDENT_ID],
                OCCURRED_FROM: _zoned(self.intervals.from_us[keep], timezone),
                OCCURRED_TO: _zoned(self.intervals.to_us[keep], timezone),
                CATEGORY: texts[CATEGORY],
                WEIGHT: self.weight[keep],
                LONGITUDE: self.places.longitude[keep],
                LATITUDE: self.places.latitude[keep],
            },
            copy=False,
        )

    def _ids(self, sha256: str) -> pa.ChunkedArray:
        """Every row's number, its own or a made one."""
        missing = np.flatnonzero(~np.asarray(self.ids.is_valid().to_numpy(), bool))
        if not missing.size:
            return self.ids
        made = pc.binary_join_element_wise(sha256[:12], pc.cast(pa.array(missing + 1), pa.string()), "-")
        mask = pc.is_null(self.ids).combine_chunks()
        whole = self.ids.combine_chunks()
        return pa.chunked_array([pc.replace_with_mask(whole, mask, made.cast(whole.type))])


def _zoned(utc_us: Integers, timezone: str) -> pd.DatetimeIndex:
    """Microseconds since 1970 UTC as times of a zone."""
    return pd.DatetimeIndex(utc_us.view("M8[us]"), tz="UTC").tz_convert(timezone)


def read_ids(table: RawTable, headers: Headers, personal: PersonalData) -> pa.ChunkedArray:
    """The rows' own numbers (n texts); None where there is none, or where it is personal data."""
    if INCIDENT_ID not in headers:
        return pa.chunked_array([pa.nulls(table.n_rows, pa.string())])
    ids = as_text(table.columns[headers.positions[INCIDENT_ID]]).cast(pa.string())
    mask = personal.masks[INCIDENT_ID]
    return pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), ids) if mask.any() else ids


def read_categories(table: RawTable, headers: Headers, personal: PersonalData, faults: Faults) -> Categories:
    """The rows' categories under the table's names; none, or personal data, is unspecified; a long one is a fault."""
    if CATEGORY not in headers:
        return Categories(np.array([UNSPECIFIED], object), np.zeros(table.n_rows, np.int64))
    texts = as_text(table.columns[headers.positions[CATEGORY]]).cast(pa.string())
    mask = personal.masks[CATEGORY]
    if mask.any():
        texts = pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), texts)
    encoded = texts.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    too_long = np.array([len(text) > MAX_CATEGORY_LENGTH for text in texts] + [False])
    written = [
        UNSPECIFIED if long else canonical_category(text) for text, long in zip(texts, too_long[:-1], strict=True)
    ]
    written.append(UNSPECIFIED)
    names, position = np.unique(np.array(written, object), return_inverse=True)
    codes = pc.fill_null(encoded.indices, len(written) - 1).to_numpy()
    faults.add(Reason.LONG_CATEGORY, too_long[codes])
    return Categories(names, position[codes].astype(np.int64))


def read_weights(table: RawTable, headers: Headers, categories: Categories, faults: Faults) -> Floats:
    """The rows' weights; where a file or a row gives none, its category's."""
    by_category = np.array([default_weight(name) for name in categories.names])[categories.codes]
    if WEIGHT not in headers:
        return by_category
    weight, is_empty, is_unreadable = read_numbers(table.columns[headers.positions[WEIGHT]])
    faults.add(Reason.BAD_WEIGHT, is_unreadable | (weight < 0) | (weight > MAX_WEIGHT))
    return np.where(is_empty, by_category, weight)


def note_time_faults(intervals: Intervals, faults: Faults) -> None:
    """Note the rows without a usable time."""
    faults.add(Reason.NO_TIME, intervals.is_empty)
    faults.add(Reason.EPOCH_TIME, intervals.is_epoch)
    faults.add(Reason.UNREADABLE_TIME, intervals.is_unreadable)
    faults.add(Reason.SWAPPED_TIMES, intervals.is_swapped)


def find_duplicates(
    table: RawTable, ids: pa.ChunkedArray, intervals: Intervals, categories: Categories, places: Places, faults: Faults
) -> Mask:
    """Which rows say again what an earlier one said; those that say something else under its number are faults."""
    content = (intervals.from_us, intervals.to_us, categories.codes, places.longitude, places.latitude)
    repeats = find_repeats(ids, content, faults.none)
    conflicts = np.flatnonzero(repeats.is_conflict)
    if conflicts.size:
        first_lines = np.full(table.n_rows, np.nan)
        first_lines[conflicts] = table.lines_of(repeats.first[conflicts])
        faults.add(Reason.SAME_ID, repeats.is_conflict, first_lines)
    return repeats.is_duplicate
