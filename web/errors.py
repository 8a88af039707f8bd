"""What went wrong, as a page: one table from the class of an error to a status."""

import logging
from collections.abc import Mapping

from flask import Flask, Response, g, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from geo_zhengzhi.errors import (
    AccountDisabled,
    AccountExists,
    AssetsDiffer,
    AssetsMissing,
    BackgroundElsewhere,
    BackgroundTooLarge,
    BadHead,
    BatchNotDone,
    BatchUnknown,
    BoundaryEmpty,
    BoundaryFolds,
    BoundaryInvalid,
    BoundaryKindRefused,
    BoundaryNotDegrees,
    BoundaryTooFine,
    BoundaryVersionUnknown,
    CandidateUnknown,
    ContentDamaged,
    ContentNotKept,
    DatumNotChosen,
    DemonstrationMissing,
    DrawingBlocked,
    EntryExists,
    EntryUnknown,
    EntryVersionUnknown,
    ExportMissing,
    ExportNotReady,
    FiguresContradict,
    FileChanged,
    GeometryUnreadable,
    GeoZhengzhiError,
    HeatOutdated,
    InvalidParameter,
    KindHoldsBoundary,
    LastAdministrator,
    LinkSpent,
    MadeFilesSeveral,
    MadeFileUnknown,
    MonthsNotOver,
    NoBackgroundFile,
    NoIncidents,
    NoMonthsYet,
    NoRailwayHere,
    NotAllowed,
    NotAMeetingFile,
    NoTargetOfLevel,
    NothingToDraw,
    NotSignedIn,
    NotWholeMonths,
    OverlapNotConfirmed,
    OwnAccount,
    PartUnknown,
    PasswordIsName,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    PersonalText,
    PlaceListed,
    PlaceUnknown,
    PresetUnknown,
    PresetVersionUnknown,
    QuestionNotOpen,
    RegisterChanged,
    RemedyLeavesNothing,
    SignInRefused,
    StepDateRefused,
    StepNeedsPlanner,
    StepNotAllowed,
    TargetNotInForce,
    TextMissing,
    TextTooLong,
    TextUnprintable,
    TileFileUnreadable,
    TileRefused,
    TileUnavailable,
    TokensTooOften,
    TooManyExports,
    TooManyUploads,
    UnfitAccountName,
    UnknownAccount,
    UnknownSession,
    UnreadableBody,
    UploadEmpty,
    UploadInUse,
    UploadMissing,
    UploadTooLarge,
    UploadTooSlow,
    VectorTiles,
    VersionConflict,
    ViewTooWide,
    WorksInUnknown,
)
from geo_zhengzhi.words import translator
from web.api import problems
from web.page import page_language

