"""What is wrong with parameters, frames and their datum."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class InvalidParameter(GeoZhengzhiError):
    """A number or a word outside what a parameter takes."""

    sentence = "{name} = {given} is not possible – allowed: {allowed} – give one of those."


class MissingColumn(GeoZhengzhiError):
    """A frame came without a column that a stage needs."""

    sentence = "The column {column} is missing – found: {found} – rename a column or map it by hand."


class MissingCRS(GeoZhengzhiError):
    """A file that says no coordinate system, and nobody else did."""

    sentence = (
        "{name} does not say its coordinate system – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – say it with "
        "{option}."
    )


class DatumNotDeclared(GeoZhengzhiError):
    """Data that touches China came without its datum said."""

    sentence = (
        "{name} touches China and its datum is not declared – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – "
        "say it with {option}."
    )


class UnknownDatum(GeoZhengzhiError):
    """A datum that is not one of the five forms."""

    sentence = "The datum {given} is not known – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – give one of those."


class DatumConflict(GeoZhengzhiError):
    """A file says one coordinate system and the person another."""

    sentence = (
        "{name} says {given} itself, but {declared} was declared – allowed: the same in both places – correct "
        "{option}, or export the file again."
    )


class BallparkTransform(GeoZhengzhiError):
    """PROJ knows no accurate way from this datum to WGS-84 here."""

    sentence = (
        "{given} can only be converted to WGS-84 roughly, which may be off by a hundred metres – allowed: datums with "
        "an exact transformation – convert the file to CGCS2000 with your surveyor's parameters first."
    )


class NotDegrees(GeoZhengzhiError):
    """Coordinates in metres without their system."""

    sentence = (
        "The coordinates of {name} are not degrees and its coordinate system is not declared – allowed: EPSG:n – say "
        "it with {option}."
    )


class StudyAreaTooWide(GeoZhengzhiError):
    """One county frame would distort distances too much."""

    sentence = (
        "The study area reaches {reach_km:.0f} km from the frame's centre, a scale error of {scale_error:.5f} – "
        "allowed: at most {allowed} – analyse a smaller study area, or set GEO_ZHENGZHI_FRAME_CENTER to its middle."
    )


class SurfaceTooFine(GeoZhengzhiError):
    """A density surface of more cells than fit in memory."""

    sentence = (
        "A heat cell of {cell_m} m makes a surface of {n_columns} × {n_rows} cells – allowed: {allowed} cells in all – "
        "give a cell of at least {enough_m} m, or a smaller study area."
    )
