"""The sentence as a whole: what goes in, what comes out, and that nothing else matters."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from stage_data import FRAME, blob, incidents, targets

from geo_zhengzhi import schema
from geo_zhengzhi.errors import CorridorFolds, InvalidParameter, MissingColumn, StudyAreaTooWide
from geo_zhengzhi.model import AnalysisParameters
from geo_zhengzhi.pipeline import analyse

FIELD = shapely.box(0, 0, 400, 400)
LINE = shapely.LineString([(-3000, -2000), (0, -2000), (2500, -2600)])
TARGETS = targets(
    ("a", "residential_area", FIELD),
    ("b", "square", shapely.box(300, 0, 700, 400)),
    ("r", "railway_corridor", LINE, 300.0),
    ("t", "trade", shapely.Polygon()),
)
COARSE = AnalysisParameters(heat_cell_m=500)


def county(n=200, seed=0):
    """Hotspots in both overlapping areas, on the line, on the fence and on open ground, among background."""
    rng = np.random.default_rng(seed)
    centres = np.array([[200, 200], [350, 200], [400, 390], [-1000, -1950], [3000, 3000]])
    places = np.vstack([centres[rng.integers(0, 5, n)] + rng.normal(0, 30, (n, 2)), rng.uniform(-4000, 4000, (n, 2))])
    n = len(places)
    return incidents(
        np.round(places, -1),  # repeated places and exact ties
        category=rng.choice(["盗窃", "诈骗", "抢夺", "寻衅滋事"], n),
        weight=rng.choice([0.1, 1.0, 2.7], n),
        occurred_to=pd.Series(pd.Timestamp("2024-02-03 12:00", tz="Asia/Shanghai").as_unit("us"), index=range(n))
        + pd.to_timedelta(rng.integers(0, 9000, n), unit="s").as_unit("us"),
    )


def same(one, other):
    """Whether two results agree to the last bit, but for the order of the incidents."""
    for name in ("hotspots", "zones", "candidates"):
        assert_frame_equal(getattr(one, name), getattr(other, name))
        wkb = [shapely.to_wkb(np.asarray(getattr(r, name).geometry.array, object)).tolist() for r in (one, other)]
        assert wkb[0] == wkb[1]
    assert np.array_equal(one.surface.incidents_per_km2, other.surface.incidents_per_km2)
    assert (one.counts, one.data_version, one.eps_used_m) == (other.counts, other.data_version, other.eps_used_m)
    columns = [schema.INCIDENT_ID, schema.HOTSPOT_ID, schema.IS_CORE]
    frames = [
        pd.DataFrame(r.incidents)[columns].sort_values(schema.INCIDENT_ID, ignore_index=True) for r in (one, other)
    ]
    assert_frame_equal(*frames)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([None, "auto"]), st.booleans())
def test_the_order_of_the_file_changes_nothing(seed, eps_m, weighted):
    parameters = AnalysisParameters(eps_m=eps_m, weighted=weighted, heat_cell_m=500)
    frame = county(seed=seed)
    shuffled = frame.sample(frac=1, random_state=seed)
    same(analyse(frame, TARGETS, parameters), analyse(shuffled, TARGETS, parameters))


def test_the_order_of_the_targets_changes_nothing_but_positions():
    one = analyse(county(), TARGETS, COARSE)
    other = analyse(county(), TARGETS.iloc[::-1].reset_index(drop=True), COARSE)
    same(one, other)


def test_the_number_of_threads_changes_nothing():
    one, other = (analyse(county(), TARGETS, AnalysisParameters(heat_cell_m=500, n_threads=n)) for n in (1, 3))
    same(one, other)


def test_the_frames_given_are_left_as_they_were():
    frame, places = county(), TARGETS.copy()
    before = frame.copy(deep=True)
    result = analyse(frame, places, COARSE)
    assert_frame_equal(frame, before)
    assert places.geom_equals(TARGETS.geometry).all()
    assert result.targets is not places


def test_incidents_come_back_as_given_with_two_columns_more():
    frame = county().set_index(np.arange(400)[::-1] * 7).assign(note="x")
    result = analyse(frame, TARGETS, COARSE).incidents
    assert_frame_equal(result.drop(columns=[schema.HOTSPOT_ID, schema.IS_CORE]), frame)
    assert type(result) is pd.DataFrame
    assert result[schema.IS_CORE].dtype == bool


def test_a_geodataframe_gives_a_geodataframe_and_the_same_hotspots_in_any_crs():
    frame = county()
    points = gpd.points_from_xy(frame[schema.LONGITUDE], frame[schema.LATITUDE])
    plain = analyse(frame, TARGETS, COARSE)
    here = gpd.GeoDataFrame(frame.drop(columns=[schema.LONGITUDE, schema.LATITUDE]), geometry=points, crs="EPSG:4326")
    given = analyse(here, TARGETS, COARSE)
    assert isinstance(given.incidents, gpd.GeoDataFrame)
    same(plain, given)
    assert len(analyse(here.to_crs("EPSG:32650"), TARGETS, COARSE).hotspots) == len(plain.hotspots)
    with pytest.raises(MissingColumn, match="crs"):
        analyse(here.set_crs(None, allow_override=True), TARGETS, COARSE)


def test_every_incident_is_counted_once_at_each_stage():
    result = analyse(county(), TARGETS, COARSE)
    counts, inside = result.counts, result.assignments[result.assignments[schema.INSIDE]]
    assert counts["n_incidents"] == 400 == counts["n_assigned"] + counts["n_outside"]
    assert counts["n_incidents"] == counts["n_clustered"] + counts["n_noise"]
    assert counts["n_assigned"] == inside[schema.INCIDENT].nunique() < len(inside)  # some lie in two targets
    assert counts["n_clustered"] == (result.incidents[schema.HOTSPOT_ID] != "").sum()
    assert counts["n_core"] == result.incidents[schema.IS_CORE].sum()
    assert counts["n_hotspots"] == len(result.hotspots)
    assert counts["n_hotspots"] == counts["n_hotspots_in_targets"] + counts["n_hotspots_on_open_ground"]
    assert (counts["n_zones"], counts["n_candidates"]) == (len(result.zones), len(result.candidates))
    assert counts["n_in_candidates"] == result.candidates[schema.N_INCIDENTS].sum()
    assert counts["n_in_zones"] <= result.zones[schema.N_INCIDENTS].sum()


def test_members_bear_the_names_of_all_their_hotspots():
    result = analyse(county(), TARGETS, COARSE)
    names = result.incidents[schema.HOTSPOT_ID]
    told = names[names != ""].str.split(";").explode().value_counts()
    expected = result.hotspots.set_index(schema.HOTSPOT_ID)[schema.N_MEMBERS]
    assert told.to_dict() == expected.to_dict()
    assert names.str.contains(";").any()


def test_assignments_name_rows_of_the_frames_given():
    frame = county().sample(frac=1, random_state=5)
    result = analyse(frame, TARGETS, COARSE)
    inside = result.assignments[result.assignments[schema.INSIDE] & (result.assignments[schema.PART] == 0)]
    x, y = FRAME.to_metres(frame[schema.LONGITUDE], frame[schema.LATITUDE])
    field = shapely.transform(FIELD, lambda xy: xy)
    expected = np.flatnonzero(shapely.intersects_xy(field.buffer(0.001), x, y))
    assert set(np.flatnonzero(shapely.intersects_xy(field.buffer(-0.001), x, y))) <= set(inside[schema.INCIDENT])
    assert set(inside[schema.INCIDENT]) <= set(expected)


def test_everything_leaves_in_degrees():
    result = analyse(county(), TARGETS, COARSE)
    for frame in (result.hotspots, result.zones, result.candidates, result.targets):
        assert frame.crs == "EPSG:4326"
    assert result.hotspots.total_bounds == pytest.approx([117.4, 40, 117.4, 40], abs=0.1)
    assert result.hotspots.index.tolist() == list(range(len(result.hotspots)))


def test_the_frame_does_not_move_with_the_incidents():
    frame = county()
    whole, filtered = (analyse(rows, TARGETS, COARSE) for rows in (frame, frame.iloc[::3]))
    assert whole.frame_center == filtered.frame_center
    assert (whole.surface.west_m, whole.surface.south_m) == (filtered.surface.west_m, filtered.surface.south_m)
    assert whole.surface.incidents_per_km2.shape == filtered.surface.incidents_per_km2.shape
    assert analyse(frame, TARGETS, AnalysisParameters(frame_center=(117.0, 39.9))).frame_center == (117.0, 39.9)


def test_a_study_area_decides_the_frame_and_the_surface():
    area = shapely.box(117.0, 39.8, 117.4, 40.2)
    result = analyse(county(), TARGETS, COARSE, study_area=area)
    assert result.frame_center == (117.2, 40.0)
    n_rows, n_columns = result.surface.incidents_per_km2.shape
    assert n_rows * 500 == pytest.approx(0.4 * 111_000, rel=0.03)
    assert n_columns * 500 == pytest.approx(0.4 * 111_320 * np.cos(np.radians(40)), rel=0.03)


def test_a_wide_study_area_has_coarser_cells_of_a_whole_multiple():
    area = shapely.box(116.4, 39.0, 118.4, 41.0)
    surface = analyse(county(), TARGETS, AnalysisParameters(), study_area=area).surface
    assert surface.cell_m in (100.0, 150.0, 200.0)
    assert surface.incidents_per_km2.size <= 2_100_000


def test_a_study_area_that_does_not_fit_one_frame_is_refused():
    with pytest.raises(StudyAreaTooWide):
        analyse(county(), TARGETS, study_area=shapely.box(110, 38, 120, 42))


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("some_targets", [TARGETS, TARGETS.iloc[:0], TARGETS.iloc[3:]])
def test_hardly_any_incidents_and_no_targets_work(n, some_targets):
    result = analyse(county().iloc[:n], some_targets, COARSE)
    assert len(result.incidents) == result.counts["n_incidents"] == n
    for frame, columns in (
        (result.hotspots, schema.HOTSPOT_COLUMNS), (result.zones, schema.ZONE_COLUMNS),
        (result.candidates, schema.ZONE_COLUMNS),
    ):  # fmt: skip
        assert len(frame) == 0
        assert list(frame.columns) == list(columns)
        assert frame.crs == "EPSG:4326"


def test_without_targets_all_ground_is_open():
    result = analyse(county(), TARGETS.iloc[:0], COARSE)
    assert set(result.hotspots[schema.KIND]) == {"open_ground"}
    assert result.counts["n_outside"] == 400
    assert len(result.candidates) > 0


def test_very_many_incidents_on_one_place_are_one_hotspot():
    n = 100_000
    frame = incidents(np.tile([200.0, 200.0], (2, 1))).iloc[np.zeros(n, int)].reset_index(drop=True)
    result = analyse(frame, TARGETS, COARSE)
    assert result.hotspots[schema.N_INCIDENTS].tolist() == [n]
    assert result.hotspots[schema.AREA_KM2][0] == pytest.approx(np.pi * 30**2 / 1e6, rel=0.001)
    assert result.zones[schema.N_INCIDENTS].tolist() == [n]


def test_a_target_without_a_boundary_takes_no_incident_and_keeps_its_parameters():
    result = analyse(county(), TARGETS, COARSE)
    assert "t" not in set(result.hotspots[schema.PART_ID])
    assert result.eps_used_m["t"] == 100.0
    missing = TARGETS.copy()
    missing.loc[3, schema.GEOMETRY] = None
    assert analyse(county(), missing, COARSE).counts == result.counts


def test_an_invalid_polygon_is_mended():
    bow = shapely.Polygon([(0, 0), (400, 400), (400, 0), (0, 400)])
    result = analyse(incidents(blob((350, 200), 30, 10)), targets(("a", "residential_area", bow)), COARSE)
    assert result.hotspots[schema.N_INCIDENTS].tolist() == [30]


def test_the_data_version_follows_ids_content_and_targets_and_nothing_else():
    frame = county()
    version = analyse(frame, TARGETS, COARSE).data_version
    assert len(version) == 64
    assert analyse(frame.sample(frac=1, random_state=2), TARGETS.iloc[::-1], COARSE).data_version == version
    assert analyse(frame.assign(note=1), TARGETS, AnalysisParameters(eps_m=20)).data_version == version
    changed = [frame.assign(weight=frame[schema.WEIGHT] + (np.arange(400) == 7)), frame.iloc[1:]]
    changed.append(frame.assign(incident_id=[*frame[schema.INCIDENT_ID][1:], "Z"]))
    for other in changed:
        assert analyse(other, TARGETS, COARSE).data_version != version
    renamed = TARGETS.assign(name=["x", *TARGETS[schema.NAME][1:]])
    assert analyse(frame, renamed, COARSE).data_version != version
    assert analyse(frame, TARGETS.iloc[:3], COARSE).data_version != version


def test_parameters_and_radii_used_come_with_the_result():
    result = analyse(county(), TARGETS)
    assert result.parameters == AnalysisParameters()
    assert result.eps_used_m == {"a": 60.0, "b": 40.0, "r": 200.0, "t": 100.0, "open_ground": 150.0}
    automatic = analyse(county(), TARGETS, AnalysisParameters(eps_m="auto", heat_cell_m=500))
    assert set(automatic.hotspots[schema.EPS_M]) <= set(automatic.eps_used_m.values())


@pytest.mark.parametrize(
    ("frame", "some_targets", "error"),
    [
        (county().drop(columns=schema.CATEGORY), TARGETS, MissingColumn),
        (county().assign(longitude=np.nan), TARGETS, InvalidParameter),
        (county().assign(latitude=91.0), TARGETS, InvalidParameter),
        (county(), TARGETS.drop(columns=schema.NAME_EN), MissingColumn),
        (county(), TARGETS.assign(kind="castle"), InvalidParameter),
        (county(), TARGETS.assign(part_id="a"), InvalidParameter),
        (county(), TARGETS.set_geometry(TARGETS.representative_point()), InvalidParameter),
    ],
)
def test_what_no_stage_could_make_sense_of_is_refused(frame, some_targets, error):
    with pytest.raises(error):
        analyse(frame, some_targets)


@pytest.mark.parametrize(("half_width_m", "folds"), [(90.0, False), (300.0, True)])
def test_a_corridor_wider_than_its_bend_is_refused_with_the_widest_that_fits(half_width_m: float, folds: bool) -> None:
    turn = np.linspace(0, np.pi, 60)
    bend = shapely.LineString(np.column_stack([150 * np.sin(turn), 150 * np.cos(turn)]))
    listed = targets(("rail", "railway_corridor", bend, half_width_m))
    some = incidents(blob((150.0, 0.0), 12, 5.0))
    if folds:
        with pytest.raises(CorridorFolds, match="at most 1"):
            analyse(some, listed)
    else:
        assert len(analyse(some, listed).hotspots) == 1
