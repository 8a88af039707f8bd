"""The group `register`: targets and boundaries brought in from files, listed and shown; only persons move a target."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from geo_zhengzhi.cli.options import DATUMS, FILE, json_option, language_option
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.life import STAGE_WORDS, STAGES, days_to_deadline, is_overdue
from geo_zhengzhi.model import KINDS, LEVELS, SYSTEM
from geo_zhengzhi.register import COMMITMENTS, FIELD_WORDS, MEASURES, Entry
from geo_zhengzhi.services.installation import Database
from geo_zhengzhi.services.labels import KIND_WORDS, LEVEL_WORDS
from geo_zhengzhi.services.register.attaching import attach_boundaries
from geo_zhengzhi.services.register.importing import import_register
from geo_zhengzhi.services.register.report import RegisterReport
from geo_zhengzhi.services.register.views import History, Listed, Made, Seen, Shown, entries, entry, history
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.words import Translate, translator

PER_PAGE = 1000
TOTAL = "{n} entries"
OVERDUE = "overdue {n} days"
PART_LINE = "{part} version {version}, {by}, {at:%Y-%m-%d %H:%M} UTC: {reason}"
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would become of each row, and keep nothing.")


@click.group()
def register() -> None:
    """The target register 台账."""


@register.command("import")
@click.argument("file", type=FILE)
@dry_run_option
@json_option
@language_option
def import_command(file: Path, dry_run: bool, as_json: bool, lang: str) -> None:
    """Add and change entries as FILE (XLSX, CSV) says; exit code 1 where rows were refused."""
    with opened_store() as (_, database):
        report = import_register(database, file, actor=SYSTEM, dry_run=dry_run)
    _tell(report, as_json, lang)


@register.command("boundaries")
@click.argument("file", type=FILE)
@click.option("--datum", help=f"Datum of the geometries: {DATUMS}. Needed for data in China.")
@click.option("--year", type=int, help="Match names with the entries of this year only.")
@dry_run_option
@json_option
@language_option
def boundaries_command(
    file: Path, datum: str | None, year: int | None, dry_run: bool, as_json: bool, lang: str
) -> None:
    """Give targets the boundaries in FILE, matched by number or name; exit code 1 where some were refused."""
    with opened_store() as (_, database):
        report = attach_boundaries(database, file, datum, actor=SYSTEM, year=year, dry_run=dry_run)
    _tell(report, as_json, lang)


@register.command("list")
@click.option("--year", type=int, help="Only entries of this year.")
@click.option("--level", type=click.Choice(LEVELS), help="Only entries of this level.")
@click.option("--kind", type=click.Choice(KINDS), help="Only targets of this kind.")
@click.option("--stage", type=click.Choice(STAGES), help="Only targets in this stage.")
@click.option("--overdue", is_flag=True, help="Only targets past their deadline that are not accepted.")
@json_option
@language_option
def list_command(as_json: bool, lang: str, **wanted: Any) -> None:
    """List the entries of the register, the newest year first."""
    with opened_store() as (settings, database):
        today = _today(settings)
        rows = list(_all(database, today=today, **wanted))
    if as_json:
        plain = [_plain(row.entry, today) | {"n_parts": row.n_parts} for row in rows]
        click.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    say = translator(lang)
    for row in rows:
        click.echo("\t".join(_cells(row.entry, today, say)))
    click.echo(say(TOTAL).format(n=len(rows)))


@register.command("show")
@click.argument("number")
@json_option
@language_option
def show_command(number: str, as_json: bool, lang: str) -> None:
    """Show the entry NUMBER: what is said of it, its life, its boundaries' versions."""
    with opened_store() as (settings, database):
        shown, past, today = entry(database, number), history(database, number), _today(settings)
    if as_json:
        click.echo(json.dumps(_everything(shown, past, today), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_lines(shown, past, today, translator(lang))))


def _today(settings: Settings) -> date:
    return datetime.now(ZoneInfo(settings.timezone)).date()


