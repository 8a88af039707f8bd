"""
The process that lets GDAL touch a stranger's file: `python -m geo_zhengzhi.io.gdal_child`, started by `io.gdal`.

It imports GDAL only after limiting itself, knows one driver only (the parent's GDAL_SKIP leaves no other), writes the
features as an Arrow stream with WKB geometries, and answers with one JSON object on stdout. It never needs the
package's other rooms, so it starts in a third of a second.
"""

import contextlib
import importlib
import json
import sqlite3
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

KML_COLUMN = "kmldata"


class Refused(Exception):
    """Carries the name of an error class of `geo_zhengzhi.errors` and its values to the parent."""

    def __init__(self, error: str, **values: object) -> None:
        self.error, self.values = error, values
        super().__init__(error)


def main() -> None:
    """Read the request from stdin, answer on stdout."""
    request = json.load(sys.stdin)
    limit_resources(request["memory_bytes"], request["cpu_seconds"])
    try:
        answer = read(request)
    except Refused as refusal:
        answer = {"error": refusal.error, "values": refusal.values}
    json.dump(answer, sys.stdout)


def limit_resources(memory_bytes: int, cpu_seconds: int) -> None:
    """Bound this process's address space and processor time, where the system can."""
    with contextlib.suppress(ImportError):
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(request: dict[str, Any]) -> dict[str, Any]:
    """Read the one layer that the request means into `request["output"]`."""
    source, driver = Path(request["source"]), request["driver"]
    renamed: dict[str, str] = {}
    if driver == "GPKG":
        refuse_unusual_geopackage(source)
    if driver == "LIBKML":
        renamed = plain_kml(source)
    pyogrio = import_pyogrio(driver)
    try:
        layer = choose_layer(pyogrio, source, request["layer"])
        copied = copy_layer(pyogrio, source, layer, driver, request["output"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as error:
        raise Refused("UnreadableFeatures", detail=str(error).replace(str(source), source.name)) from None
    copied["columns"] = [renamed.get(name, name) for name in copied["columns"]]
    return {"layer": layer, **copied}


def import_pyogrio(driver: str) -> Any:
    """GDAL, proven to know `driver` alone; without pandas and shapely, which only the parent needs."""
    for name in ("pandas", "geopandas", "shapely"):
        sys.modules[name] = None  # type: ignore[assignment]
    pyogrio: Any = importlib.import_module("pyogrio")
    importlib.import_module("pyogrio.raw")
    known = set(pyogrio.list_drivers())
    if known != {driver}:
        raise Refused("DriversNotSkipped", known=", ".join(sorted(known)), allowed=driver)
    return pyogrio


def choose_layer(pyogrio: Any, source: Path, wanted: str | None) -> str:
    """The layer's name: the one asked for, or the only one that has features with geometries."""
    layers = [str(name) for name, geometry_type in pyogrio.list_layers(source) if geometry_type is not None]
    if wanted is not None:
        if wanted not in layers:
            raise Refused("UnknownLayer", given=wanted, allowed=", ".join(layers))
        return wanted
    if len(layers) > 1:
        layers = [
            name for name in layers if pyogrio.read_info(source, layer=name, force_feature_count=True)["features"]
        ]
    if len(layers) > 1:
        raise Refused("SeveralLayers", count=len(layers), layers=", ".join(layers))
    if not layers:
        raise Refused("NoFeatures")
    return layers[0]


def copy_layer(pyogrio: Any, source: Path, layer: str, driver: str, output: str) -> dict[str, Any]:
    """
    Copy one layer to an Arrow file, batch by batch.

    Times come as the text that stands in the file, so that the parent decides about zones. Columns are numbered in
    the Arrow file, since a file may name two of them alike; their names come back beside it.

    Returns
    -------
    dict
        `crs` as text or None, `columns` (names in order) and `geometry` (position of the WKB column).
    """
    pyarrow = importlib.import_module("pyarrow")
    options = {"DATE_AS_STRING": "YES"} if driver == "GeoJSON" else {}
    with pyogrio.raw.open_arrow(source, layer=layer, use_pyarrow=True, datetime_as_string=True, **options) as (
        meta,
        reader,
    ):
        positions = [i for i, field in enumerate(reader.schema) if is_geometry(field)]
        if not positions:
            raise Refused("NoFeatures")
        numbered = pyarrow.schema([(f"c{i}", field.type) for i, field in enumerate(reader.schema)])
        with pyarrow.OSFile(output, "wb") as sink, pyarrow.ipc.new_stream(sink, numbered) as writer:
            for batch in reader:
                writer.write_batch(pyarrow.RecordBatch.from_arrays(batch.columns, schema=numbered))
        return {"crs": meta["crs"], "columns": reader.schema.names, "geometry": positions[0]}


def is_geometry(field: Any) -> bool:
    """Whether an Arrow field is the layer's WKB column."""
    return (field.metadata or {}).get(b"ARROW:extension:name") in (b"geoarrow.wkb", b"ogc.wkb")


def refuse_unusual_geopackage(source: Path) -> None:
    """Refuse layers that are views and virtual tables other than R-trees: they run a stranger's SQL when read."""
    connection = sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)
    try:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        layers = {name.lower() for (name,) in connection.execute("SELECT table_name FROM gpkg_contents")}
    except sqlite3.DatabaseError as error:
        raise Refused("UnreadableFeatures", detail=str(error)) from None
    finally:
        connection.close()
    for kind, name, sql in rows:
        if kind == "view" and str(name).lower() in layers:
            raise Refused("UnsafeGeoPackage", what=f"view {name}")
        words = str(sql).lower().split("using", 1)
        if "virtual table" in words[0] and not words[-1].strip().startswith("rtree"):
            raise Refused("UnsafeGeoPackage", what=f"virtual table {name}")


def plain_kml(source: Path) -> dict[str, str]:
    """
    Check that a KML is one, without document type or entities, and give its `Data` plain names.

    GDAL writes an underscore for every byte of a Chinese `Data` name, so the names travel beside the file.

    Returns
    -------
    dict
        Column name in the rewritten file → name as it was.
    """
    tree = importlib.import_module("defusedxml.ElementTree")
    common = importlib.import_module("defusedxml.common")
    try:
        document = tree.parse(source, forbid_dtd=True)
    except common.DefusedXmlException:
        raise Refused("XmlEntities") from None
    except (ParseError, LookupError, ValueError) as error:
        raise Refused("UnreadableFeatures", detail=str(error)) from None
    root: Element = document.getroot()
    if root.tag.rpartition("}")[2] != "kml":
        raise Refused("ContentMismatch", expected="KML")
    plain: dict[str, str] = {}
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] == "Data":
            name = element.get("name", "")
            element.set("name", plain.setdefault(name, f"{KML_COLUMN}{len(plain)}"))
    source.unlink()
    document.write(source, encoding="utf-8", xml_declaration=True)
    return {column: name for name, column in plain.items()}


if __name__ == "__main__":
    main()
