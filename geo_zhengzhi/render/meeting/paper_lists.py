"""Lists of targets on paper: the county's first ones, and the ranking; no name is cut where room can be made."""

from collections.abc import Sequence

from geo_zhengzhi.render.meeting.canvas import INK_2, LINE, Canvas
from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import SHORT, lead_unit, percent_of, ranking_heads
from geo_zhengzhi.render.meeting.paper_charts import Box, interval, verdict_chip
from geo_zhengzhi.render.meeting.paper_maps import draw_badge, hairline
from geo_zhengzhi.render.meeting.paper_names import Name, draw_name, name_in
from geo_zhengzhi.render.meeting.paper_parts import BODY, NOTE, SMALL, chip_width

ROW_PX, LIST_ROW_PX = 43.0, 35.0
ICON_PX, GAP_PX, AXIS_PX = 26.0, 12.0, 70.0
COLUMNS = (0.025, 0.04, 0.375, 0.465, 0.545, 0.62, 0.64, 0.74, 0.855)
ANCHORS = ("end", "start", "end", "end", "end", "end", "start", "start", "start")


def short_list(canvas: Canvas, pages: Sequence[TargetPage], deck: Deck, box: Box) -> float:
    """The first targets: both counts, the interval, the verdict; returns where they end below."""
    x, y, width, height = box
    _w = deck.translate
    columns = _columns(canvas, pages, deck, x, width)
    heads = (_w("Target"), _w("now / last year"), _w("ratio, ¼–4"), _w("Verdict"))
    for at, head, anchor in zip(columns, heads, ("start", "end", "start", "start"), strict=True):
        canvas.text(at, y + 16, head, SMALL, colour=INK_2, anchor=anchor)
    y += 24
    for page, name in zip(pages, _names(canvas, pages, deck, columns, height - 24), strict=True):
        high = _row_height(name)
        hairline(canvas, x, y, width)
        _listed(canvas, page, deck, name, (columns, y, high, x + width))
        y += high
    hairline(canvas, x, y, width)
    return y


def _columns(
    canvas: Canvas, pages: Sequence[TargetPage], deck: Deck, x: float, width: float
) -> tuple[float, float, float, float]:
    """Where names begin, counts end, axes and verdicts begin: each as wide as its words, the names have the rest."""
    changes = [change for page in pages if (change := page.counts.against_year)]
    chips = [chip_width(canvas, change.verdict, deck, SMALL, SHORT) for change in changes]
    verdict = max([canvas.faces.width(deck.translate("Verdict"), SMALL), *chips])
    axis = max(AXIS_PX, canvas.faces.width(deck.translate("ratio, ¼–4"), SMALL))
    at = x + width - min(verdict, 0.3 * width)
    return x, at - 2.5 * GAP_PX - axis, at - GAP_PX - axis, at


def _names(
    canvas: Canvas, pages: Sequence[TargetPage], deck: Deck, columns: Sequence[float], height: float
) -> list[Name]:
    """The names beside their counts; on three lines only where the list may be as high as that."""
    rooms = [columns[1] - sum(_count_widths(canvas, page, deck)) - 10 - columns[0] - ICON_PX for page in pages]
    for most in (3, 2):
        names = [
            name_in(canvas.faces, page.name, room, NOTE, most=most) for page, room in zip(pages, rooms, strict=True)
        ]
        if sum(_row_height(name) for name in names) <= height:
            break
    return names


def _row_height(name: Name) -> float:
    return max(LIST_ROW_PX, name.height + 4)


def _count_widths(canvas: Canvas, page: TargetPage, deck: Deck) -> tuple[float, float]:
    """Of this period's count and of last year's behind its stroke."""
    now, year = deck.brief(page.counts.now), f" / {deck.brief(page.counts.year)}"
    return canvas.faces.width(now, NOTE, bold=True), canvas.faces.width(year, NOTE)


def _listed(
    canvas: Canvas, page: TargetPage, deck: Deck, name: Name, place: tuple[Sequence[float], float, float, float]
) -> None:
    """One target of the short list; `place` is its columns, upper edge, height and right edge."""
    columns, y, high, right = place
    counts, middle = page.counts, y + high / 2
    draw_badge(canvas, page.kind, columns[0], middle - 10, 20, boxed=False)
    draw_name(canvas, name, columns[0] + ICON_PX, middle)
    end = columns[1] - _count_widths(canvas, page, deck)[1]
    canvas.text(end, middle + 6.5, f" / {deck.brief(counts.year)}", NOTE)
    canvas.text(end, middle + 6.5, deck.brief(counts.now), NOTE, bold=True, anchor="end")
    interval(canvas, counts.against_year, columns[2], middle, columns[3] - GAP_PX - columns[2])
    if counts.against_year is not None:
        _chip_from(canvas, counts.against_year.verdict, deck, columns[3], middle - 0.8 * SMALL, right)


def _chip_from(canvas: Canvas, verdict: str, deck: Deck, x: float, y: float, right: float) -> None:
    """A chip that begins at `x` and never reaches beyond `right`."""
    size = SMALL
    while size > 9:
        width = chip_width(canvas, verdict, deck, size, SHORT)
        if x + width <= right + 0.1:
            break
        size -= 0.5
    verdict_chip(canvas, verdict, deck, x + width, y, size, short=SHORT)


def ranked_rows(canvas: Canvas, deck: Deck, rows: range, box: Box) -> float:
    """Rows of the ranking; returns where they end below."""
    x, y, width, _ = box
    columns = [x + part * width for part in COLUMNS]
    for head, at, anchor in zip(ranking_heads(deck), columns, ANCHORS, strict=True):
        canvas.text(at, y + 17, head, 16, colour=INK_2, anchor=anchor)
    y += 26
    for number in rows:
        canvas.line([(x, y), (x + width, y)], stroke=LINE)
        _ranked(canvas, deck, number, columns, y, x + width)
        y += ROW_PX
    canvas.line([(x, y), (x + width, y)], stroke=LINE)
    return y


def _ranked(canvas: Canvas, deck: Deck, number: int, columns: Sequence[float], y: float, right: float) -> None:
    """One target of the ranking."""
    page, base, middle = deck.targets[number], y + 28, y + ROW_PX / 2
    counts = page.counts
    texts = [str(number + 1) if number < deck.n_ranked else "", "", deck.text(counts.now), deck.text(counts.before)]
    texts += [deck.text(counts.year), percent_of(counts, deck)]
    for at, text, bold in zip(columns, texts, (False, False, True, False, False, False), strict=False):
        canvas.text(at, base, text, BODY, bold=bold, anchor="end")
    draw_badge(canvas, page.kind, columns[1], y + 10, 22, boxed=False)
    room = columns[2] - canvas.faces.width(texts[2], BODY, bold=True) - columns[1] - 44
    draw_name(canvas, name_in(canvas.faces, page.name, room, BODY), columns[1] + 30, middle)
    interval(canvas, counts.against_year, columns[6], middle, columns[7] - columns[6] - 18)
    if counts.against_year is not None:
        _chip_from(canvas, counts.against_year.verdict, deck, columns[7], y + 9, columns[8] - 8)
    draw_name(canvas, name_in(canvas.faces, lead_unit(page, deck), right - columns[8], BODY), columns[8], middle)
