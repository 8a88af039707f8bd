"""Every route for every role and for nobody: closed unless it says who may enter."""

import re

import api_doors
import pytest
from accounts import MINUTE, NOW
from flask import Flask
from flask.views import MethodView
from sites import COUNTY, DEMONSTRATION, Visitor, accounts_of_every_role, at, site_of, small_study

from geo_zhengzhi.model import ROLES, SYSTEM
from geo_zhengzhi.services.access import permissions
from geo_zhengzhi.services.access.auditing import read_log
from geo_zhengzhi.services.access.own_account import make_token
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.access.signing_in import sign_in, who_is
from geo_zhengzhi.store.audit import Wanted
from tests.accounts import PASSWORD, QUICK
from web import doors
from web.doors import EVERYBODY, SIGNED_IN, door_of, open_to

# Who may enter, said a second time: a new route is written here too, by somebody who has thought about it.
EXPECTED = {
    "static": EVERYBODY,
    "pages.console": "see",
    "pages.figures": "see",
    "pages.rows": "see",
    "pages.map_page": "see",
    "pages.layer": "see",
    "pages.tile": "see",
    "points.in_view": "see-points",
    "meeting.form": "see",
    "meeting.make": "see",
    "made.listing": "see",
    "made.file": "see",
    "orders.one": "see",
    "orders.progress": "see",
    "orders.file": "see",
    "incident_data.form": "take-points",
    "incident_data.take": "take-points",
    "presets.listing": "see",
    "presets.new": "edit-register",
    "presets.save": "edit-register",
    "presets.one": "see",
    "presets.make": "see",
    "presets.remove": "edit-register",
    "presets.restore": "edit-register",
    "pages.health": EVERYBODY,
    "pages.icon": EVERYBODY,
    "wall.display": "see",
    "wall.parts": "see",
    "signing.sign_in": EVERYBODY,
    "signing.sign_out": EVERYBODY,
    "signing.link": EVERYBODY,
    "account.own": SIGNED_IN,
    "account.password": SIGNED_IN,
    "account.token": SIGNED_IN,
    "account.end": SIGNED_IN,
    "users.accounts": "manage-users",
    "users.add": "manage-users",
    "users.one": "manage-users",
    "users.link": "manage-users",
    "users.role": "manage-users",
    "users.disable": "manage-users",
    "users.enable": "manage-users",
    "users.end": "manage-users",
    "audit.log": "read-audit",
    "imports.file": "import",
    "imports.send": "import",
    "imports.fields": "import",
    "imports.check": "import",
    "imports.rejects": "import",
    "imports.start": "import",
    "imports.progress": "import",
    "imports.progress_numbers": "import",
    "imports.discard": "import",
    "batches.listing": "see-batches",
    "batches.one": "see-batches",
    "batches.rejects": "import",
    "batches.undo": "import",
    "screening.ranking": "see",
    "screening.list_one": "edit-register",
    "register.listing": "see",
    "register.one": "see",
    "entry_pages.maps": "see",
    "entry_pages.difference": "see",
    "register.new": "edit-register",
    "register.add": "edit-register",
    "register.form": "edit-register",
    "register.change": "edit-register",
    "register.step": "edit-register",
    "register.watch": "edit-register",
    "register.restore": "edit-register",
    "register.restore_entry": "edit-register",
    **{
        f"plan.{view}": "edit-register"
        for view in ("new", "redraw", "adopt", "token", "edges", "look", "mend", "extend", "read")
    },
    "plan_saving.add": "edit-register",
    "plan_saving.save": "edit-register",
    "plan_saving.difference": "see",
    "plan_saving.restore": "edit-register",
}
EXPECTED |= dict.fromkeys(("heat.area", "heat.tile", "heat.months", "comparison.page"), "see")
EXPECTED |= api_doors.API
FILLED = api_doors.FILLED | {
    "name": "weekly",
    "number": 999,
    "filename": "site.css",
    "layer": "hotspots",
    "z": 1,
    "x": 0,
    "y": 0,
    "secret": "x",
    "user_id": 999,
    "session_id": 9,
    "upload_id": "0" * 32,
    "order_id": "0" * 32,
    "batch_id": 999,
    "target_id": "T-1",
    "part_id": "T-1",
    "version": "0" * 12,
    "zone_id": "Z-1",
}
NOBODY, VISITOR = "nobody in a county", "visitor of the demonstration"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture(scope="module")
def store(module_store):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        accounts_of_every_role(module_store)
        yield module_store


