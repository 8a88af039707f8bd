"""Files while they are received: within limits, under a harmless name, straight into their private folder."""

import os
import re
import shutil
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from geo_zhengzhi.errors import TooManyUploads, UnknownIncidentFormat, UploadTooLarge, UploadTooSlow
from geo_zhengzhi.io.endings import ENDINGS, SHAPE_ENDINGS
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.folders import ABOUT, FILE, UPLOADS, keep_swept, new_folder, write_note
from geo_zhengzhi.services.imports.uploads import Upload, uploads_of
from geo_zhengzhi.settings import Settings

__all__ = ["ENDINGS", "MIB", "SHAPE_ENDINGS", "Incoming", "harmless_name", "limit_of", "receive"]

MAX_UPLOADS = 3  # of one person, not imported yet
MAX_NAME_BYTES = 200
CHUNK_BYTES = 1 << 20
MIB = 2**20
_UNUSUAL = re.compile(r'[<>:"|?*]')  # what some systems take in no name


class Incoming:
    """
    A file while it is received, written straight into its folder; gone again if it is closed before it was kept.

    Parameters
    ----------
    settings : Settings
        `cache_dir`, and how large and how slow an upload may be.
    actor : Actor
        Who sends it.
    name : str
        As the sender calls it; folders in it are dropped.
    endings : tuple of str
        What its name may end in; `SHAPE_ENDINGS` for files of boundaries.

    Raises
    ------
    UnknownIncidentFormat
        If no format has the name's ending.
    TooManyUploads
        If the sender has three uploads waiting.
    """

    def __init__(self, settings: Settings, actor: Actor, name: str, endings: tuple[str, ...] = ENDINGS) -> None:
        self._settings, self.owner = settings, actor.name
        plain = harmless_name(name, endings)
        n_waiting = len(uploads_of(settings, actor))
        if n_waiting >= MAX_UPLOADS:
            raise TooManyUploads(given=n_waiting, allowed=MAX_UPLOADS)
        self.n_bytes, self._kept, self._began = 0, False, time.monotonic()
        self.path = new_folder(settings, UPLOADS) / FILE / plain
        self._stream = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, data: bytes) -> int:
        """
        Take a piece.

        Raises
        ------
        UploadTooLarge, UploadTooSlow
            Beyond the limits, which themselves are allowed; what was written is gone then.
        """
        self.n_bytes += len(data)
        fault = limit_of(self._settings, self.n_bytes, time.monotonic() - self._began)
        if fault is not None:
            self.close()
            raise fault
        return self._stream.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Nothing to go back to: what was written is on disk."""
        self._stream.flush()
        return 0

    def close(self) -> None:
        """Let go of the file; it is removed unless it was kept."""
        self._stream.close()
        if not self._kept:
            shutil.rmtree(self.path.parent.parent, ignore_errors=True)

    def keep(self) -> Upload:
        """Let the sender find the file from now on."""
        self._stream.close()
        self._kept = True
        upload = Upload(self.path.parent.parent.name, self.owner, self.path, self.n_bytes, datetime.now(UTC))
        about = {"owner": upload.owner, "name": upload.path.name, "n_bytes": upload.n_bytes}
        write_note(upload.folder, ABOUT, about | {"received_at": upload.received_at.isoformat()})
        keep_swept(self._settings)
        return upload


def limit_of(settings: Settings, n_bytes: int, seconds: float) -> UploadTooLarge | UploadTooSlow | None:
    """The error that so many bytes in so much time are; None within the limits."""
    if n_bytes > settings.max_upload_mib * MIB:
        return UploadTooLarge(allowed=settings.max_upload_mib)
    if seconds > settings.max_upload_seconds:
        return UploadTooSlow(allowed=settings.max_upload_seconds)
    return None


def receive(settings: Settings, actor: Actor, name: str, stream: IO[bytes]) -> Upload:
    """
    Take a file from a stream, piece by piece.

    Raises
    ------
    UnknownIncidentFormat, TooManyUploads, UploadTooLarge, UploadTooSlow
        As `Incoming`.
    """
    incoming = Incoming(settings, actor, name)
    try:
        while piece := stream.read(CHUNK_BYTES):
            incoming.write(piece)
        return incoming.keep()
    finally:
        incoming.close()


def harmless_name(name: str, endings: tuple[str, ...] = ENDINGS) -> str:
    """
    A name that stays in its folder and on its line: no folders, no control characters, not too long.

    Raises
    ------
    UnknownIncidentFormat
        If no format has its ending.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in base if not unicodedata.category(c).startswith("C")).strip()
    ending = next((e for e in endings if plain.lower().endswith(e)), None)
    if ending is None:
        given = Path(plain).suffix or "nothing"
        raise UnknownIncidentFormat(name=plain[:MAX_NAME_BYTES], given=given, allowed=" ".join(endings))
    stem = _UNUSUAL.sub("_", plain[: -len(ending)]).lstrip(". ") or "upload"
    room = MAX_NAME_BYTES - len(ending)
    return stem.encode()[:room].decode(errors="ignore") + plain[-len(ending) :]
