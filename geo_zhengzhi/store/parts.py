"""The register's entries with their boundaries as they stand, one row a part."""

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, RowMapping, select

from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    GEOMETRY,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_COLUMNS,
    TARGET_ID,
)
from geo_zhengzhi.store.tables import entries, targets

YEAR, STAGE, WORKS_IN, VERSION = "year", "stage", "works_in", "version"
COLUMNS = (*TARGET_COLUMNS, YEAR, STAGE, WORKS_IN, VERSION)


def read_parts(connection: Connection) -> gpd.GeoDataFrame:
    """
    Every entry's parts; an entry without any is one row without `part_id` and geometry.

    Returns
    -------
    GeoDataFrame of n rows, EPSG:4326
        TARGET_COLUMNS, of the entry `year`, `stage` and `works_in`, of the part its `version`; in the order in which
        the parts were made. A part is called by its own name, or else by its entry's.
    """
    joined = entries.outerjoin(targets, targets.c.target_id == entries.c.target_id)
    e, t = entries.c, targets.c
    asked = select(
        t.fid, e.target_id, t.part_id, e.name, e.name_en, t.part_name, t.part_name_en, e.kind, e.level, e.lead_unit,
        t.corridor_half_width_m, t.illustrative, t.geom, e.year, e.stage, e.works_in, t.version,
    )  # fmt: skip
    found = connection.execute(asked.select_from(joined)).mappings().all()
    in_order = sorted(found, key=lambda row: (row["fid"] is None, row["fid"] or 0, row["target_id"]))
    frame = pd.DataFrame([_part(row) for row in in_order], columns=list(COLUMNS))
    frame = frame.astype({CORRIDOR_HALF_WIDTH_M: float, ILLUSTRATIVE: bool})
    return gpd.GeoDataFrame(frame, geometry=GEOMETRY, crs="EPSG:4326")


def _part(row: RowMapping) -> dict[str, object]:
    """A row under the names of the frame."""
    same = (TARGET_ID, PART_ID, KIND, LEVEL, LEAD_UNIT, CORRIDOR_HALF_WIDTH_M, YEAR, STAGE, WORKS_IN, VERSION)
    return {name: row[name] for name in same} | {
        NAME: row["part_name"] or row["name"],
        NAME_EN: row["part_name_en"] or row["name_en"],
        ILLUSTRATIVE: bool(row["illustrative"]),
        GEOMETRY: row["geom"],
    }
