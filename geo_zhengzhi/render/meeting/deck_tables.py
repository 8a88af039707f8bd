"""The tables of a meeting file, apart from how they are written: what its pages print, one row a place or a month."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo_zhengzhi.render.change import VERDICTS
from geo_zhengzhi.render.meeting.deck import Counts, Deck, Number, TargetPage
from geo_zhengzhi.render.meeting.deck_words import JUDGED, LIMITS, hidden_rules
from geo_zhengzhi.render.targets import KIND_WORDS, LEVEL_WORDS

Cell = str | int | float | None
N_BANDS, BAND_HOURS = 6, 4


@dataclass(frozen=True)
class Sheet:
    """A table: its name, heads, rows; `widths` are in letters."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]


def deck_tables(deck: Deck) -> list[Sheet]:
    """County, targets, months, ranking, method and limits."""
    return [_county(deck), _targets(deck), _months(deck), _ranking(deck), _method(deck)]


def verdict_words(counts: Counts, deck: Deck) -> str:
    """What may be said of the change against last year; "" where a count is not shown."""
    change = counts.against_year
    if change is None:
        return ""
    mark, word = VERDICTS[change.verdict]
    return f"{mark} {deck.translate(word)}"


def fact(page: TargetPage, deck: Deck, label: str) -> str:
    """What the register says under a label (English); "" for nothing."""
    return next((text for name, text in page.facts if name == deck.translate(label)), "")


def _cell(number: Number, deck: Deck) -> Cell:
    """A count as a number where it is shown, else the words that stand for it."""
    return number.n if number.is_shown else deck.text(number)


def _compared(counts: Counts, deck: Deck) -> list[Cell]:
    """Percentage as a fraction, rate ratio, its interval, verdict; None where a count is not shown."""
    change = counts.against_year
    if change is None:
        return [None, None, None, None, None]
    percent = None if change.percent is None else change.percent / 100
    return [percent, change.rate_ratio, change.low, change.high, verdict_words(counts, deck)]


def _three(counts: Counts, deck: Deck) -> list[Cell]:
    return [_cell(number, deck) for number in (counts.now, counts.before, counts.year)]


def _counted(deck: Deck) -> list[str]:
    _ = deck.translate
    return [
        _("this period"), _("period before"), _("last year"), _("change"), _("rate ratio"), _("95 % from"),
        _("95 % to"), _("Verdict"),
    ]  # fmt: skip


WIDTHS = (12, 12, 12, 10, 10, 10, 10, 24)


def _county(deck: Deck) -> Sheet:
    """The whole county, with what every table is of."""
    _ = deck.translate
    row = [deck.county, *_three(deck.county_counts, deck), *_compared(deck.county_counts, deck)]
    about = [
        (_("Classification"), deck.classification),
        (_("Period"), deck.period),
        (_("period before"), deck.before),
        (_("last year"), deck.year),
        (_("Data version"), deck.data_version),
        (_("Date"), deck.made_on),
        *((_("Note"), note) for note in deck.notes),
        *((_("Source"), text) for text in deck.attributions),
    ]
    rows: list[Sequence[Cell]] = [row, (), *about]
    return Sheet(_("County"), [_("Whole area"), *_counted(deck)], rows, (24, *WIDTHS))


def _targets(deck: Deck) -> Sheet:
    """One row a target: what it is, counts, day-parts, what the register says."""
    _ = deck.translate
    bands = [f"{BAND_HOURS * i}–{BAND_HOURS * (i + 1)}" for i in range(N_BANDS)]
    parts = [f"{_(days)} {band}" for days in ("Workdays", "Weekend") for band in bands]
    labels = list(dict.fromkeys(label for page in deck.targets for label, _text in page.facts))
    heads = [_("Number"), _("Target"), _("Kind"), _("Level"), _("List of year"), *_counted(deck), *parts]
    rows = []
    for page in deck.targets:
        said = dict(page.facts)
        what: list[Cell] = [page.target_id, page.name, _(KIND_WORDS[page.kind]), _(LEVEL_WORDS.get(page.level, ""))]
        counts = [*_three(page.counts, deck), *_compared(page.counts, deck)]
        cells = [_cell(number, deck) for number in page.cells]
        row = [*what, page.year or None, *counts, *cells, *(said.get(label, "") for label in labels), page.boundary]
        rows.append(row)
    widths = (10, 24, 16, 12, 8, *WIDTHS, *[14] * len(parts), *[32] * len(labels), 28)
    return Sheet(_("Targets"), [*heads, *labels, _("Boundary")], rows, widths)


def _months(deck: Deck) -> Sheet:
    """One row a month, one column the county and each target."""
    _ = deck.translate
    columns = [(deck.county, deck.county_counts), *((page.name, page.counts) for page in deck.targets)]
    months = [month for month, _number in deck.county_counts.line]
    by_month = [dict(counts.line) for _name, counts in columns]
    rows = [[month, *(_cell(line[month], deck) if month in line else None for line in by_month)] for month in months]
    return Sheet(_("Months"), [_("Month"), *(name for name, _counts in columns)], rows, (10, *[16] * len(columns)))


def _ranking(deck: Deck) -> Sheet:
    """The ranking; those whose count is not shown follow without a rank."""
    _ = deck.translate
    rows = [
        [
            number if number <= deck.n_ranked else None, page.name, *_three(page.counts, deck),
            *_compared(page.counts, deck), fact(page, deck, "Lead unit"),
        ]
        for number, page in enumerate(deck.targets, start=1)
    ]  # fmt: skip
    heads = [_("Rank"), _("Target"), *_counted(deck), _("Lead unit")]
    return Sheet(_("Ranking"), heads, rows, (8, 24, *WIDTHS, 28))


def _method(deck: Deck) -> Sheet:
    """How it was computed, what is not shown, what it cannot say."""
    _ = deck.translate
    rows = [
        *deck.method,
        (_("How it is judged"), _(JUDGED)),
        *((_("What is not shown, and why"), text) for text in hidden_rules(deck)),
        *((_("What it cannot say"), _(text)) for text in LIMITS),
    ]
    return Sheet(_("Method and limits"), [_("About"), _("Text")], rows, (30, 110))
