"""Ask for the rows in a box: through the R-tree on SQLite, through `&&` on PostGIS."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Double, Table, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from geo_zhengzhi.store.columns import SRS_ID
from geo_zhengzhi.store.rtree import Box, rtree_of
from geo_zhengzhi.store.tables import INDEXED


def bbox_clause(table: Table, box: Box) -> ColumnElement[bool]:
    """
    The clause that a row's bounding box meets a box, edges included.

    Both engines keep bounding boxes to seven digits: rows that only come within a metre of the box may be found too.

    Parameters
    ----------
    table : Table
        One of `INDEXED`.
    box : (west, south, east, north)
        Degrees, EPSG:4326.

    Raises
    ------
    ValueError
        If the table has no index on its geometry.
    """
    if table.name not in INDEXED:
        raise ValueError(f"{table.name} has no index on its geometry – allowed: {', '.join(INDEXED)}")
    sides: list[ColumnElement[float]] = [literal(side, Double()) for side in box]
    return _InBox(table.c.fid, table.c.geom, literal_column(rtree_of(table.name)), *sides)


class _InBox(FunctionElement[bool]):
    """fid, geom, name of the R-tree, west, south, east, north."""

    name = "in_box"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Boolean as it stands: SQLAlchemy would append `= 1`, and SQLite then scans the whole table."""
        return self


@compiles(_InBox, "sqlite")
def _through_rtree(element: _InBox, compiler: Any, **options: Any) -> str:
    fid, _, tree, west, south, east, north = (compiler.process(clause, **options) for clause in element.clauses)
    return (
        f"{fid} IN (SELECT id FROM {tree} "
        f"WHERE maxx >= {west} AND minx <= {east} AND maxy >= {south} AND miny <= {north})"
    )


@compiles(_InBox, "postgresql")
def _through_gist(element: _InBox, compiler: Any, **options: Any) -> str:
    _, geom, _, west, south, east, north = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({geom} && ST_MakeEnvelope({west}, {south}, {east}, {north}, {SRS_ID}))"
