"""No page is forgotten by `make pictures`."""

from pathlib import Path

import pytest
from sites import COUNTY, small_study

from tools.picture_shots import NO_PAGES, SHOTS, STORIES, Shot
from tools.take_pictures import contact_sheet, forgotten_pages
from web.app import create_app


@pytest.fixture
def app():
    return create_app(COUNTY, small_study())


def test_every_page_is_photographed(app):
    assert forgotten_pages(app) == []


def test_a_new_page_is_missed_by_its_name(app):
    app.add_url_rule("/new", "views.new", lambda: "", methods=["GET"])
    app.add_url_rule("/new", "views.sent", lambda: "", methods=["POST"])
    assert forgotten_pages(app) == ["views.new"]


def test_no_picture_is_declared_of_what_there_is_not(app):
    endpoints = {shot.endpoint for shot in SHOTS} | {name for story in STORIES for name in story.endpoints}
    assert endpoints | set(NO_PAGES) <= set(app.view_functions)
    assert endpoints.isdisjoint(NO_PAGES)


def test_no_two_pictures_have_one_name():
    names = [one.name for one in (*SHOTS, *STORIES)]
    assert len(set(names)) == len(names)


def test_each_address_is_of_its_page(app):
    urls = app.url_map.bind("127.0.0.1")
    for shot in SHOTS:
        path = shot.address.partition("?")[0].format(link="x", account=1)
        assert urls.match(path)[0] == shot.endpoint, shot.name


def test_every_page_is_photographed_at_both_sizes():
    sizes = [one.sizes for one in (*SHOTS, *STORIES) if not (isinstance(one, Shot) and one.is_printed)]
    assert all({(1366, 768), (1920, 1080)} <= set(found) for found in sizes)


def test_the_sheet_lists_every_picture_and_escapes_its_name():
    sheet = contact_sheet([Path("a.zh.1366.png"), Path("<b>.png")])
    assert 'href="a.zh.1366.png"' in sheet
    assert "<b>" not in sheet
