"""The planner's page in Chromium: drawn with mouse, keys and two planners; nothing is lost and nothing hostile runs."""

import json
import re
import threading
from collections.abc import Iterator

import pytest
import shapely
from browsing import CUT, sign_in, until
from conftest import Watched
from planning import DAYS, at, count, drag, plan, serve, settled, view, wrong
from playwright.sync_api import Page, expect

from geo_zhengzhi.crs import GEODESIC
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.situation import assess
from geo_zhengzhi.services.drawing import ground as drawing_ground
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.entries import add_entry, change_entry
from geo_zhengzhi.services.register.seeding import Seed
from geo_zhengzhi.services.register.views import entries, entry, history
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made
from tests.accounts import NOW, PASSWORD, QUICK, account
from tests.hostile import MARKUP as HOSTILE
from tests.plan_county import CLUSTERS, HOMES, OTHER, RAIL, SINCE, SQUARE, box, filled
from tests.stores import SHARED_ON_SQLITE

pytestmark = pytest.mark.usefixtures("quick_passwords")
ODD = " ".join(HOSTILE)[:95]
expect.set_options(timeout=20_000)  # the machine may be busy with other tests
SECOND_CANDIDATE = ((6000, 6000), 8, 0)
SIZES = ((1366, 768), (1920, 1080))


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        folder, database = tmp_path_factory.mktemp("plan"), module_store
        for name, role in (("规划员", "planner"), ("规划员乙", "planner"), ("指挥员", "viewer")):
            account(database, name, role, now=NOW)
        filled(database, folder, (*CLUSTERS, SECOND_CANDIDATE))
        yield database


