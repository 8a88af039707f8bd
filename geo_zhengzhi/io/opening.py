"""Every format in which incidents come, by the ending of the file's name."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from geo_zhengzhi.errors import ContentMismatch, FileMissing, FileTooLarge, UnknownIncidentFormat
from geo_zhengzhi.io.csv_files import read_csv
from geo_zhengzhi.io.endings import ENDINGS, PARQUET_ENDINGS, TEXT_ENDINGS
from geo_zhengzhi.io.gdal import read_features
from geo_zhengzhi.io.parquet import points_of, read_parquet
from geo_zhengzhi.io.sheets import read_xlsx
from geo_zhengzhi.io.tables import MAX_FILE_BYTES, Points, RawTable, numbered_from
from geo_zhengzhi.io.text_files import GZIP_MAGIC, unpack_gzip
from geo_zhengzhi.live_files import refuse_live

# First bytes of files that are often given a text file's ending: zip (.xlsx), old Excel, Parquet, SQLite (.gpkg), PDF.
NOT_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"SQLite format 3\x00", b"%PDF")


def open_table(path: Path, is_header: Callable[[Sequence[str]], bool]) -> RawTable:
    """
    Open a file of incidents as columns.

    Parameters
    ----------
    path : Path
        A file on this machine; `ENDINGS` are read.
    is_header : function of a row of texts
        Finds the header of a sheet below its title.

    Raises
    ------
    FileMissing, FileTooLarge, UnknownIncidentFormat, ContentMismatch
        If it is no file, above 2 GiB, of another ending, or not what its ending says.
    GeoZhengzhiError
        As the reader of each format.
    """
    if not path.is_file():
        raise FileMissing(name=str(path))
    refuse_live(path)
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise FileTooLarge(name=path.name, given=size / 2**20, allowed=MAX_FILE_BYTES / 2**20)
    ending = next((e for e in ENDINGS if path.name.lower().endswith(e)), None)
    if ending is None:
        raise UnknownIncidentFormat(name=path.name, given=path.suffix or "nothing", allowed=" ".join(ENDINGS))
    if ending in TEXT_ENDINGS:
        return _open_text(path)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return replace(_open_other(path, ending, is_header), sha256=digest)


def _open_text(path: Path) -> RawTable:
    """Delimited text, packed or not."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if data.startswith(GZIP_MAGIC):
        data = unpack_gzip(path.name, data)
    if data.startswith(NOT_TEXT):
        raise ContentMismatch(name=path.name, expected="CSV")
    return replace(read_csv(path.name, data), sha256=digest)


def _open_other(path: Path, ending: str, is_header: Callable[[Sequence[str]], bool]) -> RawTable:
    """Sheets, Parquet and what GDAL reads."""
    if ending == ".xlsx":
        return read_xlsx(path, is_header)
    if ending in PARQUET_ENDINGS:
        return read_parquet(path)
    return _open_geometries(path)


def _open_geometries(path: Path) -> RawTable:
    """GeoJSON, GeoPackage or zipped Shapefile, read in the fenced process."""
    frame = read_features(path)
    attributes = pa.Table.from_pandas(frame.drop(columns=frame.geometry.name), preserve_index=False)
    x, y, is_other = points_of(frame.geometry.to_numpy())
    return RawTable(
        name=path.name,
        format=str(frame.attrs["format"]),
        headers=tuple(attributes.column_names),
        columns=tuple(attributes.columns),
        n_rows=len(frame),
        lines_of=numbered_from(1),
        points=Points(x, y, is_other, frame.crs, bool(frame.attrs["says_crs"])),
    )
