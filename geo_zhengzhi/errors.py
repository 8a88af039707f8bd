"""
Everything that can be wrong with what a person gave us, one named class per sentence.

A sentence reads *given – allowed – remedy*. It is English, with `{names}` for the values, and is at the same time the
key under which `words.translator` finds the Chinese one. Doors translate once: the command line prints one line and
exits with 2, the web maps the class to a status.
"""

from collections.abc import Callable


class GeoZhengzhiError(Exception):
    """A sentence with values in it; the base of every error a person can mend."""

    sentence = "{message}"

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.sentence.format(**values))

    def in_language(self, translate: Callable[[str], str]) -> str:
        """The same sentence through `translate`, a function from an English msgid to the reader's language."""
        return translate(self.sentence).format(**self.values)


class InvalidParameter(GeoZhengzhiError):
    """A number or a word outside what a parameter takes."""

    sentence = "{name} = {given} is not possible – allowed: {allowed} – give one of those."


class MissingColumn(GeoZhengzhiError):
    """A frame came without a column that a stage needs."""

    sentence = "The column {column} is missing – found: {found} – rename a column or map it by hand."


class DatumNotDeclared(GeoZhengzhiError):
    """Data that touches China came without its datum said."""

    sentence = (
        "{name} touches China and its datum is not declared – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – "
        "say it with {option}."
    )


class UnknownDatum(GeoZhengzhiError):
    """A datum that is not one of the five forms."""

    sentence = "The datum {given} is not known – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – give one of those."


class BallparkTransform(GeoZhengzhiError):
    """PROJ knows no accurate way from this datum to WGS-84 here."""

    sentence = (
        "{given} can only be converted to WGS-84 roughly, which may be off by a hundred metres – allowed: datums with "
        "an exact transformation – convert the file to CGCS2000 with your surveyor's parameters first."
    )


class StudyAreaTooWide(GeoZhengzhiError):
    """One county frame would distort distances too much."""

    sentence = (
        "The study area reaches {reach_km:.0f} km from the frame's centre, a scale error of {scale_error:.5f} – "
        "allowed: at most {allowed} – analyse a smaller study area, or move the frame's centre."
    )


class AssetsMissing(GeoZhengzhiError):
    """The front-end files have not been fetched."""

    sentence = "{path} does not exist – maps need the front-end files that set-up fetches – run make setup."


class AssetsDiffer(GeoZhengzhiError):
    """A front-end file is not the one that was pinned."""

    sentence = "{path} is not the front-end file that was pinned – allowed: its sha256 – run make clean and make setup."


class AssetsNotFetched(GeoZhengzhiError):
    """Npm or pip failed at set-up."""

    sentence = (
        "{command} failed: {reason} – set-up needs the package registry once – connect to the network, or set npm's "
        "registry to your mirror, and run make setup again."
    )


class UnknownAsset(GeoZhengzhiError):
    """A picture asks for a file that is not in the asset table."""

    sentence = (
        "The map asks for {given}, which this installation does not hold – allowed: {allowed} – add the file to the "
        "asset table, or take the layer out."
    )


class SurfaceTooFine(GeoZhengzhiError):
    """A density surface of more cells than fit in memory."""

    sentence = (
        "A heat cell of {cell_m} m makes a surface of {n_columns} × {n_rows} cells – allowed: {allowed} cells in all – "
        "give a cell of at least {enough_m} m, or a smaller study area."
    )
