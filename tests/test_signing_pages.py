"""The pages for getting in, for accounts and for the audit log, as a browser without scripts meets them."""

import json
import re
from datetime import timedelta

import pytest
from accounts import MINUTE, NOW, PASSWORD, account, actions, role_of, tamper
from flask import Flask
from sites import DEMONSTRATION, Visitor, at, site_of, small_study
from studies import area, study_of

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.access.auditing import audit_head, verify, write_down
from geo_zhengzhi.services.access.links import make_link
from geo_zhengzhi.services.access.users import account_of, add_user
from geo_zhengzhi.services.first_start import first_start
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import audit, sessions
from web.signing import browser

pytestmark = pytest.mark.usefixtures("quick_passwords")
HOSTILE = "<script>alert(1)</script>\"'${x}{{7*7}}"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


@pytest.fixture(scope="module")
def study():
    return small_study()


@pytest.fixture
def app(store, study) -> Flask:
    return site_of(store, study)


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


# a county before its first import


def empty_county(store) -> Flask:
    for role in ("importer", "viewer"):
        account(store, role, role)
    return site_of(store, study_of([], [area("武定苑", 0, 0)]))


def test_a_county_without_incidents_says_what_is_to_be_done_first(store):
    app = empty_county(store)
    importer, viewer = (Visitor(app).sign_in(role).get("/") for role in ("importer", "viewer"))
    assert (importer.status_code, viewer.status_code) == (200, 200)
    assert 'href="/import"' in importer.get_data(as_text=True).partition("<main")[2]
    assert 'href="/import"' not in viewer.get_data(as_text=True)
    assert "An account with the role importer brings a file in" in words(viewer)


# signing in and out


def test_nobody_is_led_to_the_sign_in_page_and_from_there_to_where_they_were_going(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app)
    answer = visitor.get("/?tab=zones&lang=en")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/?tab%3Dzones%26lang%3Den&lang=en"
    answer = visitor.post("/sign-in", answer.location, name="规划一科", password=PASSWORD, next="/?tab=zones&lang=en")
    assert (answer.status_code, answer.location) == (303, "/?tab=zones&lang=en")
    assert visitor.get("/").status_code == 200


def test_a_picture_that_comes_after_the_session_ended_disturbs_no_sign_in(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app)
    token = visitor.token("/sign-in")
    picture = app.test_client().get("/compare", headers={"Accept": "image/webp,image/apng,image/*,*/*;q=0.8"})
    assert (picture.status_code, "Set-Cookie" in picture.headers) == (401, False)
    answer = visitor.post("/sign-in", None, csrf_token=token, name="规划一科", password=PASSWORD)
    assert answer.status_code == 303


ELSEWHERE = [
    "//evil.example/",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aX: y",
    "/\n/evil",
]
ELSEWHERE += ["javascript:alert(1)", "evil", "", "/ //evil.example", "/\t/evil.example", "http:evil.example"]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(app, store, wanted):
    account(store, "规划一科", "planner")
    answer = Visitor(app).post("/sign-in", name="规划一科", password=PASSWORD, next=wanted)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_a_wrong_password_is_answered_with_the_form_and_one_sentence(app, store):
    account(store, "规划一科", "planner")
    answer = Visitor(app).post("/sign-in", name="规划一科", password="wrong")
    assert answer.status_code == 401
    assert "do not let you in" in words(answer)
    assert 'value="规划一科"' in answer.get_data(as_text=True)
    assert "wrong" not in answer.get_data(as_text=True)


def test_two_workers_share_the_lock_out(store, study):
    account(store, "规划一科", "planner")
    first, second = (Visitor(site_of(store, study)) for _ in range(2))
    for visitor in (first, second, first, second, first):
        assert visitor.post("/sign-in", name="规划一科", password="wrong").status_code == 401
    for visitor in (first, second):
        assert visitor.post("/sign-in", name="规划一科", password=PASSWORD).status_code == 401
    at(second.client.application, 15 * MINUTE)
    assert second.sign_in("规划一科")


