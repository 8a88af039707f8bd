"""What the maps of a meeting file draw of few incidents: no peak, no outline of their own, no day, no exact corner."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from meetings import DAY, WHERE, county, draw, export, plant_targets
from studies import FRAME, incident

from geo_zhengzhi.model import AnalysisParameters, Surface
from geo_zhengzhi.render.meeting.deck_words import hidden_rules
from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services.meeting.asked import Asked
from geo_zhengzhi.services.meeting.deck import make_deck, public_scene
from geo_zhengzhi.services.meeting.making import protect_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.places import block_surface
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.blocks import blocks_of
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store

K = 5
SIDE_M = 6400.0  # of the largest square that incidents are gathered in
FEBRUARY, MARCH = ([f"2024-0{month}-{day:02d} 1{day % 9}:00" for day in range(1, 28)] for month in (2, 3))
INSIDE = [incident((2690 + 4 * i, 1690 + 3 * (i % 5)), when) for i, when in enumerate(FEBRUARY)]  # in T-3
AROUND = [incident((2520 + 90 * (i % 4), 1520 + 330 * (i // 4)), when) for i, when in enumerate(FEBRUARY[:8])]
ALONE = [incident((-9000, 9000), FEBRUARY[0])]
FEW = [incident((11_000 + 3 * i, -9000), FEBRUARY[i]) for i in range(K - 1)]
LATER = [incident((-8000 + 4 * i, -8000), when) for i, when in enumerate(MARCH)]


@dataclass
class Made:
    """What a test looks at."""

    store: Database
    study: Study
    collection: dict[str, object]
    text: str

    def features(self, layer: str) -> gpd.GeoDataFrame:
        """A layer's features in metres."""
        found = [f for f in self.collection["features"] if f["properties"]["layer"] == layer]
        frame = gpd.GeoDataFrame.from_features(found, crs="EPSG:4326")
        return frame.set_geometry(
            shapely.transform(frame.geometry.array, lambda xy: np.column_stack(FRAME.to_metres(*xy.T)))
        )


