"""Which header of a file is which column: the table of synonyms, and the rules where two could be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geo_zhengzhi.categories import plain
from geo_zhengzhi.errors import AmbiguousColumn, InvalidParameter, MissingColumn, PersonalColumn, UnknownHeader
from geo_zhengzhi.io.persons import ADDRESS, personal_header
from geo_zhengzhi.schema import CATEGORY, INCIDENT_ID, LATITUDE, LONGITUDE, OCCURRED_FROM, OCCURRED_TO, WEIGHT

# Columns of a file that are not columns of the frame under the same name.
OCCURRED_AT = "occurred_at"  # one time, or one day
REPORTED_AT = "reported_at"  # stands in where no time of occurrence is given
EASTING = "x"
NORTHING = "y"

# Headers are compared without case, width, spaces and punctuation: "Date start", "date_start" and "DATE-START" are one.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    INCIDENT_ID: (
        "案件编号", "警情编号", "接警编号", "接警单编号", "案件号", "案号", "警情号", "编号", "事件编号", "id", "uid",
        "case id", "case number", "case no", "incident number", "incident no", "incident key", "event id",
        "complaint number", "cmplnt num", "report number", "objectid",
    ),
    OCCURRED_AT: (
        "发案时间", "案发时间", "发生时间", "发案日期", "案发日期", "发生日期", "时间", "日期", "occurred",
        "occurred on",
        "occurrence date", "occurred at local", "occur date", "incident date", "incident time", "offence date",
        "offense date", "date", "datetime", "date time", "date single", "timestamp", "time",
    ),
    OCCURRED_FROM: (
        "发案时间上限", "案发时间上限", "发生时间上限", "发案开始时间", "案发开始时间", "发案时间起", "开始时间",
        "起始时间",
        "date start", "start date", "start time", "start", "occurred start", "from date", "date from",
    ),
    OCCURRED_TO: (
        "发案时间下限", "案发时间下限", "发生时间下限", "发案结束时间", "案发结束时间", "发案时间止", "结束时间",
        "终止时间",
        "date end", "end date", "end time", "end", "occurred end", "to date", "date to",
    ),
    REPORTED_AT: (
        "报警时间", "接警时间", "报案时间", "受理时间", "立案时间", "reported", "report date", "date reported",
    ),
    CATEGORY: (
        "案件类别", "警情类别", "案件类型", "警情类型", "案由", "类别", "案别", "性质", "案件性质", "类型",
        "crime type",
        "offence", "offense", "offence type", "offense type", "offence category", "offense category",
        "crime category",
        "incident type", "primary type", "type", "ofns desc",
    ),
    WEIGHT: ("权重", "危害权重", "harm weight", "harm"),
    LONGITUDE: ("经度", "东经", "lon", "lng", "long", "longtitude", "wgs84经度", "经度坐标", "gps经度"),
    LATITUDE: ("纬度", "北纬", "lat", "wgs84纬度", "纬度坐标", "gps纬度"),
    EASTING: ("坐标x", "x坐标", "横坐标", "easting", "x coord", "x coordinate", "coord x", "point x"),
    NORTHING: ("坐标y", "y坐标", "纵坐标", "northing", "y coord", "y coordinate", "coord y", "point y"),
}  # fmt: skip
COLUMNS = tuple(SYNONYMS)
_BY_WORD = {plain(word): column for column, words in SYNONYMS.items() for word in (column, *words)}


@dataclass(frozen=True)
class Headers:
    """Position in the file of each column that it has, by the column's name."""

    positions: Mapping[str, int]
    names: Mapping[str, str]

    def __contains__(self, column: str) -> bool:
        return column in self.positions


def column_of(header: str) -> str | None:
    """The column that a header stands for by itself; None where the table does not know it."""
    return _BY_WORD.get(plain(header))


