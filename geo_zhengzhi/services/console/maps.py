"""A situation as a map: parts for a page, or one file."""

from collections.abc import Mapping
from dataclasses import replace

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.corridor_marks import nearest_station
from geo_zhengzhi.render.folium_map import draw_map
from geo_zhengzhi.render.page import DEFAULT_PREFIX, MapParts, standalone_html
from geo_zhengzhi.render.page import map_parts as parts_of
from geo_zhengzhi.render.pencil import with_pencil
from geo_zhengzhi.render.popups import stretch_place
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.schema import FROM_M, GEOMETRY, PART_ID, TO_M
from geo_zhengzhi.services.backgrounds import background_of
from geo_zhengzhi.services.console.heat import heat_layer
from geo_zhengzhi.services.console.once import ComputeOnce
from geo_zhengzhi.services.console.rows import Change
from geo_zhengzhi.services.console.situation import Situation
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import translator

_ANY_NONCE = "of-this-page"  # stands in kept parts where each page has its own
_PENCILLED: ComputeOnce[MapParts] = ComputeOnce(size=4)

TITLE = "{name}: places that need attention"


def make_scene(situation: Situation, language: str, settings: Settings | None = None) -> Scene:
    """
    Everything that the map shows of a situation.

    Parameters
    ----------
    situation : Situation
    language : str
        "zh" or "en".
    settings : Settings, optional
        For the background and the server's own heat; neither without them, as in every file that has to open without
        a network.

    Raises
    ------
    InvalidParameter
        If the background of the settings is none of the four forms.
    """
    _ = translator(language)
    return Scene(
        result=situation.result,
        period=situation.period,
        earlier=situation.earlier,
        county_change=situation.county.comparison,
        hotspot_changes=_comparisons(situation.hotspot_changes),
        target_changes=_comparisons(situation.target_changes),
        zone_changes=_comparisons(situation.zone_changes),
        context=situation.study.context,
        language=language,
        title=_(TITLE).format(name=_(situation.study.name)),
        background=None if settings is None else background_of(settings),
        hours=situation.query.hours,
        weekdays=situation.query.weekdays,
        against=situation.query.against,
        n_uncertain=situation.n_uncertain,
        n_uncertain_before=situation.n_uncertain_before,
        heat=None if settings is None else heat_layer(situation.study, situation.query, settings),
        boundaries=situation.study.boundaries,
    )


def map_parts(
    situation: Situation,
    language: str,
    settings: Settings | None = None,
    *,
    prefix: str = DEFAULT_PREFIX,
    name: str = "",
) -> MapParts:
    """
    The map for a page of the application, under a nonce that stands for any; see `render.page.map_parts`.

    Parameters
    ----------
    situation, language, settings
        As `make_scene` takes them.
    prefix : str
        Where the page finds the front-end files.
    name : str
        What the names of the map's elements begin with, where a page has several maps.
    """
    return parts_of(draw_map(make_scene(situation, language, settings)), prefix, _ANY_NONCE, name)


def with_nonce(head: str, nonce: str) -> str:
    """The head of drawn parts for a page with this nonce of its Content-Security-Policy; "" for a page without one."""
    return head.replace(f' nonce="{_ANY_NONCE}"', f' nonce="{nonce}"' if nonce else "")


def pencil_parts(
    situation: Situation, language: str, settings: Settings, *, prefix: str = DEFAULT_PREFIX, nonce: str = ""
) -> MapParts:
    """The map of `map_parts`, to be drawn on: with the editor, and handed over to the page's own scripts."""
    key = (situation, language, settings.tiles, prefix)
    scene = make_scene(situation, language, settings)
    drawn = _PENCILLED.get(key, lambda: parts_of(with_pencil(draw_map(scene)), prefix, _ANY_NONCE))
    return replace(drawn, head=with_nonce(drawn.head, nonce))


def map_file(situation: Situation, language: str, settings: Settings, *, audit_head: str = "") -> str:
    """
    The map as one HTML file that opens from disk with no network, never with a background.

    Parameters
    ----------
    situation, language, settings
        As `make_scene` takes them.
    audit_head : str
        NUMBER:HASH of the audit log's last row, which the file then carries.

    Raises
    ------
    AssetsMissing
        If set-up has not fetched the front end.
    """
    scene = replace(make_scene(situation, language), audit_head=audit_head)
    return standalone_html(draw_map(scene), settings.assets_dir)


def hotspot_places(situation: Situation, language: str) -> dict[str, str]:
    """Where along its line each corridor's hotspot lies, by `hotspot_id`: "12.35–12.90 km from 蓟州"."""
    scene = make_scene(situation, language)
    lines = dict(zip(scene.result.targets[PART_ID], scene.result.targets[GEOMETRY], strict=True))
    places = {}
    for row in situation.hotspots:
        if row.fields[FROM_M] == row.fields[FROM_M]:  # a number: areas have NaN
            line = lines[row.fields[PART_ID]]
            station, station_m = nearest_station(line, row.fields[FROM_M], row.fields[TO_M], scene)
            places[row.hotspot_id] = stretch_place(scene, row.fields, station, station_m)
    return places


def _comparisons(changes: Mapping[str, Change]) -> dict[str, Comparison]:
    """Those changes that could be compared."""
    return {key: change.comparison for key, change in changes.items() if change.comparison is not None}
