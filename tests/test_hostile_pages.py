"""Hostile text in every field of every page, for every role and for nobody: nothing runs, all of it is read as text."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from accounts import NOW, PASSWORD
from browsing import until
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Error as PlaywrightError
from sites import running

from geo_zhengzhi.model import ROLES
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.opening import open_store
from tests.accounts import QUICK
from tests.hostile import HOSTILE, MARKUP, Nothing, seen, short
from tests.hostile_store import Held, fill
from tests.hostile_tour import READ, Tour
from web.app import create_app
from web.site import CLOCK

NOBODY = ""
# Whose task it is sees every value where texts are read, asks for what is hostile, and sends the forms; others see one.
OWN = {
    "viewer": ("pages.", "account.", "made."),
    "planner": ("register.", "screening."),
    "importer": ("batches.", "imports."),
    "administrator": ("users.",),
    "auditor": ("audit.",),
    NOBODY: ("signing.",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def settings(folder: Path) -> Settings:
    return Settings(port=0, database_url="x", cache_dir=folder / "cache", var_dir=folder / "var")


@pytest.fixture(scope="module")
def filled(folder: Path, settings: Settings) -> Iterator[tuple[Any, Held]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geo_zhengzhi.services.access.passwords.HASHER", QUICK)
        store = open_store(f"sqlite:///{folder / 'store.gpkg'}")
        yield store, fill(store, settings, folder, NOW)
        store.close()


@pytest.fixture(scope="module")
def held(filled: tuple[Any, Held]) -> Held:
    return filled[1]


@pytest.fixture(scope="module")
def app(filled: tuple[Any, Held], settings: Settings) -> Flask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("web.limits.COSTLY", "9999 per minute")  # every row is pressed within seconds
        made = create_app(settings, database=filled[0])
    made.extensions[CLOCK] = lambda: NOW
    return made


@pytest.fixture(scope="module")
def site(app: Flask, settings: Settings) -> Iterator[str]:
    with running(app, settings) as address:
        yield address


@contextmanager
def unprotected(browser: Browser, site: str, name: str) -> Iterator[BrowserContext]:
    """A context without the Content-Security-Policy, signed in."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1366, "height": 768})
    if name:
        page = context.new_page()
        page.goto(f"{site}sign-in?lang=en&next=/account?lang=en")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url(f"{site}account?lang=en")
        page.close()
    yield context
    context.close()


# Where each text is read by whose task it is; of accounts and links those that have such a name.
READ_AT = {
    "viewer": ("pages.console",),
    "planner": ("register.listing", "register.one", "register.form", "screening.ranking"),
    "importer": ("batches.one", "imports.fields", "imports.check"),
    "administrator": ("account.own",),
    "auditor": ("audit.log",),
    NOBODY: (),
}
NAMED_AT = {"viewer": ("made.listing",), "administrator": ("users.accounts", "users.one"), NOBODY: ("signing.link",)}
FORMS = {
    "viewer": ("GET pages.console", "GET made.listing", "POST account.password", "POST account.token"),
    "planner": (
        "GET register.listing",
        "POST register.add",
        "POST register.change",
        "POST register.step",
        "POST register.restore",
    ),
    "importer": ("POST batches.undo", "GET imports.check"),
    "administrator": ("POST users.add",),
    "auditor": ("GET audit.log",),
    NOBODY: ("POST signing.sign_in", "POST signing.link"),
}


@pytest.mark.parametrize("role", [*ROLES, NOBODY])
def test_nothing_runs_on_any_page_and_every_text_is_read(browser, app, site, held, role):
    with unprotected(browser, site, held.names.get(role, "")) as context:
        tour = Tour(app, site, context, held, held.names.get(role, ""))
        tour.walk(OWN[role], (*READ_AT[role], *NAMED_AT.get(role, ())))
        for endpoint in READ_AT[role]:
            assert [text for text in HOSTILE if seen(text) not in tour.read[endpoint]] == [], endpoint
        for endpoint in NAMED_AT.get(role, ()):
            names = short(40)[len(ROLES) :]
            assert [name for name in names if seen(name) not in tour.read[endpoint]] == [], endpoint
        tour.ask(OWN[role])
        tour.fill_in(OWN[role])
        assert tour.nothing.found == []
        assert set(FORMS[role]) <= tour.sent


