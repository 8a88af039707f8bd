"""
The doors: closed by default. A view says with `@open_to(…)` who may enter; one that says nothing is entered by nobody.

Everybody's way in is the same: who is it, may they, and did the form come from this site. Nothing of a request's body
is read before the first two are known.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from geo_zhengzhi.errors import NotAllowed, NotSignedIn, Terms
from geo_zhengzhi.model import ANONYMOUS, VISITOR, Actor
from geo_zhengzhi.services.access import permissions
from geo_zhengzhi.services.access.signing_in import SignedIn, who_is
from web import site

EVERYBODY = "everybody"  # signed in or not: the sign-in page, styles, whether the site answers
SIGNED_IN = "signed-in"  # any account, in a browser: what is about the account itself
FOR_PROGRAMS = "/api/"  # where tokens let in, and where refusals are plain statuses
DECLARED = "geo_zhengzhi.doors"
SECRET = "secret"  # of the session, in the cookie
View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)
csrf = CSRFProtect()


@dataclass(frozen=True)
class Door:
    """Who may enter, and how large a body they may bring (None: the application's own limit), or what says so."""

    permission: str
    max_bytes: Callable[[], int] | int | None = None


def open_to(permission: str, *, max_bytes: Callable[[], int] | int | None = None) -> Callable[[View], View]:
    """Declare a view's door; for a class-based view, of each of its methods."""
    if permission not in permissions.ALL | {EVERYBODY, SIGNED_IN}:
        raise ValueError(f"no such permission: {permission}")

    def declare(view: View) -> View:
        view.door = Door(permission, max_bytes)  # type: ignore[attr-defined]
        return view

    return declare


def declare(app: Flask, endpoint: str, permission: str) -> None:
    """Declare the door of a view that a library brings."""
    app.extensions.setdefault(DECLARED, {})[endpoint] = Door(permission)


def register(app: Flask) -> None:
    """Put the doors before every view of an application."""
    app.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)  # checked below; ends with the session
    csrf.init_app(app)
    declare(app, "static", EVERYBODY)
    app.before_request(_enter)
    app.jinja_env.globals.update(may=may, who=who)


def door_of(app: Flask, endpoint: str, method: str) -> Door | None:
    """What a view declared for a method; None where it declared nothing."""
    given: Door | None = app.extensions.get(DECLARED, {}).get(endpoint)
    if given is not None:
        return given
    view = app.view_functions[endpoint]
    of_class = getattr(view, "view_class", None)
    if of_class is not None:
        view = getattr(of_class, "get" if method == "HEAD" else method.lower(), None)
    return getattr(view, "door", None)


def who() -> SignedIn | None:
    """Who is signed in: by token for programs, otherwise by the cookie; looked up once a request."""
    if "who" not in g:
        g.who = _look_up()
    found: SignedIn | None = g.who
    return found


def actor() -> Actor:
    """Who acts: an account, the demonstration's visitor, or somebody unknown who may do nothing."""
    found = who()
    if found is not None:
        return found.actor
    return VISITOR if site.settings().is_demonstration else ANONYMOUS


def may(permission: str) -> bool:
    """Whether whoever asks may do something; what they may not is not shown."""
    return permissions.may(actor(), permission)


def signed_in() -> SignedIn:
    """
    Who is signed in.

    Raises
    ------
    NotSignedIn
        If nobody is.
    """
    found = who()
    if found is None:
        raise NotSignedIn()
    return found


def _enter() -> Response | None:
    """Let a request in, or turn it away."""
    if request.endpoint is None:
        return None  # nothing is behind it: 404 or 405
    door = door_of(current_app, request.endpoint, request.method)
    if door is None:
        log.error("%s %s has no declared permission", request.method, request.endpoint)
        abort(404)
    if not _is_open(door.permission):
        return _turn_away(door.permission)
    if door.max_bytes is not None:
        request.max_content_length = door.max_bytes() if callable(door.max_bytes) else door.max_bytes
    if not by_token():
        csrf.protect()
    return None


def _is_open(permission: str) -> bool:
    if permission == EVERYBODY:
        return True
    return who() is not None if permission == SIGNED_IN else may(permission)


def _turn_away(permission: str) -> Response:
    """
    To the sign-in page, or with a refusal, which `web.refusals` writes down.

    A picture is never led to the sign-in page: nobody would read it, and its answer would bring a cookie whose token
    is another than that of the page on which somebody is about to sign in.
    """
    found = who()
    if found is not None:
        g.permission = permission  # for the log
        raise NotAllowed(role=Terms(found.actor.role))
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(FOR_PROGRAMS)
    if not is_page or request.headers.get("Accept", "").startswith("image/"):
        raise NotSignedIn()
    wanted = request.full_path if request.query_string else request.path
    return redirect(url_for("signing.sign_in", next=wanted, lang=request.args.get("lang")), 302)


def by_token() -> bool:
    """Whether the request says who it is by a token; a browser never does so by itself, so it cannot be forged."""
    return request.path.startswith(FOR_PROGRAMS) and "Authorization" in request.headers


def _look_up() -> SignedIn | None:
    if by_token():
        given = request.authorization
        token = given.token if given is not None and given.type == "bearer" else None
        return who_is(site.database(), token, site.now(), purpose="token") if token else None
    secret = session.get(SECRET)
    return who_is(site.database(), secret, site.now()) if isinstance(secret, str) else None
