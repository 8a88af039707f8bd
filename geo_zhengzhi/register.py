"""
The nouns of the target register: an entry, and what its fields take.

Only places, units and posts: an entry has no field for a person. The stages of its life are in `life`.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from geo_zhengzhi.errors import (
    InvalidParameter,
    Terms,
    TextMissing,
    TextTooLong,
    TextUnprintable,
)
from geo_zhengzhi.life import STAGES, one_of
from geo_zhengzhi.model import KINDS, LEVELS

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
# Field → English msgid, for sentences and forms.
FIELD_WORDS: Mapping[str, str] = {
    "target_id": "number", "name": "place name", "name_en": "English name", "kind": "kind", "level": "level",
    "year": "year", "lead_unit": "lead unit", "work_group": "county work group", "guidance_group": "guidance group",
    "measures": "measures", "commitments": "commitments", "deadline": "deadline", "notes": "notes",
    "works_in": "works in", "stage": "stage", "stage_since": "day of the stage", "unit": "unit", "note": "note",
    "reason": "reason", "part_id": "part number",
    **{f"measures.{key}": word for key, word in MEASURES.items()},
    **{f"commitments.{key}": word for key, word in COMMITMENTS.items()},
}  # fmt: skip
COUNTY = "county"  # where a trade works that is not bound to one target
FIRST_YEAR, LAST_YEAR = 2000, 2099
# Characters a field takes; those in `LINES` may have line breaks.
LONGEST: Mapping[str, int] = {
    "target_id": 64, "name": 100, "name_en": 200, "lead_unit": 200, "work_group": 200, "guidance_group": 200,
    "measures": 2000, "commitments": 2000, "notes": 5000, "works_in": 64, "unit": 200, "note": 2000, "reason": 500,
}  # fmt: skip
LINES = ("measures", "commitments", "notes", "note", "reason")
_NUMBER = re.compile(r"(?!\.{1,2}\Z)[\w.:()（）〔〕\[\]【】·-]{1,96}")  # . and .. are no place in an address
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")  # turns the reading direction, or a new line


class Field(Terms):
    """A field inside a sentence: told by its word in the reader's language, known to programs by its `key`."""

    def __init__(self, key: str) -> None:
        super().__init__(FIELD_WORDS.get(key, key))
        self.key = key


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
        One of `life.STAGES`, and the day of the step that led there.
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
        one_of(Field("kind"), self.kind, KINDS)
        one_of(Field("level"), self.level, LEVELS)
        one_of(Field("stage"), self.stage, STAGES)
        if type(self.year) is not int or not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise InvalidParameter(name=Field("year"), given=self.year, allowed=f"{FIRST_YEAR}–{LAST_YEAR}")
        if self.deadline is not None and type(self.deadline) is not date:
            raise InvalidParameter(name=Field("deadline"), given=self.deadline, allowed="a day, or none")
        for name, keys in (("measures", MEASURES), ("commitments", COMMITMENTS)):
            _keys_of(name, getattr(self, name), tuple(keys))
        for name, text in texts_of(vars(self)):
            check_text(name, text, may_be_empty=name not in ("target_id", "name"))
        check_number("target_id", self.target_id)
        if self.works_in is not None and self.kind != "trade":
            raise InvalidParameter(name=Field("works_in"), given=self.works_in, allowed="only for the kind trade")

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


def check_number(name: str, number: str) -> None:
    """
    Check the number of an entry or a part, which stands in addresses of pages.

    Raises
    ------
    InvalidParameter
    """
    if not _NUMBER.fullmatch(number):
        raise InvalidParameter(name=Field(name), given=number, allowed="letters, digits, - _ . : · ( ) [ ] 〔 〕 【 】")


EDITABLE = tuple(f.name for f in fields(Entry) if f.name not in ("target_id", "stage", "stage_since", "version"))


def _keys_of(name: str, given: object, allowed: tuple[str, ...]) -> None:
    if not isinstance(given, Mapping):
        raise InvalidParameter(name=Field(name), given=given, allowed=f"a text for each of {', '.join(allowed)}")
    for key in given:
        one_of(Field(name), key, allowed)


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
        raise InvalidParameter(name=Field(name), given=text, allowed="a text")
    if not text.strip() and not may_be_empty:
        raise TextMissing(name=Field(name), allowed=LONGEST[whole])
    if len(text) > LONGEST[whole]:
        raise TextTooLong(name=Field(name), given=len(text), allowed=LONGEST[whole])
    for place, character in enumerate(text, start=1):
        if character == "\n" and whole in LINES:
            continue
        if unicodedata.category(character) in ("Cc", "Cs") or _STEERING.match(character):
            raise TextUnprintable(name=Field(name), given=f"U+{ord(character):04X}", place=place)
