"""The results of an analysis as files: GeoJSON, GeoPackage, CSV and JSON."""

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.csv import write_csv

BEGINNING = b'"type": "FeatureCollection",'
GEOJSON_DECIMALS = 7  # about a centimetre
# How a cell begins that a spreadsheet runs: some pass over blanks and invisible marks, and take full-width signs too.
FORMULA = "^[\\s\\p{Z}\\p{Cf}\\p{Cc}]*[=+\\-@＝＋－＠]|^[\t\r\n]"
NUMBER = r"^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$"


def write_geojson(frame: gpd.GeoDataFrame, path: Path, members: Mapping[str, object] | None = None) -> None:
    """
    Write an EPSG:4326 frame as RFC 7946 GeoJSON; times in ISO 8601, lists as JSON arrays.

    `members` are said of the whole collection, as foreign members before its features.
    """
    plain = frame.copy()
    for column in _time_columns(frame):
        plain[column] = _iso_8601(frame[column]).to_numpy(zero_copy_only=False)
    _as_text(plain).to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=GEOJSON_DECIMALS)
    if members:
        said = json.dumps(members, ensure_ascii=False, sort_keys=True)[1:-1].encode()
        path.write_bytes(path.read_bytes().replace(BEGINNING, BEGINNING + b" " + said + b",", 1))


def write_geopackage(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """Write EPSG:4326 frames as the layers of one new GeoPackage; times are its own DATETIME, which is UTC."""
    path.unlink(missing_ok=True)
    for name, frame in layers.items():
        plain = frame.copy()
        for column in _time_columns(frame):
            plain[column] = frame[column].dt.tz_convert("UTC")
        _as_text(plain).to_file(path, driver="GPKG", layer=name, use_arrow=True)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """
    Write a CSV that spreadsheets open as text; times in ISO 8601.

    UTF-8 with a byte order mark, so that old spreadsheets show Chinese; text that a spreadsheet would run as a formula,
    in a cell or a header, gets an apostrophe before it.
    """
    names = harmless(pa.array([str(name) for name in frame.columns], pa.string())).to_pylist()
    table = pa.Table.from_arrays([_column(frame[name]) for name in frame.columns], names=names)
    with path.open("wb") as stream:
        stream.write(codecs.BOM_UTF8)
        write_csv(table, stream)


def harmless(text: pa.Array) -> pa.Array:
    """Text (n strings) with an apostrophe before what a spreadsheet would run as a formula; numbers stay numbers."""
    risky = pc.and_(pc.match_substring_regex(text, FORMULA), pc.invert(pc.match_substring_regex(text, NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", text, ""), text)


def write_json(content: Mapping[str, object], path: Path) -> None:
    """Write JSON with sorted keys."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n", "utf-8")


def _column(column: "pd.Series[Any]") -> pa.Array:
    """A column as CSV shows it."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return _iso_8601(column)
    array = pa.Array.from_pandas(column)
    return harmless(array.cast(pa.string())) if _is_text(array.type) else array


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _iso_8601(times: "pd.Series[Any]") -> pa.Array:
    """Times with a zone as text, 2024-02-01T08:00:00+08:00; null stays null. pandas' own takes 40 s a million."""
    local = times.dt.tz_localize(None)
    minutes = (local - times.dt.tz_convert("UTC").dt.tz_localize(None)) // pd.Timedelta(minutes=1)
    offsets, codes = np.unique(minutes.fillna(0).to_numpy(np.int64), return_inverse=True)
    names = pa.array([f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in offsets], pa.string())
    clock = pc.strftime(pa.Array.from_pandas(local.astype("datetime64[s]")), format="%Y-%m-%dT%H:%M:%S")
    return pc.binary_join_element_wise(clock, names.take(pa.array(codes)), "")


def _time_columns(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name in frame.columns if isinstance(frame[name].dtype, pd.DatetimeTZDtype)]


def _as_text(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The frame with lists and tuples as JSON, which every vector format can hold."""
    for column in frame.columns.drop(frame.geometry.name):
        if frame[column].dtype == object:
            frame[column] = frame[column].map(_listed_as_json).astype(object)
    return frame


def _listed_as_json(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | tuple | dict) else value
