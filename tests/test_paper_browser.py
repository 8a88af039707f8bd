"""The screens on paper, in Chromium: the ground that is seen, whole and with its heat, whatever the window was."""

from collections.abc import Iterator

import pytest
from browsing import faults, until
from conftest import Watched
from sites import served

SIZES = ((1366, 768), (1920, 1080))
SHEET_PX = 1047  # 277 mm: A4 across, less its margins
AT = "at=40.04472,117.40311,14"
# Pictures of heat that are drawn: a tile that has come is not, until the map has taken it up.
HEAT = """[...document.querySelectorAll('.zz-pane-heat img')].filter((one) => one.complete && one.naturalWidth > 1
  && getComputedStyle(one).visibility === 'visible').length"""
WHERE = "[zhengzhi.map.getCenter().lat, zhengzhi.map.getCenter().lng, zhengzhi.map.getZoom()]"
# What the printer is given, of every map of the page: read after the page's own listeners have prepared it.
LISTEN = (
    """() => window.addEventListener('beforeprint', () => {
  const all = (selector, within) => [...within.querySelectorAll(selector)];
  const reaches = (part, whole) => {
    const [a, b] = [part, whole].map((one) => one.getBoundingClientRect());
    const inside = a.left > b.left - 1 && a.right < b.right + 1 && a.top > b.top - 1 && a.bottom < b.bottom + 1;
    return a.width > 0 && getComputedStyle(part).visibility === 'visible' && !inside;
  };
  window.printed = [window.zhengzhiBefore, window.zhengzhi].filter(Boolean).map(({ map, places }) => {
    const box = map.getContainer();
    const seen = map.getBounds();
    return {
      size: [map.getSize().x, map.getSize().y],
      real: [box.clientWidth, box.clientHeight],
      outside: Object.values(places()).filter((one) => !seen.contains(one.bounds)).length,
      outlineCut: all(':scope > .leaflet-map-pane .zz-pane-outline path', box).some((one) => reaches(one, box)),
      namesCut: all('.zz-inset-map', box).reduce((found, inset) => found.concat(
        all('.zz-name', inset).filter((one) => reaches(one, inset)).map((one) => one.textContent)), []),
      heat: HEAT,
      isEnlarged: all('.zz-inset', box).some((one) => one.offsetWidth > 0),
      bounds: [seen.getSouth(), seen.getWest(), seen.getNorth(), seen.getEast()],
    };
  });
})"""
).replace("HEAT", HEAT)


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    with served(demonstration) as address:
        yield address


def printed(watched: Watched, address: str, size: tuple[int, int]) -> list[dict]:
    """What a printer is given of the maps of a page in a window of this size."""
    page = watched.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(address)
    until(page, f"zhengzhi.ready && {HEAT} > 0")
    page.evaluate(LISTEN)
    page.pdf(prefer_css_page_size=True, print_background=True)
    return page.evaluate("window.printed")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_county_is_whole_on_the_commanders_sheet(watched, site, language, size):
    (paper,) = printed(watched, f"{site}?lang={language}", size)
    assert paper["size"] == paper["real"]
    assert paper["size"][0] == pytest.approx(SHEET_PX, abs=1)
    assert (paper["outside"], paper["outlineCut"], paper["namesCut"]) == (0, False, [])
    assert (paper["heat"] > 0, paper["isEnlarged"]) == (True, True)
    assert faults(watched) == []


@pytest.mark.parametrize("size", SIZES)
def test_the_two_maps_of_a_comparison_show_one_ground_on_one_sheet(watched, site, size):
    before, now = printed(watched, f"{site}compare?lang=en", size)
    assert before["bounds"] == pytest.approx(now["bounds"], abs=1e-6)
    assert [before["size"], now["size"]] == [before["real"], now["real"]]
    assert before["size"] == now["size"]
    assert before["size"][0] < SHEET_PX / 2
    assert (before["outlineCut"], now["outlineCut"]) == (False, False)


@pytest.mark.parametrize("path", ["", "compare"])
def test_paper_keeps_the_heat_of_close_ground_and_the_screen_gets_its_view_back(watched, site, path):
    page = watched.page
    papers = printed(watched, f"{site}{path}?lang=en&{AT}", (1920, 1080))
    assert [(paper["heat"] > 0, paper["isEnlarged"]) for paper in papers] == [(True, False)] * len(papers)
    south, west, north, east = papers[-1]["bounds"]
    assert (south < 40.04472 < north, west < 117.40311 < east) == (True, True)
    until(page, "!document.body.classList.contains('zz-printing')")
    lat, lng, zoom = page.evaluate(WHERE)
    assert (round(lat, 3), round(lng, 3), zoom) == (40.045, 117.403, 14)
