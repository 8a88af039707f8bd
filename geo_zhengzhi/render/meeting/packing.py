"""Zips whose bytes follow from their content alone: a fixed order and a fixed day, no clock and no machine in them."""

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.safe_text import script_json

DAY_ONE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can name
STATEMENT = "manifest.json"
CORE = "docProps/core.xml"
STATED = "meeting-manifest:"  # before the statement, in base 64, in a picture's and a PDF's properties
UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
OFFICE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, DAY_ONE)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, content)
    return stream.getvalue()


def office_file(content: bytes, deck: Deck) -> bytes:
    """An Office file packed anew, its properties those of the deck: title, day, and the statement as description."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[CORE] = _core(deck).encode()
    return packed(files)


def sayable(text: object) -> str:
    """Words as XML can hold them: letters that it cannot say become a replacement mark."""
    return UNSAYABLE.sub("\ufffd", str(text))


def _core(deck: Deck) -> str:
    """The properties of an Office file."""
    day = f"{deck.made_on}T00:00:00Z"
    dates = "".join(f'<dcterms:{n} xsi:type="dcterms:W3CDTF">{day}</dcterms:{n}>' for n in ("created", "modified"))
    title = escape(sayable(f"{deck.title} · {deck.period}"))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<cp:coreProperties xmlns:cp="{OFFICE}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:creator>geo_zhengzhi</dc:creator>"
        f"<dc:description>{escape(script_json(deck.manifest))}</dc:description>{dates}</cp:coreProperties>"
    )
