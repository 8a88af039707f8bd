"""One row for every cluster: counts, extent, rank and name."""

import numpy as np
import pandas as pd
import pytest
import shapely
from stage_data import FRAME, NOON, ZONE, blob, located, parts

from geo_zhengzhi import schema
from geo_zhengzhi.assignment import assign
from geo_zhengzhi.clustering import cluster, halo_m
from geo_zhengzhi.crs import geodesic_area_km2
from geo_zhengzhi.hotspots import summarise_hotspots
from geo_zhengzhi.model import AnalysisParameters

SQUARE = shapely.box(0, 0, 200, 200)
STANDARD = AnalysisParameters(eps_m=50, min_samples=4)
LINE = shapely.LineString([(-1000, 0), (1000, 0)])


def hotspots_of(frame, targets, parameters=STANDARD):
    clusters = cluster(frame, targets, assign(frame, targets, halo_m(targets, parameters)), parameters)
    return summarise_hotspots(frame, targets, clusters, parameters, FRAME)


def times(*hours):
    return pd.DatetimeIndex([pd.Timestamp("2024-02-03", tz=ZONE) + pd.Timedelta(hours=h) for h in hours]).as_unit("us")


def test_a_hotspot_on_the_fence_counts_inside_and_is_outlined_whole():
    places = np.column_stack([170 + 10.0 * np.arange(8), np.full(8, 100.0)])
    row = hotspots_of(located(places), parts(("a", "square", SQUARE))).iloc[0]
    assert (row[schema.N_INCIDENTS], row[schema.N_MEMBERS]) == (4, 8)
    assert shapely.covers(row.geometry, shapely.points(places)).all()
    inside = FRAME.unproject(parts(("x", "square", row.geometry.intersection(SQUARE)))).geometry
    assert row[schema.AREA_KM2] == pytest.approx(geodesic_area_km2(inside)[0], rel=1e-9)
    assert row[schema.INCIDENTS_PER_KM2] == row[schema.N_INCIDENTS] / row[schema.AREA_KM2]


def test_a_hotspot_carries_its_target_and_open_ground_has_none():
    frame = located(np.vstack([blob((100, 100), 20, 5), blob((5000, 5000), 10, 5)]))
    found = hotspots_of(frame, parts(("a", "square", SQUARE)))
    columns = [schema.TARGET_ID, schema.PART_ID, schema.NAME, schema.NAME_EN, schema.KIND]
    assert found[columns].iloc[0].tolist() == ["target a", "a", "名 a", "name a", "square"]
    assert found[columns].iloc[1].tolist() == ["", "", "", "", "open_ground"]
    assert list(found.columns) == list(schema.HOTSPOT_COLUMNS)


def test_an_area_has_no_length_and_a_corridor_both():
    targets = parts(("a", "square", shapely.box(0, 3000, 200, 3200)), ("r", "railway_corridor", LINE, 300.0))
    found = hotspots_of(located(np.vstack([blob((100, 3100), 20, 5), blob((0, 50), 15, 5)])), targets)
    along = [schema.LENGTH_KM, schema.INCIDENTS_PER_KM, schema.FROM_M, schema.TO_M]
    assert found.loc[found[schema.KIND] == "square", along].isna().all(axis=None)
    assert found.loc[found[schema.KIND] == "railway_corridor", [*along, schema.AREA_KM2]].notna().all(axis=None)


def test_a_stretch_is_the_members_extent_and_half_an_eps_at_both_ends():
    places = np.column_stack([[-20.0, 0, 10, 40], [10.0, -20, 0, 5]])
    row = hotspots_of(located(places), parts(("r", "railway_corridor", LINE, 300.0))).iloc[0]
    assert (row[schema.FROM_M], row[schema.TO_M]) == pytest.approx((955.0, 1065.0))
    assert row[schema.LENGTH_KM] == pytest.approx(0.110, rel=1e-4)
    assert row[schema.INCIDENTS_PER_KM] == 4 / row[schema.LENGTH_KM]
    assert row.geometry.bounds == pytest.approx((-45, -45, 65, 45), abs=0.1)


def test_a_stretch_does_not_pass_the_lines_ends_nor_its_area_the_half_width():
    places = np.column_stack([[-1000.0, -995, -990, -985], [19.0, 20, -20, 0]])
    row = hotspots_of(located(places), parts(("r", "railway_corridor", LINE, 20.0))).iloc[0]
    assert (row[schema.FROM_M], row[schema.TO_M]) == pytest.approx((0.0, 40.0))
    assert row[schema.AREA_KM2] == pytest.approx(40 * 40 / 1e6, rel=1e-3)
    assert shapely.covers(row.geometry, shapely.points(places)).all()


