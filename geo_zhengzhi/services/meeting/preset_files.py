"""
Use case: make a preset's file, and put it where the last one lies.

A scheduler runs this with nobody looking. Whatever goes wrong, the last good file stays as it is: the new one is
written beside it, brought to the disk and moved into its place in one step. What went wrong is written down.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.exc import OperationalError

from geo_zhengzhi.errors import GeoZhengzhiError, InvalidParameter, NotWritable
from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.access.auditing import write_down
from geo_zhengzhi.services.meeting.making import Meeting, export_meeting, in_silence, with_tiles
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.meeting.preset_rules import Preset, months_behind
from geo_zhengzhi.services.meeting.presets import find_preset
from geo_zhengzhi.services.meeting.putting import put_file
from geo_zhengzhi.services.studies.stored_study import open_stored_study
from geo_zhengzhi.services.studies.study import Progress, Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PresetFile:
    """
    A preset's file.

    Parameters
    ----------
    preset : Preset
    meeting : Meeting
        Its content.
    months : Months
        What it is about.
    behind : int
        Months that are over and not in the data yet.
    path : Path or None
        Where it lies now; None where it was only made.
    """

    preset: Preset
    meeting: Meeting
    months: Months
    behind: int
    path: Path | None = None

    @property
    def name(self) -> str:
        """What the file is called in a folder."""
        return file_name(self.preset)


def file_name(preset: Preset) -> str:
    """What a preset's file is called in a folder: always the same, so that whoever opens it has the last one."""
    return f"{preset.name}{preset.ending}"


def make_preset(
    database: Database,
    study: Study,
    preset: Preset,
    settings: Settings,
    *,
    actor: Actor,
    now: datetime,
    day: date,
    tell: Progress = in_silence,
) -> PresetFile:
    """
    Make the file of a preset, for somebody who waits for it and is told what is wrong.

    Parameters
    ----------
    database : Database
    study : Study
        What the store holds.
    preset : Preset
    settings : Settings
        Where the front-end files are.
    actor : Actor
    now : datetime
    day : date
        The day in the county, from which the rule looks back.
    tell : function of (stage, fraction)
        As `export_meeting`.

    Raises
    ------
    NoIncidents, NoMonthsYet, NoTargetOfLevel, TargetNotInForce, AssetsMissing
    """
    asked = with_tiles(settings, study, preset.asked(study, day), preset.background_mb, tell)
    made = export_meeting(database, study, asked, settings, actor=actor, now=now, ending=preset.ending, tell=tell)
    return PresetFile(preset, made, asked.months, months_behind(study, day))


def put_preset(
    database: Database,
    name: str,
    output: Path,
    settings: Settings,
    *,
    actor: Actor,
    now: datetime,
    day: date,
    progress: Progress | None = None,
    tell: Progress = in_silence,
) -> PresetFile:
    """
    Make the file of a preset and put it in the place of the last one; a failure is written down.

    Parameters
    ----------
    database : Database
    name : str
    output : Path
        A folder, in which the file has the preset's name, or a file of the preset's kind.
    settings, actor, now, day
        As `make_preset`.
    progress : function, optional
        Told how far the reading of the store is.
    tell : function of (stage, fraction)
        As `export_meeting`.

    Raises
    ------
    InvalidParameter
        If `output` is a file of another kind.
    NotWritable
        If the folder or the disk does not take it.
    PresetUnknown, NoIncidents, NoMonthsYet, NoTargetOfLevel, TargetNotInForce, AssetsMissing
    """
    with _noted(database, actor, name, output):
        preset = find_preset(database, name, actor=actor)
        path = _place(output, preset)
        study = open_stored_study(database, settings, progress)
        made = make_preset(database, study, preset, settings, actor=actor, now=now, day=day, tell=tell)
        put_file(path, made.meeting.content)
    return replace(made, path=path)


@contextmanager
def _noted(database: Database, actor: Actor, name: str, output: Path) -> Iterator[None]:
    """Write down what goes wrong, and say what a full or failing disk is in a sentence."""
    try:
        try:
            yield
        except OSError as error:
            raise NotWritable(path=error.filename or output, reason=error.strerror or type(error).__name__) from error
        except OperationalError as error:
            raise NotWritable(path=database.name, reason=str(error.orig).strip()) from error
    except Exception as error:
        _note(database, actor, name, error)
        raise


def _place(output: Path, preset: Preset) -> Path:
    """Where the file goes."""
    if output.is_dir() or not output.suffix:
        return output / file_name(preset)
    if output.suffix.lower() != preset.ending:
        raise InvalidParameter(name="--output", given=output.name, allowed=f"a folder, or a name with {preset.ending}")
    return output


def _note(database: Database, actor: Actor, name: str, error: Exception) -> None:
    """Write a failure down; a store that does not take the row hides nothing of what went wrong first."""
    reason = str(error) if isinstance(error, GeoZhengzhiError) else type(error).__name__
    try:
        detail = {"error": type(error).__name__, "reason": reason[:500]}
        write_down(database, actor, "export failed", f"preset {name[:60]}", detail)
    except Exception:
        log.exception("a failure could not be written down")
