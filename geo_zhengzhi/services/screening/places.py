"""
The places that a screening ranks, each once: targets in force, screened entries, supplied areas, candidates.

A supplied area or candidate is taken as an entry of the register if it has the entry's number; if it has its name and
kind, and the entry has no boundary or one that meets the area; or if at least half of the ground that either covers
belongs to both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.categories import plain
from geo_zhengzhi.io.areas import AREA_ID
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    GEOMETRY,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    TARGET_ID,
    ZONE_ID,
)
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.services.register.stored_targets import DELISTED, SCREENED, is_in_force, usable_targets
from geo_zhengzhi.services.screening.half_years import HalfYear
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.parts import STAGE

TARGET, AREA, CANDIDATE = "target", "area", "candidate"
SAME_GROUND = 0.5  # of the ground that either covers
CANDIDATE_KIND = "district"  # a hotspot on open ground says no kind; the planner who lists it may change it
CANDIDATE_NAMES = ("拟列 {number}", "Candidate {number}")  # numbered within their half-year: 2024-2-1


@dataclass(frozen=True)
class Standing:
    """Where a place stands in the register."""

    target_id: str
    name: str
    stage: str
    year: int

    @property
    def is_over(self) -> bool:
        """Whether its life in the register has ended."""
        return self.stage == DELISTED


@dataclass(frozen=True, eq=False)
class Place:
    """
    A place to be ranked; `source` is "target", "area" or "candidate", `key` is unique among them.

    `geometry` (EPSG:4326) is what a planner lists; None of a target, whose parts the register has. `standing` is None
    of a place that the register does not have.
    """

    key: str
    source: str
    name: str
    name_en: str
    kind: str
    level: str
    lead_unit: str
    illustrative: bool
    geometry: shapely.Geometry | None
    standing: Standing | None


def places_of(
    study: Study,
    register: gpd.GeoDataFrame,
    entries: Mapping[str, Entry],
    situation: Situation,
    half: HalfYear,
) -> tuple[list[Place], gpd.GeoDataFrame, npt.NDArray[np.int64]]:
    """
    Every place, with the parts to count in.

    Parameters
    ----------
    study : Study
    register : GeoDataFrame of `store.parts.COLUMNS`, EPSG:4326
        Every entry's parts.
    entries : mapping of number to Entry
        The same entries.
    situation : Situation
        Of the half-year, whose candidates are ranked.
    half : HalfYear

    Returns
    -------
    places : list of n Place
    parts : GeoDataFrame of m rows, EPSG:4326
        Geometry and `corridor_half_width_m`.
    owners : int64[m]
        The position in `places` that each part belongs to.
    """
    known = _Known(register, entries)
    listed = _listed_parts(study, register)
    places, owners = _listed_places(listed, known)
    shown = {place.standing.target_id for place in places if place.standing}
    others = [*_areas(study, known), *_candidates(study, situation, known, half)]
    others = [place for place in others if place.standing is None or place.standing.target_id not in shown]
    owners = np.concatenate([owners, len(places) + np.arange(len(others))]).astype(np.int64)
    shapes = [*listed.geometry, *(place.geometry for place in others)]
    widths = np.concatenate([listed[CORRIDOR_HALF_WIDTH_M].to_numpy(float), np.full(len(others), np.nan)])
    parts = gpd.GeoDataFrame({CORRIDOR_HALF_WIDTH_M: widths}, geometry=shapes, crs="EPSG:4326")
    return [*places, *others], parts, owners


def _listed_parts(study: Study, register: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The usable parts of the targets in force and of the entries that are screened only."""
    chosen = is_in_force(register) | np.asarray(register[STAGE] == SCREENED, bool)
    return usable_targets(register, chosen, study.context.outline).parts


def _listed_places(parts: gpd.GeoDataFrame, known: "_Known") -> tuple[list[Place], npt.NDArray[np.int64]]:
    """One place an entry, called as the register calls it, and the place of each part."""
    owners, ids = pd.factorize(parts[TARGET_ID])
    drawn_by_hand = set(parts.loc[parts[ILLUSTRATIVE], TARGET_ID])
    places = []
    for target_id in ids:
        entry = known.entries[target_id]
        said = (entry.name, entry.name_en, entry.kind, entry.level, entry.lead_unit, target_id in drawn_by_hand)
        places.append(Place(f"{TARGET}:{target_id}", TARGET, *said, None, known.standing(target_id)))
    return places, owners.astype(np.int64)


def _areas(study: Study, known: "_Known") -> Iterator[Place]:
    """The supplied areas."""
    if study.areas is None:
        return
    rows = study.areas.to_dict("records")
    overlaps = known.overlapping([row[GEOMETRY] for row in rows])
    for number, row in enumerate(rows):
        standing = known.of(str(row[AREA_ID]), str(row[NAME]), str(row[KIND]), overlaps.get(number, ()))
        said = (str(row[NAME]), str(row[NAME_EN]), str(row[KIND]), str(row[LEVEL]), str(row[LEAD_UNIT]))
        yield Place(f"{AREA}:{row[AREA_ID]}", AREA, *said, bool(row[ILLUSTRATIVE]), row[GEOMETRY], standing)


