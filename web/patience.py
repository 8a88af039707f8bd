"""
waitress, but with an end to its patience: it gathers a whole body before it asks the application.

A body that is announced or grows too large, or that takes too long, is received no further. The application is asked
all the same, so that it can say why; then the connection is closed.
"""

import time
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server
from waitress.utilities import Error, RequestEntityTooLarge

from geo_zhengzhi.services.imports.incoming import MIB
from geo_zhengzhi.settings import Settings
from web.reception import AROUND_BYTES, CUT_OFF, SIZE, TIME

TAKE_FILES = ("/import", "/api/v1/uploads", "/api/v1/batches")  # paths of forms with a file
FORM_BYTES = 3 * MIB  # every other body; Flask takes less, of a boundary two thirds


class TooSlow(Error):
    """A head that does not come to its end; there is no request yet that could be answered."""

    code = 408
    reason = "Request Timeout"


class PatientParser(HTTPRequestParser):
    """waitress's parser with limits by path, and with a clock."""

    seconds: float
    file_bytes: int

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._began = time.monotonic()

    def received(self, data: bytes) -> int:
        """Take a piece, and stop where it is too much or too late."""
        consumed: int = super().received(data)
        if isinstance(self.error, RequestEntityTooLarge) or (self._has_head() and self._n_bytes() > self._allowed()):
            self._cut_off(SIZE)
        elif not self.completed and time.monotonic() - self._began > self.seconds:
            self._cut_off(TIME)
        return consumed

    def _has_head(self) -> bool:
        return self.headers_finished and not self.empty and self.error is None

    def _n_bytes(self) -> int:
        """As far as it is known: announced, or come."""
        return max(self.content_length, self.body_bytes_received)

    def _allowed(self) -> int:
        return self.file_bytes if self.path in TAKE_FILES else FORM_BYTES

    def _cut_off(self, why: str) -> None:
        """Ask the application with what is there, and close the connection after its answer."""
        self.completed, self.expect_continue, self.connection_close = True, False, True
        if not self.headers_finished:
            self.parse_header(b"GET / HTTP/1.0\r\n")
            self.error = TooSlow("")
            return
        self.error = None
        self.headers[CUT_OFF.upper().replace("-", "_")] = why
        self.headers["CONNECTION"] = "close"


def create_patient_server(app: Flask, settings: Settings, **options: Any) -> Any:
    """
    A waitress server for an application.

    Parameters
    ----------
    app : Flask
    settings : Settings
        How large an upload may be, and how long it may take.
    options
        As `waitress.server.create_server`.
    """
    file_bytes = settings.max_upload_mib * MIB + AROUND_BYTES
    limits = {"seconds": settings.max_upload_seconds, "file_bytes": file_bytes}
    parser = type("Parser", (PatientParser,), limits)
    channel = type("Channel", (HTTPChannel,), {"parser_class": parser})
    sockets: dict[int, Any] = {}
    server = create_server(app, map=sockets, max_request_body_size=file_bytes + 1, **options)
    for listening in sockets.values():
        if hasattr(listening, "channel_class"):
            listening.channel_class = channel
    return server
