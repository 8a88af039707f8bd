"""A meeting file as a presentation (.pptx): pictures for maps and months, editable words and tables for the rest."""

import io
import zipfile
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.util import Emu

from geo_zhengzhi.render.meeting.canvas import ACCENT, INK_2, Canvas
from geo_zhengzhi.render.meeting.deck import Counts, Deck, TargetPage
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
from geo_zhengzhi.render.meeting.drawing_rules import by_default_rules
from geo_zhengzhi.render.meeting.faces import Faces, ReaderFaces
from geo_zhengzhi.render.meeting.packing import office_file
from geo_zhengzhi.render.meeting.paper_charts import months
from geo_zhengzhi.render.meeting.paper_heads import Head
from geo_zhengzhi.render.meeting.paper_key import draw_key, key_height
from geo_zhengzhi.render.meeting.paper_maps import Box, PaperMaps
from geo_zhengzhi.render.meeting.paper_pages import LEAST_CHART, draw_map
from geo_zhengzhi.render.meeting.slide_closing import closing_columns
from geo_zhengzhi.render.meeting.slide_heads import BOTTOM, draw_foot, draw_head
from geo_zhengzhi.render.meeting.slide_lists import ranked, short_rows
from geo_zhengzhi.render.meeting.slide_shapes import ROOM, Shapes
from geo_zhengzhi.render.meeting.slide_tables import day_grid, fact_rows, figures, spot_rows
from geo_zhengzhi.render.meeting.slide_words import WIDE_EMU, Run
from geo_zhengzhi.render.scene import Scene

HIGH_EMU, HIGH_PX = 6_858_000, 768.0
FONT = "Microsoft YaHei"  # on every Chinese Windows; other systems put their own Chinese font in its place
THEME, SLIDE = "ppt/theme/theme", "ppt/slides/slide"
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}
TITLE_ONLY = 5
LEFT, PANE, SIDE, TOP = 464.0, 560.0, 416.0, 84.0
ROWS_A_SLIDE = 12


@by_default_rules
def deck_presentation(deck: Deck, scene: Scene, assets_dir: Path) -> bytes:
    """
    The slides, 16:9, the same bytes for the same deck.

    Raises
    ------
    AssetsMissing, AssetsDiffer
        If set-up has not fetched the font that pictures are drawn with.
    """
    slides = _Slides(deck, scene, assets_dir)
    slides.cover()
    slides.county()
    for page in deck.targets:
        slides.target(page)
    for rows in rows_of_pages(len(deck.targets), ROWS_A_SLIDE):
        slides.ranking(rows)
    slides.closing()
    return slides.packed()


