"""The register's list and entries as a browser without scripts meets them."""

import re
from dataclasses import replace
from datetime import date

import pytest
from accounts import NOW, PLANNER
from register_sites import NUMBER, PAGE, TODAY, WIDER, rows, site, target, words
from registers import make_register
from sites import COUNTY, DEMONSTRATION, Visitor, site_of, small_study

from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import change_entry, take_step
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entry
from geo_zhengzhi.services.studies.county import County, keep_county
from geo_zhengzhi.settings import REPOSITORY
from geo_zhengzhi.store.register import Step
from web import create_app
from web.site import CLOCK

pytestmark = pytest.mark.usefixtures("quick_passwords")


# the list


def test_an_empty_register_says_why_and_what_to_do_next(store, planner):
    assert "The register is empty." in words(planner.get("/register"))
    assert 'href="/register-new"' in planner.get("/register").text
    assert "register-new" not in Visitor(planner.client.application).sign_in("viewer").get("/register").text


def test_the_list_tells_of_each_target_what_it_is_who_leads_and_by_when(seeded, planner):
    page = planner.get("/register")
    assert "2 entries" in words(page)
    first, second = rows(page)
    assert first == (
        "武定苑 T-1 residential area city level 2026 城关派出所 under treatment 2026-01-21 overdue 12 days 12"
    )
    assert second.startswith("Banqiao T-2 village county level 2025 – under treatment")
    assert "逾期 12 天" in words(planner.get("/register?lang=zh"))
    assert "板桥村" in words(planner.get("/register?lang=zh"))


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("year=2025", ["T-2"]), ("level=city", ["T-1"]), ("kind=village", ["T-2"]), ("stage=treatment", ["T-1", "T-2"]),
        ("overdue=1", ["T-1"]), ("text=banq", ["T-2"]), ("text=城关", ["T-1"]), ("text=%25", []),
        ("stage=relapsed", []),
        ("sort=name&order=up", ["T-2", "T-1"]), ("sort=name&order=down", ["T-1", "T-2"]), ("year=2025&level=city", []),
        ("sort=deadline", ["T-1", "T-2"]),
    ],
)  # fmt: skip
def test_filters_and_sorts_are_in_the_address(seeded, planner, asked, kept):
    page = planner.get(f"/register?{asked}")
    assert page.status_code == 200
    assert re.findall(r'href="/register/(T-\d)"', page.text) == kept


def test_a_filter_that_keeps_nothing_offers_to_take_one_back(seeded, planner):
    page = planner.get("/register?year=2025&level=city")
    assert "No entry has all of this." in words(page)
    assert 'href="/register?level=city"' in page.text
    assert 'href="/register?year=2025"' in page.text


@pytest.mark.parametrize("asked", ["year=x", "year=1999", "year=²", "level=x", "kind=x", "stage=x", "sort=notes"])
def test_a_filter_that_is_not_possible_is_told_on_the_list(seeded, planner, asked):
    page = planner.get(f"/register?{asked}")
    assert page.status_code == 400
    assert "– allowed: " in words(page)
    assert '<form class="inline bar"' in page.text


def test_eleven_hundred_entries_come_fifty_a_page_and_small(store, planner):
    seed_register(store, make_register(), reason="test", today=TODAY)
    seen: list[str] = []
    for number in range(1, 23):
        page = planner.get(f"/register?page={number}")
        assert len(page.data) < 100_000
        found = re.findall(r'href="/register/([^"/]+)"', page.text)
        assert len(found) == (50 if number < 22 else 34)
        seen += found
    assert len(set(seen)) == 1084
    assert "page 22 of 22" in words(planner.get("/register?page=999"))
    assert "page 1 of 22" in words(planner.get("/register?page=-3"))


# an entry


def test_an_entry_tells_its_life_its_fields_and_its_boundary(seeded, planner):
    page = planner.get(PAGE)
    line = re.findall(r'<li class="(\w+)"', page.text.partition('class="life"')[2].partition("</ol>")[0])
    assert line == ["done", "done", "now", "ahead", "ahead", "ahead"]
    told = words(page)
    for said in (
        "since 2026-01-10",
        "by 2026-01-21",
        "夜间巡逻",
        "进场",
        "0.948 km²",
        "not filled in: civil prevention",
    ):
        assert said in told
    assert planner.get("/register/T-9").status_code == 404
    assert "The register has no entry T-9" in words(planner.get("/register/T-9"))


