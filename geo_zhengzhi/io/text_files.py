"""Text files as UTF-8: packed ones unpacked, the encoding found and named, wrong bytes refused with their line."""

import codecs
import zlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geo_zhengzhi.errors import ArchiveTooLarge, BrokenArchive, NulByte, WrongBytes
from geo_zhengzhi.io.tables import MAX_FILE_BYTES
from geo_zhengzhi.io.unpacking import ARCHIVE_LIMITS

GZIP_MAGIC = b"\x1f\x8b"
CHUNK_BYTES = 1 << 20
UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
ENCODING_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
# A text is broken UTF-8, and not GB18030, where at most one in ten of its non-ASCII characters is wrong: Chinese in
# GB18030 read as UTF-8 is wrong nearly everywhere.
MAX_BROKEN_SHARE = 0.1
SAMPLE_BYTES = 1 << 19


@dataclass(frozen=True)
class Text:
    """The bytes of a text in UTF-8 without a mark, and the encoding that it came in."""

    utf8: bytes
    encoding: str


def unpack_gzip(name: str, packed: bytes) -> bytes:
    """
    The content of a gzip file, one or several members.

    Raises
    ------
    ArchiveTooLarge
        If it grows above the limits of any archive.
    BrokenArchive
        If it is damaged or cut off.
    """
    pieces: list[bytes] = []
    expanded = 0
    rest = packed
    try:
        while rest:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                piece = unpacker.decompress(rest, CHUNK_BYTES)
                rest = unpacker.unconsumed_tail
                if not piece and not rest and not unpacker.eof:
                    raise BrokenArchive(name=name, detail="cut off")
                pieces.append(piece)
                expanded += len(piece)
                _refuse_if_too_large(name, expanded, len(packed))
            rest = unpacker.unused_data.lstrip(b"\0")  # zeros pad the file on tapes
    except zlib.error as error:
        raise BrokenArchive(name=name, detail=str(error)) from None
    return b"".join(pieces)


def _refuse_if_too_large(name: str, expanded: int, packed: int) -> None:
    """The same bounds as for a zip."""
    limits = ARCHIVE_LIMITS
    if expanded > MAX_FILE_BYTES or (expanded > limits.ratio_from_bytes and expanded / packed > limits.ratio):
        raise ArchiveTooLarge(
            name=name,
            members=1,
            mib=expanded / 2**20,
            ratio=expanded / packed,
            allowed_members=1,
            allowed_mib=MAX_FILE_BYTES / 2**20,
            allowed_ratio=limits.ratio,
        )


def as_utf8(name: str, data: bytes) -> Text:
    """
    Find the encoding of a text and bring it to UTF-8.

    A byte order mark decides; without one it is UTF-8 where every byte fits, else GB18030 (which holds GBK and GB2312).

    Raises
    ------
    WrongBytes
        With the line of the first byte that does not fit.
    NulByte
        With its line; no text has one.
    """
    encoding = UTF16_MARKS.get(data[:2])
    if encoding is not None:
        text = Text(_decode(name, data[2:], encoding).encode(), ENCODING_NAMES[encoding])
    elif data.startswith(codecs.BOM_UTF8):
        text = Text(_checked(name, data[3:]), "UTF-8 (BOM)")
    else:
        wrong_at = _first_wrong_byte(data)
        if wrong_at is None:
            text = Text(data, "UTF-8")
        elif _is_broken_utf8(data, wrong_at):
            raise WrongBytes(name=name, encoding="UTF-8", line=_line_of(data, wrong_at))
        else:
            text = Text(_decode(name, data, "gb18030").encode(), "GB18030")
    nul_at = text.utf8.find(b"\0")
    if nul_at >= 0:
        raise NulByte(name=name, line=_line_of(text.utf8, nul_at))
    return text


def _decode(name: str, data: bytes, encoding: str) -> str:
    """The text, or the line where it stops being text."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, "replace").count("\n") + 1
        raise WrongBytes(name=name, encoding=ENCODING_NAMES[encoding], line=line) from None


def _checked(name: str, data: bytes) -> bytes:
    """UTF-8 that says so, and is."""
    wrong_at = _first_wrong_byte(data)
    if wrong_at is not None:
        raise WrongBytes(name=name, encoding="UTF-8", line=_line_of(data, wrong_at))
    return data


def _first_wrong_byte(data: bytes) -> int | None:
    """Where a text stops being UTF-8; None where it never does."""
    if data.isascii() or _is_utf8(data):
        return None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _is_utf8(data: bytes) -> bool:
    """Whether every byte fits; Arrow looks without building the text."""
    bounds = pa.py_buffer(np.array([0, len(data)], np.int64))
    whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, bounds, pa.py_buffer(data)])
    try:
        whole.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True


def _is_broken_utf8(data: bytes, wrong_at: int) -> bool:
    """Whether the text around the first wrong byte is UTF-8 but for a few bytes."""
    around = data[max(0, wrong_at - SAMPLE_BYTES) : wrong_at + SAMPLE_BYTES].decode("utf-8", "replace")
    n_wrong = around.count("\ufffd")
    n_fitting = sum(not character.isascii() for character in around) - n_wrong
    return n_wrong <= MAX_BROKEN_SHARE * (n_wrong + n_fitting)


def _line_of(data: bytes, position: int) -> int:
    """The line, from 1, in which a byte stands."""
    return data.count(b"\n", 0, position) + 1
