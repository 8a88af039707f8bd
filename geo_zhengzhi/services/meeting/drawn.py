"""The kinds of meeting file that the server draws itself, with the libraries of pictures and slides."""

from pathlib import Path

from geo_zhengzhi.render.meeting.deck import Deck
from geo_zhengzhi.render.meeting.presentation import deck_presentation
from geo_zhengzhi.render.meeting.printing import deck_pdf, deck_png
from geo_zhengzhi.render.scene import Scene
from geo_zhengzhi.services.meeting.printing import Printing


def presentation(deck: Deck, scene: Scene, assets_dir: Path) -> bytes:
    """Slides that can be edited (.pptx)."""
    return deck_presentation(deck, scene, assets_dir)


def pages(deck: Deck, scene: Scene, assets_dir: Path, printing: Printing) -> bytes:
    """Every page for paper (.pdf)."""
    return deck_pdf(deck, scene, assets_dir, printing.paper)


def picture(deck: Deck, scene: Scene, assets_dir: Path, printing: Printing) -> bytes:
    """The county's map, or one page (.png)."""
    return deck_png(deck, scene, assets_dir, printing.size, printing.page)
