"""How the pages tell an entry: its life as a line of stops, its deadline, its versions field by field."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from geo_zhengzhi.model import Period
from geo_zhengzhi.services.labels import KIND_WORDS, LEVEL_WORDS, significant
from geo_zhengzhi.services.register.boundary_pictures import Extent, Picture, PiecesPicture, extent_of, picture_of
from geo_zhengzhi.services.register.views import Boundary, EntryVersion, History, Made, Shown, Step
from geo_zhengzhi.services.register.words import (
    BEFORE_ACCEPTANCE,
    COUNTY,
    STAGE_WORDS,
    STAGES,
    Entry,
    days_to_deadline,
    is_overdue,
)
from geo_zhengzhi.words import Translate
from web.register_forms import FIELDS, LIFE, written

RELAPSED = "relapsed"
WAY = tuple(stage for stage in STAGES if stage != RELAPSED)
WORDS = {"kind": KIND_WORDS, "level": LEVEL_WORDS, "stage": STAGE_WORDS}
LARGE, SMALL = (288, 190), (112, 80)  # pictures, px
MOST_PICTURES = 12  # of a part's earlier states, unless all are asked for


@dataclass(frozen=True)
class Relapse:
    """The tag on the line: how often, last on which day, and whether it is how the target stands."""

    n: int
    day: date
    is_now: bool


@dataclass(frozen=True)
class Stop:
    """One stage on the line: "done", "now" or "ahead"; `unit` said so; `by` is the deadline of one that is ahead."""

    stage: str
    state: str
    day: date | None
    by: date | None
    relapse: Relapse | None
    unit: str = ""


@dataclass(frozen=True)
class Due:
    """A deadline: its day, how many days away (negative: past), and whether it still counts."""

    day: date
    days: int
    is_overdue: bool
    is_open: bool


@dataclass(frozen=True)
class Change:
    """
    One version of an entry: which, by whom, and each field that it changed as (field, before, after).

    `back` is what putting it back would change now, in the same form: all but the life.
    """

    version: int
    made: Made
    fields: tuple[tuple[str, str, str], ...]
    back: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class State:
    """One version of a boundary, with its picture over the present one."""

    boundary: Boundary
    extent: Extent
    picture: Picture | None
    is_present: bool


@dataclass(frozen=True)
class Part:
    """A part of a target: as it stands (None once deleted), and every state, the last first."""

    part_id: str
    present: Boundary | None
    extent: Extent
    picture: Picture | None
    states: tuple[State, ...]

    @property
    def version(self) -> int:
        """The last version."""
        return self.states[0].boundary.version


def due(entry: Entry, today: date) -> Due | None:
    """An entry's deadline; None without one."""
    days = days_to_deadline(entry.deadline, today)
    if entry.deadline is None or days is None:
        return None
    is_late = is_overdue(entry.stage, entry.deadline, today)
    return Due(entry.deadline, days, is_late, entry.stage in BEFORE_ACCEPTANCE)


def stops(entry: Entry, steps: Sequence[Step]) -> list[Stop]:
    """The life of a target as six stops: what lies behind it, where it stands, what lies ahead."""
    taken = {step.to_stage: step for step in steps}
    relapses = {_place(step.from_stage or "accepted"): step for step in steps if step.to_stage == RELAPSED}
    n = sum(step.to_stage == RELAPSED for step in steps)
    last = max(relapses, key=lambda place: relapses[place].step_date, default=-1)
    is_relapsed = entry.stage == RELAPSED
    here = last if is_relapsed else _place(entry.stage)
    found = []
    for place, stage in enumerate(WAY):
        state = "ahead" if place > here else "now" if place == here and not is_relapsed else "done"
        tag = Relapse(n, relapses[place].step_date, is_relapsed) if place == last else None
        by = entry.deadline if stage == "accepted" and entry.stage in BEFORE_ACCEPTANCE else None
        step = taken.get(stage) if state != "ahead" else None
        day, unit = (None, "") if step is None else (step.step_date, step.unit)
        found.append(Stop(stage, state, day, by, tag, unit))
    return found


def stretch(period: Period, unit: str) -> str:
    """A calendar unit by its name: 2024, 2024-1 (half-year), 2024 Q1, 2024-03, or a week's days."""
    first = period.first_day
    if unit == "week":
        return f"{first} – {period.last_day:%m-%d}"
    names = {"year": f"{first:%Y}", "half_year": f"{first:%Y}-{(first.month + 5) // 6}",
             "quarter": f"{first:%Y} Q{(first.month + 2) // 3}", "month": f"{first:%Y-%m}"}  # fmt: skip
    return names[unit]


def changes(versions: Sequence[EntryVersion]) -> list[Change]:
    """What each version changed, the last first; the first one changed nothing."""
    changed = [(), *(_fields(before, after) for before, after in pairwise(versions))]
    return [
        Change(was.entry.version, was.made, told, _fields(versions[-1], was, FIELDS))
        for was, told in zip(versions, changed, strict=False)
    ][::-1]


def parts(shown: Shown, past: History, *, is_whole: bool) -> list[Part]:
    """The parts that are there, then those that once were; pictures of the last states, or of all."""
    present = {part.part_id: part for part in shown.parts}
    states: dict[str, list[Boundary]] = {part_id: [] for part_id in present}
    for was in past.boundaries:
        states.setdefault(was.part_id, []).append(was)
    return [_part(part_id, present.get(part_id), known[::-1], is_whole) for part_id, known in states.items() if known]


def told(field: str, text: str, translate: Translate) -> str:
    """A field's text as it is read: words of the product in the page's language."""
    if field in WORDS:
        return translate(WORDS[field].get(text, text))
    return translate("the whole county") if field == "works_in" and text == COUNTY else text


def size(extent: Extent) -> str:
    """How large a boundary is, with its unit; "" where nothing is there."""
    if extent.area_km2 is not None:
        return f"{significant(extent.area_km2)} km²"
    return "" if extent.length_km is None else f"{significant(extent.length_km)} km"


def bar(picture: Picture | PiecesPicture) -> str:
    """What the bar of a picture says."""
    return f"{picture.bar_m / 1000:g} km" if picture.bar_m >= 1000 else f"{picture.bar_m:g} m"


def _place(stage: str) -> int:
    """Where a stage is on the line."""
    return WAY.index(stage)


def _fields(
    before: EntryVersion, after: EntryVersion, among: Sequence[str] = (*LIFE, *FIELDS)
) -> tuple[tuple[str, str, str], ...]:
    """The fields in which two versions differ, as (field, before, after)."""
    old, new = written(before.entry), written(after.entry)
    return tuple((name, old[name], new[name]) for name in among if old[name] != new[name])


def _part(part_id: str, present: Boundary | None, known: Sequence[Boundary], is_whole: bool) -> Part:
    states = []
    for number, was in enumerate(known):
        is_present = present is not None and was.version == present.version
        drawn = not is_present and was.geometry is not None and (is_whole or number <= MOST_PICTURES)
        picture = picture_of(present, was, width=SMALL[0], height=SMALL[1]) if drawn else None
        states.append(State(was, extent_of(was), picture, is_present))
    large = picture_of(present, width=LARGE[0], height=LARGE[1])
    return Part(part_id, present, Extent() if present is None else extent_of(present), large, tuple(states))
