"""The half-yearly screening: what is ranked, how it is counted, and what listing a place makes of it."""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from accounts import PLANNER
from registers import make_register
from sqlalchemy import select
from studies import ZONE, area, corridor, frame_of, many, study_of

from geo_zhengzhi.errors import InvalidParameter, NoIncidents, NotAllowed, PersonalText, PlaceListed, PlaceUnknown
from geo_zhengzhi.io.areas import AREA_COLUMNS, AREA_ID
from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.schema import CORRIDOR_HALF_WIDTH_M
from geo_zhengzhi.services.console.place_counts import count_in_places
from geo_zhengzhi.services.register.counts import count_register
from geo_zhengzhi.services.register.entries import take_step
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.services.screening.half_years import HalfYear, last_whole_half, parse_half
from geo_zhengzhi.services.screening.listing import list_place
from geo_zhengzhi.services.screening.ranking import check_least, screen
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made
from geo_zhengzhi.store.tables import audit_log
from tests.stores import ON_SQLITE
from tests.studies import FRAME, days

TODAY = date(2024, 7, 10)
HALF = HalfYear(2024, 1)
EDGE = 400.0  # of the villages, metres


def supplied(*rows: tuple[str, str, float, float], **said: object) -> gpd.GeoDataFrame:
    """Square villages by number, name and south-western corner, metres."""
    found = []
    for number, name, west, south in rows:
        part = area(number, west, south, EDGE)
        found.append(
            {AREA_ID: number, "name": name, "name_en": "", "kind": "village", "level": "", "lead_unit": "",
             "illustrative": False, "geometry": part["geometry"], **said}
        )  # fmt: skip
    return gpd.GeoDataFrame(found, columns=list(AREA_COLUMNS), geometry="geometry", crs="EPSG:4326")


VILLAGES = (("V-1", "东庄", 0, 0), ("V-2", "西庄", -2000, 0), ("V-3", "北庄", 0, 3000))


def county(**fields: object) -> Study:
    """Three villages: the first rises, the second falls, the third has little; far off is a hotspot too."""
    incidents = [
        *many(24, (100, 100), "2024-02-01"), *many(8, (100, 100), "2023-08-01"), *many(11, (100, 100), "2023-02-01"),
        *many(12, (-1900, 100), "2024-03-01"), *many(30, (-1900, 100), "2023-03-01"),
        *many(2, (100, 3100), "2024-04-01"), *many(9, (5000, 5000), "2024-02-01"),
        *many(1, (9000, 9000), "2023-01-01"), *many(1, (9000, 9000), "2024-06-30"),
    ]  # fmt: skip
    return study_of(incidents, [], **{"areas": supplied(*VILLAGES), **fields})


def number_of(store: Database, study: Study, name: str, half: HalfYear = HALF) -> int:
    """How many incidents a place has."""
    return next(row.n for row in screen(store, study, half).rows if row.place.name == name)


def seeded(store: Database, name: str, stage: str, **fields: object) -> None:
    """A register with one village in a stage."""
    given = {"target_id": "T-1", "kind": "village", "level": "county", "year": 2024, "stage_since": date(2024, 1, 5)}
    part = fields.pop("part", None)
    entry = Entry(**{**given, "name": name, "stage": stage, **fields})
    parts = () if part is None else (Boundary("T-1", "T-1", 1, part, None, Made.now("system")),)
    seed_register(store, [Seed(entry, (), parts)], reason="test", today=TODAY)


# half-years


def test_half_years_follow_each_other_over_the_turn_of_the_year() -> None:
    assert [str(HALF.moved(steps)) for steps in (-2, -1, 0, 1, 2)] == ["2023-1", "2023-2", "2024-1", "2024-2", "2025-1"]
    assert (HALF.period(ZONE).first_day, HALF.period(ZONE).last_day) == (date(2024, 1, 1), date(2024, 6, 30))


@pytest.mark.parametrize("text", ["2024", "2024-0", "2024-3", "1900-1", "9999-1", "２０２４-1", "2024-1 ", "-2024-1"])
def test_what_is_no_half_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter):
        parse_half(text)


@pytest.mark.parametrize(
    ("first", "last", "half"),
    [
        ("2022-01-01", "2024-06-30", "2024-1"), ("2022-01-01", "2024-06-29", "2023-2"),
        ("2022-01-01", "2024-12-31", "2024-2"), ("2024-01-02", "2024-06-29", "2024-1"),
    ],
)  # fmt: skip
def test_the_default_is_the_last_half_year_that_the_data_cover_whole(first: str, last: str, half: str) -> None:
    assert str(last_whole_half(days(first, last))) == half


