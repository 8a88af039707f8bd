"""
What lies around the targets: outline, stations, places and railways, each a layer of the table `context`.

So are the areas that a county supplies beside its targets, which a screening ranks; no map draws them.
"""

import geopandas as gpd
from sqlalchemy import Connection, delete, func, insert, select

from geo_zhengzhi.schema import GEOMETRY, NAME, NAME_EN
from geo_zhengzhi.store.tables import context

LAYERS = ("outline", "stations", "places", "railways")  # of a map
AREAS = "areas"


def put_layer(connection: Connection, layer: str, features: gpd.GeoDataFrame) -> None:
    """
    Put features in the place of a layer's.

    Parameters
    ----------
    connection : Connection
        Of `Database.write`.
    layer : str
        One of `LAYERS`, or `AREAS`.
    features : GeoDataFrame, EPSG:4326
        `name`, `name_en` and further columns of plain values.
    """
    connection.execute(delete(context).where(context.c.layer == layer))
    others = [column for column in features.columns if column not in (NAME, NAME_EN, GEOMETRY)]
    rows = [
        {
            "layer": layer, "geom": row[GEOMETRY], "name": row[NAME], "name_en": row[NAME_EN],
            "properties": {column: row[column] for column in others},
        }
        for row in features.to_dict("records")
    ]  # fmt: skip
    if rows:
        connection.execute(insert(context), rows)


def read_layer(connection: Connection, layer: str) -> gpd.GeoDataFrame | None:
    """A layer as it was put, in the same order; None where it has no feature."""
    columns = (context.c.geom, context.c.name, context.c.name_en, context.c.properties)
    found = connection.execute(select(*columns).where(context.c.layer == layer).order_by(context.c.fid)).all()
    rows = [
        {NAME: row.name or "", NAME_EN: row.name_en or "", **(row.properties or {}), GEOMETRY: row.geom}
        for row in found
        if row.geom is not None
    ]
    return gpd.GeoDataFrame(rows, geometry=GEOMETRY, crs="EPSG:4326") if rows else None


def count_features(connection: Connection, layer: str) -> int:
    """How many features a layer has."""
    return int(connection.execute(select(func.count()).where(context.c.layer == layer)).scalar_one())
