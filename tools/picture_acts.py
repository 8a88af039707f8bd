"""What is done on a page before its picture is taken."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from geo_zhengzhi.crs import wgs84_to_gcj02
from geo_zhengzhi.services.register.boundaries import put_boundary
from geo_zhengzhi.services.register.views import entry
from geo_zhengzhi.settings import REPOSITORY
from tools.picture_site import OTHER, Photographed

INCIDENTS = REPOSITORY / "data" / "incidents" / "demo_incidents.csv"
N_ROWS = 900
TOWN = [40.045, 117.4]  # latitude, longitude: where the demonstration has its hotspots
ON_SCREEN = """([lng, lat]) => {
  const at = pencil.map.latLngToContainerPoint([lat, lng]);
  const map = pencil.map.getContainer().getBoundingClientRect();
  return [at.x + map.x, at.y + map.y];
}"""
RING = "pencil.rings(pencil.shape)[0]"
Snap = Callable[[str], None]


def sign_in_wrongly(page: Page, site: Photographed) -> None:
    """Give a password that is none."""
    page.locator("[name=name]").fill("指挥中心")
    page.locator("[name=password]").fill("wrong")
    page.locator("main button").click()
    page.wait_for_load_state()


def selected(page: Page, site: Photographed) -> None:
    """The place that the address names is selected."""
    page.wait_for_selector("#key-figures.of-place")


def open_more(page: Page, site: Photographed) -> None:
    """The filters that are seldom used."""
    page.locator("#more-filters").click()


def open_months(page: Page, site: Photographed) -> None:
    """The slider over the months."""
    page.locator(".months-open").click()
    expect(page.locator(".months-bar")).to_be_visible()


def open_help(page: Page, site: Photographed) -> None:
    """The keys."""
    page.locator(".help-button").click()


def fail(page: Page, site: Photographed) -> None:
    """Cut the line, then ask for another period."""
    page.route("**/*", lambda route: route.abort())
    page.locator("#unit-year").click()
    expect(page.locator("#fault")).to_be_visible()


def show_points(page: Page, site: Photographed) -> None:
    """Go near enough that single incidents are shown, and ask for them."""
    page.evaluate("(at) => window.zhengzhi.map.setView(at, 15, { animate: false })", TOWN)
    page.locator(".points-switch button").click()
    page.wait_for_load_state("networkidle")


def show_no_points(page: Page, site: Photographed) -> None:
    """Ask for single incidents of a server that does not answer."""
    page.route("**/points?*", lambda route: route.abort())
    show_points(page, site)
    expect(page.locator(".points-switch p")).to_be_visible()


def go_away(page: Page, site: Photographed) -> None:
    """The server is away when the wall asks again."""
    page.route("**/wall/parts*", lambda route: route.abort())
    page.evaluate("void window.dispatchEvent(new Event('online'))")
    expect(page.locator("#strip")).to_be_visible()


def list_one(page: Page, site: Photographed) -> None:
    """List the first place that can be listed."""
    page.locator(".ranking button[name=place]").first.click()
    page.wait_for_selector(".ranking tr:target")


def settle(page: Page, site: Photographed) -> None:
    """Until the planner's page has counted what it shows."""
    expect(page.locator("[data-save]")).not_to_have_attribute("data-why", "looking", timeout=20_000)
    page.locator("[data-count]").wait_for()


def _drag(page: Page, start: list[float], end: list[float]) -> None:
    """Drag from one place in degrees to another."""
    (x, y), (to_x, to_y) = page.evaluate(ON_SCREEN, start), page.evaluate(ON_SCREEN, end)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2)
    page.mouse.move(to_x, to_y)
    page.mouse.up()


def redraw(page: Page, site: Photographed) -> None:
    """Draw the easternmost corner outward; the reason is given, so that it can be saved."""
    settle(page, site)
    page.locator("[data-tool=snap]").click()
    ring = page.evaluate(RING)
    corner = max(ring)
    width = max(x for x, _ in ring) - min(x for x, _ in ring)
    _drag(page, corner, [corner[0] + 0.42 * width, corner[1] + 0.06 * width])
    expect(page.locator("[data-tool=undo]")).to_be_enabled()
    page.locator("[name=reason]").fill("并入东侧停车场")
    settle(page, site)


def cross(page: Page, site: Photographed) -> None:
    """Draw a corner across the side that lies opposite."""
    settle(page, site)
    page.locator("[data-tool=snap]").click()
    ring = page.evaluate(RING)
    (x, y), one, other = ring[0], ring[2], ring[3]
    _drag(page, [x, y], [x + 1.2 * ((one[0] + other[0]) / 2 - x), y + 1.2 * ((one[1] + other[1]) / 2 - y)])
    page.locator(".warn").first.wait_for()


def bring(page: Page, site: Photographed) -> None:
    """The place where a text or a file is brought in."""
    page.locator("[data-tool=bring]").click()