@pytest.fixture(scope="module")
def made(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    path = tmp_path_factory.mktemp("peaks") / "store.gpkg"
    shutil.copyfile(new_file, path)
    database = open_store(f"sqlite:///{path}")
    study = county([*draw(60), *INSIDE, *AROUND, *ALONE, *FEW, *LATER])
    plant_targets(database, study)
    text = export(database, study, "2024-02", "2024-02", ending=".geojson").content.decode()
    yield Made(database, study, json.loads(text), text)
    database.close()


def surface_of(made: Made, study: Study | None = None) -> Surface:
    """The heat of February's file."""
    found = protect_meeting(made.store, study or made.study, Asked(Months.written("2024-02", "2024-02"), DAY))
    return public_scene(found, "1:0").result.surface


def heat_at(surface: Surface, place: tuple[float, float], reach_m: float) -> float:
    """The greatest density within a reach of a place, per km²."""
    rows, columns = np.indices(surface.incidents_per_km2.shape)
    x, y = (origin + surface.cell_m * (at + 0.5) for origin, at in ((surface.west_m, columns), (surface.south_m, rows)))
    near = np.hypot(x - place[0], y - place[1]) <= reach_m
    return float(surface.incidents_per_km2[near].max(initial=0.0))


def test_a_hotspot_belongs_to_the_months_of_the_file_and_no_day_is_told(made: Made) -> None:
    spots = made.features("hotspots")
    assert not [spot for spot in spots.geometry if spot.distance(shapely.Point(-7900, -8000)) < 500]  # of March
    assert set(spots["period_from"]) == set(spots["period_to"]) == {"2024-02"}
    assert not re.search(r"20\d\d-\d\d-\d\d", re.sub(r'"made_on":\s*"[^"]*"', "", made.text))
    assert not {"first_at", "last_at", "peak_hours"} & set(spots.columns)


def test_a_hotspot_inside_a_target_stands_in_the_layer_with_its_target_and_its_count(made: Made) -> None:
    spots = made.features("hotspots")
    inside = spots[spots["target_id"] == "T-3"]
    assert len(inside) == 1
    outline = inside.geometry.iloc[0]
    incidents = made.study.incidents
    x, y = FRAME.to_metres(incidents[LONGITUDE].to_numpy(), incidents[LATITUDE].to_numpy())
    in_february = incidents["occurred_from"].dt.strftime("%Y-%m") == "2024-02"
    n = int((shapely.contains_xy(outline, x, y) & in_february.to_numpy()).sum())
    assert inside["n"].iloc[0] == n >= 20
    west, south = WHERE["T-3"]
    assert shapely.box(west, south, west + 400, south + 400).intersects(outline)


def test_hotspots_under_k_are_left_out_and_every_corner_lies_on_the_grid_of_a_hundred_metres(made: Made) -> None:
    spots = made.features("hotspots")
    assert (spots["n"] >= K).all()
    for corner in shapely.get_coordinates(spots.geometry.array):
        assert np.abs(corner - np.round(corner / 100) * 100).max() < 0.05  # written to a centimetre
    assert not [spot for spot in spots.geometry if spot.distance(shapely.Point(11_000, -9000)) < 500]


@pytest.mark.parametrize("place", [(-9000.0, 9000.0), (11_000.0, -9000.0)], ids=["one", "k - 1"])
def test_fewer_than_k_far_from_others_make_no_heat(made: Made, place: tuple[float, float]) -> None:
    reach_m = made_parameters().heat_bandwidth_m
    assert heat_at(surface_of(made), place, reach_m) == 0.0


def made_parameters() -> AnalysisParameters:
    return AnalysisParameters()


def test_one_incident_more_or_less_in_an_empty_place_changes_no_pixel(made: Made) -> None:
    without = county([*draw(60), *INSIDE, *AROUND, *FEW, *LATER])
    with_it, without_it = surface_of(made), surface_of(made, without)
    assert with_it.incidents_per_km2.shape == without_it.incidents_per_km2.shape
    assert (with_it.incidents_per_km2 == without_it.incidents_per_km2).all()


def test_no_square_of_the_heat_holds_fewer_than_k_and_none_moves_when_its_incidents_move(made: Made) -> None:
    """Incidents that are anywhere else in the same small square give the same picture."""
    rng = np.random.default_rng(4)
    corner = np.floor(rng.uniform(-4000, 4000, (80, 2)) / 200) * 200
    one, other = (corner + rng.uniform(1, 199, corner.shape) for _ in range(2))
    pictures = [block_surface(blocks_of(*xy.T, K), made_parameters()) for xy in (one, other)]
    assert (pictures[0].incidents_per_km2 == pictures[1].incidents_per_km2).all()
    assert pictures[0].incidents_per_km2.max() > 0
    assert min(block.n for block in blocks_of(*one.T, K)) >= K
    assert max(block.side_m for block in blocks_of(*one.T, K)) <= SIDE_M


ONE = {
    "in a square that is shown": (8050.0, -3950.0),
    "the fifth in a blank square": (8274.0, -3615.0),
    "which makes a quarter a square of its own": (6981.0, -3650.0),
    "which divides a square in two places": (8291.0, -4272.0),
}


def test_one_that_comes_after_a_file_leaves_the_heat_as_it_was_there(new_file: Path, tmp_path: Path) -> None:
    """A hole, or another square, would tell to 200 m where somebody came; where many come it is seen."""
    rng = np.random.default_rng(3)
    town = [incident(tuple(rng.normal((8000, -4000), 500)), FEBRUARY[i % 27]) for i in range(200)]
    database = open_store(f"sqlite:///{shutil.copyfile(new_file, tmp_path / 'store.gpkg')}")
    before = county([*draw(60), *town])
    plant_targets(database, before)
    asked = Asked(Months.written("2024-02", "2024-02"), DAY, language="en")
    first = protect_meeting(database, before, asked)
    export(database, before, "2024-02", "2024-02", ending=".geojson")
    assert len(first.shown_blocks()) > 10
    for where, place in ONE.items():
        found = protect_meeting(database, county([*draw(60), *town, incident(place, FEBRUARY[3])]), asked)
        assert set(found.shown_blocks()) == set(first.shown_blocks()), where
        assert found.table.stood
    assert "stays as it was there" in " ".join(hidden_rules(make_deck(found, "1:0")))
    many = [incident((8290 + i, -4272 + i), FEBRUARY[i]) for i in range(2 * K)]
    found = protect_meeting(database, county([*draw(60), *town, *many]), asked)
    assert set(found.shown_blocks()) != set(first.shown_blocks())
    database.close()