@pytest.fixture(scope="module")
def site(store, tmp_path_factory) -> Iterator[str]:
    yield from serve(store, tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def amap(store, tmp_path_factory) -> Iterator[str]:
    """The same store on a background in GCJ-02, whose tiles nobody fetches."""
    yield from serve(store, tmp_path_factory.mktemp("amap"), tiles="amap")


def test_a_planner_redraws_the_square_and_a_commander_sees_the_new_count(watched, site, store):
    page = plan(watched, site, f"/target/{SQUARE}")
    assert count(page) == 12
    view(page, -100, -100, 700, 500)
    page.locator("[data-tool=snap]").click()
    drag(page, (400, 400), (560, 400))
    expect(page.locator("[data-n-vertices]")).to_contain_text("4")
    drag(page, (400, 0), (560, 0))
    expect(page.locator("[data-count]")).to_contain_text("18")
    page.keyboard.press("z")
    page.keyboard.press("z")
    expect(page.locator("[data-count]")).to_contain_text("12")
    page.keyboard.press("Shift+Z")
    page.keyboard.press("Shift+Z")
    expect(page.locator("[data-count]")).to_contain_text("18")
    page.locator("[name=reason]").fill("并入东侧")
    page.locator("[data-save]").click()
    page.wait_for_url("**saved=2")
    assert [was.version for was in history(store, SQUARE).boundaries] == [1, 2]
    assert history(store, SQUARE).boundaries[1].made.by == "规划员"
    page.locator("[data-difference] button").click()
    expect(page.locator("[data-piece=added] td").last).to_have_text("6")
    assert page.locator("path.plan-added").count() == 1
    sign_in(watched, site, "指挥员")
    page.goto(f"{site}?{DAYS}&lang=zh")
    row = page.locator(f"[data-ids='[\"{SQUARE}\"]']")
    assert row.locator("td.c b").first.inner_text() == "18"
    assert watched.foreign(site) == []
    assert wrong(watched) == []


@SHARED_ON_SQLITE
def test_the_count_stands_while_hotspots_are_still_being_found(watched, site, store, monkeypatch):
    page, is_free = plan(watched, site, f"/target/{RAIL}", language="en"), threading.Event()

    def slow(*asked: object) -> object:
        assert is_free.wait(60)
        return assess(*asked)

    monkeypatch.setattr(drawing_ground, "assess", slow)
    monkeypatch.setattr(drawing_ground, "_HOTSPOTS", ComputeOnce(size=8))
    seen = entry(store, SQUARE).parts[0]
    put_boundary(store, SQUARE, SQUARE, seen.geometry, None, version=seen.version, actor=OTHER, reason="同形再存")
    page.locator("[name=year]").fill("2023")
    page.locator("[name=year]").press("Tab")
    expect(page.locator("[data-later]")).to_contain_text("the counts hold already")
    assert count(page) == 0
    is_free.set()
    expect(page.locator("[data-later]")).to_have_count(0)
    assert wrong(watched) == []


@SHARED_ON_SQLITE
def test_a_draft_outlives_a_reload_and_an_ended_session(watched, site, store):
    page = plan(watched, site, f"/target/{HOMES}", language="en")
    view(page, 500, -100, 1300, 500)
    page.locator("[data-tool=snap]").click()
    drag(page, (1000, 400), (1200, 400))
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    page.locator("[name=reason]").fill("half-way")
    expect(page.locator("[data-draft]")).to_contain_text("draft kept")
    until(page, "Object.values(window.localStorage).join().indexOf('half-way') >= 0")
    page.reload()
    settled(page)
    expect(page.locator("[data-notice]")).to_contain_text("It began on version 1")
    assert page.locator("[name=reason]").input_value() == "half-way"
    page.context.clear_cookies()
    page.locator("[data-save]").click()
    expect(page.locator("[data-notice]")).to_contain_text("Sign in in the other window")
    sign_in_again(page, site)
    page.locator("[data-save]").click()
    page.wait_for_url("**saved=2")
    assert history(store, HOMES).boundaries[-1].made.reason == "half-way"
    page.reload()
    settled(page)
    assert page.locator("[data-notice]").is_hidden()


@SHARED_ON_SQLITE
def test_a_draft_is_discarded_only_at_the_second_press(watched, site, store):
    page = plan(watched, site, f"/target/{HOMES}", language="en")
    stored = page.evaluate("pencil.shape.coordinates")
    view(page, 500, -100, 1300, 500)
    page.locator("[data-tool=snap]").click()
    drag(page, (600, 0), (560, -40))
    expect(page.locator("[data-draft]")).to_contain_text("draft kept")
    discard = page.locator("[data-discard]")
    discard.click()
    expect(discard).to_have_text("Press again: the draft goes")
    page.locator("[name=reason]").focus()  # thought better of it
    expect(discard).to_have_text("Discard")
    assert page.evaluate("pencil.shape.coordinates") != stored
    discard.click()
    with page.expect_navigation():
        discard.click()
    settled(page)
    assert page.evaluate("pencil.shape.coordinates") == stored
    assert page.locator("[data-notice]").is_hidden()


def sign_in_again(page: Page, site: str) -> None:
    """
    Sign in as another window of the same browser does.

    An answer on its way to the first window may bring a cookie of its own between form and sign-in; the form is then
    refused as one of another session, and sent again.
    """
    for _ in range(2):
        form = page.request.get(f"{site}sign-in?lang=en").text()
        token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
        said = {"csrf_token": token, "name": "规划员", "password": PASSWORD}
        answer = page.request.post(f"{site}sign-in?lang=en", form=said)
        if answer.ok:
            break
    assert answer.ok


@pytest.mark.parametrize("keeps", ["mine", "theirs"])
def test_two_planners_collide_and_both_shapes_stand_beside_each_other(watched, site, store, keeps):
    number = f"T-two-{keeps}"
    start = 4000 if keeps == "mine" else 5000
    seed = Entry(number, "二人广场", "square", "county", 2024, "listed", SINCE)
    part = Boundary(number, number, 1, box(start, 0, start + 400, 400), None, Made.now("system"))
    seed_into(store, Seed(seed, parts=(part,)))
    page = plan(watched, site, f"/target/{number}")
    wider = box(start, 0, start + 500, 400)
    put_boundary(store, number, number, wider, None, version=1, actor=OTHER, reason="先到")
    change_entry(store, number, {"lead_unit": "甲所"}, version=1, actor=OTHER, reason="先到")
    view(page, start - 100, -100, start + 600, 500)
    page.locator("[data-tool=snap]").click()
    drag(page, (start + 400, 400), (start + 450, 450))
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    page.locator("[name=reason]").fill("后到")
    settled(page)
    page.locator("[data-save]").click()
    expect(page.locator("[data-collision] figure")).to_have_count(2)
    expect(page.locator("[data-collision] figcaption").first).to_contain_text(OTHER.name)
    assert page.locator("path.plan-theirs").count() == 1
    expect(page.locator("[data-save]")).to_have_attribute("data-why", "choose")
    assert "3" in page.locator("[data-after]").inner_text(), "after theirs, which is the second"
    page.locator(f"[data-keep={keeps}]").click()
    settled(page)
    assert page.locator("[name=lead_unit]").input_value() == "甲所"
    page.locator("[data-save]").click()
    page.wait_for_url("**saved=*")
    states = history(store, number).boundaries
    if keeps == "mine":
        assert (states[1].geometry, len(states)) == (wider, 3)
        assert states[2].geometry.covers(shapely.Point(*box(start, 0, start + 440, 440).bounds[2:]))
    else:
        assert (states[1].geometry, len(states)) == (wider, 2)  # nothing of the second planner's is stored
    assert entry(store, number).entry.lead_unit == "甲所"
    assert wrong(watched, "409") == []


def seed_into(store: Database, seed: Seed) -> None:
    """One more target in a register that is not empty."""
    add_entry(store, seed.entry, actor=OTHER, reason="test", today=NOW.date())
    (part,) = seed.parts
    put_boundary(store, seed.entry.target_id, None, part.geometry, None, version=None, actor=OTHER, reason="test")


@pytest.mark.parametrize("begins", ["console", "pencil"])
def test_a_candidate_becomes_a_target_and_is_redrawn(watched, site, store, begins):
    page = plan(watched, site, "?candidates=1")
    n_before, adopt = entries(store).total, page.locator(".candidates button")
    if begins == "console":
        page.goto(f"{site}?{DAYS}&lang=zh&tab=zones")
        adopt = page.locator(".adopt button")
        page.locator(".item", has=adopt).locator("a").first.click()
    adopt.first.click()
    page.wait_for_url("**/plan/target/**")
    settled(page)
    assert entries(store).total == n_before + 1
    number = page.url.split("/target/")[1].split("?")[0]
    assert count(page) in (8, 10), "as many as a candidate"
    assert entry(store, number).parts[0].version == 1
    page.locator("[name=name]").fill("北山停车场")
    page.locator("[name=reason]").fill("定名")
    page.locator("[data-save]").click()
    page.wait_for_url("**saved=1")
    assert entry(store, number).entry.name == "北山停车场"


@SHARED_ON_SQLITE
def test_a_target_is_drawn_with_keys_alone(watched, site, store):
    page = plan(watched, site, "")
    view(page, -3000, 2000, -1000, 4000)
    page.locator(".folium-map").first.focus()
    expect(page.locator(".cross")).to_be_visible()
    for keys in (["Space"], ["Shift+ArrowRight", "Space"], ["Shift+ArrowDown", "Space"], ["Shift+ArrowLeft", "Space"]):
        for key in keys:
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("[data-n-vertices]")).to_contain_text("4")
    settled(page)
    rings = "pencil.rings(pencil.shape)[0]"
    before = page.evaluate(rings)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("[data-vertex]")).to_contain_text("2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    after = page.evaluate(rings)
    moved = GEODESIC.inv(*before[1], *after[1])[2]
    assert moved == pytest.approx(101**0.5, rel=0.01)
    assert [before[i] for i in (0, 2, 3)] == [after[i] for i in (0, 2, 3)]
    page.keyboard.press("Delete")
    expect(page.locator("[data-n-vertices]")).to_contain_text("3")
    page.keyboard.press("z")
    expect(page.locator("[data-n-vertices]")).to_contain_text("4")
    page.locator("[name=target_id]").fill("K-1")
    page.locator("[name=name]").fill("键盘广场")
    page.locator("[name=kind]").select_option("square")
    page.locator("[name=stage_since]").fill("2024-01-01")
    page.locator("[name=reason]").fill("新增")
    settled(page)
    page.locator("[data-save]").press("Enter")
    page.wait_for_url("**saved=1")
    stored = entry(store, "K-1").parts[0].geometry
    assert shapely.get_num_coordinates(stored) == 5
    assert wrong(watched) == []


@SHARED_ON_SQLITE
def test_a_finger_draws_a_ring_and_closes_it_on_its_first_vertex(browser, site, store):
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    watched = Watched(context.new_page())
    page = plan(watched, site, "", language="en")
    view(page, -3000, -2000, -1000, 0)
    for place in ((-2500, -1500), (-1500, -1500), (-1500, -800), (-2500, -1500)):
        page.touchscreen.tap(*at(page, *place))
    expect(page.locator("[data-n-vertices]")).to_contain_text("3")
    assert count(page) == 0
    page.locator("[data-tool=circle]").tap()
    for place in ((-2000, -500), (-2000, -300)):
        page.touchscreen.tap(*at(page, *place))
    expect(page.locator("[data-n-vertices]")).to_contain_text("64")
    assert wrong(watched) == []
    context.close()


@SHARED_ON_SQLITE
def test_rectangle_circle_hole_and_an_overlap_that_is_cut_off(watched, site):
    page = plan(watched, site, "", language="en")
    view(page, 200, -300, 1400, 700)
    page.locator("[data-tool=snap]").click()
    page.locator("[data-tool=rectangle]").click()
    for place in ((900, -200), (1300, 200)):
        page.mouse.click(*at(page, *place))
    expect(page.locator(".warn")).to_contain_text("武定苑")
    expect(page.locator("[data-save]")).to_have_attribute("data-why", "confirm")
    page.locator("[data-mend=cut-off]").click()
    expect(page.locator(".warn")).to_have_count(0)
    page.locator("[data-tool=circle]").click()
    for place in ((1200, 500), (1200, 600)):
        page.mouse.click(*at(page, *place))
    expect(page.locator("[data-n-vertices]")).to_contain_text("64")
    page.locator("[data-tool=hole]").click()
    for place in ((1180, 480), (1220, 480), (1200, 520)):
        page.mouse.click(*at(page, *place))
    page.keyboard.press("Enter")
    expect(page.locator("[data-n-vertices]")).to_contain_text("67")
    assert len(page.evaluate("pencil.shape.coordinates")) == 2
    assert wrong(watched) == []


@SHARED_ON_SQLITE
def test_a_vertex_snaps_to_the_neighbours_corner_to_the_last_digit(watched, site, store):
    page = plan(watched, site, f"/target/{HOMES}")
    corner = shapely.get_coordinates(entry(store, SQUARE).parts[0].geometry).tolist()
    view(page, 300, -100, 1300, 500)
    expect(page.locator(".folium-map").first).to_have_attribute("data-edges", re.compile(r"\d"))
    place = max(corner, key=lambda one: (one[0] + one[1], one))
    east = at(page, 600, 400)
    x, y = page.evaluate(
        "([lng, lat]) => { const p = pencil.map.latLngToContainerPoint([lat, lng]); const b = "
        "pencil.map.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }",
        place,
    )
    page.mouse.move(*east)
    page.mouse.down()
    page.mouse.move(x + 30, y + 30)
    page.mouse.move(x + 4, y + 3)
    page.mouse.up()
    settled(page)
    assert place in page.evaluate("pencil.rings(pencil.shape)[0]")


@SHARED_ON_SQLITE
def test_an_end_of_a_corridor_is_dragged_along_the_railway(watched, site):
    page = plan(watched, site, f"/target/{RAIL}", language="en")
    assert page.locator("[data-tool=polygon]").is_disabled()
    view(page, -5000, -6000, 4000, 0)
    drag(page, (0, -3000), (1500, -2950))
    expect(page.locator("[data-count]")).to_contain_text("5")
    expect(page.locator("[data-size]")).to_contain_text("3.50 km from 蓟州")
    line = shapely.LineString(page.evaluate("pencil.shape.coordinates"))
    assert GEODESIC.geometry_length(line) == pytest.approx(5500, abs=25)
    assert page.locator("path.plan-band").count() == 1


@SHARED_ON_SQLITE
def test_on_a_gcj02_background_the_drawn_shape_is_stored_where_it_is(watched, amap, store):
    page = plan(watched, amap, "", language="en")
    assert page.evaluate("pencil.data.datum") == "gcj02"
    page.locator("[data-tool=bring]").click()
    at_home = shapely.get_coordinates(box(-4000, 4000, -3600, 4400))
    page.locator("[name=text]").fill("\n".join(f"{x!r}, {y!r}" for x, y in at_home.tolist()))
    page.locator("[data-read] [name=datum]").select_option("wgs84")
    page.locator("[data-read] button").click()
    page.locator("[data-preview] button").click()
    settled(page)
    drawn = page.evaluate("pencil.shape.coordinates")[0]
    assert GEODESIC.inv(*drawn[0], *at_home[0])[2] > 100
    page.locator("[name=target_id]").fill("G-1")
    page.locator("[name=name]").fill("火星广场")
    page.locator("[name=kind]").select_option("square")
    page.locator("[name=stage_since]").fill("2024-01-01")
    page.locator("[name=reason]").fill("新增")
    settled(page)
    page.locator("[data-save]").click()
    page.wait_for_url("**saved=1")
    stored = shapely.get_coordinates(entry(store, "G-1").parts[0].geometry)
    assert max(GEODESIC.inv(*stored.T, *at_home.T)[2]) < 1e-3
    assert watched.foreign(amap) == []


@SHARED_ON_SQLITE
def test_hostile_text_in_every_field_does_nothing(watched, site, store):
    number = "T-odd"
    hostile = Entry(number, ODD, "square", "county", 2024, "listed", SINCE, name_en=ODD, lead_unit=ODD)
    seed_into(store, Seed(hostile, parts=(Boundary(number, number, 1, box(-400, -400, -1, -1), None, Made.now("x")),)))
    page = plan(watched, site, f"/target/{number}")
    ran = "[window.owned, document.querySelectorAll('aside img, aside [onload], aside [onerror], aside script').length]"
    put_boundary(store, number, number, box(-400, -400, -2, -2), None, version=1, actor=OTHER, reason=ODD)
    change_entry(store, number, {"notes": ODD}, version=1, actor=OTHER, reason=ODD)
    page.locator("[name=name]").fill(ODD[1:])
    page.locator("[name=reason]").fill(ODD)
    page.locator("[data-save]").click()
    expect(page.locator("[data-collision] figure")).to_have_count(2)
    assert page.evaluate(ran) == [None, 0]
    page = plan(watched, site, "")
    page.locator("[data-tool=bring]").click()
    geometry = shapely.geometry.mapping(box(-300, -300, 100, 100))
    feature = {"type": "Feature", "properties": {"name": ODD}, "geometry": geometry}
    page.locator("[name=text]").fill(json.dumps(feature))
    page.locator("[data-read] [name=datum]").select_option("wgs84")
    page.locator("[data-read] button").click()
    page.locator("[data-preview] button").click()
    expect(page.locator(".warn").first).to_contain_text(HOSTILE[0])
    assert page.evaluate(ran) == [None, 0]
    assert wrong(watched, "409") == []


@SHARED_ON_SQLITE
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_cut_at_either_size(watched, site, language):
    for path in ("", f"/target/{RAIL}", f"/target/{SQUARE}"):
        page = plan(watched, site, path, name="规划员乙", language=language)
        page.evaluate("document.querySelectorAll('aside details').forEach((one) => { one.open = true; })")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            cut = [found for found in page.evaluate(CUT) if not found.startswith("A.me")]
            assert cut == [], (path, width)
    assert wrong(watched) == []