def match_headers(headers: Sequence[str], mapping: Mapping[str, str] | None = None) -> Headers:
    """
    Find the columns of a file.

    A header that is said in `mapping` is used for its column and for nothing else. Of the others a column's own name
    wins over its synonyms; two equal candidates are refused. Headers about persons are never columns.

    Parameters
    ----------
    headers : sequence of str
        As they stand in the file.
    mapping : {column: header}, optional
        One of `COLUMNS` → a header of the file; "" for a column that is not to be read.

    Raises
    ------
    InvalidParameter
        If `mapping` names a column that does not exist.
    UnknownHeader
        If it names a header that the file does not have.
    PersonalColumn
        If it names one that is about persons.
    AmbiguousColumn
        If several headers could be one column.
    """
    found, ambiguous = suggest_headers(headers, mapping)
    for column, candidates in ambiguous.items():
        raise AmbiguousColumn(column=column, headers=listed(candidates))
    return found


def suggest_headers(
    headers: Sequence[str], mapping: Mapping[str, str] | None = None
) -> tuple[Headers, dict[str, tuple[str, ...]]]:
    """
    The columns of a file as `match_headers` finds them, and for each other column that several headers could be: those.

    Raises
    ------
    InvalidParameter, UnknownHeader, PersonalColumn, AmbiguousColumn
        As `match_headers`, for what `mapping` says.
    """
    said = {_column_named(given): header for given, header in (mapping or {}).items()}
    found = {column: _position(column, header, headers) for column, header in said.items() if header.strip()}
    ambiguous = {}
    for column in COLUMNS:
        if column not in said:
            candidates = _candidates(column, headers, found)
            if len(candidates) == 1:
                found[column] = candidates[0]
            elif candidates:
                ambiguous[column] = tuple(headers[i] for i in candidates)
    return Headers(found, {column: headers[position] for column, position in found.items()}), ambiguous


def _column_named(given: str) -> str:
    """The column that a mapping means."""
    column = given if given in SYNONYMS else column_of(given)
    if column is None:
        raise InvalidParameter(name="mapping", given=given, allowed=", ".join(COLUMNS))
    return column


def _position(column: str, header: str, headers: Sequence[str]) -> int:
    """Where the header stands that was mapped to a column by hand."""
    exact = [i for i, h in enumerate(headers) if h.strip() == header.strip()]
    same = exact or [i for i, h in enumerate(headers) if plain(h) == plain(header) and plain(h)]
    if not same:
        raise UnknownHeader(given=header, found=listed(headers))
    if personal_header(header) not in (None, ADDRESS):
        raise PersonalColumn(header=header, column=column)
    if len(same) > 1:
        raise AmbiguousColumn(column=column, headers=listed([headers[i] for i in same]))
    return same[0]


def _candidates(column: str, headers: Sequence[str], found: Mapping[str, int]) -> list[int]:
    """The headers that could stand for a column, among those not taken yet."""
    taken = set(found.values())
    free = [i for i in range(len(headers)) if i not in taken and column_of(headers[i]) == column]
    return [i for i in free if plain(headers[i]) == plain(column)] or free


def listed(headers: Sequence[str]) -> str:
    """Headers for a sentence, at most thirty of them."""
    shown = ", ".join(header for header in headers[:30] if header)
    return f"{shown} …" if len(headers) > 30 else shown


def looks_like_header(texts: Sequence[str], mapping: Mapping[str, str] | None = None) -> bool:
    """Whether a row of a sheet names both coordinates, by the table or as mapped."""
    mapped = {plain(header): column for column, header in (mapping or {}).items() if plain(header)}
    known = {mapped.get(plain(text), column_of(text)) for text in texts}
    return {LONGITUDE, LATITUDE} <= known or {EASTING, NORTHING} <= known


def coordinate_columns(headers: Headers, is_projected: bool, found: Sequence[str]) -> tuple[str, str]:
    """
    The pair of columns that coordinates are read from.

    Longitude and latitude where the file has both, x and y otherwise; the other way round where the declared datum is
    a projected one.

    Raises
    ------
    MissingColumn
        With the headers that the file has.
    """
    degrees, metres = (LONGITUDE, LATITUDE), (EASTING, NORTHING)
    for pair in (metres, degrees) if is_projected else (degrees, metres):
        if all(column in headers for column in pair):
            return pair
    missing = LATITUDE if LONGITUDE in headers else NORTHING if EASTING in headers else LONGITUDE
    raise MissingColumn(column=missing, found=listed(found))
