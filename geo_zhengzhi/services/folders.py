"""
Private folders below the cache: each holds one thing of one person, and every worker of the site sees the same ones.

A folder goes when its owner is done with it, and an hour after anything in it was last written or used.
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
from pathlib import Path
from typing import Any

from geo_zhengzhi.settings import Settings

UPLOADS, EXPORTS = "uploads", "exports"
ROOMS = (UPLOADS, EXPORTS)  # what came in, and what goes out
LIFE_S = 3600.0
ABOUT, FILE = "about.json", "file"
_ID = re.compile(r"[0-9a-f]{32}")

_timers: dict[Path, threading.Timer] = {}
_timers_lock = threading.Lock()


def new_folder(settings: Settings, room: str) -> Path:
    """A folder that only this system's user can look into; its name, thirty-two random hex digits, is its id."""
    place = settings.cache_dir / room
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = place / secrets.token_hex(16)
    folder.mkdir(mode=0o700)
    (folder / FILE).mkdir(mode=0o700)
    return folder


def folder_of(settings: Settings, room: str, folder_id: str) -> Path | None:
    """The folder of an id, while its hour lasts; None otherwise."""
    folder = settings.cache_dir / room / folder_id
    return folder if _ID.fullmatch(folder_id) and rest_s(folder) > 0 else None


def folders_in(settings: Settings, room: str) -> Iterator[Path]:
    """Every folder of a room, finished or not."""
    with suppress(FileNotFoundError):
        yield from (path for path in sorted((settings.cache_dir / room).iterdir()) if _ID.fullmatch(path.name))


def rest_s(folder: Path) -> float:
    """Seconds until a folder's hour is over; 0 or less when it is, or the folder is gone."""
    used, paths = [0.0], [folder]
    with suppress(OSError):
        paths += folder.iterdir()
    for path in paths:
        with suppress(OSError):  # a note that is just being replaced says nothing of the folder's age
            used.append(path.stat().st_mtime)
    return LIFE_S - (time.time() - max(used))


def sweep(settings: Settings) -> float | None:
    """
    Remove what was not used for an hour.

    Returns
    -------
    float or None
        Seconds until the next one's hour is over; None where nothing is left.
    """
    rests = []
    for folder in (folder for room in ROOMS for folder in folders_in(settings, room)):
        rest = rest_s(folder)
        if rest <= 0:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            rests.append(rest)
    return min(rests, default=None)


def keep_swept(settings: Settings) -> None:
    """Sweep now, and again whenever a folder's hour is over, as long as this process lives."""
    rest = sweep(settings)
    with _timers_lock:
        old = _timers.pop(settings.cache_dir, None)
        if old is not None:
            old.cancel()
        if rest is not None:
            timer = _timers[settings.cache_dir] = threading.Timer(rest + 1, keep_swept, [settings])
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
