"""A row of a register file understood: its words read as fields of an entry, and which entry it is about."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geo_zhengzhi.categories import plain
from geo_zhengzhi.errors import GeoZhengzhiError, InvalidParameter, PersonalText
from geo_zhengzhi.io.register_words import (
    COUNTY_WORDS,
    DEADLINE,
    GUIDANCE_GROUP,
    NOTES,
    STAGE,
    STAGE_SINCE,
    WORK_GROUP,
    YEAR,
    day_of,
    stage_of,
    year_of,
)
from geo_zhengzhi.io.registers import RegisterRow
from geo_zhengzhi.io.target_report import Remark
from geo_zhengzhi.io.target_words import WORKS_IN, kind_of, level_of
from geo_zhengzhi.life import STAGES
from geo_zhengzhi.model import KINDS, LEVELS
from geo_zhengzhi.register import COMMITMENTS, COUNTY, MEASURES, Entry, Field
from geo_zhengzhi.schema import KIND, LEAD_UNIT, LEVEL, NAME, NAME_EN, TARGET_ID
from geo_zhengzhi.services.register.rules import tidied

HASH_DIGITS = 8
MISSING = "It says no {column}."
RAGGED = "The row has {found} fields, more or fewer than the header."
SAME_ENTRY = "It is the same entry as line {line}."
SEVERAL_ENTRIES = "It gives no number, and the register has several entries of that name, level and year: {given}."
NUMBERED_OTHERWISE = "The register has this place, level and year under the number {given}; give that number."
NO_NAMESAKE = "It works in {given}, which is no target in this file or in the register that is no trade."

_WORDS: Mapping[str, tuple[Callable[[str], object], str]] = {
    KIND: (kind_of, ", ".join(KINDS)),
    LEVEL: (level_of, ", ".join(LEVELS)),
    YEAR: (year_of, "2024, 2024年"),
    STAGE: (stage_of, ", ".join(STAGES)),
    DEADLINE: (day_of, "2024-12-31, 2024年12月31日, 2024年12月"),
    STAGE_SINCE: (day_of, "2024-12-31, 2024年12月31日, 2024年12月"),
}
_PLAIN = (NAME, NAME_EN, LEAD_UNIT, WORK_GROUP, GUIDANCE_GROUP, NOTES, WORKS_IN)


class RowRefused(Exception):
    """A row that cannot be taken; with the sentence that says why."""

    def __init__(self, reason: Remark | GeoZhengzhiError) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Wish:
    """
    What a row wants the register to say.

    Parameters
    ----------
    line : int
    number : str
        The number it gives, "" for none.
    fields : mapping
        Fields of an entry that the row says; `works_in` still as it was written.
    """

    line: int
    number: str
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The place's name."""
        return str(self.fields.get(NAME, ""))


def understand(row: RegisterRow) -> Wish:
    """
    Read the words of a row.

    Raises
    ------
    RowRefused
        For the first text that tells a person, is no word of its column, or for a missing name.
    """
    if row.personal:
        raise RowRefused(PersonalText(name=_field(row.personal[0])))
    fields: dict[str, Any] = {column: row.texts[column] for column in _PLAIN if column in row.texts}
    for column, (read, allowed) in _WORDS.items():
        if column in row.texts:
            fields[column] = read(row.texts[column])
            if fields[column] is None:
                raise RowRefused(InvalidParameter(name=_field(column), given=row.texts[column][:40], allowed=allowed))
    for table, keys in (("measures", MEASURES), ("commitments", COMMITMENTS)):
        said = {key: row.texts[key] for key in keys if key in row.texts}
        if said:
            fields[table] = said
    if NAME not in fields:
        raise refuse_missing(NAME)
    return Wish(row.line, row.texts.get(TARGET_ID, ""), tidied(fields))


def _field(column: str) -> Field:
    """The field that a column of a file fills."""
    for table, keys in (("measures", MEASURES), ("commitments", COMMITMENTS)):
        if column in keys:
            return Field(f"{table}.{column}")
    return Field(column)


def refuse_missing(column: str) -> RowRefused:
    """The refusal of a row that lacks what it needs."""
    return RowRefused(Remark(MISSING, {"column": _field(column)}))


def place_key(year: int, level: str, name: str) -> tuple[int, str, str]:
    """What makes two rows without numbers the same entry."""
    return year, level, plain(name)


def made_number(year: int, level: str, name: str) -> str:
    """The number of an entry that was given none: the same whenever year, level and name are."""
    text = unicodedata.normalize("NFKC", plain(name))
    return f"{year}-{level}-{hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]}"


class Numbers:
    """Which entry a row is about, among those of the register and those that the file adds."""

    def __init__(self, stored: Iterable[Entry]) -> None:
        self._ids: set[str] = set()
        self._by_place: dict[tuple[int, str, str], list[str]] = {}
        self._by_name: dict[str, list[Entry]] = {}
        for entry in stored:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Know one more entry."""
        self._ids.add(entry.target_id)
        self._by_place.setdefault(place_key(entry.year, entry.level, entry.name), []).append(entry.target_id)
        if entry.kind != "trade":
            for word in (entry.target_id, plain(entry.name)):
                self._by_name.setdefault(word, []).append(entry)

    def number_of(self, wish: Wish) -> str:
        """
        The number of the entry a row is about, whether it is there already or not.

        Raises
        ------
        RowRefused
            If a row without a number does not say its year and level, or could be several entries; if one with a
            number is there under a made one.
        """
        if wish.number in self._ids:
            return wish.number
        for column in (YEAR, LEVEL):
            if column not in wish.fields:
                raise refuse_missing(column)
        place = (wish.fields[YEAR], wish.fields[LEVEL], wish.name)
        known, made = self._by_place.get(place_key(*place), []), made_number(*place)
        if wish.number:
            if made in known:
                raise RowRefused(Remark(NUMBERED_OTHERWISE, {"given": made}))
            return wish.number
        if len(known) > 1:
            raise RowRefused(Remark(SEVERAL_ENTRIES, {"given": ", ".join(known)}))
        return known[0] if known else made

    def workplace(self, text: str, year: int) -> str:
        """
        Where a trade works: "county", or the number of a target that is no trade, by number or name.

        Of several of one name that of the trade's own year is taken, else the latest.

        Raises
        ------
        RowRefused
            If there is none.
        """
        if plain(text) in map(plain, COUNTY_WORDS):
            return COUNTY
        found = self._by_name.get(text) or self._by_name.get(plain(text)) or []
        if not found:
            raise RowRefused(Remark(NO_NAMESAKE, {"given": text}))
        return max(found, key=lambda entry: (entry.year == year, entry.year, entry.target_id)).target_id
