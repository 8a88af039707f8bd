"""A walk in Chromium through every address of a site, for one visitor, on which nothing hostile may happen."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError
from werkzeug.routing import Rule

from tests.hostile import MARKUP, Nothing, joined
from tests.hostile_store import HEADER, Held

LANGUAGES = ("zh", "en")
ALL, SOME = 10_000, 8  # addresses of a rule
READ = {"c.category": HEADER, "datum": "wgs84"}
# Queries with which an address says more than without.
QUERIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "imports.fields": (READ,),
    "imports.check": (READ,),
    "imports.rejects": (READ,),
    "screening.ranking": ({"all": "1"},),
    "register.one": ({"all": "1"},),
    "register.listing": ({"sort": "name"}, {"page": "2"}),
    "made.listing": ({"page": "2"},),
}
# What addresses take beside: a hostile text in each is told back, or not, and does nothing.
ASKED = {
    "pages.console": "from to category kind level against hours weekdays eps min_samples tab focus layers lang",
    "register.listing": "text year level kind stage overdue sort order page",
    "screening.ranking": "category kind level against hours weekdays from to marked page all",
    "audit.log": "who action object from to page verify",
    "batches.listing": "page",
    "made.listing": "day page",
    "batches.one": "brought removed restored left",
    "imports.fields": "datum zone epsg c.category",
    "imports.check": "zone c.category",
    "signing.sign_in": "next",
    "account.own": "done",
}
FILES = re.compile(
    r"text/csv|application/(geo\+json|json|problem\+json|octet-stream)|image/|text/(css|javascript)|font/"
)
# A form is found by its method and address again, since a form may be gone or stand elsewhere once it was sent.
ADDRESS = """
const method = (form) => (form.getAttribute('method') || 'get').toUpperCase();
const action = (form) => new URL(form.getAttribute('action') || '', location.href).href;
const isWritten = (field) => !field.readOnly && /^(INPUT|TEXTAREA)$/.test(field.tagName)
  && !/^(hidden|submit|button|checkbox|radio|file)$/.test(field.type);
