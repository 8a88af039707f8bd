"""The form of requests and refusals, whatever they are about."""

import json
import re
from types import SimpleNamespace

import pytest
from accounts import account
from programs import Program, api_site, program, told_study
from sites import COUNTY, Visitor, site_of

from geo_zhengzhi import errors
from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.store.audit import Wanted
from geo_zhengzhi.words import catalogue
from tests.accounts import QUICK
from web import limits
from web.api import problems
from web.api.openapi import DOCUMENT
from web.api.statuses import STATUS

NEW_USER = {"name": "规划二科", "role": "planner"}


@pytest.fixture(scope="module")
def store(module_store):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        account(module_store, "administrator", "administrator")
        yield module_store


@pytest.fixture(scope="module")
def app(store):
    return api_site(store)


@pytest.fixture(scope="module")
def administrator(app, store):
    return program(app, store, "administrator")


@pytest.fixture(scope="module")
def viewer(app, store):
    return program(app, store, "viewer")


def sent(administrator: Program, body: bytes, content_type: str = "application/json"):
    headers = {"Authorization": f"Bearer {administrator.token}", "Accept-Language": "en"}
    client = administrator.app.test_client()
    return client.post("/api/v1/users", data=body, headers=headers, content_type=content_type)


# problems


def test_a_problem_has_the_four_members_and_the_callers_language(viewer):
    english = viewer.refused(404, "GET", "/nothing")
    assert set(english) == {"type", "title", "status", "detail"}
    assert english["title"] == "Not there"
    assert english["detail"].startswith("There is nothing at this address – allowed: ")
    chinese = viewer.ask("GET", "/nothing", Accept_Language="zh-CN")
    assert chinese.headers["Content-Language"] == "zh"
    assert "——允许：" in chinese.json["detail"]
    assert chinese.json["type"] == english["type"] == "urn:geo-zhengzhi:problem:not-there"


def test_a_method_that_is_not_taken_is_405_and_says_which_are(viewer):
    answer = viewer.ask("DELETE", "/targets/T-1")
    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH"}
    assert "does not take DELETE" in answer.json["detail"]


def test_who_has_no_token_is_told_how_to_come_in(app):
    answer = Program(app).ask("GET", "/targets")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert answer.json["type"].endswith(":not-signed-in")
    assert Program(app, "gz_nobody").refused(401, "GET", "/targets")


def test_who_may_not_is_refused_and_that_is_written_down(viewer, store):
    assert "role viewer" in viewer.refused(403, "GET", "/incidents")["detail"]
    row = read_log(store, SYSTEM, Wanted(action="refused")).records[0]
    assert (row.who, row.object) == ("viewer", "api_incidents.listed")


def test_a_foreign_host_is_a_problem_too(viewer):
    assert "host name" in viewer.refused(400, "GET", "/targets", None, Host="evil.example")["detail"]


def test_a_fault_of_ours_is_told_without_its_details(store, monkeypatch, caplog):
    client = Program(site_of(store, told_study(), COUNTY))
    broken = SimpleNamespace(spec=SimpleNamespace(to_dict=lambda: {}["secret path"]))
    monkeypatch.setitem(client.app.extensions, DOCUMENT, broken)
    problem = client.refused(500, "GET", "/openapi.json")
    assert "secret" not in json.dumps(problem)
    assert "secret path" in caplog.text


def test_every_refusal_of_a_database_that_fails_is_a_problem(store, monkeypatch):
    client = Program(site_of(store, told_study(), COUNTY), "gz_x")
    monkeypatch.setattr(store, "read", lambda: (_ for _ in ()).throw(OSError("disk")))
    client.refused(500, "GET", "/targets")


