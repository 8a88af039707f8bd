"""
The site's one cookie: signed with a key from the store, for this site alone, out of reach for scripts.

It holds a session's secret and the token against forged forms. A visitor who has none costs the store nothing.
"""

from flask import Flask, Request, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from web.site import STORE

NAME = "zhengzhi"
SECURE_NAME = "__Host-zhengzhi"  # a browser takes it from this very host alone, and over https


class Cookies(SecureCookieSessionInterface):
    """Flask's own sessions, whose flags follow how the request came."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        """What the request's cookie holds; nothing, and no key asked for, where there is none."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_cookie_name(self, app: Flask) -> str:
        """Its name, which under https no other host can set."""
        return SECURE_NAME if request.is_secure else NAME

    def get_cookie_secure(self, app: Flask) -> bool:
        """Only over https, where the request came over it."""
        return request.is_secure


class Site(Flask):
    """Flask with the key of its cookies in the store, read when it is first needed."""

    session_interface = Cookies()

    @property
    def secret_key(self) -> str:
        """The key, shared by every worker."""
        key: str = self.extensions[STORE].key()
        return key
