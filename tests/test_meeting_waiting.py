"""While a meeting file is made the page says so, sends nothing twice, and gives the file without leaving."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import CUT, SIZES
from meetings import county, draw
from sites import served

WAITS = """() => {
  const button = document.querySelector('.meeting-form .go');
  button.click();
  const wait = document.getElementById('meeting-wait');
  return new Promise((done) => setTimeout(() => done([!wait.hidden, button.disabled, button.click()]), 50));
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(county(draw(60))) as address:
        yield address


def test_the_file_comes_once_and_the_form_is_free_again(watched: Any, site: str) -> None:
    page, posts = watched.page, []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"{site}export?lang=en&from=2024-02&to=2024-03")
    with page.expect_download(timeout=60_000) as download:
        assert page.evaluate(WAITS)[:2] == [True, True]
        page.evaluate("document.querySelector('.meeting-form').dispatchEvent(new Event('submit', {cancelable: true}))")
    assert download.value.suggested_filename.startswith("meeting-2024-02-2024-03")
    assert page.locator("#meeting-wait").is_hidden()
    assert page.locator(".meeting-form .go").is_enabled()
    assert len(posts) == 1
    assert watched.faults == []


def test_what_is_refused_is_said_on_its_page(watched: Any, site: str) -> None:
    page = watched.page
    page.goto(f"{site}export?lang=en&from=2024-03&to=2024-02")
    page.locator(".meeting-form .go").click()
    page.wait_for_selector("h1:has-text('whole calendar months')")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_form_is_cut_at_no_size(watched: Any, site: str, language: str, size: tuple[int, int]) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.page.goto(f"{site}export?lang={language}")
    assert watched.page.evaluate(CUT) == []
    left = watched.page.evaluate("[...document.querySelectorAll('.meeting-form label > span')].map(e => e.offsetLeft)")
    assert size[0] > 600 or len(set(left)) == 1
