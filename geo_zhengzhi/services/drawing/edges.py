"""Lines that a pencil may snap to: edges of targets, railways, the county's outline, within what a page shows."""

import math
from collections.abc import Sequence

import shapely

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.drawing.datum import to_drawn, to_stored
from geo_zhengzhi.services.drawing.ground import frame_of, outline_of
from geo_zhengzhi.services.drawing.neighbours import neighbours_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

MOST_POINTS = 50_000  # more lie in no view in which somebody draws


def edges_near(
    database: Database, study: Study, bounds: Sequence[float], datum: str, target_id: str = ""
) -> list[list[list[float]]]:
    """
    The edges in a box.

    Parameters
    ----------
    database, study : Database, Study
    bounds : (west, south, east, north)
        Degrees in the page's datum.
    datum : str
        Of the page.
    target_id : str
        Whose own edges are left out.

    Returns
    -------
    list of lines, each a list of [longitude, latitude] in the page's datum
        Of a target its own vertices, to the last digit. The rest beyond some fifty thousand vertices is left out.

    Raises
    ------
    InvalidParameter
        If the bounds are none.
    """
    if not all(map(math.isfinite, bounds)) or bounds[0] > bounds[2] or bounds[1] > bounds[3]:
        raise InvalidParameter(name="bounds", given=str(bounds)[:80], allowed="west <= east, south <= north")
    box = to_stored(shapely.box(*bounds), datum)
    found: list[list[list[float]]] = []
    n_points = 0
    for line in _lines(database, study, box, target_id):
        for piece in shapely.get_parts(shapely.clip_by_rect(line, *box.bounds)):
            coordinates = shapely.get_coordinates(to_drawn(piece, datum)).tolist()
            n_points += len(coordinates)
            if n_points > MOST_POINTS:
                return found
            if len(coordinates) > 1:
                found.append(coordinates)
    return found


def _lines(database: Database, study: Study, box: shapely.Geometry, target_id: str) -> list[shapely.Geometry]:
    """The lines that touch a box (EPSG:4326): targets' edges first."""
    parts = neighbours_of(database, frame_of(study)).parts
    own = [part.own for part in parts if part.target_id != target_id]
    edges = [shape if shape.geom_type.endswith("LineString") else shape.boundary for shape in own]
    railways, outline = study.context.railways, outline_of(study)
    edges += [] if railways is None else list(railways.geometry)
    edges += [] if outline is None else [outline.boundary]
    return [line for line in edges if line is not None and shapely.intersects(line, box)]
