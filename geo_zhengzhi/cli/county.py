"""The command `county`: whose county the store is of, and what lies around its targets."""

import json
from pathlib import Path
from typing import Any

import click

from geo_zhengzhi.cli.options import FILE, database_option, json_option, language_option, targets_datum_option
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.studies.county_setting import CountySaid, CountyWishes, set_county
from geo_zhengzhi.words import Translate, translator

LAYER_OPTIONS = ("outline", "stations", "places", "railways")


@click.command("county")
@click.option("--name", help="What the county is called on every page.")
@click.option("--timezone", help="Zone in which days and hours are told (IANA name).")
@click.option("--study-area", type=FILE, help="Polygons outside which imports reject rows.")
@click.option("--outline", type=FILE, help="The county's outline.")
@click.option("--stations", type=FILE, help="Stations, from which stretches of line are measured.")
@click.option("--places", type=FILE, help="Place names.")
@click.option("--railways", type=FILE, help="Railway lines.")
@click.option(
    "--areas", multiple=True, metavar="FILE[:KIND]", help="Villages and other areas to screen; again for more."
)
@click.option("--attribution", help="Whom the layers come from, as the map is to say it.")
@targets_datum_option
@database_option
@json_option
@language_option
def county_command(
    url: str, targets_datum: str | None, as_json: bool, lang: str, study_area: Path | None, **given: Any
) -> None:
    """Say of which county the store is, and what lies around its targets; without options, show it."""
    layers = {name: given.pop(name) for name in LAYER_OPTIONS}
    wishes = CountyWishes(
        **given,
        study_area=study_area,
        layers={name: path for name, path in layers.items() if path is not None},
        datum=targets_datum,
    )
    with opened_store(url) as (settings, database):
        said = set_county(database, settings, wishes, actor=SYSTEM)
    if as_json:
        click.echo(json.dumps(_plain(said), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(said, translator(lang))))


def _plain(said: CountySaid) -> dict[str, Any]:
    county = said.county
    return {
        "name": county.name,
        "timezone": county.timezone,
        "study_area": None if county.study_area is None else county.study_area.wkt,
        "attributions": list(county.attributions),
        "n_features": dict(said.n_features),
    }


def _lines(said: CountySaid, say: Translate) -> list[str]:
    county = said.county
    area = say("targets' hull and 20 km") if county.study_area is None else say("as given")
    return [
        f"{say('county')}: {say(county.name)}",
        f"{say('time zone')}: {county.timezone}",
        f"{say('study area')}: {area}",
        *(f"{say(name)}: {n}" for name, n in said.n_features.items()),
        *county.attributions,
    ]


COMMANDS = [county_command]
