"""The letters of what the server draws: which font has one, how wide it is, where lines break."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

import matplotlib
from matplotlib.font_manager import get_font
from matplotlib.ft2font import FT2Font, LoadFlags

from geo_zhengzhi.render.assets import asset_at, read_asset

FILES = {False: "fonts/NotoSansHans-Regular.otf", True: "fonts/NotoSansHans-Bold.otf"}  # by whether it is bold
BEHIND = {False: "fonts/ttf/DejaVuSans.ttf", True: "fonts/ttf/DejaVuSans-Bold.ttf"}  # matplotlib's own, for the rest
NO_LETTER, MORE = "□", "…"
TOO_WIDE = "−"  # a Chinese font's minus is as wide as a Chinese letter: numbers take the other's
BETWEEN, BETWEEN_SCRIPTS, HYPHEN = "–", 0.25, "-"
STAY = (BETWEEN, "%")  # behind a space too: a period and a percentage stay in one piece
UNITS = 1000  # the size at which letters are measured
NOT_FIRST, NOT_LAST = "，。、；：？！）》」』】〕”’％%·…—,.;:?!)]}", "（《「『【〔“‘([{"


class Faces:
    """
    The font in two weights, as set-up fetched it, and behind it the one that comes with the drawing library.

    Parameters
    ----------
    assets_dir : Path

    Raises
    ------
    AssetsMissing, AssetsDiffer
        If set-up has not fetched the font, or it is not the pinned one.
    """

    def __init__(self, assets_dir: Path) -> None:
        behind = Path(matplotlib.get_data_path())
        for file in FILES.values():
            read_asset(asset_at(file), assets_dir)
        self._paths = {bold: (str(assets_dir / FILES[bold]), str(behind / BEHIND[bold])) for bold in FILES}
        self._letters: dict[tuple[bool, str], tuple[str, str, float]] = {}

    def runs(self, text: str, *, bold: bool = False) -> list[tuple[str, str, float]]:
        """A text as pieces of one font each: the font's path, the letters, their width at size 1."""
        found = [self._letter(letter, bold) for letter in text]
        pieces = [(path, list(group)) for path, group in groupby(found, key=lambda letter: letter[0])]
        return [(path, "".join(one[1] for one in group), sum(one[2] for one in group)) for path, group in pieces]

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text is, in the unit of its size."""
        return size * sum(self._letter(letter, bold)[2] for letter in text)

    def fitted(self, text: str, width: float, size: float, *, bold: bool = False) -> str:
        """The text on one line, cut where it is too wide."""
        return next(iter(self.wrapped(text, width, size, bold=bold, most=1)), "")

    def wrapped(self, text: str, width: float, size: float, *, bold: bool = False, most: int = 10_000) -> list[str]:
        """The text in lines of a width, at most so many: what is left over becomes three dots."""
        lines, line = [], ""
        for piece in self._breakable(plain(text), width, size, bold):
            if line and self.width((line + piece).rstrip(), size, bold=bold) > width:
                lines.append(line.rstrip())
                line = ""
            line += piece if line else piece.lstrip()
        lines += [line.rstrip()] if line.strip() else []
        if len(lines) <= most:
            return lines
        return [*lines[: most - 1], self._cut(lines[most - 1], width, size, bold)]

    def halved(self, text: str, size: float, *, bold: bool = False) -> tuple[list[str], float]:
        """The text in at most two lines that are as short as can be, and how wide they are."""
        whole = self.width(plain(text), size, bold=bold)
        width = whole / 2
        while len(self.wrapped(text, width, size, bold=bold)) > 2 and width < whole:
            width += size / 4
        return self.wrapped(text, width, size, bold=bold), width

    def _cut(self, line: str, width: float, size: float, bold: bool) -> str:
        """A line with three dots at its end."""
        while line and self.width(line + MORE, size, bold=bold) > width:
            line = line[:-1]
        return line.rstrip() + MORE

    def _breakable(self, text: str, width: float, size: float, bold: bool) -> Iterator[str]:
        """The pieces between which a line may break; a word that is wider than the line is broken itself."""
        for piece in _pieces(text):
            while piece and self.width(piece.rstrip(), size, bold=bold) > width:
                n = 1
                while self.width(piece[: n + 1], size, bold=bold) <= width:
                    n += 1
                yield piece[:n]
                piece = piece[n:]
            yield piece

    def _letter(self, letter: str, bold: bool) -> tuple[str, str, float]:
        """The font that has a letter, the letter that is drawn, its width at size 1."""
        if (bold, letter) not in self._letters:
            self._letters[bold, letter] = self._find(letter, bold)
        return self._letters[bold, letter]

    def _find(self, letter: str, bold: bool) -> tuple[str, str, float]:
        for path in self._paths[bold][letter in TOO_WIDE :]:
            font = get_font(path)
            if font.get_char_index(ord(letter)):
                return path, letter, _advance(font, letter)
        return self._find(NO_LETTER, bold)


class ReaderFaces(Faces):
    """Letters as wide as the widest that a reader's own font may have, for words that a reader's program sets."""

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a text is, with the room that some programs leave between Chinese and Latin letters."""
        n_meetings = sum(_is_wide(a) != _is_wide(b) and " " not in (a, b) for a, b in pairwise(text))
        return super().width(text, size, bold=bold) + n_meetings * BETWEEN_SCRIPTS * size

    def _find(self, letter: str, bold: bool) -> tuple[str, str, float]:
        path, shown, width = super()._find(letter, bold)
        fonts = [get_font(other) for other in self._paths[bold]]
        widths = [_advance(font, shown) for font in fonts if font.get_char_index(ord(shown))]
        return path, shown, max([width, *widths])


def _advance(font: FT2Font, letter: str) -> float:
    font.set_size(UNITS, 72)
    return float(font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / UNITS


def plain(text: object) -> str:
    """Words without what no page can show: line ends and tabs are spaces, marks that turn or hide letters are told."""
    return "".join(" " if letter in "\t\n\r\u2028\u2029" else _shown(letter) for letter in str(text))


def _shown(letter: str) -> str:
    return NO_LETTER if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") else letter


def _pieces(text: str) -> list[str]:
    """Words with the space behind them, and Chinese letters each with the marks that belong to it."""
    pieces: list[str] = []
    for letter in text:
        if pieces and _holds(pieces[-1], letter):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _holds(piece: str, letter: str) -> bool:
    """Whether no line may break between a piece and the letter behind it."""
    last = piece[-1]
    if letter == " ":
        return True
    if last == " ":
        return letter in STAY or piece.endswith(f"{BETWEEN} ")
    if last == HYPHEN and letter.isalpha() and piece[-2:-1].isalpha():
        return False  # between the words of a name; a day stays in one piece
    return last in NOT_LAST or letter in NOT_FIRST or not (_is_wide(last) or _is_wide(letter))


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
