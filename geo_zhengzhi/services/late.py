"""
What is imported late: the reading of files and the analysis, with SciPy, scikit-learn and the engines.

They take half of the time of a start, and the site shows a page whose analysis was kept with neither. So they are
imported by whoever needs them first, or behind the first page. Everywhere else imports stand at the top of their file.
"""

from importlib import import_module
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING

from geo_zhengzhi.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    import shapely

    from geo_zhengzhi.model import AnalysisParameters, AnalysisResult, Surface
    from geo_zhengzhi.services.console.rows import Row
    from geo_zhengzhi.services.console.selecting import Positions
    from geo_zhengzhi.services.console.situation import Query, Situation
    from geo_zhengzhi.services.studies.study import Progress, Study
    from geo_zhengzhi.store.database import Database

# Python lets two threads that meet in a circle of imports see a module half made, and SciPy has such circles.
_IMPORTING = Lock()
SOON = ("console.assessing", "console.selecting", "drawing.files", "imports.steps", "studies.seeding")


def seed_demonstration(database: "Database", settings: Settings, progress: "Progress | None" = None) -> None:
    """See `seeding.seed_demonstration`."""
    with _IMPORTING:
        from geo_zhengzhi.services.studies import seeding
    seeding.seed_demonstration(database, settings, progress)


def assess_anew(study: "Study", query: "Query") -> "Situation":
    """See `assessing.assess_anew`."""
    with _IMPORTING:
        from geo_zhengzhi.services.console import assessing
    return assessing.assess_anew(study, query)


def analyse(
    incidents: "pd.DataFrame",
    targets: "gpd.GeoDataFrame",
    parameters: "AnalysisParameters",
    study_area: "shapely.Polygon",
) -> "AnalysisResult":
    """See `pipeline.analyse`."""
    with _IMPORTING:
        from geo_zhengzhi import pipeline
    return pipeline.analyse(incidents, targets, parameters, study_area=study_area)


def density_surface(
    incidents: "pd.DataFrame", study_area: "shapely.Polygon | shapely.MultiPolygon", parameters: "AnalysisParameters"
) -> "tuple[Surface, tuple[float, float]]":
    """See `pipeline.density_surface`."""
    with _IMPORTING:
        from geo_zhengzhi import pipeline
    return pipeline.density_surface(incidents, study_area, parameters)


def positions_in(situation: "Situation", row: "Row", positions: "Positions") -> "Positions":
    """See `selecting.positions_in`."""
    with _IMPORTING:
        from geo_zhengzhi.services.console import selecting
    return selecting.positions_in(situation, row, positions)


def import_steps() -> ModuleType:
    """The module `imports.steps`, which needs every reader."""
    with _IMPORTING:
        from geo_zhengzhi.services.imports import steps
    return steps


def batch_rejects() -> ModuleType:
    """The module `imports.rejects`, which needs the writer of tables."""
    with _IMPORTING:
        from geo_zhengzhi.services.imports import rejects
    return rejects


def drawing_files() -> ModuleType:
    """The module `drawing.files`, which needs the reader of targets."""
    with _IMPORTING:
        from geo_zhengzhi.services.drawing import files
    return files


def meeting_drawn() -> ModuleType:
    """The module `meeting.drawn`, which needs the libraries of pictures and slides."""
    with _IMPORTING:
        from geo_zhengzhi.services.meeting import drawn
    return drawn


def join_ways(lines: "Sequence[shapely.LineString]") -> "list[shapely.LineString]":
    """See `corridor_ways.join_ways`, which needs SciPy."""
    with _IMPORTING:
        from geo_zhengzhi import corridor_ways
    return corridor_ways.join_ways(lines)


def import_everything() -> None:
    """Import what most sites need soon, so that the first question that is new does not wait for it."""
    with _IMPORTING:
        for name in SOON:
            import_module(f"{__package__}.{name}")
