"""The door for incidents: a file of any supported format in, clean rows and a report of every other row out."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from geo_zhengzhi.crs import parse_datum
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.io.cleaning import Faults
from geo_zhengzhi.io.headers import Headers, looks_like_header, match_headers
from geo_zhengzhi.io.opening import open_table
from geo_zhengzhi.io.places import StudyArea, check_study_area, read_places
from geo_zhengzhi.io.privacy import PersonalData, find_personal_data
from geo_zhengzhi.io.report import ImportReport, Progress
from geo_zhengzhi.io.reporting import make_report
from geo_zhengzhi.io.rows import Rows, find_duplicates, note_time_faults, read_categories, read_ids, read_weights
from geo_zhengzhi.io.tables import N_THREADS, RawTable
from geo_zhengzhi.io.times import check_timezone, read_times


def read_incidents(
    path: str | Path,
    *,
    datum: str | None = None,
    timezone: str = "Asia/Shanghai",
    mapping: Mapping[str, str] | None = None,
    study_area: StudyArea | None = None,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, ImportReport]:
    """
    Read, check and clean a file of incidents.

    Formats: CSV and TSV (UTF-8, UTF-16 or GB18030, also packed with gzip), XLSX, Parquet, GeoParquet, GeoJSON,
    GeoPackage and zipped Shapefile. Headers are known by `headers.SYNONYMS`. Every row is kept, a duplicate of an
    earlier one, or rejected with its line and reason: read = kept + duplicates + rejected. Nothing but the columns of
    the frame leaves this function, apart from what the report shows of rejected rows.

    Parameters
    ----------
    path : str or Path
    datum : str, optional
        "wgs84", "cgcs2000", "gcj02", "bd09" or "EPSG:n"; needed where any row touches China.
    timezone : str
        IANA zone of times that name none, and of the times in the frame.
    mapping : {column: header}, optional
        One of `headers.COLUMNS` → a header of the file.
    study_area : Polygon or MultiPolygon, EPSG:4326, optional
        Rows outside are rejected with their distance; the outline counts as inside. An empty one is none.
    progress : function of (stage, fraction), optional

    Returns
    -------
    incidents : DataFrame of INCIDENT_COLUMNS, EPSG:4326
        In the order of the file.
    report : ImportReport

    Raises
    ------
    GeoZhengzhiError
        If the file as a whole cannot be used: see `opening.open_table`, `headers.match_headers`, `times.read_times`
        and `places.read_places`; and for a datum, zone or mapping that does not exist, or an area that is no area.
    """
    tell = progress or _ignore
    datum = None if datum is None else parse_datum(datum)
    check_timezone(timezone)
    study_area = _polygonal(study_area)
    tell("opening", 0.0)
    table = open_table(Path(path), lambda texts: looks_like_header(texts, mapping))
    headers = match_headers(table.headers, mapping)
    tell("checking", 0.4)
    rows, personal = _read_rows(table, headers, datum, timezone, study_area)
    tell("reporting", 0.8)
    report = make_report(table, headers, personal, rows, timezone)
    incidents = rows.frame(timezone, table.sha256)
    tell("done", 1.0)
    return incidents, report


def _polygonal(area: StudyArea | None) -> StudyArea | None:
    """The study area, if it is one; None for an empty one."""
    if area is None or area.is_empty:
        return None
    if area.geom_type not in ("Polygon", "MultiPolygon"):
        raise InvalidParameter(name="study_area", given=area.geom_type, allowed="Polygon, MultiPolygon")
    return area


def _ignore(stage: str, fraction: float) -> None:
    """Tell nobody."""


def _read_rows(
    table: RawTable, headers: Headers, datum: str | None, timezone: str, study_area: StudyArea | None
) -> tuple[Rows, PersonalData]:
    """
    Everything about every row, and what the file tells of persons.

    A row keeps its first fault: place, time, category, weight, study area, number. Arrow and numpy work without the
    interpreter's lock, so times and personal data are looked at while places are read.
    """
    faults = Faults(table.n_rows)
    with ThreadPoolExecutor(N_THREADS) as pool:
        reading_times = pool.submit(read_times, table, headers, timezone)
        looking = pool.submit(find_personal_data, table, headers)
        places = read_places(table, headers, datum, faults)
        intervals, personal = reading_times.result(), looking.result()
    note_time_faults(intervals, faults)
    categories = read_categories(table, headers, personal, faults)
    weight = read_weights(table, headers, categories, faults)
    if study_area is not None:
        check_study_area(study_area, places, faults)
    ids = read_ids(table, headers, personal)
    is_duplicate = find_duplicates(table, ids, intervals, categories, places, faults)
    return Rows(ids, intervals, categories, weight, places, faults, is_duplicate), personal
