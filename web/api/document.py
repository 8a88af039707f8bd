"""The OpenAPI 3.1 document, put together from what the operations declare."""

from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api

from geo_zhengzhi import __version__
from web.api.fields import Drawn, Shape
from web.api.operations import FORGERY, SESSION, TOKEN
from web.api.problems import KIND, PROBLEM, TITLES
from web.cookies import NAME

TITLE = "geo_zhengzhi"
ABOUT = """Hotspot mapping of places, for programs.

Dates are days of the installation's zone, moments are UTC, coordinates are EPSG:4326, longitude first. Parameters and
fields that are not named here are refused. Every refusal is a problem of RFC 9457, in the language of Accept-Language
(zh or en); an address that is not here answers 404, a method that an address does not take 405."""
SECURITY = {
    TOKEN: {"type": "http", "scheme": "bearer", "description": "A token made on the account's page."},
    SESSION: {"type": "apiKey", "in": "cookie", "name": NAME, "description": "The session of a browser."},
    FORGERY: {
        "type": "apiKey", "in": "header", "name": "X-CSRFToken",
        "description": "Beside the session wherever something is changed: csrf_token of /api/v1/account.",
    },
}  # fmt: skip
TEXT = {"type": "string"}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{KIND}[a-z0-9-]+$"},
        "title": TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What was given – what is allowed – what to do."},
        "errors": {
            "type": "array",
            "description": "Every field that is not possible.",
            "items": {"type": "object", "required": ["name", "detail"], "properties": {"name": TEXT, "detail": TEXT}},
        },
    },
}
CONFLICT_SCHEMA = {
    "allOf": [{"$ref": "#/components/schemas/Problem"}],
    "required": ["stored", "given", "version"],
    "properties": {
        "stored": {"type": "object", "description": "What is in the store, as its own address gives it."},
        "given": {"type": "object", "description": "What was not saved."},
        "version": {"type": "integer", "minimum": 1, "description": "The version that is stored."},
    },
}  # fmt: skip
POSITION = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3}


def _nested(schema: dict[str, Any], *at_least: int) -> dict[str, Any]:
    """A list of lists of a schema, from the inside out."""
    for n in at_least:
        schema = {"type": "array", "items": schema, "minItems": n}
    return schema


def _geometry(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    """The schema of a GeoJSON geometry."""
    properties = {"type": {"const": kind}, "coordinates": coordinates, "bbox": {"type": "array"}}
    return {
        "type": "object", "required": ["type", "coordinates"], "properties": properties,
        "additionalProperties": False,
    }  # fmt: skip


DRAWN = [
    _geometry("LineString", _nested(POSITION, 2)),
    _geometry("Polygon", _nested(POSITION, 4, 1)),
    _geometry("MultiPolygon", _nested(POSITION, 4, 1, 1)),
]
SHOWN = [_geometry("Point", POSITION), *DRAWN, _geometry("MultiLineString", _nested(POSITION, 2, 1))]


class Document(Api):
    """flask-smorest's document with our problems; it answers nothing by itself."""

    spec: APISpec

    def __init__(self, app: Flask) -> None:
        app.config.update(API_TITLE=TITLE, API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
        info = {"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}}
        options = {"marshmallow_plugin": MarshmallowPlugin(), "info": info, "servers": [{"url": "/"}]}
        super().__init__(app, spec_kwargs=options)

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        for name, scheme in SECURITY.items():
            self.spec.components.security_scheme(name, scheme)
        self.spec.components.schema("Problem", PROBLEM_SCHEMA)
        self.spec.components.schema("Conflict", CONFLICT_SCHEMA)
        self.spec.components.schema("Geometry", {"oneOf": SHOWN})
        self.spec.components.schema("Boundary", {"oneOf": DRAWN})
        self.ma_plugin.converter.add_attribute_function(_shape)

    def _register_doc_blueprint(self) -> None:
        """The document has an operation of its own."""

    def _register_error_handlers(self) -> None:
        """`web.errors` answers them."""

    def _register_responses(self) -> None:
        """A response of every status that is a refusal, under the names that flask-smorest gives them."""
        for status, title in TITLES.items():
            self.spec.components.response(HTTPStatus(status).name, _refusal(status, title), lazy=True)
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, _refusal(0, "Any other refusal"), lazy=True)

    def _register_etag_headers(self) -> None:
        """Operations name them themselves."""

    def _register_pagination_header(self) -> None:
        """There is none."""


def _refusal(status: int, title: str) -> dict[str, Any]:
    schema = "Conflict" if status == 412 else "Problem"
    response: dict[str, Any] = {
        "description": title,
        "content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    name = {401: "WWW-Authenticate", 429: "Retry-After"}.get(status)
    return response | ({"headers": {name: {"schema": TEXT}}} if name else {})


def _shape(self: Any, field: Any, **kwargs: Any) -> dict[str, Any]:
    """How a geometry is described."""
    if isinstance(field, Drawn):
        return {"$ref": "#/components/schemas/Boundary"}
    return {"$ref": "#/components/schemas/Geometry"} if isinstance(field, Shape) else {}