def test_weight_ranks_before_density_and_density_before_position():
    places = np.vstack([blob((0, 0), 10, 12), blob((2000, 0), 10, 3), blob((-3000, 0), 9, 1)])
    weight = np.ones(29)
    found = hotspots_of(located(places, weight=weight), parts())
    assert shapely.get_x(found.geometry.centroid).round(-3).tolist() == [2000, 0, -3000]
    weight[-1] = 5.0
    found = hotspots_of(located(places, weight=weight), parts())
    assert shapely.get_x(found.geometry.centroid).round(-3).tolist() == [-3000, 2000, 0]
    assert found[schema.RANK].tolist() == [1, 2, 3]
    assert found[schema.WEIGHT].tolist() == [13.0, 10.0, 10.0]


def test_equal_hotspots_are_ranked_by_their_names_last():
    both = parts(("a", "square", SQUARE), ("b", "square", SQUARE))
    found = hotspots_of(located(blob((100, 100), 10, 5)), both)
    assert found[schema.HOTSPOT_ID].is_monotonic_increasing
    assert found[schema.HOTSPOT_ID].is_unique


def test_first_and_last_are_the_ends_of_the_intervals_inside():
    start, end = times(10, 12, 12, 11, 2), times(10, 12, 30, 11, 80)
    places = np.column_stack([[160.0, 170, 180, 190, 210], np.full(5, 100.0)])
    frame = located(places, occurred_from=start, occurred_to=end)
    row = hotspots_of(frame, parts(("a", "square", SQUARE))).iloc[0]
    assert (row[schema.FIRST_AT], row[schema.LAST_AT]) == (start[0], end[2])  # the last one is outside
    assert str(row[schema.FIRST_AT].tz) == ZONE


def test_top_categories_are_three_and_ties_go_by_name():
    names = ["抢夺", "盗窃", "盗窃", "诈骗", "诈骗", "a", "a", "b", "b"]
    row = hotspots_of(located(blob((100, 100), 9, 5), category=names), parts(("a", "square", SQUARE))).iloc[0]
    assert row[schema.TOP_CATEGORIES] == [("a", 2), ("b", 2), ("盗窃", 2)]


def test_peak_hours_are_local_and_shared_out_by_the_intervals():
    start, end = times(21, 22, 22.5, 23, 3), times(21, 22, 22.5, 23.5, 15)
    places = blob((100, 100), 5, 5)
    row = hotspots_of(located(places, occurred_from=start, occurred_to=end), parts(("a", "square", SQUARE))).iloc[0]
    assert row[schema.PEAK_HOURS] == (21, 0)
    elsewhere = AnalysisParameters(eps_m=50, min_samples=4, timezone="UTC")
    frame = located(places, occurred_from=start, occurred_to=end)
    assert hotspots_of(frame, parts(("a", "square", SQUARE)), elsewhere).iloc[0][schema.PEAK_HOURS] == (13, 16)


def test_days_without_a_time_have_no_peak_hours():
    start, end = times(0, 24, 48, 72), times(24, 48, 72, 96)
    frame = located(blob((100, 100), 4, 5), occurred_from=start, occurred_to=end)
    assert hotspots_of(frame, parts(("a", "square", SQUARE))).iloc[0][schema.PEAK_HOURS] is None


def test_a_name_follows_content_part_and_parameters_and_nothing_else():
    targets = parts(("a", "square", SQUARE))
    frame = located(blob((100, 100), 12, 5), category=["盗窃", "诈骗"] * 6)

    def name(rows, to=targets, parameters=STANDARD):
        return hotspots_of(rows, to, parameters)[schema.HOTSPOT_ID].tolist()

    again = frame.sample(frac=1, random_state=1).reset_index(drop=True)
    assert name(again) == name(frame)
    assert name(frame.assign(incident_id=[f"B{i}" for i in range(12)])) == name(frame)
    assert name(pd.concat([frame, located(blob((9000, 0), 3, 5))], ignore_index=True)) == name(frame)
    assert name(frame.assign(occurred_to=frame[schema.OCCURRED_TO].dt.tz_convert("UTC"))) == name(frame)
    different = [
        name(frame.iloc[1:].reset_index(drop=True)),
        name(frame.assign(category="盗窃")),
        name(frame.assign(occurred_to=NOON + pd.Timedelta(hours=1))),
        name(frame, parts(("b", "square", SQUARE))),
        name(frame, targets, AnalysisParameters(eps_m=51, min_samples=4)),
        name(frame, targets, AnalysisParameters(eps_m=50, min_samples=3)),
        name(frame, targets, AnalysisParameters(eps_m=50, min_samples=4, weighted=True)),
    ]
    assert len({tuple(names) for names in [*different, name(frame)]}) == 8


def test_what_made_a_core_point_is_recorded():
    row = hotspots_of(located(blob((100, 100), 12, 5)), parts(("a", "square", SQUARE)), AnalysisParameters()).iloc[0]
    assert (row[schema.EPS_M], row[schema.MIN_SAMPLES]) == (40.0, 5)


def test_no_clusters_give_a_frame_without_rows():
    found = hotspots_of(located(np.empty((0, 2))), parts(("a", "square", SQUARE)))
    assert len(found) == 0
    assert list(found.columns) == list(schema.HOTSPOT_COLUMNS)
    assert found.crs == FRAME.crs
