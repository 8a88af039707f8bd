"""The pages of a meeting file on a canvas: what the HTML file's pages say and show, the ranking on several if long."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK_2, LINE, PAPER, Canvas
from geo_zhengzhi.render.meeting.deck import MAP, Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import (
    LIST_ROWS,
    about,
    against,
    cover_facts,
    cover_period,
    list_words,
    ranking_note,
    rows_of_pages,
)
from geo_zhengzhi.render.meeting.paper_charts import Box, day_parts, months
from geo_zhengzhi.render.meeting.paper_closing import SIDE_PX, closing
from geo_zhengzhi.render.meeting.paper_heads import FOOT_PX, HEAD_PX, Head, draw_foot, draw_head
from geo_zhengzhi.render.meeting.paper_key import draw_key, key_height
from geo_zhengzhi.render.meeting.paper_lists import ROW_PX, ranked_rows, short_list
from geo_zhengzhi.render.meeting.paper_maps import PaperMaps
from geo_zhengzhi.render.meeting.paper_parts import NOTE, SMALL, facts, figures, heading, paragraph, spots

PAD_PX = 29.0
PANE_PX, LEFT_PX, RIGHT_PX = 560.0, 464.0, 416.0
KEY_PX = 310.0
LEAST_CHART = 84.0  # of the county's months, which the list above them leaves


@dataclass(frozen=True)
class Page:
    """
    One page.

    Parameters
    ----------
    name : str
        By which it can be asked for: a target's id, "map", or "".
    title, sub : str
        Its head.
    draw : callable
        Draws what stands between head and foot into a box.
    boundary : str
        What the foot says of boundaries.
    kind : str
        Of a target, whose glyph stands in the head.
    """

    name: str
    title: str
    sub: str
    draw: Callable[[Canvas, Box], None]
    boundary: str = ""
    kind: str = ""


def pages_of(deck: Deck, maps: PaperMaps, height: float) -> list[Page]:
    """Every page, `height` px high: cover, county, targets, ranking, closing."""
    _ = deck.translate
    outlines = _("Outlines generalised")
    pages = [
        Page("", _("Meeting file"), "", lambda canvas, box: _cover(canvas, deck, box)),
        Page("", _("The whole county"), against(deck), lambda canvas, box: _county(canvas, deck, maps, box), outlines),
        *(_target_page(page, deck, maps) for page in deck.targets),
        *_ranking_pages(deck, height),
        Page("", _("How it was computed, and what it can say"), "", lambda canvas, box: closing(canvas, deck, box)),
    ]
    return pages


def map_page(deck: Deck, maps: PaperMaps) -> Page:
    """The county's map alone, over the whole page."""
    return Page(
        MAP,
        deck.title,
        against(deck),
        lambda canvas, box: draw_map(canvas, deck, maps, box),
        deck.translate("Outlines generalised"),
    )


def draw_page(canvas: Canvas, deck: Deck, page: Page, number: str) -> None:
    """A page with its head and foot."""
    draw_head(canvas, deck, Head(page.title, page.sub, page.kind))
    draw_foot(canvas, deck, page.boundary, number)
    page.draw(canvas, (0.0, HEAD_PX, canvas.width, canvas.height - HEAD_PX - FOOT_PX))


def _cover(canvas: Canvas, deck: Deck, box: Box) -> None:
    """Title, period, what the reader must know."""
    x, y, width, height = 112.0, box[1] + 0.14 * box[3], box[2] - 224, box[3]
    size = 54.0
    while size > 26 and len(canvas.faces.wrapped(deck.title, width - 36, size, bold=True)) > 3:
        size -= 2
    end = paragraph(canvas, deck.title, x + 36, y, width - 36, size, bold=True, most=3)
    canvas.rect(x, y + 0.12 * size, 10, end - y - 0.12 * size, fill=ACCENT)
    end = paragraph(canvas, cover_period(deck), x + 36, end + 22, width - 36, 30, most=2)
    end += 40
    bottom = y + height * 0.8
    for text in cover_facts(deck):
        if end < bottom:
            end = paragraph(canvas, text, x + 36, end, width - 36, 20, colour=INK_2, most=2) + 4


