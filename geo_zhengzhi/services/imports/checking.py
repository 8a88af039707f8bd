"""Use case: what an import of a file would do, without importing it."""

from collections.abc import Mapping
from pathlib import Path

import shapely

from geo_zhengzhi.io.incidents import read_incidents
from geo_zhengzhi.io.layers import read_layer
from geo_zhengzhi.io.places import StudyArea
from geo_zhengzhi.io.report import ImportReport, Progress, write_rejects


def check_file(
    path: Path,
    *,
    datum: str | None = None,
    targets_datum: str | None = None,
    timezone: str = "Asia/Shanghai",
    mapping: Mapping[str, str] | None = None,
    study_area: Path | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """
    Read and check an incident file.

    Parameters
    ----------
    path : Path
        The file, in any of the formats of `io.incidents`.
    datum, targets_datum : str, optional
        Datum of the incidents, and of the study area.
    timezone : str
        IANA zone of times that name none.
    mapping : {column: header}, optional
        Headers that the synonym table does not know.
    study_area : Path, optional
        Polygons outside which rows are rejected.
    rejects : Path, optional
        Where the rejected rows are written as CSV.

    Returns
    -------
    ImportReport

    Raises
    ------
    GeoZhengzhiError
        If the file cannot be read at all; rows that cannot be used are in the report.
    """
    area = None if study_area is None else shapely.union_all(read_layer(study_area, datum=targets_datum).geometry)
    return dry_run(
        path,
        datum=datum,
        timezone=timezone,
        mapping=mapping,
        study_area=area,
        rejects=rejects,
        progress=progress,
    )


def dry_run(
    path: Path,
    *,
    datum: str | None,
    timezone: str,
    mapping: Mapping[str, str] | None = None,
    study_area: StudyArea | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """
    What an import of a file would do to every row; nothing is imported.

    Parameters
    ----------
    path, datum, timezone, mapping, study_area, progress
        As `io.incidents.read_incidents`.
    rejects : Path, optional
        Where the rejected rows are written as CSV.

    Raises
    ------
    GeoZhengzhiError
        If the file as a whole cannot be used.
    """
    area = None if study_area is None or study_area.is_empty else study_area
    _, report = read_incidents(
        path, datum=datum, timezone=timezone, mapping=mapping, study_area=area, progress=progress
    )
    if rejects is not None:
        keep_rejects(report, rejects)
    return report


def keep_rejects(report: ImportReport, path: Path) -> None:
    """Write the rejected rows of a report as CSV."""
    write_rejects(report, path)
