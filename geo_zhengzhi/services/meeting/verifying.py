"""Use case: whether this installation made a meeting file, and whether the data have changed since."""

import base64
import html
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from geo_zhengzhi.errors import ArchiveTooLarge, BrokenArchive, NotAMeetingFile, UnsafeArchive
from geo_zhengzhi.io.unpacking import check_archive
from geo_zhengzhi.render.meeting.packing import CORE, STATED, STATEMENT
from geo_zhengzhi.render.meeting.slides import MANIFEST_ID
from geo_zhengzhi.services.meeting.making import MOST_KEPT_BYTES
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.store import exports
from geo_zhengzhi.store.database import Database
from geo_zhengzhi.store.exports import Export
from geo_zhengzhi.words import Translate

STATEMENTS = (  # where each kind of file holds it
    re.compile(rf'<script type="application/json" id="{MANIFEST_ID}">(.*?)</script>', re.DOTALL),
    re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL),
    re.compile(rf'<Data name="{MANIFEST_ID}"><value>(.*?)</value>', re.DOTALL),
    re.compile(rf'"{MANIFEST_ID}":(\{{.*?\}}),"features"', re.DOTALL),
    re.compile(r"\A(\{.*\})\s*\Z", re.DOTALL),
    re.compile(rf"{STATED}([A-Za-z0-9+/]+=*)"),
)


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
    if path.stat().st_size > MOST_KEPT_BYTES:
        raise NotAMeetingFile(name=path.name)
    content = path.read_bytes()
    name = sha256(content).hexdigest()
    with database.read() as connection:
        made = exports.first_with_files(connection, _names(content, path))
    manifest = _manifest(content, path) if made is None else _told(made)
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


def _told(made: Export) -> dict[str, Any]:
    """What the store says of a file that was made here."""
    return {
        "data_version": made.data_version,
        "parameters": dict(made.parameters),
        "boundaries": dict(made.boundaries),
        "audit_head": made.audit_head,
    }


def _names(content: bytes, path: Path) -> list[str]:
    """The sha256 by which a file is looked up: its own, of an archive those of the files inside it."""
    inside = _archived(content, path)
    if inside is None or STATEMENT not in inside:
        return [sha256(content).hexdigest()]
    return [sha256(member).hexdigest() for member in inside.values()]


def _archived(content: bytes, path: Path) -> dict[str, bytes] | None:
    """The files of a zip; None of what is none, or of one that would grow too large."""
    if not content.startswith(b"PK"):
        return None
    try:
        names = check_archive(path)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(entry) for name, entry in names.items()}
    except (BrokenArchive, ArchiveTooLarge, UnsafeArchive, zipfile.BadZipFile, zlib.error):
        raise NotAMeetingFile(name=path.name) from None


def _manifest(content: bytes, path: Path) -> dict[str, Any]:
    """The statement inside a file that was not made here: nothing that can be believed."""
    inside = _archived(content, path)
    members = [content] if inside is None else [inside[name] for name in (STATEMENT, CORE) if name in inside]
    for pattern in STATEMENTS:
        for member in members:
            found = pattern.search(member.decode("utf-8", errors="replace"))
            manifest = _read(html.unescape(found[1])) if found else None
            if isinstance(manifest, dict):
                return manifest
    raise NotAMeetingFile(name=path.name)


def _read(text: str) -> Any:
    """JSON, plain or in base 64, or None."""
    try:
        return json.loads(text if text.startswith("{") else base64.b64decode(text))
    except ValueError:
        return None
