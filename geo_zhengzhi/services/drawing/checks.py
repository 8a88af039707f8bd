"""What keeps a drawn shape from being saved, each with its place and with what can be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from geo_zhengzhi.errors import BoundaryFolds, BoundaryInvalid, GeoZhengzhiError
from geo_zhengzhi.polygonal import polygonal
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.drawing.ground import Ground
from geo_zhengzhi.services.drawing.neighbours import Overlap, banded
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR, checked_boundary

NARROWEST_M = 1.0  # narrower than this is a slip of the hand, not a place
SHORTEST_SLIVER_M = 20.0  # a sharp corner alone is narrow for a shorter way
LEAST_OUTSIDE_M2 = 1.0
UNTANGLE, DROP_SLIVERS, CLIP, CUT_OFF, NARROW = "untangle", "drop-slivers", "clip-to-county", "cut-off", "narrow"
REMEDIES = (UNTANGLE, DROP_SLIVERS, CLIP, CUT_OFF, NARROW)


@dataclass(frozen=True)
class Fault:
    """
    One thing that is wrong.

    Parameters
    ----------
    kind : str
        "invalid", "slivers", "outside", "overlap", "folds" or "refused".
    blocks : bool
        Whether nothing is saved with it; otherwise it is saved once a person has confirmed it.
    remedies : tuple of str
        Of `REMEDIES`, those that help here.
    place : (longitude, latitude), EPSG:4326, or None
    shape : geometry, EPSG:4326, or None
        What is to be marked.
    error : GeoZhengzhiError or None
        The sentence of a check that every boundary has to pass.
    values : dict
        For the sentence of this fault.
    """

    kind: str
    blocks: bool
    remedies: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    shape: shapely.Geometry | None = None
    error: GeoZhengzhiError | None = None
    values: dict[str, Any] = field(default_factory=dict)


def first_fault(shape: shapely.Geometry, half_width_m: float | None, entry: Entry) -> Fault | None:
    """What `checked_boundary` refuses: nothing can be counted in such a shape."""
    try:
        checked_boundary(shape, half_width_m, entry)
    except BoundaryInvalid as error:
        return Fault("invalid", True, (UNTANGLE,), _place(error), error=error)
    except BoundaryFolds as error:
        values = {"widest_m": float(str(error.values["widest_m"]))}
        helps = (NARROW,) if values["widest_m"] >= 1 else ()
        return Fault("folds", True, helps, _place(error), error=error, values=values)
    except GeoZhengzhiError as error:
        return Fault("refused", True, error=error)
    return None


def faults_of(
    metric: shapely.Geometry, half_width_m: float | None, kind: str, overlaps: tuple[Overlap, ...], ground: Ground
) -> Iterator[Fault]:
    """
    What else is wrong with a boundary that is one: slivers, ground outside the county, overlaps.

    Parameters
    ----------
    metric : valid geometry in the county's frame
    half_width_m : float or None
    kind : str
        Of the target.
    overlaps : tuple of Overlap
        With targets of the same year.
    ground : Ground
    """
    if kind != CORRIDOR:
        slivers = slivers_of(metric)
        if slivers:
            marked = ground.degrees(shapely.GeometryCollection(slivers))
            yield Fault("slivers", True, (DROP_SLIVERS,), _middle(marked), marked, values={"n": len(slivers)})
    outside = outside_of(metric, half_width_m, ground)
    if outside is not None:
        marked = ground.degrees(outside)
        yield Fault("outside", True, (CLIP,), _middle(marked), marked, values={"area_m2": outside.area})
    for overlap in overlaps:
        marked = ground.degrees(overlap.shape)
        values = {"target": overlap.with_target, "area_m2": overlap.area_m2}
        helps = () if kind == CORRIDOR else (CUT_OFF,)
        yield Fault("overlap", False, helps, _middle(marked), marked, values=values)


def slivers_of(metric: shapely.Geometry) -> list[shapely.Polygon]:
    """Parts, tongues and holes of areas that are narrower than a metre; metres."""
    found = []
    for part in shapely.get_parts(metric):
        shell = shapely.Polygon(part.exterior)
        holes = [shapely.Polygon(ring) for ring in part.interiors]
        found += [ring for ring in (shell, *holes) if _mean_width_m(ring) < NARROWEST_M]
        if _mean_width_m(shell) >= NARROWEST_M:
            found += _tongues(shell)
    return found


def outside_of(metric: shapely.Geometry, half_width_m: float | None, ground: Ground) -> shapely.Geometry | None:
    """What of a boundary lies beyond the county's outline; of a corridor its line decides. None where nothing does."""
    if ground.county is None or shapely.covers(ground.county, metric):
        return None
    beyond = shapely.difference(metric, ground.county)
    if half_width_m is None:
        return beyond if beyond.area > LEAST_OUTSIDE_M2 else None
    return banded(beyond, half_width_m) if beyond.length > NARROWEST_M else None


def _tongues(shell: shapely.Polygon) -> list[shapely.Polygon]:
    """Where an area is narrower than a metre for more than twenty: what an opening by half a metre takes away."""
    half = NARROWEST_M / 2
    opened = shapely.buffer(shapely.buffer(shell, -half), half * 1.01)
    away = shapely.get_parts(as_polygons(shapely.difference(shell, opened)))
    return [piece for piece in away if _reach_m(piece) > SHORTEST_SLIVER_M]


def as_polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """What of a shape has an area."""
    return polygonal(np.array([shape], dtype=object))[0]


def _mean_width_m(ring: shapely.Polygon) -> float:
    """How wide a ring is on average: of a long rectangle its shorter side."""
    return 2 * ring.area / ring.length if ring.length else 0.0


def _reach_m(piece: shapely.Polygon) -> float:
    west, south, east, north = piece.bounds
    return float(max(east - west, north - south))


def _place(error: GeoZhengzhiError) -> tuple[float, float]:
    return float(str(error.values["longitude"])), float(str(error.values["latitude"]))


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    at = shapely.point_on_surface(shape)
    return float(at.x), float(at.y)
