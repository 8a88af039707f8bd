"""What is wrong with the columns of a table."""

from geo_zhengzhi.errors.base import GeoZhengzhiError


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
        "{header} looks like personal data and cannot be read as {column} – allowed: columns about incidents and "
        "places, never about persons – map another column, or none."
    )
