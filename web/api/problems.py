"""What went wrong, as RFC 9457 tells it: `application/problem+json`, its words in the caller's language."""

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, json, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError

from geo_zhengzhi.errors import FieldError, GeoZhengzhiError, TokensTooOften, VersionConflict
from geo_zhengzhi.words import LANGUAGES, Translate, translator
from web import site
from web.api.conflicts import both_versions
from web.api.parsing import shown
from web.api.statuses import status_for
from web.doors import FOR_PROGRAMS

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"
KIND = "urn:geo-zhengzhi:problem:"
# Status → what it means, in words that stay the same from one problem to the next.
TITLES: Mapping[int, str] = {
    400: "Not readable",
    401: "Not signed in",
    403: "Not permitted",
    404: "Not there",
    405: "Not taken by this address",
    408: "Too slow",
    409: "Not in this state",
    410: "No longer there",
    412: "Changed by somebody else",
    413: "Too large",
    415: "Not in this form",
    422: "Not possible",
    428: "No version said",
    429: "Too often",
    500: "A fault of the server",
    502: "Another server failed",
    503: "Not ready",
}
SENTENCES: Mapping[int, str] = {
    400: "This request cannot be read – allowed: what /api/v1/openapi.json describes – mend it and send it again.",
    403: "X-CSRFToken is missing or old – allowed: csrf_token of /api/v1/account – read it there, then send it again.",
    404: "There is nothing at this address – allowed: what /api/v1/openapi.json describes – look at its spelling.",
    405: "This address does not take {method} – allowed: {allowed} – use one of those.",
    413: "The body is larger than this address takes – allowed: {allowed} bytes – send less at a time.",
    429: "Too many requests in a short time – allowed: {allowed} in {seconds} s – wait {seconds} s.",
    500: "Something went wrong on the server – nothing was lost – try again, and look at the server's log.",
}
HOST = "This host name is not served – allowed: 127.0.0.1, localhost, the host set – use one of those."


def is_for_programs() -> bool:
    """Whether a program asks, that is, whether the address is one of the interface's."""
    return request.path.startswith(FOR_PROGRAMS)


def language() -> str:
    """The first language of the caller's that we have, else the installation's."""
    return request.accept_languages.best_match(LANGUAGES) or site.settings().language


def refused(error: GeoZhengzhiError, for_pages: int) -> Response:
    """A sentence of our own, which pages answer with the status `for_pages`."""
    status = status_for(error, for_pages)
    if status >= 500:
        log.error("%s", error)
    _ = translator(language())
    more: dict[str, Any] = {}
    if isinstance(error, FieldError):
        more["errors"] = [_fault(one, _) for one in error.together or (error,)]
    if isinstance(error, VersionConflict):
        more |= both_versions(error)
    headers = {"Retry-After": str(error.values["seconds"])} if isinstance(error, TokensTooOften) else {}
    return _answer(status, error.in_language(_), type(error).__name__, more, headers)


def not_served(error: HTTPException) -> Response:
    """An answer of Flask's own: no such address, a method that is not taken, too much, too often."""
    status = 403 if isinstance(error, CSRFError) else int(error.code or 500)
    sentence = SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])
    headers, values = _particulars(error)
    detail = translator(language())(HOST if isinstance(error, SecurityError) else sentence).format(**values)
    return _answer(status, detail, headers=headers)


def unforeseen() -> Response:
    """A fault of ours, without its details."""
    return _answer(500, translator(language())(SENTENCES[500]))


def _particulars(error: HTTPException) -> tuple[dict[str, str], dict[str, object]]:
    """The headers of a refusal of Flask's, and the values of its sentence."""
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        return {"Allow": allowed}, {"method": shown(request.method), "allowed": allowed}
    if isinstance(error, RequestEntityTooLarge):
        return {}, {"allowed": request.max_content_length}
    if isinstance(error, RateLimitExceeded):
        limit = error.limit.limit
        return {"Retry-After": str(limit.get_expiry())}, {"allowed": limit.amount, "seconds": limit.get_expiry()}
    return {}, {}


def _fault(error: FieldError, translate: Translate) -> dict[str, str]:
    """One field's fault."""
    name = error.values["name"]
    return {"name": str(name), "detail": _keepable(error.in_language(translate))}


def _answer(
    status: int,
    detail: str,
    kind: str | None = None,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem itself; its kind is the name of a sentence, or else the title."""
    title = TITLES.get(status, HTTPStatus(status).phrase)
    body = {
        "type": KIND + re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", "-", kind or title).lower(),
        "title": translator(language())(title),
        "status": status,
        "detail": _keepable(detail),
    }
    response = Response(json.dumps(body | dict(more or {})), status, content_type=PROBLEM)
    response.headers.update(headers or {})
    response.headers["Content-Language"] = language()
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="geo_zhengzhi"'
    return response


def _keepable(text: str) -> str:
    """A text without halves of surrogate pairs, which not every reader takes."""
    return text.encode("utf-8", "replace").decode()
