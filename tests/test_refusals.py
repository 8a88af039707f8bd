"""Every refusal is a row of the audit log, and nobody can fill the log by being refused."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import MINUTE, NOW
from flask import Flask
from programs import PLANNER, Program, entry, program, told_study
from sites import COUNTY, Visitor, at, site_of

from geo_zhengzhi.model import ANONYMOUS, SYSTEM
from geo_zhengzhi.services.access import refusals as services
from geo_zhengzhi.services.access import token_failures
from geo_zhengzhi.services.access.auditing import read_log, verify
from geo_zhengzhi.services.access.own_account import make_token
from geo_zhengzhi.services.access.refusals import MOST_OF_ONE, MOST_OF_STRANGERS, Refusal, Refusals
from geo_zhengzhi.services.access.users import account_of, disable_user
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.store import sessions
from geo_zhengzhi.store.audit import Wanted
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.opening import open_store
from tests.accounts import QUICK, account, signed_in
from web import limits, refusals

CSV = "incident_id,occurred_at,category,longitude,latitude\nA1,2024-03-01 08:00,盗窃,117.4,40.0\n"
SECRET_ROW = "四条大河,向东,流入"
LOOPBACK = "127.0.0.1"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        store = open_store(f"sqlite:///{tmp_path_factory.mktemp('refusals') / 'store.gpkg'}")
        for role in ("viewer", "planner", "importer", "auditor"):
            account(store, role, role)
        add_entry(store, entry("T-1"), actor=PLANNER, today=NOW.date())
        yield store
    store.close()


@pytest.fixture
def app(database, tmp_path) -> Flask:
    return site_of(database, told_study(), replace(COUNTY, cache_dir=tmp_path / "cache", max_upload_mib=1))


@pytest.fixture
def visitor(app, quick_passwords):
    return lambda name: Visitor(app).sign_in(name)


@pytest.fixture
def since(database):
    """The rows that a test has brought, the oldest first: action, object and details."""
    before = read_log(database, SYSTEM, Wanted()).n

    def rows(*without: str) -> list[tuple[str, str, str, dict]]:
        log = read_log(database, SYSTEM, Wanted())
        new = reversed(log.records[: log.n - before])
        skipped = {"sign-in", "token made", *without}
        return [(r.who, r.action, r.object, json.loads(r.detail)) for r in new if r.action not in skipped]

    return rows


def one(rows: list[tuple[str, str, str, dict]]) -> tuple[str, str, str, dict]:
    assert len(rows) == 1, rows
    return rows[0]


# tokens


def tokens(database, app) -> dict[str, str]:
    """A token for each reason to be refused."""
    viewer = program(app, database, "viewer").token
    with database.write() as connection:
        number = connection.exec_driver_sql("SELECT max(session_id) FROM sessions").scalar()
        sessions.revoke(connection, number, NOW)
    old = account(database, f"短期岗{number}", "viewer")
    me = replace(signed_in(database, f"短期岗{number}"), user_id=old)
    shut = make_token(database, me, "x", 1, NOW)
    disable_user(database, SYSTEM, account_of(database, SYSTEM, f"短期岗{number}", NOW).user_id, NOW)
    expired = program(app, database, "auditor").token
    with database.write() as connection:
        last = connection.exec_driver_sql("SELECT max(session_id) FROM sessions").scalar()
        connection.exec_driver_sql(
            "UPDATE sessions SET expires_at = '2026-01-01T00:00:00.000Z' WHERE session_id = ?", (last,)
        )
    return {"unknown token": "gz_nobody", "revoked": viewer, "disabled": shut, "expired": expired}


def test_each_reason_of_a_refused_token_is_written_down_and_never_the_token(database, app, quick_passwords):
    given = tokens(database, app)
    before = read_log(database, SYSTEM, Wanted()).n
    for token in given.values():
        assert Program(app, token).refused(401, "GET", "/targets")["type"].endswith(":not-signed-in")
    log = read_log(database, SYSTEM, Wanted())
    rows = [
        (r.who, r.action, json.loads(r.detail)["reason"], r.object) for r in reversed(log.records[: log.n - before])
    ]
    assert [row[:3] for row in rows] == [("anonymous", "token refused", reason) for reason in given]
    assert rows[0][3] == ""
    assert all(row[3].startswith("session ") for row in rows[1:])
    assert not any(token in r.detail for r in log.records for token in given.values())
    assert json.loads(log.records[0].detail)["with"].endswith(LOOPBACK)


def test_another_way_in_than_a_bearer_token_is_written_down(app, since):
    client = app.test_client()
    assert client.get("/api/v1/targets", headers={"Authorization": "Basic eDp5"}).status_code == 401
    assert one(since())[3]["reason"] == "no bearer token"


def tried(app: Flask, n: int, address: str = LOOPBACK, token: str = "gz_nobody") -> list[int]:
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    origin = {"REMOTE_ADDR": address}
    return [client.get("/api/v1/targets", headers=headers, environ_base=origin).status_code for _ in range(n)]


def test_failed_tokens_are_limited_by_address_and_valid_ones_from_there_are_not(database, tmp_path, monkeypatch, since):
    monkeypatch.setattr(token_failures, "FAILURES", 3)
    app, other_worker = (site_of(database, told_study(), COUNTY) for _ in range(2))
    at(app, timedelta(hours=2))
    at(other_worker, timedelta(hours=2))
    known = program(app, database, "viewer").token
    assert tried(app, 2) == [401, 401]
    assert tried(other_worker, 2) == [401, 429]  # counted in the store
    refused = Program(app, "gz_other").ask("GET", "/targets")
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.headers["Retry-After"] == "60"
    assert "3 a minute, and any number that let somebody in" in refused.json["detail"]
    assert Program(app, "gz_x").ask("GET", "/targets", Accept_Language="zh").json["detail"].startswith("来自您的地址")
    assert tried(app, 2, token=known) == [200, 200]  # behind the same proxy
    assert tried(app, 1, address="10.0.0.9") == [401]
    at(app, timedelta(hours=2, minutes=1))
    assert tried(app, 1) == [401]
    assert [row[1] for row in since("refusals left out")] == [
        "token refused", "token refused", "too often", "too often", "token refused", "token refused",
    ]  # fmt: skip


def test_addresses_of_one_line_of_ipv6_are_one_and_a_thousand_are_kept(database, monkeypatch):
    monkeypatch.setattr(token_failures, "FAILURES", 2)
    app = site_of(database, told_study(), COUNTY)
    at(app, timedelta(hours=3))
    assert tried(app, 1, "2001:db8::1") + tried(app, 2, "2001:db8::ffff") == [401, 401, 429]
    assert tried(app, 1, "2001:db8:0:1::1") == [401]
    monkeypatch.setattr(token_failures, "MOST_ADDRESSES", 2)
    for n in range(4):
        assert tried(app, 1, f"10.1.0.{n}") == [401]
    with database.read() as connection:
        kept = json.loads(connection.exec_driver_sql("SELECT value FROM state WHERE key = 'token_failures'").scalar())
    assert len(kept) == 2


# forms, hosts, links, roles


@pytest.mark.parametrize(("token", "reason"), [(None, "token missing"), ("wrong", "token wrong")])
def test_a_form_without_its_token_is_written_down(visitor, since, token, reason):
    sender = visitor("planner")
    sender.token("/account")
    client = sender.client
    fields = {} if token is None else {"csrf_token": token}
    assert client.post("/register/T-1/step", data=fields).status_code == 400
    who, action, where, detail = one(since())
    assert (who, action, where, detail["reason"]) == ("planner", "form refused", "register.step", reason)


def test_a_form_of_another_site_is_written_down(app, since):
    client, secure = app.test_client(), "https://127.0.0.1"
    page = client.get("/sign-in", base_url=secure).get_data(as_text=True)
    fields = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[0], "name": "planner"}
    answer = client.post("/sign-in", base_url=secure, data=fields, headers={"Referer": "https://evil.example/"})
    assert answer.status_code == 400
    who, action, where, detail = one(since())
    assert (who, action, where, detail["reason"]) == ("anonymous", "form refused", "signing.sign_in", "foreign origin")
    assert "evil" not in str(detail)


def test_a_program_without_the_forms_header_is_written_down(visitor, since):
    answer = visitor("planner").client.post("/api/v1/targets", json={})
    assert answer.status_code == 403
    assert one(since())[1:3] == ("form refused", "api_targets.add")


def test_a_foreign_host_is_written_down_without_its_name(app, since):
    assert app.test_client().get("/", headers={"Host": "13912345678.example"}).status_code == 400
    _, action, where, detail = one(since())
    assert (action, where, detail["reason"]) == ("host refused", "", "host name")
    assert "13912345678" not in json.dumps(detail)


def test_a_link_that_was_guessed_is_written_down_without_it(app, since):
    assert app.test_client().get("/link/guessed-secret").status_code == 410
    row = one(since())
    assert row[1] == "link refused"
    assert "guessed" not in str(row)


def test_a_role_and_nobody_are_written_down(app, database, visitor, since):
    visitor("viewer").get("/users")
    assert app.test_client().get("/api/v1/targets").status_code == 401
    rows = since()
    assert [row[:3] for row in rows] == [
        ("viewer", "refused", "users.accounts"), ("anonymous", "refused", "api_targets.listed"),
    ]  # fmt: skip
    assert rows[0][3]["permission"] == "manage-users"


# edits


def edit(planner: Program, status: int, etag: str | None, **fields: object) -> None:
    headers = {} if etag is None else {"If_Match": etag}
    planner.refused(status, "PATCH", "/targets/T-1", {"reason": "x", **fields}, **headers)


def test_conflicts_and_versions_not_said_are_written_down(app, database, since):
    planner = program(app, database, "planner")
    edit(planner, 412, '"77"', lead_unit="甲")
    edit(planner, 428, None, lead_unit="甲")
    edit(planner, 422, '"1"', level="nobody knows 13912345678")
    rows = [(who, action, what, detail["error"], detail["status"]) for who, action, what, detail in since()]
    assert rows == [
        ("planner", "edit refused", "target T-1", "VersionConflict", 412),
        ("planner", "edit refused", "target T-1", "VersionNotSaid", 428),
        ("planner", "edit refused", "target T-1", rows[2][3], 422),
    ]


def test_what_was_typed_is_not_in_the_log(app, database, since):
    planner = program(app, database, "planner")
    planner.refused(422, "PATCH", "/targets/T-1", {"reason": SECRET_ROW, "level": SECRET_ROW}, If_Match='"1"')
    planner.refused(404, "PATCH", f"/targets/{SECRET_ROW}", {"reason": "x"}, If_Match='"1"')
    rows = since()
    assert len(rows) == 2
    assert SECRET_ROW not in str(rows)


def test_an_illegal_step_is_written_down_from_the_page_and_from_a_program(app, database, visitor, since):
    sender = visitor("planner")
    answer = sender.post("/register/T-1/step", "/register/T-1", to="delisted", day="2026-02-02", unit="甲", version="1")
    assert answer.status_code == 409
    program(app, database, "planner").refused(
        409,
        "POST",
        "/targets/T-1/steps",
        {"to_stage": "delisted", "step_date": "2026-02-02", "unit": "甲"},
        If_Match='"1"',
    )
    rows = since()
    # one account, target and reason within a minute: the second is counted
    assert [(row[1], row[2], row[3]["error"]) for row in rows] == [("step refused", "target T-1", "StepNotAllowed")]


# uploads and imports


def packed(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "../").replace("_", "."), content)
    return data.getvalue()


BAD = {
    "a.csv": (b"x" * 2**21, "UploadTooLarge"),
    "a.exe": (b"MZ", "UnknownIncidentFormat"),
    "bomb.zip": (packed(a_shp=bytes(2**26)), "ArchiveTooLarge"),
    "way.zip": (packed(__a_shp=b"x"), "UnsafeArchive"),
    "13912345678.csv": (bytes(10) + SECRET_ROW.encode(), None),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("path", ["/import", "/api/v1/uploads", "/api/v1/batches"])
def test_an_upload_that_is_refused_is_written_down_with_its_size_and_without_its_content(
    app, visitor, since, name, path
):
    content, error = BAD[name]
    sender = visitor("importer")
    token = sender.token("/account")
    form = {"csrf_token": token} if path == "/import" else {"datum": "wgs84"} if path.endswith("batches") else {}
    headers = {"X-CSRFToken": token}
    answer = sender.client.post(path, data={**form, "file": (io.BytesIO(content), name)}, headers=headers)
    assert 400 <= answer.status_code < 500
    who, action, _, detail = one(since())
    assert (who, action) == ("importer", "upload refused")
    assert error is None or detail["error"] in (error, "RequestEntityTooLarge")
    assert detail["n_bytes"] is None or detail["n_bytes"] > 0
    assert "13912345678" not in str(detail)
    assert SECRET_ROW not in str(detail)


def sent(sender: Visitor, content: str = CSV) -> str:
    """Send a file on the page; where it goes on."""
    token = sender.token("/import")
    form = {"csrf_token": token, "file": (io.BytesIO(content.encode()), "三月.csv")}
    return sender.client.post("/import", data=form).headers["Location"].partition("?")[0]


def test_an_import_that_is_refused_is_written_down(visitor, since):
    sender = visitor("importer")
    where = sent(sender)
    answer = sender.post(f"{where}/start", "/account")
    assert answer.status_code == 400
    row = one(since())
    assert (row[1], row[2], row[3]["error"]) == ("import refused", "imports.start", "DatumNotChosen")


def test_each_look_at_the_rows_of_an_upload_is_written_down_once(visitor, since):
    sender = visitor("importer")
    where = sent(sender, CSV + "A2,2024-13-01,盗窃,117.4,40.0\n")
    short = where.rpartition("/")[2][:8]
    for page in (where, f"{where}/check?datum=wgs84", f"{where}/rejects.csv?datum=wgs84", f"{where}/check"):
        assert sender.get(page).status_code in (200, 400)
    rows = [row for row in since() if row[1] != "import refused"]
    assert [(row[1], row[2], row[3].get("n")) for row in rows] == [
        ("upload seen", f"upload {short}", 2),
        ("rejects seen", f"upload {short}", 1),
        ("rejects seen", f"upload {short}", None),
        ("upload seen", f"upload {short}", 2),  # back at the fields, without a datum
    ]


def test_what_the_interface_tells_of_an_upload_holds_none_of_its_rows(app, database, since):
    importer = program(app, database, "importer")
    headers = {"Authorization": f"Bearer {importer.token}"}
    form = {"file": (io.BytesIO(CSV.encode()), "三月.csv")}
    told = app.test_client().post("/api/v1/uploads", data=form, headers=headers)
    said = told.get_data(as_text=True) + json.dumps(importer.get("/uploads"))
    said += json.dumps(importer.get(f"/uploads/{told.json['upload_id']}"))
    assert not any(word in said for word in ("A1", "117.4", "盗窃"))
    assert since() == []


# rates


@pytest.mark.parametrize(("limit", "paths"), [("COSTLY", ("/", "/map.html", "/hotspots.geojson"))])
def test_pages_that_cost_much_are_limited_in_both_languages(
    database, monkeypatch, since, limit, paths, quick_passwords
):
    monkeypatch.setattr(limits, limit, "2 per minute")
    viewer = Visitor(site_of(database, told_study(), COUNTY)).sign_in("viewer")
    found = [viewer.get(paths[0]).status_code, viewer.get(paths[1]).status_code]
    assert found == [200, 200]
    for path in paths:
        english, chinese = viewer.get(path, query_string={"lang": "en"}), viewer.get(path, query_string={"lang": "zh"})
        assert [answer.status_code for answer in (english, chinese)] == [429, 429]
        assert english.headers["Retry-After"] == "60"
        assert "Too many requests in a short time" in english.get_data(as_text=True)
        assert "Too many" not in chinese.get_data(as_text=True)
    rows = since("export")
    assert {row[1] for row in rows} == {"too often"}
    assert [row[0] for row in rows] == ["viewer"] * len(paths)


def test_uploads_are_limited_on_the_page_and_for_programs(database, tmp_path, monkeypatch, since, quick_passwords):
    monkeypatch.setattr(limits, "UPLOADS", "2 per minute")
    app = site_of(database, told_study(), replace(COUNTY, cache_dir=tmp_path / "cache"))
    sender = Visitor(app).sign_in("importer")
    sent(sender), sent(sender)
    page = sender.post("/import", "/import")
    assert (page.status_code, page.mimetype) == (429, "text/html")
    importer = program(app, database, "importer")
    for path in ("/uploads", "/batches"):
        for language, start in (
            ("en", "Too many requests in a short time – allowed: 2 in 60 s"),
            ("zh", "短时间内请求过多"),
        ):
            answer = importer.ask("POST", path, {}, Accept_Language=language)
            assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
            assert answer.json["detail"].startswith(start)
    assert [row[1:3] for row in since()] == [
        ("too often", "imports.send"), ("too often", "api_uploads.send"), ("too often", "api_batches.bring"),
    ]  # fmt: skip


# how much of it


def refusal(caller: str, reason: str = "r", action: str = "token refused") -> Refusal:
    return Refusal(ANONYMOUS if "." in caller else PLANNER, caller, action, "", reason, {"with": caller})


def written(store: Database) -> list[tuple[str, dict]]:
    rows = read_log(store, SYSTEM, Wanted()).records
    return [(row.action, json.loads(row.detail)) for row in reversed(rows)]


def test_the_same_refusal_is_one_row_a_minute_and_the_rest_is_counted_in_the_next(store):
    kept = Refusals()
    for _ in range(1000):
        kept.note(store, refusal("10.0.0.1"), NOW)
    assert len(written(store)) == 1
    kept.note(store, refusal("10.0.0.1"), NOW + MINUTE)
    rows = written(store)
    assert [row[0] for row in rows] == ["token refused", "refusals left out", "token refused"]
    assert rows[1][1] == {
        "n_left_out": 999, "of": {"token refused": 999}, "since": "2026-02-02T08:00:00.000Z", "with": "10.0.0.1",
    }  # fmt: skip
    assert verify(store).is_whole


def test_one_caller_has_thirty_rows_a_minute_whatever_he_varies(store):
    kept = Refusals()
    for n in range(MOST_OF_ONE + 20):
        kept.note(store, refusal("account 7", f"reason {n}"), NOW)
    assert len(written(store)) == MOST_OF_ONE
    kept.note(store, refusal("10.0.0.1"), NOW)  # another is written all the same
    kept.note(store, refusal("account 7"), NOW + MINUTE)
    assert {"n_left_out": 20, "of": {"token refused": 20}, "since": "2026-02-02T08:00:00.000Z"} in [
        row[1] for row in written(store)
    ]


def test_strangers_from_however_many_addresses_have_sixty_rows_a_minute_together(store):
    kept = Refusals()
    for n in range(5 * MOST_OF_STRANGERS):
        kept.note(store, refusal(f"10.0.{n // 250}.{n % 250}"), NOW)
    assert read_log(store, SYSTEM, Wanted()).n == MOST_OF_STRANGERS
    kept.note(store, refusal("account 7"), NOW)  # who is signed in is not crowded out
    kept.note(store, refusal("10.0.0.1"), NOW + MINUTE)
    assert read_log(store, SYSTEM, Wanted(action="refusals left out")).n == 1
    assert written(store)[-2][1] | {"with": "other addresses"} == written(store)[-2][1]
    assert written(store)[-2][1]["n_left_out"] == 4 * MOST_OF_STRANGERS


def test_a_strangers_refusal_waits_for_no_import_and_is_not_lost(store, monkeypatch):
    kept = Refusals()
    with monkeypatch.context() as busy:
        busy.setattr(store, "write_if_free", lambda work: False)
        kept.note(store, refusal("10.0.0.1"), NOW)
    assert written(store) == []
    kept.note(store, refusal("10.0.0.1"), NOW)
    kept.note(store, refusal("10.0.0.1", "another"), NOW + MINUTE)
    assert [row[0] for row in written(store)] == ["token refused", "refusals left out", "token refused"]


def test_a_log_that_cannot_be_written_makes_no_other_answer_of_a_refusal(app, monkeypatch, caplog):
    monkeypatch.setattr(services.audit, "append", lambda *_: 1 / 0)
    assert Program(app, "gz_nobody").ask("GET", "/targets").status_code == 401
    assert "refusal" in caplog.text


def test_the_page_of_the_log_tells_them_in_chinese(app, database, visitor):
    Program(app, "gz_nobody").ask("GET", "/targets")
    page = visitor("auditor").get("/audit?lang=zh").get_data(as_text=True)
    assert "令牌被拒" in page
    assert not any(f">{action}<" in page for action in refusals.ACTIONS)
