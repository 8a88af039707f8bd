"""
The grounds on which a meeting file counts: registered boundaries, outlines that a file drew, or the whole county.

A ground is named by what never changes – a boundary by its number and version, an outline by its shape – so that a
later export can count on it again, whatever the register holds by then.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from sqlalchemy import Connection, select

from geo_zhengzhi.assignment import assign
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    EASTING_M,
    GEOMETRY,
    INCIDENT,
    INSIDE,
    LATITUDE,
    LONGITUDE,
    NORTHING_M,
    PART,
    PART_ID,
    TARGET_ID,
)
from geo_zhengzhi.services.register.stored_targets import with_usable_shapes
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.tables import boundary_versions

Ints = npt.NDArray[np.int64]
COUNTY = "county"
LOST = -1  # stands for the version of a boundary that a restored store does not know


@dataclass(frozen=True)
class Piece:
    """
    A part's boundary in one version, or (version 0) an outline as hexadecimal WKB, EPSG:4326.

    A boundary that is LOST is named as an outline is, that of a corridor with a space and its half-width in metres.
    """

    name: str
    version: int = 0


@dataclass(frozen=True)
class Ground:
    """The union of pieces; of none, the whole county."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The ground as `read_ground` reads it."""
        return json.dumps([[p.name, p.version] for p in self.pieces], ensure_ascii=False) if self.pieces else COUNTY

    @property
    def is_outline(self) -> bool:
        """Whether it is an outline that a file drew (or a boundary that nobody registered)."""
        return len(self.pieces) == 1 and not self.pieces[0].version


WHOLE = Ground(())


def read_ground(text: str) -> Ground:
    """The ground that a text names."""
    return WHOLE if text == COUNTY else Ground(tuple(Piece(name, version) for name, version in json.loads(text)))


def outline_ground(outline: shapely.Geometry) -> Ground:
    """The ground of an outline, EPSG:4326."""
    return Ground((Piece(shapely.to_wkb(outline, hex=True)),))


def lost_piece(shape: shapely.Geometry, half_width_m: float | None) -> Piece:
    """The piece of a registered boundary that the register has lost, EPSG:4326: it counts as it did."""
    width = "" if half_width_m is None else f" {half_width_m!r}"
    return Piece(shapely.to_wkb(shape, hex=True) + width, LOST)


def target_grounds(study: Study) -> dict[str, Ground]:
    """The ground of every target of a study, by `target_id`; a place without a registered boundary by its shape."""
    found: dict[str, list[Piece]] = {}
    for part in study.targets[[TARGET_ID, PART_ID, GEOMETRY]].to_dict("records"):
        found.setdefault(str(part[TARGET_ID]), []).append(_piece(part, study.boundaries))
    return {target_id: Ground(tuple(dict.fromkeys(pieces))) for target_id, pieces in found.items()}


def _piece(part: Mapping[str, object], boundaries: Mapping[str, int]) -> Piece:
    """A part by its version; a trade that works in another part's area by that part's."""
    name = str(part[PART_ID]).rpartition("@")[2]
    if name in boundaries:
        return Piece(name, boundaries[name])
    return Piece(shapely.to_wkb(part[GEOMETRY], hex=True))


class Counting:
    """
    Which incidents lie on which grounds, each piece looked at once.

    Parameters
    ----------
    study : Study
    connection : Connection
        For the versions of boundaries that are no longer in force.
    grounds : iterable of Ground
    """

    def __init__(self, study: Study, connection: Connection, grounds: Iterable[Ground]) -> None:
        pieces = list(dict.fromkeys(piece for ground in grounds for piece in ground.pieces))
        self._at = {piece: number for number, piece in enumerate(pieces)}
        self.n_incidents = len(study.incidents)
        shapes = _shapes(study, connection, pieces)
        self._inside = _inside(study, shapes) if pieces else []

    def on(self, ground: Ground) -> Ints:
        """Which incidents (their positions, in order) lie on a ground, its edge included."""
        if not ground.pieces:
            return np.arange(self.n_incidents)
        return np.unique(np.concatenate([self._inside[self._at[piece]] for piece in ground.pieces]))


