"""
Incidents by the time they belong to, so that a period is one slice and not a look at a million midpoints.

The columns lie beside the kept results in an Arrow file that every worker maps: written whole beside its place and
moved there, named by the incidents and the program, never changed.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from geo_zhengzhi.services.console.keeping import DRAFT, make_private, name_for, sweep

Rows = npt.NDArray[np.int64]

MOMENT, ROW, CATEGORY_NUMBER, CATEGORIES = "moment", "row", "category", b"categories"
PATTERN, MAX_FILES = "order-*.arrow", 4
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_LOOK = 4096  # incidents that a look back begins with


@dataclass(frozen=True, eq=False)
class TimeOrder:
    """
    n incidents in the order of their midpoints.

    Parameters
    ----------
    moments : int64[n]
        Midpoints, whole microseconds since 1970 in UTC, rising.
    row : int64[n]
        Where each of them stands among the incidents.
    category : int32[n]
        The category of each, a position in `categories`.
    categories : tuple of str
        The most frequent first.
    """

    moments: npt.NDArray[np.int64]
    row: Rows
    category: npt.NDArray[np.int32]
    categories: tuple[str, ...]

    def between(self, start: datetime, end: datetime, category: str | None = None) -> Rows:
        """The rows (k, rising) of the incidents with a midpoint in [start, end), of one category or of all."""
        first, last = np.searchsorted(self.moments, [_microseconds(start), _microseconds(end)])
        return self._rows(int(first), int(last), category)

    def back_from(self, end: datetime, category: str | None = None) -> Iterator[Rows]:
        """The rows before a moment, the latest first, in pieces that grow; who has found what it wants stops."""
        last, length = int(np.searchsorted(self.moments, _microseconds(end))), FIRST_LOOK
        while last > 0:
            first = max(0, last - length)
            yield self._rows(first, last, category)
            last, length = first, 4 * length

    def ends(self, timezone: str) -> tuple[datetime, datetime]:
        """The first and the last midpoint, local; there has to be one."""
        first, last = (pd.Timestamp(int(self.moments[i]), unit="us", tz="UTC").tz_convert(timezone) for i in (0, -1))
        return first, last

    def _rows(self, first: int, last: int, category: str | None) -> Rows:
        rows = self.row[first:last]
        if category is not None:
            number = self.categories.index(category) if category in self.categories else -1
            rows = rows[self.category[first:last] == number]
        return np.sort(rows)


def time_order(midpoints: "pd.Series[Any]", categories: "pd.Series[Any]") -> TimeOrder:
    """
    The order of n incidents.

    Parameters
    ----------
    midpoints : Series of n tz-aware times
    categories : Series of n texts
    """
    moments = midpoints.dt.as_unit("us").to_numpy("M8[us]").astype(np.int64)
    row = np.argsort(moments, kind="stable")
    names = tuple(str(name) for name in categories.value_counts(sort=True).index)
    number = pd.Index(names).get_indexer(pd.Index(categories)).astype(np.int32)
    return TimeOrder(moments[row], row.astype(np.int64), number[row], names)


def kept_order(folder: Path, name: str, columns: Callable[[], tuple["pd.Series[Any]", "pd.Series[Any]"]]) -> TimeOrder:
    """
    The order of the incidents of a name, mapped from a folder of the account's own; made where there is none yet.

    Parameters
    ----------
    folder : Path
    name : str
        `fingerprints.incidents_name`.
    columns : function
        Gives midpoints and categories, as `time_order` takes them.
    """
    path = folder / f"order-{name_for(name)}.arrow"
    found = _mapped(path)
    if found is None:
        found = time_order(*columns())
        _keep(found, path)
    return found


def _mapped(path: Path) -> TimeOrder | None:
    """What a file holds, mapped; None where there is none or it cannot be read."""
    try:
        rows = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        moments, row, category = (
            rows[column].chunk(0).to_numpy() if len(rows) else rows[column].to_numpy()
            for column in (MOMENT, ROW, CATEGORY_NUMBER)
        )
        names = rows.schema.metadata[CATEGORIES].decode()
        os.utime(path)
    except (OSError, pa.ArrowInvalid, KeyError, TypeError):
        return None
    return TimeOrder(moments, row, category, tuple(names.split("\0")) if names else ())


def _keep(order: TimeOrder, path: Path) -> None:
    """Write a file whole and put it in its place; a folder that cannot be used costs only time."""
    columns = {MOMENT: order.moments, ROW: order.row, CATEGORY_NUMBER: order.category}
    rows = pa.table(columns).replace_schema_metadata({CATEGORIES: "\0".join(order.categories).encode()})
    draft = None
    try:
        make_private(path.parent)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=DRAFT, delete=False) as stream:
            draft = Path(stream.name)
            with pa.ipc.new_file(pa.PythonFile(stream, "w"), rows.schema) as writer:
                writer.write_table(rows)
        os.replace(draft, path)
        sweep(path.parent, PATTERN, max_files=MAX_FILES)
    except OSError:
        return
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 in UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)