# Rows are pressed, popups and tooltips opened, layers switched; `most` of each. What stood in popups and tooltips.
PRESS = """(most) => {
  const texts = [];
  const some = (found) => Array.prototype.slice.call(found, 0, most);
  const keep = (selector) => document.querySelectorAll(selector).forEach((one) => texts.push(one.textContent));
  document.querySelectorAll('.tabpanel').forEach((list) => some(list.querySelectorAll('.item')).forEach((row) => {
    row.querySelector('a').click();
    keep('.leaflet-popup-content');
  }));
  some(document.querySelector('.item') ? [] : Object.keys(zhengzhi.places())).forEach((id) => {
    zhengzhi.focus(id);
    keep('.leaflet-popup-content');
  });
  zhengzhi.map.closePopup();
  some(document.querySelectorAll('.map .leaflet-interactive, .zz-map .leaflet-interactive')).forEach((one, index) => {
    const box = one.getBoundingClientRect();
    const at = { bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
    ['mouseover', 'mousemove', index < 5 ? 'click' : 'mouseout', 'mouseout'].forEach((name) => {
      one.dispatchEvent(new MouseEvent(name, at));
      if (name === 'mousemove') { keep('.leaflet-tooltip'); }
    });
  });
  document.querySelectorAll('.zz-legend input').forEach((box) => { box.click(); box.click(); });
  return texts.join(' ').replace(/\\s+/g, ' ');
}"""
ALL, FEW = 1000, 4


def press(nothing: Nothing, most: int) -> list[str]:
    """Which texts popups and tooltips of a map did not say; afterwards the map still answers."""
    page = nothing.page
    until(page, "window.zhengzhi && window.zhengzhi.ready")
    told = page.evaluate(PRESS, most)
    nothing.look()
    page.evaluate("zhengzhi.map.setZoom(8, { animate: false })")
    page.locator(".leaflet-control-zoom-in").first.click()
    until(page, "zhengzhi.map.getZoom() > 8")
    return [text for text in (HOSTILE if most == ALL else MARKUP[:FEW]) if seen(text) not in told]


@pytest.mark.parametrize(("language", "most"), [("zh", FEW), ("en", ALL)])
def test_on_the_live_console_rows_symbols_and_layers_answer_and_nothing_runs(browser, site, held, language, most):
    with unprotected(browser, site, held.names["planner"]) as context:
        nothing = Nothing(context.new_page())
        nothing.page.goto(f"{site}?lang={language}")
        assert press(nothing, most) == []
        for key in ("?", "Escape", "l", "1"):
            nothing.page.keyboard.press(key)
        nothing.look()
        with nothing.page.expect_navigation():
            nothing.page.keyboard.press("[")
        nothing.look()
        assert nothing.found == []


@pytest.mark.parametrize(("language", "most"), [("zh", ALL), ("en", FEW)])
def test_the_exported_map_runs_nothing_from_disk_without_its_policy(browser, site, held, tmp_path, language, most):
    with unprotected(browser, site, held.names["planner"]) as context:
        html = context.request.get(f"{site}map.html?lang={language}").text()
    assert '<meta http-equiv="Content-Security-Policy"' in html
    (tmp_path / "map.html").write_text(html, "utf-8")
    context = browser.new_context(bypass_csp=True)
    nothing = Nothing(context.new_page())
    nothing.page.goto((tmp_path / "map.html").as_uri())
    assert press(nothing, most) == []
    context.close()
    assert nothing.found == []


def test_what_leaves_as_a_file_holds_no_cell_that_a_spreadsheet_runs(browser, site, held):
    query = urlencode(READ)
    addresses = [f"import/{held.values['upload_id'][0]}/rejects.csv?{query}"]
    addresses.append(f"batches/{held.values['batch_id'][1]}/rejects.csv")
    with unprotected(browser, site, held.names["importer"]) as context:
        texts = [context.request.get(site + address).text() for address in addresses]
    for text in texts:
        cells = [cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) for cell in row]
        assert [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@\t") and cell not in ("-", "")] == []
        assert any(cell.startswith("'=cmd") for cell in cells)


def test_a_page_that_does_not_escape_is_found_out(browser, tmp_path):
    (tmp_path / "page.html").write_text("<p>")
    context = browser.new_context(bypass_csp=True)
    unnoticed = []
    for text in MARKUP:
        nothing = Nothing(page := context.new_page())
        page.goto((tmp_path / "page.html").as_uri())
        page.set_content(f"<title>x</title><p>{text}</p>")
        with suppress(PlaywrightError):  # of a page that was left meanwhile, whose request was seen
            nothing.look()
        unnoticed += [] if nothing.found else [text]
        page.close()
    context.close()
    assert unnoticed == []
