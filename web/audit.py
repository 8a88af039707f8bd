"""The audit log, for auditors: filters, pages, and whether its chain is whole."""

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.access import auditing
from geo_zhengzhi.services.access.auditing import Wanted
from geo_zhengzhi.services.access.permissions import READ_AUDIT
from geo_zhengzhi.words import translator
from web import page, site
from web.doors import actor, open_to

audit = Blueprint("audit", __name__)

PROVED_UNASKED = 10_000  # rows; longer logs are proved when the button is pressed
FILTERS = ("who", "action", "object", "from", "to")
WORDS = ("reason", "role", "from", "to", "purpose", "what", "with")  # details whose values are words of the product's

ENGLISH = {"n": "count", "bbox": "bounds", "of": "among them", "sha256": "SHA-256"}


@audit.get("/audit")
@open_to(READ_AUDIT)
def log() -> Response:
    """One page of the log."""
    given = {name: request.args.get(name, "") for name in FILTERS}
    found = auditing.read_log(site.database(), actor(), _wanted(given), request.args.get("page", 1, type=int))
    length = int(found.head.partition(":")[0])
    state = auditing.verify(site.database()) if length <= PROVED_UNASKED or "verify" in request.args else None
    return page.show(
        "audit.html", given=given, kept=_kept(given), found=found, state=state, told=_told, named=_named, at=_at
    )


def _wanted(given: Mapping[str, str]) -> Wanted:
    """The filters of an address."""
    first, last = _day("from", given["from"]), _day("to", given["to"])
    after = None if last is None else last + timedelta(days=1)
    return Wanted(given["who"].strip(), given["action"], given["object"].strip(), _start(first), _start(after))


def _kept(given: Mapping[str, str]) -> dict[str, str]:
    """What the addresses of other pages keep: the filters that are set."""
    return {name: value for name, value in given.items() if value}


def _day(name: str, text: str) -> date | None:
    """A day of an address; None without one."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not date(1900, 1, 1) <= day <= date(2200, 12, 31):
        raise InvalidParameter(name=name, given=text[:20], allowed="YYYY-MM-DD, 1900-01-01 – 2200-12-31")
    return day


def _start(day: date | None) -> datetime | None:
    """When a day begins where the installation is."""
    return None if day is None else datetime.combine(day, time(), ZoneInfo(site.settings().timezone))


def _at(text: str) -> str:
    """A row's moment, to the second, in the installation's zone."""
    return f"{site.local(datetime.fromisoformat(text)):%Y-%m-%d %H:%M:%S}"


def _named(target: str) -> str:
    """What a row is about, its kind in the page's language: account 规划一科."""
    kind, blank, which = target.partition(" ")
    word = translator(page.page_language())(f"object: {kind}").removeprefix("object: ")
    return word + blank + which


def _told(detail: str) -> list[tuple[str, str]]:
    """A row's details as words: (what, value)."""
    _ = translator(page.page_language())
    told = []
    for name, value in json.loads(detail).items():
        word = _(f"detail: {name}").removeprefix("detail: ")
        word = ENGLISH.get(word, word.removeprefix("n_").replace("_", " "))  # what was translated has neither
        text = f"{value:,}" if type(value) is int and name.startswith("n") else _value(value)
        if name == "since":
            text = _at(value)
        if name == "of":  # how many of which action
            text = _(", ").join(f"{_(action)} {n}" for action, n in value.items())
        told.append((word, _(text) if name in WORDS else text))
    return told


def _value(value: object) -> str:
    """What a detail's value says to a reader: lists with commas, thousands apart, – where there is none."""
    _ = translator(page.page_language())
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _(", ").join(f"{name} {_value(one)}" for name, one in value.items())
    return _(", ").join(map(_value, value)) if isinstance(value, list) else str(value)
