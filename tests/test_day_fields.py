"""A day is typed and read as year-month-day on every page, whatever the browser's own way of writing days is."""

import re
from collections.abc import Iterator

import pytest
from browsing import faults
from conftest import Watched
from sites import served, small_study

from geo_zhengzhi.settings import REPOSITORY

FROM, TO = "input[name=from]", "input[name=to]"
VALID = "(field) => field.checkValidity() || field.validationMessage"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(small_study()) as address:
        yield address


@pytest.fixture
def first(watched: Watched, site: str) -> Watched:
    watched.page.goto(f"{site}?lang=en&from=2024-02-01&to=2024-02-29")
    return watched


@pytest.mark.parametrize("typed", ["2024-2-5", "2024/02/05", "2024年2月5日", "20240205", " 2024.02.05 "])
def test_a_day_in_any_usual_form_becomes_year_month_day_and_is_shown(first, typed):
    first.page.locator(FROM).fill(typed)
    first.page.keyboard.press("Enter")
    first.page.wait_for_url("**from=2024-02-05&to=2024-02-29**")
    assert first.page.locator(FROM).input_value() == "2024-02-05"
    assert faults(first) == []


@pytest.mark.parametrize("typed", ["2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "05/02/2024", "soon"])
def test_what_is_no_day_stays_in_its_field_with_the_reason(first, typed):
    address = first.page.url
    first.page.locator(FROM).fill(typed)
    first.page.keyboard.press("Enter")
    assert "No such day" in first.page.locator(FROM).evaluate(VALID)
    assert first.page.url == address


def test_the_arrows_step_a_day_and_the_calendar_fills_the_field_in(first):
    page = first.page
    page.locator(TO).focus()
    page.keyboard.press("ArrowUp")
    assert page.locator(TO).input_value() == "2024-03-01"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator(".day-picker").first.fill("2024-02-03")
    assert page.locator(FROM).input_value() == "2024-02-03"
    page.locator(TO).focus()
    page.wait_for_url("**from=2024-02-03&to=2024-02-29**")
    assert faults(first) == []


def test_no_page_has_a_field_of_days_in_the_browsers_own_way_of_writing():
    fields = {
        path.name: re.findall(r'<input[^>]*type="date"', path.read_text("utf-8"))
        for path in (REPOSITORY / "web" / "templates").glob("*.html")
    }
    assert {name for name, found in fields.items() if found} == {"day.html"}
