"""The demonstration's incidents: the plan laid over the county's geometries, and drawn."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, GEOMETRY, KIND, LATITUDE, LONGITUDE, PART_ID, TARGET_ID
from geo_zhengzhi.simulation import plan
from geo_zhengzhi.simulation.drawing import SOURCE, Source, draw_incidents
from geo_zhengzhi.simulation.grounds import Area, Corridor, Disc, Ground, Streets, street_grid
from geo_zhengzhi.simulation.rhythm import all_days


@dataclass(frozen=True, eq=False)
class Simulation:
    """
    Simulated incidents and the truth about them.

    Parameters
    ----------
    incidents : DataFrame, EPSG:4326
        INCIDENT_COLUMNS, by midpoint.
    planted : GeoDataFrame of points, EPSG:4326
        One row a planted hotspot: `planted_id`, `target_id`, `part_id`, `kind`, `behaviour`, `radius_m`, `n_incidents`.
    planted_id : str array of n incidents
        The hotspot that each incident belongs to, "" for the background.
    """

    incidents: pd.DataFrame
    planted: gpd.GeoDataFrame
    planted_id: npt.NDArray[np.str_]


def simulate_demonstration(
    rng: np.random.Generator, targets: gpd.GeoDataFrame, outline: gpd.GeoDataFrame, stations: gpd.GeoDataFrame
) -> Simulation:
    """
    Simulate three calendar years of incidents in the demonstration's county, 2022 to 2024.

    February and March hold exactly 262 incidents in 2023 and 174 in 2024.

    Parameters
    ----------
    rng : Generator
        The only source of chance.
    targets : GeoDataFrame of parts, EPSG:4326
        TARGET_COLUMNS, the demonstration's own.
    outline, stations : GeoDataFrame, EPSG:4326
        The county's outline (polygons) and stations (points), round which the settlements lie.

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidParameter
        If a part of the demonstration's targets is missing.
    """
    parts = _parts_by_id(plan.FRAME.project(targets))
    sources = [
        *(_planted_source(hotspot, parts) for hotspot in plan.PLANTED),
        *_part_backgrounds(parts),
        *_open_backgrounds(parts, plan.FRAME.project(outline), plan.FRAME.project(stations)),
    ]
    incidents = draw_incidents(
        rng, sources, all_days(plan.FIRST_DAY, plan.LAST_DAY), plan.FRAME, fixed=plan.FIXED_COUNTS
    )
    source = incidents.pop(SOURCE).to_numpy()
    names = np.array([hotspot.planted_id for hotspot in plan.PLANTED] + [""] * (len(sources) - len(plan.PLANTED)))
    return Simulation(incidents, _truth(parts, np.bincount(source, minlength=len(sources))), names[source])


def _parts_by_id(parts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The parts in metres, indexed by their id, once all that the plan names are there."""
    missing = sorted(set(plan.BACKGROUND_LEVELS) - set(parts[PART_ID]))
    if missing:
        raise InvalidParameter(name="targets", given="without " + ", ".join(missing), allowed="the demonstration's own")
    return parts.set_index(PART_ID)


def _centre(hotspot: plan.PlantedHotspot, parts: gpd.GeoDataFrame) -> shapely.Point:
    """Where a planted hotspot is, metres; on the line for a corridor."""
    point = shapely.Point(hotspot.easting_m, hotspot.northing_m)
    if hotspot.part_id and parts.at[hotspot.part_id, KIND] == "railway_corridor":
        line = parts.at[hotspot.part_id, GEOMETRY]
        return line.interpolate(line.project(point))
    return point


def _planted_source(hotspot: plan.PlantedHotspot, parts: gpd.GeoDataFrame) -> Source:
    centre = _centre(hotspot, parts)
    ground = Disc(centre.x, centre.y, hotspot.radius_m)
    return Source(ground, hotspot.course, plan.MIXES[hotspot.mix], plan.HOTSPOT_REPEATED)


