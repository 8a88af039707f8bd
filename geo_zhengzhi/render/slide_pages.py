"""The pages of a meeting file as HTML; every word of a person's passes `safe_text`."""

from geo_zhengzhi.model import HEAT_CLASSES, Comparison
from geo_zhengzhi.render.change import VERDICTS, change_model
from geo_zhengzhi.render.deck import Counts, Deck, TargetPage
from geo_zhengzhi.render.safe_text import safe_text, script_json
from geo_zhengzhi.render.slide_charts import day_parts, interval, months
from geo_zhengzhi.render.slide_maps import World
from geo_zhengzhi.render.symbols import GLYPHS
from geo_zhengzhi.render.targets import KIND_WORDS, LEVEL_WORDS

Page = tuple[str, str, str]  # head, main part, what the foot says of boundaries
PATTERNS = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
    '<defs><pattern id="few" width="5" height="5" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
    '<path d="M0 0V5" stroke="#7D8893" stroke-width="1.2"/></pattern></defs></svg>'
)
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
LIST_ROWS = 4


def cover(deck: Deck) -> Page:
    """The title page."""
    _ = deck.translate
    facts = [
        _("Made on {day}").format(day=deck.made_on),
        _("Data version {version}").format(version=deck.data_version),
        *deck.notes,
        _("Arrow keys, Page Up and Page Down, Home and End turn the pages."),
    ]
    lines = "".join(f"<div>{safe_text(text)}</div>" for text in facts)
    period = _("{months} ({n} days), against {before} and last year's {year}").format(
        months=deck.period, n=deck.n_days, before=deck.before, year=deck.year
    )
    main = (
        f'<main class="cover"><h2>{safe_text(deck.title)}</h2><p>{safe_text(period)}</p>'
        f'<div class="facts">{lines}</div></main>'
    )
    return f"<h1>{safe_text(_('Meeting file'))}</h1>", main, ""


def county(deck: Deck, live: str, world: World) -> Page:
    """The county: its map, its counts, the first targets."""
    _ = deck.translate
    head = f'<h1>{safe_text(_("The whole county"))}</h1><span class="sub">{safe_text(_against(deck))}</span>'
    told = [page.counts.against_year.verdict for page in deck.targets if page.counts.against_year]
    tally = _("Of {n} targets that can be compared {improved} improved, {worse} got worse.").format(
        n=len(told), improved=told.count("improved"), worse=told.count("worse")
    )
    rows = "".join(_row(page, deck, ranked=False) for page in deck.targets[:LIST_ROWS])
    main = (
        f'<main class="p1"><div class="map"><div class="live">{live.strip()}</div>'
        f'<div class="sheet">{world.county(800, 840)}</div>{_map_key(deck)}</div>'
        f'<div class="pane">{_figures(deck.county_counts, deck)}<p class="note">{safe_text(tally)}</p>'
        f'<table class="tb"><tr><th>{safe_text(_("Target"))}</th><th class="num">{safe_text(_("now / last year"))}</th>'
        f"<th>{safe_text(_('ratio, ¼–4'))}</th><th>{safe_text(_('Verdict'))}</th></tr>{rows}</table>"
        f"{months(deck.county_counts, deck)}</div></main>"
    )
    return head, main, _("Outlines generalised")


def _against(deck: Deck) -> str:
    return deck.translate("{months} ({n} days), against the same period last year").format(
        months=deck.period, n=deck.n_days
    )


def target(page: TargetPage, deck: Deck, world: World) -> Page:
    """One target."""
    _ = deck.translate
    about = [
        _(KIND_WORDS[page.kind]),
        _(LEVEL_WORDS.get(page.level, "")),
        _("list of {year}").format(year=page.year) if page.year else "",
    ]
    sub = " · ".join(word for word in about if word)
    head = f'{_glyph(page.kind)}<h1>{safe_text(page.name)}</h1><span class="sub">{safe_text(sub)}</span>'
    parts = safe_text(script_json(list(page.part_ids)))
    main = (
        f'<main class="p2"><div>{_figures(page.counts, deck)}{_spots(page, deck)}</div>'
        f'<div class="mid"><h2>{safe_text(_("Boundary and hotspots"))}</h2>'
        '<div class="map"><div class="live place-map zhengzhi-map" '
        f'data-parts="{parts}"></div><div class="sheet">{world.target(page, 430, 455)}</div></div>{_map_key(deck)}'
        f"<h2>{safe_text(_('Incidents per month'))}</h2>{months(page.counts, deck)}</div>"
        f"<div><h2>{safe_text(_('Day-parts, workdays and weekend'))}</h2>"
        f"{day_parts(page.cells, deck)}{_hidden_key(deck)}"
        f"{_facts(page, deck)}</div></main>"
    )
    return head, main, page.boundary


