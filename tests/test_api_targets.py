"""The register through the interface, on both engines: entries, steps, boundaries, versions; two writers at once."""

import itertools

import pytest
from programs import PLANNER, SQUARE, api_site, entry, program
from shapely.geometry import mapping

from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.services.register.views import history

NEW = {
    "target_id": "2026-003", "name": "三轮车行业", "kind": "trade", "level": "county", "year": 2026,
    "stage": "screened", "stage_since": "2026-01-10", "measures": {"police": "上路检查"}, "works_in": "county",
}  # fmt: skip
NUMBERS = itertools.count()
WITHOUT_END = [[117.40, 40.0], [117.41, 40.0], [117.41, 40.01], [117.40, 40.01]]


@pytest.fixture
def app(store):
    return api_site(store)


@pytest.fixture
def planner(app, store):
    return program(app, store, "planner")


@pytest.fixture
def viewer(app, store):
    return program(app, store, "viewer")


@pytest.fixture(scope="module")
def one_site(module_store):
    """A planner of a site that is shared by tests that only refuse, or add."""
    return program(api_site(module_store), module_store, "planner")


def boundary(geometry=SQUARE, **more):
    return {"geometry": mapping(geometry), "reason": "测绘后修正", **more}


# entries


def test_the_list_is_filtered_sorted_and_paged(viewer, store):
    for n in range(3, 8):
        add_entry(store, entry(f"T-{n}", level="township", year=2024), actor=PLANNER)
    found = viewer.get("/targets?sort=target_id&descending=false&limit=3")
    assert [row["target_id"] for row in found["items"]] == ["T-1", "T-2", "T-3"]
    assert (found["total"], found["page"]) == (7, 1)
    assert [row["n_parts"] for row in found["items"]] == [1, 0, 0]
    last = viewer.get("/targets?sort=target_id&descending=false&limit=3&page=3")
    assert [row["target_id"] for row in last["items"]] == ["T-7"]
    assert viewer.get("/targets?limit=3&page=4")["items"] == []
    assert viewer.get("/targets?level=township")["total"] == 5
    assert viewer.get("/targets?year=2025&kind=village")["items"][0]["target_id"] == "T-2"
    assert viewer.get("/targets?text=%E6%AD%A6%E5%AE%9A")["total"] == 1
    assert viewer.get("/targets?overdue=true")["total"] == 0


def test_a_new_entry_is_at_its_address_with_its_etag(planner, viewer):
    made = planner.ask("POST", "/targets", NEW)
    assert made.status_code == 201
    assert made.headers["Location"] == "/api/v1/targets/2026-003"
    assert made.headers["ETag"] == '"1"'
    read = viewer.ask("GET", "/targets/2026-003")
    assert read.json == made.json
    assert read.headers["ETag"] == '"1"'
    told = {name: read.json[name] for name in NEW}
    assert told == NEW
    assert read.json["next_stages"] == ["listed"]
    assert (read.json["version"], read.json["made_by"], read.json["deadline"]) == (1, "planner", None)
    assert viewer.ask("GET", "/targets/2026-003", If_None_Match='"1"').status_code == 304
    assert viewer.ask("GET", "/targets/2026-003", If_None_Match='"2"').status_code == 200
    assert [step["to_stage"] for step in viewer.get("/targets/2026-003/steps")["items"]] == ["screened"]


def test_a_number_that_is_taken_is_a_conflict(planner):
    assert planner.refused(409, "POST", "/targets", NEW | {"target_id": "T-1"})["type"].endswith(":entry-exists")


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("year", 1999, 422), ("year", 2000, 201), ("year", 2099, 201), ("year", 2100, 422), ("year", 2026.5, 422),
        ("year", 2026.0, 201), ("year", True, 422), ("year", "2026", 422), ("year", 10**400, 422),
        ("stage_since", "2999-01-01", 422), ("stage_since", "0000-00-00", 422), ("target_id", "../etc", 422),
        ("target_id", "a" * 64, 201), ("target_id", "a" * 65, 422), ("target_id", "a\u202eb", 422),
        ("kind", "lake", 422), ("measures", {"police": "x", "magic": "y"}, 422), ("measures", {"police": 1}, 422),
        ("measures", [], 422), ("notes", "联系人 13812345678", 422), ("works_in", "T-1", 201),
        ("works_in", "T-9", 422), ("works_in", None, 201), ("version", 7, 422), ("made_by", "somebody", 422),
    ],
)  # fmt: skip
def test_a_field_takes_what_it_may_and_nothing_else(one_site, field, value, status):
    other = {"target_id": f"N-{next(NUMBERS)}"}
    answer = one_site.ask("POST", "/targets", NEW | other | {field: value})
    assert answer.status_code == status, answer.json


