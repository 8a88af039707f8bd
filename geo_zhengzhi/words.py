"""The product's words in Chinese and English: English is written in the code, Chinese comes from `locales/`."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
# What is said of the same period last year → what is said where a period is laid against the one before it.
OF_THE_PERIOD_BEFORE = {
    "same period last year": "period before",
    "last year": "period before",
    "now / last": "now / before",
    "fewer than 10 in the same period last year: no percentage": "fewer than 10 in the period before: no percentage",
    "Fewer than 10 last year: no percentage.": "Fewer than 10 in the period before: no percentage.",
    "none in the same period last year: no ratio": "none in the period before: no ratio",
    "Counted: at least half of the time in {hours}. Uncertain, partly in it: {n}, last year {m}.": (
        "Counted: at least half of the time in {hours}. Uncertain, partly in it: {n}, the period before {m}."
    ),
    "The change counts all {n} incidents in the outline, in both years alike; {m} are the cluster.": (
        "The change counts all {n} incidents in the outline, in both periods alike; {m} are the cluster."
    ),
    "The outlines were drawn around this period's incidents, so last year's count in them tends to be lower: a rise "
    "here is weaker evidence than one in a target.": (
        "The outlines were drawn around this period's incidents, so the earlier count in them tends to be lower: a "
        "rise here is weaker evidence than one in a target."
    ),
    "The zones were drawn around this period's hotspots, so last year's count in them tends to be lower: a rise here "
    "is weaker evidence than one in a target.": (
        "The zones were drawn around this period's hotspots, so the earlier count in them tends to be lower: a rise "
        "here is weaker evidence than one in a target."
    ),
}
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


def translator_against(language: str, against: str) -> Translate:
    """A translator that says "the period before" for "last year" where a period is laid against that one ("prior")."""
    translate = translator(language)
    if against != "prior":
        return translate
    return lambda msgid: translate(OF_THE_PERIOD_BEFORE.get(msgid, msgid))
