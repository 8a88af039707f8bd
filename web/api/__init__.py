"""The interface for programs: JSON under /api/v1, described by an OpenAPI 3.1 document of its own."""

from flask import Flask

from web.api.account import account
from web.api.analyses import analyses
from web.api.audit import audit
from web.api.batches import batches
from web.api.document import Document
from web.api.incidents import incidents
from web.api.layers import layers
from web.api.openapi import DOCUMENT, openapi
from web.api.parts import parts
from web.api.targets import targets
from web.api.uploads import uploads
from web.api.users import users
from web.api.versions import versions

RESOURCES = (incidents, uploads, batches, targets, parts, versions, analyses, layers, account, users, audit, openapi)


def register(app: Flask) -> None:
    """Put the interface's addresses into an application."""
    document = app.extensions[DOCUMENT] = Document(app)
    for resource in RESOURCES:
        document.register_blueprint(resource)
