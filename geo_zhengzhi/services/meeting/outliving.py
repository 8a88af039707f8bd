"""
Meeting files outlive a restore: those made since the backup stay, with their bytes and with what they told.

What was told cannot be taken back by putting older data into the store, and later files have to be silent about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from sqlalchemy import Connection, select

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.meeting.grounds import Ground, Piece, lost_piece, read_ground
from geo_zhengzhi.store import audit, export_contents, exports, incidents
from geo_zhengzhi.store.exports import Export
from geo_zhengzhi.store.tables import boundary_versions

Shapes = Mapping[Piece, tuple[shapely.Geometry, float | None]]  # each with its half-width in metres


@dataclass(frozen=True)
class Later:
    """Files made since a backup, as they are put back."""

    files: tuple[Export, ...] = ()


def set_aside(source: Connection, target: Connection) -> Later:
    """
    Lay the files aside that a backup of this very store lacks; of another store's backup none.

    A store that was restored from a backup of this one, and has gone on for itself, is this one as well: a stand-in's
    backup lacks what was made here meanwhile.

    Parameters
    ----------
    source : Connection
        Of the backup.
    target : Connection
        Of `Database.write`, before anything is replaced; no file is made until it ends.
    """
    incidents.take_turn(target)
    if audit.hash_of(target, 1) != audit.hash_of(source, 1):
        return Later()
    lacking = exports.lacking(source, target)
    there = _boundaries(source)
    lost = {piece: shape for piece, shape in _boundaries(target).items() if there.get(piece) != shape}
    export_contents.set_aside(target, [file.export_id for file in lacking])
    free = max(exports.last_id(source), exports.last_id(target)) + 1
    taken = exports.last_id(source)
    numbers = (file.export_id if file.export_id > taken else free + n for n, file in enumerate(lacking))
    return Later(
        tuple(
            replace(file, export_id=number, figures=by_shape(file.figures, lost))
            for number, file in zip(numbers, lacking, strict=True)
        )
    )


def put_back(target: Connection, later: Later, actor: Actor) -> None:
    """Keep them again, in the transaction that has restored the rest, and write each down."""
    if not later.files:
        return
    exports.put_back(target, later.files)
    export_contents.bring_back(target)
    for file in later.files:
        audit.append(target, actor, "export kept", f"meeting {file.export_id}", {"sha256": file.sha256}, alone=True)


def _boundaries(connection: Connection) -> Shapes:
    """Every boundary that a store knows."""
    history = boundary_versions.c
    rows = connection.execute(select(history.part_id, history.version, history.geom, history.corridor_half_width_m))
    return {
        Piece(row.part_id, row.version): (row.geom, row.corridor_half_width_m) for row in rows if row.geom is not None
    }


def by_shape(figures: Iterable[Sequence[Any]], lost: Shapes) -> list[list[Any]]:
    """
    A file's figures, as the store keeps them, that name no boundary which the store does not know: only its shape.

    The store may know, or come to know, another boundary of the same part under the same version.
    """
    return (
        [[_ground(read_ground(name), lost).text, *rest] for name, *rest in figures] if lost else [*map(list, figures)]
    )


def _ground(ground: Ground, lost: Shapes) -> Ground:
    """A ground of what is there."""
    return Ground(tuple(lost_piece(*lost[piece]) if piece in lost else piece for piece in ground.pieces))
