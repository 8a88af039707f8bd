"""A presentation's lists of targets, as tables: the county's first ones, and the ranking."""

from collections.abc import Sequence

from geo_zhengzhi.model import Comparison
from geo_zhengzhi.render.meeting.canvas import INK_2
from geo_zhengzhi.render.meeting.deck import Deck, TargetPage
from geo_zhengzhi.render.meeting.deck_words import SHORT, lead_unit, percent_of, ranking_heads, verdict_text
from geo_zhengzhi.render.meeting.paper_charts import Box
from geo_zhengzhi.render.meeting.slide_shapes import LINE_HEIGHT, ROOM, Shapes
from geo_zhengzhi.render.meeting.slide_tables import TONES, coloured, ratio_alone, ratio_words
from geo_zhengzhi.render.meeting.slide_words import Cell, Run

RANK_WIDTHS = (0.035, 0.235, 0.08, 0.095, 0.075, 0.075, 0.125, 0.115, 0.165)
ROW_PX = 41.0
NAMES = (1, 8)  # columns that may need two lines
LIST_PX, LEAST_PX, PAD_PX = 30.0, 12.0, 14.0  # a row, letters on several lines, room beside words of the short list


def _verdict_cell(change: Comparison | None, deck: Deck, size: float, width: float, shapes: Shapes) -> Cell:
    """A verdict's form and word in a table."""
    if change is None:
        return Cell(Run("", size))
    words = shapes.fitted(verdict_text(change.verdict, deck, SHORT), width, size, bold=True, floor=10)
    return Cell(Run(words.words, words.size, change.verdict in TONES, TONES.get(change.verdict, INK_2)))


def short_rows(shapes: Shapes, pages: Sequence[TargetPage], deck: Deck, box: Box) -> float:
    """The first targets: both counts, ratio, verdict; returns where they end below."""
    (x, y, width, height), _w = box, deck.translate
    heads = (_w("Target"), _w("now / last year"), _w("rate ratio"), _w("Verdict"))
    aligns = ("start", "end", "end", "start")
    widths = _short_widths(shapes, pages, deck, heads, width)
    rows = [
        [
            Cell(coloured(shapes.fitted(head, w - 8, 14, floor=10), INK_2), align)
            for head, w, align in zip(heads, widths, aligns, strict=True)
        ]
    ]
    names, heights = _names(shapes, pages, widths[0] - PAD_PX, height - 24)
    for page, name in zip(pages, names, strict=True):
        rows.append(
            [
                Cell(name),
                Cell(shapes.fitted(_both(page, deck), widths[1] - 8, 16, bold=True, floor=5), "end"),
                Cell(shapes.fitted(ratio_alone(page.counts.against_year), widths[2] - 8, 15, floor=9), "end"),
                _verdict_cell(page.counts.against_year, deck, 15, widths[3] - 8, shapes),
            ]
        )
    shapes.table(rows, widths, [24.0, *heights], x, y, pad=4)
    return y + 24.0 + sum(heights)


def _both(page: TargetPage, deck: Deck) -> str:
    return f"{deck.brief(page.counts.now)} / {deck.brief(page.counts.year)}"


def _short_widths(
    shapes: Shapes, pages: Sequence[TargetPage], deck: Deck, heads: Sequence[str], width: float
) -> list[float]:
    """Of the columns: counts, ratios and verdicts as wide as their words, the names have the rest."""
    changes = [page.counts.against_year for page in pages]
    told = [verdict_text(change.verdict, deck, SHORT) for change in changes if change]
    columns = [
        [_wide(shapes, heads[1], 14), *(_wide(shapes, _both(page, deck), 16, bold=True) for page in pages)],
        [_wide(shapes, heads[2], 14), *(_wide(shapes, ratio_alone(change), 15) for change in changes)],
        [_wide(shapes, heads[3], 14), *(_wide(shapes, words, 15, bold=True) for words in told)],
    ]
    taken = [min(max(column) + PAD_PX, 0.28 * width) for column in columns]
    return [width - sum(taken), *taken]


def _wide(shapes: Shapes, words: str, size: float, *, bold: bool = False) -> float:
    return shapes.faces.width(words, size, bold=bold) * ROOM


def _names(shapes: Shapes, pages: Sequence[TargetPage], width: float, height: float) -> tuple[list[Run], list[float]]:
    """The names and the heights of their rows; on three lines only where the table may be as high as that."""
    counted = [len(shapes.faces.wrapped(page.name, width / ROOM, LEAST_PX)) for page in pages]
    line = LINE_HEIGHT * LEAST_PX
    needed = [LIST_PX if one < 2 else max(LIST_PX, min(one, 3) * line) for one in counted]
    most = 3 if sum(needed) <= height else 2
    names = [shapes.on_lines(page.name, width, 16, floor=LEAST_PX + 0.5, least=LEAST_PX, most=most) for page in pages]
    heights = [
        LIST_PX if name.size > LEAST_PX else max(LIST_PX, min(one, most) * line)
        for name, one in zip(names, counted, strict=True)
    ]
    return names, heights


def ranked(shapes: Shapes, deck: Deck, numbers: range, box: Box) -> float:
    """Rows of the ranking; returns where they end below."""
    (x, y, width, _), _w = box, deck.translate
    widths = [part * width for part in RANK_WIDTHS]
    heads = ranking_heads(deck)
    heads[6] = _w("rate ratio")
    aligns = ("end", "start", "end", "end", "end", "end", "middle", "start", "start")
    rows = [
        [
            Cell(coloured(shapes.fitted(head, w - 12, 15, floor=10), INK_2), align)
            for head, w, align in zip(heads, widths, aligns, strict=True)
        ]
    ]
    for number in numbers:
        rows.append(_ranked(shapes, deck, number, widths, aligns))
    heights = [28.0, *[ROW_PX] * (len(rows) - 1)]
    shapes.table(rows, widths, heights, x, y, pad=6)
    return y + sum(heights)


def _ranked(shapes: Shapes, deck: Deck, number: int, widths: Sequence[float], aligns: Sequence[str]) -> list[Cell]:
    """One target of the ranking."""
    page = deck.targets[number]
    counts = page.counts
    texts = [str(number + 1) if number < deck.n_ranked else "", page.name, deck.text(counts.now)]
    texts += [deck.text(counts.before), deck.text(counts.year), percent_of(counts, deck)]
    texts += [ratio_words(counts.against_year), "", lead_unit(page, deck)]
    cells = [
        Cell(shapes.fitted(text, w - 12, 17, bold=column == 2, floor=7), align)
        for column, (text, w, align) in enumerate(zip(texts, widths, aligns, strict=True))
    ]
    for column in NAMES:
        run = shapes.on_lines(texts[column], widths[column] - 14, 17, floor=14, least=12)
        cells[column] = Cell(run, aligns[column])
    cells[7] = _verdict_cell(counts.against_year, deck, 16, widths[7] - 12, shapes)
    return cells