def test_a_change_needs_the_version_that_was_seen(planner):
    change = {"lead_unit": "城关派出所", "reason": "调整分工"}
    for given in ({}, {"If_Match": "*"}, {"If_Match": '"1", "2"'}, {"If_Match": "1"}, {"If_Match": ""}):
        problem = planner.refused(428, "PATCH", "/targets/T-1", change, **given)
        assert "ETag" in problem["detail"]
    done = planner.ask("PATCH", "/targets/T-1", change, If_Match='"1"')
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    assert (done.json["lead_unit"], done.json["measures"]) == ("城关派出所", {"patrols": "每日两次"})


@pytest.mark.parametrize("tag", ['"1"', '"9"', 'W/"2"', '"x"', '"99999999999999999999"'])
def test_the_second_of_two_writers_is_told_sees_both_and_loses_nothing(planner, viewer, tag):
    planner.ask("PATCH", "/targets/T-1", {"lead_unit": "甲", "reason": "first"}, If_Match='"1"')
    mine = {"lead_unit": "乙", "deadline": "2026-12-31", "reason": "second"}
    conflict = planner.refused(412, "PATCH", "/targets/T-1", mine, If_Match=tag)
    assert conflict["type"].endswith(":version-conflict")
    assert conflict["version"] == 2
    assert conflict["stored"] == viewer.get("/targets/T-1")
    assert conflict["stored"]["lead_unit"] == "甲"
    assert conflict["given"] == {"lead_unit": "乙", "deadline": "2026-12-31"}
    again = planner.ask("PATCH", "/targets/T-1", mine, If_Match=f'"{conflict["version"]}"')
    assert again.json["lead_unit"] == "乙"


def test_a_change_of_nothing_but_the_reason_keeps_the_version(planner):
    done = planner.ask("PATCH", "/targets/T-1", {"reason": "looked through"}, If_Match='"1"')
    assert (done.status_code, done.json["version"]) == (200, 1)


def test_what_is_not_there_is_404(one_site):
    one_site.refused(404, "GET", "/targets/T-9")
    one_site.refused(404, "PATCH", "/targets/T-9", {"reason": "x"}, If_Match='"1"')
    one_site.refused(404, "GET", "/targets/%00")
    one_site.refused(404, "GET", "/targets/T-1/parts/T-9")
    one_site.refused(404, "PUT", "/targets/T-2/parts/T-1", boundary(), If_Match='"2"')
    one_site.refused(404, "GET", "/targets/T-2/parts/T-1/versions")
    one_site.refused(404, "GET", "/targets/T-1/versions/9")
    one_site.refused(404, "GET", "/targets/T-1/parts/T-1/versions/9")
    one_site.refused(404, "POST", "/targets/T-2/parts/T-1/versions/1/restore", {"reason": "x"}, If_Match='"2"')


def test_who_may_only_see_changes_nothing(viewer):
    viewer.refused(403, "POST", "/targets", NEW)
    viewer.refused(403, "PATCH", "/targets/T-1", {"reason": "x"}, If_Match='"1"')
    viewer.refused(403, "PUT", "/targets/T-1/parts/T-1", boundary(), If_Match='"2"')


# steps


def test_a_step_moves_a_target_and_an_illegal_one_names_those_that_are_allowed(planner, viewer):
    step = {"to_stage": "treatment", "step_date": "2026-01-20", "unit": "县专班"}
    illegal = planner.refused(409, "POST", "/targets/T-1/steps", step | {"to_stage": "delisted"}, If_Match='"1"')
    assert "allowed next: under treatment" in illegal["detail"]
    done = planner.ask("POST", "/targets/T-1/steps", step, If_Match='"1"')
    assert (done.status_code, done.json["stage"], done.headers["ETag"]) == (200, "treatment", '"2"')
    steps = viewer.get("/targets/T-1/steps")["items"]
    assert [(s["from_stage"], s["to_stage"], s["step_date"]) for s in steps] == [
        (None, "listed", "2026-01-05"),
        ("listed", "treatment", "2026-01-20"),
    ]
    conflict = planner.refused(412, "POST", "/targets/T-1/steps", step, If_Match='"1"')
    assert conflict["given"] == step | {"note": ""}
    assert conflict["stored"]["stage"] == "treatment"
    early = step | {"to_stage": "accepted", "step_date": "2026-01-19"}
    planner.refused(422, "POST", "/targets/T-1/steps", early, If_Match='"2"')


