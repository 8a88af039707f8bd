"""The product's words in Chinese and English: English is written in the code, Chinese comes from `locales/`."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
Translate = Callable[[str], str]


@cache
def catalogue(language: str) -> dict[str, str]:
    """The msgid → text table of a language, out of all its files, one a room; empty for English."""
    if language == "en":
        return {}
    table: dict[str, str] = {}
    for source in (files("geo_zhengzhi") / "locales" / language).iterdir():
        if source.name.endswith(".po"):
            with source.open("rb") as stream:
                table |= {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string}
    return table


def translator(language: str) -> Translate:
    """A function from an English msgid to the text in `language`; an unknown msgid comes back as it is."""
    table = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    return lambda msgid: table.get(msgid, msgid)
