"""Sites with a store and accounts, and visitors who fill in their forms."""

import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from accounts import NOW, PASSWORD, account
from flask import Flask
from studies import area, days, many, study_of
from werkzeug.test import TestResponse

from geo_zhengzhi.model import ROLES
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database
from web import create_app
from web.serve import listen
from web.site import CLOCK

FOLDER = tempfile.TemporaryDirectory(prefix="gz-sites-")  # goes when the tests end
CACHE = Path(FOLDER.name) / "cache"
COUNTY = Settings(database_url="sqlite:///never-opened.gpkg", cache_dir=CACHE)  # what the tests open is handed on
DEMONSTRATION = Settings(var_dir=Path(FOLDER.name), cache_dir=CACHE)  # a visitor's page may open its store


def small_study() -> Study:
    """A study of one target and twelve incidents."""
    opening = days("2024-02-01", "2024-02-29")
    return study_of(many(12, (100, 100), "2024-02-05"), [area("武定苑", 0, 0)], opening_period=opening)


def site_of(store: Database, study: Study, settings: Settings = COUNTY) -> Flask:
    """A site whose clock stands still until a test moves it with `at`."""
    app = create_app(settings, study, store)
    app.extensions[CLOCK] = lambda: NOW
    return app


def at(app: Flask, when: datetime | timedelta) -> None:
    """Set a site's clock."""
    moment = NOW + when if isinstance(when, timedelta) else when
    app.extensions[CLOCK] = lambda: moment


@contextmanager
def running(app: Flask, settings: Settings) -> Iterator[str]:
    """The address of a site that a browser can open, on a free port of this machine; it stops behind the test."""
    server = listen(app, replace(settings, port=0))
    threading.Thread(target=server.run, daemon=True).start()
    yield replace(settings, port=server.effective_port).address
    server.close()


@contextmanager
def served(study: Study) -> Iterator[str]:
    """The address of a demonstration of a study, which visitors may look at."""
    with running(create_app(DEMONSTRATION, study), DEMONSTRATION) as address:
        yield address


def fetched(visitor: "Visitor", answer: TestResponse) -> TestResponse:
    """The file that was ordered, once it is made."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page, until = answer.location.partition("?")[0], time.monotonic() + 120
    while not visitor.get(f"{page}/progress.json").get_json()["over"] and time.monotonic() < until:
        time.sleep(0.02)
    return visitor.get(f"{page}/file")


def accounts_of_every_role(store: Database) -> dict[str, int]:
    """One account a role, named like it."""
    return {role: account(store, role, role) for role in ROLES}


class Visitor:
    """A browser without scripts: keeps cookies, and sends forms with their token."""

    def __init__(self, app: Flask, **headers: str) -> None:
        self.client = app.test_client()
        self.headers = {"Accept-Language": "en", **headers}

    def get(self, path: str, **options: object) -> TestResponse:
        """Open an address."""
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, form_at: str | None = "/sign-in?next=/account", /, **fields: object) -> TestResponse:
        """Send a form, with the token of the page that holds one; without a token where that is None."""
        token = {} if form_at is None else {"csrf_token": self.token(form_at)}
        return self.client.post(path, data={**token, **fields}, headers=self.headers)

    def token(self, form_at: str) -> str:
        """The token in a page's forms, wherever it leads on to."""
        page = self.client.get(form_at, headers=self.headers, follow_redirects=True).get_data(as_text=True)
        return re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]

    def sign_in(self, name: str, password: str = PASSWORD) -> "Visitor":
        """Sign in."""
        answer = self.post("/sign-in", name=name, password=password)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self

    @property
    def cookie(self) -> str | None:
        """The site's cookie as it stands."""
        cookie = self.client.get_cookie("zhengzhi") or self.client.get_cookie("__Host-zhengzhi")
        return None if cookie is None else cookie.value