@pytest.fixture(scope="module")
def county(store) -> Flask:
    return site_of(store, small_study(), COUNTY)


@pytest.fixture(scope="module")
def demonstration(store) -> Flask:
    return site_of(store, small_study(), DEMONSTRATION)


@pytest.fixture(scope="module")
def visitors(county, demonstration) -> dict[str, Visitor]:
    found = {role: Visitor(county).sign_in(role) for role in ROLES}
    return found | {NOBODY: Visitor(county), VISITOR: Visitor(demonstration)}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and a filled-in address of every route."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, rule.build({name: FILLED[name] for name in rule.arguments})[1])
            for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods)
        ]


def may_enter(who: str, permission: str) -> bool:
    if permission == EVERYBODY:
        return True
    if permission == SIGNED_IN:
        return who in ROLES
    return permission in PERMISSIONS["viewer" if who == VISITOR else who] if who != NOBODY else False


def test_every_route_is_declared_and_as_it_was_thought_out(county):
    assert set(county.view_functions) == set(EXPECTED)
    declared = {endpoint: door_of(county, endpoint, method) for endpoint, method, _ in routes(county)}
    assert {endpoint: door and door.permission for endpoint, door in declared.items()} == EXPECTED


@pytest.mark.parametrize("who", [*ROLES, NOBODY, VISITOR])
def test_every_route_lets_in_whom_it_names_and_nobody_else(visitors, county, who):
    visitor = visitors[who]
    token = visitor.token("/account") if who in ROLES else visitor.token("/sign-in")
    tried = 0
    for endpoint, method, address in routes(county):
        if endpoint == "signing.sign_out":
            continue  # would end the visitor's session; it is tried elsewhere
        sent = {"data": {"csrf_token": token}} if method == "POST" else {}
        proof = {"X-CSRFToken": token} if method in ("PUT", "PATCH", "DELETE") else {}
        answer = visitor.client.open(address, method=method, headers=visitor.headers | proof, **sent)
        answer.close()
        goes_to_sign_in = answer.status_code == 302 and answer.location.startswith("/sign-in?next=")
        is_refused = goes_to_sign_in or answer.status_code in (401, 403)
        told = f"{who}: {method} {address} {answer.status_code}"
        if endpoint == "signing.sign_in":
            assert answer.status_code in (200, 303, 401), told  # 401: no name was given
        elif may_enter(who, EXPECTED[endpoint]):
            assert not is_refused, told
            assert answer.status_code < 500, told
        else:
            assert is_refused, told
            assert (answer.status_code == 403) == (who in ROLES), told
        tried += 1
    assert tried > 40


def test_a_route_that_declares_nothing_is_entered_by_nobody(store, caplog):
    app = site_of(store, small_study())
    app.add_url_rule("/new", "new", lambda: "secret", methods=["GET", "POST"])
    for role in ROLES:
        visitor = Visitor(app).sign_in(role)
        for answer in (visitor.get("/new"), visitor.post("/new")):
            assert answer.status_code == 404
            assert "secret" not in answer.get_data(as_text=True)
    assert "has no declared permission" in caplog.text


def test_a_permission_that_is_none_cannot_be_declared():
    with pytest.raises(ValueError, match="manage-everything"):
        open_to("manage-everything")