def _figures(counts: Counts, deck: Deck) -> str:
    """The counts, largest first, with what may be said of them."""
    _, change = deck.translate, counts.against_year
    unit = f"<small>{safe_text(_('incidents'))}</small>" if counts.now.state in ("shown", "few") else ""
    percent = "" if change is None or change.percent is None else change_model(change, _)["percent"]
    css = "" if change is None else change.verdict
    words = "" if counts.now.state in ("shown", "few") else " words"
    big = (
        f'<div class="big{words}">{safe_text(deck.text(counts.now))}{unit}'
        f'<span class="pct {css}">{percent}</span></div>'
    )
    year = f"<span>{safe_text(_('same period last year'))} <b>{safe_text(deck.text(counts.year))}</b></span>"
    before = f"<span>{safe_text(_('period before'))} <b>{safe_text(deck.text(counts.before))}</b></span>"
    said = (
        f'<div class="ivw">{interval(change, 400, 22, numbers=True)}</div>'
        f'<p class="say">{safe_text(_(MEANINGS[change.verdict]))}</p>'
        f'<p class="note">{safe_text("; ".join(change_model(change, _)["lines"]))}</p>'
        if change
        else f'<p class="say">{safe_text(_("Not compared: one of the two counts is not shown."))}</p>'
    )
    return (
        f'{big}<div class="row">{year}{_verdict(change, deck)}</div>{said}'
        f'<div class="pair">{before}{_verdict(counts.against_before, deck)}</div>'
    )


def _verdict(change: Comparison | None, deck: Deck, words: dict[str, str] | None = None) -> str:
    """Form and word of a verdict."""
    if change is None:
        return ""
    mark, word = VERDICTS[change.verdict]
    word = (words or {}).get(change.verdict, word)
    return f'<span class="v {change.verdict}">{mark} {safe_text(deck.translate(word))}</span>'


def _spots(page: TargetPage, deck: Deck) -> str:
    """The hotspots inside, by rank."""
    _ = deck.translate
    title = f"<h2>{safe_text(_('Hotspots'))}</h2>"
    if not page.spots:
        none = _("None that may be shown in {months}").format(months=deck.period)
        return f'{title}<p class="note">{safe_text(none)}</p>'
    rows = "".join(
        f"<li><span><i>{spot.rank}</i>{safe_text(spot.place or deck.period)}</span>"
        f"<b>{safe_text(_('{n} incidents').format(n=deck.text(spot.n)))}</b></li>"
        for spot in page.spots[:4]
    )
    return f'{title}<ol class="spots">{rows}</ol>'


def _facts(page: TargetPage, deck: Deck) -> str:
    """What the register says."""
    rows = "".join(f"<div><dt>{safe_text(label)}</dt><dd>{safe_text(text)}</dd></div>" for label, text in page.facts)
    return f'<h2>{safe_text(deck.translate("Responsibility and measures"))}</h2><dl class="dl">{rows}</dl>'


def _hidden_key(deck: Deck) -> str:
    """What hatched and dotted cells mean."""
    _ = deck.translate
    few, held = _("fewer than {k}").format(k=deck.k), _("withheld, would tell another")
    return (
        '<div class="keys"><span><svg class="sw" viewBox="0 0 18 14"><rect width="18" height="14" fill="url(#few)"/>'
        f'<rect class="frame" x=".5" y=".5" width="17" height="13"/></svg>{safe_text(few)}</span><span><svg class="sw" '
        'viewBox="0 0 18 14"><rect class="held" x=".5" y=".5" width="17" '
        f'height="13"/></svg>{safe_text(held)}</span></div>'
    )


def _map_key(deck: Deck) -> str:
    """The heat scale with its numbers, and what lines mean."""
    _ = deck.translate
    title = _("Density ({unit}, {period}, fixed scale)").format(
        unit=_("incidents per km²"), period=_("{n} days").format(n=deck.n_days)
    )
    ramp = "".join(f'<i style="background:var(--heat-{i})"></i>' for i in range(1, len(HEAT_CLASSES) + 1))
    numbers = "".join(f"<span>{bound:g}</span>" for bound in HEAT_CLASSES)
    swatches = (
        ("tgt county", "Target"),
        ("zone", "Remediation zone"),
        ("cand", "Candidate"),
        ("hs", "Hotspot"),
    )
    keys = "".join(
        f'<span><svg class="sw" viewBox="0 0 18 14"><rect class="{css}" x="1.5" y="1.5" width="15" height="11"/></svg>'
        f"{safe_text(_(word))}</span>"
        for css, word in swatches
    )
    return (
        f'<div class="mapkey">{safe_text(title)}<div class="ramp">{ramp}</div><div class="rl">{numbers}</div>'
        f'<div class="keys">{keys}</div></div>'
    )


