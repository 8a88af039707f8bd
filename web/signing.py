"""Sign in, sign out, and accept a one-time link."""

import re
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, session

from geo_zhengzhi.errors import GeoZhengzhiError, LinkSpent
from geo_zhengzhi.services.access import signing_in
from geo_zhengzhi.services.access.links import look_at_link, use_link
from geo_zhengzhi.services.access.passwords import SHORTEST
from web import page, site
from web.doors import EVERYBODY, SECRET, open_to, who
from web.errors import status_of

signing = Blueprint("signing", __name__)

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Version", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@signing.route("/sign-in", methods=["GET", "POST"])
@open_to(EVERYBODY)
def sign_in() -> Response:
    """Ask for name and password, and let in whom they let in."""
    wanted = _inside(request.values.get("next", ""))
    name = request.form.get("name", "")
    if request.method == "GET":
        return redirect(wanted, 303) if who() else page.show("sign_in.html", wanted=wanted, name="")
    try:
        secret = signing_in.sign_in(site.database(), name, request.form.get("password", ""), browser(), site.now())
    except GeoZhengzhiError as error:
        return page.show("sign_in.html", status_of(error), wanted=wanted, name=name, sentence=page.text_of(error))
    _begin(secret)
    return redirect(wanted, 303)


@signing.post("/sign-out")
@open_to(EVERYBODY)
def sign_out() -> Response:
    """End this browser's session."""
    _end()
    return redirect(page.link_to("pages.console"), 303)


@signing.route("/link/<secret>", methods=["GET", "POST"])
@open_to(EVERYBODY)
def link(secret: str) -> Response:
    """Show what a one-time link does; use it up only when its form is sent."""
    found = look_at_link(site.database(), secret, site.now())
    if request.method == "GET":
        return page.show("link.html", link=found, shortest=SHORTEST)
    password = request.form.get("password", "")
    if found.sets_password and password != request.form.get("again", ""):
        return page.show("link.html", 400, link=found, shortest=SHORTEST, differs=True)
    try:
        session_secret = use_link(site.database(), secret, password, browser(), site.now())
    except LinkSpent:
        raise
    except GeoZhengzhiError as error:
        return page.show("link.html", status_of(error), link=found, shortest=SHORTEST, sentence=page.text_of(error))
    _begin(session_secret)
    return redirect(page.link_to("pages.console"), 303)


def browser() -> str:
    """What the browser is and where it asks from, for the list of sessions: none of its own words."""
    said = request.user_agent.string
    kind = next((name for mark, name in BROWSERS if f"{mark}/" in said), "")
    system = next((name for mark, name in SYSTEMS if re.search(mark, said)), "")
    return " · ".join(part for part in (kind, system, request.remote_addr) if part)


def _begin(secret: str) -> None:
    """A new session under a new cookie; whatever the old one held ends."""
    _end()
    session[SECRET] = secret


def _end() -> None:
    """End the session that the cookie holds, and empty it."""
    old = session.get(SECRET)
    if isinstance(old, str):
        signing_in.sign_out(site.database(), old, site.now())
    session.clear()


def _inside(address: str) -> str:
    """An address of this site; its first page in place of any other."""
    parts = urlsplit(address) if re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", address) else None
    if parts is None or parts.scheme or parts.netloc or "\\" in address:
        return page.link_to("pages.console")
    return address
