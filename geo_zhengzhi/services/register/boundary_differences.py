"""What two versions of a boundary differ by: kept, added and removed ground, its size, and the incidents in each."""

from dataclasses import dataclass

import shapely

from geo_zhengzhi.crs import geodesic_area_km2
from geo_zhengzhi.errors import BoundaryVersionUnknown, PartUnknown
from geo_zhengzhi.model import Period
from geo_zhengzhi.services.drawing.checks import as_polygons
from geo_zhengzhi.services.drawing.ground import Ground, ground_of
from geo_zhengzhi.services.drawing.looks import count_in
from geo_zhengzhi.services.drawing.neighbours import banded, versions_of
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database

LEAST_M2 = 0.01


@dataclass(frozen=True)
class Piece:
    """Some ground: its shape (EPSG:4326, perhaps empty), m², and incidents of the period."""

    shape: shapely.Geometry
    area_m2: float
    n_incidents: int


@dataclass(frozen=True)
class Difference:
    """
    Two versions of a part laid on each other.

    `n_before` and `n_after` are the counts of the whole versions, by the rule of the analysis. `kept`, `removed` and
    `added` share their edges, so an incident on one is counted on both sides of it.
    """

    before: Boundary
    after: Boundary
    n_before: int
    n_after: int
    kept: Piece
    removed: Piece
    added: Piece

    @property
    def areas_m2(self) -> tuple[float, float]:
        """How much ground each of the two versions covers, the one before and the one after."""
        return self.kept.area_m2 + self.removed.area_m2, self.kept.area_m2 + self.added.area_m2


def difference_of(
    database: Database, study: Study, target_id: str, part_id: str, versions: tuple[int, int], period: Period
) -> Difference:
    """
    Lay two versions of a part on each other.

    Parameters
    ----------
    database, study : Database, Study
    target_id, part_id : str
    versions : (int, int)
        The one before, the one after; any two.
    period : Period
        Whose incidents are counted.

    Raises
    ------
    PartUnknown, BoundaryVersionUnknown
    """
    known = {was.version: was for was in versions_of(database, part_id)}
    if not any(was.target_id == target_id for was in known.values()):
        raise PartUnknown(given=part_id[:60], target=target_id[:64], allowed="–")
    for version in versions:
        if version not in known:
            raise BoundaryVersionUnknown(part=part_id, given=version, allowed=", ".join(map(str, known)))
    before, after = (known[version] for version in versions)
    ground = ground_of(study, period)
    one, two = (ground.metric(shapely.force_2d(was.geometry)) for was in (before, after))
    covers = [
        shapely.make_valid(banded(shape, was.corridor_half_width_m)) for shape, was in ((one, before), (two, after))
    ]
    return Difference(
        before=before,
        after=after,
        n_before=count_in(ground, one, before),
        n_after=count_in(ground, two, after),
        kept=_piece(shapely.intersection(*covers), ground),
        removed=_piece(shapely.difference(*covers), ground),
        added=_piece(shapely.difference(covers[1], covers[0]), ground),
    )


def _piece(metric: shapely.Geometry, ground: Ground) -> Piece:
    """Ground with its size and its incidents; what rounding leaves of a common edge is none."""
    area = as_polygons(metric)
    area = area if area.area > LEAST_M2 else shapely.MultiPolygon()
    shape = ground.degrees(area)
    n = 0 if area.is_empty else ground.now.count(area)
    return Piece(shape, float(geodesic_area_km2([shape])[0]) * 1e6, n)
