"""Commands that look after a whole store: back it up, restore it, move it, examine it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from geo_zhengzhi.cli.options import FILE, bar, bars, database_option, json_option, language_option
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.granting import grant_role
from geo_zhengzhi.services.upkeep import Finding, back_up, examine_store, migrate_store, opened
from geo_zhengzhi.services.upkeep import restore as restore_store
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import Translate, translator

HEAD = "head of the audit log: {seq}:{hash}"
ROWS = "{n} rows in {n_tables} tables, counts and checksums equal"
GRANTED = "{right}: {names}"
WELL, ILL = "{check}: well", "{check}: {problems}"
NOTED = "{line} ({notes})"
WARNED = "{check}: warning: {warnings} – let the site use a role of its own, see geo-zhengzhi grant"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
@json_option
@language_option
def backup(file: Path, url: str, as_json: bool, lang: str) -> None:
    """Write the whole store into the new FILE, a GeoPackage, while others go on working."""
    with opened(url) as database, bars(quiet=as_json) as progress:
        head = back_up(database, file, SYSTEM, bar(progress, "Backing up", lang))
    _print({"file": str(file), **vars(head)}, as_json, file, translator(lang)(HEAD).format(**vars(head)))


@click.command()
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Write over what the store holds.")
@database_option
@json_option
@language_option
def restore(file: Path, replace: bool, url: str, as_json: bool, lang: str) -> None:
    """Put the backup FILE into an empty store, after checking it; all of it or nothing."""
    with opened(url, new=True) as database, bars(quiet=as_json) as progress:
        copied = restore_store(database, file, SYSTEM, replace=replace, progress=bar(progress, "Restoring", lang))
    assert copied.head is not None
    head = translator(lang)(HEAD).format(**vars(copied.head))
    _print({"rows": copied.n_rows, "head": vars(copied.head)}, as_json, _rows(copied.n_rows, lang), head)


@click.command()
@click.argument("target", metavar="URL")
@database_option
@json_option
@language_option
def migrate(target: str, url: str, as_json: bool, lang: str) -> None:
    """Copy the whole store into the empty database at URL, and compare counts and checksums."""
    with opened(url) as database, bars(quiet=as_json) as progress:
        copied = migrate_store(database, target, SYSTEM, bar(progress, "Copying", lang))
    _print({"rows": copied.n_rows, "checksums": copied.checksums}, as_json, _rows(copied.n_rows, lang))


@click.command()
@click.argument("role")
@database_option
@json_option
@language_option
def grant(role: str, url: str, as_json: bool, lang: str) -> None:
    """Let ROLE of PostgreSQL serve from the store without owning it; run as the owner, again after each update."""
    with opened(url) as database:
        granted = grant_role(database, role, SYSTEM)
    lines = (translator(lang)(GRANTED).format(right=one.right, names=", ".join(one.names)) for one in granted)
    _print({"role": role, "rights": {one.right: list(one.names) for one in granted}}, as_json, *lines)


@click.command()
@database_option
@json_option
@language_option
def doctor(url: str, as_json: bool, lang: str) -> None:
    """Examine the store without changing it; exit code 1 where something is wrong."""
    findings, say = examine_store(url, Settings.from_environment()), translator(lang)
    lines = [_found(finding, say) for finding in findings if not finding.warnings]
    warned = {finding.check: finding.warnings for finding in findings if finding.warnings}
    for check, warnings in warned.items():
        told = "; ".join(warning.in_language(say) for warning in warnings)
        lines.append(say(WARNED).format(check=say(check), warnings=told))
    well = all(finding.is_well for finding in findings)
    checks = {finding.check: finding.problems for finding in findings}
    said = {check: [str(warning) for warning in warnings] for check, warnings in warned.items()}
    notes = {finding.check: [str(note) for note in finding.notes] for finding in findings if finding.notes}
    _print({"well": well, "checks": checks, "warnings": said, "notes": notes}, as_json, *lines)
    sys.exit(0 if well else 1)


def _found(finding: Finding, say: Translate) -> str:
    """A check in words, with what is worth knowing besides."""
    values = {"check": say(finding.check), "problems": "; ".join(finding.problems)}
    line = say(WELL if finding.is_well else ILL).format(**values)
    notes = "; ".join(note.in_language(say) for note in finding.notes)
    return say(NOTED).format(line=line, notes=notes) if notes else line


def _rows(n_rows: dict[str, int], lang: str) -> str:
    return translator(lang)(ROWS).format(n=sum(n_rows.values()), n_tables=len(n_rows))


def _print(values: dict[str, Any], as_json: bool, *lines: object) -> None:
    """The values as JSON, or lines for a person."""
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(str(line) for line in lines))


COMMANDS: list[Callable[..., Any]] = [backup, restore, migrate, grant, doctor]