STATUS: Mapping[type[GeoZhengzhiError], int] = {
    InvalidParameter: 400,
    ViewTooWide: 400,
    BadHead: 400,
    NotWholeMonths: 400,
    MonthsNotOver: 400,
    TargetNotInForce: 400,
    NoMonthsYet: 400,
    NoTargetOfLevel: 400,
    PresetUnknown: 404,
    PresetVersionUnknown: 404,
    NotAMeetingFile: 400,
    ExportMissing: 404,
    ExportNotReady: 409,
    MadeFileUnknown: 404,
    MadeFilesSeveral: 409,
    ContentNotKept: 404,
    ContentDamaged: 500,
    TooManyExports: 409,
    FiguresContradict: 409,
    UnfitAccountName: 400,
    PasswordIsName: 400,
    PasswordTooCommon: 400,
    PasswordTooLong: 400,
    PasswordTooShort: 400,
    NotSignedIn: 401,
    SignInRefused: 401,
    NotAllowed: 403,
    OwnAccount: 403,
    UnknownAccount: 404,
    UnknownSession: 404,
    AccountDisabled: 409,
    AccountExists: 409,
    LastAdministrator: 409,
    LinkSpent: 410,
    UploadMissing: 404,
    UploadEmpty: 400,
    DatumNotChosen: 400,
    UploadTooSlow: 408,
    UploadInUse: 409,
    TooManyUploads: 409,
    TokensTooOften: 429,
    UploadTooLarge: 413,
    TextMissing: 400,
    TextTooLong: 400,
    TextUnprintable: 400,
    PersonalText: 400,
    BatchUnknown: 404,
    BatchNotDone: 409,
    FileChanged: 409,
    TileRefused: 404,
    HeatOutdated: 404,
    NoIncidents: 503,
    DemonstrationMissing: 503,
    AssetsMissing: 503,
    AssetsDiffer: 503,
    TileUnavailable: 502,
    TileFileUnreadable: 503,
    VectorTiles: 503,
    NoBackgroundFile: 400,
    BackgroundTooLarge: 400,
    BackgroundElsewhere: 400,
    StepDateRefused: 400,
    WorksInUnknown: 400,
    BoundaryEmpty: 400,
    BoundaryFolds: 400,
    BoundaryInvalid: 400,
    BoundaryKindRefused: 400,
    BoundaryNotDegrees: 400,
    BoundaryTooFine: 400,
    StepNeedsPlanner: 403,
    EntryUnknown: 404,
    PartUnknown: 404,
    BoundaryVersionUnknown: 404,
    EntryVersionUnknown: 404,
    EntryExists: 409,
    PlaceListed: 409,
    PlaceUnknown: 409,
    VersionConflict: 409,
    RegisterChanged: 409,
    StepNotAllowed: 409,
    QuestionNotOpen: 409,
    KindHoldsBoundary: 409,
    UnreadableBody: 400,
    GeometryUnreadable: 400,
    CandidateUnknown: 404,
    DrawingBlocked: 400,
    NoRailwayHere: 400,
    NothingToDraw: 400,
    OverlapNotConfirmed: 400,
    RemedyLeavesNothing: 400,
}
OTHERWISE = 500
SENTENCES = {
    400: "This request is not possible – allowed: the addresses that the pages link to – go back to the map.",
    404: "There is no page at this address – allowed: the map and what it links to – go back to the map.",
    405: "This address does not take that – allowed: the map and what it links to – go back to the map.",
    413: "This is more than the address takes – allowed: what its form asks for – send less.",
    429: "Too many requests in a short time – allowed: what a person at a screen needs – wait a minute.",
}
FORGED = (
    "This form did not come from a page of this site, or its session has ended – allowed: forms of open pages – load "
    "the page again and send it again."
)
FOREIGN_HOST = "This host name is not served – allowed: 127.0.0.1, localhost, the host set – use one of those.\n"
UNFORESEEN = "Something went wrong on the server – nothing was lost – go back to the map, and look at the server's log."

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error with a sentence."""
    app.register_error_handler(GeoZhengzhiError, refused)
    app.register_error_handler(HTTPException, not_served)
    app.register_error_handler(Exception, unforeseen)


def status_of(error: GeoZhengzhiError) -> int:
    """The status of an error of our own, which thereby becomes what the log says was refused (`web.refusals`)."""
    g.refusal = error
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), OTHERWISE)


def refused(error: GeoZhengzhiError) -> Response:
    """A sentence of our own."""
    status = status_of(error)
    if problems.is_for_programs():
        return problems.refused(error, status)
    if status >= 500:
        log.error("%s", error)
    return _page(status, error.in_language(translator(page_language())))


def not_served(error: HTTPException) -> Response:
    """An answer of Flask's own: no such page, a foreign host name, a method that is not taken."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    g.refusal = error
    if problems.is_for_programs():
        return problems.not_served(error)
    if isinstance(error, SecurityError):
        return make_response((FOREIGN_HOST, 400, {"Content-Type": "text/plain; charset=utf-8"}))
    _ = translator(page_language())
    if isinstance(error, CSRFError):
        return _page(400, _(FORGED))
    page = _page(error.code, _(SENTENCES.get(error.code, UNFORESEEN if error.code >= 500 else SENTENCES[400])))
    if isinstance(error, RateLimitExceeded):
        page.headers["Retry-After"] = str(error.limit.limit.get_expiry())
    return page


def unforeseen(error: Exception) -> Response:
    """A fault of ours: the log has it, the page does not."""
    log.exception("unforeseen", exc_info=error)
    if problems.is_for_programs():
        return problems.unforeseen()
    return _page(500, translator(page_language())(UNFORESEEN))


def _page(status: int, sentence: str) -> Response:
    """The page that says a sentence and leads back."""
    language = page_language()
    back = f"?lang={language}" if request.args.get("lang") == language else ""
    page = render_template(
        "error.html", _=translator(language), language=language, status=status, sentence=sentence, back=back
    )
    return make_response(page, status)
