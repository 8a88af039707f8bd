"""Zip files: looked over before a byte is unpacked, then only the five members of a Shapefile, under our own names."""

import shutil
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo_zhengzhi.errors import (
    ArchiveTooLarge,
    BrokenArchive,
    IncompleteShapefile,
    NoShapefile,
    SeveralLayers,
    UnknownLayer,
    UnsafeArchive,
)
from geo_zhengzhi.io.dbf import choose_encoding

REQUIRED = (".shp", ".shx", ".dbf")
WANTED = (*REQUIRED, ".prj", ".cpg")
UTF8_NAME = 0x800  # general purpose bit 11
ENCRYPTED = 0x1
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class ArchiveLimits:
    """
    What a zip may hold; each bound itself is allowed.

    Parameters
    ----------
    members : int
        Entries, folders included.
    expanded_bytes : int
        All members together, unpacked.
    ratio : float
        Unpacked to packed size of all members together, looked at above `ratio_from_bytes` only: small tables of
        blanks shrink a thousandfold and harm nobody.
    """

    members: int = 1000
    expanded_bytes: int = 2**30
    ratio: float = 100.0
    ratio_from_bytes: int = 32 * 2**20


ARCHIVE_LIMITS = ArchiveLimits()


def check_archive(path: Path, limits: ArchiveLimits = ARCHIVE_LIMITS) -> Mapping[str, zipfile.ZipInfo]:
    """
    Look over a zip (an .xlsx is one too) without unpacking it.

    Returns
    -------
    mapping
        Name, with Chinese names as they were meant → entry, folders left out, in the archive's order.

    Raises
    ------
    BrokenArchive
        If it is no readable zip, or is encrypted.
    ArchiveTooLarge
        If it has too many members or would grow too large or by too much.
    UnsafeArchive
        If a name is absolute, leads out of the folder or occurs twice, or an entry is a symbolic link.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError, OSError) as error:
        raise BrokenArchive(name=path.name, detail=str(error)) from None
    _refuse_if_too_large(path.name, entries, limits)
    members: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _meant_name(entry)
        _refuse_if_unsafe(path.name, name, entry)
        if name in members:
            raise UnsafeArchive(name=path.name, member=name)
        if not entry.is_dir():
            members[name] = entry
    return members


def _refuse_if_too_large(name: str, entries: list[zipfile.ZipInfo], limits: ArchiveLimits) -> None:
    """Compare the counts and sizes that the archive's directory states with the limits."""
    expanded = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    too_steep = expanded > limits.ratio_from_bytes and expanded / packed > limits.ratio
    if len(entries) > limits.members or expanded > limits.expanded_bytes or too_steep:
        raise ArchiveTooLarge(
            name=name,
            members=len(entries),
            mib=expanded / 2**20,
            ratio=expanded / packed,
            allowed_members=limits.members,
            allowed_mib=limits.expanded_bytes / 2**20,
            allowed_ratio=limits.ratio,
        )


def _meant_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; without the UTF-8 flag Chinese systems write GB18030, which zipfile reads as code page 437."""
    if entry.flag_bits & UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _refuse_if_unsafe(archive: str, name: str, entry: zipfile.ZipInfo) -> None:
    """Refuse names and entries that could reach outside the folder, although none of them is used as a path."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not name or name[0] in "/\\" or ":" in parts[0] or ".." in parts or "\x00" in name:
        raise UnsafeArchive(name=archive, member=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeArchive(name=archive, member=name)
    if entry.flag_bits & ENCRYPTED:
        raise BrokenArchive(name=archive, detail="password")


def unpack_shapefile(
    path: Path, folder: Path, *, layer: str | None = None, limits: ArchiveLimits = ARCHIVE_LIMITS
) -> Path:
    """
    Unpack the one Shapefile of a zip into a private folder.

    Parameters
    ----------
    path : Path
        The zip.
    folder : Path
        An empty folder; the parts land there as `<layer>.shp` … with the layer's name made plain.
    layer : str, optional
        Which Shapefile, by its name without the ending; needed where there are several.
    limits : ArchiveLimits
        What the zip may hold.

    Returns
    -------
    Path
        Of the `.shp`; a `.cpg` with the encoding of the attribute table lies beside it.

    Raises
    ------
    BrokenArchive, ArchiveTooLarge, UnsafeArchive
        As `check_archive`.
    NoShapefile, IncompleteShapefile
        If no `.shp` is inside, or its `.shx` or `.dbf` is missing.
    SeveralLayers, UnknownLayer
        If several Shapefiles are inside and `layer` names none of them.
    """
    shapefiles = _shapefiles(check_archive(path, limits))
    name = _choose(path.name, shapefiles, layer)
    parts = shapefiles[name]
    missing = [suffix for suffix in REQUIRED if suffix not in parts]
    if missing:
        raise IncompleteShapefile(name=path.name, layer=name, missing=", ".join(missing))
    with zipfile.ZipFile(path) as archive:
        for suffix, entry in parts.items():
            _unpack(archive, entry, folder / f"input{suffix}", path.name)
    encoding = choose_encoding(folder / "input.dbf", folder / "input.cpg")
    (folder / "input.cpg").write_text(encoding, encoding="ascii")
    return folder / "input.shp"


def _shapefiles(members: Mapping[str, zipfile.ZipInfo]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Name of each Shapefile → its parts by ending; macOS's shadow files are no Shapefiles."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for name, entry in members.items():
        stem, dot, ending = name.replace("\\", "/").rpartition(".")
        if dot + ending.lower() in WANTED and "__MACOSX" not in stem and not stem.rpartition("/")[2].startswith("._"):
            found.setdefault(stem, {})[dot + ending.lower()] = entry
    whole = {stem: parts for stem, parts in found.items() if ".shp" in parts}
    short = [stem.rpartition("/")[2] for stem in whole]
    return dict(zip(short if len(set(short)) == len(short) else whole, whole.values(), strict=True))


def _choose(archive: str, shapefiles: Mapping[str, object], layer: str | None) -> str:
    """The Shapefile asked for, or the only one."""
    names = list(shapefiles)
    if not names:
        raise NoShapefile(name=archive)
    if layer is not None and layer not in names:
        raise UnknownLayer(name=archive, given=layer, allowed=", ".join(names))
    if layer is None and len(names) > 1:
        raise SeveralLayers(name=archive, count=len(names), layers=", ".join(names))
    return layer or names[0]


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str) -> None:
    """Write one member; zipfile stops at the size the directory states, and checks it."""
    try:
        with archive.open(entry) as source, target.open("wb") as sink:
            shutil.copyfileobj(source, sink, CHUNK_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BrokenArchive(name=name, detail=str(error)) from None
