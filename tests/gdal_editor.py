"""
What QGIS and GDAL do to the live file, done in a process of its own: `python -m tests.gdal_editor FILE`.

Actions come as JSON on standard input, answers go as JSON to standard output.

The GDAL is the one that pyogrio brings. Pyogrio itself only reads and appends; the other calls go to the same library.
"""

import ctypes
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

UPDATE = 0x01 | 0x04  # GDAL_OF_UPDATE, GDAL_OF_VECTOR


def ask_gdal(path: Path, *actions: list[Any]) -> list[Any]:
    """Run actions on a file in a child process; each is the name of a function of `Editor` and its arguments."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.gdal_editor", str(path)],
        input=json.dumps(actions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answers


class Editor:
    """One file, opened anew for each action."""

    def __init__(self, path: str) -> None:
        import pyogrio

        self.path, self.pyogrio = path, pyogrio
        folder = Path(pyogrio.__file__).parent
        (library,) = (folder.parent / "pyogrio.libs").glob("libgdal*")
        self.gdal = ctypes.CDLL(str(library))
        for name in ("GDALOpenEx", "GDALDatasetExecuteSQL", "GDALDatasetGetLayerByName", "OGR_L_GetFeature"):
            getattr(self.gdal, name).restype = ctypes.c_void_p
        self.gdal.CPLGetLastErrorMsg.restype = ctypes.c_char_p
        self.gdal.GDALAllRegister()

    def layers(self) -> dict[str, list[Any]]:
        """Each layer's type of geometry and number of features."""
        return {
            str(name): [kind, self.pyogrio.read_info(self.path, layer=name, force_feature_count=True)["features"]]
            for name, kind in self.pyogrio.list_layers(self.path)
        }

    def read(self, layer: str, bbox: list[float] | None = None) -> list[dict[str, Any]]:
        """The features, of a box where one is given, geometries as WKT."""
        import pandas

        box = None if bbox is None else tuple(bbox)
        frame = pandas.DataFrame(self.pyogrio.read_dataframe(self.path, layer=layer, fid_as_index=True, bbox=box))
        if "geometry" in frame:
            frame["geometry"] = [None if shape is None else shape.wkt for shape in frame["geometry"]]
        rows: list[dict[str, Any]] = json.loads(frame.reset_index().to_json(orient="records", date_format="iso"))
        return rows

    def append(self, layer: str, wkt: str, **fields: Any) -> None:
        """Add a feature."""
        import geopandas
        import shapely

        frame = geopandas.GeoDataFrame({k: [v] for k, v in fields.items()}, geometry=[shapely.from_wkt(wkt)], crs=4326)
        self.pyogrio.write_dataframe(frame, self.path, layer=layer, driver="GPKG", append=True)

    def sql(self, statement: str) -> None:
        """Run a statement in GDAL's own SQLite, with its ST_ functions."""
        dataset = self._open()
        self.gdal.CPLErrorReset()
        self.gdal.GDALDatasetExecuteSQL(dataset, statement.encode(), None, None)
        message = self.gdal.CPLGetLastErrorMsg().decode()
        self.gdal.GDALClose(dataset)
        assert not message, message

    def set_feature(self, layer: str, fid: int, wkt: str | None, field: str | None, value: str) -> None:
        """Change a feature and write all of its columns, as QGIS does for an older provider."""
        dataset = self._open()
        table = ctypes.c_void_p(self.gdal.GDALDatasetGetLayerByName(dataset, layer.encode()))
        feature = ctypes.c_void_p(self.gdal.OGR_L_GetFeature(table, ctypes.c_longlong(fid)))
        if wkt is not None:
            shape, text = ctypes.c_void_p(), ctypes.c_char_p(wkt.encode())
            self.gdal.OGR_G_CreateFromWkt(ctypes.byref(text), None, ctypes.byref(shape))
            self.gdal.OGR_F_SetGeometryDirectly(feature, shape)
        if field is not None:
            self.gdal.OGR_F_SetFieldString(
                feature, self.gdal.OGR_F_GetFieldIndex(feature, field.encode()), value.encode()
            )
        failed = self.gdal.OGR_L_SetFeature(table, feature)
        self.gdal.OGR_F_Destroy(feature)
        self.gdal.GDALClose(dataset)
        assert not failed, self.gdal.CPLGetLastErrorMsg()

    def delete_feature(self, layer: str, fid: int) -> None:
        """Delete a feature."""
        dataset = self._open()
        table = ctypes.c_void_p(self.gdal.GDALDatasetGetLayerByName(dataset, layer.encode()))
        failed = self.gdal.OGR_L_DeleteFeature(table, ctypes.c_longlong(fid))
        self.gdal.GDALClose(dataset)
        assert not failed, self.gdal.CPLGetLastErrorMsg()

    def _open(self) -> ctypes.c_void_p:
        dataset = self.gdal.GDALOpenEx(self.path.encode(), UPDATE, None, None, None)
        assert dataset, self.gdal.CPLGetLastErrorMsg()
        return ctypes.c_void_p(dataset)


if __name__ == "__main__":
    editor = Editor(sys.argv[1])
    answers = []
    for action, *arguments in json.load(sys.stdin):
        keywords = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
        answers.append(getattr(editor, action)(*arguments, **keywords))
    print(json.dumps(answers))
