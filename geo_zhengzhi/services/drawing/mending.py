"""Remedies for a drawn shape, each done only when a person has asked for it, and shown before anything is saved."""

from dataclasses import replace

import numpy as np
import shapely

from geo_zhengzhi.errors import InvalidParameter, RemedyLeavesNothing
from geo_zhengzhi.model import Period
from geo_zhengzhi.services.drawing.checks import (
    CLIP,
    CUT_OFF,
    DROP_SLIVERS,
    NARROW,
    UNTANGLE,
    as_polygons,
    slivers_of,
)
from geo_zhengzhi.services.drawing.ground import ground_of
from geo_zhengzhi.services.drawing.looks import Drawing, look_at
from geo_zhengzhi.services.drawing.neighbours import neighbours_of
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.database import Database

FOR_AREAS, FOR_LINES = (UNTANGLE, DROP_SLIVERS, CLIP, CUT_OFF), (CLIP, NARROW)
CLEARANCE_M = 1e-3  # a cut shape keeps so much away, so that rounding makes no new overlap


def mended(
    database: Database, study: Study, drawing: Drawing, remedy: str, period: Period, part_id: str = ""
) -> Drawing:
    """
    A drawing after one remedy.

    Parameters
    ----------
    database, study, drawing, period
        As `drawing.look_at` takes them.
    remedy : str
        "untangle" parts a shape where it crosses itself; "drop-slivers" takes narrow pieces off and fills narrow holes;
        "clip-to-county" leaves what is inside the outline, of a line the longest piece; "cut-off" takes another target
        away; "narrow" gives a corridor the widest half-width that its bends allow.
    part_id : str
        Of the other target, for "cut-off"; "" takes all of the same year.

    Raises
    ------
    InvalidParameter
        For another remedy, or one that does not fit the kind.
    RemedyLeavesNothing
        If nothing would be left of the shape.
    """
    allowed = FOR_LINES if drawing.kind == CORRIDOR else FOR_AREAS
    if remedy not in allowed:
        raise InvalidParameter(name="remedy", given=remedy[:20], allowed=", ".join(allowed))
    if remedy == UNTANGLE:
        return _with(drawing, as_polygons(shapely.make_valid(shapely.force_2d(drawing.shape))), remedy)
    if remedy == NARROW:
        return _narrowed(database, study, drawing, period)
    ground = ground_of(study, period)
    metric = ground.metric(shapely.force_2d(drawing.shape))
    if remedy == DROP_SLIVERS:
        left = _without_slivers(metric)
    elif remedy == CLIP:
        left = metric if ground.county is None else _inside(metric, ground.county)
    else:
        found = neighbours_of(database, ground.frame).overlapping(metric, drawing.target_id)
        others = [one.with_target for one in found if one.with_target.year == drawing.year]
        away = [other.shape for other in others if part_id in ("", other.part_id)]
        left = as_polygons(shapely.difference(metric, shapely.buffer(shapely.union_all(away), CLEARANCE_M)))
    return _with(drawing, _own_digits(ground.degrees(left), drawing.shape), remedy)


def _with(drawing: Drawing, shape: shapely.Geometry, remedy: str) -> Drawing:
    """The drawing with another shape; a single polygon as one."""
    parts = shapely.get_parts(shape)
    if not len(parts) or shape.is_empty:
        raise RemedyLeavesNothing(given=remedy)
    return replace(drawing, shape=parts[0] if len(parts) == 1 else shape)


def _narrowed(database: Database, study: Study, drawing: Drawing, period: Period) -> Drawing:
    """A corridor as wide as its bends allow."""
    faults = look_at(database, study, drawing, period, wait_s=0).faults
    widest = [fault.values["widest_m"] for fault in faults if fault.kind == "folds" and fault.remedies]
    return replace(drawing, half_width_m=widest[0]) if widest else drawing


def _without_slivers(metric: shapely.Geometry) -> shapely.Geometry:
    """Areas without narrow parts and tongues, their narrow holes filled."""
    slivers = slivers_of(metric)
    is_hole = [not shapely.contains_properly(metric, shapely.point_on_surface(one)) for one in slivers]
    holes = [one for one, hole in zip(slivers, is_hole, strict=True) if hole]
    narrow = [shapely.buffer(one, CLEARANCE_M) for one, hole in zip(slivers, is_hole, strict=True) if not hole]
    filled = shapely.union_all([metric, *holes])
    return as_polygons(shapely.difference(filled, shapely.union_all(narrow))) if narrow else as_polygons(filled)


def _inside(metric: shapely.Geometry, county: shapely.Geometry) -> shapely.Geometry:
    """What of a shape lies in the county; of a line its longest piece."""
    left = shapely.intersection(metric, shapely.buffer(county, -CLEARANCE_M))
    if metric.geom_type != "LineString":
        return as_polygons(left)
    pieces = [piece for piece in shapely.get_parts(left) if piece.geom_type == "LineString"]
    return max(pieces, key=lambda piece: piece.length, default=shapely.LineString())


def _own_digits(moved: shapely.Geometry, own: shapely.Geometry) -> shapely.Geometry:
    """A shape whose vertices, where they are old ones, have the old ones' digits; the way into metres costs some."""
    known = {(round(x, 9), round(y, 9)): (x, y) for x, y in shapely.get_coordinates(own).tolist()}

    def keep(xy: np.ndarray) -> np.ndarray:
        return np.array([known.get((round(x, 9), round(y, 9)), (x, y)) for x, y in xy.tolist()]).reshape(-1, 2)

    return shapely.transform(moved, keep)