def _falling(level: float) -> plan.Course:
    """A background's course: its level, falling as all backgrounds do."""
    return plan.course(*((year, month, level * share) for year, month, share in plan.TREND))


def _part_backgrounds(parts: gpd.GeoDataFrame) -> list[Source]:
    """One background a part: along its lanes, or along its line."""
    sources = []
    for part_id, level in plan.BACKGROUND_LEVELS.items():
        part = parts.loc[part_id]
        ground: Ground
        if part[KIND] == "railway_corridor":
            ground = Corridor(part[GEOMETRY], 0.95 * part[CORRIDOR_HALF_WIDTH_M])
        else:
            spacing, angle = plan.STREETS[part[KIND]]
            polygon = part[GEOMETRY]
            ground = Streets(street_grid(polygon, spacing, angle), plan.STREET_SIDEWAYS_M, polygon)
        sources.append(Source(ground, _falling(level), plan.MIXES[part[KIND]], plan.BACKGROUND_REPEATED))
    return sources


def _open_backgrounds(parts: gpd.GeoDataFrame, outline: gpd.GeoDataFrame, stations: gpd.GeoDataFrame) -> list[Source]:
    """What happens outside every target: along the town's streets, in settlements, scattered over the county."""
    near = parts.geometry.union_all().convex_hull.buffer(plan.NEAR_TARGETS_M)
    county = outline.geometry.union_all().buffer(-plan.OUTLINE_MARGIN_M).intersection(near)
    avoided = shapely.union_all(parts.geometry.buffer(parts[CORRIDOR_HALF_WIDTH_M].fillna(0.0) * 1.01 + 5.0))
    town = shapely.box(*plan.TOWN_BOUNDS)
    settlements = shapely.union_all([_settlement(station) for station in stations.geometry]).intersection(county)
    grounds: list[tuple[Ground, float]] = [
        (Streets(street_grid(town, *plan.TOWN_STREETS), plan.STREET_SIDEWAYS_M, town, avoided), plan.TOWN_LEVEL),
        (
            Streets(street_grid(settlements, (90.0, 120.0), 8.0), plan.STREET_SIDEWAYS_M, settlements, avoided),
            plan.SETTLEMENTS_LEVEL,
        ),
        (Area(county, avoided), plan.COUNTRYSIDE_LEVEL),
    ]
    return [Source(g, _falling(level), plan.MIXES[plan.OPEN_GROUND], plan.BACKGROUND_REPEATED) for g, level in grounds]


def _settlement(station: shapely.Point) -> shapely.Polygon:
    """The built-up block beside a station, metres."""
    half = plan.SETTLEMENT_SIDE_M / 2
    x, y = station.x, station.y - plan.SETTLEMENT_FROM_STATION_M
    return shapely.box(x - half, y - half, x + half, y + half)


def _truth(parts: gpd.GeoDataFrame, n_incidents: npt.NDArray[np.int64]) -> gpd.GeoDataFrame:
    """One row a planted hotspot, EPSG:4326."""
    centres = [_centre(hotspot, parts) for hotspot in plan.PLANTED]
    longitude, latitude = plan.FRAME.to_degrees([c.x for c in centres], [c.y for c in centres])
    rows = {
        "planted_id": [h.planted_id for h in plan.PLANTED],
        TARGET_ID: [parts.at[h.part_id, TARGET_ID] if h.part_id else "" for h in plan.PLANTED],
        PART_ID: [h.part_id for h in plan.PLANTED],
        KIND: [parts.at[h.part_id, KIND] if h.part_id else "" for h in plan.PLANTED],
        "behaviour": [h.behaviour for h in plan.PLANTED],
        "radius_m": [h.radius_m for h in plan.PLANTED],
        "n_incidents": n_incidents[: len(plan.PLANTED)],
        LONGITUDE: np.round(longitude, 6),
        LATITUDE: np.round(latitude, 6),
    }
    geometry = gpd.points_from_xy(rows[LONGITUDE], rows[LATITUDE])
    return gpd.GeoDataFrame(rows, geometry=geometry, crs="EPSG:4326")
