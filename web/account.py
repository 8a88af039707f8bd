"""The own account: its sessions and tokens, and its password."""

from flask import Blueprint, Response, redirect, request, url_for

from geo_zhengzhi.errors import GeoZhengzhiError
from geo_zhengzhi.services.access import own_account
from geo_zhengzhi.services.access.passwords import SHORTEST
from web import page, site
from web.doors import SIGNED_IN, open_to, signed_in
from web.errors import status_of

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("")
@open_to(SIGNED_IN)
def own() -> Response:
    """Whose account it is, and what lets in with it."""
    return _own()


@account.post("/password")
@open_to(SIGNED_IN)
def password() -> Response:
    """Set another password."""
    given = {name: request.form.get(name, "") for name in ("old", "password", "again")}
    if given["password"] != given["again"]:
        return _own(400, differs=True)
    try:
        own_account.change_password(site.database(), signed_in(), given["old"], given["password"], site.now())
    except GeoZhengzhiError as error:
        return _own(status_of(error), refused=page.text_of(error))
    return redirect(page.link_to("account.own", done="password"), 303)


@account.post("/tokens")
@open_to(SIGNED_IN)
def token() -> Response:
    """Make a token and show it, this once."""
    try:
        days = request.form.get("days", 0, type=int)
        made = own_account.make_token(site.database(), signed_in(), request.form.get("label", ""), days, site.now())
    except GeoZhengzhiError as error:
        return _own(status_of(error), token_refused=page.text_of(error))
    return _own(made=made)


@account.post("/sessions/<int:session_id>/end")
@open_to(SIGNED_IN)
def end(session_id: int) -> Response:
    """End one of the own sessions or tokens."""
    own_account.revoke_session(site.database(), signed_in(), session_id, site.now())
    return redirect(page.link_to("account.own"), 303)


def _own(status: int = 200, **values: object) -> Response:
    """The page, with what is to be said on it."""
    me = signed_in()
    found = own_account.list_sessions(site.database(), me, site.now())
    values |= {"sessions": found, "here": me.session_id, "shortest": SHORTEST}
    return page.show("account.html", status, address=url_for("account.own"), **values)