def test_a_relapse_sits_on_the_line_where_it_happened(store, planner):
    way = ("accepted", "consolidating", "relapsed")
    steps = [Step(None, "treatment", date(2026, 1, 1))]
    steps += [Step(steps[-1].to_stage if i == 0 else way[i - 1], to, date(2026, 1, 2 + i)) for i, to in enumerate(way)]
    relapsed = target(stage="relapsed", stage_since=date(2026, 1, 4))
    seed_register(store, [Seed(relapsed, tuple(steps))], reason="test", today=TODAY)
    line = planner.get(PAGE).text.partition('class="life"')[2].partition("</ol>")[0]
    assert re.findall(r'<li class="(\w+)"', line) == ["done"] * 5 + ["ahead"]
    assert 'class="relapse now"' in line.split("</li>")[4]
    take_step(store, NUMBER, "treatment", TODAY, "派出所", "", version=1, actor=PLANNER, today=TODAY)
    line = planner.get(PAGE).text.partition('class="life"')[2].partition("</ol>")[0]
    assert re.findall(r'<li class="(\w+)"', line) == ["done", "done", "now", "ahead", "ahead", "ahead"]
    assert 'class="relapse"' in line.split("</li>")[4]


def test_versions_are_told_field_by_field(seeded, planner):
    change_entry(seeded, NUMBER, {"notes": "每周通报", "year": 2025}, version=1, actor=PLANNER, reason="县里批复")
    told = words(planner.get(PAGE))
    assert "县里批复" in told
    assert "Year 2026 → 2025" in told
    assert "Notes – → 每周通报" in told


def test_a_page_shows_the_last_versions_and_all_when_asked(seeded, planner):
    for number in range(1, 31):
        change_entry(seeded, NUMBER, {"notes": f"说明{number}"}, version=number, actor=PLANNER, reason="改")
    assert planner.get(PAGE).text.count('<article class="change">') == 20
    assert planner.get(f"{PAGE}?all=1").text.count('<article class="change">') == 31


def test_a_viewer_sees_no_control(seeded, planner):
    put_boundary(seeded, NUMBER, NUMBER, WIDER, None, version=1, actor=PLANNER, reason="扩大")
    viewer = Visitor(planner.client.application).sign_in("viewer")
    for path in (PAGE, "/register"):
        page = viewer.get(path).text.partition("<main")[2]
        assert 'method="post"' not in page
        assert "register-new" not in page
        assert "/change" not in page
    assert 'action="/register/T-1/step"' in planner.get(PAGE).text


# roles


def test_a_visitor_of_the_demonstration_reads_and_is_led_there(seeded):
    visitor = Visitor(site_of(seeded, small_study(), DEMONSTRATION))
    assert '<a href="/register"' in visitor.get("/").text
    page = visitor.get(PAGE)
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2]
    assert Visitor(site(seeded)).get(PAGE).status_code == 302


@pytest.mark.parametrize("role", ["viewer", "importer", "administrator", "auditor"])
def test_only_a_planner_writes(seeded, role):
    visitor = Visitor(site(seeded)).sign_in(role)
    assert visitor.get(PAGE).status_code == 200
    for path in ("/register-new", f"{PAGE}/change"):
        assert visitor.get(path).status_code == 403
    for path in ("/register-new", f"{PAGE}/change", f"{PAGE}/step", f"{PAGE}/parts/{NUMBER}/restore"):
        assert visitor.post(path, "/account", to="accepted", wanted="1", version="1", reason="x").status_code == 403
    assert (entry(seeded, NUMBER).entry.version, entry(seeded, NUMBER).parts[0].version) == (1, 1)


# made-up data says so


DEMO_INCIDENTS = REPOSITORY / "data" / "incidents" / "demo_incidents.csv"
BADGE = "Simulated data · not real incidents"
WITH_FIGURES = ("/register", PAGE, f"{PAGE}/change", "/register-new", "/batches")


def test_where_the_incidents_are_made_up_the_register_and_the_batches_say_so_as_the_console_does(seeded):
    batch_id = import_incidents(seeded, DEMO_INCIDENTS, actor=SYSTEM, datum="wgs84").batch.batch_id
    for name, paths in (("planner", WITH_FIGURES[:4]), ("importer", ("/batches", f"/batches/{batch_id}"))):
        for simulated in (True, False):
            visitor = Visitor(site_of(seeded, replace(small_study(), simulated=simulated))).sign_in(name)
            told = [BADGE in words(visitor.get(path)) for path in ("/", *paths)]
            assert told == [simulated] * len(told)


def test_the_store_itself_says_that_its_incidents_are_made_up(seeded):
    app = create_app(COUNTY, None, seeded)
    app.extensions[CLOCK] = lambda: NOW
    visitor = Visitor(app).sign_in("planner")
    assert BADGE not in words(visitor.get("/register"))
    with seeded.write() as connection:
        keep_county(connection, County(simulated=True))
    assert BADGE in words(visitor.get("/register"))
    assert "模拟数据" in words(visitor.get(f"{PAGE}?lang=zh"))
