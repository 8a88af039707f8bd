"""What the pages of a meeting file say, whatever they are written as: plain words, still as hostile as they came."""

import math

from geo_zhengzhi.render.change import VERDICTS, change_model
from geo_zhengzhi.render.meeting.deck import FEW, SHOWN, UNKNOWN, WITHHELD, Counts, Deck, Number, TargetPage
from geo_zhengzhi.render.targets import KIND_WORDS, LEVEL_WORDS

MEANINGS = {
    "improved": "The fall is larger than chance.",
    "worse": "The rise is larger than chance.",
    "no_evidence": "The difference is within chance.",
    "cannot_tell": "Too few to tell a change from chance.",
}
RULES = {
    "improved": "the whole interval lies below 1",
    "worse": "the whole interval lies above 1",
    "no_evidence": "the interval holds 1: it may be chance",
    "cannot_tell": "the interval holds 1 and a count is below 10",
}
SHORT = {"no_evidence": "no evidence"}  # the words of lists
SWATCHES = (("target", "Target"), ("zone", "Remediation zone"), ("candidate", "Candidate"), ("hotspot", "Hotspot"))
LIST_ROWS, SPOT_ROWS = 4, 4
JUDGED = (
    "This period's count per day is divided by last year's: the rate ratio, with its 95 % interval. Fewer than 10 last "
    "year: no percentage."
)
TOLD = (
    "A count from which one of those could be worked out, by sums and differences over months, places, day-parts "
    "and earlier files, is withheld as well."
)
RAISED = (
    "Counts from {asked} on were asked for, but an earlier file hid all below {k}: what one file hides no other may "
    "tell, so {k} holds here too."
)
STOOD = "A square that has changed by fewer than {k} since an earlier file stays as it was there."
LIMITS = (
    "A place is listed when it is at its worst, and falls back by "
    "itself: a fall does not prove that the measures worked.",
    "Where no change is seen there may still be one.",
)


def cover_period(deck: Deck) -> str:
    """The period and what it is held against."""
    return deck.translate("{months} ({n} days), against {before} and last year's {year}").format(
        months=deck.period, n=deck.n_days, before=deck.before, year=deck.year
    )


def cover_facts(deck: Deck) -> list[str]:
    """Day, data version and what the reader must know."""
    _ = deck.translate
    version = _("Data version {version}")
    return [_made_on(deck), version.format(version=deck.data_version), *deck.notes]


def _made_on(deck: Deck) -> str:
    return deck.translate("Made on {day}").format(day=deck.made_on)


def against(deck: Deck) -> str:
    """The period beside a heading."""
    return deck.translate("{months} ({n} days), against the same period last year").format(
        months=deck.period, n=deck.n_days
    )


def tally(deck: Deck) -> str:
    """How many targets improved, how many got worse, of those that can be compared."""
    told = [page.counts.against_year.verdict for page in deck.targets if page.counts.against_year]
    return deck.translate("Targets that can be compared: {n}; improved: {improved}, worse: {worse}.").format(
        n=len(told), improved=told.count("improved"), worse=told.count("worse")
    )


def list_words(deck: Deck) -> str:
    """What stands over the county's short list: the tally, and what a letter in the list stands for."""
    words, mark = tally(deck), deck.translate("w")
    counts = [page.counts for page in deck.targets[:LIST_ROWS]]
    is_used = any(WITHHELD in (one.now.state, one.year.state) for one in counts)
    if not is_used or mark == deck.translate("withheld"):
        return words
    return f"{words} {deck.translate('w: withheld')}"


def about(page: TargetPage, deck: Deck) -> str:
    """Kind, level and year of a target."""
    _ = deck.translate
    words = [
        _(KIND_WORDS[page.kind]),
        _(LEVEL_WORDS.get(page.level, "")),
        _("list of {year}").format(year=page.year) if page.year else "",
    ]
    return " · ".join(word for word in words if word)


def foot(deck: Deck, boundary: str) -> list[str]:
    """What stands below each page: note, boundary, period, frame, day, source, data version."""
    _ = deck.translate
    said = [*deck.notes[:1], boundary, _("Period {months}").format(months=deck.period), deck.datum, _made_on(deck)]
    said += [*deck.attributions, _("Data version {version}").format(version=deck.data_version)]
    return [text for text in said if text]


