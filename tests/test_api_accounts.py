"""Accounts, the own account and the audit log through the interface."""

import pytest
from accounts import NOW, account
from programs import Program, api_site, program
from sites import Visitor, at

from geo_zhengzhi.services.access.auditing import audit_head
from geo_zhengzhi.services.access.links import look_at_link
from geo_zhengzhi.services.access.signing_in import IDLE

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def app(store):
    return api_site(store)


@pytest.fixture
def administrator(app, store):
    return program(app, store, "administrator")


# accounts


def test_an_account_is_added_found_changed_and_shut(app, store, administrator):
    made = administrator.ask("POST", "/users", {"name": "规划二科", "role": "planner"})
    assert made.status_code == 201
    address = made.headers["Location"].removeprefix("/api/v1")
    assert administrator.get(address) == made.json
    assert (made.json["state"], made.json["has_password"]) == ("no password yet", False)
    assert administrator.ask("PATCH", address, {"role": "viewer"}).json["role"] == "viewer"
    assert administrator.ask("PATCH", address, {"disabled": True}).json["state"] == "disabled"
    assert administrator.ask("PATCH", address, {"disabled": False}).json["state"] == "no password yet"
    assert administrator.refused(409, "POST", "/users", {"name": "规划二科", "role": "viewer"})
    for body in ({}, {"role": "viewer", "disabled": True}):
        administrator.refused(422, "PATCH", address, body)


def test_the_own_account_and_the_last_administrator_stay(app, store, administrator):
    number = next(row["user_id"] for row in administrator.get("/users")["items"] if row["name"] == "administrator")
    administrator.refused(403, "PATCH", f"/users/{number}", {"role": "viewer"})
    administrator.refused(403, "PATCH", f"/users/{number}", {"disabled": True})
    administrator.refused(404, "GET", "/users/999")


def test_a_name_that_may_be_a_persons_number_is_refused(administrator):
    for name in ("13812345678", "  ", "system", "a\u202eb"):
        administrator.refused(422, "POST", "/users", {"name": name, "role": "viewer"})


def test_the_list_goes_on_with_a_cursor(administrator, store):
    for n in range(3):
        administrator.ask("POST", "/users", {"name": f"科室{n}", "role": "viewer"})
    first = administrator.get("/users?limit=3")
    rest = administrator.get(f"/users?limit=3&cursor={first['next']}")
    numbers = [row["user_id"] for row in first["items"] + rest["items"]]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 4
    assert rest["next"] is None


def test_a_link_is_for_the_accounts_post_to_set_its_password(administrator, store):
    address = administrator.ask("POST", "/users", {"name": "科室", "role": "viewer"}).headers["Location"]
    made = administrator.ask("POST", f"{address.removeprefix('/api/v1')}/link")
    assert made.status_code == 201
    secret = made.json["address"].rpartition("/link/")[2]
    assert look_at_link(store, secret, NOW).name == "科室"


# the own account


def test_a_token_says_whose_it_is_and_what_it_may(app, store):
    planner = program(app, store, "planner")
    me = planner.get("/account")
    assert (me["name"], me["role"], me["purpose"], me["csrf_token"]) == ("planner", "planner", "token", None)
    assert me["permissions"] == ["edit-register", "see", "see-points"]


def test_a_browsers_session_makes_a_token_and_a_token_makes_none(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app).sign_in("规划一科")
    proof = {"X-CSRFToken": visitor.client.get("/api/v1/account").json["csrf_token"]}
    body = {"label": "weekly export", "days": 30}
    made = visitor.client.post("/api/v1/account/tokens", json=body, headers=proof)
    assert made.status_code == 201
    holder = Program(app, made.json["token"])
    assert holder.get("/account")["role"] == "planner"
    assert holder.refused(403, "POST", "/account/tokens", body)["type"].endswith(":token-by-token")
    for days in (0, 366, 10**20, 1.5):
        answer = visitor.client.post("/api/v1/account/tokens", json=body | {"days": days}, headers=proof)
        assert answer.status_code == 422


