"""
Heat drawn on the server: one picture of the whole area, and tiles for whoever looks closer.

A picture is named by the data's version and by what was asked, and never changes: browsers keep it, and one worker
draws it for all.
"""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from geo_zhengzhi.errors import HeatOutdated, InvalidParameter, TileRefused
from geo_zhengzhi.model import AnalysisParameters, Surface
from geo_zhengzhi.render.heat_picture import Window, area_window, classify, draw, tile_window
from geo_zhengzhi.render.scene import ServedHeat
from geo_zhengzhi.schema import LATITUDE, LONGITUDE
from geo_zhengzhi.services import late
from geo_zhengzhi.services.backgrounds import background_of
from geo_zhengzhi.services.console.day_hours import written
from geo_zhengzhi.services.console.keeping import made_once, name_for, sweep
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.periods import LAST_YEAR
from geo_zhengzhi.services.console.situation import Query, rows_asked
from geo_zhengzhi.services.console.week_days import written_weekdays
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings

DATUMS = ("wgs84", "gcj02")
MAX_Z = 18  # a tile of 512 pixels: twice as close as the closest map
Center = tuple[float, float]

_SURFACES: ComputeOnce[tuple[Surface, Center]] = ComputeOnce(size=4)
_PICTURES: ComputeOnce[bytes] = ComputeOnce(size=128)


def heat_version(study: Study) -> str:
    """Twelve hex digits for everything that heat is made of but the question: data, county, program."""
    return name_for("heat", study.data_version, study.timezone, study.ground.wkb, study.frame_center)[:12]


def heat_layer(study: Study, query: Query, settings: Settings) -> ServedHeat:
    """Heat of a query's period for a page with the background of the settings."""
    datum = datum_of(settings)
    asked = _address(query, datum)
    window = _area_window(study, datum)
    start = f"/heat/{heat_version(study)}"
    return ServedHeat(
        f"{start}/area.png?{asked}", f"{start}/{{z}}/{{x}}/{{y}}.png?{asked}", window.corners, window.level
    )


def datum_of(settings: Settings) -> str:
    """The datum in which a page's pictures lie."""
    background = background_of(settings)
    return "wgs84" if background is None else background.crs


def require_version(study: Study, version: str) -> None:
    """
    Refuse heat of other data.

    Raises
    ------
    HeatOutdated
        If the version is not the study's own.
    """
    if version != heat_version(study):
        raise HeatOutdated(given=version, allowed=heat_version(study))


def picture_name(study: Study, query: Query, datum: str, tile: tuple[int, int, int] | None = None) -> str:
    """
    A name for a picture's content, known before it is drawn.

    Raises
    ------
    InvalidParameter
        If the datum is neither wgs84 nor gcj02.
    TileRefused
        If there is no such tile in the world.
    """
    if datum not in DATUMS:
        raise InvalidParameter(name="datum", given=datum, allowed=", ".join(DATUMS))
    if tile is not None:
        z, x, y = tile
        if not (0 <= z <= MAX_Z and 0 <= x < 2**z and 0 <= y < 2**z):
            raise TileRefused(given=f"{z}/{x}/{y}", allowed=f"0/0/0 – {MAX_Z}/{2**MAX_Z - 1}/{2**MAX_Z - 1}")
    return name_for(heat_version(study), _only_incidents(query), datum, tile)


def heat_picture(study: Study, query: Query, datum: str, tile: tuple[int, int, int] | None = None) -> bytes:
    """
    Heat of a query's period as a PNG, kept in memory, and on disk for other workers.

    Parameters
    ----------
    study : Study
    query : Query
        Its period filled in. Of the filters those count that choose incidents.
    datum : "wgs84" or "gcj02"
    tile : (z, x, y), optional
        Of 512 pixels with two more on every side; the whole area otherwise.

    Raises
    ------
    InvalidParameter, TileRefused
        As `picture_name`.
    StudyAreaTooWide
        If the study area does not fit one frame in metres.
    """
    name = picture_name(study, query, datum, tile)
    return _PICTURES.get(name, lambda: _kept(study, name, lambda: _drawn(study, query, datum, tile)))


def heat_surface(study: Study, query: Query) -> tuple[Surface, Center]:
    """The density surface of a query's period, and its frame's centre; as an analysis of the study area has it."""
    asked = _only_incidents(query)
    return _SURFACES.get((heat_version(study), asked), lambda: _estimated(study, asked))


def _drawn(study: Study, query: Query, datum: str, tile: tuple[int, int, int] | None) -> bytes:
    """Draw a picture."""
    window = _area_window(study, datum) if tile is None else tile_window(*tile)
    return draw(classify(*heat_surface(study, query), window, gcj02=datum == "gcj02"))


def _kept(study: Study, name: str, make: Callable[[], bytes]) -> bytes:
    """What another worker has drawn, or else what is drawn now, kept for the others."""
    if study.results_dir is None:
        return make()
    path = study.results_dir / f"heat-{name}.pickle"
    is_known = path.exists()
    found = made_once(path, bytes, make)
    if not is_known:
        sweep(study.results_dir, "heat-*.pickle", max_files=2048, max_bytes=2**28)
    return found


def _estimated(study: Study, query: Query) -> tuple[Surface, Center]:
    """Estimate a surface from the rows of a period."""
    assert query.period is not None
    places = study.incidents[[LONGITUDE, LATITUDE]].take(rows_asked(study, query, query.period))
    return late.density_surface(places, study.ground, _parameters(study))


def _area_window(study: Study, datum: str) -> Window:
    """The pixels of the whole area, the same for every period."""
    return area_window(study.ground.bounds, gcj02=datum == "gcj02")


def _parameters(study: Study) -> AnalysisParameters:
    return AnalysisParameters(frame_center=study.frame_center, timezone=study.timezone)


def _only_incidents(query: Query) -> Query:
    """The query without what does not choose incidents."""
    return replace(query, kind=None, level=None, against=LAST_YEAR, parameters=AnalysisParameters())


def _address(query: Query, datum: str) -> str:
    """What a query asks of incidents, as the pages' addresses have it."""
    assert query.period is not None
    pairs = {
        "from": str(query.period.first_day),
        "to": str(query.period.last_day),
        "category": query.category or "",
        "hours": written(query.hours),
        "weekdays": written_weekdays(query.weekdays),
        "datum": datum if datum != DATUMS[0] else "",
    }
    return urlencode({name: value for name, value in pairs.items() if value})
