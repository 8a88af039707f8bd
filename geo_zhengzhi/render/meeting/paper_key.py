"""The key of a meeting file's maps on a canvas: the heat scale with its numbers, and what lines mean."""

from geo_zhengzhi.model import HEAT_CLASSES
from geo_zhengzhi.render.heat_picture import COLOURS
from geo_zhengzhi.render.meeting.canvas import INK_2, Canvas
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import SWATCHES, density_title
from geo_zhengzhi.render.meeting.paper_maps import KEY_LOOKS

LETTER = 15.0


def draw_key(canvas: Canvas, deck: Deck, x: float, y: float, width: float) -> float:
    """The heat scale with its numbers, and what lines mean; returns where it ends below."""
    for line in canvas.faces.wrapped(density_title(deck), width, LETTER, most=2):
        y += 21
        canvas.text(x, y, line, LETTER, colour=INK_2)
    step = width / len(COLOURS)
    for i, (colour, bound) in enumerate(zip(COLOURS, HEAT_CLASSES, strict=True)):
        canvas.rect(x + i * step, y + 7, step, 11, fill=colour)
        canvas.text(x + i * step, y + 34, f"{bound:g}", LETTER, colour=INK_2)
    return _swatches(canvas, deck, x, y + 42, width)


def _swatches(canvas: Canvas, deck: Deck, x: float, y: float, width: float) -> float:
    """The looks of lines, as many beside each other as have room."""
    left = x
    for name, word in SWATCHES:
        words = deck.translate(word)
        wide = 24 + canvas.faces.width(words, LETTER) + 16
        if left > x and left + wide - 16 > x + width:
            left, y = x, y + 24
        canvas.rect(left + 1.5, y + 3, 15, 11, **KEY_LOOKS[name])
        canvas.text(left + 24, y + 14, words, LETTER, colour=INK_2)
        left += wide
    return y + 22


def key_height(canvas: Canvas, deck: Deck, width: float) -> float:
    """How high the key will be."""
    n_lines = len(canvas.faces.wrapped(density_title(deck), width, LETTER, most=2))
    rows, left = 1, 0.0
    for _, word in SWATCHES:
        wide = 24 + canvas.faces.width(deck.translate(word), LETTER) + 16
        if left > 0 and left + wide - 16 > width:
            rows, left = rows + 1, 0.0
        left += wide
    return 21 * n_lines + 42 + 24 * (rows - 1) + 22
