"""`export --preset`: what the system's scheduler runs."""

import json
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from geo_zhengzhi.cli.backgrounds import told_background
from geo_zhengzhi.cli.options import bar, bars, told_stages
from geo_zhengzhi.cli.stores import opened_store
from geo_zhengzhi.model import SYSTEM
from geo_zhengzhi.services.meeting.making import MOST_KEPT_BYTES, STAGES, Meeting, with_tiles
from geo_zhengzhi.services.meeting.preset_files import PresetFile, put_preset
from geo_zhengzhi.services.meeting.presets import find_preset
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.words import translator

MADE = "{path}: preset {preset}, {months}; {n} counts, {small} printed as <{k}, {held} withheld"
WOULD = "Preset {preset} would be about {months}; nothing was written."
NOT_KEPT = "{path} is larger than {most} MiB: its bytes are not kept, so keep the file itself."
BEHIND = "The data end with {last}: {behind} months that are over are not in the file."


def say_preset(name: str, day: date | None, url: str, as_json: bool, lang: str) -> None:
    """Say which months a preset's file would be about, and what its background would add; nothing is written."""
    with opened_store(url) as (settings, database):
        preset = find_preset(database, name, actor=SYSTEM)
        study = open_stored_study(database, settings)
        asked = preset.asked(study, day or datetime.now(ZoneInfo(settings.timezone)).date())
        pack = with_tiles(settings, study, asked, preset.background_mb).background
    told = {"preset": preset.name, "months": str(asked.months), "background": None if pack is None else pack.figures}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo(translator(lang)(WOULD).format(**told))
    if pack is not None:
        click.echo(told_background(pack, lang))


def write_preset(name: str, output: Path, day: date | None, url: str, as_json: bool, lang: str) -> None:
    """Make a preset's file and say where it lies; what is wrong leaves the last one there."""
    with opened_store(url) as (settings, database), bars(quiet=as_json) as progress:
        day = day or datetime.now(ZoneInfo(settings.timezone)).date()
        reading, tell = bar(progress, "Reading", lang), told_stages(progress, "Meeting file", STAGES, lang)
        put = partial(put_preset, database, name, output, settings, actor=SYSTEM, now=datetime.now(UTC), day=day)
        made = put(progress=reading, tell=tell)
    values = _told(made)
    say_not_kept(made.meeting, made.path, lang)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))
        return
    click.echo(translator(lang)(MADE).format(**values))
    if made.behind:
        click.echo(translator(lang)(BEHIND).format(last=values["to"], behind=made.behind), err=True)


def say_not_kept(made: Meeting, path: Path | None, lang: str) -> None:
    """Say of a file that the store cannot give again that it cannot, on standard error."""
    if not made.is_kept:
        click.echo(translator(lang)(NOT_KEPT).format(path=path, most=MOST_KEPT_BYTES // 2**20), err=True)


def _told(made: PresetFile) -> dict[str, Any]:
    """What was made, as plain values."""
    first, last = made.months.texts()
    table = made.meeting.table
    return {
        "path": str(made.path), "preset": made.preset.name, "months": str(made.months), "from": first, "to": last,
        "behind": made.behind, "sha256": made.meeting.sha256, "files": dict(made.meeting.files),
        "n": table.n, "small": table.n_small, "held": table.n_withheld, "k": table.k,
        "kept": made.meeting.is_kept,
    }  # fmt: skip
