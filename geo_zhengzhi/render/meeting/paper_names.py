"""Names in rows on paper: smaller where they are long, on two or three lines where they are longer, only then cut."""

from dataclasses import dataclass

from geo_zhengzhi.render.meeting.canvas import Canvas
from geo_zhengzhi.render.meeting.faces import MORE, Faces

LEAST = 14.0  # letters of one line and of two
SMALLER = ((2, LEAST), (3, 12.0))  # lines, and the letters that they have
LEADING = 1.18  # of the letters, from line to line


@dataclass(frozen=True)
class Name:
    """A name's lines in letters of a size."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """How high the lines are together, px."""
        return LEADING * self.size * len(self.lines)


def name_in(faces: Faces, words: str, width: float, size: float, *, most: int = 3) -> Name:
    """A name in at most so many lines of a width."""
    wide = faces.width(words, size)
    if wide * LEAST <= width * size:
        return Name((words,) if words else (), min(size, size * width / wide) if wide else size)
    for n, letters in SMALLER[: most - 1]:
        lines, size = faces.wrapped(words, width, letters, most=n), letters
        if not lines[-1].endswith(MORE):
            break
    return Name(tuple(lines), size)


def draw_name(canvas: Canvas, name: Name, x: float, middle: float) -> None:
    """A name's lines around the height `middle`."""
    step = LEADING * name.size
    for i, line in enumerate(name.lines):
        base = middle + (i - (len(name.lines) - 1) / 2) * step + 0.34 * name.size
        canvas.text(x, base, line, name.size)
