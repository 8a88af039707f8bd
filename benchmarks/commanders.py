"""Commanders at their consoles: each signs in, looks at the first page, thinks, and changes one filter at a time."""

import http.client
import json
import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import quote, urlencode

from benchmarks.county_store import CATEGORIES, PASSWORD, SHARES, ZONE, name_of
from geo_zhengzhi.services.console.periods import containing, shifted

THINK_S = (3.0, 9.0)  # who looks at a map before the next change
MOST_WAITS, WAIT_S = 8, 10.0
CLEARED = 0.7  # how often a filter that is set is taken off and not changed to another
UNITS = {"month": 50, "quarter": 25, "week": 10, "half_year": 10, "year": 5}  # how often each is chosen
BACK_SHARES = (60, 25, 10, 5)  # the latest period, the one before, …
CHANGES = {"back": 35, "unit": 15, "category": 20, "kind": 10, "hours": 5, "place": 15}
KINDS = ("residential_area", "square", "village", "commercial_area", "school")
HOURS = ("0-6", "6-12", "12-18", "18-24", "22-4")
LAST_DAY = date(2024, 12, 31)
# What htmx sends with the page's own requests.
CONSOLE = {"HX-Request": "true", "HX-Target": "console", "HX-Trigger": "console"}
FIGURES = {"HX-Request": "true", "HX-Target": "key-figures", "HX-Trigger": "console"}
NO_HEADERS: Mapping[str, str] = {}
PLACE = re.compile(r'<tbody class="item[^"]*" data-id="([^"]+)"')
AREA = re.compile(r'"area":"([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Seen:
    """What a commander met: seconds of the first view and of every change with its heat, sizes, faults."""

    first: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Commander:
    """One browser: keeps its cookie and the pictures it has."""

    def __init__(self, port: int, number: int) -> None:
        self._port, self._number = port, number
        self._random, self._cookie = random.Random(number), ""
        self._kept: set[str] = set()
        self._asked = {"unit": "month", "back": 0, "category": "", "kind": "", "hours": ""}
        self._address, self._places = "/", list[str]()
        self.seen = Seen()

    def sign_in(self) -> None:
        """
        Send the form; so many from one address in a minute are told to wait, and do.

        Raises
        ------
        RuntimeError
            If the account is not let in.
        """
        page = self._ask("GET", "/sign-in")[1].decode()
        form = {"name": name_of(self._number), "password": PASSWORD, "csrf_token": TOKEN.findall(page)[0]}
        for _ in range(1 + MOST_WAITS):
            status, _content = self._ask("POST", "/sign-in", urlencode(form))
            if status != http.client.TOO_MANY_REQUESTS:
                break
            time.sleep(WAIT_S)
        if status != http.client.SEE_OTHER:
            raise RuntimeError(f"{name_of(self._number)} was not let in: {status}")

    def work(self, until: float) -> None:
        """Look, think and change filters until a moment of the monotonic clock."""
        time.sleep(self._random.uniform(0, THINK_S[1]))
        self.seen.first.append(self.look("/"))
        while True:
            time.sleep(self._random.uniform(*THINK_S))
            if time.monotonic() > until:
                return
            self.seen.changes.append(self._change())

    def _change(self) -> float:
        """Seconds until one change is shown: a place's figures, or the console anew."""
        what = self._random.choices(list(CHANGES), list(CHANGES.values()))[0]
        if what == "place" and self._places:
            return self._select(self._random.choice(self._places))
        self._set("back" if what == "place" else what)
        return self.look(self._wanted(), CONSOLE)

    def look(self, address: str, headers: Mapping[str, str] = NO_HEADERS) -> float:
        """Seconds until the page and its heat are there; a browser has the pictures that it was given before."""
        started = time.perf_counter()
        status, page = self._ask("GET", address, headers=headers)
        self.seen.pages.append(len(page))
        text = page.decode()
        areas = AREA.findall(text)
        if status != http.client.OK or not areas:
            self.seen.faults.append(f"{status} {address}")
            return time.perf_counter() - started
        picture = json.loads(f'"{areas[0]}"')
        if picture not in self._kept:
            status, _ = self._ask("GET", picture)
            self._kept.add(picture)
            if status != http.client.OK:
                self.seen.faults.append(f"{status} {picture}")
        self._address, self._places = address, PLACE.findall(text)
        return time.perf_counter() - started

    def _select(self, place: str) -> float:
        """Seconds until the figures of a place are there."""
        started = time.perf_counter()
        asked = self._address[1:] or "?"
        address = f"/figures{asked}{'' if asked == '?' else '&'}focus={quote(place)}"
        status, part = self._ask("GET", address, headers=FIGURES)
        if status != http.client.OK or b'id="key-figures"' not in part:
            self.seen.faults.append(f"{status} {address}")
        return time.perf_counter() - started

    def _set(self, what: str) -> None:
        """Change one filter to what is chosen often: the latest periods, the frequent categories."""
        asked, draw = self._asked, self._random
        if what == "back":
            asked["back"] = draw.choices(range(len(BACK_SHARES)), BACK_SHARES)[0]
        elif what == "unit":
            asked["unit"], asked["back"] = draw.choices(list(UNITS), list(UNITS.values()))[0], 0
        elif asked[what] and draw.random() < CLEARED:
            asked[what] = ""
        elif what == "category":
            asked[what] = draw.choices(CATEGORIES, SHARES)[0]
        else:
            asked[what] = draw.choice(KINDS if what == "kind" else HOURS)

    def _wanted(self) -> str:
        """The address of what is asked."""
        asked = self._asked
        period = shifted(containing(str(asked["unit"]), LAST_DAY, ZONE), -int(asked["back"]))
        filters = {name: asked[name] for name in ("category", "kind", "hours") if asked[name]}
        return "/?" + urlencode({"from": period.first_day, "to": period.last_day, **filters}, quote_via=quote)

    def _ask(
        self, method: str, address: str, body: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, bytes]:
        """Status and body of an answer; a connection of its own, since proxies keep few."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Accept-Language": "zh", "Cookie": self._cookie, **headers}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body or None, headers)
        answer = connection.getresponse()
        given = answer.getheader("Set-Cookie")
        if given:
            self._cookie = given.split(";")[0]
        content = answer.read()
        connection.close()
        return answer.status, content
