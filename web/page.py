"""What every page has: its language, the menu of what the role may see, and links that keep the language."""

from datetime import datetime
from typing import Any

from flask import Response, current_app, g, make_response, render_template, request, url_for

from geo_zhengzhi.services.access import permissions
from geo_zhengzhi.words import LANGUAGES, translator
from web import doors, site
from web.address import language_of
from web.say import Say

# Where the menu leads: endpoint, word, permission. What a role may not enter is not there.
MENU = (
    ("pages.console", "Map", permissions.SEE),
    ("register.listing", "Register", permissions.SEE),
    ("screening.ranking", "Screening", permissions.SEE),
    ("meeting.form", "Meeting file", permissions.SEE),
    ("imports.file", "Import", permissions.IMPORT),
    ("batches.listing", "Batches", permissions.SEE_BATCHES),
    ("users.accounts", "Accounts", permissions.MANAGE_USERS),
    ("audit.log", "Audit log", permissions.READ_AUDIT),
)

# Pages that belong to another entry of the menu.
WITHIN = {
    "plan": "register",
    "entry_pages": "register",
    "incident_data": "meeting",
    "presets": "meeting",
    "orders": "meeting",
    "made": "meeting",
}


def page_language() -> str:
    """The language of this request's page."""
    accepted = request.accept_languages.best_match(LANGUAGES)
    return language_of(request.args, accepted, site.settings().language)


def link_to(endpoint: str, **values: Any) -> str:
    """An address of the site, in the language that this page's address names."""
    named = request.args.get("lang")
    kept = {"lang": named} if named in LANGUAGES else {}
    return url_for(endpoint, **kept, **values)


def link_if_open(endpoint: str, **values: Any) -> str:
    """The same; "" where this role is not let in."""
    door = doors.door_of(current_app, endpoint, "GET")
    return link_to(endpoint, **values) if door is not None and doors.may(door.permission) else ""


def moment(when: datetime) -> str:
    """A moment in the installation's zone, to the minute."""
    return f"{site.local(when):%Y-%m-%d %H:%M}"


def frame() -> dict[str, Any]:
    """The page's frame: menu and whose session it is."""
    found = doors.who()
    entries = [(word, endpoint) for endpoint, word, permission in MENU if doors.may(permission)]
    section = (request.endpoint or "").partition(".")[0]
    section = WITHIN.get(section, section)
    return {
        "menu": [(word, link_to(end), end.partition(".")[0] == section) for word, end in entries],
        "me": None if found is None else found.actor,
        "link_to": link_to,
        "moment": moment,
    }


def show(template: str, status: int = 200, *, address: str = "", **values: Any) -> Response:
    """
    A page of words and forms, in the page's language.

    Parameters
    ----------
    template, status
        Of the page.
    address : str
        Where the page is read again, where this request has sent a form to another address.
    values
        What the template takes.
    """
    language = page_language()
    page = render_template(
        template,
        **frame(),
        _=Say(language).text,
        language=language,
        languages=[(code, f"{address}?lang={code}" if address else _in_language(code)) for code in LANGUAGES],
        nonce=g.nonce,
        **values,
    )
    return make_response(page, status)


def text_of(error: Any) -> str:
    """An error's sentence in the page's language."""
    sentence: str = error.in_language(translator(page_language()))
    return sentence


def _in_language(language: str) -> str:
    """This page's own address in another language."""
    values = {**request.args.to_dict(), **(request.view_args or {}), "lang": language}
    return url_for(str(request.endpoint), **values)
