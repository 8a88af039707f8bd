"""Context layers: outline, stations, place names, railways; read as they are, in WGS-84 and sound."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.errors import NoFeatures
from geo_zhengzhi.io.declared import in_wgs84
from geo_zhengzhi.io.gdal import read_features
from geo_zhengzhi.io.persons import without_personal_words
from geo_zhengzhi.io.sound import make_sound
from geo_zhengzhi.io.target_words import find_columns, personal_columns
from geo_zhengzhi.schema import NAME, NAME_EN


def read_layer(path: str | Path, *, datum: str | None = None, option: str = "--targets-datum") -> gpd.GeoDataFrame:
    """
    Read a context layer from GeoJSON, GeoPackage, zipped Shapefile or KML.

    Parameters
    ----------
    path : str or Path
    datum : str, optional
        "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n"; needed where the layer touches China.
    option : str
        Where the datum can be declared, for the errors.

    Returns
    -------
    GeoDataFrame of n features, EPSG:4326
        Two-dimensional and valid, in the file's order under a new index, with `name` and `name_en` (str, "" where
        there is none) beside the file's columns, but for those about persons; texts that hold a person's number are
        empty. Features without geometry are left out.
        `attrs`: `n_repaired`, `n_dropped` (features), `dropped_columns` (tuple of str).

    Raises
    ------
    DatumNotDeclared, MissingCRS, DatumConflict, NotDegrees, UnknownDatum, BallparkTransform
        As `declared.in_wgs84`.
    NoFeatures
        If no feature has a geometry.
    GeoZhengzhiError
        Whatever `gdal.read_features` refuses.
    """
    path = Path(path)
    frame = in_wgs84(read_features(path), path.name, datum, option)
    geometries, repaired = make_sound(np.asarray(frame.geometry.array, dtype=object))
    present = ~shapely.is_missing(geometries)
    if not present.any():
        raise NoFeatures(name=path.name)
    personal = personal_columns(frame.columns)
    layer = frame.set_geometry(gpd.array.GeometryArray(geometries, crs=frame.crs)).drop(columns=personal)
    for header in layer.columns[layer.dtypes.map(pd.api.types.is_string_dtype)]:
        layer[header] = without_personal_words(layer[header].fillna("").astype(str))
    columns = find_columns(layer.columns)
    for name in (NAME, NAME_EN):
        layer[name] = layer[columns[name]].fillna("").astype(str).str.strip() if name in columns else ""
    layer = layer[present].reset_index(drop=True)
    layer.attrs = {
        "n_repaired": int(repaired.sum()),
        "n_dropped": int((~present).sum()),
        "dropped_columns": tuple(personal),
    }
    return layer
