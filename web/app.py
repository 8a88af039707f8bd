"""The application factory: settings in, a Flask application out; importing does nothing."""

import hashlib
import secrets
import socket
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock

from flask import Flask, Response, g, request, url_for

from geo_zhengzhi.services.kept import open_kept_demonstration
from geo_zhengzhi.services.study import Progress, Study
from geo_zhengzhi.settings import Settings
from web import charts, errors, views

STUDY = "geo_zhengzhi.study"  # the key under which an application keeps its `StudyOnce`
SETTINGS = "geo_zhengzhi.settings"
WILDCARDS = ("", "0.0.0.0", "::")
A_YEAR_S = 31_536_000


class StudyOnce:
    """A study that is opened when it is first needed, once, whoever asks."""

    def __init__(self, open_study: Callable[[Progress | None], Study], study: Study | None = None) -> None:
        self._open, self._study, self._lock = open_study, study, Lock()

    def get(self, progress: Progress | None = None) -> Study:
        """The study; `progress` is told how far the first opening is."""
        with self._lock:
            if self._study is None:
                self._study = self._open(progress)
            return self._study


def create_app(settings: Settings | None = None, study: Study | None = None) -> Flask:
    """
    Build the site.

    Parameters
    ----------
    settings : Settings, optional
        From the environment otherwise.
    study : Study, optional
        What to show; the demonstration, opened at the first request, otherwise.

    Raises
    ------
    InvalidParameter
        If the environment holds a setting that is not possible.
    """
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.extensions[SETTINGS] = settings
    app.extensions[STUDY] = StudyOnce(lambda progress: open_kept_demonstration(settings, progress), study)
    app.config["TRUSTED_HOSTS"] = trusted_hosts(settings.host)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals.update(charts=charts, static_file=_static_file)
    app.register_blueprint(views.pages)
    errors.register(app)
    app.before_request(_new_nonce)
    app.after_request(_with_headers)
    return app


def trusted_hosts(host: str) -> list[str]:
    """The names by which the site may be addressed, against DNS rebinding: this machine's, and the one set."""
    names = ["127.0.0.1", "localhost", "[::1]"]
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
        response.headers["Cache-Control"] = "no-cache"
    return response


def _static_file(name: str) -> str:
    """The address of a static file, with its hash, so that it may be kept for a year."""
    folder = Path(__file__).parent / "static"
    path = folder / name
    return url_for("static", filename=name, v=_hash(path, path.stat().st_mtime_ns))


@cache
def _hash(path: Path, _changed_ns: int) -> str:
    """Ten hex digits of a file's content, worked out again when it has changed."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]