def test_two_workers_share_cookies_and_forms(store, study):
    account(store, "规划一科", "planner")
    first = Visitor(site_of(store, study)).sign_in("规划一科")
    second = Visitor(site_of(store, study))
    token = first.token("/account")
    second.client.set_cookie("zhengzhi", first.cookie)
    assert second.get("/account").status_code == 200
    assert second.client.post("/sign-out", data={"csrf_token": token}).status_code == 303


def test_thirty_idle_minutes_sign_out(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app).sign_in("规划一科")
    at(app, 29 * MINUTE)
    assert visitor.get("/account").status_code == 200
    at(app, 58 * MINUTE)
    assert visitor.get("/account").status_code == 200
    at(app, 88 * MINUTE)
    assert visitor.get("/account").status_code == 302


def test_signing_out_ends_the_session_also_for_whoever_copied_the_cookie(app, store):
    account(store, "规划一科", "planner")
    visitor, thief = Visitor(app).sign_in("规划一科"), Visitor(app)
    thief.client.set_cookie("zhengzhi", visitor.cookie)
    assert thief.get("/account").status_code == 200
    assert visitor.post("/sign-out", "/account").status_code == 303
    assert [v.get("/account").status_code for v in (visitor, thief)] == [302, 302]


def test_signing_in_again_begins_a_new_session_and_ends_the_old_one(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app)
    visitor.get("/sign-in")
    planted = visitor.cookie
    visitor.sign_in("规划一科")
    first = visitor.cookie
    visitor.post("/sign-in", "/account", name="规划一科", password=PASSWORD)
    assert len({planted, first, visitor.cookie}) == 3
    for old in (planted, first):
        thief = Visitor(app)
        thief.client.set_cookie("zhengzhi", old)
        assert thief.get("/account").status_code == 302
    assert visitor.get("/account").status_code == 200


def test_a_form_from_before_signing_in_is_worth_nothing_after_it(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app)
    token = visitor.token("/sign-in")
    visitor.client.post("/sign-in", data={"csrf_token": token, "name": "规划一科", "password": PASSWORD})
    assert visitor.client.post("/account/tokens", data={"csrf_token": token}).status_code == 400


def test_a_visitor_who_only_looks_gets_no_cookie(store, study):
    visitor = Visitor(site_of(store, study, DEMONSTRATION))
    assert "Set-Cookie" not in visitor.get("/").headers
    assert visitor.cookie is None


