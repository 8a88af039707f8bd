"""Commanders at their consoles: each signs in, looks at the first page, thinks, and changes one filter at a time."""

import http.client
import json
import random
import re
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import quote, urlencode

from benchmarks.county_store import CATEGORIES, PASSWORD, name_of

THINK_S = (1.0, 3.0)
CLEARED = 0.7  # how often a filter that is set is taken off and not changed to another
UNITS = {"month": 1, "quarter": 3}
KINDS = ("residential_area", "square", "village", "commercial_area", "school")
HOURS = ("0-6", "6-12", "12-18", "18-24", "22-4")
LAST_MONTH, MOST_BACK = (2024, 12), 3
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
        self.seen = Seen()

    def sign_in(self) -> None:
        """Send the form."""
        page = self._ask("GET", "/sign-in")[1].decode()
        form = {"name": name_of(self._number), "password": PASSWORD, "csrf_token": TOKEN.findall(page)[0]}
        status, _ = self._ask("POST", "/sign-in", urlencode(form))
        if status != http.client.SEE_OTHER:
            self.seen.faults.append(f"sign-in {status}")

    def work(self, until: float) -> None:
        """Look, think and change filters until a moment of the monotonic clock."""
        time.sleep(self._random.uniform(0, THINK_S[1]))
        self.seen.first.append(self._look("/"))
        while True:
            time.sleep(self._random.uniform(*THINK_S))
            if time.monotonic() > until:
                return
            self.seen.changes.append(self._look(self._changed()))

    def _look(self, address: str) -> float:
        """Seconds until the page and its heat are there."""
        started = time.perf_counter()
        status, page = self._ask("GET", address)
        self.seen.pages.append(len(page))
        areas = AREA.findall(page.decode())
        if status != http.client.OK or not areas:
            self.seen.faults.append(f"{status} {address}")
            return time.perf_counter() - started
        picture = json.loads(f'"{areas[0]}"')
        if picture not in self._kept:
            status, _ = self._ask("GET", picture)
            self._kept.add(picture)
            if status != http.client.OK:
                self.seen.faults.append(f"{status} {picture}")
        return time.perf_counter() - started

    def _changed(self) -> str:
        """The address after one change: mostly of the period, then of category, kind or hours."""
        asked, draw = self._asked, self._random
        what = draw.choices(("back", "unit", "category", "kind", "hours"), (40, 15, 20, 15, 10))[0]
        options = {"unit": tuple(UNITS), "category": ("", *CATEGORIES), "kind": ("", *KINDS), "hours": ("", *HOURS)}
        if what == "back":
            asked["back"] = max(0, min(MOST_BACK, int(asked["back"]) + draw.choice((1, 1, -1))))
        else:
            others = [option for option in options[what] if option not in (asked[what], "")]
            clears = what != "unit" and asked[what] and draw.random() < CLEARED
            asked[what] = "" if clears else draw.choice(others)
        if what == "unit":
            asked["back"] = 0
        first, last = period_of(str(asked["unit"]), int(asked["back"]))
        filters = {name: asked[name] for name in ("category", "kind", "hours") if asked[name]}
        return "/?" + urlencode({"from": first, "to": last, **filters}, quote_via=quote)

    def _ask(self, method: str, address: str, body: str = "") -> tuple[int, bytes]:
        """Status and body of an answer; a connection of its own, since proxies keep few."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Accept-Language": "zh", "Cookie": self._cookie}
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


def period_of(unit: str, back: int) -> tuple[date, date]:
    """First and last day of the month, quarter or half-year so many before the data's last."""
    n_months = UNITS[unit]
    number = LAST_MONTH[0] * 12 + LAST_MONTH[1] - n_months * (back + 1)
    after = number + n_months
    return date(number // 12, number % 12 + 1, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
