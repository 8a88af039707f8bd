"""
What a page shows of a question: rows, figures and the drawn map, without the incidents that they were counted from.

It is a megabyte where the situation of a year is forty: the situation itself is asked only when a place is selected
or a file is taken along.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from geo_zhengzhi.render.page import DEFAULT_PREFIX, MapParts
from geo_zhengzhi.schema import KIND, PART_ID
from geo_zhengzhi.services.console.attention import Sign, early_signs
from geo_zhengzhi.services.console.figures import Figures, figures_of
from geo_zhengzhi.services.console.keeping import name_for
from geo_zhengzhi.services.console.maps import hotspot_places, map_parts
from geo_zhengzhi.services.console.sharing import Shared
from geo_zhengzhi.services.console.showing import for_page
from geo_zhengzhi.services.console.situation import Query, Situation, assess, checked
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings

FIRST_SIGNS = 8


@dataclass(frozen=True)
class Totals:
    """How many there are of what a page lists only the first of."""

    hotspots: int
    zones: int
    candidates: int
    signs: int


@dataclass(frozen=True, eq=False)
class Shown:
    """
    A question's answer as a page has it.

    Parameters
    ----------
    situation : Situation
        Cut to what a page lists; its result holds no incidents, places or heat, only the parts' ids and kinds.
    figures : Figures
        The whole county's.
    totals : Totals
        Of all that was found.
    signs : tuple of Sign
        The first eight.
    places : mapping
        Where along its line each corridor's hotspot lies, by `hotspot_id`.
    map : MapParts
        Its head under a nonce that stands for any; see `maps.with_nonce`.
    """

    situation: Situation
    figures: Figures
    totals: Totals
    signs: tuple[Sign, ...]
    places: Mapping[str, str]
    map: MapParts


_SHOWN: Shared[Shown] = Shared("shown", Shown, memory_bytes=2**26, disk_bytes=2**29)


def shown(
    study: Study, query: Query, language: str, settings: Settings, *, prefix: str = DEFAULT_PREFIX, name: str = ""
) -> Shown:
    """
    What a page shows of a question, made once for all workers.

    Parameters
    ----------
    study, query
        As `assess` takes them.
    language : str
        "zh" or "en".
    settings, prefix, name
        As `maps.map_parts` takes them.

    Raises
    ------
    NoIncidents, InvalidParameter
        As `assess`.
    """
    asked = checked(study, query)
    called = shown_name(study, asked, language, settings, prefix, name)
    kept = _SHOWN.get(study.results_dir, called, lambda: _made(study, asked, language, settings, prefix, name))
    return replace(kept, situation=replace(kept.situation, study=study))


def shown_name(
    study: Study, asked: Query, language: str, settings: Settings, prefix: str = DEFAULT_PREFIX, name: str = ""
) -> str:
    """A name for everything that `shown` is made of; `asked` is checked."""
    return name_for("shown", study.look, asked, language, settings.tiles, prefix, name)


def is_shown(study: Study, query: Query, language: str, settings: Settings, *, prefix: str = DEFAULT_PREFIX) -> bool:
    """Whether some worker has kept this answer on disk."""
    folder = study.results_dir
    called = shown_name(study, checked(study, query), language, settings, prefix)
    return folder is not None and _SHOWN.has(folder, called)


def _made(study: Study, asked: Query, language: str, settings: Settings, prefix: str, name: str) -> Shown:
    """Assess, draw, and leave what weighs."""
    found = assess(study, asked)
    page = for_page(found)
    signs = early_signs(found)
    return Shown(
        situation=_light(page),
        figures=figures_of(found, ""),
        totals=Totals(len(found.hotspots), len(found.zones), len(found.candidates), len(signs)),
        signs=signs[:FIRST_SIGNS],
        places=hotspot_places(page, language),
        map=map_parts(page, language, settings, prefix=prefix, name=name),
    )


def _light(situation: Situation) -> Situation:
    """The situation without its study, and without what only a map or a count needs."""
    result = situation.result
    return replace(
        situation,
        study=None,  # type: ignore[arg-type]  # the study is every worker's own
        result=replace(
            result,
            incidents=result.incidents.iloc[:0],
            targets=result.targets[[PART_ID, KIND]],
            assignments=result.assignments.iloc[:0],
            hotspots=result.hotspots.iloc[:0],
            zones=result.zones.iloc[:0],
            candidates=result.candidates.iloc[:0],
            surface=replace(result.surface, incidents_per_km2=np.zeros((0, 0))),
        ),
    )
