"""How much one address or account may ask for; guessing passwords is limited by the lock-out in the store as well."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.doors import who

MAX_BODY_BYTES = 256 * 1024  # forms; a view that takes files says so at its door
ORDINARY = "3000 per minute"  # a map with a background asks for dozens of tiles at a stroke
GUESSES = "30 per minute"  # an office behind one address signs in together in the morning
COSTLY = "120 per minute"  # an analysis that nobody asked for before takes a second of a core
COSTLY_AT = ("api_analyses.run", "api_analyses.save", "api_layers.hotspots", "api_layers.zones")
COSTLY_AT += ("pages.console", "pages.figures", "pages.rows", "pages.map_page", "pages.layer", "comparison.page")
COSTLY_AT += ("plan.new", "plan.redraw", "plan.adopt")
COSTLY_AT += ("wall.display", "wall.parts")
COSTLY_AT += ("made.file",)
PICTURES = "900 per minute"  # heat that nobody asked for before takes a fifth of a second; a slider asks for 24 months
PICTURED_AT = ("heat.area", "heat.tile")
UPLOADS = "60 per minute"  # each is up to the size limit, and is looked through
UPLOADED_AT = ("imports.send", "api_uploads.send", "api_batches.bring", "plan.read")
GUESSED_AT = ("signing.sign_in", "signing.link", "account.password")


def register(app: Flask) -> None:
    """Limit every view; those at which secrets are guessed, and those that cost much, more narrowly."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    limiter = Limiter(_whose, default_limits=[ORDINARY], storage_uri="memory://")
    limiter.init_app(app)
    for endpoint in GUESSED_AT:
        narrow = limiter.limit(GUESSES, key_func=get_remote_address, methods=["POST"], override_defaults=False)
        app.view_functions[endpoint] = narrow(app.view_functions[endpoint])
    costly = limiter.shared_limit(COSTLY, "costly", override_defaults=False)
    for endpoint in COSTLY_AT:
        app.view_functions[endpoint] = costly(app.view_functions[endpoint])
    pictures = limiter.shared_limit(PICTURES, "pictures", override_defaults=False)
    for endpoint in PICTURED_AT:
        app.view_functions[endpoint] = pictures(app.view_functions[endpoint])
    uploads = limiter.shared_limit(UPLOADS, "uploads", methods=["POST"], override_defaults=False)
    for endpoint in UPLOADED_AT:
        app.view_functions[endpoint] = uploads(app.view_functions[endpoint])


def _whose() -> str:
    """An account, or the address of somebody who is not signed in."""
    found = None if request.endpoint == "static" else who()
    return get_remote_address() if found is None else f"account {found.user_id}"
