"""Hostile words in every field and name: nothing runs, and the page still works."""

from pathlib import Path
from typing import Any

import pytest
from browsing import until

from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.page import map_parts, standalone_html
from tests.scenes import ASSETS, CHOSEN, HOSTILE_WORDS, make_hostile_scene


def open_page(watched: Any, path: Path, html: str) -> Any:
    path.write_text(html, encoding="utf-8")
    watched.page.goto(path.as_uri())
    until(watched.page, "window.zhengzhi && window.zhengzhi.ready")
    return watched.page


@pytest.fixture(scope="module")
def file() -> str:
    return standalone_html(draw_map(make_hostile_scene()), ASSETS)


@pytest.fixture(scope="module")
def bare_file(file: str) -> str:
    """The file without its Content-Security-Policy, so that escaping alone protects it."""
    html = file
    start = html.index('<meta http-equiv="Content-Security-Policy"')
    return html[:start] + html[html.index(">", start) + 1 :]


@pytest.fixture(scope="module")
def embedded() -> str:
    parts = map_parts(draw_map(make_hostile_scene("en")), prefix=ASSETS.as_uri() + "/")
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>{parts.head}</head>"
        f"<body><div style='height:700px'>{parts.body}</div><script>{parts.script}</script></body></html>"
    )


@pytest.mark.parametrize("form", ["bare_file", "embedded"])
def test_nothing_runs_and_every_popup_opens(
    watched: Any, tmp_path: Path, form: str, request: pytest.FixtureRequest
) -> None:
    page = open_page(watched, tmp_path / "map.html", request.getfixturevalue(form))
    ids = page.evaluate("Object.keys(zhengzhi.places())")
    assert len(ids) == 8 + 8 + 7 + 1
    for place in ids:
        assert page.evaluate("(id) => zhengzhi.focus(id)", place)
        text = page.inner_text(".zz-pop")
        assert "${pwned=1}" in text
        assert '<img src=x onerror="pwned=1">' in text
    assert page.evaluate("window.pwned") is None
    assert (
        page.evaluate("document.querySelectorAll('.zz-pop img, .zz-name img, .zz-foot img, .zz-head img').length") == 0
    )
    assert watched.faults == []
    assert watched.foreign("file://") == []


def test_pointing_at_a_place_runs_nothing(watched: Any, tmp_path: Path, bare_file: str) -> None:
    page = open_page(watched, tmp_path / "map.html", bare_file)
    x, y = page.evaluate(COME_CLOSE_TO_A_CORRIDOR)
    page.mouse.move(x + 40, y + 5)
    page.mouse.move(x + 41, y + 6)
    page.wait_for_selector(".leaflet-tooltip")
    assert "{{7*7}}" in page.inner_text(".leaflet-tooltip")
    assert page.evaluate("window.pwned") is None
    assert watched.faults == []


# Where the middle of a corridor then is on the screen.
COME_CLOSE_TO_A_CORRIDOR = """() => {
  const places = zhengzhi.places();
  const corridor = Object.keys(places).map((id) => places[id].feature).find((feature) => feature.band);
  zhengzhi.map.setView(corridor.at, 15, { animate: false });
  const frame = zhengzhi.map.getContainer().getBoundingClientRect();
  const point = zhengzhi.map.latLngToContainerPoint(corridor.at);
  return [frame.left + point.x, frame.top + point.y];
}"""


def test_the_words_are_shown_as_they_are_written(watched: Any, tmp_path: Path, file: str) -> None:
    page = open_page(watched, tmp_path / "map.html", file)
    for place in (".zz-head h1", ".zz-chip", ".leaflet-control-attribution"):
        text = " ".join(page.inner_text(place).split())
        assert " ".join(HOSTILE_WORDS.split()) in text, place
    assert page.title().split() == HOSTILE_WORDS.split()
    assert page.evaluate("window.pwned") is None


@pytest.mark.parametrize("words", [word for word in CHOSEN if set(word) & set("<`$")])
def test_no_hostile_word_stands_in_the_file_unescaped(words: str, file: str) -> None:
    is_in = words in file
    assert not is_in
