"""Parquet and GeoParquet as columns; points are viewed where they lie, without making objects of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pyproj
import shapely

from geo_zhengzhi.errors import TooManyColumns, UnpacksTooLarge, UnreadableFeatures
from geo_zhengzhi.io.tables import MAX_COLUMNS, MAX_FILE_BYTES, Floats, Points, RawTable, numbered_from

# One point in well-known binary, little-endian: byte order 1, type 1, x, y.
WKB_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
MAX_CELLS = 2**31  # a column of one repeated value costs nothing on disk


def read_parquet(path: Path) -> RawTable:
    """
    Read a Parquet file, with the points of a GeoParquet one.

    Returns
    -------
    RawTable
        Columns in their own types; nested ones are left out. Without a stated CRS GeoParquet means longitude and
        latitude of WGS-84.

    Raises
    ------
    UnreadableFeatures
        If it is no Parquet or is damaged.
    TooManyColumns, UnpacksTooLarge
        Above 1,000 columns, 2 GiB unpacked or 2³¹ cells.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _refuse_if_too_large(path.name, file.metadata)
            table = file.read()
        geo = json.loads((table.schema.metadata or {}).get(b"geo", b"{}"))
        return _raw_table(path.name, table, geo)
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        shapely.errors.GEOSException,
        pyproj.exceptions.CRSError,
    ):
        raise UnreadableFeatures(name=path.name, detail="Parquet") from None


def _refuse_if_too_large(name: str, metadata: Any) -> None:
    """Look at the sizes that the file states, before anything is unpacked."""
    if metadata.num_columns > MAX_COLUMNS:
        raise TooManyColumns(name=name, given=metadata.num_columns, allowed=MAX_COLUMNS)
    expanded = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if expanded > MAX_FILE_BYTES or metadata.num_rows * metadata.num_columns > MAX_CELLS:
        raise UnpacksTooLarge(name=name, given=expanded / 2**20, rows=metadata.num_rows, allowed=MAX_FILE_BYTES / 2**20)


def _raw_table(name: str, table: pa.Table, geo: dict[str, Any]) -> RawTable:
    """Columns and points of a table."""
    points = None
    primary = geo.get("primary_column")
    if primary is not None:
        points = _points(table.column(primary).combine_chunks(), geo["columns"][primary])
    plain = [
        i for i, field in enumerate(table.schema) if field.name not in geo.get("columns", {}) and _is_plain(field.type)
    ]
    return RawTable(
        name=name,
        format="GeoParquet" if points is not None else "Parquet",
        headers=tuple(table.schema.field(i).name.strip() for i in plain),
        columns=tuple(table.column(i) for i in plain),
        n_rows=table.num_rows,
        lines_of=numbered_from(1),
        points=points,
    )


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds one number, text or time a row."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not (pa.types.is_nested(kind) or pa.types.is_null(kind) or "binary" in str(kind))


def _points(column: Any, description: dict[str, Any]) -> Points:
    """The geometry column as coordinates."""
    crs = description.get("crs", "OGC:CRS84")
    stated = None if crs is None else pyproj.CRS.from_user_input(crs)
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.binary())
    if pa.types.is_struct(column.type):  # GeoArrow's own points
        x, y = (pc.struct_field(column, axis).to_numpy(zero_copy_only=False) for axis in "xy")
        return Points(x.astype(float), y.astype(float), np.zeros(len(column), bool), stated, "crs" in description)
    x, y, is_other = wkb_points(column)
    return Points(x, y, is_other, stated, "crs" in description)


def wkb_points(column: pa.Array) -> tuple[Floats, Floats, Any]:
    """
    Coordinates of n points in well-known binary.

    Returns
    -------
    x, y : arrays of n
        NaN where there is none.
    is_other : array of n, bool
        Where there is a geometry that is not one point.
    """
    records = _as_records(column)
    if records is not None:
        return records["x"].copy(), records["y"].copy(), np.zeros(len(records), bool)
    return points_of(shapely.from_wkb(column.to_numpy(zero_copy_only=False)))


def _as_records(column: pa.Array) -> Any:
    """The buffer viewed as point records; None unless every value is one little-endian point."""
    n = len(column)
    if not n or column.null_count:
        return None
    lengths = pc.binary_length(column)
    if pc.min_max(lengths).as_py() != {"min": WKB_POINT.itemsize, "max": WKB_POINT.itemsize}:
        return None
    width = "i8" if pa.types.is_large_binary(column.type) else "i4"
    _, offsets, values = column.buffers()
    first = int(np.frombuffer(offsets, width, count=1, offset=column.offset * np.dtype(width).itemsize)[0])
    records = np.frombuffer(values, WKB_POINT, count=n, offset=first)
    return records if (records["order"] == 1).all() and (records["type"] == 1).all() else None


def points_of(geometries: Any) -> tuple[Floats, Floats, Any]:
    """The same for an array of n shapely geometries; a multipoint of one point is a point."""
    kinds = shapely.get_type_id(geometries)
    lone = (kinds == shapely.GeometryType.MULTIPOINT) & (shapely.get_num_geometries(geometries) == 1)
    geometries = np.where(lone, shapely.get_geometry(geometries, 0), geometries)
    is_point = shapely.get_type_id(geometries) == shapely.GeometryType.POINT
    is_other = ~is_point & ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    return shapely.get_x(geometries), shapely.get_y(geometries), is_other
