"""The shapes that a meeting file draws: outlines on a coarse grid, zones around them, heat from blocks of many."""

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.crs import MetricFrame, geodesic_area_km2
from geo_zhengzhi.model import AnalysisParameters, AnalysisResult, Surface
from geo_zhengzhi.outlines import band
from geo_zhengzhi.schema import (
    AREA_KM2,
    CORRIDOR_HALF_WIDTH_M,
    EASTING_M,
    FIRST_AT,
    FROM_M,
    GEOMETRY,
    HOTSPOT_ID,
    HOTSPOT_IDS,
    INCIDENTS_PER_KM,
    INCIDENTS_PER_KM2,
    KIND,
    LAST_AT,
    LENGTH_KM,
    N_INCIDENTS,
    N_MEMBERS,
    NORTHING_M,
    PART_ID,
    PEAK_HOURS,
    RANK,
    TO_M,
    TOP_CATEGORIES,
    WEIGHT,
    ZONE_ID,
)
from geo_zhengzhi.services.meeting.grounds import Ground
from geo_zhengzhi.stats.blocks import Block
from geo_zhengzhi.surfaces import estimate_density

SNAP_M = 100.0
HEAT_CELL_M = 100.0


def snapped(outline: shapely.Geometry) -> shapely.Geometry:
    """
    An outline (metres) with every vertex on a grid of 100 m, valid, never empty.

    One that is too small for that becomes the squares of the grid that it touches.
    """
    wide = shapely.set_precision(shapely.buffer(outline, SNAP_M / 4), SNAP_M)
    areas = [part for part in shapely.get_parts(wide) if part.geom_type == "Polygon" and part.area > 0]
    return shapely.union_all(areas) if areas else _squares(outline)


