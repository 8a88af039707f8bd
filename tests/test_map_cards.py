"""What lies over the map keeps off what it shows: no card on the county's edge, no station's name on a railway."""

import json
from collections.abc import Iterator

import pytest
from browsing import until
from conftest import Watched
from sites import served

DAYS = "from=2024-02-01&to=2024-03-31"
PAGES = {
    "console": f"?{DAYS}",
    "narrowed": f"?{DAYS}&hours=18-24&weekdays=6,7",  # whose small print is longest
    "wall": f"wall?{DAYS}",
    "compare": f"compare?{DAYS}",
}
SIZES = ((1366, 768), (1920, 1080))
ALONG = """(selector) => Array.from(document.querySelectorAll('.folium-map ' + selector)).reduce((all, path) => {
  const turn = path.getScreenCTM();
  const inset = path.closest('.leaflet-control'); // and the legend's own samples
  for (let at = 0; !inset && at < path.getTotalLength(); at += 3) {
    const place = path.getPointAtLength(at).matrixTransform(turn);
    all.push([place.x, place.y]);
  }
  return all;
}, [])"""
HIT = f"""([lines, boxes]) => {{
  const places = ({ALONG})(lines);
  const shown = Array.from(document.querySelectorAll(boxes)).filter((one) => !one.closest('.zz-inset-map')
    && getComputedStyle(one).visibility === 'visible' && one.getBoundingClientRect().width);
  const hit = shown.filter((one) => {{
    const box = one.getBoundingClientRect();
    return places.some(([x, y]) => x > box.left && x < box.right && y > box.top && y < box.bottom);
  }});
  const told = (one) => one.className + ': ' + one.textContent.slice(0, 30);
  return {{ n: [places.length, shown.length], hit: hit.map(told) }};
}}"""
CARDS = ".folium-map .leaflet-control:not(.zz-foot), .zz-foot > *"


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


def opened(watched: Watched, address: str, size: tuple[int, int]) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.page.goto(address)
    until(watched.page, "[window.zhengzhi, window.zhengzhiBefore || window.zhengzhi].every((map) => map && map.ready)")
    watched.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_no_card_lies_on_the_countys_edge_and_no_stations_name_on_a_railway(watched, site, language, name):
    for size in SIZES:
        opened(watched, f"{site}{PAGES[name]}&lang={language}", size)
        edge = watched.page.evaluate(HIT, [".zz-outline", CARDS])
        assert min(edge["n"]) > 3
        assert edge["hit"] == [], size
        names = watched.page.evaluate(HIT, [".zz-rail-0", ".zz-name:not(.zz-target-name)"])
        assert min(names["n"]) > 1
        assert names["hit"] == [], size


def test_close_up_the_small_print_has_a_ground_of_its_own(watched, site):
    opened(watched, f"{site}?{DAYS}", SIZES[0])
    ground = "getComputedStyle(document.querySelector('.zz-note')).backgroundColor"
    assert watched.page.evaluate(ground) == "rgba(0, 0, 0, 0)"
    watched.page.evaluate("void window.zhengzhi.map.setView([40.04, 117.4], 15, { animate: false })")
    assert watched.page.evaluate(ground) == "rgba(246, 246, 242, 0.84)"


def test_both_insets_of_a_comparison_enlarge_the_same_ground(watched, site):
    opened(watched, f"{site}compare?{DAYS}", SIZES[1])
    shown = "[window.zhengzhiBefore, window.zhengzhi].map((side) => side.enlarged().toBBoxString())"
    one, other = watched.page.evaluate(shown)
    assert one == other
    bars = watched.page.locator(".zz-inset .zz-scalebar i")
    widths = [json.dumps(bars.nth(n).bounding_box()["width"]) for n in range(2)]
    assert widths[0] == widths[1]
