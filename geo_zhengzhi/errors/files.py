"""What is wrong with a file as a whole."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


class FileMissing(GeoZhengzhiError):
    """A path that is no file on this machine."""

    sentence = (
        "{name} is not a file on this machine – allowed: a path to a file, no address – check the path, or download "
        "the file first."
    )


class NotWritable(GeoZhengzhiError):
    """A file or folder that the system does not let this program read or write."""

    sentence = (
        "{path} cannot be read or written ({reason}) – allowed: a path that exists or can be made, with room and "
        "rights – give another path, or ask for the rights."
    )


class UnknownFormat(GeoZhengzhiError):
    """A geometry file whose ending is not in the table."""

    sentence = (
        "{name} ends in {given} – allowed: {allowed} – convert it to GeoJSON, GeoPackage or KML, or zip the "
        "Shapefile's .shp, .shx, .dbf, .prj and .cpg."
    )


class UnknownIncidentFormat(GeoZhengzhiError):
    """An incident file whose ending is not in the table."""

    sentence = (
        "{name} ends in {given} – allowed: {allowed} – save it as one of those (old .xls files as .xlsx), or zip the "
        "Shapefile's parts."
    )


class ContentMismatch(GeoZhengzhiError):
    """A file whose content is not what its ending says."""

    sentence = (
        "{name} does not hold what its ending says – allowed here: {expected} – export the file again as {expected}, "
        "or give it its true ending."
    )


class WrongBytes(GeoZhengzhiError):
    """A text with bytes that its encoding does not have."""

    sentence = (
        "{name} is {encoding} except for bytes in line {line} that do not fit – allowed: UTF-8, GB18030, or UTF-16 "
        "with its mark, throughout – mend that line, or save the file again as UTF-8."
    )


class FileTooLarge(GeoZhengzhiError):
    """A file above the size limit."""

    sentence = (
        "{name} is {given:.0f} MiB – allowed: at most {allowed:.0f} MiB – split the file, or leave out columns that "
        "are not needed."
    )


class UnpacksTooLarge(GeoZhengzhiError):
    """A packed table that would grow too large."""

    sentence = (
        "{name} unpacks to {given:.0f} MiB in {rows} rows – allowed: at most {allowed:.0f} MiB and two thousand "
        "million cells – split the file, or leave out columns that are not needed."
    )


class NotText(GeoZhengzhiError):
    """A text file in neither of the two encodings."""

    sentence = "{name} is neither UTF-8 nor GB18030 text – allowed: those two – save it as UTF-8."


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
