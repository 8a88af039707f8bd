"""A command that takes single incidents out of the store as data."""

import json
import os
import tempfile
from datetime import datetime
from pathlib import Path

import click

from geo_zhengzhi.cli.options import bar, bars, database_option, json_option, language_option
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import SYSTEM, Period
from geo_zhengzhi.services.console.points import Points
from geo_zhengzhi.services.imports.incident_data import take_incidents
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.words import translator

TAKEN = "{path}: incidents {n}; written down under {head}"
DAY = click.DateTime(["%Y-%m-%d"])
OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("-o", "--output", type=OUTPUT, required=True, help="File to write: .csv, .gpkg or .geojson.")
@click.option("--from", "first", type=DAY, help="First day of the period; default the first incident's.")
@click.option("--to", "last", type=DAY, help="Last day of the period, included; default the last incident's.")
@click.option("--category", help="Only this category.")
@click.option("--reason", required=True, help="Why they are taken; kept in the audit log.")
@database_option
@json_option
@language_option
def incidents(
    output: Path,
    first: datetime | None,
    last: datetime | None,
    category: str | None,
    reason: str,
    url: str,
    as_json: bool,
    lang: str,
) -> None:
    """Take single incidents out of the store as data, for a reason that the audit log keeps."""
    with opened_store(url) as (settings, database), bars(quiet=as_json) as progress:
        study = open_stored_study(database, settings, bar(progress, "Reading", lang))
        wanted = Points(_period(study, first, last), category)
        with tempfile.TemporaryDirectory(prefix=".geo_zhengzhi-", dir=output.resolve().parent) as folder:
            ending = output.suffix.lower()
            taken = take_incidents(database, study, SYSTEM, wanted, Path(folder), ending=ending, reason=reason)
            os.replace(taken.path, output)
    told = {"path": str(output), "n": taken.n, "head": taken.audit_head}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else translator(lang)(TAKEN).format(**told))


def _period(study: Study, first: datetime | None, last: datetime | None) -> Period:
    """The period asked for; what is not said is the first, or the last, incident's day."""
    if study.span is None:
        raise InvalidParameter(name="--database", given="–", allowed="a store that holds incidents")
    start = first.date() if first else study.span.first_day
    return Period.of_days(start, last.date() if last else study.span.last_day, study.timezone)


COMMANDS = [incidents]
