"""
Refusals, written to the audit log once the answer is known, and addresses that try tokens, told to wait.

`web.errors` says which sentence was the answer; here it becomes a row: what was refused, to whom, and the name of the
sentence. Nothing of a body, of a token or of an unknown address's own words goes into the log.
"""

import ipaddress
import logging
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import SecurityError

from geo_zhengzhi.errors import (
    LinkSpent,
    NotAllowed,
    NotSignedIn,
    SignInRefused,
    TokensTooOften,
)
from geo_zhengzhi.model import ANONYMOUS
from geo_zhengzhi.services.access import token_failures
from geo_zhengzhi.services.access.refusals import Refusal, Refusals
from geo_zhengzhi.services.register.rules import shown_file_name
from web import site
from web.doors import by_token, who
from web.reception import TAKES_FILES
from web.signing import browser

KEPT = "geo_zhengzhi.refusals"  # the key under which an application keeps its `Refusals`
SAFE = ("GET", "HEAD", "OPTIONS")
ROLE, TOKEN, LINK, FORM, HOST = "refused", "token refused", "link refused", "form refused", "host refused"
RATE, UPLOAD, IMPORT = "too often", "upload refused", "import refused"
STEP, EDIT = "step refused", "edit refused"
ACTIONS = (ROLE, TOKEN, LINK, FORM, HOST, RATE, UPLOAD, IMPORT, STEP, EDIT, "refusals left out")
REASONS = ("not signed in", "role", "token missing", "token wrong", "foreign origin", "spent or unknown", "host name")
DETAILS = ("error", "status", "n_bytes", "file_name", "permission", "method", "with", "n_left_out", "of", "since")
STEPS = ("register.step", "api_targets.step")
QUESTIONS = ("plan.look", "plan.mend", "plan.extend")  # asked while a shape is drawn; nothing is written
IMPORTS: tuple[str, ...] = ("imports.fields", "imports.check", "imports.rejects", "imports.start", "imports.discard")
IMPORTS += ("api_batches.bring", "api_uploads.discard")

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Watch an application's answers; to be called before its doors are put in."""
    app.extensions[KEPT] = Refusals()
    app.before_request(_refuse_tries)
    app.after_request(_write_down)


def _refuse_tries() -> None:
    """Let an address wait that brings one token after the other that lets nobody in."""
    if not by_token() or who() is not None:
        return
    wait_s = token_failures.wait_s(site.database(), network(), site.now())
    if wait_s:
        raise TokensTooOften(allowed=token_failures.FAILURES, seconds=wait_s)
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    token_failures.count(site.database(), network(), site.now())
    g.token_refused = token_failures.why_refused(site.database(), token, site.now())


def network() -> str:
    """Whom a stranger's requests are counted for: his address, or the sixty-four bits of IPv6 that one line has."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given[:64]
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))


def _write_down(response: Response) -> Response:
    """One row, if this was a refusal; a log that cannot be written makes no other answer of it."""
    error = g.get("refusal")
    if error is None or not 400 <= response.status_code < 500:
        return response
    try:
        told = _told(error, response.status_code)
        if told is not None:
            _note(*told, error, response.status_code)
    except Exception:
        log.exception("refusal")
    return response


def _note(action: str, target: str, reason: str, error: Exception, status: int) -> None:
    found = who()
    detail: dict[str, Any] = {"error": type(error).__name__, "status": status, "method": request.method}
    if "permission" in g and action == ROLE:
        detail["permission"] = g.permission
    if action == UPLOAD:
        detail |= _file()
    actor, caller = (ANONYMOUS, network()) if found is None else (found.actor, f"account {found.user_id}")
    detail |= {"with": browser()} if found is None else {}
    refusal = Refusal(actor, caller, action, target, reason, detail)
    current_app.extensions[KEPT].note(site.database(), refusal, site.now())


def _told(error: Exception, status: int) -> tuple[str, str, str] | None:
    """Action, object and reason of a refusal; None of what is none, or is written down elsewhere."""
    if isinstance(error, SignInRefused):
        return None  # with its account, where passwords are proved
    where = str(request.endpoint or "")
    if isinstance(error, RateLimitExceeded | TokensTooOften):
        return RATE, where, type(error).__name__
    if isinstance(error, CSRFError):
        return FORM, where, _forged(str(error.description))
    if isinstance(error, SecurityError):
        return HOST, "", "host name"
    if "token_refused" in g:
        return TOKEN, g.token_refused[1], g.token_refused[0]
    if isinstance(error, NotSignedIn):
        return ROLE, where, "not signed in"
    if isinstance(error, NotAllowed):
        return ROLE, where, "role"
    if isinstance(error, LinkSpent):
        return LINK, "", "spent or unknown"
    return _of_work(error, where, status)


def _of_work(error: Exception, where: str, status: int) -> tuple[str, str, str] | None:
    """The same of uploads, imports and edits; to read what is not there is no refusal."""
    name = type(error).__name__
    if where in TAKES_FILES and _brings_file():
        return UPLOAD, where, name
    if where in IMPORTS and (status != 404 or request.method not in SAFE):
        return IMPORT, where, name
    if request.method in SAFE or not where or where in QUESTIONS:
        return None
    target = (request.view_args or {}).get("target_id")
    told = where if target is None or status == 404 else f"target {target}"  # nothing that a stranger makes up
    return STEP if where in STEPS else EDIT, told, name


def _brings_file() -> bool:
    return request.method == "POST" and request.mimetype == "multipart/form-data"


def _file() -> dict[str, Any]:
    """How large an upload is, as far as it came or was announced, and what it is called."""
    incoming = next(iter(g.get("incoming", ())), None)
    if incoming is None:
        return {"n_bytes": request.content_length}
    return {"n_bytes": incoming.n_bytes, "file_name": shown_file_name(incoming.path.name)}


def _forged(said: str) -> str:
    """Why a form is taken for forged, out of the library's words."""
    if "referrer" in said:
        return "foreign origin"
    return "token missing" if "missing" in said else "token wrong"