def test_a_class_based_view_declares_each_of_its_methods(store):
    class Thing(MethodView):
        @open_to("see")
        def get(self) -> str:
            return "seen"

        def post(self) -> str:
            return "secret"

    app = site_of(store, small_study())
    app.add_url_rule("/thing", view_func=Thing.as_view("thing"))
    visitor = Visitor(app).sign_in("viewer")
    assert visitor.get("/thing").text == "seen"
    assert visitor.client.head("/thing").status_code == 200
    assert visitor.post("/thing").status_code == 404


@pytest.mark.parametrize("method", METHODS)
def test_an_address_behind_which_nothing_is_says_no_more_than_that(visitors, method):
    for visitor in visitors.values():
        assert visitor.client.open("/nothing/here", method=method).status_code == 404


def test_a_refusal_is_written_down_and_a_redirect_of_nobody_is_not(county, visitors, store):
    before = read_log(store, SYSTEM, Wanted()).n
    at(county, MINUTE)  # the one before may have as many rows as a minute has
    visitors["viewer"].get("/users")
    visitors[NOBODY].get("/users")
    at(county, NOW)
    log = read_log(store, SYSTEM, Wanted())
    new = [row for row in log.records[: log.n - before] if row.action != "refusals left out"]
    assert [(row.who, row.action, row.object) for row in new] == [("viewer", "refused", "users.accounts")]
    assert '"permission": "manage-users"' in new[0].detail


def test_what_a_role_may_not_do_is_not_in_its_menu(visitors):
    def menu(who: str) -> list[str]:
        page = visitors[who].get("/account" if who in ROLES else "/").get_data(as_text=True)
        return re.findall(r'<a href="(/[a-z]*)"', page.partition('<nav class="tabs"')[2].partition("</nav>")[0])

    assert menu("administrator") == ["/", "/register", "/screening", "/export", "/batches", "/users"]
    assert menu("auditor") == ["/", "/register", "/screening", "/export", "/batches", "/audit"]
    assert menu("importer") == ["/", "/register", "/screening", "/export", "/import", "/batches"]
    assert menu("planner") == menu("viewer") == menu(VISITOR) == ["/", "/register", "/screening", "/export"]


# tokens


def token_of(store, role: str) -> str:
    return make_token(store, who_is(store, sign_in(store, role, PASSWORD, "", NOW), NOW), "test", 1, NOW)


@pytest.fixture(scope="module")
def with_api(store) -> Flask:
    app = site_of(store, small_study())
    view = open_to(permissions.EDIT_REGISTER)(lambda: {"by": doors.actor().name})
    app.add_url_rule("/api/v1/probe", "probe", view, methods=["GET", "POST"])
    return app


def test_a_token_lets_a_program_in_with_its_accounts_role_and_needs_no_form(store, with_api):
    client = with_api.test_client()
    planner, viewer = ({"Authorization": f"Bearer {token_of(store, role)}"} for role in ("planner", "viewer"))
    assert client.post("/api/v1/probe", headers=planner).json == {"by": "planner"}
    assert client.post("/api/v1/probe", headers=viewer).status_code == 403
    assert client.get("/account", headers=planner).status_code == 302  # tokens are for programs' addresses alone


@pytest.mark.parametrize("given", ["Bearer x", "Bearer", "Bearer ", "Basic cGxhbm5lcjp4", "nonsense", ""])
def test_a_token_that_is_none_is_unauthorised_even_beside_a_good_cookie(store, with_api, given):
    visitor = Visitor(with_api).sign_in("planner")
    answer = visitor.client.post("/api/v1/probe", headers={"Authorization": given})
    assert answer.status_code == 401
    assert visitor.client.get("/api/v1/probe", headers={"Authorization": given}).status_code == 401


def test_a_browsers_session_may_ask_there_too_but_its_forms_need_their_token(with_api):
    visitor = Visitor(with_api).sign_in("planner")
    assert visitor.get("/api/v1/probe").json == {"by": "planner"}
    assert visitor.post("/api/v1/probe", None).status_code == 403
    assert visitor.post("/api/v1/probe").status_code == 200
    token = visitor.token("/account")
    assert visitor.client.post("/api/v1/probe", headers={"X-CSRFToken": token}).status_code == 200
