"""
The nouns of the target register: an entry, the stages of its life, and the steps that lead from one to the next.

Only places, units and posts: an entry has no field for a person.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from geo_zhengzhi.errors import (
    InvalidParameter,
    StepDateRefused,
    StepNotAllowed,
    TextMissing,
    TextTooLong,
    TextUnprintable,
)
from geo_zhengzhi.errors.base import Terms
from geo_zhengzhi.model import KINDS, LEVELS

# Stage → its English msgid: 排查, 立项, 整治, 验收, 巩固, 销号, 反弹.
STAGE_WORDS: Mapping[str, str] = {
    "screened": "screened",
    "listed": "listed",
    "treatment": "under treatment",
    "accepted": "accepted",
    "consolidating": "consolidating",
    "delisted": "delisted",
    "relapsed": "relapsed",
}
STAGES = tuple(STAGE_WORDS)
# What may follow. A relapse is possible from acceptance on, and is treated again. A screened place can only be listed:
# there is no step that drops it, since "looked at and not listed" is a finding that its year's list has to keep, and
# a step out of the life would let a place vanish before anybody had answered for it.
STEPS: Mapping[str, tuple[str, ...]] = {
    "screened": ("listed",),
    "listed": ("treatment",),
    "treatment": ("accepted",),
    "accepted": ("consolidating", "relapsed"),
    "consolidating": ("delisted", "relapsed"),
    "delisted": ("relapsed",),
    "relapsed": ("treatment",),
}
BEFORE_ACCEPTANCE = ("screened", "listed", "treatment", "relapsed")  # the deadline is that of acceptance

# Measure and commitment → English msgid: 警防 …, and the 三落实.
MEASURES: Mapping[str, str] = {
    "police": "police prevention",
    "civil": "civil prevention",
    "technical": "technical prevention",
    "patrols": "patrols",
    "facilities": "facilities",
    "publicity": "publicity",
}
COMMITMENTS: Mapping[str, str] = {
    "leadership": "leadership secured",
    "personnel": "personnel secured",
    "responsibility": "responsibility secured",
}
COUNTY = "county"  # where a trade works that is not bound to one target
FIRST_YEAR, LAST_YEAR = 2000, 2099
# Characters a field takes; those in `LINES` may have line breaks.
LONGEST: Mapping[str, int] = {
    "target_id": 64, "name": 100, "name_en": 200, "lead_unit": 200, "work_group": 200, "guidance_group": 200,
    "measures": 2000, "commitments": 2000, "notes": 5000, "works_in": 64, "unit": 200, "note": 2000, "reason": 500,
}  # fmt: skip
LINES = ("measures", "commitments", "notes", "note", "reason")
_NUMBER = re.compile(r"[\w.:()（）〔〕\[\]【】·-]+")  # a target_id stands in addresses of pages
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")  # turns the reading direction, or a new line


@dataclass(frozen=True)
class Entry:
    """
    One entry of the register, its boundary aside.

    Parameters
    ----------
    target_id : str
        Its number; never changes.
    name, name_en : str
        Of the place.
    kind, level, year
        One of `model.KINDS`, one of `model.LEVELS`, the year of the register that lists it.
    lead_unit, work_group, guidance_group : str
        牵头单位, 县级工作组, 指导组: units and posts, never names of persons.
    measures, commitments : mapping of text
        Keys of `MEASURES` and of `COMMITMENTS` (三落实); a key that is not there says nothing.
    deadline : date or None
        By when it is to be accepted.
    notes : str
    works_in : str or None
        Of a trade without a boundary: the `target_id` of the target it works in, or "county".
    stage, stage_since : str, date
        One of `STAGES`, and the day of the step that led there.
    version : int
        1 of a new entry, one more with every change and step.

    Raises
    ------
    InvalidParameter, TextMissing, TextTooLong, TextUnprintable
        For the first field that does not hold.
    """

    target_id: str
    name: str
    kind: str
    level: str
    year: int
    stage: str
    stage_since: date
    name_en: str = ""
    lead_unit: str = ""
    work_group: str = ""
    guidance_group: str = ""
    measures: Mapping[str, str] = field(default_factory=dict)
    commitments: Mapping[str, str] = field(default_factory=dict)
    deadline: date | None = None
    notes: str = ""
    works_in: str | None = None
    version: int = 1

    def __post_init__(self) -> None:
        _one_of("kind", self.kind, KINDS)
        _one_of("level", self.level, LEVELS)
        _one_of("stage", self.stage, STAGES)
        if type(self.year) is not int or not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise InvalidParameter(name="year", given=self.year, allowed=f"{FIRST_YEAR}–{LAST_YEAR}")
        if self.deadline is not None and type(self.deadline) is not date:
            raise InvalidParameter(name="deadline", given=self.deadline, allowed="a day, or none")
        for name, keys in (("measures", MEASURES), ("commitments", COMMITMENTS)):
            _keys_of(name, getattr(self, name), tuple(keys))
        for name, text in texts_of(vars(self)):
            check_text(name, text, may_be_empty=name not in ("target_id", "name"))
        if not _NUMBER.fullmatch(self.target_id):
            raise InvalidParameter(
                name="target_id", given=self.target_id, allowed="letters, digits, Chinese characters, - _ . : · ( ) [ ]"
            )
        if self.works_in is not None and self.kind != "trade":
            raise InvalidParameter(name="works_in", given=self.works_in, allowed="only for the kind trade")

    def contents(self) -> dict[str, Any]:
        """Every field as plain values, for JSON; `from_contents` reads them back."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
        return plain | {"measures": dict(self.measures), "commitments": dict(self.commitments)}

    @classmethod
    def from_contents(cls, contents: Mapping[str, Any]) -> "Entry":
        """The entry that `contents` was of."""
        deadline = contents["deadline"]
        days = {
            "deadline": None if deadline is None else date.fromisoformat(deadline),
            "stage_since": date.fromisoformat(contents["stage_since"]),
        }
        return cls(**(dict(contents) | days))