def _squares(outline: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = np.array(outline.bounds) / SNAP_M
    columns = range(int(np.floor(west)), int(np.floor(east)) + 1)
    rows = range(int(np.floor(south)), int(np.floor(north)) + 1)
    squares = [shapely.box(*(np.array([c, r, c + 1, r + 1]) * SNAP_M)) for c in columns for r in rows]
    return shapely.union_all([square for square in squares if square.intersects(outline)])


def snapped_hotspots(result: AnalysisResult, frame: MetricFrame) -> gpd.GeoDataFrame:
    """The hotspots of an analysis with snapped outlines, EPSG:4326."""
    metric = frame.project(result.hotspots)
    return frame.unproject(metric.set_geometry([snapped(shape) for shape in metric.geometry]).set_crs(metric.crs))


def outline_square(ground: Ground, frame: MetricFrame) -> Block | None:
    """The block of the heat that an outline is, without its count; None where it is none."""
    if not ground.is_outline:
        return None
    outline = shapely.from_wkb(ground.pieces[0].name)
    if outline.geom_type != "Polygon" or len(outline.exterior.coords) != 5:
        return None
    x, y = frame.to_metres(*shapely.get_coordinates(outline).T)
    west, south, east, north = np.round([x.min(), y.min(), x.max(), y.max()])
    block = Block(float(west), float(south), float(east - west), 0)
    return block if east - west == north - south and block.is_of_the_grid else None


def part_shapes(targets: gpd.GeoDataFrame, frame: MetricFrame) -> dict[str, shapely.Geometry]:
    """Each part's ground in metres, corridors with their width, by `part_id`."""
    metric = frame.project(targets)
    widths = metric[CORRIDOR_HALF_WIDTH_M].to_numpy(float)
    return {
        str(part_id): band(shape, 0.0, shape.length, width) if np.isfinite(width) else shape
        for part_id, shape, width in zip(metric[PART_ID], metric.geometry, widths, strict=True)
    }


def public_result(
    result: AnalysisResult,
    hotspots: gpd.GeoDataFrame,
    counts: Sequence[int],
    blocks: Sequence[Block],
    frame: MetricFrame,
) -> AnalysisResult:
    """
    An analysis with nothing in it that the file does not print.

    Parameters
    ----------
    result : AnalysisResult
    hotspots : GeoDataFrame of HOTSPOT_COLUMNS, EPSG:4326
        Snapped, those whose count is shown, in the order of their new ranks.
    counts : sequence of int
        Their counts inside the snapped outlines.
    blocks : sequence of Block
        Those whose count is shown.
    frame : MetricFrame
    """
    shown = _public_hotspots(hotspots, counts)
    zones, candidates = _zones(shown, result, frame)
    return replace(
        result,
        incidents=result.incidents.iloc[:0],
        assignments=result.assignments.iloc[:0],
        hotspots=shown,
        zones=zones,
        candidates=candidates,
        surface=block_surface(blocks, result.parameters),
    )


def _public_hotspots(hotspots: gpd.GeoDataFrame, counts: Sequence[int]) -> gpd.GeoDataFrame:
    """
    The hotspots with new ranks, counts and densities, without times and categories.

    Their ids, which are made of the incidents inside, give way to the new ranks: whoever guesses where and when a few
    incidents were could try his guess on them.
    """
    area_km2 = geodesic_area_km2(list(hotspots.geometry)) if len(hotspots) else np.zeros(0)
    n = np.asarray(counts, np.int64)
    ids = [f"h{rank}" for rank in range(1, len(n) + 1)]
    known = {HOTSPOT_ID: ids, RANK: np.arange(1, len(n) + 1), AREA_KM2: area_km2}
    known |= {N_INCIDENTS: n, N_MEMBERS: n, WEIGHT: n.astype(float)}
    none = {FROM_M: np.nan, TO_M: np.nan, INCIDENTS_PER_KM: np.nan, LENGTH_KM: np.nan, FIRST_AT: None, LAST_AT: None}
    lists = {TOP_CATEGORIES: [[] for _ in n], PEAK_HOURS: [None for _ in n]}
    return hotspots.reset_index(drop=True).assign(**known, **none, **lists, **{INCIDENTS_PER_KM2: n / area_km2})


def _zones(
    hotspots: gpd.GeoDataFrame, result: AnalysisResult, frame: MetricFrame
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Zones and candidates around the snapped outlines; their counts are not told (0)."""
    parts = part_shapes(result.targets, frame)
    every_part = shapely.union_all(list(parts.values()))
    rows = []
    for spot in frame.project(hotspots).to_dict("records"):
        buffer_m = _buffer_m(result.parameters, str(spot[KIND]))
        around = shapely.buffer(spot[GEOMETRY], buffer_m, join_style="mitre")
        inside = parts.get(str(spot[PART_ID]))
        ground = around.difference(every_part) if inside is None else around.intersection(inside)
        areas = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon" and part.area > 0]
        if areas:
            rows.append({**spot, ZONE_ID: f"Z-{spot[HOTSPOT_ID]}", HOTSPOT_IDS: [spot[HOTSPOT_ID]], N_INCIDENTS: 0,
                         AREA_KM2: 1.0, GEOMETRY: shapely.union_all(areas)})  # fmt: skip
    columns = list(result.zones.columns)
    metric_crs = frame.project(hotspots).crs
    found = gpd.GeoDataFrame(rows, columns=columns, geometry=GEOMETRY, crs=metric_crs)
    degrees = frame.unproject(found)
    is_open = ~degrees[PART_ID].isin(list(parts))
    return degrees[~is_open].reset_index(drop=True), degrees[is_open].reset_index(drop=True)


def _buffer_m(parameters: AnalysisParameters, kind: str) -> float:
    return parameters.for_kind(None if kind == "open_ground" else kind).zone_buffer_m


def block_surface(blocks: Sequence[Block], parameters: AnalysisParameters) -> Surface:
    """Density from blocks: each one's incidents are spread evenly over it before the kernel smooths them."""
    if not blocks:
        return Surface(np.zeros((1, 1)), 0.0, 0.0, HEAT_CELL_M, parameters.heat_bandwidth_m)
    spread = pd.concat([_spread(block) for block in blocks], ignore_index=True)
    reach = parameters.heat_bandwidth_m
    west = min(block.west_m for block in blocks) - reach
    south = min(block.south_m for block in blocks) - reach
    east = max(block.west_m + block.side_m for block in blocks) + reach
    north = max(block.south_m + block.side_m for block in blocks) + reach
    return estimate_density(
        spread, (west, south, east, north), bandwidth_m=reach, cell_m=HEAT_CELL_M, weights=spread[WEIGHT]
    )


def _spread(block: Block) -> pd.DataFrame:
    """A block's incidents in equal parts at the middles of its cells."""
    along = np.arange(block.side_m / HEAT_CELL_M) * HEAT_CELL_M + HEAT_CELL_M / 2
    x, y = np.meshgrid(block.west_m + along, block.south_m + along)
    return pd.DataFrame({EASTING_M: x.ravel(), NORTHING_M: y.ravel(), WEIGHT: block.n / x.size})
