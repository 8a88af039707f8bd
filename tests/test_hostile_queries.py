"""Whatever an address or a body asks for, every page answers with itself or with a sentence, never with a fault."""

import json

import pytest
from register_sites import filled
from sites import Visitor, accounts_of_every_role, site_of, small_study

from geo_zhengzhi.store.opening import open_store
from tests.accounts import QUICK

pytestmark = pytest.mark.usefixtures("quick_passwords")

VALUES = (
    "", "nan", "NaN", "inf", "-inf", "-Infinity", "1e400", "-1", "0", "9" * 400, "1" * 10_000, "x" * 10_000, "0x10",
    "²", "१२", "1_000", "1,2", " 1", "true", "null", "[]", "{}", "0001-01-01", "9999-12-31", "2024-02-30", "\x00",
    "\ufeff", "\u202e", "'\"><script>alert(1)</script>", "%00", "../../etc/passwd", "{{7*7}}", "${7*7}", "1;DROP TABLE",
)  # fmt: skip
NAMES = (
    "from", "to", "hours", "weekdays", "category", "kind", "level", "compare", "focus", "tab", "eps", "min", "box",
    "bbox", "after", "z", "x", "y", "month", "months", "half", "threshold", "page", "sort", "year", "by", "look", "all",
    "verify", "who", "action", "day", "part_id", "version", "against", "lang", "next", "targets", "level", "format",
)  # fmt: skip
PATHS = (
    "/", "/figures", "/rows", "/map.html", "/hotspots.geojson", "/points", "/months", "/compare", "/wall",
    "/wall/parts",    "/register", "/register/T-1", "/screening", "/plan", "/plan/target/T-1", "/plan/edges", "/export",
    "/export/presets", "/export/new-preset", "/plan/target/T-1/T-1/difference",
)  # fmt: skip
BODIES = (
    b"", b"null", b"[]", b"0", b'"x"', b"{", b"\xff\xfe", b"[" * 10_000, b'{"geometry":null}', b'{"geometry":[]}',
    b'{"geometry":{"type":"Polygon","coordinates":[[[NaN,NaN],[1,1],[2,2],[NaN,NaN]]]}}',
    b'{"geometry":{"type":"Polygon","coordinates":[[[1e400,0],[1,1],[2,2],[1e400,0]]]}}',
    b'{"geometry":{"type":"Polygon","coordinates":[]}}', b'{"geometry":{"type":"Polygon","coordinates":[[["a","b"]]]}}',
    b'{"geometry":{"type":"Point","coordinates":[117.4,40.0]}}', b'{"geometry":{"type":1,"coordinates":{}}}',
    b'{"geometry":{"type":"LineString","coordinates":[[117.4,40],[117.5,40]]},"corridor_half_width_m":-1e999}',
    b'{"geometry":{"type":"LineString","coordinates":[[117.4,40],[117.5,40]]},"corridor_half_width_m":"x"}',
)  # fmt: skip


@pytest.fixture(scope="module")
def planner(tmp_path_factory) -> Visitor:
    """A planner of a small site, which nothing here changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        store = open_store(f"sqlite:///{tmp_path_factory.mktemp('hostile') / 'store.gpkg'}")
        accounts_of_every_role(store)
        app = site_of(filled(store), small_study())
        yield Visitor(app).sign_in("planner")
        store.close()


def told(answer: object) -> bool:
    """Whether an answer is a page, a way on, or a refusal in words."""
    assert answer.status_code < 500, (answer.status_code, answer.request.path, answer.request.query_string[:200])
    return answer.status_code < 400 or len(answer.get_data()) > 20


@pytest.mark.parametrize("path", PATHS)
def test_no_value_of_a_query_is_a_fault(planner, path):
    for number, value in enumerate(VALUES):
        one = {name: value for name in NAMES if name != "lang"}
        assert told(planner.get(path, query_string=one)), (path, value[:30])
        name = NAMES[number % len(NAMES)]
        assert told(planner.get(path, query_string=[(name, value), (name, "1"), (name, value)])), (path, name)


@pytest.mark.parametrize("name", sorted(set(NAMES)))
def test_no_parameter_is_a_fault_where_numbers_are_read(planner, name):
    for path in ("/points", "/months", "/figures", "/rows", "/plan"):
        for value in ("nan", "1e400", "-1", "9" * 400, "x" * 10_000, "\x00"):
            assert told(planner.get(path, query_string=f"from=2024-02-01&to=2024-02-29&{name}={value}"))


@pytest.mark.parametrize("box", ["nan,nan,nan,nan", "1,2,3", "inf,0,1,1", "2,2,1,1", "1e400,0,1,1", "a,b,c,d", ",,,"])
def test_a_view_that_is_none_is_refused_in_words(planner, box):
    for name in ("box", "bbox", "view"):
        answer = planner.get("/points", query_string={name: box, "z": "15"})
        assert answer.status_code == 400
        assert told(answer)


@pytest.mark.parametrize("tail", ["area.png", "9/1/1.png", "99/1/1.png", "9/-1/1.png", "9/1/99999999999999.png"])
@pytest.mark.parametrize("version", ["x", "nan", "%00", "9" * 300, "..%2f"])
def test_no_tile_of_heat_is_a_fault(planner, version, tail):
    for value in VALUES[:12]:
        assert told(planner.get(f"/heat/{version}/{tail}", query_string={"from": value, "to": value, "z": value}))


@pytest.mark.parametrize("path", ["look", "mend", "extend", "read", "save", "target/T-1/save"])
def test_no_body_that_a_planner_sends_is_a_fault(planner, path):
    token = json.loads(planner.get("/plan/token").get_data())
    headers = {"X-CSRFToken": str(next(iter(token.values())))}
    for body in BODIES:
        answer = planner.client.post(f"/plan/{path}", data=body, content_type="application/json", headers=headers)
        assert 400 <= answer.status_code < 500, (path, body[:60], answer.status_code)
        assert told(answer)
