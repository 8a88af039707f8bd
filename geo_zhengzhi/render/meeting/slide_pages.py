"""The pages of a meeting file as HTML; every word of a person's passes `safe_text`."""

import re

from geo_zhengzhi.model import HEAT_CLASSES, Comparison
from geo_zhengzhi.render.meeting.deck import Counts, Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    JUDGED,
    LIMITS,
    LIST_ROWS,
    RULES,
    SHORT,
    SPOT_ROWS,
    SWATCHES,
    about,
    against,
    cover_facts,
    cover_period,
    density_title,
    has_unit,
    hidden_rules,
    hidden_words,
    lead_unit,
    no_spots,
    percent_of,
    ranking_heads,
    ranking_note,
    said_of,
    tally,
    verdict_text,
)
from geo_zhengzhi.render.meeting.map_signs import width_px
from geo_zhengzhi.render.meeting.slide_charts import day_parts, interval, months
from geo_zhengzhi.render.meeting.slide_maps import World
from geo_zhengzhi.render.safe_text import safe_text, script_json
from geo_zhengzhi.render.symbols import GLYPHS

PERIOD = re.compile(r"\d{4}-\d\d(?:-\d\d| – \d{4}-\d\d)?")  # or a day
Page = tuple[str, str, str]  # head, main part, what the foot says of boundaries
PATTERNS = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
    '<defs><pattern id="few" width="5" height="5" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
    '<path d="M0 0V5" stroke="#7D8893" stroke-width="1.2"/></pattern></defs></svg>'
)
SWATCH_CSS = {"target": "tgt county", "zone": "zone", "candidate": "cand", "hotspot": "hs"}
FEW_FACTS = 5  # which may be long
MOST_RULES = 8  # of protection, in letters of the usual size
HEAD_PX, LETTER_PX, CLASS_PX = 1286, 32.0, 18.0  # of a page's head: its width, letters of title and classification
ROWS_A_PAGE = 12  # of the ranking: what a screen of 16 : 9 and a sheet of A4 hold
RANKING_CSS = ("num", "", "num", "num", "num", "num", "", "", "")


def cover(deck: Deck) -> Page:
    """The title page."""
    _ = deck.translate
    facts = [*cover_facts(deck), _("Arrow keys, Page Up and Page Down, Home and End turn the pages.")]
    lines = "".join(f"<div>{safe_text(text)}</div>" for text in facts)
    main = (
        f'<main class="cover"><h2>{safe_text(deck.title)}</h2><p>{_worded(cover_period(deck))}</p>'
        f'<div class="facts">{lines}</div></main>'
    )
    return f"<h1>{safe_text(_('Meeting file'))}</h1>", main, ""


def _worded(text: str) -> str:
    """Words in which no line breaks inside a period or a day."""
    return PERIOD.sub(r'<span class="nb">\g<0></span>', safe_text(text))


def county(deck: Deck, live: str, world: World) -> Page:
    """The county: its map, its counts, the first targets."""
    _ = deck.translate
    head = f'<h1>{safe_text(_("The whole county"))}</h1><span class="sub">{safe_text(against(deck))}</span>'
    rows = "".join(_row(page, deck, ranked=False) for page in deck.targets[:LIST_ROWS])
    main = (
        f'<main class="p1"><div class="map"><div class="live">{live.strip()}</div>'
        f'<div class="sheet">{world.county(800, 840)}</div>{_map_key(deck)}</div>'
        f'<div class="pane">{_figures(deck.county_counts, deck)}<p class="note">{safe_text(tally(deck))}</p>'
        f'<table class="tb"><tr><th>{safe_text(_("Target"))}</th><th class="num">{safe_text(_("now / last year"))}</th>'
        f"<th>{safe_text(_('ratio, ¼–4'))}</th><th>{safe_text(_('Verdict'))}</th></tr>{rows}</table>"
        f"{months(deck.county_counts, deck)}</div></main>"
    )
    return head, main, _("Outlines generalised")


