import hashlib
import json
import re
import runpy
import shutil
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_zhengzhi.crs import MetricFrame, geodesic_area_km2, geodesic_length_km
from geo_zhengzhi.errors import DemonstrationExists, FileMissing
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.schema import TARGET_COLUMNS
from geo_zhengzhi.services.studies.demonstration import FILES, build_demonstration
from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.settings import REPOSITORY, Settings

DATA = REPOSITORY / "data"
BOUNDARIES, INCIDENTS = DATA / "boundaries", DATA / "incidents"
SOURCES = REPOSITORY / "tests" / "data" / "jizhou"
FRAME = MetricFrame(117.4, 40.0)


def layer(name):
    return gpd.read_file(BOUNDARIES / f"{name}.geojson")


def hashes(directory):
    lines = (directory / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


@pytest.mark.parametrize("directory", [BOUNDARIES, INCIDENTS])
def test_every_data_file_has_its_hash_and_a_paragraph(directory):
    readme = (directory / "README.md").read_text(encoding="utf-8")
    files = {p.name for p in directory.iterdir()} - {"README.md", "SHA256SUMS"}
    assert files == set(hashes(directory))
    for name, digest in hashes(directory).items():
        assert hashlib.sha256((directory / name).read_bytes()).hexdigest() == digest
        assert name in readme
        assert digest in readme


@pytest.mark.parametrize("seed", [2024])
def test_the_same_seed_writes_the_committed_bytes_again(tmp_path, seed):
    build_demonstration(Settings(), seed=seed, directory=tmp_path)
    for path in INCIDENTS.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_writes_other_incidents_and_says_so(tmp_path):
    written = build_demonstration(Settings(), seed=5, directory=tmp_path)
    assert {path.name for path in written} == {*FILES, "SHA256SUMS", "README.md"}
    assert all(path.exists() for path in written)
    assert json.loads((tmp_path / "demo_incidents.json").read_text(encoding="utf-8"))["seed"] == 5
    assert "seed 5" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert (tmp_path / "demo_incidents.csv").read_bytes() != (INCIDENTS / "demo_incidents.csv").read_bytes()


def test_files_that_are_there_are_replaced_only_when_asked(tmp_path):
    (tmp_path / "demo_incidents.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(DemonstrationExists, match="--overwrite"):
        build_demonstration(Settings(), directory=tmp_path)
    assert (tmp_path / "demo_incidents.csv").read_text(encoding="utf-8") == "mine"
    build_demonstration(Settings(), directory=tmp_path, overwrite=True)
    assert (tmp_path / "demo_incidents.csv").read_text(encoding="utf-8").startswith("incident_id,")


def test_a_missing_boundary_file_is_named(tmp_path):
    with pytest.raises(FileMissing, match=r"targets\.geojson"):
        build_demonstration(replace(Settings(), data_dir=tmp_path))


def test_progress_runs_to_the_end(tmp_path):
    seen = []
    build_demonstration(Settings(), directory=tmp_path, progress=lambda stage, fraction: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_file_says_that_it_is_simulated_in_every_place_a_reader_looks():
    about = json.loads((INCIDENTS / "demo_incidents.json").read_text(encoding="utf-8"))
    assert about["simulated"] is True
    assert (about["datum"], about["timezone"]) == ("wgs84", "Asia/Shanghai")
    readme = (INCIDENTS / "README.md").read_text(encoding="utf-8")
    assert "模拟数据" in readme
    assert "made up" in readme


def test_the_incident_file_is_small_and_counts_as_its_description_says():
    path = INCIDENTS / "demo_incidents.csv"
    assert path.stat().st_size < 1_000_000
    rows = pd.read_csv(path)
    about = json.loads((INCIDENTS / "demo_incidents.json").read_text(encoding="utf-8"))
    assert len(rows) == about["n_incidents"]
    start, end = (
        pd.to_datetime(rows["occurred_from"], format="mixed"),
        pd.to_datetime(rows["occurred_to"], format="mixed"),
    )
    day_only = rows["occurred_from"].str.len() == 10
    assert 0 < day_only.mean() < 0.05
    middle = start + (end - start) / 2
    spring = middle.dt.month.isin([2, 3])
    assert [int((spring & (middle.dt.year == year)).sum()) for year in (2023, 2024)] == [262, 174]


def test_the_truth_beside_it_adds_up():
    truth = pd.read_csv(INCIDENTS / "planted_truth.csv", keep_default_na=False)
    members = pd.read_csv(INCIDENTS / "planted_members.csv")
    assert truth.set_index("planted_id")["n_incidents"].to_dict() == members["planted_id"].value_counts().to_dict()
    assert set(truth["kind"]) == set(layer("targets")["kind"]) | {""}
    points = gpd.read_file(INCIDENTS / "planted_truth.geojson")
    assert points["planted_id"].tolist() == truth["planted_id"].tolist()
    assert np.allclose(points.geometry.x, truth["longitude"])


def test_the_six_targets_of_2024_have_levels_units_and_say_that_they_are_illustrative():
    targets = layer("targets")
    assert tuple(targets.columns) == TARGET_COLUMNS
    assert targets["target_id"].nunique() == 6
    assert targets["part_id"].is_unique
    assert set(targets["kind"]) <= set(KINDS)
    assert set(targets["level"]) <= set(LEVELS)
    assert (targets["lead_unit"].str.len() > 3).all()
    assert targets["illustrative"].all()
    assert targets.is_valid.all()


def test_the_rail_target_has_three_parts_of_at_least_three_hundred_metres_to_a_side():
    rail = layer("targets").query("kind == 'railway_corridor'")
    assert len(rail) == 3
    assert rail["target_id"].nunique() == 1
    assert (rail["corridor_half_width_m"] >= 300).all()
    assert (rail.geom_type == "LineString").all()
    assert (geodesic_length_km(rail.geometry) > 20).all()


def test_illustrative_areas_have_plausible_sizes_and_do_not_overlap():
    areas = layer("targets").query("kind != 'railway_corridor'").set_index("kind")
    side_m = dict(zip(areas.index, 1000 * np.sqrt(geodesic_area_km2(areas.geometry)), strict=True))
    for kind, (low, high) in {
        "residential_area": (250, 400), "square": (120, 180), "village": (380, 550), "trade": (800, 1300),
    }.items():  # fmt: skip
        assert low < side_m[kind] < high
    for i in range(len(areas)):
        assert not areas.geometry.iloc[i].intersects(areas.geometry.iloc[i + 1 :].union_all())


def test_the_trade_has_an_area_of_its_own_in_the_county_town():
    trade = FRAME.project(layer("targets").query("kind == 'trade'")).geometry.iloc[0]
    [station] = FRAME.project(layer("stations").query("name == '蓟州北'")).geometry
    assert trade.distance(station) < 1500


def test_the_outline_is_coarse_says_so_and_has_the_countys_size():
    outline = layer("county_outline")
    assert shapely.get_num_coordinates(outline.geometry.iloc[0]) <= 60
    assert outline["note"].iloc[0] == "generalised, not authoritative"
    assert geodesic_area_km2(outline.geometry)[0] == pytest.approx(1590, rel=0.02)


def test_centre_lines_stay_near_the_ways_they_were_joined_from():
    ways = FRAME.project(gpd.read_file(SOURCES / "rail_ways_in_county.geojson"))
    railways = FRAME.project(layer("railways"))
    for name, lines in railways.groupby("name"):
        sources = ways.geometry[ways["project_corridor"] == name].union_all()
        assert shapely.hausdorff_distance(lines.union_all(), sources, densify=0.02) < 200


def test_the_seven_stations_of_the_county_have_both_names():
    stations = layer("stations")
    assert len(stations) == 7
    assert (stations["name"].str.len() > 0).all()
    assert stations["name_en"].str.fullmatch(r"[A-Za-z ]+").all()


def test_boundaries_can_be_made_again_from_their_sources(tmp_path, monkeypatch):
    tool = runpy.run_path(str(REPOSITORY / "tools" / "make_boundaries.py"))
    monkeypatch.setitem(tool["main"].__globals__, "OUT", tmp_path)
    tool["main"]()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in BOUNDARIES.iterdir()}
    for path in BOUNDARIES.glob("*.geojson"):
        again, kept = FRAME.project(gpd.read_file(tmp_path / path.name)), FRAME.project(gpd.read_file(path))
        pd.testing.assert_frame_equal(pd.DataFrame(again.drop(columns="geometry")), kept.drop(columns="geometry"))
        # Centre lines may move by metres when the joining of tracks is improved.
        assert shapely.hausdorff_distance(again.geometry.array, kept.geometry.array, densify=0.05).max() < 20


def test_boundaries_name_their_licences():
    readme = (BOUNDARIES / "README.md").read_text(encoding="utf-8")
    for words in ("OpenStreetMap contributors", "ODbL", "generalised, not authoritative", "illustrative"):
        assert words in readme
    assert not re.search(r"\{[a-z_.]+\}", readme)


def test_a_copy_of_the_data_folder_builds_elsewhere(tmp_path):
    shutil.copytree(BOUNDARIES, tmp_path / "boundaries")
    written = build_demonstration(replace(Settings(), data_dir=tmp_path))
    assert written[0] == tmp_path / "incidents" / "demo_incidents.csv"
    assert written[0].read_bytes() == (INCIDENTS / "demo_incidents.csv").read_bytes()


def test_every_incident_is_read_and_kept_by_the_products_own_door():
    study = open_demonstration(Settings())
    assert study.simulated
    report = study.report
    about = json.loads((INCIDENTS / "demo_incidents.json").read_text(encoding="utf-8"))
    assert (report.n_read, report.n_kept, report.n_rejected) == (about["n_incidents"], about["n_incidents"], 0)
    spring = study.midpoints.dt.month.isin([2, 3])
    assert [int((spring & (study.midpoints.dt.year == year)).sum()) for year in (2023, 2024)] == [262, 174]
    length = study.incidents["occurred_to"] - study.incidents["occurred_from"]
    day_only = pd.read_csv(INCIDENTS / "demo_incidents.csv")["occurred_from"].str.len() == 10
    assert (length == pd.Timedelta(days=1)).sum() == day_only.sum() > 0
