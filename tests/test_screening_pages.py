"""The screening's page and the register's figures as a browser without scripts meets them."""

import html
import re
from datetime import date

import pytest
from sites import Visitor, accounts_of_every_role, site_of
from test_screening import VILLAGES, county, supplied

from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.services.register.views import entries, entry
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.opening import open_store
from geo_zhengzhi.store.register import Made
from tests.register_sites import target, words
from tests.studies import area, study_of

pytestmark = pytest.mark.usefixtures("quick_passwords")
HOSTILE = "<img src=x onerror=alert(1)>${1}{{7*7}}\"'"


@pytest.fixture
def store(tmp_path):
    database = open_store(f"sqlite:///{tmp_path / 'store.gpkg'}")
    accounts_of_every_role(database)
    yield database
    database.close()


@pytest.fixture
def site(store):
    return site_of(store, county())


@pytest.fixture
def planner(site) -> Visitor:
    return Visitor(site).sign_in("planner")


def rows(page: object) -> list[str]:
    """What each row of the ranking says."""
    body = page.get_data(as_text=True).partition("<tbody>")[2].partition("</tbody>")[0]
    text = [re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", row))).strip() for row in body.split("</tr>")]
    return [row for row in text if row]


def test_the_page_tells_period_threshold_reason_and_both_comparisons(planner):
    page = planner.get("/screening?half=2024-1")
    told = words(page)
    for said in (
        "2024, first half", "2024-01-01 – 2024-06-30", "4 of 6 places reach the threshold of 10 incidents",
        "ten is the default", "data version", "Half-year before", "Same half-year last year",
    ):  # fmt: skip
        assert said in told
    second = rows(page)[1]
    assert second.startswith("2 ● 东庄 village · supplied area 24")
    assert "8 – 3.03 [1.36, 6.75]" in second, "no percentage: the earlier count is below ten"
    assert "11 +118.2 % 2.17 [1.06, 4.43]" in second
    assert "▲ worse" in second
    assert "2024 年上半年" in words(planner.get("/screening?half=2024-1&lang=zh"))


def test_the_address_holds_half_year_threshold_kind_and_marked(planner):
    assert len(rows(planner.get("/screening?half=2024-1&least=13&marked=1"))) == 2
    assert len(rows(planner.get("/screening?half=2024-1&kind=village"))) == 3
    assert "No place has all of this." in words(planner.get("/screening?half=2024-1&least=999&marked=1"))
    assert words(planner.get("/screening")).count("2024, first half") >= 1, "the last whole half-year is the default"


@pytest.mark.parametrize("asked", ["half=2024", "half=2024-3", "least=0", "least=x", "least=²", "kind=x"])
def test_what_is_not_possible_is_told_on_the_page(planner, asked):
    page = planner.get(f"/screening?{asked}")
    assert page.status_code == 400
    assert "– allowed: " in words(page)
    assert len(rows(page)) == 6


def test_a_planner_lists_a_village_by_one_click(store, planner):
    answer = planner.post("/screening/list?half=2024-1", "/screening?half=2024-1", place="area:V-1")
    assert answer.status_code == 303
    [listed] = entries(store).rows
    assert answer.location == f"/screening?half=2024-1#{listed.entry.target_id}"
    assert (listed.entry.name, listed.entry.stage, listed.n_parts) == ("东庄", "screened", 1)
    page = planner.get("/screening?half=2024-1")
    assert any(row.startswith("2 ● 东庄 village · township level 24") and "Screened 2024" in row for row in rows(page))
    again = planner.post("/screening/list?half=2024-1", "/screening?half=2024-1", place="area:V-1")
    assert (again.status_code, "load it again" in words(again)) == (409, True)
    assert entries(store).total == 1


@pytest.mark.parametrize("role", ["viewer", "importer", "administrator", "auditor"])
def test_whoever_may_not_list_sees_no_button_and_is_refused(store, site, role):
    visitor = Visitor(site).sign_in(role)
    page = visitor.get("/screening?half=2024-1").text
    assert 'name="place"' not in page
    assert visitor.post("/screening/list", "/account", place="area:V-1").status_code == 403
    assert entries(store).total == 0


def test_a_listing_without_the_forms_token_is_refused(store, planner):
    assert planner.post("/screening/list?half=2024-1", None, place="area:V-1").status_code == 400
    assert entries(store).total == 0


def test_hostile_names_are_told_and_do_nothing(store):
    site = site_of(store, county(areas=supplied(("V-1", HOSTILE, 0, 0))))
    page = Visitor(site).sign_in("planner").get("/screening?half=2024-1")
    assert HOSTILE in html.unescape(page.text)
    assert "<img" not in page.text
    assert "49" not in words(page).partition("Register")[2].partition(HOSTILE)[0]


def test_a_hundred_rows_a_page_and_all_for_print(store):
    many_areas = supplied(*((f"V-{i}", f"村{i}", i * 500.0, -9000.0) for i in range(230)))
    planner = Visitor(site_of(store, county(areas=many_areas))).sign_in("planner")
    assert [len(rows(planner.get(f"/screening?half=2024-1&page={n}"))) for n in (1, 2, 3, 9)] == [100, 100, 33, 33]
    assert len(rows(planner.get("/screening?half=2024-1&all=1"))) == 233


def test_more_for_print_than_a_page_of_a_megabyte_holds_come_in_turn(store, monkeypatch):
    monkeypatch.setattr("web.screening.A_PRINT", 150)
    many_areas = supplied(*((f"V-{i}", f"村{i}", i * 500.0, -9000.0) for i in range(230)))
    planner = Visitor(site_of(store, county(areas=many_areas))).sign_in("planner")
    assert "Show 150 at a time to print" in words(planner.get("/screening?half=2024-1"))
    first, second = (planner.get(f"/screening?half=2024-1&all=1&page={n}") for n in (1, 2))
    assert (len(rows(first)), len(rows(second))) == (150, 83)
    assert "page=2&amp;all=1" in first.text


def test_without_incidents_the_page_says_what_to_do(store):
    page = Visitor(site_of(store, study_of([], []))).sign_in("importer").get("/screening")
    assert (page.status_code, "No incidents yet" in words(page)) == (200, True)


def test_without_areas_the_page_says_how_to_bring_them(store):
    page = Visitor(site_of(store, county(areas=None))).sign_in("planner").get("/screening?half=2024-1")
    assert "--areas" in words(page)


# the register


def listed_village(store, **fields):
    part = area("x", 0, 0)["geometry"]
    new = target(name="东庄", kind="village", stage_since=date(2024, 1, 5), **fields)
    seed_register(store, [Seed(new, (), (Boundary("T-1", "T-1", 1, part, None, Made.now("system")),))], reason="test")


def test_a_script_gets_the_list_alone_with_its_clean_address(store, planner):
    listed_village(store)
    answer = planner.client.get(
        "/register?text=东&year=&unit=", headers={"HX-Request": "true", "Accept-Language": "en"}
    )
    assert answer.text.lstrip().startswith('<div id="found"')
    assert "<html" not in answer.text
    assert answer.headers["HX-Replace-Url"] == "/register?text=%E4%B8%9C"
    assert "HX-Request" in answer.headers["Vary"]
    assert "东庄" in answer.text
    refused = planner.client.get("/register?year=1", headers={"HX-Request": "true"})
    assert (refused.status_code, 'id="found"' in refused.text) == (400, True)


def test_the_list_counts_in_the_days_of_the_address(store, planner):
    listed_village(store)
    told = words(planner.get("/register?from=2024-02-01&to=2024-06-30"))
    assert "24 / 11" in told
    assert "▲ worse" in told
    assert "no boundary" not in told


def test_a_lead_unit_keeps_its_entries(store, planner):
    listed_village(store, lead_unit="城关派出所")
    assert "1 entry matches" in words(planner.get("/register?unit=城关"))
    assert "No entry has all of this." in words(planner.get("/register?unit=渔阳"))
    assert '<option value="城关派出所">' in planner.get("/register").text


def test_a_targets_page_counts_asks_and_lists_hotspots(store, planner):
    listed_village(store, stage="accepted")
    told = words(planner.get("/register/T-1?from=2024-02-01&to=2024-06-30"))
    for said in (
        "24 against 11", "▲ worse", "Suspected relapse: has it relapsed?", "24 incidents against 11",
        "2024-1 24 1 24", "2023-2 8 1 8", "Hour × weekday",
    ):  # fmt: skip
        assert said in told
    viewer = Visitor(planner.client.application).sign_in("viewer")
    page = viewer.get("/register/T-1?from=2024-02-01&to=2024-06-30")
    assert "Suspected relapse" in words(page)
    assert "<form" not in page.text.partition("<main")[2]
    assert entry(store, "T-1").entry.stage == "accepted", "only a person moves a target"


def test_a_targets_page_leads_to_the_map_and_to_pages_that_there_are(store, planner):
    listed_village(store)
    page = planner.get("/register/T-1?from=2024-02-01&to=2024-06-30").text
    assert 'href="/?focus=T-1&amp;from=2024-02-01&amp;to=2024-06-30"' in page
    assert ('href="/compare' in page) is ("comparison.page" in planner.client.application.view_functions)


def test_days_that_are_none_leave_a_targets_page_as_it_is(store, planner):
    listed_village(store)
    assert planner.get("/register/T-1?from=x").status_code == 200


def test_every_village_is_there_once(planner):
    told = "\n".join(rows(planner.get("/screening?half=2024-1")))
    assert all(told.count(f" {name} village") == 1 for _, name, _, _ in VILLAGES)
