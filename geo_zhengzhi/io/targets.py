"""Targets from a city's own layer: read, their columns and words understood, lines joined, every reject told."""

import hashlib
import math
import re
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from geo_zhengzhi.crs import parse_datum
from geo_zhengzhi.errors import InvalidParameter, KindMissing, MissingColumn, NoFeatures, NoTargets, PersonalColumn
from geo_zhengzhi.io.declared import in_wgs84
from geo_zhengzhi.io.gdal import read_features
from geo_zhengzhi.io.target_features import CORRIDOR, NO_KIND, Sifted, sift
from geo_zhengzhi.io.target_parts import make_parts
from geo_zhengzhi.io.target_report import TargetReport, rejects_frame
from geo_zhengzhi.io.target_words import COLUMN_SYNONYMS, find_columns, kind_of, personal_columns
from geo_zhengzhi.model import DEFAULT_CORRIDOR_HALF_WIDTH_M, KINDS
from geo_zhengzhi.schema import KIND, NAME, TARGET_ID

OPTION = "--targets-datum"


def read_targets(
    path: str | Path,
    *,
    kind: str | None = None,
    name_column: str | None = None,
    datum: str | None = None,
    mapping: Mapping[str, str] | None = None,
    corridor_half_width_m: float = DEFAULT_CORRIDOR_HALF_WIDTH_M,
    stations: gpd.GeoDataFrame | None = None,
    known_kinds: Mapping[str, str] | None = None,
    option: str = OPTION,
) -> tuple[gpd.GeoDataFrame, TargetReport]:
    """
    Read targets from GeoJSON, GeoPackage, zipped Shapefile or KML.

    Columns are known by `target_words.COLUMN_SYNONYMS`. Features are polygons, or lines where the kind is
    `railway_corridor`; lines of one name are joined into centre lines. Whatever a file says about persons is left out.

    Parameters
    ----------
    path : str or Path
    kind : str, optional
        For features that do not say a known kind.
    name_column : str, optional
        The header that holds the names; the same as `mapping={"name": …}`.
    datum : str, optional
        "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n"; needed where the targets touch China.
    mapping : {our column: header}, optional
        Headers that the table of synonyms does not know, or knows otherwise.
    corridor_half_width_m : float
        For corridors that say none, metres, > 0.
    stations : GeoDataFrame of points, EPSG:4326, optional
        Where a corridor's chainage may begin.
    known_kinds : {target_id or name: kind}, optional
        What a register says of targets; goes before what their features say.
    option : str
        What sentences call the way to declare the datum.

    Returns
    -------
    targets : GeoDataFrame of TARGET_COLUMNS, EPSG:4326
        One row a part. `part_id` is unique; parts of one target share `target_id`, which is the file's own or made of
        name and kind.
    report : TargetReport
        n_read = n_kept + n_rejected, with the reason for each reject in Chinese and English.

    Raises
    ------
    InvalidParameter
        If `kind`, a key of `mapping` or `corridor_half_width_m` is not possible.
    MissingColumn
        If a header that was named is not in the file.
    PersonalColumn
        If a header that was named announces persons or their numbers.
    KindMissing
        If neither `kind` nor any feature says a kind.
    NoFeatures, NoTargets
        If the file is empty; if every feature is rejected.
    DatumNotDeclared, MissingCRS, DatumConflict, NotDegrees, UnknownDatum, BallparkTransform
        As `declared.in_wgs84`.
    StudyAreaTooWide
        If lines reach further than one metric frame does.
    GeoZhengzhiError
        Whatever `gdal.read_features` refuses.
    """
    path = Path(path)
    kind = None if kind is None else _kind(kind)
    if not (0 < corridor_half_width_m < math.inf):
        raise InvalidParameter(name="corridor_half_width_m", given=corridor_half_width_m, allowed="metres > 0")
    chosen = dict(mapping or {}) | ({} if name_column is None else {NAME: name_column})
    frame = in_wgs84(read_features(path), path.name, datum, option)
    personal = personal_columns(frame.columns)
    columns = _columns(frame, chosen, personal)
    sifted = sift(frame, columns, kind, _stem(path), known_kinds)
    _refuse_if_empty(sifted, path.name)
    targets = make_parts(sifted.kept, _stem(path), corridor_half_width_m, stations)
    return targets, _report(path, frame, sifted, targets, columns, personal, datum)


def parse_targets_spec(spec: str) -> tuple[Path, str | None]:
    """
    FILE or FILE:KIND, as the command line takes targets.

    KIND may be any word of `target_words.KIND_SYNONYMS`. A colon that belongs to a file that exists, or follows a
    drive's letter, is left alone.

    Raises
    ------
    InvalidParameter
        If what follows the last colon is no kind; it lists the kinds.
    """
    file, colon, word = spec.rpartition(":")
    only_a_drive = re.fullmatch(r"[A-Za-z]", file) is not None and word.startswith(("/", "\\"))
    if not colon or only_a_drive or Path(spec).exists():
        return Path(spec), None
    return Path(file), _kind(word)


def _kind(word: str) -> str:
    """The kind that a word means."""
    found = kind_of(word)
    if found is None:
        raise InvalidParameter(name=KIND, given=word or '""', allowed=", ".join(KINDS))
    return found


def _columns(frame: gpd.GeoDataFrame, chosen: Mapping[str, str], personal: list[str]) -> dict[str, str]:
    """Our column → header, with what was chosen by hand checked."""
    headers = [str(header) for header in frame.columns if header != frame.geometry.name]
    for column, header in chosen.items():
        if column not in COLUMN_SYNONYMS:
            raise InvalidParameter(name="mapping", given=column, allowed=", ".join(COLUMN_SYNONYMS))
        if header not in headers:
            raise MissingColumn(column=header, found=", ".join(headers))
        if header in personal:
            raise PersonalColumn(header=header, column=column)
    return find_columns([header for header in headers if header not in personal], chosen)


def _stem(path: Path) -> str:
    """The file's name without its endings: NTA for NTA.geo.json."""
    return path.name.split(".")[0] or path.name


def _refuse_if_empty(sifted: Sifted, name: str) -> None:
    """Refuse a file of which nothing is kept; if no feature says a kind, that is what to tell."""
    if sifted.kept:
        return
    if not sifted.rejects:
        raise NoFeatures(name=name)
    if all(reject.reason.msgid == NO_KIND for reject in sifted.rejects):
        raise KindMissing(name=name, allowed=", ".join(KINDS))
    raise NoTargets(name=name, count=len(sifted.rejects), reason=sifted.rejects[0].reason)


def _report(
    path: Path,
    frame: gpd.GeoDataFrame,
    sifted: Sifted,
    targets: gpd.GeoDataFrame,
    columns: Mapping[str, str],
    personal: list[str],
    datum: str | None,
) -> TargetReport:
    """What happened, in figures."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return TargetReport(
        file_name=path.name,
        sha256=digest,
        n_read=len(frame),
        n_kept=len(sifted.kept),
        n_rejected=len(sifted.rejects),
        n_repaired=sum(feature.repaired for feature in sifted.kept),
        n_joined=sum(feature.kind == CORRIDOR for feature in sifted.kept),
        n_targets=targets[TARGET_ID].nunique(),
        n_parts=len(targets),
        rejects=rejects_frame(sifted.rejects),
        dropped_columns=tuple(personal),
        datum="" if datum is None else parse_datum(datum),
        mapping=columns,
        remarks=tuple(sifted.remarks),
        refused=tuple(sifted.rejects),
    )