def _candidates(study: Study, situation: Situation, known: "_Known", half: HalfYear) -> Iterator[Place]:
    """The candidates of open ground, numbered by their incidents, called after the area that most of one lies in."""
    shapes = dict(zip(situation.result.candidates[ZONE_ID], situation.result.candidates.geometry, strict=True))
    overlaps = known.overlapping([shapes[row.zone_id] for row in situation.candidates])
    for number, row in enumerate(situation.candidates):
        shape = shapes[row.zone_id]
        standing = known.of("", "", "", overlaps.get(number, ()))
        name, name_en = (form.format(number=f"{half}-{number + 1}") for form in CANDIDATE_NAMES)
        area = _area_around(study.areas, shape)
        if area is not None:
            name, name_en = f"{name} · {area[0]}"[:100], f"{name_en} · {area[1] or area[0]}"[:200]
        said = (name, name_en, CANDIDATE_KIND, "", "")
        yield Place(f"{CANDIDATE}:{row.zone_id}", CANDIDATE, *said, False, shape, standing)


def _area_around(areas: gpd.GeoDataFrame | None, shape: shapely.Geometry) -> tuple[str, str] | None:
    """The names of the supplied area that holds most of a shape, if it holds at least half."""
    if areas is None or areas.empty:
        return None
    near = areas.iloc[areas.sindex.query(shape)]
    near = near[shapely.area(near.geometry.array) >= SAME_GROUND * shape.area]  # a smaller one cannot hold half of it
    if near.empty:
        return None
    shared = shapely.area(shapely.intersection(near.geometry.array, shape))
    most = int(np.argmax(shared))
    if shared[most] < SAME_GROUND * shape.area:
        return None
    return str(near[NAME].iloc[most]), str(near[NAME_EN].iloc[most])


class _Known:
    """What the register has, by number, by name and by ground."""

    def __init__(self, register: gpd.GeoDataFrame, entries: Mapping[str, Entry]) -> None:
        self.entries = entries
        self._drawn = set(register.loc[~(register.geometry.isna() | register.geometry.is_empty), TARGET_ID])
        areal = register[register.geometry.geom_type.isin(("Polygon", "MultiPolygon"))]
        sound = areal.set_geometry(shapely.make_valid(np.asarray(areal.geometry.array, object)), crs=register.crs)
        whole = sound[[TARGET_ID, GEOMETRY]].dissolve(TARGET_ID) if len(sound) else sound.set_index(TARGET_ID)
        self._ids, self._shapes = whole.index.to_numpy(object), np.asarray(whole.geometry.array, object)
        self._tree = shapely.STRtree(self._shapes)
        self._by_name: dict[tuple[str, str], list[str]] = {}
        for entry in entries.values():
            self._by_name.setdefault((entry.kind, plain(entry.name)), []).append(entry.target_id)

    def standing(self, target_id: str) -> Standing:
        """Where an entry stands."""
        entry = self.entries[target_id]
        return Standing(target_id, entry.name, entry.stage, entry.year)

    def overlapping(self, shapes: Sequence[shapely.Geometry]) -> dict[int, list[tuple[str, float]]]:
        """Of each shape (by position) the entries that it meets, with the share of the common ground."""
        if not len(shapes) or not len(self._shapes):
            return {}
        given = np.asarray(shapes, object)
        one, other = self._tree.query(given, predicate="intersects")
        own, theirs = shapely.area(given[one]), shapely.area(self._shapes[other])
        alike = np.minimum(own, theirs) >= SAME_GROUND * np.maximum(own, theirs)  # others cannot have half in common
        shared = np.zeros(len(one))
        shared[alike] = shapely.area(shapely.intersection(given[one[alike]], self._shapes[other[alike]]))
        either = own + theirs - shared
        found: dict[int, list[tuple[str, float]]] = {}
        for position, entry, share in zip(one, other, shared / either, strict=True):
            found.setdefault(int(position), []).append((str(self._ids[entry]), float(share)))
        return found

    def of(self, number: str, name: str, kind: str, overlaps: Sequence[tuple[str, float]]) -> Standing | None:
        """The entry that a place is: of several one whose life goes on, and of those the newest."""
        met = {target_id for target_id, _ in overlaps}
        named = self._by_name.get((kind, plain(name)), []) if name else []
        same = {target_id for target_id in named if target_id in met or target_id not in self._drawn}
        same |= {target_id for target_id, share in overlaps if share >= SAME_GROUND}
        same |= {number} & self.entries.keys()
        found = [self.standing(target_id) for target_id in same]
        return max(found, key=lambda one: (not one.is_over, one.year, one.target_id), default=None)
