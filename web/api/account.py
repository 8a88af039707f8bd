"""The own account: who it is, its sessions and its tokens."""

from typing import Any

from flask_wtf.csrf import generate_csrf
from marshmallow import fields

from geo_zhengzhi.model import ROLES
from geo_zhengzhi.services.access import own_account
from geo_zhengzhi.services.access.own_account import LONGEST_DAYS
from geo_zhengzhi.services.access.permissions import PERMISSIONS
from geo_zhengzhi.services.access.signing_in import LONGEST_LABEL
from web import site
from web.api.bases import Answer, Asked
from web.api.common import Pages, cut, number_of, page_of
from web.api.fields import OneOf, Whole, Written
from web.api.operations import ROW, Resource
from web.doors import SIGNED_IN, signed_in

account = Resource("account", "The own account, its sessions and tokens.")

PURPOSES = ("browser", "token")


class Account(Answer):
    """Who asks."""

    name = fields.String()
    role = OneOf(*ROLES)
    permissions = fields.List(fields.String())
    purpose = OneOf(*PURPOSES)
    expires_at = fields.DateTime()
    csrf_token = fields.String(allow_none=True, metadata={"description": "For X-CSRFToken; null of a token."})


class Session(Answer):
    """A session or a token, without its secret."""

    session_id = fields.Integer()
    purpose = OneOf(*PURPOSES)
    label = fields.String()
    made_at = fields.DateTime()
    seen_at = fields.DateTime()
    expires_at = fields.DateTime()
    is_this = fields.Boolean(metadata={"description": "Whether it is the one that asks."})


class NewToken(Asked):
    """What a token is for."""

    label = Written(LONGEST_LABEL, shortest=1, required=True)
    days = Whole(1, LONGEST_DAYS, required=True)


class Token(Answer):
    """A token, the only time that it is seen."""

    token = fields.String()


@account.operation("GET", "/account", SIGNED_IN, Account)
def own() -> dict[str, Any]:
    """Say who asks, what the account may do, and what proves that a change is not forged."""
    me = signed_in()
    is_browser = me.purpose == "browser"
    return {
        "name": me.actor.name,
        "role": me.actor.role,
        "permissions": sorted(PERMISSIONS[me.actor.role]),
        "purpose": me.purpose,
        "expires_at": me.expires_at,
        "csrf_token": generate_csrf() if is_browser else None,
    }


@account.operation("GET", "/account/sessions", SIGNED_IN, page_of(Session, "Sessions"), query=Pages)
def sessions(query: dict[str, Any]) -> dict[str, Any]:
    """List the own sessions and tokens, the newest first."""
    me, before = signed_in(), number_of(query)
    found = own_account.list_sessions(site.database(), me, site.now())
    found.sort(key=lambda session: -session.session_id)
    left = [
        vars(session) | {"is_this": session.session_id == me.session_id}
        for session in found
        if before is None or session.session_id < before
    ]
    return cut(left, query["limit"], lambda session: (session["session_id"],))


@account.operation("DELETE", f"/account/sessions/<{ROW}:session_id>", SIGNED_IN, status=204)
def end(session_id: int) -> None:
    """End one of the own sessions or tokens."""
    own_account.revoke_session(site.database(), signed_in(), session_id, site.now())


@account.operation("POST", "/account/tokens", SIGNED_IN, Token, status=201, takes=NewToken)
def token(body: dict[str, Any]) -> dict[str, str]:
    """Make a token with the account's own role. Only a browser's session makes tokens."""
    me = signed_in()
    return {"token": own_account.make_token(site.database(), me, body["label"], body["days"], site.now())}
