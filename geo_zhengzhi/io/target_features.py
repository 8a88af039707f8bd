"""One target feature at a time: its words read, its geometry judged, and why it cannot be taken."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.io.persons import without_personal_words
from geo_zhengzhi.io.sound import make_sound, of_dimension
from geo_zhengzhi.io.target_report import Reject, Remark
from geo_zhengzhi.io.target_words import DIRECTION, WORKS_IN, YES, direction_of, kind_of, level_of
from geo_zhengzhi.model import KINDS
from geo_zhengzhi.schema import (
    CORRIDOR_HALF_WIDTH_M,
    ILLUSTRATIVE,
    KIND,
    LEAD_UNIT,
    LEVEL,
    NAME,
    NAME_EN,
    PART_ID,
    TARGET_ID,
)

CORRIDOR = "railway_corridor"
TRADE = "trade"

NO_GEOMETRY = "It has no geometry."
POINT = "It is a point; targets are polygons, or lines for railway corridors."
NO_KIND = "It says no kind."
UNKNOWN_KIND = "Its kind {given} is not known; allowed: {allowed}."
LINE_FOR_AREA = "It is a line, but the kind {kind} needs a polygon."
POLYGON_FOR_CORRIDOR = "It is a polygon, but the kind {kind} needs a line."
NOTHING_LEFT = "Nothing with an area or a length is left after repair."
BAD_HALF_WIDTH = "Its half-width {given} is no number of metres above 0."
TRADE_NOWHERE = "It is a trade without a boundary, and {given} is no target in this file that has one."
KIND_REPLACED = "{count} features say a kind that is not known ({given}); they were taken as {kind}."
LEVEL_DROPPED = "{count} features say a level that is not known ({given}); it was left empty."
DIRECTION_DROPPED = "{count} features say a direction that is not known ({given}); the line's own was taken."
DIRECTIONS_DIFFER = "{count} corridors say several directions ({given}); the first one that each says was taken."
UNNAMED = "{count} features have no name; they are called after the file."
PERSONAL_EMPTIED = "{count} names or units held a telephone, identity or plate number; they were left empty."


@dataclass(frozen=True)
class Feature:
    """
    A feature of a target file, EPSG:4326.

    `number` is its 1-based place in the file; `half_width_m` is NaN where it says none; `works_in` names another
    target, for a trade without a boundary; `named` is False where the name was made from the file's; `direction` is ""
    where it says none.
    """

    number: int
    target_id: str
    part_id: str
    name: str
    named: bool
    name_en: str
    kind: str | None
    kind_word: str
    level: str
    lead_unit: str
    half_width: str
    half_width_m: float
    direction: str
    illustrative: bool
    works_in: str
    geometry: shapely.Geometry | None
    repaired: bool


@dataclass
class Sifted:
    """The features that can be taken, those that cannot, and what is worth saying."""

    kept: list[Feature] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def sift(
    frame: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    kind: str | None,
    stem: str,
    known_kinds: Mapping[str, str] | None = None,
) -> Sifted:
    """
    Judge every feature.

    Parameters
    ----------
    frame : GeoDataFrame of n features, EPSG:4326
    columns : {our column: header}
    kind : str or None
        For features that do not say a known one.
    stem : str
        What features without a name are called, with their number.
    known_kinds : {target_id or name: kind}, optional
        Goes before what a feature says itself.

    Returns
    -------
    Sifted
        n = kept + rejects.
    """
    sifted = Sifted()
    features = _features(frame, columns, kind, stem, sifted.remarks)
    known = known_kinds or {}
    features = [replace(f, kind=known.get(f.target_id, known.get(f.name, f.kind))) for f in features]
    grounds = {word: f for f in reversed(features) if _is_ground(f) for word in (f.name, f.target_id) if word}
    for feature in features:
        settled = _settled(feature, grounds)
        fault = _fault(settled)
        if fault is None:
            sifted.kept.append(settled)
        else:
            sifted.rejects.append(Reject(feature.number, feature.name, fault))
    _remark_on_directions(sifted)
    return sifted


def corridor_key(feature: Feature) -> tuple[str, ...]:
    """What makes lines one corridor; every polygon stands alone."""
    if feature.kind != CORRIDOR:
        return ("area", str(feature.number))
    return ("corridor", feature.target_id, feature.part_id, feature.name if feature.named else "")


def _remark_on_directions(sifted: Sifted) -> None:
    """Say where the pieces of one corridor do not agree on its direction."""
    said: dict[tuple[str, ...], dict[str, None]] = {}
    for feature in sifted.kept:
        if feature.kind == CORRIDOR and feature.direction:
            said.setdefault(corridor_key(feature), {})[feature.direction] = None
    torn = [directions for directions in said.values() if len(directions) > 1]
    if torn:
        given = ", ".join(torn[0])
        sifted.remarks.append(Remark(DIRECTIONS_DIFFER, {"count": len(torn), "given": given}))


def _features(
    frame: gpd.GeoDataFrame, columns: Mapping[str, str], kind: str | None, stem: str, remarks: list[Remark]
) -> list[Feature]:
    """The frame's rows as features; remarks on words that were not understood are appended."""
    n = len(frame)
    texts = {name: _texts(frame[header]) for name, header in columns.items()}
    blank = [""] * n
    n_emptied = _empty_personal(texts)
    names = texts.get(NAME, blank)
    kind_words, level_words = texts.get(KIND, blank), texts.get(LEVEL, blank)
    kinds = [kind_of(word) or kind for word in kind_words]
    direction_words = texts.get(DIRECTION, blank)
    half_widths = texts.get(CORRIDOR_HALF_WIDTH_M, blank)
    geometries, repaired = make_sound(np.asarray(frame.geometry.array, dtype=object))
    if kind is not None:
        _remark(remarks, KIND_REPLACED, [w for w in kind_words if w and kind_of(w) is None], kind=kind)
    _remark(remarks, LEVEL_DROPPED, [w for w in level_words if w and level_of(w) is None])
    _remark(remarks, DIRECTION_DROPPED, [w for w in direction_words if w and direction_of(w) is None])
    if "" in names:
        remarks.append(Remark(UNNAMED, {"count": names.count("")}))
    if n_emptied:
        remarks.append(Remark(PERSONAL_EMPTIED, {"count": n_emptied}))
    return [
        Feature(
            number=i + 1,
            target_id=texts.get(TARGET_ID, blank)[i],
            part_id=texts.get(PART_ID, blank)[i],
            name=names[i] or f"{stem} {i + 1}",
            named=bool(names[i]),
            name_en=texts.get(NAME_EN, blank)[i],
            kind=kinds[i],
            kind_word=kind_words[i],
            level=level_of(level_words[i]) or "",
            lead_unit=texts.get(LEAD_UNIT, blank)[i],
            half_width=half_widths[i],
            half_width_m=_metres(half_widths[i]),
            direction=direction_of(direction_words[i]) or "",
            illustrative=texts.get(ILLUSTRATIVE, blank)[i].lower() in YES,
            works_in=texts.get(WORKS_IN, blank)[i],
            geometry=shapely.Polygon() if repaired[i] and geometries[i] is None else geometries[i],
            repaired=bool(repaired[i]),
        )
        for i in range(n)
    ]


