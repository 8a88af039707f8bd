"""One way to declare an operation: its door, what it takes and gives, and every refusal, in the document as in fact."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint
from marshmallow import Schema

from web.api.bases import Query
from web.api.parsing import FORM, JSON, Parser
from web.doors import EVERYBODY, open_to

PREFIX = "/api/v1"
GEOJSON = "application/geo+json"
ROW = "int(max=2147483647)"  # a converter: what both engines' columns hold
TOKEN, SESSION, FORGERY = "token", "session", "forgery"
View = Callable[..., Any]
ETAG = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}, "required": True}}
IF_MATCH = {
    "in": "header", "name": "If-Match", "required": True,
    "schema": {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'},
    "description": "The ETag of the answer that was changed.",
}  # fmt: skip
IF_NONE_MATCH = {
    "in": "header", "name": "If-None-Match", "schema": {"type": "string"},
    "description": "An ETag; answered with 304 where nothing changed.",
}  # fmt: skip


class Resource(Blueprint):
    """The operations on one kind of thing."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(f"api_{name}", __name__, url_prefix=PREFIX, description=description)
        self.tag = name

    def operation(
        self,
        method: str,
        rule: str,
        permission: str,
        gives: Any = None,
        *,
        status: int = 200,
        query: type[Query] | None = None,
        takes: type[Schema] | None = None,
        form: type[Schema] | None = None,
        content_type: str = JSON,
        has_etag: bool = False,
        is_versioned: bool = False,
        refuses: Iterable[int] = (),
        max_bytes: Callable[[], int] | int | None = None,
    ) -> Callable[[View], View]:
        """
        Declare a view as an operation; its docstring becomes the document's summary and description.

        Parameters
        ----------
        method, rule : str
            As Flask takes them, `rule` without the prefix.
        permission : str
            Of `services.permissions`, or EVERYBODY or SIGNED_IN.
        gives : Schema, optional
            Of the answer; None of an answer without a body.
        status : int
            Of the answer.
        query : Query, optional
            Handed to the view as `query`; without one every parameter of the address is refused.
        takes, form : Asked, Form, optional
            What the body may be, JSON or a form with a file; handed to the view as `body`.
        content_type : str
            Of the answer.
        has_etag : bool
            Whether the answer carries its version, and 304 may be the answer.
        is_versioned : bool
            Whether If-Match has to name the version.
        refuses : statuses
            What it may refuse with, beside what every operation of its form does.
        max_bytes : int, or function that says it, optional
            How large a body it takes; None for the application's own limit.
        """
        statuses = {400, 401, 403, 422, 429, 500, *refuses}
        statuses -= {401, 403} if permission == EVERYBODY else set()
        statuses |= {404} if "<" in rule else set()
        statuses |= {413, 415} if takes is not None or form is not None else set()
        statuses |= {412, 428} if is_versioned else set()
        has_304 = has_etag and method == "GET"
        parameters = [IF_MATCH] * is_versioned + [IF_NONE_MATCH] * has_304
        headers = ETAG if has_etag or is_versioned else None

        def declare(view: View) -> View:
            found = self.response(status, gives, content_type=content_type, headers=headers)(view)
            found = _typed(found, content_type)
            if takes is not None or form is not None:
                found = self._with_body(found, takes, form)
            if query is None:
                found = _without_query(found)
            found = self.arguments(query or Query, location="query", arg_name="query")(found)
            for code in sorted(statuses):
                found = self.alt_response(code, response=HTTPStatus(code).name)(found)
            if has_304:
                found = self.alt_response(304, description="Nothing changed")(found)
            said = _described(self.tag, view, method, permission) | _bodies(takes, form)
            found = self.doc(**said, **({"parameters": parameters} if parameters else {}))(found)
            open_to(permission, max_bytes=max_bytes)(found)
            found.provide_automatic_options = False  # type: ignore[attr-defined]  # the methods differ in their doors
            self.route(rule, methods=[method], tags=[self.tag])(found)
            return view

        return declare

    def _with_body(self, view: View, takes: type[Schema] | None, form: type[Schema] | None) -> View:
        """A view that is called with its body, read as whichever it may be."""

        @wraps(view)
        def called(*args: Any, **values: Any) -> Any:
            is_form = takes is None or (form is not None and request.mimetype == FORM)
            if form is not None and not is_form:
                request.max_content_length = current_app.config["MAX_CONTENT_LENGTH"]  # what is more is for the file
            schema, location = (form, "form") if is_form else (takes, "json")
            return view(*args, **values, body=self.ARGUMENTS_PARSER.parse(schema, location=location))

        return called


def _described(tag: str, view: View, method: str, permission: str) -> dict[str, Any]:
    """What the document says of an operation beside its arguments and answers."""
    said: dict[str, Any] = {"operationId": f"{tag}_{view.__name__}", "x-permission": permission}
    return said | {"security": [{}] if permission == EVERYBODY else _ways_in(method)}


def _bodies(takes: type[Schema] | None, form: type[Schema] | None) -> dict[str, Any]:
    """What the document says of a body."""
    kinds = {JSON: takes, FORM: form}
    content = {kind: {"schema": schema} for kind, schema in kinds.items() if schema is not None}
    return {"requestBody": {"required": True, "content": content}} if content else {}


def _ways_in(method: str) -> list[Mapping[str, list[str]]]:
    """A token; or a browser's session, with proof against forgery where something is changed."""
    session: dict[str, list[str]] = {SESSION: []}
    return [{TOKEN: []}, session if method == "GET" else session | {FORGERY: []}]


def _without_query(view: View) -> View:
    """A view that is called without the (empty) parameters of its address."""

    @wraps(view)
    def called(*args: Any, **values: Any) -> Any:
        values.pop("query")
        return view(*args, **values)

    return called


def _typed(view: View, content_type: str) -> View:
    """A view whose answer says its type."""

    @wraps(view)
    def called(*args: Any, **values: Any) -> Any:
        response: Response = view(*args, **values)
        if response.mimetype == JSON != content_type:
            response.mimetype = content_type
        return response

    return called
