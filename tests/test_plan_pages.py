"""The planner's routes: closed to others, strict about what they take, and right on a background in GCJ-02."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from flask import Flask
from sites import Visitor
from werkzeug.test import TestResponse

from geo_zhengzhi.crs import GEODESIC, wgs84_to_gcj02
from geo_zhengzhi.services.drawing.datum import to_drawn
from geo_zhengzhi.services.register.views import entry, history
from geo_zhengzhi.store.database import Database
from tests.accounts import NOW, QUICK, account
from tests.plan_county import HOMES, RAIL, SQUARE, box, degrees, filled, settings_in
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
DAYS = "from=2024-02-01&to=2024-03-31&lang=en"
JSON = {"Accept": "application/json", "Accept-Language": "en"}


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = filled(module_store, tmp_path_factory.mktemp("plan"))
        for name, role in (("规划员", "planner"), ("指挥员", "viewer")):
            account(database, name, role, now=NOW)
        yield database


def site(store: Database, folder: Path, **settings: object) -> Flask:
    app = create_app(settings_in(folder, **settings), None, store)
    app.extensions[CLOCK] = lambda: NOW
    return app


@pytest.fixture(scope="module")
def app(store, tmp_path_factory) -> Flask:
    return site(store, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def amap(store, tmp_path_factory) -> Flask:
    """The same site on a background in GCJ-02."""
    return site(store, tmp_path_factory.mktemp("amap"), tiles="amap")


class Planner(Visitor):
    """A planner's page with its scripts: sends JSON with the token of the page."""

    def __init__(self, app: Flask, name: str = "规划员") -> None:
        super().__init__(app)
        self.sign_in(name)
        self.token_now = self.get("/plan/token").get_json()["token"]

    def ask(self, path: str, body: object, *, match: str = "", days: str = DAYS, **headers: str) -> TestResponse:
        """Send JSON as the page's scripts do."""
        given = {**JSON, "X-CSRFToken": self.token_now, **({"If-Match": f'"{match}"'} if match else {}), **headers}
        return self.client.post(f"{path}?{days}", json=body, headers=given)


@pytest.fixture(scope="module")
def planner(app) -> Planner:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        return Planner(app)


def said(shape: shapely.Geometry, target_id: str = SQUARE, **more: object) -> dict:
    """What a page sends of a shape."""
    given = {"shape": shapely.geometry.mapping(shape), "half_width": None, "kind": "square", "year": 2024,
             "target_id": target_id, "part_id": target_id, "datum": "wgs84"}  # fmt: skip
    return json.loads(json.dumps({**given, **more}))


def form(reason: str = "改", **more: str) -> dict[str, str]:
    return {"name": "鼓楼广场", "kind": "square", "level": "county", "year": "2024", "lead_unit": "文昌派出所",
            "deadline": "", "reason": reason, **more}  # fmt: skip


def data_of(answer: TestResponse) -> dict:
    """What the page's scripts begin with."""
    text = answer.get_data(as_text=True)
    return json.loads(re.search(r'<script type="application/json" id="plan-data">(.*?)</script>', text, re.DOTALL)[1])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/plan", f"/plan/target/{SQUARE}", f"/plan/target/{RAIL}?part={RAIL}",
                                  f"/plan/target/{SQUARE}?part=new"])  # fmt: skip
def test_the_page_opens_with_the_shape_as_it_stands(planner, store, path, language):
    answer = planner.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
    data = data_of(answer)
    assert answer.status_code == 200
    assert "Leaflet.Editable.js" in answer.get_data(as_text=True)
    if path.endswith(SQUARE):
        assert shapely.geometry.shape(data["shape"]) == entry(store, SQUARE).parts[0].geometry
    if "new" in path or path == "/plan":
        assert (data["shape"], data["versions"]["part"]) == (None, 0)


