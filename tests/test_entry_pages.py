"""A target's maps and the difference of its boundary's versions, as routes, on both engines."""

import html
import json
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sites import Visitor

from geo_zhengzhi.register import Entry
from geo_zhengzhi.render.profiles import part_profiles
from geo_zhengzhi.services.console.situation import Query, assess
from geo_zhengzhi.services.register import target_maps
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry
from geo_zhengzhi.store.database import Database
from tests.accounts import NOW, QUICK, account
from tests.plan_county import OTHER, RAIL, SINCE, SQUARE, box, filled, settings_in
from tests.studies import area, days, many, study_of
from web.app import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")
DAYS = "from=2024-02-01&to=2024-03-31&lang=en"


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        database = filled(module_store, tmp_path_factory.mktemp("entry"))
        account(database, "指挥员", "viewer", now=NOW)
        for version, east in ((1, 700), (2, 300)):
            wider = box(0, 0, east, 400)
            put_boundary(database, SQUARE, SQUARE, wider, None, version=version, actor=OTHER, reason="重画")
        yield database


@pytest.fixture(scope="module")
def viewer(store, tmp_path_factory) -> Visitor:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        return Visitor(site(store, tmp_path_factory)).sign_in("指挥员")


def site(store: Database, folders: pytest.TempPathFactory, **more: object) -> Flask:
    app = create_app(settings_in(folders.mktemp("site"), **more), None, store)
    app.extensions[CLOCK] = lambda: NOW
    return app


def view_of(text: str) -> list[list[float]]:
    """The corners that the maps show at first."""
    return json.loads(html.unescape(re.search(r'data-view="([^"]+)"', text)[1]))


def pieces(text: str) -> dict[str, list[str]]:
    """Of each piece its size and its incidents."""
    rows = re.findall(r'data-piece="(\w+)">.*?<td class="r">([^<]+)</td><td class="r">([^<]+)</td>', text, re.DOTALL)
    return {name: [size, n] for name, size, n in rows}


def test_the_maps_hold_the_targets_surroundings_and_nothing_of_the_rest(viewer):
    text = viewer.get(f"/register/{SQUARE}/maps?{DAYS}").get_data(as_text=True)
    assert re.findall(r'data-side="(\w+)"', text) == ["before", "now"]
    code = text.partition('data-side="now"')[2]
    assert ("武定苑" in code, RAIL in code) == (True, False)
    (south, west), (north, east) = view_of(text)
    bounds = box(-350, -350, 650, 750).bounds
    assert [west, south, east, north] == pytest.approx(bounds, abs=1e-5)


def test_each_target_keeps_its_own_incidents_where_others_are_left_out():
    three = [area("远处", 9000, 0, 400), area("这里", 0, 0, 400), area("旁边", 600, 0, 400)]
    incidents = [*many(3, (9100, 100), "2024-02-01"), *many(12, (100, 100), "2024-02-01", category="盗窃"),
                 *many(7, (700, 100), "2024-02-01", category="诈骗")]  # fmt: skip
    whole = assess(study_of(incidents, three), Query(days("2024-02-01", "2024-02-29"))).result
    near = target_maps._near(whole, box(-500, -500, 1500, 1500))
    told = dict(zip(near.targets["name"], (one.top_categories for one in part_profiles(near)), strict=True))
    assert told == {"这里": [("盗窃", 12)], "旁边": [("诈骗", 7)]}


def test_without_last_year_there_is_one_map_and_the_page_says_so(viewer):
    text = viewer.get(f"/register/{SQUARE}/maps?from=2023-02-01&to=2023-03-31&lang=en").get_data(as_text=True)
    assert re.findall(r'data-side="(\w+)"', text) == ["now"]
    assert "Same period last year: not covered by the data" in text


def test_on_a_gcj02_background_the_view_is_moved_as_the_map_is(store, viewer, tmp_path_factory):
    amap = Visitor(site(store, tmp_path_factory, tiles="amap")).sign_in("指挥员")
    (south, west), _ = view_of(amap.get(f"/register/{SQUARE}/maps?{DAYS}").get_data(as_text=True))
    (plain_south, plain_west), _ = view_of(viewer.get(f"/register/{SQUARE}/maps?{DAYS}").get_data(as_text=True))
    assert min(abs(south - plain_south), abs(west - plain_west)) > 1e-4


def test_any_two_versions_are_laid_on_each_other_and_the_last_two_unasked(viewer):
    address = f"/register/{SQUARE}/parts/{SQUARE}/difference"
    last = pieces(viewer.get(f"{address}?{DAYS}").get_data(as_text=True))
    assert last == {"kept": ["120,000 m²", "12"], "added": ["0 m²", "0"], "removed": ["160,000 m²", "6"]}
    other = pieces(viewer.get(f"{address}?a=1&b=2&{DAYS}").get_data(as_text=True))
    assert other == {"kept": ["160,000 m²", "12"], "added": ["120,000 m²", "6"], "removed": ["0 m²", "0"]}
    scripts = viewer.client.get(f"/plan/target/{SQUARE}/{SQUARE}/difference?a=1&b=2&{DAYS}")
    assert set(scripts.get_json()["pieces"]) == {"kept", "added"}


def test_what_is_not_there_is_told(viewer):
    for path in (
        "/register/none/maps", "/register/none/parts/x/difference", f"/register/{SQUARE}/parts/{RAIL}/difference",
        f"/register/{SQUARE}/parts/{SQUARE}/difference?a=1&b=99",
    ):  # fmt: skip
        answer = viewer.get(f"{path}{'&' if '?' in path else '?'}{DAYS}")
        assert (answer.status_code, " – " in html.unescape(answer.get_data(as_text=True))) == (404, True), path


def test_a_target_without_a_boundary_has_no_maps(viewer, store):
    new = Entry("T-none", "无界村", "village", "county", 2024, "listed", SINCE)
    add_entry(store, new, actor=OTHER, reason="新增", today=NOW.date())
    assert 'class="pair' not in viewer.get(f"/register/T-none/maps?{DAYS}").get_data(as_text=True)
    page = viewer.get(f"/register/T-none?{DAYS}").get_data(as_text=True)
    assert ("entry.js" in page, 'id="maps"' in page) == (False, False)


@pytest.mark.parametrize(
    ("unit", "named"),
    [("week", "2024-03-25 – 03-31"), ("month", "2024-03"), ("quarter", "2024 Q1"), ("half_year", "2024-1"),
     ("year", "2024"), ("century", "2024-1")],
)  # fmt: skip
def test_hotspots_inside_are_told_by_every_unit(viewer, unit, named):
    text = viewer.get(f"/register/{SQUARE}?by={unit}&{DAYS}").get_data(as_text=True)
    first = re.search(r'halves.*?<tbody>\s*<tr><td class="nw"><a href="([^"]+)">([^<]+)</a>', text, re.DOTALL)
    assert first[2] == named
    assert f"focus={SQUARE}" in first[1]
