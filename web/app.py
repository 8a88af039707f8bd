"""The application factory: settings in, a Flask application out; importing does nothing."""

import hashlib
import secrets
import socket
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from geo_zhengzhi.services.folders import keep_swept
from geo_zhengzhi.services.installation import Database
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from web import ahead, api, charts, doors, errors, hour_grid, limits, month_line, reception, refusals
from web.account import account
from web.audit import audit
from web.batches import batches
from web.compare import comparison
from web.cookies import Site
from web.entry_pages import entry_pages
from web.heat import heat
from web.imports import imports
from web.incident_data import incident_data
from web.made import made
from web.meeting import meeting
from web.orders import orders
from web.plan import plan
from web.plan_saving import plan_saving
from web.points import points
from web.presets import presets
from web.register import register
from web.screening import screening
from web.signing import signing
from web.site import CLOCK, SETTINGS, STORE, STUDY, StoreOnce, StudySource, utc_clock
from web.users import users
from web.views import pages
from web.wall import wall

BLUEPRINTS = (
    pages,
    signing,
    account,
    users,
    audit,
    imports,
    batches,
    points,
    register,
    screening,
    heat,
    comparison,
    plan,
    plan_saving,
    entry_pages,
    meeting,
    made,
    orders,
    incident_data,
    presets,
    wall,
)
WILDCARDS = ("", "0.0.0.0", "::")
A_YEAR_S = 31_536_000


def create_app(settings: Settings | None = None, study: Study | None = None, database: Database | None = None) -> Flask:
    """
    Build the site.

    Parameters
    ----------
    settings : Settings, optional
        From the environment otherwise; the site is then the installation's own, and works ahead.
    study : Study, optional
        What to show; what the store holds at the moment of each request otherwise.
    database : Database, optional
        The store; the one of the settings, opened when it is first needed, otherwise.

    Raises
    ------
    InvalidParameter
        If the environment holds a setting that is not possible.
    """
    is_installation = settings is None
    settings = settings or Settings.from_environment()
    app = Site(__name__)
    app.extensions[SETTINGS] = settings
    app.extensions[STORE] = store = StoreOnce(settings, database)
    app.extensions[STUDY] = StudySource(store, settings, study)
    app.extensions[CLOCK] = utc_clock
    app.config.update(TRUSTED_HOSTS=trusted_hosts(settings.host, *settings.public_names), SESSION_COOKIE_SAMESITE="Lax")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(charts=charts, Grid=hour_grid.Grid, month_line=month_line, static_file=_static_file)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.register(app)
    app.before_request(_new_nonce)
    limits.register(app)
    refusals.register(app)
    reception.register(app)
    doors.register(app)
    errors.register(app)
    app.after_request(_with_headers)
    keep_swept(settings)
    if settings.behind_proxy:
        n = settings.behind_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=0)  # type: ignore[method-assign]
    if is_installation:
        ahead.watch(app)
    return app


def trusted_hosts(host: str, *public: str) -> list[str]:
    """The names by which the site may be addressed, against DNS rebinding: this machine's, and those set."""
    names = ["127.0.0.1", "localhost", "[::1]", *public]
    if host in WILDCARDS:
        own = socket.gethostname()
        names += [own, socket.getfqdn(), *_addresses(own)]
    elif host not in names:
        names.append(f"[{host}]" if ":" in host else host)
    return names


def _addresses(name: str) -> list[str]:
    """The IPv4 addresses of a machine; none where its name is not known."""
    try:
        return socket.gethostbyname_ex(name)[2]
    except OSError:
        return []


def _new_nonce() -> None:
    """One nonce a response, for the scripts that the page itself wrote."""
    g.nonce = secrets.token_urlsafe(16)


def _with_headers(response: Response) -> Response:
    """What a browser may do with an answer: no other host, no frame around it, no guessing of types."""
    policy = (
        "default-src 'none'; img-src 'self' data:; font-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"script-src 'nonce-{g.get('nonce', '')}'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if _is_personal() else "no-cache"
    return response


def _is_personal() -> bool:
    """Whether an answer is one account's, or holds a secret: nothing of it may be kept."""
    return request.endpoint == "signing.link" or ("who" in g and g.who is not None)


def _static_file(name: str) -> str:
    """The address of a static file, with its hash, so that it may be kept for a year."""
    folder = Path(__file__).parent / "static"
    path = folder / name
    return url_for("static", filename=name, v=_hash(path, path.stat().st_mtime_ns))


@cache
def _hash(path: Path, _changed_ns: int) -> str:
    """Ten hex digits of a file's content, worked out again when it has changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
