"""
The results of an analysis as files: GeoJSON, GeoPackage, CSV and JSON.

Everything is written into a folder beside the destination first and moved into place at the end, so that a run that is
killed leaves the last good files.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd

GEOJSON_DECIMALS = 7  # about a centimetre
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing_directory(directory: Path) -> Iterator[Path]:
    """
    A folder to write into whose files replace those of `directory` when the block ends without an error.

    Other files in `directory` are left alone.
    """
    directory.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=directory))
    try:
        yield draft
        for path in sorted(draft.iterdir()):
            os.replace(path, directory / path.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write an EPSG:4326 frame as RFC 7946 GeoJSON; times in ISO 8601, lists as JSON arrays."""
    _plain(frame).to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=GEOJSON_DECIMALS)


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write EPSG:4326 frames as the layers of one new GeoPackage."""
    path.unlink(missing_ok=True)
    for name, frame in layers.items():
        _plain(frame).to_file(path, driver="GPKG", layer=name)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """
    Write a CSV that spreadsheets open as text.

    UTF-8 with a byte order mark, so that old spreadsheets show Chinese; text that a spreadsheet would run as a formula
    gets an apostrophe before it.
    """
    harmless = frame.copy()
    for column in frame.columns:
        if isinstance(frame[column].dtype, pd.StringDtype) or frame[column].dtype == object:
            text = frame[column].astype("string")
            risky = text.str.startswith(FORMULA_STARTS).fillna(False)
            harmless[column] = text.mask(risky, "'" + text)
    harmless.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_json(content: Mapping[str, object], path: Path) -> None:
    """Write JSON with sorted keys."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n", "utf-8")


def _plain(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """A copy whose columns every vector format can hold."""
    plain = frame.copy()
    for column in plain.columns.drop(plain.geometry.name):
        if isinstance(plain[column].dtype, pd.DatetimeTZDtype):
            plain[column] = plain[column].map(lambda at: None if pd.isna(at) else at.isoformat()).astype(object)
        elif plain[column].dtype == object:
            plain[column] = plain[column].map(_as_text).astype(object)
    return plain


def _as_text(value: object) -> object:
    """Lists and tuples as JSON; everything else as it is."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value