def test_histories_go_on_with_a_cursor(planner, viewer):
    for version in range(1, 4):
        planner.ask("PATCH", "/targets/T-1", {"notes": f"{version}", "reason": "note"}, If_Match=f'"{version}"')
    first = viewer.get("/targets/T-1/versions?limit=3")
    rest = viewer.get(f"/targets/T-1/versions?limit=3&cursor={first['next']}")
    assert [item["version"] for item in first["items"] + rest["items"]] == [1, 2, 3, 4]
    assert rest["next"] is None
    assert viewer.get("/targets/T-1/versions?limit=4")["next"] is None


# boundaries


def test_a_part_is_a_feature_whose_coordinates_come_back_to_the_last_digit(planner, viewer):
    ring = [[117.123456789012345, 40.0], [117.41, 40.0], [117.41, 40.0123456789], [117.123456789012345, 40.0]]
    polygon = {"type": "Polygon", "coordinates": [ring]}
    made = planner.ask("POST", "/targets/T-2/parts", boundary() | {"geometry": polygon})
    assert made.status_code == 201
    assert made.mimetype == "application/geo+json"
    assert made.headers["Location"] == "/api/v1/targets/T-2/parts/T-2"
    assert made.headers["ETag"] == '"1"'
    read = viewer.ask("GET", "/targets/T-2/parts/T-2")
    assert read.json == made.json
    assert read.json["geometry"] == polygon
    assert read.json["properties"]["reason"] == "测绘后修正"
    collection = viewer.ask("GET", "/targets/T-2/parts")
    assert collection.mimetype == "application/geo+json"
    assert collection.json["features"] == [read.json]
    assert viewer.ask("GET", "/targets/T-2/parts/T-2", If_None_Match='W/"1"').status_code == 304


def test_the_second_of_two_who_draw_sees_both_boundaries(planner, viewer):
    theirs = boundary(SQUARE.buffer(0.001, join_style="mitre"))
    done = planner.ask("PUT", "/targets/T-1/parts/T-1", theirs, If_Match='"2"')
    assert (done.status_code, done.headers["ETag"]) == (200, '"3"')
    mine = boundary(SQUARE.buffer(-0.001, join_style="mitre"))
    planner.refused(428, "PUT", "/targets/T-1/parts/T-1", mine)
    conflict = planner.refused(412, "PUT", "/targets/T-1/parts/T-1", mine, If_Match='"2"')
    assert conflict["version"] == 3
    assert conflict["stored"] == viewer.get("/targets/T-1/parts/T-1")
    plain = [[list(position) for position in ring] for ring in mine["geometry"]["coordinates"]]
    assert conflict["given"]["geometry"]["coordinates"] == plain
    assert viewer.get("/targets/T-1/parts/T-1")["properties"]["version"] == 3


