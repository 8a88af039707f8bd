"""What a drawn shape may overlap: the register's other targets, and the earlier versions of its own part."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, KIND, NAME, NAME_EN, PART_ID, TARGET_ID
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.register.rules import is_storable
from geo_zhengzhi.services.register.stored_targets import is_in_force
from geo_zhengzhi.store import boundaries, state
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.parts import STAGE, YEAR, read_parts

DELISTED = "delisted"
LEAST_M2 = 1.0  # what two drawings of one edge differ by is no overlap

_NEIGHBOURS: ComputeOnce["Neighbours"] = ComputeOnce(size=4)
_VERSIONS: ComputeOnce[tuple[Boundary, ...]] = ComputeOnce(size=64)


@dataclass(frozen=True)
class Neighbour:
    """A part of a target: `own` as stored (EPSG:4326), `shape` what it covers, a corridor its band, in metres."""

    target_id: str
    part_id: str
    name: str
    name_en: str
    kind: str
    year: int
    is_in_force: bool
    own: shapely.Geometry
    shape: shapely.Geometry


@dataclass(frozen=True)
class Overlap:
    """Where a drawn shape and another target's lie on each other, in the county's frame."""

    with_target: Neighbour
    shape: shapely.Geometry
    area_m2: float


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Every drawn part of the register that is not delisted, by place."""

    parts: tuple[Neighbour, ...]
    tree: shapely.STRtree

    def overlapping(self, shape: shapely.Geometry, target_id: str) -> Iterator[Overlap]:
        """Overlaps of more than a square metre with the targets other than one's own, the largest first."""
        found = []
        for place in self.tree.query(shape, predicate="intersects").tolist():
            part = self.parts[place]
            if part.target_id != target_id:
                common = shapely.intersection(shape, part.shape)
                if common.area > LEAST_M2:
                    found.append(Overlap(part, common, float(common.area)))
        yield from sorted(found, key=lambda one: (-one.area_m2, one.with_target.part_id))


def neighbours_of(database: Database, frame: MetricFrame) -> Neighbours:
    """The register's parts in a county's frame, read again once the register has changed."""
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    return _NEIGHBOURS.get((database.name, id(database), version, frame), lambda: _read(database, frame))


def versions_of(database: Database, part_id: str) -> tuple[Boundary, ...]:
    """Every state of a part that had a boundary, the first first; none of a part that never was."""
    if not is_storable(part_id):
        return ()
    with database.read() as connection:
        version = state.get(connection, state.TARGETS_VERSION, 0)
    return _VERSIONS.get((database.name, id(database), version, part_id), lambda: _states(database, part_id))


def banded(shape: shapely.Geometry, half_width_m: float | None) -> shapely.Geometry:
    """What a boundary covers, metres: an area itself, a line its band."""
    if half_width_m is None or shape.geom_type not in ("LineString", "MultiLineString"):
        return shape
    return shapely.buffer(shape, half_width_m, cap_style="flat")


def _states(database: Database, part_id: str) -> tuple[Boundary, ...]:
    with database.read() as connection:
        return tuple(was for was in boundaries.versions_of_part(connection, part_id) if was.geometry is not None)


def _read(database: Database, frame: MetricFrame) -> Neighbours:
    with database.read() as connection:
        parts = read_parts(connection)
    drawn = np.asarray(~(parts.geometry.isna() | parts.geometry.is_empty)) & np.asarray(parts[STAGE] != DELISTED)
    in_force = is_in_force(parts)[drawn]
    rows = parts[drawn].to_dict("records")
    found = tuple(_neighbour(row, bool(is_one), frame) for row, is_one in zip(rows, in_force, strict=True))
    return Neighbours(found, shapely.STRtree([part.shape for part in found]))


def _neighbour(row: dict[str, object], in_force: bool, frame: MetricFrame) -> Neighbour:
    width = float(str(row[CORRIDOR_HALF_WIDTH_M]))
    metric = shapely.transform(row[GEOMETRY], lambda xy: np.column_stack(frame.to_metres(xy[:, 0], xy[:, 1])))
    band = banded(shapely.force_2d(metric), width if width > 0 else None)
    shape = band if band.is_valid else shapely.make_valid(band)  # a desktop program may have saved anything
    return Neighbour(
        target_id=str(row[TARGET_ID]),
        part_id=str(row[PART_ID]),
        name=str(row[NAME]),
        name_en=str(row[NAME_EN]),
        kind=str(row[KIND]),
        year=int(str(row[YEAR])),
        is_in_force=in_force,
        own=shapely.force_2d(row[GEOMETRY]),
        shape=shape,
    )
