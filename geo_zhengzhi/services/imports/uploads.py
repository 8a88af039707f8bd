"""
Files on their way in: each alone in a private folder that only its owner can find, and that is soon gone.

A folder goes after the import, when its owner discards it, and an hour after it was last used. Every worker of the
site sees the same folders.
"""

import json
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import UploadMissing
from geo_zhengzhi.model import Actor
from geo_zhengzhi.settings import Settings

LIFE_S = 3600.0
ABOUT, FILE = "about.json", "file"
_ID = re.compile(r"[0-9a-f]{32}")

_timers: dict[Path, threading.Timer] = {}
_timers_lock = threading.Lock()


@dataclass(frozen=True)
class Upload:
    """
    A file that was received.

    Parameters
    ----------
    upload_id : str
        Thirty-two random hex digits.
    owner : str
        Name of the account that sent it.
    path : Path
        The file, alone in its folder; its name is the sender's, made harmless.
    n_bytes : int
    received_at : datetime
        UTC.
    """

    upload_id: str
    owner: str
    path: Path
    n_bytes: int
    received_at: datetime

    @property
    def folder(self) -> Path:
        """Its private folder, which holds our notes and, in a folder of its own, the file."""
        return self.path.parent.parent


def find(settings: Settings, upload_id: str, actor: Actor) -> Upload:
    """
    An upload of one's own; it lives an hour from now on.

    Raises
    ------
    UploadMissing
        If there is none of that id, it is someone else's, or its hour is over.
    """
    missing = UploadMissing(minutes=LIFE_S / 60)
    folder = _uploads(settings) / upload_id
    upload = _load(folder) if _ID.fullmatch(upload_id) else None
    if upload is None or upload.owner != actor.name or _rest_s(folder) <= 0:
        raise missing
    try:
        os.utime(folder / ABOUT)
    except OSError:
        raise missing from None
    return upload


def uploads_of(settings: Settings, actor: Actor) -> tuple[Upload, ...]:
    """One's own uploads that are still there, the latest first."""
    found = (_load(folder) for folder in _folders(settings) if _rest_s(folder) > 0)
    own = [upload for upload in found if upload is not None and upload.owner == actor.name]
    return tuple(sorted(own, key=lambda upload: upload.received_at, reverse=True))


def remove(upload: Upload) -> None:
    """Leave nothing of an upload."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def sweep(settings: Settings) -> float | None:
    """
    Remove what was not used for an hour.

    Returns
    -------
    float or None
        Seconds until the next one's hour is over; None where nothing is left.
    """
    rests = []
    for folder in _folders(settings):
        rest_s = _rest_s(folder)
        if rest_s <= 0:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            rests.append(rest_s)
    return min(rests, default=None)


def keep_swept(settings: Settings) -> None:
    """Sweep now, and again whenever an upload's hour is over, as long as this process lives."""
    rest_s = sweep(settings)
    with _timers_lock:
        old = _timers.pop(settings.cache_dir, None)
        if old is not None:
            old.cancel()
        if rest_s is not None:
            timer = _timers[settings.cache_dir] = threading.Timer(rest_s + 1, keep_swept, [settings])
            timer.daemon = True
            timer.start()


def write_note(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Put a small JSON file into a folder, or in the place of the old one, in one step."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".draft-", delete=False) as draft:
        json.dump(content, draft, ensure_ascii=False)
    os.replace(draft.name, folder / name)


def read_note(folder: Path, name: str) -> dict[str, Any] | None:
    """A note's content; None where there is none."""
    try:
        content = json.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _uploads(settings: Settings) -> Path:
    return settings.cache_dir / "uploads"


def new_folder(settings: Settings) -> Path:
    """A folder that only this system's user can look into."""
    _uploads(settings).mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = _uploads(settings) / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    (folder / FILE).mkdir(mode=0o700)
    return folder


def _folders(settings: Settings) -> Iterator[Path]:
    """Every upload's folder, finished or not."""
    with suppress(FileNotFoundError):
        yield from (path for path in sorted(_uploads(settings).iterdir()) if _ID.fullmatch(path.name))


def _load(folder: Path) -> Upload | None:
    """The upload of a folder; None while it is not kept."""
    about = read_note(folder, ABOUT)
    if about is None:
        return None
    received_at = datetime.fromisoformat(about["received_at"])
    return Upload(folder.name, about["owner"], folder / FILE / about["name"], about["n_bytes"], received_at)


def _rest_s(folder: Path) -> float:
    """Seconds until a folder's hour is over; 0 or less when it is, or the folder is gone."""
    used = [0.0]
    with suppress(OSError):
        used = [path.stat().st_mtime for path in (folder, *folder.iterdir())]
    return LIFE_S - (time.time() - max(used))