def target(page: TargetPage, deck: Deck, world: World) -> Page:
    """One target."""
    _ = deck.translate
    room = HEAD_PX - width_px(deck.classification, CLASS_PX) - 3 * LETTER_PX
    css = ' class="long"' if width_px(page.name, LETTER_PX) > room else ""
    sub = f'<span class="sub">{safe_text(about(page, deck))}</span>'
    head = f"{_glyph(page.kind)}<h1{css}>{safe_text(page.name)}</h1>{sub}"
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
    unit = f"<small>{safe_text(_('incidents'))}</small>" if has_unit(counts.now) else ""
    css = "" if change is None else change.verdict
    words = "" if has_unit(counts.now) else " words"
    big = (
        f'<div class="big{words}">{safe_text(deck.text(counts.now))}{unit}'
        f'<span class="pct {css}">{percent_of(counts, deck)}</span></div>'
    )
    year = f"<span>{safe_text(_('same period last year'))} <b>{safe_text(deck.text(counts.year))}</b></span>"
    before = f"<span>{safe_text(_('period before'))} <b>{safe_text(deck.text(counts.before))}</b></span>"
    sentence, figures = said_of(counts, deck)
    picture = f'<div class="ivw">{interval(change, 400, 22, numbers=True)}</div>' if change else ""
    note = f'<p class="note">{safe_text(figures)}</p>' if change else ""
    said = f'{picture}<p class="say">{safe_text(sentence)}</p>{note}'
    return (
        f'{big}<div class="row">{year}{_verdict(change, deck, SHORT)}</div>{said}'
        f'<div class="pair">{before}{_verdict(counts.against_before, deck)}</div>'
    )


def _verdict(change: Comparison | None, deck: Deck, words: dict[str, str] | None = None) -> str:
    """Form and word of a verdict."""
    if change is None:
        return ""
    return f'<span class="v {change.verdict}">{safe_text(verdict_text(change.verdict, deck, words))}</span>'


def _spots(page: TargetPage, deck: Deck) -> str:
    """The hotspots inside, by rank."""
    _ = deck.translate
    title = f"<h2>{safe_text(_('Hotspots'))}</h2>"
    if not page.spots:
        return f'{title}<p class="note">{safe_text(no_spots(deck))}</p>'
    rows = "".join(
        f"<li><span><i>{spot.rank}</i>{safe_text(spot.place or deck.period)}</span>"
        f"<b>{safe_text(_('{n} incidents').format(n=deck.text(spot.n)))}</b></li>"
        for spot in page.spots[:SPOT_ROWS]
    )
    return f'{title}<ol class="spots">{rows}</ol>'


def _facts(page: TargetPage, deck: Deck) -> str:
    """What the register says."""
    if not page.facts:
        return ""  # no heading with nothing under it
    rows = "".join(f"<div><dt>{safe_text(label)}</dt><dd>{_worded(text)}</dd></div>" for label, text in page.facts)
    css = "dl" if len(page.facts) > FEW_FACTS else "dl few"
    return f'<h2>{safe_text(deck.translate("Responsibility and measures"))}</h2><dl class="{css}">{rows}</dl>'


def _hidden_key(deck: Deck) -> str:
    """What hatched and dotted cells mean."""
    few, held = hidden_words(deck)
    return (
        '<div class="keys"><span><svg class="sw" viewBox="0 0 18 14"><rect width="18" height="14" fill="url(#few)"/>'
        f'<rect class="frame" x=".5" y=".5" width="17" height="13"/></svg>{safe_text(few)}</span><span><svg class="sw" '
        'viewBox="0 0 18 14"><rect class="held" x=".5" y=".5" width="17" '
        f'height="13"/></svg>{safe_text(held)}</span></div>'
    )


def _map_key(deck: Deck) -> str:
    """The heat scale with its numbers, and what lines mean."""
    _ = deck.translate
    ramp = "".join(f'<i style="background:var(--heat-{i})"></i>' for i in range(1, len(HEAT_CLASSES) + 1))
    numbers = "".join(f"<span>{bound:g}</span>" for bound in HEAT_CLASSES)
    keys = "".join(
        f'<span><svg class="sw" viewBox="0 0 18 14"><rect class="{SWATCH_CSS[name]}" '
        f'x="1.5" y="1.5" width="15" height="11"/></svg>'
        f"{safe_text(_(word))}</span>"
        for name, word in SWATCHES
    )
    return (
        f'<div class="mapkey">{safe_text(density_title(deck))}'
        f'<div class="ramp">{ramp}</div><div class="rl">{numbers}</div>'
        f'<div class="keys">{keys}</div></div>'
    )


