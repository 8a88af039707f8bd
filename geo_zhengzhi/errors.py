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
        values = {k: v.in_language(translate) if hasattr(v, "in_language") else v for k, v in self.values.items()}
        return translate(self.sentence).format(**values)


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


class FileMissing(GeoZhengzhiError):
    """A path that is no file on this machine."""

    sentence = (
        "{name} is not a file on this machine – allowed: a path to a file, no address – check the path, or download "
        "the file first."
    )


class UnknownFormat(GeoZhengzhiError):
    """A geometry file whose ending is not in the table."""

    sentence = (
        "{name} ends in {given} – allowed: {allowed} – convert it to GeoJSON, GeoPackage or KML, or zip the "
        "Shapefile's .shp, .shx, .dbf, .prj and .cpg."
    )


class ContentMismatch(GeoZhengzhiError):
    """A file whose content is not what its ending says."""

    sentence = (
        "{name} does not hold what its ending says – allowed here: {expected} – export the file again as {expected}, "
        "or give it its true ending."
    )


class FileTooLarge(GeoZhengzhiError):
    """A file above the size limit."""

    sentence = (
        "{name} is {given:.0f} MiB – allowed: at most {allowed:.0f} MiB – split the file, or leave out columns that "
        "are not needed."
    )


class NotText(GeoZhengzhiError):
    """A text file in neither of the two encodings."""

    sentence = "{name} is neither UTF-8 nor GB18030 text – allowed: those two – save it as UTF-8."


class BrokenArchive(GeoZhengzhiError):
    """A zip that cannot be read."""

    sentence = "{name} cannot be unpacked ({detail}) – allowed: a whole zip without a password – zip the files again."


class ArchiveTooLarge(GeoZhengzhiError):
    """A zip that would grow too large."""

    sentence = (
        "{name} holds {members} files that grow to {mib:.0f} MiB, {ratio:.0f} times their packed size – allowed: "
        "{allowed_members} files, {allowed_mib:.0f} MiB, {allowed_ratio:.0f} times – zip only the files that are "
        "needed."
    )


class UnsafeArchive(GeoZhengzhiError):
    """A zip with a member that could reach outside its folder."""

    sentence = (
        "{name} holds {member}, which is a link, leads out of the folder or occurs twice – allowed: plain files with "
        "relative names – zip the files again."
    )


class NoShapefile(GeoZhengzhiError):
    """A zip without a .shp."""

    sentence = (
        "{name} holds no .shp – allowed: one zipped Shapefile – zip its .shp, .shx, .dbf, .prj and .cpg, or give a "
        "GeoJSON, GeoPackage or KML file unzipped."
    )


class IncompleteShapefile(GeoZhengzhiError):
    """A Shapefile without one of its parts."""

    sentence = "The Shapefile {layer} in {name} lacks {missing} – allowed: .shp, .shx and .dbf together – zip them all."


class SeveralLayers(GeoZhengzhiError):
    """A file with more layers than one."""

    sentence = (
        "{name} holds {count} layers with features: {layers} – allowed: one – export the layer you mean into a file "
        "of its own."
    )


class UnknownLayer(GeoZhengzhiError):
    """A layer that is not in the file."""

    sentence = "{name} has no layer {given} – allowed: {allowed} – give one of those."


class NoFeatures(GeoZhengzhiError):
    """A file without a layer that has features."""

    sentence = (
        "{name} holds no features with a geometry – allowed: at least one point, line or polygon – check the export."
    )


class UnreadableFeatures(GeoZhengzhiError):
    """A file that GDAL cannot read."""

    sentence = "{name} cannot be read ({detail}) – allowed: a whole and valid file – export it again."


class UnsafeGeoPackage(GeoZhengzhiError):
    """A GeoPackage that would run SQL of its own when read."""

    sentence = (
        "{name} holds the {what}, which runs SQL of its own – allowed: layers that are plain tables – save the layer "
        "into a new GeoPackage."
    )


class XmlEntities(GeoZhengzhiError):
    """A KML with a document type, which can hold entities."""

    sentence = (
        "{name} declares a document type or entities – allowed: KML without them – remove the <!DOCTYPE …> line, or "
        "export the file again."
    )


class ReadStopped(GeoZhengzhiError):
    """Reading a file took more than it may."""

    sentence = (
        "Reading {name} was stopped – allowed: {seconds:.0f} s and {gib:.0f} GiB of memory – split the file, or "
        "export it again if it is damaged."
    )


class DriversNotSkipped(GeoZhengzhiError):
    """GDAL knows more drivers than the file needs."""

    sentence = (
        "GDAL would read {name} with {known} – allowed: {allowed} alone – unset GDAL_SKIP and OGR_SKIP where the "
        "programme runs."
    )


class DemonstrationExists(GeoZhengzhiError):
    """The demonstration's files are there already."""

    sentence = "{path} exists – it is not replaced unasked – add --overwrite, or give another folder with --output."


class UnknownIncidentFormat(GeoZhengzhiError):
    """An incident file whose ending is not in the table."""

    sentence = (
        "{name} ends in {given} – allowed: {allowed} – save it as one of those (old .xls files as .xlsx), or zip the "
        "Shapefile's parts."
    )


class WrongBytes(GeoZhengzhiError):
    """A text with bytes that its encoding does not have."""

    sentence = (
        "{name} is {encoding} except for bytes in line {line} that do not fit – allowed: UTF-8, GB18030, or UTF-16 "
        "with its mark, throughout – mend that line, or save the file again as UTF-8."
    )