def bring_features(page: Page, site: Photographed) -> None:
    """Look at three features, of which one cannot be taken and one crosses itself."""
    bring(page, site)
    west, south = TOWN[1], TOWN[0]
    crossed = [[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]
    whole = [[0.02, 0], [0.03, 0], [0.03, 0.01], [0.02, 0]]
    shapes = [
        {"type": "LineString", "coordinates": [[west, south], [west + 0.01, south]]},
        *({"type": "Polygon", "coordinates": [[[west + x, south + y] for x, y in ring]]} for ring in (crossed, whole)),
    ]
    features = [{"type": "Feature", "properties": {"name": ""}, "geometry": one} for one in shapes]
    page.locator("[name=text]").fill(json.dumps({"type": "FeatureCollection", "features": features}))
    page.locator("[data-read] [name=datum]").select_option("wgs84")
    page.locator("[data-read] button").click()
    page.locator("[data-preview] li").first.wait_for()
    page.locator("[data-preview]").scroll_into_view_if_needed()


def draw_circle(page: Page, site: Photographed) -> None:
    """A circle before its second place is set."""
    page.evaluate("(at) => pencil.map.setView(at, 15, { animate: false })", TOWN)
    page.locator("[data-tool=circle]").click()
    x, y = page.evaluate(ON_SCREEN, TOWN[::-1])
    page.mouse.click(x, y)
    page.mouse.move(x + 120, y + 40, steps=3)


def compare_versions(page: Page, site: Photographed) -> None:
    """What the last two versions differ by."""
    settle(page, site)
    page.locator("[data-difference] button").click()
    page.locator("[data-piece=added]").wait_for()
    page.locator(".history").scroll_into_view_if_needed()


def collide(page: Page, site: Photographed) -> None:
    """Another planner saves first."""
    redraw(page, site)
    number = urlsplit(page.url).path.rsplit("/", 1)[1]
    part = entry(site.store, number).parts[0]
    other = part.geometry.buffer(0.0003, join_style="mitre")
    put_boundary(
        site.store, number, part.part_id, other, None, version=part.version, actor=OTHER, reason="并入南侧绿地"
    )
    page.locator("[data-save]").click()
    expect(page.locator("[data-collision] figure")).to_have_count(2)


def import_a_file(page: Page, site: Photographed, language: str, snap: Snap) -> None:
    """The four steps with a file in GCJ-02, up to its batch; the batch is undone, so that the figures stay."""
    page.goto(f"{site.address}/import?lang={language}")
    snap("import-1-file")
    with TemporaryDirectory() as folder:
        page.set_input_files("input[type=file]", _file_in_gcj02(Path(folder), language))
        page.locator(".drop .btn").click()
        page.wait_for_url(re.compile(r"/import/[0-9a-f]{32}"))
    snap("import-2-fields")
    page.locator("input[value=gcj02]").check()
    snap("import-2-fields-chosen")
    page.locator(".onward .btn").click()
    page.wait_for_url(re.compile("/check"))
    snap("import-3-check")
    page.route("**/progress.json**", lambda route: None)  # the answer that leads on is kept back
    page.locator(".go-import button").click()
    page.wait_for_url(re.compile("/progress"))
    snap("import-4-progress")
    page.unroute("**/progress.json**")  # lets go what was held back: the page leads on by itself
    page.wait_for_url(re.compile(r"/batches/\d+"))
    snap("batch-brought")
    page.locator("textarea").fill("试验" if language == "zh" else "only tried")
    page.locator(".undo button").click()
    page.wait_for_url(re.compile("removed="))
    snap("batch-undone")


def order_a_file(page: Page, site: Photographed, language: str, snap: Snap) -> None:
    """From the form of a meeting file to the file, one picture while it is made and one when it is there."""
    page.route("**/progress.json**", lambda route: None)  # the answer that leads on is kept back
    page.goto(f"{site.address}/export?lang={language}&format=.geojson")
    page.click(".meeting-form .go")
    page.wait_for_url(re.compile("/export/files/"))
    snap("order-making")
    page.unroute("**/progress.json**")  # lets go what was held back: the page leads on by itself
    page.wait_for_selector(".job .go")
    snap("order-ready")


def _file_in_gcj02(folder: Path, language: str) -> Path:
    """Some of the demonstration's incidents as a Chinese map service says where they are, with rows that are faulty."""
    with INCIDENTS.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))[-N_ROWS:]
    x, y = wgs84_to_gcj02(*([float(row[name]) for row in rows] for name in ("longitude", "latitude")))
    path = folder / ("三月案件导出.csv" if language == "zh" else "incidents-of-march.csv")
    for row, east, north in zip(rows, x, y, strict=True):
        row["incident_id"] = f"{language}-{row['incident_id']}"
        row.update({"longitude": f"{east:.8f}", "latitude": f"{north:.8f}", "报警人": "某某"})
    rows[3]["longitude"], rows[40]["occurred_from"] = "", "31.02.2024"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
