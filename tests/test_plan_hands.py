"""The pencil without a mouse: by fingers, whose touches the browser gets one by one, and by the keyboard alone."""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from browsing import until
from conftest import Watched
from planning import at, count, plan, planned, serve, settled, view, wrong
from playwright.sync_api import Browser, Page, expect

from geo_zhengzhi.crs import GEODESIC
from geo_zhengzhi.services.register.views import entry
from geo_zhengzhi.store.database import Database
from tests.plan_county import RAIL
from tests.stores import SHARED_ON_SQLITE

pytestmark = [pytest.mark.usefixtures("quick_passwords"), SHARED_ON_SQLITE]
expect.set_options(timeout=20_000)  # the machine may be busy with other tests
SHAPE = "pencil.shape && pencil.shape.coordinates"
FOCUSED = "document.activeElement.dataset.tool || document.activeElement.className"
HOME = (-3000, 2000, -1000, 4000)  # open ground, in metres: west, south, east, north


@pytest.fixture(scope="module")
def store(module_store, tmp_path_factory) -> Iterator[Database]:
    yield from planned(module_store, tmp_path_factory.mktemp("plan"))


@pytest.fixture(scope="module")
def site(store, tmp_path_factory) -> Iterator[str]:
    yield from serve(store, tmp_path_factory.mktemp("site"))


class Fingers:
    """Touches of a page, each sent to the browser as a screen would send it."""

    def __init__(self, page: Page) -> None:
        self.page, self.tools = page, page.context.new_cdp_session(page)

    def _send(self, kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(places)]
        self.tools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def tap(self, *places: tuple[float, float]) -> None:
        """Touch places in metres, one after the other."""
        for place in places:
            self._send("touchStart", at(self.page, *place))
            self._send("touchEnd")

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draw one finger over the screen; it rests a little before it sets out."""
        (x, y), (to_x, to_y) = at(self.page, *start), at(self.page, *end)
        self._send("touchStart", (x, y))
        for step in range(1, 9):
            self._send("touchMove", (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8))
        self._send("touchEnd")

    def pinch(self, centre: tuple[float, float], start_px: float, end_px: float) -> None:
        """Two fingers, apart or together."""
        x, y = at(self.page, *centre)
        self._send("touchStart", (x - start_px, y), (x + start_px, y))
        for step in range(1, 9):
            reach = start_px + (end_px - start_px) * step / 8
            self._send("touchMove", (x - reach, y), (x + reach, y))
        self._send("touchEnd")


@pytest.fixture
def touched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, has_touch=True)
    yield Watched(context.new_page())
    context.close()


def vertices(page: Page, n: int) -> Any:
    """The shape's coordinates, once it has so many vertices."""
    expect(page.locator("[data-n-vertices]")).to_contain_text(f"vertices {n}")
    settled(page)
    return page.evaluate(SHAPE)


def test_fingers_draw_a_polygon_take_vertices_back_and_a_pinch_draws_nothing(touched, site):
    page = plan(touched, site, "", language="en")
    fingers, undo, redo = Fingers(page), page.locator("[data-tool=undo]"), page.locator("[data-tool=redo]")
    view(page, *HOME)
    fingers.tap((-2500, 2500), (-1500, 2500))
    expect(page.locator("[data-vertex]")).to_contain_text("Vertex 2 set")
    zoom = page.evaluate("pencil.map.getZoom()")
    fingers.pinch((-2000, 3000), 60, 120)
    until(page, "(before) => pencil.map.getZoom() > before", arg=zoom)
    fingers.drag((-2000, 3000), (-2100, 2900))  # one finger moves the map
    assert page.evaluate("pencil.hand.n()") == 2
    view(page, *HOME)
    fingers.tap((-1500, 3500))
    undo.tap()
    expect(page.locator("[data-vertex]")).to_contain_text("2 left")
    assert page.locator("[data-finish]").is_disabled()
    redo.tap()
    fingers.tap((-2500, 3500))
    page.locator("[data-finish]").tap()
    assert len(vertices(page, 4)[0]) == 5
    assert wrong(touched) == []


def test_fingers_move_and_delete_a_vertex_and_cut_a_hole(touched, site):
    page = plan(touched, site, "", language="en")
    fingers = Fingers(page)
    view(page, *HOME)
    page.locator("[data-tool=snap]").tap()
    page.locator("[data-tool=rectangle]").tap()
    fingers.tap((-2500, 2500))
    assert page.locator("path.plan-corner").count() == 1
    fingers.tap((-1500, 3500))
    before = vertices(page, 4)
    fingers.drag((-1500, 3500), (-1300, 3500))
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    until(page, f"(was) => JSON.stringify({SHAPE}) !== JSON.stringify(was)", arg=before)
    moved = sorted(map(tuple, vertices(page, 4)[0]))[-1]
    assert GEODESIC.inv(*moved, *sorted(map(tuple, before[0]))[-1])[2] == pytest.approx(200, abs=12)
    page.locator("[data-tool=undo]").tap()
    assert vertices(page, 4) == before
    page.locator("[data-tool=redo]").tap()
    page.locator("[data-tool=hole]").tap()
    fingers.tap((-2700, 2300))
    expect(page.locator("[data-vertex]")).to_contain_text("begins inside")
    fingers.tap((-2200, 2800), (-1800, 2800), (-2000, 3200), (-2200, 2800))
    assert len(vertices(page, 7)) == 2
    fingers.tap((-2500, 3500))
    page.locator("[data-away]").tap()
    assert len(vertices(page, 6)[0]) == 4
    assert wrong(touched) == []


