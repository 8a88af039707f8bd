"""The accounts, for those who manage them."""

from typing import Any

from marshmallow import fields

from geo_zhengzhi.errors import FieldRefused, Phrase
from geo_zhengzhi.model import ROLES
from geo_zhengzhi.services.access import users as services
from geo_zhengzhi.services.access.links import make_link
from geo_zhengzhi.services.access.permissions import MANAGE_USERS
from web import site
from web.api.bases import Answer, Asked
from web.api.common import Pages, one_page, page_of
from web.api.fields import Flag, OneOf, Written
from web.api.operations import PREFIX, ROW, Resource
from web.doors import actor

users = Resource("users", "Accounts of posts and units; none is deleted.")

LONGEST_GIVEN = 160  # before blanks are narrowed; the service says what a name may be
STATES = ("in use", "no password yet", "locked", "disabled")


class User(Answer):
    """An account."""

    user_id = fields.Integer()
    name = fields.String()
    role = OneOf(*ROLES)
    state = OneOf(*STATES)
    made_at = fields.DateTime()
    disabled_at = fields.DateTime(allow_none=True)
    locked_until = fields.DateTime(allow_none=True)
    last_seen_at = fields.DateTime(allow_none=True)
    has_password = fields.Boolean()


class NewUser(Asked):
    """A new account: the name of a post or a unit, never of a person."""

    name = Written(LONGEST_GIVEN, shortest=1, required=True)
    role = OneOf(*ROLES, required=True)


class UserChange(Asked):
    """What changes of an account: one thing at a time, since each is a row of the audit log."""

    role = OneOf(*ROLES)
    disabled = Flag(metadata={"description": "False also ends a lock-out."})


class Link(Answer):
    """A one-time link with which the account's post sets its password, the only time that it is seen."""

    address = fields.String()


@users.operation("GET", "/users", MANAGE_USERS, page_of(User, "Users"), query=Pages)
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List the accounts in the order in which they were made."""
    found = services.list_accounts(site.database(), actor(), site.now())
    found.sort(key=lambda account: account.user_id)
    return one_page(found, query, lambda account: account.user_id, int)


@users.operation("POST", "/users", MANAGE_USERS, User, status=201, takes=NewUser, refuses=(409,))
def add(body: dict[str, Any]) -> Any:
    """Add an account without a password; a one-time link lets its post set one."""
    number = services.add_user(site.database(), actor(), body["name"], body["role"], site.now())
    return _account(number), {"Location": f"{PREFIX}/users/{number}"}


@users.operation("GET", f"/users/<{ROW}:user_id>", MANAGE_USERS, User)
def one(user_id: int) -> Any:
    """Give one account."""
    return _account(user_id)


@users.operation("PATCH", f"/users/<{ROW}:user_id>", MANAGE_USERS, User, takes=UserChange, refuses=(409,))
def change(user_id: int, body: dict[str, Any]) -> Any:
    """Give an account another role, or shut it, or open it again: one of these at a time, and not the own one's."""
    if len(body) != 1:
        raise FieldRefused(
            name=Phrase("the body"), given="{…}", allowed=Phrase("one of {names}", names="role, disabled")
        )
    if "role" in body:
        services.change_role(site.database(), actor(), user_id, body["role"])
    elif body["disabled"]:
        services.disable_user(site.database(), actor(), user_id, site.now())
    else:
        services.enable_user(site.database(), actor(), user_id)
    return _account(user_id)


@users.operation("POST", f"/users/<{ROW}:user_id>/link", MANAGE_USERS, Link, status=201, refuses=(409,))
def link(user_id: int) -> dict[str, str]:
    """Make a one-time link; older ones of the account end."""
    secret = make_link(site.database(), actor(), user_id, site.now())
    return {"address": f"{site.settings().address}link/{secret}"}


def _account(user_id: int) -> Any:
    return services.account_of(site.database(), actor(), user_id, site.now())