def _county(canvas: Canvas, deck: Deck, maps: PaperMaps, box: Box) -> None:
    """The county's map; its counts, the first targets, its months."""
    x, y, width, height = box
    wide = width - PANE_PX
    draw_map(canvas, deck, maps, (x, y, wide, height))
    canvas.line([(x + wide, y), (x + wide, y + height)], stroke=LINE)
    left, room = x + wide + PAD_PX, PANE_PX - 2 * PAD_PX
    y = figures(canvas, deck.county_counts, deck, (left, y + 8, room, height), big=66.0)
    words, bottom = list_words(deck), box[1] + height - 8
    size = max(SMALL, min(NOTE, NOTE * room / canvas.faces.width(words, NOTE)))
    y = paragraph(canvas, words, left, y + 4, room, size, colour=INK_2, most=2)
    listed = (left, y + 8, room, bottom - y - 20 - LEAST_CHART)
    y = short_list(canvas, deck.targets[:LIST_ROWS], deck, listed)
    months(canvas, deck.county_counts, deck, (left, y + 12, room, min(220.0, bottom - y - 12)))


def draw_map(canvas: Canvas, deck: Deck, maps: PaperMaps, box: Box) -> None:
    """The county's map with its key over the lower left corner."""
    maps.county(canvas, box)
    width = min(KEY_PX, 0.5 * box[2])
    height = key_height(canvas, deck, width)
    x, y = box[0] + 14, box[1] + box[3] - height - 22
    canvas.rect(x, y, width + 22, height + 8, fill=PAPER, stroke=LINE)
    draw_key(canvas, deck, x + 11, y + 2, width)


def _target_page(page: TargetPage, deck: Deck, maps: PaperMaps) -> Page:
    return Page(
        page.target_id,
        page.name,
        about(page, deck),
        lambda canvas, box: _target(canvas, page, deck, maps, box),
        page.boundary,
        page.kind,
    )


def _target(canvas: Canvas, page: TargetPage, deck: Deck, maps: PaperMaps, box: Box) -> None:
    """One target in three columns."""
    x, y, width, height = box
    middle = width - LEFT_PX - RIGHT_PX
    for at in (x + LEFT_PX, x + width - RIGHT_PX):
        canvas.line([(at, y), (at, y + height)], stroke=LINE)
    bottom = y + height
    end = figures(canvas, page.counts, deck, (x + PAD_PX, y + 8, LEFT_PX - 2 * PAD_PX, height))
    spots(canvas, page, deck, (x + PAD_PX, end + 8, LEFT_PX - 2 * PAD_PX, bottom - end - 16))
    _map_and_months(canvas, page, deck, maps, (x + LEFT_PX + PAD_PX, y + 10, middle - 2 * PAD_PX, height - 18))
    left, room, _ = x + width - RIGHT_PX + PAD_PX, RIGHT_PX - 2 * PAD_PX, deck.translate
    end = heading(canvas, _("Day-parts, workdays and weekend"), left, y + 10, room)
    end = day_parts(canvas, page.cells, deck, (left, end, room, height))
    if page.facts:  # no heading with nothing under it
        end = heading(canvas, _("Responsibility and measures"), left, end + 8, room)
        facts(canvas, page.facts, (left, end - 6, room, bottom - end))


def _map_and_months(canvas: Canvas, page: TargetPage, deck: Deck, maps: PaperMaps, box: Box) -> None:
    """The target's map with its key, its months below."""
    (x, y, width, height), _ = box, deck.translate
    key = key_height(canvas, deck, width)
    chart = min(210.0, 0.26 * height)
    end = heading(canvas, _("Boundary and hotspots"), x, y, width)
    room = height - (end - y) - key - 8 - 34 - chart
    maps.target(canvas, page, (x, end, width, room))
    canvas.rect(x, end, width, room, stroke=LINE)
    end = draw_key(canvas, deck, x, end + room - 1, width) + 8
    end = heading(canvas, _("Incidents per month"), x, end, width)
    months(canvas, page.counts, deck, (x, end, width, y + height - end))


def rows_a_page(height: float) -> int:
    """How many rows of the ranking a page of a height holds."""
    return max(1, math.floor((height - HEAD_PX - FOOT_PX - 16 - 26 - 60) / ROW_PX))


def _ranking_pages(deck: Deck, height: float) -> list[Page]:
    """The ranking on as many pages as it needs, at least one."""

    def page(rows: range) -> Page:
        title, sub = deck.translate("Ranking"), against(deck)
        return Page("", title, sub, lambda canvas, box: _ranking(canvas, deck, rows, box))

    return [page(rows) for rows in rows_of_pages(len(deck.targets), rows_a_page(height))]


def _ranking(canvas: Canvas, deck: Deck, rows: range, box: Box) -> None:
    x, y, width = box[0] + SIDE_PX, box[1] + 16, box[2] - 2 * SIDE_PX
    end = ranked_rows(canvas, deck, rows, (x, y, width, box[3]))
    paragraph(canvas, ranking_note(deck), x, end + 8, width, NOTE, colour=INK_2, most=2)


def number_of(number: int, pages: Sequence[Page]) -> str:
    """A page's number as it is printed."""
    return f"{number} / {len(pages)}"