def test_the_own_sessions_are_listed_and_end(app, store):
    account(store, "规划一科", "planner")
    one, other = Visitor(app).sign_in("规划一科"), Visitor(app).sign_in("规划一科")
    rows = one.client.get("/api/v1/account/sessions").json["items"]
    assert [row["is_this"] for row in rows] == [False, True]
    proof = {"X-CSRFToken": one.client.get("/api/v1/account").json["csrf_token"]}
    path = f"/api/v1/account/sessions/{rows[0]['session_id']}"
    assert one.client.delete(path, headers=proof).status_code == 204
    assert other.client.get("/api/v1/account").status_code == 401
    assert one.client.delete(path, headers=proof).status_code == 404


def test_anothers_session_is_as_if_it_were_not_there(app, store):
    viewer, planner = program(app, store, "viewer"), program(app, store, "planner")
    number = planner.get("/account/sessions")["items"][0]["session_id"]
    viewer.refused(404, "DELETE", f"/account/sessions/{number}")
    assert planner.ask("DELETE", f"/account/sessions/{number}").status_code == 204
    planner.refused(401, "GET", "/account")


def test_a_session_that_was_idle_and_a_token_that_is_over_let_nobody_in(app, store):
    account(store, "规划一科", "planner")
    visitor, holder = Visitor(app).sign_in("规划一科"), program(app, store, "planner")
    at(app, IDLE)
    assert visitor.client.get("/api/v1/account").status_code == 401
    holder.get("/account")
    at(app, IDLE * 48)  # a day
    holder.refused(401, "GET", "/account")


# the audit log


def test_the_log_is_listed_backwards_filtered_and_paged(app, store, administrator):
    administrator.ask("POST", "/users", {"name": "科室", "role": "viewer"})
    auditor = program(app, store, "auditor")
    whole = auditor.get("/audit?limit=500")["items"]
    assert [row["seq"] for row in whole] == list(range(len(whole), 0, -1))
    first = auditor.get("/audit?limit=4")
    administrator.ask("POST", "/users", {"name": "科室二", "role": "viewer"})  # moves nothing of the next page
    rest = auditor.get(f"/audit?limit=500&cursor={first['next']}")
    assert first["items"] + rest["items"] == whole
    added = auditor.get("/audit?action=account%20added&who=administrator")["items"]
    assert [row["object"] for row in added] == ["account 科室二", "account 科室"]
    assert added[0]["detail"] == {"role": "viewer"}
    assert auditor.get("/audit?object=%E7%A7%91%E5%AE%A4")["items"] == added
    assert auditor.get("/audit?since=2999-01-01T00:00:00Z")["items"] == []
    assert len(auditor.get("/audit?until=2999-01-01T00:00:00%2B08:00&limit=500")["items"]) == len(whole) + 1


@pytest.mark.parametrize(
    "moment",
    [
        "2024-01-01",
        "2024-01-01T00:00:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "2024-02-30T00:00:00Z",
        "x",
    ],
)
def test_a_moment_without_its_offset_or_that_is_none_is_refused(app, store, moment):
    assert program(app, store, "auditor").refused(422, "GET", f"/audit?since={moment}")["errors"][0]["name"] == "since"


def test_the_chain_is_proved_and_a_head_that_is_gone_is_noticed(app, store):
    auditor = program(app, store, "auditor")
    head = audit_head(store)
    told = auditor.get(f"/audit/chain?head={head}")
    assert (told["is_whole"], told["holds_expected"], told["first_break"], told["head"]) == (True, True, None, head)
    gone = auditor.get(f"/audit/chain?head=999:{'0' * 64}")
    assert (gone["is_whole"], gone["holds_expected"]) == (False, False)
    auditor.refused(422, "GET", "/audit/chain?head=nonsense")


def test_nothing_of_the_log_can_be_taken_away(app, store):
    auditor = program(app, store, "auditor")
    for method in ("DELETE", "PUT", "PATCH", "POST"):
        auditor.refused(405, method, "/audit", None if method == "DELETE" else {})
