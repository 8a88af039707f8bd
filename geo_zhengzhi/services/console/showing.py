"""What of a situation goes onto a page: a county with a thousand hotspots would make a page of ten megabytes."""

from dataclasses import replace

import geopandas as gpd

from geo_zhengzhi.render.scene import CROWDED_PARTS
from geo_zhengzhi.schema import HOTSPOT_ID, ZONE_ID
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import Situation

MOST_HOTSPOTS, MOST_ZONES, MOST_CANDIDATES = 60, 60, 30
FEWER = 0.6  # of these beside a crowd of targets
NOT_ALL_HOTSPOTS = "Shown are the first {n} of {total} hotspots by rank; the downloaded map and the layers hold all."
NOT_ALL_ZONES = "Shown are the {n} largest of {total} zones; the downloaded map and the layers hold all."
NOT_ALL_CANDIDATES = "Shown are the {n} largest of {total} candidates; the downloaded map and the layers hold all."

_SHOWN: ComputeOnce[Situation] = ComputeOnce(size=4)


def for_page(situation: Situation) -> Situation:
    """
    The situation with the first hotspots by rank and the largest zones and candidates, and a note of what is left out.

    Counts stay those of all incidents. A situation that is small enough is given back itself.
    """
    most = _most(situation)
    sizes = [len(rows) for rows in (situation.hotspots, situation.zones, situation.candidates)]
    if all(size <= limit for size, limit in zip(sizes, most, strict=True)):
        return situation
    return _SHOWN.get(situation, lambda: _cut(situation))


def _most(situation: Situation) -> tuple[int, int, int]:
    """How many hotspots, zones and candidates a page holds beside its targets."""
    share = FEWER if len(situation.result.targets) > CROWDED_PARTS else 1.0
    return round(MOST_HOTSPOTS * share), round(MOST_ZONES * share), round(MOST_CANDIDATES * share)


def _cut(situation: Situation) -> Situation:
    """The situation cut to what a page holds."""
    result, (n_hotspots, n_zones, n_candidates) = situation.result, _most(situation)
    hotspots, zones = situation.hotspots[:n_hotspots], situation.zones[:n_zones]
    candidates = situation.candidates[:n_candidates]
    return replace(
        situation,
        hotspots=hotspots,
        zones=zones,
        candidates=candidates,
        result=replace(
            result,
            hotspots=_only(result.hotspots, HOTSPOT_ID, [row.hotspot_id for row in hotspots]),
            zones=_only(result.zones, ZONE_ID, [row.zone_id for row in zones]),
            candidates=_only(result.candidates, ZONE_ID, [row.zone_id for row in candidates]),
        ),
        notes=(*situation.notes, *_left_out(situation)),
    )


def _only(frame: gpd.GeoDataFrame, column: str, names: list[str]) -> gpd.GeoDataFrame:
    """The rows of these names, in the frame's order."""
    return frame[frame[column].isin(names)].reset_index(drop=True)


def _left_out(situation: Situation) -> tuple[tuple[str, dict[str, object]], ...]:
    """What has to be said of what is not shown."""
    n_hotspots, n_zones, n_candidates = _most(situation)
    lists = (
        (NOT_ALL_HOTSPOTS, n_hotspots, len(situation.hotspots)),
        (NOT_ALL_ZONES, n_zones, len(situation.zones)),
        (NOT_ALL_CANDIDATES, n_candidates, len(situation.candidates)),
    )
    return tuple((message, {"n": n, "total": total}) for message, n, total in lists if total > n)
