"""A small register behind a site, and what its pages and forms say."""

import html
import re
from datetime import date

import shapely
from flask import Flask
from sites import site_of, small_study
from werkzeug.test import TestResponse

from geo_zhengzhi.model import Actor
from geo_zhengzhi.register import Entry
from geo_zhengzhi.services.register.seeding import Seed, seed_register
from geo_zhengzhi.store.boundaries import Boundary
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.register import Made, Step

TODAY = date(2026, 2, 2)  # of the sites' clock
SQUARE = shapely.box(117.4, 40.0, 117.41, 40.01)
WIDER = shapely.box(117.4, 40.0, 117.42, 40.01)
OTHER = Actor("规划二科", "planner")
NUMBER = "T-1"
PAGE = f"/register/{NUMBER}"


def target(**fields: object) -> Entry:
    """武定苑, under treatment."""
    given = {"target_id": NUMBER, "name": "武定苑", "kind": "residential_area", "level": "city", "year": 2026}
    return Entry(**{**given, "stage": "treatment", "stage_since": date(2026, 1, 10), **fields})


def boundary(number: str = NUMBER) -> Boundary:
    """Its square."""
    return Boundary(number, number, 1, SQUARE, None, Made.now("system"))


def filled(store: Database) -> Database:
    """A store with two targets: one with a life, fields and a boundary, the other with little."""
    lead = {"lead_unit": "城关派出所", "deadline": date(2026, 1, 21), "measures": {"police": "夜间巡逻"}}
    steps = (
        Step(None, "listed", date(2026, 1, 5)),
        Step("listed", "treatment", date(2026, 1, 10), "城关派出所", "进场"),
    )
    seeds = [Seed(target(**lead), steps, (boundary(),))]
    seeds += [
        Seed(target(target_id="T-2", name="板桥村", name_en="Banqiao", kind="village", level="county", year=2025))
    ]
    seed_register(store, seeds, reason="test", today=TODAY)
    return store


def site(store: Database) -> Flask:
    """Its site."""
    return site_of(store, small_study())


def words(answer: TestResponse) -> str:
    """What a page says, without its marks."""
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", html.unescape(text))


def rows(answer: TestResponse) -> list[str]:
    """What each row of its first table says."""
    body = answer.get_data(as_text=True).partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip() for row in body.split("</tr>")[:-1]]


def form_of(answer: TestResponse) -> dict[str, str]:
    """What the entry's form holds, as a browser would send it."""
    page = answer.get_data(as_text=True)
    form = page[page.index('<form class="entry-form"') :].partition("</form>")[0]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<input (?:(?:id|class|type)="[^"]+" )*name="([^"]+)"[^>]*? value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = "".join(re.findall(r'value="([^"]*)" selected', options))
    return {name: html.unescape(value) for name, value in found.items()}