EDITABLE = tuple(f.name for f in fields(Entry) if f.name not in ("target_id", "stage", "stage_since", "version"))


def _one_of(name: str, given: object, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        raise InvalidParameter(name=name, given=given, allowed=", ".join(allowed))


def _keys_of(name: str, given: object, allowed: tuple[str, ...]) -> None:
    if not isinstance(given, Mapping):
        raise InvalidParameter(name=name, given=given, allowed=f"a text for each of {', '.join(allowed)}")
    for key in given:
        _one_of(name, key, allowed)


def texts_of(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text among an entry's fields (or a step's) with its name: `notes`, `measures.police`, …"""
    for name in LONGEST:
        if isinstance(values.get(name), Mapping):
            yield from ((f"{name}.{key}", text) for key, text in values[name].items())
        elif name in values and not (name == "works_in" and values[name] is None):
            yield name, values[name]


def check_text(name: str, text: str, may_be_empty: bool = True) -> None:
    """
    Check one text against what its field takes.

    Raises
    ------
    TextMissing, TextTooLong, TextUnprintable
        Control characters, halves of surrogate pairs and marks that turn the reading direction are unprintable; line
        breaks are, where a field has one line.
    """
    whole = name.partition(".")[0]
    if not isinstance(text, str):
        raise InvalidParameter(name=name, given=text, allowed="a text")
    if not text.strip() and not may_be_empty:
        raise TextMissing(name=name, allowed=LONGEST[whole])
    if len(text) > LONGEST[whole]:
        raise TextTooLong(name=name, given=len(text), allowed=LONGEST[whole])
    for place, character in enumerate(text, start=1):
        if character == "\n" and whole in LINES:
            continue
        if unicodedata.category(character) in ("Cc", "Cs") or _STEERING.match(character):
            raise TextUnprintable(name=name, given=f"U+{ord(character):04X}", place=place)


def allowed_steps(stage: str) -> tuple[str, ...]:
    """
    The stages that may follow a stage.

    Raises
    ------
    InvalidParameter
        If it is none.
    """
    _one_of("stage", stage, STAGES)
    return STEPS[stage]


def check_step(stage: str, to_stage: str) -> None:
    """
    Check a step of the life.

    Raises
    ------
    StepNotAllowed
        With the stages that are allowed next.
    InvalidParameter
        If either is no stage.
    """
    allowed = allowed_steps(stage)
    _one_of("to_stage", to_stage, STAGES)
    if to_stage not in allowed:
        raise StepNotAllowed(
            stage=Terms(STAGE_WORDS[stage]),
            given=Terms(STAGE_WORDS[to_stage]),
            allowed=Terms(*(STAGE_WORDS[next_stage] for next_stage in allowed)),
        )


def check_step_date(step_date: date, last: date, today: date) -> None:
    """
    Check the day of a step: not before the last step's, not after today; both days are allowed.

    Raises
    ------
    StepDateRefused
    """
    if not last <= step_date <= today:
        raise StepDateRefused(given=step_date, last=last, today=today)


def days_to_deadline(deadline: date | None, today: date) -> int | None:
    """Days until the deadline, 0 on its day, negative after it; None without one."""
    return None if deadline is None else (deadline - today).days


def is_overdue(stage: str, deadline: date | None, today: date) -> bool:
    """Whether a target that is not accepted yet, or has relapsed, is past the day of its deadline."""
    return deadline is not None and deadline < today and stage in BEFORE_ACCEPTANCE
