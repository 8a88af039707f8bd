"""The page of meeting files made earlier: looked up by a day, taken again in a click, by whoever may make one."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from accounts import account
from browsing import CUT, SCROLLED, SIZES, faults, sign_in
from conftest import Watched
from flask import Flask
from meetings import HOSTILE, NOW, copied_store, county, draw, export, plant_targets
from register_sites import words
from sites import Visitor, accounts_of_every_role, at, fetched, running, site_of
from studies import area, study_of
from test_made_files import forced

from geo_zhengzhi.model import ROLES
from geo_zhengzhi.services.meeting import making
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.export_contents import add_once, pieces_of
from tests.accounts import QUICK

pytestmark = pytest.mark.usefixtures("quick_passwords")
STUDY = county(draw(36))
LIST = "/export/made?lang=en"
LONG = "county-bureau-command-and-intelligence-1"


def add(store: Database, number: int, **facts: Any) -> int:
    """A file made earlier, as a row and its bytes; not drawn, since a page shows nothing of what is in it."""
    content = facts.pop("content", f"file {number}".encode())
    parameters = {
        "made_on": str(date(2026, 3, 12) + timedelta(days=number % 7)), "from": "2024-02", "to": "2024-03",
        "lang": "zh" if number % 2 else "en", "classification": "内部资料", "targets": ["T-1", "T-2"], "k": 5,
    }  # fmt: skip
    name = sha256(content).hexdigest()
    row = {
        "key": str(number), "sha256": name, "data_version": STUDY.data_version, "boundaries": {}, "figures": [],
        "parameters": parameters | facts.pop("parameters", {}), "audit_head": "", "reason": "",
        "made_at": NOW + timedelta(hours=number), "made_by": "指挥中心", "files": {"meeting.pdf": name}, **facts,
    }  # fmt: skip
    with store.write() as connection:
        add_once(connection, name, pieces_of(content))
        return exports.add(connection, row)


@pytest.fixture(scope="module")
def accounts(new_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with targets and an account of each role, and without any file."""
    folder = tmp_path_factory.mktemp("made")
    for database in copied_store(new_file, folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
            accounts_of_every_role(database)
            account(database, LONG, "viewer", now=NOW)
        plant_targets(database, STUDY)
    return folder / "store.gpkg"


@pytest.fixture
def store(accounts: Path, tmp_path: Path) -> Iterator[Database]:
    yield from copied_store(accounts, tmp_path)


@pytest.fixture
def app(store: Database) -> Flask:
    app = site_of(store, STUDY)
    at(app, NOW)
    return app


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    with running(app, Settings(port=0, database_url="x")) as address:
        yield address


def test_a_file_is_found_by_its_day_and_taken_as_it_was_made(app: Flask, store: Database) -> None:
    viewer = Visitor(app).sign_in("viewer")
    assert "Files made earlier" not in words(viewer.get("/export?lang=en"))
    made = export(store, STUDY, "2024-02", "2024-03", ending=".geojson", language="en")
    add(store, 30)
    app.extensions["geo_zhengzhi.study"]._study = county(draw(40))
    assert "Taken to a meeting already? Files made earlier 2" in words(viewer.get("/export?lang=en"))
    page = viewer.get(f"{LIST}&day=2024-04-01")
    assert "1 2024-04-01 2024-04-01 16:00 system 2024-02 – 2024-03 GEOJSON English 3 Internal" in words(page)
    assert "1 file Each" in words(page)
    assert "changed since Take it again" in words(page)
    given = viewer.post("/export/made/1/file", LIST)
    assert given.data == made.content
    assert given.mimetype == "application/geo+json"
    assert given.headers["Content-Disposition"] == "attachment; filename=meeting-2024-02-2024-03.en.geojson"
    assert given.headers["Cache-Control"] == "no-store"
    head = given.headers["X-Audit-Head"]
    assert head.partition(":")[0] in words(Visitor(app).sign_in("auditor").get("/audit?lang=en"))
    assert "viewer viewer export again meeting 1 SHA-256" in words(
        Visitor(app).sign_in("auditor").get("/audit?lang=en")
    )
    with store.read() as connection:
        assert exports.last_id(connection) == 2


def test_what_was_just_made_says_where_it_is_found_later(app: Flask, store: Database) -> None:
    viewer = Visitor(app).sign_in("viewer")
    form = {"from": "2024-02", "to": "2024-03", "language": "zh", "format": ".geojson"}
    answer = viewer.post("/export?lang=en", "/account", **form)
    first = fetched(viewer, answer)
    assert "for you alone. Afterwards among the files made earlier" in words(viewer.get(answer.location))
    assert viewer.post("/export/made/1/file", LIST).data == first.data


def test_a_file_that_is_too_large_to_be_kept_says_so_while_it_lies_there(
    app: Flask, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "MOST_KEPT_BYTES", 1000)
    viewer = Visitor(app).sign_in("viewer")
    form = {"from": "2024-02", "to": "2024-03", "language": "zh", "format": ".geojson"}
    answer = viewer.post("/export?lang=en", "/account", **form)
    assert fetched(viewer, answer).get_json()["type"] == "FeatureCollection"
    assert "and is too large to be kept: keep the file yourself." in words(viewer.get(answer.location))
    assert "not kept as then" in words(viewer.get(LIST))


@pytest.mark.parametrize("role", ROLES)
def test_whoever_may_make_a_file_may_take_it_again(app: Flask, store: Database, role: str) -> None:
    add(store, 1)
    visitor = Visitor(app).sign_in(role)
    assert "Take it again" in words(visitor.get(LIST))
    assert visitor.post("/export/made/1/file", LIST).data == b"file 1"


def test_nobody_else_is_given_any_and_a_forged_form_neither(app: Flask, store: Database) -> None:
    add(store, 1)
    stranger = Visitor(app)
    assert "/sign-in" in stranger.get(LIST).location
    assert stranger.post("/export/made/1/file").status_code == 401
    viewer = Visitor(app).sign_in("viewer")
    assert viewer.post("/export/made/1/file", None).status_code == 400
    assert viewer.get("/export/made/1/file").status_code == 405


def test_without_any_file_the_page_says_so(app: Flask, store: Database) -> None:
    viewer = Visitor(app).sign_in("viewer")
    assert "Files made earlier Each" in words(viewer.get(LIST))
    assert "No meeting file was made here yet." in words(viewer.get(LIST))
    page = viewer.get(f"{LIST}&day=2026-01-01")
    assert "No file of a meeting on 2026-01-01, and none made on it." in words(page)
    assert "Show Clear filters" in words(page)
    assert "尚未制作过会议稿" in words(viewer.get("/export/made?lang=zh"))


def test_a_store_whose_incidents_are_gone_still_gives_its_files(app: Flask, store: Database) -> None:
    add(store, 1)
    app.extensions["geo_zhengzhi.study"]._study = study_of([], [area("T-1", 0, 0)])
    viewer = Visitor(app).sign_in("viewer")
    page = viewer.get("/export?lang=en")
    assert "No incidents yet" in words(page)
    assert 'href="/export/made?lang=en"' in page.get_data(as_text=True)
    assert "changed since Take it again" in words(viewer.get(LIST))
    assert viewer.post("/export/made/1/file", LIST).data == b"file 1"


@pytest.mark.parametrize(
    "day", ["2026-02-30", "yesterday", "1800-01-01", "9999-12-31", "%3Cimg%20src=x%3E", "20260312"]
)
def test_a_day_that_is_none_is_refused_with_a_sentence(app: Flask, store: Database, day: str) -> None:
    answer = Visitor(app).sign_in("viewer").get(f"{LIST}&day={day}")
    assert answer.status_code == 400
    assert "allowed: YYYY-MM-DD" in words(answer)
    assert "<img src=x" not in answer.get_data(as_text=True)


def test_what_is_not_there_not_kept_or_damaged_is_said_on_the_list(app: Flask, store: Database) -> None:
    for number in (1, 2, 3):
        add(store, number)
    names = [sha256(f"file {number}".encode()).hexdigest() for number in (1, 2)]
    forced(
        store,
        f"DELETE FROM export_contents WHERE sha256 = '{names[0]}'",
        f"UPDATE export_contents SET content = x'00' WHERE sha256 = '{names[1]}'",
    )
    viewer = Visitor(app).sign_in("viewer")
    page = viewer.get(LIST)
    assert page.get_data(as_text=True).count("Take it again") == 2
    assert "not kept as then" in words(page)
    assert "Not kept: made before files were kept, or larger than 256 MiB." in words(page)
    for number, status, sentence in (
        (9, 404, "No meeting file 9 was made here"),
        (10**30, 404, "was made here – allowed: 1 … 3"),
        (1, 404, "The bytes of meeting file 1, made 2024-04-01 09:00 UTC, are not kept"),
        (2, 500, "What is kept of meeting file 2 is not what was made"),
    ):
        answer = viewer.post(f"/export/made/{number}/file?lang=en&day=2026-03-14", LIST)
        assert answer.status_code == status
        assert sentence in words(answer)
        assert 'href="/export/made?lang=zh"' in answer.get_data(as_text=True)
    assert viewer.post("/export/made/3/file", LIST).data == b"file 3"


def test_fifty_stand_on_a_page_and_every_one_on_some_page(app: Flask, store: Database) -> None:
    for number in range(1, 104):
        add(store, number, parameters={"made_on": "2026-03-12" if number > 2 else "2026-03-05"})
    viewer = Visitor(app).sign_in("viewer")
    pages = [viewer.get(f"{LIST}&page={number}").get_data(as_text=True) for number in (1, 2, 3, 4)]
    assert [page.count("Take it again") for page in pages] == [50, 50, 3, 0]
    assert "page 1 of 3" in words(viewer.get(LIST))
    found = viewer.get(f"{LIST}&day=2026-03-12&page=2").get_data(as_text=True)
    assert "page=3&amp;day=2026-03-12" in found
    assert viewer.get(f"{LIST}&page=-1").status_code == viewer.get(f"{LIST}&page=x").status_code == 200


def test_hostile_words_of_a_row_stay_words(app: Flask, store: Database) -> None:
    said = {"classification": HOSTILE, "made_on": HOSTILE, "from": HOSTILE, "lang": HOSTILE}
    add(store, 1, parameters=said, made_by=HOSTILE, files={HOSTILE: sha256(b"file 1").hexdigest()})
    add(store, 2, parameters=said, files={f"meeting.{HOSTILE}": sha256(b"file 2").hexdigest()})
    viewer = Visitor(app).sign_in("viewer")
    page = viewer.get(LIST).get_data(as_text=True)
    assert "<img" not in page
    assert "{{7*7}}" in page
    for number in (1, 2):
        given = viewer.post(f"/export/made/{number}/file", LIST)
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.mimetype == "application/octet-stream"
        assert not set("/<>\r\n") & set(given.headers["Content-Disposition"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_and_a_click_takes_the_file(
    watched: Watched, site: str, store: Database, tmp_path: Path, language: str
) -> None:
    for number in range(1, 41):
        add(store, number, made_by=LONG if number % 3 == 0 else "指挥中心",
            parameters={"classification": "内" * 40 if number % 4 == 0 else "Internal"})  # fmt: skip
    sign_in(watched, site, "viewer")
    for path in ("export/made?", "export/made?day=2026-03-12&", "export/made?day=2001-01-01&", "export?"):
        watched.page.goto(f"{site}{path}lang={language}")
        for width, height in SIZES:
            watched.page.set_viewport_size({"width": width, "height": height})
            by_intent = ("A.me", *(SCROLLED if width < 1024 else ()))
            cut = watched.page.evaluate(CUT)
            assert [found for found in cut if not found.startswith(by_intent)] == [], (path, width)
    watched.page.set_viewport_size({"width": 1366, "height": 768})
    watched.page.goto(f"{site}export?lang={language}")
    watched.page.locator("main a[href*='/export/made']").click()
    watched.page.locator("input[name=day]").fill("2026-03-12")
    watched.page.locator("main form[method=get] button").click()
    watched.page.wait_for_url("**day=2026-03-12**")
    assert watched.page.locator("tbody tr").count() == 5
    with watched.page.expect_download() as download:
        watched.page.locator("tbody tr .btn").first.click()
    download.value.save_as(tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == b"file 35"
    assert [fault for fault in faults(watched) if "/export/made/35/file" not in fault] == []
    assert watched.foreign(site) == []
