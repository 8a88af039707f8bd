"""Incidents, analyses, hotspots and zones through the interface."""

import json

import geopandas as gpd
import pytest
import shapely
from programs import Program, api_site, program, told_study
from sites import DEMONSTRATION, site_of
from studies import area, study_of

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.auditing import audit_head, read_log
from geo_zhengzhi.services.console.layers import layer_file
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.store.audit import Wanted

FEBRUARY = "from=2024-02-01&to=2024-02-29"


@pytest.fixture(scope="module")
def store(module_store):
    return module_store


@pytest.fixture(scope="module")
def study():
    return told_study()


@pytest.fixture(scope="module")
def app(store, study):
    return api_site(store, study)


@pytest.fixture(scope="module")
def planner(app, store):
    return program(app, store, "planner")


@pytest.fixture(scope="module")
def viewer(app, store):
    return program(app, store, "viewer")


# incidents


def test_incidents_are_geojson_that_gdal_reads_page_after_page(planner, study, tmp_path):
    seen, cursor = [], ""
    while cursor is not None:
        answer = planner.ask("GET", f"/incidents?reason=check&limit=20{cursor}")
        assert answer.mimetype == "application/geo+json"
        (tmp_path / "page.geojson").write_bytes(answer.data)
        seen.append(gpd.read_file(tmp_path / "page.geojson"))
        cursor = None if answer.json["next"] is None else f"&cursor={answer.json['next']}"
    assert [len(page) for page in seen] == [20, 20, 7]
    ids = [name for page in seen for name in page["id"]]
    assert sorted(ids) == sorted(study.incidents["incident_id"])
    assert seen[0].geometry.iloc[0].geom_type == "Point"


def test_incidents_are_filtered_by_days_category_and_box(planner):
    assert len(planner.get(f"/incidents?reason=check&{FEBRUARY}")["features"]) == 25
    fraud = planner.get("/incidents?reason=check&category=%E8%AF%88%E9%AA%97")["features"]
    assert len(fraud) == 7
    assert {feature["properties"]["category"] for feature in fraud} == {"诈骗"}
    west = planner.get("/incidents?reason=check&bbox=117.39,39.99,117.41,40.01&limit=1000")["features"]
    assert len(west) == 33
    assert planner.get("/incidents?reason=check&bbox=0,0,1,1")["features"] == []
    assert planner.get("/incidents?reason=check&from=2024-03-01")["features"][0]["properties"][
        "occurred_from"
    ].startswith("2024-03-31")


@pytest.mark.parametrize(
    "box",
    [
        "1,2,3",
        "1,2,3,4,5",
        "3,0,1,1",
        "0,1,1,0",
        "0,0,0,0",
        "-181,0,1,1",
        "0,0,1,91",
        "a,b,c,d",
        "nan,0,1,1",
        "1e1,0,20,1",
        "",
    ],
)
def test_a_box_that_is_none_is_refused(planner, box):
    assert planner.refused(422, "GET", f"/incidents?reason=check&bbox={box}")["errors"][0]["name"] == "bbox"


def test_a_period_that_ends_before_it_begins_is_refused(planner):
    for path in ("incidents?reason=check&", "hotspots?", "zones?", "situation?"):
        problem = planner.refused(422, "GET", f"/{path}from=2024-02-02&to=2024-02-01")
        assert problem["errors"][0]["name"] == "from – to"


def test_incidents_are_not_taken_without_a_reason(planner, store):
    before = read_log(store, SYSTEM, Wanted(action="incidents seen")).n
    for given in ("", "?reason=", "?reason=%20"):
        assert planner.refused(422, "GET", f"/incidents{given}")["errors"][0]["name"] == "reason"
    assert read_log(store, SYSTEM, Wanted(action="incidents seen")).n == before


def test_every_page_of_incidents_is_written_down_with_its_reason(planner, store):
    before = read_log(store, SYSTEM, Wanted(action="incidents seen")).n
    planner.get("/incidents?reason=check&limit=3")
    log = read_log(store, SYSTEM, Wanted(action="incidents seen"))
    assert log.n == before + 1
    detail = json.loads(log.records[0].detail)
    assert (log.records[0].who, detail["n"], detail["reason"]) == ("planner", 3, "check")


def test_a_category_of_hostile_words_is_refused_and_never_run(planner):
    problem = planner.refused(422, "GET", "/incidents?reason=check&category=%3Cscript%3E%7B0%7D%25s")
    assert "<script>{0}%s" in problem["detail"]


# analyses


def test_a_situation_tells_counts_changes_hotspots_and_zones(viewer):
    told = viewer.get(f"/situation?{FEBRUARY}")
    assert told["period"] == {"from": "2024-02-01", "to": "2024-02-29", "n_days": 29}
    assert told["earlier_period"] == {"from": "2023-02-01", "to": "2023-02-28", "n_days": 28}
    county = told["county"]
    assert (county["n_now"], county["n_before"], county["comparison"]["verdict"]) == (25, 20, "no_evidence")
    assert told["outside_targets"]["comparison"]["rate_ratio"] is None
    assert {row["target_id"]: row["change"]["n_now"] for row in told["targets"]} == {"武定苑": 12, "铁路": 7}
    assert [f["properties"]["n_incidents"] for f in told["hotspots"]["features"]] == [12, 7, 6]
    assert {f["properties"]["status"] for f in told["zones"]["features"]} == {"zone", "candidate"}
    assert told["simulated"] is True
    assert told["parameters"] == {"eps_m": None, "min_samples": None, "weighted": False, "zone_buffer_m": None}
    assert told["eps_used_m"]["open_ground"] == 150


