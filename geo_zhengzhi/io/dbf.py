"""In which encoding a dBASE table's text is: what its .cpg says where the bytes agree, otherwise UTF-8 or GB18030."""

import codecs
import struct
from collections.abc import Iterator
from pathlib import Path

HEADER_BYTES = 32
FIELD_BYTES = 32
HEADER_END = b"\r"
READ_BYTES = 8 * 2**20  # of the records; enough to meet Chinese text where there is any
CPG_NAMES = {"65001": "utf-8", "936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "54936": "gb18030"}


def choose_encoding(table: Path, cpg: Path) -> str:
    """
    The encoding of a table's text, as GDAL spells it in a .cpg.

    GDAL takes a table without .cpg for Latin-1, which makes every Chinese name unreadable; and a .cpg that says UTF-8
    beside a GB18030 table is common.

    Parameters
    ----------
    table : Path
        The .dbf.
    cpg : Path
        Its .cpg, which need not exist.

    Returns
    -------
    str
        The declared encoding if the text decodes in it, otherwise "UTF-8" if it decodes in that, otherwise "GB18030"
        if it decodes in that, otherwise what was declared, or "ISO-8859-1".
    """
    texts = list(_texts(table.read_bytes()[: HEADER_BYTES + READ_BYTES]))
    declared = _declared(cpg)
    for encoding in (declared, "utf-8", "gb18030"):
        if encoding is not None and all(_decodes(text, encoding) for text in texts):
            return codecs.lookup(encoding).name.upper().replace("ISO8859-", "ISO-8859-")
    return "ISO-8859-1" if declared is None else declared.upper()


def _declared(cpg: Path) -> str | None:
    """What the .cpg says, if Python knows it."""
    if not cpg.is_file():
        return None
    text = cpg.read_bytes()[:64].decode("ascii", "replace").strip().lower()
    name = CPG_NAMES.get(text.removeprefix("ansi ").removeprefix("cp"), text)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def _texts(data: bytes) -> Iterator[bytes]:
    """The bytes of field names and of character fields, trimmed."""
    if len(data) < HEADER_BYTES:
        return
    header_bytes, record_bytes = struct.unpack_from("<HH", data, 8)
    fields, offset = [], 1  # byte 0 of a record is its deletion mark
    for at in range(HEADER_BYTES, min(header_bytes, len(data)) - FIELD_BYTES + 1, FIELD_BYTES):
        if data[at : at + 1] == HEADER_END:
            break
        yield data[at : at + 11].split(b"\x00")[0]
        if data[at + 11 : at + 12] == b"C":
            fields.append((offset, data[at + 16]))
        offset += data[at + 16]
    if record_bytes == 0:
        return
    for start in range(header_bytes, len(data) - record_bytes + 1, record_bytes):
        for first, width in fields:
            yield data[start + first : start + first + width].rstrip(b" \x00")


def _decodes(text: bytes, encoding: str) -> bool:
    """Whether text decodes; a character cut off at the field's end does not count against it."""
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