def _tell(report: RegisterReport, as_json: bool, lang: str) -> None:
    """Print a report; exit code 1 where rows were refused."""
    if as_json:
        click.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(report.lines(translator(lang))))
    sys.exit(1 if report.refused else 0)


def _all(database: Database, **wanted: Any) -> Iterator[Listed]:
    """Every entry that is wanted, page after page."""
    number, seen, total = 1, 0, 1
    while seen < total:
        page = entries(database, **wanted, page=number, per_page=PER_PAGE)
        yield from page.rows
        number, seen, total = number + 1, seen + PER_PAGE, page.total


def _plain(shown: Entry, today: date) -> dict[str, Any]:
    """An entry for programs, with what follows from the day."""
    return shown.contents() | {
        "days_to_deadline": days_to_deadline(shown.deadline, today),
        "overdue": is_overdue(shown.stage, shown.deadline, today),
    }


def _cells(shown: Entry, today: date, say: Translate) -> tuple[str, ...]:
    """An entry as the cells of one line."""
    kind, level, stage = KIND_WORDS[shown.kind], LEVEL_WORDS[shown.level], STAGE_WORDS[shown.stage]
    words = (shown.target_id, str(shown.year), say(level), say(kind), shown.name, say(stage), shown.lead_unit)
    return (*words, _deadline(shown, today, say))


def _deadline(shown: Entry, today: date, say: Translate) -> str:
    days = days_to_deadline(shown.deadline, today)
    if days is None:
        return "–"
    late = f" {say(OVERDUE).format(n=-days)}" if is_overdue(shown.stage, shown.deadline, today) else ""
    return f"{shown.deadline}{late}"


def _lines(shown: Shown, past: History, today: date, say: Translate) -> list[str]:
    """An entry, its steps and its boundaries in lines."""
    now = shown.entry
    said = ["\t".join(_cells(now, today, say))]
    texts = {name: getattr(now, name) for name in ("name_en", "work_group", "guidance_group", "works_in", "notes")}
    texts |= {f"measures.{key}": now.measures.get(key) for key in MEASURES}
    texts |= {f"commitments.{key}": now.commitments.get(key) for key in COMMITMENTS}
    said += [f"{say(FIELD_WORDS[name])}: {text}" for name, text in texts.items() if text]
    said += [
        "  ".join(filter(None, (str(step.step_date), say(STAGE_WORDS[step.to_stage]), step.unit, step.note)))
        for step in past.steps
    ]
    return said + [
        say(PART_LINE).format(part=b.part_id, version=b.version, by=b.made.by, at=b.made.at, reason=b.made.reason)
        for b in past.boundaries
    ]


def _everything(shown: Shown, past: History, today: date) -> dict[str, Any]:
    """An entry with all that it ever was, for programs; boundaries by version, without their geometry."""
    return {
        "entry": _plain(shown.entry, today),
        "versions": [{"version": v.entry.version, **_made(v.made)} for v in past.versions],
        "steps": [
            {"from": s.from_stage, "to": s.to_stage, "on": str(s.step_date), "unit": s.unit, "note": s.note}
            for s in past.steps
        ],
        "answers": [{**_seen(one.seen), **_made(one.made)} for one in past.answers],
        "boundaries": [
            {
                "part_id": b.part_id,
                "version": b.version,
                "corridor_half_width_m": b.corridor_half_width_m,
                **_made(b.made),
            }
            for b in past.boundaries
        ],
    }


def _seen(seen: Seen) -> dict[str, Any]:
    """The counts that were judged, for programs."""
    return {
        "period_from": str(seen.first_day), "period_to": str(seen.last_day), "n_now": seen.n_now,
        "n_before": seen.n_before,
    }  # fmt: skip


def _made(made: Made) -> dict[str, str]:
    """Who, when and why, for programs."""
    return {"by": made.by, "at": made.at.isoformat(), "reason": made.reason}


COMMANDS = [register]