class NulByte(GeoZhengzhiError):
    """A text with a byte that no text has."""

    sentence = (
        "{name} has a NUL byte in line {line}, so it is damaged or no text – allowed: UTF-8, GB18030, or UTF-16 with "
        "its mark – export it again as CSV in UTF-8."
    )


class NoHeader(GeoZhengzhiError):
    """A file of rows with nothing in it."""

    sentence = "{name} is empty – allowed: a first line with the names of the columns – check the export."


class TooManyColumns(GeoZhengzhiError):
    """More columns than an incident file has."""

    sentence = (
        "{name} has {given} columns – allowed: at most {allowed} – keep the columns that are needed: number, category, "
        "time, longitude, latitude."
    )


class LineTooLong(GeoZhengzhiError):
    """A row that is too long to be one."""

    sentence = (
        "{name} has a row of more than {allowed:g} MiB from line {line} on – allowed: rows up to that – check that the "
        "lines end where they should."
    )


class UnclosedQuote(GeoZhengzhiError):
    """A quotation mark that swallows the rest of the file."""

    sentence = (
        "{name} opens a quotation mark in the row of line {line} and never closes it – allowed: quotation marks in "
        "pairs – mend that line, or export the file again."
    )


class UnpacksTooLarge(GeoZhengzhiError):
    """A packed table that would grow too large."""

    sentence = (
        "{name} unpacks to {given:.0f} MiB in {rows} rows – allowed: at most {allowed:.0f} MiB and two thousand "
        "million cells – split the file, or leave out columns that are not needed."
    )


class AmbiguousColumn(GeoZhengzhiError):
    """Several headers that could be the same column."""

    sentence = (
        "{headers} could all be the column {column} – allowed: one header a column – say which with --map "
        "{column}=HEADER."
    )


class UnknownHeader(GeoZhengzhiError):
    """A mapping to a header that the file does not have."""

    sentence = "No column of the file is headed {given} – found: {found} – give one of those in the mapping."


class PersonalColumn(GeoZhengzhiError):
    """A mapping to a column that names persons."""

    sentence = (
        "{header} looks like personal data and cannot be read as {column} – allowed: columns about the incident, never "
        "about persons – map another column, or none."
    )


class NotDegrees(GeoZhengzhiError):
    """Coordinates in metres without their system."""

    sentence = (
        "The coordinates of {name} are not degrees and its coordinate system is not declared – allowed: EPSG:n – say "
        "it with {option}."
    )


class MissingCRS(GeoZhengzhiError):
    """A file that says no coordinate system, and nobody else did."""

    sentence = (
        "{name} does not say its coordinate system – allowed: wgs84, cgcs2000, gcj02, bd09, EPSG:n – say it with "
        "{option}."
    )


class DatumConflict(GeoZhengzhiError):
    """A file says one coordinate system and the person another."""

    sentence = (
        "{name} says {given} itself, but {declared} was declared – allowed: the same in both places – correct "
        "{option}, or export the file again."
    )


class KindMissing(GeoZhengzhiError):
    """Targets without a kind."""

    sentence = (
        "{name} does not say of what kind its targets are – allowed: {allowed} – write FILE:KIND, or add a column 类型 "
        "or kind."
    )


class NoTargets(GeoZhengzhiError):
    """A target file of which nothing could be kept."""

    sentence = (
        "{name} holds no usable target: all {count} features were rejected, the first because: {reason} – allowed: "
        "polygons, and lines for railway corridors – mend the features or choose another kind."
    )


class DemonstrationMissing(GeoZhengzhiError):
    """A file of the demonstration is not there."""

    sentence = "{path} does not exist – the demonstration needs it – run geo-zhengzhi demo, or fetch data/ again."


class NoIncidents(GeoZhengzhiError):
    """Nothing to take a period from."""

    sentence = "{name} has no usable incident – at least one is needed – look at the rejects, and read the file again."


class TileRefused(GeoZhengzhiError):
    """A background tile that is not on the map, or that no background was set for."""

    sentence = "The tile {given} is not served – allowed: {allowed} – reload the page."


class TileUnavailable(GeoZhengzhiError):
    """The background's own server did not give a tile."""

    sentence = (
        "The background's server gave no tile ({reason}) – allowed: an image of at most {allowed} – look at its key "
        "and at the connection."
    )


class CorridorFolds(GeoZhengzhiError):
    """A corridor is wider than the bends of its line allow."""

    sentence = (
        "A corridor {half_width_m:.0f} m wide on either side folds over itself where its line bends, "
        "{chainage_km:.2f} km from its start (easting {easting_m:.0f} m, northing {northing_m:.0f} m) – allowed: at "
        "most {widest_m:.0f} m – take a smaller half-width, or cut the line there."
    )


class CorridorsFold(GeoZhengzhiError):
    """Of several corridors at least one is too wide for its bends."""

    sentence = (
        "{name} with {half_width_m:.0f} m on either side folds over itself in a bend at {longitude:.5f}, "
        "{latitude:.5f} – allowed for all corridors here: at most {widest_m:.0f} m – give "
        "--corridor-half-width {widest_m:.0f}, or cut the line there."
    )


class PortTaken(GeoZhengzhiError):
    """The address to serve on is not free."""

    sentence = (
        "{host}:{port} cannot be listened on ({reason}) – allowed: a free port of this machine – set GEO_ZHENGZHI_PORT "
        "to another one, or stop the program that has it."
    )
