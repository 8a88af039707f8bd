"""Commands on the store's incidents: import a file as a batch, list the batches, take one back."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from geo_zhengzhi.cli.options import (
    FILE,
    bar,
    bars,
    database_option,
    datum_option,
    json_option,
    language_option,
    mapping_of,
    mapping_option,
    study_area_option,
    targets_datum_option,
    timezone_option,
)
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.imports.area import study_area_for_import
from geo_zhengzhi.services.imports.batches import Batch, list_batches, undo_batch
from geo_zhengzhi.services.imports.checking import keep_rejects
from geo_zhengzhi.services.imports.importing import import_incidents
from geo_zhengzhi.words import Translate, translator

COUNTS = "+{n_inserted} ~{n_updated} ={n_unchanged} -{n_rejected}"
LEGEND = "Number, start, state, file, who; + new, ~ corrected, = there already, - rejected"
UNDONE = (
    "Batch {batch_id} is undone: incidents removed {n_removed}, as they were before it {n_restored}, kept from other "
    "batches {n_left}."
)


@click.command("import")
@click.argument("file", type=FILE)
@database_option
@datum_option
@targets_datum_option
@timezone_option
@mapping_option
@study_area_option
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write the rejected rows to this CSV.")
@json_option
@language_option
def import_command(
    file: Path,
    url: str,
    targets_datum: str | None,
    study_area: Path | None,
    rejects: Path | None,
    as_json: bool,
    lang: str,
    **options: Any,
) -> None:
    """Import FILE into the store as a batch: all of it or nothing, and the same file only once."""
    options["mapping"] = mapping_of(options["mapping"])
    with opened_store(url) as (_, store), bars(quiet=as_json) as progress:
        area = study_area_for_import(store, study_area, targets_datum)
        telling = bar(progress, "Importing", lang)
        outcome = import_incidents(store, file, actor=SYSTEM, study_area=area, progress=telling, **options)
    if rejects is not None:
        keep_rejects(outcome.report, rejects)
    if as_json:
        _print_json({"is_new": outcome.is_new, **asdict(outcome.batch)})
    else:
        click.echo("\n".join(outcome.lines(translator(lang))))
    sys.exit(1 if outcome.report.n_rejected else 0)


@click.command("batches")
@database_option
@json_option
@language_option
def batches_command(url: str, as_json: bool, lang: str) -> None:
    """List the batches, the newest first."""
    with opened_store(url) as (settings, store):
        found = list_batches(store, actor=SYSTEM)
    if as_json:
        _print_json([asdict(batch) for batch in found])
        return
    say = translator(lang)
    click.echo(say(LEGEND))
    for batch in found:
        click.echo(_line(batch, ZoneInfo(settings.timezone), say))


@click.command("undo")
@click.argument("batch", type=int)
@click.option("--reason", required=True, metavar="TEXT", help="Why; it goes into the audit log.")
@database_option
@json_option
@language_option
def undo_command(batch: int, reason: str, url: str, as_json: bool, lang: str) -> None:
    """Take BATCH back: its incidents become what they were before it, or go; later batches keep theirs."""
    with opened_store(url) as (_, store):
        taken_back, undone = undo_batch(store, batch, actor=SYSTEM, reason=reason)
    if as_json:
        _print_json({**asdict(taken_back), **asdict(undone)})
    else:
        click.echo(translator(lang)(UNDONE).format(batch_id=batch, **asdict(undone)))


def _print_json(what: object) -> None:
    click.echo(json.dumps(what, ensure_ascii=False, indent=2, default=str))


def _line(batch: Batch, zone: ZoneInfo, say: Translate) -> str:
    """One batch in one line."""
    counts = {name: "?" if value is None else value for name, value in vars(batch).items() if name.startswith("n_")}
    started = f"{batch.started_at.astimezone(zone):%Y-%m-%d %H:%M}"
    state = say(f"batch: {batch.status}").removeprefix("batch: ")
    return "\t".join((str(batch.batch_id), started, state, batch.file_name, batch.made_by, COUNTS.format(**counts)))


COMMANDS = [import_command, batches_command, undo_command]