const isWanted = (form) => !form.querySelector('[type=file]') && Array.prototype.some.call(form.elements, isWritten);
const forms = Array.prototype.filter.call(document.forms, isWanted);
"""
FORMS = f"() => {{ {ADDRESS} return forms.map((form) => [method(form), action(form)]); }}"
FILL = (
    f"([wanted, address, text, all]) => {{ {ADDRESS}"
    + """
  const form = forms.filter((one) => method(one) === wanted && action(one) === address)[0];
  if (!form) { return false; }
  form.noValidate = true;
  Array.prototype.forEach.call(form.elements, (field) => {
    const isText = /^(textarea|text|password|search)$/.test(field.type);
    const isOther = /^(select-one|number|date|radio|checkbox)$/.test(field.type) || field.name === 'version';
    if (field.name === 'csrf_token' || field.readOnly || !(isText || (all && isOther))) { return; }
    if (field.tagName === 'SELECT') {
      field.add(new Option('x', text, true, true));
    } else {
      if (!isText) { field.type = 'text'; }
      field.removeAttribute('maxlength');
      field.value = text;
    }
  });
  HTMLFormElement.prototype.submit.call(form);
  return true;
}"""
)


class Tour:
    """
    One visitor's walk.

    Parameters
    ----------
    app, site
        The application, and where its server is found.
    context : BrowserContext
        Without the Content-Security-Policy, so that only escaping protects a page.
    held : Held
    name : str
        Of the account; "" for nobody.

    Attributes
    ----------
    nothing : Nothing
        Whatever did happen.
    read : mapping of endpoint to all that was read there
    statuses : mapping of endpoint to the statuses that were answered
    sent : set of endpoints whose forms were filled in and sent
    """

    def __init__(self, app: Flask, site: str, context: BrowserContext, held: Held, name: str) -> None:
        self.site, self.context, self.held, self.name = site, context, held, name
        self.urls = app.url_map.bind(site.partition("//")[2].rstrip("/"))
        self.rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        self.page = context.new_page()
        self.nothing = Nothing(self.page)
        self.read: dict[str, str] = {}
        self.statuses: dict[str, set[int]] = {}
        self.sent: set[str] = set()
        self._pages: dict[str, str] = {}

    def addresses(self, rule: Rule, most: int) -> Iterator[str]:
        """Addresses of a rule, evenly chosen: of the first one in both languages, of further ones in one each."""
        missing = rule.arguments - self.held.values.keys()
        assert not missing, f"{rule.endpoint}: no value for {missing} – put one into tests/hostile_store.py"
        held = self.held.arguments(rule.arguments)
        for row, arguments in enumerate(held[:: -(-len(held) // most)]):
            path = self.urls.build(rule.endpoint, arguments)
            queries = ({}, *(QUERIES.get(rule.endpoint, ()) if row == 0 else ()))
            for query in queries:
                for language in LANGUAGES if row == 0 else LANGUAGES[row % 2 :][:1]:
                    yield f"{self.site[:-1]}{path}?{urlencode({**query, 'lang': language})}"

    def walk(self, own: tuple[str, ...], read: tuple[str, ...]) -> None:
        """
        Open every rule's addresses; where the visitor is not let in, in one language.

        Of the endpoints where every text is read all are opened, of others of one's own task some, of the rest one.
        """
        for rule in self.rules:
            if "GET" not in rule.methods:
                continue
            most = ALL if rule.endpoint in read else SOME if rule.endpoint.startswith(own) else 1
            for address in self.addresses(rule, most):
                if self.open(rule.endpoint, address) in (302, 401, 403):
                    break

    def ask(self, own: tuple[str, ...]) -> None:
        """Open addresses of one's own task with a hostile text in each of their parameters."""
        for endpoint, names in ASKED.items():
            for name in names.split() if endpoint.startswith(own) else ():
                query = urlencode({"lang": "en", name: MARKUP[2]})
                self.open(endpoint, f"{self._pages[endpoint].partition('?')[0]}?{query}")
        self.open("", f"{self.site}nothing/%3Cimg%20src%3Dx%3E")

    def open(self, endpoint: str, address: str) -> int:
        """Open one address and look at it; its status, 302 for one that leads elsewhere."""
        try:
            answer = self.page.goto(address)
        except PlaywrightError as error:
            if "Download" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            return self._fetch(endpoint, address)
        first = answer.request.redirected_from
        status = 302 if first is not None else answer.status
        self._note(endpoint, address, status, answer)
        if "html" in answer.headers["content-type"]:
            if first is None:
                self.read[endpoint] = self.read.get(endpoint, "") + " " + self.nothing.look()
                self._pages.setdefault(endpoint, address)
        else:
            self._is_file(address, answer.headers)
        return status

    def _note(self, endpoint: str, address: str, status: int, answer: Any) -> None:
        self.statuses.setdefault(endpoint, set()).add(status)
        assert status < 500, (address, status)
        assert status != 429, address
        assert answer.headers["x-content-type-options"] == "nosniff", address

    def _fetch(self, endpoint: str, address: str) -> int:
        """A file to keep: never shown in place, never of a kind that its content could change."""
        answer = self.context.request.get(address)
        self._note(endpoint, address, answer.status, answer)
        assert answer.headers["content-disposition"].startswith("attachment"), address
        if not address.partition("?")[0].endswith("/map.html"):
            self._is_file(address, answer.headers)
        return int(answer.status)

    def _is_file(self, address: str, headers: Mapping[str, str]) -> None:
        assert FILES.match(headers["content-type"]), (address, headers["content-type"])

    def fill_in(self, own: tuple[str, ...]) -> None:
        """Send every form of one's own task that takes words: what is told back after an error, then what is taken."""
        for address in [address for name, address in self._pages.items() if name.startswith(own)]:
            self.page.goto(address)
            for method, action in self.page.evaluate(FORMS):
                endpoint, _ = self.urls.match(action.partition("?")[0][len(self.site) - 1 :], method=method)
                name = f"{method} {endpoint}"
                if endpoint.startswith(own) and name not in self.sent:
                    self.sent.add(name)
                    for text, whole in ((joined(600), True), (MARKUP[2], True), (MARKUP[2], False)):
                        self._send(address, (method, action), text, whole)

    def _send(self, address: str, form: tuple[str, str], text: str, whole: bool) -> None:
        """Send a form, unless it went with what it was sent for."""
        self.page.goto(address)
        if [*form] not in self.page.evaluate(FORMS):
            return
        with self.page.expect_navigation() as going:
            self.page.evaluate(FILL, [*form, text, whole])
        answer = going.value
        assert answer.status < 500, (address, answer.status)
        self.nothing.look(f"form {form} of {address}")
        if not self.name:
            self.context.clear_cookies()