def test_parameters_are_used_and_told(viewer):
    strict = viewer.get(f"/situation?{FEBRUARY}&min_samples=10&eps_m=25.5&zone_buffer_m=0&weighted=true")
    assert strict["parameters"] == {"eps_m": 25.5, "min_samples": 10, "weighted": True, "zone_buffer_m": 0}
    assert len(strict["hotspots"]["features"]) == 1
    assert viewer.get(f"/situation?{FEBRUARY}&eps_m=auto")["parameters"]["eps_m"] == "auto"


@pytest.mark.parametrize(
    "given",
    [
        "eps_m=0.99",
        "eps_m=5e-324",
        "eps_m=-1",
        "eps_m=100001",
        "eps_m=inf",
        "eps_m=nan",
        "eps_m=AUTO",
        "min_samples=0",
        "min_samples=2147483648",
        "zone_buffer_m=-0.1",
        "weighted=1",
        "kind=lake",
        "category=",
        "n_threads=64",
        "hours=22",
        "hours=-4",
    ],
)
def test_a_parameter_outside_its_bounds_is_refused(viewer, given):
    problem = viewer.refused(422, "GET", f"/situation?{given}")
    assert problem["errors"][0]["name"] == given.partition("=")[0]


def test_what_is_said_of_a_period_is_said_in_the_callers_language(viewer):
    path = "/situation?from=2024-03-01&to=2024-04-30"
    assert viewer.get(path)["notes"] == [
        "The data end on 2024-03-31, before this period does; its count may still grow."
    ]
    (chinese,) = viewer.get(path, Accept_Language="zh")["notes"]
    assert "2024-03-31" in chinese
    assert "data" not in chinese


def test_hotspots_and_zones_are_the_files_of_the_export(viewer, study):
    situation = assess(study, Query(study.opening_period))
    for layer in ("hotspots", "zones"):
        exported = json.loads(layer_file(situation, layer))["features"]
        answer = viewer.ask("GET", f"/{layer}?{FEBRUARY}")
        assert answer.mimetype == "application/geo+json"
        features = answer.json["features"]
        assert [f["properties"] for f in features] == [f["properties"] for f in exported]
        assert [f["geometry"] for f in features] == [f["geometry"] for f in exported]
        assert viewer.get(f"/{layer}") == answer.json
    assert [f["properties"]["kind"] for f in viewer.get("/zones?kind=railway_corridor")["features"]] == [
        "railway_corridor"
    ]


def test_a_saved_analysis_is_listed_and_its_layers_come_back_as_they_were(planner, viewer):
    body = {"from": "2024-02-01", "to": "2024-02-29", "min_samples": 6}
    viewer.refused(403, "POST", "/analyses", body)
    saved = planner.ask("POST", "/analyses", body)
    assert saved.status_code == 201
    number = saved.json["analysis_id"]
    assert saved.headers["Location"] == f"/api/v1/analyses/{number}"
    assert viewer.get(f"/analyses/{number}") == saved.json
    assert saved.json["parameters"]["min_samples"] == 6
    assert saved.json["period_to"].startswith("2024-02-29T16:00:00")
    assert planner.ask("POST", "/analyses", body).json["analysis_id"] == number
    other = planner.ask("POST", "/analyses", {"category": "诈骗"}).json["analysis_id"]
    first = viewer.get("/analyses?limit=1")
    rest = viewer.get(f"/analyses?limit=1&cursor={first['next']}")
    assert [first["items"][0]["analysis_id"], rest["items"][0]["analysis_id"]] == [other, number]
    for layer in ("hotspots", "zones"):
        fresh = viewer.get(f"/situation?{FEBRUARY}&min_samples=6")[layer]["features"]
        kept = viewer.get(f"/{layer}?analysis_id={number}")["features"]
        assert [f["id"] for f in kept] == [f["id"] for f in fresh]
        for one, other_one in zip(kept, fresh, strict=True):
            assert one["properties"]["n_incidents"] == other_one["properties"]["n_incidents"]
            shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in (one, other_one)]
            assert shapes[0].equals(shapes[1])


def test_an_analysis_that_is_not_there_is_404_and_one_beside_a_period_is_refused(viewer):
    viewer.refused(404, "GET", "/analyses/999")
    viewer.refused(404, "GET", "/hotspots?analysis_id=999")
    problem = viewer.refused(422, "GET", f"/zones?analysis_id=1&{FEBRUARY}")
    assert problem["errors"][0]["name"] == "analysis_id"


def test_without_incidents_there_is_a_conflict_and_no_fault(store):
    empty = site_of(store, study_of([], [area("a", 0, 0)]))
    viewer = program(empty, store, "viewer")
    assert viewer.refused(409, "GET", "/situation")["type"].endswith(":no-incidents")
    viewer.refused(409, "GET", "/hotspots")
    assert program(empty, store, "planner").get("/incidents?reason=check")["features"] == []


def test_the_demonstrations_visitor_sees_what_everybody_may_and_no_points(store, study):
    visitor = Program(site_of(store, study, DEMONSTRATION))
    assert len(visitor.get("/hotspots")["features"]) == 3
    assert visitor.get("/targets")["total"] == 2
    visitor.refused(401, "GET", "/incidents")
    visitor.refused(401, "POST", "/analyses", {})


# what leaves the site


def test_what_is_taken_carries_the_logs_head_and_is_written_down(planner, store):
    for path, action in (
        ("/hotspots", "export"),
        ("/zones", "export"),
        ("/incidents?reason=check&limit=1", "incidents seen"),
    ):
        answer = planner.ask("GET", path)
        assert answer.headers["X-Audit-Head"] == audit_head(store)
        assert read_log(store, SYSTEM, Wanted()).records[0].action == action
