"""
Geometry files read by GDAL, in a child process that can read nothing else.

GDAL opens whatever a file's content points at: a VRT named `.geojson` reads any file on the disk, `/vsicurl/` any
inner address. Only the environment before GDAL's first import stops its drivers, so each file is read by a process of
its own (`gdal_child`) that knows the one driver the file needs and has bounded memory and time.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyogrio
import shapely

from geo_zhengzhi import errors
from geo_zhengzhi.io.formats import prepare, recognise

CHILD = "geo_zhengzhi.io.gdal_child"
REFUSALS = {
    error.__name__: error
    for error in (
        errors.ContentMismatch,
        errors.DriversNotSkipped,
        errors.NoFeatures,
        errors.SeveralLayers,
        errors.UnknownLayer,
        errors.UnreadableFeatures,
        errors.UnsafeGeoPackage,
        errors.XmlEntities,
    )
}


@dataclass(frozen=True)
class Limits:
    """What one file may cost: its own size, and the child's address space, processor time and wall-clock time."""

    file_bytes: int = 512 * 2**20
    memory_bytes: int = 4 * 2**30
    cpu_seconds: int = 120
    wall_seconds: float = 240.0


LIMITS = Limits()


def read_features(path: str | Path, *, layer: str | None = None, limits: Limits = LIMITS) -> gpd.GeoDataFrame:
    """
    Read the features of a GeoJSON, GeoPackage, zipped Shapefile or KML file.

    Parameters
    ----------
    path : str or Path
        A file on this machine, recognised by ending and content.
    layer : str, optional
        The layer's name; needed where several layers have features.
    limits : Limits
        What the file may cost.

    Returns
    -------
    GeoDataFrame of n features
        In the file's order and coordinates, attributes as they stand in the file, dates and times as text; a feature
        without geometry has None. `crs` is what the file says, and EPSG:4326 for every GeoJSON and KML
        (`attrs["says_crs"]` is then False). `attrs["layer"]` and `attrs["format"]` name the layer and the format.

    Raises
    ------
    FileMissing, UnknownFormat, ContentMismatch, FileTooLarge, NotText
        If it is not a file of the four formats.
    SeveralLayers, UnknownLayer, NoFeatures
        If there is not exactly one layer to read.
    UnsafeArchive, ArchiveTooLarge, BrokenArchive, NoShapefile, IncompleteShapefile
        If a zip cannot be unpacked safely, or is no Shapefile.
    XmlEntities, UnsafeGeoPackage, UnreadableFeatures, ReadStopped
        If GDAL is not let near the file, cannot read it, or takes too long or too much.
    """
    path = Path(path)
    found = recognise(path, limits.file_bytes)
    with tempfile.TemporaryDirectory(prefix="geo_zhengzhi-") as folder:
        source = prepare(path, found, Path(folder), layer)
        output = Path(folder) / "features.arrow"
        request = {
            "source": str(source),
            "driver": found.driver,
            "layer": None if source.suffix == ".shp" else layer,
            "output": str(output),
            "memory_bytes": limits.memory_bytes,
            "cpu_seconds": limits.cpu_seconds,
        }
        answer = _ask_child(request, path.name, limits)
        frame = _frame(output, answer)
    own_name = path.stem if answer["layer"] == source.stem else answer["layer"]
    frame.attrs.update(layer=own_name, format=found.name, says_crs=found.says_crs)
    return frame


def _ask_child(request: Mapping[str, Any], name: str, limits: Limits) -> dict[str, Any]:
    """The child's answer to a request; its refusals raised as our errors, with the file's name."""
    stopped = errors.ReadStopped(name=name, seconds=limits.wall_seconds, gib=limits.memory_bytes / 2**30)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", CHILD],
            input=json.dumps(request).encode(),
            capture_output=True,
            env=_environment(request["driver"], str(Path(request["source"]).parent)),
            cwd=Path(request["source"]).parent,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise stopped from None
    if done.returncode != 0:
        raise stopped
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise REFUSALS[answer["error"]](name=name, **answer["values"])
    return answer


def _environment(driver: str, folder: str) -> dict[str, str]:
    """All that the child's environment holds: where Python finds its packages, and what GDAL must not do."""
    skipped = ",".join(sorted(_all_drivers() - {driver}))
    nowhere = "http://127.0.0.1:1"  # nothing listens on port 1: should a driver ask another host, it gets no further
    return {
        "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path),
        "PYTHONUTF8": "1",
        "TMPDIR": folder,
        "HOME": folder,
        "GDAL_SKIP": skipped,
        "OGR_SKIP": skipped,
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR" if driver != "ESRI Shapefile" else "TRUE",
        "GDAL_HTTP_PROXY": nowhere,
        "GDAL_HTTPS_PROXY": nowhere,
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        "LIBKML_RESOLVE_STYLE": "NO",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


@cache
def _all_drivers() -> frozenset[str]:
    """Every vector driver that this GDAL has; the child checks that all but one are gone."""
    return frozenset(pyogrio.list_drivers())


def _frame(output: Path, answer: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """The Arrow stream as a frame."""
    with pa.memory_map(str(output)) as source:
        table = pa.ipc.open_stream(source).read_all()
    position = answer["geometry"]
    wkb = table.column(position).to_numpy(zero_copy_only=False)
    attributes = table.remove_column(position).to_pandas()
    attributes.columns = _distinct([name for i, name in enumerate(answer["columns"]) if i != position])
    geometry = shapely.from_wkb(wkb, on_invalid="fix")
    return gpd.GeoDataFrame(attributes, geometry=geometry, crs=answer["crs"])


def _distinct(names: list[str]) -> list[str]:
    """Names that occur once and leave "geometry" free: a second one gets an underscore."""
    taken = {"geometry"}
    distinct = []
    for name in names:
        while name in taken:
            name += "_"
        taken.add(name)
        distinct.append(name)
    return distinct