# counting


def test_counts_of_a_thousand_places_equal_those_of_one_at_a_time() -> None:
    rng = np.random.default_rng(3)
    places = [(float(x), float(y)) for x, y in rng.uniform(-3000, 3000, (300, 2))]
    study = study_of([row for place in places for row in many(1, place, "2024-02-01")], [])
    frame = gpd.GeoDataFrame(
        [area(f"P{i}", *rng.uniform(-3000, 2000, 2), side=float(rng.uniform(50, 900))) for i in range(1000)],
        geometry="geometry", crs="EPSG:4326",
    )  # fmt: skip
    found = count_in_places(study, frame, np.arange(1000), 1000, [days("2024-01-01", "2024-06-30")])
    points = shapely.points(*FRAME.to_metres(study.incidents["longitude"].to_numpy(), study.incidents["latitude"]))
    shapes = FRAME.project(frame).geometry
    assert found[:, 0].tolist() == [int(shapely.intersects(shape, points).sum()) for shape in shapes]


def test_an_edge_belongs_to_its_place_and_a_half_width_to_its_corridor() -> None:
    lon, lat = FRAME.to_degrees([0.0], [0.0])
    on_corner = [{**many(1, (0, 0), "2024-02-01")[0], "longitude": lon[0], "latitude": lat[0]}]
    study = study_of(on_corner, [])
    corner = shapely.box(lon[0], lat[0], lon[0] + 0.01, lat[0] + 0.01)
    frame = gpd.GeoDataFrame({CORRIDOR_HALF_WIDTH_M: [np.nan]}, geometry=[corner], crs="EPSG:4326")
    half = [days("2024-01-01", "2024-06-30")]
    assert count_in_places(study, frame, [0], 1, half).tolist() == [[1]]
    lines = gpd.GeoDataFrame([corridor("L", (-500, 300), (500, 300)), corridor("M", (-500, 301), (500, 301))],
                             geometry="geometry", crs="EPSG:4326")  # fmt: skip
    assert count_in_places(study, lines, [0, 1], 2, half)[1].tolist() == [0]


def test_an_incident_in_two_parts_of_a_place_counts_once_and_in_overlapping_periods_in_each() -> None:
    study = study_of(many(5, (100, 100), "2024-02-01"), [])
    frame = gpd.GeoDataFrame([area("a", 0, 0), area("b", 50, 50)], geometry="geometry", crs="EPSG:4326")
    periods = [days("2024-01-01", "2024-06-30"), days("2024-02-03", "2024-02-29")]
    assert count_in_places(study, frame, [0, 0], 1, periods).tolist() == [[5, 3]]
    assert count_in_places(study, frame, [0, 1], 2, []).shape == (2, 0)


def test_no_incident_and_no_place_are_no_fault() -> None:
    study = study_of(many(1, (0, 0), "2024-02-01"), [])
    nothing = gpd.GeoDataFrame({CORRIDOR_HALF_WIDTH_M: []}, geometry=[], crs="EPSG:4326")
    assert count_in_places(study, nothing, [], 0, [days("2024-01-01", "2024-06-30")]).shape == (0, 1)


# ranking


def test_every_village_and_candidate_is_ranked_with_both_earlier_half_years(store: Database) -> None:
    found = screen(store, county(), HALF)
    told = [(row.rank, row.place.name, row.n, row.before.n_before, row.last_year.n_before) for row in found.rows]
    assert told == [
        (1, "拟列 2024-1-1 · 东庄", 24, 8, 11), (2, "东庄", 24, 8, 11),  # as many in less ground stand before
        (3, "拟列 2024-1-2 · 西庄", 12, 0, 30), (4, "西庄", 12, 0, 30),
        (5, "拟列 2024-1-3", 9, 0, 0), (6, "北庄", 2, 0, 0),
    ]  # fmt: skip
    assert found.n_county == 48
    first, second = found.rows[1], found.rows[3]
    assert (first.last_year.comparison.verdict, second.last_year.comparison.verdict) == ("worse", "improved")
    assert first.before.comparison.percent is None, "the earlier count is below ten"
    assert first.last_year.comparison.percent == pytest.approx(118.18, abs=0.01)
    assert first.incidents_per_km2 == pytest.approx(24 / 0.16, rel=0.01)


@ON_SQLITE
def test_the_threshold_marks_what_reaches_it_and_must_be_possible(store: Database) -> None:
    found = screen(store, county(), HALF)
    assert [found.n_marked(least) for least in (1, 2, 3, 12, 13, 24, 25)] == [6, 6, 5, 4, 2, 2, 0]
    for given in (0, -1, "x", 100_001):
        with pytest.raises(InvalidParameter):
            check_least(given)


