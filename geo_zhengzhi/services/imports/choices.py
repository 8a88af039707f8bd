"""What a person says of a file that is to be imported; apart from the readers, so that asking costs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo_zhengzhi.io.headers import COLUMNS

__all__ = ["COLUMNS", "NAMES", "Choices", "datum_label"]

NAMES = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}


@dataclass(frozen=True)
class Choices:
    """
    What a person says of a file.

    Parameters
    ----------
    datum : str
        "" while none is chosen.
    timezone : str
        Of times that name none.
    columns : {column: header}
        What is read from where; "" for a column that is not read. Columns that are not named are found by header.
    asked : tuple of str
        Further datums to show, "EPSG:n".
    """

    datum: str
    timezone: str
    columns: Mapping[str, str]
    asked: tuple[str, ...] = ()


def datum_label(datum: str) -> str:
    """A datum as people write it: "GCJ-02", "EPSG:4548"."""
    return NAMES.get(datum, datum)