def _glyph(kind: str) -> str:
    return f'<svg class="gl" viewBox="0 0 16 16" aria-hidden="true"><path d="{GLYPHS[kind]}"/></svg>'


def _row(page: TargetPage, deck: Deck, *, ranked: bool, rank: str = "") -> str:
    """One target in a list."""
    counts, _ = page.counts, deck.translate
    now, year = safe_text(deck.text(counts.now)), safe_text(deck.text(counts.year))
    name = f'<td class="nm">{_glyph(page.kind)} {safe_text(page.name)}</td>'
    change = f"<td>{interval(counts.against_year)}</td><td>{_verdict(counts.against_year, deck, SHORT)}</td>"
    if not ranked:
        return f'<tr>{name}<td class="num"><b>{now}</b> / {year}</td>{change}</tr>'
    percent = "" if counts.against_year is None else change_model(counts.against_year, _)["percent"]
    unit = next((text for label, text in page.facts if label == _("Lead unit")), "")
    return (
        f'<tr><td class="num">{rank}</td>{name}<td class="num"><b>{now}</b></td>'
        f'<td class="num">{safe_text(deck.text(counts.before))}</td>'
        f'<td class="num">{year}</td><td class="num">{percent}</td>{change}<td class="nm">{safe_text(unit)}</td></tr>'
    )


def ranking(deck: Deck) -> Page:
    """Every target: those whose count is shown by count, the others by name."""
    _ = deck.translate
    heads = (
        ("num", ""), ("", _("Target")), ("num", _("this period")), ("num", _("period before")), ("num", _("last year")),
        ("num", _("change")), ("", _("ratio, ¼–4")), ("", _("Verdict")), ("", _("Lead unit")),
    )  # fmt: skip
    head = "".join(f'<th class="{css}">{safe_text(text)}</th>' for css, text in heads)
    rows = "".join(
        _row(page, deck, ranked=True, rank=str(number) if number <= deck.n_ranked else "")
        for number, page in enumerate(deck.targets, start=1)
    )
    note = _(
        "Ranked by this period's count. Targets whose count is not shown "
        "follow without a rank, in the order of their names."
    )
    main = (
        f'<main class="rank"><table class="tb"><tr>{head}</tr>{rows}</table>'
        f'<p class="note">{safe_text(note)}</p></main>'
    )
    title = f'<h1>{safe_text(_("Ranking"))}</h1><span class="sub">{safe_text(_against(deck))}</span>'
    return title, main, ""


def closing(deck: Deck) -> Page:
    """How it was computed, what it does not say, what is not shown and why."""
    _ = deck.translate
    judged = "".join(
        f'<tr><td><span class="v {verdict}">{VERDICTS[verdict][0]} {safe_text(_(VERDICTS[verdict][1]))}</span></td>'
        f"<td>{safe_text(_(rule))}</td></tr>"
        for verdict, rule in RULES.items()
    )
    method = "".join(f"<tr><td>{safe_text(label)}</td><td>{safe_text(text)}</td></tr>" for label, text in deck.method)
    rules = "".join(f"<li>{safe_text(text)}</li>" for text in hidden_rules(deck))
    limits = "".join(f"<p>{safe_text(_(text))}</p>" for text in LIMITS)
    main = (
        f'<main class="p3"><div><h2>{safe_text(_("How it is judged"))}</h2><p>{safe_text(_(JUDGED))}</p>'
        f'<table class="jd">{judged}</table></div>'
        f"<div><h2>{safe_text(_('What is not shown, and why'))}</h2><ol>{rules}</ol></div>"
        f"<div><h2>{safe_text(_('Data and parameters'))}</h2><table>"
        f"{method}</table><h2>{safe_text(_('What it cannot say'))}</h2>"
        f"{limits}</div></main>"
    )
    return f"<h1>{safe_text(_('How it was computed, and what it can say'))}</h1>", main, ""


JUDGED = (
    "This period's count per day is divided by last year's: the rate ratio, with its 95 % interval. Fewer than 10 last "
    "year: no percentage."
)
TOLD = (
    "A count from which one of those could be worked out, by sums and differences over months, places, day-parts "
    "and earlier files, is withheld as well."
)
LIMITS = (
    "A place is listed when it is at its worst, and falls back by "
    "itself: a fall does not prove that the measures worked.",
    "Where no change is seen there may still be one.",
)


def hidden_rules(deck: Deck) -> list[str]:
    """The rules of protection, in plain words, with what they did here."""
    _, k = deck.translate, deck.k
    said = [
        _("Counts of 1 to {few} are printed as <{k}; zero is printed.").format(few=k - 1, k=k),
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
    ]
