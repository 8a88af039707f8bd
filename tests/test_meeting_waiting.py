"""A meeting file is made behind a page of its own, which sends nothing twice and gives the file by itself, once."""

from collections.abc import Iterator
from typing import Any

import pytest
from browsing import CUT, SIZES
from meetings import county, draw
from sites import served


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(county(draw(60))) as address:
        yield address


def test_the_file_comes_once_and_its_page_stays(watched: Any, site: str) -> None:
    page, posts = watched.page, []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(f"{site}export?lang=en&from=2024-02&to=2024-03")
    with page.expect_download(timeout=60_000) as download:
        page.evaluate("() => { const go = document.querySelector('.meeting-form .go'); go.click(); go.click(); }")
    name = download.value.suggested_filename
    assert name == "meeting-2024-02-2024-03.en.html"
    page.wait_for_selector(f"h1:has-text('{name} is ready')")
    assert "take" not in page.url
    assert len(posts) == 1
    came = []
    page.on("download", lambda download: came.append(download))
    page.reload()
    page.wait_for_selector("text=Download the file")
    page.goto(f"{site}export?lang=en")
    page.locator(".ordered a").first.click()
    with page.expect_download(timeout=60_000):
        page.locator("text=Download the file").click()
    assert len(came) == 1
    assert watched.faults == []


def test_without_scripts_the_page_loads_itself_anew_until_the_file_is_there(watched: Any, site: str) -> None:
    page = watched.page.context.browser.new_context(java_script_enabled=False, locale="en-GB").new_page()
    page.goto(f"{site}export?lang=en&format=.kml")
    page.locator(".meeting-form .go").click()
    page.wait_for_selector("text=Download the file", timeout=60_000)
    with page.expect_download() as download:
        page.locator("text=Download the file").click()
    assert download.value.suggested_filename.endswith(".kml")
    page.context.close()


def test_what_is_refused_is_said_on_its_page(watched: Any, site: str) -> None:
    page = watched.page
    page.goto(f"{site}export?lang=en&from=2024-03&to=2024-02")
    page.locator(".meeting-form .go").click()
    page.wait_for_selector("h1:has-text('whole calendar months')")


def test_what_will_be_withheld_is_in_sight_as_soon_as_it_is_known(watched: Any, site: str) -> None:
    page = watched.page
    page.goto(f"{site}export?lang=en")
    page.locator("button[name=look]").click()
    page.wait_for_selector("#withheld")
    top = page.evaluate("document.querySelector('#withheld').getBoundingClientRect().top")
    assert 0 <= top < 500
    assert "counts in the file" in page.locator("#withheld p").inner_text()
    assert "0 of them" not in page.locator("#withheld p").inner_text()
    assert watched.faults == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_form_is_cut_at_no_size(watched: Any, site: str, language: str, size: tuple[int, int]) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.page.goto(f"{site}export?lang={language}")
    assert watched.page.evaluate(CUT) == []
    left = watched.page.evaluate("[...document.querySelectorAll('.meeting-form label > span')].map(e => e.offsetLeft)")
    assert size[0] > 600 or len(set(left)) == 1
