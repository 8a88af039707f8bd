"""How well planted hotspots are found again: what was planted, what was found, and which of them match."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_zhengzhi.crs import MetricFrame
from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, PART_ID
from geo_zhengzhi.simulation import plan
from geo_zhengzhi.simulation.demonstration import Simulation


@dataclass(frozen=True)
class Planted:
    """One planted hotspot: its part ("" on open ground), centre in the frame's metres, radius and its kind's eps."""

    part_id: str
    easting_m: float
    northing_m: float
    radius_m: float
    eps_m: float


@dataclass(frozen=True, eq=False)
class Scene:
    """Incidents (INCIDENT_COLUMNS, EPSG:4326) and what was planted among them."""

    incidents: pd.DataFrame
    planted: tuple[Planted, ...]
    frame: MetricFrame


@dataclass(frozen=True)
class Score:
    """How many of the planted were found, and how many of the found were planted."""

    n_planted: int
    n_planted_found: int
    n_found: int
    n_found_planted: int

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.n_planted + other.n_planted,
            self.n_planted_found + other.n_planted_found,
            self.n_found + other.n_found,
            self.n_found_planted + other.n_found_planted,
        )

    @property
    def recall(self) -> float:
        """Found of the planted."""
        return self.n_planted_found / self.n_planted if self.n_planted else 1.0

    @property
    def precision(self) -> float:
        """Planted of the found; 1 where nothing was found."""
        return self.n_found_planted / self.n_found if self.n_found else 1.0


def score(scene: Scene, hotspots: gpd.GeoDataFrame) -> Score:
    """
    Match found hotspots with planted ones.

    A hotspot is a planted one's if it is reported in the same part (or on open ground, both), its outline comes within
    `eps_m` of the planted centre, and its own centre lies within the planted radius and `eps_m` of it, so that one
    outline over everything matches nothing.

    Parameters
    ----------
    scene : Scene
    hotspots : GeoDataFrame, EPSG:4326
        HOTSPOT_COLUMNS.
    """
    found = scene.frame.project(hotspots)
    outlines, part_ids = found.geometry.to_numpy(), found[PART_ID].fillna("").to_numpy(str)
    matches = np.zeros((len(scene.planted), len(found)), bool)
    for i, planted in enumerate(scene.planted):
        centre = shapely.Point(planted.easting_m, planted.northing_m)
        reach = planted.radius_m + planted.eps_m
        matches[i] = (
            (part_ids == planted.part_id)
            & (shapely.distance(outlines, centre) <= planted.eps_m)
            & (shapely.distance(shapely.centroid(outlines), centre) <= reach)
        )
    return Score(len(scene.planted), int(matches.any(axis=1).sum()), len(found), int(matches.any(axis=0).sum()))


def demonstration_scene(
    simulation: Simulation, targets: gpd.GeoDataFrame, first: date, last: date, *, multiple: float = 3.0
) -> Scene:
    """
    What of the demonstration's plan can be found in a period.

    Planted are the hotspots that have, in the period, at least as many incidents as their kind's `min_samples`, and a
    rate in their disc of at least `multiple` times the background's: that of their part, or on open ground that of the
    town.

    Parameters
    ----------
    simulation : Simulation
    targets : GeoDataFrame of parts, EPSG:4326
        Those it was made with.
    first, last : date
        Both included; an incident belongs to the day of its midpoint.
    multiple : float
    """
    start = simulation.incidents[OCCURRED_FROM]
    day = (start + (simulation.incidents[OCCURRED_TO] - start) / 2).dt.date
    inside = ((day >= first) & (day <= last)).to_numpy()
    incidents, planted_id = simulation.incidents[inside], simulation.planted_id[inside]
    others = incidents[planted_id == ""]
    background = shapely.points(*plan.FRAME.to_metres(others[LONGITUDE], others[LATITUDE]))
    shapes = _shapes(plan.FRAME.project(targets))
    planted = []
    for row in simulation.planted.itertuples():
        kind = AnalysisParameters().for_kind(row.kind or None)
        shape = shapes[row.part_id]
        per_m2 = shapely.intersects(shape, background).sum() / shape.area
        n = int((planted_id == row.planted_id).sum())
        rate = n / (np.pi * row.radius_m**2) + per_m2
        if n >= kind.min_samples and rate >= multiple * per_m2:
            x, y = plan.FRAME.to_metres(row.longitude, row.latitude)
            planted.append(Planted(row.part_id, float(x), float(y), row.radius_m, kind.eps_m))
    return Scene(incidents, tuple(planted), plan.FRAME)


def _shapes(parts: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """Every part's area, and under "" that of the town outside them; metres."""
    areas = parts.geometry.buffer(parts[CORRIDOR_HALF_WIDTH_M].fillna(0.0), cap_style="flat")
    shapes = dict(zip(parts[PART_ID], areas, strict=True))
    return {**shapes, plan.OPEN_GROUND: shapely.box(*plan.TOWN_BOUNDS).difference(shapely.union_all(areas))}