def test_a_look_answers_with_figures_in_words_and_marks(planner):
    found = planner.ask("/plan/look", said(box(0, 0, 700, 400))).get_json()
    assert (found["n"], found["blocked"], found["confirm"]) == (18, False, True)
    assert [mark["kind"] for mark in found["marks"]] == ["overlap"]
    assert "Overlaps 武定苑 (2024) by 40,000 m²" in found["html"]
    blocked = planner.ask("/plan/look", said(box(8900, 0, 9100, 400))).get_json()
    assert (blocked["blocked"], blocked["marks"][0]["kind"]) == (True, "outside")


SPOILT = {
    "nothing": {}, "a list": [], "no shape": {"kind": "square", "year": 2024, "datum": "wgs84"},
    "a point": {"shape": {"type": "Point", "coordinates": [1, 2]}}, "another datum": {"datum": "bd09"},
    "another kind": {"kind": "volcano"}, "a year as words": {"year": "2024"}, "no year": {"year": None},
    "an open ring": {"shape": {"type": "Polygon", "coordinates": [[[1, 2], [2, 3], [3, 4], [4, 5]]]}},
    "not a number": {"shape": {"type": "Polygon", "coordinates": [[["x", 2], [2, 3], [3, 4], ["x", 2]]]}},
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_no_drawing_is_refused_with_a_sentence(planner, name):
    spoilt = SPOILT[name]
    body = spoilt if name in ("nothing", "a list", "no shape") else said(box(0, 0, 400, 400)) | spoilt
    for path in ("/plan/look", "/plan/mend", "/plan/extend", "/plan/save", f"/plan/target/{SQUARE}/save"):
        answer = planner.ask(path, body)
        assert answer.status_code in (400, 422), path
        assert " – " in answer.get_json()["sentence"]


def test_nobody_but_a_planner_draws_and_no_other_site_sends_in_their_name(app, planner):
    viewer = Visitor(app).sign_in("指挥员")
    assert viewer.get("/plan").status_code == 403
    assert viewer.get(f"/plan/target/{SQUARE}").status_code == 403
    assert Visitor(app).client.post("/plan/look", json={}, headers=JSON).get_json()["kind"] == "NotSignedIn"
    forged = planner.ask("/plan/look", said(box(0, 0, 400, 400)), **{"X-CSRFToken": "x"})
    assert (forged.status_code, forged.get_json()["is_forged"]) == (400, True)


def test_a_remedy_sends_the_new_shape_and_what_is_to_be_said_of_it(planner):
    found = planner.ask("/plan/mend", said(box(0, 0, 700, 400), remedy="cut-off", other=HOMES)).get_json()
    assert (found["marks"], found["n"], found["shape"]["type"]) == ([], 18, "Polygon")
    assert planner.ask("/plan/mend", said(box(0, 0, 700, 400), remedy="x")).status_code == 400


def test_a_dragged_end_is_sent_back_along_the_railway(planner):
    line = degrees(shapely.LineString([(-4000, -3000), (0, -3000)]))
    to = shapely.get_coordinates(degrees(shapely.Point(1500, -2950)))[0].tolist()
    body = said(line, RAIL, kind="railway_corridor", half_width=300, end="last", to=to)
    found = planner.ask("/plan/extend", body).get_json()
    assert (found["n"], found["chainage"]) == (5, "−2.00–3.50 km from 蓟州")
    refused = planner.ask("/plan/extend", {**body, "to": [117.4, 40.05]})
    assert (refused.status_code, refused.get_json()["kind"]) == (400, "NoRailwayHere")
    for to in ([1], "x", None, ["a", "b"], [1e999, 0]):
        assert planner.ask("/plan/extend", {**body, "to": to}).status_code in (400, 422)


def test_a_save_makes_a_version_and_the_second_planner_is_shown_both(planner, store):
    seen = entry(store, SQUARE)
    match = f"{seen.entry.version}.{seen.parts[0].version}"
    first = planner.ask(f"/plan/target/{SQUARE}/save", said(box(0, 0, 400, 300)) | {"form": form()}, match=match)
    assert first.get_json()["part"] == seen.parts[0].version + 1
    body = said(box(0, 0, 400, 200)) | {"form": form("后到", lead_unit="城关派出所")}
    second = planner.ask(f"/plan/target/{SQUARE}/save", body, match=match)
    both = second.get_json()
    assert (second.status_code, both["versions"]["part"]) == (409, seen.parts[0].version + 1)
    assert shapely.geometry.shape(both["shape"]) == box(0, 0, 400, 300)
    assert (both["html"].count("<svg"), both["form"]["lead_unit"]) == (2, "城关派出所")
    match = "{entry}.{part}".format(**both["versions"])
    assert planner.ask(f"/plan/target/{SQUARE}/save", body, match=match).status_code == 200
    stored = entry(store, SQUARE)
    assert (stored.parts[0].geometry, stored.entry.lead_unit) == (box(0, 0, 400, 200), "城关派出所")
    without = planner.ask(f"/plan/target/{SQUARE}/save", body)
    assert without.status_code == 409
    wrong = planner.ask(f"/plan/target/{SQUARE}/save", body | {"form": form("")}, match=match)
    assert (wrong.status_code, wrong.get_json()["field"]) == (400, "reason")


def test_a_new_target_is_added_and_its_number_is_taken_then(planner, store):
    new = form("新增", target_id="N-1", name="新广场", stage="listed", stage_since="2024-01-01")
    body = said(box(2000, 2000, 2400, 2400), "", part_id="") | {"form": new}
    assert planner.ask("/plan/save", body).get_json() == {"target": "N-1", "part_id": "N-1", "entry": 1, "part": 1}
    again = planner.ask("/plan/save", body | {"confirmed": True})
    assert (again.status_code, again.get_json()["kind"]) == (409, "EntryExists")


def test_versions_are_compared_and_one_is_put_back(planner, store):
    number = HOMES
    match = "1.1"
    texts = form("收窄", name="武定苑", kind="residential_area")
    body = said(box(600, 0, 900, 400), number, kind="residential_area") | {"form": texts}
    assert planner.ask(f"/plan/target/{number}/save", body, match=match).status_code == 200
    found = planner.get(f"/plan/target/{number}/{number}/difference?a=1&b=2&{DAYS}").get_json()
    assert set(found["pieces"]) == {"kept", "removed"}
    assert "40,000 m²" in found["html"]
    restored = planner.ask(f"/plan/target/{number}/{number}/restore", {"part_id": number, "wanted": 1,
                           "form": {"reason": "画错了"}}, match="1.2")  # fmt: skip
    assert restored.get_json() == {"part_id": number, "part": 3}
    assert history(store, number).boundaries[-1].geometry == box(600, 0, 1000, 400)
    late = planner.ask(f"/plan/target/{number}/{number}/restore", {"part_id": number, "wanted": 1,
                       "form": {"reason": "再来"}}, match="1.2")  # fmt: skip
    assert late.status_code == 409
    for query in ("a=1&b=99", "a=x&b=2"):
        gone = planner.client.get(f"/plan/target/{number}/{number}/difference?{query}", headers=JSON)
        assert gone.get_json()["kind"] == "BoundaryVersionUnknown"


def test_texts_and_files_are_read_and_nothing_of_them_stays(planner, app, tmp_path_factory):
    shape = shapely.geometry.mapping(box(0, 0, 400, 400))
    token = {"X-CSRFToken": planner.token_now, **JSON}
    text = planner.client.post("/plan/read", headers=token,
                               data={"text": json.dumps(shape), "kind": "square", "datum": "wgs84"})  # fmt: skip
    assert shapely.geometry.shape(text.get_json()["shapes"][0]["shape"]) == box(0, 0, 400, 400)
    feature = {"type": "Feature", "properties": {"name": "<b>鼓楼</b>"}, "geometry": shape}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    sent = {"file": (io.BytesIO(content), "in.geojson"), "kind": "square", "datum": "wgs84"}
    file = planner.client.post("/plan/read", headers=token, data=sent)
    assert file.get_json()["shapes"][0]["label"] == "1 · <b>鼓楼</b>"
    uploads = app.extensions["geo_zhengzhi.settings"].cache_dir / "uploads"
    assert list(uploads.iterdir()) == []
    for name, content in (("in.exe", b"x"), ("in.geojson", b"{"), ("in.kml", b"<kml")):
        spoilt = {"file": (io.BytesIO(content), name), "kind": "square", "datum": "wgs84"}
        answer = planner.client.post("/plan/read", headers=token, data=spoilt)
        assert answer.status_code in (400, 422)
        assert " – " in answer.get_json()["sentence"]
    undeclared = {"file": (io.BytesIO(json.dumps(shape).encode()), "in.geojson"), "kind": "square"}
    assert planner.client.post("/plan/read", headers=token, data=undeclared).status_code in (400, 422)


def test_a_candidate_becomes_a_target_with_one_press(planner, store):
    page = planner.get(f"/plan?{DAYS}").get_data(as_text=True)
    action = re.search(r'action="(/plan/adopt/[^"]+)"', page)[1].replace("&amp;", "&")
    answer = planner.client.post(action, data={"csrf_token": planner.token_now}, headers={"Accept-Language": "en"})
    assert answer.status_code == 303
    number = answer.location.split("/target/")[1].split("?")[0]
    found = entry(store, number)
    assert (found.entry.stage, found.parts[0].version) == ("listed", 1)
    gone = planner.client.post("/plan/adopt/none?lang=en", data={"csrf_token": planner.token_now})
    assert gone.status_code == 404


def test_on_a_gcj02_background_what_is_stored_is_wgs84_to_less_than_a_millimetre(amap, store):
    planner = Planner(amap)
    data = data_of(planner.get(f"/plan/target/{RAIL}?lang=en"))
    stored = entry(store, RAIL).parts[0]
    drawn = shapely.get_coordinates(shapely.geometry.shape(data["shape"]))
    assert data["datum"] == "gcj02"
    assert drawn.tolist() == np.column_stack(wgs84_to_gcj02(*shapely.get_coordinates(stored.geometry).T)).tolist()
    assert np.abs(drawn - shapely.get_coordinates(stored.geometry)).min() > 1e-3
    aim = degrees(shapely.LineString([(-4000, -3000), (-1000, -3000.5), (1100, -3000)]))
    body = said(to_drawn(aim, "gcj02"), RAIL, kind="railway_corridor", half_width=300, datum="gcj02")
    texts = form("重画", name="铁路沿线", kind="railway_corridor")
    looked = planner.ask("/plan/look", body).get_json()
    assert looked["n"] == 5
    saved = planner.ask(f"/plan/target/{RAIL}/save", body | {"form": texts}, match="1.1")
    assert saved.status_code == 200, saved.get_json()
    now = shapely.get_coordinates(entry(store, RAIL).parts[0].geometry)
    wanted = shapely.get_coordinates(aim)
    assert max(GEODESIC.inv(*now.T, *wanted.T)[2]) < 1e-3
    again = shapely.get_coordinates(shapely.geometry.shape(data_of(planner.get(f"/plan/target/{RAIL}"))["shape"]))
    sent = shapely.get_coordinates(shapely.geometry.shape(body["shape"]))
    assert max(GEODESIC.inv(*again.T, *sent.T)[2]) < 1e-3


def test_a_draft_of_another_background_is_moved_onto_this_one(planner):
    shape = to_drawn(box(0, 0, 400, 400), "gcj02")
    found = planner.ask("/plan/look", said(shape, datum="gcj02")).get_json()
    moved = shapely.get_coordinates(shapely.geometry.shape(found["shape"]))
    wanted = shapely.get_coordinates(box(0, 0, 400, 400))
    assert max(GEODESIC.inv(*moved.T, *wanted.T)[2]) < 1e-3


def test_edges_are_sent_for_what_is_in_view(planner):
    west, south, east, north = box(-100, -100, 1100, 500).bounds
    found = planner.get(f"/plan/edges?west={west}&south={south}&east={east}&north={north}").get_json()
    assert found["edges"]
    assert planner.client.get("/plan/edges?west=x", headers=JSON).status_code == 400
