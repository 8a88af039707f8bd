"""Fill the rows of the lists: each place with this period's count, last year's and what can be said."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

import geopandas as gpd

from geo_zhengzhi.model import AnalysisResult, Period
from geo_zhengzhi.schema import (
    HOTSPOT_ID,
    HOTSPOT_IDS,
    KIND,
    LEAD_UNIT,
    LEVEL,
    N_INCIDENTS,
    NAME,
    NAME_EN,
    PART_ID,
    RANK,
    TARGET_ID,
    ZONE_ID,
)
from geo_zhengzhi.services.console.counting import (
    Placed,
    count_by_hotspot,
    count_by_part,
    count_by_target,
    count_by_zone,
    weigh,
)
from geo_zhengzhi.services.console.rows import Change, HotspotRow, TargetRow, ZoneRow
from geo_zhengzhi.stats.comparison import compare

# Hundreds of places have the same few small counts.
_compared = lru_cache(maxsize=2**16)(compare)


class Changes:
    """
    Compare the counts of two periods place by place.

    Parameters
    ----------
    now, before : Placed, Placed or None
        None where last year is not known.
    period, earlier : Period, Period or None
    """

    def __init__(self, now: Placed, before: Placed | None, period: Period, earlier: Period | None) -> None:
        self.now, self.before, self._period, self._earlier = now, before, period, earlier

    def of(self, n_now: int, n_before: int | None) -> Change:
        """Two counts with their comparison."""
        if n_before is None or self._earlier is None:
            return Change(n_now, None, None)
        return Change(n_now, n_before, _compared(n_now, n_before, self._period.n_days, self._earlier.n_days))

    def county(self) -> Change:
        """All incidents, each counted once."""
        return self.of(self.now.n, None if self.before is None else self.before.n)

    def outside(self) -> Change:
        """Incidents in no target."""
        return self.of(int(self.now.outside.sum()), None if self.before is None else int(self.before.outside.sum()))

    def by_part(self, targets: gpd.GeoDataFrame) -> dict[str, Change]:
        """By `part_id`."""
        return self._paired(count_by_part, targets)

    def by_target(self, targets: gpd.GeoDataFrame) -> dict[str, Change]:
        """By `target_id`."""
        return self._paired(count_by_target, targets)

    def by_hotspot(self, hotspots: gpd.GeoDataFrame, targets: gpd.GeoDataFrame) -> dict[str, Change]:
        """By `hotspot_id`, both years counted in the outline that this period's incidents drew."""
        return self._paired(lambda placed, parts: count_by_hotspot(placed, hotspots, parts), targets)

    def by_zone(self, *layers: gpd.GeoDataFrame) -> dict[str, Change]:
        """By `zone_id`: a zone's own count, and last year's in the shape that this period's hotspots drew."""
        changes = {}
        for zones in layers:
            before = {} if self.before is None else count_by_zone(self.before, zones)
            for zone_id, n in zip(zones[ZONE_ID], zones[N_INCIDENTS], strict=True):
                changes[zone_id] = self.of(int(n), before.get(zone_id))
        return changes

    def _paired(self, count: Any, targets: gpd.GeoDataFrame) -> dict[str, Change]:
        """One count function on both periods."""
        now = count(self.now, targets)
        before = {} if self.before is None else count(self.before, targets)
        return {key: self.of(n, before.get(key)) for key, n in now.items()}


def target_rows(
    result: AnalysisResult, by_target: Mapping[str, Change], by_part: Mapping[str, Change]
) -> tuple[TargetRow, ...]:
    """One row a target with its parts under it, the largest weight first, then by count and name."""
    targets, of_parts, of_targets = result.targets, weigh(result, PART_ID), weigh(result, TARGET_ID)
    lines_of: dict[str, list[TargetRow]] = {}
    for part in targets.drop(columns=targets.geometry.name).to_dict("records"):
        lines_of.setdefault(str(part[TARGET_ID]), []).append(_part_row(part, by_part, of_parts))
    rows = [
        lines[0] if len(lines) == 1 else _joined(target_id, lines, by_target[target_id])
        for target_id, lines in lines_of.items()
    ]
    return _ranked([replace(row, weight=of_targets[row.target_id]) for row in rows])