def test_titles_and_sentences_have_their_chinese():
    known = catalogue("zh")
    words = {*problems.TITLES.values(), *problems.SENTENCES.values(), problems.HOST}
    words |= {kind.sentence for kind in STATUS}
    words |= {
        kind.sentence for kind in vars(errors.api).values() if isinstance(kind, type) and hasattr(kind, "sentence")
    }
    sources = [*(REPOSITORY / "web" / "api").glob("*.py"), *(REPOSITORY / "geo_zhengzhi" / "services").rglob("*.py")]
    told = [r'Phrase\(\s*"([^"]+)"', r'msgid = "([^"]+)" if \w+ else "([^"]+)"']
    for source in sources:
        for pattern in told:
            found = re.findall(pattern, source.read_text("utf-8"))
            words |= {word for group in found for word in ([group] if isinstance(group, str) else group)}
    assert len(words) > 60
    assert not {word for word in words - {GeoZhengzhiError.sentence} if word not in known}
    assert all(issubclass(kind, GeoZhengzhiError) for kind in STATUS)


# addresses


@pytest.mark.parametrize(
    "path", ["/targets?colour=red", "/openapi.json?x=", "/targets/T-1?year=2026", "/users?limit=1&Limit=2"]
)
def test_a_parameter_that_is_not_known_is_refused_by_name(administrator, path):
    problem = administrator.refused(422, "GET", path)
    assert problem["type"].endswith(":field-unknown")
    assert problem["errors"][0]["name"] in ("colour", "x", "year", "Limit")


def test_a_parameter_that_is_there_twice_is_refused(viewer):
    assert viewer.refused(422, "GET", "/targets?limit=1&limit=2")["type"].endswith(":field-twice")


@pytest.mark.parametrize(
    "limit",
    ["0", "501", "-1", "1.5", "1e2", "", "x", "٣", "9" * 30, "9" * 5000, "NaN", "%00", "1%0a", "+1", "1_0", " 1"],
)
def test_a_limit_outside_its_bounds_is_refused(viewer, limit):
    problem = viewer.refused(422, "GET", f"/analyses?limit={limit}")
    assert [error["name"] for error in problem["errors"]] == ["limit"]
    assert "1 to 500" in problem["detail"]
    assert len(problem["detail"]) < 300


@pytest.mark.parametrize("limit", [1, 500])
def test_a_limit_on_its_bounds_is_taken(viewer, limit):
    viewer.get(f"/analyses?limit={limit}")


@pytest.mark.parametrize(
    "cursor", ["x", "WzFd", "W10", "WyJhIl0", "W3RydWVd", "WzEsMl0", "W25hbl0", "%F0%9F%98%80", "A" * 601]
)
def test_a_cursor_of_no_list_or_of_another_one_is_refused(viewer, store, app, cursor):
    planner = program(app, store, "planner")
    path = "/incidents?reason=check&" if cursor == "WzFd" else "/analyses?"  # [1] is a good one of numbers alone
    assert planner.refused(422, "GET", f"{path}cursor={cursor}")["errors"][0]["name"] == "cursor"


@pytest.mark.parametrize(
    "day",
    [
        "0000-01-01",
        "2024-02-30",
        "2024-13-01",
        "20240201",
        "2024-W05-1",
        "1899-12-31",
        "2201-01-01",
        "２024-01-01",
        "today",
    ],
)
def test_a_day_that_is_none_is_refused(viewer, day):
    problem = viewer.refused(422, "GET", f"/hotspots?from={day}")
    assert problem["errors"][0]["name"] == "from"
    assert "YYYY-MM-DD" in problem["detail"]


@pytest.mark.parametrize("number", ["2147483648", "9" * 19, "9" * 5000, "-1", "x", "1.0"])
def test_a_number_in_an_address_that_no_row_can_have_is_not_there(administrator, number):
    administrator.refused(404, "GET", f"/users/{number}")


def test_a_steering_character_is_not_repeated(viewer):
    detail = viewer.refused(422, "GET", "/targets?level=%E2%80%AEevil%0d%0aX")["detail"]
    assert "\u202e" not in detail
    assert "\n" not in detail


# bodies


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "line 1, column 1"),
        (b"{", "line 1"),
        (b"\xff{}", "not UTF-8"),
        (b'{"name": NaN}', "NaN is no number"),
        (b'{"name": -Infinity}', "-Infinity is no number"),
        (b'{"name": "a", "name": "b"}', "name is there twice"),
        (b'{"name": ' + b"9" * 5000 + b"}", "too many digits"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000, "nested too deeply"),
        (b"\xef\xbb\xbf{}", "line 1"),
    ],
)
def test_a_body_that_cannot_be_read_in_one_way_only_is_400(administrator, body, told):
    answer = sent(administrator, body)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert told in answer.json["detail"]


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "application/xml", "nonsense"],
)
def test_a_body_that_does_not_say_it_is_json_is_415(administrator, kind):
    answer = sent(administrator, json.dumps(NEW_USER).encode(), kind)
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert "application/json" in answer.json["detail"]


