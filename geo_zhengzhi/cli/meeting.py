"""Commands for meetings: write a file, and say of a file whether it was made here."""

import json
import sys
from collections.abc import Collection
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from geo_zhengzhi.cli.backgrounds import say_background, targets_of, told_background
from geo_zhengzhi.cli.made import say_made, write_again
from geo_zhengzhi.cli.options import FILE, bar, bars, database_option, json_option, language_option, told_stages
from geo_zhengzhi.cli.presets import say_not_kept, say_preset, write_preset
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.meeting.asked import DEFAULT_K, Asked
from geo_zhengzhi.services.meeting.background_packing import DEFAULT_MB, pack_background
from geo_zhengzhi.services.meeting.files import check_ending
from geo_zhengzhi.services.meeting.making import STAGES, export_meeting
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.printing import PAPERS, WHOLE_MAP, Printing, allowed_sizes
from geo_zhengzhi.services.meeting.putting import put_file
from geo_zhengzhi.services.meeting.verifying import Verified, verify_file
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.words import translator

MADE = "{path}: {n} counts, {small} printed as <{k}, {held} withheld; {earlier} earlier files taken into account"
OUTPUT = click.Path(path_type=Path)
SAID_BY_PRESET = (
    "first", "last", "targets", "classification", "reason", "k", "paper", "size", "page", "background",
    "background_budget_mb",
)  # fmt: skip
NOT_OF_MADE = (*SAID_BY_PRESET, "preset", "dry_run", "verify")  # of what was made already nothing can be chosen


@click.command()
@click.option("-o", "--output", type=OUTPUT, help="File to write; its ending says its kind.")
@click.option("--from", "first", metavar="YYYY-MM", help="First month of the period.")
@click.option("--to", "last", metavar="YYYY-MM", help="Last month of the period, included.")
@click.option("--targets", metavar="ID,ID", default="", help="Numbers of targets, with commas; default: all in force.")
@click.option("--classification", default="", help="Stands on every page; default 内部资料, or Internal.")
@click.option("--reason", default="", help="Why it is made; kept in the store, not in the file.")
@click.option(
    "--date",
    "made_on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day that the file names; default today. With --list: of the meeting, or of the making.",
)
@click.option("--k", type=int, default=DEFAULT_K, show_default=True, help="The least count that is shown.")
@click.option("--paper", type=click.Choice(PAPERS), default=PAPERS[0], show_default=True, help="Of a PDF.")
@click.option("--size", metavar="WxH", default="1920x1080", show_default=True, help=f"Of a PNG, px: {allowed_sizes()}.")
@click.option(
    "--page", default=WHOLE_MAP, show_default=True, help="Which a PNG shows: map, a page from 1 on, or a target."
)
@click.option("--preset", metavar="NAME", help="Make what is saved under NAME, into a folder or a file.")
@click.option("--background", is_flag=True, help="Take the county's own background tiles along, as many as fit.")
@click.option(
    "--background-budget-mb", type=int, default=DEFAULT_MB, show_default=True, help="How much --background may add."
)
@click.option("--dry-run", is_flag=True, help="Write nothing; say what --background, or a preset's, would add.")
@click.option(
    "--again", metavar="WHICH", help="Write a file once more as it was made: the day of its meeting, or its number."
)
@click.option("--list", "listed", is_flag=True, help="Write nothing; list the files made, or those of --date.")
@click.option("--verify", type=FILE, help="Write nothing; say whether this installation made FILE, and what changed.")
@database_option
@json_option
@language_option
def export(
    output: Path | None,
    first: str | None,
    last: str | None,
    targets: str,
    classification: str,
    reason: str,
    made_on: datetime | None,
    k: int,
    paper: str,
    size: str,
    page: str,
    preset: str | None,
    background: bool,
    background_budget_mb: int,
    dry_run: bool,
    again: str | None,
    listed: bool,
    verify: Path | None,
    url: str,
    as_json: bool,
    lang: str,
) -> None:
    """Write one file for a meeting: whole months, no network, nothing private; or an earlier one with --again."""
    chosen_day = made_on and made_on.date()
    if again is not None:
        _refuse_beside("--again", (*NOT_OF_MADE, "made_on", "listed"))
        write_again(again, output, url, as_json, lang)
        return
    if listed:
        _refuse_beside("--list", (*NOT_OF_MADE, "output"))
        say_made(chosen_day, url, as_json, lang)
        return
    if verify is not None:
        _verify(verify, url, as_json, lang)
    if preset is not None:
        _refuse_beside("--preset", SAID_BY_PRESET)
        if dry_run:
            say_preset(preset, chosen_day, url, as_json, lang)
        else:
            write_preset(preset, output or Path(), chosen_day, url, as_json, lang)
        return
    if dry_run:
        say_background(targets_of(targets), background_budget_mb, url, as_json, lang)
        return
    for name, given in (("--output", output), ("--from", first), ("--to", last)):
        if given is None:
            raise InvalidParameter(name=name, given="–", allowed="a value, or --preset NAME, or --verify FILE")
    assert output is not None
    ending = output.suffix.lower()
    check_ending(ending)
    printing = Printing.written(paper, size, page)
    with opened_store(url) as (settings, database), bars(quiet=as_json) as progress:
        day = chosen_day or _today(settings.timezone)
        months, chosen = Months.written(first or "", last or ""), targets_of(targets)
        study = open_stored_study(database, settings, bar(progress, "Reading", lang))
        tell = told_stages(progress, "Meeting file", STAGES, lang)
        if background:
            tell("choosing", 0.0)
        pack = pack_background(settings, study, chosen, background_budget_mb) if background else None
        asked = Asked(months, day, chosen, lang, classification, k, reason, pack)
        now = datetime.now(UTC)
        make = partial(export_meeting, database, study, asked, settings, actor=SYSTEM, now=now)
        made = make(ending=ending, printing=printing, tell=tell)
        put_file(output, made.content)
    told = {
        "path": str(output), "sha256": made.sha256, "files": dict(made.files),
        "n": made.table.n, "small": made.table.n_small,
        "held": made.table.n_withheld, "earlier": made.n_earlier, "k": made.table.k,
        "kept": made.is_kept,
    }  # fmt: skip
    told |= {} if pack is None else {"background": pack.figures}
    said = [translator(lang)(MADE).format(**told), *([] if pack is None else [told_background(pack, lang)])]
    say_not_kept(made, output, lang)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(said))


def _refuse_beside(what: str, names: Collection[str]) -> None:
    """Refuse options that mean nothing beside another, or say what it says itself."""
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        if name in names and context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            given = str(context.params[name])[:40]
            raise InvalidParameter(name=option.opts[-1], given=given, allowed=f"not together with {what}")


def _today(timezone: str) -> date:
    return datetime.now(ZoneInfo(timezone)).date()


def _verify(path: Path, url: str, as_json: bool, lang: str) -> None:
    """Say what is known of a file, and end: 0 where it was made here and the data are the same, else 1."""
    with opened_store(url) as (settings, database):
        found = verify_file(database, open_stored_study(database, settings), path)
    click.echo(json.dumps(found.plain(), ensure_ascii=False, indent=2) if as_json else _said(found, lang))
    sys.exit(0 if found.is_ours and not found.data_changed else 1)


def _said(found: Verified, lang: str) -> str:
    """The same in words."""
    return "\n".join(found.sentences(translator(lang)))


COMMANDS = [export]
