"""A planner before the browser: the page once it has counted, places on the screen, what went wrong on the way."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from browsing import faults, sign_in
from conftest import Watched
from playwright.sync_api import Page, expect
from sites import running

from geo_zhengzhi.store.database import Database
from tests.accounts import NOW, QUICK, account
from tests.plan_county import CLUSTERS, box, filled, settings_in
from web.app import create_app
from web.site import CLOCK

DAYS = "from=2024-02-01&to=2024-03-31"


def planned(store: Database, folder: Path) -> Iterator[Database]:
    """A store with the county that is planned for, and an account for the planner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        account(store, "规划员", "planner", now=NOW)
        yield filled(store, folder, CLUSTERS)


def serve(store: Database, folder: object, **more: object) -> Iterator[str]:
    settings = settings_in(folder, **more)
    app = create_app(settings, None, store)
    app.extensions[CLOCK] = lambda: NOW
    with running(app, settings) as address:
        yield address


def plan(watched: Watched, site: str, path: str, name: str = "规划员", language: str = "zh") -> Page:
    """A planner's page, once it has counted what it shows."""
    sign_in(watched, site, name)
    watched.page.goto(f"{site}plan{path}{'&' if '?' in path else '?'}{DAYS}&lang={language}")
    settled(watched.page)
    return watched.page


def wrong(watched: Watched, *expected: str) -> list[str]:
    """What went wrong, but for questions that a newer one made idle."""
    idle = re.compile(r"failed request \S+/(plan/(look|extend|edges)|heat/)")
    found = [fault for fault in faults(watched) if not idle.match(fault)]
    return [fault for fault in found if not any(status in fault for status in expected)]


def settled(page: Page) -> None:
    """The last question is answered."""
    expect(page.locator("[data-save]")).not_to_have_attribute("data-why", "looking")


def count(page: Page) -> int:
    """The figure beside the map."""
    settled(page)
    return int(page.locator("[data-count]").inner_text().split()[0])


def at(page: Page, east: float, north: float) -> tuple[float, float]:
    """Where on the screen a place in metres is."""
    corner = shapely.get_coordinates(box(east, north, east + 1, north + 1))[3]
    x, y = page.evaluate(
        "([lng, lat]) => { const p = pencil.map.latLngToContainerPoint([lat, lng]); const b = "
        "pencil.map.getContainer().getBoundingClientRect(); return [p.x + b.x, p.y + b.y]; }",
        [float(corner[0]), float(corner[1])],
    )
    return float(x), float(y)


def view(page: Page, west: float, south: float, east: float, north: float) -> None:
    """Show a box of metres."""
    a, b, c, d = box(west, south, east, north).bounds
    page.evaluate("(b) => pencil.map.fitBounds([[b[1], b[0]], [b[3], b[2]]], { animate: false })", [a, b, c, d])


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    (x, y), (to_x, to_y) = at(page, *start), at(page, *end)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2)
    page.mouse.move(to_x, to_y)
    page.mouse.up()