def test_a_body_that_is_too_large_is_413_and_says_how_large_it_may_be(administrator):
    answer = sent(administrator, b'"' + b"x" * limits.MAX_BODY_BYTES + b'"')
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")
    assert str(limits.MAX_BODY_BYTES) in answer.json["detail"]
    assert sent(administrator, b'"' + b"x" * (limits.MAX_BODY_BYTES - 2) + b'"').status_code == 422


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true"])
def test_a_body_that_is_no_object_is_refused(administrator, body):
    problem = sent(administrator, body.encode()).json
    assert problem["status"] == 422
    assert problem["detail"].startswith("the body = ")


def test_every_fault_of_a_body_is_told_at_once_by_the_name_of_its_field(administrator):
    problem = administrator.refused(422, "POST", "/users", {"role": "king", "nmae": "x"})
    assert {error["name"] for error in problem["errors"]} == {"name", "role", "nmae"}
    told = {error["name"]: error["detail"] for error in problem["errors"]}
    assert told["name"].startswith("name is missing – allowed: a text of 1 to ")
    assert told["role"].startswith("role = king is not possible – allowed: viewer, ")
    assert told["nmae"].startswith("nmae is not known here – allowed: name, role")


@pytest.mark.parametrize("name", ["", 1, None, True, [], {}, "x" * 161, "a\0b", "\ud800"])
def test_a_text_that_is_none_or_that_no_store_keeps_is_refused(administrator, name):
    answer = sent(administrator, json.dumps({"name": name, "role": "viewer"}).encode())
    assert answer.status_code == 422, answer.json
    json.dumps(answer.json, ensure_ascii=False).encode()  # no half of a surrogate pair comes back


def test_nothing_of_a_body_is_looked_at_before_the_door(viewer):
    viewer.refused(403, "POST", "/users", {"nonsense": 1})


# sessions and forgery


def test_a_browsers_session_changes_something_only_with_its_proof(app, store):
    visitor = Visitor(app).sign_in("administrator")
    forged = visitor.client.post("/api/v1/users", json=NEW_USER, headers=visitor.headers)
    assert (forged.status_code, forged.mimetype) == (403, "application/problem+json")
    assert "X-CSRFToken" in forged.json["detail"]
    wrong = visitor.client.post("/api/v1/users", json=NEW_USER, headers={"X-CSRFToken": "x"})
    assert wrong.status_code == 403
    proof = visitor.client.get("/api/v1/account").json["csrf_token"]
    good = visitor.client.post("/api/v1/users", json=NEW_USER, headers={"X-CSRFToken": proof})
    assert good.status_code == 201
    other = Visitor(app).sign_in("administrator")
    stolen = other.client.post("/api/v1/users", json=NEW_USER, headers={"X-CSRFToken": proof})
    assert stolen.status_code == 403


def test_a_token_beside_a_cookie_is_the_one_that_counts(app, store, viewer):
    visitor = Visitor(app).sign_in("administrator")
    headers = {"Authorization": f"Bearer {viewer.token}"}
    assert visitor.client.get("/api/v1/account", headers=headers).json["role"] == "viewer"


def test_answers_are_kept_by_nobody(viewer):
    assert viewer.ask("GET", "/targets").headers["Cache-Control"] == "no-store"


# rates


def test_what_costs_much_is_limited_and_says_when_to_come_again(store, monkeypatch):
    monkeypatch.setattr(limits, "COSTLY", "2 per minute")
    client = program(site_of(store, told_study(), COUNTY), store, "viewer")
    client.get("/hotspots")
    client.get("/zones")
    answer = client.ask("GET", "/situation")
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert answer.headers["Retry-After"] == "60"
    assert answer.json["detail"].startswith("Too many requests in a short time – allowed: 2 in 60 s")
    client.get("/targets")