def test_the_cookie_is_out_of_reach_for_scripts_other_sites_and_plain_http(store, study):
    account(store, "规划一科", "planner")
    proxied = site_of(store, study, Settings(database_url="x", behind_proxy=1, public_hosts="maps.county.example"))
    plain = Visitor(site_of(store, study)).get("/sign-in").headers["Set-Cookie"]
    secure = Visitor(proxied, **{"X-Forwarded-Proto": "https", "Host": "maps.county.example"})
    flags = secure.get("/sign-in").headers["Set-Cookie"]
    assert flags.startswith("__Host-zhengzhi=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags.split("; "))
    assert "Domain" not in flags
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(plain.split("; "))
    assert "Secure" not in plain


def test_a_proxys_word_is_only_believed_where_there_is_one(app):
    visitor = Visitor(app, **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"})
    assert "Secure" not in visitor.get("/sign-in").headers["Set-Cookie"]
    with app.test_request_context(headers={"X-Forwarded-For": "203.0.113.9"}, environ_base={"REMOTE_ADDR": "10.0.0.1"}):
        assert browser() == "10.0.0.1"


def test_a_browser_is_named_without_its_own_words(app):
    environment = {"REMOTE_ADDR": "10.0.0.1"}
    with app.test_request_context(headers={"User-Agent": CHROME}, environ_base=environment):
        assert browser() == "Chrome · Windows · 10.0.0.1"
    with app.test_request_context(headers={"User-Agent": HOSTILE}, environ_base=environment):
        assert browser() == "10.0.0.1"


def test_pages_of_an_account_are_kept_by_no_browser(app, store):
    account(store, "规划一科", "planner")
    secret = make_link(store, SYSTEM, add_user(store, SYSTEM, "二科", "viewer", NOW), NOW)
    visitor = Visitor(app).sign_in("规划一科")
    assert [visitor.get(path).headers["Cache-Control"] for path in ("/", "/account")] == ["no-store"] * 2
    assert Visitor(app).get(f"/link/{secret}").headers["Cache-Control"] == "no-store"


# forms of other sites, other names, too much


@pytest.mark.parametrize("token", [None, "", "x", "another session's"])
def test_a_form_without_its_own_token_changes_nothing(app, store, token):
    number = account(store, "规划一科", "planner")
    account(store, "甲", "administrator")
    visitor = Visitor(app).sign_in("甲")
    given = {} if token is None else {"csrf_token": token}
    if token == "another session's":
        given = {"csrf_token": Visitor(app).token("/sign-in")}
    for path in (f"/users/{number}/disable", "/sign-out", "/account/tokens"):
        answer = visitor.client.post(path, data=given, headers={"Accept-Language": "en"})
        assert answer.status_code == 400
        assert "did not come from a page of this site" in words(answer)
    assert account_of(store, SYSTEM, number, NOW).disabled_at is None
    assert visitor.get("/account").status_code == 200


def test_a_form_over_https_must_come_from_this_host(store, study):
    account(store, "规划一科", "planner")
    app = site_of(store, study, Settings(database_url="x", behind_proxy=1, public_hosts="maps.county.example"))
    headers = {"X-Forwarded-Proto": "https", "Host": "maps.county.example"}
    visitor = Visitor(app, **headers)
    token = visitor.token("/sign-in")
    sent = {"csrf_token": token, "name": "规划一科", "password": PASSWORD}
    base = {"base_url": "https://maps.county.example", "data": sent}
    for referrer, status in ((None, 400), ("https://evil.example/", 400), ("https://maps.county.example/sign-in", 303)):
        said = {} if referrer is None else {"Referer": referrer}
        assert visitor.client.post("/sign-in", headers={**headers, **said}, **base).status_code == status


@pytest.mark.parametrize(
    ("host", "status"), [("maps.county.example", 302), ("evil.example", 400), ("maps.county.example.evil.example", 400)]
)
def test_only_the_names_that_were_set_are_served(store, study, host, status):
    app = site_of(store, study, Settings(database_url="x", public_hosts="maps.county.example, 10.1.2.3"))
    assert app.test_client().get("/", headers={"Host": host}).status_code == status


def test_a_host_that_a_stranger_forwards_is_not_believed(store, study):
    app = site_of(store, study, Settings(database_url="x", behind_proxy=1, public_hosts="maps.county.example"))
    account(store, "甲", "administrator")
    number = account(store, "规划一科", "planner")
    visitor = Visitor(app, **{"X-Forwarded-Host": "evil.example"}).sign_in("甲")
    page = visitor.post(f"/users/{number}/link").get_data(as_text=True)
    assert "evil.example" not in page
    assert "http://localhost/link/" in page


def test_more_than_a_form_holds_is_refused_before_it_is_read(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app).sign_in("规划一科")
    answer = visitor.post("/account/tokens", label="x" * 300_000)
    assert answer.status_code == 413
    assert "more than the address takes" in words(answer)


def test_guessing_from_one_address_is_slowed_down(app, store):
    visitor = Visitor(app)
    token = visitor.token("/sign-in")
    codes = [
        visitor.client.post("/sign-in", data={"csrf_token": token, "name": f"n{n}", "password": "x"}).status_code
        for n in range(32)
    ]
    assert codes[:30] == [401] * 30
    assert codes[30:] == [429] * 2
    assert visitor.get("/sign-in").status_code == 200


# links


def test_a_link_is_looked_at_often_and_used_once(app, store):
    number = add_user(store, SYSTEM, "规划一科", "planner", NOW)
    path = f"/link/{make_link(store, SYSTEM, number, NOW)}"
    visitor = Visitor(app)
    for _ in range(2):
        assert "规划一科" in words(visitor.get(path))
    answer = visitor.post(path, path, password=PASSWORD, again=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "规划一科" in words(visitor.get("/account"))
    late = Visitor(app)
    assert late.get(path).status_code == 410
    assert late.post(path, "/sign-in", password=PASSWORD, again=PASSWORD).status_code == 410
    assert Visitor(app).sign_in("规划一科")


def test_a_link_waits_for_a_password_that_is_good_and_the_same_twice(app, store):
    path = f"/link/{make_link(store, SYSTEM, add_user(store, SYSTEM, '规划一科', 'planner', NOW), NOW)}"
    visitor = Visitor(app)
    assert "differ" in words(visitor.post(path, path, password=PASSWORD, again="other"))
    answer = visitor.post(path, path, password="short", again="short")
    assert (answer.status_code, "at least 10" in words(answer)) == (400, True)
    assert visitor.post(path, path, password=PASSWORD, again=PASSWORD).status_code == 303


def test_the_demonstrations_planner_signs_in_with_the_printed_link(store, study):
    app = site_of(store, study, DEMONSTRATION)
    links = {link.name: link.secret for link in first_start(store, is_demonstration=True, now=NOW)}
    visitor = Visitor(app)
    assert visitor.get("/").status_code == 200
    assert visitor.post(f"/link/{links['planner']}", f"/link/{links['planner']}").status_code == 303
    assert "planner" in words(visitor.get("/account"))


# the own account


def test_the_own_sessions_and_tokens_are_listed_made_and_ended(app, store):
    account(store, "规划一科", "planner")
    here, there = (Visitor(app, **{"User-Agent": CHROME}).sign_in("规划一科") for _ in range(2))
    assert words(here.get("/account")).count("Chrome · Windows") == 2
    answer = here.post("/account/tokens", "/account", label=HOSTILE, days="30")
    token = re.findall(r">(gz_[\w-]{43})<", answer.get_data(as_text=True))
    assert len(token) == 1
    page = here.get("/account").get_data(as_text=True)
    assert token[0] not in page
    assert "<script>alert" not in page
    ended = [f"/account/sessions/{number}/end" for number in re.findall(r"/account/sessions/(\d+)/end", page)]
    assert len(ended) == 2
    assert [here.post(path, "/account").status_code for path in ended] == [303, 303]
    assert here.post(ended[0], "/account").status_code == 404
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 302)


def test_anothers_session_cannot_be_ended(app, store):
    account(store, "规划一科", "planner")
    account(store, "督察", "auditor")
    planner, auditor = Visitor(app).sign_in("规划一科"), Visitor(app).sign_in("督察")
    for number in range(1, 12):
        assert auditor.post(f"/account/sessions/{number}/end", "/sign-in").status_code in (303, 404)
        auditor.sign_in("督察")  # whichever was the own one
    assert planner.get("/account").status_code == 200


@pytest.mark.parametrize("days", ["0", "366", "", "x", "1e3", "-5", "9" * 30])
def test_a_token_without_an_end_is_refused_with_the_form(app, store, days):
    account(store, "规划一科", "planner")
    answer = Visitor(app).sign_in("规划一科").post("/account/tokens", "/account", label="x", days=days)
    assert answer.status_code == 400
    assert "1–365" in words(answer)


def test_the_password_is_changed_with_the_old_one_and_the_form_says_what_is_wrong(app, store):
    account(store, "规划一科", "planner")
    here, there = (Visitor(app).sign_in("规划一科") for _ in range(2))
    new = "另外 四个词 全都 不一样"
    for fields, status, told in (
        ({"old": "wrong", "password": new, "again": new}, 401, "do not let you in"),
        ({"old": PASSWORD, "password": new, "again": "other"}, 400, "differ"),
        ({"old": PASSWORD, "password": "short", "again": "short"}, 400, "at least 10"),
        ({"old": PASSWORD, "password": "规划一科规划一科12", "again": "规划一科规划一科12"}, 400, "account's name"),
    ):
        answer = here.post("/account/password", "/account", **fields)
        assert answer.status_code == status
        assert told in words(answer).replace("&#39;", "'")
    answer = here.post("/account/password", "/account", old=PASSWORD, password=new, again=new)
    assert answer.status_code == 303
    assert "was changed" in words(here.get(answer.location))
    assert there.get("/account").status_code == 302
    assert Visitor(app).sign_in("规划一科", new)


# accounts


def test_an_administrator_adds_an_account_and_hands_its_link_over(app, store):
    account(store, "甲", "administrator")
    visitor = Visitor(app).sign_in("甲")
    answer = visitor.post("/users", "/users", name=" 规划一科 ", role="planner")
    (path,) = re.findall(r"http://localhost(/link/[\w-]+)", answer.get_data(as_text=True))
    assert "规划一科" in words(visitor.get("/users"))
    assert Visitor(app).post(path, path, password=PASSWORD, again=PASSWORD).status_code == 303
    answer = visitor.post("/users", "/users", name="规划一科", role="viewer")
    assert (answer.status_code, "is there already" in words(answer)) == (409, True)
    assert visitor.post("/users", "/users", name="二科", role="root").status_code == 400
    assert visitor.post("/users", "/users", name="13912345678", role="viewer").status_code == 400


def test_an_administrator_changes_disables_and_enables_but_not_the_own_account(app, store):
    own, number = account(store, "甲", "administrator"), account(store, "规划一科", "planner")
    account(store, "乙", "administrator")
    visitor, planner = Visitor(app).sign_in("甲"), Visitor(app).sign_in("规划一科")
    assert visitor.post(f"/users/{number}/role", "/users", role="importer").status_code == 303
    assert role_of(store, "规划一科") == "importer"
    assert visitor.post(f"/users/{number}/disable", "/users").status_code == 303
    assert planner.get("/account").status_code == 302
    assert "disabled" in words(visitor.get(f"/users/{number}"))
    assert visitor.post(f"/users/{number}/link", "/users").status_code == 409
    assert visitor.post(f"/users/{number}/enable", "/users").status_code == 303
    for path, status in ((f"/users/{own}/disable", 403), (f"/users/{own}/role", 403), ("/users/99/enable", 404)):
        assert visitor.post(path, "/users", role="viewer").status_code == status
    assert visitor.get("/users/99").status_code == 404
    page = visitor.get(f"/users/{own}").get_data(as_text=True)
    assert "/disable" not in page
    assert "/role" not in page


def test_an_administrator_ends_anothers_sessions(app, store):
    account(store, "甲", "administrator")
    number = account(store, "规划一科", "planner")
    visitor, planner = Visitor(app).sign_in("甲"), Visitor(app).sign_in("规划一科")
    page = visitor.get(f"/users/{number}").get_data(as_text=True)
    (path,) = set(re.findall(rf"/users/{number}/sessions/\d+/end", page))
    assert visitor.post(path, "/users").status_code == 303
    assert planner.get("/account").status_code == 302


def test_hostile_names_stay_words(app, store):
    account(store, "甲", "administrator")
    account(store, "督察", "auditor")
    hostile = HOSTILE[:40]
    account(store, hostile, "planner")
    Visitor(app).sign_in(hostile).get("/users")
    for name, path in (("甲", "/users"), ("甲", "/users/3"), ("督察", "/audit"), (hostile, "/account"), (hostile, "/")):
        page = Visitor(app).sign_in(name).get(path).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
        assert "{{7*7}}"[: len(hostile)] in page or "49" not in page


# the audit log


def test_an_auditor_reads_filters_and_turns_pages(app, store):
    account(store, "督察", "auditor")
    visitor = Visitor(app).sign_in("督察")
    for _ in range(30):
        Visitor(app).post("/sign-in", name="nobody", password="x")
        at(app, timedelta(0))
    page = visitor.get("/audit")
    assert "chain whole" in words(page)
    assert audit_head(store) in words(page)
    for path, told in (
        ("/audit?action=account+added", "account 督察"),
        ("/audit?who=督察", "sign-in"),
        ("/audit?object=督察&lang=en", "account 督察"),
        ("/audit?from=2030-01-01", "No row of this kind"),
        ("/audit?to=2020-01-01", "No row of this kind"),
        ("/audit?page=99", "chain whole"),
        ("/audit?page=x&who=%00&object=%F0%9F", "No row of this kind"),
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        assert told in words(answer), path
    assert visitor.get("/audit?from=2024-13-01").status_code == 400


def test_a_long_log_is_turned_over_page_by_page_with_its_filters(app, store):
    account(store, "督察", "auditor")
    visitor = Visitor(app).sign_in("督察")
    for number in range(120):
        write_down(store, SYSTEM, "edit", f"target {number}")
    page = visitor.get("/audit?action=edit&lang=en").get_data(as_text=True)
    assert "120 rows" in page
    assert "page 1 of 3" in page
    assert 'href="/audit?lang=en&amp;page=2&amp;action=edit"' in page
    assert "target 119" in page
    assert "target 0<" in visitor.get("/audit?action=edit&page=3").get_data(as_text=True)


def test_a_broken_chain_is_said_on_the_page(app, store):
    account(store, "督察", "auditor")
    visitor = Visitor(app).sign_in("督察")
    tamper(store, 2, who="别人")
    page = visitor.get("/audit")
    assert "chain broken at row 2" in words(page)
    assert 'class="broken"' in page.get_data(as_text=True)


def test_an_export_is_written_down_and_carries_the_logs_head(app, store):
    account(store, "规划一科", "planner")
    visitor = Visitor(app).sign_in("规划一科")
    page = visitor.get("/map.html").get_data(as_text=True)
    (head,) = re.findall(r'<meta name="audit-head" content="([^"]+)">', page)
    assert head == audit_head(store)
    layer = json.loads(visitor.get("/zones.geojson").get_data())
    assert (layer["type"], layer["audit_head"]) == ("FeatureCollection", audit_head(store))
    assert actions(store)[-2:] == [("export", "map.html"), ("export", "zones.geojson")]
    assert verify(store, head).is_whole


def test_a_visitors_export_carries_the_head_too_and_writes_nothing(store, study):
    visitor = Visitor(site_of(store, study, DEMONSTRATION))
    before = actions(store)
    assert f'<meta name="audit-head" content="{audit_head(store)}">' in visitor.get("/map.html").get_data(as_text=True)
    assert json.loads(visitor.get("/hotspots.geojson").get_data())["audit_head"] == audit_head(store)
    assert actions(store) == before


def test_a_visitors_page_asks_the_store_for_nothing(study):
    visitor = Visitor(site_of(None, study, Settings(var_dir="/nowhere/to/be/written")))
    assert visitor.get("/").status_code == 200


def test_the_log_of_all_this_holds_no_secret(app, store):
    number = add_user(store, SYSTEM, "规划一科", "planner", NOW)
    secret = make_link(store, SYSTEM, number, NOW)
    visitor = Visitor(app)
    visitor.post(f"/link/{secret}", f"/link/{secret}", password=PASSWORD, again=PASSWORD)
    made = visitor.post("/account/tokens", "/account", label="每日导出", days="3").get_data(as_text=True)
    token = re.findall(r">(gz_[\w-]{43})<", made)[0]
    with store.read() as connection:
        text = json.dumps([vars(row) for row in audit.records(connection)])
    for hidden in (secret, token, PASSWORD, sessions.hashed(secret), sessions.hashed(token)):
        assert hidden not in text