@ON_SQLITE
def test_a_half_year_that_the_data_do_not_cover_is_not_compared_with(store: Database) -> None:
    found = screen(store, county(), HalfYear(2023, 1))
    assert (found.before, found.last_year) == (None, None)
    assert {row.before.comparison for row in found.rows} == {None}
    assert screen(store, county(), HalfYear(2024, 2)).ends_within


@ON_SQLITE
def test_without_any_incident_there_is_nothing_to_screen(store: Database) -> None:
    with pytest.raises(NoIncidents):
        screen(store, study_of([], []))


@ON_SQLITE
def test_candidates_are_called_after_the_area_that_holds_most_of_them(store: Database) -> None:
    around = supplied(*VILLAGES, ("V-9", "南庄", 4800, 4800))
    names = [row.place.name for row in screen(store, county(areas=around), HALF).rows]
    assert "拟列 2024-1-3 · 南庄" in names


# what the register has already


@pytest.mark.parametrize("stage", ["screened", "listed", "treatment"])
@ON_SQLITE
def test_a_village_of_the_registers_is_ranked_once_and_says_its_state(store: Database, stage: str) -> None:
    study = county()
    seeded(store, "东庄", stage, part=study.areas.geometry[0])
    rows = [row for row in screen(store, study, HALF).rows if row.place.name == "东庄"]
    assert [(row.n, row.place.source, row.place.standing.stage) for row in rows] == [(24, "target", stage)]


@pytest.mark.parametrize(
    ("name", "fields", "is_known"),
    [
        ("东庄", {}, True),  # by name, with no boundary to contradict
        ("东 庄", {}, True),
        ("东庄", {"kind": "square"}, False),
        ("他处", {"target_id": "V-1"}, True),  # by number
        ("他处", {}, False),
    ],
)
@ON_SQLITE
def test_an_area_is_known_by_number_or_by_name_and_kind(
    store: Database, name: str, fields: dict[str, object], is_known: bool
) -> None:
    seeded(store, name, "accepted", **fields)
    [row] = [row for row in screen(store, county(), HALF).rows if row.place.name == "东庄"]
    assert (row.place.standing is not None) is is_known


@pytest.mark.parametrize(("shift_m", "is_known"), [(0, True), (130, True), (140, False), (1000, False)])
@ON_SQLITE
def test_an_area_is_known_by_half_of_the_common_ground(store: Database, shift_m: float, is_known: bool) -> None:
    seeded(store, "他处", "delisted", part=area("x", shift_m, 0, EDGE)["geometry"])
    [row] = [row for row in screen(store, county(), HALF).rows if row.place.name == "东庄"]
    assert (row.place.standing is not None) is is_known


@ON_SQLITE
def test_a_namesake_in_another_town_is_another_village(store: Database) -> None:
    seeded(store, "东庄", "delisted", part=area("x", 9000, 9000, EDGE)["geometry"])
    [row] = [row for row in screen(store, county(), HALF).rows if row.place.name == "东庄"]
    assert row.place.standing is None


# listing


def test_listing_makes_an_entry_in_the_state_screened_with_the_outline_as_first_version(store: Database) -> None:
    study = county(areas=supplied(*VILLAGES, level="county", illustrative=True))
    made = list_place(store, study, HALF, "area:V-1", actor=PLANNER, today=TODAY)
    shown, past = entry(store, made.target_id), history(store, made.target_id)
    assert (shown.entry.name, shown.entry.stage, shown.entry.stage_since) == ("东庄", "screened", TODAY)
    assert (shown.entry.year, shown.entry.level, shown.entry.kind) == (2024, "county", "village")
    [part] = shown.parts
    assert (part.version, part.illustrative) == (1, True)
    assert part.geometry.equals(study.areas.geometry[0])
    assert [(was.version, was.made.by) for was in past.boundaries] == [(1, PLANNER.name)]
    assert "24 起" in past.boundaries[0].made.reason
    assert [(step.from_stage, step.to_stage) for step in past.steps] == [(None, "screened")]
    with store.read() as connection:
        rows = connection.execute(select(audit_log.c.who, audit_log.c.action, audit_log.c.object)).all()
    assert [tuple(row) for row in rows] == [(PLANNER.name, "screen", f"target {made.target_id}")]


