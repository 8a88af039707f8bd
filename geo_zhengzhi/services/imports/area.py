"""Outside which area an import refuses rows, where nobody says otherwise: the county's, or around its targets."""

from pathlib import Path

import shapely

from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.services.register.stored_targets import targets_in_force
from geo_zhengzhi.services.studies.county import said_of_county
from geo_zhengzhi.store import context
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import read_parts
from geo_zhengzhi.study_area import study_area_of


def study_area_for_import(
    database: Database, given: Path | None = None, datum: str | None = None
) -> shapely.Polygon | shapely.MultiPolygon | None:
    """
    The area of a file of polygons, else the county's, else the hull of the targets in force and 20 km, else none.

    Parameters
    ----------
    database : Database
    given : Path, optional
        A file of polygons.
    datum : str, optional
        Its datum.

    Raises
    ------
    GeoZhengzhiError
        As `io.layers.read_layer`.
    """
    if given is not None:
        return shapely.union_all(read_layer(given, datum=datum).geometry)
    with database.read() as connection:
        county = said_of_county(connection)
        if county is not None and county.study_area is not None:
            return county.study_area
        outline = context.read_layer(connection, "outline")
        area = study_area_of(targets_in_force(read_parts(connection), outline).parts)
    return None if area.is_empty else area
