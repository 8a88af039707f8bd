"""`export --again` and `export --list`: files that were made, and one of them as it was."""

import json
from datetime import date
from pathlib import Path

import click

from geo_zhengzhi.cli.options import bar, bars
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.errors import InvalidParameter, Phrase
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.meeting.again import file_again, find_made
from geo_zhengzhi.services.meeting.made_files import MadeFile, list_made
from geo_zhengzhi.services.meeting.putting import put_file
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.words import Translate, translator

AGAIN = "{path}: meeting file {number} as it was made by {who} at {at}, byte for byte"
LINE = (
    "{number}: meeting of {day}, made {at} by {who}; {months}, {kind}, {language}, targets {targets}, "
    "{classification}; {size}; {state}"
)
NONE_MADE = "No meeting file was made here yet."
NONE_OF_DAY = "No file of a meeting on {day}, and none made on it."
SAME, CHANGED = "the data are as then", "the data have changed since"
NOT_KEPT = "not kept"
FREE = "a name that is free, or one that -o gives"


def write_again(which: str, output: Path | None, url: str, as_json: bool, lang: str) -> None:
    """Write a file once more, with the very bytes that were made."""
    with opened_store(url) as (settings, database):
        found = find_made(database, which, actor=SYSTEM, timezone=settings.timezone)
        path = _place(output, found)
        given = file_again(database, found.number, actor=SYSTEM)
        put_file(path, given.content)
    if as_json:
        click.echo(json.dumps({"path": str(path), **given.file.plain()}, ensure_ascii=False, indent=2))
        return
    _ = translator(lang)
    click.echo(_(AGAIN).format(path=path, number=found.number, who=_who(found, _), at=_at(found)))


def say_made(day: date | None, url: str, as_json: bool, lang: str) -> None:
    """List the files that were made; with a day those of its meeting and those made on it."""
    with opened_store(url) as (settings, database), bars(quiet=as_json) as progress:
        study = open_stored_study(database, settings, bar(progress, "Reading", lang))
        files, _n = list_made(database, actor=SYSTEM, timezone=settings.timezone, day=day, study=study)
    if as_json:
        click.echo(json.dumps([file.plain() for file in files], ensure_ascii=False, indent=2))
        return
    _ = translator(lang)
    lines = [_line(file, _) for file in files]
    click.echo("\n".join(lines) or _(NONE_OF_DAY if day else NONE_MADE).format(day=day))


def _place(output: Path | None, file: MadeFile) -> Path:
    """Where the file goes; under a name that was not given nothing is written over."""
    path = (output or Path()) / file.name if output is None or output.is_dir() else output
    if path.suffix.lower() != file.ending:
        allowed = f"a folder, or a name with {file.ending}"
        raise InvalidParameter(name="--output", given=path.name, allowed=allowed)
    if path != output and path.exists():
        raise InvalidParameter(name="--output", given=path.name, allowed=Phrase(FREE))
    return path


def _line(file: MadeFile, _: Translate) -> str:
    """A file in words."""
    return _(LINE).format(
        number=file.number,
        day=file.day or "–",
        at=_at(file),
        who=_who(file, _),
        months=file.months,
        kind=file.ending[1:].upper(),
        language=file.language,
        targets=file.n_targets,
        classification=file.classification,
        size=_(NOT_KEPT) if file.n_bytes is None else f"{file.n_bytes / 1000:,.1f} kB",
        state=_(CHANGED if file.has_changed else SAME),
    )


def _at(file: MadeFile) -> str:
    return f"{file.made_at:%Y-%m-%d %H:%M} UTC"


def _who(file: MadeFile, _: Translate) -> str:
    return _(file.made_by) if file.made_by == SYSTEM.name else file.made_by