def unknown_boundaries(study: Study, connection: Connection) -> dict[Piece, tuple[shapely.Geometry, float | None]]:
    """The boundaries of a study, with half-widths, that the store does not know: a backup was restored meanwhile."""
    now = _boundaries_now(study)
    there = _earlier_versions(connection, [piece for piece in now if piece.version])
    return {
        piece: (shape, width if np.isfinite(width) else None)
        for piece, (shape, width) in now.items()
        if piece.version and not _is_same((shape, width), there.get(piece))
    }


def _is_same(boundary: tuple[shapely.Geometry, float], there: tuple[shapely.Geometry, float | None] | None) -> bool:
    """Whether the store's boundary is this one; a line without a half-width has the usual one in a study."""
    return there is not None and there[1] in (None, boundary[1]) and bool(there[0].equals(boundary[0]))


def _boundaries_now(study: Study) -> dict[Piece, tuple[shapely.Geometry, float]]:
    """The boundaries in force with their half-widths."""
    return {
        _piece(part, study.boundaries): (part[GEOMETRY], part[CORRIDOR_HALF_WIDTH_M])
        for part in study.targets.to_dict("records")
    }


def _shapes(study: Study, connection: Connection, pieces: list[Piece]) -> gpd.GeoDataFrame:
    """The pieces' shapes and half-widths, EPSG:4326, in their order."""
    now = _boundaries_now(study)
    once = _earlier_versions(connection, [piece for piece in pieces if piece.version > 0 and piece not in now])
    rows = [now.get(piece) or once.get(piece) or _said_itself(piece) for piece in pieces]
    frame = gpd.GeoDataFrame(
        {CORRIDOR_HALF_WIDTH_M: np.array([width for _, width in rows], float)},
        geometry=[shape for shape, _ in rows],
        crs="EPSG:4326",
    )
    return with_usable_shapes(frame)


def _said_itself(piece: Piece) -> tuple[shapely.Geometry, float]:
    """Shape and half-width of a piece that is named by them."""
    shape, _, half_width_m = piece.name.partition(" ")
    return shapely.from_wkb(shape), float(half_width_m or "nan")


def _earlier_versions(
    connection: Connection, pieces: list[Piece]
) -> dict[Piece, tuple[shapely.Geometry, float | None]]:
    """Boundaries as they once stood."""
    history = boundary_versions.c
    asked = select(history.part_id, history.version, history.geom, history.corridor_half_width_m)
    rows = connection.execute(asked.where(history.part_id.in_({piece.name for piece in pieces}))) if pieces else ()
    return {Piece(row.part_id, row.version): (row.geom, row.corridor_half_width_m) for row in rows}


def _inside(study: Study, shapes: gpd.GeoDataFrame) -> list[Ints]:
    """Which incidents (positions) lie in each of the shapes, by the rule by which every count is made."""
    incidents = study.incidents
    frame = MetricFrame.for_bounds(shapes.total_bounds, study.frame_center)
    easting_m, northing_m = frame.to_metres(incidents[LONGITUDE].to_numpy(), incidents[LATITUDE].to_numpy())
    located = pd.DataFrame({EASTING_M: easting_m, NORTHING_M: northing_m})
    pairs = assign(located, frame.project(shapes), np.zeros(len(shapes)))
    held = pairs[INSIDE].to_numpy(bool) & (pairs[PART].to_numpy() >= 0)
    part, incident = (pairs[name].to_numpy(np.int64)[held] for name in (PART, INCIDENT))
    order = np.argsort(part, kind="stable")
    return np.split(incident[order], np.searchsorted(part[order], np.arange(1, len(shapes))))
