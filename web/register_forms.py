"""The forms of the register: what was typed, read into fields; what is stored, written out; one laid over the other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.services.register.words import COMMITMENTS, MEASURES, Entry, Field

SAID = ("name", "name_en", "kind", "level", "year", "lead_unit", "work_group", "guidance_group", "deadline", "works_in")
TABLES = {"measures": tuple(MEASURES), "commitments": tuple(COMMITMENTS)}
PARTS_OF_TABLES = tuple(f"{name}.{key}" for name, keys in TABLES.items() for key in keys)
FIELDS = (*SAID, *PARTS_OF_TABLES, "notes")  # of a form, in its order
LIFE = ("stage", "stage_since")  # are told beside them, and changed by steps only
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Clash:
    """A field of two planners: as the second saw it, as the first saved it, as the second has it (None: unchanged)."""

    field: str
    seen: str
    stored: str
    own: str | None

    @property
    def by_both(self) -> bool:
        """Whether both changed it, each to something else."""
        return self.own is not None and self.stored not in (self.seen, self.own)


def typed(*names: str) -> dict[str, str]:
    """What a form sent, by field, without outer blanks and with plain line ends."""
    return {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in names or FIELDS}


def number(name: str) -> int:
    """A whole number of a form; 0, which no version is, where it is none."""
    return request.form.get(name, 0, type=int)


def whole(text: str) -> int | str:
    """A whole number that was typed; the text, shortened, where it is none: who takes it refuses it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else text[:20]


def day(name: str, text: str) -> date:
    """
    A day of a form.

    Raises
    ------
    InvalidParameter
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidParameter(name=Field(name), given=text[:20], allowed="YYYY-MM-DD") from None


def written(entry: Entry) -> dict[str, str]:
    """What an entry says, as a form writes it, its life among it."""
    plain = entry.contents()
    texts = {name: "" if plain[name] is None else str(plain[name]) for name in (*SAID, "notes", *LIFE)}
    return texts | {f"{name}.{key}": plain[name].get(key, "") for name, keys in TABLES.items() for key in keys}


def fields_of(texts: Texts) -> dict[str, Any]:
    """
    A form's texts as the fields of an entry.

    Raises
    ------
    InvalidParameter
        For a year or a deadline that is none.
    """
    values: dict[str, Any] = {name: texts[name] for name in (*SAID, "notes")}
    for name, keys in TABLES.items():
        values[name] = {key: texts[f"{name}.{key}"] for key in keys if texts[f"{name}.{key}"]}
    values["year"] = whole(texts["year"])
    values["deadline"] = day("deadline", texts["deadline"]) if texts["deadline"] else None
    return values | {"works_in": texts["works_in"] or None}


def changes_of(own: Texts, seen: Texts) -> dict[str, Any]:
    """The fields in which a form differs from what its writer saw; see `fields_of`."""
    differing = {name.partition(".")[0] for name in FIELDS if own[name] != seen[name]}
    return {name: value for name, value in fields_of(own).items() if name in differing}


def clashes(own: Texts, seen: Texts, stored: Texts) -> list[Clash]:
    """Every field that either of two planners changed."""
    return [
        Clash(name, seen[name], stored[name], own[name] if name in FIELDS and own[name] != seen[name] else None)
        for name in (*FIELDS, *LIFE)
        if stored[name] != seen[name] or (name in FIELDS and own[name] != seen[name])
    ]


def laid_over(own: Texts, seen: Texts, stored: Texts) -> dict[str, str]:
    """What is stored, with the second planner's own changes over it: nothing of either is lost."""
    return {**stored, **{name: own[name] for name in FIELDS if own[name] != seen[name]}}
