"""The boundaries of targets: one row a part as it stands; triggers keep each state as a row of the history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from sqlalchemy import Connection, RowMapping, func, insert, select, union, update

from geo_zhengzhi.store.register import Made
from geo_zhengzhi.store.tables import boundary_versions, targets


@dataclass(frozen=True)
class Boundary:
    """
    A part of a target, EPSG:4326, as it stands or as it once was.

    `geometry` is None of a part that was deleted, `corridor_half_width_m` of an area; `illustrative` and the names are
    only of the part as it stands.
    """

    target_id: str
    part_id: str
    version: int
    geometry: shapely.Geometry | None
    corridor_half_width_m: float | None
    made: Made
    name: str = ""
    name_en: str = ""
    illustrative: bool = False


def find_part(connection: Connection, part_id: str, *, lock: bool = False) -> Boundary | None:
    """A part as it stands; with `lock`, nobody else changes it until the transaction ends."""
    asked = select(targets).where(targets.c.part_id == part_id)
    row = connection.execute(asked.with_for_update() if lock else asked).mappings().first()
    return None if row is None else _part(row)


def parts_of(connection: Connection, target_id: str) -> list[Boundary]:
    """A target's parts, in the order of their ids."""
    asked = select(targets).where(targets.c.target_id == target_id).order_by(targets.c.part_id)
    return [_part(row) for row in connection.execute(asked).mappings()]


def all_parts(connection: Connection) -> dict[str, Boundary]:
    """Every part by its id."""
    return {row["part_id"]: _part(row) for row in connection.execute(select(targets)).mappings()}


def versions_of_target(connection: Connection, target_id: str) -> list[Boundary]:
    """Every state that a target's parts ever had, by part and version."""
    history = boundary_versions.c
    asked = select(boundary_versions).where(history.target_id == target_id).order_by(history.part_id, history.version)
    return [_version(row) for row in connection.execute(asked).mappings()]


def versions_of_part(connection: Connection, part_id: str) -> list[Boundary]:
    """Every state that a part ever had, the first first."""
    history = boundary_versions.c
    asked = select(boundary_versions).where(history.part_id == part_id).order_by(history.version)
    return [_version(row) for row in connection.execute(asked).mappings()]


def boundary_versions_at(connection: Connection) -> dict[str, int]:
    """The version that each part stands at, by `part_id`, for an analysis to name."""
    rows = connection.execute(select(targets.c.part_id, targets.c.version).order_by(targets.c.part_id))
    return {row.part_id: int(row.version) for row in rows}


def last_versions(connection: Connection) -> dict[str, int]:
    """The last version of every part that ever was, those that were deleted among them."""
    history = boundary_versions.c
    rows = connection.execute(select(history.part_id, func.max(history.version)).group_by(history.part_id))
    return {part_id: int(version) for part_id, version in rows}


def ids_like(connection: Connection, start: str) -> set[str]:
    """The ids that begin with a text, of parts that are there and of parts that once were."""
    now, once = targets.c.part_id, boundary_versions.c.part_id
    asked = union(
        select(now).where(now.startswith(start, autoescape=True)),
        select(once).where(once.startswith(start, autoescape=True)),
    )
    return set(connection.execute(asked).scalars())


def insert_parts(connection: Connection, new: Sequence[Boundary]) -> None:
    """Add parts; a `part_id` that is taken is an IntegrityError."""
    if new:
        connection.execute(insert(targets), [_row(part) for part in new])


def replace_part(connection: Connection, part: Boundary) -> None:
    """Put a part in the place of its version before, which the caller holds locked."""
    done = connection.execute(
        update(targets)
        .where(targets.c.part_id == part.part_id, targets.c.version == part.version - 1)
        .values(_row(part))
    )
    if done.rowcount != 1:
        raise RuntimeError(f"{part.part_id} was not at version {part.version - 1}")


def _row(part: Boundary) -> dict[str, object]:
    return {
        "geom": part.geometry, "part_id": part.part_id, "target_id": part.target_id, "part_name": part.name,
        "part_name_en": part.name_en, "corridor_half_width_m": part.corridor_half_width_m,
        "illustrative": part.illustrative, "version": part.version, "made_at": part.made.at, "made_by": part.made.by,
        "reason": part.made.reason,
    }  # fmt: skip


def _part(row: RowMapping) -> Boundary:
    names = {"name": row["part_name"], "name_en": row["part_name_en"]}
    return replace(_version(row), illustrative=bool(row["illustrative"]), **names)


def _version(row: RowMapping) -> Boundary:
    made = Made(row["made_by"] or "", row["made_at"], row["reason"] or "")
    half_width_m = row["corridor_half_width_m"]
    return Boundary(row["target_id"], row["part_id"], int(row["version"]), row["geom"], half_width_m, made)
