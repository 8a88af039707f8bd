"""Meeting pages as pictures and as a PDF, both drawn on this machine without a browser."""

import io
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure
from PIL import Image

from geo_zhengzhi.errors import InvalidParameter
from geo_zhengzhi.render.meeting.canvas import Canvas
from geo_zhengzhi.render.meeting.deck import MAP, Deck
from geo_zhengzhi.render.meeting.drawing_rules import by_default_rules
from geo_zhengzhi.render.meeting.faces import Faces, plain
from geo_zhengzhi.render.meeting.packing import STATED
from geo_zhengzhi.render.meeting.paper_maps import PaperMaps
from geo_zhengzhi.render.meeting.paper_pages import Page, draw_page, map_page, number_of, pages_of
from geo_zhengzhi.render.safe_text import script_json
from geo_zhengzhi.render.scene import Scene

PAGE_PX = (1366.0, 768.0)  # the slides' design: every other page shows at least as much
PAPER_MM = {"a4": (297.0, 210.0), "a3": (420.0, 297.0)}
POINTS_A_MM = 72 / 25.4
PROGRAM, MOST_LETTERS, N_COLOURS = "geo_zhengzhi", 300, 256
Size = tuple[float, float]
Draw = Callable[[Canvas], None]


@by_default_rules
def deck_pdf(deck: Deck, scene: Scene, assets_dir: Path, paper: str) -> bytes:
    """
    Every page on A3 or A4 across, text as text.

    Raises
    ------
    AssetsMissing, AssetsDiffer
        If set-up has not fetched the font.
    """
    size = (PAPER_MM[paper][0] * POINTS_A_MM, PAPER_MM[paper][1] * POINTS_A_MM)
    faces, maps = Faces(assets_dir), PaperMaps(scene, deck)
    pages = pages_of(deck, maps, _design(size)[1])
    stream = io.BytesIO()
    with PdfPages(stream, metadata=_pdf_properties(deck)) as file:
        for number, page in enumerate(pages, start=1):
            draw = partial(draw_page, deck=deck, page=page, number=number_of(number, pages))
            FigureCanvasPdf(_figure(size, faces, draw)).print_pdf(file)
    return stream.getvalue()


@by_default_rules
def deck_png(deck: Deck, scene: Scene, assets_dir: Path, size: tuple[int, int], page: str = MAP) -> bytes:
    """
    The county's map, or one page, as a picture.

    Parameters
    ----------
    deck, scene : Deck, Scene
    assets_dir : Path
    size : (int, int)
        Width and height in pixels.
    page : str
        "map" for the county's map alone, a page's number from 1 on, or a target's id.

    Raises
    ------
    InvalidParameter
        If there is no such page.
    AssetsMissing, AssetsDiffer
        If set-up has not fetched the font.
    """
    faces, maps = Faces(assets_dir), PaperMaps(scene, deck)
    pages = pages_of(deck, maps, _design(size)[1])
    number = _asked(page, pages)
    shown = map_page(deck, maps) if number is None else pages[number]
    words = "" if number is None else number_of(number + 1, pages)
    properties = {"Software": PROGRAM, "Title": plain(deck.title).encode("ascii", "replace").decode()}
    properties["Description"] = _statement(deck)
    return _png(_figure(size, faces, partial(draw_page, deck=deck, page=shown, number=words)), properties)


def picture(faces: Faces, size_px: tuple[float, float], density: float, draw: Draw) -> bytes:
    """
    A drawing on white as a PNG, `density` pixels a px of the design.

    It keeps the 256 colours that its few hues need: nobody sees the difference, and a presentation is a third as large.
    """
    size = (round(size_px[0] * density), round(size_px[1] * density))
    canvas, stream = FigureCanvasAgg(_figure(size, faces, draw, px=size_px)), io.BytesIO()
    canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    image.quantize(N_COLOURS, dither=Image.Dither.NONE).save(stream, "png")
    return stream.getvalue()


def _asked(page: str, pages: Sequence[Page]) -> int | None:
    """Which page is asked for, from 0 on; None for the map."""
    if page == MAP:
        return None
    names = [one.name for one in pages]
    if page in names and page:
        return names.index(page)
    if page.isdecimal() and page.isascii() and 1 <= int(page[:9]) <= len(pages):
        return int(page) - 1
    targets = ", ".join(name for name in names if name)
    raise InvalidParameter(
        name="page", given=page[:60] or "–", allowed=f"{MAP}, 1–{len(pages)}, {targets}"[:MOST_LETTERS]
    )


class _Page(Artist):
    """What a figure holds: a drawing that fills it."""

    def __init__(self, faces: Faces, size: Size, px: Size, draw: Draw) -> None:
        super().__init__()
        self._faces, self._size, self._px, self._draw = faces, size, px, draw

    def draw(self, renderer: Any) -> None:
        """Draw it."""
        self._draw(Canvas(renderer, self._faces, *self._px, self._size[1] / self._px[1]))


def _figure(size: Size, faces: Faces, draw: Draw, px: Size | None = None) -> Figure:
    """A figure of a size in the canvas's own units, on white, its page `px` large in the slides' design."""
    figure = Figure(figsize=(size[0] / 72, size[1] / 72), dpi=72, facecolor="white", edgecolor="white")
    figure.add_artist(_Page(faces, size, px or _design(size), draw))
    return figure


def _design(size: Size) -> Size:
    """How large a page is in the slides' px: as large as them, and larger along one side where its form differs."""
    scale = min(size[0] / PAGE_PX[0], size[1] / PAGE_PX[1])
    return size[0] / scale, size[1] / scale


def _png(figure: Figure, properties: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata=dict(properties))
    return stream.getvalue()


def _pdf_properties(deck: Deck) -> dict[str, Any]:
    """Title, day and statement; no clock and no machine."""
    day = datetime.strptime(deck.made_on, "%Y-%m-%d").replace(tzinfo=UTC)
    return {
        "Title": plain(f"{deck.title} · {deck.period}"), "Author": PROGRAM, "Creator": PROGRAM, "Producer": PROGRAM,
        "CreationDate": day, "ModDate": day, "Keywords": _statement(deck),
    }  # fmt: skip


def _statement(deck: Deck) -> str:
    """What the file says of itself, in letters that every property can hold."""
    return STATED + b64encode(script_json(deck.manifest).encode()).decode()