def _ranked(rows: list[TargetRow]) -> tuple[TargetRow, ...]:
    """The heaviest first."""
    return tuple(sorted(rows, key=lambda row: (-row.weight, -row.change.n_now, row.name)))


def _part_row(part: Mapping[str, Any], by_part: Mapping[str, Change], weights: Mapping[str, float]) -> TargetRow:
    """The row of one part."""
    return TargetRow(
        str(part[TARGET_ID]),
        (str(part[PART_ID]),),
        str(part[NAME]),
        str(part[NAME_EN]),
        str(part[KIND]),
        str(part[LEVEL]),
        str(part[LEAD_UNIT]),
        bool(part["illustrative"]),
        by_part[part[PART_ID]],
        weight=weights[str(part[PART_ID])],
    )


def _joined(target_id: str, parts: list[TargetRow], change: Change) -> TargetRow:
    """The row of a target of several parts: named by what their names share, or not at all."""
    units = "、".join(dict.fromkeys(part.lead_unit for part in parts if part.lead_unit))
    ranked = _ranked(parts)
    return replace(
        parts[0],
        target_id=target_id,
        feature_ids=tuple(part.feature_ids[0] for part in ranked),
        name=shared_name([part.name for part in parts]),
        name_en=shared_name([part.name_en for part in parts]),
        lead_unit=units,
        illustrative=any(part.illustrative for part in parts),
        change=change,
        parts=ranked,
    )


def shared_name(names: list[str]) -> str:
    """What names begin with, up to a bracket, dash or space: 铁路沿线 of 铁路沿线（大秦铁路） and its like; or ""."""
    if len(set(names)) == 1:
        return names[0]
    beginning = "".join(
        letters[0] for letters in takewhile(lambda column: len(set(column)) == 1, zip(*names, strict=False))
    )
    ends = [match.start() for match in re.finditer(r"[\s(（·\-–—:：]", beginning)]
    return beginning[: ends[-1]].strip(" (（·-–—:：") if ends else ""


def hotspot_rows(
    hotspots: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, changes: Mapping[str, Change]
) -> tuple[HotspotRow, ...]:
    """One row a hotspot, by rank."""
    units = dict(zip(targets[PART_ID], targets[LEAD_UNIT], strict=True))
    rows = [
        HotspotRow(
            h[HOTSPOT_ID],
            int(h[RANK]),
            h[NAME],
            h[NAME_EN],
            h[KIND],
            units.get(h[PART_ID], ""),
            h,
            changes[h[HOTSPOT_ID]],
        )
        for h in hotspots.drop(columns="geometry").to_dict("records")
    ]
    return tuple(sorted(rows, key=lambda row: row.rank))


def zone_rows(
    zones: gpd.GeoDataFrame, hotspots: gpd.GeoDataFrame, targets: gpd.GeoDataFrame, changes: Mapping[str, Change]
) -> tuple[ZoneRow, ...]:
    """One row a zone, the largest count first."""
    ranks = dict(zip(hotspots[HOTSPOT_ID], hotspots[RANK].astype(int), strict=True))
    units = dict(zip(targets[PART_ID], targets[LEAD_UNIT], strict=True))
    rows = [
        ZoneRow(
            z[ZONE_ID],
            tuple(sorted(ranks[hotspot_id] for hotspot_id in z[HOTSPOT_IDS])),
            z[NAME],
            z[NAME_EN],
            z[KIND],
            units.get(z[PART_ID], ""),
            int(z[N_INCIDENTS]),
            float(z["area_km2"]),
            changes[z[ZONE_ID]],
        )
        for z in zones.to_dict("records")
    ]
    return tuple(sorted(rows, key=lambda row: (-row.n_incidents, row.zone_id)))