def test_fingers_draw_a_circle_and_the_line_of_a_corridor(touched, site):
    page = plan(touched, site, "", language="en")
    fingers = Fingers(page)
    view(page, *HOME)
    page.locator("[data-tool=circle]").tap()
    fingers.tap((-2000, 3000), (-1700, 3000))
    ring = vertices(page, 64)[0]
    centre = shapely.Polygon(ring).centroid
    assert {round(GEODESIC.inv(centre.x, centre.y, *one)[2] / 5) for one in ring} <= {59, 60, 61}
    page.locator("[data-tool=undo]").tap()
    expect(page.locator("[data-n-vertices]")).to_contain_text("vertices 0")
    page.locator("[name=kind]").select_option("railway_corridor")
    expect(page.locator("[data-tool=line]")).to_have_attribute("aria-pressed", "true")
    view(page, -3000, -4000, 1000, -2000)
    fingers.tap((-2000, -2500), (-1000, -2600), (0, -2500), (0, -2500))  # again on the last one: done
    assert len(vertices(page, 3)) == 3
    assert page.locator("path.plan-band").count() == 1
    assert wrong(touched) == []


def reach(page: Page, tool: str, key: str = "Tab") -> None:
    """Go on, or back, with the Tab key until a button of the pencil has the focus, and press it."""
    for _ in range(40):
        page.keyboard.press(key)
        if page.evaluate(FOCUSED) == tool:
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{tool} is not reached")


def steer(page: Page, *keys: str) -> None:
    """Press one key after the other; the map has the focus."""
    assert page.evaluate("document.activeElement === pencil.map.getContainer()")
    for key in keys:
        page.keyboard.press(key)


def test_keys_alone_draw_a_rectangle_a_circle_and_cut_a_hole(watched, site):
    page = plan(watched, site, "", language="en")
    view(page, *HOME)
    page.evaluate("document.activeElement.blur()")
    reach(page, "rectangle")
    steer(page, "Space", "Shift+ArrowRight", "Shift+ArrowUp")
    assert page.locator("path.plan-corner").count() == 1
    steer(page, "Space")
    rectangle = vertices(page, 4)
    assert shapely.Polygon(rectangle[0]).equals(shapely.Polygon(rectangle[0]).envelope)
    steer(page, "Shift+ArrowLeft", "ArrowDown", "ArrowDown", "ArrowRight")  # into the rectangle again
    reach(page, "hole", "Shift+Tab")
    steer(page, "Space", "ArrowRight", "ArrowRight", "Space", "ArrowDown", "Space", "Enter")
    assert len(vertices(page, 7)) == 2
    steer(page, "z")
    assert vertices(page, 4) == rectangle
    steer(page, "Shift+Z")
    vertices(page, 7)
    reach(page, "circle", "Shift+Tab")
    steer(page, "Space", "ArrowRight", "ArrowRight", "Backspace", "Space", "Shift+ArrowUp", "Space")
    vertices(page, 64)
    steer(page, "Tab", "Tab")
    expect(page.locator("[data-vertex]")).to_contain_text("Vertex 2 of 64")
    steer(page, "Escape", "Tab")  # the way out past sixty-four vertices
    assert page.evaluate("document.activeElement !== pencil.map.getContainer()")
    assert wrong(watched) == []


def test_typed_pairs_draw_and_mend_a_corridor_that_is_saved_by_keys_alone(watched, site, store):
    page = plan(watched, site, f"/target/{RAIL}", language="en")
    view(page, -5000, -5000, 1000, -1000)
    page.evaluate("document.activeElement.blur()")
    reach(page, "line")
    field = page.locator("[name=place]")
    field.focus()
    for place in ("117.380, 39.990", "117.390，39.991", "117.4 39.99"):
        field.fill(place)
        page.keyboard.press("Enter")
    field.fill("117.4, north")
    page.keyboard.press("Enter")
    assert "“117.4, north” is no place" in page.locator("[data-no-place]").inner_text()
    assert page.evaluate("document.activeElement.name") == "place"
    page.keyboard.press("Escape")  # in a field a key is the field's
    assert page.evaluate("pencil.hand.n()") == 3
    page.locator("[data-finish]").focus()
    page.keyboard.press("Enter")
    assert vertices(page, 3) == [[117.38, 39.99], [117.39, 39.991], [117.4, 39.99]]
    steer(page, "Tab", "Tab", "i")
    vertices(page, 4)
    steer(page, "ArrowUp", "Delete")
    vertices(page, 3)
    steer(page, "Shift+Tab")
    field.fill("117.391, 39.9915")
    page.keyboard.press("Enter")
    assert vertices(page, 3)[1] == [117.391, 39.9915]
    page.locator("[name=reason]").focus()
    page.keyboard.type("redrawn by keys")
    settled(page)
    page.locator("[data-save]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**saved=2")
    assert shapely.get_coordinates(entry(store, RAIL).parts[0].geometry).tolist()[1] == [117.391, 39.9915]
    assert count(page) >= 0
    assert wrong(watched) == []
