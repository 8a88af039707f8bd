"""
Everything that can be wrong with what a person gave us, one named class per sentence.

A sentence reads *given – allowed – remedy*. It is English, with `{names}` for the values, and is at the same time the
key under which `words.translator` finds the Chinese one. Doors translate once: the command line prints one line and
exits with 2, the web maps the class to a status.
"""

from geo_zhengzhi.errors.archives import ArchiveTooLarge, BrokenArchive, IncompleteShapefile, NoShapefile, UnsafeArchive
from geo_zhengzhi.errors.assets import AssetsDiffer, AssetsMissing, AssetsNotFetched, UnknownAsset
from geo_zhengzhi.errors.base import GeoZhengzhiError
from geo_zhengzhi.errors.columns import AmbiguousColumn, PersonalColumn, UnknownHeader
from geo_zhengzhi.errors.files import (
    ContentMismatch,
    FileMissing,
    FileTooLarge,
    LineTooLong,
    NoHeader,
    NotText,
    NotWritable,
    NulByte,
    TooManyColumns,
    UnclosedQuote,
    UnknownFormat,
    UnknownIncidentFormat,
    UnpacksTooLarge,
    WrongBytes,
)
from geo_zhengzhi.errors.frames import (
    BallparkTransform,
    DatumConflict,
    DatumNotDeclared,
    InvalidParameter,
    MissingColumn,
    MissingCRS,
    NotDegrees,
    StudyAreaTooWide,
    SurfaceTooFine,
    UnknownDatum,
)
from geo_zhengzhi.errors.layers import (
    DriversNotSkipped,
    NoFeatures,
    ReadStopped,
    SeveralLayers,
    UnknownLayer,
    UnreadableFeatures,
    UnsafeGeoPackage,
    XmlEntities,
)
from geo_zhengzhi.errors.serving import PortTaken, TileRefused, TileUnavailable
from geo_zhengzhi.errors.store import DatabaseUnreachable, NotAStore, PostgisMissing, StoreTooNew, UnknownDatabase
from geo_zhengzhi.errors.studies import (
    CorridorFolds,
    CorridorsFold,
    DemonstrationExists,
    DemonstrationMissing,
    KindMissing,
    NoIncidents,
    NoTargets,
)

__all__ = [
    "AmbiguousColumn",
    "ArchiveTooLarge",
    "AssetsDiffer",
    "AssetsMissing",
    "AssetsNotFetched",
    "BallparkTransform",
    "BrokenArchive",
    "ContentMismatch",
    "CorridorFolds",
    "CorridorsFold",
    "DatabaseUnreachable",
    "DatumConflict",
    "DatumNotDeclared",
    "DemonstrationExists",
    "DemonstrationMissing",
    "DriversNotSkipped",
    "FileMissing",
    "FileTooLarge",
    "GeoZhengzhiError",
    "IncompleteShapefile",
    "InvalidParameter",
    "KindMissing",
    "LineTooLong",
    "MissingCRS",
    "MissingColumn",
    "NoFeatures",
    "NoHeader",
    "NoIncidents",
    "NoShapefile",
    "NoTargets",
    "NotAStore",
    "NotDegrees",
    "NotText",
    "NotWritable",
    "NulByte",
    "PersonalColumn",
    "PortTaken",
    "PostgisMissing",
    "ReadStopped",
    "SeveralLayers",
    "StoreTooNew",
    "StudyAreaTooWide",
    "SurfaceTooFine",
    "TileRefused",
    "TileUnavailable",
    "TooManyColumns",
    "UnclosedQuote",
    "UnknownAsset",
    "UnknownDatabase",
    "UnknownDatum",
    "UnknownFormat",
    "UnknownHeader",
    "UnknownIncidentFormat",
    "UnknownLayer",
    "UnpacksTooLarge",
    "UnreadableFeatures",
    "UnsafeArchive",
    "UnsafeGeoPackage",
    "WrongBytes",
    "XmlEntities",
]
