"""The pages of presets: saved from what was chosen, made in a click, brought back; and the file in three clicks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import account
from browsing import CUT, SCROLLED, SIZES, faults, sign_in, until
from conftest import Watched
from flask import Flask
from meetings import NOW, county, draw, plant_targets
from register_sites import words
from sites import Visitor, at, fetched, running, site_of

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.meeting.preset_rules import Preset
from geo_zhengzhi.services.meeting.presets import find_preset, list_presets, preset_history, save_preset
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from tests.accounts import QUICK

pytestmark = pytest.mark.usefixtures("quick_passwords")
LIST, SAVE = "/export/presets?lang=en", "/export/new-preset?lang=en"
STUDY = county(draw(36))
FIELDS = {"rule": "last-3-months", "language": "en", "classification": "内部资料", "format": ".geojson", "level": ""}
# Counts what a person clicks, on every page that she comes to.
COUNT = "addEventListener('click', (e) => { sessionStorage.n = Number(sessionStorage.n || 0) + e.isTrusted; }, true)"


@pytest.fixture(scope="module")
def store(module_store: Database) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        for role in ("planner", "viewer"):
            account(module_store, role, role, now=NOW)
        plant_targets(module_store, STUDY)
        yield module_store


@pytest.fixture(scope="module")
def app(store: Database) -> Flask:
    app = site_of(store, STUDY)
    at(app, NOW)
    return app


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    with running(app, Settings(port=0, database_url="x")) as address:
        yield address


def test_what_was_chosen_becomes_a_preset_that_is_changed_taken_away_and_brought_back(
    app: Flask, store: Database
) -> None:
    planner = Visitor(app).sign_in("planner")
    chosen = "/export/new-preset?lang=en&from=2024-01&to=2024-03&target=T-2&classification=x&format=.zip"
    form = planner.get(chosen).get_data(as_text=True)
    assert 'value="last-3-months" selected' in form
    assert re.search(r'value="T-2" checked', form)
    assert 'value=".zip" selected' in form
    answer = planner.post(SAVE, chosen, name="Monthly", target="T-2", version=0, **FIELDS)
    assert answer.location.endswith("#monthly")
    assert find_preset(store, "monthly", actor=SYSTEM).targets == ("T-2",)
    page = planner.get(LIST)
    assert "monthly the last 3 whole months 2024-01 – 2024-03 1 chosen English GEOJSON 内部资料" in words(page)
    planner.post(SAVE, chosen, name="monthly", version=1, **{**FIELDS, "level": "county"})
    stale = planner.post(SAVE, chosen, name="monthly", version=1, **{**FIELDS, "language": "zh"})
    assert stale.status_code == 409
    assert "monthly is at version 2, saved by planner" in words(stale)
    assert 'name="version" value="2"' in stale.get_data(as_text=True)
    assert planner.post("/export/presets/monthly/remove?lang=en", chosen, version=2).status_code == 303
    assert "Taken away monthly" in words(planner.get(LIST))
    planner.post("/export/presets/monthly/restore?lang=en", chosen, version=3, to_version=1)
    assert find_preset(store, "monthly", actor=SYSTEM).targets == ("T-2",)
    assert [one.version for one in preset_history(store, "monthly", actor=SYSTEM)] == [4, 3, 2, 1]
    assert "Versions Version Asked for Saved at Saved by 4" in words(planner.get("/export/presets/monthly?lang=en"))


def test_what_is_wrong_is_said_on_the_form_and_nothing_is_lost(app: Flask, store: Database) -> None:
    planner = Visitor(app).sign_in("planner")
    given = {**FIELDS, "level": "county", "target": "T-1", "name": "both", "version": 0}
    answer = planner.post(SAVE, "/export/new-preset", **given)
    assert answer.status_code == 400
    assert "a level, or single targets, not both" in words(answer)
    page = answer.get_data(as_text=True)
    assert 'name="name" value="both"' in page
    assert re.search(r'value="T-1" checked', page)
    for name in ("../etc", '"><script>alert(1)</script>'):
        answer = planner.post(SAVE, "/export/new-preset", **{**given, "name": name})
        assert answer.status_code == 400
        assert "<script>alert(1)" not in answer.get_data(as_text=True)
    assert "both" not in [kept.name for kept in list_presets(store, actor=SYSTEM)]
    assert planner.get("/export/presets/nobody?lang=en").status_code == 404


def test_a_viewer_makes_a_preset_s_file_and_changes_none(app: Flask, store: Database) -> None:
    if not preset_history_or_none(store, "viewers"):
        save_preset(store, Preset("viewers", "last-month", ending=".geojson"), version=0, actor=SYSTEM)
    viewer = Visitor(app).sign_in("viewer")
    page = viewer.get(LIST).get_data(as_text=True)
    assert "/remove" not in page
    assert "/export/new-preset" not in page
    made = fetched(viewer, viewer.post("/export/presets/viewers/make", "/account"))
    assert made.headers["Content-Disposition"] == "attachment; filename=viewers.geojson"
    assert made.get_json()["type"] == "FeatureCollection"
    assert "X-Audit-Head" in made.headers
    assert "viewers" in words(viewer.get("/export?lang=en"))


def preset_history_or_none(store: Database, name: str) -> bool:
    return any(kept.name == name for kept in list_presets(store, actor=SYSTEM))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_is_made_in_three_clicks_by_somebody_who_has_never_seen_the_tool(
    watched: Watched, site: str, tmp_path: Path, language: str
) -> None:
    sign_in(watched, site, "viewer")
    page = watched.page
    page.add_init_script(COUNT)
    page.goto(f"{site}?lang={language}")
    until(page, "window.zhengzhi && window.zhengzhi.ready")
    page.locator(".meeting-link").click()
    page.wait_for_url("**/export?**")
    with page.expect_download(timeout=120_000) as download:
        page.locator(".act .btn.go").click()
    clicks = page.evaluate("Number(sessionStorage.n)")
    assert clicks == 2
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == f"meeting-2024-05-2024-06.{language}.html"
    assert "csrf" not in page.url
    watched.requests.clear()
    page.goto(path.as_uri())
    until(page, "window.zhengzhi && window.zhengzhi.slides")
    page.keyboard.press("PageDown")
    assert page.evaluate("zhengzhi.slides.at()") == 1
    assert [url for url in watched.requests if not url.startswith((path.as_uri(), "data:"))] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_of_the_pages_is_cut(watched: Watched, site: str, store: Database, language: str) -> None:
    long = "每周_" + "x" * 37
    if not preset_history_or_none(store, long):
        save_preset(store, Preset(long, classification="内" * 40, language=language), version=0, actor=SYSTEM)
    sign_in(watched, site, "planner")
    for path in ("export", "export/presets", "export/new-preset", f"export/presets/{long}", ""):
        watched.page.goto(f"{site}{path}?lang={language}")
        for width, height in SIZES:
            watched.page.set_viewport_size({"width": width, "height": height})
            cut = watched.page.evaluate(CUT)
            by_intent = ("A.me", *(SCROLLED if width < 1024 else ()))
            assert [found for found in cut if not found.startswith(by_intent)] == [], (path, width)
    assert faults(watched) == []
    assert watched.foreign(site) == []
