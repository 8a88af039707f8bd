"""`export --background`: how much of the county's own background goes into a file, and a dry figure of it."""

import json

import click

from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.services.meeting.background_packing import Pack, pack_background
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.words import translator

TOLD = "Background: zooms {first}–{last} of {lowest}–{highest}, targets to {closest}; {n} tiles, {size} of {most} MB"


def say_background(targets: tuple[str, ...], most_mb: int, url: str, as_json: bool, lang: str) -> None:
    """Say what would fit, and write nothing."""
    with opened_store(url) as (settings, database):
        pack = pack_background(settings, open_stored_study(database, settings), targets, most_mb)
    click.echo(json.dumps(pack.figures, indent=2) if as_json else told_background(pack, lang))


def told_background(pack: Pack, lang: str) -> str:
    """Which zooms a file takes along, and what they take."""
    return translator(lang)(TOLD).format(**pack.figures)


def targets_of(text: str) -> tuple[str, ...]:
    """Numbers with commas between."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
