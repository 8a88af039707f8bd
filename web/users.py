"""The accounts, for those who manage them: add, role, one-time link, lock, sessions."""

from flask import Blueprint, Response, redirect, request, url_for

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.model import ROLES
from geo_zhengzhi.services.access import own_account
from geo_zhengzhi.services.access import users as services
from geo_zhengzhi.services.access.links import HOURS, make_link
from geo_zhengzhi.services.access.permissions import MANAGE_USERS
from web import page, site
from web.doors import actor, open_to, signed_in
from web.errors import status_of

users = Blueprint("users", __name__, url_prefix="/users")


@users.get("")
@open_to(MANAGE_USERS)
def accounts() -> Response:
    """Every account."""
    return _accounts()


@users.post("")
@open_to(MANAGE_USERS)
def add() -> Response:
    """Add an account and show its first one-time link."""
    name, role = request.form.get("name", ""), request.form.get("role", "")
    try:
        number = services.add_user(site.database(), actor(), name, role, site.now())
    except GeoZhengzhiError as error:
        return _accounts(status_of(error), name=name, role=role, sentence=page.text_of(error))
    return _account(number, secret=make_link(site.database(), actor(), number, site.now()))


@users.get("/<int:user_id>")
@open_to(MANAGE_USERS)
def one(user_id: int) -> Response:
    """One account."""
    return _account(user_id)


@users.post("/<int:user_id>/link")
@open_to(MANAGE_USERS)
def link(user_id: int) -> Response:
    """Make a one-time link and show it, this once."""
    return _account(user_id, secret=make_link(site.database(), actor(), user_id, site.now()))


@users.post("/<int:user_id>/role")
@open_to(MANAGE_USERS)
def role(user_id: int) -> Response:
    """Give the account another role."""
    services.change_role(site.database(), actor(), user_id, request.form.get("role", ""))
    return _back(user_id)


@users.post("/<int:user_id>/disable")
@open_to(MANAGE_USERS)
def disable(user_id: int) -> Response:
    """Shut the account."""
    services.disable_user(site.database(), actor(), user_id, site.now())
    return _back(user_id)


@users.post("/<int:user_id>/enable")
@open_to(MANAGE_USERS)
def enable(user_id: int) -> Response:
    """Open the account again."""
    services.enable_user(site.database(), actor(), user_id)
    return _back(user_id)


@users.post("/<int:user_id>/sessions/<int:session_id>/end")
@open_to(MANAGE_USERS)
def end(user_id: int, session_id: int) -> Response:
    """End a session or token of the account."""
    own_account.revoke_session(site.database(), signed_in(), session_id, site.now())
    return _back(user_id)


def _back(user_id: int) -> Response:
    return redirect(page.link_to("users.one", user_id=user_id), 303)


def _accounts(status: int = 200, **values: object) -> Response:
    """The list, with what is to be said on it."""
    found = services.list_accounts(site.database(), actor(), site.now())
    return page.show("users.html", status, address=url_for("users.accounts"), accounts=found, roles=ROLES, **values)


def _account(user_id: int, **values: object) -> Response:
    """One account's page, with what is to be said on it."""
    found = services.account_of(site.database(), actor(), user_id, site.now())
    sessions = own_account.list_sessions(site.database(), signed_in(), site.now(), user_id)
    is_own = signed_in().user_id == user_id
    values |= {"account": found, "sessions": sessions, "roles": ROLES, "is_own": is_own, "hours": HOURS}
    return page.show("user.html", address=url_for("users.one", user_id=user_id), **values)