@pytest.mark.parametrize(
    ("geometry", "told"),
    [
        ({"type": "Point", "coordinates": [117, 40]}, "type"),
        ({"type": "Polygon", "coordinates": [WITHOUT_END]}, "coordinates[0]"),
        ({"type": "Polygon", "coordinates": [[[117, 40], [118, 40], [117, 40]]]}, "coordinates[0]"),
        ({"type": "Polygon", "coordinates": [[["117", 40]]]}, "coordinates[0][0]"),
        ({"type": "Polygon", "coordinates": [[[1e300, 40]]]}, "coordinates[0][0]"),
        ({"type": "Polygon", "coordinates": [[[10**400, 40]]]}, "coordinates[0][0]"),
        ({"type": "Polygon", "coordinates": [[[True, 40]]]}, "coordinates[0][0]"),
        ({"type": "Polygon", "coordinates": []}, "coordinates"),
        ({"type": "Polygon"}, "coordinates"),
        ({"type": "Polygon", "coordinates": [WITHOUT_END], "crs": {}}, "crs"),
        ({"type": "MultiPolygon", "coordinates": [[WITHOUT_END]]}, "coordinates[0][0]"),
        ({}, "type"),
        ({"type": {}, "coordinates": [WITHOUT_END]}, "type"),
        ({"type": ["Polygon"], "coordinates": [WITHOUT_END]}, "type"),
        ({"type": "Polygon", "coordinates": {"0": 1}}, "coordinates"),
    ],
)
def test_a_geometry_that_is_none_is_refused_with_its_place(one_site, geometry, told):
    problem = one_site.refused(422, "POST", "/targets/T-2/parts", boundary() | {"geometry": geometry})
    assert problem["type"].endswith(":geometry-unreadable")
    assert f"cannot be read at {told} –" in problem["detail"]


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        ({"type": "LineString", "coordinates": [[117, 40], [117.1, 40]]}, "boundary-kind-refused"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}, "boundary-invalid"),
        ({"type": "Polygon", "coordinates": [[[181, 0], [182, 0], [182, 1], [181, 0]]]}, "boundary-not-degrees"),
    ],
)
def test_a_boundary_that_cannot_be_one_is_refused_with_its_sentence(one_site, geometry, kind):
    problem = one_site.refused(422, "POST", "/targets/T-2/parts", boundary() | {"geometry": geometry})
    assert problem["type"].endswith(f":{kind}")


def test_a_boundary_of_twenty_thousand_vertices_passes_and_two_mebibytes_do_not(one_site):
    ring = [[117.4 + n * 1e-7, 40.0] for n in range(19_998)] + [[117.4, 40.1], [117.4, 40.0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    assert one_site.ask("POST", "/targets/T-2/parts", boundary() | {"geometry": geometry}).status_code == 201
    more = {"type": "Polygon", "coordinates": [[*ring[:-1], [117.3999, 40.05], ring[-1]]]}
    assert one_site.refused(422, "POST", "/targets/T-2/parts", boundary() | {"geometry": more})
    huge = {"type": "Polygon", "coordinates": [ring * 6]}
    one_site.refused(413, "POST", "/targets/T-2/parts", boundary() | {"geometry": huge})


# versions


def test_every_version_of_a_boundary_is_there_and_comes_back(planner, viewer, store):
    versions = viewer.get("/targets/T-1/parts/T-1/versions")["items"]
    assert [was["properties"]["reason"] for was in versions] == ["first drawn", "without the market"]
    first = viewer.get("/targets/T-1/parts/T-1/versions/1")
    assert first == versions[0]
    back = planner.ask("POST", "/targets/T-1/parts/T-1/versions/1/restore", {"reason": "market again"}, If_Match='"2"')
    assert (back.status_code, back.headers["ETag"]) == (200, '"3"')
    assert back.json["geometry"] == first["geometry"]
    assert "market again" in back.json["properties"]["reason"]
    assert len(history(store, "T-1").boundaries) == 3
    planner.refused(412, "POST", "/targets/T-1/parts/T-1/versions/2/restore", {"reason": "x"}, If_Match='"2"')
    planner.refused(428, "POST", "/targets/T-1/parts/T-1/versions/2/restore", {"reason": "x"})


def test_what_was_said_of_a_target_comes_back_and_its_stage_stays(planner, viewer):
    planner.ask("PATCH", "/targets/T-1", {"name": "新名", "lead_unit": "", "reason": "wrong"}, If_Match='"1"')
    step = {"to_stage": "treatment", "step_date": "2026-01-20", "unit": "县专班"}
    planner.ask("POST", "/targets/T-1/steps", step, If_Match='"2"')
    was = viewer.get("/targets/T-1/versions/1")["target"]
    back = planner.ask("POST", "/targets/T-1/versions/1/restore", {"reason": "as it was"}, If_Match='"3"')
    assert (back.status_code, back.headers["ETag"]) == (200, '"4"')
    assert (back.json["name"], back.json["lead_unit"]) == (was["name"], was["lead_unit"])
    assert (back.json["stage"], back.json["stage_since"]) == ("treatment", "2026-01-20")
    planner.refused(412, "POST", "/targets/T-1/versions/2/restore", {"reason": "x"}, If_Match='"3"')
    planner.refused(422, "POST", "/targets/T-1/versions/2/restore", {"reason": "  "}, If_Match='"4"')
