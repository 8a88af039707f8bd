"""
Use case: what a planner sees while drawing a boundary.

How many incidents lie inside, this period and the same one last year, how dense that is beside the county, what the
shape overlaps, how large it is, and what would keep it from being saved. Nothing is written.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from geo_zhengzhi.crs import GEODESIC, geodesic_area_km2, geodesic_length_km
from geo_zhengzhi.model import Period
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.drawing.checks import Fault, faults_of, first_fault
from geo_zhengzhi.services.drawing.ground import Ground, Hotspots, ground_of, hotspots_of
from geo_zhengzhi.services.drawing.lines import Chainage, chainage_of
from geo_zhengzhi.services.drawing.neighbours import Neighbours, Overlap, banded, neighbours_of, versions_of
from geo_zhengzhi.services.register.boundary_checks import CORRIDOR
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.comparison import compare
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database

MOST_VERSIONS = 20  # of a part, the last ones: whoever goes further back opens the history
LEAST_SHARE = 0.001

_COUNTS: ComputeOnce[int] = ComputeOnce(size=512)


@dataclass(frozen=True)
class Drawing:
    """
    What has been drawn, and for which target.

    Parameters
    ----------
    shape : geometry, EPSG:4326
    half_width_m : float or None
        Of a line.
    kind : str
        Of the target, which says what types of geometry it takes.
    year : int
        Of its register: targets of one year should not overlap.
    target_id, part_id : str
        "" while there is none.
    """

    shape: shapely.Geometry
    half_width_m: float | None
    kind: str
    year: int
    target_id: str = ""
    part_id: str = ""

    @property
    def is_line(self) -> bool:
        """Whether it is the line of a corridor."""
        return self.kind == CORRIDOR


@dataclass(frozen=True)
class HotspotInside:
    """A hotspot that the shape touches: its rank, its incidents, and which share of its outline lies inside."""

    hotspot_id: str
    rank: int
    n_incidents: int
    share: float


@dataclass(frozen=True)
class VersionInside:
    """An earlier version that the shape overlaps: the shares of each that the other covers, and its count now."""

    version: int
    share_of_version: float
    share_of_shape: float
    n_now: int


@dataclass(frozen=True)
class Look:
    """
    What is to be said of a drawing.

    Parameters
    ----------
    change : Change or None
        None while nothing can be counted in the shape.
    area_km2, perimeter_km, length_km : float
        Geodesic; of a corridor the area of its band.
    per_km2, county_per_km2 : float
        Incidents of the period per km².
    per_km : float or None
        Of a corridor.
    hotspots : tuple of HotspotInside, or None
        Those that it touches, by rank; None while they are being found.
    targets, versions : tuples
        What it overlaps, the most important first; of `targets` the first `n_same_year` are of the same year.
    chainage : Chainage or None
        Where along the railway a corridor's ends lie.
    band : geometry, EPSG:4326, or None
        What a corridor covers.
    faults : tuple of Fault
    """

    change: Change | None = None
    area_km2: float = 0.0
    perimeter_km: float = 0.0
    length_km: float | None = None
    per_km2: float = 0.0
    county_per_km2: float = 0.0
    per_km: float | None = None
    hotspots: tuple[HotspotInside, ...] | None = ()
    targets: tuple[Overlap, ...] = ()
    n_same_year: int = 0
    versions: tuple[VersionInside, ...] = ()
    chainage: Chainage | None = None
    band: shapely.Geometry | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def blocking(self) -> tuple[Fault, ...]:
        """The faults with which nothing is saved."""
        return tuple(fault for fault in self.faults if fault.blocks)

    @property
    def to_confirm(self) -> tuple[Fault, ...]:
        """The faults that a person may accept."""
        return tuple(fault for fault in self.faults if not fault.blocks)


def look_at(database: Database, study: Study, drawing: Drawing, period: Period, *, wait_s: float | None = None) -> Look:
    """
    Everything that is said of a drawing.

    Parameters
    ----------
    database : Database
        Whose register it may overlap.
    study : Study
    drawing : Drawing
    period : Period
    wait_s : float, optional
        How long to wait for the hotspots, which take an analysis after every save; as long as it takes without it.
        Counts, overlaps and faults need none and never wait.

    Returns
    -------
    Look
        With figures where the shape is a boundary at all, otherwise with the one fault that keeps it from being one.
    """
    wrong = first_fault(drawing.shape, drawing.half_width_m, placeholder(drawing))
    if wrong is not None:
        return Look(faults=(wrong,))
    ground = ground_of(study, period)
    flat = shapely.force_2d(drawing.shape)
    metric = ground.metric(flat)
    found = Found(drawing, flat, metric, ground, neighbours_of(database, ground.frame))
    return found.look(hotspots_of(study, ground, wait_s), versions_of(database, drawing.part_id), study)


def placeholder(drawing: Drawing) -> Entry:
    """An entry of the drawing's kind, for the checks that every boundary has to pass."""
    return Entry(drawing.target_id or "-", drawing.target_id or "–", drawing.kind, "county", 2000, "screened",
                 date(2000, 1, 1))  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A drawing laid on the ground."""

    drawing: Drawing
    flat: shapely.Geometry
    metric: shapely.Geometry
    ground: Ground
    neighbours: Neighbours

    def look(self, hotspots: Hotspots | None, versions: tuple[Boundary, ...], study: Study) -> Look:
        """The answer, put together."""
        width = self.drawing.half_width_m
        covered = banded(self.metric, width)
        change = self._change()
        targets = self._targets(covered)
        n_same_year = sum(one.with_target.year == self.drawing.year for one in targets)
        faults = faults_of(self.metric, width, self.drawing.kind, targets[:n_same_year], self.ground)
        band = self.ground.degrees(covered) if self.drawing.is_line else None
        return self._measured(
            Look(
                change=change,
                hotspots=None if hotspots is None else _hotspots(covered, hotspots),
                targets=targets,
                n_same_year=n_same_year,
                versions=self._versions(covered, versions),
                chainage=chainage_of(self.metric, study, self.ground) if self.drawing.is_line else None,
                band=band,
                faults=tuple(faults),
            )
        )

    def _change(self) -> Change:
        """The counts of both years with what can be said of them."""
        ground, width = self.ground, self.drawing.half_width_m
        n_now = ground.now.count(self.metric, width)
        if ground.before is None or ground.earlier is None:
            return Change(n_now, None, None)
        n_before = ground.before.count(self.metric, width)
        days = ground.period.n_days, ground.earlier.n_days
        return Change(n_now, n_before, compare(n_now, n_before, *days))

    def _targets(self, covered: shapely.Geometry) -> tuple[Overlap, ...]:
        """Overlaps with targets of the same year, then with those of other years that are in force."""
        found = list(self.neighbours.overlapping(covered, self.drawing.target_id))
        same = [one for one in found if one.with_target.year == self.drawing.year]
        others = [one for one in found if one.with_target.year != self.drawing.year and one.with_target.is_in_force]
        return (*same, *others)

    def _versions(self, covered: shapely.Geometry, versions: tuple[Boundary, ...]) -> tuple[VersionInside, ...]:
        """The earlier versions that the shape overlaps, the last first."""
        return tuple(filter(None, (self._version(was, covered) for was in versions[: -MOST_VERSIONS - 1 : -1])))

    def _version(self, was: Boundary, covered: shapely.Geometry) -> VersionInside | None:
        """How far the shape covers an earlier version; None where they only touch."""
        metric = self.ground.metric(shapely.force_2d(was.geometry))
        other = shapely.make_valid(banded(metric, was.corridor_half_width_m))
        common = shapely.intersection(other, covered).area
        if common <= LEAST_SHARE * covered.area:
            return None
        key = (self.ground.data, self.ground.period, was.part_id, was.version, shapely.to_wkb(was.geometry))
        n_now = _COUNTS.get(key, lambda: count_in(self.ground, metric, was))
        return VersionInside(was.version, common / other.area, common / covered.area, n_now)

    def _measured(self, look: Look) -> Look:
        """The answer with areas, lengths and densities."""
        shape = self.flat if look.band is None else look.band
        area_km2 = float(geodesic_area_km2([shape])[0])
        n, ground = 0 if look.change is None else look.change.n_now, self.ground
        length_km = float(geodesic_length_km([self.flat])[0]) if self.drawing.is_line else None
        return replace(
            look,
            area_km2=area_km2,
            perimeter_km=0.0 if self.drawing.is_line else abs(GEODESIC.geometry_length(self.flat.boundary)) / 1e3,
            length_km=length_km,
            per_km2=n / area_km2 if area_km2 else 0.0,
            county_per_km2=len(ground.now) / ground.area_km2 if ground.area_km2 else 0.0,
            per_km=n / length_km if length_km else None,
        )


def count_in(ground: Ground, metric: shapely.Geometry, boundary: Boundary) -> int:
    """Incidents of the ground's period in a stored boundary; 0 in one that somebody saved invalid outside."""
    return ground.now.count(metric, boundary.corridor_half_width_m) if metric.is_valid else 0


def _hotspots(covered: shapely.Geometry, hotspots: Hotspots) -> tuple[HotspotInside, ...]:
    """The hotspots that a shape touches, by rank."""
    if not len(hotspots.shapes):
        return ()
    common = shapely.area(shapely.intersection(hotspots.shapes, covered))
    whole = shapely.area(hotspots.shapes)
    touched = np.flatnonzero(common > LEAST_SHARE * whole)
    found = [
        HotspotInside(hotspots.ids[i], hotspots.ranks[i], hotspots.n_incidents[i], float(common[i] / whole[i]))
        for i in touched.tolist()
    ]
    return tuple(sorted(found, key=lambda one: one.rank))