def has_unit(number: Number) -> bool:
    """Whether "incidents" stands after a count: it does not after "withheld"."""
    return number.state in (SHOWN, FEW)


def percent_of(counts: Counts, deck: Deck) -> str:
    """The percentage against last year; "" where there is none."""
    change = counts.against_year
    return "" if change is None or change.percent is None else str(change_model(change, deck.translate)["percent"])


def said_of(counts: Counts, deck: Deck) -> tuple[str, str]:
    """What follows from the change against last year: one sentence, and the figures for it."""
    _, change = deck.translate, counts.against_year
    if change is None and counts.year.state == UNKNOWN:
        return _("Not compared: the data do not reach back to last year."), ""
    if change is None:
        return _("Not compared: one of the two counts is not shown."), ""
    return _(MEANINGS[change.verdict]), "; ".join(change_model(change, _)["lines"])


def verdict_text(verdict: str, deck: Deck, words: dict[str, str] | None = None) -> str:
    """Form and word of a verdict."""
    mark, word = VERDICTS[verdict]
    return f"{mark} {deck.translate((words or {}).get(verdict, word))}"


def no_spots(deck: Deck) -> str:
    """What stands where no hotspot may be shown."""
    return deck.translate("None that may be shown in {months}").format(months=deck.period)


def density_title(deck: Deck) -> str:
    """What the heat's numbers are of."""
    _ = deck.translate
    return _("Density ({unit}, {period}, fixed scale)").format(
        unit=_("incidents per km²"), period=_("{n} days").format(n=deck.n_days)
    )


def hidden_words(deck: Deck) -> tuple[str, str]:
    """What hatched and dotted cells mean."""
    _ = deck.translate
    return _("fewer than {k}").format(k=deck.k), _("withheld, would tell another")


def ranking_heads(deck: Deck) -> list[str]:
    """The heads of the ranking's nine columns; no head over a column with nothing in it."""
    _ = deck.translate
    lead = _("Lead unit") if any(lead_unit(page, deck) for page in deck.targets) else ""
    return [
        "", _("Target"), _("this period"), _("period before"), _("last year"), _("change"), _("ratio, ¼–4"),
        _("Verdict"), lead,
    ]  # fmt: skip


def rows_of_pages(n: int, most: int) -> list[range]:
    """Which rows of so many stand on which page: as few pages as hold them, at least one, and as even as can be."""
    n_pages = max(1, math.ceil(n / most))
    step = max(1, math.ceil(n / n_pages))
    return [range(first, min(n, first + step)) for first in range(0, max(1, n), step)]


def ranking_note(deck: Deck) -> str:
    """How the ranking is ordered."""
    return deck.translate(
        "Ranked by this period's count. Targets whose count is not shown "
        "follow without a rank, in the order of their names."
    )


def lead_unit(page: TargetPage, deck: Deck) -> str:
    """Who looks after a target; "" where nobody is named."""
    return next((text for label, text in page.facts if label == deck.translate("Lead unit")), "")


def hidden_rules(deck: Deck) -> list[str]:
    """The rules of protection, in plain words, with what they did here."""
    _, k = deck.translate, deck.k
    said = [
        _("Counts of 1 to {few} are printed as <{k}; zero is printed.").format(few=k - 1, k=k),
        *([_(RAISED).format(asked=deck.k_asked, k=k)] if 0 < deck.k_asked < k else []),
        _(TOLD),
        _("In this file {small} counts are printed as <{k}, {held} are withheld.").format(
            small=deck.n_small, k=k, held=deck.n_withheld),
        _("Earlier files taken into account: {n}.").format(n=deck.n_earlier),
    ]  # fmt: skip
    if deck.n_changed:
        changed = _(
            "{n} counts changed since an earlier file and are withheld: the difference would tell what was added."
        )
        said.append(changed.format(n=deck.n_changed))
    return [
        *said,
        _("Percentages, ratios, verdicts, ranks and charts are made of printed counts alone."),
        _("Only whole calendar months; no single incident, no address, no name of a person."),
        _(
            "Hotspots are shown where {k} or more incidents lie inside, without days; outlines lie on a grid of 100 m."
        ).format(k=k),
        _("The heat is spread from squares that hold {k} or more; where there are fewer, it is blank.").format(k=k),
        *([_(STOOD).format(k=k)] if deck.n_earlier else []),
    ]
