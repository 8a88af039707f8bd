"""Use cases: order a meeting file, or a preset's; what cannot be made is refused at once, the rest takes its time."""

from dataclasses import dataclass, field
from datetime import date, datetime

from geo_zhengzhi.model import Actor
from geo_zhengzhi.services.jobs import Progress
from geo_zhengzhi.services.meeting import preset_files
from geo_zhengzhi.services.meeting.asked import Asked, check_months, check_targets
from geo_zhengzhi.services.meeting.files import HTML, check_ending, file_name
from geo_zhengzhi.services.meeting.making import AS_USUAL, Meeting, export_meeting, with_tiles
from geo_zhengzhi.services.meeting.orders import Fields, Order, Wanted, place_order
from geo_zhengzhi.services.meeting.preset_files import make_preset
from geo_zhengzhi.services.meeting.presets import find_preset
from geo_zhengzhi.services.meeting.printing import Printing
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.settings import Settings
from geo_zhengzhi.store.database import Database


@dataclass(frozen=True)
class Source:
    """
    Out of what files are made.

    Parameters
    ----------
    database : Database
    study : Study
        What the store holds.
    settings : Settings
    """

    database: Database
    study: Study
    settings: Settings


@dataclass(frozen=True)
class Wish:
    """
    What a form asks for.

    Parameters
    ----------
    asked : Asked
        Without a background.
    ending : str
    printing : Printing
    background_mb : int
        Of tiles; 0 for none.
    fields : sequence of (name, value)
        Of the form, with which the same can be asked again.
    """

    asked: Asked
    ending: str = HTML
    printing: Printing = AS_USUAL
    background_mb: int = 0
    fields: Fields = field(default_factory=tuple)


def order_file(source: Source, wish: Wish, *, actor: Actor, now: datetime) -> Order:
    """
    Begin to make a file.

    Raises
    ------
    InvalidParameter
        If there is no such kind of file.
    NoIncidents, MonthsNotOver, TargetNotInForce
        As `asked` checks.
    TooManyExports
        As `place_order`.
    """
    asked = wish.asked
    check_ending(wish.ending)
    check_months(source.study, asked)
    check_targets(source.study, asked)
    name = file_name(*asked.months.texts(), asked.language, wish.ending)

    def make(tell: Progress) -> Meeting:
        return export_meeting(
            source.database,
            source.study,
            with_tiles(source.settings, source.study, asked, wish.background_mb, tell),
            source.settings,
            actor=actor,
            now=now,
            ending=wish.ending,
            printing=wish.printing,
            tell=tell,
        )

    wanted = Wanted(name, wish.ending, str(asked.months), asked.language, wish.fields)
    return place_order(source.settings, actor, wanted, make)


def order_preset(source: Source, name: str, *, actor: Actor, now: datetime, day: date) -> Order:
    """
    Begin to make a preset's file, of a day.

    Raises
    ------
    PresetUnknown, NoIncidents, NoMonthsYet, NoTargetOfLevel, TargetNotInForce
        If it cannot be made.
    TooManyExports
        As `place_order`.
    """
    preset = find_preset(source.database, name, actor=actor)
    asked = preset.asked(source.study, day)
    check_targets(source.study, asked)
    wanted = Wanted(preset_files.file_name(preset), preset.ending, str(asked.months), asked.language, (), preset.name)

    def make(tell: Progress) -> Meeting:
        study, settings = source.study, source.settings
        return make_preset(source.database, study, preset, settings, actor=actor, now=now, day=day, tell=tell).meeting

    return place_order(source.settings, actor, wanted, make)
