"""
Column types that mean the same on both engines: geometry, a moment, JSON.

On SQLite a geometry is a GeoPackage blob (OGC 12-128r19, clause 2.1.3): a header with the SRS and the bounding box,
then WKB. On PostGIS it is `geometry(…, 4326)`, written and read as WKB.
"""

import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Dialect, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import DateTime, TypeDecorator, UserDefinedType

SRS_ID = 4326
MAGIC_VERSION_0 = b"GP\x00"
ENVELOPE_XY, IS_EMPTY, LITTLE_ENDIAN = 0b0010, 0b0001_0000, 0b0001
POINT_HEADER = MAGIC_VERSION_0 + bytes([LITTLE_ENDIAN]) + struct.pack("<i", SRS_ID)
ENVELOPE_BYTES = (0, 32, 48, 48, 64)
WKB_POINT = b"\x01\x01\x00\x00\x00"
POINT_BYTES = len(POINT_HEADER) + len(WKB_POINT) + 16


def to_blob(geometry: shapely.Geometry | None) -> bytes | None:
    """A geometry, EPSG:4326, as a GeoPackage blob; points and empty geometries go without a bounding box."""
    if geometry is None:
        return None
    wkb = to_wkb(geometry)
    if geometry.is_empty:
        return MAGIC_VERSION_0 + bytes([LITTLE_ENDIAN | IS_EMPTY]) + struct.pack("<i", SRS_ID) + wkb
    if geometry.geom_type == "Point":
        return POINT_HEADER + wkb
    west, south, east, north = geometry.bounds
    flags = bytes([LITTLE_ENDIAN | ENVELOPE_XY])
    return MAGIC_VERSION_0 + flags + struct.pack("<i4d", SRS_ID, west, east, south, north) + wkb


def to_wkb(geometry: shapely.Geometry) -> bytes:
    """A geometry's little-endian WKB, flat: the store keeps no heights."""
    return bytes(shapely.to_wkb(geometry, byte_order=1, output_dimension=2))


def from_blob(blob: bytes | None) -> shapely.Geometry | None:
    """
    The geometry in a GeoPackage blob, whoever wrote it.

    Raises
    ------
    ValueError
        If it is none.
    """
    if blob is None:
        return None
    if blob[:2] != b"GP":
        raise ValueError("no GeoPackage geometry")
    return shapely.from_wkb(blob[header_bytes(blob) :])


def header_bytes(blob: bytes) -> int:
    """How many bytes of a GeoPackage blob lie before its WKB."""
    return 8 + ENVELOPE_BYTES[(blob[3] >> 1) & 0b111]


def blob_bounds(blob: bytes | None) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a GeoPackage blob, from its header where that says them; None of nothing."""
    if blob is None:
        return None
    if blob[3] & IS_EMPTY == 0 and header_bytes(blob) > 8:
        west, east, south, north = struct.unpack_from("<4d" if blob[3] & LITTLE_ENDIAN else ">4d", blob, 8)
        return west, south, east, north
    geometry = from_blob(blob)
    return None if geometry is None or geometry.is_empty else tuple(geometry.bounds)


def point_blobs(longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]) -> list[bytes]:
    """n points, degrees, EPSG:4326, as GeoPackage blobs, without a Shapely object each."""
    rows = np.empty(len(longitude), [("head", f"V{len(POINT_HEADER) + 5}"), ("x", "<f8"), ("y", "<f8")])
    rows["head"] = np.void(POINT_HEADER + WKB_POINT)
    rows["x"], rows["y"] = longitude, latitude
    data = rows.tobytes()
    return [data[start : start + POINT_BYTES] for start in range(0, len(data), POINT_BYTES)]


def points_of_blobs(blobs: list[bytes]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Longitudes and latitudes, degrees, of n blobs that hold points; the opposite of `point_blobs`."""
    if all(len(blob) == POINT_BYTES for blob in blobs):
        rows = np.frombuffer(b"".join(blobs), [("head", f"V{POINT_BYTES - 16}"), ("x", "<f8"), ("y", "<f8")])
        return rows["x"].copy(), rows["y"].copy()
    points = [from_blob(blob) for blob in blobs]  # written by somebody else, with a bounding box
    return shapely.get_x(points), shapely.get_y(points)


class Geometry(UserDefinedType[shapely.Geometry]):
    """
    A geometry column, EPSG:4326.

    Parameters
    ----------
    kind : str
        "POINT", "LINESTRING", "MULTIPOLYGON", … or "GEOMETRY" for any.
    """

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: Any) -> str:
        """The type as GeoPackage spells it."""
        return self.kind

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Shapely to bytes."""
        if dialect.name == "sqlite":
            return to_blob
        return lambda geometry: None if geometry is None else to_wkb(geometry)

    def result_processor(self, dialect: Dialect, _: object) -> Callable[[Any], Any]:
        """Bytes to Shapely."""
        if dialect.name == "sqlite":
            return from_blob
        return lambda wkb: None if wkb is None else shapely.from_wkb(bytes(wkb))

    def bind_expression(self, bindvalue: Any) -> Any:
        """On PostGIS the bytes pass through ST_GeomFromWKB."""
        return _FromWkb(bindvalue, type_=self)

    def column_expression(self, column: Any) -> Any:
        """On PostGIS the bytes come from ST_AsBinary."""
        return _AsWkb(column, type_=self)


class _FromWkb(GenericFunction[Any]):
    """Bytes to geometry; SQLite keeps the bytes."""

    name = "from_wkb"
    inherit_cache = True


class _AsWkb(GenericFunction[Any]):
    """Geometry to bytes; SQLite keeps the bytes."""

    name = "as_wkb"
    inherit_cache = True


@compiles(_FromWkb)
@compiles(_AsWkb)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    """Blobs pass as they are."""
    return str(compiler.process(element.clauses, **options))


@compiles(_FromWkb, "postgresql")
def _from_wkb(element: Any, compiler: Any, **options: Any) -> str:
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **options)}, {SRS_ID})"


@compiles(_AsWkb, "postgresql")
def _as_wkb(element: Any, compiler: Any, **options: Any) -> str:
    return f"ST_AsBinary({compiler.process(element.clauses, **options)})"


@compiles(Geometry, "postgresql")
def _postgis_type(element: Geometry, _compiler: Any, **_: Any) -> str:
    return f"geometry({element.kind}, {SRS_ID})"


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, to the millisecond: text as GeoPackage spells it on SQLite, timestamptz on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The engine's own type."""
        return dialect.type_descriptor(_IsoText() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """A time with a zone to what is kept."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        in_utc = value.astimezone(UTC)
        in_utc = in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)
        return iso_utc(in_utc) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, _: Dialect) -> datetime | None:
        """What is kept to a time in UTC."""
        if value is None or isinstance(value, datetime):
            return None if value is None else value.astimezone(UTC)
        return moment_of(value)


class _IsoText(UserDefinedType[str]):
    """The type DATETIME of GeoPackage, whose values SQLAlchemy leaves alone."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type as GeoPackage spells it."""
        return "DATETIME"


def iso_utc(moment: datetime) -> str:
    """2024-03-01T08:15:00.000Z, which sorts as text in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """A moment out of the text that SQLite keeps; one without a zone is in UTC, since GDAL may leave the Z away."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """Plain values as JSON text, keys sorted, so that the same values are the same text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        """Values to text."""
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, _: Dialect) -> Any:
        """Text to values."""
        return None if value is None else json.loads(value)
