"""The rows of the lists beside the map, and what a count's change consists of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo_zhengzhi.model import Comparison


@dataclass(frozen=True)
class Change:
    """Two counts of one place; `n_before` and `comparison` are None where last year is not known."""

    n_now: int
    n_before: int | None
    comparison: Comparison | None


@dataclass(frozen=True)
class TargetRow:
    """A target, or one of its parts; `feature_ids` are the parts' ids on the map."""

    target_id: str
    feature_ids: tuple[str, ...]
    name: str
    name_en: str
    kind: str
    level: str
    lead_unit: str
    illustrative: bool
    change: Change
    parts: tuple["TargetRow", ...] = ()
    weight: float = 0.0  # of this period's incidents


@dataclass(frozen=True)
class HotspotRow:
    """A hotspot with its schema fields and its change."""

    hotspot_id: str
    rank: int
    name: str
    name_en: str
    kind: str
    lead_unit: str
    fields: Mapping[str, Any]
    change: Change


@dataclass(frozen=True)
class ZoneRow:
    """A remediation zone, or a candidate outside the targets, with the ranks of its hotspots and its change."""

    zone_id: str
    ranks: tuple[int, ...]
    name: str
    name_en: str
    kind: str
    lead_unit: str
    n_incidents: int
    area_km2: float
    change: Change


Row = TargetRow | HotspotRow | ZoneRow
