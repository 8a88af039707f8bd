"""Which geometry formats are read, how each is recognised by its content, and how it is made ready for GDAL."""

import codecs
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo_zhengzhi.errors import ContentMismatch, FileMissing, FileTooLarge, NotText, UnknownFormat
from geo_zhengzhi.io.unpacking import unpack_shapefile
from geo_zhengzhi.live_files import refuse_live

HEAD_BYTES = 4096
CHUNK_BYTES = 1 << 20
GEOPACKAGE_MAGIC = b"SQLite format 3\x00"
GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")  # bytes 68 to 71 of the header


@dataclass(frozen=True)
class Format:
    """
    One geometry format.

    Parameters
    ----------
    name : str
        As people call it.
    driver : str
        GDAL's name for it; the child knows no other.
    fits : function of bytes
        Whether a file's first bytes can be this format's.
    says_crs : bool
        Whether the file itself can say its coordinate system; GeoJSON and KML always read as WGS-84, so an EPSG code
        there is implied, not declared.
    """

    name: str
    driver: str
    fits: Callable[[bytes], bool]
    says_crs: bool


def _is_json(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{")


def _is_geopackage(head: bytes) -> bool:
    return head.startswith(GEOPACKAGE_MAGIC) and head[68:72] in GEOPACKAGE_IDS


def _is_zip(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


def _is_xml(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


GEOJSON = Format("GeoJSON", "GeoJSON", _is_json, says_crs=False)
GEOPACKAGE = Format("GeoPackage", "GPKG", _is_geopackage, says_crs=True)
SHAPEFILE = Format("zipped Shapefile", "ESRI Shapefile", _is_zip, says_crs=True)
KML = Format("KML", "LIBKML", _is_xml, says_crs=False)
BY_SUFFIX = {".geojson": GEOJSON, ".json": GEOJSON, ".gpkg": GEOPACKAGE, ".zip": SHAPEFILE, ".kml": KML}


def recognise(path: Path, max_bytes: int) -> Format:
    """
    The format of a file, by its ending and its first bytes, which must agree.

    Raises
    ------
    FileMissing
        If there is no regular file at `path`; addresses and GDAL's own `/vsi…` paths are none.
    FileTooLarge
        Above `max_bytes`; the limit itself is allowed.
    UnknownFormat
        For an ending that is not in `BY_SUFFIX`.
    ContentMismatch
        Where the content is not what the ending says.
    """
    if not path.is_file():
        raise FileMissing(name=str(path))
    refuse_live(path)
    if path.stat().st_size > max_bytes:
        raise FileTooLarge(name=path.name, given=path.stat().st_size / 2**20, allowed=max_bytes / 2**20)
    found = BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        raise UnknownFormat(name=path.name, given=path.suffix or "nothing", allowed=" ".join(BY_SUFFIX))
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not found.fits(head):
        raise ContentMismatch(name=path.name, expected=found.name)
    return found


def prepare(path: Path, found: Format, folder: Path, layer: str | None) -> Path:
    """
    Make a file ready in a private folder, under a name of ours and without the files that lie beside it.

    Text is made UTF-8 where it is GB18030; a GeoPackage is copied; a zipped Shapefile is unpacked, where `layer` names
    one of several.

    Raises
    ------
    NotText
        If a text format is neither UTF-8 nor GB18030.
    """
    if found is SHAPEFILE:
        return unpack_shapefile(path, folder, layer=layer)
    prepared = folder / f"input{path.suffix.lower()}"
    if found is GEOPACKAGE:
        _copy_geopackage(path, prepared)
    elif _decodes(path, "utf-8"):
        prepared.symlink_to(path.resolve())
    elif _decodes(path, "gb18030"):
        _as_utf8(path, prepared)
    else:
        raise NotText(name=path.name)
    return prepared


def _copy_geopackage(path: Path, prepared: Path) -> None:
    """Copy a GeoPackage, since SQLite writes beside what it reads; with edits that an open program holds back."""
    shutil.copyfile(path, prepared)
    edits = path.with_name(f"{path.name}-wal")
    if edits.is_file():
        shutil.copyfile(edits, prepared.with_name(f"{prepared.name}-wal"))


def _decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in an encoding; read in pieces."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8(path: Path, prepared: Path) -> None:
    """Copy a GB18030 file as UTF-8; an XML declaration that names the old encoding is mended."""
    with path.open(encoding="gb18030", newline="") as source, prepared.open("w", encoding="utf-8", newline="") as sink:
        start = source.read(HEAD_BYTES)
        sink.write(re.sub(r"""(<\?xml[^>]*encoding=["'])[\w-]+""", r"\g<1>UTF-8", start, count=1))
        shutil.copyfileobj(source, sink)
