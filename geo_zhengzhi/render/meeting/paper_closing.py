"""A meeting file's last page on a canvas: how it was computed, what is not shown and why, what it cannot say."""

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK_2, Canvas
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import JUDGED, LIMITS, RULES, hidden_rules
from geo_zhengzhi.render.meeting.paper_charts import Box, verdict_chip
from geo_zhengzhi.render.meeting.paper_maps import hairline
from geo_zhengzhi.render.meeting.paper_parts import chip_width, heading, paragraph

SIDE_PX = 40.0


def closing(canvas: Canvas, deck: Deck, box: Box) -> None:
    """How it was computed, what is not shown and why, what it cannot say; as large as there is room for."""
    gap, width = 40.0, box[2] - 2 * SIDE_PX
    wide = (width - 2 * gap) / 3
    columns = (_judged, _hidden, _data)
    for size in (19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 13.0, 12.0):
        heights = [column(_Silent(canvas), deck, 0.0, 0.0, wide, size) for column in columns]
        if max(heights) <= box[3] - 20:
            break
    for i, column in enumerate(columns):
        column(canvas, deck, box[0] + SIDE_PX + i * (wide + gap), box[1] + 14, wide, size)


class _Silent(Canvas):
    """A canvas that only measures."""

    def __init__(self, canvas: Canvas) -> None:
        self.faces, self.width, self.height = canvas.faces, canvas.width, canvas.height

    def path(self, *args: object, **kwargs: object) -> None:
        """Nothing."""

    def text(self, x: float, y: float, words: object, size: float, **kwargs: object) -> float:
        """Nothing."""
        return x


def _judged(canvas: Canvas, deck: Deck, x: float, y: float, width: float, size: float) -> float:
    _ = deck.translate
    y = heading(canvas, _("How it is judged"), x, y, width)
    y = paragraph(canvas, _(JUDGED), x, y, width, size) + 8
    indent = max(chip_width(canvas, verdict, deck, 16, {}) for verdict in RULES) + 8
    is_beside = indent < 0.55 * width
    for verdict, rule in RULES.items():
        hairline(canvas, x, y, width)
        verdict_chip(canvas, verdict, deck, x + chip_width(canvas, verdict, deck, 16, {}), y + 6, 16)
        aside, below = (indent, 2.0) if is_beside else (0.0, 32.0)
        y = max(paragraph(canvas, _(rule), x + aside, y + below, width - aside, size), y + 34) + 6
    return y


def _hidden(canvas: Canvas, deck: Deck, x: float, y: float, width: float, size: float) -> float:
    y = heading(canvas, deck.translate("What is not shown, and why"), x, y, width)
    for rule in hidden_rules(deck):
        canvas.rect(x, y + 0.62 * size, 6, 6, fill=ACCENT)
        y = paragraph(canvas, rule, x + 18, y, width - 18, size) + 6
    return y


def _data(canvas: Canvas, deck: Deck, x: float, y: float, width: float, size: float) -> float:
    _ = deck.translate
    y = heading(canvas, _("Data and parameters"), x, y, width)
    indent = min(0.35 * width, max(canvas.faces.width(label, size) for label, _text in deck.method) + 12)
    for label, text in deck.method:
        hairline(canvas, x, y, width)
        end = paragraph(canvas, label, x, y + 3, indent - 6, size, colour=INK_2)
        y = max(end, paragraph(canvas, text, x + indent, y + 3, width - indent, size)) + 5
    y = heading(canvas, _("What it cannot say"), x, y + 10, width)
    for text in LIMITS:
        y = paragraph(canvas, _(text), x, y, width, size) + 6
    return y