def test_a_listed_place_says_so_and_is_not_listed_twice(store: Database) -> None:
    study = county()
    made = list_place(store, study, HALF, "area:V-1", actor=PLANNER, today=TODAY)
    [row] = [row for row in screen(store, study, HALF).rows if row.place.name == "东庄"]
    assert (row.place.standing.target_id, row.place.standing.stage, row.n) == (made.target_id, "screened", 24)
    for key, refusal in (("area:V-1", PlaceUnknown), (f"target:{made.target_id}", PlaceListed)):
        with pytest.raises(refusal):
            list_place(store, study, HALF, key, actor=PLANNER, today=TODAY)
    take_step(store, made.target_id, "listed", TODAY, "政法委", "", version=1, actor=PLANNER, today=TODAY)
    [row] = [row for row in screen(store, study, HALF).rows if row.place.name == "东庄"]
    assert row.place.standing.stage == "listed"


def test_a_candidate_is_listed_with_its_shape_and_then_ranked_as_a_target(store: Database) -> None:
    study = county()
    row = next(row for row in screen(store, study, HALF).rows if row.place.name == "拟列 2024-1-3")
    made = list_place(store, study, HALF, row.place.key, actor=PLANNER, today=TODAY)
    assert entry(store, made.target_id).parts[0].geometry.equals(row.place.geometry)
    [after] = [other for other in screen(store, study, HALF).rows if other.place.name == row.place.name]
    assert (after.n, after.place.source) == (row.n, "target")


@ON_SQLITE
def test_a_delisted_village_can_be_listed_anew(store: Database) -> None:
    study = county()
    seeded(store, "东庄", "delisted", year=2020, part=study.areas.geometry[0])
    made = list_place(store, study, HALF, "area:V-1", actor=PLANNER, today=TODAY)
    assert (made.target_id != "T-1", entry(store, "T-1").entry.stage) == (True, "delisted")


def test_two_villages_of_one_name_are_listed_under_two_numbers(store: Database) -> None:
    study = county(areas=supplied(("V-1", "李庄", 0, 0), ("V-2", "李庄", -2000, 0)))
    made = {list_place(store, study, HALF, f"area:V-{i}", actor=PLANNER, today=TODAY).target_id for i in (1, 2)}
    assert len(made) == 2


@pytest.mark.parametrize("role", ["viewer", "importer", "administrator", "auditor"])
@ON_SQLITE
def test_only_a_planner_lists(store: Database, role: str) -> None:
    with pytest.raises(NotAllowed):
        list_place(store, county(), HALF, "area:V-1", actor=Actor("某人", role), today=TODAY)
    assert [row.place.standing for row in screen(store, county(), HALF).rows] == [None] * 6


@ON_SQLITE
def test_a_refused_name_leaves_nothing_behind(store: Database) -> None:
    study = county(areas=supplied(("V-1", "电话 13912345678", 0, 0)))
    with pytest.raises(PersonalText):
        list_place(store, study, HALF, "area:V-1", actor=PLANNER, today=TODAY)
    assert count_register(store, study, days("2024-01-01", "2024-06-30")).changes == {}


# the register's counts


@ON_SQLITE
def test_the_whole_register_of_eleven_years_is_counted_as_each_of_it_is(store: Database) -> None:
    seeds = make_register()
    seed_register(store, seeds, reason="test", today=date(2026, 2, 2))
    rng = np.random.default_rng(5)
    study = study_of(many(40, (0, 0), "2024-02-01"), [])
    spread = study.incidents.assign(longitude=rng.uniform(117.2, 117.6, 40), latitude=rng.uniform(39.9, 40.2, 40))
    study = replace(study, incidents=spread)
    found = count_register(store, study, days("2024-01-01", "2024-06-30")).changes
    points = shapely.points(spread["longitude"], spread["latitude"])
    squares = [seed for seed in seeds if seed.parts and seed.entry.kind not in ("railway_corridor", "trade")]
    for seed in squares:
        expected = int(shapely.intersects(seed.parts[0].geometry, points).sum())
        assert found[seed.entry.target_id].n_now == expected
    undrawn = [seed for seed in seeds if not seed.parts and seed.entry.kind != "trade"]
    assert not {seed.entry.target_id for seed in undrawn} & found.keys()


def test_a_boundary_that_changes_is_counted_anew(store: Database) -> None:
    study = replace(county(), incidents=frame_of(many(7, (100, 100), "2024-02-01")))
    period = days("2024-01-01", "2024-06-30")
    assert count_register(store, study, period).changes == {}
    seeded(store, "东庄", "listed", part=study.areas.geometry[0])
    assert count_register(store, study, period).changes["T-1"].n_now == 7
