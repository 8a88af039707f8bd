"""Use case: whether this installation made a meeting file, and whether the data have changed since."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import NotAMeetingFile
from geo_zhengzhi.render.slides import MANIFEST_ID
from geo_zhengzhi.services.study import Study
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.words import Translate

MOST_BYTES = 50 * 2**20
MANIFEST = re.compile(rf'<script type="application/json" id="{MANIFEST_ID}">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Verified:
    """
    What is known of a file.

    Parameters
    ----------
    name, sha256 : str
    manifest : dict
        What the file says of itself; believed only where `is_ours`.
    made_at, made_by : datetime, str; None where no file with these bytes was made here.
    data_changed, boundaries_changed : bool
        Whether the store's data, or one of the file's boundaries, are others now than the file names.
    """

    name: str
    sha256: str
    manifest: dict[str, Any]
    made_at: datetime | None
    made_by: str | None
    data_changed: bool
    boundaries_changed: bool

    @property
    def is_ours(self) -> bool:
        """Whether these bytes were made here."""
        return self.made_at is not None

    def plain(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        at = None if self.made_at is None else self.made_at.isoformat()
        return {**vars(self), "made_at": at, "is_ours": self.is_ours}

    def sentences(self, translate: Translate) -> list[str]:
        """The same in words."""
        _, said = translate, []
        if self.made_at is not None:
            made = _("{name} was made here by {who} at {at}, and is unchanged.")
            said.append(made.format(name=self.name, who=self.made_by, at=f"{self.made_at:%Y-%m-%d %H:%M} UTC"))
        else:
            said.append(_("{name} was not made here, or was changed afterwards.").format(name=self.name))
        version = self.manifest.get("data_version", "")
        text = (
            "The data have changed since version {version}."
            if self.data_changed
            else "The data are those of version {version}."
        )
        said.append(_(text).format(version=version))
        if self.boundaries_changed:
            said.append(_("A boundary has been redrawn since."))
        return said


def verify_file(database: Database, study: Study, path: Path) -> Verified:
    """
    Look a file up by its bytes, and compare what it names with what the store holds now.

    Raises
    ------
    NotAMeetingFile
        If it holds no statement of a meeting file.
    """
    if path.stat().st_size > MOST_BYTES:
        raise NotAMeetingFile(name=path.name)
    content = path.read_bytes()
    manifest = _manifest(content, path.name)
    name = sha256(content).hexdigest()
    with database.read() as connection:
        made = exports.first_with_sha256(connection, name)
    boundaries = manifest.get("boundaries")
    now = {part: study.boundaries.get(part) for part in boundaries} if isinstance(boundaries, dict) else {}
    return Verified(
        path.name,
        name,
        manifest,
        None if made is None else made.made_at,
        None if made is None else made.made_by,
        manifest.get("data_version") != study.data_version,
        now != boundaries,
    )


def _manifest(content: bytes, name: str) -> dict[str, Any]:
    """The statement inside a file."""
    found = MANIFEST.search(content.decode("utf-8", errors="replace"))
    try:
        manifest = json.loads(found[1]) if found else None
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict):
        raise NotAMeetingFile(name=name)
    return manifest
