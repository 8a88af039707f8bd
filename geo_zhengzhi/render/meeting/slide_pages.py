"""The pages of a meeting file as HTML; every word of a person's passes `safe_text`."""

from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    JUDGED,
    LIMITS,
    LIST_ROWS,
    RULES,
    about,
    against,
    cover_facts,
    cover_period,
    hidden_rules,
    list_words,
    ranking_heads,
    ranking_note,
    rows_of_pages,
    verdict_text,
)
from geo_zhengzhi.render.meeting.map_signs import width_px
from geo_zhengzhi.render.meeting.slide_charts import day_parts, months
from geo_zhengzhi.render.meeting.slide_maps import World
from geo_zhengzhi.render.meeting.slide_parts import (
    facts_of,
    figures_of,
    glyph,
    hidden_key,
    map_key,
    spots_of,
    target_row,
    worded,
)
from geo_zhengzhi.render.safe_text import safe_text, script_json

Page = tuple[str, str, str]  # head, main part, what the foot says of boundaries
PATTERNS = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true">'
    '<defs><pattern id="few" width="5" height="5" '
    'patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
    '<path d="M0 0V5" stroke="#7D8893" stroke-width="1.2"/></pattern></defs></svg>'
)
MOST_RULES = 8  # of protection, in letters of the usual size
HEAD_PX, LETTER_PX, CLASS_PX = 1286, 32.0, 18.0  # of a page's head: its width, letters of title and classification
LONG_CLASS_PX, SMALL_CLASS_PX = 410.0, 14.0  # a classification that is longer stands on two lines of small letters
ROWS_A_PAGE = 12  # of the ranking: what a screen of 16 : 9 and a sheet of A4 hold
RANKING_CSS = ("num", "", "num", "num", "num", "num", "", "", "")


def cover(deck: Deck) -> Page:
    """The title page."""
    _ = deck.translate
    lines = "".join(f"<div>{safe_text(text)}</div>" for text in cover_facts(deck))
    hint = safe_text(_("Arrow keys, Page Up and Page Down, Home and End turn the pages."))
    main = (
        f'<main class="cover"><h2>{safe_text(deck.title)}</h2><p>{worded(cover_period(deck))}</p>'
        f'<div class="facts">{lines}<div class="hint">{hint}</div></div></main>'
    )
    return f"<h1>{safe_text(_('Meeting file'))}</h1>", main, ""


def classified(deck: Deck) -> str:
    """The classification in its frame, on two lines where it is long."""
    words = safe_text(deck.classification)
    if width_px(deck.classification, CLASS_PX) <= LONG_CLASS_PX:
        return f'<span class="cl">{words}</span>'
    half = 0.58 * width_px(deck.classification, SMALL_CLASS_PX)  # bold letters are a little wider
    return f'<span class="cl long" style="max-width:{half / 16 + 1.7:.1f}rem">{words}</span>'


def county(deck: Deck, live: str, world: World) -> Page:
    """The county: its map, its counts, the first targets."""
    _ = deck.translate
    head = f'<h1>{safe_text(_("The whole county"))}</h1><span class="sub">{safe_text(against(deck))}</span>'
    rows = "".join(target_row(page, deck, ranked=False) for page in deck.targets[:LIST_ROWS])
    main = (
        f'<main class="p1"><div class="map"><div class="live">{live.strip()}</div>'
        f'<div class="sheet">{world.county(800, 840)}</div>{map_key(deck)}</div>'
        f'<div class="pane">{figures_of(deck.county_counts, deck)}<p class="note">{safe_text(list_words(deck))}</p>'
        f'<table class="tb"><tr><th>{safe_text(_("Target"))}</th><th class="num">{safe_text(_("now / last year"))}</th>'
        f"<th>{safe_text(_('ratio, ¼–4'))}</th><th>{safe_text(_('Verdict'))}</th></tr>{rows}</table>"
        f"{months(deck.county_counts, deck)}</div></main>"
    )
    return head, main, _("Outlines generalised")


def target(page: TargetPage, deck: Deck, world: World) -> Page:
    """One target."""
    _ = deck.translate
    room = HEAD_PX - min(width_px(deck.classification, CLASS_PX), LONG_CLASS_PX) - 3 * LETTER_PX
    css = ' class="long"' if width_px(page.name, LETTER_PX) > room else ""
    sub = f'<span class="sub">{safe_text(about(page, deck))}</span>'
    head = f"{glyph(page.kind)}<h1{css}>{safe_text(page.name)}</h1>{sub}"
    parts = safe_text(script_json(list(page.part_ids)))
    main = (
        f'<main class="p2"><div>{figures_of(page.counts, deck)}{spots_of(page, deck)}</div>'
        f'<div class="mid"><h2>{safe_text(_("Boundary and hotspots"))}</h2>'
        '<div class="map"><div class="live place-map zhengzhi-map" '
        f'data-parts="{parts}"></div><div class="sheet">{world.target(page, 430, 455)}</div></div>{map_key(deck)}'
        f"<h2>{safe_text(_('Incidents per month'))}</h2>{months(page.counts, deck)}</div>"
        f"<div><h2>{safe_text(_('Day-parts, workdays and weekend'))}</h2>"
        f"{day_parts(page.cells, deck)}{hidden_key(deck)}"
        f"{facts_of(page, deck)}</div></main>"
    )
    return head, main, page.boundary


def rankings(deck: Deck) -> list[Page]:
    """Every target, those whose count is shown by count, the others by name, on as many pages as they need."""
    return [_ranking(deck, rows) for rows in rows_of_pages(len(deck.targets), ROWS_A_PAGE)]


def _ranking(deck: Deck, numbers: range) -> Page:
    """The rows that a page holds."""
    _ = deck.translate
    heads = zip(RANKING_CSS, ranking_heads(deck), strict=True)
    head = "".join(f'<th class="{css}">{safe_text(text)}</th>' for css, text in heads)
    rows = "".join(
        target_row(deck.targets[number], deck, ranked=True, rank=str(number + 1) if number < deck.n_ranked else "")
        for number in numbers
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
    method = "".join(f"<tr><td>{safe_text(label)}</td><td>{worded(text)}</td></tr>" for label, text in deck.method)
    hidden = hidden_rules(deck)
    rules = "".join(f"<li>{safe_text(text)}</li>" for text in hidden)
    css = "p3 full" if len(hidden) > MOST_RULES else "p3"
    limits = "".join(f"<p>{safe_text(_(text))}</p>" for text in LIMITS)
    main = (
        f'<main class="{css}"><div><h2>{safe_text(_("How it is judged"))}</h2><p>{worded(_(JUDGED))}</p>'
        f'<table class="jd">{judged}</table></div>'
        f"<div><h2>{safe_text(_('What is not shown, and why'))}</h2><ol>{rules}</ol></div>"
        f"<div><h2>{safe_text(_('Data and parameters'))}</h2><table>"
        f"{method}</table><h2>{safe_text(_('What it cannot say'))}</h2>"
        f"{limits}</div></main>"
    )
    return f"<h1>{safe_text(_('How it was computed, and what it can say'))}</h1>", main, ""