def _texts(column: pd.Series) -> list[str]:
    """A column as trimmed text, "" for what is missing; whole numbers without ".0"."""
    values = column.astype(object).where(column.notna(), "")
    return [str(int(v)) if isinstance(v, float) and v.is_integer() else str(v).strip() for v in values]


def _empty_personal(texts: dict[str, list[str]]) -> int:
    """Empty the names and units that hold a person's number, in place; how many there were."""
    n_emptied = 0
    for column in (NAME, NAME_EN, LEAD_UNIT):
        if column in texts:
            kept = without_personal_words(texts[column])
            n_emptied += sum(text != left for text, left in zip(texts[column], kept, strict=True))
            texts[column] = kept
    return n_emptied


def _remark(remarks: list[Remark], msgid: str, words: Sequence[str], **values: object) -> None:
    """Append a remark on words that were not understood, the most frequent three named."""
    if words:
        given = ", ".join(word for word, _ in Counter(words).most_common(3))
        remarks.append(Remark(msgid, {"count": len(words), "given": given, **values}))


def _metres(text: str) -> float:
    """A length in metres, NaN for what is none."""
    try:
        return float(text.removesuffix("米").removesuffix("m").strip())
    except ValueError:
        return math.nan


def _is_ground(feature: Feature) -> bool:
    """Whether a trade can take this feature's area."""
    return feature.kind not in (None, CORRIDOR) and of_dimension(feature.geometry, 2) is not None


def _settled(feature: Feature, grounds: Mapping[str, Feature]) -> Feature:
    """The feature with the geometry that its kind needs, where it has or can be given one."""
    if feature.kind == TRADE and feature.geometry is None and feature.works_in in grounds:
        return replace(feature, geometry=of_dimension(grounds[feature.works_in].geometry, 2))
    wanted = of_dimension(feature.geometry, 1 if feature.kind == CORRIDOR else 2)
    return feature if wanted is None else replace(feature, geometry=wanted)


def _fault(feature: Feature) -> Remark | None:
    """Why a feature cannot be taken; None if it can."""
    geometry, kind = feature.geometry, feature.kind
    if kind is None:
        word = feature.kind_word
        return Remark(UNKNOWN_KIND, {"given": word, "allowed": ", ".join(KINDS)}) if word else Remark(NO_KIND, {})
    if geometry is None:
        nowhere = kind == TRADE and feature.works_in
        return Remark(TRADE_NOWHERE, {"given": feature.works_in}) if nowhere else Remark(NO_GEOMETRY, {})
    if geometry.is_empty or (geometry.area == 0 and geometry.length == 0 and shapely.get_dimensions(geometry) > 0):
        return Remark(NOTHING_LEFT, {})
    dimension = int(shapely.get_dimensions(geometry))
    if dimension == 0:
        return Remark(POINT, {})
    if dimension == 1 and kind != CORRIDOR:
        return Remark(LINE_FOR_AREA, {"kind": kind})
    if dimension == 2 and kind == CORRIDOR:
        return Remark(POLYGON_FOR_CORRIDOR, {"kind": kind})
    if kind == CORRIDOR and feature.half_width and not (0 < feature.half_width_m < math.inf):
        return Remark(BAD_HALF_WIDTH, {"given": feature.half_width})
    return None
