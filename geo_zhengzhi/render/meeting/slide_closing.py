"""A presentation's last slide: how it is judged, what is not shown and why, data and limits."""

from collections.abc import Sequence

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK_2
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import JUDGED, LIMITS, RULES, hidden_rules, verdict_text
from geo_zhengzhi.render.meeting.paper_charts import Box
from geo_zhengzhi.render.meeting.slide_shapes import LINE_HEIGHT, ROOM, Shapes
from geo_zhengzhi.render.meeting.slide_words import Cell, Run


def closing_columns(shapes: Shapes, deck: Deck, box: Box) -> None:
    """How it is judged, what is not shown and why, data and limits; as large as there is room for."""
    x, y, width, height = box
    wide, _w = (width - 80) / 3, deck.translate
    heads = ("How it is judged", "What is not shown, and why", "Data and parameters")
    rules = [(verdict_text(verdict, deck), _w(rule)) for verdict, rule in RULES.items()]
    columns = [[_w(JUDGED)], [f"▪ {rule}" for rule in hidden_rules(deck)], [_w(text) for text in LIMITS]]
    tables = [rules, [], list(deck.method)]
    for size in (18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0):
        heights = [
            _height(shapes, texts, wide, size) + _table_height(shapes, rows, wide, size)
            for texts, rows in zip(columns, tables, strict=True)
        ]
        if max(heights) + 80 <= height:
            break
    for i, head in enumerate(heads):
        left = x + i * (wide + 40)
        top = shapes.paragraph(_w(head), left, y, wide, Run("", 20, bold=True, colour=ACCENT), 1) + 4
        if i < 2:
            top = _texts(shapes, columns[i], left, top, wide, size)
            _pairs(shapes, tables[i], left, top + 4, wide, size)
        else:
            top = _pairs(shapes, tables[i], left, top, wide, size) + 10
            heading = Run("", 20, bold=True, colour=ACCENT)
            top = shapes.paragraph(_w("What it cannot say"), left, top, wide, heading, 1) + 2
            _texts(shapes, columns[i], left, top, wide, size)


def _height(shapes: Shapes, texts: Sequence[str], width: float, size: float) -> float:
    lines = [len(shapes.faces.wrapped(text, width / ROOM, size)) for text in texts]
    return sum(n * LINE_HEIGHT * size + 5 for n in lines)


def _texts(shapes: Shapes, texts: Sequence[str], x: float, y: float, width: float, size: float) -> float:
    """Paragraphs in one box; returns where they end below."""
    height = _height(shapes, texts, width, size)
    if texts:
        shapes.text([[shapes.in_lines(text, width, Run("", size))] for text in texts], x, y, width, height, gap=5)
    return y + height


def _label_width(shapes: Shapes, rows: Sequence[tuple[str, str]], width: float, size: float) -> float:
    return min(0.45 * width, max(shapes.faces.width(label, size, bold=True) for label, _ in rows) * ROOM + 12)


def _row_heights(shapes: Shapes, rows: Sequence[tuple[str, str]], width: float, size: float) -> list[float]:
    label = _label_width(shapes, rows, width, size)
    pairs = [
        (
            len(shapes.faces.wrapped(name, (label - 8) / ROOM, size, bold=True)),
            len(shapes.faces.wrapped(text, (width - label - 8) / ROOM, size)),
        )
        for name, text in rows
    ]
    return [max(1, *pair) * LINE_HEIGHT * size + 8 for pair in pairs]


def _table_height(shapes: Shapes, rows: Sequence[tuple[str, str]], width: float, size: float) -> float:
    return sum(_row_heights(shapes, rows, width, size)) if rows else 0.0


def _pairs(shapes: Shapes, rows: Sequence[tuple[str, str]], x: float, y: float, width: float, size: float) -> float:
    """A table of two columns; returns where it ends below."""
    if not rows:
        return y
    label, heights = _label_width(shapes, rows, width, size), _row_heights(shapes, rows, width, size)
    rest, look = width - label - 8, Run("", size)
    cells = [[Cell(Run(name, size, colour=INK_2)), Cell(shapes.in_lines(text, rest, look))] for name, text in rows]
    shapes.table(cells, [label, width - label], heights, x, y, pad=4)
    return y + sum(heights)
