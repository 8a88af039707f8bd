"""The product's words in Chinese and English: English is written in the code, Chinese comes from `locales/`."""

import re
from collections.abc import Callable, Mapping
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
# English says one thing otherwise than many: as sentences say it of many, and of one; a verb goes with its noun.
OF_ONE = {
    "rows give one end of their interval only": "row gives one end of its interval only",
    "times are days without a clock and count as their": "time is a day without a clock and counts as its",
    "incidents lie in the future; they are kept": "incident lies in the future; it is kept",
    "rows end before they begin": "row ends before it begins",
    "features more are not shown": "feature more is not shown",
    "counts changed since an earlier file and are": "count changed since an earlier file and is",
    "rows have": "row has",
    "rows say": "row says",
    "entries match": "entry matches",
    "incidents are": "incident is",
    "sampled rows have": "sampled row has",
    "local times do": "local time does",
    "local times occur": "local time occurs",
    "trades have": "trade has",
    "accounts of posts and units": "account of a post or unit",
    "candidates": "candidate",
    "characters": "character",
    "counts": "count",
    "days": "day",
    "entries": "entry",
    "files": "file",
    "incidents": "incident",
    "parts": "part",
    "rows": "row",
    "versions": "version",
    "vertices": "vertex",
}
MANY = re.compile(rf"\{{(\w+)\}} ({'|'.join(sorted(map(re.escape, OF_ONE), key=len, reverse=True))})\b")
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


def filled(text: str, values: Mapping[str, object]) -> str:
    """
    A sentence with its values, in English with nouns and verbs that fit them; other languages have no such words.

    Parameters
    ----------
    text : str
        With `{name}` where a value goes.
    values : {name: value}
        A number may be written out already: "1".
    """

    def fitted(found: re.Match[str]) -> str:
        is_one = str(values.get(found[1])) in ("1", "-1", "\N{MINUS SIGN}1")
        return f"{{{found[1]}}} {OF_ONE[found[2]]}" if is_one else found[0]

    return MANY.sub(fitted, text).format(**values)
