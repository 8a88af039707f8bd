"""Parts that several pages of a meeting file share as HTML; every word of a person's passes `safe_text`."""

import math
import re
from collections.abc import Sequence

from geo_zhengzhi.model import HEAT_CLASSES, Comparison
from geo_zhengzhi.render.meeting.deck import Counts, Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    SHORT,
    SPOT_ROWS,
    SWATCHES,
    density_title,
    has_unit,
    hidden_words,
    lead_unit,
    no_spots,
    percent_of,
    said_of,
    verdict_text,
)
from geo_zhengzhi.render.meeting.map_signs import width_px
from geo_zhengzhi.render.meeting.slide_charts import interval
from geo_zhengzhi.render.safe_text import safe_text
from geo_zhengzhi.render.symbols import GLYPHS

HELD = re.compile(r"\d{4}-\d\d(?:-\d\d| – \d{4}-\d\d)?|[−+]?\d[\d.,]* %")  # a period, a day, a percentage
SWATCH_CSS = {"target": "tgt county", "zone": "zone", "candidate": "cand", "hotspot": "hs"}
NAME_PX, LISTED_PX, RANKED_PX, LED_PX = 16.0, 318.0, 540.0, 340.0  # letters of names; two lines of each list in them
FACTS_PX = (370.0, 570.0)  # how high the facts may be on a slide and on paper
FACT_SIZES, FACT_LINE, FACT_PAD_PX, FACT_WIDE_PX = (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0), 1.42, 13.0, 259.0
MOST_LINES = 99


def worded(text: str) -> str:
    """Words in which no line breaks inside a period, a day or a percentage."""
    return HELD.sub(r'<span class="nb">\g<0></span>', safe_text(text))


def figures_of(counts: Counts, deck: Deck) -> str:
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
    note = f'<p class="note">{worded(figures)}</p>' if change else ""
    said = f'{picture}<p class="say">{safe_text(sentence)}</p>{note}'
    return (
        f'{big}<div class="row">{year}{verdict_chip(change, deck, SHORT)}</div>{said}'
        f'<div class="pair">{before}{verdict_chip(counts.against_before, deck)}</div>'
    )


def verdict_chip(change: Comparison | None, deck: Deck, words: dict[str, str] | None = None) -> str:
    """Form and word of a verdict."""
    if change is None:
        return ""
    return f'<span class="v {change.verdict}">{safe_text(verdict_text(change.verdict, deck, words))}</span>'


def spots_of(page: TargetPage, deck: Deck) -> str:
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


def facts_of(page: TargetPage, deck: Deck) -> str:
    """What the register says, in letters and lines for which there is room on a screen and on paper."""
    if not page.facts:
        return ""  # no heading with nothing under it
    rows = "".join(f"<div><dt>{safe_text(label)}</dt><dd>{worded(text)}</dd></div>" for label, text in page.facts)
    (size, n), (paper_size, paper_n) = (_room_for([text for _, text in page.facts], high) for high in FACTS_PX)
    style = f"--f:{size / 16:g}rem;--n:{n};--pf:{paper_size / 16:g}rem;--pn:{paper_n}"
    title = safe_text(deck.translate("Responsibility and measures"))
    return f'<h2>{title}</h2><dl class="dl" style="{style}">{rows}</dl>'


def _room_for(texts: Sequence[str], height: float) -> tuple[float, int]:
    """Letters of these texts in px, and how many lines each may have so that all fit into a height."""

    def high(size: float, most: int) -> float:
        lines = [min(most, max(1, math.ceil(1.08 * width_px(text, size) / FACT_WIDE_PX))) for text in texts]
        return sum(n * FACT_LINE * size + FACT_PAD_PX for n in lines)

    size, most = FACT_SIZES[0], MOST_LINES
    for size in FACT_SIZES:
        if high(size, most) <= height:
            return size, most
    while most > 1 and high(size, most) > height:
        most -= 1
    return size, most


def hidden_key(deck: Deck) -> str:
    """What hatched and dotted cells mean."""
    few, held = hidden_words(deck)
    return (
        '<div class="keys"><span><svg class="sw" viewBox="0 0 18 14"><rect width="18" height="14" fill="url(#few)"/>'
        f'<rect class="frame" x=".5" y=".5" width="17" height="13"/></svg>{safe_text(few)}</span><span><svg class="sw" '
        'viewBox="0 0 18 14"><rect class="held" x=".5" y=".5" width="17" '
        f'height="13"/></svg>{safe_text(held)}</span></div>'
    )


def map_key(deck: Deck) -> str:
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


def glyph(kind: str) -> str:
    """A kind's sign."""
    return f'<svg class="gl" viewBox="0 0 16 16" aria-hidden="true"><path d="{GLYPHS[kind]}"/></svg>'


def target_row(page: TargetPage, deck: Deck, *, ranked: bool, rank: str = "") -> str:
    """One target in a list."""
    counts, said = page.counts, deck.text if ranked else deck.brief
    now, year = safe_text(said(counts.now)), safe_text(said(counts.year))
    name = f'<td class="nm">{glyph(page.kind)} {_named(page.name, RANKED_PX if ranked else LISTED_PX)}</td>'
    change = f"<td>{interval(counts.against_year)}</td><td>{verdict_chip(counts.against_year, deck, SHORT)}</td>"
    if not ranked:
        return f'<tr>{name}<td class="num"><b>{now}</b> / {year}</td>{change}</tr>'
    return (
        f'<tr><td class="num">{rank}</td>{name}<td class="num"><b>{now}</b></td>'
        f'<td class="num">{safe_text(deck.text(counts.before))}</td>'
        f'<td class="num">{year}</td><td class="num">{percent_of(counts, deck)}</td>{change}'
        f'<td class="nm">{_named(lead_unit(page, deck), LED_PX)}</td></tr>'
    )


def _named(name: str, two_lines_px: float) -> str:
    """A name in a list, on three lines of small letters where two do not hold it."""
    css = ' class="long"' if width_px(name, NAME_PX) > two_lines_px else ""
    return f"<span{css}>{safe_text(name)}</span>"
