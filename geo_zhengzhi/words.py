"""The product's words in Chinese and English: English is written in the code, Chinese comes from `locales/`."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
Translate = Callable[[str], str]


@cache
def catalogue(language: str) -> dict[str, str]:
    """The msgid → text table of a language; empty for English."""
    source = files("geo_zhengzhi") / "locales" / language / "geo_zhengzhi.po"
    if language == "en":
        return {}
    with source.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string}


def translator(language: str) -> Translate:
    """A function from an English msgid to the text in `language`; an unknown msgid comes back as it is."""
    table = catalogue(language if language in LANGUAGES else LANGUAGES[0])
    return lambda msgid: table.get(msgid, msgid)
