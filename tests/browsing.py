"""What tests in a browser share: the sizes they look at, how they sign in, and what they call a fault."""

import re
import time

from conftest import Watched
from playwright.sync_api import Error, Page

from tests.accounts import PASSWORD

SIZES = ((1366, 768), (1920, 1080), (390, 844))
LONG = "county-bureau-command-and-intelligence-1"
WAIT_S = 30.0
ROW = "#list-targets .item:not(.whole)"
SCROLLED = ("TABLE.plain", "THEAD", "TBODY", "TR", "TH", "TD", "FORM.bare", "BUTTON", "B.", "SPAN.v")
# Elements whose text is wider than they are, or that reach beyond the page; the map cuts what it draws by intent.
CUT = """() => {
  const found = [];
  document.querySelectorAll('body *').forEach((element) => {
    if (element.closest('svg, .map, .vh, select, input')) { return; }
    const box = element.getBoundingClientRect();
    if (!box.width || !element.clientWidth) { return; }
    const cuts = getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    if (cuts || box.right > document.documentElement.clientWidth + 1) {
      found.push(element.tagName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 40));
    }
  });
  return found;
}"""


def sign_in(watched: Watched, site: str, name: str) -> None:
    """Sign an account in, and come to its own page in English."""
    page = watched.page
    page.goto("about:blank")  # no answer on its way may bring the former account's cookie back
    page.context.clear_cookies()
    page.goto(f"{site}sign-in?lang=en&next=/account?lang=en")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{site}account?lang=en")


def faults(watched: Watched) -> list[str]:
    """What went wrong, but for an icon, maps, scripts and heat that are not waited for when the page is left."""
    cut_off = r"failed request \S+/(icon\.svg\?|static/vendor/|register/[^/]+/maps\?|heat/)\S+"
    return [fault for fault in watched.faults if not re.fullmatch(cut_off, fault)]


def until(page: Page, truth: str, arg: object = None) -> None:
    """
    Wait for JavaScript to be true of a page, or fail with what it was last.

    A page's own wait evaluates strings inside the page when it looks again, which the content policy forbids.
    """
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            found = page.evaluate(truth, arg)
        except Error as error:  # the page is being replaced
            found = error
        if found and not isinstance(found, Error):
            return
        assert time.monotonic() < deadline, f"{truth}: {found}"
        page.wait_for_timeout(50)
