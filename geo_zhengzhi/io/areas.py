"""Areas that a county supplies beside its targets: villages, neighbourhoods, blocks; read as targets are."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.errors import NoAreas
from geo_zhengzhi.io.targets import parse_targets_spec, read_targets
from geo_zhengzhi.schema import GEOMETRY, ILLUSTRATIVE, KIND, LEAD_UNIT, LEVEL, NAME, NAME_EN, PART_ID, TARGET_ID

AREA_ID = "area_id"
AREA_COLUMNS = (AREA_ID, NAME, NAME_EN, KIND, LEVEL, LEAD_UNIT, ILLUSTRATIVE, GEOMETRY)
POLYGONS = (3, 6)  # shapely's type numbers


def read_areas(specs: Sequence[str], *, datum: str | None = None) -> gpd.GeoDataFrame:
    """
    Read areas from GeoJSON, GeoPackage, zipped Shapefiles or KML.

    Parameters
    ----------
    specs : sequence of "FILE" or "FILE:KIND"
        KIND is given to areas that do not say their own; columns are known as those of targets are.
    datum : str, optional
        Of every file, as `read_targets` takes it.

    Returns
    -------
    GeoDataFrame of AREA_COLUMNS, EPSG:4326
        One row an area, `area_id` unique: the features of one number are one area where the file has numbers; two
        villages of one name in a file without any stay two.

    Raises
    ------
    NoAreas
        If a file holds no polygon.
    GeoZhengzhiError
        As `io.targets.read_targets`.
    """
    frames = [_areas_of(spec, datum) for spec in specs]
    together = pd.concat(frames, ignore_index=True)
    again = together.groupby(AREA_ID).cumcount()
    told_apart = together[AREA_ID].where(again == 0, together[AREA_ID] + "-" + (again + 1).astype(str))
    return gpd.GeoDataFrame(together.assign(**{AREA_ID: told_apart}), geometry=GEOMETRY, crs="EPSG:4326")


def _areas_of(spec: str, datum: str | None) -> gpd.GeoDataFrame:
    """The areas of one file."""
    path, kind = parse_targets_spec(spec)
    frame, report = read_targets(path, kind=kind, datum=datum)
    shapes = np.asarray(frame.geometry.array, object)
    frame = frame[np.isin(shapely.get_type_id(shapes), POLYGONS)]
    if frame.empty:
        raise NoAreas(name=path.name)
    number = TARGET_ID if TARGET_ID in report.mapping else PART_ID
    rows = [_joined(str(key), parts) for key, parts in frame.groupby(number, sort=False)]
    return gpd.GeoDataFrame(rows, columns=list(AREA_COLUMNS), geometry=GEOMETRY, crs="EPSG:4326")


def _joined(area_id: str, parts: gpd.GeoDataFrame) -> dict[str, object]:
    """The features of one number as one area, called as the first of them is."""
    first = parts.iloc[0]
    said = {column: str(first[column] or "") for column in (NAME, NAME_EN, KIND, LEVEL, LEAD_UNIT)}
    shape = first[GEOMETRY] if len(parts) == 1 else shapely.union_all(parts.geometry.array)
    return {AREA_ID: area_id, **said, ILLUSTRATIVE: bool(parts[ILLUSTRATIVE].any()), GEOMETRY: shape}
