"""
How requests come in: files straight into their private folder, nothing too large, nothing too slow.

waitress hands a body on once it has all of it, or has cut it off (`web.patience`); gunicorn hands on what has come so
far, and its connection is cut off here.
"""

import socket
import threading
import time
from contextlib import suppress
from io import BytesIO
from typing import IO, Any

from flask import Flask, Request, g, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from geo_zhengzhi.errors import UploadTooLarge, UploadTooSlow
from geo_zhengzhi.services.imports.incoming import ENDINGS, MIB, SHAPE_ENDINGS, Incoming
from web import doors, site

TAKES_SHAPES = "plan.read"
TAKES_FILES = ("imports.send", "api_uploads.send", "api_batches.bring", TAKES_SHAPES)
AROUND_BYTES = 64 * 1024  # what a form has beside its file
CUT_OFF, TIME, SIZE = "X-Cut-Off", "time", "size"  # what our own parser says; a stranger's header hurts only himself


class FilesToDisk(Request):
    """Flask's request, whose files are written once, where they are needed."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Where a file of a form goes; a form without a chosen file sends one without a name."""
        if not filename or self.endpoint not in TAKES_FILES:
            return BytesIO()
        endings = SHAPE_ENDINGS if self.endpoint == TAKES_SHAPES else ENDINGS
        incoming: Any = Incoming(site.settings(), doors.actor(), filename, endings)
        g.setdefault("incoming", []).append(incoming)
        return incoming

    def _get_stream_for_parsing(self) -> IO[bytes]:
        """The body, which has to be there in time."""
        stream: Any = super()._get_stream_for_parsing()
        if self.endpoint not in TAKES_FILES:
            return stream
        timed: Any = TimedBody(stream, site.settings().max_upload_seconds, self.environ)
        g.timed = timed
        return timed


class TimedBody:
    """A body that is read for so many seconds; where the server gives its connection, a read that waits is ended."""

    def __init__(self, stream: IO[bytes], seconds: float, environ: dict[str, Any]) -> None:
        self._stream, self._seconds, self._until = stream, seconds, time.monotonic() + seconds
        connection = environ.get("gunicorn.socket")
        self._timer = None if connection is None else threading.Timer(seconds, _hear_no_more, [connection])
        if self._timer is not None:
            self._timer.daemon = True
            self._timer.start()

    def read(self, size: int = -1) -> bytes:
        """
        The next piece.

        Raises
        ------
        UploadTooSlow
            When the time is over.
        """
        try:
            piece = self._stream.read(size)
        except ClientDisconnected:
            self._refuse_if_late()
            raise
        self._refuse_if_late()
        return piece

    def _refuse_if_late(self) -> None:
        if time.monotonic() > self._until:
            raise UploadTooSlow(allowed=self._seconds)

    def close(self) -> None:
        """Let the connection be."""
        if self._timer is not None:
            self._timer.cancel()


def _hear_no_more(connection: socket.socket) -> None:
    """End whatever waits for a connection to send; an answer can still be given."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


def largest_upload() -> int:
    """How large a form with a file may be, bytes."""
    return site.settings().max_upload_mib * MIB + AROUND_BYTES


def register(app: Flask) -> None:
    """Receive an application's requests; to be called before its doors are put in."""
    app.request_class = FilesToDisk
    app.before_request(_refuse_cut_off)
    app.teardown_request(_leave_nothing)


def _refuse_cut_off() -> None:
    """Say why a body was not received whole."""
    cut_off = request.headers.get(CUT_OFF)
    if cut_off == TIME:
        raise UploadTooSlow(allowed=site.settings().max_upload_seconds)
    if cut_off == SIZE and request.endpoint in TAKES_FILES:
        raise UploadTooLarge(allowed=site.settings().max_upload_mib)
    if cut_off == SIZE:
        raise RequestEntityTooLarge()


def _leave_nothing(_error: BaseException | None = None) -> None:
    """Remove the files of a request that were not kept, however it ended."""
    if "timed" in g:
        g.timed.close()
    for incoming in g.get("incoming", ()):
        incoming.close()