class _Slides:
    """The presentation while it is made."""

    def __init__(self, deck: Deck, scene: Scene, assets_dir: Path) -> None:
        self._deck, self._maps = deck, PaperMaps(scene, deck)
        self._faces, self._drawn = ReaderFaces(assets_dir), Faces(assets_dir)
        self._file = Presentation()
        _widen(self._file)
        n_ranking = len(rows_of_pages(len(deck.targets), ROWS_A_SLIDE))
        self._n, self._number = 3 + len(deck.targets) + n_ranking, 0

    def cover(self) -> None:
        """Title, period, what the reader must know."""
        deck, shapes = self._deck, self._slide(self._deck.translate("Meeting file"), "", "")
        size, width = 54.0, 1110.0
        while size > 26 and len(self._faces.wrapped(deck.title, width / ROOM, size, bold=True)) > 3:
            size -= 2
        end = shapes.paragraph(deck.title, 148, 170, width, Run("", size, bold=True), 3)
        shapes.box(112, 176, 10, end - 182, ACCENT)
        end = shapes.paragraph(cover_period(deck), 148, end + 22, width, Run("", 30), 2) + 36
        for text in cover_facts(deck):
            if end < 680:
                end = shapes.paragraph(text, 148, end, width, Run("", 20, colour=INK_2), 2) + 6
        shapes.notes()

    def county(self) -> None:
        """The county's map; its counts, the first targets, its months."""
        deck, _ = self._deck, self._deck.translate
        shapes = self._slide(_("The whole county"), against(deck), _("Outlines generalised"))
        wide, high = 1366 - PANE, BOTTOM - 76
        words = _("Map of hotspots and targets")
        shapes.drawing(lambda canvas, box: draw_map(canvas, deck, self._maps, box), 0, 76, wide, high, words)
        x, width = wide + 26, PANE - 52
        y = figures(shapes, deck.county_counts, deck, (x, TOP - 8, width, 0), 56)
        size = max(14.0, min(17.0, 17 * width / (self._faces.width(list_words(deck), 17) * ROOM)))
        y = shapes.paragraph(list_words(deck), x, y + 4, width, Run("", size, colour=INK_2), 2)
        listed = (x, y + 6, width, BOTTOM - y - 20 - LEAST_CHART)
        y = short_rows(shapes, deck.targets[:LIST_ROWS], deck, listed)
        self._months(shapes, deck.county_counts, (x, y + 8, width, BOTTOM - y - 14))
        shapes.notes()

    def target(self, page: TargetPage) -> None:
        """One target in three columns."""
        deck, _ = self._deck, self._deck.translate
        shapes = self._slide(page.name, about(page, deck), page.boundary, page.kind)
        x, width = 29.0, LEFT - 58
        y = figures(shapes, page.counts, deck, (x, TOP, width, 0), 76)
        spot_rows(shapes, page, deck, (x, y + 10, width, BOTTOM - y - 16))
        x, width = LEFT + 29, 1366 - LEFT - SIDE - 58
        self._map(shapes, page, (x, TOP, width, 410))
        shapes.paragraph(_("Incidents per month"), x, 536, width, Run("", 20, bold=True, colour=ACCENT), 1)
        self._months(shapes, page.counts, (x, 568, width, BOTTOM - 574))
        x, width = 1366 - SIDE + 29, SIDE - 58
        heading = Run("", 20, bold=True, colour=ACCENT)
        y = shapes.paragraph(_("Day-parts, workdays and weekend"), x, TOP, width, heading, 2)
        y = day_grid(shapes, page, deck, (x, y + 4, width, 0))
        if page.facts:  # no heading with nothing under it
            y = shapes.paragraph(_("Responsibility and measures"), x, y + 12, width, heading, 2)
            fact_rows(shapes, page.facts, (x, y + 2, width, BOTTOM - y - 8))
        shapes.notes()

    def ranking(self, rows: range) -> None:
        """So many rows of the ranking."""
        deck = self._deck
        shapes = self._slide(deck.translate("Ranking"), against(deck), "")
        y = ranked(shapes, deck, rows, (40, TOP, 1286, 0))
        shapes.paragraph(ranking_note(deck), 40, y + 8, 1286, Run("", 16, colour=INK_2), 1)
        shapes.notes()

    def closing(self) -> None:
        """How it was computed, what is not shown and why, what it cannot say."""
        shapes = self._slide(self._deck.translate("How it was computed, and what it can say"), "", "")
        closing_columns(shapes, self._deck, (40, TOP, 1286, BOTTOM - TOP - 6))
        shapes.notes()

    def packed(self) -> bytes:
        """The file, its words in a font that Chinese Windows has, with the statement, without clock and machine."""
        stream, themed = io.BytesIO(), io.BytesIO()
        self._file.save(stream)
        with zipfile.ZipFile(stream) as old, zipfile.ZipFile(themed, "w") as new:
            for name in old.namelist():
                new.writestr(name, self._worded(name, old.read(name)))
        return office_file(themed.getvalue(), self._deck)

    def _worded(self, name: str, content: bytes) -> bytes:
        """A part of the file with the font in its themes, and the language at its words."""
        if name.startswith(THEME):
            return _named(content)
        if not name.startswith(SLIDE):
            return content
        return content.replace(b"<a:rPr ", f'<a:rPr lang="{LANGUAGES[self._deck.language]}" '.encode())

    def _slide(self, title: str, sub: str, boundary: str, kind: str = "") -> Shapes:
        """A new slide with its head and foot."""
        deck = self._deck
        self._number += 1
        slide = self._file.slides.add_slide(self._file.slide_layouts[TITLE_ONLY])
        shapes = Shapes(slide, self._faces, self._drawn)
        draw_head(shapes, deck, Head(title, sub, kind))
        draw_foot(shapes, deck, boundary, f"{self._number} / {self._n}")
        return shapes

    def _map(self, shapes: Shapes, page: TargetPage, box: Box) -> None:
        """A target's map with its key."""
        (x, y, width, height), _ = box, self._deck.translate
        heading = Run("", 20, bold=True, colour=ACCENT)
        top = shapes.paragraph(_("Boundary and hotspots"), x, y, width, heading, 1) + 4

        def draw(canvas: Canvas, box: Box) -> None:
            key = key_height(canvas, self._deck, box[2])
            self._maps.target(canvas, page, (0.0, 0.0, box[2], box[3] - key - 4))
            draw_key(canvas, self._deck, 0.0, box[3] - key - 3, box[2])

        high = y + height - top + 30
        shapes.drawing(draw, x, top, width, high, f"{_('Map of hotspots and targets')}: {page.name}")

    def _months(self, shapes: Shapes, counts: Counts, box: Box) -> None:
        """The months as a picture, as high as there is room."""
        x, y, width, height = box
        height = min(height, 190.0)
        words = self._deck.translate("Incidents per month")
        shapes.drawing(lambda canvas, inner: months(canvas, counts, self._deck, inner), x, y, width, height, words)


def _widen(file: Any) -> None:
    """Make slides 16:9, and the masters of new slides as wide."""
    part = WIDE_EMU / file.slide_width
    file.slide_width, file.slide_height = Emu(WIDE_EMU), Emu(HIGH_EMU)
    for page in (file.slide_master, *file.slide_layouts):
        for shape in page.placeholders:
            if shape._element.spPr.xfrm is not None:
                shape.left, shape.width = Emu(round(shape.left * part)), Emu(round(shape.width * part))


def _named(theme: bytes) -> bytes:
    """A theme whose headings and texts are set in the font, Chinese and Latin letters alike."""
    for old in (b'<a:latin typeface="Calibri"/>', b'<a:latin typeface="Calibri Light"/>'):
        theme = theme.replace(old, f'<a:latin typeface="{FONT}"/>'.encode())
    return theme.replace(b'<a:ea typeface=""/>', f'<a:ea typeface="{FONT}"/>'.encode())
