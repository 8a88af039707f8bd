"""Rows that several tests of the store put in."""

import shapely
from sqlalchemy import insert

from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.tables import targets


def square(west: float, south: float, side: float = 0.01) -> shapely.Polygon:
    """A square by its south-western corner, degrees."""
    return shapely.box(west, south, west + side, south + side)


def add_targets(store: Database, *shapes: shapely.Geometry | None) -> None:
    """A part p0, p1, … of each shape, as if from outside."""
    with store.write() as connection:
        for number, shape in enumerate(shapes):
            connection.execute(insert(targets).values(geom=shape, part_id=f"p{number}", target_id="t"))
