"""No page is over a megabyte: not with a thousand targets and hotspots in most of them, and not its rows either."""

import re

import pytest
import shapely
from sites import DEMONSTRATION
from studies import area, days, many, study_of

from geo_zhengzhi.render.placing import METRES_A_DEGREE, packed, thinned
from geo_zhengzhi.schema import GEOMETRY
from geo_zhengzhi.services.console.situation import Query, assess
from web import create_app
from web.console_page import FIRST_LISTED, LISTED_NEXT

N_TARGETS, MEGABYTE = 1000, 1_000_000
FEBRUARY = days("2024-02-01", "2024-02-29")
MORE = re.compile(r'data-more-rows="([^"]+)"')


@pytest.fixture(scope="module")
def study():
    """Targets of fifty vertices on a grid, and a hotspot in every fifth."""
    targets, rows = [], []
    for number in range(N_TARGETS):
        east, north = 600.0 * (number % 32), 600.0 * (number // 32)
        part = area(f"第{number:04d}居民小区", east, north)
        targets.append(part | {GEOMETRY: part[GEOMETRY].centroid.buffer(0.0024, quad_segs=12)})
        if number % 5 == 0:
            rows += many(12, (east + 100, north + 100), "2024-02-05")
    return study_of(rows, targets, opening_period=FEBRUARY)


@pytest.fixture(scope="module")
def client(study):
    return create_app(DEMONSTRATION, study).test_client()


def text(client, address: str) -> str:
    answer = client.get(address, headers={"Accept-Language": "zh"})
    assert answer.status_code == 200
    assert len(answer.get_data()) <= MEGABYTE
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("address", ["/", "/?tab=hotspots&lang=en", "/compare", "/figures", "/months"])
def test_a_page_of_a_thousand_targets_is_no_larger_than_a_megabyte(client, address):
    text(client, address)


def test_the_rest_of_the_targets_comes_in_pieces_and_each_once(client):
    address, ids = "/", []
    while address:
        page = text(client, address).split('id="list-hotspots"')[0]
        ids += re.findall(r'<tbody class="item[^"]*" data-id="([^"]+)"', page)
        found = MORE.findall(page)
        address = found[0].replace("&amp;", "&") if found else ""
    assert len(ids) == len(set(ids)) == N_TARGETS


def test_a_selected_target_stands_among_the_first_wherever_it_is(client, study):
    last = assess(study, Query()).targets[-1].feature_ids[0]
    page = text(client, f"/?focus={last}").split('id="list-hotspots"')[0]
    assert page.count('<tbody class="item') == FIRST_LISTED + 1
    assert re.search(rf'<tbody class="item on" data-id="{last}"', page)
    rest = text(client, f"/rows?focus={last}&after={N_TARGETS - LISTED_NEXT // 2}")
    assert (rest.count('<tbody class="item'), MORE.findall(rest)) == (LISTED_NEXT // 2, [])


def test_the_tabs_count_what_was_found_and_not_what_is_listed(client, study):
    found = assess(study, Query())
    page = text(client, "/?lang=en")
    assert len(found.hotspots) > 60
    assert f"Hotspots<em>{len(found.hotspots)}</em>" in page
    assert f"Zones<em>{len(found.zones) + len(found.candidates)}</em>" in page
    assert f"<td>{len(found.hotspots)}</td>" in text(client, "/compare?lang=en")


def unpacked(steps):
    if isinstance(steps[0], list):
        return [unpacked(inner) for inner in steps]
    x = y = 0
    line = []
    for i in range(0, len(steps), 2):
        x, y = x + steps[i], y + steps[i + 1]
        line.append((x / 1e5, y / 1e5))
    return line


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(117.4, 40.03).buffer(0.01) - shapely.Point(117.4, 40.03).buffer(0.004),
        shapely.MultiPolygon([shapely.box(117, 40, 117.01, 40.01), shapely.box(-70.2, -33.4, -70.1, -33.3)]),
        shapely.LineString([(117.1, 40.1), (117.234567, 40.2), (117.2, 39.9)]),
        shapely.MultiLineString([[(1, 2), (3, 4)], [(-1, -2), (-3, -4)]]),
    ],
    ids=["a ring with a hole", "two areas", "a line", "two lines"],
)
def test_a_packed_shape_is_the_shape_to_a_metre(geometry):
    pack = packed(geometry, gcj02=False)
    again = shapely.geometry.shape({"type": pack["type"], "coordinates": unpacked(pack["packed"])})
    assert (again.geom_type, again.is_valid) == (geometry.geom_type, True)
    assert again.hausdorff_distance(geometry) <= 0.8 / METRES_A_DEGREE
    assert thinned(again).is_valid
