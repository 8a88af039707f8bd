"""The document of the interface, at an address of its own."""

from typing import Any

from flask import current_app, jsonify
from marshmallow import fields

from web.api.bases import Answer
from web.api.operations import Resource
from web.doors import EVERYBODY

DOCUMENT = "geo_zhengzhi.document"
openapi = Resource("document", "This document.")


class OpenApi(Answer):
    """An OpenAPI 3.1 document."""

    openapi = fields.String(metadata={"pattern": r"^3\.1\."})
    info = fields.Dict()
    paths = fields.Dict()
    components = fields.Dict()
    tags = fields.List(fields.Dict())
    servers = fields.List(fields.Dict())


@openapi.operation("GET", "/openapi.json", EVERYBODY, OpenApi)
def document() -> Any:
    """Describe every operation, as OpenAPI 3.1."""
    return jsonify(current_app.extensions[DOCUMENT].spec.to_dict())
