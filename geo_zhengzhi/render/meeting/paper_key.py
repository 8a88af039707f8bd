"""The key of a meeting file's maps on a canvas: the heat scale with its numbers, and what lines mean."""

from geo_zhengzhi.model import HEAT_CLASSES
from geo_zhengzhi.render.heat_picture import COLOURS
from geo_zhengzhi.render.meeting.canvas import INK_2, Canvas
from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.deck_words import SWATCHES, density_title
from geo_zhengzhi.render.meeting.paper_maps import KEY_LOOKS

LETTER, LEAST_LETTER = 15.0, 13.0
SWATCH_PX, GAP_PX, ROW_PX = 24.0, 12.0, 24.0


def draw_key(canvas: Canvas, deck: Deck, x: float, y: float, width: float) -> float:
    """The heat scale with its numbers, and what lines mean; returns where it ends below."""
    lines, size = _title(canvas, deck, width)
    for line in lines:
        y += 21
        canvas.text(x, y, line, size, colour=INK_2)
    step = width / len(COLOURS)
    for i, (colour, bound) in enumerate(zip(COLOURS, HEAT_CLASSES, strict=True)):
        canvas.rect(x + i * step, y + 7, step, 11, fill=colour)
        canvas.text(x + i * step, y + 34, f"{bound:g}", LETTER, colour=INK_2)
    return _swatches(canvas, deck, x, y + 42, width)


def _title(canvas: Canvas, deck: Deck, width: float) -> tuple[list[str], float]:
    """What the numbers are of, in lines, and the size of their letters: one line, if they may be as small as that."""
    words = density_title(deck)
    size = min(LETTER, LETTER * width / canvas.faces.width(words, LETTER))
    if size >= LEAST_LETTER:
        return [words], size
    return canvas.faces.wrapped(words, width, LETTER, most=2), LETTER


def _columns(canvas: Canvas, deck: Deck, width: float) -> tuple[list[float], float]:
    """
    Where the columns of the looks begin, and the size of their letters.

    All stand in one row, in rather smaller letters if need be; else in as many even rows, none of them alone.
    """
    words = [deck.translate(word) for _, word in SWATCHES]
    for n_columns in (len(words), 2):
        size = LETTER
        while size >= LEAST_LETTER:
            wide = [
                max(SWATCH_PX + canvas.faces.width(word, size) + GAP_PX for word in words[column::n_columns])
                for column in range(n_columns)
            ]
            if sum(wide) - GAP_PX <= width:
                return [sum(wide[:i]) for i in range(n_columns)], size
            size -= 0.5
    return [0.0, wide[0]], LEAST_LETTER


def _swatches(canvas: Canvas, deck: Deck, x: float, y: float, width: float) -> float:
    """The looks of lines, in columns."""
    columns, size = _columns(canvas, deck, width)
    for i, (name, word) in enumerate(SWATCHES):
        row, column = divmod(i, len(columns))
        left, top = x + columns[column], y + ROW_PX * row
        canvas.rect(left + 1.5, top + 3, 15, 11, **KEY_LOOKS[name])
        canvas.text(left + SWATCH_PX, top + 14, deck.translate(word), size, colour=INK_2)
    return y + ROW_PX * (len(SWATCHES) // len(columns) - 1) + 22


def key_height(canvas: Canvas, deck: Deck, width: float) -> float:
    """How high the key will be."""
    n_rows = len(SWATCHES) // len(_columns(canvas, deck, width)[0])
    return 21 * len(_title(canvas, deck, width)[0]) + 42 + ROW_PX * (n_rows - 1) + 22
