"""What every change of the register is held to: who may make it, what its texts may say, which version it is of."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from geo_zhengzhi.errors import EntryUnknown, PersonalText, VersionConflict, WorksInUnknown
from geo_zhengzhi.io.persons import hold_personal
from geo_zhengzhi.register import COUNTY, LONGEST, Entry, Field, check_text, texts_of
from geo_zhengzhi.store import register
from geo_zhengzhi.store.register import Made

TIMEZONE = "Asia/Shanghai"  # in which "today" is told where nobody says it
_STORABLE = re.compile("[^\x00\ud800-\udfff]+")


def today_or(given: date | None) -> date:
    """The day given, else today in the county's time."""
    return datetime.now(ZoneInfo(TIMEZONE)).date() if given is None else given


def checked_words(values: Mapping[str, Any], *, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """
    The texts of a step or a reason without outer blanks, once they hold.

    Raises
    ------
    TextMissing, TextTooLong, TextUnprintable, PersonalText, InvalidParameter
    """
    tidy = tidied(values)
    for name, text in texts_of(tidy):
        check_text(name, text, may_be_empty=name not in needed)
    refuse_personal(tidy)
    return tidy


def tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with texts without outer blanks and with plain line ends; tables of texts without the empty ones."""
    tidy = {name: _tidy(value) for name, value in values.items()}
    return tidy | {"works_in": None} if tidy.get("works_in") == "" else tidy


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Mapping):
        return {key: text for key, given in value.items() if (text := _tidy(given)) != ""}
    return value


def refuse_personal(values: Mapping[str, Any]) -> None:
    """
    Refuse texts with an identity number, a mobile number or a plate.

    Raises
    ------
    PersonalText
        Naming the field, never what it holds.
    """
    named = [(name, text) for name, text in texts_of(values) if isinstance(text, str)]
    for (name, _), is_personal in zip(named, hold_personal([text for _, text in named]), strict=True):
        if is_personal:
            raise PersonalText(name=Field(name))


def shown_file_name(name: str) -> str:
    """A file's name for the history and the log: none that tells a person, no characters that cannot be stored."""
    text = "".join(character if character.isprintable() else "�" for character in name)[:200]
    return "…" if hold_personal([text])[0] else text


def known_entry(connection: Connection, target_id: str, *, lock: bool = False) -> tuple[Entry, Made]:
    """
    An entry and who made its version.

    Raises
    ------
    EntryUnknown
        If there is none.
    """
    if not isinstance(target_id, str) or not is_storable(target_id):
        raise EntryUnknown(given="…")
    found = register.find_entry(connection, target_id, lock=lock)
    if found is None:
        raise EntryUnknown(given=target_id[: LONGEST["target_id"]])
    return found


def is_storable(text: str) -> bool:
    """Whether both engines can look for a text: no NUL, no half of a surrogate pair, not empty."""
    return _STORABLE.fullmatch(text) is not None


def check_works_in(connection: Connection, entry: Entry) -> None:
    """
    Check that a trade works in the county or in a target that is no trade itself.

    Raises
    ------
    WorksInUnknown
    """
    if entry.works_in in (None, COUNTY):
        return
    found = register.find_entry(connection, str(entry.works_in))
    if found is None or found[0].kind == "trade":
        raise WorksInUnknown(given=entry.works_in)


def conflict(what: str, stored: object, stored_version: int, made: Made, given: object, version: object) -> Exception:
    """Somebody else was first: the refusal that carries both."""
    return VersionConflict(
        what=what,
        stored=stored,
        given=given,
        stored_version=stored_version,
        given_version=version,
        made_by=made.by,
        made_at=made.at,
    )