def _glyph(kind: str) -> str:
    return f'<svg class="gl" viewBox="0 0 16 16" aria-hidden="true"><path d="{GLYPHS[kind]}"/></svg>'


def _row(page: TargetPage, deck: Deck, *, ranked: bool, rank: str = "") -> str:
    """One target in a list."""
    counts = page.counts
    now, year = safe_text(deck.text(counts.now)), safe_text(deck.text(counts.year))
    name = f'<td class="nm">{_glyph(page.kind)} <span>{safe_text(page.name)}</span></td>'
    change = f"<td>{interval(counts.against_year)}</td><td>{_verdict(counts.against_year, deck, SHORT)}</td>"
    if not ranked:
        return f'<tr>{name}<td class="num"><b>{now}</b> / {year}</td>{change}</tr>'
    return (
        f'<tr><td class="num">{rank}</td>{name}<td class="num"><b>{now}</b></td>'
        f'<td class="num">{safe_text(deck.text(counts.before))}</td>'
        f'<td class="num">{year}</td><td class="num">{percent_of(counts, deck)}</td>{change}'
        f'<td class="nm"><span>{safe_text(lead_unit(page, deck))}</span></td></tr>'
    )


def rankings(deck: Deck) -> list[Page]:
    """Every target, those whose count is shown by count, the others by name, on as many pages as they need."""
    return [_ranking(deck, first) for first in range(0, max(1, len(deck.targets)), ROWS_A_PAGE)]


def _ranking(deck: Deck, first: int) -> Page:
    """The rows from one on that a page holds."""
    _ = deck.translate
    heads = zip(RANKING_CSS, ranking_heads(deck), strict=True)
    head = "".join(f'<th class="{css}">{safe_text(text)}</th>' for css, text in heads)
    rows = "".join(
        _row(page, deck, ranked=True, rank=str(number) if number <= deck.n_ranked else "")
        for number, page in enumerate(deck.targets[first : first + ROWS_A_PAGE], start=first + 1)
    )
    main = (
        f'<main class="rank"><table class="tb"><tr>{head}</tr>{rows}</table>'
        f'<p class="note">{safe_text(ranking_note(deck))}</p></main>'
    )
    title = f'<h1>{safe_text(_("Ranking"))}</h1><span class="sub">{safe_text(against(deck))}</span>'
    return title, main, ""


def closing(deck: Deck) -> Page:
    """How it was computed, what it does not say, what is not shown and why."""
    _ = deck.translate
    judged = "".join(
        f'<tr><td><span class="v {verdict}">{safe_text(verdict_text(verdict, deck))}</span></td>'
        f"<td>{safe_text(_(rule))}</td></tr>"
        for verdict, rule in RULES.items()
    )
    method = "".join(f"<tr><td>{safe_text(label)}</td><td>{_worded(text)}</td></tr>" for label, text in deck.method)
    hidden = hidden_rules(deck)
    rules = "".join(f"<li>{safe_text(text)}</li>" for text in hidden)
    css = "p3 full" if len(hidden) > MOST_RULES else "p3"
    limits = "".join(f"<p>{safe_text(_(text))}</p>" for text in LIMITS)
    main = (
        f'<main class="{css}"><div><h2>{safe_text(_("How it is judged"))}</h2><p>{safe_text(_(JUDGED))}</p>'
        f'<table class="jd">{judged}</table></div>'
        f"<div><h2>{safe_text(_('What is not shown, and why'))}</h2><ol>{rules}</ol></div>"
        f"<div><h2>{safe_text(_('Data and parameters'))}</h2><table>"
        f"{method}</table><h2>{safe_text(_('What it cannot say'))}</h2>"
        f"{limits}</div></main>"
    )
    return f"<h1>{safe_text(_('How it was computed, and what it can say'))}</h1>", main, ""
