"""What several test files need: a browser without a network, and the rule that CI skips nothing."""

import gc
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from geo_zhengzhi.services.studies.opening import open_demonstration
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import REPOSITORY, Settings
from tests.compiled import SharedEnvironment
from tools.find_browser import find_browser
from web.cookies import Site

pytest_plugins = ["tests.stores", "tests.accounts", "tests.registers"]
Site.jinja_environment = SharedEnvironment

NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported, which stays, and let more sites gather before it looks at all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Under CI a skipped test is a failed one."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def demonstration() -> Study:
    """The demonstration's incidents and targets, read once; nobody changes a study."""
    return open_demonstration(Settings(data_dir=REPOSITORY / "data"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium or Chrome with name resolution off: only 127.0.0.1 can be reached."""
    path = find_browser()
    assert path, "no browser was found – run make test, which finds or installs one"
    sandbox = ["--no-sandbox"] if os.name != "nt" and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=[NO_NETWORK, *QUIET, *sandbox])
        yield chromium
        chromium.close()


class Watched:
    """A page with everything that went wrong on it: failed or foreign requests, console errors, dialogs, exceptions."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda r: self.requests.append(r.url))
        page.on("requestfailed", lambda r: self.faults.append(f"failed request {r.url}"))
        page.on("response", lambda r: self.faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("console", lambda m: self.faults.append(f"console {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: self.faults.append(f"exception {e}"))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: object) -> None:
        self.faults.append(f"dialog {dialog.message}")  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    def foreign(self, *allowed: str) -> list[str]:
        """Requests that begin with none of the allowed prefixes (nor data: or blob:)."""
        return [url for url in self.requests if not url.startswith((*allowed, "data:", "blob:", "about:"))]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A fresh watched page of 1366 × 768."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    yield Watched(page)
    page.close()
