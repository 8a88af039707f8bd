"""Which status a sentence of ours is for a program, where it is another than for a person at a page."""

from collections.abc import Mapping

from geo_zhengzhi.errors import (
    AnalysisUnknown,
    DriversNotSkipped,
    FieldError,
    GeometryUnreadable,
    GeoZhengzhiError,
    ImportFault,
    NoIncidents,
    TokenByToken,
    UnknownMediaType,
    UnreadableBody,
    VersionConflict,
    VersionNotSaid,
)

STATUS: Mapping[type[GeoZhengzhiError], int] = {
    UnreadableBody: 400,
    TokenByToken: 403,
    AnalysisUnknown: 404,
    NoIncidents: 409,
    VersionConflict: 412,
    UnknownMediaType: 415,
    FieldError: 422,
    GeometryUnreadable: 422,
    VersionNotSaid: 428,
    DriversNotSkipped: 500,
    ImportFault: 500,
}
# Rooms of sentences about a file that was sent, and what it holds; `web.errors` knows only those that pages name.
ABOUT_FILES = ("archives", "columns", "files", "frames", "importing", "layers", "studies", "uploads")
UNPROCESSABLE = 422


def status_for(error: GeoZhengzhiError, for_pages: int) -> int:
    """
    The status of a sentence.

    Parameters
    ----------
    error : GeoZhengzhiError
    for_pages : int
        What pages answer with; their 400 is 422 here, where 400 is left to what cannot be read.
    """
    own = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), None)
    if own is not None:
        return own
    room = type(error).__module__.rpartition(".")[2]
    return UNPROCESSABLE if for_pages == 400 or (for_pages == 500 and room in ABOUT_FILES) else for_pages
