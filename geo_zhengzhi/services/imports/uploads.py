"""
Files on their way in: each alone in a private folder that only its owner can find, and that is soon gone.

A folder goes after the import, when its owner discards it, and an hour after it was last used. Every worker of the
site sees the same folders.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geo_zhengzhi.errors import UploadMissing
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.folders import ABOUT, FILE, LIFE_S, UPLOADS, folder_of, folders_in, read_note, rest_s
from geo_zhengzhi.settings import Settings


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
    folder = folder_of(settings, UPLOADS, upload_id)
    upload = None if folder is None else _load(folder)
    if folder is None or upload is None or upload.owner != actor.name:
        raise missing
    try:
        os.utime(folder / ABOUT)
    except OSError:
        raise missing from None
    return upload


def uploads_of(settings: Settings, actor: Actor) -> tuple[Upload, ...]:
    """One's own uploads that are still there, the latest first."""
    found = (_load(folder) for folder in folders_in(settings, UPLOADS) if rest_s(folder) > 0)
    own = [upload for upload in found if upload is not None and upload.owner == actor.name]
    return tuple(sorted(own, key=lambda upload: upload.received_at, reverse=True))


def remove(upload: Upload) -> None:
    """Leave nothing of an upload."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def _load(folder: Path) -> Upload | None:
    """The upload of a folder; None while it is not kept."""
    about = read_note(folder, ABOUT)
    if about is None:
        return None
    received_at = datetime.fromisoformat(about["received_at"])
    return Upload(folder.name, about["owner"], folder / FILE / about["name"], about["n_bytes"], received_at)
