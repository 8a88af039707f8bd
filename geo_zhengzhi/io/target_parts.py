"""From features to parts: polygons stay, lines are joined into corridors, and every part has an id of its own."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo_zhengzhi.corridor_ways import join_ways, orient
from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.io.target_features import CORRIDOR, Feature, corridor_key
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    GEOMETRY,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_COLUMNS,
    TARGET_ID,
)

Row = dict[str, Any]
HASH_DIGITS = 8
SLUG_LENGTH = 40


def target_id_of(name: str, kind: str) -> str:
    """A register id that is the same whenever name and kind are: readable where the name is Latin, and a hash."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:SLUG_LENGTH]
    digest = hashlib.sha256(f"{kind}\0{name}".encode()).hexdigest()[:HASH_DIGITS]
    return f"{slug or kind}-{digest}"


def make_parts(
    features: Sequence[Feature], stem: str, half_width_m: float, stations: gpd.GeoDataFrame | None
) -> gpd.GeoDataFrame:
    """
    Turn features into the parts of targets.

    A polygon is one part, a multipolygon too. Lines of one target, name and part id are joined; each centre line that
    comes out is a part, numbered from west to east, and its chainage grows in the direction that its lines state.

    Parameters
    ----------
    features : sequence of Feature, EPSG:4326
        As `target_features.sift` keeps them.
    stem : str
        What the corridor of lines without names is called.
    half_width_m : float
        For corridors that say none.
    stations : GeoDataFrame of points, EPSG:4326, or None
        Where a corridor's chainage may begin.

    Returns
    -------
    GeoDataFrame of TARGET_COLUMNS, EPSG:4326
        In the order in which the targets occur in the file; `part_id` is unique.

    Raises
    ------
    StudyAreaTooWide
        If lines reach further than one metric frame does.
    """
    groups: dict[tuple[str, ...], list[Feature]] = {}
    for feature in features:
        groups.setdefault(corridor_key(feature), []).append(feature)
    frame = _frame_of([f for f in features if f.kind == CORRIDOR])
    rows: list[Row] = []
    for members in groups.values():
        if frame is not None and members[0].kind == CORRIDOR:
            rows.extend(_corridor_rows(members, stem, half_width_m, frame, stations))
        else:
            rows.extend(_row(member, member.name, member.geometry) for member in members)
    _number(rows)
    return gpd.GeoDataFrame(rows, columns=list(TARGET_COLUMNS), geometry=GEOMETRY, crs="EPSG:4326")


def _frame_of(features: Sequence[Feature]) -> MetricFrame | None:
    """The metric frame in which the lines are joined; None without lines."""
    if not features:
        return None
    return MetricFrame.for_bounds(shapely.total_bounds([feature.geometry for feature in features]))


def _corridor_rows(
    members: Sequence[Feature],
    stem: str,
    half_width_m: float,
    frame: MetricFrame,
    stations: gpd.GeoDataFrame | None,
) -> list[Row]:
    """
    The centre lines of one corridor, west to east.

    The widest half-width that its features say holds for all, and the first direction.
    """
    pieces = shapely.get_parts(np.array([member.geometry for member in members], dtype=object))
    metric = frame.project(gpd.GeoDataFrame(geometry=pieces, crs="EPSG:4326")).geometry
    near = [] if stations is None else list(shapely.get_parts(frame.project(stations).geometry.array))
    direction = next((member.direction for member in members if member.direction), None)
    lines = [orient(line, near, direction=direction) for line in join_ways(list(metric))]
    lines.sort(key=lambda line: line.bounds)
    centre_lines = frame.unproject(gpd.GeoDataFrame(geometry=lines, crs=frame.crs)).geometry
    said = [member.half_width_m for member in members if not math.isnan(member.half_width_m)]
    name = members[0].name if members[0].named else stem
    rows = [_row(members[0], name, line) for line in centre_lines]
    for row in rows:
        row[CORRIDOR_HALF_WIDTH_M] = max(said, default=half_width_m)
        if len(rows) > 1:
            row[PART_ID] = ""
    return rows


def _row(feature: Feature, name: str, geometry: object) -> Row:
    """A part with its feature's words; `part_id` is the feature's own, or "" to be numbered."""
    return {
        TARGET_ID: feature.target_id or target_id_of(name, str(feature.kind)),
        PART_ID: feature.part_id,
        NAME: name,
        NAME_EN: feature.name_en,
        KIND: feature.kind,
        LEVEL: feature.level,
        LEAD_UNIT: feature.lead_unit,
        CORRIDOR_HALF_WIDTH_M: math.nan,
        ILLUSTRATIVE: feature.illustrative,
        GEOMETRY: geometry,
    }


def _number(rows: Sequence[Row]) -> None:
    """
    Give each part its id, in place: its own where that is free, otherwise "<target_id>-<n>".

    The only part of an area keeps the target's id.
    """
    by_target: dict[str, list[Row]] = {}
    for row in rows:
        by_target.setdefault(row[TARGET_ID], []).append(row)
    taken: set[str] = set()
    for row in rows:
        own = row[PART_ID]
        row[PART_ID] = "" if own in taken else own
        taken.add(own)
    for target_id, parts in by_target.items():
        if len(parts) == 1 and parts[0][KIND] != CORRIDOR and not parts[0][PART_ID] and target_id not in taken:
            parts[0][PART_ID] = target_id
        taken.update(row[PART_ID] for row in parts)
        number = 0
        for row in parts:
            while not row[PART_ID]:
                number += 1
                candidate = f"{target_id}-{number}"
                row[PART_ID] = "" if candidate in taken else candidate
            taken.add(row[PART_ID])
